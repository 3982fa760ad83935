"""The friend's lock and the sleep of a journey, on the pages: two taps, one answer for all who try the key then."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.circles import guarding
from jiwar.clock import SetClock
from jiwar.keyring import phrase
from jiwar.keyring.phone import TRIES
from tests.web.client import Client, Page, World
from tests.web.conftest import found, join, sign_in
from tests.web.seated import Seats, Someone
from tests.web.test_founding import circle_of
from tests.web.test_phones import PIN, WRONG, back, remembered, rested

HOURS = 3_600
Pair = tuple[Someone, Someone, bytes]
Open = Callable[..., Client]


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def pair(seats: Seats) -> Pair:
    """Somebody, a friend, their group."""
    palm, circle = seats.founder()
    return palm, seats.joins(palm, circle, "زيتونة"), circle


def _gives(owner: Someone, friend: Someone, circle: bytes) -> Page:
    page = owner.meets("person", circle, friend)
    path = owner.about("trust", circle, friend.persona(circle))
    assert path in page.links
    return owner.send(owner.get(path), "trust")


def _is_inside(who: Client) -> bool:
    return who.world.url("more") in who.get(who.world.url("home")).links


def test_a_lock_is_given_and_used_in_two_taps(pair: Pair) -> None:
    palm, olive, circle = pair
    latch = olive.about("latch", circle, palm.persona(circle))
    assert latch not in olive.meets("person", circle, palm).links
    assert olive.get(latch).status == 404
    page = _gives(palm, olive, circle)
    assert palm.word("Given: it stands on my page in their group, with two taps.") in page.text
    assert latch in olive.meets("person", circle, palm).links
    olive.screens.clear()
    asked = olive.get(latch)
    assert _is_inside(palm)
    done = olive.send(asked, "latch")
    assert olive.screens == ["latch"], "one tap on the row, one on the button"
    assert olive.word("Closed for three days. Who tries the key now is told that it opens nothing.") in done.text
    assert not _is_inside(palm)
    assert latch not in olive.get(done.path).links
    assert olive.post(latch, {"token": asked.forms[0].fields["token"], "act": "close"}).status == 404


def test_what_was_taken_back_says_only_that_nothing_has_changed(pair: Pair) -> None:
    palm, olive, circle = pair
    _gives(palm, olive, circle)
    asked = olive.get(olive.about("latch", circle, palm.persona(circle)))
    page = palm.send(palm.get(palm.about("trust", circle, olive.persona(circle))), "trust")
    assert palm.word("Taken back: what they hold closes nothing any more.") in page.text
    refused = olive.send(asked, "latch")
    assert refused.status == 409
    assert (
        olive.word("Nothing has changed. Perhaps it was taken back, or somebody else was here first.") in refused.text
    )
    assert _is_inside(palm)


def test_all_my_locks_stand_on_one_page_and_are_taken_back_there(pair: Pair) -> None:
    palm, olive, circle = pair
    page = palm.get(palm.world.url("locks"))
    assert palm.word("Nobody has one yet. It is given on the page of a person, reached by their name.") in page.text
    _gives(palm, olive, circle)
    page = palm.get(palm.world.url("locks"))
    assert "زيتونة" in page.text
    assert "زيتونة" not in palm.send(page, "locks").text
    assert palm.member.keyring.friends == ()


def test_a_fourth_is_refused_before_anything_is_given(seats: Seats, pair: Pair) -> None:
    palm, olive, circle = pair
    for friend in (olive, seats.joins(palm, circle, "تينة"), seats.joins(palm, circle, "قنديل")):
        _gives(palm, friend, circle)
    fourth = seats.joins(palm, circle, "فانوس")
    page = palm.meets("trust", circle, fourth)
    assert palm.word("Three people have one, which is as many as there may be.") in page.text
    assert not [form for form in page.forms if form.action.endswith("/trust")]


def test_a_closed_key_is_answered_word_for_word_like_an_unknown_one(
    world: World, client: Open, clock: SetClock, language: str
) -> None:
    owner = found(client(language), invite=True)
    friend = join(client(language), owner.slips[0])
    mine, theirs = circle_of(owner), circle_of(friend)
    world.run(guarding.give(mine, theirs.log.persona.key))
    world.run(guarding.close(circle_of(friend), mine.log.persona.key))
    assert not _is_inside(owner)
    other = found(client(language)).key
    world.run(world.hub.accounts.forget(phrase.parse(other)))
    closed, unknown = (sign_in(client(language), key) for key in (owner.key, other))
    assert (closed.status, unknown.status) == (400, 400)
    assert closed.text.replace(owner.key, "") == unknown.text.replace(other, "")
    clock.forward(seconds=72 * HOURS)
    assert owner.word("The account was closed for three days.") in sign_in(owner, owner.key).text
    owner.send(owner.get(world.url("locks")), "locks")
    assert owner.word("The account was closed for three days.") not in owner.get(world.url("home")).text


def test_an_account_sleeps_until_its_day(world: World, client: Open, clock: SetClock, language: str) -> None:
    owner = found(client(language))
    page = owner.get(world.url("sleep"))
    asleep = owner.send(page, "sleep", nights="3", key=owner.key)
    assert owner.word("It sleeps. A good journey.") in asleep.text
    assert not owner.cookies
    refused = sign_in(client(language), owner.key)
    assert refused.status == 400
    assert owner.word("This key opens nothing here.") in refused.text
    clock.forward(seconds=(2 * 24 + 14) * HOURS)
    assert sign_in(client(language), owner.key).status == 400
    clock.forward(seconds=2 * HOURS)
    assert sign_in(owner, owner.key).path == world.url("home")
    assert owner.word("The account was closed for three days.") not in owner.get(world.url("home")).text


@pytest.mark.parametrize("key", ["", "other"])
def test_only_its_own_key_puts_an_account_to_sleep(world: World, client: Open, language: str, key: str) -> None:
    owner = found(client(language))
    typed = found(client(language)).key if key else ""
    page = owner.send(owner.get(world.url("sleep")), "sleep", nights="90", key=typed)
    assert page.status == 400
    assert page.form(world.url("sleep")).fields["key"].strip() == typed
    assert _is_inside(owner)


def test_a_friend_wakes_it_with_two_taps(pair: Pair) -> None:
    palm, olive, circle = pair
    _gives(palm, olive, circle)
    mine = palm.persona(circle)
    hour = int(palm.world.hub.services.clock.seconds() // HOURS)
    palm.world.run(guarding.sleep(palm.member, hour + 99, wakes=True))
    assert not _is_inside(palm)
    page = olive.get(olive.about("latch", circle, mine))
    awake = olive.send(page, "latch", _button="act=wake")
    assert olive.word("Awake: the key opens again.") in awake.text
    palm.sign_in()
    assert _is_inside(palm)


def test_a_remembered_phone_takes_a_right_number_for_a_wrong_one(world: World, client: Open, language: str) -> None:
    shut, other = (remembered(found(client(language))) for _ in range(2))
    hour = int(world.hub.services.clock.seconds() // HOURS)
    world.run(guarding.sleep(circle_of(shut).member, hour + 99, wakes=False))
    for _ in range(TRIES):
        right, wrong = back(rested(shut), PIN), back(rested(other), WRONG)
        assert (right.status, right.text) == (wrong.status, wrong.text)
