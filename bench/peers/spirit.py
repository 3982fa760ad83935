"""django-spirit, a forum: the same number of topics and posts, a reader signed in, pages by turns with a hub's.

gunicorn with two workers that keep connections, SQLite with a write-ahead log, its cache in memory, pages as long as
a hub's. Its search index isn't kept up, as it comes. It stores plain text. While it is read, what it notes of readers
doesn't wait for the disk; a reply does, as at a hub.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from urllib.parse import urlencode

from bench.calling import Window, call
from bench.filling.folder import Filled, filled
from bench.filling.words import Words
from bench.pages import Reader, rates, signed_in
from bench.peers.apart import LEAST_SECONDS, PEERS, copied, done, environment, free_port, scratch, server
from bench.scale import Scale
from bench.table import Row
from bench.visiting import hidden
from jiwar.web.serve import HOST

PACKAGES = ("django-spirit==0.14.3", "gunicorn==27.0.1")
PROJECT = "site_of_spirit"
FASTER = 20.0
READ_STATUS = 200
PHONE = "Mozilla/5.0 (Android 10; Mobile; rv:128.0) Gecko/128.0 Firefox/128.0"
"""How most of a hub's readers ask. A wide screen gets, beside a topic, what is a page of its own at the other."""
DURABLE = "on the disk when answered at both"
READ, WRITTEN = "NORMAL", "FULL"
"""What SQLite is told of waiting for the disk."""
SETTINGS = f"""
from {PROJECT}.settings.base import *

DEBUG = False
SECRET_KEY = "a secret of this bench alone"
ALLOWED_HOSTS = ["{HOST}"]
DATABASES = {{
    "default": {{
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.path.join(BASE_DIR, "db.sqlite3"),
        "CONN_MAX_AGE": 600,
        "OPTIONS": {{
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=" + os.environ["SYNCHRONOUS"],
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
        }},
    }}
}}
MEMORY = {{"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
CACHES = {{"default": MEMORY, "st_rate_limit": MEMORY}}
LOGGING = {{"version": 1}}
ST_SITE_URL = "http://{HOST}/"
ST_RATELIMIT_ENABLE = False
ST_DOUBLE_POST_THRESHOLD_MINUTES = 0
"""


@dataclass(frozen=True)
class Spirit:
    """A running forum: its port, the reader's session, topics with a page of posts, and where one takes replies."""

    port: int
    session: str
    topics: tuple[str, ...]
    reply: str

    def page(self, path: str) -> bytes:
        return "\r\n".join([*self._head("GET", path), "", ""]).encode()

    def replies(self, words: Words) -> Iterator[bytes]:
        """Replies to one topic, each with words of its own."""
        for number in count():
            sent = urlencode({"comment": f"{number} {words.post()}", "csrfmiddlewaretoken": "c" * 32})
            about = ["Content-Type: application/x-www-form-urlencoded", f"Content-Length: {len(sent)}"]
            head = self._head("POST", self.reply)
            yield "\r\n".join([*head, *about, "", sent]).encode()

    def _head(self, method: str, path: str) -> list[str]:
        cookies = f"sessionid={self.session}; csrftoken={'c' * 32}"
        return [f"{method} {path} HTTP/1.1", f"Host: {HOST}", f"Cookie: {cookies}"]


def _loaded(programs: Path, folder: Filled) -> Path:
    """A forum with as many topics and posts, kept between runs."""
    loader = Path(__file__).with_name("spirit_loading.py")
    made = "\0".join((*PACKAGES, SETTINGS, loader.read_text(), str(folder.size)))
    path = PEERS / f"spirit-{folder.size.posts}-{hashlib.sha256(made.encode()).hexdigest()[:12]}"
    told = path / "told.json"
    if not told.exists():
        for old in PEERS.glob(f"spirit-{folder.size.posts}-*"):
            shutil.rmtree(old)
        path.mkdir(parents=True)
        search = {"PATH": f"{programs}:/usr/bin:/bin"}
        done([programs / "spirit", "startproject", PROJECT, "--path", path], **search)
        (path / PROJECT / "settings" / "here.py").write_text(SETTINGS)
        done([programs / "python", path / "manage.py", "migrate"], **_settings(path))
        # -P: beside the script stands this file, which has the forum's name.
        load = [programs / "python", "-P", loader, folder.size.posts, folder.size.topics]
        said = done(load, **_settings(path))
        told.write_text(said)
    return path


def _settings(path: Path, synchronous: str = READ) -> dict[str, str]:
    told = {"PYTHONPATH": f"{path}:{Path(__file__).parent.parent.parent}", "SYNCHRONOUS": synchronous}
    return {"DJANGO_SETTINGS_MODULE": f"{PROJECT}.settings.here", **told}


