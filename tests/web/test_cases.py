"""«سأساعد» and «متابعة» on pages: proposed, accepted, confirmed; recognised, opened in steps, ended, arrived."""

from __future__ import annotations

from contextlib import suppress
from copy import copy

import pytest
from msgspec.structs import replace

from jiwar.circles import attending, cases, founding, leaving, letters, roles, words
from jiwar.circles.founding import desk_of
from jiwar.circles.model import TRUSTED
from jiwar.circles.policy import Aid
from jiwar.clock import SetClock
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import TooMuch
from jiwar.keyring.persona import Persona
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.rules import Wish
from jiwar.wire.canonical import encode
from tests.web import test_teams as team
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk
from tests.web.test_needs import asked, page_of

NAMES = ("نخلة", "تينة")


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def proposed(talk: Talk, obj: bytes, much: str = "whole", text: str = "عندي سيارة") -> Page:
    page = page_of(talk, talk.palm, obj)
    form = talk.palm.get(next(link for link in page.links if link.endswith("/pledge")))
    return talk.palm.send(form, "need_pledge", much=much, text=text)


def step(who: Someone, page: Page, do: str) -> Page:
    return who.send(page, "need_agree", _button=f"do={do}")


def agreed(talk: Talk, obj: bytes) -> tuple[Page, Page]:
    """Fig's page of the case, and palm's."""
    proposed(talk, obj)
    step(talk.fig, page_of(talk, talk.fig, obj), "accept")
    helps = step(talk.palm, page_of(talk, talk.palm, obj), "confirm")
    return step(talk.fig, page_of(talk, talk.fig, obj), "take"), helps


def do(who: Someone, page: Page, verb: str, **typed: str) -> Page:
    return who.send(page, "followup", _button=f"do={verb}", **typed)


def again(who: Someone, page: Page) -> Page:
    return who.get(page.path)


