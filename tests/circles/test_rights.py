"""Rights: a few for everybody in each period, signed unseen, good for one one-off each."""

from __future__ import annotations

import asyncio

import pytest
from msgspec.structs import replace

from jiwar.circles import issuing, letters, oneoffs, rights, roles
from jiwar.circles.circle import Circle
from jiwar.circles.founding import change_charter, write_own
from jiwar.circles.invitations import Tries
from jiwar.circles.model import KNOWN, Role
from jiwar.circles.rights import EACH, NONE, PERIOD_DAYS, Ask, Right, period_of
from jiwar.clock import SetClock
from jiwar.crypto import blind
from jiwar.errors import BadSignature
from jiwar.keyring.persona import Persona
from jiwar.store.contract import Mail
from jiwar.systems.needs import pledging, service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.wire.canonical import encode
from tests.systems.company import Company, join

pytestmark = pytest.mark.anyio

BED = Wish(NEED, "سرير لليلتين")


@pytest.fixture
def clock() -> SetClock:
    """The third day of a period."""
    return SetClock(715 * PERIOD_DAYS + 2, hour=19.0)


async def palm_comes(company: Company) -> None:
    await issuing.look_after_everywhere(company.palm().member)


async def comes(company: Company, name: str) -> None:
    await rights.look_after_everywhere(company.opened_by(name).member)


async def everybody_comes(company: Company) -> None:
    """A steward, everybody, and the steward again."""
    await palm_comes(company)
    for name in company.members:
        await comes(company, name)
    await palm_comes(company)


def a_day_later(company: Company) -> None:
    company.clock.forward(days=1)


async def more_come(company: Company, *names: str) -> None:
    """The care team has said that the group may grow."""
    circle = company.palm()
    if not circle.charter.later:
        await change_charter(circle, replace(circle.charter, later=True))
    for name in names:
        await join(company, Tries(), name, name)


async def asked(company: Company, name: str) -> bytes:
    """Something that somebody wishes, on the board."""
    services = company.services
    obj = await service.ask(company.opened_by(name), BED)
    await services.later.look(services.store, float("inf"))
    await oneoffs.settle(company.opened_by(name))
    return obj


def standing(company: Company, obj: bytes) -> str:
    """What the list says, and the page of one, which have to agree."""
    circle = company.lamp()
    line = next(one for one in view.lines(circle, NEED, view.rows(circle, NEED)) if one.obj == obj)
    assert view.one(company.lamp(), obj).standing == line.standing
    return line.standing


async def test_from_the_next_day_on_it_comes_with_an_introduction(company: Company) -> None:
    await everybody_comes(company)
    assert standing(company, await asked(company, "fig")) == "unsaid"
    a_day_later(company)
    assert standing(company, await asked(company, "fig")) == "member"
    assert rights.left(company.fig()) == EACH - 1


async def test_when_all_are_used_it_comes_without(company: Company) -> None:
    await everybody_comes(company)
    company.clock.forward(days=2)
    found = [standing(company, await asked(company, "fig")) for _ in range(EACH + 1)]
    assert found == ["member"] * EACH + ["none"]
    assert rights.left(company.fig()) == 0
    assert standing(company, await asked(company, "lamp")) == "member"


async def test_the_next_period_has_its_own_and_they_are_asked_for_early(company: Company) -> None:
    await everybody_comes(company)
    company.clock.forward(days=PERIOD_DAYS - 5)
    await everybody_comes(company)
    assert len({one.period for one in company.fig().member.keyring.blanks}) == 2
    company.clock.forward(days=5)
    assert standing(company, await asked(company, "fig")) == "member"
    await comes(company, "fig")
    assert {one.period for one in company.fig().member.keyring.blanks} == {period_of(company.clock.day())}


async def test_answers_of_a_period_that_is_over_are_deleted(company: Company) -> None:
    await everybody_comes(company)
    box = company.fig().log.persona.box(rights.BOX)
    assert len(company.services.store.mail(box)) == 1
    company.clock.forward(days=PERIOD_DAYS)
    await comes(company, "fig")
    assert company.services.store.mail(box) == []


async def test_nobody_has_more_than_everybody(company: Company) -> None:
    await everybody_comes(company)
    fig = company.fig()
    await fig.member.update(lambda ring: replace(ring, blanks=()))  # A program of their own.
    await rights.look_after(company.fig())
    await palm_comes(company)
    assert len(company.services.store.mail(fig.log.persona.box(rights.BOX))) == 1
    a_day_later(company)
    assert rights.usable(company.fig()) is None


