"""A hub in a process of its own, on one core: the application as `jiwar run` starts it, on a prepared folder.

Two things differ, and neither touches a page: no session is told to slow down (32 people write as fast as they can),
and a signal empties the cache of sealed fragments, to measure a page that nobody has opened yet.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bench.machine import ALLOCATOR, cores, cpu_seconds, resident_kib
from jiwar.node import Config, open_hub
from jiwar.web.limits import EVERYBODY_ASKS, ONE_WINDOW, PAGES_AT_A_WINDOW, Limits, Rate
from jiwar.web.serve import HOST, make_server
from jiwar.web.site import Site

if TYPE_CHECKING:  # A hub's process must not carry what fills folders.
    from bench.filling.folder import Filled

_AT_MOST = Rate(10**9, 1e-9)
_OF_STRANGERS = (ONE_WINDOW, EVERYBODY_ASKS, PAGES_AT_A_WINDOW)


class Patient(Limits):
    """Counts as always and refuses nobody but strangers at the window."""

    def take(self, name: bytes, rate: Rate) -> None:
        super().take(name, rate if rate in _OF_STRANGERS else _AT_MOST)


class Running:
    """A server's process, seen from the client's side."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self._process, self.port = process, port

    @property
    def resident_kib(self) -> int:
        return resident_kib(self._process.pid)

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self._process.pid)

    def empty_fragments(self) -> None:
        self._process.send_signal(signal.SIGUSR1)


@contextmanager
def running(folder: Filled, module: str = "bench.serving") -> Iterator[Running]:
    """Start a server on a folder and wait until it answers; it ends with the block."""
    arguments = [sys.executable, "-m", module, str(folder.path), "--core", str(cores()[0])]
    found_in = [str(Path(__file__).parent.parent), *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, **ALLOCATOR, "PYTHONPATH": os.pathsep.join(found_in)}
    with subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            said = process.stdout.readline() if process.stdout else ""
            if not said.startswith("ready "):
                raise RuntimeError(f"{module} didn't start")
            yield Running(process, int(said.split()[1]))
        finally:
            process.terminate()


def listen() -> socket.socket:
    """A socket on a free port of this machine alone."""
    # With the protocol named, connections that come in send small answers at once (TCP_NODELAY), as the hub's own do.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((HOST, 0))
    listening.listen(1024)
    return listening


def arguments() -> argparse.Namespace:
    """The folder and the core that a child process is told."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--core", type=int, required=True)
    return parser.parse_args()


async def _serve(folder: Path) -> None:
    hub = await open_hub(Config(folder / "data", folder / "secret"))
    hub.start_upkeep()
    listening = listen()
    port = listening.getsockname()[1]
    serving = make_server(hub, port)
    site: Site = serving.app.state.site
    site.limits = Patient(hub.services.clock)
    asyncio.get_running_loop().add_signal_handler(signal.SIGUSR1, hub.services.fragments.clear)
    print("ready", port, flush=True)
    try:
        await serving.server.serve(sockets=[listening])
    finally:
        await hub.close()


if __name__ == "__main__":
    told = arguments()
    os.sched_setaffinity(0, {told.core})
    asyncio.run(_serve(told.folder))
