"""The dispatchers' plan: pairs with why, urgent first, narrowed, in pages; a word to both sides of one."""

from __future__ import annotations

import pytest

from jiwar.systems.desk import service as desk
from jiwar.systems.desk import view as desk_view
from jiwar.systems.needs import service, view
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.rules import NOW, Wish
from jiwar.web import planning
from jiwar.web.queue import inner_of
from tests.web import test_teams as team
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk
from tests.web.test_needs import asked, comes

BED, RIDE = "سرير لليلة واحدة", "توصيلة إلى المستوصف"
SOFA, CAR = "كنبة في الصالون", "سيارة بعد الظهر"
SECRET = "غرفة بعيداً عن أهلي"


class Three(Talk):
    """Palm is the group's only dispatcher; fig asks, lamp offers."""

    def __init__(self, seats: Seats) -> None:
        super().__init__(seats)
        team.begin(self.palm, self.circle, "dispatch")
        self.lamp = seats.joins(self.palm, self.circle, "قنديل")


@pytest.fixture
def pairs(world: World, language: str) -> Three:
    """Two needs of fig's, and what lamp offers for both."""
    talk = Three(Seats(world, language))
    lamp = talk.lamp
    asked(talk, talk.fig, Wish(NEED, RIDE, kind="transport", area="الجسر"))
    asked(talk, talk.fig, Wish(NEED, BED, kind="housing", when=NOW))
    asked(talk, lamp, Wish(OFFER, CAR, kind="transport", area="الجسر"))
    asked(talk, lamp, Wish(OFFER, SOFA, kind="housing"))
    return talk


def plan(talk: Talk, who: Someone | None = None) -> Page:
    return (who or talk.palm).to("plan", talk.circle)


def pair(talk: Talk) -> Page:
    """The page of the first pair."""
    href = next(link for link in plan(talk).links if link.startswith("/help/fit/"))
    return talk.palm.get(href)


def test_each_need_stands_with_what_fits_and_why_the_urgent_one_first(pairs: Three) -> None:
    page = pairs.palm.get(next(one for one in pairs.palm.to("queue", pairs.circle).links if one.endswith("/plan")))
    said = page.text
    assert said.index(BED) < said.index(SOFA) < said.index(RIDE) < said.index(CAR)
    assert pairs.palm.word("the same part of town") in said
    assert plan(pairs).text == said


def test_what_nothing_fits_is_listed_last(pairs: Three) -> None:
    asked(pairs, pairs.fig, Wish(NEED, "ترجمة ورقة", kind="translation"))
    said = plan(pairs).text
    assert said.index(RIDE) < said.index("ترجمة ورقة")
    assert pairs.palm.word("Nothing that is offered now fits.") in said


def test_what_is_urgent_stands_above_though_nothing_fits_it(pairs: Three) -> None:
    asked(pairs, pairs.fig, Wish(NEED, "ترجمة ورقة", kind="translation", when=NOW))
    said = plan(pairs).text
    assert said.index(BED) < said.index("ترجمة ورقة") < said.index(RIDE)


def test_it_is_narrowed_to_a_kind(pairs: Three) -> None:
    link = next(link for link in plan(pairs).links if "/plan?kind=" in link)
    assert "transport" not in link
    page = pairs.palm.get(link)
    assert (BED in page.text) != (RIDE in page.text)


def test_a_long_plan_comes_in_pages(pairs: Three, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "SHOWN", 1)
    page = plan(pairs)
    assert BED in page.text
    assert RIDE not in page.text
    page = pairs.palm.get(next(link for link in page.links if "page=2" in link))
    assert RIDE in page.text
    assert BED not in page.text
    assert RIDE in pairs.palm.get(pairs.palm.at("plan", pairs.circle) + "?page=99").text


def test_a_word_reaches_both_sides_and_names_nobody(pairs: Three) -> None:
    page = pair(pairs)
    assert BED in page.text
    assert SOFA in page.text
    landed = pairs.palm.send(page, "pair", need="قد يناسب.", offer="قد يفيد.")
    assert landed.path == pairs.palm.at("plan", pairs.circle)
    for who, said in ((pairs.fig, "قد يناسب."), (pairs.lamp, "قد يفيد.")):
        circle = pairs.opened_by(who)
        (thread,) = [one for shown in view.all_mine(circle) for one in view.threads(circle, shown.obj)]
        assert [one.word.text for one in thread.words] == [said]
        assert thread.other != pairs.palm.persona(pairs.circle)


