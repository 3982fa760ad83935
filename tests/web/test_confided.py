"""What a member asks the dispatchers alone, on pages: chosen on the second screen, answered, taken back."""

from __future__ import annotations

import pytest

from jiwar.circles import confiding, roles
from jiwar.circles.model import DISPATCHER
from jiwar.clock import SetClock
from jiwar.errors import NoPhotoThere
from jiwar.systems.needs import view
from jiwar.web.messages import MESSAGES
from tests.core.pictures.making import located
from tests.web import test_teams as team
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, token
from tests.web.test_needs import woken
from tests.web.test_photos import with_photo

RIDE = "سيارة إلى الموعد. من جهة الجسر، والرقم 0944123456."
HEAD = "سيارة إلى الموعد"
ANSWER = "وُجدت سيارة، عند الظهر."

AS_DISPATCHER = (
    "For dispatchers it rings as well when something urgent is asked of them alone. It stands in their queue then."
)


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    """Palm is the group's only dispatcher; its window is shut."""
    talk = Talk(Seats(world, language))
    team.begin(talk.palm, talk.circle, "dispatch")
    return talk


def second(who: Someone, **typed: str) -> Page:
    """The second screen of asking."""
    first = who.get(who.world.url("help_new", show="needs"))
    return who.send(first, "help_new", _button="do=check", **{"text": RIDE, "area": "جهة الجسر", **typed})


def confides(who: Someone, **typed: str) -> Page:
    return who.send(second(who, **typed), "help_new", _button="do=send", readers="desk")


def own_page(talk: Talk) -> Page:
    (href,) = {link for link in talk.fig.get("/help/mine").links if link.startswith("/help/confided/")}
    return talk.fig.get(href)


def case(talk: Talk) -> Page:
    page = talk.palm.send(talk.palm.to("queue", talk.circle), "queue")
    (href,) = {link for link in page.links if link.startswith("/case/")}
    return talk.palm.get(href)


def does(talk: Talk, verb: str, **typed: str) -> Page:
    page = case(talk)
    seen = next(one.fields["seen"] for one in page.forms if "seen" in one.fields)
    fields = {"token": token(page), "seen": seen, "do": verb, **typed}
    return talk.palm.post(page.form("/case/{case}").action, fields)


def test_who_reads_it_is_chosen_where_there_is_a_choice(talk: Talk) -> None:
    page = second(talk.fig)
    assert talk.fig.word("Who is to read it?") in page.text
    assert talk.fig.word("Dispatchers alone") in page.text
    assert talk.fig.word("Trusted people alone") not in page.text
    team.begin(talk.palm, talk.circle, "trusted")
    team.bring(talk.palm, talk.fig, talk.circle, "trusted")
    assert talk.fig.word("Trusted people alone") in second(talk.fig).text
    talk.seats.world.run(roles.lay_down(talk.opened_by(talk.palm), DISPATCHER))
    assert talk.fig.word("Dispatchers alone") not in second(talk.fig).text


