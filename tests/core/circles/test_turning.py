"""Turning the keys: who is left out, what is said, and turns that were interrupted or raced."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, leaving, roles, seats, transfer, turning
from jiwar.circles.circle import Circle
from jiwar.circles.fold import member_of
from jiwar.circles.founding import control_seed, write_own
from jiwar.circles.model import Remove
from jiwar.circles.transfer import SMALLEST_CLASS, make_cell, size_class
from jiwar.crypto.signing import public_key, sign
from jiwar.errors import (
    BadProof,
    BadSignature,
    Conflict,
    KeysChanged,
    LastSteward,
    NotAllowed,
    NotThere,
    Removed,
    Unopenable,
)
from jiwar.keyring import epochs
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Rotation
from jiwar.store.signed import drop_message
from jiwar.wire.canonical import encode
from tests.world import Person, Village, handles, heard, say, village

pytestmark = pytest.mark.anyio


async def removed(here: Village, who: Person, by: Person) -> Circle:
    return await leaving.remove(by.circle(here.circle), who.persona(here.circle))


async def test_who_is_removed_is_out_and_the_others_go_on(here: Village) -> None:
    topic = await say(here.member.circle(here.circle).log, "before")
    stale = here.member.stale_log(here.circle)
    await removed(here, here.member, here.founder)
    with pytest.raises(Removed):
        here.member.circle(here.circle)
    with pytest.raises(KeysChanged):
        stale.rows(topic, 0, 9, 9)
    with pytest.raises(KeysChanged):
        await say(stale, "after")
    for who in (here.founder, here.steward):
        circle = who.circle(here.circle)
        assert circle.log.newest.epoch == 1
        assert handles(circle) == {"founder", "steward"}
        assert heard(circle, topic) == ["before"]


async def test_who_leaves_is_turned_out_at_the_next_steward_s_visit(here: Village) -> None:
    stale = here.member.stale_log(here.circle)
    await leaving.leave(here.member.circle(here.circle))
    assert here.member.member.memberships() == []
    assert here.founder.circle(here.circle).state.changed_since_rotation
    assert stale.state.epoch == 0
    await leaving.turn_all_due(here.steward.member)
    stale.forget_state()
    with pytest.raises(KeysChanged):
        assert stale.state
    assert not here.founder.circle(here.circle).state.changed_since_rotation
    await leaving.turn_all_due(here.founder.member)
    assert here.founder.circle(here.circle).log.newest.epoch == 1


async def test_a_steward_who_leaves_takes_no_key_along(here: Village) -> None:
    before = here.steward.circle(here.circle)
    seeds = {control_seed(keys, before.log.shelf) for keys in roles.open_role(before).trail.epochs}
    await leaving.leave(before)
    await leaving.turn_all_due(here.founder.member)
    circle = here.founder.circle(here.circle)
    assert circle.log.state.control not in {public_key(seed) for seed in seeds}
    assert roles.open_role(circle).log.newest.epoch == 1
    assert handles(circle) == {"founder", "member"}


async def test_a_steward_who_is_removed_loses_both_circles(here: Village) -> None:
    before = here.steward.circle(here.circle)
    role, stale = roles.open_role(before), here.steward.stale_log(here.circle)
    await removed(here, here.steward, here.founder)
    for circle in (here.circle, role.id):
        with pytest.raises(Removed):
            here.steward.circle(circle)
    shelf, state = stale.shelf, here.founder.circle(here.circle).log.state
    for keys in role.trail.epochs:
        seed = control_seed(keys, shelf)
        with pytest.raises(NotThere):
            await here.world.store.drop(shelf, sign(seed, drop_message(shelf)))
        assert public_key(seed) != state.control


NOT_ALLOWED = {
    "a member removes": lambda here: leaving.remove(
        here.member.circle(here.circle), here.steward.persona(here.circle)
    ),
    "a steward removes themselves": lambda here: leaving.remove(
        here.founder.circle(here.circle), here.founder.persona(here.circle)
    ),
    "a steward removes a stranger": lambda here: leaving.remove(here.founder.circle(here.circle), b"x" * 32),
    "a member turns": lambda here: turning.turn(
        here.member.circle(here.circle), roles.open_role(here.founder.circle(here.circle))
    ),
}


@pytest.mark.parametrize("act", NOT_ALLOWED.values(), ids=NOT_ALLOWED.keys())
async def test_is_not_allowed(here: Village, act: Any) -> None:
    with pytest.raises(NotAllowed):
        await act(here)
    assert here.member.circle(here.circle).log.newest.epoch == 0


async def test_nobody_turns_without_the_control_key(here: Village) -> None:
    """A steward whose stewards' circle is another one: no epoch of it gives the key that stands on the shelf."""
    other = await here.world.found(here.founder)
    with pytest.raises(NotAllowed):
        turning.standing_control(here.founder.circle(here.circle), roles.open_role(here.founder.circle(other)))


