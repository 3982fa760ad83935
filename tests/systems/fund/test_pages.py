"""Pages of the ledger: keys turn, sessions break off, programs lie; it stays one account."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from jiwar.circles import leaving, roles, speech, still
from jiwar.circles.circle import Circle
from jiwar.circles.rights import PERIOD_DAYS
from jiwar.errors import (
    BeforeMyTime,
    Conflict,
    NotAllowed,
)
from jiwar.log.shelf import Entry, Opened
from jiwar.store.contract import KEPT
from jiwar.systems.fund import ledger, service, view
from jiwar.systems.fund.model import (
    AGREED,
    CARRIED,
    CLOSED,
    Agreed,
    Carried,
    Closed,
    Totals,
)
from jiwar.systems.fund.rules import ARRIVED, DROPPED, HELP, SPENT
from jiwar.wire.canonical import Wire, encode
from tests.systems.fund.book import FOR, agreed, asked, balance, book, came, newcomer, once, turned
from tests.world import Village

pytestmark = pytest.mark.anyio


def words_left(here: Village) -> int:
    """How many records about entries the hub still has."""
    inner = book(here, here.founder)
    return len(list(still.rows(inner, view.told_object(inner)))) - 1


async def test_closing_empties_also_what_stood_under_older_keys(careful: Village) -> None:
    here = careful
    number = await asked(here)
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    await service.look_after_everywhere(here.founder.member)
    await service.close(book(here, here.member), number, DROPPED)
    assert view.one(book(here, here.founder), number).told is None
    assert words_left(here) == 0


async def test_words_stand_once_however_often_keys_turn(here: Village) -> None:
    await asked(here)
    number = await asked(here)
    for _ in range(3):
        await turned(here)
        for who in (here.founder, here.steward):
            await service.look_after_everywhere(who.member)
        assert words_left(here) == 2
    told = view.one(book(here, here.steward), number).told
    assert told is not None
    assert told.text == FOR


@pytest.mark.parametrize("breaks", ["_append", "_empty_spent"])
async def test_a_page_that_broke_off_is_finished_by_the_next_steward(
    careful: Village, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    async def fails(*_: object) -> None:
        raise Conflict

    here = careful
    number = await asked(here)
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    with monkeypatch.context() as patched:
        patched.setattr(service, breaks, fails)
        await service.look_after_everywhere(here.founder.member)
    await service.look_after_everywhere(here.steward.member)
    await service.agree(book(here, here.member), number)
    assert words_left(here) == 1


async def test_words_of_what_was_closed_go_when_the_next_steward_comes(here: Village) -> None:
    number, inner = await asked(here), book(here, here.founder)
    await inner.log.append(Entry(view.ledger_object(inner), CLOSED, encode(Closed(number, DROPPED)), KEPT))
    assert words_left(here) == 1
    await service.look_after_everywhere(here.steward.member)
    assert words_left(here) == 0


async def test_two_taps_with_keys_turned_in_between_write_one_entry(here: Village) -> None:
    nonce, other, inner = once(here), once(here), partial(book, here, here.founder)
    first = await service.income(inner(), nonce, 100, "tin")
    wanted = await service.ask(inner(), other, SPENT, 5, "tea")
    await service.close(inner(), wanted, DROPPED)
    await turned(here)
    await service.look_after_everywhere(here.founder.member)
    assert view.one(inner(), first).is_past
    assert await service.income(inner(), nonce, 100, "tin") == first
    assert await service.ask(inner(), other, SPENT, 5, "tea") == wanted
    assert balance(here) == 100


async def test_what_was_handed_over_arrives_after_keys_have_turned(careful: Village) -> None:
    here = careful
    await came(here, 100)
    number = await agreed(here)
    await service.hand(book(here, here.founder), number)
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    await service.look_after_everywhere(here.founder.member)
    told = view.one(book(here, here.member), number).told
    assert told is not None
    assert told.text == FOR
    await service.close(book(here, here.member), number, ARRIVED)
    assert view.one(book(here, here.steward), number).entry.outcome == ARRIVED
    assert balance(here) == 60


async def test_a_long_book_is_carried_on_with_what_is_open(here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "LONG", 3)
    first = await came(here, 100)
    open_ = await asked(here)
    await service.agree(book(here, here.founder), open_)
    await service.agree(book(here, here.steward), open_)
    await service.look_after_everywhere(here.founder.member)
    page = view.ledger(book(here, here.founder))
    assert page is not None
    assert (page.balance, list(page.entries), page.begins > open_) == (100, [open_], True)
    assert view.one(book(here, here.founder), first).is_past
    await service.hand(book(here, here.steward), open_)
    assert balance(here) == 60
    with pytest.raises(NotAllowed):
        await service.close(book(here, here.founder), first, ARRIVED)


async def test_keys_turn_and_whoever_is_named_later_writes_into_the_same_book(careful: Village) -> None:
    """Three stewards, the third named after the keys have turned: one account, the words with it, whoever reads."""
    here = careful
    await came(here, 100)
    open_ = await asked(here)
    await service.agree(book(here, here.founder), open_)
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    late = partial(book, here, here.member)
    with pytest.raises(BeforeMyTime):
        await service.income(late(), once(here), 5, "tin")
    with pytest.raises(BeforeMyTime):
        await service.ask(late(), once(here), HELP, 5, FOR)
    assert view.ledger(late()) is None
    assert balance(here) == 100
    await service.look_after_everywhere(here.steward.member)
    found = view.one(late(), open_)
    assert (found.entry.yes, found.told and found.told.text) == ((here.founder.persona(here.circle),), FOR)
    await service.agree(late(), open_)
    await service.income(late(), once(here), 20, "tin")
    await service.hand(book(here, here.steward), open_)
    pages = [view.ledger(book(here, who)) for who in (here.founder, here.steward, here.member)]
    assert [page and (page.balance, page.begins, list(page.entries)) for page in pages] == [
        (80, pages[0] and pages[0].begins, [open_, max(pages[0].entries) if pages[0] else 0])
    ] * 3


def pages(here: Village) -> list[tuple[int, int, list[ledger.Entry]]]:
    """What each of the three has: where the page begins, what there is, what is open."""
    found = [view.ledger(book(here, who)) for who in (here.founder, here.steward, here.member)]
    return [(page.begins, page.balance, page.open) for page in found if page is not None]


@pytest.mark.parametrize("breaks", [False, True])
async def test_a_page_that_somebody_wrote_before_stays_nobody_s_beginning(
    careful: Village, monkeypatch: pytest.MonkeyPatch, breaks: bool
) -> None:
    """The founder reckons a page, the steward's yes comes before it, the founder's session may break off there."""
    here = careful
    number = await asked(here)
    await newcomer(here)
    append = service._append

    async def too_late(inner: Circle, kind: str, body: Wire) -> Opened:
        if kind == CARRIED:
            await append(book(here, here.steward), AGREED, Agreed(number))
        return await append(inner, kind, body)

    async def fails(*_: object) -> None:
        raise Conflict

    with monkeypatch.context() as patched:
        patched.setattr(service, "_append", too_late)
        if breaks:
            patched.setattr(speech, "erase_own", fails)
        await service.look_after_everywhere(here.founder.member)
    assert (view.ledger(book(here, here.member)) is not None) == breaks
    await service.look_after_everywhere(here.steward.member)
    first, *others = pages(here)
    assert [first, first] == others
    assert [one.yes for one in first[2]] == [(here.steward.persona(here.circle),)]


async def forges(here: Village, number: int) -> None:
    """The steward's program writes a page on which the others have said yes."""
    inner = book(here, here.steward)
    page = ledger.next_page(view.ledger(inner) or ledger.Ledger(), here.world.clock.day())
    both = (here.founder.persona(here.circle), here.member.persona(here.circle))
    forged = replace(page, open=tuple(replace(one, yes=both) for one in page.open))
    await inner.log.append(Entry(view.ledger_object(inner), CARRIED, encode(forged), KEPT))


