"""What comes with an introduction is somebody's of the circle, each has as many as everybody, and no steward can tell
whose one is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace as replace_fields

import pytest
from msgspec.structs import replace

from jiwar.circles import issuing, letters, oneoffs, rights, roles
from jiwar.circles.circle import Circle
from jiwar.circles.rights import EACH, Ask, Right, Signed
from jiwar.crypto import blind
from jiwar.crypto.labels import RIGHT
from jiwar.systems.needs import service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.systems.needs.view import Shown
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import join
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio


def _one(seed: bytes) -> object:
    """Draws that blind with one."""
    return lambda size: bytes(size)


def _unbound(circle: bytes, period: int, familiar: bool, key: bytes) -> bytes:
    return join(RIGHT, circle, period, int(familiar))


def _forgetful(care: Circle, period: int) -> object:
    """Nobody has had theirs yet."""
    return replace_fields(_written(care, period), issued=_Nothing())


class _Nothing(dict[bytes, bytes]):
    def get(self, key, default=b""):
        return default


_written = issuing._written


MUTATIONS: Mutations = {
    "values are sent as they are": replaced(rights, "_drawn", _one),
    "it is good for any one-off": replaced(rights, "message", _unbound),
    "whoever asks again is signed more": replaced(issuing, "_written", _forgetful),
    "it is used on the day on which it was signed": replaced(
        rights,
        "_blanks",
        lambda circle: [replace(one, day=0) for one in circle.member.keyring.blanks if one.circle == circle.id],
    ),
    "any signature counts": replaced(rights, "_is_good", lambda *_: True),
    "only who will need some asks": replaced(rights, "look_after_everywhere", lambda member: _nothing()),
    "the keyring keeps what was used": replaced(rights, "used", lambda ring, *_: ring),
}


async def _nothing() -> None:
    """Do nothing."""


@dataclass
class Issuing:
    """A village in which rights are asked for and signed, and everything that its stewards saw of it."""

    village: Village
    asked: list[Ask]

    def of(self, person: Person) -> Circle:
        return person.circle(self.village.circle)

    async def steward_comes(self) -> None:
        circle = self.of(self.village.founder)
        care = roles.care_of(circle)
        assert care is not None
        store, today = circle.services.store, circle.services.clock.day()
        for box in issuing._boxes(care):
            found = letters.read_box(store, box.token, box.seed, letters.RIGHT, today)
            self.asked += [decode(one.body, Ask) for one in found]
        await issuing.look_after_everywhere(self.village.founder.member)

    async def all_come(self) -> None:
        await self.steward_comes()
        for person in self.village.everybody:
            await rights.look_after_everywhere(person.member)
        await self.steward_comes()

    async def need(self, person: Person) -> Shown:
        services = self.village.world.services
        obj = await service.ask(self.of(person), Wish(NEED, "A bed"))
        await services.later.look(services.store, float("inf"))
        await oneoffs.settle(self.of(person))
        return view.one(self.of(self.village.founder), obj)

    def a_day_later(self) -> None:
        self.village.world.clock.forward(days=1)


@pytest.fixture
async def here() -> Issuing:
    found = Issuing(await village(), [])
    # Not at the edge of a period.
    found.village.world.clock.forward(days=-found.village.world.clock.day() % rights.PERIOD_DAYS + 2)
    await found.all_come()
    return found


def _powers(here: Issuing, right: Right) -> Iterator[bytes]:
    """What a signer compares: the encoding that a signature opens to, with every value that was sent."""
    keys = rights.all_keys(here.of(here.village.founder))[0].keys
    n = int.from_bytes(keys.everybody, "big")
    yield pow(int.from_bytes(right.signature[blind.PREFIX :], "big"), blind.EXPONENT, n).to_bytes(blind.SIZE, "big")


async def test_everybody_asks_for_the_same_number_whether_they_need_any_or_not(here: Issuing) -> None:
    assert len(here.asked) == len(here.village.everybody)
    assert {(one.period, one.familiar, len(one.values)) for one in here.asked} == {
        (here.asked[0].period, False, EACH)
    }


async def test_what_is_shown_is_in_nothing_that_a_steward_saw(here: Issuing) -> None:
    here.a_day_later()
    found = await here.need(here.village.member)
    assert found.standing == "member"
    values = [value for one in here.asked for value in one.values]
    assert not set(_powers(here, found.need.right)) & set(values)
    assert found.author not in b"".join(values)


async def test_it_is_good_for_its_own_one_off_alone(here: Issuing) -> None:
    here.a_day_later()
    here.a_day_later()
    first = await here.need(here.village.member)
    circle = here.of(here.village.founder)
    known = rights.all_keys(circle)
    second = await here.need(here.village.steward)
    for right, key in ((first.need.right, second.author), (second.need.right, first.author)):
        assert rights.standing(circle, known, right, key, first.day, first.slot) == "none"


async def test_nobody_makes_one_without_the_stewards(here: Issuing) -> None:
    here.a_day_later()
    here.a_day_later()
    found = await here.need(here.village.member)
    circle = here.of(here.village.founder)
    known = rights.all_keys(circle)
    what = rights.message(circle.id, known[0].keys.period, False, found.author)
    own = blind.sign(blind.new_key(), what, circle.services.random)
    forged = replace(found.need.right, signature=own)
    assert rights.standing(circle, known, forged, found.author, found.day, found.slot) == "none"


async def test_nobody_has_more_than_everybody(here: Issuing) -> None:
    """Not by a program of their own that forgets what it had signed, and asks for others."""
    person = here.village.member
    await person.member.update(lambda ring: replace(ring, blanks=()))
    await rights.look_after(here.of(person))
    await here.steward_comes()
    circle = here.of(person)
    me, services = circle.log.persona, circle.services
    found = letters.read_box(services.store, me.box(rights.BOX), me.kem_seed, letters.RIGHT, services.clock.day())
    assert len({value for one in found for value in decode(one.body, Signed).values}) == EACH


async def test_none_is_used_on_the_day_on_which_it_was_asked_for(here: Issuing) -> None:
    assert rights.usable(here.of(here.village.member)) is None
    here.a_day_later()
    assert rights.usable(here.of(here.village.member)) is not None


async def test_when_it_has_ended_the_keyring_says_nothing_of_it(here: Issuing) -> None:
    here.a_day_later()
    person = here.village.member
    found = await here.need(person)
    one = oneoffs.behind(here.of(person), found.obj)
    assert one is not None
    await service.take_back(here.of(person), found.obj)
    assert one.seed not in encode(person.member.keyring)


async def test_its_size_does_not_say_whether_it_comes_with_one(here: Issuing) -> None:
    first = await here.need(here.village.member)
    here.a_day_later()
    second = await here.need(here.village.member)
    assert (first.standing, second.standing) == ("unsaid", "member")
    log = here.of(here.village.founder).log
    sizes = {
        (len(log.rows(one.obj, 0, 2**62, 1)[0].value), len(log.cover(one.obj).cover.value)) for one in (first, second)
    }
    assert len(sizes) == 1
