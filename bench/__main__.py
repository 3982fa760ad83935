"""`python -m bench`: measure, print one table, and with `--save` write it to bench/results.md, or to a file beside it
where some rows alone were measured.

`--quick` shows on tiny folders that every row works; its figures mean nothing. `--only NAME` measures some rows.
"""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench import flooding, held, machine, matching, pages, peers, returning, rooms
from bench.scale import FULL, QUICK, Scale
from bench.table import Row, as_markdown, measured

RESULTS = Path(__file__).with_name("results.md")
MEASURES: dict[str, Callable[[Scale], list[Row]]] = {
    "pages": pages.against_floor,
    "board": pages.board,
    "growth": pages.growth,
    "cold": pages.cold,
    "sign-in": pages.sign_in,
    "returning": returning.remembered,
    "idle": pages.idle_memory,
    "writing": rooms.writing,
    "delivery": rooms.delivery,
    "live": rooms.live_memory,
    "flood": flooding.flooded,
    "held": held.waiting,
    "matching": matching.planned,
    "peers": peers.compared,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; 0 when every target was met that was measured."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure a hub against floors and itself.")
    parser.add_argument("--quick", action="store_true", help="tiny folders: shows that every row works")
    parser.add_argument("--only", action="append", choices=MEASURES, help="measure these rows alone")
    parser.add_argument("--save", action="store_true", help="write the table to bench/results*.md")
    told = parser.parse_args(arguments)
    # Told to end, it ends as after a mistake: with every server that it has started.
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    rows: list[Row] = []
    for name in told.only or MEASURES:
        print(f"measuring {name} ...", file=sys.stderr, flush=True)
        rows += measured(name, MEASURES[name], QUICK if told.quick else FULL)
    text = f"{machine.described()}\n\n{as_markdown(rows)}"
    print(text)
    if told.save:
        results = RESULTS.with_stem("-".join([RESULTS.stem, *told.only])) if told.only else RESULTS
        results.write_text(f"# What was measured\n\nMedians of one run, lowest and highest in brackets.\n{text}")
    missed = [row.name for row in rows if row.met == "NO"]
    return 1 if missed and not told.quick else 0


if __name__ == "__main__":
    sys.exit(main())
