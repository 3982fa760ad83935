"""Asking to come into a group: the page for everybody, waiting, an exchange with the care team, and the answers."""

import pytest

from jiwar.circles import answering, applicants, asking, leaving, roles
from jiwar.clock import SetClock
from tests.web.client import Client, Page, World
from tests.web.conftest import shown_key
from tests.web.seated import Seats, Someone
from tests.web.test_tour import TEXT, look_around, page_in, publish, set_level

QUESTION, SECOND = "ما الذي يعجبك في الطبخ؟", "من أين جاءت الفكرة؟"
ANSWER = "الرائحة أوّلاً."
NAME = "زيتونة"


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def shown(seats: Seats) -> tuple[Someone, bytes]:
    """A steward, and their group, into which one comes by asking."""
    founder, circle = seats.founder()
    publish(founder, circle, access="asked", questions=f"{QUESTION}\n{SECOND}")
    return founder, circle


def ask(guest: Client, answer: str = ANSWER, name: str = NAME) -> Page:
    """A member asks; the page on which they wait."""
    page = page_in(guest, guest.get(guest.world.url("tour")))
    guest.send(page, "tour_group", answer0=answer)
    return guest.send(guest.get(guest.world.url("joining_name")), "joining_name", own=name)


def request_of(founder: Someone, circle: bytes) -> Page:
    """The first request on the care team's list."""
    page = founder.to("applicants", circle)
    start = founder.world.site.paths.pattern("applicant").partition("{")[0]
    return founder.get(next(link for link in page.links if link.startswith(start)))


def asked_page(guest: Someone, circle: bytes) -> Page:
    return guest.to("asked", circle)


