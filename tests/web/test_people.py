"""Somebody's page: my own name for them, muting, blocking, and what the care team can do."""

import pytest

from jiwar.circles import people, roles
from jiwar.errors import Removed
from tests.web.client import World
from tests.web.seated import Seats, Someone


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


@pytest.fixture
def three(seats: Seats) -> tuple[Someone, Someone, Someone, bytes]:
    """A steward, two members, their group."""
    founder, circle = seats.founder()
    return founder, seats.joins(founder, circle, "زيتونة"), seats.joins(founder, circle, "قنديل"), circle


def test_a_private_name_is_seen_by_its_writer_alone(three) -> None:
    founder, olive, lamp, circle = three
    page = olive.send(olive.meets("person", circle, lamp), "person", label="ابن خالتي")
    assert "ابن خالتي" in page.text
    assert "قنديل" in page.text
    assert olive.circle(circle).handle_of(lamp.persona(circle)) == "ابن خالتي"
    assert "ابن خالتي" not in founder.meets("person", circle, lamp).html
    page = olive.send(page, "person", label="")
    assert "ابن خالتي" not in page.text


def test_a_private_name_that_is_too_long_is_given_back(three) -> None:
    _, olive, lamp, circle = three
    page = olive.send(olive.meets("person", circle, lamp), "person", label="ب" * 41)
    assert page.status == 400
    assert "ب" * 41 in page.html
    assert olive.circle(circle).membership.labels == ()


@pytest.mark.parametrize(("act", "undo"), [("mute", "unmute"), ("block", "unblock")])
def test_muting_and_blocking_can_be_undone(three, act: str, undo: str) -> None:
    _, olive, lamp, circle = three
    page = olive.send(olive.meets("person", circle, lamp), "person", _button=f"act={act}")
    membership = olive.circle(circle).membership
    assert lamp.persona(circle) in (*membership.muted, *membership.blocked)
    page = olive.send(page, "person", _button=f"act={undo}")
    membership = olive.circle(circle).membership
    assert (membership.muted, membership.blocked) == ((), ())
    assert page.status == 200


@pytest.mark.parametrize(("act", "change"), [("mute", people.mute), ("block", people.block)])
def test_a_list_that_is_full_says_so(seats: Seats, three, act: str, change) -> None:
    _, olive, lamp, circle = three
    for number in range(people.MOST_MUTED):
        seats.run(change(olive.circle(circle), number.to_bytes(32, "big"), True))
    page = olive.send(olive.meets("person", circle, lamp), "person", _button=f"act={act}")
    assert page.status == 409
    assert olive.word("There is no room for one more. When another goes, its place is free.") in page.text
    assert lamp.persona(circle) not in (
        *olive.circle(circle).membership.muted,
        *olive.circle(circle).membership.blocked,
    )


def test_nothing_of_it_is_written_to_the_group(three) -> None:
    _, olive, lamp, circle = three
    size = olive.circle(circle).log.state.size
    olive.send(olive.meets("person", circle, lamp), "person", label="ابن خالتي")
    olive.send(olive.meets("person", circle, lamp), "person", _button="act=block")
    assert olive.circle(circle).log.state.size == size


def test_my_own_page_mutes_nobody(three) -> None:
    _, olive, _, circle = three
    page = olive.meets("person", circle, olive)
    assert olive.word("That is me. Another name would take leaving and a new invitation.") in page.text
    token = page.forms[0].fields["token"]
    mine = olive.about("person", circle, olive.persona(circle))
    assert olive.post(mine, {"token": token, "act": "mute"}).status == 404


def test_members_find_nothing_that_only_the_care_team_can_do(three) -> None:
    _, olive, lamp, circle = three
    page = olive.meets("person", circle, lamp)
    for name in ("person_care", "person_rest", "person_out"):
        path = olive.about(name, circle, lamp.persona(circle))
        assert path not in page.links
        assert olive.get(path).status == 404
        assert olive.post(path, {"token": page.forms[0].fields["token"]}).status == 404
    assert lamp.circle(circle).me.active


def test_the_list_of_people_is_for_the_care_team(three) -> None:
    founder, olive, _, circle = three
    page = founder.to("group_people", circle)
    assert page.text.index("قنديل") < page.text.index("زيتونة") < page.text.index("نخلة")
    assert olive.to("group_people", circle).status == 404


def test_somebody_is_named_to_the_care_team(three) -> None:
    founder, olive, _, circle = three
    founder.send(founder.meets("person_care", circle, olive), "person_care")
    page = olive.send(olive.to("group", circle), "group_care_join")
    assert page.path == olive.at("care", circle)
    assert olive.circle(circle).is_steward
    assert roles.open_role(olive.circle(circle)).is_steward


def test_naming_somebody_who_takes_part_already_is_refused(seats: Seats, three) -> None:
    founder, olive, _, circle = three
    seats.steward(founder, olive, circle)
    page = founder.meets("person", circle, olive)
    path = founder.about("person_care", circle, olive.persona(circle))
    assert path not in page.links
    assert founder.post(path, {"token": page.forms[0].fields["token"]}).status == 403


def test_who_has_not_answered_can_be_asked_again(three) -> None:
    founder, olive, lamp, circle = three
    page = founder.send(founder.meets("person_care", circle, olive), "person_care")
    assert founder.word("Ask again") in page.text
    founder.send(founder.meets("person_care", circle, lamp), "person_care")
    founder.send(founder.meets("person_rest", circle, lamp), "person_rest")
    founder.send(founder.meets("person_care", circle, olive), "person_care")
    page = olive.send(olive.to("group", circle), "group_care_join")
    assert page.path == olive.at("care", circle)
    assert founder.word("Ask again") not in founder.meets("person", circle, olive).text


def test_a_steward_can_be_taken_out_and_named_again(seats: Seats, three) -> None:
    founder, olive, _, circle = three
    seats.steward(founder, olive, circle)
    epoch = founder.circle(circle).log.newest.epoch
    founder.send(founder.meets("person_rest", circle, olive), "person_rest")
    assert not olive.circle(circle).is_steward
    assert olive.to("care", circle).status == 404
    assert founder.circle(circle).log.newest.epoch == epoch + 1
    founder.send(founder.meets("person_care", circle, olive), "person_care")
    page = olive.send(olive.to("group", circle), "group_care_join")
    assert page.path == olive.at("care", circle)
    assert roles.open_role(olive.circle(circle)).is_steward


def test_removing_says_what_it_does_and_turns_the_keys(three) -> None:
    founder, olive, lamp, circle = three
    page = founder.meets("person_out", circle, olive)
    assert founder.word("What they have read stays theirs, with the names in it.") in page.text
    page = founder.send(page, "person_out")
    assert page.path == founder.at("group_people", circle)
    assert "زيتونة" not in page.text
    with pytest.raises(Removed):
        _ = olive.circle(circle).me
    assert lamp.to("group", circle).status == 200
    assert founder.circle(circle).log.newest.epoch == 1


def test_who_is_gone_can_not_be_removed_again(three) -> None:
    founder, olive, _, circle = three
    path = founder.about("person_out", circle, olive.persona(circle))
    page = founder.send(founder.get(path), "person_out")
    assert founder.post(path, {"token": page.forms[0].fields["token"]}).status == 404
