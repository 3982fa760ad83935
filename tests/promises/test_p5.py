"""P5: no page makes a request to another host; nothing stays in the browser but a dull history line.

Every page of a whole story (`walking.py`) is read for what would make a browser ask elsewhere or keep something. Then
a real browser goes the same way: what it asked for, what it holds after closing, and every file of its profile.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import nh3
import pytest

from jiwar.i18n import LANGUAGES
from jiwar.keyring import phrase
from jiwar.web import live, markdown, reminders, respond, scripts
from jiwar.web.look import Look
from jiwar.web.render import Page, Pages
from jiwar.web.visit import Visit
from tests.browser import driving
from tests.browser.people import Person
from tests.browser.serving import Served, fresh_hub, serving
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises.markup import Element
from tests.promises.walking import ELSEWHERE, HOSTILE, PICTURES, Answer, route_of, walk
from tests.web.client import HOST

COVER = "دفتر"
ASKING = {"src", "href", "action", "formaction", "poster", "srcset", "data", "background", "cite", "ping", "manifest"}
"""Attributes that name an address."""
NEVER = {
    "img",
    "iframe",
    "frame",
    "object",
    "embed",
    "video",
    "audio",
    "source",
    "link",
    "base",
    "applet",
    "template",
}
REL = {"noreferrer", "noopener", "nofollow"}
_CSS_ASKS = re.compile(r"url\(|@import|image-set|@font-face|src:", re.IGNORECASE)
_SCRIPT_ASKS = re.compile(r"""["'`](?:[a-z]+:)?//""")
_SPEAKS = re.compile(r"\b(?:fetch|XMLHttpRequest|importScripts|postMessage|sendBeacon|WebSocket|EventSource)\b")
_KEEPS = re.compile(r"localStorage|sessionStorage|indexedDB|caches\b|serviceWorker|document\.cookie|pushState")


@contextmanager
def _kept() -> Iterator[None]:
    """Answers that a browser may keep."""
    header = respond.ALWAYS.pop("Cache-Control")
    try:
        yield
    finally:
        respond.ALWAYS["Cache-Control"] = header


def _with_cookie(**changed: Any) -> Any:
    def with_cookie(self, response):
        if self._new_cookie is not None:
            wanted = {"path": "/", "httponly": True, "samesite": "strict"} | changed
            response.set_cookie(self.site.cookie, self._new_cookie.hex(), **wanted)
        elif self._dropped:
            response.delete_cookie(self.site.cookie, path="/")
        if self._lasting is not None:
            self._set(response, self.site.lasting, self._lasting, (30 if self._lasting else 0) * 86_400)
        return response

    return replaced(Visit, "with_cookie", with_cookie)


def _end_session(self):
    self.services.sessions.end(self._new_cookie or self.cookie)
    self._new_cookie = None


render, style = Pages.render, Pages.style


def _titled(self, made, /, *args, **context):
    page = render(self, made, *args, **context)
    title = f"<title>{context.get('title', COVER)}</title>".encode()
    return Page(re.sub(rb"<title>.*?</title>", title, page.body), page.nonce, page.script)


def _restored(self, made, /, *args, **context):
    page = render(self, made, *args, **context)
    return Page(page.body.replace(b' autocomplete="off"', b""), page.nonce, page.script)


_SHOWS_PICTURES = nh3.Cleaner(tags=markdown.TAGS | {"img"}, attributes={"a": {"href"}, "img": {"src"}})
_REMEMBERS = live.SCRIPT.read_bytes() + b"\nlocalStorage.setItem('draft', document.title);"
_OPENING = {name: value for name, value in live._OPENING.items() if name != "Cache-Control"}