@contextmanager
def _running(folder: Filled, synchronous: str) -> Iterator[Spirit]:
    """A forum on a copy of the loaded folder."""
    programs = environment("spirit", *PACKAGES)
    loaded = _loaded(programs, folder)
    with scratch() as apart:
        path = apart / "site"
        shutil.copytree(loaded, path)
        port, told = free_port(), json.loads((path / "told.json").read_text())
        workers = ["--workers", 2, "--worker-class", "gthread", "--threads", 1, "--keep-alive", 75]
        command = [programs / "gunicorn", f"{PROJECT}.wsgi", "--bind", f"{HOST}:{port}", *workers]
        with server(command, port, path / "said", **_settings(path, synchronous)):
            yield Spirit(port, told["session"], tuple(told["topics"]), told["reply"])


_CLOSES = (
    "nothing small: a quarter of a page is the allocator's, which overwrites what is given back, and nothing that was"
    " tried keeps that promise and costs less (decisions 13 and 45). A page takes 1.5 to 3 ms of one thread; of the"
    " rest filling in names and paths is a tenth, reading its slots a tenth, the template an eighth. Each process"
    " of a hub would add as much again"
)


@dataclass(frozen=True)
class Pair:
    """The same thing at both: loops of requests, and the status of their answers."""

    name: str
    ours: list[Iterator[bytes]]
    theirs: list[Iterator[bytes]]
    statuses: tuple[int, int] = (READ_STATUS, READ_STATUS)
    least: float | None = FASTER


def compared(scale: Scale) -> list[Row]:
    """django-spirit's rows: the list of topics, a topic's page, a reply."""
    folder = filled(scale.hub)
    # Before anybody signs in: it may take longer than a session rests.
    _loaded(environment("spirit", *PACKAGES), folder)
    with copied(folder) as hub:
        reader, connections, rows = signed_in(hub, folder), scale.connections, list[Row]()
        with _running(folder, READ) as spirit:
            rows += [_row(pair, hub.port, spirit.port, scale) for pair in _pages(reader, spirit, connections)]
        with _running(folder, WRITTEN) as spirit:
            rows.append(_row(_reply(reader, spirit, connections), hub.port, spirit.port, scale))
    return rows


def _pages(reader: Reader, spirit: Spirit, connections: int) -> list[Pair]:
    topics = [spirit.page(path) for path in spirit.topics]
    lists = _loops([spirit.page("/topic/active/")], connections)
    narrow, wide = (reader.topics(User_Agent=agent).loops(connections) for agent in (PHONE, ""))
    return [
        Pair("topic list", reader.group().loops(connections), lists),
        Pair("topic page, to a phone", narrow, _loops(topics, connections)),
        Pair("topic page, to a wide screen", wide, _loops(topics, connections), least=None),
    ]


def _reply(reader: Reader, spirit: Spirit, connections: int) -> Pair:
    ours = [_replies(reader, at) for at in range(connections)]
    return Pair("reply", ours, [spirit.replies(Words(at)) for at in range(connections)], (303, 302), None)


def _loops(requests: list[bytes], connections: int) -> list[Iterator[bytes]]:
    return [cycle(requests[at % len(requests) :] + requests[: at % len(requests)]) for at in range(connections)]


def _replies(reader: Reader, seed: int) -> Iterator[bytes]:
    """Replies to the hub's last topic on the list."""
    topic, words = reader.places.topics[-1], Words(seed)
    page = hidden(reader.visitor.get(topic))
    fields = {name: page[name] for name in ("token", "page")}
    for number in count():
        told = {**fields, "do": "send", "text": f"{number} {words.post()}"}
        yield reader.visitor.submission(topic.partition("?")[0], told)


def _row(pair: Pair, hub: int, spirit: int, scale: Scale) -> Row:
    ours: list[Window] = []
    theirs: list[Window] = []
    seconds = max(scale.seconds, LEAST_SECONDS)
    for _ in range(scale.windows):
        ours.append(asyncio.run(call(hub, pair.ours, seconds, pair.statuses[0])))
        theirs.append(asyncio.run(call(spirit, pair.theirs, seconds, pair.statuses[1])))
    mine, others = rates(ours), rates(theirs)
    sizes = f"{ours[0].page_bytes:,.0f} bytes against {theirs[0].page_bytes:,.0f}"
    about = sizes if pair.statuses[0] == READ_STATUS else DURABLE
    return Row(
        f"{pair.name}, against django-spirit",
        str(mine),
        f"django-spirit {others}",
        mine.median / others.median,
        least=pair.least,
        closes=_CLOSES,
        sizes=f"{about}; {scale.connections} connections of one reader; {PACKAGES[0]}, unencrypted",
    )
