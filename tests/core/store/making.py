"""Shelves with known tokens, and rows to put on them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import count

from jiwar.crypto import signing
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import TOKEN_HASH
from jiwar.store.contract import ACCOUNT_INNER_SIZE, Append, Cover, NewShelf, Rotation, ShelfState, Store
from jiwar.store.signed import drop_message, erase_message, rotation_message

TODAY = 20_000
_numbers = count(1)


def some(size: int, name: object = None) -> bytes:
    """Bytes that look random and are the same for the same name; without a name, never the same twice."""
    seed = digest(TOKEN_HASH, str(next(_numbers) if name is None else name))
    return b"".join(digest(TOKEN_HASH, seed, part) for part in range(size // 32 + 1))[:size]


def hashed(token: bytes) -> bytes:
    return digest(TOKEN_HASH, token)


@dataclass
class Shelf:
    """A shelf as a steward knows it."""

    name: bytes = field(default_factory=lambda: some(16))
    epoch: int = 0

    @property
    def read(self) -> bytes:
        return self.token("read", self.epoch)

    @property
    def append(self) -> bytes:
        return self.token("append", self.epoch)

    @property
    def seed(self) -> bytes:
        return self.token("control", self.epoch)

    def token(self, kind: str, epoch: int) -> bytes:
        return some(32, (kind, self.name, epoch))

    def control(self, epoch: int) -> bytes:
        return signing.public_key(self.token("control", epoch))

    def new(self) -> NewShelf:
        return NewShelf(self.name, hashed(self.read), hashed(self.append), self.control(0))

    def rotation(self, state: ShelfState, transfer: bytes = b"cell") -> Rotation:
        """The call that ends the present epoch; count `epoch` up when it went through."""
        after = self.epoch + 1
        bare = Rotation(
            self.name,
            self.epoch,
            state.size,
            state.root,
            hashed(self.token("read", after)),
            hashed(self.token("append", after)),
            self.control(after),
            transfer,
            b"",
        )
        return resigned(bare, self.seed)

    async def rotate(self, store: Store, transfer: bytes = b"cell") -> None:
        await store.rotate(self.rotation(store.shelf(self.name, self.read), transfer))
        self.epoch += 1

    def signed_drop(self) -> bytes:
        return signing.sign(self.seed, drop_message(self.name))

    def signed_erase(self, obj: bytes, slot: int, number: int) -> bytes:
        return signing.sign(self.seed, erase_message(self.name, obj, slot, number))

    def record(self, obj: bytes, value: bytes = b"sealed", **changed: object) -> Append:
        """A record in a slot of its own in an object that exists; `changed` says otherwise."""
        rid = some(16)
        fields: dict[str, object] = {
            "shelf": self.name,
            "token": self.append,
            "obj": obj,
            "tag": some(16, "tag"),
            "slot": None,
            "expects": None,
            "epoch": self.epoch,
            "day": TODAY,
            "keep": 0,
            "rid": rid,
            "erase_hash": hashed(some(32, ("erase", rid))),
            "value": value,
            "cover": None,
        }
        return Append(**{**fields, **changed})  # type: ignore[arg-type]

    def first(self, obj: bytes, value: bytes = b"sealed", **changed: object) -> Append:
        """The record that makes an object, or one that brings a cover like it: of its own epoch, day and lane."""
        bare = self.record(obj, value, **changed)
        return bare if "cover" in changed else replace(bare, cover=cover(b"cover", bare.epoch, bare.day, bare.keep))


def cover(value: bytes = b"cover", epoch: int = 0, day: int = TODAY, keep: int = 0) -> Cover:
    return Cover(epoch, day, keep, value)


def resigned(rotation: Rotation, seed: bytes) -> Rotation:
    """The same rotation with a good signature by `seed`."""
    signature = signing.sign(seed, rotation_message(rotation))
    return Rotation(
        rotation.shelf,
        rotation.epoch,
        rotation.size,
        rotation.root,
        rotation.read_hash,
        rotation.append_hash,
        rotation.control,
        rotation.transfer,
        signature,
    )


def erase_token(append: Append) -> bytes:
    return some(32, ("erase", append.rid))


def inner(name: object) -> bytes:
    return some(ACCOUNT_INNER_SIZE, ("inner", name))


async def half(store: Store, shelf: Shelf, keep: int, day: int = TODAY) -> bytes:
    """The hub's half of a day, which is there before anything stands in its lane."""
    return await store.make_day_half(shelf.name, shelf.append, keep, day, some(32, ("half", keep, day)))


async def opened(store: Store) -> Shelf:
    """A new shelf in the store."""
    shelf = Shelf()
    await store.open_shelf(shelf.new())
    return shelf
