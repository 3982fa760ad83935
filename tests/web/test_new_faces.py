"""The first days: what somebody new sees on Home, who greets them, and the word of those who know them."""

from __future__ import annotations

import pytest

from jiwar.circles import entering, leaving, reports, roles, vouches
from jiwar.circles.model import GREETER, KNOWN
from jiwar.circles.policy import Welcome
from jiwar.clock import SetClock
from jiwar.web.offers import question
from tests.web.client import Page, World
from tests.web.seated import Seats, Someone


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def two(seats: Seats) -> tuple[Someone, Someone, bytes]:
    """Somebody who has founded a group of the cautious kind, and who has just come in."""
    founder, circle = seats.founder(card="support")
    return founder, seats.joins(founder, circle, "زيتونة"), circle


def welcome(founder: Someone, circle: bytes, parlour: bool = True) -> None:
    """A welcome team of one, and a room for new faces."""
    page = founder.send(founder.get(founder.at("team", circle, team="welcome")), "team")
    if parlour:
        founder.send(page, "team", parlour="yes")


def words_of(page: Page) -> str:
    """What can be read, whatever stands around a name."""
    return "".join(page.text.split())


def pass_days(clock: SetClock, days: int, *people: Someone) -> None:
    clock.forward(days=days)
    for one in people:
        one.sign_in()


class TestTheFirstDays:
    def test_show_a_welcome_one_person_and_one_question(self, two) -> None:
        founder, olive, circle = two
        page = olive.get("/home")
        name = olive.circle(circle).charter.name
        assert "".join((olive.word("Welcome to “%(name)s”") % {"name": name}).split()) in words_of(page)
        assert olive.about("person", circle, founder.persona(circle)) in page.links
        today = olive.world.hub.services.clock.day()
        assert question(olive.language, today) in page.text
        assert olive.word("The room for new faces") not in page.text
        assert olive.word("One person to ask") not in founder.get("/home").text

    def test_lead_into_the_room_where_there_is_one(self, two) -> None:
        founder, olive, circle = two
        welcome(founder, circle)
        page = olive.get("/home")
        assert olive.word("The room for new faces") in page.text
        room = next(link for link in page.links if link.startswith("/room/"))
        page = olive.send(olive.get(room), "room", text="مرحبا")
        assert "مرحبا" in page.text

    def test_are_over_after_some_days(self, clock: SetClock, two) -> None:
        founder, olive, circle = two
        pass_days(clock, 7, founder, olive)
        page = olive.get("/home")
        assert olive.word("One person to ask") not in page.text
        name = olive.circle(circle).charter.name
        said = "".join((olive.word("A week in “%(name)s”. Good to be here together.") % {"name": name}).split())
        assert said in words_of(page)
        pass_days(clock, 3, founder, olive)
        assert said not in words_of(olive.get("/home"))

    def test_a_room_that_was_ended_leads_nowhere(self, two) -> None:
        founder, olive, circle = two
        welcome(founder, circle)
        (room,) = [
            link for link in founder.get(founder.at("team", circle, team="welcome")).links if "/room/" in link
        ][-1:]
        page = founder.get(room)
        tend = next(link for link in page.links if link.endswith("/about"))
        close = next(link for link in founder.get(tend).links if link.endswith("/end"))
        founder.send(founder.get(close), "room_close")
        assert olive.word("The room for new faces") not in olive.get("/home").text
        assert founder.word("Open the room") in founder.get(founder.at("team", circle, team="welcome")).text


class TestGreeting:
    def test_takes_two_taps(self, two) -> None:
        founder, _, circle = two
        welcome(founder, circle)
        page = founder.get("/home")
        assert founder.word("A new face waits for a greeting") in page.text
        room = next(link for link in page.links if "greet=" in link and "greet=yes" not in link)
        page = founder.get(room)
        assert "زيتونة" in page.form(founder.world.site.paths.pattern("room")).fields["text"]
        founder.send(page, "room", _button="do=send")
        assert founder.word("A new face waits for a greeting") not in founder.get("/home").text

    def test_waits_again_for_who_comes_after(self, seats: Seats, two) -> None:
        founder, _, circle = two
        welcome(founder, circle)
        room = next(link for link in founder.get("/home").links if "greet=" in link and "greet=yes" not in link)
        founder.send(founder.get(room), "room", _button="do=send")
        seats.joins(founder, circle, "قنديل")
        page = founder.get("/home")
        assert founder.word("A new face waits for a greeting") in page.text
        assert "قنديل" in page.text

    def test_is_for_those_who_greet(self, seats: Seats, two) -> None:
        founder, olive, circle = two
        welcome(founder, circle)
        seats.joins(founder, circle, "قنديل")
        assert olive.word("A new face waits for a greeting") not in olive.get("/home").text

    def test_a_name_that_is_none_is_nothing(self, two) -> None:
        founder, olive, circle = two
        welcome(founder, circle)
        page = founder.get("/home")
        room = next(link for link in page.links if "greet=" in link and "greet=yes" not in link)
        for wrong in ("x", founder.name(circle[:16]), founder.name(circle[:16] + b"x" * 16)):
            assert founder.get(f"{room.partition('?')[0]}?greet={wrong}").status == 404
        assert olive.post(olive.at("team", circle, team="welcome"), {"token": "x", "parlour": "yes"}).status >= 400


