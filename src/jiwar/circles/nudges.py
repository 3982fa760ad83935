"""Reminders: how a member asks to be told outside of the hub that there is something new, and how it is handed on.

Implements spec/protocol.md §8.3. What is sent says nothing: a text that the member chose, the same each time.

- A *target* is where to send (a push address, an e-mail address, a browser's subscription), at which hour, and the
  text. It is sealed to the hub's reminder key, then under the epoch's record key, and left in one of the circle's
  reminder boxes. No signature, no persona: two circles, or two infiltrators in them, find nothing in common in what
  one member left.
- So what lies on the disk opens with the epoch's key *and* the hub secret, and with neither alone.
- Whoever writes in the circle hands what lies in its boxes to the hub (`rung.Rung`), in RAM, without the layer of the
  epoch. The hub learns from it where to send and when, and which circle it was; it keeps neither.
- Whoever can be *woken* for what is urgent (`duty`) leaves a second one, which says for the circle in which hours and
  for what, and for the hub that it is for at once. It is as long as the others and lies among them.
- New keys bring new boxes: whoever has gone neither reads them nor is rung by them. A member's targets are left anew
  when they come in the next time, also where somebody took them away, and once a month, for letters expire.

Members of a circle see how many have asked, not who.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import texts
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.circles.model import DISPATCHER
from jiwar.clock import HOURS, WEEK_HOURS
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import INBOX, NUDGE
from jiwar.crypto.sealing import seal, unseal
from jiwar.errors import BadChoice, Damaged, JiwarError, NotCanonical
from jiwar.keyring.epochs import EpochKeys
from jiwar.keyring.model import Duty, Keyring, Nudge, Placed
from jiwar.store.contract import Mail
from jiwar.wire.canonical import Wire, decode, encode
from jiwar.wire.frame import join, pad, unpad

PUSH, MAIL, WEB = "push", "mail", "web"
BOXES = 16
TARGET_SIZE = 1_024
AGAIN_DAYS = 30
ENDPOINT_LIMIT = 600
TEXT_LIMIT = 60
AT_ONCE = HOURS
"""In place of an hour: to be woken. It stands under the hub's seal, so that nobody makes an alarm of a reminder."""
LEFT_SIZE = 2_560
MARK, MOST_MARKS = 8, 24
CONFIDED = "\n"
"""Beside kinds, none of which is a line break: also for what is confided to dispatchers alone."""


class Target(Wire, frozen=True):
    """Where the hub sends what, at which hour of the community's clock; or AT_ONCE."""

    channel: str
    endpoint: str
    hour: int
    text: str


class Left(Wire, frozen=True):
    """What lies in a box under the circle's seal: a target under the hub's; and where it is there to wake somebody,
    in which hours of the week (a bit each) and for which kinds (`mark`; none, for all). All are as long.
    """

    hours: bytes
    kinds: tuple[bytes, ...]
    sealed: bytes


def seal_target(key: bytes, hub_id: bytes, target: Target) -> bytes:
    """To the hub's reminder key."""
    return envelopes.seal_to(key, join(NUDGE, hub_id), pad(encode(target), TARGET_SIZE))


def open_target(seed: bytes, hub_id: bytes, sealed: bytes) -> Target:
    """Raises Unopenable, NotCanonical, BadChoice for what no page of ours lets anybody choose."""
    target = decode(unpad(envelopes.open_with(seed, join(NUDGE, hub_id), sealed)), Target)
    if not (0 <= target.hour <= AT_ONCE and texts.is_sound(target.text, TEXT_LIMIT)):
        raise BadChoice
    return target


def browser_name(member: Member) -> bytes:
    """By which the hub finds the pair that it signs with for this member's browser; it names nothing else."""
    return derive(member.keyring.root, NUDGE, "browser", length=16)


def _box(keys: EpochKeys, number: int) -> bytes:
    return derive(keys.record, NUDGE, "box", number)


def _key(keys: EpochKeys) -> bytes:
    return derive(keys.record, NUDGE, "seal")


