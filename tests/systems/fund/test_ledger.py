"""The ledger: nothing is handed over twice, without two, or beyond what there is; all readers come to the same."""

from __future__ import annotations

from dataclasses import replace as replace_fields

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles.policy import STEPS
from jiwar.circles.rights import PERIOD_DAYS, period_of
from jiwar.log.shelf import Opened
from jiwar.store.contract import KEPT
from jiwar.systems.fund import rules
from jiwar.systems.fund.ledger import LONG, NEVER, Ledger, fold, next_page, page_of
from jiwar.systems.fund.model import (
    AGREED,
    ASKED,
    CARRIED,
    CLOSED,
    FUND,
    HANDED,
    INCOME,
    UNSAID,
    Agreed,
    Asked,
    Carried,
    Closed,
    FundBegun,
    Handed,
    Income,
    Totals,
    Waiting,
)
from jiwar.systems.fund.rules import ARRIVED, DROPPED, HELP, REFUSED
from jiwar.wire.canonical import Wire, encode

DAY = 20_000 // PERIOD_DAYS * PERIOD_DAYS
SEAL = bytes(32)
ANNA, BEN, CLEO = (name.ljust(32) for name in (b"anna", b"ben", b"cleo"))


def record(number: int, kind: str, body: Wire | bytes, author: bytes = ANNA, day: int = DAY) -> Opened:
    raw, rid = body if isinstance(body, bytes) else encode(body), number.to_bytes(16, "big")
    return Opened(number, number, day, KEPT, 0, rid, kind, author, 0, raw)


class Log:
    """Records in their order, each by somebody."""

    def __init__(self) -> None:
        self.day, self.records = DAY, [record(0, FUND, FundBegun())]

    def writes(self, kind: str, body: Wire | bytes, author: bytes = ANNA, **other: int | bytes) -> int:
        number = len(self.records)
        self.records.append(replace(record(number, kind, body, author, self.day), **other))
        return number

    def income(self, amount: int) -> int:
        return self.writes(INCOME, Income(0, amount, SEAL))

    def asked(self, amount: int) -> int:
        return self.writes(ASKED, Asked(0, HELP, amount, SEAL))

    def agreed(self, entry: int, *people: bytes) -> None:
        for who in people:
            self.writes(AGREED, Agreed(entry), who)

    def given(self, amount: int) -> int:
        entry = self.asked(amount)
        self.agreed(entry, ANNA, BEN)
        self.writes(HANDED, Handed(entry))
        return entry

    @property
    def ledger(self) -> Ledger:
        found = fold(self.records)
        assert found is not None
        return found


def test_asked_agreed_by_two_handed_over_closed() -> None:
    log = Log()
    log.income(100)
    entry = log.asked(40)
    log.agreed(entry, ANNA, BEN)
    assert log.ledger.entries[entry].is_agreed
    log.writes(HANDED, Handed(entry), CLEO)
    assert (log.ledger.balance, log.ledger.entries[entry].handed) == (60, DAY)
    log.writes(CLOSED, Closed(entry, ARRIVED))
    assert log.ledger.entries[entry].outcome == ARRIVED
    assert log.ledger.open == []


def test_the_yes_of_one_is_never_enough_however_often_it_is_said() -> None:
    log = Log()
    log.income(100)
    entry = log.asked(40)
    log.agreed(entry, ANNA, ANNA, ANNA)
    log.writes(HANDED, Handed(entry))
    assert (log.ledger.balance, log.ledger.entries[entry].yes) == (100, (ANNA,))


def test_what_was_handed_over_before_the_second_yes_was_not() -> None:
    log = Log()
    log.income(100)
    entry = log.asked(40)
    log.agreed(entry, ANNA)
    log.writes(HANDED, Handed(entry))
    log.agreed(entry, BEN)
    assert (log.ledger.balance, log.ledger.entries[entry].is_open) == (100, True)


def test_not_twice_not_after_the_end_and_not_beyond_what_there_is() -> None:
    log = Log()
    log.income(50)
    twice = log.given(40)
    log.writes(HANDED, Handed(twice), BEN)
    log.given(20)
    assert log.ledger.balance == 10
    closed = log.asked(5)
    log.agreed(closed, ANNA, BEN)
    log.writes(CLOSED, Closed(closed, DROPPED))
    log.writes(HANDED, Handed(closed))
    assert log.ledger.balance == 10


