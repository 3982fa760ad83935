"""What one does in a case: take it, say something, open a step, arrive, end it; and how nothing is left of it.

Implements spec/protocol.md §9.10. It is shredded when one of the two ends it, some days after both have arrived, and
at the latest after `LIFE` days, by whoever of them comes first; and when the circle through which they met leaves a
keyring. If nobody comes, the store drops what lies in its box (§7), and the keys to it are in two keyrings that
nobody opens.

- What I open or say is in my keyring first. What of it has not come into the box, for lack of room or of a network,
  goes with whatever I do next.
- Shredding takes the tokens of two boxes and no key of a circle: it works for who was removed, or laid a role down.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import boxes, letters, oneoffs, texts, words
from jiwar.circles.agreeing import Agreement, Deal
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
    THANKS,
    Line,
    lying,
    mine,
    named,
    require_place,
    show,
    with_other,
)
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.circles.member import Member, Services
from jiwar.circles.words import Word
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Removed
from jiwar.keyring.model import Case, Keyring, OneOff
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import decode, encode

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
    case = with_other(circle, own.seed, made.other)
    if case is None:
        made_now = _case(circle, own, obj, made, asks)

        def keep(ring: Keyring) -> Keyring:
            # Another session of mine may have been faster.
            if any((one.seed, one.other) == (own.seed, made.other) for one in ring.cases):
                return ring
            require_place(ring)
            return replace(ring, cases=(*ring.cases, made_now))

        if not lying(circle, made_now):
            await _purge(circle.member, made_now)
            raise NotThere
        await circle.member.update(keep)
        case = with_other(circle, own.seed, made.other) or made_now
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
    await _delete(circle.services, desk_of(case.secret).box, (one.eid for one in talk[: max(0, beyond)]))
    await _leave(circle, case, SAY, text=text)
    await tell(circle, case)


async def open_step(circle: Circle, case: Case, step: str, text: str) -> Case:
    """Open one more step: my words stay in my keyring until the other one has opened it as well.

    Raises BadChoice, TextMissing, TextTooLong, NotThere, TooMuch.
    """
    if step not in STEPS:
        raise BadChoice
    text = texts.line(text, STEP_LIMIT)
    _require_open(circle, case)
    if _has_opened(case, step):
        raise BadChoice

    def add(now: Case) -> list[Case]:
        return [now if _has_opened(now, step) else replace(now, opened=(*now.opened, (step, text)))]

    await _change(circle.member, case, add)
    now = named(circle, case.name)
    await tell(circle, now)
    return now


def _has_opened(case: Case, step: str) -> bool:
    return any(name == step for name, _ in case.opened)


async def tell(circle: Circle, case: Case) -> None:
    """Put into the box what my keyring says of it and the box does not yet. Raises NotThere, TooMuch."""
    _require_open(circle, case)
    said = {(one.line.kind, one.line.step) for one in show(circle, case).said if one.mine}
    for step, _ in case.opened:
        if (OPEN, step) not in said:
            await _leave(circle, case, OPEN, step)
    if case.arrived and (ARRIVED, "") not in said:
        await _leave(circle, case, ARRIVED)
    await show_opened(circle, case)


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
    await _change(circle.member, case, lambda now: [replace(now, arrived=True)])
    await tell(circle, named(circle, case.name))


async def thank(circle: Circle, case: Case, text: str = "") -> None:
    """Say thank you, with a line or without; twice is once. Raises TextTooLong, NotThere, TooMuch."""
    text = texts.line(text, STEP_LIMIT, required=False)
    _require_open(circle, case)
    if not show(circle, case).has_thanked(mine=True):
        await _leave(circle, case, THANKS, text=text)
    await tell(circle, case)


async def note_told(circle: Circle, case: Case) -> None:
    """Remember that the care team knows that nobody came."""
    await _change(circle.member, case, lambda now: [replace(now, told=True)])


# its end


async def end(circle: Circle, case: Case) -> None:
    """Shred it, without a reason: the other one finds an empty box, and the need stands as it did."""
    await _shred(circle.member, case, [])


async def settle(circle: Circle) -> None:
    """Look after my cases here: what is over is shredded; of what the other one ended, that it did is left."""
    today = circle.services.clock.day()
    for case in mine(circle):
        if case.secret == ENDED:
            if case.day + AFTER < today:
                await _shred(circle.member, case, [])
        elif not lying(circle, case):
            # What went well, or had its time, is no news.
            over = case.arrived or case.day + LIFE < today
            ended = Case(case.name, case.circle, b"", b"", b"", ENDED, today)
            await _shred(circle.member, case, [] if over else [ended])
        elif show(circle, case).last_day < today:
            await _shred(circle.member, case, [])


async def look_after_everywhere(member: Member) -> None:
    """Done when somebody comes back: what had its time goes, in whatever circle, and all where I was put out."""
    today = member.services.clock.day()
    for case in member.keyring.cases:
        if case.day + LIFE < today or _was_put_out(member, case.circle):
            await _shred(member, case, [])


def _was_put_out(member: Member, circle: bytes) -> bool:
    try:
        return not Circle(member, circle).me.active
    except Removed:
        return True
    except JiwarError:  # Its log can't be read; that says nothing of me.
        return False


async def leave(circle: Circle) -> None:
    """Before I go: all of them end."""
    for case in mine(circle):
        await end(circle, case)


async def _shred(member: Member, case: Case, left: list[Case]) -> None:
    """Delete everything of it that either of us could: what was said, what we agreed on, keys, the way we met."""
    if case.secret != ENDED:
        await boxes.empty(member.services, desk_of(case.secret).box)
        await _purge(member, case)
    await _change(member, case, lambda _: left)


async def _purge(member: Member, case: Case) -> None:
    """Delete what the two wrote to each other before; of a one-off that was made for it, nothing is left."""
    me = Persona(case.seed)
    if any(one.seed == case.seed and one.about for one in member.keyring.one_offs):
        await boxes.empty(member.services, me.box(oneoffs.BOX))
        await member.update(lambda ring: oneoffs.without(ring, case.seed))
    else:
        await _delete(member.services, me.box(oneoffs.BOX), list(_between(member.services, me, case.other, *_KINDS)))


async def let_go(circle: Circle, own: OneOff, other: bytes) -> None:
    """Delete what two agreed on so far; where no words were said, a one-off that was made for it goes as well."""
    me = Persona(own.seed)
    if own.about and not words.heard(circle, me, own.about):
        await oneoffs.forget(circle, [own.about])
        return
    await _delete(circle.services, me.box(oneoffs.BOX), list(_between(circle.services, me, other, letters.DEAL)))


_KINDS: dict[str, type[Word | Deal]] = {letters.WORD: Word, letters.DEAL: Deal}


def _between(services: Services, me: Persona, other: bytes, *purposes: str) -> Iterator[bytes]:
    """What lies in the box of a one-off of mine by one other or for them, however old."""
    for purpose in purposes:
        kind = _KINDS[purpose]
        for letter in letters.read_lasting(services, me.box(oneoffs.BOX), me.kem_seed, purpose, 0):
            with suppress(BadInput):
                if other in (letter.sender, decode(letter.body, kind).to):
                    yield letter.eid


async def _delete(services: Services, box: bytes, eids: Iterable[bytes]) -> None:
    await asyncio.gather(*(services.store.delete_mail(box, eid) for eid in eids))


async def _change(member: Member, case: Case, change: Callable[[Case], list[Case]]) -> None:
    """Change a case as the keyring has it now: another session of mine may have changed it meanwhile."""

    def changed(ring: Keyring) -> Keyring:
        kept = [now for one in ring.cases for now in (change(one) if one.name == case.name else [one])]
        return replace(ring, cases=tuple(kept))

    await member.update(changed)
