"""An answerable topic: begun after a second look, asked about, opened by two; everybody reads that it was."""

from __future__ import annotations

from tests.browser.axe import Examination
from tests.browser.conftest import OpenBrowser, Timed, pairwise
from tests.browser.measured import Measured
from tests.browser.test_fund import _take_into_care as take_into_care
from tests.browser.test_story import SAID
from tests.browser.test_unnamed import TITLE

ASKER = {"ar": "صنوبر", "en": "Finch", "fr": "Pinson"}


@pairwise
def test_two_of_the_care_team_open_who_began_a_topic(
    timed: Timed, browser: OpenBrowser, lang: str, js: bool, width: int
) -> None:
    hub, said, title, name = timed.hub, SAID[lang], TITLE[lang], ASKER[lang]
    founder, second, asker = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(3))
    examination = Examination()
    if js:
        for who in (founder, second, asker):
            examination.of(who, width)
    slips = founder.found(hub.founding_link(), said.group, said.about, said.founder)
    second.join(slips[0], said.guest)
    asker.join(slips[1], name)
    take_into_care(founder, second, said.group, said.guest)
    _settle_on_answerable(founder, said.group)
    for who in (founder, asker, founder):  # What is asked for at one sign-in is signed at another's.
        who.close()
        who.sign_in()
    timed.days_pass(1)
    for who in (founder, second, asker):
        who.sign_in()

    asker.go("/new/topic")
    asker.type("title", title)
    asker.type("text", said.about)
    asker.choose("as", "nobody")
    asker.press("Send")
    assert asker.sees(asker.word("It is answerable."))
    assert asker.sees(said.guest)
    asker.press("Send")
    hub.run(hub.hub.services.later.flush(hub.hub.store, hub.hub.services.random))

    founder.open_talk(title)
    assert not founder.sees(name)
    founder.press("Opening who began it")
    founder.type("reason", said.brief)
    with founder.way() as way:
        founder.press("Ask the others")
    assert way.taps == 1
    assert founder.sees(founder.word("It waits for one more who can open it."))

    second.go("/home")
    second.open_group(said.group)
    second.open(second.word("Care"))
    second.open(title)
    assert second.sees(said.brief)
    assert not second.sees(name)
    second.press("Open it together")
    assert not second.sees(name)
    founder.open_talk(title)
    founder.press("Opening who began it")
    assert not founder.sees(name)
    founder.press("Open it now")
    assert founder.sees(name)
    second.open_talk(title)
    second.press("Opening who began it")
    assert second.sees(name)

    told = asker.word("Two of the care team opened who began this: %(day)s.").partition("%")[0]
    asker.open_talk(title)
    assert asker.sees(told)
    asker.go("/talk/mine")
    assert asker.sees(told)
    assert examination.says() == ""
    assert not js or "opening" in examination.seen


def _settle_on_answerable(founder: Measured, group: str) -> None:
    founder.go("/home")
    founder.open_group(group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Topics without a name"))
    founder.choose("unnamed", "answerable")
    founder.press("Save")
