"""The page of reminders: off unless chosen, honest about who learns what, and the first one is seen to be sent."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest

from jiwar.cli.ways import ways_from
from jiwar.clock import SetClock
from jiwar.keyring.model import Nudge
from jiwar.keyring.session import IDLE_SECONDS
from jiwar.node import memory_hub
from jiwar.nudging.channels import Relay, Ways
from jiwar.web.app import make_app
from jiwar.web.render import Pages
from jiwar.web.routes import ALL
from tests.core.nudging.browsers import Browser, PushService, bytes_of
from tests.core.nudging.receivers import PushServer
from tests.core.nudging.ringing import look
from tests.web.client import Client, Page, World
from tests.web.conftest import found
from tests.web.test_founding import circle_of

Open = Callable[..., Client]
NO_BROWSER = "This browser gave no address. It needs JavaScript and leave to show notifications."
HONEST = (
    "A reminder tells the company that delivers it that this site is visited, and at what time. "
    "Without one, it learns nothing."
)
NONE_HERE = (
    "This site sends no reminders: whoever looks after it has not allowed them. "
    "An hour of the day that is always the same does the same for many."
)

SHUT = (
    "This site sends no reminders: one of them would show where it stands. "
    "Whoever looks after it can open a hidden way out for them. "
    "Until then an hour of the day that is always the same does the same for many."
)


def allow(world: World) -> None:
    world.hub.bell.ways = Ways(
        push=True, private=True, relay=Relay("127.0.0.1", 1, "a@b.example", "none"), known=True
    )


def chosen(client: Client) -> Nudge:
    return circle_of(client).member.keyring.nudge


def test_settings_lead_to_it_and_it_is_off(world: World, client: Open, language: str) -> None:
    someone = found(client(language))
    assert world.url("reminders") in someone.get(world.url("settings")).links
    page = someone.get(world.url("reminders"))
    assert someone.word(NONE_HERE) in page.text
    assert chosen(someone) == Nudge()
    allow(world)
    page = someone.get(world.url("reminders"))
    assert someone.word(HONEST) in page.text
    assert page.form(world.url("reminders")).fields["channel"] == ""


def test_hub_that_hides_says_why_it_sends_none(world: World, client: Open, language: str) -> None:
    world.hub.bell.ways = ways_from({"JIWAR_PUSH": "1"})
    someone = found(client(language))
    page = someone.get(world.url("reminders"))
    assert someone.word(SHUT) in page.text
    assert not [form for form in page.forms if form.action == world.url("reminders")]
    world.hub.bell.ways = ways_from({"JIWAR_PUSH": "1", "JIWAR_SOCKS": "127.0.0.1:9050"})
    assert "push" in someone.get(world.url("reminders")).html


def test_what_is_chosen_stands_there_again_and_ends_with_a_tap(world: World, client: Open, language: str) -> None:
    allow(world)
    someone = found(client(language))
    page = someone.get(world.url("reminders"))
    address = "https://push.example/topic?up=1"
    page = someone.send(page, "reminders", channel="push", endpoint=address, hour="20", own="شاي")
    assert someone.word("Saved.") in page.text
    fields = page.form(world.url("reminders")).fields
    assert [fields[name] for name in ("channel", "endpoint", "hour", "own")] == ["push", address, "20", "شاي"]
    someone.send(page, "reminders", channel="")
    assert chosen(someone) == Nudge()


def test_the_hours_of_my_groups_stand_among_the_hours(world: World, client: Open, language: str) -> None:
    allow(world)
    someone = found(client(language))
    together = someone.word("together: %(groups)s") % {"groups": circle_of(someone).name}
    spoken = world.site.languages[language]
    assert spoken.beside(spoken.hour(21), together) in someone.get(world.url("reminders")).text


@pytest.mark.parametrize(
    "typed",
    [
        {"channel": "push", "endpoint": ""},
        {"channel": "push", "endpoint": "ntfy.sh/topic"},
        {"channel": "push", "endpoint": "someone@mail.example"},
        {"channel": "mail", "endpoint": "https://push.example/topic"},
        {"channel": "push", "endpoint": "https://push.example/", "own": "x" * 61},
    ],
)
def test_what_can_be_no_reminder_is_shown_again(world: World, client: Open, typed: dict[str, str]) -> None:
    allow(world)
    someone = found(client("en"))
    page = someone.send(someone.get(world.url("reminders")), "reminders", **typed)
    assert page.status == 400
    assert "Something to correct" in page.text
    assert chosen(someone) == Nudge()


def test_channel_that_is_not_allowed_is_refused(world: World, client: Open) -> None:
    allow(world)
    someone = found(client("en"))
    page = someone.get(world.url("reminders"))
    world.hub.bell.ways = Ways()
    sent = someone.send(page, "reminders", channel="push", endpoint="https://push.example/")
    assert sent.status == 400
    assert chosen(someone) == Nudge()


def test_the_first_one_is_seen_to_arrive(world: World, client: Open, language: str) -> None:
    allow(world)
    someone = found(client(language))
    server = PushServer()
    world.run(server.__aenter__())
    page = someone.get(world.url("reminders"))
    page = someone.send(
        page,
        "reminders",
        channel="push",
        endpoint=f"http://127.0.0.1:{server.port}/t",
        own="تحديث الوصفة",
        **{"try": "yes"},
    )
    assert someone.word("Saved. The first one is on its way.") in page.text
    world.run(look(world.hub.bell))
    world.run(server.__aexit__())
    assert [one.body for one in server.received] == ["تحديث الوصفة"]


def test_regression_text_of_several_lines_becomes_one(world: World, client: Open) -> None:
    allow(world)
    someone = found(client("en"))
    page = someone.get(world.url("reminders"))
    typed = "tea\nBcc: all\u2028now"
    someone.send(page, "reminders", channel="mail", endpoint="a@b.example", hour="20", own=typed)
    assert chosen(someone).text == "tea Bcc: all now"


def test_regression_no_letter_bomb_is_sent_to_a_stranger(world: World, client: Open) -> None:
    allow(world)
    someone = found(client("en"))
    page = someone.get(world.url("reminders"))
    wanted = {"channel": "mail", "endpoint": "stranger@b.example", "hour": "20", "try": "yes"}
    statuses = [someone.send(page, "reminders", **wanted).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert len(world.hub.bell._waiting) == 3


# by a browser


def allow_browsers(world: World) -> None:
    world.hub.bell.ways = Ways(web=True, private=True)


def given_to_the_script(page: Page) -> tuple[bytes, bytes]:
    """The hub's key for this browser, and its name."""
    key, name = (bytes_of(re.findall(f'data-{what}="([^"]+)"', page.html)[0]) for what in ("key", "name"))
    return key, name


