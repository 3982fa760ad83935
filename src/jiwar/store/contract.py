"""What every blind store does, the same for memory, SQLite and whatever comes later.

Implements spec/protocol.md §7. A store holds rows that others sealed; it never sees a key that opens one.

- A *shelf* is a circle's compartment. Reading needs its read token, appending its append token; the store
  knows only hashes of tokens. A shelf's records form one Merkle tree (`crypto.merkle`), in the order of
  commit.
- An *object* is one thing on a shelf (topic, room). It has a small mutable *cover*, listed by tag, latest
  first.
- A *number* is a record's place among all records of its shelf, from 0: also the index of its leaf in the
  tree.
- A *record* stands in a *slot* of its object: its own number, or that of the record it annotates. What
  belongs together is read together, and only records in their own slot move an object to the top.
- A record or cover with `keep` expires when `day + keep` is before today: it is swept at boot and every
  night, its leaf stays. What is erased keeps its row, with an empty value. An object whose cover has
  expired goes, with every row, when no record in a slot of its own has a value any more.
- An object that begins with a record in a lane stays in that lane, and its cover lasts exactly as long as the record
  in a slot of its own that lasts longest (`Cover.after`): no writer chooses either. What begins with a record that is
  kept is there as long as that record has a value, whatever its cover says.
- Reads are plain calls and answer at once. Writes are coroutines; when one returns, the write is durable
  (P8).
- What isn't there and what may not be seen is `NotThere`, by the same path (P12). An outdated token is
  `KeysChanged` and opens one thing only: `transfer`.

Does not know people, names, text, hours or addresses. Every id is random.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from jiwar.store.guard import Guard, Order
from jiwar.store.held import HeldStore

VALUE_LIMIT = 3_900
"""Bytes of one cell of a row; larger values are split into parts. Keeps every row off overflow pages."""
RECORD_LIMIT = 64 * 1024
TRANSFER_LIMIT = 4 * 1024 * 1024
ACCOUNT_INNER_SIZE = 32_768 + 80
"""Bytes of every account row's inner value: a keyring of 32 KiB and the overhead of its seal."""
MAIL_LIMIT = 64 * 1024
INVITE_LIMIT = 16 * 1024
PAGE_LIMIT = 256 * 1024
BOX_ENVELOPES = 64
BOX_BYTES = 1024 * 1024
"""What one box holds at most; a fuller one answers TooMuch until its owner has read."""
TRANSFER_DAYS = 366
"""Transfer cells are kept a year; whoever comes later uses the return key."""
MAIL_DAYS = 92
"""Envelopes are kept until the key that opens them is certainly forgotten."""
NEW_OBJECT = b""
"""What the writer of an object's first record has seen of it."""
KEPT = 0
"""`keep` of what doesn't expire."""


class Outer(Protocol):
    """The layer under the hub secret: comes in from `node`, so that the store holds no key.

    Tables: "account" (named by locator), "box" (inbox ‖ eid), "dayhalf" (join(shelf, keep, day)), "held" (hid; its
    letter hid ‖ eid), "invite" (hash of its number), "page" (its name).
    """

    def seal(self, table: str, name: bytes, plain: bytes) -> bytes: ...

    def open(self, table: str, name: bytes, sealed: bytes) -> bytes:
        """Raises Unopenable."""


@dataclass(frozen=True, slots=True)
class NewShelf:
    """A shelf at its birth, epoch 0. Token hashes are H(token) under TOKEN_HASH; `control` is an Ed25519
    key."""

    shelf: bytes
    read_hash: bytes
    append_hash: bytes
    control: bytes


@dataclass(frozen=True, slots=True)
class ShelfState:
    """What a read token shows of a shelf."""

    epoch: int
    control: bytes
    size: int
    root: bytes


class Cover(msgspec.Struct, frozen=True):
    """An object's cover: sealed under the key of (`day`, `keep`), at most VALUE_LIMIT bytes."""

    epoch: int
    day: int
    keep: int
    value: bytes

    def after(self, day: int, keep: int) -> tuple[int, int]:
        """Day and lane of the cover that follows a record of (`day`, `keep`) in a slot of its own: in the same lane,
        and gone on the day when the last of the two is.
        """
        return max(self.day, day + keep - self.keep), self.keep


