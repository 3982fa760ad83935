"""Topics without a name: begun by a one-off with a right, answered by members, gone with what began them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles import issuing, leaving, oneoffs, rights, speech
from jiwar.circles.circle import Circle
from jiwar.circles.founding import change_charter
from jiwar.circles.oneoffs import Together
from jiwar.circles.policy import OFF, THROTTLED
from jiwar.circles.rights import EACH, NONE, PERIOD_DAYS, SIGNATURE, Right
from jiwar.clock import SetClock
from jiwar.errors import Full, NamesOnly, NotAllowed, NotCanonical, NotShown, NotThere, TextTooLong
from jiwar.keyring.model import OneOff
from jiwar.keyring.persona import Persona
from jiwar.log.covers import Folded
from jiwar.log.shelf import Entry
from jiwar.store.contract import KEPT
from jiwar.systems.forum import rules, service, unnamed, view
from jiwar.systems.forum.model import REPLY, TOPIC, UNNAMED, Post, TopicCover, Unnamed
from jiwar.systems.needs import service as needs
from jiwar.systems.needs import view as board
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.wire.canonical import decode, encode
from tests.systems.company import Company, spoil

pytestmark = pytest.mark.anyio

TITLE, TEXT = "سؤال لا يُسأل باسم", "هل مرّ أحد بهذا؟"


@pytest.fixture
def clock() -> SetClock:
    """The third day of a period."""
    return SetClock(715 * PERIOD_DAYS + 2, hour=19.0)


async def settle_on(company: Company, way: str) -> None:
    circle = company.palm()
    await change_charter(circle, replace(circle.charter, unnamed=way))


@pytest.fixture
async def here(company: Company) -> Company:
    """Topics without a name are settled on, and everybody has rights for them."""
    await settle_on(company, THROTTLED)
    for _ in range(2):
        await issuing.look_after_everywhere(company.palm().member)
        for name in company.members:
            await rights.look_after_everywhere(company.opened_by(name).member)
    await issuing.look_after_everywhere(company.palm().member)
    company.clock.forward(days=1)
    return company


async def comes(company: Company) -> None:
    await company.services.later.look(company.services.store, float("inf"))


async def begun(company: Company, title: str = TITLE, text: str = TEXT) -> bytes:
    """What fig began, and that has come."""
    obj = await service.start_unnamed(company.fig(), title, text)
    await comes(company)
    await oneoffs.settle(company.fig())
    return obj


async def smuggled(company: Company, right: rights.Right = NONE) -> bytes:
    """What somebody's own program puts there."""
    circle, seed = company.fig(), company.services.random(32)
    cover = encode(rules.first_cover(Post(TITLE, TEXT), Persona(seed).key, company.clock.day(), 1))
    said = UNNAMED, encode(Unnamed(Post(TITLE, TEXT), right)), cover
    one = OneOff(circle.id, seed, UNNAMED, company.clock.day(), 30, *said)
    await company.services.store.append(await oneoffs.first_word(circle, one))
    return oneoffs.object_named(one)


def listed(circle: Circle) -> list[str]:
    return [one.cover.title for one in view.topics(circle)]


def said(circle: Circle, obj: bytes) -> list[tuple[str, str]]:
    """What stands in a topic, with the names over it."""
    found = view.topic(circle, obj)
    return [(circle.handle_of(post.author), post.text) for post in view.posts(circle, found, 1)]


async def test_it_comes_within_the_hour_and_names_nobody(here: Company) -> None:
    obj = await service.start_unnamed(here.fig(), TITLE, TEXT)
    assert listed(here.lamp()) == []
    await comes(here)
    for name in here.members:
        assert listed(here.opened_by(name)) == [TITLE]
        assert said(here.opened_by(name), obj) == [("", TEXT)]


async def test_members_answer_under_their_names_and_who_began_it_without_one(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "نعم")
    await service.reply(service.as_who_began(here.fig(), obj), obj, "شكراً")
    first = view.topic(here.palm(), obj)
    await service.reply(here.palm(), obj, "وأنا", quote=rules.began_in(first.cover, first.head))
    assert said(here.lamp(), obj) == [("", TEXT), ("قنديل", "نعم"), ("", "شكراً"), ("نخلة", "وأنا")]
    found = view.topic(here.lamp(), obj)
    assert (found.cover.posts, len({post.author for post in view.posts(here.lamp(), found, 1)})) == (4, 3)
    assert [call.persona for call in found.cover.calls] == [found.cover.author]