def test_an_empty_box_sends_nothing_and_two_empty_ones_are_named(pairs: Three) -> None:
    assert pairs.palm.send(pair(pairs), "pair", need=" ", offer="").status == 400
    pairs.palm.send(pair(pairs), "pair", need="قد يناسب.", offer="")
    circle = pairs.opened_by(pairs.lamp)
    assert not [one for shown in view.all_mine(circle) for one in view.threads(circle, shown.obj)]


def test_two_taps_send_a_word_once(pairs: Three) -> None:
    page = pair(pairs)
    for _ in range(2):
        pairs.palm.send(page, "pair", need="قد يناسب.", offer="قد يفيد.")
    for who in (pairs.fig, pairs.lamp):
        circle = pairs.opened_by(who)
        (thread,) = [one for shown in view.all_mine(circle) for one in view.threads(circle, shown.obj)]
        assert len(thread.words) == 1


def confided(pairs: Three) -> Page:
    """The page of a pair whose need lies at the desk alone."""
    pairs.seats.world.run(
        service.confide(pairs.opened_by(pairs.fig), Wish(NEED, SECRET, kind="translation", when=NOW))
    )
    pairs.palm.send(pairs.palm.to("queue", pairs.circle), "queue")
    asked(pairs, pairs.lamp, Wish(OFFER, "ترجمة", kind="translation"))
    links = [link for link in plan(pairs).links if link.startswith("/help/fit/")]
    return next(page for page in map(pairs.palm.get, links) if SECRET in page.text)


def test_two_taps_answer_at_the_desk_once(pairs: Three) -> None:
    page = confided(pairs)
    for _ in range(2):
        pairs.palm.send(page, "pair", need="قد يناسب.", offer="")
    assert len(view.all_confided(pairs.opened_by(pairs.fig))[0].talk.said) == 2


def test_what_is_done_at_the_desk_or_stands_on_the_other_side_is_no_pair(pairs: Three) -> None:
    page = confided(pairs)
    _, _, _, need, offer = page.path.split("/")
    assert pairs.palm.get(pairs.seats.world.url("pair", need=need, offer=need)).status == 404
    assert pairs.palm.get(pairs.seats.world.url("pair", need=offer, offer=need)).status == 404
    inner = inner_of(pairs.opened_by(pairs.palm))
    (one,) = pairs.seats.world.run(desk_view.queue(inner))
    pairs.seats.world.run(desk.close(inner, one))
    assert pairs.palm.get(page.path).status == 404


def test_what_dispatchers_alone_read_is_planned_for_and_quoted_to_nobody(pairs: Three) -> None:
    wish = Wish(NEED, SECRET, kind="housing", when=NOW)
    pairs.seats.world.run(service.confide(pairs.opened_by(pairs.fig), wish))
    pairs.seats.world.run(
        service.take_back(pairs.opened_by(pairs.fig), view.all_mine(pairs.opened_by(pairs.fig))[0].obj)
    )
    pairs.palm.send(pairs.palm.to("queue", pairs.circle), "queue")
    page = plan(pairs)
    assert SECRET in page.text
    assert pairs.palm.word("At the desk alone") in page.text
    page = pair(pairs)
    fields = page.form("/help/fit/{need}/{offer}").fields
    assert SECRET in page.text
    assert SECRET not in fields["offer"]
    assert SOFA in fields["need"]
    pairs.palm.send(page, "pair")
    assert SOFA in view.all_confided(pairs.opened_by(pairs.fig))[0].talk.said[-1].line.text


def test_who_is_no_dispatcher_finds_no_plan(pairs: Three) -> None:
    page = pair(pairs)
    assert plan(pairs, pairs.fig).status == 404
    needs = view.all_mine(pairs.opened_by(pairs.fig))
    offers = view.all_mine(pairs.opened_by(pairs.lamp))
    names = {
        "need": pairs.fig.name(pairs.circle[:16] + needs[0].obj),
        "offer": pairs.fig.name(pairs.circle[:16] + offers[0].obj),
    }
    assert pairs.fig.get(pairs.fig.world.url("pair", **names)).status == 404
    assert page.status == 200


def test_one_of_my_own_is_named_so(pairs: Three) -> None:
    asked(pairs, pairs.palm, Wish(OFFER, "بيت كامل", kind="translation"))
    asked(pairs, pairs.fig, Wish(NEED, "ترجمة", kind="translation", when=NOW))
    comes(pairs)
    links = [link for link in plan(pairs).links if link.startswith("/help/fit/")]
    pages = [pairs.palm.get(link) for link in links]
    assert any(pairs.palm.word("This one is mine.") in page.text for page in pages)
