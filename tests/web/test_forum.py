"""A topic's pages: beginning, reading, answering, quoting, reacting, wording anew, taking back, removing."""

from __future__ import annotations

import re

import pytest

from jiwar.circles import people
from jiwar.clock import SetClock
from jiwar.systems.forum import rules, service, view
from jiwar.web.limits import WRITE
from tests.web.client import Page, World
from tests.web.pages import Elements
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, articles, button, buttons, press


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _begin(talk: Talk, who: Someone, **typed: str) -> Page:
    page = who.get(talk.seats.world.url("new_topic"))
    return who.send(page, "new_topic", **typed)


def test_a_topic_is_begun_and_answered_by_somebody_else(talk: Talk) -> None:
    begun = _begin(talk, talk.palm, title="عقد إيجار", text="هل من **طريقة**؟")
    assert "<strong>طريقة</strong>" in begun.html
    (obj,) = [topic.obj for topic in view.topics(talk.opened_by(talk.fig))]
    read = talk.reads_topic(talk.fig, obj)
    assert "عقد إيجار" in read.text
    assert talk.fig.word("No reply yet") in read.text
    answered = press(talk.fig, read, "send", text="عقد العمل يكفي")
    assert [("هل من" in one, "عقد العمل" in one) for one in articles(answered)] == [(True, False), (False, True)]
    assert answered.path.endswith("#end")


def test_a_topic_is_looked_at_before_it_is_sent(talk: Talk) -> None:
    page = _begin(talk, talk.palm, title="عنوان", text="# كلام", do="preview")
    assert '<h3 dir="auto">كلام</h3>' in page.html
    assert view.topics(talk.opened_by(talk.palm)) == []
    assert page.form("/new/topic").fields["title"] == "عنوان"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"title": "", "text": "x"}, "There is nothing written here yet."),
        ({"title": "x", "text": " "}, "There is nothing written here yet."),
        ({"title": "x" * 121, "text": "y"}, "This is longer than %(limit)s characters."),
        ({"title": "x", "text": "y" * 12_001}, "This is longer than %(limit)s characters."),
    ],
)
def test_a_topic_that_cannot_be_is_shown_again_with_what_was_typed(
    talk: Talk, typed: dict[str, str], sentence: str
) -> None:
    page = _begin(talk, talk.palm, **typed)
    assert page.status == 400
    assert talk.palm.word(sentence).split("%")[0].strip() in page.text
    assert page.form("/new/topic").fields["text"].strip() == typed["text"].strip()
    assert view.topics(talk.opened_by(talk.palm)) == []


def test_nothing_that_people_write_becomes_markup(talk: Talk) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=y>\"'&"
    obj = talk.topic(talk.palm, evil, f"{evil}\n\n![{evil}](http://example.org/x.png)", evil[:80])
    slot = talk.reply(talk.palm, obj, evil)
    talk.reply(talk.palm, obj, "x", quote=slot)
    for path in ("home", "talk"):
        assert "<script" not in talk.fig.get(talk.seats.world.url(path)).html
    page = talk.reads_topic(talk.fig, obj)
    tags = {tag for tag, _ in Elements(page.html).found}
    assert not tags & {"img", "iframe", "object"}
    assert [at for tag, at in Elements(page.html).found if tag == "script"] == [{"src": "/live.js", "defer": None}]
    assert "onerror" not in {name for _, at in Elements(page.html).found for name in at}


