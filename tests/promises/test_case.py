"""Two who help each other: neither has a case before both have said yes, and no name before both have opened it; they
know each other by words that nobody else has; either ends it, and then nothing is left of it: in the store, in either
keyring, in any box.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from os import urandom

import pytest
from msgspec.structs import replace as changed

from jiwar.circles import agreeing, attending, boxes, cases, letters, oneoffs, spoken
from jiwar.circles.agreeing import CONFIRM, Deal
from jiwar.circles.cases import Line
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.circles.words import Word
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import NotThere
from jiwar.keyring.model import Case
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import pledging, service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.wire.canonical import Wire, decode, encode
from tests.mutants.mutation import Mutations, replaced
from tests.world import Village, village

pytestmark = pytest.mark.anyio


async def _nothing(*_):
    """Leave it."""


async def _show_what_is_mine(circle, case):
    for step, text in case.opened:
        await attending._leave(circle, case, cases.SHOW, step, text)


def _by_one_half(accepted, half, language):
    return replace(accepted, step=CONFIRM, halves=accepted.given * 2, language=language)


def _anything(*_):
    return True


def _anybodys_words(secret, language):
    return spoken.words(language)[0], spoken.words(language)[1]


def _own_words(secret, language):
    return spoken.pick(language, urandom)


MUTATIONS: Mutations = {
    "one yes is enough": replaced(agreeing, "agreed", _by_one_half),
    "who gives their half last chooses the words": replaced(agreeing, "keeps", _anything),
    "what was said stays when it ends": replaced(boxes, "empty", _nothing),
    "what was agreed stays when it ends": replaced(attending, "_delete", _nothing),
    "how they met stays when it ends": replaced(attending, "_purge", _nothing),
    "the keyring keeps it": replaced(attending, "_change", _nothing),
    "the other keyring never learns of it": replaced(attending, "settle", _nothing),
    "a step shows before both have opened it": replaced(attending, "show_opened", _show_what_is_mine),
    "everybody has the same words": replaced(spoken, "known_by", _anybodys_words),
    "each has words of their own": replaced(spoken, "known_by", _own_words),
}


@dataclass
class Two:
    """A village in which the member asks for something and the steward would help."""

    village: Village
    obj: bytes

    @property
    def asks(self) -> Circle:
        return self.village.member.circle(self.village.circle)

    @property
    def helps(self) -> Circle:
        return self.village.steward.circle(self.village.circle)

    def proposed(self, circle: Circle) -> bytes:
        return pledging.agreements(circle, self.obj)[0][0].name

    async def accepted(self) -> None:
        await pledging.propose(self.helps, self.obj, whole=True, text="All of it")
        await pledging.accept(self.asks, self.obj, self.proposed(self.asks))

    async def agreed(self) -> tuple[Case, Case]:
        await self.accepted()
        helps = await pledging.confirm(self.helps, self.obj, self.proposed(self.helps), "en")
        return await pledging.take(self.asks, self.obj, self.proposed(self.asks)), helps

    def known_to(self, circle: Circle) -> list[tuple[bytes, Wire]]:
        """Every letter that somebody's keyring opens, with its sender."""
        store, today = circle.services.store, circle.services.clock.day()
        found: list[tuple[type[Wire], list[letters.Received]]] = []
        for one in oneoffs.all_mine(circle):
            me = oneoffs.persona_of(one)
            for purpose, kind in ((letters.WORD, Word), (letters.DEAL, Deal)):
                found += [(kind, letters.read_box(store, me.box(oneoffs.BOX), me.kem_seed, purpose, today))]
        for case in cases.mine(circle):
            room = desk_of(case.secret)
            found += [(Line, letters.read_box(store, room.box, room.seed, letters.PAIR, today))]
        return [(one.sender, decode(one.body, kind)) for kind, read in found for one in read]


@pytest.fixture
async def two() -> Two:
    here = await village()
    circle = here.member.circle(here.circle)
    obj = await service.ask(circle, Wish(NEED, "A lift on Thursday"))
    services = here.world.services
    await services.later.look(services.store, float("inf"))
    await oneoffs.settle(here.member.circle(here.circle))
    return Two(here, obj)


def _lying(store, *boxes: bytes) -> int:
    return sum(len(store.mail(box)) for box in boxes)


async def test_a_case_is_of_two_halves(two: Two) -> None:
    await two.accepted()
    for circle in (two.asks, two.helps):
        with pytest.raises(NotThere):
            await pledging.take(circle, two.obj, two.proposed(circle))
    (made, _), *_ = pledging.agreements(two.helps, two.obj)
    secrets = {
        agreeing.agreed(made, half, "en").secret(two.village.circle, two.obj) for half in (b"1" * 32, b"2" * 32)
    }
    other = agreeing.agreed(changed_half(made), b"1" * 32, "en").secret(two.village.circle, two.obj)
    assert len(secrets | {other}) == 3


