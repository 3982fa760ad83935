"""Needs and offers on pages: asking in two screens, the board, mine, one of them, what the care team settles."""

from __future__ import annotations

import re

import pytest

from jiwar.circles import duty, issuing, nudges, rights
from jiwar.circles.circle import Circle
from jiwar.circles.model import TRUSTED
from jiwar.circles.nudges import PUSH
from jiwar.clock import SetClock
from jiwar.keyring.model import Nudge, Window
from jiwar.nudging.channels import Ways
from jiwar.systems.needs import bringing, rules, service, view
from jiwar.systems.needs.model import NEED, OFFER
from jiwar.systems.needs.rules import Wish
from tests.web import test_teams as team
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, token

RIDE = "توصيلة إلى المستوصف صباح الخميس. والرجعة قبل الظهر."


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def comes(talk: Talk) -> None:
    """What waits comes."""
    world = talk.seats.world
    world.run(world.hub.services.later.look(world.hub.store, float("inf")))


def asked(talk: Talk, who: Someone, wish: Wish | None = None) -> bytes:
    obj = talk.seats.world.run(service.ask(talk.opened_by(who), wish or Wish(NEED, RIDE, kind="transport")))
    comes(talk)
    return obj


def board(who: Someone, show: str = "needs", **query: str) -> Page:
    return who.get(who.world.url("help", show=show, **query))


def page_of(talk: Talk, who: Someone, obj: bytes) -> Page:
    return who.get(talk.seats.world.url("need", need=who.name(talk.circle[:16] + obj)))


def press(talk: Talk, who: Someone, obj: bytes, do: str) -> Page:
    page = page_of(talk, who, obj)
    path = talk.seats.world.url("need", need=who.name(talk.circle[:16] + obj))
    return who.post(path, {"token": token(page), "do": do})


def test_a_request_takes_two_screens_and_comes_within_the_hour(talk: Talk) -> None:
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    second = talk.fig.send(first, "help_new", _button="do=check", text=RIDE, area="جهة السوق")
    assert RIDE.partition(".")[0] in second.text
    assert "جهة السوق" in second.text
    landed = talk.fig.send(second, "help_new", _button="do=send")
    assert landed.path == talk.fig.world.url("help_mine")
    assert talk.fig.word("Appears within the hour") in landed.text
    assert RIDE.partition(".")[0] not in board(talk.palm).text
    comes(talk)
    page = board(talk.palm)
    assert RIDE.partition(".")[0] in page.text
    assert "جهة السوق" in page.text
    assert "تينة" not in page.text


def test_regression_cards_of_the_board_have_their_look(talk: Talk) -> None:
    asked(talk, talk.fig)
    page = board(talk.palm)
    card = page.html[page.html.index("<article") : page.html.index("</article")]
    worn = {name for names in re.findall(r'class="([^"]+)"', card) for name in names.split()}
    assert len(worn) > 4
    assert {name for name in worn if f".{name}" not in page.html} == set()


def test_what_was_checked_can_be_changed_and_is_not_lost(talk: Talk) -> None:
    first = talk.fig.get(talk.fig.world.url("help_new", show="offers"))
    second = talk.fig.send(first, "help_new", _button="do=check", text="سيارة صباحاً", languages="عربي")
    again = talk.fig.send(second, "help_new", _button="do=change")
    fields = again.form("/help/new").fields
    assert fields["text"].strip() == "سيارة صباحاً"
    assert fields["languages"] == "عربي"
    assert view.all_mine(talk.opened_by(talk.fig)) == []


@pytest.mark.parametrize(
    "typed",
    [{"text": " "}, {"text": "ط" * (rules.TEXT_LIMIT + 1)}, {"text": RIDE, "area": "33.5138, 36.2765"}],
    ids=["nothing", "too long", "coordinates"],
)
def test_what_can_not_be_said_is_named_above_the_form(talk: Talk, typed: dict[str, str]) -> None:
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    page = talk.fig.send(first, "help_new", _button="do=check", **typed)
    assert page.status == 400
    assert talk.fig.word("Something to correct") in page.text
    assert page.form("/help/new").fields["text"].strip() == typed["text"].strip()


