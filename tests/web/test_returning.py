"""The key is lost, and return: three screens for who helps, three for who comes back, and who stops it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.circles import returning
from jiwar.clock import SetClock
from tests.web.client import Client, Page, World
from tests.web.conftest import join, shown_key, slips_on
from tests.web.seated import Seats, Someone

Open = Callable[..., Client]
Three = tuple[Someone, Someone, bytes]


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def three(seats: Seats) -> Three:
    """A steward, somebody who will lose their key, their group."""
    palm, circle = seats.founder()
    return palm, seats.joins(palm, circle, "زيتونة"), circle


def _slip(palm: Someone, lost: Someone, circle: bytes) -> tuple[str, str]:
    """Who, confirm, give the slip: three screens from the care team's page."""
    palm.screens.clear()
    assert palm.at("return_who", circle) in palm.to("care", circle).links
    who = palm.to("return_who", circle)
    path = palm.about("return_slip", circle, lost.persona(circle))
    assert path in who.links
    given = palm.send(palm.get(path), "return_slip")
    assert given.path == palm.at("invite_slip", circle)
    return slips_on(given)[0]


def _comes_back(client: Client, slip: tuple[str, str]) -> Page:
    """Slip words, name, new key: three screens, and home."""
    page = client.get(slip[0] + f"?l={client.language}")
    page = client.send(page, "joining", words=slip[1])
    assert client.word("Welcome back") in page.text
    assert "زيتونة" in page.text
    page = client.send(page, "joining_name")
    client.key = shown_key(page)[0]
    return client.send(page, "joining_key", _button="taken=yes")


def test_three_screens_help_and_three_bring_back(world: World, client: Open, three: Three, language: str) -> None:
    palm, olive, circle = three
    slip = _slip(palm, olive, circle)
    back = client(language)
    home = _comes_back(back, slip)
    assert back.screens == ["joining", "joining_name", "joining_key"]
    assert home.path == world.url("home")
    team = palm.to("group_people", circle)
    assert team.text.count("زيتونة") == 1
    assert back.get(slip[0]).status == 200
    again = client(language)
    page = again.send(again.get(slip[0] + f"?l={language}"), "joining", words=slip[1])
    assert page.status == 410


def test_everybody_reads_that_somebody_came_back(client: Open, three: Three, language: str) -> None:
    palm, olive, circle = three
    _comes_back(client(language), _slip(palm, olive, circle))
    new = palm.circle(circle).state.returns[0].new
    page = palm.get(palm.about("person", circle, new))
    said = palm.word("I know who this is")
    assert said in page.text
    page = palm.send(page, "return_known")
    assert (
        palm.word("Noted. With two of the care team, and after two days, they can take part in it again.")
        in page.text
    )
    assert said not in palm.get(page.path).text
    assert len(palm.circle(circle).state.returns[0].confirmed) == 1


def test_the_old_account_is_told_and_stops_it(world: World, client: Open, three: Three, language: str) -> None:
    palm, olive, circle = three
    back = client(language)
    _comes_back(back, _slip(palm, olive, circle))
    home = olive.get(world.url("home"))
    assert olive.word("Was that not me?") in home.text
    assert olive.at("return_stop", circle) in home.links
    page = olive.send(olive.get(olive.at("return_stop", circle)), "return_stop")
    assert olive.word("Stopped. Everything here is as it was.") in page.text
    assert olive.word("Was that not me?") not in olive.get(world.url("home")).text
    assert palm.circle(circle).state.returns == ()
    assert "زيتونة" in palm.to("group_people", circle).text
    assert world.url("talk") not in back.get(world.url("home")).path


def test_after_two_days_it_cannot_be_stopped_any_more(
    world: World, client: Open, three: Three, language: str, clock: SetClock
) -> None:
    palm, olive, circle = three
    _comes_back(client(language), _slip(palm, olive, circle))
    clock.forward(days=3)
    olive.sign_in()
    assert olive.word("Was that not me?") not in olive.get(world.url("home")).text
    assert olive.to("return_stop", circle).status == 404


def test_members_find_no_such_place(three: Three) -> None:
    palm, olive, circle = three
    assert olive.to("return_who", circle).status == 404
    assert olive.meets("return_slip", circle, palm).status == 404
    assert olive.to("return_stop", circle).status == 404
    token = olive.to("group_mine", circle).forms[0].fields["token"]
    for page in ("return_slip", "return_known"):
        assert olive.post(olive.about(page, circle, palm.persona(circle)), {"token": token}).status == 404


def test_an_ordinary_invitation_gives_nobody_an_old_name(client: Open, seats: Seats, three: Three) -> None:
    palm, _, circle = three
    slip = slips_on(palm.send(palm.to("invite", circle), "invite"))[0]
    other = join(client(seats.language), slip)
    assert returning.of_new(palm.circle(circle), b"x" * 32) is None
    assert "زيتونة" not in other.get(other.world.url("home")).text


def test_the_ways_back_stand_on_the_way_in(world: World, client: Open, language: str) -> None:
    page = client(language).get(world.url("door", l=language))
    path = world.url("lost_key", l=language)
    assert path in page.links
    lost = client(language).get(path)
    for title in ("A phone that remembers", "Back under the old name", "Beginning anew"):
        assert client(language).word(title) in lost.text