async def test_who_asks_the_same_again_is_answered_again(company: Company) -> None:
    """A letter of the answer can be lost with a full box, or with a steward's process."""
    await palm_comes(company)
    await comes(company, "fig")
    circle = company.palm()
    care = roles.care_of(circle)
    assert care is not None
    box = issuing._boxes(care)[0]
    store = company.services.store
    letter = store.mail(box.token)[0]
    await palm_comes(company)
    answers = company.fig().log.persona.box(rights.BOX)
    await store.delete_mail(answers, store.mail(answers)[0].eid)
    await store.put_mail(circle.log.shelf, circle.log.newest.append, box.inbox, letter)
    await palm_comes(company)
    a_day_later(company)
    assert rights.usable(company.fig()) is not None


async def test_what_is_used_is_the_one_offs_alone(company: Company) -> None:
    await everybody_comes(company)
    a_day_later(company)
    obj = await asked(company, "fig")
    fig = company.fig()
    one = oneoffs.behind(fig, obj)
    assert one is not None
    assert one.seed not in [seed for blank in fig.member.keyring.blanks for seed in blank.seeds]
    await service.take_back(fig, obj)
    assert one.seed not in encode(company.fig().member.keyring)


async def test_who_has_shown_it_once_shows_the_same_one_off_again(company: Company) -> None:
    await everybody_comes(company)
    company.clock.forward(days=2)
    obj = await asked(company, "fig")
    found = view.one(company.lamp(), obj)
    known = rights.all_keys(company.lamp())
    for other in (Persona(bytes(32)).key, found.author[::-1]):
        assert rights.standing(company.lamp(), known, found.need.right, other, found.day, found.slot) == "none"
    day = found.day
    later = replace(found.need.right, period=found.need.right.period + 1)
    assert rights.standing(company.lamp(), known, later, found.author, day, found.slot) == "none"
    assert rights.standing(company.lamp(), known, NONE, found.author, day, found.slot) == "none"
    another_day = day + PERIOD_DAYS
    assert rights.standing(company.lamp(), known, found.need.right, found.author, another_day, found.slot) == "none"
    assert rights.standing(company.lamp(), known, NONE, found.author, day, 0) == "unsaid"


async def test_a_steward_sees_nothing_of_what_is_signed(company: Company) -> None:
    """What stewards read is uniform; the pair is as likely as any other (tests/core/crypto/test_blind.py)."""
    await palm_comes(company)
    await comes(company, "fig")
    care = roles.care_of(company.palm())
    assert care is not None
    box, store = issuing._boxes(care)[0], company.services.store
    today = company.clock.day()
    ask = letters.read_box(store, box.token, box.seed, letters.RIGHT, today)[0].body
    await palm_comes(company)
    a_day_later(company)
    found = view.one(company.lamp(), await asked(company, "fig"))
    assert found.need.right.signature[blind.PREFIX :] not in ask
    assert found.author not in ask


async def test_where_there_are_enough_of_both_it_says_familiar_or_not(company: Company) -> None:
    await more_come(company, *(f"guest{number}" for number in range(4)))
    circle, people = company.palm(), company.palm().state.members
    for one in people[:5]:
        if not one.is_steward:
            await write_own(circle, "role", encode(Role(one.persona, KNOWN)))
    company.clock.forward(days=8)
    await more_come(company, *(f"new{number}" for number in range(5)))
    await everybody_comes(company)
    a_day_later(company)
    assert standing(company, await asked(company, "fig")) == "familiar"
    assert standing(company, await asked(company, "new0")) == "member"


async def test_nobody_new_has_it_said_that_they_are_familiar(company: Company) -> None:
    await more_come(company, *(f"guest{number}" for number in range(6)))
    company.clock.forward(days=8)
    await more_come(company, *(f"new{number}" for number in range(5)))
    await palm_comes(company)
    circle = company.opened_by("new0")
    known = rights.all_keys(circle)
    assert all(one.keys.familiar for one in known)
    me, keys = circle.log.persona, known[0].keys
    body = encode(
        Ask(
            keys.period,
            True,
            (blind.blind(keys.familiar, b"x", circle.services.random).value,) * EACH,
            me.inbox(rights.BOX),
        )
    )
    place = (circle.id, letters.RIGHT, keys.kem, keys.inbox, company.clock.day())
    mail = letters.write_letter(me, *place, body, circle.services.random)
    await circle.services.store.put_mail(circle.log.shelf, circle.log.newest.append, keys.inbox, mail)
    await palm_comes(company)
    assert circle.services.store.mail(me.box(rights.BOX)) == []


