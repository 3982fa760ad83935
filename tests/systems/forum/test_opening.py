"""Answerable topics: sealed for two stewards together, asked for with a reason, opened, told; gone with the topic."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import answerable, leaving, oneoffs, roles, speech
from jiwar.circles.answerable import OPENED, NameOpened
from jiwar.circles.circle import Circle
from jiwar.circles.model import MODERATOR, STEWARD
from jiwar.circles.policy import ANSWERABLE, OFF, THROTTLED
from jiwar.circles.speech import Takedown
from jiwar.crypto import envelopes
from jiwar.crypto.sealing import SEAL_OVERHEAD
from jiwar.errors import Full, NobodyAnswers, NotAllowed, NotThere, TextMissing, TextTooLong, Unopenable
from jiwar.log.shelf import Entry
from jiwar.systems.forum import opening, rules, service, unnamed, view
from jiwar.systems.forum.model import (
    AGREED,
    DECLINED,
    OPENING,
    PASSED,
    NameAgreed,
    NameAsked,
    NameDeclined,
    NamePassed,
    Post,
    Unnamed,
)
from jiwar.systems.forum.opening import NOBODY, Asked
from jiwar.wire.canonical import Wire, decode, encode
from tests.promises.test_without_a_name import Forum
from tests.promises.test_without_a_name import forum as throttled
from tests.world import Person

pytestmark = pytest.mark.anyio
__all__ = ["throttled"]

REASON = "It names somebody who did not agree to that."


@pytest.fixture
async def forum(throttled: Forum) -> Forum:
    await throttled.settle_on(ANSWERABLE)
    return throttled


@pytest.fixture
async def three(forum: Forum) -> Forum:
    """With one more in the care team."""
    await _third(forum)
    return forum


async def _third(forum: Forum) -> Person:
    place = forum.village
    third = await place.world.join(place.circle, place.founder, "third")
    await place.world.make_steward(place.circle, place.founder, third)
    return third


def care(forum: Forum, person: Person) -> Circle:
    inner = roles.care_of(forum.of(person))
    assert inner is not None
    return inner


async def ask(forum: Forum, person: Person, obj: bytes, reason: str = REASON) -> None:
    await opening.ask(forum.of(person), care(forum, person), obj, reason)


async def agree(forum: Forum, person: Person, one: Asked) -> None:
    await opening.agree(forum.of(person), care(forum, person), one.obj)


async def look(forum: Forum, person: Person, obj: bytes) -> None:
    await opening.look(forum.of(person), care(forum, person), about(forum, person, obj)[0].obj)


def about(forum: Forum, person: Person, obj: bytes) -> list[Asked]:
    return opening.about(care(forum, person), obj)


def opened(forum: Forum, person: Person, obj: bytes) -> bytes | None:
    (one,) = about(forum, person, obj)
    return opening.opened(forum.of(person), one)


async def test_two_open_it_together_and_everybody_is_told(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    assert opening.here(forum.of(place.member), obj).first.fate == "stands"
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    assert (one.said.reason, one.by) == (REASON, place.founder.persona(place.circle))
    assert [opened(forum, who, obj) for who in (place.founder, place.steward)] == [None, None]
    assert opening.told(forum.of(place.member), obj) == 0
    await agree(forum, place.steward, one)
    assert [opened(forum, who, obj) for who in (place.founder, place.steward)] == [None, None]
    await look(forum, place.founder, obj)
    author = place.member.persona(place.circle)
    assert [opened(forum, who, obj) for who in (place.founder, place.steward)] == [author, author]
    for person in place.everybody:
        assert opening.told(forum.of(person), obj) == place.world.clock.day()


async def test_of_three_any_other_one_agrees_and_the_third_opens_nothing(three: Forum) -> None:
    place = three.village
    obj = await three.begun(place.member)
    sealed = unnamed.sealed_in(here := opening.here(three.of(place.founder), obj), here.first)
    assert len(sealed.recipients) == 3
    asks, agrees, third = [_who(three, persona) for persona in sealed.recipients]
    await ask(three, asks, obj)
    await opening.decline(care(three, third), about(three, third, obj)[0].obj)
    assert about(three, asks, obj)[0].is_open
    await agree(three, agrees, about(three, agrees, obj)[0])
    await look(three, asks, obj)
    author = place.member.persona(place.circle)
    assert [opened(three, who, obj) for who in (asks, agrees, third)] == [author, author, None]
    assert not about(three, asks, obj)[0].is_open


def _who(forum: Forum, persona: bytes) -> Person:
    return next(one for one in forum.village.world.people if one.persona(forum.village.circle) == persona)


async def test_a_steward_who_begins_one_is_drawn_like_the_others(three: Forum) -> None:
    """Else the one who is missing would be who began it."""
    place = three.village
    await three.all_come()
    obj = await three.begun(place.founder)
    sealed = unnamed.sealed_in(here := opening.here(three.of(place.member), obj), here.first)
    team = {one.persona for one in three.of(place.member).state.holders(STEWARD)}
    assert set(sealed.recipients) == team
    asks, agrees = [_who(three, one) for one in team - {place.founder.persona(place.circle)}]
    await ask(three, asks, obj)
    await agree(three, agrees, about(three, agrees, obj)[0])
    await look(three, asks, obj)
    assert opened(three, asks, obj) == place.founder.persona(place.circle)


async def test_more_than_three_are_drawn_by_lot(three: Forum) -> None:
    place = three.village
    fourth = await place.world.join(place.circle, place.founder, "fourth")
    await place.world.make_steward(place.circle, place.founder, fourth)
    circle = three.of(three.village.member)
    drawn = {answerable.seal_name(circle, bytes(16)).recipients for _ in range(24)}
    assert {len(one) for one in drawn} == {3}
    assert len({persona for one in drawn for persona in one}) == 4
    assert len(drawn) > 1


async def test_without_two_others_of_the_team_none_begins(forum: Forum) -> None:
    place = forum.village
    for person in (place.founder, place.steward):
        with pytest.raises(NobodyAnswers):
            await service.start_unnamed(forum.of(person), "A question", "What now?")
        assert unnamed.all_mine(forum.of(person)) == []


async def test_what_answers_for_nobody_is_shown_to_nobody(throttled: Forum) -> None:
    """What began before, too: else an old program could begin more of it."""
    place = throttled.village
    before = await throttled.begun(place.member)
    await throttled.settle_on(ANSWERABLE)
    assert throttled.shown() == set()
    after = await throttled.begun(place.member)
    assert throttled.shown() == {after}
    await throttled.settle_on(THROTTLED)
    assert throttled.shown() == {before, after}
    await throttled.settle_on(OFF)
    assert throttled.shown() == set()


async def test_it_goes_when_two_who_can_open_it_are_stewards_no_longer(three: Forum) -> None:
    place = three.village
    obj = await three.begun(place.member)
    await roles.lay_down(three.of(place.steward))
    assert three.shown() == {obj}
    await roles.lay_down(three.of(_who(three, _stewards(three)[-1])))
    assert three.shown() == set()


def _stewards(forum: Forum) -> list[bytes]:
    return [one.persona for one in forum.of(forum.village.founder).state.holders(STEWARD)]


async def test_a_new_wording_stays_answerable(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    slot = view.topic(forum.of(place.member), obj).head
    await service.edit(service.as_who_began(forum.of(place.member), obj), obj, slot, "In other words.")
    assert forum.shown() == {obj}
    await ask(forum, place.founder, obj)
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    await look(forum, place.founder, obj)
    assert opened(forum, place.founder, obj) == place.member.persona(place.circle)


async def test_what_was_asked_is_withdrawn_before_anybody_agreed(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    with pytest.raises(NotAllowed):
        await opening.withdraw(care(forum, place.steward), one.obj)
    await opening.withdraw(care(forum, place.founder), one.obj)
    assert about(forum, place.steward, obj) == []
    with pytest.raises(NotThere):
        await agree(forum, place.steward, one)
    await ask(forum, place.founder, obj)
    (again,) = about(forum, place.steward, obj)
    await agree(forum, place.steward, again)
    with pytest.raises(NotAllowed):
        await opening.withdraw(care(forum, place.founder), again.obj)


async def test_who_declined_does_not_agree_after(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    await opening.decline(care(forum, place.steward), one.obj)
    with pytest.raises(NotAllowed):
        await agree(forum, place.steward, one)
    (said,) = about(forum, place.founder, obj)
    assert (said.declined, said.is_open) == (frozenset([place.steward.persona(place.circle)]), False)
    assert opening.told(forum.of(place.member), obj) == 0


async def test_nobody_asks_twice_or_agrees_with_themselves(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    for step in (ask(forum, place.founder, obj), agree(forum, place.founder, about(forum, place.founder, obj)[0])):
        with pytest.raises(NotAllowed):
            await step
    assert opening.told(forum.of(place.member), obj) == 0


@pytest.mark.parametrize(("reason", "error"), [(" ", TextMissing), ("x" * 601, TextTooLong)])
async def test_a_reason_has_to_be_given(forum: Forum, reason: str, error: type[Exception]) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    with pytest.raises(error):
        await ask(forum, place.founder, obj, reason)
    assert about(forum, place.founder, obj) == []


async def test_who_came_into_the_team_after_can_not_ask(forum: Forum) -> None:
    obj = await forum.begun(forum.village.member)
    third = await _third(forum)
    with pytest.raises(NotThere):
        await ask(forum, third, obj)


async def test_what_is_not_answerable_can_not_be_opened(throttled: Forum) -> None:
    place = throttled.village
    named = await service.start_topic(throttled.of(place.member), "Tea", "At five.")
    nameless = await throttled.begun(place.member)
    for obj in (named, nameless, bytes(16)):
        with pytest.raises(NotThere):
            await ask(throttled, place.founder, obj)
    assert opening.told(throttled.of(place.member), bytes(16)) == 0


async def test_it_is_removed_at_once_and_opened_after(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    await service.take_down(forum.of(place.founder), obj, view.topic(forum.of(place.founder), obj).head)
    assert forum.shown() == set()
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    await look(forum, place.founder, obj)
    assert opened(forum, place.founder, obj) == place.member.persona(place.circle)
    assert opening.told(forum.of(place.member), obj) == place.world.clock.day()


async def test_removed_after_it_was_opened_that_is_still_told(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    await service.take_down(forum.of(place.founder), obj, view.topic(forum.of(place.founder), obj).head)
    assert opening.told(forum.of(place.member), obj) == place.world.clock.day()


async def test_removed_by_a_moderator_that_is_still_told(forum: Forum) -> None:
    """Also when the next steward to come has emptied what was removed."""
    place = forum.village
    other = await place.world.join(place.circle, place.founder, "lamp")
    await roles.open_circle(forum.of(place.founder), MODERATOR)
    await roles.give(forum.of(place.founder), other.persona(place.circle), MODERATOR)
    obj = await _both_opened(forum)
    slot = view.topic(forum.of(other), obj).head
    await service.take_down(forum.of(other), obj, slot)
    await speech.erase_removed(forum.of(place.founder))
    left = [row for row in forum.of(other).log.rows(obj, slot, slot, 1) if row.value]
    assert len(left) == 2, "the note of the removal, and that it was opened"
    assert opening.told(forum.of(place.member), obj) == place.world.clock.day()


async def _both_opened(forum: Forum) -> bytes:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    return obj


async def test_a_removal_leaves_no_other_words_of_that_kind(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    circle, slot = forum.of(place.member), view.topic(forum.of(place.member), obj).head
    row = circle.log.rows(obj, slot, slot, 1)[0]
    for body in (NameOpened(2**40), NameOpened(1), Takedown()):
        await speech.write_beside(circle, obj, row, OPENED, body)
    await service.take_down(forum.of(place.founder), obj, slot)
    assert len([one for one in circle.log.rows(obj, slot, slot, 1) if one.value]) == 1


@pytest.mark.parametrize("way", ["laid down", "removed"])
async def test_it_stays_told_when_who_agreed_is_a_steward_no_longer(three: Forum, way: str) -> None:
    place = three.village
    obj = await three.begun(place.member)
    await ask(three, place.founder, obj)
    await agree(three, place.steward, about(three, place.steward, obj)[0])
    if way == "laid down":
        await roles.lay_down(three.of(place.steward))
    else:
        await leaving.remove(three.of(place.founder), place.steward.persona(place.circle))
    assert view.topic(three.of(place.member), obj).obj == obj
    assert opening.told(three.of(place.member), obj) == place.world.clock.day()


async def test_a_steward_who_is_not_named_can_not_say_that_it_was_opened(forum: Forum) -> None:
    obj = await forum.begun(forum.village.member)
    third = await _third(forum)
    await opening.tell(forum.of(third), obj, forum.village.world.clock.day())
    assert opening.told(forum.of(forum.village.member), obj) == 0


async def test_what_is_sealed_stays_known_whatever_becomes_of_the_roles(forum: Forum) -> None:
    """Under another word of the charter the topic is shown, and two can open it still with programs of their own."""
    place = forum.village
    obj = await forum.begun(place.member)
    await forum.settle_on(THROTTLED)
    await roles.lay_down(forum.of(place.steward))
    here = view.here(forum.of(place.member), obj)
    assert isinstance(here, unnamed.Here)
    assert unnamed.sealed_in(here, here.first) == answerable.NONE
    assert len(unnamed.whatever_is_sealed(here.first).recipients) == 2


async def test_taken_back_it_can_not_be_asked_about(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await service.take_back(forum.of(place.member), obj)
    with pytest.raises(NotThere):
        await ask(forum, place.founder, obj)


async def test_nothing_that_was_asked_outlives_the_topic(forum: Forum) -> None:
    place, world = forum.village, forum.village.world
    obj = await forum.begun(place.member)
    first = opening.here(forum.of(place.member), obj).first
    world.clock.forward(days=3)
    await ask(forum, place.founder, obj)
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    inner = care(forum, place.founder)
    (row,) = inner.log.covers(opening.COLLECTION, None, 9)
    places = {(one.day, one.keep) for one in inner.log.rows(row.obj, 0, 2**62, 9)}
    assert places | {(row.cover.day, row.cover.keep)} == {(first.day, first.keep)}
    world.clock.forward(days=first.day + first.keep + 1 - world.clock.day())
    assert opening.all_asked(care(forum, place.founder)) == []
    assert opening.told(forum.of(place.member), obj) == 0


async def test_a_member_can_not_say_that_it_was_opened(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    circle = forum.of(place.member)
    row = circle.log.rows(obj, 0, 2**62, 1)[0]
    await speech.write_beside(circle, obj, row, OPENED, NameOpened(circle.services.clock.day()))
    assert opening.told(forum.of(place.founder), obj) == 0


@pytest.mark.parametrize("days", [-1, 2, 40_000])
async def test_a_day_that_can_not_be_is_not_told(forum: Forum, days: int) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    circle = forum.of(place.steward)
    await opening.tell(circle, obj, circle.services.clock.day() + days)
    assert opening.told(forum.of(place.member), obj) == 0


async def test_what_seals_nothing_names_nobody(forum: Forum) -> None:
    """A dud has the right shape, is shown, and opens to nothing: nobody can tell before."""
    place = forum.village
    obj = await _dud(forum)
    assert forum.shown() == {obj}
    await ask(forum, place.founder, obj)
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    await look(forum, place.founder, obj)
    assert [opened(forum, who, obj) for who in (place.founder, place.steward)] == [NOBODY, NOBODY]


async def _dud(forum: Forum) -> bytes:
    circle = forum.of(forum.village.member)

    def nothing(sealed: answerable.Sealed, obj: bytes) -> answerable.Sealed:
        bare, half = replace(sealed, name=bytes(len(sealed.name))), bytes(answerable.HALF)
        return replace(bare, envelopes=tuple(answerable._to(circle, obj, bare, one, half) for one in bare.recipients))

    return await forged(forum, nothing)


async def forged(forum: Forum, change: object) -> bytes:
    """What a member's own program begins, with something else sealed."""
    circle = forum.of(forum.village.member)
    await service.start_unnamed(circle, "A question", "What now?")
    (one,) = unnamed.all_mine(circle)
    body = decode(one.body, Unnamed)
    assert callable(change)
    obj = oneoffs.object_named(one)
    changed = replace(one, body=encode(replace(body, sealed=change(body.sealed, obj))))
    await oneoffs.forget(circle, [obj])
    await circle.services.store.append(await oneoffs.first_word(forum.of(forum.village.member), changed))
    return obj


