"""A browser for tests of pages: cookies, forms as they stand on the page, redirects, and counts of what people do.

It speaks to the application in this process, without a socket.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, TypeVar
from urllib.parse import urlencode, urljoin, urlsplit

from starlette.applications import Starlette

from jiwar.node import Hub
from jiwar.web.paths import PLACE
from jiwar.web.site import Site
from tests.web.styled import undressed

T = TypeVar("T")
HOST = "hub.test"
MOST_REDIRECTS = 5
SPACES = re.compile("[ \t\n\r\f]+")
"""What a browser runs together; the narrow space of French is none of it."""


_BETWEEN = "x7Qb0undary"
WITH_FILE = {"content-type": f"multipart/form-data; boundary={_BETWEEN}"}


def with_file(fields: dict[str, str], file: bytes) -> bytes:
    """What a browser sends of a form that carries a file."""
    head = f'--{_BETWEEN}\r\nContent-Disposition: form-data; name="'
    parts = "".join(f'{head}{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    named = f'{parts}{head}file"; filename="names.csv"\r\n\r\n'
    return named.encode() + file + f"\r\n--{_BETWEEN}--\r\n".encode()


class World:
    """One hub and its application, with the loop that both run in."""

    def __init__(self, hub: Hub, app: Starlette, loop: asyncio.AbstractEventLoop) -> None:
        self.hub, self.app, self.loop = hub, app, loop
        self.site: Site = app.state.site

    def run(self, work: Awaitable[T]) -> T:
        return self.loop.run_until_complete(work)

    def together(self, *calls: Callable[[], Awaitable[Page]]) -> list[Page]:
        """Several requests at the same moment."""

        async def gathered() -> list[Page]:
            return await asyncio.gather(*(call() for call in calls))

        return self.run(gathered())

    def url(self, name: str, **values: object) -> str:
        return self.site.paths.url(name, **values)


@dataclass
class Sent:
    """A form as it stands on a page: where it goes, and what it sends if nothing is typed."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class _Reader(HTMLParser):
    """Collects forms, links and the words that can be seen."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Sent] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self._unseen = 0
        self._area = self._list = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        at = {name: value or "" for name, value in attrs}
        if tag in ("style", "script", "title", "svg"):
            self._unseen += 1
        elif tag == "form":
            self.forms.append(Sent(at.get("action", "")))
        elif tag == "a" and "href" in at:
            self.links.append(at["href"])
        elif tag == "textarea":
            self._area = at["name"]
            self._fields()[self._area] = ""
        elif tag == "select":
            self._list = at["name"]
        elif tag == "option" and ("selected" in at or self._list not in self._fields()):
            self._fields()[self._list] = at.get("value", "")
        elif tag == "button" and at.get("name"):
            self.forms[-1].buttons.append((at["name"], at.get("value", "")))
        elif tag == "input" and at.get("name"):
            if at.get("type") not in ("radio", "checkbox") or "checked" in at:
                self._fields()[at["name"]] = at.get("value", "")

    def _fields(self) -> dict[str, str]:
        return self.forms[-1].fields if self.forms else {}

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script", "title", "svg"):
            self._unseen -= 1
        elif tag == "textarea":
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self._fields()[self._area] += data
        elif not self._unseen and data.strip():
            self.words.append(SPACES.sub(" ", data).strip(" "))


class Page:
    """One answer."""

    def __init__(self, path: str, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.path, self.status, self.body = path, status, body
        self.all_headers = headers
        self.headers = dict(headers)
        packed = "gzip" in self.headers.get("content-encoding", "")
        text = "text" in self.headers.get("content-type", "text")
        self.html = body.decode() if text and not packed else ""
        self._reader = _Reader()
        self._reader.feed(self.html)

    @property
    def text(self) -> str:
        """What can be read on the page, in one line."""
        return " ".join(self._reader.words)

    @property
    def forms(self) -> list[Sent]:
        return self._reader.forms

    @property
    def links(self) -> list[str]:
        return self._reader.links

    def form(self, pattern: str) -> Sent:
        """The form that goes to a path, whatever its places and query. Raises AssertionError when there is none."""
        wanted = re.compile(PLACE.sub("[^/]+", pattern))
        for form in self.forms:
            if wanted.fullmatch(urlsplit(form.action).path):
                return form
        raise AssertionError(f"no form goes to {pattern}: {[form.action for form in self.forms]}\n{self.text}")


class Client:
    """One person's browser."""

    def __init__(self, world: World, language: str = "ar") -> None:
        self.world, self.language = world, language
        self.cookies: dict[str, str] = {}
        self.key = ""
        self.screens: list[str] = []
        self.typed = 0
        self.visited: list[str] = []
        self.slips: list[tuple[str, str]] = []

    def word(self, sentence: str) -> str:
        """A sentence of the catalogue as this person reads it."""
        return self.world.site.languages[self.language].gettext(sentence)

    # requests

    async def asks(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Page:
        """One request, no redirect followed."""
        parts = urlsplit(path)
        sent: list[dict[str, Any]] = []
        given = {"host": HOST, "sec-fetch-site": "same-origin", **(headers or {})}
        if self.cookies and "cookie" not in given:
            given["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": parts.path,
            "raw_path": parts.path.encode(),
            "query_string": parts.query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
            "server": (HOST, 80),
            "client": ("192.0.2.1", 1),
        }

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.world.app(scope, receive, send)  # type: ignore[arg-type]
        answered = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        self._take_cookies(answered)
        self.visited.append(path)
        page = Page(path, sent[0]["status"], answered, b"".join(part.get("body", b"") for part in sent[1:]))
        assert not undressed(page.html, self.world.site.pages.look), path
        return page

    def _take_cookies(self, headers: list[tuple[str, str]]) -> None:
        for name, value in headers:
            if name == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
                if "Max-Age=0" in value:
                    del self.cookies[key]

    async def posts(self, path: str, fields: dict[str, str]) -> Page:
        return await self.asks("POST", path, urlencode(fields).encode())

    def ask(self, method: str, path: str, fields: dict[str, str] | None = None, **headers: str) -> Page:
        body = urlencode(fields or {}).encode()
        return self.world.run(self.asks(method, path, body, {k.replace("_", "-"): v for k, v in headers.items()}))

    def get(self, path: str) -> Page:
        """A page as it is in the end, after redirects."""
        return self._land(self.ask("GET", path))

    def post(self, path: str, fields: dict[str, str]) -> Page:
        return self._land(self.ask("POST", path, fields))

    def _land(self, page: Page) -> Page:
        for _ in range(MOST_REDIRECTS):
            if page.status != 303:
                return page
            page = self.ask("GET", urljoin(page.path, page.headers["location"]))
        raise AssertionError(f"too many redirects: {self.visited[-MOST_REDIRECTS:]}")

    # what people do

    def send(self, page: Page, to: str, **typed: str) -> Page:
        """Fill in the form of a page that goes to the page named `to`, and send it.

        Counts the screen, and the characters that were typed rather than chosen. `_button="name=value"` says which
        button was pressed.
        """
        form = page.form(self.world.site.paths.pattern(to))
        button = typed.pop("_button", "")
        self.typed += sum(len(value) for name, value in typed.items() if form.fields.get(name) == "")
        pressed = dict([button.split("=", 1)]) if button else {}
        self.screens.append(to)
        return self.post(form.action, {**form.fields, **typed, **pressed})
