"""The fund among real people: two of the care team, a member, and somebody with a program of their own."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, leaving, roles, speech, still
from jiwar.circles.circle import Circle
from jiwar.circles.policy import Fund
from jiwar.circles.rights import PERIOD_DAYS
from jiwar.circles.turning import turn
from jiwar.errors import (
    BadAmount,
    BadChoice,
    BeforeMyTime,
    Conflict,
    Full,
    JiwarError,
    NotAllowed,
    NotThere,
    TextMissing,
    TextTooLong,
)
from jiwar.log.shelf import LAST_NUMBER, Entry, Opened
from jiwar.store.contract import KEPT
from jiwar.systems.fund import ledger, rules, service, view
from jiwar.systems.fund.model import (
    AGREED,
    CARRIED,
    CLOSED,
    FIGURES,
    HANDED,
    TOLD,
    UNSAID,
    Agreed,
    Carried,
    Closed,
    Figures,
    Handed,
    Told,
    Totals,
)
from jiwar.systems.fund.rules import ARRIVED, DROPPED, HELP, SPENT
from jiwar.wire.canonical import Wire, encode
from tests.world import Person, Village, village

pytestmark = pytest.mark.anyio
FOR = "A night in the yellow house."


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    return await village(fund=Fund(True, "lira", 5))


@pytest.fixture
async def careful(here: Village) -> Village:
    """Where who is named later has no keys of before, as where keys have turned more often than a keyring holds."""
    inner = roles.open_role(here.founder.circle(here.circle))
    levels = tuple(replace(policy, newcomers_read_back=False) for policy in inner.charter.levels)
    await founding.change_charter(inner, replace(inner.charter, levels=levels))
    return here


def book(here: Village, who: Person) -> Circle:
    return roles.open_role(who.circle(here.circle))


def once(here: Village) -> bytes:
    return here.world.random(rules.NONCE)


async def came(here: Village, amount: int) -> int:
    return await service.income(book(here, here.founder), once(here), amount, "A collection.")


async def asked(here: Village, amount: int = 40) -> int:
    return await service.ask(book(here, here.founder), once(here), HELP, amount, FOR)


async def agreed(here: Village, amount: int = 40) -> int:
    number = await asked(here, amount)
    await service.agree(book(here, here.founder), number)
    await service.agree(book(here, here.steward), number)
    return number


def balance(here: Village) -> int:
    page = view.ledger(book(here, here.steward))
    assert page is not None
    return page.balance


async def test_asked_agreed_by_two_handed_over_closed(here: Village) -> None:
    await came(here, 100)
    number = await asked(here)
    assert view.waiting(book(here, here.steward)) == 1
    await service.agree(book(here, here.founder), number)
    assert view.waiting(book(here, here.founder)) == 0
    with pytest.raises(NotAllowed):
        await service.hand(book(here, here.founder), number)
    await service.agree(book(here, here.steward), number)
    await service.hand(book(here, here.founder), number)
    assert balance(here) == 60
    with pytest.raises(NotAllowed):
        await service.hand(book(here, here.steward), number)
    assert balance(here) == 60
    await service.close(book(here, here.steward), number, ARRIVED)
    assert view.one(book(here, here.founder), number).entry.outcome == ARRIVED


async def test_closing_empties_what_it_was_for(here: Village) -> None:
    inner = book(here, here.founder)
    number = await asked(here)
    told = view.one(book(here, here.steward), number).told
    assert told is not None
    assert told.text == FOR
    await service.close(book(here, here.steward), number, DROPPED)
    assert view.one(book(here, here.founder), number).told is None
    rows = inner.log.rows(view.told_object(inner), 0, LAST_NUMBER, 10)
    assert [row.value for row in rows[1:]] == [b""]


def words_left(here: Village) -> int:
    """How many records about entries the hub still has."""
    inner = book(here, here.founder)
    return len(list(still.rows(inner, view.told_object(inner)))) - 1


async def turned(here: Village) -> None:
    await turn(book(here, here.founder), book(here, here.founder))


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


async def test_what_it_is_for_expires_and_the_amount_stays(here: Village) -> None:
    await came(here, 100)
    await here.world.pass_days(rules.TOLD_DAYS + 2)
    page = view.ledger(book(here, here.steward))
    assert page is not None
    assert page.balance == 100
    assert view.told(book(here, here.steward), page.entries.values()) == {}


async def test_words_that_are_changed_after_a_yes_are_nobody_s(here: Village) -> None:
    number = await asked(here)
    inner = book(here, here.steward)
    other = Told(number, b"x" * rules.NONCE, "A car.", b"")
    await inner.log.append(Entry(view.told_object(inner), TOLD, encode(other), rules.TOLD_DAYS))
    told = view.one(book(here, here.founder), number).told
    assert told is not None
    assert told.text == FOR


async def test_two_taps_write_one_entry(here: Village) -> None:
    nonce, inner = once(here), partial(book, here, here.founder)
    assert await service.income(inner(), nonce, 100, "tin") == await service.income(inner(), nonce, 100, "tin")
    assert await service.ask(inner(), nonce, SPENT, 5, "tea") == await service.ask(inner(), nonce, SPENT, 5, "tea")
    assert balance(here) == 100
    await service.income(inner(), nonce, 20, "tin")
    assert balance(here) == 120, "what was changed on the way back is another"


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


async def test_what_is_no_entry_is_refused_and_changes_nothing(here: Village) -> None:
    await came(here, 100)
    inner, size = book(here, here.founder), book(here, here.founder).log.state.size
    for amount in (0, -3, rules.MOST_AMOUNT + 1):
        with pytest.raises(BadAmount):
            await service.ask(inner, once(here), HELP, amount, FOR)
    with pytest.raises(BadChoice):
        await service.ask(inner, once(here), "party", 5, FOR)
    with pytest.raises(TextMissing):
        await service.income(inner, once(here), 5, " ")
    with pytest.raises(NotThere):
        await service.agree(inner, 99)
    assert book(here, here.founder).log.state.size == size


async def test_no_more_are_open_than_a_page_shows(here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_OPEN", 2)
    await asked(here)
    await asked(here)
    with pytest.raises(Full):
        await asked(here)


async def test_nothing_is_handed_over_beyond_what_there_is(here: Village) -> None:
    await came(here, 30)
    number = await agreed(here, 40)
    with pytest.raises(NotAllowed):
        await service.hand(book(here, here.founder), number)
    await came(here, 10)
    await service.hand(book(here, here.founder), number)
    assert balance(here) == 0


async def test_who_left_the_team_has_said_yes_before_and_says_nothing_after(here: Village) -> None:
    await came(here, 100)
    first, second = await asked(here), await asked(here)
    for number in (first, second):
        await service.agree(book(here, here.founder), number)
    await service.agree(book(here, here.steward), first)
    stale = here.steward.stale_log(book(here, here.steward).id)
    await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
    here.world.hub.colludes = True
    inner = book(here, here.founder)
    for number in (first, second):
        await stale.append(Entry(view.ledger_object(inner), HANDED, encode(Handed(number)), KEPT))
    here.world.restart()
    entries = {number: view.one(book(here, here.founder), number).entry for number in (first, second)}
    assert [one.is_agreed for one in entries.values()] == [True, False]
    assert all(one.is_open for one in entries.values())


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


async def newcomer(here: Village) -> Person:
    """A steward without the keys of before."""
    await turned(here)
    await here.world.make_steward(here.circle, here.founder, here.member)
    return here.member


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


async def test_nobody_says_yes_to_what_they_can_not_read(here: Village) -> None:
    number = await asked(here)
    await here.world.pass_days(rules.TOLD_DAYS + 2)
    with pytest.raises(NotAllowed):
        await service.agree(book(here, here.steward), number)
    assert view.one(book(here, here.steward), number).entry.yes == ()


async def test_who_can_not_read_back_begins_with_a_page(here: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    await came(here, 100)
    inner = book(here, here.founder)
    nothing = Totals(here.world.clock.day() // PERIOD_DAYS)
    false = Carried(Totals(nothing.period, 50), nothing, nothing)
    await inner.log.append(Entry(view.ledger_object(inner), CARRIED, encode(false), KEPT))
    assert balance(here) == 100
    monkeypatch.setattr(view, "MOST_READ", 1)
    assert balance(here) == 50, "whoever reads no further back has a steward's word for it"


# what the group is told


async def test_the_group_reads_rounded_figures_of_a_day_gone_by(here: Village) -> None:
    await came(here, 103)
    await service.look_after_everywhere(here.founder.member)
    assert view.figures(here.member.circle(here.circle)) is None
    await here.world.pass_days(PERIOD_DAYS)
    await service.look_after_everywhere(here.founder.member)
    told = view.figures(here.member.circle(here.circle))
    assert told is not None
    assert (told.balance, told.went) == (100, UNSAID)
    size = here.member.circle(here.circle).log.state.size
    await service.look_after_everywhere(here.steward.member)
    assert here.member.circle(here.circle).log.state.size == size, "what stands there isn't said again"


async def test_a_member_tells_no_figures_and_a_steward_who_lies_is_corrected(here: Village) -> None:
    await came(here, 100)
    await here.world.pass_days(PERIOD_DAYS)
    await service.look_after_everywhere(here.founder.member)
    honest = view.figures(here.member.circle(here.circle))
    assert honest is not None
    false = encode(Figures(honest.period, honest.since, 5, 5, UNSAID))
    for who, reads in ((here.member, honest.balance), (here.steward, 5)):
        circle = who.circle(here.circle)
        await circle.log.append(Entry(view.figures_object(circle), FIGURES, false, 365))
        told = view.figures(here.member.circle(here.circle))
        assert told is not None
        assert told.balance == reads
    await service.look_after_everywhere(here.founder.member)
    assert view.figures(here.member.circle(here.circle)) == honest


async def test_a_flood_of_records_hides_no_figures(here: Village) -> None:
    await came(here, 100)
    await here.world.pass_days(PERIOD_DAYS)
    await service.look_after_everywhere(here.founder.member)
    circle = here.member.circle(here.circle)
    honest = view.figures(circle)
    for _ in range(still.PAGE + 1):
        await circle.log.append(Entry(view.figures_object(circle), FIGURES, b"?", 365))
    assert honest is not None
    assert view.figures(here.member.circle(here.circle)) == honest


async def test_figures_that_can_not_be_are_passed_over(here: Village) -> None:
    circle = here.founder.circle(here.circle)
    await came(here, 100)
    await here.world.pass_days(PERIOD_DAYS)
    await service.look_after_everywhere(here.founder.member)
    honest = view.figures(circle)
    for body in (
        b"?",
        encode(Figures(3, 3, 5, 5, 0)),
        encode(Figures(4, 3, 5, -5, 0)),
        encode(Figures(4, 3, 5, 7, 0)),
    ):
        await circle.log.append(Entry(view.figures_object(circle), FIGURES, body, 365))
    assert view.figures(here.member.circle(here.circle)) == honest


async def test_keys_turn_and_the_book_goes_on(here: Village) -> None:
    await came(here, 100)
    await roles.take(here.founder.circle(here.circle), here.steward.persona(here.circle))
    await leaving.turn_all_due(here.founder.member)
    here.world.restart()
    await came(here, 20)
    page = view.ledger(book(here, here.founder))
    assert page is not None
    assert page.balance == 120


@pytest.mark.parametrize(
    ("fund", "error"),
    [(Fund(True, "", 5), TextMissing), (Fund(True, "lira", 7), BadChoice), (Fund(False, "x" * 40, 5), TextTooLong)],
)
async def test_a_charter_names_a_sound_fund(here: Village, fund: Fund, error: type[JiwarError]) -> None:
    circle = here.founder.circle(here.circle)
    with pytest.raises(error):
        await founding.change_charter(circle, replace(circle.charter, fund=fund))