def test_an_end_fits_what_happened() -> None:
    log = Log()
    log.income(50)
    given, open_ = log.given(40), log.asked(5)
    log.writes(CLOSED, Closed(given, REFUSED))
    log.writes(CLOSED, Closed(open_, ARRIVED))
    log.writes(CLOSED, Closed(open_, "eaten"))
    assert [one.outcome for one in log.ledger.entries.values()] == ["", "", ""]


def test_what_no_form_makes_changes_nothing() -> None:
    log = Log()
    log.income(50)
    entry, before = log.asked(5), log.ledger
    for amount in (0, -5, rules.MOST_AMOUNT + 1):
        log.writes(INCOME, Income(0, amount, SEAL))
    log.writes(INCOME, Income(0, 5, b"short"))
    log.writes(INCOME, Income(3, 5, SEAL))
    log.writes(INCOME, b"?")
    log.writes(ASKED, Asked(0, "party", 5, SEAL))
    log.writes(INCOME, Income(0, 5, SEAL), keep=90)
    log.writes(INCOME, Income(0, 5, SEAL), slot=1)
    log.writes(INCOME, Income(0, 5, SEAL), rid=log.records[1].rid)
    log.writes(FUND, FundBegun())
    log.writes("told", b"?")
    log.writes(AGREED, Agreed(1))
    log.writes(AGREED, Agreed(99))
    log.writes(HANDED, Handed(1))
    log.writes(CLOSED, Closed(1, DROPPED))
    after = log.ledger
    assert (after.balance, after.entries, after.begins) == (before.balance, before.entries, before.begins)
    assert after.entries[entry].is_open


def test_a_page_that_says_something_else_is_passed_over_by_who_knows_better() -> None:
    log = Log()
    log.income(50)
    honest = page_of(log.ledger)
    less = Totals(honest.now.period, 50, 40, 1)
    log.writes(CARRIED, Carried(less, honest.shown, honest.before), epoch=1)
    assert (log.ledger.balance, log.ledger.begins, log.ledger.astray) == (50, 0, {2})
    number = log.writes(CARRIED, honest, epoch=1)
    assert (log.ledger.balance, log.ledger.begins, log.ledger.entries) == (50, number, {})
    log.income(5)
    log.writes(CARRIED, Carried(less, honest.shown, honest.before), epoch=1)
    assert log.ledger.astray == {2}, "what is not due is nobody's beginning who reads the one before"
    assert log.ledger.balance == 50, "what was written for the page before counts on no other"


def test_what_is_open_goes_on_and_what_is_over_stays_behind() -> None:
    log = Log()
    log.income(50)
    over, entry = log.given(10), log.asked(20)
    log.writes(CLOSED, Closed(over, ARRIVED))
    log.agreed(entry, ANNA)
    log.writes(CARRIED, page_of(log.ledger))
    assert over in log.ledger.entries, "nothing calls for a page"
    log.writes(CARRIED, page_of(log.ledger), epoch=1)
    assert [one.number for one in log.ledger.past] == [1, over]
    assert log.ledger.entries[entry].yes == (ANNA,)
    log.agreed(entry, ANNA, BEN)
    log.writes(HANDED, Handed(entry))
    assert log.ledger.balance == 20


def test_what_was_handed_over_goes_on_until_it_arrives() -> None:
    log = Log()
    log.income(50)
    entry = log.given(10)
    number = log.writes(CARRIED, page_of(log.ledger), epoch=1)
    assert log.ledger.entries[entry].handed == DAY
    log.writes(HANDED, Handed(entry))
    log.writes(CLOSED, Closed(entry, ARRIVED))
    for found in (log.ledger, fold(log.records[number:])):
        assert found is not None
        assert (found.balance, found.entries[entry].outcome) == (40, ARRIVED)


def test_a_page_takes_along_no_more_that_are_under_way_than_it_may() -> None:
    log = Log()
    log.income(1_000)
    given = [log.given(1) for _ in range(rules.MOST_UNDER_WAY + 2)]
    log.writes(CARRIED, page_of(log.ledger), epoch=1)
    assert list(log.ledger.entries) == given[2:]
    assert [one.number for one in log.ledger.past][1:] == given[:2]


