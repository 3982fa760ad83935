"""The verbs of needs and offers: ask or offer, end, take back, ask again, remove.

Implements spec/protocol.md §9.5. Each is written by a one-off of its own (`circles.oneoffs`): it comes to stand
within the hour, and nobody can tell whose it is.
"""

from __future__ import annotations

from contextlib import suppress

from jiwar.circles import confiding, nudges, oneoffs, rights, speech, words
from jiwar.circles.circle import Circle
from jiwar.circles.policy import Aid
from jiwar.circles.rights import Right
from jiwar.circles.texts import passage
from jiwar.errors import JiwarError, NotAllowed, NotThere
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import Refold
from jiwar.systems.needs import pictures, rules, view
from jiwar.systems.needs.model import COLLECTIONS, NO_BOX, Need, Picture
from jiwar.systems.needs.rules import Wish
from jiwar.wire.canonical import encode


def aid_of(circle: Circle) -> Aid:
    """What is asked for in a circle; in a role's, as in the group that it belongs to."""
    return Circle(circle.member, circle.group).charter.aid if circle.membership.parent else circle.charter.aid


async def confide(circle: Circle, wish: Wish) -> bytes:
    """Ask the dispatchers alone, or offer it to them: nothing of it comes to the board. Durable when it returns.

    Raises TextMissing, TextTooLong, BadChoice, NotAllowed where there are no needs or no dispatchers, KeysChanged,
    Full, KeyringFull.
    """
    if not circle.charter.aid.on:
        raise NotAllowed
    seed, right = _one_off(circle)
    need = rules.new_need(wish, circle.charter.aid, circle.services.clock.day(), Persona(seed).kem_key, NO_BOX, right)
    return await confiding.confide(circle, seed, need.kind, need.text, rules.beside(need), _calls(need))


def _calls(need: Need) -> bytes:
    """For what somebody is woken, where it is urgent."""
    return nudges.mark(need.kind) if rules.is_urgent(need) else b""


def _one_off(circle: Circle) -> tuple[bytes, Right]:
    """A seed for one that speaks now, with a right where I have one."""
    found = rights.usable(circle)
    return (found.seed, found.right) if found else (circle.services.random(32), rights.NONE)


async def ask(circle: Circle, wish: Wish, photo: Picture | None = None) -> bytes:
    """Ask for something, or offer it; returns its object. Durable when it returns, on the board within the hour,
    or within minutes where it is urgent, and then whoever can be woken for it is. A photo comes with it, and is
    durable when it has come.

    Raises TextMissing, TextTooLong, BadChoice, BadPicture, NotAllowed where the charter has none, Full, KeyringFull;
    PhotosFull where too many wait.
    """
    aid, clock = aid_of(circle), circle.services.clock
    if not aid.on:
        raise NotAllowed
    seed, right = _one_off(circle)
    persona = Persona(seed)
    box = persona.kem_key, persona.inbox(oneoffs.BOX)
    need = rules.new_need(wish, aid, clock.day(), *box, right)
    keep = rules.lane(need, clock.day(), circle.policy.topic_days)
    said = clock.day(), clock.part()
    beside = pictures.coming_with(need, photo, *said) if photo else None
    first = need.side, encode(need), encode(rules.cover(need, *said))
    one = OneOff(circle.id, seed, COLLECTIONS[need.side], clock.day(), keep, *first, calls=_calls(need))
    return await oneoffs.begin(circle, one, beside)


def _blank(side: str) -> Refold:
    """What leaves nothing of it on the cover."""
    fold = encode(rules.taken_away(side))
    return lambda _: fold


async def end(circle: Circle, obj: bytes, outcome: str) -> None:
    """Say how mine ended; its words go, at once. What has not come yet never comes. Raises NotThere, BadChoice."""
    found = view.mine(circle, obj)
    if not found.waits:
        await pictures.erase(circle, found)
        aside = oneoffs.as_one_off(circle, obj)
        need = rules.ended(found.need, outcome)
        body = oneoffs.sized(encode(need))
        await speech.edit(aside, obj, found.slot, body, rules.is_sound_need, _blank(need.side))
    await oneoffs.forget(circle, [obj])


async def take_back(circle: Circle, obj: bytes) -> None:
    """Withdraw mine, without a word. Raises NotThere."""
    found = view.mine(circle, obj)
    if not found.waits:
        await pictures.erase(circle, found)
        aside = oneoffs.as_one_off(circle, obj)
        await speech.retract(aside, obj, found.slot, rules.is_sound_need, _blank(found.need.side))
    await oneoffs.forget(circle, [obj])


async def send_word(circle: Circle, obj: bytes, text: str, to: bytes = b"") -> None:
    """A word, without a name: to whoever is behind a need, or, behind it, back to who wrote (`to`).

    Raises TextMissing, TextTooLong, NotThere, Full, TooMuch, KeysChanged.
    """
    own = oneoffs.behind(circle, obj)
    if own is not None:
        me = oneoffs.persona_of(own)
        answered = [one for one in words.heard(circle, me, obj) if one.sender == to != me.key]
        if not answered:
            raise NotThere
        await words.send(circle, me, obj, text, to, answered[-1].word.kem, answered[-1].word.inbox)
        return
    found = view.one(circle, obj)
    if not (found.is_open and found.is_answered):
        raise NotThere
    passage(text, words.WORD_LIMIT)  # Before a one-off is made for it.
    keep = max(1, found.until - circle.services.clock.day())
    me = oneoffs.persona_of(await oneoffs.begin_about(circle, obj, keep))
    await words.send(circle, me, obj, text, found.author, found.need.kem, found.need.inbox)


async def renew(circle: Circle, obj: bytes) -> bytes:
    """Ask for the same again, by another one-off, with its photo; a day that has passed is not named any more.

    Raises NotThere, and as `ask` does; then the old one still stands.
    """
    found = view.mine(circle, obj)
    wish, today, aid = rules.wish_of(found.need), circle.services.clock.day(), aid_of(circle)
    again = await ask(circle, rules.still(wish, aid, today), pictures.of(circle, found))
    await take_back(circle, obj)
    return again


async def take_down(circle: Circle, obj: bytes) -> None:
    """Remove one, as a steward or moderator. Raises NotThere, NotAllowed."""
    found = view.one(circle, obj)
    await pictures.take_down(circle, found)
    await speech.take_down(oneoffs.Aside(circle, obj), obj, found.slot, rules.is_sound_need, _blank(found.need.side))


async def withdraw(circle: Circle) -> None:
    """Take back everything of mine here, before I go."""
    for one in oneoffs.mine(circle, COLLECTIONS.values()):
        with suppress(JiwarError):  # One that has gone by itself, or was removed.
            await take_back(circle, oneoffs.object_named(one))
    for one in confiding.mine(circle):
        await confiding.take_back(circle, one)
