"""`jiwar disk`: what it shows of a folder, and that no common way of writing a word escapes it."""

from __future__ import annotations

import asyncio
import base64
import gzip
import json
import random
import unicodedata
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from jiwar.cli import disk
from jiwar.cli.disk_words import CHUNK, SHORTEST, Hit, needles, search
from jiwar.clock import SetClock
from jiwar.store.contract import AccountWrite
from tests.core.store.making import TODAY, inner, opened, some
from tests.core.store.places import open_sqlite

ARABIC, LATIN = "مقلوبة بالباذنجان", "Gathering"
SENTENCE = "قالت: {} ، ثم ضحكت. And then {} again, ".format
WAYS: dict[str, Callable[[str], bytes]] = {
    "utf-8": lambda text: text.encode(),
    "utf-16-le": lambda text: text.encode("utf-16-le"),
    "utf-16-be": lambda text: text.encode("utf-16-be"),
    "windows-1256": lambda text: text.encode("cp1256"),
    "decomposed": lambda text: unicodedata.normalize("NFD", text).encode(),
    "upper case": lambda text: text.upper().encode(),
    "json": lambda text: json.dumps(text).encode(),
    "url": lambda text: quote(text).encode(),
    "base64 0": lambda text: base64.b64encode(text.encode()),
    "base64 1": lambda text: base64.b64encode(b"x" + text.encode()),
    "base64 2": lambda text: base64.b64encode(b"xy" + text.encode()),
    "base64 url": lambda text: base64.urlsafe_b64encode(b"\xfb\xff" + text.encode()),
    "hex": lambda text: text.encode().hex().encode(),
    "HEX": lambda text: text.encode().hex().upper().encode(),
    "zlib": lambda text: zlib.compress(text.encode() * 30),
    "zlib of utf-16": lambda text: zlib.compress(text.encode("utf-16-le") * 30),
    "gzip": lambda text: gzip.compress(text.encode() * 30, 9),
    "raw deflate, own code": lambda text: _raw(text * 30 + "".join(chr(c) for c in range(1, 200)) * 3),
    "raw deflate, fixed code": lambda text: _raw(text),
    "raw deflate, second in line": lambda text: _raw("ab" + text),
    "raw deflate, stored": lambda text: _raw(text, level=0),
}


def _raw(text: str, level: int = 9) -> bytes:
    stream = zlib.compressobj(level, zlib.DEFLATED, -15)
    return stream.compress(text.encode()) + stream.flush()


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("word", [ARABIC, LATIN])
def test_word_is_found_however_it_is_written(tmp_path: Path, word: str, way: str) -> None:
    noise = random.Random(way).randbytes
    (tmp_path / "shelves.db").write_bytes(noise(5001) + WAYS[way](SENTENCE(word, word)) + noise(777))
    assert {hit.word for hit in disk.find(tmp_path, [word, "elsewhere"])} == {word}


def test_word_across_two_chunks_is_found(tmp_path: Path) -> None:
    path = tmp_path / "file"
    with path.open("wb") as file:
        file.seek(CHUNK - 4)
        file.write(ARABIC.encode())
        file.seek(CHUNK + CHUNK // 2)
        file.write(LATIN.encode())
    hits = search(path, [*needles(ARABIC), *needles(LATIN)], [])
    assert {(hit.word, hit.at) for hit in hits} == {(ARABIC, CHUNK - 4), (LATIN, CHUNK + CHUNK // 2)}


def test_nothing_is_found_in_noise(tmp_path: Path) -> None:
    (tmp_path / "noise").write_bytes(random.Random(1).randbytes(1_000_000))
    words = [f"word{n}" for n in range(300)] + ["سلام", "مساء الخير", "قهوة"]
    assert disk.find(tmp_path, words) == []


def test_a_run_is_searched_as_it_stands_and_not_in_what_noise_inflates_to(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = "ههههه"
    (tmp_path / "noise").write_bytes(_raw(run * 3))
    assert disk.find(tmp_path, [run]) == []
    (tmp_path / "told").write_bytes(run.encode("utf-16-le"))
    assert {hit.file for hit in disk.find(tmp_path, [run])} == {"told"}
    (tmp_path / "shelves.db").write_bytes(b"")
    disk.main([str(tmp_path), "--find", run])
    assert "too much of a run" in capsys.readouterr().out


def test_short_words_are_said_to_be_short(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_filled(tmp_path, b""))
    assert disk.main([str(tmp_path), "--find", "qat"]) == 0
    assert "too short" in capsys.readouterr().out
    assert all(len(needle.raw) >= SHORTEST for needle in needles("qat"))


def test_folder_without_a_hub_is_said_to_be_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert disk.main([str(tmp_path)]) == disk.NO_HUB
    assert "no hub" in capsys.readouterr().err


def test_view_shows_rows_sizes_and_days_and_no_more(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_filled(tmp_path, b""))
    assert disk.main([str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "acct: 2 rows" in out
    assert "2024-10-04" in out
    assert "fresh_rec: 1 rows, written today" in out


def test_schema_is_not_a_find_but_a_value_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_filled(tmp_path, "a dayhalf in plain words".encode("utf-16-le")))
    assert disk.main([str(tmp_path), "--find", "WITHOUT ROWID", "shelves_are", "SQLite format"]) == 0
    assert disk.main([str(tmp_path), "--find", "dayhalf", "nothing"]) == disk.FOUND
    out = capsys.readouterr().out
    assert "FOUND 'dayhalf' in shelves.db" in out
    assert "nothing" not in out.partition("FOUND")[2]


def test_running_hub_is_read_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async def during() -> None:
        store = await open_sqlite(tmp_path, SetClock(TODAY))
        shelf = await opened(store)
        writing = asyncio.gather(*(store.append(shelf.first(some(16), b"plain words")) for _ in range(40)))
        await asyncio.sleep(0)
        assert await asyncio.to_thread(disk.main, [str(tmp_path)]) == 0
        await writing
        assert await asyncio.to_thread(disk.main, [str(tmp_path), "--find", "plain words"]) == disk.FOUND
        await store.close()

    asyncio.run(during())
    assert "can't be read" not in capsys.readouterr().out


def test_what_leaves_the_log_meanwhile_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A running hub moves pages from a log into its file: whichever is read first, nothing slips past."""
    main, log = tmp_path / "shelves.db", tmp_path / "shelves.db-wal"
    main.write_bytes(b"")
    log.write_bytes(b"plain words")

    def moving(*args: Any) -> list[Hit]:
        hits = search(*args)
        main.write_bytes(main.read_bytes() + log.read_bytes())
        log.write_bytes(b"")
        return hits

    monkeypatch.setattr(disk, "search", moving)
    assert disk.find(tmp_path, ["plain words"])


def test_torn_file_is_said_to_be_torn(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asyncio.run(_filled(tmp_path, b""))
    (tmp_path / "boxes.db").write_bytes(b"not a database at all" * 999)
    assert disk.main([str(tmp_path)]) == 0
    assert "can't be read" in capsys.readouterr().out


async def _filled(folder: Path, value: bytes) -> None:
    store = await open_sqlite(folder, SetClock(TODAY))
    shelf = await opened(store)
    await store.append(shelf.first(some(16), value or some(500)))
    await store.put_accounts([AccountWrite(some(32), None, inner(n)) for n in range(2)])
    await store.close()
