"""The care team's pages: words, weather and what holds in it, keys, handing over."""

import pytest
from msgspec.structs import replace

from jiwar.circles import leaving
from jiwar.circles.policy import TRUSTING
from tests.web.client import World
from tests.web.seated import Seats, Someone


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def pair(seats: Seats) -> tuple[Someone, Someone, bytes]:
    """A steward, a member, their group."""
    founder, circle = seats.founder()
    return founder, seats.joins(founder, circle, "زيتونة"), circle


CARE = ["care", "care_words", "care_weather", "care_reports", "care_rest", "group_people"]


@pytest.mark.parametrize("page", CARE)
def test_the_care_pages_are_there_for_stewards_alone(pair, page: str) -> None:
    founder, guest, circle = pair
    assert founder.to(page, circle).status == 200
    assert guest.to(page, circle).status == 404


@pytest.mark.parametrize("page", ["care_words", "care_weather", "care_keys", "care_rest"])
def test_a_forged_form_of_a_member_changes_nothing(pair, page: str) -> None:
    _, guest, circle = pair
    before = guest.circle(circle).charter
    token = guest.to("group", circle).forms[0].fields["token"]
    fields = {"token": token, "name": "x", "about": "", "rules": "", "notes": "", "access": "link", "level": "3"}
    assert guest.post(guest.at(page, circle), fields).status == 404
    assert guest.circle(circle).charter == before


def test_words_can_be_edited(pair) -> None:
    founder, guest, circle = pair
    rules = "شاي أوّلاً\n\n  ثمّ   الكلام \n"
    page = founder.send(
        founder.to("care_words", circle), "care_words", name="قعدة", about="سطر", rules=rules, notes="مرض\nفقد"
    )
    assert page.path == founder.at("care", circle)
    charter = guest.circle(circle).charter
    assert (charter.name, charter.about, charter.notes) == ("قعدة", "سطر", ("مرض", "فقد"))
    assert charter.rules == ("شاي أوّلاً", "ثمّ الكلام")
    page = guest.to("group", circle)
    assert all(word in page.text for word in ("قعدة", "شاي أوّلاً", "مرض", guest.word("Our rules have changed.")))


def test_who_changed_the_rules_has_agreed_to_them(pair) -> None:
    founder, _, circle = pair
    founder.send(founder.to("care_words", circle), "care_words", rules="شاي أوّلاً")
    assert founder.word("Our rules have changed.") not in founder.to("group", circle).text


def test_saving_without_a_change_writes_nothing(pair) -> None:
    founder, _, circle = pair
    size = founder.circle(circle).log.state.size
    founder.send(founder.to("care_words", circle), "care_words")
    assert founder.circle(circle).log.state.size == size


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("name", ""),
        ("name", "ب" * 61),
        ("about", "ب" * 2001),
        ("rules", "\n".join(["س"] * 25)),
        ("rules", "ب" * 301),
        ("notes", "ب" * 61),
        ("access", "letter"),
        ("public", "ب" * 1201),
    ],
)
def test_words_that_can_not_stand_are_given_back(pair, field: str, typed: str) -> None:
    founder, _, circle = pair
    before = founder.circle(circle).charter
    page = founder.send(founder.to("care_words", circle), "care_words", **{field: typed})
    assert page.status == 400
    assert 'role="alert"' in page.html
    assert founder.circle(circle).charter == before


def test_the_weather_changes_for_everybody_at_once(pair) -> None:
    founder, guest, circle = pair
    fog = guest.world.site.languages[guest.language].pgettext("top bar", "Fog")
    assert fog not in guest.to("group", circle).text
    founder.send(founder.to("care_weather", circle), "care_weather", _button="level=2")
    assert founder.circle(circle).charter.level == 2
    assert fog in guest.to("group", circle).text
    founder.send(founder.to("care_weather", circle), "care_weather", _button="level=0")
    assert fog not in guest.to("group", circle).text


