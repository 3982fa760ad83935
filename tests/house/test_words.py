"""What the program says of itself tells nothing over a shoulder and sounds like no police report."""

import tomllib
from collections.abc import Iterator

import pytest

from tests.house.project import SOURCE, here, text_of, tracked_files
from tests.house.words import forbidden_in
from tools.messages import catalogues, forms_of, in_source

NAMING_KEYS = {"title", "name", "handle", "alias", "cover"}


@pytest.mark.parametrize(
    "text",
    [
        "الشبكة",
        "بالسرّيّ",
        "وحفلة اليوم",
        "هويّة",
        "مثليّ",
        "A queer place",
        "لوطي",
        "للخلية",
        "Réseau d’amis",
        "lesbienne",
    ],
)
def test_forbidden_words_are_found_in_any_form(text: str) -> None:
    assert forbidden_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "الرقم السري",
        "شبكات الصيد",
        "سرير",
        "مثل الشاي",
        "transport",
        "عابر سبيل",
        "هواية",
        "أخبار",
        "homologue",
        "fier",
    ],
)
def test_everyday_words_are_left_alone(text: str) -> None:
    assert not forbidden_in(text)


def test_no_sentence_on_a_screen_holds_a_forbidden_word() -> None:
    found = {sentence.text: forbidden_in(sentence.text + " " + sentence.plural) for sentence in in_source()}
    for _, catalog in catalogues():
        for entry in catalog:
            text = str(entry.id)
            found[text] = found.get(text, []) + forbidden_in(" ".join(forms_of(entry.string)))
    assert {text: words for text, words in found.items() if words} == {}


def _named(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in NAMING_KEYS and isinstance(inner, str):
                yield inner
            yield from _named(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner)


def test_no_name_or_title_we_made_up_holds_a_forbidden_word() -> None:
    found = {}
    for file in SOURCE.rglob("*.toml"):
        for text in _named(tomllib.loads(text_of(file))):
            found[f"{here(file)}: {text}"] = forbidden_in(text)
    assert {place: words for place, words in found.items() if words} == {}


def test_no_template_or_file_name_holds_a_forbidden_word() -> None:
    found = {here(file): forbidden_in(file.stem.replace("_", " ")) for file in tracked_files()}
    for file in (SOURCE / "web").rglob("*.html"):
        found[here(file)] = found.get(here(file), []) + forbidden_in(text_of(file))
    assert {place: words for place, words in found.items() if words} == {}
