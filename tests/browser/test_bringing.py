"""A messy list of five hundred, brought along by the care team: file, columns, rows; nobody's name comes with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from jiwar.clock import SystemClock
from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser
from tests.browser.measured import Measured
from tests.browser.serving import Served
from tests.browser.test_story import SAID
from tests.sheets import messy

WALKED = [
    ("ar", False, driving.PHONE),
    ("ar", True, driving.DESK),
    ("en", False, driving.DESK),
    ("en", True, driving.PHONE),
]


@pytest.mark.slow
@pytest.mark.parametrize(("lang", "js", "width"), WALKED)
def test_a_messy_list_in_three_screens(
    hub: Served, browser: OpenBrowser, tmp_path: Path, lang: str, js: bool, width: int
) -> None:
    steward = Measured(browser(width, js, lang), hub, lang, js)
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(steward, width)
    file = tmp_path / "list.csv"
    file.write_bytes(messy.as_csv(messy.rows(SystemClock().day())))
    steward.found(hub.founding_link(), said.group, said.about, said.founder)
    steward.go("/groups")
    steward.open(said.group)
    for page in ("Care", "Requests and offers", "Bringing a table"):
        steward.open(steward.word(page))
    with steward.way() as way:
        steward.one("#file").send_keys(str(file))
        steward.press("Read the table")
        assert steward.sees(steward.word("Looks like ways to reach people."))
        assert not steward.sees("0944000000")
        steward.press("Go on")
        assert steward.sees(steward.word("As it will look"))
        assert not steward.sees(messy.NAMES[0])
        steward.press("Bring them in")
    assert len(way.screens) == 3, "after the one with the file: columns, rows, and the board where it ends"
    assert way.taps <= 4
    assert steward.path == "/help"
    assert steward.sees(steward.word("All of them stand on the board. What was read of the table is gone."))
    assert steward.sees(messy.AREAS[0])
    assert not steward.sees(messy.NAMES[0])
    steward.go("/groups")
    steward.open(said.group)
    for page in ("Care", "Requests and offers", "Taking the board along"):
        steward.open(steward.word(page))
    assert steward.sees("ODS")
    if js:
        assert not examination.found