async def test_its_owner_can_answer_under_their_name_as_anybody(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.fig(), obj, "وأنا أسأل")
    assert said(here.palm(), obj)[1] == ("تينة", "وأنا أسأل")


async def test_a_cover_that_somebody_spoiled_is_folded_anew(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "نعم")
    await spoil(here.lamp(), obj)
    assert listed(here.palm()) == [TITLE]
    assert len(said(here.palm(), obj)) == 2


async def test_without_a_right_it_is_there_for_nobody(here: Company) -> None:
    obj = await smuggled(here)
    for name in here.members:
        assert listed(here.opened_by(name)) == []
        with pytest.raises(NotThere):
            view.topic(here.opened_by(name), obj)
        with pytest.raises(NotThere):
            await service.reply(here.opened_by(name), obj, "نعم")


async def test_a_right_is_good_for_one_topic(here: Company) -> None:
    found = rights.usable(here.fig())
    assert found is not None
    await smuggled(here, found.right)
    assert listed(here.palm()) == []


async def test_before_there_are_rights_there_are_no_topics(company: Company) -> None:
    """On the board, what came before anybody could have one is shown."""
    await settle_on(company, THROTTLED)
    with pytest.raises(NotAllowed):
        await service.start_unnamed(company.fig(), TITLE, TEXT)
    await smuggled(company)
    assert listed(company.palm()) == []


async def test_each_has_a_few_and_the_board_takes_of_the_same(here: Company) -> None:
    for number in range(EACH):
        if number % 2:
            need = await needs.ask(here.fig(), Wish(NEED, "خبز"))
            await needs.take_back(here.fig(), need)
        else:
            obj = await begun(here)
            await service.take_back(here.fig(), obj)
    with pytest.raises(NotAllowed):
        await service.start_unnamed(here.fig(), TITLE, TEXT)
    assert unnamed.right_to_begin(here.lamp()) is not None


async def test_one_waits_and_three_stand(here: Company) -> None:
    await service.start_unnamed(here.fig(), TITLE, TEXT)
    with pytest.raises(Full):
        await service.start_unnamed(here.fig(), TITLE, TEXT)
    await comes(here)
    await oneoffs.settle(here.fig())
    for _ in range(unnamed.MOST_OPEN - 1):
        await begun(here)
    with pytest.raises(Full):
        await service.start_unnamed(here.fig(), TITLE, TEXT)


async def test_where_there_are_none_it_is_shown_to_nobody(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "نعم")
    await settle_on(here, OFF)
    for name in here.members:
        assert listed(here.opened_by(name)) == []
        with pytest.raises(NotThere):
            view.topic(here.opened_by(name), obj)
    with pytest.raises(NamesOnly):
        await service.start_unnamed(here.fig(), TITLE, TEXT)
    await settle_on(here, THROTTLED)
    assert listed(here.palm()) == [TITLE]


async def test_who_began_it_words_it_anew_and_its_right_stays(here: Company) -> None:
    obj = await begun(here)
    slot = view.topic(here.fig(), obj).head
    await service.reply(here.lamp(), obj, "نعم")
    await service.edit(service.as_who_began(here.fig(), obj), obj, slot, "هل مرّ أحدكم بهذا؟", title="سؤال")
    assert listed(here.palm()) == ["سؤال"]
    assert said(here.palm(), obj)[0] == ("", "هل مرّ أحدكم بهذا؟")
    with pytest.raises(NotThere):
        service.as_who_began(here.lamp(), obj)
    with pytest.raises(NotAllowed):
        await service.edit(here.palm(), obj, slot, "غير ذلك")


async def test_taken_back_it_goes_with_its_answers_and_the_keyring_forgets_it(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "نعم")
    await service.reply(service.as_who_began(here.fig(), obj), obj, "شكراً")
    seed = oneoffs.mine(here.fig())[0].seed
    await service.take_back(here.fig(), obj)
    assert listed(here.palm()) == []
    with pytest.raises(NotThere):
        view.topic(here.lamp(), obj)
    assert seed not in encode(here.fig().member.keyring)
    log = here.palm().log
    left = log.readable(obj, [row for row in log.rows(obj, 0, 2**62, 99) if row.value])
    assert [one.author for one in left] == [here.lamp().log.persona.key]


