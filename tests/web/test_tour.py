"""Looking around without a key, and joining a group that is open to everybody."""

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, leaving, publishing
from jiwar.clock import SetClock
from jiwar.errors import NotAllowed
from tests.web.client import Client, Page, World
from tests.web.conftest import shown_key, sign_in
from tests.web.seated import Seats, Someone

TEXT = "نطبخ كلّ خميس. أهلاً بكلّ من يأتي."


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def shown(seats: Seats) -> tuple[Someone, bytes]:
    """A steward, and their group, which is open and has a page."""
    founder, circle = seats.founder()
    publish(founder, circle)
    return founder, circle


def publish(founder: Someone, circle: bytes, **typed: str) -> Page:
    return founder.send(founder.to("care_words", circle), "care_words", **{"public": TEXT, "access": "open", **typed})


def look_around(guest: Client) -> Page:
    return guest.send(guest.get(guest.world.url("door", l=guest.language)), "tour")


def page_in(guest: Client, page: Page) -> Page:
    """The first group of the list."""
    start = guest.world.site.paths.pattern("tour_group").partition("{")[0]
    return guest.get(next(link for link in page.links if link.startswith(start)))


def set_level(founder: Someone, circle: bytes, level: int) -> None:
    founder.send(founder.to("care_weather", circle), "care_weather", _button=f"level={level}")


def offers_a_tour(guest: Client) -> bool:
    door = guest.get(guest.world.url("door"))
    return any(form.action.startswith(guest.world.url("tour")) for form in door.forms)


def test_without_a_published_group_the_door_says_nothing(seats: Seats, client) -> None:
    founder, circle = seats.founder()
    assert not offers_a_tour(client())
    publish(founder, circle, public="")
    assert not offers_a_tour(client()), "an open group without a text is not published"
    publish(founder, circle, access="link")
    assert not offers_a_tour(client()), "a text alone doesn't open a group"


def test_a_guest_reads_what_everybody_may_and_no_more(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    page = look_around(guest)
    assert "نطبخ كلّ خميس" in page.text
    page = page_in(guest, page)
    charter = founder.circle(circle).charter
    assert TEXT in page.text
    assert all(rule in page.text for rule in charter.rules)
    assert charter.about.splitlines()[0] not in page.text
    assert "نخلة" not in page.text
    assert circle.hex()[:16] not in page.path


def test_a_newcomer_joins_an_open_group_in_five_screens(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    guest.send(page_in(guest, look_around(guest)), "tour_group")
    page = guest.get(guest.world.url("joining_phone"))
    page = guest.send(page, "joining_phone")
    assert page.path == guest.world.url("joining_name")
    page = guest.send(page, "joining_name", own="زيتونة")
    guest.key = shown_key(page)[0]
    page = guest.send(page, "joining_key", _button="taken=yes")
    assert page.path == guest.world.url("home")
    assert founder.circle(circle).charter.name in page.text
    assert guest.screens == ["tour", "tour_group", "joining_phone", "joining_name", "joining_key"]
    assert guest.typed <= 40
    assert "زيتونة" in founder.to("group_people", circle).text
    again = client(language)
    assert founder.circle(circle).charter.name in sign_in(again, guest.key).text


def test_a_member_finds_open_groups_and_comes_in_with_a_name(shown, seats: Seats) -> None:
    _, circle = shown
    other, _ = seats.founder()
    groups = other.get(other.world.url("groups"))
    assert other.world.url("tour") in groups.links
    page = page_in(other, other.get(other.world.url("tour")))
    page = other.send(page, "tour_group")
    assert page.path == other.world.url("joining_name")
    page = other.send(page, "joining_name", own="حصاة")
    assert other.circle(circle).me.handle == "حصاة"
    assert other.world.url("tour") not in other.get(other.world.url("groups")).links, "nothing is left to find"


def test_the_page_goes_with_the_weather_and_comes_back(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    page = page_in(guest, look_around(guest))
    set_level(founder, circle, 2)
    assert not offers_a_tour(client(language))
    gone = guest.get(page.path)
    assert gone.status == 404
    assert guest.send(page, "tour_group").status == 404
    set_level(founder, circle, 1)
    assert guest.get(page.path).status == 200


def test_what_was_closed_meanwhile_lets_nobody_in(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    guest.send(page_in(guest, look_around(guest)), "tour_group")
    page = guest.send(guest.get(guest.world.url("joining_phone")), "joining_phone")
    seats_before = len(founder.circle(circle).state.members)
    set_level(founder, circle, 3)
    answer = guest.send(page, "joining_name", own="زيتونة")
    if answer.status == 200:
        answer = guest.send(answer, "joining_key", _button="taken=yes")
    assert answer.status == 410
    assert len(founder.circle(circle).state.members) == seats_before


def test_a_turn_of_the_keys_writes_the_page_anew(shown, seats: Seats, client, language: str) -> None:
    founder, circle = shown
    guest = seats.joins(founder, circle, "زيتونة")
    seats.run(leaving.remove(founder.circle(circle), guest.persona(circle)))
    other, _ = seats.founder()
    other.send(page_in(other, other.get(other.world.url("tour"))), "tour_group")
    other.send(other.get(other.world.url("joining_name")), "joining_name", own="حصاة")
    assert other.circle(circle).me.active


def test_a_page_ends_when_no_steward_comes(shown, client, language: str, clock: SetClock) -> None:
    founder, _ = shown
    clock.forward(days=15)
    page = look_around(client(language))
    assert TEXT[:12] not in page.text
    founder.sign_in()
    founder.world.run(leaving.turn_all_due(founder.member))
    assert TEXT[:12] in look_around(client(language)).text


def test_what_is_not_published_answers_like_what_is_not_there(shown, seats: Seats, client, language: str) -> None:
    _, circle = shown
    _, hidden = seats.founder("hidden", "support")
    guest = client(language)
    look_around(guest)
    session = guest.world.site.services.sessions.find(bytes.fromhex(guest.cookies[guest.world.site.cookie]))
    names = [session.names.name(publishing.page_of(hidden)), session.names.name(b"n" * 16), "aaaa", "ل" * 22]
    names += [session.names.name(publishing.LIST), session.names.name(circle[:16])]
    asked = [guest.get(guest.world.url("tour_group", group=name)) for name in names]
    assert {(page.status, page.text) for page in asked} == {(404, asked[0].text)}


def test_without_a_session_the_way_leads_to_the_door(shown, client) -> None:
    guest = client()
    assert guest.get(guest.world.url("tour")).path == guest.world.url("door")
    assert guest.get(guest.world.url("tour_group", group="aaaa")).path == guest.world.url("door")


def test_members_can_not_open_a_group(shown, seats: Seats) -> None:
    founder, circle = shown
    guest = seats.joins(founder, circle, "زيتونة")
    charter = replace(guest.circle(circle).charter, public="x")
    with pytest.raises(NotAllowed):
        guest.world.run(founding.change_charter(guest.circle(circle), charter))
    guest.world.run(publishing.follow(guest.circle(circle)))
    assert publishing.everything(guest.world.site.services)[0].text == TEXT
