"""A photo beside a request: shown when somebody asks for it, put there and taken away by who is behind it."""

from __future__ import annotations

import asyncio

import pytest

from jiwar.clock import SetClock
from jiwar.errors import BadPicture, FileMissing, PhotoGone
from jiwar.keyring.session import Session, SessionTable
from jiwar.pictures.decoder import MOST_BYTES
from jiwar.pictures.jpeg import require_plain
from jiwar.systems.needs import pictures, view
from jiwar.systems.needs.view import Shown
from jiwar.web import messages
from jiwar.web.limits import PHOTO
from jiwar.web.uploads import AT_ONCE
from jiwar.web.waiting import MOST_EACH, Waiting
from jiwar.web.waiting import PHOTO as PHOTO_SLOT
from tests.core.pictures.making import PLACE, REFUSED, located
from tests.web.client import WITH_FILE, Page, World, with_file
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, token
from tests.web.test_needs import RIDE, asked, board, comes, page_of, press

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


# on the second screen


def checked(talk: Talk, side: str = "needs") -> Page:
    first = talk.fig.get(talk.fig.world.url("help_new", show=side))
    return talk.fig.send(first, "help_new", _button="do=check", text=RIDE)


def with_photo(talk: Talk, page: Page, file: bytes, **fields: str) -> Page:
    """Send the second screen with a file."""
    form = page.form("/help/new")
    sent = with_file({**form.fields, **fields}, file)
    return talk.fig._land(talk.fig.world.run(talk.fig.asks("POST", form.action, sent, WITH_FILE)))


def mine(talk: Talk) -> list[Shown]:
    return view.all_mine(talk.opened_by(talk.fig))


def test_a_photo_is_put_beside_the_words_before_they_are_sent(talk: Talk) -> None:
    world = talk.seats.world
    page = with_photo(talk, checked(talk), located(), do="photo", alt=ALT)
    assert page.status == 200
    assert ALT in page.text
    assert world.url("help_new_picture") in page.html
    sent = talk.fig.world.run(talk.fig.asks("GET", world.url("help_new_picture")))
    assert sent.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert PLACE not in sent.body
    require_plain(sent.body.rstrip(b"\0"))
    assert talk.palm.get(world.url("help_new_picture")).status == 404
    landed = with_photo(talk, page, b"", do="send")
    assert landed.path == world.url("help_mine")
    assert talk.fig.get(world.url("help_new_picture")).status == 404
    (one,) = mine(talk)
    assert talk.fig.word("Its photo comes with it.") in page_of(talk, talk.fig, one.obj).text
    comes(talk)
    assert stands(talk, one.obj)
    assert talk.palm.word("With a photo") in board(talk.palm).text
    assert ALT in talk.palm.get(at(talk, talk.palm, one.obj)).text
    assert talk.fig.screens.count("help_new") == 1


def test_a_photo_that_is_chosen_goes_along_when_it_is_sent_at_once(talk: Talk) -> None:
    assert with_photo(talk, checked(talk, "offers"), located(), do="send", alt=ALT).path == "/help/mine"
    comes(talk)
    (one,) = mine(talk)
    assert stands(talk, one.obj)


def test_a_photo_stays_through_changes_and_can_be_left_out(talk: Talk) -> None:
    page = with_photo(talk, checked(talk), located(), do="photo", alt=ALT)
    page = with_photo(talk, page, b"", do="change")
    page = talk.fig.send(page, "help_new", _button="do=check", text="سرير لليلة")
    assert ALT in page.text
    page = with_photo(talk, page, b"", do="photo", alt="غيره")
    assert "غيره" in page.text
    page = with_photo(talk, page, b"", do="without")
    assert "<img" not in page.html
    with_photo(talk, page, b"", do="send")
    comes(talk)
    (one,) = mine(talk)
    assert not stands(talk, one.obj)
    assert talk.palm.word("With a photo") not in board(talk.palm).text


def test_a_photo_of_one_page_goes_with_no_others_words(talk: Talk) -> None:
    with_photo(talk, checked(talk), located(), do="photo", alt=ALT)
    other = checked(talk)
    assert "<img" not in other.html
    with_photo(talk, other, b"", do="send")
    comes(talk)
    (one,) = mine(talk)
    assert not stands(talk, one.obj)


