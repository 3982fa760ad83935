"""Founding: six screens, a code that is spent once, nothing of it in an address."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.circles.circle import Circle
from jiwar.circles.member import Member
from jiwar.circles.model import HIDDEN, LINK
from jiwar.keyring import phrase
from tests.web.client import Client, Page, World
from tests.web.conftest import found, founding_link, shown_key, sign_in, slips_on

Open = Callable[..., Client]


def circle_of(client: Client) -> Circle:
    """The one circle of a signed-in browser."""
    services = client.world.hub.services
    cookie = bytes.fromhex(client.cookies[client.world.site.cookie])
    member = Member(services, services.sessions.find(cookie))
    return Circle(member, member.memberships()[0].circle)


def test_a_community_is_founded_in_six_screens(world: World, client: Open, language: str) -> None:
    someone = found(client(language), handle="زيتونة", invite=True)
    screens = ["founding", "founding_about", "founding_card", "founding_name", "founding_key", "founding_stewards"]
    assert someone.screens[:6] == screens
    assert someone.get("/").path == world.url("home")
    circle = circle_of(someone)
    assert (circle.me.handle, circle.is_steward) == ("زيتونة", True)
    assert circle.member.settings.language == language
    assert len(someone.slips) == 2


def test_what_is_left_empty_the_card_fills_in(client: Open) -> None:
    charter = circle_of(found(client("ar"), card="neighbours")).charter
    assert charter.name == "أهل الحارة"
    assert charter.rules
    assert "نسأل وننصح" in charter.about


@pytest.mark.parametrize(("card", "access"), [("close", LINK), ("support", HIDDEN), ("working", LINK)])
def test_the_card_decides_how_people_come_in(client: Open, card: str, access: str) -> None:
    charter = circle_of(found(client("en"), card=card, name="Tuesday soup")).charter
    assert (charter.name, charter.card, charter.access) == ("Tuesday soup", card, access)


def test_looking_at_the_link_spends_nothing(world: World, client: Open) -> None:
    link = founding_link(world)
    for _ in range(3):
        preview = client()
        assert preview.get(link).status == 200
        assert not preview.cookies
    assert client().send(client().get(link), "founding").path == world.url("founding_about")


def test_a_code_founds_once(world: World, client: Open) -> None:
    link = founding_link(world)
    first, second = client(), client()
    pages = [one.send(one.get(link), "founding") for one in (first, second)]
    for one, page in zip((first, second), pages, strict=True):
        page = one.send(one.send(page, "founding_about"), "founding_card")
        page = one.send(page, "founding_name")
        last = one.send(page, "founding_key", _button="taken=yes")
        assert last.status == (200 if one is first else 410)
    assert client().send(client().get(link), "founding").status == 410


@pytest.mark.parametrize("code", ["aaaa", "not-a-code", "ا"])
def test_what_was_never_a_code_opens_nothing(world: World, client: Open, code: str) -> None:
    path = world.url("founding", code=code)
    assert client().send(client().get(path), "founding").status == 410


def test_two_taps_on_the_last_button_found_one_community(world: World, client: Open) -> None:
    someone = client()
    page = someone.send(someone.get(founding_link(world)), "founding")
    page = someone.send(someone.send(page, "founding_about"), "founding_card")
    page = someone.send(page, "founding_name")
    key = shown_key(page)[0]
    fields = {**page.form(world.url("founding_key")).fields, "taken": "yes"}
    answers = world.together(*[lambda: someone.posts(world.url("founding_key"), fields)] * 2)
    assert [one.headers["location"] for one in answers] == [world.url("founding_stewards")] * 2
    back = client()
    assert sign_in(back, key).path == world.url("home")
    assert len(circle_of(back).member.memberships()) == 1


def test_another_of_the_five_keys_can_be_chosen_and_opens(world: World, client: Open, language: str) -> None:
    someone = client(language)
    page = someone.send(someone.get(founding_link(world) + f"?l={language}"), "founding")
    page = someone.send(someone.send(page, "founding_about"), "founding_card")
    page = someone.send(page, "founding_name")
    first = shown_key(page)
    third = shown_key(someone.send(page, "founding_key", _button="key=2"))
    page = someone.send(someone.get(world.url("founding_key")), "founding_key", _button="others=yes")
    chosen = shown_key(page)
    assert len({first, third, chosen}) == 3
    assert phrase.parse(chosen[0]) == phrase.parse(chosen[1])
    someone.send(page, "founding_key", _button="taken=yes")
    assert sign_in(client(language), chosen[1]).path == world.url("home")
    assert sign_in(client(language), first[1]).status == 400


def test_a_name_that_is_too_long_stays_in_its_box(world: World, client: Open, language: str) -> None:
    someone = client(language)
    page = someone.send(someone.get(founding_link(world) + f"?l={language}"), "founding")
    page = someone.send(page, "founding_about", name="ن" * 41, about="سطر")
    assert page.status == 400
    assert page.form(world.url("founding_about")).fields["name"] == "ن" * 41
    assert page.form(world.url("founding_about")).fields["about"].strip() == "سطر"
    page = someone.send(someone.send(page, "founding_about", name="قعدة"), "founding_card")
    page = someone.send(page, "founding_name", own="ز" * 60)
    assert page.status == 400
    assert page.form(world.url("founding_name")).fields["own"] == "ز" * 60


def test_going_back_finds_what_was_filled_in(world: World, client: Open) -> None:
    screens = ("founding_about", "founding_card")
    someone = client()
    page = someone.send(someone.get(founding_link(world)), "founding")
    page = someone.send(page, "founding_about", name="مطبخ الثلاثاء")
    someone.send(page, "founding_card", card="working")
    shown = {name: someone.get(world.url(name)).form(world.url(name)).fields for name in screens}
    assert (shown["founding_about"]["name"], shown["founding_card"]["card"]) == ("مطبخ الثلاثاء", "working")


def test_nothing_that_was_filled_in_stands_in_an_address(client: Open) -> None:
    someone = found(client("ar"), name="مطبخ الثلاثاء", handle="زيتونة", invite=True)
    for path in someone.visited:
        assert not any(word in path for word in ("مطبخ", "%D9", "%D8", *someone.key.split()))


def test_the_screens_of_founding_need_the_link_first(world: World, client: Open) -> None:
    for name in ("founding_about", "founding_card", "founding_name", "founding_key", "founding_stewards"):
        assert client().get(world.url(name)).path == world.url("door")


def test_the_cookie_changes_with_the_account(world: World, client: Open) -> None:
    someone = client()
    page = someone.send(someone.get(founding_link(world)), "founding")
    before = dict(someone.cookies)
    page = someone.send(someone.send(page, "founding_about"), "founding_card")
    someone.send(someone.send(page, "founding_name"), "founding_key", _button="taken=yes")
    assert someone.cookies != before
    thief = client()
    thief.cookies = before
    assert thief.get(world.url("more")).status == 401


def test_a_member_founds_another_community_without_a_new_key(world: World, founder: Client) -> None:
    page = founder.send(founder.get(founding_link(world)), "founding")
    page = founder.send(founder.send(page, "founding_about", name="ثانية"), "founding_card")
    page = founder.send(page, "founding_name")
    assert page.path == world.url("founding_stewards")
    assert len(circle_of(founder).member.memberships()) == 2


def test_the_spoken_words_stay_off_the_paper(world: World, client: Open) -> None:
    page = _with_slips(client(), world)
    for _, words in slips_on(page):
        at = page.html.index(f"<bdi>{words.split()[0]}</bdi>")
        assert page.html.rindex('<div class="unprinted">', 0, at) > page.html.rindex('<div class="card slip">', 0, at)


def test_the_slips_are_the_same_when_the_page_is_opened_again(world: World, client: Open) -> None:
    someone = client()
    slips = slips_on(_with_slips(someone, world))
    assert len({path for path, _ in slips}) == 2
    assert slips_on(someone.get(world.url("founding_stewards"))) == slips


def _with_slips(someone: Client, world: World) -> Page:
    """The last screen, with its two invitations."""
    page = someone.send(someone.get(founding_link(world)), "founding")
    page = someone.send(someone.send(page, "founding_about"), "founding_card")
    page = someone.send(someone.send(page, "founding_name"), "founding_key", _button="taken=yes")
    return someone.send(page, "founding_stewards")
