"""A request from somebody without a name, and an offer beside it: two screens each, on the board within the hour."""

from __future__ import annotations

from pathlib import Path

from tests.browser import driving
from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, pairwise
from tests.browser.measured import Measured
from tests.browser.serving import Served
from tests.browser.test_story import SAID
from tests.core.pictures.making import photo

RIDE = {
    "ar": "توصيلة إلى المستوصف صباح الخميس. والرجعة قبل الظهر.",
    "en": "A lift to the clinic on Thursday morning. And back before noon.",
    "fr": "Un trajet au dispensaire jeudi matin. Et le retour avant midi.",
}


@pairwise
def test_a_request_in_two_screens(
    hub: Served, browser: OpenBrowser, tmp_path: Path, lang: str, js: bool, width: int
) -> None:
    asker = Measured(browser(width, js, lang), hub, lang, js)
    said, examination = SAID[lang], Examination()
    if js:
        examination.of(asker, width)
    asker.found(hub.founding_link(), said.group, said.about, said.founder)
    asker.go("/help")
    assert asker.sees(asker.word("No requests now. What could there be to give?"))
    with asker.way() as way:
        asker.press("Ask for something")
        asker.type("text", RIDE[lang])
        asker.choose("when", "today")
        asker.press("Check, then send")
        assert asker.sees(asker.word("As it will look"))
        assert asker.sees(RIDE[lang].partition(".")[0])
        asker.press("Send")
    assert way.screens == ["/help/new", "/help/mine"], "two screens, of one address, and the one where it ends"
    assert way.taps <= 4
    assert asker.path == "/help/mine"
    assert asker.sees(asker.word("Appears within the hour"))
    asker.open(RIDE[lang].partition(".")[0])
    asker.press("Withdraw it")
    assert asker.sees(asker.word("Nothing asked for, nothing offered."))

    asker.go("/help")
    asker.press("Offer help")
    asker.type("text", said.text)
    driving.tap(asker.driver, asker.named("More, if it helps"))
    asker.pick("kind", asker.word("Food"))
    asker.press("Check, then send")
    asker.press("Change")
    assert said.text in (asker.one("#text").get_attribute("value") or "")
    asker.press("Check, then send")
    file = tmp_path / "photo.jpg"
    file.write_bytes(photo((1_600, 1_200)))
    width_shown = "return document.querySelector('main img').naturalWidth"
    driving.tap(asker.driver, asker.named("Photo"))
    asker.one("#file").send_keys(str(file))
    asker.type("alt", said.brief)
    asker.press("Put it beside the words")
    assert asker.driver.execute_script(width_shown) == 1_024, "as it will look"
    asker.press("Send")
    assert asker.path == "/help/mine"

    hub.run(hub.hub.services.later.flush(hub.hub.store, hub.hub.services.random))
    asker.go("/help/mine")
    asker.open(said.text[:20])
    asker.open(asker.word("Change the photo"))
    assert asker.driver.execute_script(width_shown) == 1_024, "it came with the words"
    asker.one("#file").send_keys(str(file))
    asker.type("alt", said.founder)
    asker.press("Put it there")
    assert asker.sees(asker.word("The photo stands beside it."))
    assert asker.driver.execute_script(width_shown) == 1_024, "it has come, and is small"
    assert examination.says() == ""
    assert not js or {"help_new", "need_photo"} <= set(examination.seen)
