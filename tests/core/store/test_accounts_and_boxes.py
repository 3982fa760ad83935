"""Accounts, boxes, invitations and the hub's own pages: what every store answers."""

from __future__ import annotations

import asyncio

import pytest

from jiwar.clock import SetClock
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, ROW
from jiwar.errors import BadInput, Conflict, KeysChanged, NotThere, TooMuch
from jiwar.store.contract import (
    ACCOUNT_INNER_SIZE,
    BOX_BYTES,
    BOX_ENVELOPES,
    INVITE_LIMIT,
    MAIL_DAYS,
    MAIL_LIMIT,
    PAGE_LIMIT,
    AccountWrite,
    Mail,
    Store,
)
from tests.core.store.making import TODAY, inner, opened, some
from tests.core.store.places import TestOuter

pytestmark = pytest.mark.anyio


def row(value: bytes) -> bytes:
    return digest(ROW, value)


async def test_accounts_are_written_and_read_back(store: Store) -> None:
    one, two = some(32), some(32)
    await store.put_accounts([AccountWrite(one, None, inner(1)), AccountWrite(two, None, inner(2))])
    assert store.account(one) == inner(1)
    assert store.account(two) == inner(2)
    await store.put_accounts([AccountWrite(one, row(inner(1)), inner(3))])
    assert store.account(one) == inner(3)


async def test_account_writes_are_all_or_none(store: Store) -> None:
    one, two = some(32), some(32)
    await store.put_accounts([AccountWrite(one, None, inner(1))])
    for bad in (
        AccountWrite(one, None, inner(9)),
        AccountWrite(one, row(inner(9)), inner(9)),
        AccountWrite(some(32), row(inner(1)), inner(9)),
    ):
        with pytest.raises(Conflict):
            await store.put_accounts([AccountWrite(two, None, inner(2)), bad])
    assert store.account(one) == inner(1)
    assert store.account(two) == inner(1)


async def test_unknown_locator_gives_another_accounts_bytes(store: Store) -> None:
    assert len(store.account(some(32))) == ACCOUNT_INNER_SIZE
    names = [some(32) for _ in range(3)]
    await store.put_accounts([AccountWrite(name, None, inner(name)) for name in names])
    standing = {inner(name) for name in names}
    for unknown in (bytes(32), b"\xff" * 32, some(32)):
        assert store.account(unknown) in standing


async def test_accounts_of_another_size_are_refused(store: Store) -> None:
    for write in (
        AccountWrite(some(32), None, b"short"),
        AccountWrite(some(31), None, inner(1)),
        AccountWrite(some(32), b"short", inner(1)),
    ):
        with pytest.raises(BadInput):
            await store.put_accounts([write])
    twice = AccountWrite(some(32), None, inner(1))
    with pytest.raises(BadInput):
        await store.put_accounts([twice, twice])


async def test_removed_accounts_are_gone(store: Store) -> None:
    one, two = some(32), some(32)
    await store.put_accounts([AccountWrite(one, None, inner(1)), AccountWrite(two, None, inner(2))])
    await store.remove_accounts([one, some(32)])
    assert store.account(one) == inner(2)
    await store.put_accounts([AccountWrite(one, None, inner(1))])


async def test_mail_waits_for_the_holder_of_the_read_token(store: Store) -> None:
    shelf = await opened(store)
    token = some(32)
    box = digest(INBOX, token)
    letters = [Mail(some(16), TODAY, some(size)) for size in (1, 4000, 16_384, MAIL_LIMIT)]
    for letter in letters:
        await store.put_mail(shelf.name, shelf.append, box, letter)
    assert sorted(store.mail(token), key=lambda mail: len(mail.value)) == letters
    assert store.mail(box) == []
    await store.delete_mail(token, letters[1].eid)
    await store.delete_mail(token, some(16))
    await store.delete_mail(some(32), letters[0].eid)
    assert {mail.eid for mail in store.mail(token)} == {letter.eid for letter in letters} - {letters[1].eid}


async def test_mail_that_is_there_stays_as_it_is(store: Store) -> None:
    shelf = await opened(store)
    token, eid = some(32), some(16)
    box = digest(INBOX, token)
    await store.put_mail(shelf.name, shelf.append, box, Mail(eid, TODAY, b"first"))
    await store.put_mail(shelf.name, shelf.append, box, Mail(eid, TODAY, b"second"))
    assert store.mail(token) == [Mail(eid, TODAY, b"first")]


async def test_leaving_mail_needs_an_append_token(store: Store) -> None:
    shelf = await opened(store)
    letter, box = Mail(some(16), TODAY, b"x"), some(32)
    with pytest.raises(NotThere):
        await store.put_mail(shelf.name, shelf.read, box, letter)
    with pytest.raises(NotThere):
        await store.put_mail(some(16), shelf.append, box, letter)
    old = shelf.append
    await shelf.rotate(store)
    with pytest.raises(KeysChanged):
        await store.put_mail(shelf.name, old, box, letter)


async def test_mail_of_wrong_sizes_is_refused(store: Store) -> None:
    shelf = await opened(store)
    for box, letter in (
        (b"short", Mail(some(16), TODAY, b"x")),
        (some(32), Mail(b"short", TODAY, b"x")),
        (some(32), Mail(some(16), TODAY, b"")),
        (some(32), Mail(some(16), -1, b"x")),
        (some(32), Mail(some(16), TODAY + 2, b"x")),  # It would outlive all others.
        (some(32), Mail(some(16), TODAY, bytes(MAIL_LIMIT + 1))),
    ):
        with pytest.raises(BadInput):
            await store.put_mail(shelf.name, shelf.append, box, letter)


