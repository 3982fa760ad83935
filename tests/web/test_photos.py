"""A photo beside a request: shown when somebody asks for it, put there and taken away by who is behind it."""

from __future__ import annotations

import asyncio

import pytest

from jiwar.pictures.decoder import MOST_BYTES
from jiwar.pictures.jpeg import require_plain
from jiwar.systems.needs import pictures, view
from jiwar.web.uploads import AT_ONCE
from tests.core.pictures.making import PLACE, REFUSED, located
from tests.web.client import WITH_FILE, Page, World, with_file
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, token
from tests.web.test_needs import asked, page_of, press

ALT = "خزانة بثلاث رفوف"


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def at(talk: Talk, who: Someone, obj: bytes, route: str = "need_photo") -> str:
    return who.world.url(route, need=who.name(talk.circle[:16] + obj))


def upload(talk: Talk, who: Someone, obj: bytes, file: bytes, **fields: str) -> Page:
    sent = {"token": token(page_of(talk, who, obj)), **fields}
    return who._land(who.world.run(who.asks("POST", at(talk, who, obj), with_file(sent, file), WITH_FILE)))


def stands(talk: Talk, obj: bytes) -> bool:
    circle = talk.opened_by(talk.palm)
    return pictures.of(circle, view.one(circle, obj)) is not None


def test_a_photo_is_put_beside_mine_and_shown_to_who_asks_for_it(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    assert talk.fig.word("Add a photo") in page_of(talk, talk.fig, obj).text
    page = upload(talk, talk.fig, obj, located(), alt=ALT)
    assert talk.fig.word("The photo stands beside it.") in page.text
    read = page_of(talk, talk.palm, obj)
    assert talk.palm.word("Show the photo") in read.text
    assert "<img" not in read.html
    shown = talk.palm.get(at(talk, talk.palm, obj))
    assert ALT in shown.text
    assert at(talk, talk.palm, obj, "need_picture") in shown.html
    assert 'type="file"' not in shown.html


def test_the_picture_comes_alone_and_under_its_own_policy(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    upload(talk, talk.fig, obj, located())
    sent = talk.palm.world.run(talk.palm.asks("GET", at(talk, talk.palm, obj, "need_picture"), b""))
    said = {name: sent.headers[name] for name in ("content-type", "cache-control", "content-disposition")}
    assert said == {"content-type": "image/jpeg", "cache-control": "no-store", "content-disposition": "inline"}
    assert sent.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert len(sent.body) % 4_096 == 0
    assert PLACE not in sent.body
    require_plain(sent.body.rstrip(b"\0"))


def test_it_can_be_taken_away_and_goes_when_mine_ends(talk: Talk) -> None:
    obj, other = asked(talk, talk.fig), asked(talk, talk.fig)
    for one in (obj, other):
        upload(talk, talk.fig, one, located())
    page = upload(talk, talk.fig, obj, b"", do="remove")
    assert talk.fig.word("The photo is gone.") in page.text
    assert not stands(talk, obj)
    press(talk, talk.fig, other, "worked")
    assert talk.palm.get(at(talk, talk.palm, other)).status == 404


@pytest.mark.parametrize("name", ["nothing", "a text", "half a photo", "a drawing wider than any wall", "a program"])
def test_what_is_no_photo_says_so_and_changes_nothing(talk: Talk, name: str) -> None:
    obj = asked(talk, talk.fig)
    page = upload(talk, talk.fig, obj, REFUSED[name](), alt=ALT)
    assert page.status == 400
    assert talk.fig.word("This file is no photo that can be taken, or it is too large.") in page.text
    assert ALT in page.html
    assert not stands(talk, obj)


def test_one_that_is_too_large_is_refused_before_it_is_read(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    page = upload(talk, talk.fig, obj, bytes(MOST_BYTES + 20_000))
    assert page.status == 400
    assert talk.fig.word("This file is no photo that can be taken, or it is too large.") in page.text
    assert not stands(talk, obj)


def test_nobody_else_puts_one_there_or_takes_it_away(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    assert upload(talk, talk.palm, obj, located()).status == 404
    upload(talk, talk.fig, obj, located())
    assert upload(talk, talk.palm, obj, b"", do="remove").status == 404
    assert stands(talk, obj)
    sent = with_file({"token": "0" * 64}, located())
    refused = talk.fig._land(talk.fig.world.run(talk.fig.asks("POST", at(talk, talk.fig, obj), sent, WITH_FILE)))
    assert refused.status == 400


async def _at_once(talk: Talk, obj: bytes, body: bytes) -> tuple[bool, Page, Page]:
    """Whether a member's file waits while as many as may be are in RAM, what then comes of it, and a stranger's."""
    site, path = talk.seats.world.site, at(talk, talk.fig, obj)
    for _ in range(AT_ONCE):
        await site.carrying.acquire()
    asked_ = asyncio.create_task(talk.fig.asks("POST", path, body, WITH_FILE))
    stranger = await talk.fig.asks("POST", path, body, WITH_FILE | {"cookie": "x=y"})
    waits = not asked_.done()
    site.carrying.release()
    return waits, await asked_, stranger


def test_so_many_files_are_in_memory_and_the_next_waits(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    body = with_file({"token": token(page_of(talk, talk.fig, obj))}, located())
    waited, page, stranger = talk.seats.world.run(_at_once(talk, obj, body))
    assert waited
    assert page.status == 303
    assert stranger.status == 303
    assert stands(talk, obj)
