"""Prepared folders, kept between runs: the same loader and sizes give the same folder."""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import jiwar
from bench.filling.community import ask, found, settle
from bench.filling.topics import Filler
from bench.filling.words import Words
from jiwar.clock import SystemClock
from jiwar.node import Config, open_hub

KEPT_IN = Path(__file__).parent.parent / ".data"
DAYS = 60
"""How long the community has existed; what it wrote is kept for ninety days."""
GOOD_FOR = 14 * 86_400.0
"""Seconds after which a folder is filled anew: the oldest posts would begin to expire."""
_SHAPES = (
    *("crypto/labels.py", "keyring/model.py", "keyring/epochs.py", "log/record.py", "store/sqlite/schema.py"),
    *("circles/model.py", "circles/speech.py", "circles/policy.py", "systems/*/model.py"),
)


@dataclass(frozen=True)
class Size:
    """What is in a folder."""

    posts: int
    topics: int
    members: int
    circles: int
    needs: int = 0

    @property
    def described(self) -> str:
        if self.needs:
            return f"{self.needs:,} open requests, {self.members} members, one group"
        return (
            f"{self.posts:,} posts in {self.topics:,} topics, {self.members} members, reader in {self.circles} groups"
        )


@dataclass(frozen=True)
class Filled:
    """A folder that a hub can be opened on, and the keys of its members; the first is the reader's."""

    path: Path
    size: Size
    keys: tuple[int, ...]

    @property
    def config(self) -> Config:
        return Config(self.path / "data", self.path / "secret")


def filled(size: Size) -> Filled:
    """The folder of this size, made when there is none that is recent."""
    path = KEPT_IN / f"{size.posts}-{_version(size)}"
    done = path / "keys.json"
    if not done.exists() or time.time() - done.stat().st_mtime > GOOD_FOR:
        for old in KEPT_IN.glob(f"{size.posts}-*"):
            shutil.rmtree(old)
        path.mkdir(parents=True)
        print(f"filling a folder with {size.posts:,} posts ...", file=sys.stderr, flush=True)
        keys = asyncio.run(_fill(path, size))
        done.write_text(json.dumps(keys))
    return Filled(path, size, keys_in(path))


def keys_in(path: Path) -> tuple[int, ...]:
    """The keys of a folder's members, the reader's first."""
    return tuple(json.loads((path / "keys.json").read_text()))


def _version(size: Size) -> str:
    """A digest of the loader's own files, of those that say what rows look like, and of the sizes."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    files += [one for pattern in _SHAPES for one in sorted(Path(jiwar.__file__).parent.glob(pattern))]
    text = b"".join(one.read_bytes() for one in files) + json.dumps(asdict(size)).encode()
    return hashlib.sha256(text).hexdigest()[:12]


async def _fill(path: Path, size: Size) -> list[int]:
    community = await found(path, SystemClock().day() - DAYS, size.members, size.circles)
    mains = [community.main_circle(person) for person in community.people]
    filler = Filler(community, Words(size.posts), mains[-1], [circle.log.persona for circle in mains[2:]])
    await filler.fill(size.posts, size.topics, DAYS)
    await ask(community, size.needs)
    await settle(community, filler.previous)
    keys = [person.key for person in community.people]
    await community.store.close()
    hub = await open_hub(Config(path / "data", path / "secret"))
    await hub.close()
    return keys
