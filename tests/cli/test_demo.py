"""The demo is played as it is written: everybody comes in, everything is said once, nothing lies in the future."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from jiwar.circles.circle import Circle
from jiwar.circles.fold import stewards
from jiwar.circles.member import Member
from jiwar.circles.people import rules_have_changed
from jiwar.cli.demo import content, play, timeline
from jiwar.cli.demo.content import Community, Post, Thread
from jiwar.clock import SystemClock
from jiwar.errors import Conflict
from jiwar.keyring.phrase import parse
from jiwar.node import Config, Hub, open_hub
from jiwar.systems.forum import view as forum
from jiwar.systems.needs import view as needs
from jiwar.systems.needs.rules import SIDES
from jiwar.systems.rooms import view as rooms

WHOLE = content.load()
SHORT = content.shortened(WHOLE, 3)
HOURS = [3.5, 5, 9, 12, 15, 19, 23, 26.5]
"""Hours of a day that begins at three in the community's morning."""


# when things happen


def _now(hour: float) -> timeline.Moment:
    return timeline.moment_of((20_000 + (hour - 3) / 24) * 86_400, 3.0)


@pytest.mark.parametrize("hour", HOURS)
def test_nothing_lies_in_the_future_at_any_hour(hour: float) -> None:
    now = _now(hour)
    acts = timeline.acts(WHOLE, now)
    assert max(act.moment for act in acts) <= now
    assert len({(act.thread, act.place) for act in acts if act.verb == "post"}) == sum(
        len(thread.posts) for thread in WHOLE.threads
    )


@pytest.mark.parametrize("hour", HOURS)
def test_every_thread_keeps_its_order_and_its_hours(hour: float) -> None:
    for thread in WHOLE.threads:
        moments = timeline.moments(thread, _now(hour))
        assert moments == sorted(moments)
        if thread.is_room:
            assert [timeline.STEPS[step] for _, step in moments] == [post.part for post in thread.posts]
            assert _now(hour)[0] - moments[0][0] <= thread.keep


def test_steps_are_the_parts_of_the_hubs_day() -> None:
    assert [_now(hour)[1] for hour in HOURS] == [timeline.DAWN, 0, 0, 1, 2, 3, 4, 4]


# what comes of it


@dataclass
class Played:
    """A hub as it stands after the play, with one of its people signed in."""

    hub: Hub
    member: Member
    now: timeline.Moment

    def circles(self) -> dict[str, Circle]:
        names = {script.name: script.slug for script in WHOLE.circles}
        opened = [Circle(self.member, one.circle) for one in self.member.memberships()]
        return {names[circle.name]: circle for circle in opened}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    """The places of a demo that was filled once for all tests here."""
    folder = tmp_path_factory.mktemp("demo")
    made = Config(folder / "data", folder / "secret" / "demo")
    asyncio.run(play.fill(made, SHORT))
    return made


def _keys(config: Config) -> dict[str, str]:
    lines = play.key_lines(play.keys_file(config.secret))
    return {who.split(":")[0]: words for who, words in zip(lines[::3], lines[1::3], strict=True)}


@pytest.fixture
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def come(config: Config, loop: asyncio.Runner) -> Iterator[object]:
    """`come("founder")`: that person, signed in with the key that was printed."""
    hub = loop.run(open_hub(config, pace=play.WITHOUT_WAITING))

    def sign_in(who: str) -> Played:
        session = hub.services.sessions.find(hub.services.sessions.start())
        member = loop.run(hub.accounts.sign_in(parse(_keys(config)[who]), session))
        now = timeline.moment_of(SystemClock().seconds(), 3.0)
        return Played(hub, member, now)

    yield sign_in
    loop.run(hub.close())


def test_founder_has_every_circle_of_theirs_with_three_stewards(come) -> None:
    circles = come("founder").circles()
    assert set(circles) == set(WHOLE.person("palm").handles)
    for slug, circle in circles.items():
        assert {one.handle for one in stewards(circle.state)} == {
            person.handles[slug] for person in WHOLE.stewards(slug)
        }
        assert circle.charter.notes == next(one.notes for one in WHOLE.circles if one.slug == slug)
        assert not rules_have_changed(circle)
        assert bool(circle.member.role_circle_of(circle.id)) == ("palm" in {one.id for one in WHOLE.stewards(slug)})


