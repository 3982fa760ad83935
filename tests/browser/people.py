"""What people do on pages, by the words they see: the verbs of the browser stories.

A `Person` sits in front of one browser. Buttons and links are found by their English sentence, looked up in the
catalogue of the language that the person reads. Taps, typed characters and screens are counted as they happen.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

from jiwar.i18n import LANGUAGES as NAMES
from jiwar.i18n import load_languages
from tests.browser import driving
from tests.browser.serving import Served

LANGUAGES = load_languages()
_FIND = """
const [words, whole, among] = arguments;
const said = (one) => one.innerText.replace(/\\s+/g, " ").trim();
const large = (box) => box.width > 1 && box.height > 1;
const shown = (one) => !one.ariaHidden && getComputedStyle(one).visibility === "visible"
  && Array.from(one.getClientRects()).some(large);
return Array.from(document.querySelectorAll(among))
  .find((one) => shown(one) && (whole ? said(one) === words : said(one).includes(words))) || null;
"""
_HOLDING = """
return Array.from(document.querySelectorAll("#said > *")).filter((one) => one.innerText.includes(arguments[0])).pop();
"""


@dataclass(frozen=True)
class Slip:
    """An invitation as it is handed over: the link that is sent, the two words that are said."""

    link: str
    words: str


class Person:
    """Somebody with a browser."""

    def __init__(self, driver: Chrome, hub: Served, lang: str = "ar", js: bool = True) -> None:
        self.driver, self.hub, self.lang, self.js = driver, hub, lang, js
        self.taps = self.typed = self.screens = 0
        self.key = ""
        self.on_screen: Callable[[], None] = lambda: None

    # seeing

    def word(self, sentence: str, context: str = "") -> str:
        """A sentence of the catalogue as this person reads it."""
        language = LANGUAGES[self.lang]
        return language.pgettext(context, sentence) if context else language.gettext(sentence)

    @property
    def path(self) -> str:
        return urlsplit(self.driver.current_url).path

    def text(self) -> str:
        """Everything that can be read on the page."""
        return self.driver.find_element(By.TAG_NAME, "body").text

    def sees(self, text: str) -> bool:
        return text in self.text()

    def all(self, css: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, css)

    def one(self, css: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, css)

    def named(self, sentence: str, context: str = "") -> WebElement:
        """The first button or link on the page that says exactly this."""
        return self._found(self.word(sentence, context), True)

    def titled(self, title: str) -> WebElement:
        """The first link on the page whose words hold this title."""
        return self._found(title, False)

    def _found(self, words: str, whole: bool, among: str = "button, a, summary") -> WebElement:
        found: WebElement | None = self.driver.execute_script(_FIND, " ".join(words.split()), whole, among)
        if found is None:
            raise AssertionError(f"nothing says “{words}” on {self.path}:\n{self.text()}")
        return found

    # doing

    def go(self, address: str) -> None:
        """Open an address: a link that somebody sent, or a path of the hub."""
        self.driver.get(address if "://" in address else self.hub.address + address)
        self.screens += 1
        self.on_screen()

    def arrive(self, address: str) -> None:
        """Open an entrance, and ask for my language where it greets in another."""
        self.go(address)
        if self.one("html").get_attribute("lang") != self.lang:
            self.screens -= 1  # The same screen, in other words.
            self.follow(self.titled(NAMES[self.lang]))

    def follow(self, element: WebElement) -> None:
        """Tap what leads to another page."""
        self.taps += 1
        self.screens += 1
        driving.follow(self.driver, element)
        self.on_screen()

    def press(self, sentence: str, context: str = "") -> None:
        """Tap the button or link with these words, which leads to another page."""
        self.follow(self.named(sentence, context))

    def open(self, title: str) -> None:
        """Tap the row, or other link, that holds this title."""
        self.follow(self.titled(title))

    def tap(self, element: WebElement) -> None:
        """Tap what stays on the page: a choice, a disclosure."""
        self.taps += 1
        driving.tap(self.driver, element)

    def choose(self, name: str, value: str) -> None:
        """Tap a choice by the field's name and the choice's value."""
        self.tap(
            self.one(f'input[name="{name}"][value="{value}"] ~ *, label:has(input[name="{name}"][value="{value}"])')
        )

    def pick(self, name: str, label: str) -> None:
        """Pick a row of a list box by its words, as a keyboard does."""
        box = self.one(f'select[name="{name}"]')
        self.taps += 1
        box.send_keys(label)
        picked = box.find_element(By.CSS_SELECTOR, "option:checked").get_attribute("textContent")
        assert picked == label, f"“{picked}” is picked instead of “{label}”"

    def type(self, name: str, text: str) -> None:
        """Type into a field, in place of what stands there."""
        field = self.one(f'input[name="{name}"], textarea[name="{name}"]')
        field.clear()
        self.typed += len(text)
        field.send_keys(text)

    # coming and going

    def found(self, link: str, name: str, about: str, handle: str, card: str = "close") -> list[Slip]:
        """Found a community from a founding link, in six screens; the two invitations of the last one."""
        self.arrive(link)
        self.press("Continue")
        self.type("name", name)
        self.type("about", about)
        self.press("Continue")
        self.choose("card", card)
        self.press("Continue")
        self.type("own", handle)
        self.press("Continue")
        self.take_key()
        self.press("Two invitations")
        slips = self.slips()
        self.press("Go in")
        return slips

    def take_key(self) -> str:
        """Take the first key that is offered; returns its thirty digits."""
        shown = "".join(part for one in self.all("bdi") for part in (one.get_attribute("textContent") or "").split())
        self.key = _digits(shown)
        self.follow(self.one('button[name="taken"]'))
        return self.key

    def slips(self) -> list[Slip]:
        """The invitations on the page."""
        links = [one.text for one in self.all('code[id^="link"]')]
        words = [one.text for one in self.all(".words b")]
        return [Slip(link, " ".join(words[2 * at : 2 * at + 2])) for at, link in enumerate(links)]

    def join(self, slip: Slip, handle: str, pin: str = "", shared: bool = False) -> None:
        """Join by an invitation, in five screens, with a new key."""
        self.arrive(slip.link)
        self.type("words", slip.words)
        self.press("Continue")
        if shared:
            self.tap(self.one('label[for="on-shared"]'))
        if pin:
            self.tap(self.named("Remembering this phone for thirty days"))
            self.type("pin", pin)
        self.press("Continue")
        self.press("I agree")
        self.type("own", handle)
        self.press("Continue")
        self.take_key()

    def sign_in(self, key: str = "") -> None:
        """Come back with a key: nine words or thirty digits."""
        self.arrive("/")
        self.type("key", key or self.key)
        self.press("Come in")

    def close(self) -> None:
        """End the session and leave."""
        self.press("Close")

    def read_in(self, lang: str) -> None:
        """Have every page in this language, by the settings."""
        self.lang = lang
        if self.one("html").get_attribute("lang") != lang:
            self.set("language", lang)

    def set(self, name: str, value: str) -> None:
        """Choose one of the settings."""
        self.go("/more/settings")
        self.choose(name, value)
        self.follow(self.one("main form .btns button"))

    # in groups

    def open_group(self, group: str) -> None:
        """A group's own page."""
        self.press("More")
        self.open(self.word("Groups"))
        self.open(group)

    def invite(self, group: str) -> Slip:
        """Write an invitation into a group."""
        self.open_group(group)
        self.press("Invite")
        self.press("New invitation")
        slip = self.slips()[0]
        self.press("Done")
        return slip

    # talking

    def start_topic(self, title: str, text: str, note: str = "") -> None:
        """Begin a topic; ends on its page."""
        self.press("Talk")
        self.press("New", "begin")
        self.type("title", title)
        self.type("text", text)
        if note:
            self.tap(self.named("A note before it"))
            self.type("note", note)
        self.press("Send")

    def open_talk(self, title: str) -> None:
        """A topic or chat, from the list."""
        self.press("Talk")
        self.follow(self._found(title, False, "main li a"))

    def reply(self, text: str) -> None:
        """Answer in the topic that is open, and see it there."""
        self._send(text)

    def more_about(self, text: str) -> None:
        """The page of the post or message that holds this text."""
        said = self.driver.execute_script(_HOLDING, text)
        self.tap(said.find_element(By.XPATH, ".//details[.//button[starts-with(@value, 'open:')]]/summary"))
        self.follow(said.find_element(By.CSS_SELECTOR, 'button[value^="open:"]'))

    def open_room(self, name: str) -> None:
        """Begin a chat; ends in it."""
        self.press("Talk")
        self.press("A new chat")
        self.type("name", name)
        self.press("Open the chat")

    def say(self, text: str) -> None:
        """Write into the chat that is open, and see it there."""
        self._send(text)

    def _send(self, text: str) -> None:
        self.type("text", text)
        if self.js:  # The page stays where it is.
            self.tap(self.named("Send"))
        else:
            self.press("Send")
        self.await_text(text)

    def await_text(self, text: str) -> None:
        """Wait until a text is on the page; without JavaScript, refresh the chat for it."""
        until = time.monotonic() + driving.PATIENCE
        while not self.sees(text):
            if time.monotonic() > until:
                raise AssertionError(f"“{text}” never came to {self.path}:\n{self.text()}")
            if not self.js:
                self.press("New? Refresh")
            time.sleep(0.05)


def _digits(text: str) -> str:
    """The first run of thirty digits, in either script."""
    digits = "".join(str(int(one)) if one.isdecimal() else " " for one in text)
    return next(run for run in digits.split() if len(run) >= 30)[:30]
