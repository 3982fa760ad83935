"""Answerable topics on pages: settled, begun after a second look, asked about, opened by two, told to everybody."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import issuing, oneoffs, rights, roles, speech
from jiwar.clock import SetClock
from jiwar.systems.forum import opening, rules, service, unnamed
from jiwar.wire.canonical import encode
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, buttons, press
from tests.web.test_unnamed import TITLE, begun, post_page, settled, written

REASON = "يذكر اسم شخص لا يريد ذلك."


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


class Team:
    """A group with topics that are answerable: palm and rose are its care team, fig and mint aren't."""

    def __init__(self, talk: Talk, clock: SetClock) -> None:
        self.talk, seats = talk, talk.seats
        self.palm, self.fig, self.run = talk.palm, talk.fig, seats.world.run
        self.rose, self.mint = (seats.joins(self.palm, talk.circle, name) for name in ("وردة", "نعنع"))
        seats.steward(self.palm, self.rose, talk.circle)
        settled(talk, "answerable")
        for step in (issuing, rights, issuing):
            for who in self.everybody:
                self.run(step.look_after_everywhere(talk.opened_by(who).member))
        clock.forward(days=2)
        for who in self.everybody:
            who.sign_in()

    @property
    def everybody(self) -> tuple[Someone, ...]:
        return self.palm, self.rose, self.fig, self.mint

    def page(self, who: Someone, obj: bytes) -> Page:
        return who.get(self.talk.seats.world.url("opening", topic=who.name(self.talk.circle[:16] + obj)))

    def does(self, who: Someone, obj: bytes, verb: str, **typed: str) -> Page:
        page = self.page(who, obj)
        return who.send(page, "opening", _button=f"do={verb}", **typed)

    def presses(self, who: Someone, obj: bytes, verb: str) -> Page:
        """One of the buttons under something that was asked."""
        page = self.page(who, obj)
        fields = next(form.fields for form in page.forms if form.fields.get("do") == verb)
        return who.post(page.path, fields)


@pytest.fixture
def team(talk: Talk, clock: SetClock) -> Team:
    return Team(talk, clock)


def test_the_second_look_says_who_can_open_it(team: Team) -> None:
    page = written(team.talk, team.fig)
    assert team.fig.word("It is answerable.") in page.text
    assert "نخلة" in page.text
    assert "وردة" in page.text
    assert "confirm" in buttons(page.html)
    landed = team.fig.send(page, "new_topic", _button="do=confirm")
    assert landed.path == team.fig.world.url("topics_mine")


def test_of_many_three_are_drawn_and_the_page_says_so(team: Team) -> None:
    many = team.fig.word("My name goes along, sealed for three of the care team, drawn by lot of these: %(names)s.")
    assert many.partition("%")[0] not in written(team.talk, team.fig).text
    for name in ("زعتر", "ريحان"):
        one = team.talk.seats.joins(team.palm, team.talk.circle, name)
        team.talk.seats.steward(team.palm, one, team.talk.circle)
    assert many.partition("%")[0] in written(team.talk, team.fig).text


def test_without_two_others_it_can_not_go_out_and_the_page_says_why(team: Team) -> None:
    page = written(team.talk, team.palm)
    why = (
        "It can't go out now: here two others of the care team have to be able to open it together, and they aren't "
        "there yet."
    )
    assert team.palm.word(why) in page.text
    assert "confirm" not in buttons(page.html)
    answer = team.palm.post(page.path, {**page.form("/new/topic").fields, "do": "confirm"})
    assert answer.status == 409
    said = "This needs two others in the care team, who can open together who wrote it. They aren't there yet."
    assert team.palm.word(said) in answer.text


def test_two_open_it_everybody_is_told_and_only_they_see_who(team: Team) -> None:
    obj = begun(team.talk, team.fig)
    told = team.mint.word("Two of the care team opened who began this: %(day)s.").partition("%")[0]
    page = team.talk.reads_topic(team.mint, obj)
    assert "وردة" in page.text, "everybody reads who can open it"
    assert told not in page.text
    assert not [link for link in page.links if "/talk/name/" in link]
    assert [link for link in team.talk.reads_topic(team.palm, obj).links if "/talk/name/" in link]

    asked = team.does(team.palm, obj, "ask", reason=REASON)
    assert asked.path == team.palm.get(asked.path).path
    assert REASON in asked.text
    desk = team.rose.to("care", team.talk.circle)
    assert team.rose.word("Waits for me") in desk.text
    assert TITLE in desk.text
    assert REASON in team.page(team.rose, obj).text
    assert "تينة" not in team.page(team.rose, obj).text

    page = team.presses(team.rose, obj, "agree")
    assert "تينة" not in page.text
    assert team.rose.word("Everybody has been told. To me it opens when %(name)s has looked.")[:12] in page.text
    assert "تينة" not in team.page(team.palm, obj).text
    assert team.palm.word("Waits for me") in team.palm.to("care", team.talk.circle).text
    landed = team.presses(team.palm, obj, "look")
    for page in (landed, team.page(team.rose, obj)):
        assert "تينة" in page.text
        assert team.palm.word("It was begun by") in page.text
    assert told in team.talk.reads_topic(team.mint, obj).text
    assert "تينة" not in team.talk.reads_topic(team.mint, obj).text
    mine = team.fig.get(team.talk.seats.world.url("topics_mine"))
    assert told in mine.text
    assert team.palm.word("Who began it was opened") in team.palm.to("care", team.talk.circle).text


