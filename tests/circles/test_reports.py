"""Reports: sealed to the stewards, bounded, and open as long as a steward holds the epoch they were sealed for."""

import pytest

from jiwar.circles import entering, leaving, letters, reports, roles
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desks
from jiwar.errors import BadChoice, NotThere, TextTooLong, TooMuch
from jiwar.store.contract import BOX_ENVELOPES, Mail
from jiwar.wire.canonical import encode
from tests.systems.company import Company

pytestmark = pytest.mark.anyio


def _waiting(company: Company) -> list[reports.Received]:
    palm = company.palm()
    return reports.waiting(palm, roles.open_role(palm))


def _persona(circle: Circle) -> bytes:
    return circle.log.persona.key


async def test_a_report_is_read_by_stewards(company: Company) -> None:
    fig, lamp = company.fig(), _persona(company.lamp())
    await reports.report(fig, lamp, "كلام", "hurts", "مرّتين")
    (found,) = _waiting(company)
    assert (found.sender, found.report.persona, found.report.handle) == (_persona(fig), lamp, "قنديل")
    assert (found.report.words, found.report.reason, found.report.more) == ("كلام", "hurts", "مرّتين")
    await reports.settle(roles.open_role(company.palm()), found.eid)
    assert _waiting(company) == []


async def test_no_word_of_a_report_can_be_found_in_the_store(company: Company) -> None:
    await reports.report(company.fig(), _persona(company.lamp()), "tell-tale words", "hurts", "")
    (desk,) = desks(roles.open_role(company.palm()))
    (mail,) = company.services.store.mail(desk.box)
    assert b"tell-tale" not in mail.value


@pytest.mark.parametrize(("reason", "more", "error"), [("else", "", BadChoice), ("hurts", "ب" * 601, TextTooLong)])
async def test_what_can_not_be_reported_is_not_sent(company: Company, reason: str, more: str, error: type) -> None:
    with pytest.raises(error):
        await reports.report(company.fig(), _persona(company.lamp()), "", reason, more)
    with pytest.raises(NotThere):
        await reports.report(company.fig(), b"x" * 32, "", "hurts", "")
    assert _waiting(company) == []


async def test_long_words_are_cut(company: Company) -> None:
    await reports.report(company.fig(), _persona(company.lamp()), "ب" * 9_000, "hurts", "ب" * 600)
    assert len(_waiting(company)[0].report.words) == reports.WORDS_LIMIT


async def test_letters_that_are_no_reports_are_passed_over(company: Company) -> None:
    fig = company.fig()
    desk = fig.state.desk_of()
    assert desk
    for purpose, circle, body in [
        (letters.REPORT, fig.id, b"\x00"),
        (letters.REPORT, bytes(32), encode(reports.Report(_persona(fig), "x", "", "hurts", ""))),
        (letters.KEYS, fig.id, encode(reports.Report(_persona(fig), "x", "", "hurts", ""))),
    ]:
        mail = letters.write_letter(
            fig.log.persona, circle, purpose, desk.kem, desk.inbox, 20_000, body, company.services.random
        )
        await company.services.store.put_mail(fig.log.shelf, fig.log.newest.append, desk.inbox, mail)
    assert _waiting(company) == []


async def test_a_full_desk_says_so(company: Company) -> None:
    about = _persona(company.lamp())
    for _ in range(BOX_ENVELOPES):
        await reports.report(company.fig(), about, "", "hurts", "")
    with pytest.raises(TooMuch):
        await reports.report(company.fig(), about, "", "hurts", "")
    assert len(_waiting(company)) == BOX_ENVELOPES


async def test_a_desk_full_of_junk_takes_reports_again_when_a_steward_comes(company: Company) -> None:
    fig, about = company.fig(), _persona(company.lamp())
    await reports.report(fig, about, "before", "hurts", "")
    desk = fig.state.desk_of()
    assert desk
    for at in range(BOX_ENVELOPES - 1):
        mail = Mail(at.to_bytes(16, "big"), company.clock.day(), b"junk" * 600)
        await company.services.store.put_mail(fig.log.shelf, fig.log.newest.append, desk.inbox, mail)
    with pytest.raises(TooMuch):
        await reports.report(company.lamp(), _persona(fig), "after", "hurts", "")
    await reports.clear_all_desks(fig.member)
    with pytest.raises(TooMuch):
        await reports.report(company.lamp(), _persona(fig), "after", "hurts", "")
    await reports.clear_all_desks(company.palm().member)
    await reports.report(company.lamp(), _persona(fig), "after", "hurts", "")
    assert {one.report.words for one in _waiting(company)} == {"before", "after"}


async def test_reports_of_who_has_left_are_still_read(company: Company) -> None:
    await reports.report(company.fig(), _persona(company.lamp()), "", "presses", "")
    await leaving.leave(company.fig())
    assert [one.report.reason for one in _waiting(company)] == ["presses"]


async def test_a_removed_steward_opens_no_letter_that_comes_after(company: Company) -> None:
    palm, fig = company.palm(), company.fig()
    await roles.give(palm, _persona(fig))
    await roles.offer(company.palm(), roles.open_role(company.palm()), _persona(fig))
    await entering.take_keys(company.fig().member, company.fig().membership)
    held = roles.open_role(company.fig())
    await roles.take(company.palm(), _persona(fig))
    await reports.report(company.lamp(), _persona(fig), "", "presses", "")
    assert len(_waiting(company)) == 1
    assert reports.waiting(company.fig(), held) == []
    assert roles.care_of(company.fig()) is None
