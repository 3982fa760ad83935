"""The machine under the measurement: which core does what, what a process takes, and how it is all named in results.

Server and client each have a core of their own where there are two, so that neither takes the other's time.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sqlite3
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

from jiwar.cli.memory import OVERWRITING

ALLOCATOR = OVERWRITING
"""What every hub runs with: memory is overwritten when it is given back. Floors run with the same."""
_PACKAGES = ("starlette", "uvicorn", "httptools", "jinja2", "msgspec", "cryptography", "comrak")
_KIB = 1024
_NANO = 10**9


def cores() -> tuple[int, int]:
    """The server's core and the client's; the same one where there is only one."""
    usable = sorted(os.sched_getaffinity(0))
    return usable[0], usable[-1]


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """Run this process on one core for a while."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def resident_kib(pid: int) -> int:
    """The resident memory of a process."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS: the process has ended")


def cpu_seconds(pid: int) -> float:
    """Processor time that all threads of a process have used."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / _NANO


def folder_mib(path: Path) -> float:
    """Bytes of all files of a folder, in MiB."""
    return sum(one.stat().st_size for one in path.rglob("*") if one.is_file()) / _KIB / _KIB


def described() -> str:
    """What a reader of the table has to know of the machine."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    server, client = cores()
    cpus = "server and client share one core" if server == client else "server on one core, client on another"
    return f"{python}, SQLite {sqlite3.sqlite_version}, {packages}; {os.cpu_count()} cores, {cpus}."
