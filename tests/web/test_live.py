"""The stream of a room: what is said arrives at everybody who has the room open, and nothing else does."""

from __future__ import annotations

import asyncio
import gc
import re
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import pytest

from jiwar.circles import leaving, pausing, people, speech
from jiwar.circles.member import Member
from jiwar.circles.pauses import SETTLED_DAYS
from jiwar.clock import SetClock
from jiwar.keyring.session import Session
from jiwar.systems.rooms import service, view
from jiwar.systems.rooms.model import Naming
from jiwar.web import live, serve, watching
from jiwar.web.visit import Visit
from tests.web.client import HOST, World
from tests.web.seated import Seats, Someone
from tests.web.served import served
from tests.web.talking import Talk

EVENT = re.compile(r"event: (\w+)\n((?:data: .*\n)*)\n")


class Listening:
    """Somebody who has the room open."""

    def __init__(self, who: Someone, path: str) -> None:
        self.chunks: list[bytes] = []
        self.status = 0
        self.gone = asyncio.Event()
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": urlsplit(path).path,
            "raw_path": path.encode(),
            "query_string": b"",
            "headers": [
                (b"host", HOST.encode()),
                (b"cookie", "; ".join(f"{name}={value}" for name, value in who.cookies.items()).encode()),
            ],
        }
        self._app = who.world.app

    async def run(self) -> None:
        await self._app(self.scope, self._receive, self._send)  # type: ignore[arg-type]

    async def _receive(self) -> dict[str, Any]:
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = dict(message["headers"])
        else:
            self.chunks.append(message["body"])

    @property
    def events(self) -> list[tuple[str, str]]:
        text = b"".join(self.chunks).decode()
        return [(name, data.replace("data: ", "")) for name, data in EVENT.findall(text)]

    def heard(self, name: str) -> list[str]:
        return [text for kind, text in self.events if kind == name]


class Slow(Listening):
    """Somebody whose line lets nothing through until it is `fast`."""

    def __init__(self, who: Someone, path: str, fast: asyncio.Event) -> None:
        super().__init__(who, path)
        self._fast = fast

    async def _send(self, message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            await self._fast.wait()
        await super()._send(message)


@asynccontextmanager
async def _listening(talk: Talk, obj: bytes, *people: Someone):
    ears, tasks = [], []
    for who in people:
        ear = Listening(who, who.world.url("room_live", room=who.name(talk.circle[:16] + obj)))
        ears.append(ear)
        tasks.append(asyncio.ensure_future(ear.run()))
    await _until(lambda: all(ear.chunks for ear in ears))
    try:
        yield ears
    finally:
        for ear in ears:
            ear.gone.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 5)


async def _until(true: Callable[[], bool]) -> None:
    for _ in range(400):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


@pytest.fixture
def talk(world: World, language: str, monkeypatch: pytest.MonkeyPatch) -> Talk:
    monkeypatch.setattr(live, "BEAT_SECONDS", 0.05)
    return Talk(Seats(world, language))


def _run(talk: Talk, work: Awaitable[None]) -> None:
    talk.seats.run(work)


async def _say(talk: Talk, who: Someone, obj: bytes, text: str, to: int = -1) -> int:
    return (await service.write(talk.opened_by(who), obj, text, to)).slot


def test_what_is_said_arrives_at_everybody_on_their_side(talk: Talk) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.palm, talk.fig) as (palm, fig):
            slot = await _say(talk, talk.palm, obj, "مساء الخير")
            await _until(lambda: bool(palm.heard("say") and fig.heard("say")))
            assert palm.heard("say")[0].startswith(f'<div class="msg me first" id="m{slot}">')
            assert fig.heard("say")[0].startswith(f'<div class="msg first" id="m{slot}">')
            assert "نخلة" in fig.heard("say")[0]
            assert "نخلة" not in palm.heard("say")[0]
            assert "مساء الخير" in fig.heard("say")[0]
            assert len(fig.heard("rule")) == 1
            await _say(talk, talk.fig, obj, "مساء النور", slot)
            await _until(lambda: len(palm.heard("say")) == 2)
            assert "<blockquote" in palm.heard("say")[1]
            assert len(palm.heard("rule")) == 1

    _run(talk, work())


def test_every_piece_is_a_multiple_of_a_kibibyte_and_beats_go_on(talk: Talk) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            await _say(talk, talk.palm, obj, "مساء الخير " * 200)
            await _until(lambda: len(fig.chunks) > 5)
        assert {len(chunk) % watching.STEP for chunk in fig.chunks} == {0}
        assert fig.chunks.count(watching.BEAT) >= 3
        assert fig.headers[b"content-type"].startswith(b"text/event-stream")
        assert fig.headers[b"cache-control"] == b"no-store"

    _run(talk, work())