MUTATIONS: Mutations = {
    "answers may be kept": _kept,
    "the cookie outlives the browser": _with_cookie(max_age=86_400),
    "scripts can read the cookie": _with_cookie(httponly=False),
    "closing leaves the cookie": replaced(Visit, "end_session", _end_session),
    "the title says what is read": replaced(Pages, "render", _titled),
    "a form is kept until it is sent": replaced(Pages, "render", _restored),
    "pictures come from where somebody says": together(
        replaced(markdown, "_PICTURE", re.compile("(?!)()")), replaced(markdown, "_CLEANER", _SHOWS_PICTURES)
    ),
    "links tell where they were tapped": replaced(
        markdown, "_CLEANER", nh3.Cleaner(tags=markdown.TAGS, link_rel=None)
    ),
    "a font from elsewhere": replaced(
        Look, "style", lambda self, names: f"@font-face{{font-family:a;src:url(//{ELSEWHERE})}}"
    ),
    "the script remembers": replaced(scripts, "_packed", lambda file: respond.padded_gzip(_REMEMBERS)),
    "the worker may ask": replaced(scripts, "_HEADERS", respond.ALWAYS),
    "every script may leave a worker": replaced(respond, "_WORKER", dict.fromkeys((False, True), "'self'")),
    "a stream may be kept": replaced(live, "_OPENING", _OPENING),
}


# what pages say


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_page_names_another_host(language: str) -> None:
    """But in links that people wrote: those are tapped or not, and tell nobody where."""
    for one in walk(language).pages:
        for element in one.markup.elements:
            assert element.tag not in NEVER or _is_a_photo(element), f"{one}: {element.tag} {element.at}"
            assert "http-equiv" not in element.at, f"{one}: {element.at}"
            for name in ASKING & set(element.at):
                if element.at[name].startswith("#"):
                    continue
                address = _address(one.page.path, element.at[name])
                if element.tag == "a" and address.netloc == ELSEWHERE:
                    assert set(element.at.get("rel", "").split()) >= REL, f"{one}: {element.at}"
                    assert "target" not in element.at
                else:
                    assert (address.scheme, address.netloc) == ("http", HOST), f"{one}: {element.tag} {element.at}"
                    assert route_of(address.path), f"{one}: nothing answers at {address.path}"


def _is_a_photo(element: Element) -> bool:
    """Whether it shows what this hub itself has made of somebody's photo."""
    made_here = route_of(element.at.get("src", "")) in PICTURES
    return element.tag == "img" and made_here and "srcset" not in element.at


@cache
def _address(path: str, named: str) -> SplitResult:
    return urlsplit(urljoin(f"http://{HOST}{path}", named))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_style_asks_for_anything(language: str) -> None:
    sheets = set[str]()
    for one in walk(language).pages:
        sheets |= {element.own for element in one.markup.of("style")}
        for element in one.markup.elements:
            assert "style" not in element.at, f"{one}: {element.at}"
    assert len(sheets) > 10
    assert not [sheet for sheet in sheets if _CSS_ASKS.search(sheet)]


def test_the_script_asks_this_hub_and_keeps_nothing() -> None:
    script = live.SCRIPT.read_text()
    assert not _SCRIPT_ASKS.search(script)
    assert not _KEEPS.search(script)


