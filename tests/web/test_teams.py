"""Teams of a group: begun, joined, laid down; their room and letters; who reads a word, as its sender chooses."""

from __future__ import annotations

import pytest

from jiwar.circles import leaving, reports, roles
from jiwar.circles.model import GREETER, MODERATOR
from jiwar.systems.rooms import view
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone


@pytest.fixture
def three(world: World, language: str) -> tuple[Someone, Someone, Someone, bytes]:
    """A steward, two members, their group."""
    seats = Seats(world, language)
    founder, circle = seats.founder()
    return founder, seats.joins(founder, circle, "زيتونة"), seats.joins(founder, circle, "قنديل"), circle


def page_of(who: Someone, circle: bytes, key: str = "order") -> Page:
    return who.get(who.at("team", circle, team=key))


def rooms_on(page: Page) -> list[str]:
    return [link.partition("#")[0] for link in page.links if link.startswith("/room/")]


def begin(founder: Someone, circle: bytes, key: str = "order") -> Page:
    return founder.send(page_of(founder, circle, key), "team")


def name(by: Someone, who: Someone, circle: bytes, key: str) -> None:
    by.send(by.get(f"{by.about('person_care', circle, who.persona(circle))}?team={key}"), "person_care")


def bring(by: Someone, who: Someone, circle: bytes, key: str = "order") -> Page:
    """Somebody is named, and takes the keys that were sent to them."""
    name(by, who, circle, key)
    page = who.to("group", circle)
    assert who.word("I'll take part") in page.text
    return who.send(page, "group_care_join")


def test_the_care_team_begins_a_team_in_one_tap(three) -> None:
    founder, olive, _, circle = three
    assert founder.at("team", circle, team="order") in founder.to("care", circle).links
    page = page_of(olive, circle)
    assert olive.word("There is no such team here yet.") in page.text
    assert olive.word("Begin it") not in page.text
    page = begin(founder, circle)
    assert roles.is_open(olive.circle(circle), MODERATOR)
    (room,) = view.rooms(roles.open_role(founder.circle(circle), MODERATOR))
    assert room.room.name == founder.word("Moderators")
    page = founder.get(rooms_on(page)[0])
    assert page.status == 200
    assert founder.at("team", circle, team="order") in page.links


def test_who_was_named_takes_part_and_talks_in_its_room(three) -> None:
    founder, olive, lamp, circle = three
    begin(founder, circle)
    (room,) = rooms_on(bring(founder, olive, circle))
    page = olive.send(olive.get(room), "room", text="بيننا")
    assert "بيننا" in page.text
    assert "بيننا" in founder.get(rooms_on(page_of(founder, circle))[0]).text
    assert rooms_on(page_of(lamp, circle)) == []
    for page in (lamp.to("group", circle), lamp.meets("person", circle, olive)):
        assert lamp.word("Moderators") in page.text
    assert [link for link in olive.get("/groups").links if link.startswith("/group/")] == [olive.at("group", circle)]
    assert "بيننا" not in olive.get("/home").text + olive.get("/talk").text


def test_one_who_writes_in_the_room_leads_to_their_page_in_the_group(three) -> None:
    founder, olive, _, circle = three
    begin(founder, circle)
    (room,) = rooms_on(bring(founder, olive, circle))
    olive.send(olive.get(room), "room", text="بيننا")
    page = founder.get(rooms_on(page_of(founder, circle))[0])
    assert founder.about("person", circle, olive.persona(circle)) in page.links


def test_a_team_is_declined_and_laid_down(three) -> None:
    founder, olive, lamp, circle = three
    begin(founder, circle, "welcome")
    page = bring(founder, olive, circle, "welcome")
    assert olive.circle(circle).me.holds(GREETER)
    (rest,) = [link for link in page.links if link.startswith(olive.at("care_rest", circle))]
    page = olive.send(olive.get(rest), "care_rest")
    assert olive.word("Thank you. It is laid down.") in page.text
    assert not olive.circle(circle).me.holds(GREETER)
    assert olive.get(rest).status == 404
    name(founder, lamp, circle, "welcome")
    lamp.send(lamp.to("group", circle), "group_care_decline")
    assert not lamp.circle(circle).me.holds(GREETER)


def test_the_last_one_is_told_that_the_team_ends(three) -> None:
    founder, _, _, circle = three
    begin(founder, circle, "welcome")
    page = founder.get(f"{founder.at('care_rest', circle)}?team=welcome")
    founder.send(page, "care_rest")
    assert not roles.is_open(founder.circle(circle), GREETER)
    begin(founder, circle, "welcome")
    assert roles.is_open(founder.circle(circle), GREETER)


def test_somebody_is_taken_out_of_a_team(three) -> None:
    founder, olive, _, circle = three
    begin(founder, circle)
    bring(founder, olive, circle)
    page = founder.meets("person", circle, olive)
    (out,) = [link for link in page.links if "team=order" in link]
    founder.send(founder.get(out), "person_rest")
    assert roles.held(olive.circle(circle), MODERATOR) is None
    assert roles.open_role(founder.circle(circle), MODERATOR).log.newest.epoch == 1


def test_a_steward_outside_names_and_the_team_sends_the_keys(world: World, language: str, three) -> None:
    founder, olive, lamp, circle = three
    begin(founder, circle)
    bring(founder, olive, circle)
    world.run(roles.lay_down(founder.circle(circle), MODERATOR))
    name(founder, lamp, circle, "order")
    assert lamp.word("I'll take part") not in lamp.to("group", circle).text
    world.run(leaving.turn_all_due(olive.member))
    page = lamp.send(lamp.to("group", circle), "group_care_join")
    assert len(rooms_on(page)) == 1


def test_a_word_goes_to_the_team_that_its_sender_chose(three) -> None:
    founder, olive, lamp, circle = three
    assert lamp.word("Who reads it?") not in lamp.meets("report", circle, founder).text
    begin(founder, circle)
    bring(founder, olive, circle)
    page = lamp.meets("report", circle, founder)
    assert lamp.word("Who reads it?") in page.text
    lamp.send(page, "report", team="order", reason="presses", more="كلّ ليلة")
    letters = f"{olive.at('care_reports', circle)}?team=order"
    assert letters in olive.to("group", circle).links
    page = olive.get(letters)
    assert "كلّ ليلة" in page.text
    assert reports.waiting(founder.circle(circle), roles.open_role(founder.circle(circle))) == []
    assert olive.to("care_reports", circle).status == 404
    assert lamp.get(f"{lamp.at('care_reports', circle)}?team=order").status == 404
    (settle,) = [link for link in page.links if link.startswith("/letter/")]
    page = olive.send(olive.get(settle), "care_settle")
    assert "كلّ ليلة" not in page.text


@pytest.mark.parametrize("key", ["order", "welcome", "care", "none"])
def test_what_a_member_may_not_do_changes_nothing(three, key: str) -> None:
    founder, olive, _, circle = three
    size = founder.circle(circle).log.state.size
    sent = {"token": olive.to("group_mine", circle).forms[-1].fields["token"], "team": key}
    answers = [
        olive.post(olive.at("team", circle, team=key), sent),
        olive.post(olive.at("care_rest", circle), sent),
        olive.post(olive.about("person_care", circle, founder.persona(circle)), sent),
        olive.post(olive.about("person_rest", circle, founder.persona(circle)), sent),
        olive.post(olive.at("group_care_join", circle), sent),
    ]
    assert [answer.status for answer in answers if answer.status < 400] == []
    assert founder.circle(circle).log.state.size == size