def test_edits_and_reactions_come_as_the_same_message_again(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    slot = talk.say(talk.palm, obj, "شكو ماكوو")

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            await service.edit(talk.opened_by(talk.palm), obj, slot, "شكو ماكو؟")
            await _until(lambda: any("شكو ماكو؟" in one for one in fig.heard("say")))
            await service.react(talk.opened_by(talk.fig), obj, slot, "laugh")
            await _until(lambda: any('aria-pressed="true"' in one for one in fig.heard("say")))
            await service.unsend(talk.opened_by(talk.palm), obj, slot)
            gone = talk.fig.word("Taken back by who wrote it.")
            await _until(lambda: any(gone in one for one in fig.heard("say")))
            assert all(f'id="m{slot}"' in one for one in fig.heard("say"))
            assert fig.heard("rule") == []

    _run(talk, work())


@pytest.mark.parametrize("what", ["name", "end"])
def test_who_reads_along_is_told_to_ask_again_when_the_room_is_named_or_ended(talk: Talk, what: str) -> None:
    obj, other = talk.room(talk.fig), talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.palm, talk.fig) as ears:
            if what == "name":
                await service.rename(talk.opened_by(talk.palm), obj, "قعدة الصباح")
            else:
                await service.close(talk.opened_by(talk.palm), obj)
            await _until(lambda: all(ear.heard("again") for ear in ears))
            assert [ear.heard("say") for ear in ears] == [[], []]
        async with _listening(talk, other, talk.fig) as (fig,):
            await _say(talk, talk.palm, other, "هنا")
            await _until(lambda: bool(fig.heard("say")))

    _run(talk, work())


def test_what_others_write_beside_its_beginning_ends_no_stream(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    own = view.first_slot(talk.opened_by(talk.fig), obj)[0]

    async def work() -> None:
        async with _listening(talk, obj, talk.palm) as (palm,):
            for body in (Naming("قعدة الصباح"), speech.Takedown()):
                await speech.write_beside(talk.opened_by(talk.fig), obj, own, type(body).__name__.lower(), body)
            await _say(talk, talk.fig, obj, "هنا")
            await _until(lambda: bool(palm.heard("say")))
            assert palm.heard("again") == []

    _run(talk, work())


def test_other_rooms_and_blocked_people_are_not_heard(talk: Talk) -> None:
    obj, other = talk.room(talk.palm), talk.room(talk.palm)
    talk.seats.run(people.block(talk.opened_by(talk.fig), talk.palm.persona(talk.circle), True))

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            await _say(talk, talk.palm, obj, "محجوب")
            await _say(talk, talk.fig, other, "في مكان آخر")
            await _say(talk, talk.fig, obj, "هنا")
            await _until(lambda: bool(fig.heard("say")))
            assert ["هنا" in one for one in fig.heard("say")] == [True]

    _run(talk, work())


def test_words_that_wait_arrive_at_nobody_but_who_wrote_them(talk: Talk, clock: SetClock) -> None:
    lamp, olive = (talk.seats.joins(talk.palm, talk.circle, name) for name in ("قنديل", "زيتونة"))
    clock.forward(days=SETTLED_DAYS)
    for one in (talk.palm, talk.fig, lamp, olive):
        one.sign_in()
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.palm, talk.fig) as (palm, fig):
            for one in (lamp, olive):
                await pausing.hold(talk.opened_by(one), talk.fig.persona(talk.circle))
            await _say(talk, talk.fig, obj, "من يد أخرى")
            await _say(talk, lamp, obj, "مساء الخير")
            await _until(lambda: len(fig.heard("say")) == 2 and bool(palm.heard("say")))
            assert "من يد أخرى" in fig.heard("say")[0]
            assert ["من يد أخرى" in html for html in palm.heard("say")] == [False]

    _run(talk, work())