@pytest.mark.parametrize("level", ["4", "-1", "", "x"])
def test_a_weather_that_does_not_exist_is_refused(pair, level: str) -> None:
    founder, _, circle = pair
    page = founder.send(founder.to("care_weather", circle), "care_weather", _button=f"level={level}")
    assert page.status == 400
    assert founder.circle(circle).charter.level == 0


def _values(founder: Someone, circle: bytes, **typed: str):
    chosen = {"topics": "7", "rooms": "1", "back": "no", "inviters": "nobody", "days": "2", "uses": "5", "idle": "5"}
    chosen |= {"published": "no"}
    chosen |= {"new": "7", "known": "1", "greeter": "0", "moderator": "0", "vouches": "5", "counts": "90"}
    page = founder.get(founder.at("care_values", circle, level=1))
    return founder.send(page, "care_values", **{**chosen, **typed})


def test_what_holds_in_a_weather_can_be_changed(pair) -> None:
    founder, guest, circle = pair
    page = _values(founder, circle)
    assert page.path == founder.at("care_weather", circle)
    levels = guest.circle(circle).charter.levels
    row = replace(
        TRUSTING[1],
        topic_days=7,
        room_days=1,
        newcomers_read_back=False,
        inviters="nobody",
        invite_days=2,
        invite_uses=5,
        idle_minutes=5,
        published=False,
    )
    assert levels == (TRUSTING[0], row, TRUSTING[2], TRUSTING[3])


@pytest.mark.parametrize(
    "wrong",
    [
        {"topics": "0"},
        {"rooms": "2"},
        {"inviters": "all"},
        {"back": ""},
        {"days": "8"},
        {"uses": "11"},
        {"uses": "0"},
        {"idle": "600"},
        {"published": "perhaps"},
    ],
)
def test_values_outside_their_bounds_are_refused(pair, wrong: dict[str, str]) -> None:
    founder, _, circle = pair
    assert _values(founder, circle, **wrong).status == 400
    assert founder.circle(circle).charter.levels == TRUSTING


@pytest.mark.parametrize("level", ["4", "x", "01"])
def test_there_is_no_page_for_a_weather_that_does_not_exist(pair, level: str) -> None:
    founder, _, circle = pair
    assert founder.get(founder.at("care_values", circle, level=level)).status == 404


def test_keys_are_renewed_after_somebody_left(seats: Seats, pair) -> None:
    founder, guest, circle = pair
    seats.joins(founder, circle, "قنديل")
    assert founder.at("care_keys", circle) not in [form.action for form in founder.to("care", circle).forms]
    seats.run(leaving.leave(guest.circle(circle)))
    page = founder.to("care", circle)
    assert founder.word("Somebody has gone.") in page.text
    page = founder.send(page, "care_keys")
    assert founder.word("Somebody has gone.") not in page.text
    assert founder.circle(circle).log.newest.epoch == 1


def test_the_last_steward_can_not_lay_the_care_down(pair) -> None:
    founder, _, circle = pair
    page = founder.to("care_rest", circle)
    assert founder.word("Somebody has to take over first.") in page.text
    answer = founder.post(founder.at("care_rest", circle), {"token": page.forms[0].fields["token"]})
    assert answer.status == 409
    assert founder.circle(circle).is_steward


def test_the_care_can_be_handed_over(seats: Seats, pair) -> None:
    founder, guest, circle = pair
    seats.steward(founder, guest, circle)
    page = founder.send(founder.to("care_rest", circle), "care_rest")
    assert page.path == founder.at("group", circle)
    assert founder.to("care", circle).status == 404
    page = guest.to("care", circle)
    assert guest.word("Somebody has gone.") in page.text
    page = guest.send(page, "care_keys")
    assert guest.word("Somebody has gone.") not in page.text
    assert guest.circle(circle).log.newest.epoch == 1
    assert founder.to("group", circle).status == 200
