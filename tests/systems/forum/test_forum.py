"""Topics through the real log: what is written is read by others, changed by its author, removed by stewards."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles import founding, leaving, speech
from jiwar.circles.circle import Circle
from jiwar.circles.invitations import Tries
from jiwar.clock import SetClock
from jiwar.errors import BadChoice, NotAllowed, NotThere, TextMissing, TextTooLong, Unopenable
from jiwar.log.shelf import Entry
from jiwar.systems.forum import rules, service, view
from jiwar.systems.forum.model import FORUM, Post, TopicCover
from jiwar.wire.canonical import decode, encode
from tests.systems.company import Company, join, spoil

pytestmark = pytest.mark.anyio


async def _topic(circle: Circle) -> bytes:
    return await service.start_topic(circle, "عقد إيجار بلا كفيل", "هل من طريقة ثانية؟", "ضيق مال")


def _posts(circle: Circle, obj: bytes, page: int = 1) -> list[view.ShownPost]:
    return view.posts(circle, view.topic(circle, obj), page)


async def test_a_topic_and_its_replies_are_read_by_others(company: Company) -> None:
    obj = await _topic(company.palm())
    await service.reply(company.fig(), obj, "مكتب الإيجار في الشارع الثاني")
    lamp = company.lamp()
    (listed,) = view.topics(lamp)
    assert (listed.obj, listed.cover.title, listed.cover.note, listed.cover.posts) == (
        obj, "عقد إيجار بلا كفيل", "ضيق مال", 2
    )  # fmt: skip
    first, second = _posts(lamp, obj)
    assert (first.title, first.text, lamp.handle_of(first.author)) == (
        "عقد إيجار بلا كفيل", "هل من طريقة ثانية؟", "نخلة"
    )  # fmt: skip
    assert (second.title, second.text, lamp.handle_of(second.author)) == ("", "مكتب الإيجار في الشارع الثاني", "تينة")


async def test_a_reply_brings_its_topic_to_the_top(company: Company) -> None:
    older = await _topic(company.palm())
    newer = await service.start_topic(company.palm(), "قماش زائد عند أحد؟", "متران يكفيان")
    assert [topic.obj for topic in view.topics(company.fig())] == [newer, older]
    await service.reply(company.fig(), older, "نعم")
    assert [topic.obj for topic in view.topics(company.lamp())] == [older, newer]


async def test_lists_go_on_below_a_head(company: Company) -> None:
    made = [await service.start_topic(company.palm(), f"موضوع {number}", "…") for number in range(5)]
    first = view.topics(company.fig(), limit=2)
    rest = view.topics(company.fig(), before=first[-1].head, limit=9)
    assert [topic.obj for topic in first + rest] == made[::-1]


async def test_a_quote_is_a_reference_and_follows_its_post(company: Company) -> None:
    obj = await _topic(company.palm())
    quoted = await service.reply(company.fig(), obj, "عقد العمل يكفي")
    await service.reply(company.lamp(), obj, "جرّبته", quote=quoted.slot)
    palm = company.palm()
    assert _posts(palm, obj)[2].quote == quoted.slot
    assert view.topic(palm, obj).cover.calls[0].persona == company.fig().log.persona.key
    await service.retract(company.fig(), obj, quoted.slot)
    assert view.post(company.palm(), obj, quoted.slot).text == ""
    assert _posts(company.palm(), obj)[2].quote == quoted.slot


async def test_quoting_what_is_not_there_is_refused(company: Company) -> None:
    obj = await _topic(company.palm())
    with pytest.raises(NotThere):
        await service.reply(company.fig(), obj, "جرّبته", quote=9_999)


async def test_an_edit_replaces_the_text_and_erases_the_old_one(company: Company) -> None:
    obj = await _topic(company.palm())
    reply = await service.reply(company.fig(), obj, "الشارع الأوّل")
    company.clock.forward(days=1)
    await service.edit(company.fig(), obj, reply.slot, "الشارع الثاني")
    await service.edit(company.fig(), obj, reply.slot, "الشارع الثالث", "عنوان")
    lamp = company.lamp()
    shown = view.post(lamp, obj, reply.slot)
    assert (shown.text, shown.note, shown.edited, shown.author) == ("الشارع الثالث", "عنوان", True, reply.author)
    assert (shown.day, shown.part) == (reply.day, reply.part)
    rows = lamp.log.rows(obj, reply.slot, reply.slot, 1)
    assert [bool(row.value) for row in rows] == [False, False, True]
    assert len({(row.day, row.keep) for row in rows}) == 1


async def test_an_edit_of_the_first_post_moves_the_title(company: Company) -> None:
    obj = await _topic(company.palm())
    slot = _posts(company.palm(), obj)[0].slot
    await service.edit(company.palm(), obj, slot, "صار عندي جواب", "", "عقد إيجار")
    (listed,) = view.topics(company.fig())
    assert (listed.cover.title, listed.cover.note, listed.cover.posts) == ("عقد إيجار", "", 1)


async def test_only_the_author_edits_or_retracts(company: Company) -> None:
    obj = await _topic(company.palm())
    reply = await service.reply(company.fig(), obj, "لي")
    with pytest.raises(NotAllowed):
        await service.edit(company.lamp(), obj, reply.slot, "لك")
    with pytest.raises(NotAllowed):
        await service.retract(company.lamp(), obj, reply.slot)
    assert view.post(company.palm(), obj, reply.slot).text == "لي"


async def test_an_edit_by_somebody_else_does_not_count_even_after_the_text_is_gone(company: Company) -> None:
    obj = await _topic(company.palm())
    reply = await service.reply(company.fig(), obj, "لي")
    fig = company.fig()
    nonce = decode(fig.log.open(obj, fig.log.row(obj, reply.slot, reply.slot)).body, speech.Said).nonce
    forged = speech.Edit(nonce, 0, encode(Post("", "لك")))
    await _write_beside(company.lamp(), obj, reply.slot, forged)
    await service.edit(company.fig(), obj, reply.slot, "لي أنا")
    await _write_beside(company.lamp(), obj, reply.slot, forged)
    shown = view.post(company.palm(), obj, reply.slot)
    assert (shown.text, shown.author) == ("لي أنا", reply.author)


async def _write_beside(circle: Circle, obj: bytes, slot: int, body: speech.Edit) -> None:
    row = circle.log.row(obj, slot, slot)
    entry = Entry(obj, "edit", encode(body), row.keep, slot=slot, day=row.day)
    await circle.log.append(entry)


async def test_a_retracted_post_leaves_a_note_and_no_text(company: Company) -> None:
    obj = await _topic(company.palm())
    reply = await service.reply(company.fig(), obj, "سرّ صغير")
    await service.react(company.lamp(), obj, reply.slot, "thanks")
    await service.edit(company.fig(), obj, reply.slot, "سرّ أصغر")
    await service.retract(company.fig(), obj, reply.slot)
    lamp = company.lamp()
    shown = view.post(lamp, obj, reply.slot)
    assert (shown.fate, shown.text, shown.reactions, shown.author) == ("retracted", "", (), reply.author)
    opened = lamp.log.readable(obj, [row for row in lamp.log.rows(obj, reply.slot, reply.slot, 1) if row.value])
    assert sorted(record.kind for record in opened) == ["react", "retract"]
    with pytest.raises(NotThere):
        await service.edit(company.fig(), obj, reply.slot, "عاد")


async def test_a_topic_without_its_first_post_loses_its_title(company: Company) -> None:
    alone, answered = await _topic(company.palm()), await _topic(company.palm())
    await service.reply(company.fig(), answered, "جواب")
    for obj in (alone, answered):
        await service.retract(company.palm(), obj, _posts(company.palm(), obj)[0].slot)
    (listed,) = view.topics(company.lamp())
    assert (listed.obj, listed.cover.title) == (answered, "")
    assert _posts(company.lamp(), answered)[1].text == "جواب"
    with pytest.raises(NotThere):
        view.topic(company.lamp(), alone)


async def test_a_steward_removes_and_the_text_is_gone_from_the_store(company: Company) -> None:
    obj = await _topic(company.palm())
    reply = await service.reply(company.fig(), obj, "كلام جارح")
    await service.edit(company.fig(), obj, reply.slot, "كلام جارح جداً")
    await service.take_down(company.palm(), obj, reply.slot)
    lamp = company.lamp()
    shown = view.post(lamp, obj, reply.slot)
    assert (shown.fate, shown.text) == ("removed", "")
    assert [bool(row.value) for row in lamp.log.rows(obj, reply.slot, reply.slot, 1)] == [False, False, True]


async def test_a_member_removes_nothing(company: Company) -> None:
    obj = await _topic(company.palm())
    slot = _posts(company.palm(), obj)[0].slot
    with pytest.raises(NotAllowed):
        await service.take_down(company.fig(), obj, slot)
    fig = company.fig()
    row = fig.log.row(obj, slot, slot)
    await fig.log.append(Entry(obj, "takedown", encode(speech.Takedown()), row.keep, slot=slot, day=row.day))
    assert view.post(company.lamp(), obj, slot).fate == "stands"


async def test_a_reaction_is_one_of_each_kind_and_again_takes_it_back(company: Company) -> None:
    obj = await _topic(company.palm())
    slot = _posts(company.palm(), obj)[0].slot
    for word in ("thanks", "laugh"):
        assert await service.react(company.fig(), obj, slot, word)
    assert await service.react(company.lamp(), obj, slot, "thanks")
    people = {word: len(who) for word, who in view.post(company.palm(), obj, slot).reactions}
    assert people == {"thanks": 2, "laugh": 1}
    assert not await service.react(company.fig(), obj, slot, "thanks")
    assert {word: len(who) for word, who in view.post(company.palm(), obj, slot).reactions} == {
        "thanks": 1,
        "laugh": 1,
    }
    with pytest.raises(BadChoice):
        await service.react(company.fig(), obj, slot, "wow")


async def test_pages_hold_thirty_posts(company: Company) -> None:
    obj = await _topic(company.palm())
    for number in range(2 * rules.PAGE):
        await service.reply(company.fig(), obj, f"ردّ {number}")
    lamp = company.lamp()
    topic = view.topic(lamp, obj)
    assert [len(_posts(lamp, obj, page)) for page in (1, 2, 3)] == [30, 30, 1]
    assert _posts(lamp, obj, 2)[0].text == "ردّ 29"
    assert _posts(lamp, obj, 3)[0].text == "ردّ 59"
    assert rules.page_of(topic.cover, _posts(lamp, obj, 2)[0].slot) == 2
    assert rules.page_of(topic.cover, _posts(lamp, obj, 1)[-1].slot) == 1


async def test_what_is_new_is_counted_from_the_last_look(company: Company) -> None:
    obj = await _topic(company.palm())
    assert view.unread(company.palm(), view.topic(company.palm(), obj)) == 0
    for number in range(3):
        await service.reply(company.fig(), obj, f"ردّ {number}")
    lamp = company.lamp()
    found = view.topic(lamp, obj)
    assert view.unread(lamp, found) == 4
    lamp.has_seen(obj, _posts(lamp, obj)[1].slot)
    assert view.unread(company.lamp(), found) == 2
    company.lamp().has_seen(obj, found.head)
    assert view.unread(company.lamp(), found) == 0
    assert rules.first_unread_page(found.cover, found.head, found.head) == 1


async def test_a_cover_that_somebody_broke_is_made_again_from_the_records(company: Company) -> None:
    obj = await _topic(company.palm())
    await service.reply(company.fig(), obj, "ردّ")
    sound = view.topic(company.lamp(), obj).cover
    lamp = company.lamp()
    row = lamp.log.row(obj, sound.recent[0], sound.recent[0])
    entry = Entry(obj, "react", encode(speech.React("laugh")), row.keep, slot=row.slot, day=row.day)
    await lamp.log.append(entry, refold=lambda _: b"\xc0")
    assert view.topic(company.palm(), obj).cover == sound
    await service.reply(company.fig(), obj, "ردّ آخر")
    assert view.topics(company.lamp())[0].cover.posts == 3


async def test_regression_a_cover_that_nobody_can_open_is_made_again_and_written_back(company: Company) -> None:
    obj = await _topic(company.palm())
    for number in range(rules.PAGE + 2):
        await service.reply(company.fig(), obj, f"ردّ {number}")
    sound = view.topic(company.lamp(), obj).cover
    await spoil(company.lamp(), obj)
    assert [topic.cover for topic in view.topics(company.palm())] == [sound]
    assert view.topic(company.palm(), obj).cover == sound
    assert _posts(company.palm(), obj, 2)[-1].text == f"ردّ {rules.PAGE + 1}"
    await service.reply(company.fig(), obj, "ردّ آخر")
    palm = company.palm()
    written = palm.log.open_cover(palm.log.cover(obj))
    assert decode(written.fold, TopicCover).posts == sound.posts + 1


async def test_regression_a_title_is_worded_anew_over_a_spoiled_cover(company: Company) -> None:
    obj = await _topic(company.palm())
    slot = _posts(company.palm(), obj)[0].slot
    await service.reply(company.fig(), obj, "ردّ")
    await spoil(company.lamp(), obj)
    await service.edit(company.palm(), obj, slot, "صار عندي جواب", "", "عقد إيجار")
    assert [(topic.cover.title, topic.cover.posts) for topic in view.topics(company.fig())] == [("عقد إيجار", 2)]


async def test_regression_work_on_spoiled_covers_is_bounded(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Topics beyond the bound are left out of this list; nothing is raised, and sound ones stay."""
    spoilt = [await _topic(company.palm()) for _ in range(3)]
    sound = await _topic(company.palm())
    for obj in spoilt:
        await spoil(company.lamp(), obj)
    monkeypatch.setattr(view, "MOST_READ_ANEW", 2)
    monkeypatch.setattr(view, "_BATCH", 1)
    assert {topic.obj for topic in view.topics(company.fig())} == {sound, *spoilt[1:]}
    assert view.topic(company.fig(), spoilt[0]).cover.title == "عقد إيجار بلا كفيل"