async def choose(member: Member, key: bytes, wanted: Nudge) -> None:
    """Begin, change, or with an empty channel end. Raises KeyringFull.

    First the wish, with what lies from before marked as outdated: whatever comes between, the next visit clears it.
    """

    def wish(ring: Keyring) -> Keyring:
        outdated = tuple(replace(one, day=0) for one in ring.nudge.placed)
        return replace(ring, nudge=replace(wanted, placed=outdated))

    await member.update(wish)
    await renew(member, key)


async def renew(member: Member, key: bytes) -> None:
    """Leave targets where keys turned, where I am new, where they will expire; take them back where it ended.

    Where another visit chose or renewed meanwhile, that one's stand, and these are taken back. Raises KeyringFull.
    """
    nudge = member.keyring.nudge
    placed = await _leave_everywhere(member, key, nudge)
    if placed == nudge.placed:
        return
    new = [one for one in placed if one not in nudge.placed]
    meanwhile = False

    def keep(ring: Keyring) -> Keyring:
        nonlocal meanwhile
        meanwhile = ring.nudge != nudge
        return ring if meanwhile else replace(ring, nudge=replace(nudge, placed=placed))

    try:
        await member.update(keep)
    except JiwarError:
        await _take_all_back(member, new)
        raise
    if meanwhile:
        await _take_all_back(member, new)


def _circles(member: Member) -> Iterator[Circle]:
    """Those that open: another one's page says why it doesn't."""
    for membership in member.memberships():
        if not membership.waiting:
            with suppress(JiwarError):
                yield Circle(member, membership.circle)


async def _leave_everywhere(member: Member, key: bytes, nudge: Nudge) -> tuple[Placed, ...]:
    """In all circles side by side: every write waits a while for company."""
    wanted = list(_wanted(member, nudge)) if nudge.channel else []
    there = [_placed(nudge, circle, duty) for circle, duty in wanted]
    over = [one for one in nudge.placed if one not in there]
    leaving = (_stand_or_leave(key, nudge, *one, lies) for one, lies in zip(wanted, there, strict=True))
    *placed, _ = await asyncio.gather(*leaving, _take_all_back(member, over))
    return tuple(one for one in placed if one)


def _wanted(member: Member, nudge: Nudge) -> Iterator[tuple[Circle, Duty | None]]:
    """What should lie in which circle: a reminder, and what wakes me."""
    for circle in _circles(member):
        if nudge.daily:
            yield circle, None
        yield from ((circle, duty) for duty in nudge.duties if duty.circle == circle.id)


def _placed(nudge: Nudge, circle: Circle, duty: Duty | None) -> Placed | None:
    found = (one for one in nudge.placed if one.circle == circle.id and one.duty == (duty is not None))
    return next(found, None)


async def _stand_or_leave(
    key: bytes, nudge: Nudge, circle: Circle, duty: Duty | None, there: Placed | None
) -> Placed | None:
    today = circle.services.clock.day()
    current = there and (there.epoch, there.dispatches) == (circle.log.newest.epoch, _dispatches(circle, duty))
    if there and current and there.day + AGAIN_DAYS > today and _lies(circle, there):
        return there
    if there:
        await _take_back(circle.member, there)
    with suppress(JiwarError):  # Its boxes are full, or its keys turn just now: the next visit tries again.
        return await _leave(circle, key, nudge, duty)
    return None


def _dispatches(circle: Circle, duty: Duty | None) -> bool:
    """Whether I can be woken as a dispatcher, too."""
    mine = circle.sketch.member(circle.log.persona.key)
    return duty is not None and mine is not None and mine.holds(DISPATCHER)


def _lies(circle: Circle, placed: Placed) -> bool:
    """Whether nobody has taken it away: every member can."""
    return any(mail.eid == placed.eid for mail in circle.services.store.mail(_box(circle.log.newest, placed.box)))


