"""A page of long posts breaks where fourteen kibibytes are full, and always in the same places."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

import pytest

from jiwar.cli.demo import content
from jiwar.systems.forum import rules
from jiwar.web import breaks
from jiwar.web.respond import COMPRESSED_STEP
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, articles, button, press

HEAVIEST = 14 * 1024


@pytest.fixture(scope="module")
def words() -> list[str]:
    """Words as people write them."""
    return re.findall(r"\w+", " ".join(post.body for thread in content.load().threads for post in thread.posts))


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def _text(words: list[str], length: int, seed: int) -> str:
    drawn = random.Random(seed).choices(words, k=length)
    return f"رقم-{seed} " + " ".join(drawn)[: length - 12].strip()


def _long_topic(talk: Talk, words: list[str], lengths: list[int]) -> bytes:
    obj = talk.topic(talk.palm, text=_text(words, lengths[0], 0))
    for number, length in enumerate(lengths[1:], 1):
        talk.reply((talk.palm, talk.fig)[number % 2], obj, _text(words, length, number))
    return obj


def _weight(someone: Someone, path: str) -> int:
    return len(someone.ask("GET", path, accept_encoding="gzip").body)


def _onward(someone: Someone, page: Page, way: str) -> list[Page]:
    """This page and all that its link to what is older or newer leads on to."""
    pages = [page]
    while link := re.search(rf'<a class="{way}" href="([^"]+)"', pages[-1].html):
        pages.append(someone.get(link[1]))
    return pages


def _numbers(page: Page) -> list[int]:
    return [int(article.partition("رقم-")[2].split()[0]) for article in articles(page)]


@pytest.mark.parametrize("length", [100, 400, 2_500, rules.TEXT_LIMIT])
def test_no_page_of_long_posts_is_too_heavy_and_none_is_left_out(talk: Talk, words: list[str], length: int) -> None:
    obj = _long_topic(talk, words, [length] * (rules.PAGE + 2))
    pages = _onward(talk.palm, talk.reads_topic(talk.palm, obj, page=1), "newer")
    assert [number for page in pages for number in _numbers(page)] == list(range(rules.PAGE + 2))
    assert max(_weight(talk.palm, page.path) for page in pages) <= HEAVIEST
    back = _onward(talk.palm, pages[-1], "older")
    assert [_numbers(page) for page in reversed(back)] == [_numbers(page) for page in pages]


def test_posts_stay_where_they_are_when_others_come_and_react(talk: Talk, words: list[str]) -> None:
    obj = _long_topic(talk, words, [900] * 20)
    before = _onward(talk.palm, talk.reads_topic(talk.palm, obj, page=1), "newer")
    press(talk.fig, talk.reads_topic(talk.fig, obj, page=1), button(before[0].html, "laugh"))
    talk.reply(talk.palm, obj, _text(words, 900, 20))
    after = _onward(talk.fig, talk.reads_topic(talk.fig, obj, page=1), "newer")
    assert [_numbers(page) for page in after][: len(before) - 1] == [_numbers(page) for page in before][:-1]


def test_what_is_new_stands_on_the_part_that_opens(talk: Talk, words: list[str]) -> None:
    obj = _long_topic(talk, words, [900] * 20)
    first = talk.reads_topic(talk.fig, obj)
    assert _numbers(first)[0] == 0
    assert _numbers(talk.reads_topic(talk.fig, obj))[0] == _numbers(first)[-1] + 1


def test_an_answer_is_shown_on_the_last_part(talk: Talk, words: list[str]) -> None:
    obj = _long_topic(talk, words, [900] * 20)
    page = press(talk.fig, talk.reads_topic(talk.fig, obj, page=1), "send", text="رقم-77 جواب")
    assert _numbers(page)[-1] == 77


def test_a_word_to_a_post_leads_back_to_its_part(talk: Talk, words: list[str]) -> None:
    obj = _long_topic(talk, words, [900] * 20)
    part = talk.reads_topic(talk.fig, obj, page="1.2")
    standing = part.form("/talk/{topic}").fields
    pressed = talk.fig.post(part.path.partition("?")[0], {**standing, "do": button(part.html, "laugh")})
    assert _numbers(pressed) == _numbers(part)


def test_a_very_long_post_begins_among_others_and_is_whole_alone(talk: Talk, words: list[str]) -> None:
    text = _text(words, rules.TEXT_LIMIT, 0)
    obj = talk.topic(talk.palm, text=text)
    for someone in (talk.palm, talk.fig):
        page = talk.reads_topic(someone, obj)
        assert text.split()[-1] != articles(page)[0].split()[-1]
        (on,) = {link for link in page.links if link.startswith("/talk/post/")}
        assert someone.word("Read on") in page.text
        alone = someone.get(on)
        assert text in articles(alone)[0]
        assert someone.word("Read on") not in alone.text
        assert _weight(someone, on) <= HEAVIEST + COMPRESSED_STEP, "the stated limit (docs/look.md)"


@dataclass(frozen=True)
class _Post:
    size: int
    author: bytes = b"a"
    refers: int = -1


def test_a_part_holds_what_fits_and_one_post_at_the_least() -> None:
    assert breaks.parts([]) == [range(0)]
    assert breaks.parts([_Post(breaks.ROOM)]) == [range(1)]
    assert breaks.parts([_Post(breaks.ROOM), _Post(1)]) == [range(1), range(1, 2)]
    assert breaks.parts([_Post(1)] * rules.PAGE) == [range(rules.PAGE)]


def test_who_speaks_for_the_first_time_and_who_quotes_weighs_more() -> None:
    plain = [_Post(150)] * 28
    assert len(breaks.parts(plain)) == 1
    assert len(breaks.parts([_Post(150, bytes([at])) for at in range(28)])) == 2
    assert len(breaks.parts([_Post(150, refers=0)] * 28)) == 2


@pytest.mark.parametrize("text", ["كلمة " * 1_500, "x" * 6_000, ("سطر طويل جدّاً " * 20 + "\n") * 40])
def test_the_beginning_of_a_long_text_ends_with_a_word_or_a_line(text: str) -> None:
    begun = breaks.beginning(text)
    assert len(begun) <= breaks.BEGINNING + 2
    assert begun.endswith(" …")
    assert text.startswith(begun[:-2])
    assert breaks.beginning(text[: breaks.WHOLE]) == text[: breaks.WHOLE]
