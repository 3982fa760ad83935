"""What one does in a case: take it, say something, open a step, arrive, end it; and how nothing is left of it.

Implements spec/protocol.md §9.10. It is shredded when one of the two ends it, some days after both have arrived, and
at the latest after `LIFE` days, by whoever of them comes first. If nobody comes, the store drops what lies in its box
(§7), and the keys to it are in two keyrings that nobody opens.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from msgspec.structs import replace

from jiwar.circles import agreeing, letters, oneoffs, texts, words
from jiwar.circles.agreeing import Agreement
from jiwar.circles.cases import (
    AFTER,
    ARRIVED,
    CAME,
    ENDED,
    LAST_NUMBER,
    LIFE,
    MOST_LETTERS,
    OPEN,
    SAY,
    SAY_LIMIT,
    SHOW,
    STEP_LIMIT,
    STEPS,
    Line,
    lying,
    mine,
    require_place,
    show,
    with_other,
)
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, NotThere
from jiwar.keyring.model import Case, Keyring, OneOff
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import encode

# beginning


def _case(circle: Circle, own: OneOff, obj: bytes, made: Agreement, asks: bool) -> Case:
    return Case(
        name=circle.services.random(16),
        circle=circle.id,
        obj=obj,
        seed=own.seed,
        other=made.other,
        secret=made.secret(circle.id, obj),
        day=circle.services.clock.day(),
        asks=asks,
        whole=made.whole,
        language=made.language,
    )


async def begin(circle: Circle, own: OneOff, obj: bytes, made: Agreement, asks: bool) -> None:
    """Let there be something in the box, before the other one learns that there is one. Raises CasesFull."""
    require_place(circle.member.keyring)
    await _leave(circle, _case(circle, own, obj, made, asks), CAME)


async def take(circle: Circle, own: OneOff, obj: bytes, made: Agreement, asks: bool) -> Case:
    """Take a case that both have agreed on into my keyring. Raises NotThere (not agreed; ended), CasesFull."""
    there = with_other(circle, own.seed, made.other)
    case = there or _case(circle, own, obj, made, asks)
    if there is None:

        def keep(ring: Keyring) -> Keyring:
            require_place(ring)
            return replace(ring, cases=(*ring.cases, case))

        if not lying(circle, case):
            await _purge(circle, case)
            raise NotThere
        await circle.member.update(keep)
    if not any(one.mine and one.line.kind == CAME for one in show(circle, case).said):
        await _leave(circle, case, CAME)
    return case


# what one may do in it


async def _leave(circle: Circle, case: Case, kind: str, step: str = "", text: str = "") -> None:
    room, said = desk_of(case.secret), show(circle, case).said
    number = min(LAST_NUMBER, 1 + max((one.line.number for one in said), default=0))
    place = envelopes.public_key(room.seed), digest(INBOX, room.box)
    await words.leave(circle, Persona(case.seed), letters.PAIR, encode(Line(kind, number, step, text)), place)


def _require_open(circle: Circle, case: Case) -> None:
    """Raises NotThere for one that has ended: nothing is put into its box again."""
    if case.secret == ENDED or not lying(circle, case):
        raise NotThere


async def say(circle: Circle, case: Case, text: str) -> None:
    """Raises TextMissing, TextTooLong, NotThere, TooMuch."""
    text = texts.passage(text, SAY_LIMIT)
    _require_open(circle, case)
    talk, beyond = show(circle, case).talk, len(lying(circle, case)) + 1 - MOST_LETTERS
    await _delete(circle, desk_of(case.secret).box, (one.eid for one in talk[: max(0, beyond)]))
    await _leave(circle, case, SAY, text=text)


async def open_step(circle: Circle, case: Case, step: str, text: str) -> Case:
    """Open one more step: my words stay in my keyring until the other one has opened it as well.

    Raises BadChoice, TextMissing, TextTooLong, NotThere, TooMuch.
    """
    if step not in STEPS:
        raise BadChoice
    text = texts.line(text, STEP_LIMIT)
    _require_open(circle, case)
    if any(name == step for name, _ in case.opened):
        raise BadChoice
    now = replace(case, opened=(*case.opened, (step, text)))
    await _change(circle, case, [now])
    await _leave(circle, now, OPEN, step)
    await show_opened(circle, now)
    return now


async def show_opened(circle: Circle, case: Case) -> None:
    """Show what both have opened and I have not shown yet."""
    shown = show(circle, case)
    done = {one.line.step for one in shown.said if one.mine and one.line.kind == SHOW}
    for step, text in case.opened:
        if step not in done and shown.step(step).theirs_open:
            await _leave(circle, case, SHOW, step, text)


async def arrive(circle: Circle, case: Case) -> None:
    """Say that it went well and I am there. Raises NotThere, TooMuch."""
    _require_open(circle, case)
    if not case.arrived:
        await _change(circle, case, [replace(case, arrived=True)])
        await _leave(circle, case, ARRIVED)


# its end


async def end(circle: Circle, case: Case) -> None:
    """Shred it, without a reason: the other one finds an empty box, and the need stands as it did."""
    await _shred(circle, case, [])


async def settle(circle: Circle) -> None:
    """Look after my cases here: what is over is shredded; of what the other one ended, that it did is left."""
    today = circle.services.clock.day()
    for case in mine(circle):
        if case.secret == ENDED:
            if case.day + AFTER < today:
                await _change(circle, case, [])
        elif not lying(circle, case):
            # What went well, or had its time, is no news.
            over = case.arrived or case.day + LIFE < today
            ended = Case(case.name, case.circle, b"", b"", b"", ENDED, today)
            await _shred(circle, case, [] if over else [ended])
        elif show(circle, case).last_day < today:
            await _shred(circle, case, [])


async def leave(circle: Circle) -> None:
    """Before I go: all of them end."""
    for case in mine(circle):
        await end(circle, case)


async def _shred(circle: Circle, case: Case, left: list[Case]) -> None:
    """Delete everything of it that either of us could: what was said, what we agreed on, keys, the way we met."""
    if case.secret != ENDED:
        await _delete(circle, desk_of(case.secret).box, (mail.eid for mail in lying(circle, case)))
        await _purge(circle, case)
    await _change(circle, case, left)


async def _purge(circle: Circle, case: Case) -> None:
    """Delete what the two wrote to each other before; of a one-off that was made for it, nothing is left."""
    me = Persona(case.seed)
    said = [one.eid for one in words.heard(circle, me, case.obj) if one.other(me.key) == case.other]
    agreed = [one.eid for one in agreeing.steps(circle, me, case.obj) if case.other in (one.sender, one.deal.to)]
    await _delete(circle, me.box(oneoffs.BOX), [*said, *agreed])
    if any(one.seed == case.seed and one.about for one in oneoffs.all_mine(circle)):
        await oneoffs.forget(circle, [case.obj])


async def _delete(circle: Circle, box: bytes, eids: Iterable[bytes]) -> None:
    await asyncio.gather(*(circle.services.store.delete_mail(box, eid) for eid in eids))


async def _change(circle: Circle, case: Case, left: list[Case]) -> None:
    def change(ring: Keyring) -> Keyring:
        kept = [now for one in ring.cases for now in (left if one.name == case.name else [one])]
        return replace(ring, cases=tuple(kept))

    await circle.member.update(change)