async def test_what_waits_never_comes_when_it_is_taken_back(here: Company) -> None:
    obj = await service.start_unnamed(here.fig(), TITLE, TEXT)
    await service.take_back(here.fig(), obj)
    await comes(here)
    assert listed(here.palm()) == []


async def test_the_care_team_removes_it_for_everybody(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "نعم")
    slot = rules.began_in(view.topic(here.palm(), obj).cover, 0)
    with pytest.raises(NotAllowed):
        await service.take_down(here.lamp(), obj, slot)
    await service.take_down(here.palm(), obj, slot)
    for name in here.members:
        assert listed(here.opened_by(name)) == []
    await service.take_back(here.fig(), obj)
    assert unnamed.all_mine(here.fig()) == []


async def test_it_ends_with_what_began_it_however_lively_it_is(here: Company) -> None:
    obj = await begun(here)
    until = view.topic(here.palm(), obj).last_day()
    here.clock.forward(days=until - here.clock.day())
    await service.reply(here.lamp(), obj, "نعم")
    assert listed(here.palm()) == [TITLE]
    assert view.topic(here.palm(), obj).last_day() == until
    here.clock.forward(days=1)
    assert listed(here.palm()) == []
    with pytest.raises(NotThere):
        view.topic(here.palm(), obj)


async def test_its_one_off_says_nothing_in_another_topic(here: Company) -> None:
    obj = await service.start_topic(here.palm(), "قماش", "متران")
    stranger = Together(here.fig(), obj, Persona(bytes(32)))
    await service.reply(stranger, obj, "كلام")
    assert [text for _, text in said(here.lamp(), obj)] == ["متران"]


async def test_what_it_says_in_another_size_is_passed_over(here: Company) -> None:
    obj = await begun(here)
    aside = service.as_who_began(here.fig(), obj)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(unnamed, "body", lambda circle, post, first=b"": encode(post))
        await service.reply(aside, obj, "قصير")
    assert [text for _, text in said(here.palm(), obj)] == [TEXT]


async def test_who_began_a_named_topic_in_its_place_is_shown_to_nobody(here: Company) -> None:
    """A member's own program begins a topic under their name where a one-off of theirs could write, to speak without
    a name and without a right."""
    circle, post, seed = here.fig(), encode(Post("باسمي", "نعم")), here.services.random(32)
    obj = oneoffs.object_of(circle.id, Persona(seed).key)
    cover = encode(rules.first_cover(Post("باسمي", "نعم"), circle.log.persona.key, here.clock.day(), 1))
    await speech.say(circle, obj, TOPIC, post, 30, collection=UNNAMED, refold=lambda _: cover, create=True)
    await service.reply(Together(here.fig(), obj, Persona(seed)), obj, "بلا اسم")
    with pytest.raises(NotThere):
        view.topic(here.palm(), obj)


async def test_regression_a_right_of_no_period_breaks_no_list(here: Company) -> None:
    circle, persona = here.fig(), Persona(bytes(range(32)))
    obj, post = oneoffs.object_of(circle.id, persona.key), Post(TITLE, TEXT)
    cover = encode(rules.first_cover(post, persona.key, 0, 1))
    body = oneoffs.sized(encode(Unnamed(post, Right(-1, False, bytes(SIGNATURE)))))
    said_of_it = encode(speech.Said(bytes(16), body))
    rid = speech.owned_rid(persona.key, bytes(16))
    entry = Entry(obj, UNNAMED, said_of_it, KEPT, collection=UNNAMED, rid=rid, day=0)
    append, _ = await oneoffs.Aside(circle, obj, persona).log.prepared(entry, lambda _: cover, create=True)
    await here.services.store.append(append)
    assert listed(here.palm()) == []


async def folds(company: Company, obj: bytes, change: Callable[[TopicCover, Circle], TopicCover]) -> None:
    """Lamp's own program answers, and folds the cover as it likes."""
    circle = company.lamp()

    def refold(standing: Folded | None) -> bytes:
        assert standing is not None
        cover, clock, me = decode(standing.fold, TopicCover), circle.services.clock, circle.log.persona.key
        return encode(change(rules.after_reply(cover, standing.head, me, clock.day(), clock.part()), circle))

    body = encode(speech.Said(bytes(16), encode(Post("", "again"))))
    rid = speech.owned_rid(circle.log.persona.key, bytes(16))
    await circle.log.append(Entry(obj, REPLY, body, 30, rid=rid), refold)


