"""Topics without a name on pages: settled by the care team, begun in two screens, read, answered, taken back."""

from __future__ import annotations

import re

import pytest

from jiwar.circles import founding, oneoffs, rights, speech
from jiwar.circles.oneoffs import Together
from jiwar.circles.speech import Standing
from jiwar.clock import SetClock
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.systems.forum import rules, service, unnamed, view
from jiwar.systems.forum.model import UNNAMED, Post, Unnamed
from jiwar.web.offers import cards
from jiwar.wire.canonical import encode
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, articles, button, buttons, press
from tests.web.test_needs import comes, introduced

TITLE, TEXT = "سؤال لا يُسأل باسم", "هل مرّ **أحد** بهذا؟"
WHO = "Who began this"
NOT_NOW = (
    "It can't go out now: it needs an introduction, which shows that somebody of the group is behind it. Each gets "
    "six in four weeks, once somebody of the care team has come by, and none can be used on its first day."
)


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def settled(talk: Talk, way: str = "throttled") -> Page:
    page = talk.palm.to("care_unnamed", talk.circle)
    return talk.palm.send(page, "care_unnamed", unnamed=way)


def written(talk: Talk, who: Someone, **typed: str) -> Page:
    """The second screen."""
    page = who.get(talk.seats.world.url("new_topic"))
    return who.send(page, "new_topic", **{"as": "nobody", "title": TITLE, "text": TEXT, **typed})


def begun(talk: Talk, who: Someone) -> bytes:
    """A topic of somebody's without a name, that has come."""
    obj = talk.seats.world.run(service.start_unnamed(talk.opened_by(who), TITLE, TEXT))
    comes(talk)
    who.get(talk.seats.world.url("talk"))
    return obj


@pytest.fixture
def ready(talk: Talk, clock: SetClock) -> Talk:
    """It is settled on, and everybody has an introduction."""
    settled(talk)
    introduced(talk, clock)
    return talk


def listing(who: Someone) -> str:
    return who.get(who.world.url("talk")).text


def slot(talk: Talk, obj: bytes) -> int:
    found = view.topic(talk.opened_by(talk.palm), obj)
    return rules.began_in(found.cover, found.head)


def post_page(talk: Talk, who: Someone, obj: bytes) -> Page:
    page = talk.reads_topic(who, obj)
    return press(who, page, button(page.html, "open"))


def smuggled(talk: Talk, who: Someone) -> bytes:
    """What somebody's own program puts there without a right."""
    circle = talk.opened_by(who)
    seed, day = circle.services.random(32), circle.services.clock.day()
    cover = encode(rules.first_cover(Post("بلا حق", TEXT), Persona(seed).key, day, 1))
    one = OneOff(
        circle.id, seed, UNNAMED, day, 30, UNNAMED, encode(Unnamed(Post("بلا حق", TEXT), rights.NONE)), cover
    )
    run = talk.seats.world.run
    run(circle.services.store.append(run(oneoffs.first_word(circle, one))))
    return oneoffs.object_named(one)


def test_what_may_not_be_shown_is_judged_once_until_the_charter_or_the_keys_of_rights_change(
    ready: Talk, monkeypatch: pytest.MonkeyPatch
) -> None:
    smuggled(ready, ready.fig)
    judged: list[Standing] = []
    real = unnamed.may_be_shown

    def judges(aside: Together, first: Standing) -> bool:
        judged.append(first)
        return real(aside, first)

    monkeypatch.setattr(unnamed, "may_be_shown", judges)
    for _ in range(3):
        assert "بلا حق" not in listing(ready.palm)
    assert len(judged) == 1
    listing(ready.fig)
    assert len(judged) == 1
    settled(ready, "off")
    settled(ready)
    listing(ready.palm)
    assert len(judged) == 2
    known = rights.all_keys(ready.opened_by(ready.palm))
    monkeypatch.setattr(rights, "all_keys", lambda circle: known[1:])
    listing(ready.palm)
    assert len(judged) == 3


