"""A signed-in member: one keyring, changed from several sessions, written when it is time."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles.member import FLUSH_SECONDS, Member
from jiwar.errors import Conflict, KeyringFull, NotThere, SignedOut
from jiwar.keyring.model import Keyring, Membership, Settings
from tests.world import Person, Village, World, say

pytestmark = pytest.mark.anyio


def named(text: str) -> Any:
    """A change of the settings that can be told from others."""

    def change(ring: Keyring) -> Keyring:
        return replace(ring, settings=replace(ring.settings, language=ring.settings.language + text))

    return change


@pytest.fixture
async def person(world: World, anyio_backend: str) -> Person:
    return await world.sign_up()


def test_a_session_that_is_nobody_s_is_signed_out(world: World) -> None:
    session = world.services.sessions.find(world.services.sessions.start())
    with pytest.raises(SignedOut):
        Member(world.services, session)


async def test_a_decision_is_written_at_once(person: Person) -> None:
    await person.member.update(named("!"))
    assert person.again().member.settings.language == "ar!"
    assert person.member.keyring.edition == 1


async def test_two_sessions_that_decide_at_once_both_count(person: Person) -> None:
    first, second = person.member, person.again().member
    await first.update(named("1"))
    await second.update(named("2"))
    await first.update(named("3"))
    assert person.member.settings.language == "ar123"
    assert person.member.keyring.edition == 3


async def test_a_session_sees_what_another_decided(person: Person) -> None:
    other = person.again()
    assert other.member.settings == Settings()
    await person.member.update(named("!"))
    assert other.member.settings.language == "ar!"


async def test_a_row_that_always_changes_is_a_conflict(person: Person, world: World) -> None:
    member = person.member

    async def refuse(_: Any) -> None:
        raise Conflict

    world.store.put_accounts = refuse  # type: ignore[method-assign, assignment]
    with pytest.raises(Conflict):
        await member.update(named("!"))


async def test_a_keyring_that_is_full_stays_as_it_was(person: Person) -> None:
    many = tuple((bytes([place]) * 32, b"m" * 1_000) for place in range(40))
    with pytest.raises(KeyringFull):
        await person.member.update(lambda ring: replace(ring, memberships=many))
    assert person.member.memberships() == []


async def test_trails_are_written_now_and_then(here: Village) -> None:
    topic = await say(here.founder.circle(here.circle).log, "one")
    await here.member.member.flush(now=True)
    edition = here.member.member.keyring.edition
    circle = here.member.circle(here.circle)
    circle.has_seen(topic, circle.log.cover(topic).head)
    await here.member.member.flush()
    assert here.member.member.keyring.edition == edition
    here.world.clock.forward(seconds=FLUSH_SECONDS)
    await here.member.member.flush()
    assert here.member.member.keyring.edition == edition + 1
    await here.member.member.flush(now=True)
    assert here.member.member.keyring.edition == edition + 1


async def test_circles_are_found_changed_and_forgotten(here: Village) -> None:
    member = here.founder.member
    assert member.has(here.circle)
    await member.change_membership(here.circle, lambda one: replace(one, alias="home"))
    assert here.founder.circle(here.circle).name == "home"
    role = member.role_circle_of(here.circle)
    assert role is not None
    assert role.parent == here.circle
    await member.forget_circle(here.circle)
    assert not member.has(here.circle)
    for find in (member.membership, member.trail):
        with pytest.raises(NotThere):
            find(here.circle)


async def test_what_was_remembered_of_a_forgotten_circle_is_not_written(here: Village) -> None:
    other = here.member.again()
    circle = other.circle(here.circle)
    circle.keep_trail(circle.trail.mark(b"o" * 16, 5))
    await here.member.member.forget_circle(here.circle)
    await other.member.flush(now=True)
    assert here.member.member.keyring.trails == ()


async def test_a_membership_of_nothing_is_not_there(person: Person) -> None:
    def change(one: Membership) -> Membership:
        return one

    with pytest.raises(NotThere):
        await person.member.change_membership(b"x" * 32, change)


async def test_a_return_key_is_the_phrase_s_and_the_circle_s(person: Person, world: World) -> None:
    other = await world.sign_up()
    seeds = {person.member.return_seed(b"a"), person.member.return_seed(b"b"), other.member.return_seed(b"a")}
    assert len(seeds) == 3
    assert person.again().member.return_seed(b"a") in seeds


async def test_a_session_under_another_key_opens_nothing(person: Person, world: World) -> None:
    session = world.services.sessions.find(world.services.sessions.start())
    session.write("access", person.access.locator + b"x" * 32)
    with pytest.raises(SignedOut):
        Member(world.services, session)


async def test_circles_are_found_by_the_beginning_of_their_id(here: Village) -> None:
    role = here.founder.member.role_circle_of(here.circle)
    assert role is not None
    assert here.founder.member.circle_called(here.circle[:16]) == here.circle
    assert here.founder.member.circle_called(role.circle[:16]) == role.circle
    for beginning in (role.circle[:16], b"x" * 16):
        with pytest.raises(NotThere):
            here.member.member.circle_called(beginning)


async def test_the_most_careful_circle_sets_the_level(here: Village) -> None:
    assert here.founder.member.highest_level() == 0
    await here.world.found(here.founder, card="support")
    assert here.founder.member.highest_level() == 1


async def test_what_is_left_at_the_end_is_written_behind_the_answer(here: Village) -> None:
    topic = await say(here.founder.circle(here.circle).log, "one")
    await here.member.member.flush(now=True)
    assert here.member.member.last_write() is None
    circle = here.member.circle(here.circle)
    circle.has_seen(topic, circle.log.cover(topic).head)
    left = circle.member.last_write()
    assert left is not None
    here.world.services.sessions.end(here.member.cookie)
    await left
    assert here.member.circle(here.circle).trail.read_up_to(topic) == circle.log.cover(topic).head


async def test_what_is_left_gives_way_to_another_session(here: Village) -> None:
    topic = await say(here.founder.circle(here.circle).log, "one")
    circle = here.member.circle(here.circle)
    circle.has_seen(topic, circle.log.cover(topic).head)
    left, other = circle.member.last_write(), here.member.again()
    assert left is not None
    await other.member.update(named("!"))
    await left
    assert other.again().member.settings.language == "ar!"
