"""The first week: a question ready for each day, two more for the care team or "later", paper without a secret."""

from __future__ import annotations

import pytest

from jiwar.circles import firstweek, invitations
from jiwar.circles.fold import MOST_OWN_INVITES
from jiwar.clock import SetClock
from jiwar.web import offers
from tests.web.client import Page, World
from tests.web.conftest import slips_on
from tests.web.seated import Seats, Someone


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


def _composer(someone: Someone, circle: bytes, day: int) -> Page:
    return someone.get(
        someone.at("new_topic", circle).partition("?")[0] + f"?circle={someone.name(circle[:16])}&day={day}"
    )


def _put_away(someone: Someone, page: Page, day: int) -> Page:
    form = next(one for one in page.forms if one.fields.get("day") == str(day))
    return someone.post(form.action, form.fields)


def test_home_offers_the_question_of_the_day_to_the_care_team_alone(seats: Seats, language: str) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    title = offers.week("close", language)[0].title
    assert title in founder.get("/home").text
    assert title not in guest.get("/home").text


def test_the_composer_is_filled_in_and_one_tap_sends(seats: Seats, language: str) -> None:
    founder, circle = seats.founder()
    ready = offers.week("close", language)[0]
    page = _composer(founder, circle, 0)
    form = next(one for one in page.forms if "title" in one.fields)
    assert (form.fields["title"], form.fields["text"].strip()) == (ready.title, ready.text)
    sent = founder.post(form.action, {**form.fields, "do": "send"})
    assert " ".join(ready.title.split()) in sent.text
    assert founder.word("Written") in founder.to("week", circle).text
    assert founder.word("Write the question") not in founder.get("/home").text


def test_a_question_that_was_worded_anew_is_done_as_well(seats: Seats, language: str) -> None:
    founder, circle = seats.founder()
    form = next(one for one in _composer(founder, circle, 0).forms if "title" in one.fields)
    founder.post(form.action, {**form.fields, "title": "شاي؟", "do": "send"})
    assert founder.word("Write the question") not in founder.get("/home").text


def test_what_another_of_the_team_has_written_is_not_offered_again(seats: Seats, language: str) -> None:
    founder, circle = seats.founder()
    other = seats.joins(founder, circle, "زيتونة")
    seats.steward(founder, other, circle)
    form = next(one for one in _composer(other, circle, 0).forms if "title" in one.fields)
    other.post(form.action, {**form.fields, "do": "send"})
    assert founder.word("Write the question") not in founder.get("/home").text


def test_a_question_put_away_does_not_come_again(seats: Seats, language: str) -> None:
    founder, circle = seats.founder()
    assert _put_away(founder, founder.get("/home"), 0).path == founder.world.url("home")
    title = offers.week("close", language)[0].title
    assert title not in founder.get("/home").text
    assert founder.word("Put away") in founder.to("week", circle).text


def test_each_day_has_its_question_and_after_a_week_home_is_quiet(
    seats: Seats, language: str, clock: SetClock
) -> None:
    founder, _ = seats.founder(card="neighbours")
    for one in offers.week("neighbours", language):
        assert one.title in founder.get("/home").text
        clock.forward(days=1)
        founder.sign_in()
    assert founder.word("Write the question") not in founder.get("/home").text


@pytest.mark.parametrize("day", ["", "7", "-1", "x", "٣"])
def test_a_day_that_there_is_not_fills_in_nothing(seats: Seats, day: str) -> None:
    founder, circle = seats.founder()
    page = founder.get(f"{founder.world.url('new_topic')}?circle={founder.name(circle[:16])}&day={day}")
    form = next(one for one in page.forms if "title" in one.fields)
    assert form.fields["title"] == ""


def test_the_week_is_there_for_the_care_team_alone(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    assert founder.to("week", circle).status == 200
    token = guest.to("group", circle).forms[0].fields["token"]
    assert guest.to("week", circle).status == 404
    for page in ("week", "week_two", "week_later"):
        assert guest.post(guest.at(page, circle), {"token": token, "day": "0"}).status == 404
    assert not guest.circle(circle).charter.later


def test_two_slips_on_one_page_bring_two_people(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = founder.send(founder.to("week", circle), "week_two")
    assert len({link for link, _ in slips_on(page)}) == 2
    assert invitations.invited(founder.circle(circle)) == 2


def test_where_the_second_is_refused_the_first_is_handed_over(seats: Seats, language: str) -> None:
    founder, circle = seats.founder()
    seats.run(firstweek.grow(founder.circle(circle)))
    for _ in range(MOST_OWN_INVITES - 1):
        seats.run(invitations.invite(founder.circle(circle), language))
    page = founder.send(founder.to("week", circle), "week_two")
    assert founder.word("Only one could be written. The second one another day.") in page.text
    ((link, _),) = set(slips_on(page))
    assert link
    assert len(invitations.mine(founder.circle(circle))) == MOST_OWN_INVITES
    assert founder.send(founder.to("week", circle), "week_two").status == 409


def test_the_sixth_guest_waits_until_later_was_said_once(seats: Seats) -> None:
    founder, circle = seats.founder()
    for number in range(5):
        seats.joins(founder, circle, f"ضيف {number}")
    refused = founder.send(founder.to("invite", circle), "invite")
    assert refused.status == 409
    assert founder.word("Two more, or later") in refused.text
    told = founder.send(founder.to("week", circle), "week_later")
    assert founder.word("Later, then. Invitations go on.") in told.text
    assert founder.send(founder.to("invite", circle), "invite").path == founder.at("invite_slip", circle)
    assert founder.at("week_later", circle) not in [form.action for form in founder.to("week", circle).forms]


def test_saying_later_asks_nobody_to_agree_anew(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    founder.send(founder.to("week", circle), "week_later")
    assert guest.word("Our rules have changed.") not in guest.to("group", circle).text


def test_paper_holds_no_name_no_address_and_nothing_of_a_key(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = founder.get(founder.world.url("paper"))
    main = page.html[page.html.index("<main") : page.html.index("</main")]
    assert founder.word("List") in page.text
    assert main.count("<li></li>") == 9
    assert founder.circle(circle).name not in page.text
    assert "http" not in main
