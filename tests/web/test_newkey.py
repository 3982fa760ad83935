"""A new key: proven by the old one or by a phone's digits, shown as in joining, typed once; then only it opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.clock import SetClock
from jiwar.keyring.phone import TRIES
from jiwar.web import newkey
from tests.web.client import Client, Page, World
from tests.web.conftest import found, join, shown_key, sign_in
from tests.web.test_phones import PIN, WRONG, back, remembered, rested
from tests.web.test_second import second_notebook

Open = Callable[..., Client]


def proven(client: Client, by: str = "") -> Page:
    """The screen of the new key, after what proves that it's me."""
    page = client.get(client.world.url("mykey"))
    assert client.world.url("new_key") in page.links
    return client.send(client.get(client.world.url("new_key")), "new_key", key=by or client.key)


def renewed(client: Client, by: str = "") -> str:
    """Walk through the three screens; the new key."""
    page = proven(client, by)
    key = shown_key(page)[0]
    page = client.send(client.send(page, "new_key_words", _button="taken=yes"), "new_key_typed", key=key)
    assert page.path == client.world.url("mykey")
    assert client.word("From now on the new key opens everything, and the one before nothing.") in page.text
    return key


def test_three_screens_and_only_the_new_key_opens(world: World, client: Open, language: str) -> None:
    someone = found(client(language), name="قهوة الثلاثاء")
    someone.screens.clear()
    key = renewed(someone)
    assert someone.screens == ["new_key", "new_key_words", "new_key_typed"]
    assert "قهوة الثلاثاء" in someone.get(world.url("home")).text, "this visit goes on"
    assert "قهوة الثلاثاء" in sign_in(client(language), key).text
    assert someone.word("This key opens nothing here.") in sign_in(client(language), someone.key).text


def test_it_is_met_as_in_joining_and_another_may_be_taken(world: World, client: Open) -> None:
    someone = found(client("en"))
    page = proven(someone)
    first = shown_key(page)
    page = someone.send(page, "new_key_words", _button="key=3")
    assert shown_key(page) != first
    words, digits = shown_key(page)
    page = someone.send(page, "new_key_words", _button="taken=yes")
    assert someone.send(page, "new_key_typed", key=digits).path == world.url("mykey")
    assert sign_in(client("en"), words).path == world.url("home")


@pytest.mark.parametrize("typed", ["the key so far", "nine other words", "nothing"])
def test_nothing_moves_before_the_new_key_is_typed(world: World, client: Open, typed: str) -> None:
    someone, other = found(client("en")), found(client("en"))
    page = proven(someone)
    key = shown_key(page)[0]
    page = someone.send(page, "new_key_words", _button="taken=yes")
    keys = {"the key so far": someone.key, "nine other words": other.key, "nothing": ""}
    assert someone.send(page, "new_key_typed", key=keys[typed]).status == 400
    assert sign_in(client("en"), someone.key).path == world.url("home")
    assert "This key opens nothing here." in sign_in(client("en"), key).text


def test_an_open_page_alone_gives_no_new_key(world: World, client: Open) -> None:
    someone, other = found(client("en")), found(client("en"))
    assert "This key opens nothing here." in proven(someone, other.key).text
    for route in ("new_key_words", "new_key_typed"):
        assert someone.get(world.url(route)).path == world.url("mykey")


@pytest.mark.parametrize("left", ["for My key", "for a while"])
def test_what_was_begun_and_left_moves_nothing(world: World, client: Open, clock: SetClock, left: str) -> None:
    """Somebody else finds the page open, with the new key still on paper beside it."""
    someone = found(client("en"))
    page = proven(someone)
    key = shown_key(page)[0]
    page = someone.send(page, "new_key_words", _button="taken=yes")
    if left == "for My key":
        someone.get(world.url("mykey"))
    else:
        clock.forward(seconds=newkey.SCREEN_SECONDS)
    assert someone.send(page, "new_key_typed", key=key).path == world.url("mykey")
    assert "This key opens nothing here." in sign_in(client("en"), key).text
    assert sign_in(client("en"), someone.key).path == world.url("home")


def test_each_screen_may_take_its_time(world: World, client: Open, clock: SetClock) -> None:
    someone = found(client("en"))
    page = proven(someone)
    key = shown_key(page)[0]
    clock.forward(seconds=newkey.SCREEN_SECONDS - 1)
    page = someone.send(page, "new_key_words", _button="taken=yes")
    clock.forward(seconds=newkey.SCREEN_SECONDS - 1)
    someone.send(page, "new_key_typed", key=key)
    assert sign_in(client("en"), key).path == world.url("home")


def test_all_other_visits_end_and_phones_forget(world: World, client: Open) -> None:
    someone = remembered(found(client()))
    other = client()
    sign_in(other, someone.key)
    renewed(someone)
    assert other.ask("GET", world.url("home")).status != 200
    assert someone.get(world.url("phones")).form(world.url("phone_remember")), "no phone remembers"
    assert rested(someone).get("/").form(world.url("door")).fields["key"] == ""


def test_a_remembered_phone_gets_one_by_its_digits(world: World, client: Open) -> None:
    """Who has lost the nine words and still has the phone."""
    someone = remembered(found(client()))
    assert back(rested(someone)).path == world.url("home")
    key = renewed(someone, PIN)
    assert sign_in(client(), key).path == world.url("home")


def test_wrong_digits_count_as_at_the_door(world: World, client: Open, clock: SetClock) -> None:
    someone = remembered(found(client("en")))
    for left in range(TRIES - 1, 0, -1):
        assert f"Tries left: {left}." in proven(someone, WRONG).text
        clock.forward(seconds=30)
    assert "no longer remembered" in proven(someone, WRONG).text
    assert proven(someone).path == world.url("new_key_words"), "the key still proves it"


def test_a_second_tap_finds_it_done(world: World, client: Open) -> None:
    someone = found(client())
    page = proven(someone)
    key = shown_key(page)[0]
    page = someone.send(page, "new_key_words", _button="taken=yes")
    form = page.form(world.url("new_key_typed"))
    sent = {**form.fields, "key": key}
    both = world.together(*[lambda: someone.posts(world.url("new_key_typed"), sent)] * 2)
    assert [dict(one.headers)["location"] for one in both] == [world.url("mykey")] * 2


@pytest.mark.parametrize("who", ["account", "decoy"])
def test_each_of_two_notebooks_moves_for_itself(world: World, client: Open, who: str) -> None:
    someone = found(client(), name="قهوة الثلاثاء")
    decoy = client()
    decoy.key = second_notebook(someone)
    sign_in(decoy, decoy.key)
    moved = someone if who == "account" else decoy
    moved.key = renewed(moved)
    for each in (someone, decoy, someone):
        home = sign_in(client(), each.key)
        assert home.path == world.url("home")
        assert ("قهوة الثلاثاء" in home.text) is (each is someone)
    assert world.url("second") not in moved.get(world.url("mykey")).links, "the page stays over"


def test_somebody_who_joined_goes_on_in_the_group(world: World, client: Open) -> None:
    founder = found(client(), invite=True)
    guest = join(client(), founder.slips[0])
    guest.key = renewed(guest)
    topic = guest.send(guest.get(world.url("new_topic")), "new_topic", title="سؤال", text="مرحبا", _button="do=send")
    assert "مرحبا" in topic.text
