"""What a peer lives in: a virtual environment of its own beside the prepared folders, never in the project's locks.

Made once, by pip, with the versions named, from wherever the settings of whoever measures send it. A program that
comes with the system is used where it is there already; nothing is installed into the system.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.filling.folder import KEPT_IN, Filled
from bench.machine import cores, on_core
from bench.serving import Running, running
from jiwar.web.serve import HOST

PEERS = KEPT_IN / "peers"
STARTS_WITHIN = 120.0
ENDS_WITHIN = 20.0
LEAST_SECONDS = 1.0
"""Shorter windows would end before a peer has answered."""


class Missing(Exception):
    """A peer that can't be measured here, and why."""


def environment(name: str, *packages: str) -> Path:
    """The folder of programs of an environment with these packages. Raises Missing where pip can't bring them."""
    path = PEERS / name
    stamp, wanted = path / "packages", "\n".join(packages)
    if not stamp.exists() or stamp.read_text() != wanted:
        print(f"installing {', '.join(packages)} ...", file=sys.stderr, flush=True)
        shutil.rmtree(path, ignore_errors=True)
        done([sys.executable, "-m", "venv", path])
        pip = [path / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            done([*pip, *packages], **os.environ)
        except Missing:
            raise Missing(f"pip couldn't install {', '.join(packages)}") from None
        stamp.write_text(wanted)
    return path / "bin"


def _missing(what: str, said: str) -> Missing:
    """Why is for whoever measures, on the terminal: paths and hosts of one machine have no place in a kept table."""
    print(f"{what}: {said.strip()[-1000:]}", file=sys.stderr, flush=True)
    return Missing(what)


def program(name: str) -> Path:
    """A program that this system has. Raises Missing."""
    found = shutil.which(name)
    if found is None:
        raise Missing(f"{name} isn't on this machine: apt-get install {name}")
    return Path(found)


def done(command: Sequence[object], **settings: str) -> str:
    """What a command printed. Raises Missing."""
    text = [str(part) for part in command]
    told = subprocess.run(text, check=False, capture_output=True, text=True, env=_with(settings))
    if told.returncode:
        raise _missing(f"{Path(text[0]).name} failed", told.stderr)
    return told.stdout


def _with(settings: Mapping[str, str]) -> dict[str, str]:
    """A plain environment: nothing of this bench's own reaches a peer."""
    return {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(PEERS), **settings}


@contextmanager
def scratch() -> Iterator[Path]:
    """A folder for one run of a peer, on the disk that holds the hub's folders."""
    PEERS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PEERS) as path:
        yield Path(path)


@contextmanager
def copied(folder: Filled) -> Iterator[Running]:
    """A hub on a copy of the folder: what is written here isn't there in the next run."""
    with scratch() as apart:
        shutil.copytree(folder.path, apart / "hub")
        with running(Filled(apart / "hub", folder.size, folder.keys)) as hub:
            yield hub


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as asking:
        asking.bind((HOST, 0))
        port: int = asking.getsockname()[1]
        return port


@contextmanager
def server(command: Sequence[object], port: int, log: Path, **settings: str) -> Iterator[None]:
    """A peer's server on the server's core, from its first answered connection to the end of the block.

    It leads a group of its own, so that its workers end with it however it ends, and where the system can tell it, it
    ends when this bench is killed.
    """
    setpriv = shutil.which("setpriv")
    bound = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
    with log.open("wb") as told, on_core(cores()[0]):
        text, plain = [*bound, *(str(part) for part in command)], _with(settings)
        process = subprocess.Popen(
            text,
            env=plain,
            stdin=subprocess.DEVNULL,
            stdout=told,
            stderr=told,
            cwd=log.parent,
            start_new_session=True,
        )
    try:
        _await(process, port, log)
        yield
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _await(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Raises Missing when it ends or never listens."""
    end = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < end and process.poll() is None:
        with socket.socket() as asking:
            if asking.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.1)
    raise _missing("it didn't start", log.read_text(errors="replace"))
