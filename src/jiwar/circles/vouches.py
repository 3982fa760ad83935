"""«I know this person»: few words of each member, sealed to the stewards, counted, and old after a time.

Implements spec/protocol.md §8.1. A word is a letter to the stewards' desk. Whoever of them comes next writes it down
in the stewards' circle, in the lane that the policy says: when its day has expired nobody can count it any more. Who
said what about whom is known to stewards alone; a circle sees only what came of it, and no page draws it.

- A word counts for one thing: that somebody is no new face any more, or one role.
- Nobody's word counts twice for the same, nor for themselves, nor after they have gone, nor beyond the few that the
  policy gives everybody.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress

from msgspec.structs import replace

from jiwar.circles import letters, roles
from jiwar.circles.circle import Circle, circle_object
from jiwar.circles.fold import member_of
from jiwar.circles.founding import desks, write_own
from jiwar.circles.member import Member
from jiwar.circles.model import GREETER, KNOWN, MODERATOR, Role
from jiwar.circles.policy import Policy
from jiwar.errors import BadInput, Full, NotAllowed, NotThere
from jiwar.keyring.model import Membership, Vouch, with_turn
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.wire.canonical import Wire, decode, encode

SCOPES = (KNOWN, GREETER, MODERATOR)
MOST_COUNTED = 600
"""The newest records of the stewards' circle among which words are looked for."""


class Word(Wire, frozen=True):
    """What the letter says: that its sender knows somebody, or says so no longer. `turn` is that of their
    membership: letters of one day have no order in a box."""

    persona: bytes
    scope: int
    on: bool
    turn: int = 0


class Vouched(Wire, frozen=True):
    """Kind `vouched`: a word as a steward wrote it down."""

    by: bytes
    persona: bytes
    scope: int
    on: bool
    turn: int = 0


KINDS: dict[str, type[Wire]] = {"vouched": Vouched}


def enough(policy: Policy, scope: int) -> int:
    """How many words it takes; 0 where words don't count."""
    told = policy.welcome
    return {KNOWN: told.known, GREETER: told.greeter, MODERATOR: told.moderator}[scope]


def counted(circle: Circle) -> list[int]:
    """What one's word counts for in this circle now."""
    wanted = [scope for scope in SCOPES if enough(circle.policy, scope)]
    return [scope for scope in wanted if scope == KNOWN or roles.is_open(circle, scope)]


# saying it


def mine(circle: Circle) -> list[Vouch]:
    """My words that still count."""
    oldest = circle.services.clock.day() - circle.policy.welcome.vouch_days
    return [one for one in circle.membership.vouches if one.day >= oldest and _is_in(circle, one.persona)]


def my_word(circle: Circle, persona: bytes, scope: int) -> Vouch | None:
    return next((one for one in mine(circle) if (one.persona, one.scope) == (persona, scope)), None)


def left(circle: Circle) -> int:
    """How many words more I have."""
    return max(0, circle.policy.welcome.vouches - len(mine(circle)))


def _is_in(circle: Circle, persona: bytes) -> bool:
    found = circle.sketch.member(persona)
    return found is not None and found.active


async def vouch(circle: Circle, persona: bytes, scope: int) -> None:
    """Say that I know somebody, or say it anew. Raises NotAllowed, NotThere, Full, TooMuch."""
    if persona == circle.log.persona.key or scope not in counted(circle):
        raise NotAllowed
    if not _is_in(circle, persona):
        raise NotThere
    if my_word(circle, persona, scope) is None and not left(circle):
        raise Full
    await _send(circle, Word(persona, scope, True, circle.membership.turn + 1))
    await _keep(circle, persona, scope, (Vouch(persona, scope, circle.services.clock.day()),))


async def take_back(circle: Circle, persona: bytes, scope: int) -> None:
    """Say it no longer. What came of it meanwhile stays. Raises NotAllowed, TooMuch."""
    if my_word(circle, persona, scope) is None:
        raise NotAllowed
    await _send(circle, Word(persona, scope, False, circle.membership.turn + 1))
    await _keep(circle, persona, scope, ())


