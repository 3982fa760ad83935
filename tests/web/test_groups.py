"""My groups: the list, a new one, keys that come, groups that close."""

import pytest

from jiwar.circles import founding, leaving, two_steps
from jiwar.crypto.random import system_random
from jiwar.errors import KeyringFull
from jiwar.i18n import LANGUAGES
from jiwar.web.offers import names, some_names
from tests.web.client import World
from tests.web.seated import Seats


@pytest.fixture
def seats(world: World, language: str) -> Seats:
    return Seats(world, language)


def test_the_list_begins_empty_and_offers_the_first(seats: Seats) -> None:
    someone = seats.someone()
    page = someone.get(seats.world.url("groups"))
    assert someone.word("No group yet. The first one can be small.") in page.text
    assert seats.world.url("group_new") in page.links


def test_a_new_group_takes_two_screens(seats: Seats) -> None:
    someone = seats.someone()
    page = someone.send(someone.get(seats.world.url("group_new")), "group_new", card="working")
    page = someone.send(page, "group_new", group="طاولة الخياطة", own="كشتبان")
    (membership,) = someone.member.memberships()
    assert page.path == someone.at("group", membership.circle)
    assert "طاولة الخياطة" in page.text
    circle = someone.circle(membership.circle)
    assert (circle.charter.card, circle.charter.access, circle.me.handle) == ("working", "link", "كشتبان")
    assert len(someone.screens) == 2


def test_an_offered_name_is_enough(seats: Seats) -> None:
    someone = seats.someone()
    page = someone.send(someone.get(seats.world.url("group_new")), "group_new", card="support")
    offered = page.form(seats.world.url("group_new")).fields["name"]
    page = someone.send(page, "group_new")
    (membership,) = someone.member.memberships()
    assert membership.handle == offered
    assert someone.circle(membership.circle).charter.access == "hidden"


def test_other_names_are_offered_and_what_was_typed_stays(seats: Seats) -> None:
    someone = seats.someone()
    page = someone.send(someone.get(seats.world.url("group_new")), "group_new", card="close")
    before = page.form(seats.world.url("group_new")).fields["name"]
    page = someone.send(page, "group_new", group="شاي", _button="others=yes")
    fields = page.form(seats.world.url("group_new")).fields
    assert fields["group"] == "شاي"
    assert fields["name"] != before
    assert someone.member.memberships() == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_other_names_are_none_of_those_offered_before(language: str) -> None:
    listed = names(language)
    before = listed[3:]
    assert set(some_names(language, system_random, other_than=before)) == set(listed[:3])


@pytest.mark.parametrize(("field", "typed"), [("group", " "), ("group", "ب" * 61), ("own", "ب" * 41)])
def test_a_name_that_can_not_stand_is_given_back(seats: Seats, field: str, typed: str) -> None:
    someone = seats.someone()
    page = someone.send(someone.get(seats.world.url("group_new")), "group_new", card="close")
    page = someone.send(page, "group_new", **{field: typed})
    assert page.status == 400
    assert 'aria-invalid="true"' in page.html
    assert someone.member.memberships() == []


def test_a_card_that_does_not_exist_changes_nothing(seats: Seats) -> None:
    someone = seats.someone()
    page = someone.send(someone.get(seats.world.url("group_new")), "group_new", card="open")
    assert someone.word("This choice doesn't exist. Nothing was changed.") in page.text
    assert someone.member.memberships() == []


def test_two_groups_of_one_person_share_no_name_in_a_path(seats: Seats) -> None:
    founder, circle = seats.founder()
    _, other = seats.founder()
    assert founder.name(circle[:16]) != founder.name(other[:16])
    assert circle.hex()[:16] not in founder.get(seats.world.url("groups")).html


def test_keys_that_come_open_the_door(seats: Seats) -> None:
    founder, circle = seats.founder("hidden", "support")
    guest = seats.knocks(founder, circle, "حصاة")
    page = guest.get(seats.world.url("groups"))
    waits = guest.word("The keys are on their way. Whoever sent the invitation lets new faces in by hand.")
    assert waits in page.text
    assert guest.at("group", circle) not in page.links
    (waiting,) = two_steps.who_waits(founder.circle(circle))
    seats.run(two_steps.let_in(founder.circle(circle), waiting))
    page = guest.get(seats.world.url("groups"))
    assert guest.word("The keys have come.") in page.text
    page = guest.send(page, "group_keys")
    assert page.path == guest.at("group", circle)
    assert guest.circle(circle).me.handle == "حصاة"


def test_a_name_that_is_taken_meanwhile_is_asked_for_again(seats: Seats) -> None:
    founder, circle = seats.founder("hidden", "support")
    guest = seats.knocks(founder, circle, "نخلة")
    (waiting,) = two_steps.who_waits(founder.circle(circle))
    seats.run(two_steps.let_in(founder.circle(circle), waiting))
    page = guest.send(guest.get(seats.world.url("groups")), "group_keys")
    assert guest.word("Somebody in the group has this name already.") in page.text
    page = guest.send(page, "group_keys", handle="حصاة")
    assert page.path == guest.at("group", circle)
    assert guest.circle(circle).me.handle == "حصاة"


def test_waiting_can_end(seats: Seats) -> None:
    founder, circle = seats.founder("hidden", "support")
    guest = seats.knocks(founder, circle, "حصاة")
    guest.send(guest.get(seats.world.url("groups")), "group_forget")
    assert guest.member.memberships() == []


def test_a_group_that_removed_me_can_be_taken_off_the_list(seats: Seats) -> None:
    founder, circle = seats.founder()
    guest = seats.joins(founder, circle, "زيتونة")
    seats.run(leaving.remove(founder.circle(circle), guest.persona(circle)))
    page = guest.get(seats.world.url("groups"))
    assert guest.word("It no longer opens with this key.") in page.text
    guest.send(page, "group_forget")
    assert guest.member.memberships() == []


def test_a_group_that_is_open_is_not_forgotten_by_a_forged_form(seats: Seats) -> None:
    founder, circle = seats.founder()
    token = founder.get(seats.world.url("groups")).forms[0].fields["token"]
    assert founder.post(founder.at("group_forget", circle), {"token": token}).status == 404
    assert founder.member.has(circle)


def test_a_full_keyring_says_so(seats: Seats) -> None:
    someone = seats.someone()
    charter = founding.first_charter("close", "ش", "", (), "link")
    page = someone.send(someone.get(seats.world.url("group_new")), "group_new", card="close")
    for _ in range(30):
        try:
            seats.run(founding.found_circle(someone.member, charter, "نخلة"))
        except KeyringFull:
            break
    page = someone.send(page, "group_new")
    assert someone.word("There is no room for another group. Leaving one makes room.") in page.text
