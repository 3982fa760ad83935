"""«I know this person»: said by few, counted by stewards, never twice, never for oneself; and it grows old."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles import entering, founding, leaving, letters, reports, roles, vouches
from jiwar.circles.circle import Circle, circle_object
from jiwar.circles.model import GREETER, KNOWN, MODERATOR, STEWARD
from jiwar.circles.policy import Welcome
from jiwar.circles.vouches import Vouched, Word
from jiwar.errors import Full, NotAllowed, NotThere
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.wire.canonical import encode
from tests.world import Person, Village, run, send_letter, village

pytestmark = pytest.mark.anyio
TWO = Welcome(7, 2, 2, 0, 30, 3)


@dataclass
class Street:
    """A village with a welcome team, and more people in it."""

    here: Village
    others: list[Person]

    @property
    def circle(self) -> bytes:
        return self.here.circle

    def key(self, person: Person) -> bytes:
        return person.persona(self.circle)

    async def says(self, person: Person, about: Person, scope: int = KNOWN) -> None:
        await vouches.vouch(person.circle(self.circle), self.key(about), scope)

    async def comes_by(self) -> None:
        await vouches.gather_everywhere(self.here.founder.member)
        await reports.clear_all_desks(self.here.founder.member)

    def holds(self, person: Person, scope: int) -> bool:
        return person.circle(self.circle).me.holds(scope)

    def tally(self, person: Person, scope: int = KNOWN) -> int:
        circle = self.here.founder.circle(self.circle)
        return vouches.tally(circle, roles.open_role(circle))[self.key(person), scope]


async def street(number: int = 2) -> Street:
    here = await village()
    founder = here.founder.circle(here.circle)
    rows = (replace(founder.policy, welcome=TWO), *founder.charter.levels[1:])
    await founding.change_charter(founder, replace(founder.charter, levels=rows))
    await roles.open_circle(here.founder.circle(here.circle), GREETER)
    others = [await here.world.join(here.circle, here.founder, f"other {at}") for at in range(number)]
    return Street(here, others)


@pytest.fixture
async def lane(anyio_backend: str) -> Street:
    return await street()


async def test_two_make_somebody_known(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    await lane.says(here.steward, one)
    await lane.comes_by()
    assert lane.tally(one) == 1
    assert not lane.holds(one, KNOWN)
    await lane.says(two, one)
    assert not lane.holds(one, KNOWN)
    await lane.comes_by()
    assert lane.holds(one, KNOWN)


async def test_enough_words_give_a_role_and_its_keys_come_by_themselves(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    for person in (here.steward, two):
        await lane.says(person, one, GREETER)
    await lane.comes_by()
    assert lane.holds(one, GREETER)
    member = one.member
    assert roles.held(one.circle(lane.circle), GREETER) is None
    assert await entering.take_keys(member, member.membership(lane.circle), GREETER) is not None
    assert roles.held(one.circle(lane.circle), GREETER) is not None


async def test_whoever_of_the_role_comes_next_sends_its_keys(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    for person in (here.steward, two):
        await lane.says(person, one, GREETER)
    await vouches.gather_everywhere(here.steward.member)
    assert lane.holds(one, GREETER)
    member = one.member
    assert entering.keys_arrived(member, member.membership(lane.circle)) is None
    await leaving.turn_all_due(here.founder.member)
    assert entering.keys_arrived(one.member, one.member.membership(lane.circle), GREETER) is not None


async def test_a_word_is_said_once_anew_and_taken_back(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    for _ in range(3):
        await lane.says(two, one)
        await lane.comes_by()
    assert lane.tally(one) == 1
    assert len(vouches.mine(two.circle(lane.circle))) == 1
    await vouches.take_back(two.circle(lane.circle), lane.key(one), KNOWN)
    await lane.comes_by()
    assert lane.tally(one) == 0
    with pytest.raises(NotAllowed):
        await vouches.take_back(two.circle(lane.circle), lane.key(one), KNOWN)
    assert here.member.circle(lane.circle).membership.vouches == ()


async def test_it_grows_old_by_its_key(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    await lane.says(two, one)
    await lane.comes_by()
    care = roles.open_role(here.founder.circle(lane.circle))
    rows = care.log.rows(circle_object(care.id), 0, LAST_NUMBER, 99)
    assert {row.keep for row in rows if row.keep} == {TWO.vouch_days}
    await here.world.pass_days(TWO.vouch_days + 1)
    await lane.says(here.steward, one)
    await lane.comes_by()
    assert lane.tally(one) == 1
    assert vouches.mine(two.circle(lane.circle)) == []
    assert not lane.holds(one, KNOWN)


async def test_nobody_has_more_than_a_few(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    for about in (one, here.steward, here.founder):
        await lane.says(two, about)
    with pytest.raises(Full):
        await lane.says(two, here.member)
    await lane.says(two, one)
    await vouches.take_back(two.circle(lane.circle), lane.key(one), KNOWN)
    await lane.says(two, here.member)


async def test_what_does_not_count_is_not_said(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    for person, about, scope in ((one, one, KNOWN), (one, two, MODERATOR), (one, two, STEWARD)):
        with pytest.raises(NotAllowed):
            await lane.says(person, about, scope)
    await leaving.remove(here.founder.circle(lane.circle), lane.key(two))
    with pytest.raises(NotThere):
        await vouches.vouch(
            one.circle(lane.circle), two.member.persona_in(two.member.membership(lane.circle)).key, KNOWN
        )


async def test_the_word_of_who_is_gone_counts_no_more(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    await lane.says(two, one)
    await lane.comes_by()
    await leaving.remove(here.founder.circle(lane.circle), lane.key(two))
    await lane.says(here.steward, one)
    await lane.comes_by()
    assert lane.tally(one) == 1
    assert not lane.holds(one, KNOWN)


async def test_what_was_taken_is_not_given_back_for_old_words(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    for person in (here.steward, two):
        await lane.says(person, one, GREETER)
    await lane.comes_by()
    await roles.take(here.founder.circle(lane.circle), lane.key(one), GREETER)
    await lane.says(two, here.member)
    await lane.comes_by()
    assert not lane.holds(one, GREETER)


class TestAChangedProgram:
    """Letters and records that no program of ours writes."""

    async def forged(self, lane: Street, sender: Person, body: bytes, about: bytes = b"") -> None:
        circle, desk = sender.circle(lane.circle), sender.circle(lane.circle).state.desk_of()
        assert desk is not None
        place = (about or circle.id, letters.VOUCH, desk.kem, desk.inbox, circle.services.clock.day())
        mail = letters.write_letter(circle.log.persona, *place, body, circle.services.random)
        await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, desk.inbox, mail)

    async def test_for_oneself_twice_for_nobody_and_for_more(self, lane: Street) -> None:
        here, (one, two) = lane.here, lane.others
        mine = Word(lane.key(one), KNOWN, True)
        bodies = [
            (one, encode(mine)),
            (two, encode(mine)),
            (two, encode(mine)),
            (two, encode(Word(b"x" * 32, KNOWN, True))),
            (two, encode(Word(lane.key(one), STEWARD, True))),
            (two, encode(Word(lane.key(one), KNOWN | STEWARD, True))),
            (two, encode(Word(lane.key(one), 0, True))),
            (two, b"?"),
        ]
        for sender, body in bodies:
            await self.forged(lane, sender, body)
        await self.forged(lane, here.steward, encode(mine), about=b"c" * 32)
        await lane.comes_by()
        assert lane.tally(one) == 1
        assert one.circle(lane.circle).me.role == 0
        desk = founding.desks(roles.open_role(here.founder.circle(lane.circle)))[0]
        assert here.world.store.mail(desk.box) == []

    async def test_more_than_everybody_has(self, lane: Street) -> None:
        _, (one, two) = lane.here, lane.others
        about = [lane.key(person) for person in (lane.here.founder, lane.here.steward, lane.here.member, one)]
        for persona in about:
            await self.forged(lane, two, encode(Word(persona, KNOWN, True)))
        await lane.comes_by()
        circle = lane.here.founder.circle(lane.circle)
        assert sum(vouches.tally(circle, roles.open_role(circle)).values()) == TWO.vouches

    async def test_a_letter_by_who_was_removed(self, lane: Street) -> None:
        here, (one, two) = lane.here, lane.others
        await self.forged(lane, two, encode(Word(lane.key(one), KNOWN, True)))
        await leaving.remove(here.founder.circle(lane.circle), lane.key(two))
        await lane.comes_by()
        assert lane.tally(one) == 0

    async def test_a_word_written_where_members_write(self, lane: Street) -> None:
        """A `vouched` in the circle itself, where no steward wrote it down, counts for nothing."""
        here, (one, two) = lane.here, lane.others
        circle = two.circle(lane.circle)
        for by in (here.steward, here.member):
            body = encode(Vouched(lane.key(by), lane.key(one), KNOWN, True))
            await circle.log.append(Entry(circle_object(circle.id), "vouched", body, 30))
        await self.forged(lane, two, encode(Word(lane.key(one), KNOWN, True)))
        await lane.comes_by()
        assert lane.tally(one) == 1

    async def test_a_letter_for_a_box_is_no_word(self, lane: Street) -> None:
        one, two = lane.others
        await send_letter(
            two.circle(lane.circle),
            lane.key(lane.here.founder),
            letters.VOUCH,
            encode(Word(lane.key(one), KNOWN, True)),
        )
        await lane.comes_by()
        assert lane.tally(one) == 0


def _seen_by(circle: Circle) -> set[str]:
    """Kinds of everything that a member can open on a circle's own object."""
    own = circle_object(circle.id)
    return {one.kind for one in circle.log.readable(own, circle.log.rows(own, 0, LAST_NUMBER, 500))}


