"""Words between two one-offs: only the two read them, and what somebody else's program sends is passed over."""

from __future__ import annotations

import pytest

from jiwar.circles import letters, oneoffs, words
from jiwar.circles.circle import Circle
from jiwar.circles.words import Word
from jiwar.errors import Full, NotThere, TextMissing
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import OVER, Wish
from jiwar.wire.canonical import encode
from tests.systems.company import Company

pytestmark = pytest.mark.anyio


@pytest.fixture
async def obj(company: Company) -> bytes:
    """Something that fig asks for."""
    found = await service.ask(company.fig(), Wish(NEED, "خبز"))
    await company.services.later.look(company.services.store, float("inf"))
    await oneoffs.settle(company.fig())
    return found


def said(circle: Circle, obj: bytes) -> list[list[str]]:
    return [[one.word.text for one in thread.words] for thread in view.threads(circle, obj)]


async def test_two_write_to_one_and_each_reads_their_own(company: Company, obj: bytes) -> None:
    await service.send_word(company.palm(), obj, "عندي")
    await service.send_word(company.lamp(), obj, "وعندي")
    mine = {thread.words[0].word.text: thread for thread in view.threads(company.fig(), obj)}
    assert set(mine) == {"عندي", "وعندي"}
    await service.send_word(company.fig(), obj, "شكراً", mine["عندي"].other)
    assert said(company.palm(), obj) == [["عندي", "شكراً"]]
    assert said(company.lamp(), obj) == [["وعندي"]]
    assert [thread.waits_for_me for thread in view.threads(company.palm(), obj)] == [True]
    assert len(company.palm().member.keyring.one_offs) == 1


async def test_neither_side_writes_under_a_name_of_the_circle(company: Company, obj: bytes) -> None:
    await service.send_word(company.palm(), obj, "عندي")
    (thread,) = view.threads(company.fig(), obj)
    known = {one.persona for one in company.palm().state.members}
    assert thread.other not in known
    assert view.one(company.palm(), obj).author not in known


async def test_what_was_said_goes_with_the_need(company: Company, obj: bytes) -> None:
    await service.send_word(company.palm(), obj, "عندي")
    own = oneoffs.persona_of(oneoffs.mine(company.fig())[0])
    assert company.services.store.mail(own.box(oneoffs.BOX))
    await service.end(company.fig(), obj, OVER)
    assert company.services.store.mail(own.box(oneoffs.BOX)) == []
    with pytest.raises(NotThere):
        await service.send_word(company.palm(), obj, "بعد")
    company.clock.forward(days=9)
    await oneoffs.settle(company.palm())
    assert company.palm().member.keyring.one_offs == ()


async def test_nothing_is_made_for_an_empty_word(company: Company, obj: bytes) -> None:
    with pytest.raises(TextMissing):
        await service.send_word(company.palm(), obj, "  ")
    assert company.palm().member.keyring.one_offs == ()


async def test_there_is_room_for_a_dozen(company: Company, obj: bytes) -> None:
    lamp = company.lamp()
    for _ in range(oneoffs.MOST_OPEN):
        await oneoffs.begin_about(lamp, company.services.random(16), 7)
    with pytest.raises(Full):
        await service.send_word(lamp, obj, "عندي")


@pytest.mark.parametrize("change", ["text", "number", "to", "inbox", "obj", "circle"])
async def test_a_word_that_no_program_of_ours_sends(company: Company, obj: bytes, change: str) -> None:
    lamp, stranger = company.lamp(), Persona(bytes(32))
    need = view.one(lamp, obj)
    fields = {
        "text": "خبز", "number": 1, "to": need.author, "obj": obj,
        "kem": stranger.kem_key, "inbox": stranger.inbox(oneoffs.BOX),
    }  # fmt: skip
    broken = {"text": " x ", "number": -1, "to": bytes(32), "inbox": b"x", "obj": bytes(16)}
    word = Word(**{**fields, **({change: broken[change]} if change in broken else {})})  # type: ignore[arg-type]
    about = bytes(32) if change == "circle" else lamp.id
    place = (need.need.kem, need.need.inbox)
    mail = letters.write_letter(stranger, about, letters.WORD, *place, 20_000, encode(word), company.services.random)
    await company.services.store.put_mail(lamp.log.shelf, lamp.log.newest.append, place[1], mail)
    assert view.threads(company.fig(), obj) == []


async def test_a_third_one_cannot_speak_for_who_asked(company: Company, obj: bytes) -> None:
    await service.send_word(company.palm(), obj, "عندي")
    palm = company.palm()
    own = oneoffs.about(palm, obj)
    assert own is not None
    mine, stranger = oneoffs.persona_of(own), Persona(bytes(32))
    await words.send(company.lamp(), stranger, obj, "أنا هو", mine.key, mine.kem_key, mine.inbox(oneoffs.BOX))
    assert said(company.palm(), obj) == [["عندي"]]
