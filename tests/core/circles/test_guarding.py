"""The friend's lock between people: given by letter, used by who holds it, and found out by its owner."""

from __future__ import annotations

from collections.abc import AsyncIterator

import msgspec
import pytest

from jiwar.circles import entering, guarding, letters
from jiwar.circles.accounts import Accounts
from jiwar.circles.circle import Circle
from jiwar.circles.founding import BOX
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import Full, LockRests, NotAllowed, NotThere, PhraseUnknown, SignedOut
from jiwar.keyring.model import Trust
from jiwar.keyring.phrase import new_phrase
from jiwar.keyring.session import Session
from jiwar.store.contract import Mail
from jiwar.store.guard import CLOSED_HOURS, SLOTS
from jiwar.wire.canonical import encode, reread
from tests.world import Person, Village, World, send_letter

pytestmark = pytest.mark.anyio


async def given(here: Village, owner: Person, friend: Person) -> None:
    await guarding.give(owner.circle(here.circle), friend.persona(here.circle))


def about(here: Village, who: Person, other: Person) -> tuple[Circle, bytes]:
    return who.circle(here.circle), other.persona(here.circle)


async def test_a_friend_closes_the_whole_account_and_its_sessions_end(here: Village) -> None:
    owner, friend = here.founder, here.member
    second = await here.world.found(owner)
    await given(here, owner, friend)
    cookies = [owner.cookie, owner.again().cookie]
    await guarding.close(*about(here, friend, owner))
    sessions = here.world.services.sessions
    for cookie in cookies:
        with pytest.raises(SignedOut):
            sessions.find(cookie)
    with pytest.raises(SignedOut):
        owner.member  # noqa: B018
    here.world.clock.forward(seconds=CLOSED_HOURS * 3_600)
    assert owner.member.has(second)


async def test_somebody_to_whom_nothing_was_given_closes_nothing(here: Village) -> None:
    await given(here, here.founder, here.member)
    with pytest.raises(NotThere):
        await guarding.close(*about(here, here.steward, here.founder))
    assert here.founder.member.has(here.circle)


async def test_what_was_taken_back_closes_nothing_and_says_no_more(here: Village) -> None:
    await given(here, here.founder, here.member)
    await guarding.take_back(here.founder.member, 0)
    with pytest.raises(LockRests):
        await guarding.close(*about(here, here.member, here.founder))
    assert here.founder.member.has(here.circle)


async def test_it_works_once(here: Village) -> None:
    owner, friend = here.founder, here.member
    await given(here, owner, friend)
    await guarding.close(*about(here, friend, owner))
    here.world.clock.forward(days=5)
    with pytest.raises(NotThere):
        await guarding.close(*about(here, friend, owner))
    assert owner.member.has(here.circle)


async def test_a_forged_capability_closes_nothing(here: Village) -> None:
    """A member sends somebody a lock of their own making, and one by a stranger's name."""
    forged = encode(guarding.Lent(b"x" * guarding.CAPABILITY, 1))
    await send_letter(here.steward.circle(here.circle), here.member.persona(here.circle), letters.TRUST, forged)
    with pytest.raises(LockRests):
        await guarding.close(*about(here, here.member, here.steward))
    for short in (b"short", encode(guarding.Lent(b"short", 1))):
        await send_letter(here.steward.circle(here.circle), here.member.persona(here.circle), letters.TRUST, short)
    assert guarding.trusted_by(*about(here, here.member, here.founder)) is None
    for person in here.everybody:
        assert person.member.has(here.circle)


async def test_three_people_may_have_one_and_nobody_twice(here: Village) -> None:
    owner = here.founder
    others = [here.steward, here.member, await here.world.join(here.circle, owner, "third")]
    for other in others:
        await given(here, owner, other)
    fourth = await here.world.join(here.circle, here.steward, "fourth")
    with pytest.raises(Full):
        await given(here, owner, fourth)
    with pytest.raises(NotAllowed):
        await guarding.give(owner.circle(here.circle), owner.persona(here.circle))
    assert len(owner.member.keyring.friends) == SLOTS


async def test_it_outlives_the_letter_that_brought_it(here: Village) -> None:
    owner, friend = here.founder, here.member
    await given(here, owner, friend)
    await guarding.gather_everywhere(friend.member)
    for _ in range(10):
        await here.world.pass_days(10)
    assert guarding.trusted_by(*about(here, friend, owner)) is not None
    await guarding.close(*about(here, friend, owner))


@pytest.mark.parametrize("newest_first", [False, True])
async def test_of_two_locks_of_one_day_the_later_one_closes(
    here: Village, monkeypatch: pytest.MonkeyPatch, newest_first: bool
) -> None:
    """Given, taken back and given anew by another phone of the owner on one day, before the friend comes by: a box
    may say them in any order."""
    owner, friend = here.founder, here.member
    other_phone = owner.again()
    await given(here, owner, friend)
    await guarding.take_back(owner.member, 0)
    await given(here, other_phone, friend)
    _in_order(monkeypatch, here, friend, newest_first)
    await guarding.close(*about(here, friend, owner))
    with pytest.raises(SignedOut):
        owner.member  # noqa: B018


