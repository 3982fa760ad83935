"""A dispatcher's day of sixty requests: looked for, sorted, taken, handed over, answered, done; and the queue stays
one that can be read, on a phone without JavaScript as well.

Three come through pages, the others as pages hand them in, by the service; so are most of them done at the end of the
day, after a dozen by hand.
"""

from __future__ import annotations

import pytest

from jiwar.circles import callers, entering, roles, window
from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.circles.model import DISPATCHER
from jiwar.systems.desk import service, view
from jiwar.web.queue import FEW, PAGE
from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser
from tests.browser.measured import Measured
from tests.browser.serving import Served
from tests.browser.test_desk import open_the_desk
from tests.browser.test_story import SAID

WALKED = [("ar", False, driving.PHONE), ("en", True, driving.DESK)]
REQUESTS, BY_PAGES, BY_HAND = 60, 3, 8
KIND = "A place tonight"
CASE = 'main a[href^="/case/"]'


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), WALKED)
def test_a_day_of_sixty(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    first, second, guest = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(3))
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(first, width)
    slip, *_ = first.found(hub.founding_link(), said.group, said.about, said.founder)
    second.join(slip, said.guest)
    open_the_desk(first, said.group, said.text, ready=said.echo)
    hub.run(_become_a_dispatcher(hub, first, second))
    for number in range(BY_PAGES):
        _hands_in(guest, f"{said.brief} {number}")
    hub.run(_come(hub, first, [f"{said.call} {number}" for number in range(REQUESTS - BY_PAGES)]), 120)

    with first.way() as way:
        first.press("Help")
        first.open(first.word("Help desk"))
        first.press("Look for new ones")
    assert way.taps <= 3
    assert len(first.all(CASE)) == FEW
    with first.way() as way:
        first.press("All")
        seen = len(first.all(CASE))
        assert seen == PAGE
        while first.all("a.newer"):
            first.follow(first.one("a.newer"))
            seen += len(first.all(CASE))
    assert seen == REQUESTS, "all of them can be leafed through"
    assert way.taps <= 1 + REQUESTS // PAGE

    queue = first.one('main a[href$="/desk"]').get_attribute("href") or ""
    first.go(queue)
    for _ in range(BY_HAND):
        with first.way() as way:
            first.follow(first.one(CASE))
            first.tap(first.named("Answers to begin with"))
            first.press("Put it in the box")
            first.press("Leave it, and done")
        assert way.taps <= 4, "a request with a ready answer"
        assert first.path == _path(queue)
    with first.way() as way:
        first.follow(first.one(CASE))
        first.press("I look after it")
    assert way.taps == 2
    first.go(queue)
    with first.way() as way:
        first.follow(first.all(CASE)[-FEW - BY_HAND])
        first.press("Hand it over")
    assert way.taps <= 2
    second.go("/help")
    second.open(second.word("Help desk"))
    assert second.sees(second.word("With me"))
    assert second.sees(second.word("With others"))
    assert second.sees(second.word("Who has how many"))

    hub.run(_done(hub, first), 240)
    first.go(queue)
    assert first.sees(first.word("Nobody is waiting."))
    assert examination.says() == ""


def _path(address: str) -> str:
    return "/" + address.split("/", 3)[3]


def _hands_in(guest: Measured, text: str) -> None:
    guest.arrive("/desk")
    guest.press(KIND)
    guest.type("text", text)
    guest.press("Hand it in")


def _member(hub: Served, one: Measured) -> Member:
    """Whoever sits in front of a browser, as of this request."""
    (cookie,) = one.driver.get_cookies()
    return Member(hub.hub.services, hub.hub.services.sessions.find(bytes.fromhex(cookie["value"])))


def _circle(member: Member) -> Circle:
    return Circle(member, next(one.circle for one in member.memberships() if not one.parent))


async def _become_a_dispatcher(hub: Served, by: Measured, who: Measured) -> None:
    circle, member = _circle(_member(hub, by)), _member(hub, who)
    await roles.give(circle, _circle(member).log.persona.key, DISPATCHER)
    await roles.follow(circle, DISPATCHER)
    assert await entering.take_keys(member, member.membership(circle.id), DISPATCHER) is not None


async def _come(hub: Served, by: Measured, texts: list[str]) -> None:
    """Requests as the window's pages hand them in."""
    services, circle = hub.hub.services, _circle(_member(hub, by))
    poster = window.read(services, window.page_of(circle.id))
    for text in texts:
        await callers.ask(services, poster, services.random(32), poster.counters[0].kind, text)


async def _done(hub: Served, by: Measured) -> None:
    """Everything that is left, answered and done."""
    inner = roles.held(_circle(_member(hub, by)), DISPATCHER)
    assert inner is not None
    for one in await view.queue(inner):
        if one.part != "done":
            await service.close(inner, one)
