"""The allocator that a hub has to run with: one that overwrites what is given back.

CPython's own allocator leaves freed texts and keys standing, and so does the thread cache of glibc, which takes
blocks back without overwriting them. Measured: with these three settings nothing of a page is left a second after it
was sent (tests/promises/test_t10_memory.py); without the last, dozens of copies are.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

OVERWRITING = {
    "PYTHONMALLOC": "malloc",
    "MALLOC_PERTURB_": "165",
    "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}


def missing_from(environment: Mapping[str, str]) -> dict[str, str]:
    """What an environment lacks; a value that somebody chose stands, the tunables are added to."""
    missing = {name: value for name, value in OVERWRITING.items() if name not in environment}
    chosen = environment.get("GLIBC_TUNABLES", "")
    if chosen and "glibc.malloc.tcache_count" not in chosen:
        missing["GLIBC_TUNABLES"] = f"{chosen}:{OVERWRITING['GLIBC_TUNABLES']}"
    return missing


def run_overwriting() -> None:
    """Start this command anew with the settings it lacks: they count only from a process's first moment."""
    missing = missing_from(os.environ)
    if missing and sys.platform == "linux":
        command = [sys.executable, "-m", "jiwar", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **missing})  # noqa: S606 - this very program, no shell
