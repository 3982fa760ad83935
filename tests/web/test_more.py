"""The last tab and what stands behind it: my key, settings, peace of mind, about, closing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace
from starlette.requests import Request

from jiwar.circles import founding, spoken
from jiwar.clock import SetClock
from jiwar.i18n import REGIONS
from jiwar.keyring import phrase
from jiwar.node import memory_hub
from jiwar.scheduler import TOLD_DAYS, Scheduler
from jiwar.web.app import make_app
from jiwar.web.frame import Reader
from jiwar.web.render import Pages
from jiwar.web.routes import ALL
from jiwar.web.visit import Visit
from tests.web.client import Client, World
from tests.web.conftest import found, join, mistyped, sign_in
from tests.web.seated import Seats
from tests.web.test_founding import circle_of

Open = Callable[..., Client]


def test_more_leads_to_everything(world: World, client: Open, language: str) -> None:
    page = found(client(language)).get(world.url("more"))
    assert {world.url(name) for name in ("groups", "mykey", "safety", "settings", "about")} <= set(page.links)


def test_what_a_row_leads_to_is_said_whole(world: World, client: Open, language: str) -> None:
    page = found(client(language)).get(world.url("more"))
    rows = page.html.count(" row-go")
    assert rows > 4
    assert page.html.count("row-t row-full") == rows


# settings


def test_settings_are_kept_with_the_key(world: World, client: Open) -> None:
    someone = found(client("ar"))
    page = someone.send(
        someone.get(world.url("settings")),
        "settings",
        language="en", region="egypt", digits="latin", months="levant", theme="dark", text="larger", data="little",
    )  # fmt: skip
    assert "Saved." in page.text
    assert '<html lang="en" dir="ltr" class="dark larger western">' in page.html.replace("\n", "")
    back = client("en")
    sign_in(back, someone.key)
    fields = back.get(world.url("settings")).form(world.url("settings")).fields
    assert [fields[name] for name in ("language", "region", "digits", "months", "theme", "text", "data")] == [
        "en", "egypt", "latin", "levant", "dark", "larger", "little",
    ]  # fmt: skip


def test_a_region_brings_its_digits_and_months_and_each_can_be_another(world: World, founder: Client) -> None:
    def read_with(**chosen: str) -> Reader:
        founder.send(founder.get(world.url("settings")), "settings", **chosen)
        cookie = "; ".join(f"{name}={value}" for name, value in founder.cookies.items())
        scope = {"type": "http", "headers": [(b"cookie", cookie.encode())], "query_string": b""}
        return Visit(world.site, Request(scope)).reader

    for region, usual in REGIONS.items():
        reader = read_with(region=region)
        assert (reader.digits, reader.months) == (usual.digits, usual.months)
    reader = read_with(region="iraq", digits="latin", months="gregorian")
    assert (reader.digits, reader.months) == ("latin", "gregorian")
    assert read_with(region="levant").language.gettext("Moderators") == "فريق الترتيب"
    assert read_with(region="egypt").language.gettext("Moderators") == "فريق التنسيق"


def test_with_little_data_pages_are_smaller(world: World, founder: Client) -> None:
    pages = ("home", "about", "talk")
    usual = [len(founder.get(world.url(name)).html.partition("<!--")[0]) for name in pages]
    founder.send(founder.get(world.url("settings")), "settings", data="little")
    little = [founder.get(world.url(name)) for name in pages]
    assert all(len(page.html.partition("<!--")[0]) < before for page, before in zip(little, usual, strict=True))
    assert not any("<script" in page.html for page in little)


@pytest.mark.parametrize(("name", "value"), [("language", "xx"), ("theme", "pink"), ("text", "")])
def test_a_setting_that_does_not_exist_changes_nothing(world: World, founder: Client, name: str, value: str) -> None:
    page = founder.send(founder.get(world.url("settings")), "settings", **{name: value})
    assert page.status == 400
    assert circle_of(founder).member.settings.language == "ar"


# my key


def test_the_six_words_are_the_same_for_all_who_see_the_same(world: World, client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = join(client(language), host.slips[0])
    state = circle_of(host).log.state
    words = spoken.compare(state.root, state.size, language)
    for someone in (host, guest):
        text = someone.get(world.url("mykey")).text
        assert " ".join(words) in text


def test_the_six_words_change_with_what_was_written(world: World, client: Open) -> None:
    host = found(client(), invite=True)
    before = circle_of(host).log.state
    join(client(), host.slips[0])
    after = circle_of(host).log.state
    assert spoken.compare(before.root, before.size, "ar") != spoken.compare(after.root, after.size, "ar")


def test_a_group_whose_past_has_changed_is_named(world: World, client: Open) -> None:
    host = found(client("en"), invite=True)
    host.get(world.url("mykey"))
    circle = circle_of(host)
    circle.keep_trail(replace(circle.trail, seen_root=b"\1" * 32))
    assert "This is not what was here before." in host.get(world.url("mykey")).text


def test_the_sign_of_the_care_team_is_shown_and_missed_after_two_days(
    world: World, client: Open, clock: SetClock
) -> None:
    host = found(client("en"), invite=True)
    guest = join(client("en"), host.slips[0])
    assert "The care team was last here: today." in guest.get(world.url("mykey")).text
    clock.forward(days=3)
    sign_in(guest, guest.key)
    assert "Either nobody comes" in guest.get(world.url("mykey")).text
    sign_in(client("en"), host.key)
    text = guest.get(world.url("mykey")).text
    assert "The care team was last here: today." in text
    assert "Either nobody comes" not in text


def test_the_key_is_shown_nowhere(world: World, founder: Client) -> None:
    words = founder.key.split()
    for name in ("more", "mykey", "settings", "safety", "about", "groups", "home"):
        html = founder.get(world.url(name)).html
        assert founder.key not in html
        assert phrase.to_digits(phrase.parse(founder.key)) not in html
    assert len(words) == 9


def test_an_account_is_deleted_by_its_own_key(world: World, client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = join(client(language), host.slips[0])
    page = guest.send(guest.get(world.url("forget_me")), "forget_me", key=guest.key)
    said = "It is done: every group is left, and the key opens nothing any more. All the best on the way."
    assert guest.word(said) in page.text
    assert world.url("home") not in page.links
    assert not guest.cookies
    assert guest.post(page.path, {"key": guest.key}).path == world.url("door")
    assert sign_in(client(language), guest.key).status == 400
    assert [one.active for one in circle_of(host).state.members].count(True) == 1


@pytest.mark.parametrize("which", ["other", "mistyped", "nothing"])
def test_another_key_deletes_nothing(world: World, client: Open, which: str) -> None:
    someone, other = found(client()), found(client())
    digits = phrase.to_digits(phrase.parse(someone.key))
    typed = {"other": other.key, "mistyped": mistyped(digits), "nothing": ""}[which]
    page = someone.send(someone.get(world.url("forget_me")), "forget_me", key=typed)
    assert page.status == 400
    assert page.form(world.url("forget_me")).fields["key"].strip() == typed
    for one in (someone, other):
        assert sign_in(client(), one.key).path == world.url("home")


def test_the_last_of_a_care_team_hands_over_first(world: World, client: Open) -> None:
    host = found(client("en"), name="Tuesday soup", invite=True)
    join(client("en"), host.slips[0])
    page = host.send(host.get(world.url("forget_me")), "forget_me", key=host.key)
    assert page.status == 409
    assert "care team of “Tuesday soup”" in page.text
    assert sign_in(client("en"), host.key).path == world.url("home")


def test_a_founder_who_is_alone_may_go(world: World, founder: Client, client: Open) -> None:
    founder.send(founder.get(world.url("forget_me")), "forget_me", key=founder.key)
    assert sign_in(client(), founder.key).status == 400


# peace of mind, about


def test_safety_says_the_weather_of_each_group(world: World, client: Open, language: str) -> None:
    someone = found(client(language), card="support", name="ظلّ الشجرة")
    text = someone.get(world.url("safety")).text
    assert "ظلّ الشجرة" in text
    assert someone.word("The care team invites.") in text


@pytest.mark.parametrize(("away", "later", "said"), [(1, 0, False), (3, 0, True), (3, TOLD_DAYS + 1, False)])
def test_safety_says_for_a_month_that_an_outage_moved_what_waits(
    world: World, client: Open, clock: SetClock, language: str, away: int, later: int, said: bool
) -> None:
    for days in (0, away):
        clock.forward(days=days)
        world.run(Scheduler(world.hub.store, clock).look())
    clock.forward(days=later)
    someone = found(client(language))
    sentence = someone.word("This site was away for some days. Back since: %(day)s.").partition("%")[0]
    assert (sentence in someone.get(world.url("safety")).text) == said


def test_groups_in_the_same_weather_share_a_card(world: World, client: Open, language: str) -> None:
    """What holds is said once for those in which the same holds."""
    seats = Seats(world, language)
    someone, first = seats.founder()
    charter = someone.circle(first).charter
    for name in ("ظلّ الشجرة", "بيت الحكايا"):
        seats.run(founding.found_circle(someone.member, replace(charter, name=name), "نخلة"))
    page = someone.get(world.url("safety"))
    assert page.text.count(someone.word("Everybody invites.")) == 1
    assert all(name in page.text for name in (charter.name, "ظلّ الشجرة", "بيت الحكايا"))
    levels = (replace(charter.levels[0], topic_days=30), *charter.levels[1:])
    seats.run(founding.change_charter(someone.circle(first), replace(charter, levels=levels)))
    assert someone.get(page.path).text.count(someone.word("Everybody invites.")) == 2


def test_about_promises_nothing_that_is_not_there(world: World, client: Open, language: str) -> None:
    text = found(client(language)).get(world.url("about")).text.lower()
    for absent in ("decoy", "desk", "push", "laptop", "رقم ثان", "الشبّاك", "حاسوب"):
        assert absent not in text


# closing


def test_closing_ends_the_visit_everywhere_at_once(world: World, founder: Client) -> None:
    held = dict(founder.cookies)
    page = founder.send(founder.get(world.url("more")), "close")
    assert page.path == world.url("door")
    assert not founder.cookies
    founder.cookies = held
    assert founder.get(world.url("more")).status == 401


def test_closing_keeps_what_was_read(world: World, client: Open) -> None:
    host = found(client(), invite=True)
    circle = circle_of(host)
    circle.has_seen(b"t" * 16, 1_000)
    host.send(host.get(world.url("more")), "close")
    world.run(world.site.settle())
    back = client()
    sign_in(back, host.key)
    assert circle_of(back).trail.read_up_to(b"t" * 16) == 1_000


def test_closing_works_without_a_visit(world: World, client: Open) -> None:
    assert client().post(world.url("close"), {}).path == world.url("door")


def test_closing_asks_the_browser_to_forget_where_it_listens(
    clock: SetClock, world: World, ready_pages: Pages
) -> None:
    hub = memory_hub(clock)
    secure = World(hub, make_app(hub, ALL, secure=True, pages=ready_pages), world.loop)
    page = Client(secure).ask("POST", secure.url("close"), {})
    assert '"cookies"' in page.headers["clear-site-data"]
    assert "clear-site-data" not in Client(world).ask("POST", world.url("close"), {}).headers
    world.run(hub.close())
