"""`jiwar demo`: a hub filled with a made-up community, played through the code that people's own acts go through.

The first start fills a fresh folder; later ones use it again. The keys of the demo lie in a file beside its secret,
outside the data folder, so that every start can show them; of a real hub nobody ever writes a key anywhere.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import msgspec

from jiwar.cli import run as serving
from jiwar.cli.demo import content, timeline
from jiwar.cli.demo.content import Community
from jiwar.cli.demo.performance import Play, first_day, set_clock
from jiwar.cli.memory import run_overwriting
from jiwar.clock import SetClock, SystemClock
from jiwar.errors import Conflict
from jiwar.keyring.phrase import to_digits, to_words
from jiwar.node import Config, open_hub
from jiwar.store.sqlite.store import Pace

WITHOUT_WAITING = Pace(accounts=0, accounts_jitter=0, boxes=0, shelves_loaded=0)
SHOWN = {"founder": "palm", "steward": "lamp", "member": "sparrow", "newcomer": "lemon"}
"""Whose keys are printed."""
FAILED = 2


class Key(msgspec.Struct, frozen=True):
    """The key of one person of the demo, in both forms."""

    who: str
    handle: str
    words: str
    digits: str


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Where things are comes from the environment, as for `run`."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "demo",
        help="start a hub filled with a made-up community",
        description="Start a hub on 127.0.0.1 with a made-up community in it. PORT (8000), JIWAR_DATA (./data-demo)"
        " and JIWAR_SECRET (./secret/demo) say where. A folder that is there is used again; remove it to begin anew.",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 after a stop by signal, 2 when the places are taken."""
    run_overwriting()
    try:
        asyncio.run(_run(dict(os.environ)))
    except Conflict:
        print("There is a secret that belongs to no demo. JIWAR_SECRET can name another place.", file=sys.stderr)
        return FAILED
    return 0


async def _run(environment: dict[str, str]) -> None:
    config = serving.config_from({"JIWAR_DATA": "data-demo", "JIWAR_SECRET": "secret/demo", **environment})
    if not config.data.exists():
        _require_no_other_secret(config)
        print("Playing six weeks of a made-up community. This takes a moment ...", flush=True)
        await fill(config, content.load())
    hub = await open_hub(config)
    try:
        for line in key_lines(keys_file(config.secret)):
            print(line)
        await serving.serve(hub, environment)
    finally:
        await hub.close()


def keys_file(secret: Path) -> Path:
    return secret.with_name(secret.name + ".keys")


def key_lines(file: Path) -> list[str]:
    if not file.exists():
        return ["The keys of this demo are not here any more. Remove its data folder to begin anew."]
    lines = []
    for key in msgspec.json.decode(file.read_bytes(), type=list[Key]):
        lines += [f"{key.who}: {key.handle}", f"  {key.words}", f"  {key.digits}"]
    return lines


def _require_no_other_secret(config: Config) -> None:
    if config.secret.exists() and not keys_file(config.secret).exists():
        raise Conflict


def _beside(path: Path) -> Path:
    """Where something is made before it takes its place, so that nothing half-filled is ever used."""
    return path.with_name(path.name + ".part")


async def fill(config: Config, community: Community) -> None:
    """Make the hub of a demo in `config`'s places; its data folder may not be there.

    Raises Conflict when the secret there is not that of a demo: it may be what opens somebody's hub.
    """
    _require_no_other_secret(config)
    file = keys_file(config.secret)
    data, secret = _beside(config.data), _beside(config.secret)
    shutil.rmtree(data, ignore_errors=True)
    secret.unlink(missing_ok=True)
    keys = await _play(Config(data, secret, config.front), community)
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(msgspec.json.encode(keys))
    secret.replace(config.secret)
    data.rename(config.data)


async def _play(config: Config, community: Community) -> list[Key]:
    offset = config.front.offset_hours
    now = timeline.moment_of(SystemClock(offset).seconds(), offset)
    clock = SetClock()
    set_clock(clock, (first_day(timeline.acts(community, now)), 0))
    hub = await open_hub(config, clock, pace=WITHOUT_WAITING)
    try:
        cast = await Play(hub, clock, community, now).perform()
    finally:
        await hub.close()
    return [_key(community, who, name, cast.phrases[name]) for who, name in SHOWN.items()]


def _key(community: Community, who: str, name: str, phrase: int) -> Key:
    person = community.person(name)
    return Key(who, person.handles["evening"], " ".join(to_words(phrase, person.language)), to_digits(phrase))
