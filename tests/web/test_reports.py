"""Drawing the care team's attention: what is sent, who reads it, what they do with it."""

import pytest

from jiwar.circles import reports, roles
from jiwar.clock import SetClock
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import view
from jiwar.systems.rooms import service as rooms
from jiwar.web.written import SLOT
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone

WORDS = "مين قال إنّ هذا مقبول؟"


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def three(seats: Seats) -> tuple[Someone, Someone, Someone, bytes]:
    """A steward, two members, their group."""
    founder, circle = seats.founder()
    return founder, seats.joins(founder, circle, "زيتونة"), seats.joins(founder, circle, "قنديل"), circle


def _about(someone: Someone, circle: bytes, obj: bytes, slot: int) -> str:
    return someone.world.url("report", about=someone.name(circle[:16] + obj + slot.to_bytes(SLOT, "big")))


def _post(seats: Seats, author: Someone, circle: bytes) -> tuple[bytes, int]:
    obj = seats.world.run(forum.start_topic(author.circle(circle), "عنوان الموضوع", WORDS))
    opened = author.circle(circle)
    return obj, view.posts(opened, view.topic(opened, obj), 1)[0].slot


def _message(seats: Seats, author: Someone, circle: bytes) -> tuple[bytes, int]:
    obj = seats.world.run(rooms.open_room(author.circle(circle), "دردشة", 7))
    return obj, seats.world.run(rooms.write(author.circle(circle), obj, WORDS)).slot


def _second_look(steward: Someone, page: Page) -> Page:
    """The page that asks once more, of the first report in the list."""
    start = steward.world.site.paths.pattern("care_settle").partition("{")[0]
    return steward.get(next(link for link in page.links if link.startswith(start)))


def _send(someone: Someone, path: str, **typed: str) -> Page:
    return someone.send(someone.get(path), "report", **{"reason": "hurts", **typed})


def test_a_report_about_somebody_says_what_the_team_will_see(three) -> None:
    _, olive, lamp, circle = three
    page = olive.meets("report", circle, lamp)
    assert "زيتونة" in page.text
    assert olive.word("Nothing else, and nobody else.") in page.text


def test_a_report_reaches_the_care_team(three) -> None:
    founder, olive, lamp, circle = three
    path = olive.about("report", circle, lamp.persona(circle))
    page = _send(olive, path, more="صار هذا مرّتين.")
    assert page.path == olive.about("person", circle, lamp.persona(circle))
    page = founder.to("care_reports", circle)
    assert all(word in page.text for word in ("زيتونة", "قنديل", "صار هذا مرّتين.", founder.word("It hurts somebody")))
    assert founder.at("care_reports", circle) in founder.to("group", circle).links


def test_members_do_not_learn_of_a_report(three) -> None:
    _, olive, lamp, circle = three
    size = lamp.circle(circle).log.state.size
    _send(olive, olive.about("report", circle, lamp.persona(circle)))
    assert lamp.circle(circle).log.state.size == size
    assert lamp.to("care_reports", circle).status == 404


@pytest.mark.parametrize("write", [_post, _message])
def test_what_was_written_goes_along_and_can_be_removed(seats: Seats, three, write) -> None:
    founder, olive, lamp, circle = three
    obj, slot = write(seats, lamp, circle)
    path = _about(olive, circle, obj, slot)
    assert WORDS in olive.get(path).text
    _send(olive, path)
    page = founder.to("care_reports", circle)
    assert WORDS in page.text
    page = founder.send(_second_look(founder, page), "care_settle", _button="take_down=yes")
    assert founder.word("Nothing is waiting.") in page.text
    assert founder.word("The words are removed, and the copy with them.") in page.text
    assert olive.get(path).status == 404


@pytest.mark.parametrize(("write", "page"), [(_post, "post"), (_message, "message")])
def test_the_page_of_what_was_written_leads_to_its_report(seats: Seats, three, write, page: str) -> None:
    _, olive, lamp, circle = three
    obj, slot = write(seats, lamp, circle)
    path = _about(olive, circle, obj, slot)
    shown = olive.get(olive.world.url(page, **{page: path.rpartition("/")[2]}))
    assert path in shown.links
    assert WORDS in olive.get(path).text


