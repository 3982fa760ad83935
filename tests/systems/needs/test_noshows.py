"""Nobody came: the care team is told, without a name, and nobody else learns of it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import cases, issuing, letters, noshows, oneoffs, reports, rights, roles
from jiwar.circles.agreeing import PROPOSE
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desks
from jiwar.circles.model import STEWARD
from jiwar.circles.noshows import MOST_LYING, Missed, NoShow
from jiwar.clock import SetClock
from jiwar.errors import NotThere, TextTooLong
from jiwar.keyring.model import Case
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import pledging
from jiwar.systems.needs.model import OFFER
from jiwar.wire.canonical import Wire, encode
from tests.systems.company import Company
from tests.systems.needs.test_cases import agreed, listed, proposed

pytestmark = pytest.mark.anyio


def waiting(company: Company) -> list[Missed]:
    return noshows.waiting(company.palm(), roles.open_role(company.palm()))


async def send(company: Company, sender: Persona, body: Wire, circle: bytes = b"", days_ago: int = 0) -> None:
    """What somebody with a program of their own may leave on the desk."""
    fig = company.fig()
    desk = fig.state.desk_of(STEWARD)
    assert desk is not None
    place = (circle or fig.id, letters.NOSHOW, desk.kem, desk.inbox, company.clock.day() - days_ago)
    mail = letters.write_letter(sender, *place, encode(body), company.services.random)
    await company.services.store.put_mail(fig.log.shelf, fig.log.newest.append, desk.inbox, mail)


async def test_who_asked_tells_and_the_case_goes_on(company: Company) -> None:
    obj = await listed(company)
    asks, helps = await agreed(company, obj)
    await pledging.tell_nobody_came(company.fig(), asks, "انتظرت ساعة")
    (one,) = waiting(company)
    assert (one.obj, one.other, one.behind) == (obj, Persona(helps.seed).key, False)
    assert [said.noshow.more for said in one.told] == ["انتظرت ساعة"]
    assert cases.mine(company.fig())[0].secret == asks.secret
    assert cases.mine(company.fig())[0].told


async def test_who_helps_tells_about_who_asked(company: Company) -> None:
    obj = await listed(company)
    asks, helps = await agreed(company, obj)
    await pledging.tell_nobody_came(company.palm(), helps)
    (one,) = waiting(company)
    assert (one.obj, one.other, one.behind) == (obj, Persona(asks.seed).key, True)


async def test_telling_twice_is_once(company: Company) -> None:
    await agreed(company, await listed(company))
    for _ in range(2):
        await pledging.tell_nobody_came(company.fig(), cases.mine(company.fig())[0])
    assert [len(one.told) for one in waiting(company)] == [1]


async def test_several_who_waited_for_one_offer_are_seen_together(company: Company) -> None:
    """Each told by a one-off of its own: an offer is one, and those who come along are others each time."""
    obj = await listed(company, OFFER, "سيارة")
    for name in ("palm", "lamp"):
        circle = company.opened_by(name)
        await pledging.propose(circle, obj, whole=True)
        await pledging.accept(company.fig(), obj, newest(company.fig(), obj))
        case = await pledging.confirm(company.opened_by(name), obj, proposed(company.opened_by(name), obj), "ar")
        await pledging.tell_nobody_came(company.opened_by(name), case, name)
    (one,) = waiting(company)
    assert one.behind
    assert sorted(said.noshow.more for said in one.told) == ["lamp", "palm"]


def newest(circle: Circle, obj: bytes) -> bytes:
    return next(made.name for made, _ in pledging.agreements(circle, obj) if made.step == PROPOSE)


async def test_what_is_too_long_changes_nothing(company: Company) -> None:
    asks, _ = await agreed(company, await listed(company))
    with pytest.raises(TextTooLong):
        await pledging.tell_nobody_came(company.fig(), asks, "أ" * (noshows.MORE_LIMIT + 1))
    assert waiting(company) == []
    assert not cases.mine(company.fig())[0].told


async def test_a_case_that_has_ended_can_not_be_told_of(company: Company) -> None:
    ended = Case(b"n" * 16, company.circle, b"", b"", b"", b"", company.clock.day())
    with pytest.raises(NotThere):
        await pledging.tell_nobody_came(company.fig(), ended)


async def test_settled_it_is_gone_and_the_others_stay(company: Company) -> None:
    first, second = await listed(company), await listed(company, text="حليب")
    for obj in (first, second):
        asks, _ = await agreed(company, obj)
        await pledging.tell_nobody_came(company.fig(), asks)
    one = next(one for one in waiting(company) if one.obj == first)
    await noshows.settle(roles.open_role(company.palm()), [told.eid for told in one.told])
    assert [one.obj for one in waiting(company)] == [second]


async def test_what_no_program_of_ours_writes_is_passed_over_and_cleared(company: Company) -> None:
    """Neither of the two is behind it; somebody about themselves; too much; another circle; no such letter."""
    sender, other = Persona(b"s" * 32), Persona(b"o" * 32)
    obj = oneoffs.object_of(company.circle, sender.key)
    good = NoShow(obj, other.key, "")
    for body, circle in (
        (replace(good, obj=b"x" * 16), b""),
        (replace(good, other=sender.key), b""),
        (replace(good, obj=b"x"), b""),
        (replace(good, other=b"x"), b""),
        (replace(good, more="أ" * (noshows.MORE_LIMIT + 1)), b""),
        (replace(good, right=replace(rights.NONE, period=-1)), b""),
        (good, bytes(32)),
        (Wrong(), b""),
    ):
        await send(company, sender, body, circle)
    assert waiting(company) == []
    care = roles.open_role(company.palm())
    await reports.clear_desk(company.palm(), care)
    assert lying(company) == 0
    await send(company, sender, good)
    await reports.clear_desk(company.palm(), care)
    assert len(waiting(company)) == lying(company) == 1


class Wrong(Wire, frozen=True):
    """No letter at all."""

    text: str = "x"


def lying(company: Company) -> int:
    care = roles.open_role(company.palm())
    return sum(len(company.services.store.mail(desk.box)) for desk in desks(care))


async def test_whoever_is_many_one_offs_keeps_nobodys_report_out(company: Company) -> None:
    other = Persona(b"o" * 32)
    obj = oneoffs.object_of(company.circle, other.key)
    for number in range(MOST_LYING + 6):
        await send(company, Persona(bytes([number]) * 32), NoShow(obj, other.key, ""))
    (one,) = waiting(company)
    assert len(one.told) == MOST_LYING
    await reports.clear_desk(company.palm(), roles.open_role(company.palm()))
    assert lying(company) == MOST_LYING


async def introduced(company: Company, clock: SetClock) -> None:
    """Everybody has rights, and they can be shown."""
    await issuing.look_after_everywhere(company.palm().member)
    for name in ("fig", "palm"):
        await rights.look_after_everywhere(company.opened_by(name).member)
    await issuing.look_after_everywhere(company.palm().member)
    clock.forward(days=1)


async def test_many_backdated_letters_push_out_none_of_the_circle(company: Company, clock: SetClock) -> None:
    await introduced(company, clock)
    obj = await listed(company)
    asks, _ = await agreed(company, obj)
    await pledging.tell_nobody_came(company.fig(), asks, "انتظرت ساعة")
    for number in range(MOST_LYING + 6):
        await send(company, Persona(bytes([number]) * 32), NoShow(obj, Persona(asks.seed).key, ""), days_ago=9)
    await reports.clear_desk(company.palm(), roles.open_role(company.palm()))
    assert lying(company) == MOST_LYING
    assert ["انتظرت ساعة"] in [[said.noshow.more for said in one.told] for one in waiting(company)]


async def test_what_is_about_nothing_on_the_board_goes_before_what_is(company: Company) -> None:
    other = Persona(b"o" * 32)
    nowhere = oneoffs.object_of(company.circle, other.key)
    for number in range(MOST_LYING):
        await send(company, Persona(bytes([number]) * 32), NoShow(nowhere, other.key, ""), days_ago=9)
    obj = await listed(company)
    asks, _ = await agreed(company, obj)
    await pledging.tell_nobody_came(company.fig(), asks)
    await reports.clear_desk(company.palm(), roles.open_role(company.palm()))
    assert obj in [one.obj for one in waiting(company)]


async def test_an_introduction_says_that_somebody_of_the_circle_tells(company: Company, clock: SetClock) -> None:
    await introduced(company, clock)
    obj = await listed(company)
    asks, helps = await agreed(company, obj)
    await pledging.tell_nobody_came(company.fig(), asks)
    await pledging.tell_nobody_came(company.palm(), helps)
    stranger = Persona(b"s" * 32)
    copied = next(one.told[0].noshow.right for one in waiting(company) if not one.behind)
    await send(company, stranger, NoShow(obj, Persona(asks.seed).key, "", copied))
    found = {one.behind: one.introduced for one in waiting(company)}
    assert found == {False: 1, True: 1}, "a right that somebody else has shown introduces nobody"


async def test_the_need_stands_as_it_did(company: Company) -> None:
    obj = await listed(company)
    asks, _ = await agreed(company, obj)
    before = company.lamp().log.cover(obj)
    await pledging.tell_nobody_came(company.fig(), asks)
    assert company.lamp().log.cover(obj) == before


async def test_trusted_people_have_no_care_team_in_their_circle(company: Company) -> None:
    assert noshows.can_be_told(company.fig())
    assert not noshows.can_be_told(roles.open_role(company.palm()))


async def test_it_waits_on_the_desk_beside_reports(company: Company) -> None:
    asks, _ = await agreed(company, await listed(company))
    await pledging.tell_nobody_came(company.fig(), asks)
    palm = company.palm()
    await reports.report(company.fig(), company.lamp().log.persona.key, "", "hurts", "")
    assert reports.all_waiting(palm, STEWARD, roles.open_role(palm)) == 2
