"""Inviting: an invitation is written, handed on, taken back; a hidden group opens its door by hand."""

import re

import pytest
from msgspec.structs import replace

from jiwar.circles import founding
from jiwar.clock import SetClock
from tests.web.client import Page, World
from tests.web.conftest import join, slips_on
from tests.web.seated import Seats, Someone


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


def _at_level(seats: Seats, someone: Someone, circle: bytes, level: int) -> None:
    charter = someone.circle(circle).charter
    seats.run(founding.change_charter(someone.circle(circle), replace(charter, level=level)))


def _taken_back(someone: Someone, page: Page) -> int:
    """How many invitations of a page can be taken back."""
    start = someone.world.site.paths.pattern("invite_revoke").partition("{")[0]
    return sum(form.action.startswith(start) for form in page.forms)


def test_an_invitation_is_a_link_two_words_and_a_square(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = founder.send(founder.to("invite", circle), "invite")
    ((link, words),) = slips_on(page)
    assert page.path == founder.at("invite_slip", circle)
    assert len(words.split()) == 2
    assert re.search(r"<svg viewBox=[^>]*><path", page.html)
    assert link.rpartition("/")[2] not in page.path


def test_somebody_comes_in_by_what_the_page_showed(seats: Seats, client) -> None:
    founder, circle = seats.founder()
    (slip,) = slips_on(founder.send(founder.to("invite", circle), "invite"))
    join(client(seats.language), slip, handle="زيتونة")
    assert "زيتونة" in founder.to("group_people", circle).text


def test_what_is_printed_leaves_the_words_out(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = founder.send(founder.to("invite", circle), "invite")
    style = "".join(re.findall(r"<style[^>]*>(.*?)</style>", page.html, flags=re.DOTALL))
    words = slips_on(page)[0][1].split()
    before_words = page.html[: page.html.index(f"<b><bdi>{words[0]}")]
    open_blocks = re.findall(r'<div class="([^"]*)">|</div>', before_words)
    assert "@media print" in style
    assert any("unprinted" in names.split() for names in open_blocks)


def test_the_invitation_is_gone_once_it_was_handed_on(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = founder.send(founder.to("invite", circle), "invite")
    secret = slips_on(page)[0][0].rpartition("/")[2]
    page = founder.send(page, "invite_slip")
    assert page.path == founder.at("invite", circle)
    assert secret not in page.html
    assert founder.to("invite_slip", circle).path == founder.at("invite", circle)


def test_the_slip_of_one_group_is_not_shown_in_another(seats: Seats) -> None:
    founder, circle = seats.founder()
    charter = founder.circle(circle).charter
    other = seats.world.run(founding.found_circle(founder.member, charter, "قنديل")).id
    founder.send(founder.to("invite", circle), "invite")
    assert founder.to("invite_slip", other).path == founder.at("invite", other)


def test_one_invitation_may_be_for_several(seats: Seats) -> None:
    founder, circle = seats.founder()
    founder.send(founder.to("invite", circle), "invite", uses="3")
    (one,) = founder.circle(circle).state.invites
    assert one.invite.uses == 3


@pytest.mark.parametrize("uses", ["4", "0", "x"])
def test_more_than_the_policy_allows_is_refused(seats: Seats, uses: str) -> None:
    founder, circle = seats.founder()
    page = founder.send(founder.to("invite", circle), "invite", uses=uses)
    assert page.status == 400
    assert founder.circle(circle).state.invites == ()


def test_an_invitation_can_be_taken_back(seats: Seats, client) -> None:
    founder, circle = seats.founder()
    (slip,) = slips_on(founder.send(founder.to("invite", circle), "invite"))
    page = founder.send(founder.to("invite", circle), "invite_revoke")
    assert _taken_back(founder, page) == 0
    guest = client(seats.language)
    answer = guest.send(guest.get(slip[0]), "joining", words=slip[1])
    assert answer.status == 410


def test_members_see_and_take_back_their_own_alone(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    founder.send(founder.to("invite", circle), "invite")
    assert _taken_back(guest, guest.to("invite", circle)) == 0
    proof = founder.circle(circle).state.invites[0].invite.proof
    token = guest.to("invite", circle).forms[0].fields["token"]
    assert guest.post(guest.about("invite_revoke", circle, proof), {"token": token}).status == 404
    guest.send(guest.to("invite", circle), "invite")
    assert _taken_back(founder, founder.to("invite", circle)) == 2


def test_in_a_storm_nobody_invites(seats: Seats) -> None:
    founder, circle = seats.founder()
    _at_level(seats, founder, circle, 3)
    assert founder.at("invite", circle) not in founder.to("group", circle).links
    page = founder.to("invite", circle)
    assert founder.word("In this weather nobody is invited, or the care team alone.") in page.text
    assert not [form for form in page.forms if form.action == founder.at("invite", circle)]
    token = page.forms[0].fields["token"]
    answer = founder.post(founder.at("invite", circle), {"token": token})
    assert answer.status == 403
    assert founder.circle(circle).state.invites == ()


def test_the_sixth_invitation_waits_for_two_more_stewards(seats: Seats) -> None:
    founder, circle = seats.founder()
    for _ in range(5):
        founder.send(founder.to("invite", circle), "invite")
    page = founder.send(founder.to("invite", circle), "invite")
    assert page.status == 409
    assert founder.word("Two more in the care team first, then further invitations.") in page.text
    assert len(founder.circle(circle).state.invites) == 5


def test_a_hidden_group_shows_who_knocks_and_lets_them_in(seats: Seats) -> None:
    founder, circle = seats.founder("hidden", "support")
    guest = seats.knocks(founder, circle, "حصاة")
    page = founder.to("invite", circle)
    assert "حصاة" in page.text
    assert "حصاة" not in founder.to("group_people", circle).text
    founder.send(page, "invite_answer", _button="answer=in")
    guest.send(guest.get(seats.world.url("groups")), "group_keys")
    assert "حصاة" in founder.to("group_people", circle).text


def test_not_now_lets_a_request_lapse(seats: Seats) -> None:
    founder, circle = seats.founder("hidden", "support")
    guest = seats.knocks(founder, circle, "حصاة")
    page = founder.send(founder.to("invite", circle), "invite_answer", _button="answer=not_now")
    assert "حصاة" not in page.text
    assert guest.word("The keys have come.") not in guest.get(seats.world.url("groups")).text


def test_an_invitation_that_has_ended_is_not_listed(seats: Seats, clock: SetClock) -> None:
    founder, circle = seats.founder()
    founder.send(founder.to("invite", circle), "invite")
    clock.forward(days=8)
    founder.sign_in()
    assert _taken_back(founder, founder.to("invite", circle)) == 0
