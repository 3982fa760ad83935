"""What the script adds where a page would do without it: staying where one was, and a button that copies."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser import driving
from tests.browser.conftest import OpenBrowser
from tests.browser.people import Person
from tests.browser.serving import Served

PAIRS = pytest.mark.parametrize(("lang", "width"), [("ar", driving.PHONE), ("en", driving.DESK)])


@pytest.fixture
def founder(hub: Served, browser: OpenBrowser, lang: str, width: int) -> Person:
    """Somebody in a group of their own."""
    person = Person(browser(width, lang=lang), hub, lang)
    person.found(hub.founding_link(), "قهوة العصر", "", "نخلة")
    return person


@PAIRS
def test_reacting_leaves_open_what_was_unfolded_to_be_read(founder: Person) -> None:
    founder.start_topic("قائمة الأربعاء", "من يجلب الملح؟", note="طعام")
    founder.tap(founder.one("article .d > summary"))
    assert founder.sees("من يجلب الملح؟")
    founder.tap(founder.one("article .acts-d > summary"))
    founder.tap(founder.one("article .acts-d button[value^=me_too]"))
    WebDriverWait(founder.driver, driving.PATIENCE).until(
        lambda _: founder.all("article > .acts > button[value^=me_too][aria-pressed=true]")
    )
    assert founder.sees("من يجلب الملح؟")
    assert not founder.all("article .acts-d[open]"), "the fold of the pressed button closes over it"


@PAIRS
def test_the_link_of_an_invitation_is_copied_whole(founder: Person) -> None:
    founder.open_group("قهوة العصر")
    founder.press("Invite")
    founder.press("New invitation")
    link = founder.slips()[0].link
    box = founder.one("code[data-copy]")
    assert founder.driver.execute_script("return arguments[0].scrollWidth <= arguments[0].clientWidth", box)
    founder.tap(founder.named("Copy the link"))
    assert founder.driver.execute_script("return getSelection().toString()") == link
    assert founder.one("code[data-copy] + button").text == founder.word("Copied.")
    founder.press("Done")
    founder.press("Talk")
    founder.press("New", "begin")
    field = founder.one("textarea[name=text]")
    founder.tap(field)
    founder.driver.execute_cdp_cmd(
        "Input.dispatchKeyEvent", {"type": "keyDown", "key": "v", "modifiers": 2, "commands": ["paste"]}
    )
    assert field.get_attribute("value") == link


def test_without_the_script_the_link_stands_there_whole_all_the_same(hub: Served, browser: OpenBrowser) -> None:
    person = Person(browser(driving.PHONE, js=False), hub, js=False)
    slips = person.found(hub.founding_link(), "قهوة العصر", "", "نخلة")
    person.open_group("قهوة العصر")
    person.press("Invite")
    person.press("New invitation")
    box = person.one("code[data-copy]")
    assert box.text.startswith(hub.address)
    assert box.text not in {slip.link for slip in slips}
    assert not box.find_elements(By.XPATH, "following-sibling::button")
