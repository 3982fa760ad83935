"""P12: What a member's circles don't hold answers exactly like what doesn't exist.

Here for the store and for circles: the same error, with the same fields and the same chain of causes. The pages have
their own test.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, leaving, letters, publishing, roles
from jiwar.circles.circle import Circle
from jiwar.circles.invitations import number_of
from jiwar.circles.member import Member
from jiwar.circles.model import MODERATOR, OPEN
from jiwar.clock import SetClock
from jiwar.crypto import handles
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, TOKEN_HASH
from jiwar.errors import JiwarError, KeysChanged, NotThere, PhraseUnknown
from jiwar.keyring import shelves
from jiwar.keyring.model import Membership
from jiwar.keyring.phrase import new_phrase
from jiwar.store.contract import ACCOUNT_INNER_SIZE, Append, Mail, Store
from jiwar.store.memory import MemoryStore
from jiwar.store.memory_accounts import MemoryAccounts
from tests.core.store.making import Shelf, cover, opened, some
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.world import Village, World, heard, say, village

pytestmark = pytest.mark.anyio

UNKNOWN = b"x" * 32


def _tells_shelves_apart(self: MemoryStore, shelf: bytes, token: bytes) -> Any:
    found, shown = self._there(shelf), digest(TOKEN_HASH, token)
    if shown not in (found.keys.read_hash, found.keys.append_hash):
        raise KeysChanged
    return found


def _refuses_unknown_locators(self: MemoryStore, locator: bytes) -> bytes:
    try:
        return self._accounts[locator]
    except KeyError:
        raise NotThere from None


def _refuses_unknown_boxes(self: MemoryStore, token: bytes) -> list[Mail]:
    if digest(INBOX, token) not in self._boxes:
        raise NotThere
    return []


def _says_where(key: bytes, text: str) -> bytes:
    raise NotThere(found=len(text))


def _tells_of_withdrawn_pages(services: Any, page: bytes) -> Any:
    if not services.store.page(page):
        raise KeysChanged
    raise NotThere(found=len(page))


def _tells_of_spent_invitations(services: Any, tries: Any, text: str, words: tuple[str, str]) -> Any:
    services.store.invite(number_of(text))
    raise KeysChanged


def _is_steward(member: Member, membership: Membership, admitted: invitations.Admission) -> bool:
    return Circle(member, membership.circle).is_steward


MUTATIONS: Mutations = {
    "a wrong token tells that the shelf exists": together(
        replaced(MemoryStore, "_reader", _tells_shelves_apart), replaced(MemoryStore, "_writer", _tells_shelves_apart)
    ),
    "an unknown account is not there": replaced(MemoryAccounts, "account", _refuses_unknown_locators),
    "an unknown circle is told from one that is not mine": replaced(
        shelves, "membership", lambda ring, circle: _other(circle)
    ),
    "keys of a role are taken by whoever gets the letter": replaced(entering, "_are_wanted", lambda *_: True),
    "who has lost a role keeps its keys": replaced(roles, "_gone", lambda circle, role: set()),
    "every steward is sent the keys of every role": replaced(entering, "_are_wanted", _is_steward),
    "a name of another session says what is wrong with it": replaced(handles, "resolve", _says_where),
    "an unknown box is told from an empty one": replaced(MemoryStore, "mail", _refuses_unknown_boxes),
    "a page of a group that closed is told from one that never was": replaced(
        publishing, "read", _tells_of_withdrawn_pages
    ),
    "a spent link is told from one that never was": replaced(invitations, "open_invite", _tells_of_spent_invitations),
}


def _other(circle: bytes) -> Any:
    raise KeysChanged if circle == UNKNOWN else NotThere


def answer(ask: Callable[..., Any], *about: Any) -> tuple[Any, ...]:
    """Everything about an answer that somebody could tell it by."""
    try:
        return ("answer", ask(*about))
    except JiwarError as error:
        return (type(error), error.fields, str(error), type(error.__cause__))


async def answered(ask: Callable[..., Any], *about: Any) -> tuple[Any, ...]:
    try:
        return ("answer", await ask(*about))
    except JiwarError as error:
        return (type(error), error.fields, str(error), type(error.__cause__))


@pytest.fixture(params=["memory", "sqlite"])
async def store(request: pytest.FixtureRequest, tmp_path: Path, anyio_backend: str) -> AsyncIterator[Store]:
    clock = SetClock()
    if request.param == "memory":
        yield MemoryStore(clock)
        return
    made = await open_sqlite(tmp_path / "data", clock)
    yield made
    await made.close()


READS: dict[str, Callable[[Store, bytes, bytes, bytes], Any]] = {
    "shelf": lambda store, shelf, token, obj: store.shelf(shelf, token),
    "objects": lambda store, shelf, token, obj: store.objects(shelf, token, some(16, "tag"), None, 9),
    "object": lambda store, shelf, token, obj: store.object(shelf, token, obj),
    "records": lambda store, shelf, token, obj: store.records(shelf, token, obj, 0, 9, 9),
    "record": lambda store, shelf, token, obj: store.record(shelf, token, obj, 0, 0),
    "node": lambda store, shelf, token, obj: store.node(shelf, token, 0, 0),
    "day halves": lambda store, shelf, token, obj: store.day_halves(shelf, token, 7, [20_000]),
    "transfer": lambda store, shelf, token, obj: store.transfer(shelf, 0, token),
    "watch": lambda store, shelf, token, obj: store.watch(shelf, token, lambda *_: None),
}
MAIL = Mail(b"e" * 16, 20_000, b"letter")
WRITES: dict[str, Callable[[Store, bytes, bytes, bytes], Any]] = {
    "append": lambda store, shelf, token, obj: store.append(written(shelf, token, obj)),
    "half": lambda store, shelf, token, obj: store.make_day_half(shelf, token, 7, 20_000, b"h" * 32),
    "mail": lambda store, shelf, token, obj: store.put_mail(shelf, token, b"i" * 32, MAIL),
    "erase": lambda store, shelf, token, obj: store.erase(shelf, obj, 0, 0, token),
    "erase by control": lambda store, shelf, token, obj: store.erase_by_control(shelf, obj, 0, 0, token * 2),
    "drop": lambda store, shelf, token, obj: store.drop(shelf, token * 2),
    "answer": lambda store, shelf, token, obj: store.answer_invite(token, b"i" * 32, MAIL),
}


def written(shelf: bytes, token: bytes, obj: bytes) -> Append:
    place = (shelf, token, obj, some(16, "tag"), None, None, 0, 20_000, 0, b"r" * 16, b"h" * 32)
    return Append(*place, b"value", cover())


async def filled(store: Store) -> tuple[Shelf, bytes]:
    shelf, obj = await opened(store), some(16)
    await store.append(shelf.first(obj))
    return shelf, obj


@pytest.mark.parametrize("read", READS.values(), ids=READS.keys())
async def test_the_store_reads_a_foreign_shelf_like_none(store: Store, read: Callable[..., Any]) -> None:
    shelf, obj = await filled(store)
    foreign = answer(read, store, shelf.name, UNKNOWN, obj)
    assert foreign == answer(read, store, b"n" * 16, UNKNOWN, obj)
    assert foreign == answer(read, store, shelf.name, UNKNOWN, b"n" * 16)
    assert foreign[0] is NotThere


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES.keys())
async def test_the_store_writes_a_foreign_shelf_like_none(store: Store, write: Callable[..., Any]) -> None:
    shelf, obj = await filled(store)
    foreign = await answered(write, store, shelf.name, UNKNOWN, obj)
    assert foreign == await answered(write, store, b"n" * 16, UNKNOWN, obj)
    assert foreign[0] is NotThere
    assert store.shelf(shelf.name, shelf.read).size == 1


async def test_an_object_of_another_shelf_is_none(store: Store) -> None:
    mine, _ = await filled(store)
    _, foreign = await filled(store)
    for read in ("object", "records", "record"):
        asked = answer(READS[read], store, mine.name, mine.read, foreign)
        assert asked == answer(READS[read], store, mine.name, mine.read, b"n" * 16)


async def test_a_foreign_box_is_an_empty_one(store: Store) -> None:
    shelf = await opened(store)
    await store.put_mail(shelf.name, shelf.append, b"i" * 32, MAIL)
    assert store.mail(b"i" * 32) == store.mail(UNKNOWN) == []
    await store.delete_mail(UNKNOWN, MAIL.eid)


async def test_an_unknown_account_has_bytes_like_any(store: Store) -> None:
    for _ in range(2):
        assert len(store.account(UNKNOWN)) == ACCOUNT_INNER_SIZE
        await World(store=store).sign_up()


@pytest.fixture
async def here(anyio_backend: str) -> Village:
    return await village()


async def test_a_circle_of_others_is_no_circle(here: Village) -> None:
    stranger = await here.world.sign_up()
    asks: dict[str, Callable[[Member, bytes], Any]] = {
        "open": lambda member, circle: stranger.circle(circle),
        "membership": lambda member, circle: member.membership(circle),
        "trail": lambda member, circle: member.trail(circle),
        "has": lambda member, circle: member.has(circle),
        "role": lambda member, circle: member.role_circle_of(circle),
    }
    for ask in asks.values():
        member = stranger.member
        there = answer(ask, member, here.circle)
        assert there == answer(ask, member, UNKNOWN)


async def test_a_topic_of_another_circle_is_no_topic(here: Village) -> None:
    other = await here.world.found(here.founder)
    topic = await say(here.founder.circle(other).log, "elsewhere")
    log = here.member.circle(here.circle).log
    reads: list[Callable[[bytes], Any]] = [
        log.cover,
        lambda obj: log.rows(obj, 0, 9, 9),
        lambda obj: log.row(obj, 0, 0),
    ]
    for read in reads:
        assert answer(read, topic) == answer(read, b"n" * 16)


async def test_the_stewards_circle_is_none_to_a_member(here: Village) -> None:
    role = here.founder.member.role_circle_of(here.circle)
    assert role is not None
    assert answer(here.member.circle, role.circle) == answer(here.member.circle, UNKNOWN)
    circle = here.member.circle(here.circle)
    assert answer(roles.open_role, circle)[0] is NotThere


async def test_a_role_sees_by_key(here: Village) -> None:
    """A role's circle is none to who isn't in it, a steward included, whatever letter with keys they are sent;
    and none any more to who has lost the role.
    """
    circle = here.circle
    await roles.open_circle(here.steward.circle(circle), MODERATOR)
    inner = roles.open_role(here.steward.circle(circle), MODERATOR)
    obj = await say(inner.log, "among moderators")
    for person in (here.founder, here.member):
        await roles.offer(here.steward.circle(circle), inner, person.persona(circle))
        member = person.member
        assert entering.keys_arrived(member, member.membership(circle)) is None
        assert await entering.take_keys(member, member.membership(circle)) is None
        assert answer(person.circle, inner.id) == answer(person.circle, UNKNOWN)
        assert answer(lambda opened: roles.open_role(opened, MODERATOR), person.circle(circle))[0] is NotThere
    await roles.give(here.founder.circle(circle), here.member.persona(circle), MODERATOR)
    member = here.member.member
    assert await entering.take_keys(member, member.membership(circle)) is not None
    assert heard(roles.open_role(here.member.circle(circle), MODERATOR), obj) == ["among moderators"]
    stale = here.member.stale_log(inner.id)
    await roles.take(here.founder.circle(circle), here.member.persona(circle), MODERATOR)
    await leaving.turn_all_due(here.steward.member)
    after = await say(roles.open_role(here.steward.circle(circle), MODERATOR).log, "without them")
    assert answer(stale.rows, after, 0, 9, 9)[0] is KeysChanged


async def test_names_of_another_session_are_names_of_nothing(here: Village) -> None:
    sessions = here.world.services.sessions
    mine, theirs = (sessions.find(sessions.start()).handle_key for _ in range(2))
    foreign = handles.name(theirs, here.circle[:16])
    asked = answer(handles.resolve, mine, foreign)
    for nothing in ("", "a", "A" * len(foreign), foreign[:-1], "ل" * 30, "/../.."):
        assert answer(handles.resolve, mine, nothing) == asked
    assert asked[0] is NotThere


async def test_links_that_have_ended_are_links_to_nowhere(here: Village) -> None:
    world, ended = here.world, []
    for end in ("spent", "revoked", "expired"):
        ticket = await invitations.invite(here.founder.circle(here.circle), "en", 1)
        circle = here.founder.circle(here.circle)
        if end == "spent":
            opened_link = await invitations.open_invite(world.services, world.tries, ticket.secret, ticket.words)
            entered = await entering.enter((await world.sign_up()).member, opened_link, "lamp")
            if invitations.is_used_up(entered, opened_link.proof):
                await world.services.store.remove_invite(invitations.number_of(ticket.secret))
        elif end == "revoked":
            await invitations.revoke(circle, circle.state.invites[-1].invite.proof)
        else:
            await world.pass_days(8)
        ended.append(ticket)
    never = ["a" * 26, "", "aaaa"]
    answers = [
        await answered(invitations.open_invite, world.services, world.tries, link, ("a", "b"))
        for link in [*(ticket.secret for ticket in ended), *never]
    ]
    assert len({str(one) for one in answers}) == 1


async def test_a_phrase_that_opens_nothing_says_so_and_no_more(here: Village) -> None:
    world = here.world
    session = world.services.sessions.find(world.services.sessions.start())
    asked = await answered(world.accounts.sign_in, new_phrase(), session)
    empty = World()
    fresh = empty.services.sessions.find(empty.services.sessions.start())
    assert asked == await answered(empty.accounts.sign_in, new_phrase(), fresh)
    assert asked[0] is PhraseUnknown
    for one in (world, empty):
        one.accounts.close()


async def test_a_letter_for_somebody_else_is_no_letter(here: Village) -> None:
    circle = here.member.circle(here.circle)
    store, persona = here.world.store, circle.log.persona
    assert letters.read_box(store, b"b" * 32, persona.kem_seed, letters.KEYS, here.world.clock.day()) == []


async def test_a_page_that_is_not_published_is_none(here: Village) -> None:
    """Withdrawn, ended, never written, or of a circle that is not open: one answer."""
    services, circle = here.world.services, here.founder.circle(here.circle)
    await founding.change_charter(circle, replace(circle.charter, access=OPEN, public="Come in."))
    await publishing.follow(here.founder.circle(here.circle))
    page = publishing.page_of(here.circle)
    assert publishing.read(services, page).text == "Come in."
    unlisted, value = b"u" * 16, services.store.page(page)
    await services.store.put_page(unlisted, value)
    await here.world.pass_days(15)
    ended = answer(publishing.read, services, page)
    await publishing.withdraw(here.founder.circle(here.circle))
    for name in (page, unlisted, b"n" * 16, publishing.LIST, b"", publishing.page_of(UNKNOWN)):
        assert answer(publishing.read, services, name) == ended
    assert ended == (NotThere, {}, "there.nothing", type(None))
