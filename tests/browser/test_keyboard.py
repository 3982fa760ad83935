"""By keyboard alone: from the founding link to the last word, with a script and without one."""

from __future__ import annotations

import pytest
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import driving
from tests.browser.conftest import OpenBrowser
from tests.browser.driving import DESK, PHONE
from tests.browser.serving import Served
from tests.browser.test_story import SAID
from tests.browser.typist import Typist


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), [("ar", False, PHONE), ("en", True, DESK)])
def test_everything_goes_by_keys(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    who, said = Typist(browser(width, js, lang), hub, lang, js), SAID[lang]
    _found(who, lang)
    _read_the_page(who, said.group)
    _write(who, lang)
    _settings(who)
    who.close()
    assert who.path == "/"
    who.sign_in()
    assert who.path == "/home"
    who.open_group(said.group)
    _leave_at_once(who)


def _found(who: Typist, lang: str) -> None:
    """The six screens; Enter in a field goes on, and never presses another button."""
    said = SAID[lang]
    who.arrive(who.hub.founding_link())
    who.press("Continue")
    who.type("name", said.group)
    who.press("Continue")
    who.choose("card", "support")
    who.press("Continue")
    who.type("own", said.founder)
    with driving.another_page(who.driver):
        who.strike("Enter")
    assert who.path == "/starting/key", "Enter in a field goes on"
    who.tap(who.one("summary"))
    assert who.one(".digits").is_displayed()
    who.take_key()
    who.press("Two invitations")
    assert len(who.slips()) == 2
    who.press("Go in")
    assert who.path == "/home"


def _read_the_page(who: Typist, group: str) -> None:
    """Closing comes first, then the way past the bar; behind it the page itself, which names the group until its hour
    of the day is over.
    """
    who.go("/home")
    assert who.next_stop()["name"] == who.word("Close")
    assert who.next_stop()["name"] == who.word("To the content")
    who.strike("Enter")
    first = who.next_stop()
    first = who.next_stop() if first["name"] == group else first
    assert first["name"] == who.word("Ask for something")
    stops = [who.next_stop() for _ in range(10)]
    assert any(not stop for stop in stops), "behind the last stop the browser itself has the focus"


def _write(who: Typist, lang: str) -> None:
    """A topic with a note, a word to it, an answer to it; a chat; every fold opened by a key."""
    said = SAID[lang]
    who.start_topic(said.title, said.text, said.note)
    who.tap(who.one("article details summary"))
    assert who.one("article .prose").is_displayed()
    _do(who, "With you", "article button[aria-pressed=true]")
    _still_on(who, "with_you:")
    _do(who, "Reply", "form#say blockquote")
    assert who.driver.execute_script("return document.activeElement.id") == "text"
    who.reply(said.answer)
    who.tap(who.one(".acts-d summary"))
    who.press("More about this")
    who.type("text", said.anew)
    who.press("Save")
    assert who.path.startswith("/talk/")

    who.open_room(said.room)
    who.say(said.call)
    who.say(said.echo)
    who.tap(who.one("#said .acts-d summary"))
    _do(who, "Thank you", "#said button[aria-pressed=true]")
    _still_on(who, "thanks:")


def _do(who: Typist, sentence: str, then: str) -> None:
    """Press a button of the talk, and wait for what it brings."""
    button = who.named(sentence)
    if who.js:
        who.tap(button)
    else:
        who.follow(button)
    WebDriverWait(who.driver, driving.PATIENCE).until(lambda _: who.all(then), f"{sentence} did nothing")


def _still_on(who: Typist, value: str) -> None:
    """With a script the page stays, and so does the focus: on the button that was pressed."""
    if who.js:
        pressed = who.driver.execute_script("return document.activeElement.value")
        assert str(pressed).startswith(value), "the focus is lost"


def _settings(who: Typist) -> None:
    who.press("More")
    who.open(who.word("Settings"))
    who.choose("theme", "dark")
    who.press("Save")
    assert "dark" in str(who.one("html").get_attribute("class")).split()


def _leave_at_once(who: Typist) -> None:
    """Shift three times, where there is a script; else the first stop of the page."""
    who.open(who.word("Talk")) if who.js else who.go("/home")
    if who.js:
        who.open(SAID[who.lang].title)
        with driving.another_page(who.driver):
            for _ in range(3):
                who.strike("Shift", shift=True)
    else:
        who.next_stop()
        with driving.another_page(who.driver):
            who.strike(" ")
    assert who.path == "/"
    assert not who.driver.get_cookies()