def test_who_asks_is_told_whether_a_dispatcher_is_woken(talk: Talk, clock: SetClock) -> None:
    there = talk.fig.word("One of them can be woken at this hour, and is rung.")
    nobody = talk.fig.word("None of them can be woken at this hour.")
    assert nobody in second(talk.fig, when="now").text
    assert nobody not in second(talk.fig, when="week").text
    page = woken(talk, talk.palm, days0=str(clock.week_hour() // 24), from0="0", to0="0", alarm="x")
    said = talk.palm.word(AS_DISPATCHER)
    assert said in page.text
    assert there in second(talk.fig, when="now").text
    assert talk.fig.word(AS_DISPATCHER) not in talk.fig.get(talk.fig.at("help_duty", talk.circle)).text


def test_it_comes_to_the_dispatchers_and_to_no_board(talk: Talk) -> None:
    landed = confides(talk.fig)
    assert landed.path == talk.fig.world.url("help_mine")
    assert HEAD in landed.text
    assert view.all_mine(talk.opened_by(talk.fig)) == []
    page = case(talk)
    assert HEAD in page.text
    assert "جهة الجسر" in page.text
    assert talk.palm.word("From a member, for the dispatchers alone.") in page.text
    assert "تينة" not in page.text
    assert HEAD not in talk.palm.get("/help").text


def test_an_answer_is_found_under_mine_and_a_further_word_comes_back(talk: Talk) -> None:
    confides(talk.fig)
    does(talk, "answer", text=ANSWER)
    assert talk.fig.word("A word came") in talk.fig.get("/help/mine").text
    assert HEAD in talk.fig.get("/home").text
    page = own_page(talk)
    assert ANSWER in page.text
    assert talk.palm.circle(talk.circle).me.handle not in page.text
    page = talk.fig.send(page, "confided", text="شكراً جزيلاً.", _button="do=add")
    assert "شكراً جزيلاً." in page.text
    assert "شكراً جزيلاً." in case(talk).text
    assert talk.fig.word("A word came") not in talk.fig.get("/help/mine").text


def test_a_request_for_the_board_begins_with_what_was_asked_and_no_number(talk: Talk) -> None:
    confides(talk.fig, many="3")
    form = case(talk).form("/help/new")
    page = talk.palm.post(form.action, form.fields)
    typed = page.form("/help/new").fields
    assert typed["text"].strip().startswith(HEAD)
    assert "0944123456" not in typed["text"]
    assert (typed["area"], typed["many"]) == ("جهة الجسر", "3")
    page = talk.palm.send(page, "help_new", _button="do=check")
    assert talk.palm.word("Who is to read it?") not in page.text  # It is the dispatchers' already.
    talk.palm.send(page, "help_new", _button="do=send")
    assert talk.palm.word("A request was made of it. It comes to the board within the hour.") in case(talk).text


def test_an_offer_to_the_dispatchers_becomes_an_offer(talk: Talk) -> None:
    first = talk.fig.get(talk.fig.world.url("help_new", show="offers"))
    page = talk.fig.send(first, "help_new", _button="do=check", text="غرفة صغيرة")
    talk.fig.send(page, "help_new", _button="do=send", readers="desk")
    page = case(talk)
    assert talk.palm.word("Make an offer of it") in page.text
    form = page.form("/help/new")
    assert "offers" in form.action


def test_taken_back_it_is_gone_on_both_sides(talk: Talk) -> None:
    confides(talk.fig)
    case(talk)
    page = own_page(talk)
    form = next(one for one in page.forms if one.fields.get("do") == "withdraw")
    landed = talk.fig.post(form.action, form.fields)
    assert talk.fig.word("Taken back.") in landed.text
    assert HEAD not in landed.text
    assert talk.fig.get(form.action).status == 404
    assert HEAD not in talk.palm.to("queue", talk.circle).text


def test_an_empty_word_is_named_and_changes_nothing(talk: Talk) -> None:
    confides(talk.fig)
    page = talk.fig.send(own_page(talk), "confided", text="  ", _button="do=add")
    assert page.status == 400
    (one,) = confiding.mine(talk.opened_by(talk.fig))
    assert len(confiding.read(talk.opened_by(talk.fig), one).said) == 1


def test_where_there_are_no_dispatchers_nothing_is_kept(talk: Talk) -> None:
    page = second(talk.fig)
    talk.seats.world.run(roles.lay_down(talk.opened_by(talk.palm), DISPATCHER))
    again = talk.fig.send(page, "help_new", _button="do=send", readers="desk")
    assert again.status == 400
    assert confiding.mine(talk.opened_by(talk.fig)) == []
    assert again.form("/help/new").fields["text"].strip() == RIDE


def test_somebody_else_s_is_not_there(talk: Talk) -> None:
    confides(talk.fig)
    name = view.all_confided(talk.opened_by(talk.fig))[0].name
    address = talk.palm.world.url("confided", need=talk.palm.name(talk.circle[:16] + name))
    assert talk.palm.get(address).status == 404


def test_readers_are_never_widened(talk: Talk) -> None:
    """Who chose the dispatchers and then adds a photo has chosen nobody else by it."""
    page = with_photo(talk, second(talk.fig), located(), do="photo", readers="desk")
    assert page.status == 400
    assert talk.fig.word(MESSAGES[NoPhotoThere.code][1]) in page.text
    assert page.form("/help/new").fields["photo"]  # It waits still.
    assert "readers" not in page.form("/help/new").fields
    for readers in ({}, {"readers": "trusted"}, {"readers": "everybody"}):
        again = with_photo(talk, page, b"", do="send", **readers)
        assert again.status == 400
        assert "readers" not in again.form("/help/new").fields
    assert view.all_mine(talk.opened_by(talk.fig)) == []
    assert confiding.mine(talk.opened_by(talk.fig)) == []
    without = with_photo(talk, page, b"", do="without", alt="")
    assert without.form("/help/new").fields["readers"] == "desk"
    assert "novalidate" in page.html
    page = with_photo(talk, second(talk.fig), b"", do="send", readers="group")
    assert page.path == talk.fig.world.url("help_mine")


def test_a_role_lost_between_two_screens_leaves_nothing_chosen(talk: Talk) -> None:
    page = second(talk.fig)
    talk.seats.world.run(roles.lay_down(talk.opened_by(talk.palm), DISPATCHER))
    again = talk.fig.send(page, "help_new", _button="do=send", readers="desk")
    assert again.status == 400
    assert "readers" not in again.form("/help/new").fields
    assert 'type="radio" name="readers" value="group" required' in again.html


def test_a_photo_goes_to_a_board_alone(talk: Talk) -> None:
    page = with_photo(talk, second(talk.fig), located(), do="photo", alt="الباب")
    assert 'value="desk"' not in page.html
    said = "With a photo it goes to a board. Without one it can go to the dispatchers alone, too."
    assert talk.fig.word(said) in page.text
    page = with_photo(talk, page, b"", do="send", readers="desk")
    assert talk.fig.word(said) in page.text
    assert confiding.mine(talk.opened_by(talk.fig)) == []
    page = with_photo(talk, page, b"", do="without")
    with_photo(talk, page, b"", do="send", readers="desk")
    assert len(confiding.mine(talk.opened_by(talk.fig))) == 1
