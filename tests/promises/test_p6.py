"""P6: no address, no agent and no time finer than the day is stored or logged.

A hub in a process of its own is visited from addresses and by agents that can be recognised, through a whole story.
Then every file that it wrote, and all that it said, is searched. That two hours of one day leave the same store is
T8's to show (`test_t8_time.py`).
"""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from pathlib import Path

from jiwar.cli import disk, run
from jiwar.web import app, forms, serve
from tests.mutants.mutation import Mutations, replaced
from tests.promises import images
from tests.promises.far import Remote, running
from tests.web.conftest import found, join, sign_in

SOURCES = ("127.0.0.77", "127.0.0.78")
CANARIES = {
    "User-Agent": "Canary/7.3 (Kanarienvogel; KHTML)",
    "X-Forwarded-For": "203.0.113.77, 198.51.100.23",
    "X-Real-IP": "203.0.113.78",
    "Forwarded": "for=203.0.113.79;host=example.org",
    "Referer": "https://search.example/?q=canarienvogel",
    "Accept-Language": "tlh-QQ",
    "Sec-CH-UA-Model": "Kanaripuhelin-9",
    "From": "canary@example.org",
}
PIECES = ("Canary/7.3", "Kanarienvogel", "203.0.113.", "198.51.100.23", "canarienvogel", "tlh-QQ", "Kanaripuhelin")


def _loud(*args, **kwargs):
    made = serve.make_server(*args, **kwargs)
    logging.basicConfig(level=logging.INFO)
    made.server.config.access_log, made.server.config.log_level = True, "info"
    made.server.config.configure_logging()
    return made


async def _noting(request):
    with Path("visits").open("a") as file:
        file.write(f"{request.headers['user-agent']}\n")
    return await forms.read_form(request)


async def _timing(request):
    with sqlite3.connect("visits.db") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS visit (at)")
        connection.execute("INSERT INTO visit VALUES (?)", (int(time.time() * 1000),))
    connection.close()
    return await forms.read_form(request)


MUTATIONS: Mutations = {
    "requests are logged": replaced(run, "make_server", _loud),
    "the agent of a form is noted": replaced(app, "read_form", _noting),
    "the moment of a form is noted": replaced(app, "read_form", _timing),
}


def _story(folder: Path) -> None:
    """Two people found, join, talk, fail and leave; one link is dead and one key wrong."""
    with running(folder) as far:
        one, two = (Remote(far, source, CANARIES) for source in SOURCES)
        found(one, name="قهوة العصر", handle="نخلة", invite=True)
        join(two, one.slips[0], "زيتونة")
        page = two.send(two.get(far.url("new_topic")), "new_topic", title="أوّل كلمة", text="تحيّة", _button="do=send")
        two.send(page, "topic", text="وتحيّة أخرى", _button="do=send")
        for name in ("home", "talk", "groups", "more", "mykey", "settings", "safety", "about"):
            assert one.get(far.url(name)).status == 200
        assert one.get("/no/such/page").status == 404
        two.send(two.get(far.url("home")), "close")
        sign_in(two, "0" * 30)
        two.send(sign_in(two, two.key), "close")


def test_no_address_agent_or_time_is_kept(tmp_path: Path) -> None:
    began = time.time()
    _story(tmp_path / "hub")
    ended = time.time()
    said = (tmp_path / "hub" / "stdout").read_text() + (tmp_path / "hub" / "stderr").read_text()
    assert disk.find(tmp_path / "hub", [*PIECES, *SOURCES]) == []
    assert re.findall(r"\b\d{1,2}:\d{2}(?::\d{2})?\b|\b\d{10,}\b", said) == [], "what it says holds a time"
    assert len(said.splitlines()) == 2, "it says where it is and how to found a community, and nothing else"
    _holds_no_time(tmp_path / "hub", began, ended)


def _holds_no_time(folder: Path, began: float, ended: float) -> None:
    """No database holds a number that is a moment of the story, in any common unit."""
    databases = [path for path in folder.rglob("*") if path.is_file() and path.read_bytes()[:6] == b"SQLite"]
    assert {path.name for path in databases} >= set(images.FILES)
    for path in databases:
        for (table,) in images.rows(path.parent, path.name, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
            for row in images.rows(path.parent, path.name, f"SELECT * FROM {table}"):
                for value in row:
                    assert value is None or isinstance(value, int | bytes)
                    if isinstance(value, int):
                        assert not _is_moment(value, began, ended), f"{path.name}, {table}: {value}"


def _is_moment(value: int, began: float, ended: float) -> bool:
    """Whether a number is a second of the story, or a minute, or a part of a second."""
    return any(began * unit - 1 <= value <= ended * unit + 1 for unit in (1 / 60, 1, 10**3, 10**6, 10**9))
