"""A new key for an account whose nine words may have been seen: its row moves, and what it leaves opens nothing.

Implements spec/protocol.md §3.9. The row under the new key and the end of the old one are one batch of the store,
which is there whole or not at all: at no moment nothing opens the account, and at none two keys do.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.member import Member
from jiwar.circles.phones import SLOT as PHONE_SLOT
from jiwar.crypto.random import Random
from jiwar.errors import Conflict, NotCanonical, SignedOut, Unopenable
from jiwar.keyring.account import INNER_SIZE, Access, inner_digest
from jiwar.keyring.model import Keepers, Keyring
from jiwar.store.contract import AccountWrite
from jiwar.store.guard import EMPTIED, Guard, Order

_TRIES = 8


async def renew(member: Member, new: Access) -> Member:
    """Have another phrase open this account, and the one before nothing; durable when it returns.

    Phones forget the account and its other sessions end; the session at hand goes on. Raises SignedOut (closed or
    moved meanwhile), Conflict.
    """
    services, old = member.services, member.access
    await member.flush(now=True)
    for _ in range(_TRIES):
        if not services.sessions.lives(member.session.name):
            raise SignedOut  # Ended from another visit: that one's owner has the last word.
        inner, guard = services.store.account(old.locator), services.store.guard(old.locator)
        try:
            ring = replace(old.open(inner), keyed=services.clock.day(), practice=0)
        except (Unopenable, NotCanonical):
            raise SignedOut from None
        try:
            await services.store.put_accounts(moving_rows(old, new, ring, inner, guard, services.random))
            break
        except Conflict:
            continue  # Another session wrote, or a friend closed the account: what stands there is read anew.
    else:
        raise Conflict
    for name, _, _ in services.sessions.beside(member.session):
        services.sessions.end_beside(member.session, name)
    services.versions.pop(old.locator, None)
    moved = Member.begin(services, member.session, new)
    member.session.forget(PHONE_SLOT)
    await services.store.remove_accounts([phone.locator for phone in ring.phones])
    return moved


def moving_rows(
    old: Access, new: Access, ring: Keyring, inner: bytes, guard: Guard, random: Random
) -> list[AccountWrite]:
    """What is written: the account under its new key, with the locks of its friends, and random bytes where it was.

    Who keeps the key keeps one that opens nothing: keepers are chosen anew. The companion is carried along, and so is
    the day of the first key: that the page about a second notebook came back with a new key, or did not, would tell.
    """
    moved = new.seal(
        replace(ring, phones=(), keepers=Keepers(turn=ring.keepers.turn), edition=ring.edition + 1), random
    )
    return [
        AccountWrite(new.locator, None, moved, Order(tuple(enumerate(guard.slots)))),
        AccountWrite(old.locator, inner_digest(inner), random(INNER_SIZE), Order(EMPTIED)),
    ]
