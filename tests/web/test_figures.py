"""The board in figures on pages: what a group of twenty reads, and what one of three does."""

from __future__ import annotations

import re

import pytest
from msgspec.structs import replace

from jiwar.circles import founding
from jiwar.circles.rights import PERIOD_DAYS, period_of
from jiwar.circles.rounded import FEWEST_PEOPLE
from jiwar.clock import SetClock
from jiwar.systems.needs import counting
from jiwar.systems.needs.model import Counts, Told
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


def grown(seats: Seats, people: int) -> tuple[Someone, Someone, bytes]:
    """A group of so many, who were let grow: its steward, and one of the others."""
    palm, circle = seats.founder()
    opened = palm.circle(circle)
    seats.run(founding.change_charter(opened, replace(opened.charter, later=True)))
    others = [seats.joins(palm, circle, f"تينة {number}") for number in range(people - 1)]
    return palm, others[0], circle


def tells(seats: Seats, who: Someone, circle: bytes, *counts: Counts) -> None:
    """What a steward's session tells of the last periods."""
    now = period_of(who.world.hub.services.clock.day())
    for back, shown in enumerate(counts, 1):
        seats.run(counting._tell(who.circle(circle), Told(now - back, shown)))


def cells(who: Someone, page: Page, sentence: str, number: int) -> int:
    """How often the table says it, as its reader reads it."""
    digits = who.world.site.languages[who.language].number(number)
    said = who.word(sentence) % {"n": digits}
    return len(re.findall(rf"(?<!\d){re.escape(said)}(?!\d)", page.text))


def test_members_read_steps_of_five_and_what_is_not_said(seats: Seats) -> None:
    palm, fig, circle = grown(seats, FEWEST_PEOPLE)
    page = fig.to("help_figures", circle)
    assert fig.word("What is not said, and why") in page.text
    assert cells(fig, page, "fewer than %(n)s", 5) == 0
    tells(seats, palm, circle, Counts(15, 10, 5), Counts(10, 5, 0))
    page = fig.to("help_figures", circle)
    shown = [cells(fig, page, "at least %(n)s", number) for number in (15, 10, 5)]
    assert shown == [1, 2, 2]
    assert cells(fig, page, "fewer than %(n)s", 5) == 1
    assert fig.at("help_figures", circle) in fig.get(fig.world.url("help")).links
    assert fig.at("help_figures", circle) in fig.to("group", circle).links


def test_a_small_group_reads_that_nothing_is_counted(seats: Seats) -> None:
    _, fig, circle = grown(seats, 3)
    page = fig.to("help_figures", circle)
    said = fig.word("Nothing is counted in a group of fewer than %(n)s people.").partition("%")[0]
    assert said in page.text
    assert fig.at("help_figures", circle) not in fig.get(fig.world.url("help")).links


def test_without_a_board_there_is_no_such_page(seats: Seats) -> None:
    palm, fig, circle = grown(seats, 3)
    palm.send(palm.to("care_aid", circle), "care_aid", on="no")
    assert fig.to("help_figures", circle).status == 404
    assert fig.at("help_figures", circle) not in fig.to("group", circle).links


def test_a_steward_who_comes_by_counts(seats: Seats) -> None:
    palm, _, circle = grown(seats, FEWEST_PEOPLE)
    clock = palm.world.hub.services.clock
    assert isinstance(clock, SetClock)
    seats.run(counting.look_after_everywhere(palm.member))
    clock.forward(days=PERIOD_DAYS)
    palm.sign_in()
    seats.run(counting.look_after_everywhere(palm.member))
    assert [one.shown for one in counting.told(palm.circle(circle))] == [Counts()]
    page = palm.to("help_figures", circle)
    assert cells(palm, page, "fewer than %(n)s", 5) == 3
