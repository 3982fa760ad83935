"""The key from memory: asked on a few days, whole, compared with the account that is open, and nothing kept of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from jiwar.clock import SetClock
from jiwar.keyring import phrase
from jiwar.keyring.account import FIRST_SETTINGS
from jiwar.keyring.model import Keyring
from jiwar.keyring.practice import DAYS, LAST, is_due, later, no_more, recalled
from tests.web.client import Client, World
from tests.web.conftest import found, mistyped, sign_in
from tests.web.test_newkey import renewed

Open = Callable[..., Client]
MADE = 20_000
RING = Keyring(1, 0, b"r" * 32, b"c" * 32, FIRST_SETTINGS, made=MADE)


def _asked(ring: Keyring) -> list[int]:
    """On which days after the key was made Home asks."""
    return [day for day in range(2 * LAST) if is_due(ring, MADE + day)]


def test_the_key_is_asked_for_on_four_days() -> None:
    ring, asked = RING, []
    for day in range(2 * LAST):
        if is_due(ring, MADE + day):
            asked.append(day)
            ring = recalled(ring, MADE + day)
    assert asked == list(DAYS)


def test_later_is_tomorrow_and_no_more_is_never() -> None:
    assert _asked(RING) == list(range(DAYS[0], LAST + 1))
    assert _asked(later(RING, MADE + 4)) == list(range(5, LAST + 1))
    assert _asked(no_more(RING)) == []


def test_who_comes_back_late_is_asked_once_for_the_days_that_passed() -> None:
    assert _asked(recalled(RING, MADE + 8)) == list(range(21, LAST + 1))
    assert _asked(recalled(RING, MADE + 21)) == []


def _someone_next_day(client: Client, clock: SetClock) -> Client:
    someone = found(client)
    assert _card(someone) not in someone.get(someone.world.url("home")).text
    clock.forward(days=1)
    sign_in(someone, someone.key)
    assert _card(someone) in someone.get(someone.world.url("home")).text
    return someone


def _card(client: Client) -> str:
    return client.word("Said once in a while, it stays. Failing is harmless: this visit stays open.")


def test_home_asks_and_thanks_and_is_quiet_until_the_third_day(
    world: World, client: Open, clock: SetClock, language: str
) -> None:
    someone = _someone_next_day(client(language), clock)
    page = someone.send(someone.get(world.url("practice")), "practice", key=someone.key)
    assert page.path == world.url("home")
    assert someone.word("That is the key, from memory. Thank you.") in page.text
    for day in (1, 2, 3):
        assert (_card(someone) in someone.get(world.url("home")).text) == (day == DAYS[1])
        clock.forward(days=1)
        sign_in(someone, someone.key)


@pytest.mark.parametrize(("when", "back"), [("later", True), ("never", False)])
def test_it_is_put_off_until_tomorrow_or_for_good(
    world: World, client: Open, clock: SetClock, when: str, back: bool
) -> None:
    someone = _someone_next_day(client(), clock)
    home = someone.get(world.url("home"))
    form = next(one for one in home.forms if one.fields.get("when") == when)
    assert _card(someone) not in someone.post(form.action, form.fields).text
    clock.forward(days=1)
    sign_in(someone, someone.key)
    assert (_card(someone) in someone.get(world.url("home")).text) is back


@pytest.mark.parametrize("which", ["other", "mistyped", "short"])
def test_a_slip_changes_nothing_and_shows_nothing(world: World, client: Open, clock: SetClock, which: str) -> None:
    someone, other = _someone_next_day(client(), clock), found(client())
    digits = phrase.to_digits(phrase.parse(someone.key))
    typed = {"other": other.key, "mistyped": mistyped(digits), "short": digits[:20]}[which]
    page = someone.send(someone.get(world.url("practice")), "practice", key=typed)
    assert page.status == 400
    assert typed not in page.html
    assert someone.key not in page.html
    assert digits not in page.html
    assert world.url("paper") in page.links
    assert _card(someone) in someone.get(world.url("home")).text


def test_a_stranger_finds_no_such_page(world: World, client: Open) -> None:
    page = client().get(world.url("practice"))
    assert world.url("practice") not in {form.action for form in page.forms}


def test_a_new_key_is_asked_for_from_the_beginning(world: World, client: Open, clock: SetClock) -> None:
    someone = _someone_next_day(client(), clock)
    form = next(one for one in someone.get(world.url("home")).forms if one.fields.get("when") == "never")
    someone.post(form.action, form.fields)
    clock.forward(days=LAST)
    sign_in(someone, someone.key)
    someone.key = renewed(someone)
    assert _card(someone) not in someone.get(world.url("home")).text
    clock.forward(days=1)
    sign_in(someone, someone.key)
    assert _card(someone) in someone.get(world.url("home")).text


def test_a_day_is_all_that_a_right_answer_leaves() -> None:
    assert replace(recalled(RING, MADE + 1), practice=0) == RING
