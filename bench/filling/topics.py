"""Many posts at once: sealed and signed one by one as always, committed in large groups.

What differs from the pages' own way is the order of work alone. A topic's cover is written when its first post comes
and once more with its last one, instead of with every post between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from bench.filling.community import Community
from bench.filling.words import Words
from jiwar.circles.circle import Circle
from jiwar.circles.speech import Said, owned_rid
from jiwar.keyring.persona import Persona
from jiwar.log import record
from jiwar.log.record import Place
from jiwar.store.contract import NEW_OBJECT, Append, Receipt
from jiwar.store.sqlite.store import SqliteStore
from jiwar.systems.forum import rules
from jiwar.systems.forum.model import FORUM, REPLY, TOPIC, Post, TopicCover
from jiwar.wire.canonical import encode

LONG = 30
"""Posts of a topic that fills one page."""
LONG_EVERY = 100
ON_THE_LIST = rules.PAGE
OPEN_AT_ONCE = 200
GROUP = 2_000


@dataclass
class _Topic:
    """A topic that is being written; `left` posts are still to come."""

    obj: bytes
    left: int
    cover: TopicCover | None = None
    last: int = 0
    head: bytes = record.FIRST_HEAD


@dataclass
class Filler:
    """Writes a circle's topics over its days. `previous` follows each author's last record."""

    community: Community
    words: Words
    circle: Circle
    authors: list[Persona]
    appends: list[Append] = field(default_factory=list)
    previous: dict[bytes, bytes] = field(default_factory=dict)
    number: int = 0

    async def fill(self, posts: int, topics: int, days: int) -> None:
        """`posts` posts in `topics` topics; the clock ends `days` days later."""
        clock, first_day = self.community.clock, self.community.clock.day()
        self.number = self.circle.log.state.size
        for count, topic in enumerate(self._turns(lengths(self.words, posts, topics))):
            day = first_day + count * days // posts
            if day != clock.day():
                await self._commit()
                clock.forward(days=day - clock.day())
            if not self.appends:
                await self._begin_group()
            self._post(topic)
            if len(self.appends) >= GROUP:
                await self._commit()
        await self._commit()

    def _turns(self, wanted: list[int]) -> Iterator[_Topic]:
        """Whose post comes next: some hundred topics are going on at a time, and the last ones end one by one."""
        random = self.words.random
        waiting = [_Topic(random.randbytes(16), posts) for posts in reversed(wanted)]
        going: list[_Topic] = []
        while waiting or going:
            while waiting and len(going) < OPEN_AT_ONCE:
                going.append(waiting.pop())
            last_ones = not waiting and len(going) <= ON_THE_LIST
            at = 0 if last_ones else random.randrange(len(going))
            topic = going[at]
            topic.left -= 1
            yield topic
            if topic.left == 0:
                going[at] = going[-1]
                going.pop()

    async def _begin_group(self) -> None:
        """The day's key has to be there before anything is sealed under it."""
        log = self.circle.log
        log.forget_state()
        store, half, keep = self.community.store, self.circle.services.random(32), self.circle.policy.topic_days
        await store.make_day_half(log.shelf, log.newest.append, keep, self.community.clock.day(), half)

    def _post(self, topic: _Topic) -> None:
        log, clock, keep = self.circle.log, self.community.clock, self.circle.policy.topic_days
        author = self.authors[min(int(self.words.random.expovariate(0.04)), len(self.authors) - 1)]
        day, part, new = clock.day(), clock.part(), topic.cover is None
        post = rules.new_topic(self.words.title(), self.words.post()) if new else rules.new_reply(self.words.post())
        nonce = log.random(16)
        rid = owned_rid(author.key, nonce)
        place = Place(log.circle, log.shelf, topic.obj, log.newest.epoch, day, keep)
        value, erase_hash = record.write_record(
            author,
            log.key(place.epoch, keep, day),
            place,
            rid,
            TOPIC if new else REPLY,
            encode(Said(nonce, encode(post))),
            part,
            (log.state.size, log.state.root),
            self.previous.get(author.key, b""),
        )
        self.previous[author.key] = record.row_digest(value)
        self._fold(topic, post, author.key, day, part)
        topic.head = record.next_head(topic.head, rid, value)
        cover = None
        if new or topic.left == 0:
            key = log.key(place.epoch, keep, day)
            cover = record.write_cover(author, key, place, topic.head, encode(topic.cover))
        self.appends.append(
            Append(
                shelf=log.shelf,
                token=log.newest.append,
                obj=topic.obj,
                tag=log.tag(FORUM),
                slot=None,
                expects=NEW_OBJECT if new else None,
                epoch=place.epoch,
                day=day,
                keep=keep,
                rid=rid,
                erase_hash=erase_hash,
                value=value,
                cover=cover,
            )
        )
        topic.last = self.number
        self.number += 1

    def _fold(self, topic: _Topic, post: Post, author: bytes, day: int, part: int) -> None:
        if topic.cover is None:
            topic.cover = rules.first_cover(post, author, day, part)
        else:
            topic.cover = rules.after_reply(topic.cover, topic.last, author, day, part)

    async def _commit(self) -> None:
        appends, self.appends = self.appends, []
        if appends:
            receipts = await append_together(self.community.store, appends)
            if receipts[-1].number + 1 != self.number:
                raise RuntimeError("somebody else wrote on this shelf")


async def append_together(store: SqliteStore, appends: list[Append]) -> list[Receipt]:
    """Append many records in one commit, by the store's own job: pages write one record a call."""
    jobs, writer = store._jobs, store._writer
    return await writer.write(lambda: [jobs.append(one) for one in appends])


def lengths(words: Words, posts: int, topics: int) -> list[int]:
    """Posts of each topic, `posts` in all; one in a hundred, and those that come last, fill a page."""
    long = {*range(0, topics, LONG_EVERY), *range(max(topics - ON_THE_LIST, 0), topics)}
    rest = [at for at in range(topics) if at not in long]
    wanted = {at: LONG for at in long}
    missing = posts - LONG * len(long)
    if missing < len(rest):
        raise ValueError("too few posts for so many topics")
    wanted |= {at: 1 for at in rest}
    for at in words.random.choices(rest, k=missing - len(rest)) if rest else ():
        wanted[at] += 1
    return [wanted[at] for at in range(topics)]
