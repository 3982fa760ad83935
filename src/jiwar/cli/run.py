"""`jiwar run`: open the hub of a data folder, print a founding link, and serve until told to stop.

The link goes to the terminal and nowhere else, not into a service's journal; the hub writes no log.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from jiwar import node
from jiwar.cli.memory import run_overwriting
from jiwar.cli.ways import ways_from
from jiwar.errors import BadChoice
from jiwar.i18n import LANGUAGES
from jiwar.node import Config, Front, Hub
from jiwar.web.serve import make_server

DEFAULT_PORT = 8000
TO_FOUND = "To found a community, once, within a week:"
NOT_HERE = "No founding link here, where a journal keeps it. Start the hub once in a terminal to found a community."
NO_REMINDERS = (
    "No reminders: they would show where this hub stands. JIWAR_SOCKS, or JIWAR_SECURE=1, see docs/operating."
)
EARLIEST, LATEST = -12, 14
"""Hours by which clocks on Earth differ from UTC."""


def add_parser(commands: Any) -> argparse.ArgumentParser:
    """Settings come from the environment, so that none of them stands in a list of processes."""
    parser: argparse.ArgumentParser = commands.add_parser(
        "run",
        help="start a hub",
        description="Start a hub on 127.0.0.1. PORT (8000), JIWAR_DATA (./data) and JIWAR_SECRET (./secret/hub) say"
        " where; JIWAR_COVER, JIWAR_LANGUAGE and JIWAR_UTC_OFFSET (3) say, the first time, what strangers see and by"
        " how many hours the community's clock is ahead; JIWAR_SECURE=1 says that people reach it by https;"
        " JIWAR_COMPANION=destroy has every login overwrite the account's companion;"
        " JIWAR_PUSH=1, JIWAR_WEB_PUSH=1 and JIWAR_SMTP_HOST allow reminders, JIWAR_SOCKS says by which proxy they go"
        " out, see docs/operating.",
    )
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Exit code 0 after a stop by signal."""
    run_overwriting()
    asyncio.run(_run())
    return 0


def config_from(environment: dict[str, str]) -> Config:
    """Where the hub keeps its things and what strangers see."""
    first = Front()
    return Config(
        data=Path(environment.get("JIWAR_DATA", "data")),
        secret=Path(environment.get("JIWAR_SECRET", "secret/hub")),
        destroys_companions=_companions(environment) == "destroy",
        front=Front(
            cover=environment.get("JIWAR_COVER", first.cover),
            language=_language(environment.get("JIWAR_LANGUAGE", first.language)),
            offset_hours=_offset(environment.get("JIWAR_UTC_OFFSET", str(first.offset_hours))),
        ),
        ways=ways_from(environment),
    )


def _language(code: str) -> str:
    """Raises BadChoice for one that pages don't speak."""
    if code not in LANGUAGES:
        raise BadChoice(setting="JIWAR_LANGUAGE")
    return code


def _companions(environment: dict[str, str]) -> str:
    """What a login does with its companion: keep or destroy. Raises BadChoice."""
    said = environment.get("JIWAR_COMPANION", "keep")
    if said not in ("keep", "destroy"):
        raise BadChoice(setting="JIWAR_COMPANION")
    return said


def _offset(text: str) -> float:
    """Hours that the community's clock is ahead of UTC: it decides what is called morning. Raises BadChoice."""
    try:
        hours = float(text)
    except ValueError:
        raise BadChoice(setting="JIWAR_UTC_OFFSET") from None
    if not EARLIEST <= hours <= LATEST:
        raise BadChoice(setting="JIWAR_UTC_OFFSET")
    return hours


def _port(environment: dict[str, str]) -> int:
    """Raises BadChoice for what is no port."""
    said = environment.get("PORT", str(DEFAULT_PORT))
    if not (said.isascii() and said.isdigit() and 0 < int(said[:6]) < 65_536):
        raise BadChoice(setting="PORT")
    return int(said)


async def _run() -> None:
    environment = dict(os.environ)
    _port(environment)
    hub = await node.open_hub(config_from(environment))
    try:
        await serve(hub, environment)
    finally:
        await hub.close()


async def serve(hub: Hub, environment: dict[str, str]) -> None:
    """Print the founding link and answer until told to stop."""
    serving = make_server(
        hub,
        _port(environment),
        secure=environment.get("JIWAR_SECURE") == "1",
        development=environment.get("JIWAR_DEVELOPMENT") == "1",
    )
    hub.start_upkeep()
    kept = is_kept_in_a_journal(environment, sys.stdout.fileno())
    founding = NOT_HERE if kept else f"{TO_FOUND} {serving.founding_link(await hub.founding_code())}"

    def say() -> None:
        print(f"A hub is on {serving.address}", flush=True)
        print(founding, flush=True)
        if hub.bell.ways.shut:
            print(NO_REMINDERS, flush=True)

    await serving.run(say)


def is_kept_in_a_journal(environment: dict[str, str], output: int) -> bool:
    """Whether systemd writes down what goes to `output`: it says so by device and inode, systemd.exec(5)."""
    here = os.fstat(output)
    return environment.get("JOURNAL_STREAM") == f"{here.st_dev}:{here.st_ino}"
