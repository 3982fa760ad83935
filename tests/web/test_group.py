"""A group's page: what it says, who sees what, agreeing again, names for oneself, leaving."""

import re

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, people
from jiwar.web.look import load_look
from jiwar.web.offers import cards
from tests.web.client import World
from tests.web.pages import Elements
from tests.web.seated import Seats

NUMBER = re.compile(r"[0-9٠-٩]")


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


def test_a_group_says_what_it_is_in_words_and_no_number(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    page = guest.to("group", circle)
    ready = cards(seats.language)["close"]
    assert page.status == 200
    assert all(rule in page.text for rule in ready.rules)
    assert ready.about.splitlines()[0] in page.text
    assert guest.word("Last new face: this week") in page.text
    hour = guest.world.site.languages[seats.language].hour(founding.FIRST_HOUR)
    assert not NUMBER.search(page.text.replace(hour, ""))


def test_members_see_stewards_and_themselves_alone(seats: Seats) -> None:
    founder, circle = seats.founder()
    first = seats.joins(founder, circle, "زيتونة")
    second = seats.joins(founder, circle, "قنديل")
    page = second.to("group", circle)
    assert "نخلة" in page.text
    assert "قنديل" in page.text
    assert "زيتونة" not in page.html
    assert second.to("group_people", circle).status == 404
    assert "زيتونة" in founder.to("group_people", circle).text
    assert first.to("care", circle).status == 404


def test_no_path_of_a_group_is_the_same_in_two_sessions(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    assert founder.at("group", circle) != guest.at("group", circle)
    assert guest.get(founder.at("group", circle)).status == 404


def test_changed_rules_are_shown_until_agreed_to(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    changed = guest.word("Our rules have changed.")
    assert changed not in guest.to("group", circle).text
    charter = founder.circle(circle).charter
    seats.run(founding.change_charter(founder.circle(circle), replace(charter, rules=("شاي أوّلاً",))))
    page = guest.to("group", circle)
    assert changed in page.text
    assert "شاي أوّلاً" in page.text
    page = guest.send(page, "group_agree")
    assert changed not in page.text
    assert guest.circle(circle).membership.agreed == 1


def test_changed_weather_asks_nobody_to_agree(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    charter = founder.circle(circle).charter
    seats.run(founding.change_charter(founder.circle(circle), replace(charter, level=2)))
    page = guest.to("group", circle)
    assert guest.word("Our rules have changed.") not in page.text
    assert guest.world.site.languages[guest.language].pgettext("top bar", "Fog") in page.text


def test_nobody_agrees_to_an_edition_that_is_not_there(seats: Seats) -> None:
    founder, circle = seats.founder()
    token = founder.to("group", circle).forms[0].fields["token"]
    answer = founder.post(founder.at("group_agree", circle), {"token": token, "edition": "7"})
    assert answer.status == 400
    assert founder.circle(circle).membership.agreed == 0


def test_a_private_name_stands_in_my_lists_alone(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    page = guest.send(guest.to("group_mine", circle), "group_mine", alias="شغل البيت")
    assert "شغل البيت" in page.text
    assert "شغل البيت" in guest.get(guest.world.url("groups")).text
    assert "شغل البيت" not in founder.get(founder.world.url("groups")).html


def test_a_private_name_that_is_too_long_is_given_back(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = founder.send(founder.to("group_mine", circle), "group_mine", alias="ب" * 61)
    assert founder.word("This is longer than %(limit)s characters.").partition("%")[0].strip() in page.text
    assert "ب" * 61 in page.html
    assert founder.circle(circle).membership.alias == ""


def test_who_is_renamed_or_muted_is_found_again(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    seats.run(people.label(founder.circle(circle), guest.persona(circle), "بنت خالتي"))
    seats.run(people.mute(founder.circle(circle), guest.persona(circle), True))
    page = founder.to("group_mine", circle)
    assert "بنت خالتي" in page.text
    assert founder.word("Muted") in page.text
    assert founder.about("person", circle, guest.persona(circle)) in page.links


def test_leaving_takes_the_group_out_of_my_key(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    page = guest.send(guest.to("group_leave", circle), "group_leave")
    assert page.path == guest.world.url("groups")
    assert not guest.member.has(circle)
    assert guest.to("group", circle).status == 404
    assert founder.word("Somebody has gone: the keys wait to be renewed.") in founder.to("group", circle).text


def test_the_last_steward_is_told_what_comes_first(seats: Seats) -> None:
    founder, circle = seats.founder()
    seats.joins(founder, circle, "زيتونة")
    page = founder.to("group_leave", circle)
    token = page.forms[0].fields["token"]
    assert founder.word("Somebody has to take over first.") in page.text
    assert not [form for form in page.forms if form.action == founder.at("group_leave", circle)]
    answer = founder.post(founder.at("group_leave", circle), {"token": token, "way": "leave"})
    assert founder.word("Somebody has to take over first.") in answer.text
    assert founder.member.has(circle)


def test_the_only_member_may_leave(seats: Seats) -> None:
    founder, circle = seats.founder()
    founder.send(founder.to("group_leave", circle), "group_leave")
    assert founder.member.memberships() == []


def test_taking_part_in_the_care_is_offered_and_taken(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    seats.steward(founder, guest, circle, takes=False)
    page = guest.to("group", circle)
    assert guest.word("The care team would like a hand.") in page.text
    assert guest.to("care", circle).status == 404
    page = guest.send(page, "group_care_join")
    assert page.path == guest.at("care", circle)
    assert page.status == 200


def test_taking_part_in_the_care_can_be_declined(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    seats.steward(founder, guest, circle, takes=False)
    page = guest.send(guest.to("group", circle), "group_care_decline")
    assert guest.word("The care team would like a hand.") not in page.text
    assert not guest.circle(circle).is_steward


@pytest.mark.parametrize(
    "page", ["group", "group_mine", "group_leave", "invite", "care", "care_words", "care_weather"]
)
def test_every_class_on_a_page_has_its_rule(seats: Seats, page: str) -> None:
    founder, circle = seats.founder()
    answer = founder.to(page, circle)
    known = load_look().known()
    style = "".join(re.findall(r"<style[^>]*>(.*?)</style>", answer.html, flags=re.DOTALL))
    used = Elements(answer.html).classes()
    assert used
    assert [name for name in used if name in known and f".{name}" not in style] == []