async def test_a_member_makes_no_keys_known(company: Company) -> None:
    """Who is no steward can write there with a program of their own: it counts for nothing."""
    await palm_comes(company)
    before = rights.all_keys(company.lamp())
    own = blind.public_key(blind.new_key())
    for period in (before[0].keys.period, before[0].keys.period + 1):
        await issuing._write(company.fig(), period, "rights", replace(before[0].keys, period=period, everybody=own))
    assert rights.all_keys(company.lamp()) == before


async def test_what_is_no_sound_letter_is_thrown_away(company: Company) -> None:
    await palm_comes(company)
    fig = company.fig()
    keys, me = rights.all_keys(fig)[0].keys, fig.log.persona
    bad = (
        b"",
        b"\x93",
        encode(Ask(keys.period, False, (bytes(256),) * EACH, bytes(32))),
        encode(Ask(keys.period, False, (b"\x01" * 256,) * (EACH + 1), bytes(32))),
        encode(Ask(keys.period, True, (b"\x01" * 256,) * EACH, bytes(32))),
        encode(Ask(keys.period + 9, False, (b"\x01" * 256,) * EACH, bytes(32))),
        encode(Ask(keys.period, False, (b"\x01" * 256,) * EACH, b"")),
    )
    for body in bad:
        place = (fig.id, letters.RIGHT, keys.kem, keys.inbox, company.clock.day())
        mail = letters.write_letter(me, *place, body, fig.services.random)
        await fig.services.store.put_mail(fig.log.shelf, fig.log.newest.append, keys.inbox, mail)
    junk = Mail(bytes(16), company.clock.day(), b"x" * 300)
    await fig.services.store.put_mail(fig.log.shelf, fig.log.newest.append, keys.inbox, junk)
    await palm_comes(company)
    care = roles.care_of(company.palm())
    assert care is not None
    assert company.services.store.mail(issuing._boxes(care)[0].token) == []
    assert company.services.store.mail(me.box(rights.BOX)) == []


async def test_more_than_one_coming_answers_wait_for_the_next(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "MOST_ANSWERED", 1)
    await palm_comes(company)
    for name in ("fig", "lamp"):
        await comes(company, name)
    await palm_comes(company)
    a_day_later(company)
    assert sorted([rights.usable(one) is None for one in (company.fig(), company.lamp())]) == [False, True]
    await palm_comes(company)
    assert rights.usable(company.fig()) is not None
    assert rights.usable(company.lamp()) is not None


async def test_what_the_care_team_brings_is_introduced_too(company: Company) -> None:
    await palm_comes(company)
    a_day_later(company)
    circle = company.palm()
    mint = issuing.minter(circle)
    key = Persona(b"k" * 32).key
    known = rights.all_keys(circle)
    assert rights.standing(circle, known, mint(key), key, company.clock.day(), 0) == "member"


async def test_without_keys_nothing_is_said(company: Company) -> None:
    company.clock.forward(days=3)
    assert standing(company, await asked(company, "fig")) == "unsaid"
    assert issuing.minter(company.palm())(bytes(32)) == NONE


def test_only_of_the_one_size_is_sound() -> None:
    assert rights.is_sound(NONE)
    assert not rights.is_sound(Right(-1, False, NONE.signature))
    assert not rights.is_sound(Right(1, False, NONE.signature + b"x"))


def test_a_good_signature_under_another_key_is_not(company: Company) -> None:
    circle: Circle = company.lamp()
    key = Persona(bytes(32)).key
    what = rights.message(circle.id, 715, False, key)
    with pytest.raises(BadSignature):
        blind.verify(
            blind.public_key(blind.new_key()), what, blind.sign(blind.new_key(), what, circle.services.random)
        )