@pytest.mark.parametrize("name", ["nothing", "a text", "half a photo", "a program"])
@pytest.mark.parametrize("do", ["photo", "send"])
def test_what_is_no_photo_is_told_on_the_second_screen_and_nothing_is_sent(talk: Talk, name: str, do: str) -> None:
    page = with_photo(talk, checked(talk), REFUSED[name](), do=do, alt=ALT)
    if (name, do) == ("nothing", "send"):
        assert len(mine(talk)) == 1  # It was not chosen: the words go alone.
        return
    assert page.status == 400
    said = messages.MESSAGES[(FileMissing if name == "nothing" else BadPicture).code][1]
    assert talk.fig.word(said) in page.text
    assert ALT in page.html
    assert RIDE.partition(".")[0] in page.text
    assert mine(talk) == []


def test_words_for_a_photo_that_are_too_long_are_told_beside_it(talk: Talk) -> None:
    page = with_photo(talk, checked(talk), located(), do="send", alt="ا" * (pictures.ALT_LIMIT + 1))
    assert page.status == 400
    assert 'href="#alt"' in page.html
    assert mine(talk) == []


def test_photos_have_a_rate_of_their_own(talk: Talk) -> None:
    page = checked(talk)
    for _ in range(PHOTO.burst):
        assert with_photo(talk, page, located(), do="photo").status == 200
    refused = with_photo(talk, page, located(), do="photo")
    assert refused.status == 429
    assert talk.fig.word("That was quick. A short pause, then again.") in refused.text
    assert with_photo(talk, page, b"", do="send").path == "/help/mine"


def test_without_a_process_the_page_says_so_and_the_words_can_go(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(*_: object, **__: object) -> None:
        raise BlockingIOError

    monkeypatch.setattr(asyncio, "create_subprocess_exec", none)
    page = with_photo(talk, checked(talk), located(), do="send")
    assert page.status == 503
    assert talk.fig.word("There is no place for a photo at the moment. Without one it works now.") in page.text
    assert mine(talk) == []
    assert with_photo(talk, page, b"", do="send").path == "/help/mine"


def test_of_many_photos_that_wait_the_oldest_gives_way(talk: Talk) -> None:
    talk.seats.world.site.photos.most = 1
    first = with_photo(talk, checked(talk), located(), do="photo", alt=ALT)
    talk.palm.send(talk.palm.get("/help/new?show=needs"), "help_new", _button="do=check", text=RIDE)
    talk.seats.world.site.photos.keep(talk.seats.world.site.services.sessions, talk.palm.member.session, b"other")
    page = with_photo(talk, first, b"", do="photo")
    assert "<img" not in page.html
    assert page.status == 400


def test_a_photo_that_gave_way_is_missed_before_anything_is_sent(talk: Talk) -> None:
    page = with_photo(talk, checked(talk), located(), do="photo", alt=ALT)
    talk.seats.world.site.photos.let_go(talk.fig.member.session)
    page = with_photo(talk, page, b"", do="send")
    assert page.status == 400
    assert talk.fig.word(messages.MESSAGES[PhotoGone.code][1]) in page.text
    assert mine(talk) == []
    assert with_photo(talk, page, b"", do="send").path == "/help/mine"


def test_sessions_of_one_account_give_way_to_each_other_first() -> None:
    table = SessionTable(SetClock())
    waiting = Waiting(PHOTO_SLOT, 5)

    def keeps(locator: bytes) -> Session:
        session = table.find(table.start())
        table.belongs(session, locator)
        waiting.keep(table, session, b"a photo")
        return session

    other = keeps(b"other")
    mine = [keeps(b"mine") for _ in range(9)]
    assert waiting.read(other) == b"a photo"
    assert [waiting.read(one) is not None for one in mine] == [False] * 6 + [True] * MOST_EACH
    keeps(b"a third")
    keeps(b"mine")
    assert waiting.read(other) == b"a photo"


def test_asked_for_again_the_photo_stays(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    upload(talk, talk.fig, obj, located(), alt=ALT)
    press(talk, talk.fig, obj, "renew")
    comes(talk)
    (one,) = mine(talk)
    assert one.obj != obj
    assert stands(talk, one.obj)
