"""Everything that is said is said in every language."""

import re
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po

from jiwar.i18n import LANGUAGES, LOCALES, PLURALS, REGIONS, load_languages
from jiwar.keyring import wordlist
from tests.house.words import forbidden_in
from tools.messages import catalogues, forms_of, in_source, missing

PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")
BARE_MARK = re.compile(r"(?<!\u202f)[;:!?»]|«(?!\u202f)")


REGIONAL = sorted(LOCALES.glob("*/LC_MESSAGES/in-*.po"))
CATALOGUES = {file.parts[-3]: catalog for file, catalog in catalogues()}


@pytest.fixture(params=CATALOGUES)
def catalog(request: pytest.FixtureRequest) -> Catalog:
    """Return what is in one language's catalogue."""
    return CATALOGUES[request.param]


def _entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_the_catalogue_has_entries(catalog: Catalog) -> None:
    assert len(_entries(catalog)) > 100


def test_no_sentence_is_missing_from_the_catalogue(catalog: Catalog) -> None:
    assert missing(catalog, in_source()) == []


def test_no_sentence_is_untranslated(catalog: Catalog) -> None:
    assert [entry.id for entry in _entries(catalog) if not all(forms_of(entry.string))] == []


def test_no_sentence_is_fuzzy(catalog: Catalog) -> None:
    assert [entry.id for entry in _entries(catalog) if entry.fuzzy] == []


def test_every_language_has_a_catalogue_but_english() -> None:
    assert set(CATALOGUES) == set(LANGUAGES) - {"en"}
    assert {one.code for one in load_languages().values()} == set(LANGUAGES) == set(wordlist.LANGUAGES)


def test_plurals_follow_the_pinned_order(catalog: Catalog) -> None:
    pinned = PLURALS[str(catalog.locale)]
    assert (catalog.num_plurals, catalog.plural_expr) == pinned
    counted = [entry for entry in _entries(catalog) if entry.pluralizable]
    assert [entry.id for entry in counted if len(forms_of(entry.string)) != pinned[0]] == []


def test_plural_rules_are_those_of_unicode() -> None:
    assert PLURALS["ar"] == (6, "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)")
    assert PLURALS["fr"] == (2, "(n > 1)")


@pytest.mark.parametrize("file", REGIONAL, ids=lambda file: file.stem)
def test_words_of_a_region_stand_for_words_of_the_catalogue(file: Path) -> None:
    whole = {(entry.context, str(entry.id)): entry for entry in _entries(CATALOGUES[file.parts[-3]])}
    with file.open("rb") as stream:
        regional = _entries(read_po(stream, locale=file.parts[-3], abort_invalid=True))
    assert file.stem.removeprefix("in-") in REGIONS
    assert regional
    for entry in regional:
        usual = whole[entry.context, str(entry.id)]
        assert len(forms_of(entry.string)) == len(forms_of(usual.string))
        assert forms_of(entry.string) != forms_of(usual.string)
        assert not forbidden_in(" ".join(forms_of(entry.string)))
        assert PLACEHOLDER.findall(str(entry.string)) == PLACEHOLDER.findall(str(usual.string))


def test_french_has_the_marks_and_spaces_of_french() -> None:
    """Curved apostrophes, and a narrow space that no line breaks at before ; : ! ? and inside « »."""
    texts = [form for entry in _entries(CATALOGUES["fr"]) for form in forms_of(entry.string)]
    assert [text for text in texts if "'" in text or BARE_MARK.search(text)] == []


def test_french_addresses_nobody() -> None:
    texts = [form for entry in _entries(CATALOGUES["fr"]) for form in forms_of(entry.string)]
    assert [text for text in texts if re.search(r"(?<![-\w])(tu|toi|ton|tes|vous|votre|vos)\b", text.lower())] == []


def test_translations_keep_the_placeholders(catalog: Catalog) -> None:
    changed = []
    for entry in _entries(catalog):
        allowed = set(PLACEHOLDER.findall(" ".join(forms_of(entry.id))))
        for form in forms_of(entry.string):
            used = set(PLACEHOLDER.findall(form))
            # One and two are words of their own in Arabic, so a plural form may leave the number out.
            if form and (used - allowed or (not entry.pluralizable and used != allowed)):
                changed.append(entry.id)
    assert changed == []