class TestAWord:
    def test_is_said_on_a_person_s_page(self, two, seats: Seats) -> None:
        founder, olive, circle = two
        lamp = seats.joins(founder, circle, "قنديل")
        page = olive.meets("person", circle, lamp)
        assert olive.word("I know this person") in page.text
        page = olive.send(olive.meets("vouch", circle, lamp), "vouch")
        assert olive.word("It is on its way to the care team, sealed. They count it when they come by.") in page.text
        assert not lamp.circle(circle).me.holds(KNOWN)
        olive.world.run(vouches.gather_everywhere(founder.member))
        assert lamp.circle(circle).me.holds(KNOWN)
        assert lamp.word("People here have said to know me.") in lamp.meets("person", circle, lamp).text
        page = olive.send(olive.meets("vouch", circle, lamp), "vouch", act="back")
        assert olive.word("Taken back. What came of it meanwhile stays.") in page.text

    def test_is_not_among_the_letters_of_the_team_and_not_cleared_with_junk(self, two, seats: Seats) -> None:
        founder, olive, circle = two
        lamp = seats.joins(founder, circle, "قنديل")
        olive.send(olive.meets("vouch", circle, lamp), "vouch")
        assert "قنديل" not in founder.to("care_reports", circle).text
        olive.world.run(reports.clear_all_desks(founder.member))
        olive.world.run(vouches.gather_everywhere(founder.member))
        assert lamp.circle(circle).me.holds(KNOWN)

    def test_is_said_by_nobody_for_themselves(self, two) -> None:
        _, olive, circle = two
        assert olive.meets("vouch", circle, olive).status == 404
        page = olive.meets("person", circle, olive)
        assert olive.word("I know this person") not in page.text
        token = olive.to("group_mine", circle).forms[-1].fields["token"]
        path = olive.about("vouch", circle, olive.persona(circle))
        assert olive.post(path, {"token": token, "act": "say", "scope": "known"}).status == 404

    @pytest.mark.parametrize("scope", ["care", "order", "x", ""])
    def test_counts_for_nothing_else(self, two, scope: str) -> None:
        founder, olive, circle = two
        sent = {"token": olive.to("group_mine", circle).forms[-1].fields["token"], "act": "say", "scope": scope}
        page = olive.post(olive.about("vouch", circle, founder.persona(circle)), sent)
        assert page.status in (400, 403)
        assert olive.circle(circle).membership.vouches == ()

    def test_few_are_given_and_the_page_says_so(self, seats: Seats, two) -> None:
        founder, olive, circle = two
        seats.steward(founder, olive, circle)
        seats.steward(founder, seats.joins(founder, circle, "وردة"), circle)
        met = [seats.joins(founder, circle, f"وجه {at}") for at in range(6)]
        for one in met[:5]:
            olive.send(olive.meets("vouch", circle, one), "vouch")
        page = olive.meets("vouch", circle, met[5])
        assert (
            olive.word("All such words are given: when one is taken back or grows old, there is another.")
            in page.text
        )
        assert olive.send(page, "vouch").status == 409

    def test_enough_of_them_bring_somebody_into_the_welcome_team(self, world: World, seats: Seats) -> None:
        founder, circle = seats.founder()
        welcome(founder, circle, parlour=False)
        people = [seats.joins(founder, circle, f"وجه {at}") for at in range(4)]
        for one in people[1:]:
            one.send(one.meets("vouch", circle, people[0]), "vouch")
        world.run(roles.give(founder.circle(circle), people[1].persona(circle), GREETER))
        world.run(leaving.turn_all_due(founder.member))
        world.run(entering.take_keys(people[1].member, people[1].member.membership(circle), GREETER))
        world.run(roles.lay_down(founder.circle(circle), GREETER))
        world.run(vouches.gather_everywhere(founder.member))
        way = people[0].word("“%(team)s”: the keys are on their way, with the next of the team to come by.")
        assert way % {"team": people[0].word("Welcome team")} in people[0].to("group", circle).text
        world.run(leaving.turn_all_due(people[1].member))
        page = people[0].send(people[0].to("group", circle), "group_care_join")
        assert people[0].word("Welcome to the team.") in page.text


def test_what_holds_for_new_faces_is_set_for_each_weather(two) -> None:
    founder, _, circle = two
    page = founder.get(founder.at("care_values", circle, level=1))
    kept = {
        "topics": "30",
        "rooms": "7",
        "back": "no",
        "inviters": "stewards",
        "days": "1",
        "uses": "1",
        "idle": "10",
    }
    wanted = {
        "new": "30",
        "known": "2",
        "greeter": "4",
        "moderator": "9",
        "vouches": "3",
        "counts": "30",
    }
    founder.send(page, "care_values", **kept, **wanted)
    assert founder.circle(circle).charter.levels[1].welcome == Welcome(30, 2, 4, 9, 30, 3)
