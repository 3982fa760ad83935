"""Pages of circles that strangers may read: one row each among the hub's own values, and a row that lists a sort.

Implements spec/protocol.md §4.9. All pages have one size, whatever they say, and a list is in no order that tells
anything. What a page says, and who may write it, is its own module's (`publishing`, `window`).
"""

from __future__ import annotations

from jiwar.circles.invitations import INVITE_SIZE
from jiwar.circles.member import Services
from jiwar.errors import Full, NotThere
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import pad, unpad

PAGE_SIZE = 49_152


def names(services: Services, row: bytes) -> tuple[bytes, ...]:
    """The names of all pages that a row lists."""
    try:
        return decode(services.store.page(row), tuple[bytes, ...])
    except NotThere:
        return ()


def value(services: Services, page: bytes) -> bytes:
    """What stands on a page. Raises NotThere, Damaged."""
    return unpad(services.store.page(page))


def require_place(services: Services, row: bytes, page: bytes, most: int) -> None:
    """Raises Full when the hub shows as many as it may."""
    if len({*names(services, row), page}) > most:
        raise Full


async def put(services: Services, row: bytes, page: bytes, said: bytes) -> None:
    """Write a page, anew where it is there."""
    listed = {*names(services, row), page}
    await services.store.put_page(page, pad(said, PAGE_SIZE))
    await services.store.put_page(row, encode(tuple(sorted(listed))))


async def take_away(services: Services, row: bytes, page: bytes) -> None:
    """Remove a page; one that isn't there is passed over."""
    listed = names(services, row)
    if page in listed:
        await services.store.put_page(row, encode(tuple(name for name in listed if name != page)))
        await services.store.remove_page(page)


async def admit_letters(services: Services, last_day: int) -> bytes:
    """A number by which the store takes strangers' letters until the end of `last_day`."""
    number = services.random(32)
    # A row like that of every invitation. What it holds opens nothing: its number admits letters.
    await services.store.put_invite(number, last_day, services.random(INVITE_SIZE))
    return number