async def test_newcomers_begin_at_the_announcement(here: Village) -> None:
    topic = await say(here.founder.circle(here.circle).log, "before")
    await removed(here, here.member, here.founder)
    here.world.restart()
    newcomer = await here.world.join(here.circle, here.founder, "lamp")
    circle = newcomer.circle(here.circle)
    assert handles(circle) == {"founder", "steward", "lamp"}
    assert circle.state.members[:3] == here.founder.circle(here.circle).state.members[:3]
    assert heard(circle, topic) == ["before"]


async def test_newcomers_do_not_read_back_where_the_policy_says_so() -> None:
    here = await village(card="support")
    topic = await say(here.founder.circle(here.circle).log, "before")
    here.world.clock.forward(days=1)
    newcomer = await here.world.join(here.circle, here.founder, "lamp")
    assert heard(newcomer.circle(here.circle), topic) == []
    later = await say(here.founder.circle(here.circle).log, "after")
    assert heard(newcomer.circle(here.circle), later) == ["after"]


async def test_a_member_who_was_away_follows_every_turn(here: Village) -> None:
    third = await here.world.join(here.circle, here.founder, "third")
    await here.world.make_steward(here.circle, here.founder, third)
    for number in range(8):
        who = await here.world.join(here.circle, here.founder, f"guest {number}")
        await removed(here, who, here.founder)
    await here.world.pass_days(1)
    circle = here.member.circle(here.circle)
    assert circle.log.newest.epoch == 8
    assert handles(circle) == {"founder", "steward", "member", "third"}
    assert len(circle.trail.epochs) == 9
    await here.world.pass_days(1)
    assert handles(here.member.circle(here.circle)) == {"founder", "steward", "member", "third"}
    assert here.member.circle(here.circle).me.handle == "member"


class TestInterrupted:
    """The process dies somewhere in a turn; the next steward's session finishes it."""

    class Died(Exception):
        pass

    async def dies_at(self, here: Village, kind: str, nth: int = 1) -> None:
        """The founder removes the member, and the process dies before the nth record of a kind is written."""
        honest, seen = founding.write_own, []

        async def write_own(circle: Circle, name: str, body: bytes) -> None:
            seen.append(name)
            if seen.count(kind) >= nth:
                raise self.Died
            await honest(circle, name, body)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(turning, "write_own", write_own)
            with pytest.raises(self.Died):
                await removed(here, here.member, here.founder)
        here.world.restart()

    @pytest.mark.parametrize("kind", ["rotated", "snapshot"])
    async def test_another_steward_says_what_was_left_unsaid(self, here: Village, kind: str) -> None:
        await self.dies_at(here, kind)
        circle = here.steward.circle(here.circle)
        assert circle.log.newest.epoch == 1
        assert handles(circle) == {"founder", "steward"}
        with pytest.raises(Conflict):
            await invitations.invite(circle, "en", 1)
        await leaving.turn_all_due(here.steward.member)
        here.world.restart()
        newcomer = await here.world.join(here.circle, here.steward, "lamp")
        for who in (here.founder, here.steward, newcomer):
            circle = who.circle(here.circle)
            assert (circle.log.newest.epoch, circle.is_announced) == (1, True)
            assert handles(circle) == {"founder", "steward", "lamp"}

    async def test_people_talk_meanwhile(self, here: Village) -> None:
        await self.dies_at(here, "rotated")
        topic = await say(here.steward.circle(here.circle).log, "nobody has noticed")
        assert heard(here.founder.circle(here.circle), topic) == ["nobody has noticed"]

    async def test_who_leaves_meanwhile_is_turned_out_as_well(self, here: Village) -> None:
        other = await here.world.join(here.circle, here.founder, "other")
        await self.dies_at(here, "rotated")
        await leaving.leave(other.circle(here.circle))
        await leaving.turn_all_due(here.steward.member)
        circle = here.founder.circle(here.circle)
        assert circle.log.newest.epoch == 2
        assert not circle.state.changed_since_rotation

    async def test_a_removal_that_was_only_written_is_finished(self, here: Village) -> None:
        founder = here.founder.circle(here.circle)
        body = encode(Remove(here.member.persona(here.circle)))
        await write_own(founder, "remove", body)
        assert here.member.circle(here.circle).log.newest.epoch == 0
        await leaving.turn_all_due(here.steward.member)
        with pytest.raises(Removed):
            here.member.circle(here.circle)

    async def test_stewards_keys_that_turned_alone_take_the_circle_along(self, here: Village) -> None:
        """The process dies between the two: the shelf is still under a key that the former steward knows."""
        role = roles.open_role(here.founder.circle(here.circle))
        await roles.put_out(role, here.steward.persona(here.circle))
        circle = here.founder.circle(here.circle)
        assert turning.is_due(circle, roles.open_role(circle))
        await leaving.turn_all_due(here.founder.member)
        assert not turning.is_due(here.founder.circle(here.circle), roles.open_role(here.founder.circle(here.circle)))