def test_where_a_name_is_sealed_no_page_says_that_nothing_says_who(team: Team) -> None:
    """Also when the charter has another word by now, and who can open it is no steward any more."""
    obj = begun(team.talk, team.fig)
    settled(team.talk, "throttled")
    team.run(roles.lay_down(team.talk.opened_by(team.rose)))
    nothing = "Somebody of the group began this, and nothing says who, also not to the care team."
    for who in (team.mint, team.palm):
        page = team.talk.reads_topic(who, obj)
        assert who.word(nothing + " Each can begin six in four weeks at most.") not in page.text
        assert who.word(
            "Somebody of the group began this. To open who it was takes two of these together: %(names)s."
        )[:20] in (page.text)
        assert not [link for link in page.links if "/talk/name/" in link]


def test_who_is_not_of_the_care_team_has_no_such_page(team: Team) -> None:
    obj = begun(team.talk, team.fig)
    for who in (team.fig, team.mint):
        page = team.page(who, obj)
        assert page.status == 404
        token = who.get(team.talk.seats.world.url("new_topic")).form("/new/topic").fields["token"]
        assert who.post(page.path, {"token": token, "do": "ask", "reason": REASON}).status == 404
    assert team.page(team.palm, bytes(16)).status == 404
    assert team.page(team.palm, team.talk.topic(team.fig)).status == 404


def test_a_reason_is_asked_for_and_what_was_typed_stays(team: Team) -> None:
    obj = begun(team.talk, team.fig)
    page = team.does(team.palm, obj, "ask", reason=" ")
    assert page.status == 400
    assert team.palm.word("There is nothing written here yet.") in page.text
    page = team.does(team.palm, obj, "ask", reason="ط" * 700)
    assert page.status == 400
    assert "ط" * 700 in page.html


def test_it_is_declined_and_stays_closed(team: Team) -> None:
    obj = begun(team.talk, team.fig)
    team.does(team.palm, obj, "ask", reason=REASON)
    page = team.presses(team.rose, obj, "decline")
    assert team.rose.word("Nobody else opens it with them. It stays closed.") in page.text
    assert "تينة" not in team.page(team.palm, obj).text


def test_it_is_withdrawn(team: Team) -> None:
    obj = begun(team.talk, team.fig)
    team.does(team.palm, obj, "ask", reason=REASON)
    stale = team.page(team.rose, obj)
    landed = team.presses(team.palm, obj, "withdraw")
    assert landed.path == team.palm.at("care", team.talk.circle)
    assert REASON not in team.page(team.rose, obj).text
    fields = next(form.fields for form in stale.forms if form.fields.get("do") == "agree")
    assert team.rose.post(stale.path, fields).status == 404


def test_removed_it_can_be_opened_from_the_care_page(team: Team) -> None:
    obj = begun(team.talk, team.fig)
    team.does(team.palm, obj, "ask", reason=REASON)
    press(team.palm, post_page(team.talk, team.palm, obj), "takedown")
    desk = team.rose.to("care", team.talk.circle)
    assert team.rose.word("A topic that is gone") in desk.text
    page = team.rose.get(next(link for link in desk.links if "/talk/name/" in link))
    assert team.rose.word("The topic is no longer there.") in page.text
    team.presses(team.rose, obj, "agree")
    assert "تينة" in team.presses(team.palm, obj, "look").text
    assert "تينة" in team.page(team.rose, obj).text
    mine = team.fig.get(team.talk.seats.world.url("topics_mine"))
    assert team.fig.word("Two of the care team opened who began this: %(day)s.").partition("%")[0] in mine.text


def test_what_names_nobody_is_said_to_name_nobody(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    obj = begun(team.talk, team.fig)
    team.does(team.palm, obj, "ask", reason=REASON)
    team.presses(team.rose, obj, "agree")
    team.presses(team.palm, obj, "look")
    monkeypatch.setattr(opening, "opened", lambda *_: opening.NOBODY)
    assert team.palm.word("What came together names nobody.") in team.page(team.palm, obj).text


def test_what_does_not_open_is_said_and_changes_nothing(team: Team) -> None:
    """Sealed by a program that seals for nobody."""
    obj = begun(team.talk, team.fig)
    before = begun(team.talk, team.mint)
    there = opening.here(team.talk.opened_by(team.fig), before)
    team.run(_sealed_as(team, obj, there))
    page = team.does(team.palm, obj, "ask", reason=REASON)
    assert page.status == 409
    said = "What was sealed here for me doesn't open. Another one who can open it may have more luck."
    assert team.palm.word(said) in page.text
    assert REASON in page.html


async def _sealed_as(team: Team, obj: bytes, other: unnamed.Here) -> None:
    """Give a topic of fig's a new wording in which another topic's name is sealed."""
    first = unnamed._said(other.first.body)
    assert first is not None
    aside = service.as_who_began(team.talk.opened_by(team.fig), obj)
    assert isinstance(aside, oneoffs.Aside)
    slot = unnamed.beginning(aside)
    mine = unnamed._said(unnamed.first_body(aside))
    assert mine is not None
    body = oneoffs.sized(encode(replace(mine, sealed=first.sealed)))
    await speech.edit(aside, obj, slot, body, rules.is_sound_post)
