"""Who began an answerable topic opens for two of the stewards named in it, and not for one, by their keyring and the
whole log. Nobody can be named who didn't sign that very topic, and whoever is opened is told. The store can't tell
such a topic from one that nobody answers for.
"""

from __future__ import annotations

from itertools import combinations, count

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles import answerable, oneoffs, roles
from jiwar.circles.answerable import HALF, Named, Sealed
from jiwar.circles.circle import Circle
from jiwar.circles.policy import ANSWERABLE
from jiwar.crypto.halves import halve, put_together
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import ANSWER_NAME, ANSWER_SWORN
from jiwar.crypto.sealing import seal, unseal
from jiwar.errors import Damaged, NotThere
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.forum import opening, service, unnamed
from jiwar.systems.forum.model import Unnamed
from jiwar.systems.forum.opening import NOBODY, Asked
from jiwar.wire import frame
from jiwar.wire.canonical import decode, encode
from tests.mutants.mutation import Mutations, replaced
from tests.promises.test_without_a_name import Forum
from tests.promises.test_without_a_name import forum as throttled
from tests.world import Person

pytestmark = pytest.mark.anyio
__all__ = ["throttled"]


async def _tell_nobody(*_: object) -> None:
    """Nothing is written."""


def _as_it_is(circle: Circle, obj: bytes, sealed: Sealed, to: bytes, half: bytes) -> bytes:
    return half + bytes(answerable.PASSED - HALF)


MUTATIONS: Mutations = {
    "one half is the whole key": replaced(answerable, "halve", lambda key, random: (key, bytes(HALF))),
    "a signature of anything will do": replaced(answerable, "verify", lambda *_: None),
    "a signature of another topic will do": replaced(
        answerable, "join", lambda label, circle, *_: frame.join(label, circle)
    ),
    "halves are passed on in the open": replaced(answerable, "pass_on", _as_it_is),
    "whoever is named can open it": replaced(
        answerable, "is_answered_for", lambda circle, sealed: answerable.is_sound(sealed)
    ),
    "the charter is a word": replaced(unnamed, "answers_as_chartered", lambda *_: True),
    "nobody is told": replaced(opening, "tell", _tell_nobody),
    "its size tells that it is answerable": replaced(oneoffs, "sized", frame.pad),
}


@pytest.fixture
async def forum(throttled: Forum) -> Forum:
    await throttled.settle_on(ANSWERABLE)
    return throttled


def care(forum: Forum, person: Person) -> Circle:
    inner = roles.care_of(forum.of(person))
    assert inner is not None
    return inner


def sealed_in(forum: Forum, obj: bytes) -> Sealed:
    here = opening.here(forum.of(forum.village.founder), obj)
    return unnamed.sealed_in(here, here.first)


async def opened_by_both(forum: Forum, obj: bytes) -> set[bytes | None]:
    """What each of the two who open it sees."""
    asks, agrees = forum.village.founder, forum.village.steward
    await opening.ask(forum.of(asks), care(forum, asks), obj, "It hurts somebody.")
    await opening.agree(forum.of(agrees), care(forum, agrees), _asked(forum, agrees, obj).obj)
    await opening.look(forum.of(asks), care(forum, asks), _asked(forum, asks, obj).obj)
    return {opening.opened(forum.of(who), _asked(forum, who, obj)) for who in (asks, agrees)}


def _asked(forum: Forum, person: Person, obj: bytes) -> Asked:
    (one,) = opening.about(care(forum, person), obj)
    return one


async def smuggled(forum: Forum, sealed: Sealed | None = None) -> bytes:
    """What a member's own program begins: with something else sealed, or with nothing."""
    circle = forum.of(forum.village.member)
    await service.start_unnamed(circle, "A question", "What now?")
    one = unnamed.all_mine(circle)[0]
    changed = replace(decode(one.body, Unnamed), sealed=sealed or answerable.NONE)
    await oneoffs.forget(circle, [obj := oneoffs.object_named(one)])
    await circle.services.store.append(await oneoffs.first_word(circle, replace(one, body=encode(changed))))
    return obj


def forged(circle: Circle, obj: bytes, persona: bytes, signature: bytes) -> Sealed:
    """A whole and sound seal that opens to whatever somebody wrote into it."""
    random, honest = circle.services.random, answerable.seal_name(circle, obj)
    key = random(HALF)
    name = seal(key, ANSWER_NAME, (circle.id, obj), encode(Named(persona, signature)), size=answerable.NAME_SIZE)
    bare = Sealed(honest.recipients, (), name)
    halves = zip(bare.recipients, halve(key, random), strict=True)
    return replace(bare, envelopes=tuple(answerable._to(circle, obj, bare, one, half) for one, half in halves))


