"""A phone that remembers: six digits for a month, five tries, forgotten from here and from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.clock import SetClock
from jiwar.errors import PhoneForgotten, PinShape, PinTaken, PinWrong
from jiwar.keyring import phrase
from jiwar.keyring.phone import DAYS, TRIES, new_pin, read_pin
from jiwar.web import messages
from tests.web.client import Client, Page, World
from tests.web.conftest import found, join, sign_in

Open = Callable[..., Client]
PIN, WRONG = "402317", "402318"


def remembered(client: Client, pin: str = PIN) -> Client:
    """A signed-in person lets the phone remember."""
    page = client.send(client.get(client.world.url("phones")), "phone_remember", pin=pin)
    assert client.world.site.lasting in client.cookies, page.text
    return client


def rested(client: Client) -> Client:
    """The visit is over; what outlives it is there."""
    client.cookies.pop(client.world.site.cookie, None)
    client.screens.clear()
    client.typed = 0
    return client


def back(client: Client, pin: str = PIN) -> Page:
    return client.send(client.get(f"/?l={client.language}"), "come_back", pin=pin)


def test_coming_back_takes_one_screen_and_six_digits_for_a_month(
    world: World, client: Open, clock: SetClock, language: str
) -> None:
    someone = remembered(found(client(language)))
    for _ in range(DAYS):
        clock.forward(days=1)
        world.run(world.hub.turn_day())
        assert back(rested(someone)).path == world.url("home")
        assert (someone.screens, someone.typed) == (["come_back"], 6)
    clock.forward(days=1)
    page = rested(someone).get("/")
    assert page.form("/").fields["key"] == ""
    assert sign_in(someone, someone.key).path == world.url("home")


def test_the_number_may_be_chosen_beside_the_key(world: World, client: Open, language: str) -> None:
    someone = found(client(language))
    other = client(language)
    page = other.send(other.get(f"/?l={language}"), "door", key=someone.key, pin="٤٠٢٣١٧")
    assert page.path == world.url("home")
    assert other.screens == ["door"]
    assert back(rested(other)).path == world.url("home")


def test_a_shared_phone_takes_digits_and_keeps_nothing(
    world: World, client: Open, clock: SetClock, language: str
) -> None:
    digits = phrase.to_digits(phrase.parse(found(client(language)).key, language))
    other = client(language)
    page = other.get(f"/?l={language}")
    assert 'type="password"' not in page.html
    assert 'inputmode="numeric"' in page.html
    page = other.send(page, "door", on="shared", digits=digits, pin=PIN)
    assert page.path == world.url("home")
    assert list(other.cookies) == [world.site.cookie]
    clock.forward(seconds=601)
    assert other.ask("GET", world.url("home")).status != 200


def test_after_five_minutes_of_rest_the_number_is_asked_for(world: World, client: Open, clock: SetClock) -> None:
    someone = remembered(found(client()))
    clock.forward(seconds=299)
    assert someone.get(world.url("home")).path == world.url("home")
    clock.forward(seconds=301)
    page = someone.get(world.url("home"))
    assert page.form(world.url("come_back"))
    assert someone.send(page, "come_back", pin=PIN).path == world.url("home")
    clock.forward(seconds=301)
    assert someone.ask("GET", world.url("home")).status != 200


def test_what_was_being_written_is_given_back(world: World, client: Open, clock: SetClock) -> None:
    someone = remembered(found(client()))
    page = someone.get(world.url("new_topic"))
    clock.forward(seconds=301)
    kept = someone.send(page, "new_topic", title="عنوان", text="كلمات كتبت للتو")
    assert "كلمات كتبت للتو" in kept.html


def test_wrong_numbers_are_counted_and_the_fifth_forgets(world: World, client: Open, language: str) -> None:
    someone = rested(remembered(found(client(language))))
    rows = len(world.hub.store._accounts)  # type: ignore[attr-defined]
    for left in range(TRIES - 1, 0, -1):
        page = back(someone, WRONG)
        assert page.status == messages.status(PinWrong(left=left))
        assert world.site.languages[language].number(left) in page.text
        assert world.site.cookie not in someone.cookies
    page = back(someone, WRONG)
    assert page.status == messages.status(PhoneForgotten())
    assert someone.word("This phone is no longer remembered. The key opens as before.") in page.text
    assert world.site.lasting not in someone.cookies
    assert len(world.hub.store._accounts) == rows - 1  # type: ignore[attr-defined]
    assert sign_in(someone, someone.key).path == world.url("home")


def test_a_right_number_begins_the_count_anew(world: World, client: Open) -> None:
    someone = remembered(found(client()))
    for _ in range(3):
        for _ in range(TRIES - 1):
            back(rested(someone), WRONG)
        assert back(rested(someone)).path == world.url("home")


def test_many_tries_at_once_are_five_tries(world: World, client: Open) -> None:
    someone = rested(remembered(found(client())))
    held = dict(someone.cookies)
    path = world.url("come_back")
    pages = world.together(*[lambda: someone.posts(path, {"pin": WRONG})] * (TRIES + 3))
    told = [page for page in pages if "/back" in page.html and page.status == 400]
    assert len(told) <= TRIES - 1
    someone.cookies = held
    assert someone.get("/").form("/").fields["key"] == ""


def test_closing_keeps_the_memory_and_forgetting_ends_it(world: World, client: Open) -> None:
    someone = remembered(found(client()))
    someone.post(world.url("close"), {"token": someone.get(world.url("home")).forms[0].fields["token"]})
    assert list(someone.cookies) == [world.site.lasting]
    page = someone.get("/")
    page = someone.send(page, "forget_here")
    assert someone.cookies == {}
    assert page.form("/").fields["key"] == ""


def test_a_phone_is_named_and_forgotten_from_elsewhere(world: World, client: Open, language: str) -> None:
    phone = rested(remembered(found(client(language))))
    other = client(language)
    sign_in(other, phone.key)
    page = other.get(world.url("phones"))
    page = other.send(page, "phone_name", name="مطبخ")
    assert "مطبخ" in page.html
    page = other.send(page, "phone_forget")
    assert "مطبخ" not in page.html
    assert phone.get("/").form("/").fields["key"] == ""


def test_another_visit_is_seen_and_ended(world: World, client: Open, clock: SetClock, language: str) -> None:
    someone = found(client(language))
    others = [client(language) for _ in range(3)]
    for other in others:
        sign_in(other, someone.key)
    stranger = found(client(language))
    page = someone.get(world.url("phones"))
    assert page.text.count(someone.word("End this visit")) == 3
    assert "Mozilla" not in page.html
    page = someone.send(page, "visit_end")
    assert page.text.count(someone.word("End this visit")) == 2
    page = someone.post(world.url("visit_end"), {"token": page.forms[0].fields["token"]})
    assert someone.word("End this visit") not in page.text
    assert [other.ask("GET", world.url("home")).status == 200 for other in others] == [False] * 3
    assert [who.ask("GET", world.url("home")).status for who in (someone, stranger)] == [200, 200]


def test_a_strangers_visit_cannot_be_ended(world: World, client: Open) -> None:
    someone, stranger = found(client()), found(client())
    page = someone.get(world.url("phones"))
    session = world.hub.services.sessions.find(bytes.fromhex(someone.cookies[world.site.cookie]))
    theirs = world.hub.services.sessions.find(bytes.fromhex(stranger.cookies[world.site.cookie]))
    named = {"token": page.forms[0].fields["token"], "visit": session.names.name(theirs.name)}
    someone.post(world.url("visit_end"), named)
    assert stranger.ask("GET", world.url("home")).status == 200


def test_somebody_elses_phone_is_not_there(world: World, client: Open) -> None:
    mine, other = remembered(found(client())), found(client())
    token = other.get(world.url("phones")).forms[0].fields["token"]
    name = other.world.site.phones.locator(bytes.fromhex(mine.cookies[world.site.lasting])).hex()
    assert other.post(world.url("phone_forget"), {"token": token, "phone": name}).status == 404
    assert other.post(world.url("phone_forget"), {"token": token, "phone": ""}).status == 404
    assert back(rested(mine)).path == world.url("home")


def test_two_keys_share_a_phone_behind_two_numbers(world: World, client: Open, language: str) -> None:
    host = found(client(language), invite=True)
    guest = join(client(language), host.slips[0], handle="نعناع")
    remembered(host)
    page = host.get(world.url("phones"))
    refused = host.send(page, "phone_second", key=guest.key, pin=PIN)
    assert refused.status == messages.status(PinTaken())
    assert host.send(page, "phone_second", key=guest.key, pin="975310").status == 200
    assert back(rested(host), "975310").path == world.url("home")
    assert "نعناع" in host.get(world.url("phones")).html or host.get(world.url("phones")).status == 200
    assert host.get(world.url("phones")).form(world.url("phone_forget"))
    assert back(rested(host), PIN).path == world.url("home")


def test_an_account_that_is_gone_takes_its_phones_along(world: World, client: Open) -> None:
    someone = remembered(found(client()))
    page = someone.get(world.url("forget_me"))
    someone.send(page, "forget_me", key=someone.key)
    assert len(world.hub.store._accounts) == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize("typed", ["", "12", "1234567", "12345a", "-402317x", "402317" * 3])
def test_what_is_no_number_is_refused(typed: str) -> None:
    with pytest.raises(PinShape):
        read_pin(typed)


@pytest.mark.parametrize("typed", ["000000", "123456", "987654", "٥٥٥٥٥٥", "890123"])
def test_what_anybody_tries_first_is_refused(typed: str) -> None:
    with pytest.raises(PinShape):
        new_pin(typed)


def test_digits_of_any_script_in_groups_are_read() -> None:
    assert read_pin("٤٠٢ ۳۱۷") == PIN
