"""Who asks at a window can be read by its dispatchers and by whoever has the words, and by nobody else: not by other
members' keyrings, not by who is a dispatcher no longer, not by the store; what is taken back is gone for all; words
that were never given are answered like those whose request is gone; and what was acknowledged is not lost.
"""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import callers, entering, founding, leaving, letters, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.founding import desk_of
from jiwar.circles.model import DISPATCHER, STEWARD
from jiwar.circles.policy import Counter, HelpDesk
from jiwar.circles.window import Poster
from jiwar.errors import Damaged, Full, JiwarError, KeysChanged, NotThere
from jiwar.keyring import shelves
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER
from jiwar.pictures.decoder import LETTER, drawn
from jiwar.store.contract import BOX_ENVELOPES, Mail
from jiwar.systems.desk import service, view
from jiwar.wire.canonical import encode
from tests.core.pictures.making import photo
from tests.mutants.mutation import Mutations, replaced
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio

NEED, ANSWER = "A bed for one night.", "Come at nine."
OPEN = HelpDesk(True, "The square", "", (Counter("bed", ""),))


def _with_the_room_s_key(_: Circle, room: bytes) -> Persona:
    return Persona(room)


async def _forgets(*_: object) -> None:
    """A slip is deleted, and nothing written down."""


async def _leaves_it(*_: object) -> None:
    """What was said stays where it is."""


async def _acknowledges_anyway(services, poster, inbox, mail):
    try:
        await services.store.answer_invite(poster.number, inbox, mail)
    except JiwarError:
        pass


MUTATIONS: Mutations = {
    "a page stands whose key somebody took along": replaced(window, "_is_the_circles", lambda _: True),
    "dispatchers write with a key that the caller has": replaced(service, "_voice", _with_the_room_s_key),
    "slips go before they are written down": replaced(service, "_write_down", _forgets),
    "what is taken back stays": replaced(callers, "take_back", _leaves_it),
    "what finds no place is acknowledged": replaced(callers, "_admitted", _acknowledges_anyway),
    "a letter's size tells of a photo": replaced(callers, "_LINE_SIZE", (2_048, 16_384)),
    "answers name who gave them": replaced(service, "_voice", lambda inner, _: inner.log.persona),
}


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    """The founder begins the dispatchers and lays it down when the steward has come: stewards who are none remain."""
    return await with_a_desk()


async def with_a_desk() -> Village:
    """A village with an open window, of which founder and steward are dispatchers."""
    made = await village()
    await roles.open_circle(made.founder.circle(made.circle), DISPATCHER)
    circle = made.founder.circle(made.circle)
    await roles.give(circle, made.steward.persona(made.circle), DISPATCHER)
    await roles.follow(circle, DISPATCHER)
    member = made.steward.member
    assert await entering.take_keys(member, member.membership(made.circle), DISPATCHER) is not None
    circle = made.founder.circle(made.circle)
    await founding.change_charter(circle, replace(circle.charter, window=OPEN))
    await window.follow(circle)
    return made


def poster(here: Village) -> Poster:
    return window.read(here.world.services, window.page_of(here.circle))


async def asks(here: Village) -> Persona:
    seed = here.world.random(32)
    await callers.ask(here.world.services, poster(here), seed, "bed", NEED)
    return Persona(seed)


async def queue(here: Village, who: Person) -> list[view.Open]:
    circle = who.circle(here.circle)
    inner = roles.open_role(circle, DISPATCHER)
    await service.gather(circle, inner)
    return await view.queue(inner)


async def only(here: Village) -> view.Open:
    """The one request that the steward finds."""
    found = await queue(here, here.steward)
    assert len(found) == 1
    return found[0]


def opened(here: Village, who: Person) -> list[letters.Received]:
    """Every slip that somebody's keyring opens, whatever pages say: with all that they ever held of the group."""
    found, shown = [], poster(here)
    keyring = who.member.keyring
    for membership in shelves.memberships(keyring):
        for keys in shelves.trail(keyring, membership.circle).epochs:
            for secret in (keys.record, here.circle):
                for mail in _in(here, shown):
                    try:
                        found.append(letters.read_letter(desk_of(secret).seed, letters.SLIP, shown.inbox, mail))
                    except (Damaged, JiwarError):
                        continue
    return found


def _in(here: Village, shown: Poster) -> list[Mail]:
    """What lies in the window's box, as whoever has the disk and the hub's secret sees it."""
    return list(here.world.hub._boxes.get(shown.inbox, {}).values())


async def test_dispatchers_read_it_and_no_other_keyring_opens_it(here: Village) -> None:
    await asks(here)
    assert _in(here, poster(here))
    assert opened(here, here.steward)
    assert not opened(here, here.member)
    found = await only(here)
    assert found.talk.said[0].line.text == NEED