async def test_regression_no_cover_brings_back_what_was_removed(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "أنا معك")
    await service.take_down(here.palm(), obj, rules.began_in(view.topic(here.palm(), obj).cover, 0))
    await folds(here, obj, lambda cover, circle: replace(cover, author=circle.log.persona.key, title="BACK"))
    assert listed(here.palm()) == []
    await spoil(here.lamp(), obj)
    assert listed(here.palm()) == []
    with pytest.raises(NotThere):
        view.topic(here.palm(), obj)


async def test_regression_no_cover_takes_a_topic_from_who_began_it(here: Company) -> None:
    obj = await begun(here)
    await service.reply(here.lamp(), obj, "أنا معك")
    palm = here.palm().log.persona.key
    await folds(here, obj, lambda cover, circle: replace(cover, author=palm, pages=(circle.log.cover(obj).head,)))
    assert (listed(here.palm()), said(here.palm(), obj)[0][1]) == ([TITLE], TEXT)
    began = unnamed.beginning(oneoffs.as_one_off(here.fig(), obj, Together))
    await service.edit(service.as_who_began(here.fig(), obj), obj, began, "كلام آخر")
    assert said(here.palm(), obj)[0][1] == "كلام آخر"
    await service.take_back(here.fig(), obj)
    assert listed(here.palm()) == []
    assert unnamed.all_mine(here.fig()) == []


async def test_leaving_with_everything_erased_takes_it_along(here: Company) -> None:
    obj = await begun(here)
    other = await service.start_topic(here.palm(), "قماش", "متران")
    await service.reply(here.fig(), other, "نعم")
    await service.withdraw(here.fig())
    with pytest.raises(NotThere):
        view.topic(here.palm(), obj)
    assert unnamed.all_mine(here.fig()) == []


async def test_who_has_left_leaves_it_there_and_nobody_can_tell(here: Company) -> None:
    obj = await begun(here)
    await leaving.remove(here.palm(), here.fig().log.persona.key)
    assert said(here.palm(), obj) == [("", TEXT)]


async def test_the_board_and_the_forum_keep_what_is_mine_apart(here: Company) -> None:
    obj = await begun(here)
    need = await needs.ask(here.fig(), Wish(NEED, "خبز"))
    await comes(here)
    assert [one.obj for one in board.all_mine(here.fig())] == [need]
    assert [oneoffs.object_named(one) for one in unnamed.all_mine(here.fig())] == [obj]
    with pytest.raises(NotThere):
        board.mine(here.fig(), obj)
    with pytest.raises(NotThere):
        board.one(here.palm(), obj)
    await needs.withdraw(here.fig())
    assert listed(here.palm()) == [TITLE]


async def test_a_flood_of_what_is_not_shown_pushes_no_topic_out(here: Company) -> None:
    await service.start_topic(here.palm(), "قماش", "متران")
    for _ in range(rules.PAGE + 1):
        await smuggled(here)
    assert listed(here.lamp()) == ["قماش"]


async def test_a_flood_of_what_is_not_shown_hides_no_topic_of_its_own_list(here: Company) -> None:
    await begun(here)
    for _ in range(rules.PAGE + 1):
        await smuggled(here)
    assert listed(here.lamp()) == [TITLE]


async def test_what_may_not_be_shown_is_told_from_what_a_reader_can_not_judge(here: Company) -> None:
    refused, aside = await smuggled(here), Together(here.lamp(), await begun(here))
    with pytest.raises(NotShown):
        view.open_topic(here.lamp(), here.lamp().log.cover(refused))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rights, "keys_of", lambda circle, period: None)
        with pytest.raises(NotCanonical) as raised:
            view.open_topic(here.lamp(), aside.log.cover(aside.obj))
    assert raised.type is NotCanonical


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cf"]), max_size=3_000))
def test_whatever_a_one_off_says_fits_its_size_or_is_too_long(text: str) -> None:
    post = Post("ط" * rules.TITLE_LIMIT, text, "ن" * rules.NOTE_LIMIT)
    try:
        said = oneoffs.sized(encode(Unnamed(rules.fitting(post))))
    except TextTooLong:
        assert len(text) > rules.ALWAYS_FITS
        return
    assert len(said) == oneoffs.SIZE
    assert rules.read(said) == post