async def test_nobody_chooses_the_words_by_giving_their_half_last(two: Two) -> None:
    """Who stands between two others could make the words of both the same, and be taken for each."""
    await two.accepted()
    (made, _), *_ = pledging.agreements(two.helps, two.obj)
    own, found = oneoffs.about(two.helps, two.obj), view.one(two.helps, two.obj)
    assert own is not None
    to, me = agreeing.Place(found.author, found.need.kem, found.need.inbox), Persona(own.seed)
    for half in (b"1" * 32, b"2" * 32):
        await agreeing.send(two.helps, me, two.obj, to, CONFIRM, made.accept, half=half, language="en")
    (theirs, _), *_ = pledging.agreements(two.asks, two.obj)
    assert not theirs.is_agreed
    await pledging.confirm(two.helps, two.obj, made.name, "en")
    (theirs, _), *_ = pledging.agreements(two.asks, two.obj)
    assert theirs.is_agreed


def changed_half(made: agreeing.Agreement) -> agreeing.Agreement:
    """The same, with another half of whoever accepted."""
    return replace(made, given=b"3" * 32)


async def test_nobody_learns_a_name_before_both_have_opened_it(two: Two) -> None:
    asks, helps = await two.agreed()
    names = {member.handle for member in two.asks.state.members}
    personas = {member.persona for member in two.asks.state.members}
    asks = await attending.open_step(two.asks, asks, cases.NAME, "member")
    for circle in (two.asks, two.helps):
        for sender, said in two.known_to(circle):
            assert sender not in personas
            assert getattr(said, "text", "") not in names
            assert not any(persona in encode(said) for persona in personas)
    helps = await attending.open_step(two.helps, helps, cases.NAME, "steward")
    await attending.show_opened(two.asks, asks)
    assert cases.show(two.asks, asks).step(cases.NAME).theirs == "steward"
    assert cases.show(two.helps, helps).step(cases.NAME).theirs == "member"


async def test_both_know_each_other_by_words_of_their_own(two: Two) -> None:
    seen = set()
    for _ in range(6):
        asks, helps = await two.agreed()
        words = cases.show(two.asks, asks).words
        assert words == cases.show(two.helps, helps).words
        seen.add(words)
        await attending.end(two.helps, helps)
        await attending.settle(two.asks)
    assert len(seen) > 1


async def _shredded_by_end(two: Two, first: Circle, case: Case) -> None:
    await attending.end(first, case)


async def _shredded_by_days(two: Two, first: Circle, case: Case) -> None:
    for circle in (two.asks, two.helps):
        await attending.arrive(circle, cases.mine(circle)[0])
    two.village.world.clock.forward(days=cases.AFTER + 1)
    await attending.settle(Circle(first.member, first.id))


@pytest.mark.parametrize("way", [_shredded_by_end, _shredded_by_days])
@pytest.mark.parametrize("who", ["asks", "helps"])
async def test_nothing_is_left_of_it(two: Two, who: str, way) -> None:
    await service.send_word(two.helps, two.obj, "I have a car")
    asks, helps = await two.agreed()
    await attending.say(two.asks, asks, "Eight, at the bakery?")
    asks = await attending.open_step(two.asks, asks, cases.REACH, "the blue door")
    helps = await attending.open_step(two.helps, helps, cases.REACH, "the red door")
    store = two.village.world.services.store
    boxes = [desk_of(asks.secret).box, *(Persona(one.seed).box(oneoffs.BOX) for one in (asks, helps))]
    assert _lying(store, *boxes) > 5
    await way(two, *((two.asks, asks) if who == "asks" else (two.helps, helps)))
    assert store.mail(boxes[0]) == [], "what was said went at once, for both"
    for circle in (two.asks, two.helps):
        await attending.settle(circle)
    for circle in (two.asks, two.helps):
        for news in cases.mine(circle):
            assert encode(changed(news, name=b"", circle=b"", day=0)) == encode(NEWS), "only that it ended is left"
            await attending.end(circle, news)
    assert _lying(store, *boxes) == 0
    need = view.one(two.asks, two.obj)
    assert need.is_open
    keyrings = [encode(one.member.keyring) for one in (two.village.member, two.village.steward)]
    for part in (
        asks.secret,
        asks.name,
        helps.name,
        helps.seed,
        Persona(helps.seed).key,
        b"the blue door",
        b"the red",
    ):
        assert not any(part in keyring for keyring in keyrings)
    assert digest(INBOX, boxes[0]) not in keyrings[0]
    assert asks.seed in keyrings[0], "the need is as it was"


NEWS = Case(b"", b"", b"", b"", b"", b"", 0)


async def test_it_can_be_tried_again(two: Two) -> None:
    first, helps = await two.agreed()
    await attending.end(two.asks, first)
    await attending.settle(two.helps)
    second, again = await two.agreed()
    assert second.secret == again.secret != first.secret
    assert again.seed != helps.seed, "by another one-off: it could be anybody"
    with pytest.raises(NotThere):
        await attending.say(two.asks, first, "Still there?")


async def test_the_others_have_nothing_of_it(two: Two) -> None:
    asks, _ = await two.agreed()
    others = [one for one in two.village.everybody if one not in (two.village.member, two.village.steward)]
    for person in others:
        circle = person.circle(two.village.circle)
        assert pledging.agreements(circle, two.obj) == []
        assert asks.secret not in encode(person.member.keyring)
        assert two.known_to(circle) == []
