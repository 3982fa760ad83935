"""A picture beside a need: by its one-off alone, in one size, gone with it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.circles import later, oneoffs
from jiwar.circles.circle import Circle
from jiwar.errors import BadPicture, NotCanonical, NotThere, PhotosFull, TextTooLong
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.pictures.decoder import LARGEST, drawn
from jiwar.systems.needs import pictures, service, view
from jiwar.systems.needs.model import NEED, PICTURE, Picture
from jiwar.systems.needs.rules import WORKED
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad
from tests.core.pictures.making import photo
from tests.systems.company import Company
from tests.systems.needs.test_needs import RIDE, asked

pytestmark = pytest.mark.anyio
SMALL, OTHER = drawn(photo((40, 30))), drawn(photo((30, 40)))


def seen(circle: Circle, obj: bytes) -> Picture | None:
    return pictures.of(circle, view.one(circle, obj))


def sizes(circle: Circle, obj: bytes) -> list[int]:
    return [len(row.value) for row in circle.log.rows(obj, 0, LAST_NUMBER, 9)]


async def test_everybody_sees_the_last_one_and_the_older_is_erased(company: Company) -> None:
    obj = await asked(company)
    assert seen(company.palm(), obj) is None
    await pictures.add(company.fig(), obj, SMALL, "خزانة")
    await pictures.add(company.fig(), obj, OTHER, "")
    assert seen(company.palm(), obj) == Picture("", OTHER)
    assert [size == 0 for size in sizes(company.palm(), obj)] == [False, True, False]


async def test_all_have_one_size(company: Company) -> None:
    obj, other = await asked(company), await asked(company)
    await pictures.add(company.fig(), obj, SMALL, "")
    await pictures.add(company.fig(), other, drawn(photo((900, 900))), "ا" * pictures.ALT_LIMIT)
    assert sizes(company.palm(), obj)[-1] == sizes(company.palm(), other)[-1]


async def test_the_largest_fits(company: Company) -> None:
    assert len(pad(encode(Picture("🏠" * pictures.ALT_LIMIT, bytes(LARGEST))), pictures.SIZE)) == pictures.SIZE
    obj = await asked(company)
    with pytest.raises(TextTooLong):
        await pictures.add(company.fig(), obj, SMALL, "ا" * (pictures.ALT_LIMIT + 1))
    with pytest.raises(BadPicture):
        await pictures.add(company.fig(), obj, photo(progressive=True), "")
    assert seen(company.palm(), obj) is None


async def test_nobody_else_puts_one_there(company: Company) -> None:
    obj = await asked(company)
    with pytest.raises(NotThere):
        await pictures.add(company.palm(), obj, SMALL, "")
    palm, own = company.palm(), company.palm().log.rows(obj, 0, LAST_NUMBER, 1)[0]
    body = pad(encode(Picture("", SMALL)), pictures.SIZE)
    await palm.log.append(Entry(obj, PICTURE, body, own.keep, slot=own.slot, day=own.day))
    assert seen(company.lamp(), obj) is None
    await pictures.take_away(company.fig(), obj)


async def test_one_that_no_cleaner_made_is_passed_over(company: Company) -> None:
    obj = await asked(company)
    own = company.fig().log.rows(obj, 0, LAST_NUMBER, 1)[0]
    log = oneoffs.as_one_off(company.fig(), obj).log
    for body in (
        pad(encode(Picture("", SMALL + b"31.77,35.23"))),
        pad(encode(Picture("", photo(progressive=True))), pictures.SIZE),
        pad(encode(Picture("", SMALL)), pictures.SIZE + 1),
        pad(encode(Picture("\u202e", SMALL)), pictures.SIZE),
        b"",
    ):
        await log.append(Entry(obj, PICTURE, body, own.keep, slot=own.slot, day=own.day))
    assert seen(company.palm(), obj) is None
    assert view.one(company.palm(), obj).need.text == RIDE.text


async def test_it_is_taken_away_and_goes_with_what_it_belongs_to(company: Company) -> None:
    obj, ended, back, removed = [await asked(company) for _ in range(4)]
    for one in (obj, ended, back, removed):
        await pictures.add(company.fig(), one, SMALL, "")
    await pictures.take_away(company.fig(), obj)
    assert seen(company.palm(), obj) is None
    assert view.one(company.palm(), obj).need.text == RIDE.text
    await service.end(company.fig(), ended, WORKED)
    await service.take_back(company.fig(), back)
    await service.take_down(company.palm(), removed)
    for one in (obj, ended, back, removed):
        assert max(sizes(company.palm(), one)[1:2]) == 0


# one that comes with the words


async def waits(company: Company, alt: str = "خزانة") -> bytes:
    return await service.ask(company.fig(), RIDE, Picture(alt, SMALL))


async def comes(company: Company) -> None:
    await company.services.later.look(company.services.store, float("inf"))
    await oneoffs.settle(company.fig())


def listed(circle: Circle) -> list[tuple[bytes, bool]]:
    return [(one.obj, one.cover.photo) for one in view.lines(circle, NEED, view.rows(circle, NEED))]


async def test_one_comes_with_the_words_and_lists_say_so(company: Company) -> None:
    obj, plain = await waits(company), await service.ask(company.fig(), RIDE)
    assert company.services.later.brings(obj)
    assert not company.services.later.brings(plain)
    assert listed(company.palm()) == []
    await comes(company)
    assert seen(company.palm(), obj) == Picture("خزانة", SMALL)
    assert dict(listed(company.palm())) == {obj: True, plain: False}
    rows = company.palm().log.rows(obj, 0, LAST_NUMBER, 9)
    assert len({(row.day, row.keep, row.epoch) for row in rows}) == 1


async def test_lists_follow_what_is_added_and_taken_away(company: Company) -> None:
    obj = await asked(company)
    assert listed(company.palm()) == [(obj, False)]
    await pictures.add(company.fig(), obj, SMALL, "")
    assert listed(company.palm()) == [(obj, True)]
    await pictures.take_away(company.fig(), obj)
    await pictures.take_away(company.fig(), obj)
    assert listed(company.palm()) == [(obj, False)]
    assert len(sizes(company.palm(), obj)) == 3


async def test_one_that_came_with_the_words_gives_way_and_goes_with_them(company: Company) -> None:
    changed, ended, back = [await waits(company) for _ in range(3)]
    await comes(company)
    removed = await waits(company)
    await comes(company)
    await pictures.add(company.fig(), changed, OTHER, "")
    assert seen(company.palm(), changed) == Picture("", OTHER)
    await service.end(company.fig(), ended, WORKED)
    await service.take_back(company.fig(), back)
    await service.take_down(company.palm(), removed)
    for one in (changed, ended, back, removed):
        came = [row for row in company.palm().log.rows(one, 0, LAST_NUMBER, 9) if row.slot == row.number][1]
        assert came.value == b""


async def test_asked_for_again_it_keeps_its_photo(company: Company) -> None:
    obj = await waits(company)
    await comes(company)
    again = await service.renew(company.fig(), obj)
    await comes(company)
    assert seen(company.palm(), again) == Picture("خزانة", SMALL)
    assert dict(listed(company.palm())) == {again: True}


async def test_what_a_hub_loses_on_its_way_is_the_photo_alone(company: Company) -> None:
    obj = await waits(company)
    company.services.later.waiting.clear()
    await oneoffs.settle(company.fig())
    await comes(company)
    assert listed(company.palm()) == [(obj, False)]
    assert seen(company.palm(), obj) is None


async def test_no_more_wait_than_there_is_memory_for(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(later, "MOST_WITH", 1)
    await waits(company)
    with pytest.raises(PhotosFull):
        await waits(company)
    assert len(oneoffs.mine(company.fig())) == 1
    await service.ask(company.fig(), RIDE)


async def test_what_others_write_behind_the_words_hides_none(company: Company) -> None:
    obj = await waits(company)
    await comes(company)
    for _ in range(5):
        await company.palm().log.append(Entry(obj, PICTURE, b"x", 7))
    assert seen(company.lamp(), obj) == Picture("خزانة", SMALL)


async def test_it_can_be_opened_no_longer_than_its_words(company: Company) -> None:
    obj = await asked(company)
    await pictures.add(company.fig(), obj, SMALL, "")
    rows = company.palm().log.rows(obj, 0, LAST_NUMBER, 9)
    assert len({(row.slot, row.day, row.keep, row.epoch) for row in rows}) == 1


async def test_none_while_it_waits(company: Company) -> None:
    obj = await service.ask(company.fig(), RIDE)
    with pytest.raises(NotThere):
        await pictures.add(company.fig(), obj, SMALL, "")
    assert pictures.of(company.fig(), view.mine(company.fig(), obj)) is None


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_none(raw: bytes) -> None:
    for body in (raw, pad(raw, pictures.SIZE)):
        with pytest.raises(NotCanonical):
            pictures.read(body)
