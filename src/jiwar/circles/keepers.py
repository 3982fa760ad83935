"""Key-keepers: three people of one group, any two of whom can give somebody's key back after a day.

Implements spec/protocol.md §4.11. What opens the account is halved once for each pair of the three, so that no one of
them holds any of it. One begins: their halves wait for a day on their way to the two others, and the owner's account
is told at once and can stop it. Another one puts both halves together and writes a slip; whoever comes by it has to
take a new key (`newkey`) before anything opens, and with it all halves open nothing.

The day is kept by the programs of the two. Two keepers with programs of their own need not wait, as they need not be
asked: whom to choose is whom to trust.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

from msgspec.structs import replace

from jiwar.circles import letters
from jiwar.circles.circle import Circle
from jiwar.circles.founding import BOX
from jiwar.circles.given import is_here
from jiwar.circles.held import Stop, call_off
from jiwar.circles.keeping import SET, Given, Notice, letters_of, read, send
from jiwar.circles.member import Member
from jiwar.circles.seats import seat_of
from jiwar.crypto.halves import halve
from jiwar.errors import BadInput, NotAllowed, NotThere
from jiwar.keyring.model import Half, Keepers
from jiwar.wire.canonical import encode

KEEPERS = 3
FIRST_DAY = 7
"""How many days somebody has been in a group before they choose."""


@dataclass(frozen=True)
class Begun:
    """An opening that its owner can still stop: who began it, from when on it opens."""

    by: bytes
    minute: int
    stops: tuple[Stop, ...]


def may_choose(circle: Circle) -> bool:
    return circle.services.clock.day() - circle.membership.joined >= FIRST_DAY


async def choose(circle: Circle, personas: tuple[bytes, ...]) -> None:
    """Have three people keep my key; whoever kept it before is asked to forget.

    Raises NotAllowed (too early), BadInput (not three others), NotThere, KeyringFull, TooMuch (a full box).
    """
    me, random = circle.log.persona.key, circle.services.random
    if not may_choose(circle):
        raise NotAllowed
    if len(set(personas)) != KEEPERS or len(personas) != KEEPERS or me in personas:
        raise BadInput
    for persona in personas:
        seat_of(circle, persona)
    await take_back(circle.member)
    access, name = circle.member.access, random(SET)
    halves: dict[bytes, list[Half]] = {persona: [] for persona in personas}
    for one, other in combinations(personas, 2):
        first, second = halve(access.locator + access.unlock, random)
        halves[one].append(Half(other, first))
        halves[other].append(Half(one, second))
    turn = circle.member.keyring.keepers.turn + 1
    chosen = Keepers(circle.id, name, personas, turn)
    await circle.member.update(lambda ring: replace(ring, keepers=chosen))
    for persona, given in halves.items():
        await send(circle, persona, letters.KEEP, encode(Given(name, turn, tuple(given))))


async def take_back(member: Member) -> None:
    """Ask my keepers to forget. That they do is certain with a new key alone."""
    before = member.keyring.keepers
    if not before.name:
        return
    await member.update(lambda ring: replace(ring, keepers=Keepers(turn=before.turn + 1)))
    if not member.has(before.circle):
        return
    circle = Circle(member, before.circle)
    for persona in before.personas:
        if is_here(circle, persona):
            await send(circle, persona, letters.KEEP, encode(Given(before.name, before.turn + 1, ())))


def begun(circle: Circle) -> list[Begun]:
    """What my keepers have begun. Theirs alone counts, and for the set that stands."""
    mine = circle.member.keyring.keepers
    if mine.circle != circle.id:
        return []
    found = []
    for letter in letters_of(circle, letters.NOTICE):
        notice = read(letter, Notice)
        if notice is not None and notice.name == mine.name and letter.sender in mine.personas:
            found.append(Begun(letter.sender, notice.minute, notice.stops))
    return found


async def stop(circle: Circle) -> None:
    """That was not me: nothing that waits will come. Raises NotThere where some of it has: then a new key helps."""
    came = False
    for one in begun(circle):
        for each in one.stops:
            try:
                await call_off(circle.services.store, each)
            except NotThere:
                came = True
    if came:
        raise NotThere
    for letter in letters_of(circle, letters.NOTICE):
        await circle.services.store.delete_mail(circle.log.persona.box(BOX), letter.eid)