def test_a_page_that_leaves_open_what_can_not_be_is_no_beginning() -> None:
    nothing = Totals(period_of(DAY))
    good = Waiting(3, DAY, ANNA, HELP, 5, SEAL, (ANNA, BEN), NEVER)
    handed = replace(good, number=4, handed=DAY)
    assert fold([record(99, CARRIED, Carried(nothing, nothing, nothing, (good, handed)))]) is not None
    for bad in (
        (replace(handed, yes=(ANNA,)),),
        (replace(handed, handed=-2),),
        (replace(handed, handed=DAY + PERIOD_DAYS),),
        (replace(good, day=DAY + PERIOD_DAYS),),
        (replace(good, day=-1),),
        tuple(replace(handed, number=one) for one in range(rules.MOST_UNDER_WAY + 1)),
        (replace(good, number=99),),
        (replace(good, number=-1),),
        (good, good),
        (replace(good, kind="party"),),
        (replace(good, amount=0),),
        (replace(good, seal=b""),),
        (replace(good, author=b"anna"),),
        (replace(good, yes=(ANNA, ANNA)),),
        (replace(good, yes=(b"anna", BEN)),),
        tuple(replace(good, number=one) for one in range(rules.MOST_OPEN + 1)),
    ):
        assert fold([record(99, CARRIED, Carried(nothing, nothing, nothing, bad))]) is None


def test_no_more_are_open_than_a_page_shows_whatever_a_program_writes() -> None:
    log = Log()
    entries = [log.asked(1) for _ in range(rules.MOST_OPEN + 5)]
    assert len(log.ledger.open) == rules.MOST_OPEN
    log.writes(CLOSED, Closed(entries[0], REFUSED))
    assert log.asked(1) in log.ledger.entries


def test_what_counts_makes_a_page_long_and_nothing_else() -> None:
    log = Log()
    for _ in range(LONG - 1):
        log.income(1)
        log.writes("filler", Agreed(0))
    log.writes(CARRIED, page_of(log.ledger))
    assert log.ledger.begins == 0
    log.income(1)
    log.writes(CARRIED, page_of(log.ledger))
    assert log.ledger.begins > 0


def test_a_page_that_can_not_be_is_no_beginning() -> None:
    period = period_of(DAY)
    nothing = Totals(period)
    for now in (Totals(period, 5, 9, 1), Totals(period, -1, -2), Totals(period, rules.MOST_TOTAL + 1)):
        assert fold([record(7, CARRIED, Carried(now, nothing, nothing))]) is None
    late = Totals(period + 2)
    assert fold([record(7, CARRIED, Carried(nothing, late, nothing))]) is None
    early = Totals(period - 1)
    assert fold([record(7, CARRIED, Carried(early, early, early))]) is None
    assert fold([record(7, INCOME, Income(0, 5, SEAL))]) is None


@given(st.sampled_from(("period", "times")), st.sampled_from((0, 1, 2**53, 2**63 - 1, 2**64 - 1)))
def test_whatever_a_page_begins_with_the_next_one_can_be_written(name: str, value: int) -> None:
    """A steward's sign-in writes it, and nobody's program may keep the others from coming in."""
    odd = replace(Totals(period_of(DAY), 5, 2), **{name: value})
    log = Log()
    log.records = [record(0, CARRIED, Carried(odd, Totals(), Totals()))]
    log.given(1)
    found = fold(log.records)
    if found is not None:
        encode(next_page(found, DAY + PERIOD_DAYS))


# what the group may know


def shown(log: Log, today: int, people: int = 30) -> tuple[int, int] | None:
    told = rules.figures(next_page(log.ledger, today), 5, people)
    return None if told is None else (told.balance, told.went)


def test_figures_stand_still_within_a_period() -> None:
    log = Log()
    log.income(103)
    assert shown(log, DAY + PERIOD_DAYS - 1) is None
    assert shown(log, DAY + PERIOD_DAYS) == (100, 0)
    log.day = DAY + PERIOD_DAYS
    log.income(50)
    assert shown(log, log.day + 1) == (100, 0)


def test_no_difference_of_figures_is_what_one_or_two_got() -> None:
    log = Log()
    log.income(1_000)
    log.day = DAY + PERIOD_DAYS
    log.given(100)
    log.given(50)
    assert shown(log, DAY + 3 * PERIOD_DAYS) == (1_000, 0)
    log.day = DAY + 3 * PERIOD_DAYS
    log.given(30)
    assert shown(log, DAY + 4 * PERIOD_DAYS) == (820, 180)


def test_whoever_looks_and_whenever_figures_are_of_one_day() -> None:
    log = Log()
    log.income(1_000)
    early = rules.figures(next_page(log.ledger, DAY + PERIOD_DAYS), 5, 30)
    assert rules.figures(next_page(log.ledger, DAY + 9 * PERIOD_DAYS), 5, 30) == early
    log.day = DAY + 5 * PERIOD_DAYS
    log.asked(20)
    assert rules.figures(next_page(log.ledger, log.day), 5, 30) == early