async def _send(circle: Circle, word: Word) -> None:
    desk, services = circle.state.desk_of(), circle.services
    if desk is None:
        raise NotThere
    place = (circle.id, letters.VOUCH, desk.kem, desk.inbox, services.clock.day())
    mail = letters.write_letter(circle.log.persona, *place, encode(word), services.random)
    await services.store.put_mail(circle.log.shelf, circle.log.newest.append, desk.inbox, mail)


async def _keep(circle: Circle, persona: bytes, scope: int, now: tuple[Vouch, ...]) -> None:
    others = tuple(one for one in mine(circle) if (one.persona, one.scope) != (persona, scope))
    await circle.member.change_membership(circle.id, lambda one: _said(one, (*others, *now)))
    circle.membership = circle.member.membership(circle.id)


def _said(one: Membership, vouches: tuple[Vouch, ...]) -> Membership:
    return replace(with_turn(one), vouches=vouches)


# counting


async def gather_everywhere(member: Member) -> None:
    """Done when a steward comes back."""
    await roles.wherever_held(member, gather)


async def gather(circle: Circle, care: Circle) -> None:
    """Write down what lies on the desk, and give what enough words give."""
    if about := await _write_down(circle, care):
        await _give(circle, care, about)


async def _write_down(circle: Circle, care: Circle) -> set[bytes]:
    """Returns about whom something new was said: what was taken from somebody isn't given back for old words."""
    store, today, found = circle.services.store, circle.services.clock.day(), set()
    keep = circle.policy.welcome.vouch_days
    for desk in desks(care):
        for letter in letters.read_box(store, desk.box, desk.seed, letters.VOUCH, today):
            if letter.circle == circle.id and (word := _sound(circle, letter.sender, letter.body)):
                body = Vouched(letter.sender, word.persona, word.scope, word.on, word.turn)
                await care.log.append(Entry(circle_object(care.id), "vouched", encode(body), keep))
                care.keep_trail(care.trail)
                found |= {word.persona} if word.on else set()
            await store.delete_mail(desk.box, letter.eid)
    return found


def _sound(circle: Circle, sender: bytes, body: bytes) -> Word | None:
    """A word that its sender may say, or None: anybody's own program may put anything into a letter."""
    try:
        word = decode(body, Word)
    except BadInput:
        return None
    both_in = all((one := member_of(circle.state, who)) and one.active for who in (sender, word.persona))
    return word if both_in and sender != word.persona and word.scope in SCOPES else None


def _written(care: Circle) -> Iterator[Vouched]:
    own = circle_object(care.id)
    rows = care.log.rows(own, 0, LAST_NUMBER, MOST_COUNTED, newest=True)
    for record in care.log.readable(own, [row for row in rows if row.keep and row.value]):
        if record.kind == "vouched" and care.counts(record):
            with suppress(BadInput):
                yield decode(record.body, Vouched)


def tally(circle: Circle, care: Circle) -> Counter[tuple[bytes, int]]:
    """How many know whom, for what: the last word of each about each, and no more of them than everybody has."""
    standing: dict[tuple[bytes, bytes, int], Vouched] = {}
    for one in _written(care):
        known_here = _is_in(circle, one.by) and one.by != one.persona
        if known_here and one.scope in SCOPES:
            name = (one.by, one.persona, one.scope)
            before = standing.get(name)
            if before is None or one.turn >= before.turn:
                standing.pop(name, None)
                standing[name] = one
    spent: Counter[bytes] = Counter()
    counts: Counter[tuple[bytes, int]] = Counter()
    for (by, persona, scope), last in standing.items():
        if last.on and spent[by] < circle.policy.welcome.vouches:
            spent[by] += 1
            counts[persona, scope] += 1
    return counts


async def _give(circle: Circle, care: Circle, about: set[bytes]) -> None:
    """What enough people said, holds; the keys of a role follow from whoever of it comes next."""
    counts = tally(circle, care)
    for scope in counted(circle):
        for one in [one for one in circle.state.members if one.persona in about]:
            if one.active and not one.holds(scope) and counts[one.persona, scope] >= enough(circle.policy, scope):
                await write_own(circle, "role", encode(Role(one.persona, one.role | scope)))
        inner = roles.held(circle, scope) if scope != KNOWN else None
        if inner is not None:
            await roles.follow(circle, scope)