async def test_an_untrue_page_names_who_wrote_it_and_goes_when_somebody_comes_who_knows_better(
    careful: Village,
) -> None:
    here = careful
    number = await asked(here)
    late = await newcomer(here)
    await forges(here, number)
    found = view.one(book(here, late), number)
    assert (found.entry.is_agreed, found.carrier) == (True, here.steward.persona(here.circle))
    assert view.one(book(here, here.founder), number).carrier == b""
    await service.look_after_everywhere(here.founder.member)
    first, *others = pages(here)
    assert [first, first] == others
    found = view.one(book(here, late), number)
    assert (found.entry.yes, found.carrier) == ((), here.founder.persona(here.circle))


async def test_who_was_deceived_by_a_page_takes_no_true_one_away(careful: Village) -> None:
    here = careful
    number = await asked(here)
    late = await newcomer(here)
    await forges(here, number)
    await turned(here)
    inner = book(here, here.founder)
    page = ledger.next_page(view.ledger(inner) or ledger.Ledger(), here.world.clock.day())
    true = await inner.log.append(Entry(view.ledger_object(inner), CARRIED, encode(page), KEPT))
    await service.look_after_everywhere(late.member)
    assert pages(here)[0][0] == true.number
    await service.look_after_everywhere(here.founder.member)
    first, *others = pages(here)
    assert [first, first] == others
    assert first[0] == true.number


async def test_where_nobody_is_left_who_can_read_it_a_book_begins_anew(careful: Village) -> None:
    here = careful
    await came(here, 100)
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    for gone in (here.steward, here.founder):
        await roles.lay_down(gone.circle(here.circle))
    await service.income(book(here, here.member), once(here), 7, "tin")
    page = view.ledger(book(here, here.member))
    assert page is not None
    assert page.balance == 7


async def test_who_can_not_read_back_begins_with_a_page(here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    await came(here, 100)
    inner = book(here, here.founder)
    nothing = Totals(here.world.clock.day() // PERIOD_DAYS)
    false = Carried(Totals(nothing.period, 50), nothing, nothing)
    await inner.log.append(Entry(view.ledger_object(inner), CARRIED, encode(false), KEPT))
    assert balance(here) == 100
    monkeypatch.setattr(view, "MOST_READ", 1)
    assert balance(here) == 50, "whoever reads no further back has a steward's word for it"


async def test_keys_turn_and_the_book_goes_on(here: Village) -> None:
    await came(here, 100)
    await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
    await leaving.turn_all_due(here.founder.member)
    here.world.restart()
    await came(here, 20)
    page = view.ledger(book(here, here.founder))
    assert page is not None
    assert page.balance == 120