async def test_a_member_finds_no_word_in_the_circle(lane: Street) -> None:
    here, (one, two) = lane.here, lane.others
    await lane.says(two, one)
    await lane.comes_by()
    assert "vouched" not in _seen_by(here.member.circle(lane.circle))
    assert "vouched" in _seen_by(roles.open_role(here.founder.circle(lane.circle)))


ACTS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 3), st.booleans(), st.booleans()), min_size=1, max_size=12
)


@given(acts=ACTS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_tally_is_that_of_a_plain_set(acts: list[tuple[int, int, bool, bool]]) -> None:
    """Said, taken back, gathered in any order: who knows whom is the last that each said, at most so many each."""

    async def story() -> None:
        here = await street(1)
        people = [here.here.founder, here.here.steward, here.here.member, *here.others]
        standing: set[tuple[int, int]] = set()
        for by, about, on, gathers in acts:
            circle, persona = people[by].circle(here.circle), here.key(people[about])
            mine = {pair for pair in standing if pair[0] == by}
            if on and by != about and ((by, about) in mine or len(mine) < TWO.vouches):
                await vouches.vouch(circle, persona, KNOWN)
                standing.add((by, about))
            elif on:
                with pytest.raises((NotAllowed, Full)):
                    await vouches.vouch(circle, persona, KNOWN)
            elif (by, about) in standing:
                await vouches.take_back(circle, persona, KNOWN)
                standing.discard((by, about))
            if gathers:
                await here.comes_by()
        await here.comes_by()
        for about, person in enumerate(people):
            assert here.tally(person) == sum(pair[1] == about for pair in standing)

    run(story())
