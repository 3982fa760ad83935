"""What tests of talk need of a page: its one form with the buttons that belong to it, and what stands in it."""

from __future__ import annotations

import re
from html import unescape

from jiwar.circles.circle import Circle
from jiwar.systems.forum import service as forum
from jiwar.systems.rooms import service as rooms
from tests.web.client import Page
from tests.web.seated import Seats, Someone

TOKEN = re.compile(r'name="token" value="([^"]+)"')
BUTTON = re.compile(r'<button[^>]* name="do" value="([^"]+)"')
ARTICLE = re.compile(r"<article.*?</article>", re.DOTALL)
MESSAGE = re.compile(r'<div class="msg.*?(?=<div class="msg|<div class="rule|<div id=""|</div>\n<p)', re.DOTALL)


def token(page: Page) -> str:
    return TOKEN.findall(page.html)[-1]


def buttons(html: str) -> list[str]:
    """The values of all buttons of the page's form."""
    return [unescape(value) for value in BUTTON.findall(html)]


def button(html: str, verb: str) -> str:
    """The value of the first button of a verb. Raises StopIteration when there is none."""
    return next(value for value in buttons(html) if value == verb or value.startswith(f"{verb}:"))


def articles(page: Page) -> list[str]:
    return ARTICLE.findall(page.html)


def bubbles(page: Page) -> list[str]:
    """The messages of a room's page."""
    inside = page.html[page.html.index('id="said"') : page.html.index('id="end"')]
    return [f'<div class="msg{part}' for part in inside.split('<div class="msg')[1:]]


def press(who: Someone, page: Page, do: str, **typed: str) -> Page:
    """Press a button of the page's form "say"; the page where one lands."""
    path = page.path.partition("#")[0].partition("?")[0]
    return who.post(path, {"token": token(page), "do": do, **typed})


class Talk:
    """A group of three who talk: palm in the care team, fig, and whoever else is asked for."""

    def __init__(self, seats: Seats) -> None:
        self.seats = seats
        self.palm, self.circle = seats.founder()
        self.fig = seats.joins(self.palm, self.circle, "تينة")

    def opened_by(self, who: Someone) -> Circle:
        return who.circle(self.circle)

    def topic(self, who: Someone, title: str = "عقد إيجار", text: str = "هل من طريقة؟", note: str = "") -> bytes:
        return self.seats.world.run(forum.start_topic(self.opened_by(who), title, text, note))

    def reply(self, who: Someone, obj: bytes, text: str, note: str = "", quote: int = -1) -> int:
        return self.seats.world.run(forum.reply(self.opened_by(who), obj, text, note, quote)).slot

    def room(self, who: Someone, name: str = "قعدة المساء", keep: int = 7) -> bytes:
        return self.seats.world.run(rooms.open_room(self.opened_by(who), name, keep))

    def say(self, who: Someone, obj: bytes, text: str, to: int = -1) -> int:
        return self.seats.world.run(rooms.write(self.opened_by(who), obj, text, to)).slot

    def reads_topic(self, who: Someone, obj: bytes, **query: object) -> Page:
        path = self.seats.world.url("topic", topic=who.name(self.circle[:16] + obj), **query)
        return who.get(path)

    def reads_room(self, who: Someone, obj: bytes, **query: object) -> Page:
        return who.get(self.seats.world.url("room", room=who.name(self.circle[:16] + obj), **query))
