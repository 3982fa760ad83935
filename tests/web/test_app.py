"""The wrapper around every page: form tokens, headers, errors, and what is given back when a visit ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from starlette.requests import Request

from jiwar.clock import SetClock
from jiwar.errors import BadChoice, BadFormToken, NotCanonical, NotThere
from jiwar.web import forms, messages
from jiwar.web.forms import Form
from jiwar.web.limits import WRITE
from tests.web.client import Client, World
from tests.web.conftest import found
from tests.web.seated import Seats

Open = Callable[..., Client]
ANSWERS_OF_A_MEMBER = ("home", "more", "mykey", "settings", "safety", "about", "groups")


def test_a_form_without_the_sessions_token_is_refused(world: World, founder: Client) -> None:
    fields = founder.get(world.url("settings")).form(world.url("settings")).fields
    for token in ("", "0" * 32, "ن"):
        page = founder.ask("POST", world.url("settings"), {**fields, "token": token, "language": "en"})
        assert page.status == messages.status(BadFormToken())
    assert founder.get(world.url("settings")).form(world.url("settings")).fields["language"] == "ar"


def test_the_token_of_another_visit_is_refused(world: World, client: Open) -> None:
    first, second = found(client()), found(client())
    form = first.get(world.url("settings")).form(world.url("settings"))
    assert second.ask("POST", world.url("settings"), form.fields).status == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_form_from_elsewhere_is_refused_at_the_entrances(world: World, client: Open, site: str) -> None:
    for path in (world.url("door"), world.url("close"), world.url("joining", secret="a" * 26)):
        assert client().ask("POST", path, {"key": "1"}, sec_fetch_site=site).status == 400


def test_closing_from_elsewhere_ends_no_visit(world: World, founder: Client) -> None:
    assert founder.ask("POST", world.url("close"), {}, sec_fetch_site="cross-site").status == 400
    assert founder.get(world.url("more")).path == world.url("more")


def test_every_answer_carries_the_strict_headers(world: World, founder: Client, client: Open) -> None:
    pages = [founder.get(world.url(name)) for name in ANSWERS_OF_A_MEMBER]
    pages += [client().get("/"), client().get("/nothing-here"), founder.ask("POST", world.url("close"), {})]
    pages += [client().ask("GET", world.url("favicon")), client().ask("DELETE", "/")]
    pages += [client().ask("GET", f"{world.url(name)}/") for name in ("home", "settings")]
    for page in pages:
        assert page.headers["cache-control"] == "no-store", page.path
        assert page.headers["referrer-policy"] == "no-referrer"
        assert page.headers["x-content-type-options"] == "nosniff"
        assert "server" not in page.headers
        if "content-type" in page.headers:
            policy = page.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy


def test_the_cookie_is_strict_and_says_nothing(world: World, client: Open) -> None:
    someone = client()
    page = someone.get("/start/" + world.run(world.hub.founding_code()))
    page = someone.ask("POST", page.forms[-1].action, page.forms[-1].fields)
    cookie = page.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert "expires" not in cookie.lower()
    assert "jiwar" not in cookie.lower()


def test_a_page_that_is_not_there_offers_the_way_on(world: World, founder: Client, client: Open) -> None:
    sentence = founder.word("This page is no longer here. Perhaps its time was up.")
    inside, outside = founder.get("/nothing-here"), client().get("/nothing-here")
    assert (inside.status, outside.status) == (404, 404)
    assert sentence in inside.text
    assert world.url("home") in inside.links
    assert world.url("door") in outside.links


def test_what_is_not_mine_looks_like_what_is_not_there(world: World, client: Open) -> None:
    host, stranger = found(client()), found(client())
    path = next(link for link in host.get(world.url("groups")).links if "/group/" in link)
    assert host.get(path).status == 200
    theirs, nothing = stranger.get(path), stranger.get("/nothing-here")
    assert (
        (theirs.status, theirs.text) == (nothing.status, nothing.text) == (messages.status(NotThere()), nothing.text)
    )


def test_every_page_of_a_member_leads_a_stranger_to_the_door(world: World, client: Open) -> None:
    for name in ANSWERS_OF_A_MEMBER:
        assert client().get(world.url(name)).path == world.url("door")


def test_after_the_rest_the_key_is_asked_for(world: World, founder: Client, clock: SetClock) -> None:
    clock.forward(seconds=19 * 60)
    assert founder.get(world.url("more")).path == world.url("more")
    clock.forward(seconds=21 * 60)
    assert founder.ask("GET", world.url("more"), sec_fetch_site="none").headers["location"] == world.url("door")


def test_who_goes_on_from_a_page_that_rested_too_long_is_told(world: World, founder: Client, clock: SetClock) -> None:
    clock.forward(seconds=21 * 60)
    page = founder.get(world.url("more"))
    assert page.status == 401
    assert founder.word("The page had rested too long, and closed.") in page.text
    assert world.url("door") in page.links


@pytest.mark.parametrize("site", ["none", "cross-site", "same-site", ""])
def test_an_address_from_elsewhere_tells_nothing_of_a_visit_that_rested_too_long(
    world: World, founder: Client, client: Open, clock: SetClock, site: str
) -> None:
    clock.forward(seconds=21 * 60)
    page = founder.ask("GET", world.url("more"), sec_fetch_site=site)
    stranger = client().ask("GET", world.url("more"), sec_fetch_site=site)
    assert (page.status, page.headers["location"]) == (303, world.url("door"))
    assert (page.body, page.all_headers) == (stranger.body, stranger.all_headers)


def test_a_visit_that_was_closed_is_told_of_nowhere(world: World, founder: Client) -> None:
    founder.send(founder.get(world.url("more")), "close")
    assert founder.get(world.url("more")).path == world.url("door")


def test_the_strictest_group_that_was_opened_says_how_long_a_visit_rests(
    world: World, client: Open, clock: SetClock
) -> None:
    someone = found(client(), card="support")
    someone.get(next(link for link in someone.get(world.url("groups")).links if "/group/" in link))
    clock.forward(seconds=11 * 60)
    assert someone.get(world.url("more")).status == 401


def test_what_was_written_when_the_visit_ended_is_given_back(world: World, founder: Client, clock: SetClock) -> None:
    form = founder.get(world.url("group_new") + "?card=close")
    fields = {"token": form.form("/close").fields["token"], "about": "سطر طويل كُتب على مهل", "key": "one two three"}
    clock.forward(seconds=3600)
    page = founder.ask("POST", world.url("group_new"), fields)
    assert page.status == 401
    assert "سطر طويل كُتب على مهل" in page.html
    assert "one two three" not in page.html


@pytest.mark.parametrize(
    "body", [b"a=%FF%FE&x", b"\xff\xff", b"&".join(b"a=1" for _ in range(300)), b"a=" + b"x" * 300_000]
)
def test_what_is_no_form_is_refused(world: World, client: Open, body: bytes) -> None:
    page = world.run(client().asks("POST", "/", body))
    assert page.status == 400


def test_pages_fit_their_budget(world: World, founder: Client, client: Open, language: str) -> None:
    """14 KB compressed, at the most (product: low data, old phones)."""
    someone = found(client(language), invite=True)
    for path in [*map(world.url, ANSWERS_OF_A_MEMBER), "/nothing-here"]:
        page = someone.ask("GET", path, accept_encoding="gzip")
        assert len(page.body) <= 14 * 1024, path
        assert len(page.body) % 2048 == 0
    for path in ("/", "/in/" + "a" * 26, world.url("founding", code="a" * 26)):
        assert len(client(language).ask("GET", path, accept_encoding="gzip").body) <= 14 * 1024


def test_the_components_are_shown_in_development_only(world: World, founder: Client) -> None:
    assert founder.get(world.url("components")).status == 404
    world.site.development = True
    assert founder.get(world.url("components")).status == 200


def test_there_is_no_picture_to_fetch(world: World, client: Open) -> None:
    page = client().get(world.url("favicon"))
    assert (page.status, page.body) == (204, b"")


@pytest.mark.parametrize("written", ["0" * 18 + "7", "9" * 5_000, "٣"])
def test_regression_a_number_is_what_its_range_allows(written: str) -> None:
    """The first digits alone said whether a number was in its range."""
    with pytest.raises(BadChoice):
        Form({"n": [written]}).number("n", 0, 4)


def test_regression_a_form_that_never_ends_is_let_go(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forms, "SLOWEST_SECONDS", 0.01)

    async def receive() -> dict[str, object]:
        await asyncio.sleep(60)
        return {"type": "http.request", "body": b"", "more_body": True}

    with pytest.raises(NotCanonical):
        world.run(forms.read_form(Request({"type": "http", "headers": []}, receive)))


def test_regression_what_writes_a_keyring_is_counted(world: World, language: str) -> None:
    """Every renaming writes a row: nobody may do it without end."""
    seats = Seats(world, language)
    palm, circle = seats.founder()
    form = palm.to("group_mine", circle).form(world.site.paths.pattern("group_mine"))
    answers = [palm.ask("POST", form.action, form.fields).status for _ in range(WRITE.burst + 1)]
    assert answers == [303] * WRITE.burst + [429]