def test_somebody_new_asks_in_five_screens_and_waits(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    page = page_in(guest, look_around(guest))
    assert TEXT in page.text
    assert QUESTION in page.text
    assert SECOND in page.text
    page = guest.send(page, "tour_group", answer0=ANSWER)
    assert page.path == guest.world.url("joining_phone")
    page = guest.send(page, "joining_phone")
    assert page.path == guest.world.url("joining_name")
    page = guest.send(page, "joining_name", own=NAME)
    guest.key = shown_key(page)[0]
    page = guest.send(page, "joining_key", _button="taken=yes")
    assert page.path == guest.world.url("groups")
    start = guest.world.site.paths.pattern("asked").partition("{")[0]
    page = guest.get(next(link for link in page.links if link.startswith(start)))
    assert ANSWER in page.text
    assert founder.circle(circle).charter.about.splitlines()[0] not in page.text
    assert guest.screens[:5] == ["tour", "tour_group", "joining_phone", "joining_name", "joining_key"]
    assert circle.hex()[:16] not in page.path


def test_the_care_team_reads_it_where_it_looks_anyway(shown, seats: Seats) -> None:
    founder, circle = shown
    assert founder.at("applicants", circle) in founder.to("care", circle).links
    assert founder.at("applicants", circle) not in founder.to("group", circle).links
    ask(seats.someone())
    assert founder.at("applicants", circle) in founder.to("group", circle).links
    page = request_of(founder, circle)
    for text in (NAME, QUESTION, ANSWER, SECOND):
        assert text in page.text


def test_both_sides_write_and_read_each_other(shown, seats: Seats) -> None:
    founder, circle = shown
    guest = seats.someone()
    ask(guest)
    page = founder.send(request_of(founder, circle), "applicant", word="وأيّ طبخة؟")
    assert "وأيّ طبخة؟" in page.text
    assert founder.at("applicants", circle) not in founder.to("group", circle).links, "the next word is theirs"
    page = asked_page(guest, circle)
    assert "وأيّ طبخة؟" in page.text
    assert founder.circle(circle).me.handle not in page.text, "the team speaks as one"
    page = guest.send(page, "asked", word="المقلوبة.")
    assert "المقلوبة." in page.text
    assert "المقلوبة." in request_of(founder, circle).text


def test_whoever_is_let_in_reads_the_rules_and_comes_in(shown, seats: Seats) -> None:
    founder, circle = shown
    guest = seats.someone()
    ask(guest)
    founder.send(request_of(founder, circle), "applicant_in")
    page = asked_page(guest, circle)
    charter = founder.circle(circle).charter
    assert charter.about.splitlines()[0] in page.text
    assert all(rule in page.text for rule in charter.rules)
    page = guest.send(page, "group_keys")
    assert page.path == guest.at("group", circle)
    assert guest.circle(circle).me.handle == NAME
    assert guest.circle(circle).membership.agreed == charter.edition
    assert guest.to("asked", circle).status == 404
    assert answering.requests(founder.circle(circle), roles.open_role(founder.circle(circle))) == []


def test_keys_that_turned_on_their_way_are_said_and_sent_again(shown, seats: Seats) -> None:
    founder, circle = shown
    gone, guest = seats.joins(founder, circle, "حصاة"), seats.someone()
    ask(guest)
    founder.send(request_of(founder, circle), "applicant_in")
    seats.run(leaving.remove(founder.circle(circle), gone.persona(circle)))
    page = asked_page(guest, circle)
    assert page.status == 200
    assert not any(form.action == guest.at("group_keys", circle) for form in page.forms)
    guest.send(page, "asked", word="أنا هنا.")
    founder.send(request_of(founder, circle), "applicant_in")
    guest.send(asked_page(guest, circle), "group_keys")
    assert guest.circle(circle).me.active


@pytest.mark.parametrize("how", applicants.DECLINED)
def test_a_no_is_a_kind_sentence_and_can_be_taken_off(shown, seats: Seats, how: str) -> None:
    founder, circle = shown
    guest = seats.someone()
    ask(guest)
    offered = request_of(founder, circle)
    page = founder.send(offered, "applicant_no", how=how)
    assert ANSWER not in page.text
    page = asked_page(guest, circle)
    assert ANSWER not in page.text
    assert not any(form.action == guest.at("asked", circle) for form in page.forms)
    page = guest.send(page, "asked_leave")
    assert page.path == guest.world.url("groups")
    assert not guest.member.has(circle)


@pytest.mark.parametrize("answer", ["a word", "a no"])
def test_an_answer_is_said_on_home_and_in_the_list_until_it_is_read(shown, seats: Seats, answer: str) -> None:
    founder, circle = shown
    guest = seats.someone()
    ask(guest)
    in_list = guest.word("The care team has answered.")
    there = guest.at("asked", circle)
    assert there not in guest.get("/home").links
    assert in_list not in guest.get(guest.world.url("groups")).text
    sent = {"word": "وأيّ طبخة؟"} if answer == "a word" else {"how": "full"}
    founder.send(request_of(founder, circle), "applicant" if answer == "a word" else "applicant_no", **sent)
    assert there in guest.get("/home").links
    assert in_list in guest.get(guest.world.url("groups")).text
    asked_page(guest, circle)
    assert there not in guest.get("/home").links
    assert in_list not in guest.get(guest.world.url("groups")).text
    assert there in guest.get(guest.world.url("groups")).links


def test_a_no_that_is_not_on_offer_is_refused(shown, seats: Seats) -> None:
    founder, circle = shown
    ask(seats.someone())
    assert founder.send(request_of(founder, circle), "applicant_no", how="never").status == 400
    assert ANSWER in request_of(founder, circle).text


def test_taking_it_back_leaves_nothing_to_read(shown, seats: Seats) -> None:
    founder, circle = shown
    guest = seats.someone()
    page, theirs = ask(guest), None
    theirs = request_of(founder, circle)
    guest.send(page, "asked_leave")
    assert not guest.member.has(circle)
    assert founder.get(theirs.path).status == 404
    assert founder.send(theirs, "applicant_in").status == 404
    assert NAME not in founder.to("applicants", circle).text


def test_who_deletes_their_key_takes_the_request_back(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    guest.send(page_in(guest, look_around(guest)), "tour_group", answer0=ANSWER)
    page = guest.send(guest.get(guest.world.url("joining_phone")), "joining_phone")
    page = guest.send(page, "joining_name", own=NAME)
    guest.key = shown_key(page)[0]
    guest.send(page, "joining_key", _button="taken=yes")
    assert NAME in founder.to("applicants", circle).text
    guest.send(guest.get(guest.world.url("forget_me")), "forget_me", key=guest.key)
    assert NAME not in founder.to("applicants", circle).text


def test_after_two_weeks_without_a_word_it_is_over(shown, seats: Seats, clock: SetClock) -> None:
    founder, circle = shown
    guest = seats.someone()
    ask(guest)
    clock.forward(days=15)
    guest.sign_in()
    founder.sign_in()
    page = asked_page(guest, circle)
    assert ANSWER not in page.text
    assert NAME not in founder.to("applicants", circle).text
    guest.send(page, "asked_leave")
    assert not guest.member.has(circle)


def test_answers_that_are_too_long_are_given_back(shown, seats: Seats) -> None:
    guest = seats.someone()
    page = page_in(guest, guest.get(guest.world.url("tour")))
    page = guest.send(page, "tour_group", answer0="ب" * 501, answer1="نعم")
    assert page.status == 400
    assert "ب" * 501 in page.html
    assert "نعم" in page.html


def test_words_that_can_not_stand_are_given_back(shown, seats: Seats) -> None:
    founder, circle = shown
    guest = seats.someone()
    page = ask(guest)
    for typed in ("", "ب" * 1001):
        assert guest.send(page, "asked", word=typed).status == 400
        assert founder.send(request_of(founder, circle), "applicant", word=typed).status == 400
    assert "ب" * 1001 in guest.send(page, "asked", word="ب" * 1001).html


def test_after_a_few_words_the_next_is_the_teams(shown, seats: Seats) -> None:
    _, circle = shown
    guest = seats.someone()
    page = ask(guest)
    for number in range(asking.MOST_UNANSWERED - 1):
        page = guest.send(page, "asked", word=f"كلمة {number}")
    assert not any(form.action == guest.at("asked", circle) for form in page.forms)


def test_an_account_that_asked_often_is_told(shown, seats: Seats) -> None:
    _, circle = shown
    guest = seats.someone()
    for _ in range(asking.MOST_ASKED):
        guest.send(ask(guest), "asked_leave")
    page = page_in(guest, guest.get(guest.world.url("tour")))
    assert not any(form.action == page.path for form in page.forms)
    assert not guest.member.has(circle)


def test_what_closed_meanwhile_takes_no_request_and_keeps_the_key(shown, client, language: str) -> None:
    founder, circle = shown
    guest = client(language)
    guest.send(page_in(guest, look_around(guest)), "tour_group", answer0=ANSWER)
    page = guest.send(guest.get(guest.world.url("joining_phone")), "joining_phone")
    page = guest.send(page, "joining_name", own=NAME)
    set_level(founder, circle, 3)
    page = guest.send(page, "joining_key", _button="taken=yes")
    assert (page.status, page.path) == (200, guest.world.url("groups"))
    assert NAME not in founder.to("applicants", circle).text


def test_the_way_back_from_the_name_leads_to_the_groups_page(shown, client, language: str) -> None:
    guest = client(language)
    page = page_in(guest, look_around(guest))
    guest.send(page, "tour_group", answer0=ANSWER)
    assert guest.get(guest.world.url("joining_welcome")).path == page.path


def test_members_and_strangers_find_no_request(shown, seats: Seats) -> None:
    founder, circle = shown
    member, other = seats.joins(founder, circle, "حصاة"), seats.someone()
    ask(seats.someone())
    assert member.to("applicants", circle).status == 404
    assert other.to("applicants", circle).status == 404
    theirs = answering.requests(founder.circle(circle), roles.open_role(founder.circle(circle)))[0]
    assert member.get(member.about("applicant", circle, theirs.eid)).status == 404
    assert member.to("asked", circle).status == 404
    assert other.to("asked", circle).status == 404


def test_a_group_that_grows_needs_more_in_the_care_team(shown, seats: Seats) -> None:
    founder, circle = shown
    for number in range(5):
        seats.joins(founder, circle, f"وجه {number}")
    ask(seats.someone())
    page = founder.send(request_of(founder, circle), "applicant_in")
    assert page.status == 409
    assert founder.at("group_people", circle) in page.links


def test_too_many_questions_are_given_back(seats: Seats) -> None:
    founder, circle = seats.founder()
    page = publish(founder, circle, access="asked", questions="\n".join("اثثح"))
    assert page.status == 400
    assert founder.circle(circle).charter.access == "link"
