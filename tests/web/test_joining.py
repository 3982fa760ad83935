"""Joining: five screens, at most forty typed characters, nothing spent by looking."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.circles import two_steps
from jiwar.clock import SetClock
from jiwar.errors import InviteSpent
from jiwar.web import messages
from tests.web.client import Client, World
from tests.web.conftest import found, join, shown_key, sign_in
from tests.web.test_founding import circle_of

Open = Callable[..., Client]
MOST_TYPED = 40


def handles(client: Client) -> set[str]:
    return {member.handle for member in circle_of(client).state.members if member.active}


def test_joining_takes_five_screens_and_few_characters(world: World, client: Open, language: str) -> None:
    host = found(client(language), handle="زيتونة", invite=True)
    guest = join(client(language), host.slips[0])
    assert guest.screens == ["joining", "joining_phone", "joining_welcome", "joining_name", "joining_key"]
    assert guest.typed <= MOST_TYPED
    assert guest.get("/").path == world.url("home")
    assert len(handles(host)) == 2
    assert circle_of(guest).member.settings.language == language


def test_a_newcomer_comes_back_with_the_key(world: World, client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = join(client(language), host.slips[0], handle="نعناع")
    back = client(language)
    assert sign_in(back, guest.key).path == world.url("home")
    assert circle_of(back).me.handle == "نعناع"


def test_a_preview_shows_the_cover_alone_and_spends_nothing(client: Open, language: str) -> None:
    host = found(client(language), name="قهوة الثلاثاء", invite=True)
    path, words = host.slips[0]
    for _ in range(4):
        preview = client(language)
        page = preview.get(path)
        assert page.status == 200
        assert "قهوة الثلاثاء" not in page.html
        assert not any(word in page.html for word in words.split())
        assert not preview.cookies
    assert join(client(language), host.slips[0]).key


def test_a_link_that_never_was_looks_like_one_that_is(client: Open) -> None:
    host = found(client(), invite=True)
    path = host.slips[0][0]
    other = "/in/" + "a" * 26
    real, unreal = client().get(path), client().get(other)
    assert real.status == unreal.status == 200
    assert real.text == unreal.text


def test_one_strangers_many_tries_keep_nobody_else_out(world: World, client: Open) -> None:
    host, stranger = found(client("en"), invite=True), client("en")
    nothing = world.url("joining", secret="a" * 26)
    statuses = {stranger.ask("POST", nothing, {"words": "two words"}).status for _ in range(400)}
    assert statuses == {messages.status(InviteSpent())}
    assert join(client("en"), host.slips[0]).key


def test_wrong_words_say_how_many_tries_are_left_and_five_end_it(client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    path, words = host.slips[0]
    guest = client(language)
    for left in (4, 3, 2, 1):
        page = guest.send(guest.get(path + f"?l={language}"), "joining", words="حصان شمس")
        assert page.status == 400
        assert page.form(path).fields["words"] == "حصان شمس"
        assert world_number(guest, left) in page.text
    assert guest.send(guest.get(path), "joining", words="حصان شمس").status == 410
    assert guest.send(guest.get(path), "joining", words=words).status == 410


def world_number(client: Client, number: int) -> str:
    return client.world.site.languages[client.language].number(number)


@pytest.mark.parametrize("typed", ["", "كلمة", "ثلاث كلمات هنا"])
def test_other_than_two_words_costs_no_try(client: Open, typed: str) -> None:
    host = found(client(), invite=True)
    path, words = host.slips[0]
    guest = client()
    for _ in range(6):
        page = guest.send(guest.get(path), "joining", words=typed)
        assert page.status == 400
        assert "كلمتان" in page.text
    assert guest.send(guest.get(path), "joining", words=words).status == 200


@pytest.mark.parametrize("between", ["، ", " - ", "\t", "+"])
def test_any_separator_between_the_words_will_do(world: World, client: Open, between: str) -> None:
    host = found(client(), invite=True)
    path, words = host.slips[0]
    guest = client()
    page = guest.send(guest.get(path), "joining", words=between.join(words.split()))
    assert page.path == world.url("joining_phone")


def test_on_a_shared_phone_a_look_is_enough_for_today(world: World, client: Open, language: str) -> None:
    """Two screens, then what the group says of itself; nothing is spent or kept, and another day it goes on."""
    host = found(client(language), name="قهوة الثلاثاء", invite=True)
    link, words = host.slips[0]
    guest = client(language)
    page = guest.send(guest.get(link + f"?l={language}"), "joining", words=words)
    page = guest.send(page, "joining_phone", on="shared")
    assert guest.screens == ["joining", "joining_phone"]
    assert "قهوة الثلاثاء" in page.text
    assert guest.word("Another day") in page.text
    guest.post(world.url("close"), {"token": page.forms[0].fields["token"]})
    assert guest.cookies == {}
    assert len(handles(host)) == 1
    assert join(client(language), host.slips[0]).key


def test_before_the_key_a_shared_phone_rests_for_ten_minutes(world: World, client: Open, clock: SetClock) -> None:
    host = found(client(), invite=True)
    link, words = host.slips[0]
    for seconds, is_there in ((599, True), (601, False)):
        guest = client()
        guest.send(guest.send(guest.get(link), "joining", words=words), "joining_phone", on="shared")
        clock.forward(seconds=seconds)
        assert (guest.ask("GET", world.url("joining_welcome")).status == 200) == is_there


def test_an_own_phone_is_not_asked_to_come_another_day(client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = client(language)
    page = guest.send(guest.get(host.slips[0][0] + f"?l={language}"), "joining", words=host.slips[0][1])
    assert guest.word("Another day") not in guest.send(page, "joining_phone").text


def test_welcome_shows_what_the_group_says_of_itself(world: World, client: Open, language: str) -> None:
    host = found(client(language), card="close", name="قهوة الثلاثاء", invite=True)
    guest = client(language)
    page = guest.send(guest.get(host.slips[0][0] + f"?l={language}"), "joining", words=host.slips[0][1])
    page = guest.send(page, "joining_phone")
    charter = circle_of(host).charter
    assert "قهوة الثلاثاء" in page.text
    assert all(rule in page.text for rule in charter.rules)
    assert guest.word("I agree") in page.text
    assert len(handles(host)) == 1


def test_a_link_lets_one_person_in(client: Open) -> None:
    host = found(client(), invite=True)
    join(client(), host.slips[0])
    late = client()
    assert late.send(late.get(host.slips[0][0]), "joining", words=host.slips[0][1]).status == 410


def test_of_two_who_hold_one_link_the_first_gets_in(client: Open) -> None:
    host = found(client(), invite=True)
    guests = [client(), client()]
    pages = []
    for guest in guests:
        page = guest.send(guest.get(host.slips[0][0]), "joining", words=host.slips[0][1])
        page = guest.send(page, "joining_phone")
        pages.append(guest.send(guest.send(page, "joining_welcome"), "joining_name"))
    answers = [g.send(p, "joining_key", _button="taken=yes").status for g, p in zip(guests, pages, strict=True)]
    assert answers == [200, 410]
    assert len(handles(host)) == 2


def test_two_taps_on_the_last_button_enter_once(world: World, client: Open) -> None:
    host = found(client(), invite=True)
    guest = client()
    page = guest.send(guest.get(host.slips[0][0]), "joining", words=host.slips[0][1])
    page = guest.send(page, "joining_phone")
    page = guest.send(guest.send(page, "joining_welcome"), "joining_name")
    key = shown_key(page)[0]
    fields = {**page.form(world.url("joining_key")).fields, "taken": "yes"}
    answers = world.together(*[lambda: guest.posts(world.url("joining_key"), fields)] * 2)
    assert [one.headers.get("location") for one in answers] == [world.url("home")] * 2
    assert sign_in(client(), key).path == world.url("home")
    assert len(handles(host)) == 2


def test_a_name_that_is_taken_is_asked_for_again(world: World, client: Open, language: str) -> None:
    host = found(client(language), handle="زيتونة", invite=True)
    guest = client(language)
    page = guest.send(guest.get(host.slips[0][0] + f"?l={language}"), "joining", words=host.slips[0][1])
    page = guest.send(page, "joining_phone")
    page = guest.send(guest.send(page, "joining_welcome"), "joining_name", own="زيتونة")
    assert page.status == 409
    assert page.form(world.url("joining_name")).fields["own"] == "زيتونة"
    page = guest.send(page, "joining_name", own="رمّانة")
    guest.send(page, "joining_key", _button="taken=yes")
    assert handles(host) == {"زيتونة", "رمّانة"}


def test_a_name_taken_meanwhile_is_asked_for_again_with_the_key_kept(world: World, client: Open) -> None:
    host = found(client(), handle="زيتونة", invite=True)
    slow, quick = client(), client()
    page = slow.send(slow.get(host.slips[0][0]), "joining", words=host.slips[0][1])
    page = slow.send(page, "joining_phone")
    page = slow.send(slow.send(page, "joining_welcome"), "joining_name", own="رمّانة")
    key = shown_key(page)[0]
    join(quick, host.slips[1], handle="رمّانة")
    again = slow.send(page, "joining_key", _button="taken=yes")
    assert again.status == 409
    assert slow.send(again, "joining_name", own="تينة").path == world.url("home")
    assert handles(host) == {"زيتونة", "رمّانة", "تينة"}
    assert sign_in(client(), key).path == world.url("home")


def test_names_on_offer_are_free(world: World, client: Open) -> None:
    host = found(client(), invite=True)
    guest = client()
    page = guest.send(guest.get(host.slips[0][0]), "joining", words=host.slips[0][1])
    page = guest.send(page, "joining_phone")
    page = guest.send(page, "joining_welcome")
    first = page.form(world.url("joining_name")).fields["name"]
    assert first != circle_of(host).me.handle
    other = guest.send(page, "joining_name", _button="others=yes").form(world.url("joining_name")).fields["name"]
    assert other != first


def test_a_member_joins_in_three_screens_and_keeps_the_key(world: World, client: Open) -> None:
    member, host = found(client("ar")), found(client("en"), name="Tuesday soup", invite=True)
    key = member.key
    member.screens.clear()
    join(member, host.slips[0])
    assert member.screens == ["joining", "joining_welcome", "joining_name"]
    back = client()
    sign_in(back, key)
    names = {one.name for one in circle_of(back).member.memberships()}
    assert "Tuesday soup" in names
    assert len(names) == 2


def test_a_member_whose_browser_showed_no_cookie_at_the_link_gets_in_too(world: World, client: Open) -> None:
    member, host = found(client()), found(client(), name="ثانية", invite=True)
    held, member.cookies = member.cookies, {}
    page = member.get(host.slips[0][0])
    member.cookies = held
    page = member.send(page, "joining", words=host.slips[0][1])
    assert page.path == world.url("joining_welcome")
    page = member.send(member.send(page, "joining_welcome"), "joining_name")
    assert len(circle_of(member).member.memberships()) == 2


def test_who_is_in_already_is_led_home(world: World, client: Open) -> None:
    host = found(client(), invite=True)
    assert host.send(host.get(host.slips[0][0]), "joining", words=host.slips[0][1]).path == world.url("home")


def test_into_a_hidden_circle_one_waits_until_let_in(world: World, client: Open, language: str) -> None:
    host = found(client(language), card="support", name="ظلّ", invite=True)
    guest = client(language)
    page = guest.send(guest.get(host.slips[0][0] + f"?l={language}"), "joining", words=host.slips[0][1])
    page = guest.send(page, "joining_phone")
    assert guest.word("I agree") in page.text
    page = guest.send(guest.send(page, "joining_welcome"), "joining_name", own="نعناع")
    page = guest.send(page, "joining_key", _button="taken=yes")
    assert page.path == world.url("groups")
    waiting = two_steps.who_waits(circle_of(host))
    assert [one.asking.handle for one in waiting] == ["نعناع"]
    assert len(handles(host)) == 1


def test_an_invitation_ends_with_its_days(clock: SetClock, client: Open) -> None:
    host = found(client(), invite=True)
    clock.forward(days=8)
    guest = client()
    assert guest.send(guest.get(host.slips[0][0]), "joining", words=host.slips[0][1]).status == 410


def test_nothing_of_a_newcomer_stands_in_an_address(client: Open) -> None:
    host = found(client(), name="قهوة الثلاثاء", invite=True)
    guest = join(client(), host.slips[0], handle="نعناع")
    assert not any("%D" in path for path in guest.visited)


def test_the_screens_of_joining_need_the_words_first(world: World, client: Open) -> None:
    for name in ("joining_phone", "joining_welcome", "joining_name", "joining_key"):
        assert client().get(world.url(name)).path == world.url("door")


def test_on_an_own_phone_joining_can_end_in_a_phone_that_remembers(world: World, client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = join(client(language), host.slips[0], pin="402317")
    assert len(guest.screens) == 5
    assert guest.typed <= MOST_TYPED
    guest.cookies.pop(world.site.cookie)
    page = guest.send(guest.get("/"), "come_back", pin="402317")
    assert page.path == world.url("home")


def test_on_a_shared_phone_a_visit_rests_for_ten_minutes(world: World, client: Open, clock: SetClock) -> None:
    host = found(client(), invite=True)
    guest = join(client(), host.slips[0], on="shared", pin="402317")
    assert list(guest.cookies) == [world.site.cookie]
    assert guest.get(world.url("home")).path == world.url("home")
    clock.forward(seconds=601)
    assert guest.ask("GET", world.url("home")).status != 200


def test_a_number_that_anybody_would_try_first_is_refused(client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = client(language)
    page = guest.send(guest.get(host.slips[0][0] + f"?l={language}"), "joining", words=host.slips[0][1])
    page = guest.send(page, "joining_phone", pin="123456")
    assert page.status == 400
    assert guest.word("Six digits, please, and not the first that come to mind.") in page.text
