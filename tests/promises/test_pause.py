"""Two members hold what a name writes: nobody else is shown it before the time is up, everybody is after, and whoever
writes sees it all along.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from jiwar.circles import pauses, pausing, quiet
from jiwar.circles.circle import Circle
from jiwar.circles.pauses import SETTLED_DAYS
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import view as topics
from jiwar.systems.rooms import service as rooms
from jiwar.systems.rooms import view as chats
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio

BEFORE, WORDS, TITLE = "Said before.", "Write down your names.", "A list of us"

MUTATIONS: Mutations = {
    "words of who is held are shown": replaced(quiet, "are_held", lambda *_: False),
    "nothing shows again": replaced(quiet, "LASTS", 400),
    "the hours are too few": replaced(quiet, "LASTS", 2),
    "one voice is enough": replaced(quiet.Held, "begun", True),
    "who is held is shown as little as others": replaced(Circle, "reader", b""),
    "a lift is passed over": replaced(pauses, "lifted", lambda *_: None),
}


@dataclass
class Taken:
    """Somebody was taken; `one` and `two` have noticed, and `room` and `topic` were there before."""

    village: Village
    taken: Person
    one: Person
    two: Person
    room: bytes
    topic: bytes

    def of(self, person: Person) -> Circle:
        return person.circle(self.village.circle)

    async def says(self, person: Person) -> bool:
        return await pausing.hold(self.of(person), self.taken.persona(self.village.circle))

    async def both(self) -> None:
        assert not await self.says(self.one)
        assert await self.says(self.two)

    async def writes(self) -> None:
        circle = self.of(self.taken)
        await rooms.write(circle, self.room, WORDS)
        await forum.reply(circle, self.topic, WORDS)
        await forum.start_topic(circle, TITLE, WORDS)

    def read(self, person: Person) -> list[str]:
        """Every text and title that somebody is shown."""
        circle, found = self.of(person), []
        for topic in topics.topics(circle):
            found += [topic.cover.title, *(post.text for post in topics.posts(circle, topic, 1))]
        return found + [said.text for said in chats.messages(circle, self.room)]

    def hours(self, hours: float) -> None:
        self.village.world.clock.forward(seconds=hours * 3_600)


@pytest.fixture
async def taken() -> Taken:
    place = await village()
    fourth = await place.world.join(place.circle, place.founder, "fourth")
    one, two, somebody = place.steward, place.member, fourth
    await place.world.pass_days(SETTLED_DAYS)
    room = await rooms.open_room(one.circle(place.circle), "Tea", 7)
    topic = await forum.start_topic(one.circle(place.circle), "Chairs", "Who has some?")
    story = Taken(place, somebody, one, two, room, topic)
    await rooms.write(story.of(somebody), room, BEFORE)
    return story


def others(taken: Taken) -> list[Person]:
    return taken.village.everybody


async def test_one_alone_holds_nothing(taken: Taken) -> None:
    await taken.says(taken.one)
    await taken.writes()
    assert all(WORDS in taken.read(one) for one in others(taken))


async def test_nobody_is_shown_it_for_twelve_hours_and_everybody_is_after_eighteen(taken: Taken) -> None:
    taken.hours(5.9)  # It is noon in UTC: the second word comes as late in its quarter as it can.
    await taken.both()
    await taken.writes()
    for hours in (0, 6, 6):
        taken.hours(hours)
        for one in others(taken):
            assert BEFORE in taken.read(one)
            assert not {WORDS, TITLE} & set(taken.read(one))
    taken.hours(6)
    for one in others(taken):
        assert taken.read(one).count(WORDS) == 3
        assert TITLE in taken.read(one)


async def test_who_writes_sees_it_as_always(taken: Taken) -> None:
    await taken.both()
    await taken.writes()
    assert taken.read(taken.taken).count(WORDS) == 3
    assert TITLE in taken.read(taken.taken)


async def test_it_is_ended_at_once(taken: Taken) -> None:
    await taken.both()
    await taken.writes()
    await pausing.lift(taken.of(taken.two), taken.taken.persona(taken.village.circle))
    assert all(taken.read(one).count(WORDS) == 3 for one in others(taken))
