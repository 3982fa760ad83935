"""P1: from the data folder alone nobody learns a word, a handle, who is where, or who wrote what.

A hub in a process of its own plays the demo and goes on writing. Its folder is searched while it runs, and again
after it was killed in the middle of its writes.
"""

from __future__ import annotations

import json
import re
import signal
import sqlite3
import subprocess
import sys
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jiwar.circles import circle as circle_module
from jiwar.circles import entering, founding, oneoffs
from jiwar.cli import disk
from jiwar.cli.demo.content import Community
from jiwar.keyring.hub_secret import OuterLayer
from jiwar.keyring.persona import Persona
from jiwar.log import record
from jiwar.log.fragments import Fragments
from jiwar.log.shelf import ShelfLog
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images, played

SHORTEST = 8
"""Shorter pieces occur in sealed bytes by chance."""


def _named_log(*args, **named):
    log = open_log(*args, **named)
    vars(log)["told"] = args[1].name
    return log


def _spill(self, key, name, plain):
    put(self, key, name, plain)
    with (played.FOLDER / "data" / "spilled.tmp").open("ab") as file:
        file.write(plain)


async def _erase_nothing(*args):
    """What else would fail first: the token of a record no longer fits."""


open_log, put = circle_module.open_log, Fragments.put
seal_outer, open_outer = OuterLayer.seal, OuterLayer.open
MUTATIONS: Mutations = {
    "records are not sealed": together(
        replaced(record, "seal", lambda key, label, context, plain: plain),
        replaced(record, "unseal", lambda key, label, context, plain: plain),
    ),
    "records are packed in place of sealed": together(
        replaced(record, "seal", lambda key, label, context, plain: zlib.compress(plain)),
        replaced(record, "unseal", lambda key, label, context, packed: zlib.decompress(packed)),
    ),
    "the tag of an object says whose it is": together(
        *(replaced(module, "open_log", _named_log) for module in (circle_module, entering, founding, oneoffs)),
        replaced(ShelfLog, "tag", lambda log, collection: (vars(log)["told"].encode() * 2)[:16]),
    ),
    "the hub's pages have no outer layer": together(
        replaced(OuterLayer, "seal", lambda outer, t, n, v: v if t == "page" else seal_outer(outer, t, n, v)),
        replaced(OuterLayer, "open", lambda outer, t, n, v: v if t == "page" else open_outer(outer, t, n, v)),
    ),
    "opened fragments are spilled to a file": replaced(Fragments, "put", _spill),
    "a row carries its author's key": together(
        replaced(Persona, "erase_hash", lambda persona, rid: persona.key),
        replaced(ShelfLog, "erase_own", _erase_nothing),
    ),
    "all rows of an author are erased by one token": replaced(
        Persona, "erase_token", lambda persona, rid: persona.seed
    ),
}


def words(community: Community) -> list[str]:
    """Every title, name and word of what was played, and the cover."""
    names = [handle for person in community.people for handle in person.handles.values()]
    titles = [community.name, played.COVER, *(thread.title for thread in community.threads)]
    for circle in community.circles:
        titles += [circle.name, *circle.notes]
    texts = [text for circle in community.circles for text in (circle.about, *circle.rules)]
    texts += [post.body for thread in community.threads for post in thread.posts]
    single = [word for text in (*names, *titles, *texts) for word in re.findall(r"\w+", text)]
    return [word for word in dict.fromkeys([*names, *titles, *single]) if len(word.encode()) >= SHORTEST]


@contextmanager
def living(folder: Path, threads: int) -> Iterator[subprocess.Popen[str]]:
    """A process that has played and goes on writing."""
    command = [sys.executable, "-m", "tests.promises.played", str(folder), str(threads)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            if process.stdout is None or process.stdout.readline() != "played\n":
                raise RuntimeError("the hub came to nothing")
            yield process
        finally:
            process.kill()


LENGTHS = [pytest.param(3, id="some of it"), pytest.param(0, id="all of it", marks=pytest.mark.slow)]


@pytest.mark.parametrize("threads", LENGTHS)
def test_nothing_that_was_said_is_in_the_folder(tmp_path: Path, threads: int) -> None:
    searched = words(played.community(threads))
    with living(tmp_path, threads) as hub:
        assert disk.find(tmp_path / "data", searched, SHORTEST) == [], "while the hub runs"
        time.sleep(0.5)
        hub.send_signal(signal.SIGKILL)
        if hub.wait() != -signal.SIGKILL:
            raise RuntimeError("the hub had ended before it was killed")
    assert disk.find(tmp_path / "data", searched, SHORTEST) == [], "after it was killed"
    _tells_nobody(tmp_path)


def _tells_nobody(folder: Path) -> None:
    """No id of a person or circle stands anywhere; no row shares a value with another that would tie them."""
    files = {path.name: path.read_bytes() for path in (folder / "data").iterdir() if path.is_file()}
    assert set(files) >= set(images.FILES)
    for kind, values in json.loads((folder / "ids").read_text()).items():
        for value in dict.fromkeys(values):
            # Sixteen bytes: a part of an id is as good as the whole.
            found = [name for name, raw in files.items() if bytes.fromhex(value)[:16] in raw]
            assert found == [], f"a {kind} stands in the folder"
    _shares_nothing(folder / "data")


def _shares_nothing(data: Path) -> None:
    """What a thief could group rows by: only the shelf and the object, never a person."""
    for table in ("rec", "fresh_rec"):
        grouped = images.rows(
            data, "shelves.db", f"SELECT count(*) FROM {table} WHERE part = 0 GROUP BY h_erase HAVING count(*) > 1"
        )
        assert grouped == [], "two records are erased by one token: one person wrote both"
    accounts = [str(name) for (name,) in images.rows(data, "accounts.db", "SELECT hex(k) FROM acct")]
    others = (data / "shelves.db").read_bytes() + (data / "boxes.db").read_bytes()
    named = [name for name in accounts if bytes.fromhex(name)[:16] in others]
    assert named == [], "an account is named outside accounts.db"


def test_what_is_searched_would_be_found(tmp_path: Path) -> None:
    """The search itself: one word of the demo, put where the hub writes, is seen."""
    searched = words(played.community(3))
    assert len(searched) > 300
    with sqlite3.connect(tmp_path / "shelves.db") as connection:
        connection.execute("CREATE TABLE told (v)")
        connection.execute("INSERT INTO told VALUES (?)", (searched[-1].encode("utf-16-le"),))
    connection.close()
    assert searched[-1] in {hit.word for hit in disk.find(tmp_path, searched, SHORTEST)}