def test_what_lets_a_browser_be_rung_leaves_one_worker_and_that_keeps_and_asks_nothing() -> None:
    script, worker = reminders.SCRIPT.read_text(), reminders.WORKER.read_text()
    assert set(_KEEPS.findall(script)) == {"serviceWorker"}
    for one in (script, worker):
        assert not _SCRIPT_ASKS.search(one)
        assert not _SPEAKS.search(one)
    assert not _KEEPS.search(worker)
    assert '"fetch"' not in worker, "it stands between no page and the hub"


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_page_alone_may_leave_a_worker_and_that_may_ask_nobody(language: str) -> None:
    given = [one for one in walk(language).answers if one.route == "browser_worker"]
    assert given
    assert {one.page.headers["content-security-policy"] for one in given} == {"default-src 'none'"}
    for one in walk(language).pages:
        policy = one.page.headers["content-security-policy"]
        wanted = "'self'" if one.route == "reminders" else "'none'"
        assert "script-src" not in policy or f"worker-src {wanted}" in policy, f"{one}: {policy}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_title_is_the_cover_on_every_page(language: str) -> None:
    for one in walk(language).pages:
        assert [element.text for element in one.markup.of("title")] == [COVER], str(one)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_browser_is_asked_to_keep_what_stands_in_a_form(language: str) -> None:
    """Else it writes a text that was never sent into the file from which it restores a session."""
    for one in walk(language).pages:
        for element in one.markup.of("form", "input", "textarea"):
            around = [element, *(outer for outer in element.inside if outer.tag == "form")]
            quiet = element.at.get("type") == "hidden" or any(part.at.get("autocomplete") == "off" for part in around)
            assert quiet, f"{one}: {element.tag} {element.at}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_forbids_keeping_and_asking(language: str) -> None:
    for one in walk(language).answers:
        headers = {name.lower(): value for name, value in one.page.all_headers}
        assert headers.get("cache-control") == "no-store", f"{one}: {one.page.status}"
        assert headers.get("referrer-policy") == "no-referrer", str(one)
        if headers.get("content-type", "").startswith("text/html"):
            policy = headers["content-security-policy"]
            assert policy.startswith("default-src 'none'; "), str(one)
            assert not re.search(r"https?:|\*|data:|blob:|unsafe", policy), f"{one}: {policy}"
        for name, value in one.page.all_headers:
            if name.lower() == "set-cookie":
                _judge_cookie(one, value, walk(language).world.site.lasting)


def _judge_cookie(one: Answer, value: str, name: str) -> None:
    """The one cookie that may last is a remembered phone's, and it lasts thirty days."""
    said = [part.strip().lower() for part in value.split(";")[1:]]
    assert {"httponly", "samesite=strict", "path=/"} <= set(said), f"{one}: {value}"
    lasting = [part for part in said if part.startswith(("max-age", "expires"))]
    remembering = value.partition("=")[0] == name
    assert lasting in ([], ["max-age=2592000"] if remembering else []) or "max-age=0" in lasting, f"{one}: {value}"


# what a browser does


GROUP, NAME, TITLE, NOTE = "مقهى الياسمين", "قنفذ البستان", "فطيرة السبانخ البائتة", "بطاطا محروقة"
TEXT, ROOM, SAID, DRAFT = "العجينة ترتاح ساعتين", "شرفة الطابق الثالث", "الإبريق يصفر منذ دقيقة", "نصف جملة لم ترسل"
_HELD = """
const done = arguments[0];
const count = async (what) => { try { return (await what()).length; } catch (error) { return 0; } };
(async () => done({
  local: localStorage.length, session: sessionStorage.length, cookie: document.cookie,
  databases: await count(() => indexedDB.databases()), caches: await count(() => caches.keys()),
  workers: await count(() => navigator.serviceWorker.getRegistrations()),
}))();
"""
NOTHING = {"local": 0, "session": 0, "cookie": "", "databases": 0, "caches": 0, "workers": 0}
OURS = {"", "chrome", "about", "data", "devtools", "chrome-extension"}
"""Schemes by which a browser speaks to itself."""


@dataclass
class Visited:
    """What a browser did and held while somebody visited, and what it left on its disk."""

    address: str
    asked: list[str]
    answers: list[dict[str, Any]]
    cookies: list[dict[str, Any]]
    cookies_after: list[dict[str, Any]]
    held: list[dict[str, Any]]
    shown_after: list[str]
    profile: Path
    key: str


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """One visit from founding to closing, with a script, a draft that is never sent, and steps back afterwards."""
    folder = tmp_path_factory.mktemp("p5")
    with serving(fresh_hub(folder)) as hub:
        driver = driving.start(folder / "profile", watched=True)
        try:
            yield _visit(hub, Person(driver, hub), folder / "profile")
        finally:
            driving.stop(driver)


