"""What is urgent wakes those who said that they can be at this hour and for this, when it stands; nobody else."""

from __future__ import annotations

from dataclasses import replace

import pytest
from msgspec import structs

from jiwar.circles import duty, leaving, nudges, oneoffs, roles
from jiwar.circles.duty import Watch
from jiwar.circles.founding import write_own
from jiwar.circles.later import URGENT, USUAL
from jiwar.circles.model import DISPATCHER, Role
from jiwar.circles.nudges import AT_ONCE, PUSH, open_target
from jiwar.clock import WEEK_HOURS
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, TextMissing
from jiwar.keyring.model import Duty, Nudge, Window
from jiwar.systems.forum import service as forum
from jiwar.systems.needs import rules, service, view
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.rules import NOW, WEEK, Wish
from jiwar.wire.canonical import encode
from tests.systems.company import Company

pytestmark = pytest.mark.anyio
SEED = bytes(range(envelopes.SEED))
KEY = envelopes.public_key(SEED)
EVERY_DAY = 127
NIGHTS = (Window(EVERY_DAY, 22, 9),)
BED = Wish(NEED, "مكان الليلة.", kind="thrown_out", when=NOW)


async def can_ring(company: Company, name: str) -> None:
    wanted = Nudge(PUSH, f"https://push.example/{name}", 21, "tea")
    await nudges.choose(company.opened_by(name).member, KEY, wanted)


async def stands(
    company: Company, name: str, windows: tuple[Window, ...] = NIGHTS, kinds: tuple[str, ...] = ()
) -> None:
    await can_ring(company, name)
    await duty.stand(company.opened_by(name), KEY, windows, kinds, "kettle")


def at(company: Company, hour: int) -> None:
    company.clock.now = company.clock.now // 86_400 * 86_400 + hour * 3_600


async def passes(company: Company, seconds: float) -> None:
    company.clock.forward(seconds=seconds)
    await company.services.later.look(company.services.store, company.clock.monotonic())


def rung(company: Company) -> list[str]:
    """Who is woken, from what the hub was handed; all of it is for at once."""
    found = [open_target(SEED, company.services.hub_id, one) for one in company.services.rung.take()]
    assert {(one.hour, one.text) for one in found} <= {(AT_ONCE, "kettle")}
    return sorted(one.endpoint.rpartition("/")[2] for one in found)


async def test_urgent_request_wakes_who_is_on_watch_when_it_stands(company: Company) -> None:
    await stands(company, "palm")
    await stands(company, "lamp", (Window(EVERY_DAY, 9, 3),))
    at(company, 2)
    obj = await service.ask(company.fig(), BED)
    await passes(company, URGENT[0] - 1)
    assert (company.palm().log.has(obj), rung(company)) == (False, [])
    await passes(company, URGENT[1])
    assert (company.palm().log.has(obj), rung(company)) == (True, ["palm"])
    assert oneoffs.mine(company.fig())


@pytest.mark.parametrize(
    "wish",
    [
        replace(BED, when=WEEK, kind="food"),
        replace(BED, side=OFFER),
        replace(BED, side=OFFER, kind="food"),
    ],
)
async def test_what_can_wait_wakes_nobody_and_waits_as_long_as_ever(company: Company, wish: Wish) -> None:
    await stands(company, "palm")
    at(company, 2)
    obj = await service.ask(company.fig(), wish)
    await passes(company, USUAL[0] - 1)
    assert not company.palm().log.has(obj)
    await passes(company, USUAL[1])
    assert company.palm().log.has(obj)
    assert rung(company) == []


async def test_kinds_are_kept_apart_and_what_is_unsaid_is_for_everybody(company: Company) -> None:
    await stands(company, "palm", kinds=("thrown_out",))
    await stands(company, "lamp", kinds=("blackmail",))
    at(company, 23)
    for kind, woken in (("thrown_out", ["palm"]), ("blackmail", ["lamp"]), ("", ["lamp", "palm"]), ("food", [])):
        obj = await service.ask(company.fig(), replace(BED, kind=kind))
        await passes(company, URGENT[1])
        assert rung(company) == woken, kind
        await service.take_back(company.fig(), obj)


async def test_what_was_taken_back_in_time_wakes_nobody(company: Company) -> None:
    await stands(company, "palm")
    at(company, 2)
    obj = await service.ask(company.fig(), BED)
    await service.take_back(company.fig(), obj)
    await passes(company, URGENT[1])
    assert rung(company) == []


async def test_what_the_process_forgot_wakes_when_it_comes_after_all(company: Company) -> None:
    await stands(company, "palm")
    at(company, 2)
    await service.ask(company.fig(), BED)
    company.services.later.waiting.clear()
    await oneoffs.settle(company.fig())
    await passes(company, URGENT[1])
    assert rung(company) == ["palm"]


async def test_a_word_of_every_day_wakes_nobody(company: Company) -> None:
    await stands(company, "palm")
    at(company, 2)
    await forum.start_topic(company.fig(), "A title", "Words.")
    found = [open_target(SEED, company.services.hub_id, one) for one in company.services.rung.take()]
    assert [(one.hour, one.text) for one in found] == [(21, "tea")]


