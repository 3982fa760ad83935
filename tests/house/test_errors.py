"""Every error has a code that stays, a sentence in every language, and a test that provokes it."""

import re
from collections.abc import Iterator

import pytest

from jiwar import errors
from jiwar.errors import JiwarError
from jiwar.i18n import LANGUAGES, load_languages
from jiwar.web.messages import MESSAGES
from tests.house.project import ROOT, text_of


def _classes(root: type[JiwarError]) -> Iterator[type[JiwarError]]:
    for child in root.__subclasses__():
        if child.__module__ == errors.__name__:
            yield child
            yield from _classes(child)


RAISED = [error for error in _classes(JiwarError) if "code" in error.__dict__ or not error.__subclasses__()]


def _tests_outside_this_folder() -> str:
    files = (file for file in (ROOT / "tests").rglob("*.py") if "house" not in file.parts)
    return "\n".join(text_of(file) for file in files)


@pytest.mark.parametrize("error", RAISED, ids=lambda error: error.__name__)
class TestEveryError:
    def test_has_a_code_of_its_own_that_the_tree_shows(self, error: type[JiwarError]) -> None:
        assert re.fullmatch(r"[a-z]+\.[a-z_]+", error.__dict__.get("code", ""))
        assert [other.code for other in RAISED].count(error.code) == 1
        assert error.code in (errors.__doc__ or "")

    def test_has_a_sentence_in_every_language(self, error: type[JiwarError]) -> None:
        status, english = MESSAGES[error.code]
        said = {code: load_languages()[code].gettext(english) for code in LANGUAGES}
        assert 400 <= status < 600
        assert english
        assert len(set(said.values())) == len(said)
        assert re.search("[ء-ي]", said["ar"])

    def test_is_provoked_by_a_test(self, error: type[JiwarError]) -> None:
        assert re.search(rf"\b{error.__name__}\b", _tests_outside_this_folder())


def test_no_sentence_is_left_without_its_error() -> None:
    assert {error.code for error in RAISED} >= set(MESSAGES)
