"""A group opens its door: somebody without a key looks around and comes in; it closes, and nothing of it is left."""

from __future__ import annotations

from tests.browser.conftest import OpenBrowser, in_passing
from tests.browser.measured import Measured
from tests.browser.serving import Served
from tests.browser.test_story import SAID


@in_passing
def test_an_open_door(hub: Served, browser: OpenBrowser, lang: str, js: bool, width: int) -> None:
    founder, guest = (Measured(browser(width, js, lang), hub, lang, js) for _ in range(2))
    said = SAID[lang]
    founder.found(hub.founding_link(), said.group, said.about, said.founder)
    guest.arrive("/")
    assert not guest.sees(guest.word("A look around"))
    _write_words(founder, said.group, said.text, "open")

    guest.arrive("/")
    with guest.way() as way:
        guest.press("A look around")
        assert guest.sees(said.group)
        guest.open(said.group)
        assert guest.sees(said.text)
        assert not guest.sees(said.about), "what is for members stays inside"
        guest.press("I agree")
        guest.press("Continue")
        guest.type("own", said.guest)
        guest.press("Continue")
        guest.take_key()
    assert len(way.screens) == 5 + 1, way.screens
    assert way.typed <= 40
    assert way.taps <= 6
    assert guest.path == "/home"
    assert guest.sees(said.group)

    _write_words(founder, said.group, said.text, "link")
    guest.close()
    assert guest.path == "/"
    assert not guest.sees(guest.word("A look around"))


def _write_words(founder: Measured, group: str, text: str, access: str) -> None:
    founder.open_group(group)
    founder.open(founder.word("Care"))
    founder.open(founder.word("Name, text and rules"))
    founder.type("public", text)
    founder.choose("access", access)
    founder.press("Save")
