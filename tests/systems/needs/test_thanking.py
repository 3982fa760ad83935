"""Thanks: at the end of what worked out, and in a case, from one-off to one-off."""

from __future__ import annotations

import pytest

from jiwar.circles import attending, cases, letters, oneoffs, thanks, words
from jiwar.circles.oneoffs import THANKED_DAYS
from jiwar.clock import SetClock
from jiwar.errors import NotThere, TextTooLong
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import service, thanking, view
from jiwar.systems.needs.rules import WORKED
from jiwar.wire.canonical import encode
from tests.systems.company import Company
from tests.systems.needs.test_cases import agreed, listed

pytestmark = pytest.mark.anyio


def texts(company: Company, name: str) -> list[str]:
    return [one.text for one in thanking.received(company.opened_by(name))]


async def test_who_wrote_about_it_is_thanked(company: Company) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    await service.send_word(company.lamp(), obj, "وعندي")
    assert thanking.has_somebody(company.fig(), obj)
    await thanking.end(company.fig(), obj, "كان طيّباً")
    assert texts(company, "palm") == texts(company, "lamp") == ["كان طيّباً"]
    assert texts(company, "fig") == []
    assert view.one(company.lamp(), obj).need.outcome == WORKED


async def test_a_thank_you_is_enough(company: Company) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    await thanking.end(company.fig(), obj)
    assert texts(company, "palm") == [""]


async def test_where_nobody_wrote_there_is_nobody_to_thank(company: Company) -> None:
    obj = await listed(company)
    assert not thanking.has_somebody(company.fig(), obj)
    assert not thanking.has_somebody(company.palm(), obj)
    await thanking.end(company.fig(), obj, "شكراً")
    assert texts(company, "palm") == []


async def test_who_has_a_case_is_thanked_there(company: Company) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي")
    _, helps = await agreed(company, obj)
    await thanking.end(company.fig(), obj, "وصل دافئاً")
    shown = cases.show(company.palm(), helps)
    assert (shown.has_thanked(mine=False), shown.thanks, shown.waits_for_me) == (True, "وصل دافئاً", True)
    assert texts(company, "palm") == []


async def test_nothing_in_it_ends_with_what_is_too_long(company: Company) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    with pytest.raises(TextTooLong):
        await thanking.end(company.fig(), obj, "أ" * (thanks.LIMIT + 1))
    assert view.one(company.lamp(), obj).is_open
    assert texts(company, "palm") == []


async def test_nobody_ends_what_is_not_theirs(company: Company) -> None:
    obj = await listed(company)
    with pytest.raises(NotThere):
        await thanking.end(company.palm(), obj)


async def test_put_away_it_is_gone(company: Company) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    await thanking.end(company.fig(), obj)
    (came,) = thanking.received(company.palm())
    await thanking.put_away(company.lamp(), came.eid)
    assert texts(company, "palm") == [""], "nobody else's"
    for _ in range(2):
        await thanking.put_away(company.palm(), came.eid)
    assert texts(company, "palm") == []


async def test_it_waits_a_week_for_who_comes_late(company: Company, clock: SetClock) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    last = view.one(company.palm(), obj).until
    await thanking.end(company.fig(), obj)
    clock.forward(days=last - clock.day() + THANKED_DAYS)
    await oneoffs.settle(company.palm())
    assert texts(company, "palm") == [""]
    clock.forward(days=1)
    await oneoffs.settle(company.palm())
    assert texts(company, "palm") == []
    assert oneoffs.all_mine(company.palm()) == []


async def test_without_thanks_nothing_waits(company: Company, clock: SetClock) -> None:
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    last = view.one(company.palm(), obj).until
    await service.end(company.fig(), obj, WORKED)
    clock.forward(days=last - clock.day() + 1)
    await oneoffs.settle(company.palm())
    assert oneoffs.all_mine(company.palm()) == []


async def test_only_whoever_was_behind_it_thanks(company: Company) -> None:
    """Anybody may leave a letter in a box whose address they know."""
    obj = await listed(company)
    await service.send_word(company.palm(), obj, "عندي خبز")
    own = oneoffs.about(company.palm(), obj)
    assert own is not None
    me = oneoffs.persona_of(own)
    place = (me.kem_key, me.inbox(oneoffs.BOX))
    await thanks.send(company.lamp(), Persona(b"s" * 32), obj, "مزيّف", place)
    behind = oneoffs.persona_of(oneoffs.mine(company.fig())[0])
    for body in (encode(thanks.Thanks("س" * (thanks.LIMIT + 1), obj)), encode(thanks.Thanks("", b"x" * 16)), b"x"):
        await words.leave(company.fig(), behind, letters.THANKS, body, place)
    await service.end(company.fig(), obj, WORKED)
    assert texts(company, "palm") == []


async def test_in_a_case_each_thanks_once(company: Company) -> None:
    asks, helps = await agreed(company, await listed(company))
    await attending.thank(company.fig(), asks, "شكراً جزيلاً")
    await attending.thank(company.fig(), asks, "ومرّة أخرى")
    shown = cases.show(company.palm(), helps)
    assert shown.thanks == "شكراً جزيلاً"
    assert sum(one.line.kind == cases.THANKS for one in shown.said) == 1
    assert not cases.show(company.fig(), asks).has_thanked(mine=False)
    with pytest.raises(TextTooLong):
        await attending.thank(company.palm(), helps, "أ" * (cases.STEP_LIMIT + 1))