def test_browser_is_rung_and_can_be_left_alone_again(world: World, client: Open, language: str) -> None:
    allow_browsers(world)
    someone, browser = found(client(language)), Browser()
    page = someone.get(world.url("reminders"))
    key, name = given_to_the_script(page)
    there = PushService(browser, key, world.hub.services.clock.seconds())
    world.run(there.__aenter__())
    line = browser.subscription(f"{there.origin}/ring", name)
    page = someone.send(page, "reminders", channel="web", browser=line, own="شاي", **{"try": "yes"})
    assert someone.word("Saved. The first one is on its way.") in page.text
    world.run(look(world.hub.bell))
    world.run(there.__aexit__())
    assert (there.said, there.refused) == (["شاي"], [])
    assert chosen(someone).endpoint == line
    assert page.form(world.url("reminders")).fields["browser"] == line
    someone.send(page, "reminders", channel="")
    assert chosen(someone) == Nudge()


def test_without_a_script_the_page_says_what_is_missing(world: World, client: Open, language: str) -> None:
    allow_browsers(world)
    someone = found(client(language))
    page = someone.get(world.url("reminders"))
    needs = "Needs JavaScript, in a browser that can do it; on an iPhone an icon on the home screen as well."
    assert someone.word(needs) in page.text
    page = someone.send(page, "reminders", channel="web")
    assert page.status == 400
    assert someone.word(NO_BROWSER) in page.text
    assert chosen(someone) == Nudge()


def test_address_that_was_made_for_somebody_else_is_refused(world: World, client: Open) -> None:
    allow_browsers(world)
    someone, name = found(client("en")), b"n" * 16
    page = someone.get(world.url("reminders"))
    line = Browser().subscription("http://127.0.0.1:1/ring", name)
    assert someone.send(page, "reminders", channel="web", browser=line).status == 400
    assert chosen(someone) == Nudge()


def test_what_stays_in_a_browser_is_given_to_members_alone_and_may_ask_nobody(world: World, client: Open) -> None:
    allow_browsers(world)
    someone, stranger = found(client("en")), client("en")
    policy = dict(someone.get(world.url("reminders")).all_headers)["content-security-policy"]
    assert "worker-src 'self'" in policy
    for name in ("browser_script", "browser_worker"):
        given = someone.get(world.url(name))
        assert given.status == 200
        assert dict(given.all_headers)["content-security-policy"] == "default-src 'none'"
        assert stranger.get(world.url(name)).path == world.url("door")