async def _leave(circle: Circle, key: bytes, nudge: Nudge, duty: Duty | None) -> Placed:
    services, keys = circle.services, circle.log.newest
    number, eid, today = services.random(1)[0] % BOXES, services.random(16), services.clock.day()
    inbox = digest(INBOX, _box(keys, number))
    hour, text = (nudge.hour, nudge.text) if duty is None else (AT_ONCE, nudge.alarm)
    target = seal_target(key, services.hub_id, Target(nudge.channel, nudge.endpoint, hour, text))
    dispatches = _dispatches(circle, duty)
    kinds = (*(duty.kinds if duty else ()), *([CONFIDED] if dispatches else []))
    left = Left(hours_of(duty) if duty else b"", tuple(map(mark, kinds)), target)
    value = seal(_key(keys), NUDGE, (inbox, eid), pad(encode(left), LEFT_SIZE), random=services.random)
    await services.store.put_mail(circle.log.shelf, keys.append, inbox, Mail(eid, today, value))
    return Placed(circle.id, keys.epoch, today, number, eid, duty is not None, dispatches)


async def _take_back(member: Member, placed: Placed) -> None:
    """Where the keys of that epoch are still held; else nobody reads it any more."""
    with suppress(JiwarError):
        for keys in member.trail(placed.circle).epochs:
            if keys.epoch == placed.epoch and keys.record:
                await member.services.store.delete_mail(_box(keys, placed.box), placed.eid)


async def _take_all_back(member: Member, placed: Iterable[Placed]) -> None:
    await asyncio.gather(*(_take_back(member, one) for one in placed))


async def leave(member: Member, circles: Iterable[bytes]) -> None:
    """Take back what I left there; before their keys are forgotten."""
    left = set(circles)
    gone = [one for one in member.keyring.nudge.placed if one.circle in left]
    await _take_all_back(member, gone)
    if gone:
        await member.update(lambda ring: replace(ring, nudge=_without(ring.nudge, left)))


def _without(nudge: Nudge, left: set[bytes]) -> Nudge:
    placed = tuple(one for one in nudge.placed if one.circle not in left)
    return replace(nudge, placed=placed, duties=tuple(one for one in nudge.duties if one.circle not in left))


def ring(circle: Circle) -> None:
    """Hand what lies in the circle's boxes to the hub, but for my own: once until the hub has looked."""
    rung, ringer = circle.services.rung, (circle.id, circle.log.persona.key)
    if ringer in rung.ringers or not circle.rings:
        return
    rung.ringers.add(ringer)
    rung.sealed |= {left.sealed for left in of_others(circle) if not left.hours}


def of_others(circle: Circle) -> Iterator[Left]:
    """What others have left in the circle's boxes."""
    return all_left(circle, without=frozenset(one.eid for one in circle.member.keyring.nudge.placed))


def all_left(circle: Circle, without: frozenset[bytes] = frozenset()) -> Iterator[Left]:
    """What everybody has left there, but for some letters."""
    keys = circle.log.newest
    for number in range(BOXES):
        token = _box(keys, number)
        inbox = digest(INBOX, token)
        for mail in circle.services.store.mail(token):
            if mail.eid not in without:
                with suppress(Damaged, NotCanonical):
                    yield take_off(keys, inbox, mail)


def take_off(keys: EpochKeys, inbox: bytes, mail: Mail) -> Left:
    """The circle's seal; what is left is the hub's. Raises Damaged, NotCanonical."""
    left = decode(unpad(unseal(_key(keys), NUDGE, (inbox, mail.eid), mail.value)), Left)
    marks = len(left.kinds) <= MOST_MARKS + 1 and all(len(one) == MARK for one in left.kinds)
    if not marks or len(left.hours) not in (0, WEEK_HOURS // 8):
        raise NotCanonical
    return left


def hours_of(duty: Duty) -> bytes:
    """The hours of a week in which somebody can be woken, a bit each, Monday's first hour the lowest."""
    bits = 0
    for window in duty.windows:
        for day in range(7):
            if window.days >> day & 1:
                for hour in range(window.hours):
                    bits |= 1 << (day * HOURS + window.start + hour) % WEEK_HOURS
    return bits.to_bytes(WEEK_HOURS // 8, "little")


def mark(kind: str) -> bytes:
    """What stands for a kind of request, the empty one too, where all have to be as long."""
    return digest(NUDGE, "kind", kind)[:MARK]
