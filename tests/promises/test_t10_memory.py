"""T10: between two requests nothing in the process opens a member or a circle, and no text lies about.

A hub in a process of its own is used through a socket: people found, join and talk. A second after the last answer,
while they are still signed in, and again after they left, its memory is searched for what they wrote, for their keys
and for what their session opens (crypto.md §1, trap 26).
"""

from __future__ import annotations

import re
import time
from http.client import HTTPConnection
from pathlib import Path

from jiwar.circles.member import Member
from jiwar.cli import memory as allocator
from jiwar.web.tidying import Forgetting, Tidying
from jiwar.web.visit import Visit
from tests.mutants.mutation import Mutations, replaced, together
from tests.promises import memory
from tests.promises.far import Far, Remote, running
from tests.web.conftest import found, join

TITLE = "زعفران فوق طنجرة الكناري"
BODY = "vermilion lighthouse ninety-one, و سرب من الكناري"
ANSWER = "كناري أخضر على سلك الغسيل"
HANDLES = ("كناري الباب", "كناري الشبّاك")
NAME = "قهوة الكناري"
_kept: list[object] = []
begin, form_of = Member.begin, Visit.__init__


def _remembering_begin(services, session, access):
    _kept.append((access.locator, access.unlock))
    return begin(services, session, access)


def _remembering_visit(self, site, request):
    form_of(self, site, request)
    _kept.append(self)


MUTATIONS: Mutations = {
    "what opens an account is kept in a list": together(
        replaced(Member, "begin", staticmethod(_remembering_begin)),
        replaced(Visit, "__init__", _remembering_visit),
    ),
    "every request is kept": replaced(Visit, "__init__", _remembering_visit),
    "the default allocator": replaced(allocator, "OVERWRITING", {}),
    "the thread cache of the allocator stays": replaced(
        allocator, "OVERWRITING", {"PYTHONMALLOC": "malloc", "MALLOC_PERTURB_": "165"}
    ),
    "cycles are left to chance": replaced(Tidying, "later", lambda self: None),
    "headers stay with the connection": replaced(Forgetting, "__call__", lambda self, *args: self._app(*args)),
}


def _canaries(*people: Remote) -> dict[str, set[bytes]]:
    spelled = {text: memory.spellings(text) for text in (TITLE, BODY, ANSWER, *HANDLES, NAME)}
    for number, person in enumerate(people):
        spelled[f"key {number} in words"] = memory.spellings(person.key)
        cookie = next(iter(person.cookies.values()), "")
        if cookie:
            spelled[f"cookie {number}"] = {cookie.encode(), bytes.fromhex(cookie), cookie.encode("utf-16-le")}
    return spelled


def _talk(far: Far, one: Remote, two: Remote) -> None:
    page = one.send(one.get(far.url("new_topic")), "new_topic", title=TITLE, text=BODY, _button="do=send")
    assert TITLE in page.text
    listed = two.get(far.url("talk")).html
    path = re.findall(r'href="(/talk/[^"]+)"', listed[: listed.index(TITLE)])[-1]
    page = two.send(two.get(path), "topic", text=ANSWER, _button="do=send")
    assert ANSWER in page.text


def _rest_on_an_open_connection(far: Far, person: Remote) -> HTTPConnection:
    """A browser keeps its connection after an answer; the answer must not keep anything in the hub."""
    connection = HTTPConnection(far.link.hostname or "", far.link.port, timeout=30)
    cookie = "; ".join(f"{name}={value}" for name, value in person.cookies.items())
    connection.request("GET", far.url("home"), headers={"Cookie": cookie, "Sec-Fetch-Site": "same-origin"})
    answer = connection.getresponse()
    assert NAME in answer.read().decode()
    return connection


def _left_after_a_rest(far: Far, canaries: dict[str, set[bytes]]) -> list[str]:
    """What is found after a second; on a busy machine the hub itself may be late, so it gets a few of them."""
    for _ in range(4):
        time.sleep(1)
        left = memory.found_in(far.process.pid, canaries)
        if not left:
            break
    return left


def test_memory_holds_nothing_between_requests_and_after_leaving(tmp_path: Path) -> None:
    with running(tmp_path / "hub") as far:
        one, two = (Remote(far, "127.0.0.1", {}) for _ in range(2))
        found(one, name=NAME, handle=HANDLES[0], invite=True)
        join(two, one.slips[0], HANDLES[1])
        _talk(far, one, two)
        open_connection = _rest_on_an_open_connection(far, one)
        signed_in = _canaries(one, two)
        assert _left_after_a_rest(far, signed_in) == []
        open_connection.close()
        for person in (one, two):
            person.send(person.get(far.url("home")), "close")
        assert _left_after_a_rest(far, signed_in) == []


def test_the_search_finds_what_is_there(tmp_path: Path) -> None:
    """A search that can't find proves nothing: the cover's name stands in the memory of every hub."""
    with running(tmp_path / "hub", JIWAR_COVER="دفتر الكناري الأزرق") as far:
        assert Remote(far, "127.0.0.1", {}).get("/").status == 200
        assert memory.found_in(far.process.pid, {"cover": memory.spellings("دفتر الكناري الأزرق")}) == ["cover"]
