"""`python -m tests.mutants [WORD ...]`: break each promise on purpose; its test has to turn red.

For every file of tests/promises (those whose name has one of the words in it): the file as it is has to pass, and
has to fail by an assertion under each mutation that it declares. Exit 1 if one survives, if one fails for another
reason, or if a file declares none.
"""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutation import VARIABLE, Mutations
from tests.mutants.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    """Run everything, as many at once as there are processors; the exit code."""
    paths = sorted((ROOT / "tests" / "promises").glob("test_*.py"))
    runs = [run for path in paths if not words or any(word in path.stem for word in words) for run in _runs(path)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        failed = sum(pool.map(_try, runs))
    print(f"{failed} of these are not as they should be." if failed else "Every mutant turned its test red.")
    return 1 if failed else 0


@dataclass(frozen=True)
class _Run:
    """A promise's file, to be run with something broken or, without a mutation's name, as it is."""

    path: Path
    mutation: str | None
    wanted: Verdict

    @property
    def module(self) -> str:
        return f"tests.promises.{self.path.stem}"


def _runs(path: Path) -> list[_Run]:
    """A file that declares no mutation is asked for one that it doesn't have, which can't turn out well."""
    whole = _Run(path, None, Verdict.PASSED)
    declared: Mutations = getattr(importlib.import_module(whole.module), "MUTATIONS", {})
    return [whole, *(_Run(path, name, Verdict.FAILED) for name in declared or ["declares none"])]


def _try(run: _Run) -> int:
    """Print a line for a run; 1 if it was not as it should be."""
    started = time.monotonic()
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    if run.mutation is not None:
        environment[VARIABLE] = f"{run.module}:{run.mutation}"
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", str(run.path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    verdict = Verdict.of(answer.returncode)
    seconds = time.monotonic() - started
    said = f"{verdict.value:<6} {run.path.stem}: {run.mutation or 'as it is'} ({seconds:.0f} s)"
    if verdict is not run.wanted:
        said += "\n" + answer.stdout[-3000:] + answer.stderr[-1000:]
    print(said, flush=True)
    return int(verdict is not run.wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
