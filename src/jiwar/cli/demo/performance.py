"""Play the demo into an empty hub: weeks of its life, day by day, in less than a minute.

The hub's clock stands at the moment of each act and every night is turned, so that ages, parts of the day and what
has disappeared are those of a hub that really lived.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import groupby

from jiwar.circles import heartbeat, issuing, rights
from jiwar.circles.circle import Circle
from jiwar.circles.rights import EARLY_DAYS
from jiwar.cli.demo import timeline
from jiwar.cli.demo.cast import Cast
from jiwar.cli.demo.content import Community, Post, Thread
from jiwar.cli.demo.purse import Purse
from jiwar.cli.demo.timeline import Act, Moment
from jiwar.clock import SetClock
from jiwar.node import Hub
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import unnamed
from jiwar.systems.forum.model import NO_QUOTE
from jiwar.systems.needs import service as needs
from jiwar.systems.needs.rules import Wish
from jiwar.systems.rooms import service as rooms
from jiwar.systems.rooms.model import NO_REPLY


def set_clock(clock: SetClock, moment: Moment) -> None:
    """Put the clock at a moment."""
    day, step = moment
    clock.now = day * 86_400 + timeline.HOURS[step] * 3_600


class Play:
    """One performance."""

    def __init__(self, hub: Hub, clock: SetClock, community: Community, now: Moment) -> None:
        self.cast = Cast(hub, community)
        self.acts = timeline.acts(community, now)
        self._hub, self._clock, self._now = hub, clock, now
        self._arrivals = timeline.arrivals(self.acts, community)
        self._objects: dict[int, bytes] = {}
        self._begun: dict[str, bytes] = {}
        self._slots: dict[tuple[int, int], int] = {}
        self._introduced = False
        self._purse = Purse(self.cast)

    async def perform(self) -> Cast:
        """From the day before the first word until now."""
        await self._found()
        for day, on_this_day in groupby(self.acts, lambda act: act.moment[0]):
            acts = list(on_this_day)
            await self._turn_days(day)
            await self._leave_signs({act.by for act in acts})
            for moment, together in groupby(acts, lambda act: act.moment):
                set_clock(self._clock, moment)
                await self._step(moment, list(together))
            await self._introduce(self._now[0] - day)
            await self._ask(self._now[0] - day)
            await self._purse.write(self._now[0] - day)
            await self._talk_unnamed(self._now[0] - day)
        await self._turn_days(self._now[0])
        await self.cast.open_doors()
        await self._purse.tell()
        await self.cast.leave_the_stage()
        return self.cast

    async def _found(self) -> None:
        set_clock(self._clock, (first_day(self.acts), 0))
        await self._hub.turn_day()
        await self.cast.open_accounts()
        for script in self.cast.community.circles:
            await self.cast.found(script)

    async def _turn_days(self, day: int) -> None:
        """Every night until `day`; before the last one everybody catches up."""
        while self._clock.day() < day:
            if self._clock.day() == self._now[0] - 1:
                self._catch_up()
            set_clock(self._clock, (self._clock.day() + 1, 0))
            await self._hub.turn_day()

    async def _leave_signs(self, visitors: set[str]) -> None:
        """What a steward's coming leaves in their circles."""
        for person in sorted(visitors):
            await heartbeat.beat_everywhere(self.cast.members[person])

    def _catch_up(self) -> None:
        """Everybody but newcomers has read what there was until yesterday."""
        for person in self.cast.community.people:
            for slug in person.handles:
                if person.newcomer or not self.cast.is_in(person.id, slug):
                    continue
                circle = self.cast.circle(person.id, slug)
                for place, obj in self._objects.items():
                    if self.cast.community.threads[place].circle == slug:
                        circle.has_seen(obj, circle.log.state.size - 1)
                for one in self.cast.community.unnamed:
                    if one.circle == slug and one.title in self._begun:
                        circle.has_seen(self._begun[one.title], circle.log.state.size - 1)

    async def _step(self, moment: Moment, acts: list[Act]) -> None:
        """What happens at one moment: first who comes in, then the circles side by side, each in its order."""
        await self._arrive(moment)
        lanes: dict[str, list[Act]] = {}
        for act in acts:
            lanes.setdefault(self._thread(act).circle, []).append(act)
        await asyncio.gather(*(self._in_circle(lane) for lane in lanes.values()))

    async def _ask(self, days_ago: int) -> None:
        """What was asked for and offered that day; nobody waits for it to appear."""
        for one in self.cast.community.board:
            if one.day == days_ago and self.cast.is_in(one.by, one.circle):
                wish = Wish(
                    *(one.side, one.text, one.when, one.area, one.kind),
                    many=one.many,
                    often=one.often,
                    languages=one.languages,
                    conditions=one.conditions,
                )
                await needs.ask(self.cast.circle(one.by, one.circle), wish)
        await self._hub.services.later.flush(self._hub.store, self._hub.services.random)

    async def _talk_unnamed(self, days_ago: int) -> None:
        """What was begun without a name by that day, and answered; nobody waits for it to appear."""
        for one in self.cast.community.unnamed:
            begins = one.day >= days_ago and one.title not in self._begun
            if begins and unnamed.right_to_begin(circle := self.cast.circle(one.by, one.circle)):
                self._begun[one.title] = await forum.start_unnamed(circle, one.title, one.body, one.note)
                await self._hub.services.later.flush(self._hub.store, self._hub.services.random)
            for answer in one.answers:
                if one.title in self._begun and answer.day == days_ago:
                    await forum.reply(self.cast.circle(answer.by, one.circle), self._begun[one.title], answer.body)

    async def _introduce(self, days_ago: int) -> None:
        """Once, a steward comes by, everybody, and a steward again: what is asked for on a later day comes with an
        introduction.
        """
        if self._introduced or days_ago > EARLY_DAYS:
            return
        self._introduced, community = True, self.cast.community
        asked = {one.circle for one in community.board} | {one.circle for one in community.unnamed}
        for slug in sorted(asked):
            steward = self.cast.members[community.stewards(slug)[0].id]
            await issuing.look_after_everywhere(steward)
            for person in community.people:
                if self.cast.is_in(person.id, slug):
                    await rights.look_after(self.cast.circle(person.id, slug))
                    await issuing.look_after_everywhere(steward)

    async def _arrive(self, moment: Moment) -> None:
        community = self.cast.community
        for (person, slug), when in self._arrivals.items():
            if when == moment and not self.cast.is_in(person, slug):
                host = community.stewards(slug)[len(person) % len(community.stewards(slug))]
                await self.cast.bring_in(community.person(person), slug, host)

    async def _in_circle(self, acts: Iterable[Act]) -> None:
        """One word after the other; words to what was said come from everybody at once."""
        for verb, group in groupby(acts, lambda act: act.verb):
            lanes: dict[str, list[Act]] = {}
            for act in group:
                lanes.setdefault(act.by if verb == "react" else "", []).append(act)
            await asyncio.gather(*(self._act_all(lane) for lane in lanes.values()))

    async def _act_all(self, acts: Iterable[Act]) -> None:
        for act in acts:
            await self._act(act)

    def _thread(self, act: Act) -> Thread:
        return self.cast.community.threads[act.thread]

    async def _act(self, act: Act) -> None:
        thread = self._thread(act)
        post, circle = thread.posts[act.place], self.cast.circle(act.by, thread.circle)
        if act.verb == "post":
            await self._post(act, circle, thread, post)
            return
        service = rooms if thread.is_room else forum
        obj, slot = self._objects[act.thread], self._slots[act.thread, act.place]
        if act.verb == "react":
            await service.react(circle, obj, slot, act.reaction)
        elif act.verb == "edit":
            await service.edit(circle, obj, slot, post.body)
        elif thread.is_room:
            await rooms.unsend(circle, obj, slot)
        else:
            await forum.retract(circle, obj, slot)

    async def _post(self, act: Act, circle: Circle, thread: Thread, post: Post) -> None:
        slots = self._slots
        if thread.is_room:
            if act.place == 0:
                self._objects[act.thread] = await rooms.open_room(circle, thread.title, thread.keep)
            to = NO_REPLY if post.reply_to is None else slots[act.thread, post.reply_to]
            record = await rooms.write(circle, self._objects[act.thread], first_wording(post), to)
            slots[act.thread, act.place] = record.slot
        elif act.place == 0:
            self._objects[act.thread] = obj = await forum.start_topic(circle, thread.title, post.body, thread.note)
            slots[act.thread, 0] = circle.log.cover(obj).head
        else:
            quote = NO_QUOTE if post.quote is None else slots[act.thread, post.quote]
            record = await forum.reply(circle, self._objects[act.thread], first_wording(post), quote=quote)
            slots[act.thread, act.place] = record.slot


def first_wording(post: Post) -> str:
    """What was written at first by somebody who worded it anew later."""
    return post.body.rsplit(" ", 1)[0] if post.edited and " " in post.body else post.body


def first_day(acts: list[Act]) -> int:
    """The day before anybody says anything: accounts are opened and circles are founded then."""
    return acts[0].moment[0] - 1
