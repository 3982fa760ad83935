"""That something is done is said on the next page, once, and in no address."""

import pytest

from jiwar.circles import people
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone

Three = tuple[Someone, Someone, Someone, bytes]
IN_A_GROUP = {
    "group_mine": ("Saved. Only I see it.", {"alias": "شغل البيت"}),
    "group_leave": ("That was the goodbye: the group is out of my key.", {}),
}
ABOUT_SOMEBODY = {
    "label=": "Saved. Only I see it.",
    "act=mute": "Muted: what they write is folded from now on.",
    "act=unmute": "No longer muted: what they write is open again.",
    "act=block": "Blocked: what they write no longer shows here, and they don't learn of it.",
    "act=unblock": "No longer blocked: what they write shows again.",
}


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def three(seats: Seats) -> Three:
    """A steward, two members, their group."""
    founder, circle = seats.founder()
    return founder, seats.joins(founder, circle, "زيتونة"), seats.joins(founder, circle, "قنديل"), circle


def _is_said_once(someone: Someone, page: Page, sentence: str) -> None:
    said = someone.word(sentence)
    assert said in page.text
    assert "?" not in page.path
    assert said not in someone.get(page.path).text


@pytest.mark.parametrize("name", IN_A_GROUP)
def test_what_is_done_to_a_group_is_said_once(three: Three, name: str) -> None:
    _, olive, _, circle = three
    sentence, typed = IN_A_GROUP[name]
    _is_said_once(olive, olive.send(olive.to(name, circle), name, **typed), sentence)


@pytest.mark.parametrize("act", ABOUT_SOMEBODY)
def test_what_is_done_about_somebody_is_said_once(seats: Seats, three: Three, act: str) -> None:
    _, olive, lamp, circle = three
    if act == "act=unmute":
        seats.run(people.mute(olive.circle(circle), lamp.persona(circle), True))
    if act == "act=unblock":
        seats.run(people.block(olive.circle(circle), lamp.persona(circle), True))
    page = olive.send(olive.meets("person", circle, lamp), "person", _button=act)
    _is_said_once(olive, page, ABOUT_SOMEBODY[act])


def test_a_report_is_said_to_have_arrived_where_muting_helps_meanwhile(three: Three) -> None:
    _, olive, lamp, circle = three
    page = olive.send(olive.meets("report", circle, lamp), "report", reason="hurts")
    assert page.path == olive.about("person", circle, lamp.persona(circle))
    _is_said_once(
        olive,
        page,
        "It is with the care team: they read it when they come by. Whoever it is about doesn't learn who wrote. "
        "Until then, muting or blocking helps at once.",
    )


def test_an_invitation_is_said_to_be_taken_back(three: Three) -> None:
    founder, *_, circle = three
    founder.send(founder.to("invite", circle), "invite")
    page = founder.send(founder.to("invite", circle), "invite_revoke")
    _is_said_once(founder, page, "Taken back: its link opens nothing any more.")


def test_somebody_is_said_to_be_removed(three: Three) -> None:
    founder, _, lamp, circle = three
    page = founder.send(founder.meets("person_out", circle, lamp), "person_out")
    _is_said_once(founder, page, "Removed, and the keys are renewed.")


def test_what_was_refused_is_not_said_to_be_done(three: Three) -> None:
    _, olive, _, circle = three
    page = olive.send(olive.to("group_mine", circle), "group_mine", alias="ب" * 61)
    assert olive.word("Saved. Only I see it.") not in page.text + olive.to("group", circle).text


def test_settings_are_said_to_be_saved_in_the_language_they_chose(three: Three) -> None:
    _, olive, _, _ = three
    page = olive.send(olive.get(olive.world.url("settings")), "settings", language="en")
    olive.language = "en"
    _is_said_once(olive, page, "Saved.")


def test_nothing_of_it_is_said_to_the_next_visit(three: Three) -> None:
    """The sentence goes with the session that it waits in."""
    _, olive, _, circle = three
    form = olive.to("group_mine", circle).form(olive.world.site.paths.pattern("group_mine"))
    assert olive.ask("POST", form.action, {**form.fields, "alias": "شغل البيت"}).status == 303
    olive.send(olive.get(olive.world.url("more")), "close")
    olive.sign_in()
    assert olive.word("Saved. Only I see it.") not in olive.get(olive.world.url("home")).text