async def test_regression_more_posts_than_a_topic_can_have_break_no_list(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    obj = await _topic(company.palm())
    for number in range(4):
        await service.reply(company.fig(), obj, f"ردّ {number}")
    await spoil(company.lamp(), obj)
    monkeypatch.setattr(view, "MOST_READ_ANEW", 3)
    monkeypatch.setattr(view, "_BATCH", 1)
    assert [topic.cover.posts for topic in view.topics(company.palm())] == [3]


async def test_a_topic_is_gone_when_its_days_are_over(company: Company, clock: SetClock) -> None:
    obj = await _topic(company.palm())
    clock.forward(days=company.palm().policy.topic_days)
    assert len(view.topics(company.lamp())) == 1
    clock.forward(days=1)
    assert view.topics(company.lamp()) == []
    with pytest.raises(NotThere):
        view.topic(company.lamp(), obj)


async def _answered_on_the_last_day(company: Company) -> bytes:
    """A topic of which only an answer is left."""
    obj = await _topic(company.palm())
    company.clock.forward(days=company.palm().policy.topic_days)
    await service.reply(company.fig(), obj, "في اليوم الأخير")
    company.clock.forward(days=1)
    return obj


@pytest.mark.parametrize("swept", [False, True], ids=["before the night's work", "after it"])
async def test_a_topic_stays_listed_under_its_title_while_a_post_lives(company: Company, swept: bool) -> None:
    obj = await _answered_on_the_last_day(company)
    if swept:
        await company.services.store.turn_day(company.clock.day(), None)  # type: ignore[arg-type]
    lamp = company.lamp()
    (listed,) = view.topics(lamp)
    assert (listed.cover.title, listed.cover.posts) == ("عقد إيجار بلا كفيل", 2)
    assert [post.text for post in _posts(lamp, obj)] == ["في اليوم الأخير"]
    assert view.beginning(lamp, obj, listed.cover, listed.head) == view.Beginning(1, True)
    await service.reply(company.palm(), obj, "وما زلنا هنا")
    assert [post.text for post in _posts(company.lamp(), obj)] == ["في اليوم الأخير", "وما زلنا هنا"]


async def test_a_topic_goes_with_its_last_post_and_its_title_with_it(company: Company) -> None:
    obj = await _answered_on_the_last_day(company)
    row = company.lamp().log.cover(obj)
    company.clock.forward(days=company.palm().policy.topic_days - 1)
    assert len(view.topics(company.lamp())) == 1
    company.clock.forward(days=1)
    lamp = company.lamp()
    assert view.topics(lamp) == []
    with pytest.raises(Unopenable):
        lamp.log.open_cover(row)


async def test_a_topic_that_lives_begins_where_its_oldest_post_is(company: Company) -> None:
    obj = await _topic(company.palm())
    for number in range(rules.PAGE):
        await service.reply(company.fig(), obj, f"ردّ {number}")
    found = view.topic(company.lamp(), obj)
    assert view.beginning(company.lamp(), obj, found.cover, found.head) == view.Beginning(1, False)
    company.clock.forward(days=company.palm().policy.topic_days)
    await service.reply(company.fig(), obj, "في اليوم الأخير")
    company.clock.forward(days=1)
    await company.services.store.turn_day(company.clock.day(), None)  # type: ignore[arg-type]
    found = view.topic(company.lamp(), obj)
    assert view.beginning(company.lamp(), obj, found.cover, found.head) == view.Beginning(2, True)


async def test_an_answer_is_never_taken_for_what_began_the_topic(company: Company) -> None:
    obj = await _answered_on_the_last_day(company)
    await company.services.store.turn_day(company.clock.day(), None)  # type: ignore[arg-type]
    (answer,) = _posts(company.fig(), obj)
    await service.edit(company.fig(), obj, answer.slot, "بكلام آخر", "", "عنوان جديد")
    (listed,) = view.topics(company.lamp())
    assert listed.cover.title == "عقد إيجار بلا كفيل"
    await service.retract(company.fig(), obj, answer.slot)
    assert view.topics(company.lamp())[0].cover.title == "عقد إيجار بلا كفيل"


async def test_a_spoiled_cover_takes_a_title_whose_post_has_expired_and_nothing_else(company: Company) -> None:
    obj = await _answered_on_the_last_day(company)
    await company.services.store.turn_day(company.clock.day(), None)  # type: ignore[arg-type]
    await spoil(company.lamp(), obj)
    for _ in range(2):
        palm = company.palm()
        (listed,) = view.topics(palm)
        assert (listed.obj, listed.cover.title, listed.cover.author) == (obj, "", b"")
        assert _posts(palm, obj)[0].text == "في اليوم الأخير"
        assert view.beginning(palm, obj, listed.cover, listed.head).is_gone
        await service.reply(company.fig(), obj, "ردّ")
    assert view.topic(company.palm(), obj).cover.posts == 4


async def test_a_cover_that_a_newcomer_folds_anew_gets_its_title_back(company: Company) -> None:
    """They can't read what was said before they came; those who were there can."""
    obj = await _topic(company.palm())
    palm = company.palm()
    charter = palm.charter
    careful = tuple(replace(policy, newcomers_read_back=False) for policy in charter.levels)
    await founding.change_charter(palm, replace(charter, levels=careful))
    company.clock.forward(days=2)
    await join(company, Tries(), "reed", "قصبة")
    assert view.topics(company.opened_by("reed")) == []
    await service.reply(company.fig(), obj, "للجدد أيضاً")
    await spoil(company.lamp(), obj)
    (listed,) = view.topics(company.opened_by("reed"))
    assert (listed.cover.title, listed.cover.posts) == ("", 2)
    await service.reply(company.opened_by("reed"), obj, "أهلاً")
    assert view.topic(company.lamp(), obj).cover.title == "عقد إيجار بلا كفيل"
    assert view.topic(company.lamp(), obj).cover.posts == 3


async def _weather(company: Company, days: int) -> None:
    palm = company.palm()
    levels = tuple(replace(policy, topic_days=days) for policy in palm.charter.levels)
    await founding.change_charter(palm, replace(palm.charter, levels=levels))


async def test_an_answer_in_worse_weather_goes_first_and_the_title_with_the_last(company: Company) -> None:
    obj = await _topic(company.palm())
    await _weather(company, 7)
    company.clock.forward(days=85)
    await service.reply(company.fig(), obj, "قصير")
    lamp = company.lamp()
    assert view.topic(lamp, obj).last_day() == company.clock.day() + 7
    company.clock.forward(days=6)
    assert [post.text for post in _posts(company.lamp(), obj)] == ["قصير"]
    company.clock.forward(days=2)
    assert view.topics(company.lamp()) == []


async def test_an_answer_in_better_weather_stays_no_longer_than_its_topic_may(company: Company) -> None:
    await _weather(company, 7)
    obj = await _topic(company.palm())
    await _weather(company, 365)
    answer = await service.reply(company.fig(), obj, "طويل")
    assert answer.keep == 7
    company.clock.forward(days=8)
    assert view.topics(company.lamp()) == []


@pytest.mark.parametrize(("title", "text", "note"), [("", "x", ""), ("x", " \n", "")])
async def test_empty_texts_are_refused(company: Company, title: str, text: str, note: str) -> None:
    with pytest.raises(TextMissing):
        await service.start_topic(company.palm(), title, text, note)


@pytest.mark.parametrize(
    ("title", "text", "note"), [("x" * 121, "x", ""), ("x", "x" * 12_001, ""), ("x", "x", "x" * 81)]
)
async def test_long_texts_are_refused(company: Company, title: str, text: str, note: str) -> None:
    with pytest.raises(TextTooLong):
        await service.start_topic(company.palm(), title, text, note)


async def test_the_longest_texts_fit(company: Company) -> None:
    obj = await service.start_topic(company.palm(), "🌙" * 120, "🌙" * 12_000, "🌙" * 80)
    for _ in range(30):
        await service.reply(company.fig(), obj, "🌙")
    assert view.topics(company.lamp())[0].cover.title == "🌙" * 120


async def test_a_list_reads_the_store_once_however_long_topics_are(company: Company) -> None:
    for number in range(3):
        obj = await service.start_topic(company.palm(), f"موضوع {number}", "…")
        await service.reply(company.fig(), obj, "ردّ")
    lamp = company.lamp()
    assert lamp.state.charter is not None
    assert len(lamp.log.covers(FORUM, None, 30)) == 3


async def test_a_topic_outlives_who_wrote_in_it_and_the_keys_of_its_time(company: Company) -> None:
    obj = await _topic(company.fig())
    reply = await service.reply(company.lamp(), obj, "ردّ")
    await leaving.leave(company.fig())
    await leaving.turn_all_due(company.palm().member)
    await service.reply(company.palm(), obj, "من بعدهم", quote=reply.slot)
    await service.react(company.palm(), obj, reply.slot, "thanks")
    await service.edit(company.lamp(), obj, reply.slot, "ردّ معدّل")
    lamp = company.lamp()
    assert lamp.log.newest.epoch == 1
    assert [post.text for post in _posts(lamp, obj)] == ["هل من طريقة ثانية؟", "ردّ معدّل", "من بعدهم"]
    assert [word for word, _ in _posts(lamp, obj)[1].reactions] == ["thanks"]
    assert view.topics(lamp)[0].cover.posts == 3
