"""What a need may say: what the form makes is what readers take, and nothing else; covers fit their cell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar import i18n
from jiwar.circles import oneoffs
from jiwar.circles.policy import Aid
from jiwar.errors import BadChoice, BadInput, NotCanonical
from jiwar.keyring.epochs import LANES
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import rules
from jiwar.systems.needs.model import NEED, NO_DAY, NO_PART, OFFER, Need
from jiwar.systems.needs.rules import OUTCOMES, USUAL, WHEN, Wish
from jiwar.wire.canonical import encode

TODAY = 20_000
PERSONA = Persona(bytes(32))
KEYS = (PERSONA.kem_key, PERSONA.inbox(oneoffs.BOX))
AREAS = ("جهة السوق", "النهر")

texts = st.text(max_size=rules.TEXT_LIMIT + 20)
days = st.one_of(st.just(NO_DAY), st.integers(TODAY - 2, TODAY + rules.FURTHEST + 2))
wishes = st.builds(
    Wish,
    side=st.sampled_from((NEED, OFFER, "want")),
    text=texts,
    when=st.sampled_from((*WHEN, "later")),
    area=st.one_of(st.sampled_from(("", *AREAS)), st.text(max_size=50)),
    kind=st.sampled_from(("", *USUAL[:3], "arms")),
    day=days,
    part=st.integers(-2, 5),
    many=st.integers(0, 101),
    often=st.sampled_from((*rules.OFTEN, "never")),
    languages=st.text(max_size=70),
    conditions=st.text(max_size=210),
)
SOUND = rules.new_need(Wish(NEED, "خبز"), Aid(), TODAY, *KEYS)


def made(wish: Wish, aid: Aid) -> Need | None:
    try:
        return rules.new_need(wish, aid, TODAY, *KEYS)
    except BadInput:
        return None


@given(wishes, st.sampled_from((Aid(), Aid(areas=AREAS), Aid(kinds=("تصليح",)))))
def test_what_a_form_makes_is_what_readers_take(wish: Wish, aid: Aid) -> None:
    need = made(wish, aid)
    if need is None:
        return
    body = oneoffs.sized(encode(need))
    assert len(body) == oneoffs.SIZE
    assert rules.read(body) == need
    assert made(rules.wish_of(need), aid) == need
    shown = rules.cover(need, TODAY, 1)
    assert rules.is_sound_cover(shown)
    assert len(encode(shown)) < 2_500
    assert rules.lane(need, TODAY, 30) in LANES


@given(wishes, st.sampled_from(OUTCOMES))
def test_what_has_ended_says_nothing_any_more(wish: Wish, outcome: str) -> None:
    need = made(wish, Aid())
    if need is None:
        return
    over = rules.read(oneoffs.sized(encode(rules.ended(need, outcome))))
    assert (over.text, over.area, over.languages, over.conditions, over.day) == ("", "", "", "", NO_DAY)
    assert over.outcome == outcome


@given(wishes, st.integers(0, 200))
def test_the_same_can_be_said_again_whenever(wish: Wish, later: int) -> None:
    need = made(wish, Aid(areas=AREAS))
    if need is not None:
        again = rules.still(rules.wish_of(need), Aid(kinds=("تصليح",), areas=("حيّ آخر",)), TODAY + later)
        assert rules.new_need(again, Aid(kinds=("تصليح",), areas=("حيّ آخر",)), TODAY + later, *KEYS).text == need.text


@given(st.binary(max_size=200))
def test_other_bytes_say_nothing(raw: bytes) -> None:
    for body in (raw, oneoffs.sized(raw)):
        assert not rules.is_sound_need(body)


BROKEN: dict[str, dict[str, object]] = {
    "no words and no outcome": {"text": ""},
    "words that are too long": {"text": "x" * (rules.TEXT_LIMIT + 1)},
    "words that turn around": {"text": "a\u202eb"},
    "a side that there is not": {"side": "want"},
    "a hurry that there is not": {"when": "later"},
    "an outcome that there is not": {"outcome": "arrested"},
    "an area of two lines": {"area": "a\nb"},
    "coordinates": {"area": "33.5138, 36.2765"},
    "a part of no day": {"part": 2},
    "a part that there is not": {"day": TODAY, "part": 9},
    "a day before all days": {"day": -1},
    "nobody": {"many": 0},
    "a key that seals to nobody": {"kem": bytes(1_216)},
    "a box that is none": {"inbox": b"x"},
}


@pytest.mark.parametrize("change", BROKEN.values(), ids=list(BROKEN))
def test_what_no_form_makes_is_passed_over(change: dict[str, object]) -> None:
    assert rules.is_sound_need(oneoffs.sized(encode(SOUND)))
    assert not rules.is_sound_need(oneoffs.sized(encode(replace(SOUND, **change))))


@pytest.mark.parametrize(
    "change", [{"many": 0}, {"side": "x"}, {"said_part": 9}, {"said_day": -1}, {"text": "x" * 200}]
)
def test_a_line_that_could_not_have_come_about(change: dict[str, object]) -> None:
    assert rules.is_sound_cover(rules.cover(SOUND, TODAY, 1))
    assert not rules.is_sound_cover(replace(rules.cover(SOUND, TODAY, 1), **change))


def test_a_body_in_another_size_is_none() -> None:
    with pytest.raises(NotCanonical):
        oneoffs.unsized(oneoffs.sized(b"x") + b"\0")
    with pytest.raises(NotCanonical):
        oneoffs.unsized(bytes(oneoffs.SIZE))


def test_an_outcome_is_one_of_three() -> None:
    with pytest.raises(BadChoice):
        rules.ended(SOUND, "arrested")


def test_it_stands_as_long_as_its_day_and_the_policy_allow() -> None:
    assert rules.lane(SOUND, TODAY, 90) == 7
    assert rules.lane(replace(SOUND, when="now"), TODAY, 90) == 1
    assert rules.lane(replace(SOUND, when="now", day=TODAY + 20, part=NO_PART), TODAY, 90) == 30
    assert rules.lane(replace(SOUND, day=TODAY + 20), TODAY, 7) == 7


@pytest.mark.parametrize("day", [2**31 - 1, 2**62, -800_000])
def test_a_day_that_no_calendar_has_is_passed_over(day: int) -> None:
    """Anybody's own program may write any number, and a page that can't show it would fail for everybody."""
    need = rules.new_need(Wish(NEED, "x"), Aid(), TODAY, *KEYS)
    assert not rules.is_sound_need(oneoffs.sized(encode(replace(need, day=day))))
    assert not rules.is_sound_cover(replace(rules.cover(need, TODAY, 1), day=day))
    assert i18n._date(day).year in (1, 9999)