def test_a_small_group_is_told_what_there_is_and_not_what_went() -> None:
    log = Log()
    log.income(1_000)
    assert shown(log, DAY + PERIOD_DAYS, people=19) == (1_000, UNSAID)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.sampled_from(STEPS), st.integers(1, 40))
def test_what_is_told_is_sound_and_never_exact(balance: int, went: int, step: int, people: int) -> None:
    shown = Totals(7, balance + went, went, 3)
    told = rules.figures(Carried(shown, shown, Totals(6)), step, people)
    if told is None:
        assert (balance, went) == (0, 0)
        return
    assert rules.is_sound_figures(told)
    assert 0 <= balance - told.balance < step
    assert told.went == UNSAID or 0 <= went - told.went < step


def figures_of(log: Log, day: int) -> tuple[Totals, Totals]:
    page = next_page(log.ledger, day)
    return page.before, page.shown


# any log at all

people = st.sampled_from((ANNA, BEN, CLEO))
entries = st.integers(0, 9)
acts = st.lists(
    st.tuples(
        st.one_of(
            st.builds(lambda amount: (INCOME, Income(0, amount, SEAL)), st.integers(-1, 60)),
            st.builds(lambda amount: (ASKED, Asked(0, HELP, amount, SEAL)), st.integers(-1, 30)),
            st.builds(lambda entry: (AGREED, Agreed(entry)), entries),
            st.builds(lambda entry: (HANDED, Handed(entry)), entries),
            st.builds(lambda entry, end: (CLOSED, Closed(entry, end)), entries, st.sampled_from((ARRIVED, DROPPED))),
            st.builds(lambda body: ("asked", body), st.binary(max_size=20)),
        ),
        people,
        st.integers(0, 40),
    ),
    max_size=40,
)


def played(chosen: list[tuple[tuple[str, Wire | bytes], bytes, int]]) -> Log:
    log = Log()
    for (kind, body), author, later in chosen:
        log.day = max(log.day, DAY + later)
        log.writes(kind, body, author)
    return log


@settings(max_examples=200)
@given(acts)
def test_the_balance_is_what_came_less_what_went(chosen: list) -> None:
    log = played(chosen)
    ledger = log.ledger
    came = sum(one.amount for one in ledger.entries.values() if not one.kind)
    went = sum(one.amount for one in ledger.entries.values() if one.handed >= 0)
    assert ledger.balance == came - went >= 0
    for one in ledger.entries.values():
        said = {
            each.author for each in log.records if each.kind == AGREED and encode(Agreed(one.number)) == each.body
        }
        assert set(one.yes) <= said
        assert len(one.yes) == len(set(one.yes))
        assert one.handed < 0 or len(set(one.yes)) >= 2


@settings(max_examples=200)
@given(acts, acts)
def test_who_begins_with_a_new_page_comes_to_the_same(chosen: list, then: list) -> None:
    log = played(chosen)
    number = log.writes(CARRIED, next_page(log.ledger, log.day), epoch=1)
    for (kind, body), author, later in then:
        log.day = max(log.day, DAY + later)
        if isinstance(body, Income | Asked):
            body = type(body)(number, *(getattr(body, name) for name in body.__struct_fields__[1:]))
        log.writes(kind, body, author)
    whole, late = log.ledger, fold(log.records[number:])
    assert late is not None
    assert (late.first, late.carrier) == (number, ANNA)
    assert whole == replace_fields(late, past=whole.past, first=-1, carrier=b"")


@given(acts)
def test_reading_on_never_takes_back_what_was_handed_over(chosen: list) -> None:
    log = played(chosen)
    handed: set[int] = set()
    for length in range(1, len(log.records) + 1):
        now = {one.number for one in (fold(log.records[:length]) or Ledger()).entries.values() if one.handed >= 0}
        assert handed <= now
        handed = now


@settings(max_examples=200)
@given(acts, acts)
def test_between_two_figures_nobody_was_given_anything_or_three_were(chosen: list, then: list) -> None:
    log = played(chosen)
    log.day += PERIOD_DAYS
    for (kind, body), author, _ in then:
        log.writes(kind, body, author)
    before, shown = figures_of(log, log.day + PERIOD_DAYS)
    assert shown.times - before.times == 0 or shown.times - before.times >= rules.FEWEST
