"""The page that everybody may read: who writes it, whom it lets in, and what only looks like one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, leaving, publishing
from jiwar.circles.circle import Circle
from jiwar.circles.invitations import Admission
from jiwar.circles.model import HIDDEN, LINK, OPEN, PUBLIC, Invite
from jiwar.circles.posted import PAGE_SIZE
from jiwar.circles.publishing import MOST_PUBLISHED, Notice, page_of
from jiwar.crypto.signing import public_key
from jiwar.errors import Full, InviteSpent, NameTaken, NotAllowed, NotThere
from jiwar.keyring.persona import Persona
from jiwar.wire.canonical import decode, encode
from jiwar.wire.frame import pad, unpad
from tests.world import Person, Village, handles, village

pytestmark = pytest.mark.anyio
TEXT = "We cook on Thursdays."


async def set_charter(here: Village, **changed: Any) -> Circle:
    circle = here.founder.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, **changed))
    await publishing.follow(circle)
    return here.founder.circle(here.circle)


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    made = await village()
    await set_charter(made, access=OPEN, public=TEXT)
    return made


def notice(here: Village) -> Notice:
    return publishing.read(here.world.services, page_of(here.circle))


async def comes_in(here: Village, admitted: Admission, handle: str = "lamp") -> Person:
    guest = await here.world.sign_up()
    await entering.enter(guest.member, admitted, handle)
    return guest


async def test_whoever_reads_the_page_comes_in(here: Village) -> None:
    admitted = notice(here).admission
    for handle in ("lamp", "fig"):
        await comes_in(here, admitted, handle)
    assert {"lamp", "fig"} <= handles(here.founder.circle(here.circle))


async def test_nothing_is_published_by_the_way_in_alone_or_by_the_text_alone(anyio_backend: str) -> None:
    made = await village()
    for changed in ({"access": OPEN}, {"access": LINK, "public": TEXT}, {"access": HIDDEN}):
        await set_charter(made, **changed)
        assert publishing.listed(made.world.services) == ()


async def test_it_says_what_the_charter_says(here: Village) -> None:
    await set_charter(here, public="We bake.", rules=("Wash hands.",), name="Mornings")
    now = notice(here)
    assert (now.text, now.rules, now.name) == ("We bake.", ("Wash hands.",), "Mornings")
    assert publishing.everything(here.world.services) == [now]


async def test_writing_it_twice_changes_nothing(here: Village) -> None:
    before, size = notice(here), here.founder.circle(here.circle).log.state.size
    await publishing.follow(here.steward.circle(here.circle))
    assert notice(here) == before
    assert here.founder.circle(here.circle).log.state.size == size


async def test_an_admission_of_yesterday_opens_nothing_that_was_closed_since(here: Village) -> None:
    kept = notice(here).admission
    await set_charter(here, level=2)
    with pytest.raises(NotThere):
        notice(here)
    with pytest.raises(InviteSpent):
        await comes_in(here, kept)
    await set_charter(here, level=0)
    with pytest.raises(InviteSpent):
        await comes_in(here, kept)
    await comes_in(here, notice(here).admission)


async def test_the_fold_shuts_the_door_before_any_page_does(here: Village) -> None:
    """A steward's own program may leave the page there: the invitation is gone with the charter's record."""
    circle = here.founder.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, access=LINK))
    with pytest.raises(InviteSpent):
        await comes_in(here, notice(here).admission)


async def test_a_turn_of_the_keys_publishes_anew(here: Village) -> None:
    old = notice(here).admission
    await leaving.remove(here.founder.circle(here.circle), here.member.persona(here.circle))
    with pytest.raises(InviteSpent):
        await comes_in(here, old)
    await comes_in(here, notice(here).admission)


async def test_somebody_removed_comes_back_as_a_stranger_only(here: Village) -> None:
    guest = await comes_in(here, notice(here).admission)
    seed = guest.member.membership(here.circle).persona
    await leaving.remove(here.founder.circle(here.circle), guest.persona(here.circle))
    await guest.member.forget_circle(here.circle)
    for handle in ("lamp", "lantern"):
        with pytest.raises((NotAllowed, InviteSpent, NameTaken)):
            await entering.enter(guest.member, notice(here).admission, handle, seed)


async def test_it_is_written_anew_before_it_ends_and_ends_without_a_steward(here: Village) -> None:
    first = notice(here)
    await here.world.pass_days(8)
    await leaving.turn_all_due(here.steward.member)
    assert notice(here).last_day > first.last_day
    await here.world.pass_days(15)
    with pytest.raises(NotThere):
        notice(here)


async def test_who_signed_and_is_no_steward_any_more_is_replaced(here: Village) -> None:
    await set_charter(here, public="Signed by the founder.")
    await leaving.leave(here.founder.circle(here.circle))
    await leaving.turn_all_due(here.steward.member)
    assert notice(here).signer == here.steward.persona(here.circle)


async def test_with_the_last_of_a_circle_its_page_goes(anyio_backend: str) -> None:
    made = await village()
    await set_charter(made, access=OPEN, public=TEXT)
    for person in (made.member, made.steward, made.founder):
        await leaving.leave(person.circle(made.circle))
    assert publishing.listed(made.world.services) == ()
    with pytest.raises(NotThere):
        made.world.store.page(page_of(made.circle))


async def test_with_few_stewards_few_come_in(anyio_backend: str) -> None:
    made = await village()
    await set_charter(made, access=OPEN, public=TEXT)
    circle = made.founder.circle(made.circle)
    (standing,) = [one for one in circle.state.invites if one.invite.mode == PUBLIC]
    assert standing.invite.uses == 5 - invitations.invited(circle)


async def test_a_hub_shows_no_more_than_so_many(here: Village) -> None:
    names = tuple(sorted(number.to_bytes(16, "big") for number in range(MOST_PUBLISHED)))
    await publishing.withdraw(here.founder.circle(here.circle))
    await here.world.store.put_page(publishing.LIST, encode(names))
    with pytest.raises(Full):
        await publishing.follow(here.founder.circle(here.circle))
    assert publishing.listed(here.world.services) == names


async def test_a_member_publishes_nothing(here: Village) -> None:
    """Not by the verb, and not by a record of their own making."""
    await publishing.withdraw(here.founder.circle(here.circle))
    circle = here.member.circle(here.circle)
    await publishing.follow(circle)
    assert publishing.listed(here.world.services) == ()
    proof = public_key(b"p" * 32)
    body = Invite(proof, b"n" * 32, PUBLIC, 5, here.world.clock.day() + 3, 0)
    await founding.write_own(circle, "invite", encode(body))
    assert all(one.invite.proof != proof for one in here.founder.circle(here.circle).state.invites)


@pytest.mark.parametrize("body", [{"uses": 101}, {"uses": 0}, {"last_day": 15}, {"number": b"short"}])
async def test_an_invitation_beyond_its_bounds_does_not_count(here: Village, body: dict[str, Any]) -> None:
    circle = here.founder.circle(here.circle)
    proof, today = public_key(b"p" * 32), here.world.clock.day()
    sound = Invite(proof, b"n" * 32, PUBLIC, 5, today + 14, 0)
    wrong = replace(sound, **{name: value + today if name == "last_day" else value for name, value in body.items()})
    await founding.write_own(circle, "invite", encode(wrong))
    assert all(one.invite.proof != proof for one in circle.state.invites)
    await founding.write_own(circle, "invite", encode(sound))
    assert [one.invite.proof for one in circle.state.invites if one.invite.mode == PUBLIC] == [proof]


FORGED: dict[str, Callable[[Notice], Notice]] = {
    "another text": lambda one: replace(one, text="Bring money."),
    "an empty text": lambda one: replace(one, text=""),
    "another circle": lambda one: replace(one, circle=b"c" * 32),
    "another signer": lambda one: replace(one, signer=Persona(b"s" * 32).key),
    "a key of small order": lambda one: replace(one, signer=bytes([1]) + bytes(31)),
    "another version": lambda one: replace(one, version=2),
    "later days": lambda one: replace(one, last_day=one.last_day + 1),
    "another way in": lambda one: replace(one, admission=replace(one.admission, mode=LINK)),
}
CRAFTED: dict[str, Callable[[Notice], Notice]] = {
    "turning characters": lambda one: replace(one, text="\u202ecook"),
    "a long text": lambda one: replace(one, text="x" * 1201),
    "no name": lambda one: replace(one, name=""),
    "many rules": lambda one: replace(one, rules=("r",) * 25),
    "an admission for another circle": lambda one: replace(one, admission=replace(one.admission, circle=b"c" * 32)),
    "a role's keys": lambda one: replace(one, admission=replace(one.admission, parent=b"c" * 32, role=1)),
}


async def _put(here: Village, forged: Notice) -> None:
    await here.world.store.put_page(page_of(here.circle), pad(encode(forged), PAGE_SIZE))


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_page_is_no_page(here: Village, forge: Callable[[Notice], Notice]) -> None:
    await _put(here, forge(notice(here)))
    with pytest.raises(NotThere):
        notice(here)
    await publishing.follow(here.founder.circle(here.circle))
    assert notice(here).text == TEXT


@pytest.mark.parametrize("craft", CRAFTED.values(), ids=CRAFTED.keys())
async def test_a_page_that_no_program_of_ours_signs_is_no_page(
    here: Village, craft: Callable[[Notice], Notice]
) -> None:
    persona = here.founder.circle(here.circle).log.persona
    made = craft(notice(here))
    await _put(here, replace(made, signature=persona.sign(publishing._signed(made))))
    with pytest.raises(NotThere):
        notice(here)


@pytest.mark.parametrize("raw", [b"", b"\x80", b"x" * 40, pad(b"\xc0", 64)])
async def test_bytes_that_are_no_page_are_none(here: Village, raw: bytes) -> None:
    await here.world.store.put_page(page_of(here.circle), raw)
    with pytest.raises(NotThere):
        notice(here)


async def test_all_pages_have_one_size(here: Village) -> None:
    store, page = here.world.store, page_of(here.circle)
    assert len(store.page(page)) == PAGE_SIZE
    rules = tuple(f"{number:02}" + "ب" * 298 for number in range(24))
    await set_charter(here, public="ب" * 1200, rules=rules)
    assert len(store.page(page)) == PAGE_SIZE
    assert decode(unpad(store.page(page)), Notice).rules == rules