async def test_who_would_help_is_introduced_too(company: Company) -> None:
    await everybody_comes(company)
    company.clock.forward(days=2)
    obj = await asked(company, "fig")
    await pledging.propose(company.lamp(), obj, whole=True)
    made = pledging.agreements(company.fig(), obj)[0][0]
    assert pledging.standing(company.fig(), made) == "member"
    assert rights.left(company.lamp()) == EACH - 1
    await service.send_word(company.palm(), obj, "في أيّ ساعة؟")
    await pledging.propose(company.palm(), obj, whole=True)
    found = [pledging.standing(company.fig(), one) for one, _ in pledging.agreements(company.fig(), obj)]
    assert sorted(found) == ["member", "none"]


async def test_what_was_lost_is_asked_for_again_and_signed_once(company: Company) -> None:
    await palm_comes(company)
    await comes(company, "fig")
    care = roles.care_of(company.palm())
    assert care is not None
    store, token = company.services.store, issuing._boxes(care)[0].token
    await store.delete_mail(token, store.mail(token)[0].eid)
    company.clock.forward(days=rights.PATIENCE_DAYS)
    for _ in range(3):
        await comes(company, "fig")
        await palm_comes(company)
    assert rights.left(company.fig()) == EACH
    period = issuing._written(roles.care_of(company.palm()), period_of(company.clock.day()))  # type: ignore[arg-type]
    assert len(period.issued) == 1


async def test_the_same_left_many_times_is_answered_once(company: Company) -> None:
    await palm_comes(company)
    fig = company.fig()
    keys = rights.all_keys(fig)[0].keys
    blank = await rights._begin(fig, keys)
    for _ in range(20):
        await rights._ask(fig, keys, blank)
    await comes(company, "lamp")
    size = company.palm().log.state.size
    await palm_comes(company)
    assert len(company.services.store.mail(fig.log.persona.box(rights.BOX))) == 1
    assert company.palm().log.state.size == size
    a_day_later(company)
    assert rights.usable(company.lamp()) is not None


async def test_two_sessions_at_once_ask_for_the_same(company: Company) -> None:
    await palm_comes(company)
    first, second = company.fig(), company.fig()
    await asyncio.gather(rights.look_after(first), rights.look_after(second))
    await palm_comes(company)
    a_day_later(company)
    assert len(company.fig().member.keyring.blanks) == 1
    assert rights.left(company.fig()) == EACH


@pytest.mark.parametrize(
    "key",
    [b"", b"\0" * 256, b"\xff" * 256, (65_538).to_bytes(128, "big") + blind.new_key()[128:], blind.new_key() * 15],
    ids=["nothing", "noughts", "ones", "no inverse", "endless"],
)
async def test_a_key_that_is_none_keeps_no_steward_out(company: Company, key: bytes) -> None:
    """Written by one steward with a program of their own, before any other."""
    circle = company.palm()
    care = roles.care_of(circle)
    assert care is not None
    period = period_of(company.clock.day())
    await issuing._write(care, period, "signing", issuing.SigningKeys(period, key, b""))
    await everybody_comes(company)
    a_day_later(company)
    assert rights.usable(company.fig()) is not None


async def test_a_day_of_long_ago_is_no_introduction(company: Company) -> None:
    """Whoever backdates what they say comes after the keys all the same."""
    await everybody_comes(company)
    company.clock.forward(days=3)
    circle = company.lamp()
    known, longest = rights.all_keys(circle), company.clock.day() - 365
    assert rights.standing(circle, known, NONE, bytes(32), longest, circle.log.state.size) == "none"
    assert rights.standing(circle, known, NONE, bytes(32), longest, 0) == "unsaid"


async def test_later_records_change_no_keys(company: Company) -> None:
    await palm_comes(company)
    before = rights.all_keys(company.lamp())
    own = blind.public_key(blind.new_key())
    for _ in range(rights.MOST_KEYS + 2):
        keys = before[0].keys
        await issuing._write(company.palm(), keys.period, "rights", replace(keys, everybody=own))
    now = rights.all_keys(company.lamp())
    assert [(one.keys.everybody, one.since, one.number) for one in now] == [
        (one.keys.everybody, one.since, one.number) for one in before
    ]


async def test_the_keyring_does_not_say_how_many_were_used(company: Company) -> None:
    await everybody_comes(company)
    a_day_later(company)
    await asked(company, "fig")
    assert [len(seed) for blank in company.fig().member.keyring.blanks for seed in blank.seeds] == [32] * EACH