@pytest.mark.parametrize(
    "fault",
    ["one", "twice", "unordered", "short envelope", "long name", "no envelope", "not stewards", "one steward"],
)
async def test_what_is_not_sealed_as_it_should_be_is_shown_to_nobody(forum: Forum, fault: str) -> None:
    me = forum.village.member.persona(forum.village.circle)

    def change(sealed: answerable.Sealed, _: bytes) -> answerable.Sealed:
        who, mail, name = sealed.recipients, sealed.envelopes, sealed.name
        return {
            "one": answerable.Sealed(who[:1], (mail[0][:-32],), name),
            "twice": answerable.Sealed((who[0], who[0]), mail, name),
            "unordered": answerable.Sealed(who[::-1], mail, name),
            "short envelope": answerable.Sealed(who, (mail[0], mail[1][:-1]), name),
            "long name": answerable.Sealed(who, mail, name + b"x"),
            "no envelope": answerable.Sealed(who, mail[:1], name),
            "not stewards": answerable.Sealed(tuple(sorted((me, bytes(32)))), mail, name),
            "one steward": answerable.Sealed(tuple(sorted((who[0], me))), mail, name),
        }[fault]

    await forged(forum, change)
    assert forum.shown() == set()


@pytest.mark.parametrize("letter", ["ط", "😀"])
def test_the_longest_text_fits_with_everything_beside_it(letter: str) -> None:
    """Two thousand in Arabic; where letters are longer, as many as the page says."""
    fits = rules.UNNAMED_LIMIT if letter == "ط" else rules.ALWAYS_FITS
    post = Post(letter * rules.TITLE_LIMIT, letter * fits, letter * rules.NOTE_LIMIT)
    envelope = bytes(envelopes.OVERHEAD + 2 * answerable.HALF)
    name = bytes(SEAL_OVERHEAD + answerable.NAME_SIZE)
    sealed = answerable.Sealed((b"1" * 32, b"2" * 32, b"3" * 32), (envelope,) * 3, name)
    assert answerable.is_sound(sealed)
    assert len(encode(sealed)) <= answerable.LARGEST
    assert len(oneoffs.sized(encode(Unnamed(rules.fitting(post), sealed=sealed)))) == oneoffs.SIZE