def test_done_takes_the_copy_away_and_leaves_what_was_written(seats: Seats, three) -> None:
    founder, olive, lamp, circle = three
    obj, slot = _post(seats, lamp, circle)
    _send(olive, _about(olive, circle, obj, slot))
    page = founder.send(_second_look(founder, founder.to("care_reports", circle)), "care_settle")
    assert WORDS not in page.text
    assert founder.word("Done: the copy is gone for the whole team.") in page.text
    assert olive.get(_about(olive, circle, obj, slot)).status == 200


def test_a_report_is_shown_once_more_before_it_goes(seats: Seats, three) -> None:
    founder, olive, lamp, circle = three
    obj, slot = _post(seats, lamp, circle)
    _send(olive, _about(olive, circle, obj, slot), more="صار هذا مرّتين.")
    page = _second_look(founder, founder.to("care_reports", circle))
    assert WORDS in page.text
    assert "صار هذا مرّتين." in page.text
    assert "صار هذا مرّتين." in founder.to("care_reports", circle).text
    assert olive.get(page.path).status == 404
    founder.send(page, "care_settle")
    assert founder.get(page.path).status == 404
    assert founder.send(page, "care_settle").status == 404


def test_words_that_nobody_wrote_are_said_to_be_so(seats: Seats, three) -> None:
    founder, olive, lamp, circle = three
    obj, slot = _post(seats, lamp, circle)
    forged = reports.report(olive.circle(circle), lamp.persona(circle), "كلام آخر", "hurts", "", obj, slot)
    seats.run(forged)
    other = reports.report(olive.circle(circle), founder.persona(circle), "عنوان الموضوع", "hurts", "", obj, slot)
    seats.run(other)
    page = founder.to("care_reports", circle)
    warned = founder.word("It doesn't stand like this now: changed, taken away, past its day, or never written.")
    assert page.text.count(warned) == 2
    assert founder.word("Done, and remove the words") not in _second_look(founder, page).text


@pytest.mark.parametrize(("field", "typed"), [("reason", ""), ("reason", "else"), ("more", "ب" * 601)])
def test_a_report_that_can_not_be_sent_is_given_back(three, field: str, typed: str) -> None:
    founder, olive, lamp, circle = three
    page = _send(olive, olive.about("report", circle, lamp.persona(circle)), **{field: typed})
    assert page.status == 400
    assert founder.word("Nothing is waiting.") in founder.to("care_reports", circle).text


def test_nobody_reports_themselves(seats: Seats, three) -> None:
    _, olive, _, circle = three
    obj, slot = _post(seats, olive, circle)
    assert olive.meets("report", circle, olive).status == 404
    assert olive.get(_about(olive, circle, obj, slot)).status == 404


def test_what_is_not_there_can_not_be_reported(seats: Seats, three) -> None:
    _, olive, lamp, circle = three
    obj, slot = _post(seats, lamp, circle)
    assert olive.get(_about(olive, circle, obj, slot + 1)).status == 404
    assert olive.get(_about(olive, circle, bytes(16), slot)).status == 404
    assert olive.get(olive.about("report", circle, bytes(16))).status == 404


def test_older_letters_still_open_after_the_desk_has_turned(seats: Seats, three) -> None:
    founder, olive, lamp, circle = three
    seats.steward(founder, lamp, circle)
    _send(olive, olive.about("report", circle, lamp.persona(circle)), more="قبل التجديد")
    seats.run(roles.take(founder.circle(circle), lamp.persona(circle)))
    _send(olive, olive.about("report", circle, lamp.persona(circle)), more="بعد التجديد")
    page = founder.to("care_reports", circle)
    assert "قبل التجديد" in page.text
    assert "بعد التجديد" in page.text
    page = founder.send(_second_look(founder, page), "care_settle")
    page = founder.send(_second_look(founder, page), "care_settle")
    assert founder.word("Nothing is waiting.") in page.text


def test_letters_are_not_shown_for_ever(three, clock: SetClock) -> None:
    founder, olive, lamp, circle = three
    _send(olive, olive.about("report", circle, lamp.persona(circle)))
    clock.forward(days=61)
    founder.sign_in()
    assert founder.word("Nothing is waiting.") in founder.to("care_reports", circle).text