async def test_a_steward_who_is_no_dispatcher_opens_nothing_of_what_comes_later(here: Village) -> None:
    before = poster(here)
    await roles.lay_down(here.founder.circle(here.circle), DISPATCHER)
    await window.follow(here.founder.circle(here.circle))
    assert window.standing(here.world.services, here.circle) is None, (
        "nobody writes to a key that somebody took along"
    )
    await leaving.turn_all_due(here.steward.member)
    assert poster(here).kem != before.kem
    await asks(here)
    assert here.founder.circle(here.circle).me.holds(STEWARD)
    assert not opened(here, here.founder)
    found = await only(here)
    assert found.talk.said[0].line.text == NEED


async def test_a_photo_is_a_letter_like_every_other_and_goes_with_the_request(here: Village) -> None:
    """Whoever has the disk tells neither that there is one nor what is on it."""
    services, jpeg = here.world.services, drawn(photo((900, 700)), LETTER)
    caller = Persona(here.world.random(32))
    await callers.ask(services, poster(here), caller.seed, "bed", NEED, jpeg)
    await callers.add(services, poster(here), caller.seed, "By the river.")
    lying = here.world.store.mail(desk_of(caller.room).box)
    assert len({len(mail.value) for mail in lying}) == 1
    assert len(lying) == 3
    assert not any(jpeg[40:60] in mail.value for mail in lying)
    found = await only(here)
    assert [one.jpeg for one in found.talk.said] == [b"", jpeg, b""]
    await callers.take_back(services, caller.room)
    assert here.world.store.mail(desk_of(caller.room).box) == []


async def test_nobody_but_the_caller_shows_a_photo(here: Village) -> None:
    caller = await asks(here)
    await only(here)
    shown = callers.CallerPhoto(callers.SHOW, 1, drawn(photo((9, 9)), LETTER))
    for persona in (Persona(caller.room), here.steward.circle(here.circle).log.persona):
        mail, inbox = callers.sealed(here.world.services, persona, here.circle, caller.room, shown)
        await here.world.store.answer_invite(poster(here).number, inbox, mail)
    assert [one.jpeg for one in (await only(here)).talk.said] == [b""]


async def test_who_has_the_words_reads_the_answer_and_learns_nobody(here: Village) -> None:
    caller = await asks(here)
    found = await only(here)
    inner = roles.open_role(here.steward.circle(here.circle), DISPATCHER)
    await service.answer(inner, found, ANSWER)
    talk = callers.read(here.world.services, caller.room, caller.key)
    assert [one.line.text for one in talk.said] == [NEED, ANSWER]
    known = {one.persona for one in here.founder.circle(here.circle).state.members}
    voice = talk.said[1].sender
    assert voice not in known
    assert voice not in {Persona(caller.room).key, caller.key, Persona(caller.seed).key}


async def test_what_is_taken_back_is_gone_for_dispatchers_and_from_the_store(here: Village) -> None:
    caller = await asks(here)
    assert len(await queue(here, here.steward)) == 1
    await callers.take_back(here.world.services, caller.room)
    assert await queue(here, here.steward) == []
    assert here.world.store.mail(desk_of(caller.room).box) == []


async def test_words_never_given_and_words_that_are_over_are_one_answer(here: Village) -> None:
    gone, over, never = await asks(here), await asks(here), Persona(here.world.random(32))
    await callers.take_back(here.world.services, gone.room)
    await here.world.pass_days(15)
    answers = []
    for one in (gone, over, never):
        with pytest.raises(NotThere) as caught:
            callers.read(here.world.services, one.room, one.key)
        answers.append((type(caught.value), caught.value.fields, caught.value.__cause__, caught.value.__context__))
    assert len({str(one) for one in answers}) == 1


async def test_what_was_acknowledged_outlives_a_flood_and_a_dispatcher_who_comes_by(here: Village) -> None:
    kept = [await asks(here) for _ in range(3)]
    shown = poster(here)
    for at in range(BOX_ENVELOPES - len(kept)):
        await here.world.store.answer_invite(shown.number, shown.inbox, Mail(bytes([at]) * 16, 20_000, b"flood"))
    refused = here.world.random(32)
    with pytest.raises(Full):
        await callers.ask(here.world.services, shown, refused, "bed", NEED)
    assert here.world.store.mail(desk_of(Persona(refused).room).box) == []
    here.world.restart()
    found = await queue(here, here.steward)
    assert {one.standing.case.caller for one in found} == {one.key for one in kept}
    assert await queue(here, here.founder) != []


async def test_what_dispatchers_write_down_stands_under_their_keys_alone(here: Village) -> None:
    await asks(here)
    found = await only(here)
    inner = roles.open_role(here.steward.circle(here.circle), DISPATCHER)
    await service.note(inner, found, ANSWER)
    rows = inner.log.rows(view.desk(inner), 0, LAST_NUMBER, 10)
    assert rows
    assert not any(encode(word)[1:] in row.value for row in rows for word in (NEED, ANSWER))
    theirs = here.member.circle(here.circle).log.newest.read
    with pytest.raises((NotThere, KeysChanged)):
        here.world.store.records(inner.log.shelf, theirs, view.desk(inner), 0, 9, 9)