@pytest.mark.parametrize("typed", [{"day": "1"}, {"day": "x"}, {"when": "later"}, {"kind": "arms"}, {"many": "1000"}])
def test_a_choice_that_does_not_exist_changes_nothing(talk: Talk, typed: dict[str, str]) -> None:
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    path = talk.fig.world.url("help_new", show="needs")
    page = talk.fig.post(path, {"token": token(first), "do": "send", "text": RIDE, **typed})
    assert page.status == 400
    assert view.all_mine(talk.opened_by(talk.fig)) == []


def test_the_board_filters_by_kind_and_area(talk: Talk) -> None:
    asked(talk, talk.fig, Wish(NEED, "توصيلة", kind="transport", area="جهة السوق"))
    asked(talk, talk.fig, Wish(NEED, "طبخة كبيرة", kind="food", area="النهر"))
    asked(talk, talk.fig, Wish(OFFER, "ترجمة أوراق", kind="translation"))
    page = board(talk.palm)
    assert "توصيلة" in page.text
    assert "طبخة كبيرة" in page.text
    assert "ترجمة أوراق" not in page.text
    assert "ترجمة أوراق" in board(talk.palm, "offers").text
    kinds = [link for link in page.links if "kind=" in link and "area=" not in link]
    found = [talk.palm.get(link).text for link in kinds]
    assert sorted(("توصيلة" in one, "طبخة كبيرة" in one) for one in found) == [(False, True), (True, False)]
    assert all("food" not in link and "transport" not in link for link in page.links)


def test_what_is_new_stands_first_until_it_is_read(talk: Talk) -> None:
    first, second = asked(talk, talk.fig, Wish(NEED, "الأوّل")), asked(talk, talk.fig, Wish(NEED, "الثاني"))
    page_of(talk, talk.palm, second)
    text = board(talk.palm).text
    assert text.index("الأوّل") < text.index("الثاني")
    page_of(talk, talk.palm, first)
    text = board(talk.palm).text
    assert text.index("الثاني") < text.index("الأوّل")


def test_older_ones_stand_on_further_pages(talk: Talk) -> None:
    asked(talk, talk.fig, Wish(NEED, "أوّل طلب"))
    wishes = [Wish(NEED, f"طلب رقم {number}.") for number in range(view.PAGE + 2)]
    talk.seats.world.run(bringing.bring(talk.opened_by(talk.palm), wishes))
    page = board(talk.palm)
    assert "أوّل طلب" not in page.text
    older = next(link for link in page.links if "before=" in link)
    assert "أوّل طلب" in talk.palm.get(older).text


