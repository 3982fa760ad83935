"""The door: one screen from a key to home, errors that help, and a wrong key that leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from jiwar.circles import accounts
from jiwar.keyring import phrase
from jiwar.web.limits import EVERYBODY_SIGNS_IN
from tests.web.client import Client, World
from tests.web.conftest import found, mistyped, sign_in

Open = Callable[..., Client]


def test_a_stranger_sees_the_cover_and_a_box(client: Open, language: str) -> None:
    someone = client(language)
    page = someone.get(f"/?l={language}")
    assert page.status == 200
    assert someone.word("Come in") in page.text
    assert page.form("/").fields["key"] == ""
    assert not someone.cookies


def test_the_other_language_is_one_tap_away(client: Open) -> None:
    page = client().get("/")
    english = next(link for link in page.links if link.endswith("l=en"))
    assert "Come in" in client().get(english).text


def test_coming_back_takes_one_screen(world: World, client: Open, language: str) -> None:
    key = found(client(language)).key
    back = client(language)
    page = sign_in(back, key)
    assert page.path == world.url("home")
    assert back.screens == ["door"]


def test_any_form_of_the_key_opens(world: World, client: Open) -> None:
    someone = found(client("ar"))
    number = phrase.parse(someone.key)
    digits = phrase.to_digits(number)
    forms = [
        "،".join(phrase.to_words(number, "ar")),
        "-".join(phrase.to_words(number, "en")).upper(),
        " ".join(digits[i : i + 3] for i in range(0, 30, 3)),
        digits.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")),
    ]
    assert [sign_in(client("ar"), form).path for form in forms] == [world.url("home")] * 4


def test_a_word_off_the_list_is_named_with_a_proposal_and_stays_in_the_box(client: Open, language: str) -> None:
    someone = client(language)
    words = list(phrase.to_words(phrase.new_phrase(), language))
    words[3] = "ظظظظظ" if language == "ar" else "zzzzz"
    page = sign_in(someone, " ".join(words))
    assert page.status == 400
    assert page.form("/").fields["key"].strip() == " ".join(words)
    assert someone.world.site.languages[language].number(4) in page.text
    assert not someone.cookies


def test_a_slip_of_the_finger_costs_no_slow_hash(world: World, client: Open) -> None:
    digits = phrase.to_digits(phrase.new_phrase())
    _use_up_sign_ins(world)
    assert "not right" in sign_in(client("en"), mistyped(digits)).text


def test_a_wrong_key_gives_the_same_page_and_leaves_no_session(world: World, client: Open, language: str) -> None:
    someone = client(language)
    page = sign_in(someone, " ".join(phrase.to_words(phrase.new_phrase(), language)))
    assert (page.status, page.path) == (400, f"/?l={language}")
    assert someone.word("This key opens nothing here.") in page.text
    assert not someone.cookies
    assert len(world.hub.services.sessions) == 0


def test_sign_ins_are_bounded_for_all_together(world: World, client: Open) -> None:
    _use_up_sign_ins(world)
    page = sign_in(client("en"), phrase.to_digits(phrase.new_phrase()))
    assert page.status == 503
    assert "In a minute" in page.text


def test_who_finds_the_queue_full_leaves_no_session(
    world: World, client: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(accounts, "MOST_WAITING", 0)
    someone = client("en")
    assert sign_in(someone, phrase.to_digits(phrase.new_phrase())).status == 503
    assert not someone.cookies
    assert len(world.hub.services.sessions) == 0


def _use_up_sign_ins(world: World) -> None:
    for _ in range(EVERYBODY_SIGNS_IN.burst):
        world.site.limits.take_for_all(EVERYBODY_SIGNS_IN)


def test_a_member_who_opens_the_door_is_home(world: World, founder: Client) -> None:
    assert founder.get("/").path == world.url("home")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("", "لا شيء مكتوب هنا بعد"), ("   ", "لا شيء مكتوب هنا بعد"), ("١٢٣", "والمفتاح الكامل")],
)
def test_too_little_says_what_is_wanted(client: Open, typed: str, said: str) -> None:
    page = sign_in(client("ar"), typed)
    assert page.status == 400
    assert said in page.text