def test_what_one_reader_can_not_judge_is_kept_from_no_other(ready: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose keys begin later can open the cover that the last answer moved, and not what began the topic."""
    obj = begun(ready, ready.fig)
    ready.opened_by(ready.fig).services.fragments.clear()
    with monkeypatch.context() as patch:
        patch.setattr(speech, "read_slot", lambda *given: None)
        patch.setattr(speech, "is_closed_to", lambda *given: True)
        assert TITLE not in listing(ready.palm)
    assert TITLE in listing(ready.palm)
    assert TITLE in ready.reads_topic(ready.fig, obj).text


def test_the_choice_is_there_once_the_care_team_settled_it(talk: Talk) -> None:
    page = talk.fig.get(talk.seats.world.url("new_topic"))
    assert talk.fig.word("Without a name") not in page.text
    assert talk.fig.to("care_unnamed", talk.circle).status == 404
    assert settled(talk, "answered").status == 400
    settled(talk)
    page = talk.fig.get(talk.seats.world.url("new_topic"))
    assert talk.fig.word("Without a name") in page.text
    assert page.form("/new/topic").fields["as"] == "me"


def test_it_takes_two_screens_and_comes_within_the_hour(ready: Talk) -> None:
    second = written(ready, ready.fig)
    assert "<strong>أحد</strong>" in second.html
    assert ready.fig.word("The way of writing can still tell.") in second.text
    landed = ready.fig.send(second, "new_topic", _button="do=confirm")
    assert landed.path == ready.fig.world.url("topics_mine")
    assert ready.fig.word("Appears within the hour") in landed.text
    assert TITLE not in listing(ready.palm)
    comes(ready)
    assert TITLE in listing(ready.palm)
    assert ready.palm.word("Without a name") in listing(ready.palm)
    (found,) = view.topics(ready.opened_by(ready.palm))
    page = ready.reads_topic(ready.palm, found.obj)
    assert ready.palm.word(WHO) in articles(page)[0]
    assert "تينة" not in page.text
    assert "/person/" not in articles(page)[0]


def test_who_began_it_has_not_to_read_their_own_beginning(ready: Talk) -> None:
    obj = ready.seats.world.run(service.start_unnamed(ready.opened_by(ready.fig), TITLE, TEXT))
    comes(ready)
    number, talk = ready.seats.world.site.languages[ready.fig.language].number, ready.seats.world.url("talk")
    assert '<span class="unseen">' not in ready.fig.get(talk).html
    ready.reply(ready.palm, obj, "نعم")
    assert f'<span class="n">{number(1)}<span class="unseen">' in ready.fig.get(talk).html


def test_what_was_checked_can_be_changed(ready: Talk) -> None:
    again = ready.fig.send(written(ready, ready.fig, note="تعب"), "new_topic", _button="do=change")
    fields = again.form("/new/topic").fields
    assert (fields["title"], fields["text"].strip(), fields["note"].strip()) == (TITLE, TEXT, "تعب")
    assert fields["as"] == "nobody"
    assert unnamed.all_mine(ready.opened_by(ready.fig)) == []


def test_without_an_introduction_it_can_not_go_out_and_the_page_says_why(talk: Talk) -> None:
    settled(talk)
    page = written(talk, talk.fig)
    assert talk.fig.word(NOT_NOW) in page.text
    assert "confirm" not in buttons(page.html)
    path = talk.seats.world.url("new_topic")
    fields = page.form("/new/topic").fields
    assert talk.fig.post(path, {**fields, "do": "confirm"}).status == 403
    assert unnamed.all_mine(talk.opened_by(talk.fig)) == []


def test_where_there_are_none_nothing_goes_out(ready: Talk) -> None:
    page = written(ready, ready.fig)
    settled(ready, "off")
    for do in ("confirm", "send"):
        refused = ready.fig.post(page.path, {**page.form("/new/topic").fields, "do": do})
        assert (refused.status, refused.form("/new/topic").fields["text"].strip()) == (409, TEXT)
    comes(ready)
    assert TITLE not in ready.palm.get(ready.seats.world.url("talk")).text


@pytest.mark.parametrize("typed", [{"title": " "}, {"text": ""}, {"text": "ط" * 2_001}, {"text": "😀" * 1_900}])
def test_what_can_not_be_said_is_shown_again(ready: Talk, typed: dict[str, str]) -> None:
    page = written(ready, ready.fig, **typed)
    assert page.status == 400
    fields = page.form("/new/topic").fields
    assert fields["as"] == "nobody"
    assert fields["text"].strip() == typed.get("text", TEXT).strip()


def test_a_second_one_waits_for_the_first(ready: Talk) -> None:
    ready.fig.send(written(ready, ready.fig), "new_topic", _button="do=confirm")
    page = written(ready, ready.fig)
    assert "confirm" not in buttons(page.html)
    assert ready.fig.post(page.path, {**page.form("/new/topic").fields, "do": "confirm"}).status == 409


def test_who_began_it_answers_without_a_name_or_under_theirs(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    press(ready.palm, ready.reads_topic(ready.palm, obj), "send", text="نعم")
    page = ready.reads_topic(ready.fig, obj)
    assert ready.fig.word("Under my name here") in page.text
    press(ready.fig, page, "send", text="شكراً", **{"as": "nobody"})
    press(ready.fig, page, "send", text="وأنا", **{"as": "me"})
    shown = articles(ready.reads_topic(ready.palm, obj))
    assert [ready.palm.word(WHO) in one for one in shown] == [True, False, True, False]
    assert "تينة" in shown[3]
    assert ready.palm.word("Under my name here") not in ready.reads_topic(ready.palm, obj).text


def test_a_preview_shows_as_whom(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    page = ready.reads_topic(ready.fig, obj)
    shown = press(ready.fig, page, "preview", text="شكراً", **{"as": "nobody"})
    assert ready.fig.word(WHO) in articles(shown)[-1]
    shown = press(ready.fig, page, "preview", text="شكراً", **{"as": "me"})
    assert "تينة" in articles(shown)[-1]
    assert shown.form("/talk/{topic}").fields["as"] == "me"


def test_an_answer_to_it_is_told_to_who_began_it(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    home, waits = ready.seats.world.url("home"), ready.fig.word("An answer to my words")
    assert waits not in ready.palm.get(home).text
    assert TITLE not in ready.fig.get(home).text
    page = ready.reads_topic(ready.palm, obj)
    press(ready.palm, page, "send", text="نعم", quote=str(slot(ready, obj)))
    assert ready.fig.get(home).text.count(TITLE) == 2, "for me, and in the group's row"
    page = ready.reads_topic(ready.fig, obj)
    said = button(articles(page)[1], "quote").split(":")[1]
    press(ready.fig, page, "send", text="وبعدها؟", quote=said, **{"as": "nobody"})
    assert waits in ready.palm.get(home).text


def test_it_is_worded_anew_and_taken_back_by_who_began_it_alone(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    page = post_page(ready, ready.fig, obj)
    assert "send" in buttons(page.html)
    press(ready.fig, page, "send", title="سؤال", text="بصيغة أخرى")
    assert "بصيغة أخرى" in ready.reads_topic(ready.palm, obj).text
    theirs = post_page(ready, ready.palm, obj)
    assert "retract" not in buttons(theirs.html)
    assert press(ready.palm, theirs, "retract").status == 403
    landed = press(ready.fig, post_page(ready, ready.fig, obj), "retract")
    assert landed.path.startswith(ready.seats.world.url("talk"))
    assert ready.reads_topic(ready.palm, obj).status == 404
    assert unnamed.all_mine(ready.opened_by(ready.fig)) == []


def test_mine_are_taken_back_from_their_page(ready: Talk) -> None:
    begun(ready, ready.fig)
    path = ready.seats.world.url("topics_mine")
    page = ready.fig.get(path)
    assert TITLE in page.text
    assert TITLE not in ready.palm.get(path).text
    ready.fig.post(path, {**page.form("/talk/mine").fields, "do": buttons(page.html)[0]})
    assert TITLE not in listing(ready.palm)
    assert ready.fig.word("Nothing here without a name.") in ready.fig.get(path).text


def test_nobody_takes_back_what_is_somebody_elses(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    path = ready.seats.world.url("topics_mine")
    fields = ready.palm.get(ready.seats.world.url("new_topic")).form("/new/topic").fields
    answer = ready.palm.post(path, {"token": fields["token"], "do": ready.palm.name(ready.circle[:16] + obj)})
    assert answer.status == 404
    assert TITLE in listing(ready.palm)


def test_the_care_team_removes_it_and_its_page_says_so_to_who_began_it(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    press(ready.palm, post_page(ready, ready.palm, obj), "takedown")
    assert TITLE not in listing(ready.fig)
    page = ready.fig.get(ready.seats.world.url("topics_mine"))
    assert ready.fig.word("Removed, or its time was up") in page.text
    ready.fig.post(page.path, {**page.form("/talk/mine").fields, "do": buttons(page.html)[0]})
    assert unnamed.all_mine(ready.opened_by(ready.fig)) == []


def test_muting_folds_what_is_written_there_without_a_name(ready: Talk) -> None:
    obj = begun(ready, ready.fig)
    page = press(ready.palm, post_page(ready, ready.palm, obj), "mute")
    assert "<summary" in page.html
    assert ready.palm.word("Muted: %(name)s").partition("%")[0].strip() in page.text
    page = press(ready.palm, post_page(ready, ready.palm, obj), "unmute")
    assert ready.palm.word("Muted: %(name)s").partition("%")[0].strip() not in page.text


def test_attention_is_drawn_to_it_and_names_nobody(ready: Talk) -> None:
    obj = begun(ready, ready.palm)
    page = post_page(ready, ready.fig, obj)
    report = ready.fig.get(next(link for link in page.links if "/attention/" in link))
    assert ready.fig.word(WHO) in report.text
    landed = ready.fig.send(report, "report", reason="hurts")
    assert TITLE in landed.text
    desk = ready.palm.to("care_reports", ready.circle)
    assert TITLE in desk.text
    assert "/person/" not in "".join(desk.links)
    again = ready.palm.get(next(link for link in desk.links if "/letter/" in link))
    ready.palm.post(again.path, {**again.form("/letter/{report}").fields, "take_down": "yes"})
    assert TITLE not in listing(ready.fig)


def test_the_form_says_in_which_groups_it_can_be_and_keeps_the_words_in_another(ready: Talk) -> None:
    palm, card = ready.palm, cards(ready.seats.language)["close"]
    charter = founding.first_charter("close", "مطبخ الأربعاء", card.about, card.rules, "link")
    ready.seats.world.run(founding.found_circle(palm.member, charter, "بصلة"))
    page = palm.get(ready.seats.world.url("new_topic"))
    before, after = palm.word("Only in: %(groups)s. Before it goes out, a page says what that means.").split(
        "%(groups)s"
    )
    assert f"{before}{ready.opened_by(palm).name} {after}" in page.text
    groups = re.findall(r'<option value="([^"]+)"[^>]*>([^<]+)', page.html)
    other = next(value for value, name in groups if "مطبخ" in name)
    page = palm.send(page, "new_topic", **{"as": "nobody", "title": TITLE, "text": TEXT, "circle": other})
    assert palm.word("In this group topics stand under a name. The words are still here.") in page.text
    assert TEXT in page.html