async def test_what_is_no_asking_is_passed_over(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    inner = care(forum, place.steward)
    said = about(forum, place.steward, obj)[0].said
    wrong = [
        (said, 90),
        (replace(said, day=1), 30),
        (replace(said, reason=""), 30),
        (replace(said, sealed=answerable.NONE), 30),
        (Takedown(), 30),
    ]
    for body, keep in wrong:
        entry = Entry(inner.services.random(16), OPENING, encode(body), keep, collection=opening.COLLECTION)
        await inner.log.append(entry, lambda _: b"", create=True)
    assert [one.by for one in opening.all_asked(inner)] == [place.founder.persona(place.circle)]


async def test_a_half_that_does_not_fit_leaves_it_to_the_third(three: Forum) -> None:
    place = three.village
    obj = await three.begun(place.member)
    sealed = unnamed.sealed_in(here := opening.here(three.of(place.founder), obj), here.first)
    asks, lies, third = [_who(three, persona) for persona in sealed.recipients]
    await ask(three, asks, obj)
    one = about(three, lies, obj)[0]
    await say(three, lies, one, AGREED, NameAgreed(bytes(answerable.PASSED)))
    assert not about(three, third, obj)[0].is_open
    await look(three, asks, obj)
    assert [opened(three, who, obj) for who in (asks, lies, third)] == [NOBODY, NOBODY, None]
    assert about(three, third, obj)[0].is_open
    await agree(three, third, about(three, third, obj)[0])
    await look(three, asks, obj)
    author = place.member.persona(place.circle)
    assert [opened(three, who, obj) for who in (asks, lies, third)] == [author, NOBODY, author]


async def say(forum: Forum, person: Person, one: Asked, kind: str, body: Wire) -> None:
    """What somebody's own program writes to what was asked."""
    entry = Entry(one.obj, kind, encode(body), one.first.keep, day=one.first.day)
    await care(forum, person).log.append(entry)


async def asked_by_hand(forum: Forum, person: Person, said: NameAsked, day: int, keep: int) -> None:
    """What somebody's own program asks."""
    inner = care(forum, person)
    entry = Entry(inner.services.random(16), OPENING, encode(said), keep, day=day, collection=opening.COLLECTION)
    await inner.log.append(entry, lambda _: b"", create=True)


async def test_asking_passes_no_half_on(forum: Forum) -> None:
    """Else whoever is asked could open it alone, with nobody told."""
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    assert one.said == NameAsked(obj, one.said.day, REASON, one.said.sealed)
    sealed = unnamed.sealed_in(here := opening.here(forum.of(place.founder), obj), here.first)
    assert encode(one.said.sealed) == encode(sealed)


async def test_only_who_asked_looks_and_only_when_somebody_agreed(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    with pytest.raises(NotAllowed):
        await look(forum, place.founder, obj)
    await agree(forum, place.steward, about(forum, place.steward, obj)[0])
    with pytest.raises(NotAllowed):
        await look(forum, place.steward, obj)
    await look(forum, place.founder, obj)
    with pytest.raises(NotAllowed):
        await look(forum, place.founder, obj)


async def test_what_who_asked_passes_back_may_name_nobody(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    agreeing = place.steward.persona(place.circle)
    await say(forum, place.founder, one, PASSED, NamePassed(agreeing, bytes(answerable.PASSED)))
    assert about(forum, place.steward, obj)[0].passed == {}, "nobody had agreed"
    await agree(forum, place.steward, one)
    await say(forum, place.founder, one, PASSED, NamePassed(agreeing, b"x"))
    assert about(forum, place.steward, obj)[0].passed == {}
    await say(forum, place.founder, one, PASSED, NamePassed(agreeing, bytes(answerable.PASSED)))
    assert opened(forum, place.steward, obj) == NOBODY


async def test_what_is_asked_outside_the_topics_own_lane_is_not_agreed_to(forum: Forum) -> None:
    """It would be there when the topic is swept, and nobody could be told."""
    place, clock = forum.village, forum.village.world.clock
    obj = await forum.begun(place.member)
    clock.forward(days=2)
    sealed = unnamed.sealed_in(here := opening.here(forum.of(place.founder), obj), here.first)
    said = NameAsked(obj, clock.day(), REASON, sealed)
    await asked_by_hand(forum, place.founder, said, clock.day(), unnamed.LONGEST_DAYS)
    (one,) = about(forum, place.steward, obj)
    with pytest.raises(NotThere):
        await agree(forum, place.steward, one)
    clock.forward(days=here.first.day + here.first.keep + 1 - clock.day())
    (one,) = about(forum, place.steward, obj)
    with pytest.raises(NotThere):
        await agree(forum, place.steward, one)
    assert about(forum, place.founder, obj)[0].agreed == {}


async def test_what_was_asked_by_who_is_no_steward_now_is_not_agreed_to(forum: Forum) -> None:
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    await roles.lay_down(forum.of(place.founder))
    with pytest.raises(NotAllowed):
        await agree(forum, place.steward, one)
    assert opening.told(forum.of(place.member), obj) == 0


async def test_others_written_around_an_envelope_open_nothing(three: Forum) -> None:
    """Else a half of one pair could be had as another's."""
    place = three.village
    obj = await three.begun(place.member)
    sealed = unnamed.sealed_in(here := opening.here(three.of(place.founder), obj), here.first)
    first, second, _ = sealed.recipients
    for other in (
        replace(sealed, recipients=tuple(sorted((first, second, place.member.persona(place.circle))))),
        replace(sealed, name=bytes(len(sealed.name))),
    ):
        mail = sealed.envelopes[sealed.recipients.index(first)]
        changed = replace(other, envelopes=(mail,) * 3)
        with pytest.raises(Unopenable):
            answerable.my_halves(three.of(_who(three, first)), obj, changed)
        half = answerable.pass_on(three.of(_who(three, second)), obj, changed, first, bytes(32))
        with pytest.raises(Unopenable):
            answerable.passed_on(three.of(_who(three, first)), obj, sealed, second, half)


async def test_what_is_full_takes_no_more(forum: Forum) -> None:
    """What is said there would be read by nobody, and everybody told."""
    place = forum.village
    obj = await forum.begun(place.member)
    await ask(forum, place.founder, obj)
    (one,) = about(forum, place.steward, obj)
    for _ in range(opening.MOST_READ - 2):
        await say(forum, place.founder, one, DECLINED, NameDeclined())
    assert not about(forum, place.steward, obj)[0].is_full
    await say(forum, place.founder, one, DECLINED, NameDeclined())
    with pytest.raises(Full):
        await agree(forum, place.steward, one)
    with pytest.raises(Full):
        await opening.decline(care(forum, place.steward), one.obj)
    assert opening.told(forum.of(place.member), obj) == 0
    await opening.withdraw(care(forum, place.founder), one.obj)


def test_nothing_is_no_name() -> None:
    assert not answerable.is_sound(answerable.NONE)
