"""The fund among real people: two of the care team, a member, and somebody with a program of their own."""

from __future__ import annotations

from functools import partial

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, roles, still
from jiwar.circles.policy import Fund
from jiwar.circles.rights import PERIOD_DAYS
from jiwar.errors import (
    BadAmount,
    BadChoice,
    Full,
    JiwarError,
    NotAllowed,
    NotThere,
    TextMissing,
    TextTooLong,
)
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.store.contract import KEPT
from jiwar.systems.fund import rules, service, view
from jiwar.systems.fund.model import (
    FIGURES,
    HANDED,
    TOLD,
    UNSAID,
    Figures,
    Handed,
    Told,
)
from jiwar.systems.fund.rules import ARRIVED, DROPPED, HELP, SPENT
from jiwar.wire.canonical import encode
from tests.systems.fund.book import FOR, agreed, asked, balance, book, came, once
from tests.world import Village

pytestmark = pytest.mark.anyio


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


async def test_nobody_says_yes_to_what_they_can_not_read(here: Village) -> None:
    number = await asked(here)
    await here.world.pass_days(rules.TOLD_DAYS + 2)
    with pytest.raises(NotAllowed):
        await service.agree(book(here, here.steward), number)
    assert view.one(book(here, here.steward), number).entry.yes == ()


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


@pytest.mark.parametrize(
    ("fund", "error"),
    [(Fund(True, "", 5), TextMissing), (Fund(True, "lira", 7), BadChoice), (Fund(False, "x" * 40, 5), TextTooLong)],
)
async def test_a_charter_names_a_sound_fund(here: Village, fund: Fund, error: type[JiwarError]) -> None:
    circle = here.founder.circle(here.circle)
    with pytest.raises(error):
        await founding.change_charter(circle, replace(circle.charter, fund=fund))