def test_a_message_is_rendered_once_for_all_who_read_alike(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = talk.room(talk.palm)
    rendered: list[str] = []
    pages = talk.seats.world.site.pages
    real = pages.fragment

    def counting(template: str, *given: Any, **more: Any) -> str:
        rendered.append(template)
        return real(template, *given, **more)

    monkeypatch.setattr(pages, "fragment", counting)
    guests = [talk.seats.joins(talk.palm, talk.circle, f"ضيف{number}") for number in range(4)]

    async def work() -> None:
        async with _listening(talk, obj, talk.fig, *guests) as ears:
            rendered.clear()
            await _say(talk, talk.palm, obj, "مساء الخير")
            await _until(lambda: all(ear.heard("say") for ear in ears))
        assert rendered.count("rooms/_message.html") == 1
        assert talk.seats.world.site.moment == {}

    _run(talk, work())


def test_a_stream_ends_with_its_session(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            world.hub.services.sessions.end(bytes.fromhex(next(iter(talk.fig.cookies.values()))))
            await _until(lambda: bool(fig.heard("again")))

    _run(talk, work())


def test_regression_nothing_arrives_after_closing(talk: Talk, world: World) -> None:
    """Between closing and the next beat, what was said still went out."""
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            world.hub.services.sessions.end(bytes.fromhex(next(iter(talk.fig.cookies.values()))))
            await _say(talk, talk.palm, obj, "بعد الإغلاق")
            await _until(lambda: bool(fig.heard("again")))
            assert fig.heard("say") == []

    _run(talk, work())


def test_regression_one_session_holds_few_streams(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, *[talk.fig] * live.MOST_STREAMS):
            more = Listening(talk.fig, world.url("room_live", room=talk.fig.name(talk.circle[:16] + obj)))
            await more.run()
            assert more.status == 429
        assert not world.site.streams

    _run(talk, work())


def test_who_walks_through_rooms_quickly_follows_each(
    talk: Talk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a real server: a page that is left frees its place at once, long before its next beat."""
    monkeypatch.setattr(live, "BEAT_SECONDS", 600.0)
    obj = talk.room(talk.palm)
    path = world.url("room_live", room=talk.fig.name(talk.circle[:16] + obj))
    cookies = "; ".join(f"{name}={value}" for name, value in talk.fig.cookies.items())
    request = f"GET {path} HTTP/1.1\r\nhost: {HOST}\r\ncookie: {cookies}\r\n\r\n".encode()

    async def follow(port: int) -> tuple[bytes, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(serve.HOST, port)
        writer.write(request)
        return (await reader.readline()).split()[1], writer

    async def work() -> None:
        async with served(world.app, world.site.end_streams) as port:
            for _ in range(2 * live.MOST_STREAMS):
                said, writer = await follow(port)
                assert said == b"200"
                writer.close()
                await writer.wait_closed()
            pages = [await follow(port) for _ in range(live.MOST_STREAMS)]
            assert [said for said, _ in pages] == [b"200"] * live.MOST_STREAMS
            said, more = await follow(port)
            assert said == b"429", "pages that are open keep their places"
            for writer in (more, *(writer for _, writer in pages)):
                writer.close()

    _run(talk, work())


def test_a_hub_that_stops_lets_open_pages_ask_again(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.fig, talk.palm) as pages:
            world.site.end_streams()
            await _until(lambda: all(page.heard("again") for page in pages))
            await _until(lambda: not world.site.streams)

    _run(talk, work())


def test_an_open_stream_keeps_no_session_alive(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            await _until(lambda: len(fig.chunks) > 3)
            world.hub.services.clock.forward(seconds=21 * 60)  # type: ignore[attr-defined]
            await _until(lambda: bool(fig.heard("again")))

    _run(talk, work())


def test_a_stream_ends_when_the_keys_turn(talk: Talk) -> None:
    obj = talk.room(talk.palm)
    guest = talk.seats.joins(talk.palm, talk.circle, "قنديل")

    async def work() -> None:
        async with _listening(talk, obj, guest, talk.fig) as (out, stays):
            await leaving.remove(talk.opened_by(talk.palm), guest.persona(talk.circle))
            await _until(lambda: bool(out.heard("again") and stays.heard("again")))
            await _say(talk, talk.palm, obj, "بعد ذلك")
            assert out.heard("say") == []

    _run(talk, work())


def test_who_is_too_slow_is_told_to_ask_again(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = talk.room(talk.palm)
    monkeypatch.setattr(watching, "MOST_WAITING", 3)

    async def work() -> None:
        fast = asyncio.Event()
        ear = Slow(talk.fig, talk.fig.world.url("room_live", room=talk.fig.name(talk.circle[:16] + obj)), fast)
        task = asyncio.ensure_future(ear.run())
        await _until(lambda: ear.status == 200)
        for number in range(5):
            await _say(talk, talk.palm, obj, f"كلمة {number}")
        fast.set()
        await asyncio.wait_for(task, 5)
        assert ear.events == [("again", "\n")]

    _run(talk, work())


def test_an_open_stream_holds_nothing_that_opens_an_account(talk: Talk) -> None:
    obj = talk.room(talk.palm)

    async def work() -> None:
        async with _listening(talk, obj, talk.fig) as (fig,):
            gc.collect()
            (watcher,) = [one for one in gc.get_objects() if isinstance(one, watching.Watcher)]
            assert not hasattr(watcher.circle, "member")
            assert watcher.circle.membership.persona == b""
            assert watcher.circle.log.persona.seed == b""
            assert fig.scope["headers"] == []
            assert [one for one in gc.get_objects() if isinstance(one, Member | Session | Visit)] == []

    _run(talk, work())


def test_strangers_and_former_members_get_no_stream(talk: Talk, world: World) -> None:
    obj = talk.room(talk.palm)
    stranger = talk.seats.someone()
    path = world.url("room_live", room=stranger.name(talk.circle[:16] + obj))
    assert stranger.get(path).status == 404
    guest = talk.seats.joins(talk.palm, talk.circle, "قنديل")
    talk.seats.run(leaving.remove(talk.opened_by(talk.palm), guest.persona(talk.circle)))
    assert guest.get(world.url("room_live", room=guest.name(talk.circle[:16] + obj))).status == 404
    assert talk.fig.get(world.url("room_live", room=talk.fig.name(talk.circle[:16] + b"x" * 16))).status == 404