@pytest.mark.parametrize("gathered", [False, True])
async def test_a_lock_that_is_gathered_late_takes_nobody_back(
    here: Village, monkeypatch: pytest.MonkeyPatch, gathered: bool
) -> None:
    """The newer one is in the keyring already when the older letter is read."""
    owner, friend = here.founder, here.member
    await given(here, owner, friend)
    old = here.world.store.mail(friend.circle(here.circle).log.persona.box(BOX))
    await guarding.take_back(owner.member, 0)
    await given(here, owner, friend)
    if gathered:
        await guarding.gather(friend.circle(here.circle))
    monkeypatch.setattr(here.world.store, "mail", lambda _: old)
    held = guarding.trusted_by(*about(here, friend, owner))
    assert (held == _capability(old[0], friend.circle(here.circle))) != gathered


def _in_order(monkeypatch: pytest.MonkeyPatch, here: Village, friend: Person, newest_first: bool) -> None:
    """Have the store say the friend's letters oldest or newest first."""
    circle, store = friend.circle(here.circle), here.world.store
    box = sorted(
        store.mail(circle.log.persona.box(BOX)),
        key=lambda mail: guarding.read_lent(_opened(mail, circle)).turn,
        reverse=newest_first,
    )
    assert len(box) == 2
    monkeypatch.setattr(store, "mail", lambda _: box)


def _opened(mail: Mail, circle: Circle) -> bytes:
    persona = circle.log.persona
    return letters.read_letter(persona.kem_seed, letters.TRUST, digest(INBOX, persona.box(BOX)), mail).body


def _capability(mail: Mail, circle: Circle) -> bytes:
    return guarding.read_lent(_opened(mail, circle)).capability


async def test_locks_of_strangers_push_out_nobodys(here: Village) -> None:
    """More accounts than there are places give somebody a lock, before and after they come by."""
    owner, friend = here.founder, here.member
    await given(here, owner, friend)
    await guarding.gather(friend.circle(here.circle))
    crowd = await here.crowd(guarding.MOST_TRUSTS + 1)
    for stranger in crowd:
        await given(here, stranger, friend)
    await guarding.gather(friend.circle(here.circle))
    assert len(friend.circle(here.circle).membership.trusts) == guarding.MOST_TRUSTS
    await guarding.close(*about(here, friend, crowd[-1]))  # Found no place, and counts from its letter.
    await guarding.close(*about(here, friend, owner))
    with pytest.raises(SignedOut):
        owner.member  # noqa: B018


async def test_the_owner_is_told_that_it_happened_and_gives_them_anew(world: World, accounts: Accounts) -> None:
    phrase = new_phrase()
    friend = await world.sign_up()
    circle = await world.found(friend)
    newcomer = await accounts.create(phrase, _session(world))
    admitted, _ = await world.admitted(circle, friend)
    entered = await entering.enter(newcomer, admitted, "owner")
    await guarding.give(entered, friend.persona(circle))
    await guarding.close(friend.circle(circle), entered.log.persona.key)
    with pytest.raises(PhraseUnknown):
        await accounts.sign_in(phrase, _session(world))
    world.clock.forward(seconds=CLOSED_HOURS * 3_600)
    back = await accounts.sign_in(phrase, _session(world))
    assert back.keyring.was_closed
    assert back.keyring.friends == ()
    await guarding.has_read(back)
    again = await accounts.sign_in(phrase, _session(world))
    assert not again.keyring.was_closed


async def test_a_sleeping_account_is_woken_by_a_friend_alone(here: Village) -> None:
    owner, friend = here.founder, here.member
    await given(here, owner, friend)
    asleep, hour = owner.persona(here.circle), int(here.world.clock.seconds() // 3_600)
    await guarding.sleep(owner.member, hour + 240, wakes=True)
    with pytest.raises(SignedOut):
        owner.member  # noqa: B018
    with pytest.raises(NotThere):
        await guarding.wake(here.steward.circle(here.circle), asleep)
    await guarding.wake(friend.circle(here.circle), asleep)
    assert owner.member.has(here.circle)


def test_regression_what_was_given_before_it_had_a_turn_is_read() -> None:
    """A keyring of then has two fields here, and its owner can't sign in if it doesn't open."""
    persona, capability = b"p" * 32, b"c" * 16
    assert reread(msgspec.msgpack.encode((persona, capability)), Trust) == Trust(persona, capability, 0)


def _session(world: World) -> Session:
    return world.services.sessions.find(world.services.sessions.start())


@pytest.fixture
async def accounts(world: World, anyio_backend: str) -> AsyncIterator[Accounts]:
    yield world.accounts
    world.accounts.close()
