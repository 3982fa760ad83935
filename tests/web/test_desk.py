"""The window for who has no account, and the dispatchers' pages behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import urlencode

import pytest

from jiwar.circles import attending, callers, cases, leaving, roles, window
from jiwar.circles.model import DISPATCHER
from jiwar.clock import SetClock
from jiwar.errors import TooMuch
from jiwar.pictures.decoder import LETTER, MOST_BYTES
from jiwar.pictures.jpeg import require_plain
from jiwar.systems.desk import service, view
from jiwar.systems.needs import pledging
from jiwar.systems.needs import service as needs
from jiwar.systems.needs.model import NEED as NEED_SIDE
from jiwar.systems.needs.rules import USUAL, Wish
from jiwar.web import crowd
from jiwar.web.desk import WORDS_ALONE
from jiwar.web.limits import EVERYBODY_SHOWS, ONE_TICKET, ONE_WINDOW, PAGES_AT_A_WINDOW
from jiwar.web.queue import FEW, PAGE
from jiwar.web.tickets import Pass
from jiwar.web.uploads import AT_ONCE, MOST_BESIDE, STRANGERS_AT_ONCE
from tests.core.pictures.making import PLACE, REFUSED, located
from tests.web.client import WITH_FILE, Client, Page, World, with_file
from tests.web.pages import LANGUAGES
from tests.web.seated import Seats, Someone
from tests.web.test_teams import begin, bring

WORDS = re.compile(r"<li><bdi>([^<]+)</bdi></li>")
DIGITS = re.compile(r"<bdi>(\d{5} \d{5} \d{5} \d{5})</bdi>")
KIND = "thrown_out"
HEAVIEST = 14 * 1024
NAME, ADVICE = "جيران الساحة", "البيت الأصفر مفتوح حتى الصباح."
NEED = "سرير لليلة واحدة، قرب الساحة."
ANSWER = "وُجد سرير. التفاصيل بعد ساعة."


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def founder(seats: Seats) -> tuple[Someone, bytes]:
    """A steward who is the only dispatcher too, and the group with its window open."""
    person, circle = seats.founder()
    begin(person, circle, "dispatch")
    opens(person, circle)
    return person, circle


def opens(person: Someone, circle: bytes, **changed: str) -> Page:
    said = {"on": "yes", "name": NAME, "kind": KIND, f"advice{USUAL.index(KIND)}": ADVICE, "ready": "وصل."}
    return person.send(person.to("care_window", circle), "care_window", **{**said, **changed})


def hands_in(guest: Client, text: str = NEED) -> Page:
    """Three screens; the third."""
    page = guest.get(guest.world.url("desk", l=guest.language))
    page = guest.send(page, "desk", _button=f"kind={KIND}")
    return guest.send(page, "desk", text=text)


def code_on(page: Page) -> str:
    words = WORDS.findall(page.html)
    assert len(words) == 6, page.text
    return " ".join(words)


def returns(guest: Client, code: str) -> Page:
    return guest.send(guest.get(guest.world.url("desk_back", l=guest.language)), "desk_back", code=code)


def queue(who: Someone, circle: bytes) -> Page:
    """The queue, after a look for new ones."""
    page = who.to("queue", circle)
    return page if page.status != 200 else who.send(page, "queue")


def case(who: Someone, circle: bytes) -> Page:
    (href,) = {link for link in queue(who, circle).links if link.startswith("/case/")}
    return who.get(href)


def test_a_bed_at_night_in_three_screens_and_its_answer_under_six_words(
    founder: tuple[Someone, bytes], client: Callable[..., Client], language: str
) -> None:
    dispatcher, circle = founder
    guest = client(language)
    page = guest.get(guest.world.url("desk", l=language))
    assert NAME in page.text
    page = guest.send(page, "desk", _button=f"kind={KIND}")
    assert ADVICE in page.text  # Known before anything is written.
    page = guest.send(page, "desk", text=NEED)
    code = code_on(page)
    assert guest.screens == ["desk", "desk"]
    assert not guest.cookies
    assert NEED in returns(guest, code).text
    assert NEED in queue(dispatcher, circle).text
    page = does(dispatcher, circle, "answer", text=ANSWER)
    assert ANSWER in page.text
    page = returns(client(language), DIGITS.findall(hands_in(client(language), "آخر").html)[0])
    assert ANSWER not in page.text
    page = returns(client(language), code)
    assert ANSWER in page.text
    assert NAME in page.text
    assert dispatcher.circle(circle).me.handle not in page.text


def test_what_is_typed_and_what_the_words_open_is_said(founder, client, language: str) -> None:
    guest = client(language)
    page = guest.send(guest.get(guest.world.url("desk", l=language)), "desk", _button=f"kind={KIND}")
    said = "What is typed here can be read by this server while the page is open; then it is sealed for the team"
    assert guest.word(f"{said} at the desk.") in page.text
    page = guest.send(page, "desk", text=NEED)
    assert guest.word("Whoever finds the words, on paper or in a history, can read the answers.") in page.text


def test_a_further_word_and_taking_it_back(founder, client, language: str) -> None:
    dispatcher, circle = founder
    guest = client(language)
    code = code_on(hands_in(guest))
    page = guest.send(returns(guest, code), "desk_back", text="وقطة صغيرة.", _button="do=add")
    assert "وقطة صغيرة." in page.text
    assert "وقطة صغيرة." in case(dispatcher, circle).text
    forms = [form for form in page.forms if form.fields.get("do") == "leave"]
    page = guest.post(forms[0].action, forms[0].fields)
    assert guest.word("It is deleted") in page.text
    assert not [link for link in queue(dispatcher, circle).links if link.startswith("/case/")]
    assert guest.word("Nothing lies under these words. Perhaps one is another, or its time is over.") in (
        returns(guest, code).text
    )


def test_a_crowd_finds_who_has_begun_however_much_they_hand_in(founder, client, world: World) -> None:
    """A form's fields are sent in the page's order, and only the first bytes are looked at."""
    guest = client("en")
    write = guest.send(guest.get(world.url("desk", l="en")), "desk", _button=f"kind={KIND}")
    talk = returns(guest, code_on(hands_in(guest)))
    forms = [form for page in (write, talk) for form in page.forms if {"ticket", "pass"} & form.fields.keys()]
    assert len(forms) == 3
    for form in forms:
        typed = {**form.fields, **{name: "ص" * 20_000 for name in form.fields if name == "text"}}
        for body in (urlencode(typed).encode(), with_file(typed, bytes(50_000))):
            assert crowd.begun(world.site, bytearray(body))


def test_unknown_words_and_words_that_are_over_are_answered_alike(
    founder, client, world: World, clock: SetClock
) -> None:
    guest = client("en")
    code = code_on(hands_in(guest))
    never = code_on(hands_in(guest))
    forms = [form for form in returns(guest, never).forms if form.fields.get("do") == "leave"]
    guest.post(forms[0].action, forms[0].fields)
    clock.forward(days=15)
    guest.typed = 0
    one, other = returns(guest, code), returns(guest, never)
    assert one.status == other.status == 404
    assert one.text == other.text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("one two", "Six words or twenty digits, please."),
        ("1" * 20, "One word or digit is not right. Nothing was tried; another look helps."),
    ],
)
def test_a_slip_of_the_finger_is_told(founder, client, typed: str, said: str) -> None:
    guest = client("fr")
    page = returns(guest, typed)
    assert page.status == 400
    assert guest.word(said) in page.text


def test_a_second_tap_gives_the_same_words_and_keeps_one_request(founder, client, clock: SetClock) -> None:
    dispatcher, circle = founder
    guest = client("ar")
    page = guest.send(guest.get(guest.world.url("desk", l="ar")), "desk", _button=f"kind={KIND}")
    first, second = guest.send(page, "desk", text=NEED), guest.send(page, "desk", text=NEED)
    assert code_on(first) == code_on(second)
    case(dispatcher, circle)
    clock.forward(seconds=600)
    again = guest.send(page, "desk", text=NEED)
    assert again.status == 400
    assert not WORDS.findall(again.html)


def test_a_page_that_rested_too_long_keeps_nothing(founder, client, clock: SetClock) -> None:
    dispatcher, circle = founder
    guest = client("ar")
    page = guest.send(guest.get(guest.world.url("desk", l="ar")), "desk", _button=f"kind={KIND}")
    clock.forward(seconds=3 * 3_600)
    assert guest.send(page, "desk", text=NEED).status == 400
    dispatcher.sign_in()
    assert not [link for link in queue(dispatcher, circle).links if link.startswith("/case/")]


@pytest.mark.parametrize("text", ["", " ", "ب" * 1_501])
def test_what_is_empty_or_too_long_is_told_and_stays(founder, client, text: str) -> None:
    page = hands_in(client("ar"), text)
    assert page.status == 400
    assert page.form("/desk").fields["text"].strip() == text.strip()


def test_when_it_is_full_nothing_is_acknowledged_and_what_was_written_stays(
    founder, client, world: World, clock: SetClock
) -> None:
    dispatcher, circle = founder
    limits = world.site.limits
    for _ in range(ONE_WINDOW.burst):
        limits.take(window.page_of(circle), ONE_WINDOW)
    guest = client("en")
    page = hands_in(guest)
    assert page.status == 503
    assert guest.word("There is no place at the desk right now.") in page.text
    assert page.form("/desk").fields["text"].strip() == NEED
    assert not view.cases(roles.open_role(dispatcher.circle(circle), DISPATCHER))
    clock.forward(seconds=ONE_WINDOW.seconds + 1)
    assert code_on(guest.send(page, "desk"))


@pytest.mark.parametrize("changed", [{"on": "no"}, {"kind": "food"}])
def test_when_it_closes_meanwhile_what_was_written_is_given_back(founder, client, changed: dict[str, str]) -> None:
    person, circle = founder
    guest = client("en")
    page = guest.send(guest.get("/desk?l=en"), "desk", _button=f"kind={KIND}")
    opens(person, circle, **changed)
    page = guest.send(page, "desk", text=NEED)
    assert page.status in (400, 404)
    assert guest.word("It is closed at the moment.") in page.text
    assert page.form("/desk").fields["text"].strip() == NEED
    opens(person, circle)
    assert code_on(guest.send(page, "desk"))


class TestACrowd:
    @pytest.fixture
    def crowd(self, founder, world: World) -> None:
        """As many pages have been drawn as may be, for asking."""
        for _ in range(PAGES_AT_A_WINDOW.burst):
            world.site.limits.take(b"desk", PAGES_AT_A_WINDOW)

    def test_is_answered_by_the_same_few_bytes_in_each_language(self, crowd, client, clock: SetClock) -> None:
        one, other = client("en").get("/desk?l=en"), client("en").post("/desk?l=en", {"ticket": "x", "text": NEED})
        assert one.status == other.status == 503
        assert one.body == other.body
        assert client("en").word("Many are at the desk right now") in one.text
        assert client("fr").word("Many are at the desk right now") in client("fr").get("/desk?l=fr").text
        clock.forward(seconds=2)
        assert client("en").get("/desk?l=en").status == 200

    def test_keeps_nobody_from_the_answer(self, founder, client, world: World) -> None:
        guest = client("ar")
        code = code_on(hands_in(guest))
        self.crowds(world)
        assert NEED in returns(guest, code).text

    def crowds(self, world: World, what: bytes = b"desk") -> None:
        with suppress(TooMuch):
            while True:
                world.site.limits.take(what, PAGES_AT_A_WINDOW)

    def test_keeps_nobody_from_handing_in_what_they_wrote(self, founder, client, world: World) -> None:
        guest = client("en")
        page = guest.send(guest.get("/desk?l=en"), "desk", _button=f"kind={KIND}")
        self.crowds(world)
        assert guest.get("/desk?l=en").status == 503
        assert guest.send(page, "desk", text="").form("/desk")
        assert code_on(guest.send(page, "desk", text=NEED))

    def test_keeps_nobody_from_deleting_it(self, founder, client, world: World) -> None:
        guest = client("en")
        page = returns(guest, code_on(hands_in(guest)))
        self.crowds(world, b"back")
        assert guest.get("/desk/back?l=en").status == 503
        form = next(form for form in page.forms if form.fields.get("do") == "leave")
        assert guest.word("It is deleted") in guest.post(form.action, form.fields).text

    def test_who_holds_a_ticket_is_counted_too(self, founder, client) -> None:
        guest = client("en")
        page = guest.send(guest.get("/desk?l=en"), "desk", _button=f"kind={KIND}")
        answers = [guest.send(page, "desk", text="").status for _ in range(ONE_TICKET.burst + 1)]
        assert answers == [400] * ONE_TICKET.burst + [503]

    def test_a_member_s_page_is_their_own(self, founder, crowd, client) -> None:
        member, _ = founder
        page = member.get("/desk")
        assert page.status == 503
        assert page.form("/close").fields["token"]
        assert not client("ar").get("/desk").form("/close").fields["token"]


def test_the_window_stands_as_long_as_somebody_can_read_what_comes(
    founder, client, world: World, seats: Seats
) -> None:
    founded, circle = founder
    olive = seats.joins(founded, circle, "زيتونة")
    bring(founded, olive, circle, "dispatch")
    poster = window.standing(world.hub.services, circle)
    page = founded.get(f"{founded.at('care_rest', circle)}?team=dispatch")
    founded.send(page, "care_rest")
    assert window.standing(world.hub.services, circle) is None
    assert (
        founded.word("It is closed at the moment.")
        in client(founded.language).get(f"/desk?l={founded.language}").text
    )
    world.run(leaving.turn_all_due(olive.member))
    standing = window.standing(world.hub.services, circle)
    assert standing is not None
    assert poster is not None
    assert standing.kem != poster.kem


def test_the_care_team_closes_it(founder, client) -> None:
    person, circle = founder
    opens(person, circle, on="no")
    guest = client("en")
    assert guest.word("It is closed at the moment.") in guest.get("/desk?l=en").text


def test_a_window_has_a_name_and_something_to_ask_for(founder) -> None:
    person, circle = founder
    assert opens(person, circle, name="").status == 400
    assert opens(person, circle, name="ن" * 61).status == 400
    assert opens(person, circle, kind="unknown").status == 400


def test_members_who_are_no_dispatchers_find_no_queue(founder, seats: Seats, client) -> None:
    founded, circle = founder
    olive = seats.joins(founded, circle, "زيتونة")
    hands_in(client(founded.language))
    queue(founded, circle)
    assert queue(olive, circle).status == 404
    slot = view.cases(roles.open_role(founded.circle(circle), DISPATCHER))[0].slot
    assert olive.get(olive.about("case", circle, slot.to_bytes(16, "big"))).status == 404
    assert founded.get(founded.about("case", circle, founded.persona(circle))).status == 404


class TestDispatching:
    @pytest.fixture
    def two(self, founder, seats: Seats, client) -> tuple[Someone, Someone, bytes]:
        founded, circle = founder
        olive = seats.joins(founded, circle, "زيتونة")
        bring(founded, olive, circle, "dispatch")
        self.code = code_on(hands_in(client(founded.language)))
        return founded, olive, circle

    def test_somebody_takes_it_and_hands_it_over(self, two) -> None:
        founded, olive, circle = two
        assert founded.word("New") in queue(olive, circle).text
        does(olive, circle, "take")
        assert olive.word("With me") in queue(olive, circle).text
        assert founded.word("With others") in queue(founded, circle).text
        form = next(one for one in case(olive, circle).forms if "to" in one.fields)
        olive.post(form.action, {**form.fields, "do": "hand"})
        assert founded.word("With me") in queue(founded, circle).text
        does(founded, circle, "back")
        assert founded.word("Nobody looks after it yet") in case(founded, circle).text

    def test_it_is_handed_to_dispatchers_alone(self, two) -> None:
        founded, olive, circle = two
        form = next(one for one in case(olive, circle).forms if "to" in one.fields)
        assert olive.post(form.action, {**form.fields, "do": "hand", "to": "somebody"}).status == 400
        assert founded.word("Nobody looks after it yet") in case(founded, circle).text

    def test_notes_are_for_all_dispatchers(self, two) -> None:
        founded, olive, circle = two
        does(olive, circle, "note", note="سُئل أيضاً أمس.")
        assert "سُئل أيضاً أمس." in case(founded, circle).text
        assert does(olive, circle, "note", note=" ").status == 400

    def test_it_is_done_until_another_word_comes(self, two, client) -> None:
        founded, _, circle = two
        does(founded, circle, "close")
        page = queue(founded, circle)
        assert founded.word("Done") in page.text
        assert founded.word("Nobody is waiting.") in page.text
        guest = client(founded.language)
        guest.send(returns(guest, self.code), "desk_back", text="وصل؟", _button="do=add")
        assert founded.word("Nobody is waiting.") not in queue(founded, circle).text

    @pytest.mark.parametrize("typed", [{"do": "close"}, {"do": "answer", "text": ANSWER}])
    def test_a_word_that_came_meanwhile_is_shown_before_anything_is_done(
        self, two, client, typed: dict[str, str]
    ) -> None:
        founded, _, circle = two
        page, guest = case(founded, circle), client(founded.language)
        guest.send(returns(guest, self.code), "desk_back", text="القفل مكسور.", _button="do=add")
        form = next(one for one in page.forms if "seen" in one.fields)
        page = founded.post(form.action, {**form.fields, **typed})
        assert page.status == 409
        assert founded.word("Another word came meanwhile.") in page.text
        assert "القفل مكسور." in page.text
        assert typed.get("text", "") == next(one for one in page.forms if "text" in one.fields).fields["text"].strip()
        assert founded.word("New") in queue(founded, circle).text
        form = next(one for one in page.forms if "seen" in one.fields)
        assert founded.post(form.action, {**form.fields, **typed}).status == 200

    def test_a_ready_answer_is_put_into_the_box(self, two) -> None:
        founded, _, circle = two
        page = does(founded, circle, "ready:0", text="مساء الخير.")
        assert any(form.fields.get("text", "").strip() == "مساء الخير.\nوصل." for form in page.forms)
        for verb in ("ready:7", "ready:", "ready:one"):
            assert does(founded, circle, verb).status == 400

    def test_an_answer_and_done_in_one_press(self, two, client) -> None:
        founded, _, circle = two
        page = does(founded, circle, "finish", text=ANSWER)
        assert founded.word("Answered, and done.") in page.text
        assert founded.word("Nobody is waiting.") in page.text
        guest = client(founded.language)
        assert ANSWER in returns(guest, self.code).text
        assert does(founded, circle, "finish", text=" ").status == 400
        guest.send(returns(guest, self.code), "desk_back", text="شكراً", _button="do=add")
        assert founded.word("Nobody is waiting.") not in queue(founded, circle).text

    def test_a_word_that_comes_between_answer_and_done_is_not_hidden(self, two, client, monkeypatch) -> None:
        founded, _, circle = two
        guest, said = client(founded.language), service.answer
        back = returns(guest, self.code)
        page = case(founded, circle)
        form = next(one for one in page.forms if "seen" in one.fields)
        poster = window.read(founded.world.site.services, window.page_of(circle))
        come = founded.world.site.tickets.read(
            next(one.fields["pass"] for one in back.forms if "pass" in one.fields), Pass
        )

        async def between(*what: Any) -> None:
            await callers.add(founded.world.site.services, poster, come.caller, "القفل مكسور.")
            await said(*what)

        monkeypatch.setattr(service, "answer", between)
        page = founded.post(form.action, {**form.fields, "do": "finish", "text": ANSWER})
        monkeypatch.undo()
        assert page.status == 409
        assert founded.word("The answer was sent. The request stays open.") in page.text
        assert "القفل مكسور." in page.text
        assert next(one for one in page.forms if "text" in one.fields).fields["text"].strip() == ""
        assert ANSWER in returns(guest, self.code).text
        assert founded.word("Done") not in queue(founded, circle).text
        assert does(founded, circle, "close").status == 200

    def test_a_dozen_answers_in_a_row_are_given(self, two) -> None:
        """Whoever works through a queue is no flood: sealing an answer costs no more than any word does."""
        founded, _, circle = two
        page = case(founded, circle)
        for _ in range(12):
            form = next(one for one in page.forms if "seen" in one.fields)
            page = founded.post(form.action, {**form.fields, "do": "answer", "text": ANSWER})
            assert page.status == 200

    def test_who_has_how_many_stands_below(self, two) -> None:
        founded, olive, circle = two
        does(olive, circle, "take")
        assert founded.word("Who has how many") in queue(founded, circle).text

    def test_a_request_is_made_of_it_with_numbers_left_out(self, founder, client) -> None:
        founded, circle = founder
        hands_in(client(founded.language), "سرير لليلة، اتصلوا 0944123456")
        page = case(founded, circle)
        form = page.form("/help/new")
        page = founded.post(form.action, form.fields)
        typed = page.form("/help/new").fields
        assert typed["text"].strip().startswith("سرير لليلة")
        assert "0944123456" not in typed["text"]
        assert typed["kind"] == "thrown_out"
        page = founded.send(page, "help_new", text="سرير لليلة", _button="do=check")
        founded.send(page, "help_new", _button="do=send")
        assert "سرير لليلة" in founded.get("/help/mine").text
        assert founded.word("A request was made of it. It comes to the board within the hour.") in (
            case(founded, circle).text
        )


class TestALongQueue:
    """More than a page shows: a few of each part, and pages of one."""

    MANY = 40

    @pytest.fixture
    def long(self, founder, world: World) -> tuple[Someone, bytes]:
        founded, circle = founder
        services, page = world.hub.services, window.page_of(circle)
        for number in range(self.MANY):
            said = f"{NEED} {number} " + "أنا عند باب السوق ومعي حقيبة صغيرة." * 3
            world.run(callers.ask(services, window.read(services, page), services.random(32), KIND, said))
        return founded, circle

    def test_shows_a_few_and_how_many_there_are(self, long) -> None:
        founded, circle = long
        page = queue(founded, circle)
        assert f"{founded.word('New')}{LANGUAGES[founded.language].between}" in page.html
        assert len(cases_on(page)) == FEW
        for path in (page.path, founded.at("queue", circle, part="new")):
            assert len(founded.ask("GET", path, accept_encoding="gzip").body) <= HEAVIEST

    def test_goes_on_page_by_page(self, long) -> None:
        founded, circle = long
        queue(founded, circle)
        first = founded.get(founded.at("queue", circle, part="new"))
        (second,) = {link for link in first.links if "page=2" in link}
        pages = [cases_on(first), cases_on(founded.get(second))]
        assert [len(one) for one in pages] == [PAGE, self.MANY - PAGE]
        assert len(set().union(*pages)) == self.MANY
        assert "page=" not in founded.get(second).html.replace("page=1", "")

    @pytest.mark.parametrize("asked", ["part=new&page=9999999", "part=new&page=x", "part=new&page=-1", "part=oh"])
    def test_an_odd_address_leads_to_a_page_that_there_is(self, long, asked: str) -> None:
        founded, circle = long
        queue(founded, circle)
        page = founded.get(f"{founded.at('queue', circle)}?{asked}")
        assert page.status == 200
        assert cases_on(page)


def cases_on(page: Page) -> set[str]:
    return {link for link in page.links if link.startswith("/case/")}


class TestAMeeting:
    """What a dispatcher asked for on the board for a caller has come to a follow-up with somebody."""

    @pytest.fixture
    def met(self, founder, seats: Seats, client, world: World) -> tuple[Someone, Someone, bytes]:
        founded, circle = founder
        olive = seats.joins(founded, circle, "زيتونة")
        self.code = code_on(hands_in(client(founded.language)))
        obj = world.run(needs.ask(founded.circle(circle), Wish(NEED_SIDE, "سرير لليلة")))
        world.run(world.hub.services.later.look(world.hub.services.store, float("inf")))
        world.run(pledging.propose(olive.circle(circle), obj, whole=True))
        ((made, _),) = pledging.agreements(founded.circle(circle), obj)
        world.run(pledging.accept(founded.circle(circle), obj, made.name))
        world.run(pledging.confirm(olive.circle(circle), obj, made.name, "ar"))
        world.run(pledging.take(founded.circle(circle), obj, made.name))
        return founded, olive, circle

    def test_its_words_come_to_the_caller_and_are_the_helpers(self, met, client) -> None:
        founded, olive, circle = met
        (mine,), (theirs,) = (cases.mine(one.circle(circle)) for one in (founded, olive))
        words = cases.show(olive.circle(circle), theirs).words
        page = founded.get(founded.about("followup", circle, mine.name))
        assert founded.at("queue", circle) in page.links
        page = case(founded, circle)
        assert "سرير لليلة" in page.text
        page = does(founded, circle, beginning(page), text="مساء الخير.")
        begun = next(form for form in page.forms if "text" in form.fields).fields["text"]
        assert all(word in begun for word in ("مساء الخير.", *words))
        does(founded, circle, "answer", text=f"{begun}عند المخبز، التاسعة")
        told = returns(client(founded.language), self.code).text
        assert all(word in told for word in (*words, "عند المخبز"))
        assert founded.at("queue", circle) not in olive.get(olive.about("followup", circle, theirs.name)).links

    def test_what_has_ended_or_is_somebody_elses_has_none(self, met, world: World) -> None:
        founded, olive, circle = met
        verb = beginning(case(founded, circle))
        (theirs,) = cases.mine(olive.circle(circle))
        assert does(founded, circle, f"words:{founded.name(theirs.name)}").status == 404
        world.run(attending.end(olive.circle(circle), theirs))
        assert "words:" not in case(founded, circle).html
        assert does(founded, circle, verb).status == 404


def beginning(page: Page) -> str:
    """What the button says that puts the words of a meeting into the answer."""
    (verb,) = re.findall(r'value="(words:[^"]+)"', page.html)
    return str(verb)


def does(who: Someone, circle: bytes, verb: str, **typed: str) -> Page:
    """Press a button on the page of the one request."""
    page = case(who, circle)
    form = page.form("/case/{case}")
    seen = next(one.fields["seen"] for one in page.forms if "seen" in one.fields)
    return who.post(form.action, {"token": form.fields["token"], "seen": seen, "do": verb, **typed})


def test_the_board_leads_dispatchers_to_the_queue_and_nobody_else(founder, client, seats: Seats) -> None:
    founded, circle = founder
    olive = seats.joins(founded, circle, "زيتونة")
    hands_in(client(founded.language))
    assert founded.at("queue", circle) in founded.get("/help").links
    assert founded.word("Help desk") not in olive.get("/help").text


def test_looking_at_the_queue_writes_nothing_and_a_button_takes_in_what_came(founder, client) -> None:
    founded, circle = founder
    hands_in(client(founded.language))
    page = founded.to("queue", circle)
    assert NEED not in page.text
    assert founded.word("Nobody is waiting.") not in page.text
    assert not view.cases(roles.open_role(founded.circle(circle), DISPATCHER))
    assert NEED in founded.send(page, "queue").text


def test_dispatchers_gather_when_they_come_by(founder, client, world: World) -> None:
    founded, circle = founder
    hands_in(client(founded.language))
    world.run(service.gather_everywhere(founded.member))
    assert len(view.cases(roles.open_role(founded.circle(circle), DISPATCHER))) == 1


class TestAPhoto:
    def begins(self, guest: Client) -> Page:
        return guest.send(guest.get(guest.world.url("desk", l=guest.language)), "desk", _button=f"kind={KIND}")

    def hands(self, guest: Client, page: Page, file: bytes, to: str = "desk", **typed: str) -> Page:
        """The form of a page with a file."""
        form = page.form(guest.world.site.paths.pattern(to))
        sent = with_file({**form.fields, **typed}, file)
        return guest._land(guest.world.run(guest.asks("POST", form.action, sent, WITH_FILE)))

    def shown(self, who: Someone, page: Page) -> list[str]:
        return [link for link in page.links if "/photo/" in link]

    def test_comes_with_the_words_and_is_seen_at_the_desk_on_a_tap(self, founder, client, language: str) -> None:
        dispatcher, circle = founder
        guest = client(language)
        page = self.hands(guest, self.begins(guest), located(), text=NEED)
        code = code_on(page)
        assert guest.word("A photo was handed in.") in returns(guest, code).text
        assert "<img" not in returns(guest, code).html
        assert dispatcher.word("With a photo") in queue(dispatcher, circle).text
        page = case(dispatcher, circle)
        assert "<img" not in page.html
        (link,) = self.shown(dispatcher, page)
        page = dispatcher.get(link)
        (picture,) = re.findall(r'<img[^>]* src="([^"]+)"', page.html)
        sent = dispatcher.world.run(dispatcher.asks("GET", picture))
        assert sent.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert PLACE not in sent.body
        require_plain(sent.body.rstrip(b"\0"))
        assert len(sent.body.rstrip(b"\0")) <= LETTER.largest

    def test_follows_with_the_code_alone_or_with_a_word(self, founder, client) -> None:
        dispatcher, circle = founder
        guest = client("ar")
        code = code_on(hands_in(guest))
        page = self.hands(guest, returns(guest, code), located(), "desk_back", do="add")
        assert guest.word("It is kept.") in page.text
        page = self.hands(guest, page, located(), "desk_back", do="add", text="من الجهة الأخرى")
        assert "من الجهة الأخرى" in page.text
        assert 'type="file"' not in page.html, "two in a row are enough"
        assert len(self.shown(dispatcher, case(dispatcher, circle))) == 2
        forms = [form for form in page.forms if form.fields.get("do") == "leave"]
        guest.post(forms[0].action, forms[0].fields)
        assert not [link for link in queue(dispatcher, circle).links if link.startswith("/case/")]

    def test_is_nobody_elses(self, founder, client) -> None:
        dispatcher, circle = founder
        guest = client("en")
        self.hands(guest, self.begins(guest), located(), text=NEED)
        (link,) = self.shown(dispatcher, case(dispatcher, circle))
        assert client("en").get(link).path != link
        assert dispatcher.get(link[:-2] + "zz").status == 404
        assert dispatcher.get(link.replace("/photo/", "/picture/")).status == 200

    @pytest.mark.parametrize("name", ["a text", "half a photo", "a drawing wider than any wall", "a program"])
    def test_of_a_hostile_file_nothing_is_kept_and_the_words_stay(self, founder, client, name: str) -> None:
        guest = client("en")
        page = self.hands(guest, self.begins(guest), REFUSED[name](), text=NEED)
        assert page.status == 400
        assert guest.word("This file is no photo that can be taken, or it is too large.") in page.text
        assert 'aria-describedby="file-hint file-error"' in page.html
        assert page.form("/desk").fields["text"].strip() == NEED
        assert not guest.world.site.tickets._used

    def test_finds_no_place_in_an_hour_of_too_many_and_the_words_go_alone(
        self, founder, client, world: World
    ) -> None:
        with suppress(TooMuch):
            while True:
                world.site.limits.take(b"photos", EVERYBODY_SHOWS)
        guest = client("en")
        page = self.hands(guest, self.begins(guest), located(), text=NEED)
        self.says_that_words_go_alone(guest, page)

    def test_at_a_full_window_takes_no_place_from_others(self, founder, client, world: World) -> None:
        for _ in range(ONE_WINDOW.burst):
            world.site.limits.take(window.page_of(founder[1]), ONE_WINDOW)
        guest = client("en")
        for _ in range(2):
            assert self.hands(guest, self.begins(guest), located(), text=NEED).status == 503
        for _ in range(EVERYBODY_SHOWS.burst):
            world.site.limits.take(b"photos", EVERYBODY_SHOWS)

    def says_that_words_go_alone(self, guest: Client, page: Page) -> None:
        assert page.status == 503
        assert guest.word(WORDS_ALONE) in page.text
        assert page.form("/desk").fields["text"].strip() == NEED
        assert code_on(self.hands(guest, page, b"", text=NEED))

    def test_is_let_go_of_unread_while_others_are_read(self, founder, client, world: World) -> None:
        guest = client("en")
        page = self.begins(guest)
        for _ in range(STRANGERS_AT_ONCE):
            world.run(world.site.handing.acquire())
        refused = self.hands(guest, page, bytes(MOST_BESIDE * 3), text=NEED)
        self.says_that_words_go_alone(guest, refused)

    def test_of_strangers_waits_for_no_member_and_keeps_none_waiting(self, founder, client, world: World) -> None:
        for _ in range(AT_ONCE):
            world.run(world.site.carrying.acquire())
        world.run(world.site.darkroom._turn.acquire())
        guest = client("en")
        assert code_on(self.hands(guest, self.begins(guest), located(), text=NEED))
        assert not world.site.handing.locked()

    def test_keeps_its_ticket_in_sight_of_whoever_minds_the_line(self, founder, client, world: World) -> None:
        fields = self.begins(client("en")).form("/desk").fields
        without, sent = urlencode(fields).encode(), with_file(fields, located())
        assert crowd.begun(world.site, bytearray(sent)) == crowd.begun(world.site, bytearray(without)) != b""
        assert crowd.begun(world.site, bytearray(with_file({"ticket": "00"}, located()))) == b""

    def test_that_is_too_large_is_let_go_of_and_the_words_stay(self, founder, client) -> None:
        guest = client("en")
        page = self.hands(guest, self.begins(guest), bytes(MOST_BYTES + 100_000), text=NEED)
        assert page.status == 400
        assert page.form("/desk").fields["text"].strip() == NEED

    @pytest.mark.parametrize("carry", [True, False])
    def test_goes_to_the_board_where_a_dispatcher_says_so(self, founder, client, carry: bool) -> None:
        dispatcher, circle = founder
        guest = client("en")
        self.hands(guest, self.begins(guest), located(), text=NEED)
        page = case(dispatcher, circle)
        form = next(form for form in page.forms if form.action.startswith("/help/new"))
        assert "carry" not in form.fields, "not by itself"
        (link,) = self.shown(dispatcher, page)
        typed = {"carry": link.rpartition("/")[2]} if carry else {}
        page = dispatcher.post(form.action, {**form.fields, **typed, "do": "change"})
        page = dispatcher.send(page, "help_new", _button="do=check")
        assert ("<img" in page.html) == carry
        dispatcher.send(page, "help_new", _button="do=send")
        hub = dispatcher.world.hub
        dispatcher.world.run(hub.services.later.flush(hub.store, hub.services.random))
        assert (dispatcher.word("With a photo") in dispatcher.get("/help?show=needs").text) == carry