async def test_two_open_it_and_the_author_is_told(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    assert opening.told(forum.of(place.member), obj) == 0
    assert await opened_by_both(forum, obj) == {place.member.persona(place.circle)}
    assert opening.told(forum.of(place.member), obj) > 0


async def test_one_of_them_opens_nothing(forum: Forum) -> None:
    """With everything that their keys open, and every way to put their own halves together."""
    place = forum.village
    third = await place.world.join(place.circle, place.founder, "third")
    await place.world.make_steward(place.circle, place.founder, third)
    obj = await forum.begun(place.member)
    author, sealed = place.member.persona(place.circle), sealed_in(forum, obj)
    assert len(sealed.recipients) == 3
    for person in (place.founder, place.steward, third):
        circle = forum.of(person)
        assert author not in b"".join(one.body for one in forum.read(obj))
        mine = list(answerable.my_halves(circle, obj, sealed).values())
        assert len(mine) == 2
        for one, other in (*combinations(mine, 2), *((each, bytes(HALF)) for each in mine)):
            with pytest.raises(Damaged):
                answerable.open_name(circle, obj, sealed, one, other)


async def test_who_is_not_named_has_no_half(forum: Forum) -> None:
    obj = await forum.begun(forum.village.member)
    with pytest.raises(NotThere):
        answerable.my_halves(forum.of(forum.village.member), obj, sealed_in(forum, obj))


async def test_what_is_passed_on_opens_for_nobody_else(forum: Forum) -> None:
    """Every steward reads what the two wrote to each other, also those who come later."""
    place = forum.village
    obj = await forum.begun(place.member)
    sealed = sealed_in(forum, obj)
    halves = [
        half
        for person in (place.founder, place.steward)
        for half in answerable.my_halves(forum.of(person), obj, sealed).values()
    ]
    await opened_by_both(forum, obj)
    inner = care(forum, place.steward)
    (asking,) = inner.log.covers(opening.COLLECTION, None, 9)
    records = inner.log.readable(asking.obj, inner.log.rows(asking.obj, 0, LAST_NUMBER, 9))
    assert len(records) == 3
    assert not [half for half in halves for record in records if half in record.body]


async def test_nobody_is_named_who_did_not_sign_this_topic(forum: Forum) -> None:
    """Not with a signature of one's own, nor with theirs of another topic, which two had opened before."""
    place = forum.village
    victim = await place.world.join(place.circle, place.founder, "victim")
    circle = forum.of(place.member)
    elsewhere = _opened(forum, answerable.seal_name(forum.of(victim), bytes(16)), bytes(16))
    assert elsewhere.persona == victim.persona(place.circle)
    for signature in (circle.log.persona.sign(b"anything"), elsewhere.signature, bytes(64)):
        one = await _next(forum)
        assert await smuggled(forum, forged(circle, one, elsewhere.persona, signature)) == one
        assert await opened_by_both(forum, one) == {NOBODY}


def _opened(forum: Forum, sealed: Sealed, obj: bytes) -> Named:
    """What stands in a seal, as those know it who opened it."""
    mine, theirs = (
        answerable.my_halves(forum.of(one), obj, sealed) for one in (forum.village.founder, forum.village.steward)
    )
    (one,), (other,) = mine.values(), theirs.values()
    context = (forum.village.circle, obj)
    return decode(unseal(put_together(one, other), ANSWER_NAME, context, sealed.name), Named)


async def _next(forum: Forum) -> bytes:
    """The object of the member's next one-off."""
    found = unnamed.right_to_begin(forum.of(forum.village.member))
    assert found is not None
    return oneoffs.object_of(forum.village.circle, Persona(found.seed).key)


async def test_who_is_not_of_the_circle_is_not_named(forum: Forum) -> None:
    circle = forum.of(forum.village.member)
    stranger = Persona(bytes(32))
    one = await _next(forum)
    signature = stranger.sign(frame.join(ANSWER_SWORN, circle.id, one))
    obj = await smuggled(forum, forged(circle, one, stranger.key, signature))
    assert await opened_by_both(forum, obj) == {NOBODY}


async def test_what_was_sealed_in_another_topic_names_nobody_here(forum: Forum) -> None:
    place = forum.village
    before = await forum.begun(place.member)
    obj = await smuggled(forum, sealed_in(forum, before))
    here = opening.here(forum.of(place.founder), obj)
    for person in (place.founder, place.steward):
        with pytest.raises(Damaged):
            answerable.my_halves(forum.of(person), obj, unnamed.sealed_in(here, here.first))


async def test_without_a_sealed_name_it_is_shown_to_nobody(forum: Forum) -> None:
    obj = await forum.begun(forum.village.member)
    await smuggled(forum)
    assert forum.shown() == {obj}


async def test_sealed_for_oneself_and_ones_friends_it_is_shown_to_nobody(forum: Forum) -> None:
    place = forum.village
    friend = await place.world.join(place.circle, place.founder, "friend")
    who = tuple(sorted(person.persona(place.circle) for person in (place.member, friend)))
    sealed = answerable.seal_name(forum.of(place.member), await _next(forum))
    await smuggled(forum, replace(sealed, recipients=who))
    assert forum.shown() == set()


async def test_the_store_can_not_tell_it_from_another(throttled: Forum) -> None:
    place, rows = throttled.village, []
    for way in ("throttled", ANSWERABLE):
        await throttled.settle_on(way)
        obj = await throttled.begun(place.member)
        log = throttled.of(place.founder).log
        rows.append([(len(row.value), row.keep) for row in log.rows(obj, 0, LAST_NUMBER, 9)])
        assert len({len(log.cover(obj).cover.value)}) == 1
    assert rows[0] == rows[1]


@given(st.integers(2, 3), st.binary(min_size=HALF, max_size=HALF), st.binary(min_size=32, max_size=32))
def test_any_two_have_the_key_and_what_one_has_fits_any_key(many: int, key: bytes, seed: bytes) -> None:
    who = tuple(bytes([number]) * 32 for number in range(many))
    numbers = count()
    dealt = answerable.deal(key, who, lambda size: derive(seed, ANSWER_NAME, next(numbers), length=size))
    halves = {one: answerable.by_other(who, one, dealt[one]) for one in who}
    for one, other in combinations(who, 2):
        assert put_together(halves[one][other], halves[other][one]) == key
    for own in halves.values():
        known = {*own.values(), *(put_together(*pair) for pair in combinations(own.values(), 2))}
        assert key not in known
        assert len(known) == {2: 1, 3: 3}[many]
