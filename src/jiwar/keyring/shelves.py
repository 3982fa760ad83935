"""Finding and changing circles in a keyring. Pure: every function gives a new keyring.

Memberships and trails are kept encoded, so that a page about one circle decodes one circle.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.errors import NotThere
from jiwar.keyring.model import Keyring, Membership, Trail, merge
from jiwar.wire.canonical import encode, reread

Pairs = tuple[tuple[bytes, bytes], ...]


def membership(keyring: Keyring, circle: bytes) -> Membership:
    """Raises NotThere."""
    return reread(_value(keyring.memberships, circle), Membership)


def trail(keyring: Keyring, circle: bytes) -> Trail:
    """Raises NotThere."""
    return reread(_value(keyring.trails, circle), Trail)


def memberships(keyring: Keyring) -> list[Membership]:
    return [reread(value, Membership) for _, value in keyring.memberships]


def with_membership(keyring: Keyring, value: Membership) -> Keyring:
    return replace(keyring, memberships=_with(keyring.memberships, value.circle, encode(value)))


def with_trail(keyring: Keyring, value: Trail) -> Keyring:
    """The keyring with this trail merged into the one it has."""
    try:
        value = merge(trail(keyring, value.circle), value)
    except NotThere:
        pass
    return replace(keyring, trails=_with(keyring.trails, value.circle, encode(value)))


def without_circle(keyring: Keyring, circle: bytes) -> Keyring:
    """Forget a circle and everything in it."""
    return replace(
        keyring,
        memberships=tuple(pair for pair in keyring.memberships if pair[0] != circle),
        trails=tuple(pair for pair in keyring.trails if pair[0] != circle),
        one_offs=tuple(one for one in keyring.one_offs if one.circle != circle),
        blanks=tuple(one for one in keyring.blanks if one.circle != circle),
        cases=tuple(one for one in keyring.cases if one.circle != circle),
    )


def _value(pairs: Pairs, circle: bytes) -> bytes:
    for name, value in pairs:
        if name == circle:
            return value
    raise NotThere


def _with(pairs: Pairs, circle: bytes, value: bytes) -> Pairs:
    if any(name == circle for name, _ in pairs):
        return tuple((name, value if name == circle else old) for name, old in pairs)
    return (*pairs, (circle, value))
