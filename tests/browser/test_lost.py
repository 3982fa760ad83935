"""When something happens: a journey, a lost phone and return, a key that was seen, walked with two browsers."""

from __future__ import annotations

from tests.browser.axe import Examination, faults
from tests.browser.conftest import OpenBrowser, in_passing, pairwise
from tests.browser.measured import Measured
from tests.browser.people import Person, Slip
from tests.browser.serving import Served
from tests.browser.test_story import SAID


def names(lang: str) -> tuple[str, str, str]:
    """A group, who founded it, and a friend who comes in."""
    said = SAID[lang]
    return said.group, said.founder, said.guest


def two(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> tuple[Measured, Measured]:
    """Somebody who has founded a group, and a friend who has come in."""
    owner, friend = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(2))
    group, mine, theirs = names(lang)
    slips: list[Slip] = owner.found(hub.founding_link(), group, group, mine)
    friend.join(slips[0], theirs)
    return owner, friend


def to_friend(owner: Person, group: str, friend: str) -> None:
    """The page of a person, as the care team gets there."""
    owner.open_group(group)
    owner.open(owner.word("Care"))
    owner.open(owner.word("People"))
    owner.open(friend)


def to_owner(friend: Person, group: str, owner: str) -> None:
    friend.open_group(group)
    friend.open(owner)


@pairwise
def test_a_journey(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    owner, friend = two(hub, browser, lang, js, width)
    group, mine, theirs = names(lang)
    to_friend(owner, group, theirs)
    owner.open(owner.word("My own lock"))
    owner.press("Give the lock")
    owner.press("More")
    owner.open(owner.word("Peace of mind"))
    owner.open(owner.word("Put to sleep for a journey"))
    owner.type("key", owner.key)
    owner.press("Put to sleep")
    assert owner.sees(owner.word("It sleeps. A good journey."))
    owner.sign_in()
    assert owner.sees(owner.word("This key opens nothing here."))

    to_owner(friend, group, mine)
    with friend.way() as way:
        friend.open(friend.word("Close their account"))
        friend.press("Wake")
    assert way.taps == 2
    owner.sign_in()
    assert owner.path == "/home"
    assert owner.sees(group)


@pairwise
def test_the_phone_lost_and_return(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    helper, friend = two(hub, browser, lang, js, width)
    group, _, theirs = names(lang)
    lost = friend.key
    friend.close()
    friend.arrive("/")
    friend.tap(friend.named("The key is lost?"))
    friend.press("The ways back")
    assert friend.sees(friend.word("Back under the old name"))

    helper.open_group(group)
    helper.open(helper.word("Care"))
    with helper.way() as way:
        helper.open(helper.word("Let somebody back in"))
        helper.open(theirs)
        helper.press("Write the slip")
    assert len(way.screens) == 3, "who, confirm, give the slip"
    slip = helper.slips()[0]

    with friend.way() as way:
        friend.arrive(slip.link)
        friend.type("words", slip.words)
        friend.press("Continue")
        assert friend.sees(friend.word("Welcome back"))
        friend.press("Continue")
        friend.take_key()
    assert len(way.screens) == 3 + 1, "slip words, name, new key, and home"
    assert friend.path == "/home"
    assert friend.sees(group)
    to_friend(helper, group, theirs)
    helper.press("I know who this is")
    assert not helper.sees(helper.word("I know who this is"))

    friend.close()
    friend.sign_in(lost)
    friend.press("Was that not me?")
    assert not js or faults(friend.driver, width) == []
    friend.press("That was not me")
    to_friend(helper, group, theirs)
    assert not helper.sees(helper.word("I know who this is")), "stopped: nobody is here under this name"


@in_passing
def test_a_new_key(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    """Somebody fears that the nine words were seen: three screens, and a visit that was open elsewhere is over."""
    owner = Measured(browser(width, js, lang), hub, lang, js)
    group, mine = names(lang)[:2]
    owner.found(hub.founding_link(), group, group, mine)
    elsewhere, before = Measured(browser(width, js, lang), hub, lang, js), owner.key
    elsewhere.sign_in(before)
    examination = Examination()
    if js:
        examination.of(owner, width)
    owner.press("More")
    owner.open(owner.word("My key"))
    with owner.way() as way:
        owner.open(owner.word("A new key"))
        owner.type("key", before)
        owner.press("To the new key")
        owner.take_key()
        owner.type("key", owner.key)
        owner.press("Use the new key")
    assert len(way.screens) == 3 + 1, "prove it, meet it, type it, and my key"
    assert owner.sees(owner.word("From now on the new key opens everything, and the one before nothing."))
    elsewhere.go("/home")
    assert not elsewhere.sees(group)
    elsewhere.sign_in(before)
    assert elsewhere.sees(elsewhere.word("This key opens nothing here."))
    elsewhere.sign_in(owner.key)
    assert elsewhere.sees(group)
    assert examination.says() == ""