def test_a_reaction_counts_once_and_shows_to_each_whether_it_is_theirs(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = talk.reads_topic(talk.fig, obj)
    pressed = press(talk.fig, page, button(page.html, "with_you"))
    mine = re.findall(r'value="with_you[^"]*" aria-pressed="(\w+)"', pressed.html)
    theirs = re.findall(r'value="with_you[^"]*" aria-pressed="(\w+)"', talk.reads_topic(talk.palm, obj).html)
    assert (mine, theirs) == (["true"], ["false"])
    assert talk.fig.world.site.languages[talk.fig.language].number(1) in articles(pressed)[0]
    again = press(talk.fig, pressed, button(pressed.html, "with_you"))
    assert 'aria-pressed="true"' not in again.html


def test_every_reaction_is_offered(talk: Talk) -> None:
    page = talk.reads_topic(talk.palm, talk.topic(talk.palm))
    assert {value.partition(":")[0] for value in buttons(page.html)} >= {*rules.REACTIONS, "quote", "open", "send"}


def test_a_reaction_keeps_what_is_being_typed(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = talk.reads_topic(talk.fig, obj)
    kept = press(talk.fig, page, button(page.html, "thanks"), text="نصف جملة", note="تنويه")
    assert kept.form("/talk/{topic}").fields["text"].strip() == "نصف جملة"
    assert kept.form("/talk/{topic}").fields["note"].strip() == "تنويه"
    assert len(view.posts(talk.opened_by(talk.palm), view.topic(talk.opened_by(talk.palm), obj), 1)) == 1


def test_a_quote_stands_in_the_composer_and_then_in_the_answer(talk: Talk) -> None:
    obj = talk.topic(talk.palm, text="عقد **العمل** وحده")
    page = talk.reads_topic(talk.fig, obj)
    composing = press(talk.fig, page, button(page.html, "quote"), text="نصف جملة")
    fields = composing.form("/talk/{topic}").fields
    assert fields["text"].strip() == "نصف جملة"
    without = press(talk.fig, composing, "unquote", text="نصف جملة", quote=fields["quote"])
    assert "quote" not in without.form("/talk/{topic}").fields
    answered = press(talk.fig, composing, "send", text="جرّبته", quote=fields["quote"])
    quoting = articles(answered)[1]
    assert "نخلة" in quoting
    assert "عقد العمل وحده" in quoting
    assert 'href="#p1"' in quoting


def test_a_quote_of_what_was_taken_back_says_so(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    slot = talk.reply(talk.palm, obj, "كلام سيُسحب")
    talk.reply(talk.fig, obj, "جرّبته", quote=slot)
    assert "كلام سيُسحب" in articles(talk.reads_topic(talk.fig, obj))[2]
    talk.seats.run(service.retract(talk.opened_by(talk.palm), obj, slot))
    page = talk.reads_topic(talk.fig, obj)
    assert "كلام سيُسحب" not in page.html
    assert talk.fig.word("Taken back by who wrote it.") in articles(page)[1]
    assert talk.fig.word("No longer here.") in articles(page)[2]


def test_a_quote_from_another_page_leads_there(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    first = view.topic(talk.opened_by(talk.palm), obj).head
    for number in range(rules.PAGE):
        talk.reply(talk.palm, obj, f"ردّ {number}", quote=first if number == rules.PAGE - 1 else -1)
    page = talk.reads_topic(talk.fig, obj, page=2)
    assert len(articles(page)) == 1
    there = re.search(r'<blockquote.*href="(/talk/[^"]+)"', page.html)
    assert there
    assert "هل من طريقة؟" in articles(talk.fig.get(there[1]))[0]


def test_long_topics_have_pages(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    for number in range(rules.PAGE + 4):
        talk.reply(talk.palm, obj, f"ردّ {number}")
    assert [len(articles(talk.reads_topic(talk.palm, obj, page=page))) for page in ("1", "2", "9", "x")] == [
        30,
        5,
        5,
        5,
    ]
    last = press(talk.palm, talk.reads_topic(talk.palm, obj, page=1), "send", text="الأخير")
    assert "الأخير" in articles(last)[-1]
    assert len(articles(last)) == 6


def test_a_topic_whose_beginning_has_gone_says_so_and_goes_on(talk: Talk) -> None:
    obj, services = talk.topic(talk.palm), talk.seats.world.hub.services
    assert isinstance(services.clock, SetClock)
    for number in range(rules.PAGE):
        talk.reply(talk.fig, obj, f"ردّ {number}")
    sentence = talk.palm.word("The beginning's time is up. The rest is here.")
    assert sentence not in talk.reads_topic(talk.palm, obj, page=1).text
    services.clock.forward(days=talk.opened_by(talk.palm).policy.topic_days)
    talk.palm.sign_in()
    talk.reply(talk.palm, obj, "في اليوم الأخير")
    services.clock.forward(days=1)
    talk.seats.world.run(services.store.turn_day(services.clock.day(), None))  # type: ignore[arg-type]
    for who in (talk.palm, talk.fig):
        who.sign_in()
    page = talk.reads_topic(talk.fig, obj, page=1)
    assert (page.status, sentence in page.text, "عقد إيجار" in page.text) == (200, True, True)
    assert [("في اليوم الأخير" in one) for one in articles(page)] == [True]
    assert talk.fig.word("Older") not in page.text
    assert "عقد إيجار" in talk.fig.to("talk", talk.circle).text
    talk.reply(talk.fig, obj, "وما زلنا هنا")
    assert "وما زلنا هنا" in talk.reads_topic(talk.palm, obj).text


def test_what_is_new_is_marked_and_then_no_longer(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    talk.reads_topic(talk.fig, obj)
    talk.reply(talk.palm, obj, "جديد")
    new = talk.fig.word("New since")
    assert new in talk.reads_topic(talk.fig, obj).text
    assert new not in talk.reads_topic(talk.fig, obj).text


def test_own_words_are_never_new(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = press(talk.fig, talk.reads_topic(talk.fig, obj), "send", text="ردّي")
    assert talk.fig.word("New since") not in page.text


def test_a_content_note_stands_before_a_folded_text(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = press(talk.fig, talk.reads_topic(talk.fig, obj), "send", text="كلام ثقيل", note="فقد")
    folded = articles(page)[1]
    assert folded.index("<details") < folded.index("فقد") < folded.index("كلام ثقيل") < folded.index("</details>")
    quoting = press(talk.palm, talk.reads_topic(talk.palm, obj), button(folded, "quote"))
    quote = re.findall(r"<blockquote.*?</blockquote>", quoting.html)[-1]
    assert "فقد" in quote
    assert "كلام ثقيل" not in quote


def test_regression_looking_costs_as_much_as_sending_and_loses_nothing(talk: Talk) -> None:
    """What somebody made to be slow to render could be looked at without end."""
    obj = talk.topic(talk.palm)
    page = talk.reads_topic(talk.fig, obj)
    for _ in range(WRITE.burst):
        assert press(talk.fig, page, "preview", text="نعم").status == 200
    page = press(talk.fig, page, "preview", text="نعم")
    assert page.status == 429
    assert "نعم" in page.form("/talk/{topic}").fields["text"]


def test_the_answer_is_looked_at_before_it_is_sent(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = press(talk.fig, talk.reads_topic(talk.fig, obj), "preview", text="**نعم**", note="فقد")
    assert "<strong>نعم</strong>" in articles(page)[1]
    assert "تينة" in articles(page)[1]
    assert len(articles(talk.reads_topic(talk.palm, obj))) == 1


def test_regression_what_is_looked_at_shows_what_it_quotes(talk: Talk) -> None:
    """Parts that are put in as bytes are put in where a page's own value stands, and nowhere deeper."""
    obj = talk.topic(talk.palm)
    page = talk.reads_topic(talk.fig, obj)
    slot = button(articles(page)[0], "quote").split(":")[1]
    looked_at = articles(press(talk.fig, page, "preview", text="نعم", quote=slot))[1]
    assert "<blockquote" in looked_at
    assert "هل من طريقة؟" in looked_at


def test_an_empty_answer_is_refused_in_place(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = press(talk.fig, talk.reads_topic(talk.fig, obj), "send", text="  ", note="فقد")
    assert page.status == 400
    assert talk.fig.word("There is nothing written here yet.") in page.text
    assert page.form("/talk/{topic}").fields["note"].strip() == "فقد"


def _post_page(who: Someone, page: Page, at: int) -> Page:
    return press(who, page, button(articles(page)[at], "open"))


def test_a_post_is_worded_anew_by_its_author(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    first = _post_page(talk.palm, talk.reads_topic(talk.palm, obj), 0)
    assert talk.palm.word("My post") in first.text
    assert first.form("/talk/post/{post}").fields["title"].strip() == "عقد إيجار"
    back = press(talk.palm, first, "send", title="عقد بلا كفيل", text="صار عندي جواب", note="")
    assert "عقد بلا كفيل" in back.text
    assert talk.palm.word("worded anew") in back.text
    assert "هل من طريقة" not in talk.reads_topic(talk.fig, obj).html


def test_a_bad_new_wording_is_shown_again(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    first = _post_page(talk.palm, talk.reads_topic(talk.palm, obj), 0)
    again = press(talk.palm, first, "send", title="عقد", text="")
    assert again.status == 400
    assert talk.palm.word("There is nothing written here yet.") in again.text
    assert "هل من طريقة" in talk.reads_topic(talk.fig, obj).html


def test_a_post_is_taken_back_by_its_author(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    talk.reply(talk.fig, obj, "كلام")
    mine = _post_page(talk.fig, talk.reads_topic(talk.fig, obj), 1)
    back = press(talk.fig, mine, "retract")
    assert talk.fig.word("Taken back by who wrote it.") in articles(back)[1]
    first = _post_page(talk.palm, talk.reads_topic(talk.palm, obj), 0)
    assert talk.palm.word("Taken away") in press(talk.palm, first, "retract").text


def test_a_topic_that_goes_with_its_only_post_leads_to_the_list(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    first = _post_page(talk.palm, talk.reads_topic(talk.palm, obj), 0)
    back = press(talk.palm, first, "retract")
    assert back.path.startswith("/talk?circle=")
    assert "عقد إيجار" not in back.text
    assert talk.reads_topic(talk.fig, obj).status == 404


def test_the_care_team_removes_and_others_cannot(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    talk.reply(talk.fig, obj, "كلام جارح")
    guest = talk.seats.joins(talk.palm, talk.circle, "قنديل")
    other = _post_page(guest, talk.reads_topic(guest, obj), 1)
    assert not {"takedown", "retract"} & set(buttons(other.html))
    for verb in ("takedown", "retract", "send"):
        assert press(guest, other, verb, text="x").status == 403
    team = _post_page(talk.palm, talk.reads_topic(talk.palm, obj), 1)
    removed = press(talk.palm, team, "takedown")
    assert talk.palm.word("Removed by the care team.") in articles(removed)[1]
    assert "كلام جارح" not in talk.reads_topic(guest, obj).html


def test_reacting_and_quoting_work_from_a_posts_own_page(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = _post_page(talk.fig, talk.reads_topic(talk.fig, obj), 0)
    assert talk.fig.word("Draw attention") in page.text
    assert 'aria-pressed="true"' in press(talk.fig, page, button(page.html, "with_you")).html
    assert "quote" in press(talk.fig, page, button(page.html, "quote")).form("/talk/{topic}").fields
    assert press(talk.fig, page, button(page.html, "open")).path == page.path


def test_each_reader_sees_their_own_names_over_the_same_kept_fragment(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    assert "نخلة" in talk.reads_topic(talk.fig, obj).text
    talk.seats.run(people.label(talk.opened_by(talk.fig), talk.palm.persona(talk.circle), "جارتي"))
    assert "جارتي" in talk.reads_topic(talk.fig, obj).text
    assert "جارتي" not in talk.reads_topic(talk.palm, obj).html


def test_muted_people_are_folded_and_blocked_people_left_out(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    talk.reply(talk.fig, obj, "كلام تينة")
    persona = talk.fig.persona(talk.circle)
    talk.seats.run(people.mute(talk.opened_by(talk.palm), persona, True))
    page = talk.reads_topic(talk.palm, obj)
    assert talk.palm.word("Muted: %(name)s").partition(":")[0] in page.text
    assert re.search(r"<details class=\"fold\">.*كلام تينة", page.html, re.DOTALL)
    talk.seats.run(people.block(talk.opened_by(talk.palm), persona, True))
    assert "كلام تينة" not in talk.reads_topic(talk.palm, obj).html
    assert "كلام تينة" in talk.reads_topic(talk.fig, obj).html


def test_paths_hold_no_number_and_belong_to_one_session(talk: Talk) -> None:
    obj = talk.topic(talk.palm)
    page = talk.reads_topic(talk.fig, obj)
    post = _post_page(talk.fig, page, 0)
    assert talk.palm.get(page.path).status == 404
    assert talk.palm.get(post.path).status == 404
    assert all(not re.search(r"[?&](slot|quote|number)=", link) for link in page.links + post.links)
    assert obj.hex() not in "".join(talk.fig.visited)
    stranger = talk.seats.someone()
    assert stranger.get(stranger.world.url("topic", topic=stranger.name(talk.circle[:16] + obj))).status == 404


@pytest.mark.parametrize(
    "do", ["with_you:x", "with_you:-1", "with_you:99999999999999999999", "nothing", "quote:", "::"]
)
def test_a_button_that_no_page_has_changes_nothing(talk: Talk, do: str) -> None:
    obj = talk.topic(talk.palm)
    page = press(talk.fig, talk.reads_topic(talk.fig, obj), do)
    assert page.status in (200, 400, 404)
    assert 'aria-pressed="true"' not in talk.reads_topic(talk.fig, obj).html


def test_a_page_costs_the_same_reads_however_long_a_topic_is(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    short, long = talk.topic(talk.palm), talk.topic(talk.palm)
    for number in range(rules.PAGE * 2 - 1):
        talk.reply(talk.palm, long, f"ردّ {number}")
    counted: dict[bytes, int] = {}
    store = talk.seats.world.hub.store
    for name in ("shelf", "objects", "object", "records", "record", "day_halves"):
        real = getattr(store, name)

        def count(*given: object, real=real, **more: object) -> object:
            counted[b"all"] = counted.get(b"all", 0) + 1
            return real(*given, **more)

        monkeypatch.setattr(store, name, count)
    found = []
    for obj in (short, long):
        talk.reads_topic(talk.fig, obj, page=1)
        counted.clear()
        talk.reads_topic(talk.fig, obj, page=1)
        found.append(counted[b"all"])
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("title", "text", "wrong"),
    [("", "كلام", "title"), ("ط" * (rules.TITLE_LIMIT + 1), "كلام", "title"), ("عنوان", " ", "text")],
)
def test_a_topic_that_is_refused_marks_the_field_to_correct(talk: Talk, title: str, text: str, wrong: str) -> None:
    page = talk.palm.get("/new/topic")
    circle = re.findall(r'name="circle" value="([^"]+)"', page.html)[0]
    refused = press(talk.palm, page, "send", circle=circle, title=title, text=text)
    assert refused.status == 400
    assert f'href="#{wrong}"' in refused.html
    assert re.findall(r'id="(\w+)-error"', refused.html) == [wrong]
