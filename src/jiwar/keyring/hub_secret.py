"""The hub secret: what has to lie *outside* the data folder so that yesterday's copy of the folder is dead.

Implements spec/protocol.md §3.6. A file of two sectors, each a slot: mark ‖ generation ‖ 32 random bytes ‖
check.

- Every day: the next secret goes into the free slot, then the store rewrites every row under it, then the old
  slot is overwritten. Each step is on disk before the next begins.
- While both slots are full a turn is under way, or was interrupted: `outer` opens rows of either secret and
  seals under the newer one. `turn` starts a turn or finishes an interrupted one; to the caller they are the
  same.
- Overwriting is what a program can do. A disk that copies on write keeps remnants: full-disk encryption, or a
  device of its own, is for the operating guide.

Does not know what a store is: it hands out a layer, and waits for whoever rewrites rows.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from jiwar.crypto.hashing import digest, same
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import (
    ACCOUNT_OUTER,
    BOX_OUTER,
    DAY_OUTER,
    HELD_OUTER,
    INVITE_OUTER,
    PAGE_OUTER,
    SECRET_CHECK,
    Label,
)
from jiwar.crypto.random import Random, system_random
from jiwar.crypto.sealing import seal_outer, unseal_outer
from jiwar.errors import StoreDamaged, Unopenable

SECTOR = 512
FIRST = 1
"""The generation that a secret is made with."""
_MARK = b"jiwarsec"
_GENERATION = slice(8, 16)
_SECRET = slice(16, 48)
_CHECK = slice(48, 80)
_LABELS: dict[str, Label] = {
    "account": ACCOUNT_OUTER,
    "box": BOX_OUTER,
    "dayhalf": DAY_OUTER,
    "held": HELD_OUTER,
    "invite": INVITE_OUTER,
    "page": PAGE_OUTER,
}


class OuterLayer:
    """Seals under the first of its secrets and opens under any of them; one key for each table."""

    def __init__(self, *secrets: bytes, random: Random = system_random) -> None:
        self._keys = [{table: derive(secret, label, table) for table, label in _LABELS.items()} for secret in secrets]
        self._random = random

    def seal(self, table: str, name: bytes, plain: bytes) -> bytes:
        """A row's value as it goes to disk."""
        return seal_outer(self._keys[0][table], name, plain, self._random)

    def open(self, table: str, name: bytes, sealed: bytes) -> bytes:
        """Raises Unopenable."""
        for keys in self._keys:
            try:
                return unseal_outer(keys[table], name, sealed)
            except Unopenable:
                continue
        raise Unopenable


@dataclass(frozen=True, slots=True)
class _Slot:
    place: int
    generation: int
    secret: bytes

    def sector(self) -> bytes:
        raw = _MARK + self.generation.to_bytes(8, "big") + self.secret
        return (raw + _check(raw)).ljust(SECTOR, b"\0")


def _check(raw: bytes) -> bytes:
    return digest(SECRET_CHECK, raw)


def _read_slot(place: int, sector: bytes) -> _Slot | None:
    """None for an empty slot, and for one whose writing was cut short."""
    raw = sector[: _CHECK.start]
    if not raw.startswith(_MARK) or not same(sector[_CHECK], _check(raw)):
        return None
    return _Slot(place, int.from_bytes(raw[_GENERATION], "big"), raw[_SECRET])


class HubSecret:
    """The two slots of one file."""

    def __init__(self, path: Path, random: Random = system_random) -> None:
        """Read the file. Raises StoreDamaged when it holds no secret, FileNotFoundError when there is
        none."""
        self._path, self._random = path, random
        _keep_to_owner(path)
        raw = path.read_bytes()
        slots = [_read_slot(place, raw[place * SECTOR :][:SECTOR]) for place in (0, 1)]
        found = sorted((slot for slot in slots if slot), key=lambda slot: slot.generation, reverse=True)
        if len(raw) != 2 * SECTOR or not found:
            raise StoreDamaged
        self._newest, self._oldest = found[0], found[-1]

    @property
    def has_turned(self) -> bool:
        """Whether a hub has worked with it: its first start turns it, once it has written what it is."""
        return self._newest.generation > FIRST

    @property
    def turning(self) -> bool:
        """Whether a turn is under way or was interrupted."""
        return self._newest is not self._oldest

    def outer(self) -> OuterLayer:
        """The layer to open the store with."""
        secrets = [self._newest.secret] + ([self._oldest.secret] if self.turning else [])
        return OuterLayer(*secrets, random=self._random)

    def next_slot(self) -> OuterLayer:
        """Put the next secret on disk, unless an interrupted turn has done so; the layer of that secret
        alone."""
        if not self.turning:
            now = self._newest
            new = _Slot(1 - now.place, now.generation + 1, self._random(32))
            self._write(new.place, new.sector())
            self._newest = new
        return OuterLayer(self._newest.secret, random=self._random)

    def commit(self) -> None:
        """Destroy the older secret. Only after no row is left under it."""
        if self.turning:
            self._write(self._oldest.place, bytes(SECTOR))
            self._oldest = self._newest

    async def turn(self, rewrite: Callable[[OuterLayer], Awaitable[None]]) -> None:
        """One whole turn: next slot, `rewrite` every row under its layer, destroy the older slot."""
        await rewrite(self.next_slot())
        self.commit()

    def _write(self, place: int, sector: bytes) -> None:
        with self._path.open("r+b") as file:
            file.seek(place * SECTOR)
            file.write(sector)
            file.flush()
            os.fsync(file.fileno())


def _keep_to_owner(path: Path) -> None:
    """Nobody else on the machine may read it, also after it was copied back with other rights."""
    if path.stat().st_mode & 0o077:
        with contextlib.suppress(PermissionError):  # It belongs to somebody else, who lets us in on purpose.
            path.chmod(0o600)


def create_hub_secret(path: Path, random: Random = system_random) -> HubSecret:
    """Make the file, readable by its owner only. Raises FileExistsError rather than overwrite a secret."""
    slot = _Slot(0, FIRST, random(32))
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    new = path.with_name(path.name + ".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(slot.sector() + bytes(SECTOR))
        file.flush()
        os.fsync(file.fileno())
    # A hard link, unlike a rename, refuses to take the place of a secret that is there.
    try:
        os.link(new, path)
    finally:
        new.unlink()
    _sync_folder(path.parent)
    return HubSecret(path, random)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