def _visit(hub: Served, who: Person, profile: Path) -> Visited:
    who.found(hub.founding_link(), GROUP, TEXT, NAME)
    who.start_topic(TITLE, TEXT + HOSTILE, NOTE)
    who.reply(SAID)
    who.open_room(ROOM)
    who.say(SAID + f" https://{ELSEWHERE}/a")
    for section in ("Settings", "My key", "Peace of mind", "About this site", "Groups"):
        who.press("More")
        who.open(who.word(section))
    who.open(GROUP)
    who.open_talk(TITLE)
    who.type("text", DRAFT)
    who.go("/nothing/here")
    who.go("/home")
    cookies, held = who.driver.get_cookies(), [who.driver.execute_async_script(_HELD)]
    who.close()
    after, shown = who.driver.get_cookies(), []
    held.append(who.driver.execute_async_script(_HELD))
    for _ in range(6):
        who.driver.back()
        shown.append(who.text())
    events = [json.loads(entry["message"])["message"] for entry in who.driver.get_log("performance")]
    who.driver.quit()
    return Visited(hub.address, *_traffic(events), cookies, after, held, shown, profile, who.key)


def _traffic(events: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """Every address that was asked for, and every answer of the network."""
    sent = [one["params"] for one in events if one["method"] == "Network.requestWillBeSent"]
    asked = [one["request"]["url"] for one in sent]
    asked += [one["params"]["url"] for one in events if one["method"] == "Network.webSocketCreated"]
    answers = [one["redirectResponse"] for one in sent if "redirectResponse" in one]
    answers += [one["params"]["response"] for one in events if one["method"] == "Network.responseReceived"]
    return asked, answers


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_asks_nobody_else(visited: Visited) -> None:
    there = [one for one in visited.asked if urlsplit(one).scheme not in OURS]
    assert len(there) > 40
    assert {urlsplit(one).netloc for one in there} == {urlsplit(visited.address).netloc}
    assert any("/live" in one for one in there), "a room was listened to"


@pytest.mark.browser
@pytest.mark.slow
def test_no_answer_may_be_kept(visited: Visited) -> None:
    ours = [one for one in visited.answers if one["url"].startswith(visited.address)]
    assert {200, 303, 404} <= {one["status"] for one in ours}
    assert "text/event-stream" in {one["mimeType"] for one in ours}
    for one in ours:
        headers = {name.lower(): value for name, value in one["headers"].items()}
        assert headers.get("cache-control") == "no-store", one["url"]
        assert not one.get("fromDiskCache"), one["url"]


@pytest.mark.browser
@pytest.mark.slow
def test_a_browser_holds_one_cookie_and_after_closing_nothing(visited: Visited) -> None:
    (cookie,) = visited.cookies
    assert "expiry" not in cookie
    assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
    assert re.fullmatch("[0-9a-f]+", cookie["name"] + cookie["value"])
    assert visited.cookies_after == []
    assert visited.held == [NOTHING, NOTHING]


@pytest.mark.browser
@pytest.mark.slow
def test_going_back_shows_nothing(visited: Visited) -> None:
    for text in visited.shown_after:
        assert not [word for word in (GROUP, NAME, TITLE, NOTE, TEXT, ROOM, SAID, DRAFT) if word in text], text


@pytest.mark.browser
@pytest.mark.slow
def test_the_profile_keeps_dull_lines_only(visited: Visited) -> None:
    """No text, name or key in any file; in the history the cover's name and paths of this hub."""
    secrets = [GROUP, NAME, TITLE, NOTE, TEXT, ROOM, SAID, DRAFT, visited.key, *_words(visited.key)]
    forms = {word: (word.encode(), word.encode("utf-16-le")) for word in secrets}
    files = [path for path in visited.profile.rglob("*") if path.is_file()]
    assert any(path.name == "History" for path in files)
    for path in files:
        held = path.read_bytes()
        found = [word for word, spelled in forms.items() if any(form in held for form in spelled)]
        assert not found, f"{path.relative_to(visited.profile)} holds {found}"
    with sqlite3.connect(next(path for path in files if path.name == "History")) as history:
        lines = history.execute("SELECT url, title FROM urls").fetchall()
    history.close()
    assert len(lines) > 10
    assert all(url.startswith(visited.address) for url, _ in lines)
    assert {title for _, title in lines} <= {COVER, ""}


def _words(key: str) -> list[str]:
    """Nine words in a row, as they are typed."""
    return [" ".join(phrase.to_words(int(key), code)) for code in LANGUAGES]
