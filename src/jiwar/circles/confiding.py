"""Confiding: what a member asks of the dispatchers alone, as somebody without an account asks at their window.

Implements spec/protocol.md §4.14. The caller (`callers`) is a one-off here, whose seed stands in the member's keyring
in place of six words. The slip goes to the dispatchers' desk for members, under the key that stands in the circle's
own `desk` record: so there need not be a window, and no stranger can write there.

- What is asked stands in the room alone: nothing of it is on the circle's shelf, and nobody but its member and the
  dispatchers has a key to it, stewards included.
- Dispatchers see what is asked and a one-off's key. A right (`rights`) says that somebody of the circle is behind it.
- It is forgotten when its room is empty, or fourteen days after the last word.

Does not keep: the moment at which a letter came from a dispatcher who watches the box.
"""

from __future__ import annotations

from functools import partial

from msgspec.structs import replace

from jiwar.circles import callers, duty, oneoffs, rights, texts
from jiwar.circles.callers import ASK, TEXT_LIMIT, CallerLine, Talk
from jiwar.circles.circle import Circle
from jiwar.circles.fold import LONGEST_WAIT
from jiwar.circles.founding import desk_of
from jiwar.circles.model import DISPATCHER, Desk
from jiwar.errors import Full, JiwarError, NotAllowed, NotThere, TooMuch
from jiwar.keyring.model import Keyring, OneOff
from jiwar.store.contract import Mail


def desk(circle: Circle) -> Desk | None:
    """Where dispatchers are written to, if there are any."""
    return circle.state.desk_of(DISPATCHER)


def mine(circle: Circle) -> list[OneOff]:
    """What I have confided in a circle, the latest first."""
    return [one for one in reversed(circle.member.keyring.one_offs) if one.circle == circle.id and one.role]


def behind(circle: Circle, name: bytes) -> OneOff:
    """What I confided, by the name that its key gives. Raises NotThere."""
    found = next((one for one in mine(circle) if oneoffs.object_named(one) == name), None)
    if found is None:
        raise NotThere
    return found


async def confide(circle: Circle, seed: bytes, kind: str, text: str, more: bytes, calls: bytes = b"") -> bytes:
    """Ask the dispatchers for something; durable when it returns. Its name. `calls`: for what those of them who are
    on duty are woken, if it is urgent (`nudges.mark`).

    Raises NotAllowed where there are none, TextMissing, TextTooLong, KeysChanged, KeyringFull, Full (no place at the
    desk, or too many of mine are open).
    """
    found = desk(circle)
    if found is None:
        raise NotAllowed
    line = CallerLine(ASK, 0, kind, texts.passage(text, TEXT_LIMIT), more)
    one = OneOff(circle.id, seed, "", circle.services.clock.day(), LONGEST_WAIT, role=DISPATCHER)

    def keep(ring: Keyring) -> Keyring:
        if len(ring.one_offs) >= oneoffs.MOST_OPEN:
            raise Full
        return replace(rights.used(ring, seed, circle.services.random), one_offs=(*ring.one_offs, one))

    await circle.member.update(keep)
    place = (circle.id, found.kem, found.inbox)
    try:
        await callers.hand_in(circle.services, oneoffs.persona_of(one), place, [line], partial(_left, circle))
    except JiwarError:
        await _forget(circle, one)
        raise
    if calls:
        circle.services.rung.sealed |= duty.on_watch(circle, calls, confided=True)
    return oneoffs.object_named(one)


async def _left(circle: Circle, inbox: bytes, mail: Mail) -> None:
    """Leave a letter, as a member may. Raises Full, KeysChanged."""
    try:
        await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, inbox, mail)
    except TooMuch:
        raise Full from None


def read(circle: Circle, one: OneOff) -> Talk:
    """What was said. Raises NotThere when it is over, or nothing of it is left."""
    persona = oneoffs.persona_of(one)
    talk = callers.read(circle.services, persona.room, persona.key)
    if talk.circle != circle.id:
        raise NotThere
    return talk


async def add(circle: Circle, one: OneOff, text: str) -> None:
    """Say something more.

    Raises NotThere, TooMuch (so many in a row), TextMissing, TextTooLong, Full, KeysChanged.
    """
    talk, persona = read(circle, one), oneoffs.persona_of(one)
    line = callers.next_line(talk, text)
    if not talk.may_add:
        raise TooMuch
    mail, inbox = callers.sealed(circle.services, persona, circle.id, persona.room, line)
    await _left(circle, inbox, mail)


async def take_back(circle: Circle, one: OneOff) -> None:
    """Delete everything of it, on both sides."""
    await callers.take_back(circle.services, oneoffs.persona_of(one).room)
    await _forget(circle, one)


async def settle(circle: Circle) -> None:
    """Forget what is over, and what is left of it. One of today may just be on its way into its room."""
    today = circle.services.clock.day()
    for one in mine(circle):
        if one.day < today and not _lies(circle, one, today):
            await take_back(circle, one)


def _lies(circle: Circle, one: OneOff, today: int) -> bool:
    """Whether something was said lately, by the days that the hub wrote on the letters: none is opened for it."""
    there = circle.services.store.mail(desk_of(oneoffs.persona_of(one).room).box)
    return any(mail.day + LONGEST_WAIT >= today for mail in there)


async def _forget(circle: Circle, one: OneOff) -> None:
    await circle.member.update(lambda ring: oneoffs.without(ring, one.seed))
