"""A table brought along by the care team: file, columns, rows, all or nothing; and the board taken along."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from jiwar.circles.founding import change_charter
from jiwar.circles.policy import Aid
from jiwar.errors import NotAllowed, NotThere, TextMissing
from jiwar.sheets.reading import read
from jiwar.systems.needs import bringing, service, view
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.systems.needs.view import Shown
from jiwar.web.waiting import TABLE
from tests.sheets import made, messy
from tests.web.client import WITH_FILE, Page, World, with_file
from tests.web.seated import Seats, Someone
from tests.web.talking import Talk, token

GOOD = "الطلب,المنطقة,الهاتف\nخبز لخمسة,المزة,0944123456\nحليب,برزة,0933123456\n".encode()
BAD = "الطلب,العدد\nخبز,٣\n,٢\nحليب,كثير\n".encode()


@pytest.fixture
def talk(world: World, language: str) -> Talk:
    return Talk(Seats(world, language))


def upload(talk: Talk, file: bytes, who: Someone | None = None, show: str = "needs") -> Page:
    who = who or talk.palm
    path = who.at("help_bring", talk.circle)
    fields = {"token": token(who.get(path)), "show": show}
    return who._land(who.world.run(who.asks("POST", path, with_file(fields, file), WITH_FILE)))


def stands(talk: Talk) -> list[Shown]:
    return talk.seats.world.run(bringing.all_open(talk.opened_by(talk.palm), (NEED,)))


def listed(talk: Talk) -> list[str]:
    return [shown.need.text for shown in stands(talk)]


def is_held(who: Someone) -> bool:
    return who.member.session.read(TABLE) is not None


@pytest.mark.parametrize("make", [messy.as_csv, messy.as_xlsx], ids=["csv", "xlsx"])
def test_a_messy_list_of_five_hundred_is_brought_in_three_screens(talk: Talk, make: object) -> None:
    assert callable(make)
    second = upload(talk, make(messy.rows(talk.seats.world.hub.services.clock.day())))
    assert talk.palm.word("What the columns are") in second.text
    assert "0944000000" not in second.text
    third = talk.palm.send(second, "help_columns")
    assert "محمد العلي" not in third.text
    landed = talk.palm.send(third, "help_rows", _button="do=bring")
    assert landed.status == 200
    shown = stands(talk)
    assert len(shown) == 500
    one = next(one.need for one in shown if "(8)" in one.need.text)
    assert "0944" not in one.text
    assert (one.kind, one.area, one.when, one.many) == ("food", "جرمانا", "easy", 4)
    board = talk.fig.get(talk.fig.world.url("help", show="needs"))
    assert not [name for name in messy.NAMES if name in board.text]
    assert not is_held(talk.palm)


def test_columns_with_people_are_left_out_and_can_be_asked_for(talk: Talk) -> None:
    second = upload(talk, GOOD)
    form = second.form("/group/{circle}/table/columns")
    assert form.fields == {"token": form.fields["token"], "c0": "text", "c1": "area", "c2": ""}
    third = talk.palm.send(second, "help_columns", c2="conditions")
    assert talk.palm.send(third, "help_rows", _button="do=bring").status == 200
    assert "0944123456" not in str([one.need for one in stands(talk)])


def test_a_column_that_is_left_out_is_forgotten_at_once(talk: Talk) -> None:
    talk.palm.send(upload(talk, GOOD), "help_columns")
    kept = talk.palm.member.session.read(TABLE) or b""
    assert "خبز".encode() in kept
    assert b"0944123456" not in kept


@pytest.mark.parametrize("choice", [{"c0": ""}, {"c0": "text", "c1": "text"}, {"c1": "area", "c2": "area"}])
def test_columns_that_do_not_fit_are_said_to_be_so(talk: Talk, choice: dict[str, str]) -> None:
    page = talk.palm.send(upload(talk, GOOD), "help_columns", **choice)
    assert page.status == 400
    assert talk.palm.word("Something to correct") in page.text


def test_rows_that_are_not_right_are_named_and_nothing_comes_in_by_itself(talk: Talk) -> None:
    third = talk.palm.send(upload(talk, BAD), "help_columns")
    form = third.form("/group/{circle}/table/rows")
    assert [value for _, value in form.buttons] == ["sound", "drop"]
    for number in ("3", "4") if talk.palm.language != "ar" else ("٣", "٤"):
        assert talk.palm.word("Row %(n)s") % {"n": number} in third.text
    assert talk.palm.send(third, "help_rows", _button="do=bring").status == 400
    assert listed(talk) == []
    assert talk.palm.send(third, "help_rows", _button="do=sound").status == 200
    assert listed(talk) == ["خبز"]


def test_bringing_nothing_in_forgets_what_was_read(talk: Talk) -> None:
    third = talk.palm.send(upload(talk, GOOD), "help_columns")
    assert is_held(talk.palm)
    talk.palm.send(third, "help_rows", _button="do=drop")
    assert not is_held(talk.palm)
    assert listed(talk) == []
    assert talk.palm.get(talk.palm.at("help_rows", talk.circle)).status == 404


def test_the_same_rows_come_in_once(talk: Talk) -> None:
    third = talk.palm.send(upload(talk, GOOD), "help_columns")
    talk.palm.send(third, "help_rows", _button="do=bring")
    assert talk.palm.send(third, "help_rows", _button="do=bring").status == 404
    assert len(listed(talk)) == 2


@pytest.mark.parametrize(
    "file",
    [b"", b"\x89PNG\r\n\x1a\n\0", made.xlsx()[:-30], b"a,b\n", made.ods("", manifest="<m><encryption-data/></m>")],
    ids=["nothing", "a picture", "half", "headers only", "locked"],
)
def test_what_is_no_table_is_said_to_be_none_in_the_readers_language(talk: Talk, file: bytes) -> None:
    page = upload(talk, file)
    assert page.status == 400
    assert talk.palm.word("Something to correct") in page.text
    assert not is_held(talk.palm)


def test_only_the_care_team_comes_here_and_only_where_there_are_needs(talk: Talk) -> None:
    for name in ("help_bring", "help_columns", "help_rows", "help_take"):
        assert talk.fig.get(talk.fig.at(name, talk.circle)).status == 404
    path = talk.fig.at("help_bring", talk.circle)
    fields = {"token": talk.fig.member.session.form_token}
    assert talk.fig.world.run(talk.fig.asks("POST", path, with_file(fields, GOOD), WITH_FILE)).status == 404
    circle = talk.opened_by(talk.palm)
    off = replace(circle.charter, aid=Aid(False))
    talk.palm.world.run(change_charter(circle, off))
    assert talk.palm.get(talk.palm.at("help_bring", talk.circle)).status == 404


def test_a_member_can_not_bring_and_a_bad_row_stops_all(talk: Talk) -> None:
    world = talk.seats.world
    with pytest.raises(NotAllowed):
        world.run(bringing.bring(talk.opened_by(talk.fig), [Wish(NEED, "خبز")]))
    with pytest.raises(TextMissing):
        world.run(bringing.bring(talk.opened_by(talk.palm), [Wish(NEED, "خبز"), Wish(NEED, " ")]))
    assert listed(talk) == []


def test_behind_what_was_brought_is_nobody_to_write_to(talk: Talk) -> None:
    world = talk.seats.world
    world.run(bringing.bring(talk.opened_by(talk.palm), [Wish(NEED, "خبز")]))
    (one,) = stands(talk)
    page = talk.fig.get(world.url("need", need=talk.fig.name(talk.circle[:16] + one.obj)))
    said = "The care team brought it in for somebody who isn't here. A word to one of them reaches that person."
    assert talk.fig.word(said) in page.text
    assert "word0" not in page.html
    with pytest.raises(NotThere):
        world.run(service.send_word(talk.opened_by(talk.fig), one.obj, "أنا أساعد"))


def test_the_care_team_removes_what_was_brought_and_nobody_holds_it(talk: Talk) -> None:
    world = talk.seats.world
    world.run(bringing.bring(talk.opened_by(talk.palm), [Wish(NEED, "خبز")]))
    assert view.all_mine(talk.opened_by(talk.palm)) == []
    (one,) = stands(talk)
    world.run(service.take_down(talk.opened_by(talk.palm), one.obj))
    assert listed(talk) == []


def test_an_upload_without_its_token_or_too_large_is_refused(talk: Talk) -> None:
    who, path = talk.palm, talk.palm.at("help_bring", talk.circle)
    assert who.world.run(who.asks("POST", path, with_file({"token": "x"}, GOOD), WITH_FILE)).status == 400
    assert who.world.run(who.asks("POST", path, with_file({}, b"x" * 5_000_000), WITH_FILE)).status == 400
    assert who.world.run(who.asks("POST", path, GOOD)).status == 400
    assert not is_held(who)


def test_of_many_tables_that_wait_the_oldest_gives_way(talk: Talk) -> None:
    talk.seats.world.site.tables.most = 1
    upload(talk, GOOD)
    first = talk.palm.member.session
    upload(talk, GOOD)
    assert first.read(TABLE) is not None, "one's own is no other's"
    talk.palm.sign_in()
    upload(talk, GOOD)
    assert first.read(TABLE) is None
    assert is_held(talk.palm)
    assert list(talk.seats.world.site.tables.names) == [talk.palm.member.session.name]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ods"])
def test_the_board_is_taken_along_and_reads_as_it_stands(talk: Talk, kind: str) -> None:
    world = talk.seats.world
    wishes = [Wish(NEED, "=1+1", area="المزة", many=3), Wish("offer", "سيارة\nصباحاً", languages="عربي")]
    world.run(bringing.bring(talk.opened_by(talk.palm), wishes))
    page = talk.palm.get(talk.palm.at("help_take", talk.circle))
    file = talk.palm.send(page, "help_take", kind=kind)
    assert file.headers["content-disposition"] == f'attachment; filename="table.{kind}"'
    assert file.headers["cache-control"] == "no-store"
    cells = [row.cells for row in read(file.body).rows]
    assert len(cells) == 3
    assert ("'=1+1" if kind == "csv" else "=1+1") in cells[1]
    assert "سيارة\nصباحاً" in cells[2]