class TestRaces:
    async def test_what_is_written_in_between_makes_the_turn_begin_again(self, here: Village) -> None:
        """Somebody comes in while the cell is made: the store refuses the old size, and the second cell has them."""
        world = here.world
        joined: list[Circle] = []
        admitted, _ = await world.admitted(here.circle, here.founder)
        newcomer = await world.sign_up()
        rotate = world.store.rotate

        async def slow(rotation: Rotation) -> None:
            if not joined:
                joined.append(await entering.enter(newcomer.member, admitted, "lamp"))
            await rotate(rotation)

        world.store.rotate = slow  # type: ignore[method-assign]
        await removed(here, here.member, here.founder)
        assert handles(newcomer.circle(here.circle)) == {"founder", "steward", "lamp"}

    async def test_a_shelf_that_never_rests_is_a_conflict(self, here: Village) -> None:
        world = here.world

        async def busy(rotation: Rotation) -> None:
            raise Conflict

        world.store.rotate = busy  # type: ignore[method-assign]
        with pytest.raises(Conflict):
            await removed(here, here.member, here.founder)

    async def test_the_second_of_two_stewards_finds_it_done(self, here: Village) -> None:
        other = await here.world.join(here.circle, here.founder, "other")
        await leaving.leave(other.circle(here.circle))
        first, second = here.founder.circle(here.circle), here.steward.circle(here.circle)
        inner = roles.open_role(first), roles.open_role(second)
        await turning.turn(first, inner[0])
        turned = await turning.turn(second, inner[1])
        assert turned.log.newest.epoch == 1

    async def test_the_second_of_two_stewards_goes_on_where_more_is_due(self, here: Village) -> None:
        """The first one turned the keys before somebody else left; the second finds the epoch changed, and turns."""
        other = await here.world.join(here.circle, here.founder, "other")
        second = here.steward.circle(here.circle)
        role = roles.open_role(second)
        assert second.state
        await removed(here, here.member, here.founder)
        await leaving.leave(other.circle(here.circle))
        turned = await turning.turn(second, role)
        assert turned.log.newest.epoch == 2
        assert handles(turned) == {"founder", "steward"}

    async def test_two_stewards_remove_each_other_and_one_stays(self, here: Village) -> None:
        founder, steward = here.founder.circle(here.circle), here.steward.circle(here.circle)
        assert founder.state.members == steward.state.members
        await leaving.remove(founder, here.steward.persona(here.circle))
        with pytest.raises((KeysChanged, Removed, NotAllowed)):
            await leaving.remove(steward, founder.log.persona.key)
        assert handles(here.founder.circle(here.circle)) == {"founder", "member"}

    async def test_who_was_removed_a_moment_ago_turns_nothing(self, here: Village) -> None:
        steward = here.steward.circle(here.circle)
        role = roles.open_role(steward)
        body = encode(Remove(steward.log.persona.key))
        await write_own(here.founder.circle(here.circle), "remove", body)
        with pytest.raises(Removed):
            await turning.turn(steward, role)
        assert here.founder.circle(here.circle).log.newest.epoch == 0

    async def test_an_announcement_that_is_always_disturbed_is_a_conflict(self, here: Village) -> None:
        circle = here.founder.circle(here.circle)

        async def nothing(circle: Circle, name: str, body: bytes) -> None:
            circle.reload()

        role = roles.open_role(circle)
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(turning, "write_own", nothing)
            with pytest.raises(Conflict):
                await turning.turn(circle, role)