def test_no_other_page_may_leave_a_worker(world: World, client: Open) -> None:
    someone = found(client("en"))
    page = someone.get(world.url("reminders"))
    assert "script-src" not in dict(page.all_headers)["content-security-policy"], "where no browser can be rung"


# what a browser keeps of it


def choose_browser(someone: Client) -> None:
    world, page = someone.world, someone.get(someone.world.url("reminders"))
    line = Browser().subscription("http://127.0.0.1:1/ring", given_to_the_script(page)[1])
    page = someone.send(page, "reminders", channel="web", browser=line)
    assert chosen(someone).channel == "web", page.text
    assert world.url("browser_worker") in page.html


@pytest.fixture
def secure(clock: SetClock, world: World, ready_pages: Pages) -> Iterator[World]:
    """A hub that people reach by https."""
    hub = memory_hub(clock)
    yield World(hub, make_app(hub, ALL, secure=True, pages=ready_pages), world.loop)
    world.run(hub.close())


def cleared(someone: Client) -> str:
    """What closing asks the browser to forget."""
    home = someone.get(someone.world.url("home"))
    closing = home.form(someone.world.url("close"))
    return someone.ask("POST", closing.action, closing.fields).headers["clear-site-data"]


def test_regression_closing_leaves_the_browser_that_was_chosen(secure: World) -> None:
    allow_browsers(secure)
    someone, other = found(Client(secure, "en")), found(Client(secure, "en"))
    choose_browser(someone)
    assert "also after “Close”" in someone.get(secure.url("reminders")).text
    assert cleared(someone) == '"cache", "cookies"'
    assert cleared(other) == '"cache", "cookies", "storage"'


def test_regression_closing_after_the_end_of_a_visit_leaves_it_too(secure: World, clock: SetClock) -> None:
    allow_browsers(secure)
    someone = found(Client(secure, "en"))
    choose_browser(someone)
    closing = someone.get(secure.url("home")).form(secure.url("close"))
    clock.forward(seconds=IDLE_SECONDS + 1)
    answer = someone.ask("POST", closing.action, closing.fields)
    assert (answer.status, answer.headers["clear-site-data"]) == (303, '"cache", "cookies"')


@pytest.mark.parametrize("ways", [Ways(), ways_from({"JIWAR_PUSH": "1"}), Ways(push=True, private=True)])
def test_regression_what_the_hub_no_longer_sends_can_be_taken_away(world: World, client: Open, ways: Ways) -> None:
    allow_browsers(world)
    someone = found(client("en"))
    choose_browser(someone)
    world.hub.bell.ways = ways
    page = someone.get(world.url("reminders"))
    assert world.url("browser_script") in page.html
    assert "worker-src 'self'" in dict(page.all_headers)["content-security-policy"]
    assert someone.word("No reminders") in page.text
    assert f'data-worker="{world.url("browser_worker")}"' in page.html
    assert page.form(world.url("reminders")).fields["channel"] == ""
    page = someone.send(page, "reminders")
    assert someone.word("Saved.") in page.text
    assert chosen(someone) == Nudge()
    assert world.url("browser_script") not in page.html


def test_regression_any_way_can_be_ended_where_none_is_allowed(world: World, client: Open) -> None:
    allow(world)
    someone = found(client("en"))
    page = someone.get(world.url("reminders"))
    someone.send(page, "reminders", channel="mail", endpoint="a@b.example")
    world.hub.bell.ways = Ways()
    page = someone.get(world.url("reminders"))
    assert "script-src" not in dict(page.all_headers)["content-security-policy"]
    someone.send(page, "reminders")
    assert chosen(someone) == Nudge()


def test_regression_what_a_browser_asks_by_itself_lengthens_no_visit(
    world: World, client: Open, clock: SetClock
) -> None:
    allow_browsers(world)
    someone = found(client("en"))
    choose_browser(someone)

    def itself() -> int:
        return someone.ask("GET", world.url("browser_worker"), service_worker="script").status

    for _ in range(2):
        clock.forward(seconds=IDLE_SECONDS // 2)
        assert itself() == 200
    clock.forward(seconds=1)
    assert itself() == 401
    assert someone.get(world.url("home")).status == 401
