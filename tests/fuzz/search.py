"""Guided searches: `python -m tests.fuzz.search SECONDS TARGET…`, one after the other, each in a process of its own.

A search ends its process, and what it found would end the others: so the program is made ready once, which takes
the longest, and each search begins in a copy of it. The bytes of a find are printed in hex; nothing else is kept.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import atheris

with atheris.instrument_imports(include=["jiwar", "tests.fuzz"]):
    from tests.fuzz.seeds import all_seeds
    from tests.fuzz.targets import TARGETS

LONGEST = 4096
STUCK_SECONDS = 20


def _search(name: str, seconds: str, folder: str) -> None:
    def held(data: bytes) -> None:
        try:
            TARGETS[name].holds(data)
        except BaseException:
            sys.stderr.write(f"{name}: {data.hex()}\n")
            raise

    held(b"")  # What a target makes ready at its first call takes longer than the search lets one call take.
    bounds = [f"-max_total_time={seconds}", f"-max_len={LONGEST}", f"-timeout={STUCK_SECONDS}", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *bounds, f"-artifact_prefix={folder}/", folder], held)
    atheris.Fuzz()


def _in_a_copy(name: str, seconds: str) -> bool:
    """Whether nothing was found."""
    with TemporaryDirectory() as folder:
        for number, seed in enumerate(all_seeds()):
            (Path(folder) / str(number)).write_bytes(seed)
        child = os.fork()
        if child == 0:
            _search(name, seconds, folder)
        return os.waitpid(child, 0)[1] == 0


def main() -> int:
    """Exit code 1 when something was found."""
    seconds, *names = sys.argv[1:]
    wrong = 0
    for name in names or TARGETS:
        sound = _in_a_copy(name, seconds)
        wrong |= not sound
        sys.stdout.write(f"{name}: {'nothing found' if sound else 'FOUND'}\n")
        sys.stdout.flush()
    return wrong


if __name__ == "__main__":
    raise SystemExit(main())
