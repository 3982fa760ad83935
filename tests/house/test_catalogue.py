"""Everything that is said is said in Arabic too."""

import re

import pytest
from babel.messages.catalog import Catalog, Message

from tools.messages import catalogues, forms_of, in_source, missing

ARABIC_PLURALS = "(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5)"
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]")


@pytest.fixture(scope="module")
def arabic() -> Catalog:
    """Return what is in the Arabic catalogue."""
    return {file.parts[-3]: catalog for file, catalog in catalogues()}["ar"]


def _entries(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def test_the_catalogue_has_entries(arabic: Catalog) -> None:
    assert len(_entries(arabic)) > 100


def test_no_sentence_is_missing_from_the_catalogue(arabic: Catalog) -> None:
    assert missing(arabic, in_source()) == []


def test_no_sentence_is_untranslated(arabic: Catalog) -> None:
    assert [entry.id for entry in _entries(arabic) if not all(forms_of(entry.string))] == []


def test_no_sentence_is_fuzzy(arabic: Catalog) -> None:
    assert [entry.id for entry in _entries(arabic) if entry.fuzzy] == []


def test_plurals_follow_the_pinned_order(arabic: Catalog) -> None:
    assert (arabic.num_plurals, arabic.plural_expr) == (6, ARABIC_PLURALS)
    counted = [entry for entry in _entries(arabic) if entry.pluralizable]
    assert [entry.id for entry in counted if len(forms_of(entry.string)) != 6] == []


def test_translations_keep_the_placeholders(arabic: Catalog) -> None:
    changed = []
    for entry in _entries(arabic):
        allowed = set(PLACEHOLDER.findall(" ".join(forms_of(entry.id))))
        for form in forms_of(entry.string):
            used = set(PLACEHOLDER.findall(form))
            # One and two are words of their own in Arabic, so a plural form may leave the number out.
            if form and (used - allowed or (not entry.pluralizable and used != allowed)):
                changed.append(entry.id)
    assert changed == []
