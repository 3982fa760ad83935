"""The demo community hangs together, is as large as it must be, and tells nothing over a shoulder."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jiwar.circles.model import ASKED, HIDDEN, LINK, OPEN
from tests.house.project import SOURCE
from tests.house.words import fold, forbidden_in

DEMO = SOURCE / "cli" / "demo"
PARTS = ["morning", "noon", "afternoon", "evening", "night"]
REACTIONS = {"with_you", "me_too", "thanks", "laugh"}
PAGE = 30

Table = dict[str, Any]


def _read(file: Path) -> Table:
    return tomllib.loads(file.read_text("utf-8"))


COMMUNITY = _read(DEMO / "community.toml")
CIRCLES = [circle for file in sorted((DEMO / "circles").glob("*.toml")) for circle in _read(file)["circle"]]
PEOPLE = {person["id"]: person for person in COMMUNITY["persona"]}
NEWCOMERS = {name for name, person in PEOPLE.items() if person.get("newcomer")}


def _members(circle: Table) -> set[str]:
    return {name for name, person in PEOPLE.items() if circle["slug"] in person["handles"]}


def _threads(circle: Table) -> Iterator[tuple[str, list[Table]]]:
    """Yield each topic and room of a circle as its name and its posts in order."""
    for topic in circle.get("topic", []):
        yield topic["title"], [topic, *topic["reply"]]
    for room in circle.get("room", []):
        yield room["name"], room["message"]


def _posts() -> Iterator[tuple[Table, str, int, Table]]:
    for circle in CIRCLES:
        for name, posts in _threads(circle):
            for at, post in enumerate(posts):
                yield circle, f"{name} {at}", at, post


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _strings(inner)


def test_there_are_enough_people_circles_and_words() -> None:
    topics = [topic for circle in CIRCLES for topic in circle.get("topic", [])]
    rooms = [room for circle in CIRCLES for room in circle.get("room", [])]
    assert len(PEOPLE) >= 40
    assert len(CIRCLES) == 12
    assert max(len(_members(circle)) for circle in CIRCLES) >= 16
    assert len(topics) >= 70
    assert all(len(topic["reply"]) >= 2 for topic in topics)
    assert any(len(topic["reply"]) + 1 > 2 * PAGE for topic in topics)
    assert len(rooms) >= 9
    assert all(20 <= len(room["message"]) <= 80 for room in rooms)


def test_one_person_founds_and_one_is_new() -> None:
    assert sum(bool(person.get("founder")) for person in PEOPLE.values()) == 1
    assert len(NEWCOMERS) == 1


def test_every_circle_has_three_stewards_among_its_own() -> None:
    for circle in CIRCLES:
        stewards = {n for n, person in PEOPLE.items() if circle["slug"] in person.get("steward", [])}
        assert stewards <= _members(circle)
        assert len(stewards) >= 3


def test_every_handle_belongs_to_a_circle_that_exists() -> None:
    worn = {slug for person in PEOPLE.values() for slug in person["handles"]}
    assert worn == {circle["slug"] for circle in CIRCLES}


def test_no_two_people_of_a_circle_share_a_name() -> None:
    for circle in CIRCLES:
        names = Counter(fold(PEOPLE[name]["handles"][circle["slug"]]) for name in _members(circle))
        assert [name for name, count in names.items() if count > 1] == []


def test_nobody_wears_one_name_in_two_circles() -> None:
    for person in PEOPLE.values():
        handles = [fold(handle) for handle in person["handles"].values()]
        assert len(handles) == len(set(handles))


def test_every_way_in_is_there() -> None:
    assert {circle["access"] for circle in CIRCLES} == {LINK, HIDDEN, OPEN, ASKED}
    assert {circle["access"] for circle in CIRCLES if circle.get("public")} == {OPEN, ASKED}


def test_who_writes_and_who_reacts_is_in_the_circle() -> None:
    for circle, place, _, post in _posts():
        reactions = post.get("reactions", {})
        assert reactions.keys() <= REACTIONS, place
        assert {post["by"], *_strings(reactions)} <= _members(circle), place
        assert all(len(names) == len(set(names)) and post["by"] not in names for names in reactions.values()), place


def test_a_quote_points_at_an_earlier_post() -> None:
    for _, place, at, post in _posts():
        for key in {"quote", "reply_to"} & post.keys():
            assert 0 <= post[key] < at, place


def test_time_runs_forward_and_stays_within_bounds() -> None:
    for circle in CIRCLES:
        for name, posts in _threads(circle):
            times = [(-post["day"], PARTS.index(post.get("part", "morning"))) for post in posts]
            assert times == sorted(times), name
            assert all(0 <= post["day"] <= 40 for post in posts), name


def test_messages_are_younger_than_their_room_keeps() -> None:
    for circle in CIRCLES:
        for room in circle.get("room", []):
            assert room["keep"] in {1, 7, 30}
            assert max(message["day"] for message in room["message"]) < room["keep"]


def test_the_newcomer_says_nothing_before_coming() -> None:
    for _, place, _, post in _posts():
        if NEWCOMERS & {post["by"], *_strings(post.get("reactions", {}))}:
            assert post["day"] <= 1, place


def test_every_text_says_something() -> None:
    assert all(text.strip() for text in _strings([COMMUNITY, CIRCLES]))


@pytest.mark.parametrize("part", [COMMUNITY, *CIRCLES], ids=lambda part: part.get("slug", "community"))
def test_nothing_holds_a_telling_or_headline_word(part: Table) -> None:
    assert {text: forbidden_in(text) for text in _strings(part) if forbidden_in(text)} == {}
