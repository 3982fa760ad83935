"""axe-core finds no fault on any page: each language in light and in dark, on a phone and on a desk."""

from __future__ import annotations

import pytest

from jiwar.cli.demo import content
from tests.browser import driving, tour
from tests.browser.axe import Examination, faults
from tests.browser.conftest import Demo, OpenBrowser
from tests.browser.people import Person
from tests.browser.serving import Served

_PALE = """
const pale = document.createElement("p");
pale.textContent = "pale";
pale.style.cssText = "color: var(--line); background: var(--bg)";
document.querySelector("main").prepend(pale);
"""
"""A sentence in the colour of lines, on a ground of its own: whatever a page draws behind it, a fault."""
BY_DAY = pytest.mark.parametrize(("lang", "width"), [("ar", driving.PHONE), ("en", driving.DESK)])
"""The language, and the screen that every page is looked at in light; in dark it is looked at on the other one."""

ENTRANCES = {"door", "founding", "joining", "second"}
BY_BUTTONS = {"post", "message", "invite_slip"}
WHERE_STORIES_LEAD = {"latch", "return_stop", "new_key_words", "new_key_typed", "asked", "applicant", "applicants"}
WHERE_STORIES_LEAD |= {"keepers_choose", "keepers_begun", "keeping", "help_columns", "help_rows", "need_photo"}
WHERE_STORIES_LEAD |= {"opening", "followup", "followup_nobody", "confided", "case_photo", "plan", "pair"}
"""Looked at in tests/browser/test_phones.py, test_lost.py, test_asking.py, test_keepers.py, test_bringing.py,
test_needs.py, test_cases.py, test_opening.py and test_desk.py."""


@BY_DAY
def test_no_fault_on_the_ways_in_and_in_empty_groups(
    hub: Served, browser: OpenBrowser, lang: str, width: int
) -> None:
    examination = Examination()
    founder, newcomer = (Person(browser(width, lang=lang), hub, lang) for _ in range(2))
    for person in (founder, newcomer):
        examination.of(person, width)
    tour.enter(founder, newcomer)
    for name in ("home", "talk", "groups"):
        founder.go(f"/{name}")
    tour.talk(founder)
    tour.second(newcomer)
    founder.close()
    assert examination.says() == ""


@BY_DAY
def test_no_fault_on_any_page_of_a_full_hub(demo: Demo, browser: OpenBrowser, lang: str, width: int) -> None:
    examination = Examination()
    stranger, steward = (Person(browser(width, lang=lang), demo.hub, lang) for _ in range(2))
    stranger.arrive("/")
    examination.of(stranger, width)
    tour.walk(stranger, "/")
    steward.sign_in(demo.keys["steward"])
    steward.read_in(lang)
    examination.of(steward, width)
    tour.draw_attention(steward, content.load().circles[0].name)
    tour.walk(steward, each=2)
    assert examination.says() == ""
    elsewhere = {name for name in tour.PAGES if name.split("_")[0] in ENTRANCES}
    missed = tour.PAGES - set(examination.seen) - elsewhere - BY_BUTTONS - WHERE_STORIES_LEAD
    assert missed == set(), f"no link leads to {sorted(missed)}"


def test_faults_that_are_there_are_found(hub: Served, browser: OpenBrowser) -> None:
    person = Person(browser(), hub)
    person.go("/")
    person.driver.execute_script("document.documentElement.removeAttribute('lang')")
    person.driver.execute_script(_PALE)
    found = "\n".join(faults(person.driver))
    for theme in ("light", "dark"):
        assert f"in {theme}: html-has-lang: " in found
        assert f"in {theme}: color-contrast: " in found