@dataclass(frozen=True, slots=True)
class Append:
    """One record, and the cover that it brings.

    `slot` is None for a record in a slot of its own. `expects` is what the writer saw of the object's row
    (`signed.object_seen`), NEW_OBJECT for the first record of an object, None where writers don't compare: whoever
    brings no cover overwrites nobody's. `tag` names the collection; it is written when the object is new and ignored
    otherwise.
    """

    shelf: bytes
    token: bytes
    obj: bytes
    tag: bytes
    slot: int | None
    expects: bytes | None
    epoch: int
    day: int
    keep: int
    rid: bytes
    erase_hash: bytes
    value: bytes
    cover: Cover | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a record came to stand."""

    number: int


class ObjectRow(msgspec.Struct, frozen=True):
    obj: bytes
    head: int
    cover: Cover


class RecordRow(msgspec.Struct, frozen=True):
    slot: int
    number: int
    epoch: int
    day: int
    keep: int
    rid: bytes
    value: bytes


@dataclass(frozen=True, slots=True)
class Rotation:
    """One signed call that ends `epoch` and begins the next. `transfer` is read afterwards with the old
    read token.

    `signature` is Ed25519 by the old control key over
    join(ROTATION, shelf, epoch, size, root, read_hash, append_hash, control, digest(TRANSFER_HASH,
    transfer)).
    """

    shelf: bytes
    epoch: int
    size: int
    root: bytes
    read_hash: bytes
    append_hash: bytes
    control: bytes
    transfer: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One sealed envelope in a box. The box is digest(INBOX, read token).

    `late` is the hub's word that the envelope was held and came after its minute; it stands under the outer layer.
    """

    eid: bytes
    day: int
    value: bytes
    late: bool = False


@dataclass(frozen=True, slots=True)
class AccountWrite:
    """`expects` is digest(ROW, inner) of the value that was read, or None for a row that must be new.

    `order` changes the guard that stands before the row (`store.guard`); without one it stays as it is.
    """

    locator: bytes
    expects: bytes | None
    inner: bytes
    order: Order | None = None


Woken = Callable[[bytes, int, int], None]
"""Called in the event loop after a commit, with (object, slot, number): something was appended or erased
there."""
ENDED = (b"", -1, -1)
"""What a watcher is called with a last time when its token stops being good: keys have changed, or the
shelf is gone."""


