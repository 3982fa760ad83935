"""What every store refuses: sizes, days and keys before it looks at a row, places once it has. All raise BadInput.

Implements spec/protocol.md §7.1.
"""

from __future__ import annotations

from collections.abc import Sequence

from jiwar.crypto.signing import require_sound_key
from jiwar.errors import BadInput, BadSignature, Conflict
from jiwar.store.contract import (
    ACCOUNT_INNER_SIZE,
    INVITE_LIMIT,
    KEPT,
    MAIL_LIMIT,
    PAGE_LIMIT,
    RECORD_LIMIT,
    TRANSFER_LIMIT,
    VALUE_LIMIT,
    AccountWrite,
    Append,
    Cover,
    Mail,
    NewShelf,
    Rotation,
)
from jiwar.store.guard import LONGEST_SLEEP, SLOTS, Order
from jiwar.store.held import ALARM, HELD_DAYS, HELD_SIZE, PLACE, Held

ID = 16
HASH = 32
LARGEST = 2**62
LONGEST_KEEP = 36_600


def require(sound: bool) -> None:
    """Raises BadInput unless `sound`."""
    if not sound:
        raise BadInput


def require_sizes(size: int, *values: bytes) -> None:
    """Raises BadInput unless every value has the size."""
    for value in values:
        require(len(value) == size)


def require_day(day: int, keep: int, today: int) -> None:
    """Raises BadInput for a day that has expired, or that lies beyond tomorrow (clocks differ a little)."""
    require(0 <= keep <= LONGEST_KEEP and 0 <= day <= today + 1)
    require(keep == KEPT or day + keep >= today)


def check_shelf(new: NewShelf) -> None:
    """A shelf at its birth."""
    require_sizes(ID, new.shelf)
    require_sizes(HASH, new.read_hash, new.append_hash)
    _check_control(new.control)


def _check_control(control: bytes) -> None:
    try:
        require_sound_key(control)
    except BadSignature:
        raise BadInput from None


def check_append(append: Append, today: int) -> None:
    """A record and the cover that comes with it."""
    require_sizes(ID, append.shelf, append.obj, append.tag, append.rid)
    require_sizes(HASH, append.erase_hash)
    require(0 < len(append.value) <= RECORD_LIMIT)
    require(append.slot is None or 0 <= append.slot < LARGEST)
    _check_seen(append.expects)
    require(0 <= append.epoch < LARGEST)
    require_day(append.day, append.keep, today)
    if append.cover is not None:
        check_cover(append.cover, append.epoch, today)


def check_together(appends: Sequence[Append], today: int) -> None:
    """Records that begin objects of one shelf, each another."""
    require(len({append.shelf for append in appends}) == 1)
    if len({append.obj for append in appends}) < len(appends):
        raise Conflict
    for append in appends:
        check_append(append, today)
        require(append.cover is not None and append.slot is None and not append.expects)


def _check_seen(seen: bytes | None) -> None:
    """What a writer says they saw of an object: nothing, that there was none, or a hash of its row."""
    require(not seen or len(seen) == HASH)


def check_cover(cover: Cover, epoch: int, today: int) -> None:
    """A cover written in `epoch`: under its keys, and on no day that has expired or is to come."""
    require(0 < len(cover.value) <= VALUE_LIMIT)
    require(cover.epoch == epoch)
    require_day(cover.day, cover.keep, today)


# What follows is asked once the rows are known. It keeps members with a program of their own from taking an object
# away before its time, or from keeping it beyond. `check_lane` and `check_next_cover` are for objects that began in a
# lane: what began with a record that is kept stays as long as that record does, and its covers may stand anywhere.


def check_birth(append: Append, cover: Cover) -> None:
    """An object begins with the day and the lane of its first record."""
    require((cover.day, cover.keep) == (append.day, append.keep))


def check_lane(append: Append, standing: Cover) -> None:
    """Nothing is kept for longer than the lane of its object."""
    require(KEPT < append.keep <= standing.keep)


def check_beside(append: Append, place: tuple[int, int]) -> None:
    """An annotation has the (day, lane) of what it annotates, so that both go together."""
    require((append.day, append.keep) == place)


def check_next_cover(append: Append, standing: Cover, cover: Cover) -> None:
    """A cover that a record brings stays in the object's lane and moves on by what the record gives it, no more."""
    here = (standing.day, standing.keep)
    require((cover.day, cover.keep) == (standing.after(append.day, append.keep) if append.slot is None else here))


def check_cover_half(cover: Cover, there: bool) -> None:
    """The day of a cover has the hub's half of its key: without it nobody could open the cover, nor tell why."""
    require(cover.keep == KEPT or there)


def check_rotation(rotation: Rotation) -> None:
    """The sizes of a rotation; its signature is the caller's to check."""
    require_sizes(HASH, rotation.root, rotation.read_hash, rotation.append_hash)
    require(0 <= rotation.epoch < LARGEST and 0 <= rotation.size < LARGEST)
    require(0 < len(rotation.transfer) <= TRANSFER_LIMIT)
    _check_control(rotation.control)


def check_accounts(writes: tuple[AccountWrite, ...], hour: int) -> None:
    """All rows have one size, and none is named twice."""
    for write in writes:
        require_sizes(HASH, write.locator)
        require(write.expects is None or len(write.expects) == HASH)
        require(len(write.inner) == ACCOUNT_INNER_SIZE)
        check_order(write.order, hour)
    require(len({write.locator for write in writes}) == len(writes))


def check_order(order: Order | None, hour: int) -> None:
    """Slots that there are, and a sleep that ends."""
    if order is not None:
        require(all(0 <= place < SLOTS and len(slot) in (0, HASH) for place, slot in order.slots))
        require(order.asleep == 0 or hour < order.asleep <= hour + LONGEST_SLEEP)


def check_mail(inbox: bytes, mail: Mail, today: int) -> None:
    """An envelope of today, or of a day that is swept in time; padded classes come from the writers."""
    require_sizes(HASH, inbox)
    require_sizes(ID, mail.eid)
    require(0 < len(mail.value) <= MAIL_LIMIT and 0 <= mail.day <= today + 1)
    require(not mail.late)


def check_held(held: Held, today: int) -> None:
    """A letter that waits: of the one size, on no day that is over, and not for ever."""
    require_sizes(HASH, held.inbox, held.cancel_hash)
    require_sizes(ID, held.hid, held.eid)
    require_sizes(HELD_SIZE, held.value)
    require(held.kind in (ALARM, PLACE) and today <= held.day <= today + HELD_DAYS)


def check_invite(last_day: int, value: bytes) -> None:
    """An invitation."""
    require(0 <= last_day < LARGEST and 0 < len(value) <= INVITE_LIMIT)


def check_page(name: bytes, value: bytes) -> None:
    """A value of the hub's own."""
    require_sizes(ID, name)
    require(len(value) <= PAGE_LIMIT)


def check_half(keep: int, day: int, half: bytes, today: int) -> None:
    """The hub's half of a day key."""
    require(keep > KEPT)
    require_sizes(HASH, half)
    require_day(day, keep, today)