async def test_answer_to_an_invitation_is_admitted_while_it_stands(store: Store, clock: SetClock) -> None:
    token = some(32)
    box = digest(INBOX, token)
    answer = Mail(some(16), TODAY, some(5000))
    with pytest.raises(NotThere):
        await store.answer_invite(b"12", box, answer)
    await store.put_invite(b"12", TODAY, b"invite")
    await store.answer_invite(b"12", box, answer)
    await store.answer_invite(b"12", box, answer)
    assert store.mail(token) == [answer]
    with pytest.raises(BadInput):
        await store.answer_invite(b"12", b"short", answer)
    clock.forward(days=1)
    with pytest.raises(NotThere):
        await store.answer_invite(b"12", box, Mail(some(16), TODAY, b"late"))


async def test_full_box_takes_nothing_more(store: Store) -> None:
    shelf = await opened(store)
    many, large = some(32), some(32)
    for _ in range(BOX_ENVELOPES):
        await store.put_mail(shelf.name, shelf.append, digest(INBOX, many), Mail(some(16), TODAY, b"x"))
    for _ in range(BOX_BYTES // MAIL_LIMIT):
        letter = Mail(some(16), TODAY, bytes(MAIL_LIMIT))
        await store.put_mail(shelf.name, shelf.append, digest(INBOX, large), letter)
    for token in (many, large):
        with pytest.raises(TooMuch):
            await store.put_mail(shelf.name, shelf.append, digest(INBOX, token), Mail(some(16), TODAY, b"x"))
        await store.delete_mail(token, store.mail(token)[0].eid)
        await store.put_mail(shelf.name, shelf.append, digest(INBOX, token), Mail(some(16), TODAY, b"x"))


async def test_invitation_opens_by_its_number_until_its_last_day(store: Store, clock: SetClock) -> None:
    number = b"4711"
    await store.put_invite(number, TODAY + 7, some(INVITE_LIMIT, "invite"))
    with pytest.raises(Conflict):
        await store.put_invite(number, TODAY + 7, b"other")
    clock.forward(days=7)
    assert store.invite(number) == some(INVITE_LIMIT, "invite")
    await store.turn_day(clock.day(), TestOuter("next"))
    assert store.invite(number) == some(INVITE_LIMIT, "invite")
    clock.forward(days=1)
    with pytest.raises(NotThere):
        store.invite(number)
    await store.turn_day(clock.day(), TestOuter("after"))
    await store.put_invite(number, TODAY + 9, b"again")
    assert store.invite(number) == b"again"


async def test_spent_invitation_is_gone(store: Store) -> None:
    await store.put_invite(b"1", TODAY, b"once")
    await store.remove_invite(b"1")
    await store.remove_invite(b"2")
    with pytest.raises(NotThere):
        store.invite(b"1")
    with pytest.raises(BadInput):
        await store.put_invite(b"1", TODAY, bytes(INVITE_LIMIT + 1))


@pytest.mark.parametrize("size", [0, 10, 4000, PAGE_LIMIT])
async def test_pages_are_replaced_whole(store: Store, size: int) -> None:
    name = some(16)
    with pytest.raises(NotThere):
        store.page(name)
    await store.put_page(name, some(9000, "page"))
    assert store.page(name) == some(9000, "page")
    await store.put_page(name, some(size, "other"))
    assert store.page(name) == some(size, "other")
    with pytest.raises(BadInput):
        await store.put_page(name, bytes(PAGE_LIMIT + 1))
    with pytest.raises(BadInput):
        await store.put_page(b"name", b"")


async def test_a_page_is_taken_away(store: Store) -> None:
    name = some(16)
    await store.put_page(name, some(9000, "page"))
    for _ in range(2):
        await store.remove_page(name)
        with pytest.raises(NotThere):
            store.page(name)
    await asyncio.gather(store.put_page(name, some(10)), store.remove_page(name))
    with pytest.raises(NotThere):
        store.page(name)
    await store.put_page(name, b"again")
    assert store.page(name) == b"again"


async def test_old_mail_is_swept(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    token = some(32)
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, token), Mail(some(16), TODAY, some(9000)))
    clock.forward(days=MAIL_DAYS)
    await store.turn_day(clock.day(), TestOuter("next"))
    assert len(store.mail(token)) == 1
    clock.forward(days=1)
    await store.turn_day(clock.day(), TestOuter("after"))
    assert store.mail(token) == []


async def test_night_keeps_accounts_mail_invitations_and_pages(store: Store, clock: SetClock) -> None:
    shelf = await opened(store)
    names, token, page = [some(32) for _ in range(20)], some(32), some(16)
    await store.put_accounts([AccountWrite(name, None, inner(name)) for name in names])
    letter = Mail(some(16), TODAY, some(9000))
    await store.put_mail(shelf.name, shelf.append, digest(INBOX, token), letter)
    await store.put_invite(b"7", TODAY + 7, b"invite")
    await store.put_page(page, some(5000, "page"))
    for night in range(3):
        clock.forward(days=1)
        await store.turn_day(clock.day(), TestOuter(f"night {night}"))
        assert [store.account(name) for name in names] == [inner(name) for name in names]
        assert store.mail(token) == [letter]
        assert store.invite(b"7") == b"invite"
        assert store.page(page) == some(5000, "page")
    await store.put_accounts([AccountWrite(names[0], row(inner(names[0])), inner("new"))])
    assert store.account(names[0]) == inner("new")