async def test_what_is_confided_wakes_the_dispatchers_on_duty_and_nobody_else(company: Company) -> None:
    await stands(company, "lamp")
    await stands(company, "palm", kinds=("thrown_out",))
    await roles.open_circle(company.palm(), DISPATCHER)
    at(company, 2)
    assert duty.watch(company.fig(), "thrown_out", confided=True) == Watch(False, -1)
    await nudges.renew(company.palm().member, KEY)
    assert duty.watch(company.fig(), "thrown_out", confided=True) == Watch(True, 0)
    await service.confide(company.fig(), BED)
    assert rung(company) == ["palm"]
    await service.confide(company.fig(), replace(BED, kind="blackmail"))
    await service.confide(company.fig(), replace(BED, when=WEEK, kind="food"))
    assert rung(company) == []
    obj = await service.ask(company.fig(), BED)
    await passes(company, URGENT[1])
    assert (company.palm().log.has(obj), rung(company)) == (True, ["lamp", "palm"])
    circle = company.palm()
    await write_own(circle, "role", encode(Role(circle.me.persona, circle.me.role & ~DISPATCHER)))
    await nudges.renew(company.palm().member, KEY)
    assert duty.watch(company.fig(), "thrown_out", confided=True) == Watch(False, -1)


async def test_a_dispatcher_with_every_kind_finds_room(company: Company) -> None:
    await roles.open_circle(company.palm(), DISPATCHER)
    kinds = tuple(f"kind {number}" for number in range(nudges.MOST_MARKS))
    long = "https://push.example/" + "x" * (nudges.ENDPOINT_LIMIT - 21)
    await nudges.choose(company.palm().member, KEY, Nudge(PUSH, long, 21, "tea"))
    await duty.stand(company.palm(), KEY, NIGHTS, kinds, "k" * nudges.TEXT_LIMIT)
    at(company, 2)
    assert duty.watch(company.fig(), "kind 3", confided=True).now


async def test_only_what_is_urgent_is_a_choice(company: Company) -> None:
    await stands(company, "palm")
    ring = company.palm().member.keyring.nudge
    await nudges.choose(company.palm().member, KEY, structs.replace(ring, daily=False))
    at(company, 2)
    await forum.start_topic(company.fig(), "A title", "Words.")
    assert rung(company) == []
    await service.ask(company.fig(), BED)
    await passes(company, URGENT[1])
    assert rung(company) == ["palm"]


async def test_nobody_is_woken_who_ended_it_left_or_never_said_so(company: Company) -> None:
    for name in ("palm", "lamp"):
        await stands(company, name)
    await can_ring(company, "fig")
    at(company, 2)
    await duty.stand(company.lamp(), KEY, (), (), "")
    assert duty.mine(company.lamp()) is None
    await service.ask(company.fig(), BED)
    await passes(company, URGENT[1])
    assert rung(company) == ["palm"]
    await stands(company, "lamp")
    await leaving.leave(company.lamp())
    assert company.members["lamp"].keyring.nudge.duties == ()


async def test_whoever_asks_is_told_what_is_so(company: Company) -> None:
    assert duty.watch(company.fig()) == Watch(False, -1)
    await stands(company, "palm", kinds=("thrown_out",))
    for hour, said in ((2, Watch(True, 0)), (7, Watch(False, 15)), (21, Watch(False, 1)), (22, Watch(True, 0))):
        at(company, hour)
        assert duty.watch(company.fig(), "thrown_out") == said, hour
        assert duty.watch(company.fig()) == said
    assert duty.watch(company.fig(), "food") == Watch(False, -1)
    assert duty.watch(company.palm(), "thrown_out") == Watch(False, -1), "nobody waits for themselves"


async def test_nothing_of_it_says_who(company: Company) -> None:
    """All letters are as long, whatever they are for; nothing in one names its author."""
    await can_ring(company, "lamp")
    await stands(company, "palm", kinds=tuple(rules.USUAL))
    mails = [mail for box in company.services.store._boxes.values() for mail in box.values()]  # type: ignore[attr-defined]
    assert len(mails) == 3
    assert len({len(mail.value) for mail in mails}) == 1
    persona = company.palm().log.persona.key
    keys = company.fig().log.newest
    for number in range(nudges.BOXES):
        inbox = digest(INBOX, nudges._box(keys, number))
        for mail in company.services.store.mail(nudges._box(keys, number)):
            assert persona not in encode(nudges.take_off(keys, inbox, mail))


@pytest.mark.parametrize(
    ("windows", "hours"),
    [
        ((Window(1, 0, 1),), {0}),
        ((Window(1 << 6, 22, 4),), {6 * 24 + 22, 6 * 24 + 23, 0, 1}),
        ((Window(EVERY_DAY, 5, 24),), set(range(WEEK_HOURS))),
        ((Window(1, 3, 1), Window(2, 3, 1)), {3, 27}),
    ],
)
def test_hours_of_a_week_run_past_midnight_and_past_sunday(windows: tuple[Window, ...], hours: set[int]) -> None:
    bits = int.from_bytes(nudges.hours_of(Duty(b"", windows)), "little")
    assert {hour for hour in range(WEEK_HOURS) if bits >> hour & 1} == hours


async def test_what_is_no_watch_is_refused(company: Company) -> None:
    with pytest.raises(BadChoice):
        await duty.stand(company.palm(), KEY, NIGHTS, (), "kettle")
    await can_ring(company, "palm")
    for windows in ((Window(0, 1, 1),), (Window(1, 24, 1),), (Window(1, 1, 25),), NIGHTS * 4):
        with pytest.raises(BadChoice):
            await duty.stand(company.palm(), KEY, windows, (), "kettle")
    with pytest.raises(TextMissing):
        await duty.stand(company.palm(), KEY, NIGHTS, (), " ")
    assert company.palm().member.keyring.nudge.duties == ()
    assert view.all_mine(company.palm()) == []