class Store(HeldStore, Protocol):
    """The contract; its part about held letters is in `held`.

    Sizes: ids 16 bytes, hashes, tokens, keys and locators 32 bytes.
    """

    # shelves
    async def open_shelf(self, new: NewShelf) -> None:
        """Raises Conflict when the id is taken."""

    def shelf(self, shelf: bytes, token: bytes) -> ShelfState:
        """Raises NotThere, KeysChanged."""

    async def append(self, append: Append) -> Receipt:
        """Add a record in one transaction.

        Raises NotThere (shelf, token, annotated record or, without `cover`, object unknown), KeysChanged
        (old token or epoch), Conflict (the object's row is not what `expects` says), BadInput (sizes; a day that
        has expired or is to come; a day or lane that is not the object's: `checks`).
        """

    async def begin_together(self, appends: Sequence[Append]) -> None:
        """Add the first records of several objects of one shelf in one transaction, in their order: all or none.

        Raises NotThere, KeysChanged, Conflict (one of the objects is there, or comes twice), BadInput (as `append`;
        records of several shelves, or that don't begin an object).
        """

    def objects(self, shelf: bytes, token: bytes, tag: bytes, before: int | None, limit: int) -> list[ObjectRow]:
        """Objects of a collection by latest head, those whose head is below `before`. Raises NotThere,
        KeysChanged."""

    def object(self, shelf: bytes, token: bytes, obj: bytes) -> ObjectRow:
        """Raises NotThere, KeysChanged."""

    def records(
        self, shelf: bytes, token: bytes, obj: bytes, first: int, last: int, limit: int, newest: bool = False
    ) -> list[RecordRow]:
        """Whole slots first..last (both included) of an object, by (slot, number) and at most `limit`
        *slots*.

        With `newest` the last `limit` slots of the range instead of the first, still in ascending order.
        Raises NotThere, KeysChanged.
        """

    def record(self, shelf: bytes, token: bytes, obj: bytes, slot: int, number: int) -> RecordRow:
        """Raises NotThere, KeysChanged."""

    async def erase(self, shelf: bytes, obj: bytes, slot: int, number: int, erase_token: bytes) -> None:
        """Empty one record by the token whose digest(TOKEN_HASH) is its erase hash. Its leaf stays. Raises
        NotThere."""

    async def erase_by_control(self, shelf: bytes, obj: bytes, slot: int, number: int, signature: bytes) -> None:
        """The same by the control key, over join(ERASE_BY_CONTROL, shelf, obj, slot, number). Raises
        NotThere."""

    async def rotate(self, rotation: Rotation) -> None:
        """Raises NotThere, BadSignature, BadInput (sizes), Conflict (epoch, size or root have moved on)."""

    def transfer(self, shelf: bytes, epoch: int, token: bytes) -> bytes:
        """The transfer cell out of `epoch`, for that epoch's read token. Raises NotThere."""

    async def drop(self, shelf: bytes, signature: bytes) -> None:
        """Remove a shelf with everything on it; signed by the control key over join(DROP, shelf). Raises
        NotThere."""

    def node(self, shelf: bytes, token: bytes, level: int, index: int) -> bytes:
        """One complete node of the shelf's tree. Raises NotThere, KeysChanged."""

    # day halves
    def day_halves(self, shelf: bytes, token: bytes, keep: int, days: Iterable[int]) -> Mapping[int, bytes]:
        """The hub's halves of day keys that still exist, opened. Raises NotThere, KeysChanged."""

    async def make_day_half(self, shelf: bytes, token: bytes, keep: int, day: int, half: bytes) -> bytes:
        """Keep `half` unless the day has one already; returns the one that stands. Needs the append token.

        Raises NotThere, KeysChanged, BadInput when the day is older than `keep` days or later than tomorrow.
        """

    # accounts
    def account(self, locator: bytes) -> bytes:
        """The inner value, ACCOUNT_INNER_SIZE bytes. An unknown locator costs the same and gives another's
        bytes; a closed or sleeping one costs the same and gives bytes that open nothing."""

    def guard(self, locator: bytes) -> Guard:
        """What stands before an account; before one that isn't there, nothing."""

    async def put_accounts(self, writes: Sequence[AccountWrite]) -> None:
        """All or none. Raises Conflict, BadInput (sizes).

        A closed row is not changed: what was read of it may be put back, and seals it anew as it is, else Conflict.
        """

    async def close_account(self, capability: bytes) -> bytes:
        """Close the account in whose guard this capability has a slot; its locator. Raises NotThere."""

    async def wake_account(self, capability: bytes) -> bytes:
        """Wake it. Raises NotThere, also where it doesn't sleep or may not be woken."""

    async def remove_accounts(self, locators: Sequence[bytes]) -> None:
        """Forget rows; unknown ones are passed over."""

    # boxes
    async def put_mail(self, shelf: bytes, token: bytes, inbox: bytes, mail: Mail) -> None:
        """Leave an envelope; the append token of any shelf admits. An eid that is there stays as it is.

        Raises NotThere, KeysChanged, BadInput (sizes, `late`), TooMuch (a full box).
        """

    async def answer_invite(self, number: bytes, inbox: bytes, mail: Mail) -> None:
        """Leave an envelope, admitted by an invitation that still stands. Raises NotThere, TooMuch."""

    def mail(self, read_token: bytes) -> list[Mail]:
        """Everything in the box of digest(INBOX, read_token), empty for unknown ones."""

    async def delete_mail(self, read_token: bytes, eid: bytes) -> None:
        """Unknown ones are passed over."""

    async def put_invite(self, number: bytes, last_day: int, value: bytes) -> None:
        """Keep an invitation under digest(INVITE_NUMBER, number) until the end of `last_day`.

        Raises Conflict (the number is taken), BadInput (sizes).
        """

    def invite(self, number: bytes) -> bytes:
        """Raises NotThere."""

    async def remove_invite(self, number: bytes) -> None:
        """Unknown ones are passed over."""

    async def put_page(self, name: bytes, value: bytes) -> None:
        """Keep a value of the hub's own under a 16-byte name (front texts, hub id). Raises BadInput
        (sizes)."""

    def page(self, name: bytes) -> bytes:
        """Raises NotThere."""

    async def remove_page(self, name: bytes) -> None:
        """Unknown ones are passed over."""

    # live and upkeep
    def watch(self, shelf: bytes, token: bytes, woken: Woken) -> Callable[[], None]:
        """Be called after each commit on a shelf, until the returned function is called. Raises NotThere,
        KeysChanged."""

    async def turn_day(self, today: int, outer: Outer) -> None:
        """The nightly work: merge fresh rows, sweep what has expired before `today`, rewrite every row
        under `outer`.

        After it returns, nothing on disk opens under the outer layer that was in use before.
        """

    async def close(self) -> None:
        """Write what is pending and let go of the files."""
