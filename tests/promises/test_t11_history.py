"""T11: a phone and a disk: no path in a browser's history matches any id in the store.

Everything that a browser asked for in a whole story is compared, whole and piece by piece, in every spelling of bytes
in a path, with every id, name and hash that the store's tables hold (crypto.md §1, trap 29). Titles, names and texts
stand in no path either.
"""

from __future__ import annotations

import re
from base64 import b32decode, urlsafe_b64decode
from binascii import Error as NotEncoded
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from jiwar.crypto import handles
from jiwar.errors import NotThere
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import images
from tests.promises.far import Far, Remote, running
from tests.web.conftest import found, join, sign_in

SHORTEST_ID = 16
TITLE, TEXT, GROUP, HANDLES = "سلّة التين", "تين أخضر من الجبل", "قهوة الكناري", ("زعتر", "سمّاق")
_PIECE = re.compile(r"[/?&=#]")


def _stable_name(self, stable):
    return handles.name_of_raw(stable)


def _stable_resolve(self, text):
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise NotThere from None


MUTATIONS: Mutations = {
    "ids stand in paths as they are in the store": together(
        replaced(handles.Names, "name", _stable_name),
        replaced(handles.Names, "resolve", _stable_resolve),
    ),
}


def _pages_of(person: Remote, far: Far, paths: list[str]) -> None:
    """Every page that one page links to, as somebody tapping about would see them."""
    for path in paths:
        for link in dict.fromkeys(person.get(path).links):
            if link.startswith("/"):
                person.get(link)


def _story(far: Far) -> list[str]:
    one, two = (Remote(far, "127.0.0.1", {}) for _ in range(2))
    found(one, name=GROUP, handle=HANDLES[0], invite=True)
    join(two, one.slips[0], HANDLES[1])
    one.send(one.get(far.url("new_topic")), "new_topic", title=TITLE, text=TEXT, _button="do=send")
    for person in (one, two):
        _pages_of(person, far, [far.url(name) for name in ("home", "talk", "groups", "more")])
        groups = [link for link in person.get(far.url("groups")).links if re.match(r"/group/.", link)]
        _pages_of(person, far, groups[:1])
    two.send(two.get(far.url("home")), "close")
    sign_in(two, two.key)
    _pages_of(two, far, [far.url("talk")])
    return [*one.visited, *two.visited]


def _pieces(path: str) -> Iterator[str]:
    parts = urlsplit(path)
    yield from (piece for piece in _PIECE.split(unquote(parts.path)) if piece)
    yield from (value for pair in parse_qsl(parts.query) for value in pair if value)


def _readings(piece: str) -> Iterator[bytes]:
    """The bytes that a piece of a path may stand for."""
    yield piece.encode()
    for reading in (
        bytes.fromhex,
        lambda text: urlsafe_b64decode(text + "=" * (-len(text) % 4)),
        lambda text: b32decode(text.upper() + "=" * (-len(text) % 8)),
    ):
        try:
            yield reading(piece)
        except (ValueError, NotEncoded):
            continue


def _ids(folder: Path) -> set[bytes]:
    """Every short value of bytes in the store: ids, hashes, locators, keys."""
    found: set[bytes] = set()
    for file in images.FILES:
        for (table,) in images.rows(folder, file, "SELECT name FROM sqlite_schema WHERE type = 'table'"):
            for row in images.rows(folder, file, f"SELECT * FROM {table}"):
                found.update(value for value in row if isinstance(value, bytes) and SHORTEST_ID <= len(value) <= 64)
    return found


def test_no_path_in_the_history_matches_an_id_of_the_store(tmp_path: Path) -> None:
    folder = tmp_path / "hub"
    with running(folder) as far:
        history = _story(far)
        ids = _ids(folder / "data")
    assert len(ids) > 20, "the story leaves ids on the disk"
    assert len(set(history)) > 30, "and paths in the history"
    matched = [
        (path, piece)
        for path in set(history)
        for piece in _pieces(path)
        for reading in _readings(piece)
        if any(one in reading for one in ids)
    ]
    assert matched == []


def test_no_path_says_what_was_written(tmp_path: Path) -> None:
    with running(tmp_path / "hub") as far:
        history = _story(far)
    for text in (TITLE, TEXT, GROUP, *HANDLES):
        assert not [path for path in history if text in unquote(path) or quote(text) in path], text
