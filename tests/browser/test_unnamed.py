"""A topic without a name: a choice and a second look, there within the hour, answered by who began it, taken back."""

from __future__ import annotations

from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, Timed, pairwise
from tests.browser.measured import Measured
from tests.browser.test_story import SAID

TITLE = {"ar": "سؤال لا يُسأل باسم", "en": "A question without a name", "fr": "Une question sans nom"}


@pairwise
def test_a_topic_is_begun_without_a_name_in_two_screens(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    hub = timed.hub
    asker = Measured(browser(width, js, lang), hub, lang, js)
    said, title, examination = SAID[lang], TITLE[lang], Examination()
    if js:
        examination.of(asker, width)
    asker.found(hub.founding_link(), said.group, said.about, said.founder, card="support")
    for _ in range(2):  # What is asked for at one sign-in is signed at the next.
        asker.close()
        asker.sign_in()
    timed.days_pass(1)
    asker.sign_in()

    asker.go("/talk/mine")
    assert asker.sees(asker.word("Nothing here without a name."))
    asker.press("A new topic")
    asker.type("title", title)
    asker.type("text", said.about)
    asker.choose("as", "nobody")
    with asker.way() as way:
        asker.press("Send")
        assert asker.sees(asker.word("As it will look"))
        asker.press("Send")
    assert way.screens == ["/new/topic", "/talk/mine"]
    assert way.taps == 2
    assert asker.sees(asker.word("Appears within the hour"))

    hub.run(hub.hub.services.later.flush(hub.hub.store, hub.hub.services.random))
    asker.open_talk(title)
    assert asker.sees(asker.word("Who began this"))
    assert not asker.sees(said.founder)
    asker.reply(said.call)
    asker.choose("as", "me")
    asker.reply(said.founder)
    assert len(asker.all("article")) == 3
    asker.more_about(said.about)
    asker.press("Take back this post")
    asker.go("/talk/mine")
    assert asker.sees(asker.word("Nothing here without a name."))