def test_nobody_else_can_end_it(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    for verb in ("worked", "withdraw", "renew"):
        assert press(talk, talk.palm, obj, verb).status == 404
    assert RIDE.partition(".")[0] in board(talk.palm).text


@pytest.mark.parametrize("verb", ["worked", "over", "none", "withdraw"])
def test_mine_ends(talk: Talk, verb: str) -> None:
    obj = asked(talk, talk.fig)
    assert press(talk, talk.fig, obj, verb).path == talk.fig.world.url("help_mine")
    assert RIDE.partition(".")[0] not in board(talk.palm).text
    assert page_of(talk, talk.palm, obj).status == (404 if verb == "withdraw" else 200)
    assert press(talk, talk.fig, obj, verb).status in (400, 404)


def test_home_asks_whether_it_is_still_wanted_and_it_is_renewed(talk: Talk, clock: SetClock) -> None:
    obj = asked(talk, talk.fig)
    page = talk.fig.get("/home")
    assert RIDE.partition(".")[0] not in page.text
    clock.forward(days=6)
    talk.fig.sign_in()
    assert RIDE.partition(".")[0] in talk.fig.get("/home").text
    press(talk, talk.fig, obj, "renew")
    comes(talk)
    assert RIDE.partition(".")[0] in board(talk.fig).text


def test_the_care_team_removes_one(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    assert talk.palm.word("Remove") in page_of(talk, talk.palm, obj).text
    press(talk, talk.palm, obj, "takedown")
    assert page_of(talk, talk.fig, obj).status == 404


def test_a_verb_that_does_not_exist(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    assert press(talk, talk.fig, obj, "explode").status == 400


def test_home_leads_to_both(talk: Talk) -> None:
    page = talk.fig.get("/home")
    assert talk.fig.word("Ask for something") in page.text
    assert talk.fig.word("Offer help") in page.text


def test_an_empty_board_says_so(talk: Talk) -> None:
    assert talk.fig.word("No requests now. What could there be to give?") in board(talk.fig).text
    assert talk.fig.word("Nothing asked for, nothing offered.") in talk.fig.get("/help/mine").text


def test_the_care_team_settles_kinds_and_areas(talk: Talk) -> None:
    page = talk.palm.to("care_aid", talk.circle)
    page = talk.palm.send(page, "care_aid", own="تصليح درّاجات", areas="جهة السوق\nالنهر\n")
    assert page.path == talk.palm.at("care", talk.circle)
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    assert "تصليح درّاجات" in first.text
    assert "النهر" in first.text
    assert talk.fig.to("care_aid", talk.circle).status == 404
    page = talk.palm.to("care_aid", talk.circle)
    assert talk.palm.send(page, "care_aid", own="ط" * 200).status == 400


def test_the_care_team_turns_them_off(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    page = talk.palm.to("care_aid", talk.circle)
    talk.palm.send(page, "care_aid", on="no")
    page = board(talk.fig)
    assert talk.fig.word("There are no requests and offers in these groups.") in page.text
    assert page_of(talk, talk.fig, obj).status == 404
    assert talk.fig.word("Offer help") not in talk.fig.get("/home").text
    assert board(talk.fig, circle=talk.fig.name(talk.circle[:16])).status == 404


def say(talk: Talk, who: Someone, obj: bytes, text: str, to: str = "") -> Page:
    page, path = page_of(talk, who, obj), talk.seats.world.url("need", need=who.name(talk.circle[:16] + obj))
    return who.post(path, {"token": token(page), "do": "word", "at": "0", "word0": text, "to": to})


def test_a_word_goes_to_and_fro_without_a_name(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    page = say(talk, talk.palm, obj, "عندي سيارة، في أيّ ساعة؟")
    assert talk.palm.word("It has been sent, without a name.") in page.text
    assert talk.palm.word("A word was sent") in talk.palm.get("/help/mine").text
    assert talk.fig.word("A word came") in talk.fig.get("/home").text
    theirs = page_of(talk, talk.fig, obj)
    assert "عندي سيارة" in theirs.text
    assert "نخلة" not in theirs.text
    to = next(form.fields["to"] for form in theirs.forms if "to" in form.fields)
    assert "الثامنة" in say(talk, talk.fig, obj, "الثامنة، عند المخبز", to).text
    answered = page_of(talk, talk.palm, obj)
    assert "الثامنة" in answered.text
    assert "تينة" not in answered.text
    assert talk.palm.word("A word came") in talk.palm.get("/help/mine").text
    press(talk, talk.fig, obj, "worked")
    assert "الثامنة" not in page_of(talk, talk.palm, obj).text


@pytest.mark.parametrize("text", ["", "ط" * 601])
def test_a_word_that_can_not_be_sent_is_given_back(talk: Talk, text: str) -> None:
    obj = asked(talk, talk.fig)
    page = say(talk, talk.palm, obj, text)
    assert page.status == 400
    assert next(form.fields["word0"].strip() for form in page.forms if "word0" in form.fields) == text
    assert talk.palm.member.keyring.one_offs == ()


def test_behind_a_need_one_answers_those_alone_who_wrote(talk: Talk) -> None:
    obj = asked(talk, talk.fig)
    assert say(talk, talk.fig, obj, "من هنا؟").status == 404
    assert say(talk, talk.fig, obj, "من هنا؟", talk.fig.name(bytes(32))).status == 404


WITH = "It comes with an introduction: somebody of the group is behind it, and nothing says who."
WITHOUT = (
    "It comes without an introduction: it can be from anybody who reads here, and from one as easily as from ten."
)


def introduced(talk: Talk, clock: SetClock) -> None:
    """A steward comes by, everybody, and a steward again; two days go by."""
    run = talk.seats.world.run
    for step in (issuing, rights, issuing):
        for who in (talk.palm, talk.fig):
            run(step.look_after_everywhere(talk.opened_by(who).member))
    clock.forward(days=2)
    for who in (talk.palm, talk.fig):
        who.sign_in()


def test_what_is_introduced_comes_first_and_the_page_says_what_that_means(talk: Talk, clock: SetClock) -> None:
    introduced(talk, clock)
    for number in range(rights.EACH + 1):
        asked(talk, talk.fig, Wish(NEED, f"طلب رقم {number}"))
        board(talk.fig)
    page = board(talk.palm)
    assert page.text.count(talk.palm.word("Without an introduction")) == 1
    assert page.text.index(talk.palm.word("Without an introduction")) > page.text.index("طلب رقم 0")
    last = view.all_mine(talk.opened_by(talk.fig))[0]
    said = talk.palm.word(WITHOUT)
    assert said in page_of(talk, talk.palm, last.obj).text


def test_a_flood_without_introductions_takes_nobodys_place(
    talk: Talk, clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    introduced(talk, clock)
    asked(talk, talk.fig, Wish(NEED, "سرير لليلة"))
    wishes = [Wish(NEED, f"ضجيج {number}") for number in range(40)]
    # A program of somebody's own has none to show.
    monkeypatch.setattr(issuing, "minter", lambda _: lambda _: rights.NONE)
    talk.seats.world.run(bringing.bring(talk.opened_by(talk.palm), wishes))
    page = board(talk.palm)
    assert page.text.index("سرير لليلة") < page.text.index("ضجيج")
    assert 6 <= page.text.count("ضجيج") <= 30
    rest = talk.palm.get(next(link for link in page.links if "bare=yes" in link))
    assert "سرير لليلة" not in rest.text
    assert rest.text.count("ضجيج") >= 29


def test_who_asks_sees_before_it_is_sent_whether_it_is_introduced(talk: Talk, clock: SetClock) -> None:
    def second() -> str:
        first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
        return talk.fig.send(first, "help_new", _button="do=check", text=RIDE).text

    with_one = talk.fig.word(WITH)
    assert with_one not in second()
    introduced(talk, clock)
    assert with_one in second()


STAIRS = "هل في البيت درج؟"


def questions(talk: Talk, *asked: str) -> None:
    """The care team settles what is asked besides."""
    page = talk.palm.to("care_aid", talk.circle)
    landed = talk.palm.send(page, "care_aid", questions="\n".join(asked))
    assert landed.path == talk.palm.at("care", talk.circle)


def test_what_the_group_asks_besides_is_answered_on_the_second_screen(talk: Talk) -> None:
    question, answer = STAIRS, "طابق أرضي"
    questions(talk, question)
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    assert question not in first.text
    second = talk.fig.send(first, "help_new", _button="do=check", text=RIDE, reach="meeting")
    assert question in second.text
    landed = talk.fig.send(second, "help_new", _button="do=send", answer0=answer)
    assert landed.path == talk.fig.world.url("help_mine")
    comes(talk)
    shown = page_of(talk, talk.palm, view.all_mine(talk.opened_by(talk.fig))[0].obj)
    assert question in shown.text
    assert answer in shown.text
    assert talk.palm.word("In a public place") in shown.text


def test_an_answer_is_not_lost_when_the_words_are_changed(talk: Talk) -> None:
    questions(talk, STAIRS)
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    second = talk.fig.send(first, "help_new", _button="do=check", text=RIDE)
    again = talk.fig.send(second, "help_new", _button="do=change", answer0="درجتان")
    third = talk.fig.send(again, "help_new", _button="do=check")
    assert third.form("/help/new").fields["answer0"] == "درجتان"


def test_nobody_has_to_answer_and_what_is_too_long_is_named(talk: Talk) -> None:
    questions(talk, STAIRS)
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs"))
    second = talk.fig.send(first, "help_new", _button="do=check", text=RIDE)
    page = talk.fig.send(second, "help_new", _button="do=send", answer0="ط" * (rules.ANSWER_LIMIT + 1))
    assert page.status == 400
    assert view.all_mine(talk.opened_by(talk.fig)) == []
    talk.fig.send(second, "help_new", _button="do=send")
    assert view.all_mine(talk.opened_by(talk.fig))[0].need.answers == ()


def test_what_is_asked_among_trusted_people_nobody_else_reads(talk: Talk) -> None:
    lamp = talk.seats.joins(talk.palm, talk.circle, "قنديل")
    team.begin(talk.palm, talk.circle, "trusted")
    team.bring(talk.palm, talk.fig, talk.circle, "trusted")
    inner = talk.fig.circle(talk.circle).state.inner_of(TRUSTED)
    first = talk.fig.get(talk.fig.world.url("help_new", show="needs", circle=talk.fig.name(inner[:16])))
    second = talk.fig.send(first, "help_new", _button="do=check", text=RIDE)
    assert second.form("/help/new").fields["readers"] == "trusted"  # From their board: chosen already.
    talk.fig.send(second, "help_new", _button="do=send")
    comes(talk)
    assert RIDE.partition(".")[0] in board(talk.palm).text
    assert RIDE.partition(".")[0] not in board(lamp).text
    assert board(lamp, circle=lamp.name(inner[:16])).status == 404
    found = view.all_mine(Circle(talk.fig.member, inner))[0].obj
    assert lamp.get(lamp.world.url("need", need=lamp.name(inner[:16] + found))).status == 404
    assert (
        RIDE.partition(".")[0]
        in talk.palm.get(talk.palm.world.url("need", need=talk.palm.name(inner[:16] + found))).text
    )


# the duty ring


def woken(talk: Talk, who: Someone, **typed: str) -> Page:
    """Somebody has a way to be reminded, and says when they can be woken."""
    talk.seats.world.hub.bell.ways = Ways(push=True, private=True)
    wanted = Nudge(PUSH, "http://127.0.0.1:1/night", 21, "tea")
    talk.seats.world.run(nudges.choose(talk.opened_by(who).member, talk.seats.world.hub.bell.key, wanted))
    page = who.get(who.world.url("help_mine"))
    page = who.get(next(link for link in page.links if "/help/duty/" in link))
    return who.send(page, "help_duty", _button="do=save", **typed)


def test_who_can_be_woken_says_when_and_takes_it_back(talk: Talk) -> None:
    who = talk.palm
    talk.seats.world.hub.bell.ways = Ways(push=True, private=True)
    first = who.get(who.world.url("help_duty", circle=who.name(talk.circle[:16])))
    assert who.word("First there has to be a way to be reminded.") in first.text
    page = woken(talk, who)
    assert page.status == 400
    assert who.word("At least one day is needed, and a way to be reminded.") in page.text
    page = woken(talk, who, days0="4", from0="22", to0="7", kinds="thrown_out", alarm="الإبريق")
    assert who.word("Saved.") in page.text
    mine = duty.mine(talk.opened_by(who))
    assert mine is not None
    assert (mine.windows, mine.kinds) == ((Window(1 << 4, 22, 9),), ("thrown_out",))
    assert talk.opened_by(who).member.keyring.nudge.alarm == "الإبريق"
    landed = who.send(page, "help_duty", _button="do=end")
    assert who.word("Saved. Nobody wakes me here any more.") in landed.text
    assert duty.mine(talk.opened_by(who)) is None


def test_who_asks_is_told_whether_anybody_is_there(talk: Talk, clock: SetClock) -> None:
    fig = talk.fig

    def second(when: str) -> str:
        first = fig.get(fig.world.url("help_new", show="needs"))
        return fig.send(first, "help_new", _button="do=check", text=RIDE, when=when).text

    there = fig.word("Somebody can be woken at this hour, and is rung when it appears, if not a moment before.")
    assert fig.word("Nobody has said so far that they can be woken for this.") in second("now")
    day = clock.week_hour() // 24
    woken(talk, talk.palm, days0=str(day), from0=str(clock.hour() + 2), to0=str(clock.hour() + 3), alarm="x")
    later = fig.word("Nobody can be woken now; somebody can from here on: %(day)s, %(hour)s.")
    assert later.partition("%")[0] in second("now")
    clock.forward(seconds=2 * 3_600)
    fig.sign_in()
    assert there in second("now")
    assert there not in second("week")
    page = fig.get(fig.world.url("help_new", show="needs"))
    assert there in page.text
    page = fig.send(page, "help_new", _button="do=check", text=RIDE, when="now")
    landed = fig.send(page, "help_new", _button="do=send")
    assert fig.word("It is kept, and appears within six minutes, without a name.") in landed.text
    obj = view.all_mine(talk.opened_by(fig))[0].obj
    assert there in page_of(talk, fig, obj).text
    comes(talk)
    assert len(talk.seats.world.hub.services.rung.sealed) == 1
    talk.palm.sign_in()
    assert there not in page_of(talk, talk.palm, obj).text
