"""Random lives of a circle, beside a plain dict of who is in it and what was said; now and then the hub lies."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from jiwar.circles import entering, leaving, roles
from jiwar.circles.model import GREETER, MODERATOR, STEWARD
from jiwar.errors import (
    BadProof,
    Conflict,
    InviteSpent,
    JiwarError,
    KeysChanged,
    LastSteward,
    NotAllowed,
    NotThere,
    Removed,
    StewardsFirst,
)
from jiwar.log.shelf import ShelfLog
from tests.world import Person, World, handles, heard, say

T = TypeVar("T")
MOST = 9
OTHER_ROLES = (MODERATOR, GREETER)
PICK = st.integers(0, 10_000)


@dataclass
class Known:
    """What the plain model knows of somebody."""

    person: Person
    steward: bool = False
    active: bool = True
    roles: set[int] = field(default_factory=set)
    seated: set[int] = field(default_factory=set)


LIES: dict[str, Callable[[list[Any]], list[Any]]] = {
    "drops the first": lambda rows: rows[1:],
    "drops the last": lambda rows: rows[:-1],
    "drops everything": lambda rows: [],
    "reorders": lambda rows: rows[::-1],
    "replays": lambda rows: [*rows, *rows[-1:]],
    "cuts": lambda rows: rows[: len(rows) // 2],
}


class Lives(RuleBasedStateMachine):
    """One circle; the model is `people` and `said`."""

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.new_event_loop()
        # What is random is the same in every run of one life, so a failing one can be shortened.
        self.world = World(random=random.Random(0).randbytes)
        self.people: dict[str, Known] = {}
        self.stale: dict[str, ShelfLog] = {}
        self.said: dict[bytes, list[str]] = {}
        self.joined = 0
        self.pending = False

    def teardown(self) -> None:
        self.loop.close()

    def do(self, story: Awaitable[T]) -> T:
        return self.loop.run_until_complete(story)

    def refused(self, story: Awaitable[Any], *errors: type[JiwarError]) -> None:
        try:
            self.do(story)
        except errors:
            return
        raise AssertionError(f"none of {errors}")

    # who

    def inside(self, stewards: bool = False) -> list[str]:
        return [name for name, one in self.people.items() if one.active and (one.steward or not stewards)]

    def pick(self, at: int, stewards: bool = False) -> str:
        names = self.inside(stewards)
        return names[at % len(names)]

    def open(self, name: str) -> Any:
        return self.people[name].person.circle(self.circle)

    def key(self, name: str) -> bytes:
        return self.people[name].person.persona(self.circle)

    def named(self, role: int) -> list[str]:
        return [name for name in self.inside() if role in self.people[name].roles]

    def visits(self, name: str) -> None:
        """Somebody comes back: whoever holds a role and its keys brings its circle to what the roster says."""
        one = self.people[name]
        self.do(leaving.turn_all_due(one.person.member))
        for role in one.roles & one.seated:
            for other in self.people.values():
                if role not in other.roles:
                    other.seated.discard(role)

    def turned(self) -> None:
        """The keys have turned: nobody waits to be turned out any more."""
        self.pending = False

    # what happens

    @initialize()
    def found(self) -> None:
        founder = self.do(self.world.sign_up())
        self.circle = self.do(self.world.found(founder))
        self.people["founder"] = Known(founder, steward=True)
        for _ in range(3):
            self.join(0)
        self.give(0, 0)
        self.speak(0, 0)

    @precondition(lambda self: len(self.inside()) < MOST)
    @rule(at=PICK)
    def join(self, at: int) -> None:
        inviter, name = self.people[self.pick(at)].person, f"guest {self.joined}"
        if len(self.inside(stewards=True)) < 3 and self.joined >= 5:
            self.refused(self.world.join(self.circle, inviter, name), StewardsFirst)
            return
        self.joined += 1
        self.people[name] = Known(self.do(self.world.join(self.circle, inviter, name)))

    @rule(at=PICK, topic=PICK)
    def speak(self, at: int, topic: int) -> None:
        name = self.pick(at)
        text = f"{name} {sum(map(len, self.said.values()))}"
        topics = list(self.said)
        if not topics or topic % 3 == 0:
            self.said[self.do(say(self.open(name).log, text))] = [text]
        else:
            obj = topics[topic % len(topics)]
            self.do(say(self.open(name).log, text, obj))
            self.said[obj].append(text)

    def pair(self, at: int, other: int) -> tuple[str, str] | None:
        """A steward, and somebody else."""
        by = self.pick(at, stewards=True)
        others = [name for name in self.inside() if name != by]
        return (by, others[other % len(others)]) if others else None

    @rule(at=PICK, other=PICK)
    def give(self, at: int, other: int) -> None:
        pair = self.pair(at, other)
        if pair and not self.people[pair[1]].steward:
            by, target = (self.people[name].person for name in pair)
            self.do(self.world.make_steward(self.circle, by, target))
            self.people[pair[1]].steward = True

    @rule(at=PICK, other=PICK)
    def take(self, at: int, other: int) -> None:
        pair = self.pair(at, other)
        if pair and self.people[pair[1]].steward:
            self.do(roles.take(self.open(pair[0]), self.key(pair[1])))
            self.people[pair[1]].steward = False
            self.turned()

    @rule(at=PICK, other=PICK)
    def remove(self, at: int, other: int) -> None:
        pair = self.pair(at, other)
        if pair:
            stale = self.people[pair[1]].person.stale_log(self.circle)
            self.do(leaving.remove(self.open(pair[0]), self.key(pair[1])))
            self.out(pair[1], stale)
            self.turned()

    @rule(at=PICK, other=PICK)
    def try_what_is_not_theirs(self, at: int, other: int) -> None:
        by, target = self.pick(at), self.pick(other)
        acts = (roles.give, roles.take, leaving.remove)
        if not self.people[by].steward:
            for act in acts:
                self.refused(act(self.open(by), self.key(target)), NotAllowed)
        elif by == target:
            for act in acts[1:]:
                self.refused(act(self.open(by), self.key(target)), NotAllowed, LastSteward)

    @rule(at=PICK)
    def leave(self, at: int) -> None:
        name = self.pick(at)
        stale = self.people[name].person.stale_log(self.circle)
        alone = self.people[name].steward and len(self.inside(stewards=True)) == 1
        if alone and len(self.inside()) > 1:
            self.refused(leaving.leave(self.open(name)), LastSteward)
        elif len(self.inside()) > 1:
            self.do(leaving.leave(self.open(name)))
            self.out(name, stale)
            self.pending = True

    def out(self, name: str, stale: ShelfLog) -> None:
        self.people[name].active = self.people[name].steward = False
        self.people[name].roles.clear()
        self.people[name].seated.clear()
        self.stale[name] = stale

    @rule(at=PICK)
    def step_down(self, at: int) -> None:
        name = self.pick(at, stewards=True)
        if len(self.inside(stewards=True)) == 1:
            self.refused(roles.lay_down(self.open(name)), LastSteward)
        else:
            self.do(roles.lay_down(self.open(name)))
            self.people[name].steward = False
            self.pending = True

    @rule(at=PICK)
    def visit(self, at: int) -> None:
        self.visits(self.pick(at, stewards=True))
        self.turned()

    @rule(at=PICK, role=st.sampled_from(OTHER_ROLES))
    def open_a_role(self, at: int, role: int) -> None:
        name = self.pick(at, stewards=True)
        if self.named(role):
            self.refused(roles.open_circle(self.open(name), role), NotAllowed)
        else:
            self.do(roles.open_circle(self.open(name), role))
            for one in self.people.values():
                one.seated.discard(role)
            self.people[name].roles.add(role)
            self.people[name].seated.add(role)

    @rule(at=PICK, other=PICK, role=st.sampled_from(OTHER_ROLES))
    def name_somebody(self, at: int, other: int, role: int) -> None:
        by, target = self.pick(at, stewards=True), self.pick(other)
        if not self.named(role):
            self.refused(roles.give(self.open(by), self.key(target), role), NotAllowed)
        else:
            self.do(roles.give(self.open(by), self.key(target), role))
            self.people[target].roles.add(role)

    @rule(at=PICK, role=st.sampled_from(OTHER_ROLES))
    def come_by_with_a_role(self, at: int, role: int) -> None:
        names = self.named(role)
        if names:
            self.visits(names[at % len(names)])

    @rule(at=PICK, role=st.sampled_from(OTHER_ROLES))
    def take_the_keys(self, at: int, role: int) -> None:
        names = self.named(role)
        if not names:
            return
        name = names[at % len(names)]
        member = self.people[name].person.member
        try:
            if self.do(entering.take_keys(member, member.membership(self.circle), role)) is not None:
                self.people[name].seated.add(role)
        except InviteSpent:
            pass

    @rule(at=PICK, other=PICK, role=st.sampled_from(OTHER_ROLES))
    def take_a_role(self, at: int, other: int, role: int) -> None:
        by, target = self.pick(at, stewards=True), self.pick(other)
        if by == target or role not in self.people[target].roles:
            self.refused(roles.take(self.open(by), self.key(target), role), NotAllowed)
        else:
            self.do(roles.take(self.open(by), self.key(target), role))
            self.people[target].roles.discard(role)
            if role in self.people[by].roles & self.people[by].seated:
                self.people[target].seated.discard(role)

    @rule(at=PICK, role=st.sampled_from(OTHER_ROLES))
    def lay_a_role_down(self, at: int, role: int) -> None:
        names = self.named(role)
        if not names:
            return
        name = names[at % len(names)]
        try:
            self.do(roles.lay_down(self.open(name), role))
        except LastSteward:
            assert len(names) > 1
            return
        self.people[name].roles.discard(role)
        self.people[name].seated.discard(role)

    @rule()
    def restart(self) -> None:
        self.world.restart()

    @rule()
    def night(self) -> None:
        self.do(self.world.pass_days(1))

    # what the hub tries

    @rule(at=PICK, topic=PICK, lie=st.sampled_from(sorted(LIES)), read=st.sampled_from(["records", "objects"]))
    def lie(self, at: int, topic: int, lie: str, read: str) -> None:
        """Whoever reads then sees less or an error, and never what nobody said, or in another order."""
        if not self.said:
            return
        obj = list(self.said)[topic % len(self.said)]
        self.world.restart()
        self.world.hub.lies[read] = lambda rows, *_, **__: LIES[lie](rows)
        try:
            shown = heard(self.open(self.pick(at)), obj)
        except (BadProof, NotThere, Conflict, Removed):
            shown = []
        finally:
            self.world.hub.lies.clear()
            self.world.restart()
        rest = iter(self.said[obj])
        assert all(text in rest for text in shown)

    @rule(at=PICK)
    def go_back(self, at: int) -> None:
        """An older state is served to somebody who has seen a later one."""
        name = self.pick(at)
        image = self.world.hub.image()
        other = self.pick(at + 1)
        self.do(say(self.open(other).log, "only in one of two logs"))
        seen = self.open(name)
        seen.check_tree()
        later = self.world.hub.image()
        self.world.hub.restore(image)
        self.world.restart()
        try:
            self.open(name).check_tree()
        except (BadProof, JiwarError):
            pass
        else:
            raise AssertionError("a restored store was not noticed")
        self.world.hub.restore(later)
        self.world.restart()
        topic = self.open(other).log.covers("topics", None, 1)[0].obj
        self.said[topic] = ["only in one of two logs"]

    # what holds

    @invariant()
    def everybody_inside_sees_the_same(self) -> None:
        for name in self.inside():
            circle = self.open(name)
            assert handles(circle) == {"founder" if one == "founder" else one for one in self.inside()}
            assert circle.me.handle == name
            assert circle.is_steward == self.people[name].steward

    @invariant()
    def a_role_is_opened_by_who_was_named_and_took_its_keys(self) -> None:
        for name in self.inside():
            circle, one = self.open(name), self.people[name]
            assert {role for role in OTHER_ROLES if circle.me.holds(role)} == one.roles
            assert {role for role, _ in roles.all_held(circle)} - {STEWARD} == one.roles & one.seated

    @invariant()
    def everybody_inside_reads_everything(self) -> None:
        names = self.inside()
        for at, (obj, texts) in enumerate(self.said.items()):
            circle = self.open(names[at % len(names)])
            assert heard(circle, obj) == texts

    @invariant()
    def whoever_is_out_reads_nothing_new(self) -> None:
        if self.pending:
            return
        for log in self.stale.values():
            log.forget_state()
            try:
                state = log.state
            except KeysChanged:
                continue
            raise AssertionError(f"still reads: {state}")


TestLives = Lives.TestCase
TestLives.settings = settings(
    max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