class TestCells:
    """What leads from one epoch to the next, and who may make it."""

    OLD = epochs.begin(b"e" * 32, 4, b"s" * 16, 20_000, 7)
    PLACE = (b"c" * 32, b"s" * 16)

    def cell(self, steward: Persona, *members: Persona, begins: int = 9) -> bytes:
        kem_keys = [member.kem_key for member in members]
        random = lambda size: bytes(range(size % 251)) + bytes(size - size % 251)  # noqa: E731
        return make_cell(*self.PLACE, self.OLD, b"f" * 32, begins, 20_001, steward, kem_keys, random)

    class Shelf:
        def __init__(self, cell: bytes) -> None:
            self.transfer = lambda *_: cell

    def follow(self, cell: bytes, who: Persona) -> transfer.Begun:
        return transfer.follow(self.Shelf(cell), *self.PLACE, self.OLD, who)  # type: ignore[arg-type]

    def test_who_stays_finds_the_next_epoch(self) -> None:
        steward, member = Persona(b"1" * 32), Persona(b"2" * 32)
        begun = self.follow(self.cell(steward, steward, member), member)
        assert begun.steward == steward.key
        assert begun.keys == epochs.begin(b"f" * 32, 5, b"s" * 16, 20_001, 9)

    def test_who_does_not_is_out(self) -> None:
        steward = Persona(b"1" * 32)
        with pytest.raises(Removed):
            self.follow(self.cell(steward, steward), Persona(b"3" * 32))

    def test_a_cell_says_only_a_class_of_sizes(self) -> None:
        people = [Persona(bytes([number]) * 32) for number in range(1, SMALLEST_CLASS + 2)]
        sizes = {len(self.cell(people[0], *people[:count])) for count in (1, 2, SMALLEST_CLASS)}
        assert len(sizes) == 1
        assert len(self.cell(people[0], *people)) not in sizes
        assert [size_class(count) for count in (0, 1, 16, 17, 32, 33, 200)] == [16, 16, 16, 32, 32, 64, 256]

    def test_an_epoch_begins_after_the_one_before(self) -> None:
        steward = Persona(b"1" * 32)
        with pytest.raises(BadProof):
            self.follow(self.cell(steward, steward, begins=6), steward)

    def test_a_cell_opens_under_its_own_epoch_only(self) -> None:
        steward = Persona(b"1" * 32)
        cell = self.cell(steward, steward)
        for other in (
            epochs.begin(b"x" * 32, 4, b"s" * 16, 20_000, 7),
            epochs.begin(b"e" * 32, 5, b"s" * 16, 20_000),
        ):
            with pytest.raises(Unopenable):
                transfer.follow(self.Shelf(cell), *self.PLACE, other, steward)  # type: ignore[arg-type]


class TestSeats:
    async def test_everybody_has_one_and_who_is_gone_has_no_keys(self, here: Village) -> None:
        gone = await here.world.join(here.circle, here.founder, "gone")
        persona = gone.persona(here.circle)
        await leaving.leave(gone.circle(here.circle))
        circle = here.founder.circle(here.circle)
        found = {seat.persona: seat for seat in seats.seats(circle)}
        assert found[persona].kem == b""
        assert found[persona].until > 0
        mine = found[circle.log.persona.key]
        assert mine.kem == circle.log.persona.kem_key
        with pytest.raises(NotThere):
            seats.seat_of(circle, persona)
        with pytest.raises(NotThere):
            seats.seat_of(circle, b"x" * 32)

    async def test_they_are_found_in_the_announcement_after_a_turn(self, here: Village) -> None:
        await removed(here, here.member, here.founder)
        circle = here.steward.circle(here.circle)
        seat = seats.seat_of(circle, here.founder.persona(here.circle))
        assert seat.kem == here.founder.circle(here.circle).log.persona.kem_key
        member = member_of(circle.state, here.founder.persona(here.circle))
        assert member is not None
        assert member.source > circle.state.turned_at

    async def test_somebody_of_whom_a_record_says_nothing_has_none(self, here: Village) -> None:
        await removed(here, here.member, here.founder)
        circle = here.steward.circle(here.circle)
        lost = tuple(replace(member, source=circle.state.turned_at) for member in circle.state.members)
        circle.__dict__["state"] = replace(circle.state, members=lost)
        assert {seat.kem for seat in seats.seats(circle)} == {b""}
        with pytest.raises(NotThere):
            seats.seat_of(circle, here.founder.persona(here.circle))

    async def test_regression_a_steward_can_not_sit_in_somebody_else_s_seat(self, here: Village) -> None:
        """Keys that their persona has not signed don't count: the seat stays without keys, and the turn goes on."""
        third = await here.world.join(here.circle, here.founder, "third")
        steward, honest = here.steward.circle(here.circle), seats.seats
        target = here.member.persona(here.circle)

        def lying(circle: Circle) -> list:
            mine = circle.log.persona.kem_key
            return [replace(seat, kem=mine) if seat.persona == target else seat for seat in honest(circle)]

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(turning, "seats", lying)
            await leaving.remove(steward, third.persona(here.circle))
        here.world.restart()
        circle = here.founder.circle(here.circle)
        with pytest.raises(BadSignature):
            seats.seat_of(circle, target)
        keys = {seat.persona: seat.kem for seat in seats.seats(circle)}
        assert keys[target] == b""
        await removed(here, here.steward, here.founder)
        with pytest.raises(Removed):
            here.steward.circle(here.circle)


async def test_the_last_steward_does_not_leave(here: Village) -> None:
    await removed(here, here.steward, here.founder)
    with pytest.raises(LastSteward):
        await leaving.leave(here.founder.circle(here.circle))
