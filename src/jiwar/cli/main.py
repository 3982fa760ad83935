"""The `jiwar` command. Each command is a module with `add_parser(commands)` and `run(arguments) -> exit code`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from jiwar.cli import disk, run
from jiwar.cli.demo import play
from jiwar.errors import JiwarError
from jiwar.i18n import load_languages
from jiwar.web.messages import sentence

COMMANDS = (run, play, disk)
FAILED, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse and run; the exit code of the command."""
    parser = argparse.ArgumentParser(prog="jiwar", description="A hub for communities that have to be careful.")
    commands = parser.add_subparsers(required=True)
    for command in COMMANDS:
        command.add_parser(commands).set_defaults(run=command.run)
    chosen = parser.parse_args(arguments)
    try:
        return int(chosen.run(chosen))
    except KeyboardInterrupt:
        return INTERRUPTED
    except JiwarError as error:
        print(f"jiwar: {_said(error)}", file=sys.stderr)
        return FAILED


def _said(error: JiwarError) -> str:
    """What a keeper is told: which setting can't be used, or what everybody is told."""
    if "setting" in error.fields:
        return f"{error.fields['setting']} can't be used as it is set."
    return f"{sentence(error, load_languages()['en'])} ({error.code})"
