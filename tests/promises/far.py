"""A hub in a process of its own, started as people start it, and a browser that reaches it through a socket.

`python -m tests.promises.far` is `jiwar run` with the mutation that the environment names.
"""

from __future__ import annotations

import asyncio
import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Awaitable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from jiwar.cli import memory
from jiwar.cli.main import main
from jiwar.i18n import load_languages
from jiwar.web.paths import Paths
from jiwar.web.routes import ALL
from tests.mutants.mutation import VARIABLE, apply_from_environment
from tests.web.client import Client, Page, World

T = TypeVar("T")
PATIENCE = 60
"""Seconds in which a hub has to be there, on a busy machine."""
ROOT = Path(__file__).resolve().parents[2]


class Far:
    """A hub that runs elsewhere: what `tests.web.client` needs of a world."""

    def __init__(self, process: subprocess.Popen[str], link: str) -> None:
        self.process, self.link = process, urlsplit(link)
        self.site, self.hub = self, self
        self.paths, self.languages = Paths({at.name: at.path for at in ALL}), load_languages()

    def run(self, work: Awaitable[T]) -> T:
        async def awaited() -> T:
            return await work

        return asyncio.run(awaited())

    def url(self, name: str, **values: object) -> str:
        return self.paths.url(name, **values)

    async def founding_code(self) -> str:
        return self.link.path.rsplit("/", 1)[-1]


class Remote(Client):
    """A browser on its own address, with headers that a browser or a proxy adds."""

    def __init__(self, far: Far, source: str, headers: Mapping[str, str], language: str = "ar") -> None:
        super().__init__(cast(World, far), language)
        self._far, self._source, self._added = far, source, headers

    async def asks(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Page:
        connection = http.client.HTTPConnection(
            self._far.link.hostname or "", self._far.link.port, timeout=60, source_address=(self._source, 0)
        )
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        given = {"Sec-Fetch-Site": "same-origin", **self._added, **({"Cookie": cookies} if cookies else {})}
        try:
            connection.request(method, path, body or None, {**given, **(headers or {})})
            answer = connection.getresponse()
            found = [(name.lower(), value) for name, value in answer.getheaders()]
            content = answer.read()
        finally:
            connection.close()
        self._take_cookies(found)
        self.visited.append(path)
        return Page(path, answer.status, found, content)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[Far]:
    """A hub whose every file, output included, lies under `folder`. Ends by SIGTERM."""
    for name in ("home", "tmp"):
        (folder / name).mkdir(parents=True)
    settings: dict[str, Any] = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder / "home"),
        "TMPDIR": str(folder / "tmp"),
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PORT": str(free_port()),
        **memory.OVERWRITING,
        **({VARIABLE: os.environ[VARIABLE]} if VARIABLE in os.environ else {}),
        **environment,
    }
    command = [sys.executable, "-m", "tests.promises.far"]
    with (
        (folder / "stdout").open("w+") as out,
        (folder / "stderr").open("w") as err,
        subprocess.Popen(command, cwd=folder, env=settings, stdout=subprocess.PIPE, stderr=err, text=True) as process,
    ):
        try:
            yield Far(process, _link(process, out))
        finally:
            process.send_signal(signal.SIGTERM)
            out.write(process.communicate(timeout=30)[0])


def _link(process: subprocess.Popen[str], out: Any) -> str:
    """The founding link that the hub prints when it is ready."""
    if process.stdout is None:
        raise TypeError("what the hub says has to come through a pipe")
    too_long = Timer(PATIENCE, process.kill)
    too_long.start()
    try:
        for line in process.stdout:
            out.write(line)
            if "/start/" in line:
                return line.split()[-1]
    finally:
        too_long.cancel()
    raise RuntimeError("the hub came to nothing")


if __name__ == "__main__":
    apply_from_environment()
    sys.exit(main(["run"]))