def test_whoever_says_something_is_in_the_circle(come) -> None:
    circles = come("founder").circles()
    for thread in SHORT.threads:
        if thread.circle in circles:
            handles = {one.handle for one in circles[thread.circle].state.members if one.active}
            assert {WHOLE.person(post.by).handles[thread.circle] for post in thread.posts} <= handles


def test_everything_that_was_said_is_there(come) -> None:
    played = come("founder")
    for slug, circle in played.circles().items():
        for thread in SHORT.threads:
            if thread.circle == slug:
                shown = _shown(circle, thread)
                assert len(shown) == len(thread.posts)
                for post, found in zip(thread.posts, shown, strict=True):
                    _check(circle, thread, post, found, shown)
                    # The night of a day is its last part here, and the clock's first.
                    assert (found.day, (found.part - 1) % 5) <= played.now


def _shown(circle: Circle, thread: Thread):
    if thread.is_room:
        line = next(one for one in rooms.rooms(circle) if one.room.name == thread.title)
        return rooms.messages(circle, line.obj, 100)
    topic = next(one for one in forum.topics(circle) if one.cover.title == thread.title)
    assert topic.cover.note == thread.note
    return [post for page in range(len(topic.cover.pages)) for post in forum.posts(circle, topic, page + 1)]


def _check(circle: Circle, thread: Thread, post: Post, found, shown) -> None:
    assert circle.handle_of(found.author) == WHOLE.person(post.by).handles[thread.circle]
    assert found.fate == ("retracted" if post.retracted else "stands")
    if post.retracted:
        return
    assert found.text == post.body
    assert found.edited == post.edited
    assert {word: len(people) for word, people in found.reactions} == {
        word: len(people) for word, people in post.reactions.items()
    }
    pointed = found.reply_to if thread.is_room else found.quote
    meant = post.reply_to if thread.is_room else post.quote
    assert pointed == (-1 if meant is None else shown[meant].slot)


def test_what_is_asked_for_and_offered_stands_on_the_board(come) -> None:
    circles = come("founder").circles()
    written = {one.text for one in WHOLE.board if one.circle == "evening"}
    found = [
        needs.one(circles["evening"], line.obj).need.text
        for side in SIDES
        for line in needs.lines(circles["evening"], side, needs.rows(circles["evening"], side))
    ]
    assert len(found) == len(set(found)) >= 4
    assert set(found) <= written


def test_founder_has_read_what_is_older_than_today(come) -> None:
    played = come("founder")
    for circle in played.circles().values():
        for topic in forum.topics(circle):
            if topic.cover.last_day < played.now[0]:
                assert forum.unread(circle, topic) == 0


def test_newcomer_reads_back_and_has_the_evening_alone(come) -> None:
    played = come("newcomer")
    circles = played.circles()
    assert set(circles) == {"evening"}
    said = [one for line in rooms.rooms(circles["evening"]) for one in rooms.messages(circles["evening"], line.obj)]
    assert min(one.day for one in said) < played.member.membership(circles["evening"].id).joined


def test_member_is_no_steward(come) -> None:
    assert not any(circle.is_steward for circle in come("member").circles().values())


# its places


def test_filling_leaves_a_hub_a_secret_and_its_keys(config: Config) -> None:
    assert sorted(path.name for path in config.data.parent.iterdir()) == ["data", "secret"]
    assert sorted(path.name for path in config.secret.parent.iterdir()) == ["demo", "demo.keys"]
    assert play.keys_file(config.secret).stat().st_mode & 0o077 == 0


def test_secret_of_another_hub_is_never_replaced(tmp_path: Path) -> None:
    config = Config(tmp_path / "data", tmp_path / "secret")
    config.secret.write_bytes(b"what opens somebody's hub")
    with pytest.raises(Conflict):
        asyncio.run(play.fill(config, _nobody()))
    assert config.secret.read_bytes() == b"what opens somebody's hub"


def _nobody() -> Community:
    return content.shortened(WHOLE, 0)


def test_interrupted_filling_is_begun_anew(tmp_path: Path) -> None:
    config = Config(tmp_path / "data", tmp_path / "secret")
    (tmp_path / "data.part").mkdir()
    (tmp_path / "data.part" / "accounts.db").write_bytes(b"torn")
    (tmp_path / "secret.part").write_bytes(b"torn")
    asyncio.run(play.fill(config, content.shortened(WHOLE, 1)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "secret", "secret.keys"]
