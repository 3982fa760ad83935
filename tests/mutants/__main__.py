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
from pathlib import Path

from tests.mutants.mutation import VARIABLE, Mutations
from tests.mutants.verdict import Verdict

ROOT = Path(__file__).resolve().parents[2]


def main(words: list[str]) -> int:
    """Run everything; the exit code."""
    failed = 0
    for path in sorted((ROOT / "tests" / "promises").glob("test_*.py")):
        if not words or any(word in path.stem for word in words):
            failed += _try_file(path)
    print(f"{failed} of these are not as they should be." if failed else "Every mutant turned its test red.")
    return 1 if failed else 0


def _try_file(path: Path) -> int:
    """Print a line for each run; how many were not as they should be."""
    module = f"tests.promises.{path.stem}"
    declared: Mutations = getattr(importlib.import_module(module), "MUTATIONS", {})
    if not declared:
        print(f"NONE   {path.stem}: declares no mutation")
        return 1
    wrong = _try(path, module, None, Verdict.PASSED)
    return wrong + sum(_try(path, module, name, Verdict.FAILED) for name in declared)


def _try(path: Path, module: str, name: str | None, wanted: Verdict) -> int:
    started = time.monotonic()
    environment = {key: value for key, value in os.environ.items() if key != VARIABLE}
    if name is not None:
        environment[VARIABLE] = f"{module}:{name}"
    answer = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--no-header", str(path)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )
    verdict = Verdict.of(answer.returncode)
    seconds = time.monotonic() - started
    print(f"{verdict.value:<6} {path.stem}: {name or 'as it is'} ({seconds:.0f} s)", flush=True)
    if verdict is not wanted:
        print(answer.stdout[-3000:] + answer.stderr[-1000:])
    return int(verdict is not wanted)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