def test_somebody_helps_and_no_name_is_known_on_the_way(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    sent = proposed(talk, obj, "part", "الذهاب فقط")
    assert talk.palm.word("It has been sent, without a name.") in sent.text
    assert talk.palm.word("with a part") in sent.text
    assert talk.fig.word("Somebody would help") in talk.fig.get("/home").text
    theirs = page_of(talk, talk.fig, obj)
    assert "الذهاب فقط" in theirs.text
    accepted = step(talk.fig, theirs, "accept")
    assert talk.fig.word("Accepted. It begins when the other side says yes once more.") in accepted.text
    assert talk.palm.word("Accepted: one more yes") in talk.palm.get("/home").text
    helps = step(talk.palm, page_of(talk, talk.palm, obj), "confirm")
    assert helps.path.startswith("/help/followup/")
    assert talk.palm.word("Both have said yes. The other side hasn't opened it yet.") in helps.text
    assert talk.fig.word("Both have said yes") in talk.fig.get("/home").text
    asks = step(talk.fig, page_of(talk, talk.fig, obj), "take")
    words = cases.show(talk.opened_by(talk.fig), cases.mine(talk.opened_by(talk.fig))[0]).words
    assert all(word in page.text for word in words for page in (asks, helps))
    assert talk.fig.word("To be said here:") in asks.text
    assert talk.palm.word("To be answered here:") in helps.text
    for page in (sent, theirs, accepted, helps, asks):
        assert not any(name in page.text for name in NAMES)


def test_an_offer_is_taken_up(talk: Talk) -> None:
    obj = asked(talk, talk.fig, Wish(OFFER, "سيارة صباحاً"))
    assert talk.palm.word("This would help me") in page_of(talk, talk.palm, obj).text
    asks, helps = agreed(talk, obj)
    assert talk.fig.word("To be answered here:") in asks.text
    assert talk.palm.word("To be said here:") in helps.text


@pytest.mark.parametrize("who", ["palm", "fig"])
def test_rather_not_needs_no_reason_and_leaves_the_way_open(talk: Talk, who: str) -> None:
    obj = asked(talk, talk.fig)
    proposed(talk, obj)
    someone: Someone = getattr(talk, who)
    page = step(someone, page_of(talk, someone, obj), "refuse")
    assert someone.word("Answered: not this time. No reason was given.") in page.text
    assert talk.palm.word("I will help") in page_of(talk, talk.palm, obj).text
    assert "عندي سيارة" not in page_of(talk, talk.fig, obj).text


def test_they_talk_open_a_step_and_arrive(talk: Talk, clock: SetClock) -> None:
    asks, helps = agreed(talk, asked(talk, talk.fig))
    do(talk.palm, helps, "say", text="الثامنة عند المخبز؟")
    assert talk.fig.word("Something new in the follow-up") in talk.fig.get("/home").text
    assert "الثامنة عند المخبز؟" in again(talk.fig, asks).text
    forms = again(talk.fig, asks)
    opened = talk.fig.post(
        forms.path,
        {"token": forms.forms[0].fields["token"], "do": "open", "step": "name", "open-name": "تينة"},
    )
    assert talk.fig.word("It shows once the other side opens it too.") in opened.text
    before = again(talk.palm, helps)
    assert "تينة" not in before.text
    assert talk.palm.word("The other side has opened this step.") in before.text
    fields = {"token": before.forms[0].fields["token"], "do": "open", "step": "name", "open-name": "نخلة"}
    talk.palm.post(before.path, fields)
    theirs = again(talk.fig, asks)
    assert "نخلة" in theirs.text
    assert "تينة" not in again(talk.palm, helps).text, "reading sends nothing"
    assert talk.fig.word("What is written here has still to go to the other side.") in theirs.text
    do(talk.fig, theirs, "show")
    assert "تينة" in again(talk.palm, helps).text
    do(talk.fig, again(talk.fig, asks), "arrived")
    assert talk.palm.word("The other side has arrived.") in again(talk.palm, helps).text
    do(talk.palm, again(talk.palm, helps), "arrived")
    assert talk.fig.word("Both have arrived.") in again(talk.fig, asks).text
    clock.forward(days=cases.AFTER + 1)
    for who in (talk.fig, talk.palm):
        who.sign_in()
        who.get("/home")
    assert cases.mine(talk.opened_by(talk.fig)) == []


def test_either_ends_it_and_the_other_one_reads_that_it_ended(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    asks, helps = agreed(talk, obj)
    ended = do(talk.palm, helps, "end")
    assert talk.palm.word("Ended. Nothing of it is left here.") in ended.text
    assert again(talk.palm, helps).status == 404
    assert talk.fig.word("It has ended") in talk.fig.get("/home").text
    page = again(talk.fig, asks)
    assert talk.fig.word("It has ended") in page.text
    do(talk.fig, page, "end")
    assert talk.fig.word("It has ended") not in talk.fig.get("/home").text
    assert talk.palm.word("I will help") in page_of(talk, talk.palm, obj).text


@pytest.mark.parametrize(
    ("do", "typed", "status"),
    [
        ("say", {"text": ""}, 400),
        ("say", {"text": "ط" * 601}, 400),
        ("open", {"step": "name", "open-name": ""}, 400),
        ("open", {"step": "all", "open-all": "x"}, 400),
        ("other", {}, 400),
    ],
)
def test_what_can_not_be_done_is_said_and_changes_nothing(
    talk: Talk, do: str, typed: dict[str, str], status: int
) -> None:
    asks, _ = agreed(talk, asked(talk, talk.fig))
    before = cases.show(talk.opened_by(talk.fig), cases.mine(talk.opened_by(talk.fig))[0])
    page = talk.fig.post(asks.path, {"token": asks.forms[0].fields["token"], "do": do, **typed})
    assert page.status == status
    assert cases.show(talk.opened_by(talk.fig), cases.mine(talk.opened_by(talk.fig))[0]) == before


def test_a_line_that_is_too_long_is_given_back(talk: Talk) -> None:
    obj = asked(talk, talk.fig, Wish(NEED, "خبز"))
    page = proposed(talk, obj, text="ط" * 161)
    assert page.status == 400
    assert talk.palm.member.keyring.one_offs == ()


def test_a_step_that_is_not_there(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    proposed(talk, obj)
    page = page_of(talk, talk.fig, obj)
    fields = next(form.fields for form in page.forms if "to" in form.fields)
    path = talk.seats.world.url("need_agree", need=talk.fig.name(talk.circle[:16] + obj))
    assert talk.fig.post(path, {**fields, "do": "other"}).status == 400
    assert talk.fig.post(path, {**fields, "do": "confirm"}).status == 404
    assert talk.fig.post(path, {**fields, "do": "accept", "to": talk.fig.name(bytes(32))}).status == 404


def test_among_trusted_people_it_goes_the_same_way(talk: Talk) -> None:
    team.begin(talk.palm, talk.circle, "trusted")
    team.bring(talk.palm, talk.fig, talk.circle, "trusted")
    among = copy(talk)
    among.circle = talk.fig.circle(talk.circle).state.inner_of(TRUSTED)
    obj = asked(among, among.fig)
    proposed(among, obj)
    assert talk.fig.word("Somebody would help") in talk.fig.get("/home").text
    step(talk.fig, page_of(among, talk.fig, obj), "accept")
    helps = step(talk.palm, page_of(among, talk.palm, obj), "confirm")
    asks = step(talk.fig, page_of(among, talk.fig, obj), "take")
    do(talk.palm, helps, "say", text="متى؟")
    assert "متى؟" in again(talk.fig, asks).text
    assert talk.fig.word("Something new in the follow-up") in talk.fig.get("/home").text
    talk.seats.world.run(leaving.leave(talk.opened_by(talk.fig)))
    assert talk.palm.word("It has ended") in again(talk.palm, helps).text


def test_a_full_box_keeps_nobody_from_ending_it(talk: Talk) -> None:
    asks, helps = agreed(talk, asked(talk, talk.fig))
    run, circle = talk.seats.world.run, talk.opened_by(talk.palm)
    run(attending.open_step(talk.opened_by(talk.fig), cases.mine(talk.opened_by(talk.fig))[0], cases.PLACE, "شارعي"))
    (theirs,) = cases.mine(circle)
    room = desk_of(theirs.secret)
    place = envelopes.public_key(room.seed), digest(INBOX, room.box)
    open_only = encode(cases.Line(cases.OPEN, 2, cases.PLACE, ""))
    run(words.leave(circle, Persona(theirs.seed), letters.PAIR, open_only, place))
    with suppress(TooMuch):
        while True:
            run(words.leave(circle, Persona(theirs.seed), letters.PAIR, b"x", place))
    lying = len(cases.lying(circle, theirs))
    page = again(talk.fig, asks)
    assert page.status == 200
    assert do(talk.fig, page, "show").status == 429
    do(talk.fig, again(talk.fig, asks), "end")
    assert lying > len(cases.lying(circle, theirs)) == 0
    assert talk.palm.word("It has ended") in again(talk.palm, helps).text


@pytest.mark.parametrize("among", [False, True], ids=["group", "trusted"])
def test_a_follow_up_outlasts_that_needs_are_turned_off(talk: Talk, among: bool) -> None:
    where = copy(talk)
    if among:
        team.begin(talk.palm, talk.circle, "trusted")
        team.bring(talk.palm, talk.fig, talk.circle, "trusted")
        where.circle = talk.fig.circle(talk.circle).state.inner_of(TRUSTED)
    asks, helps = agreed(where, asked(where, where.fig))
    steward = talk.opened_by(talk.palm)
    talk.seats.world.run(founding.change_charter(steward, replace(steward.charter, aid=Aid(on=False))))
    do(talk.palm, again(talk.palm, helps), "say", text="متى؟")
    news = talk.fig.word("Something new in the follow-up")
    for path in ("/home", talk.seats.world.url("help_mine")):
        assert news in talk.fig.get(path).text
    assert "متى؟" in again(talk.fig, asks).text
    do(talk.palm, again(talk.palm, helps), "end")
    assert talk.fig.word("It has ended") in talk.fig.get("/home").text


def test_laying_the_role_down_ends_what_was_among_those_who_hold_it(talk: Talk) -> None:
    team.begin(talk.palm, talk.circle, "trusted")
    team.bring(talk.palm, talk.fig, talk.circle, "trusted")
    where = copy(talk)
    where.circle = talk.fig.circle(talk.circle).state.inner_of(TRUSTED)
    agreed(where, asked(where, where.fig))
    (theirs,) = cases.mine(where.opened_by(where.palm))
    talk.seats.world.run(roles.lay_down(talk.opened_by(talk.fig), TRUSTED))
    assert talk.fig.member.keyring.cases == ()
    assert not cases.lying(where.opened_by(where.palm), theirs)
