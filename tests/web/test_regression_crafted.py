"""What a member writes with a program of their own breaks nobody's pages: it is passed over.

Every case is a record, cover or letter that is sealed and signed as it should be, and says what no program of ours
would say.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

import pytest
from msgspec.structs import replace

from jiwar.circles import entering, founding, invitations, letters, reports, roles, transfer, turning
from jiwar.circles.circle import Circle, circle_object
from jiwar.circles.invitations import Admission
from jiwar.circles.model import LETTER
from jiwar.circles.reports import Report
from jiwar.circles.speech import React
from jiwar.circles.transfer import Transfer
from jiwar.clock import SetClock
from jiwar.crypto.labels import EPOCH_TRANSFER, RECORD_SEAL
from jiwar.crypto.sealing import seal
from jiwar.errors import InviteSpent, JiwarError, NotThere
from jiwar.keyring.epochs import Chain, EpochKeys
from jiwar.log import record
from jiwar.log.shelf import LAST_NUMBER, Entry
from jiwar.store.contract import KEPT, Append
from jiwar.systems.forum import service as forum
from jiwar.systems.forum import view
from jiwar.systems.forum.model import TopicCover
from jiwar.systems.forum.view import topic
from jiwar.systems.rooms import service as rooms
from jiwar.wire.canonical import encode
from tests.systems.company import spoil
from tests.web.client import World
from tests.web.seated import Seats
from tests.web.talking import Talk

FAR = 2**63
"""More than a date, or a column of a store, can hold."""
Crafted = Callable[[Circle, bytes], Coroutine[Any, Any, object]]


@pytest.fixture
def talk(world: World) -> Talk:
    return Talk(Seats(world, "en"))


class _OddHour(SetClock):
    """Knows a part of the day which there is not."""

    def part(self) -> int:
        return 99


async def _reply_at_an_odd_hour(circle: Circle, obj: bytes) -> None:
    circle.log.clock = _OddHour(circle.services.clock.day())
    await forum.reply(circle, obj, "at an hour that there is not")


async def _put_cover(circle: Circle, obj: bytes, cover: TopicCover) -> None:
    """Any member may bring a topic a new line; this one does it with a word to its first post."""
    first = circle.log.rows(obj, 0, LAST_NUMBER, 1)[0]
    beside = Entry(obj, "react", encode(React("laugh")), first.keep, slot=first.slot, day=first.day)
    await circle.log.append(beside, refold=lambda _: encode(cover))


async def _cover_of_a_day_that_no_calendar_has(circle: Circle, obj: bytes) -> None:
    await _put_cover(circle, obj, replace(topic(circle, obj).cover, last_day=FAR - 1))


async def _cover_of_next_week(circle: Circle, obj: bytes) -> None:
    week = circle.services.clock.day() + 7
    await _put_cover(circle, obj, replace(topic(circle, obj).cover, last_day=week))


async def _cover_by_nobody(circle: Circle, obj: bytes) -> None:
    await _put_cover(circle, obj, replace(topic(circle, obj).cover, author=b"x", last_author=b"x"))


async def _cover_that_nobody_can_open(circle: Circle, obj: bytes) -> None:
    await spoil(circle, obj)


@pytest.mark.parametrize(
    "crafted",
    [
        _reply_at_an_odd_hour,
        _cover_of_a_day_that_no_calendar_has,
        _cover_of_next_week,
        _cover_by_nobody,
        _cover_that_nobody_can_open,
    ],
)
def test_regression_crafted_record_breaks_no_page(talk: Talk, crafted: Crafted) -> None:
    obj = talk.topic(talk.palm, "Rent", "Is there a way?")
    talk.seats.world.run(crafted(talk.opened_by(talk.fig), obj))
    assert talk.palm.get(talk.seats.world.url("home")).status == 200
    assert "Rent" in talk.palm.to("talk", talk.circle).text
    assert "Is there a way?" in talk.reads_topic(talk.palm, obj).text
    cover = topic(talk.opened_by(talk.palm), obj).cover
    assert cover.last_day <= talk.seats.world.hub.services.clock.day()
    assert cover.author == talk.palm.persona(talk.circle)


def test_regression_spoiled_covers_come_back_a_few_at_a_time(talk: Talk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A page folds so many anew and no more; the next one finds them made, and goes on."""
    topics = [talk.topic(talk.palm, f"topic {number}") for number in range(4)]
    for obj in topics:
        talk.seats.world.run(spoil(talk.opened_by(talk.fig), obj))
    monkeypatch.setattr(view, "MOST_READ_ANEW", 2)
    monkeypatch.setattr(view, "_BATCH", 1)
    for shown in (2, 4):
        page = talk.palm.to("talk", talk.circle).text
        assert sum(f"topic {number}" in page for number in range(4)) == shown


def test_regression_crafted_message_breaks_no_page(talk: Talk) -> None:
    room = talk.room(talk.palm, "Evening")
    circle = talk.opened_by(talk.fig)
    circle.log.clock = _OddHour(circle.services.clock.day())
    talk.seats.world.run(rooms.write(circle, room, "at an hour that there is not"))
    assert talk.palm.get(talk.seats.world.url("home")).status == 200
    assert "Evening" in talk.palm.to("talk", talk.circle).text
    assert "at an hour that there is not" in talk.reads_room(talk.palm, room).text


async def _append_below_zero(circle: Circle, obj: bytes, keep: int) -> None:
    """A record that opens and says a part of the day below zero; no program of ours can sign such a number."""
    log, day, rid = circle.log, circle.services.clock.day(), circle.services.random(16)
    place = record.Place(log.circle, log.shelf, obj, log.newest.epoch, day, keep)
    plain = record.SignedRecord(
        "message", log.persona.key, b"", -1, 0, b"", b"", log.persona.erase_hash(rid), b"x" * 64
    )
    key = await log._writing_key(keep, day)
    value = seal(key, RECORD_SEAL, (*place.sealed, rid), encode(plain))
    tag, erase_hash = log.tag(""), log.persona.erase_hash(rid)
    appended = (log.shelf, log.newest.append, obj, tag, None, None, place.epoch, day, keep, rid, erase_hash, value)
    await log.store.append(Append(*appended, None))


def test_regression_crafted_number_below_zero_shuts_nobody_out(talk: Talk) -> None:
    room, circle = talk.room(talk.palm, "Evening"), talk.opened_by(talk.fig)
    talk.say(talk.palm, room, "Is anybody there?")
    talk.seats.world.run(_append_below_zero(circle, room, 7))
    talk.seats.world.run(_append_below_zero(circle, circle_object(circle.id), KEPT))
    circle.services.fragments.clear()
    assert talk.palm.get(talk.seats.world.url("home")).status == 200
    assert talk.palm.to("talk", talk.circle).status == 200
    assert "Is anybody there?" in talk.reads_room(talk.palm, room).text


async def _send(circle: Circle, report: Report) -> None:
    desk, log = circle.state.desk_of(), circle.log
    assert desk is not None
    mail = letters.write_letter(
        log.persona, circle.id, letters.REPORT, desk.kem, desk.inbox, log.clock.day(), encode(report), log.random
    )
    await log.store.put_mail(log.shelf, log.newest.append, desk.inbox, mail)


@pytest.mark.parametrize(
    "changed",
    [
        {"slot": FAR},
        {"slot": -FAR},
        {"obj": b"x"},
        {"obj": b""},
        {"reason": "x"},
        {"more": "x" * 9_000},
        {"words": "x" * 9_000},
        {"persona": b"x" * 32},
        {"persona": b"", "obj": b"", "slot": -1},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_regression_crafted_report_is_not_shown_and_hides_no_other(talk: Talk, changed: dict[str, Any]) -> None:
    obj, palm = talk.topic(talk.palm, "Rent", "Is there a way?"), talk.palm.persona(talk.circle)
    odd = replace(Report(palm, "", "Is there", "other", "crafted", obj, 0), **changed)
    talk.seats.world.run(_send(talk.opened_by(talk.fig), odd))
    talk.seats.world.run(reports.report(talk.opened_by(talk.fig), palm, "seen here", "other", ""))
    page = talk.palm.to("care_reports", talk.circle)
    assert (page.status, "seen here" in page.text, "crafted" in page.text) == (200, True, False)


def _far_lanes(keys: EpochKeys) -> EpochKeys:
    """A hundred lanes, each a century back: to walk them all would take the hub many seconds."""
    return replace(keys, chains=tuple(Chain(keep, -16_000, bytes(32)) for keep in range(1, 101)))


@pytest.mark.parametrize("odd", ["name", "parent", "letter", "lanes", "back", "epochs"])
def test_regression_crafted_invitation_lets_nobody_in(talk: Talk, odd: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its writer is anybody who may invite; whoever uses it might be a steward of another group."""
    real, world, guest = invitations.admission, talk.seats.world, talk.seats.someone()
    _, own = talk.seats.founder()

    def crafted(*given: Any) -> Admission:
        admitted = real(*given)
        keys = admitted.epochs[0]
        back = replace(keys, chains=tuple(replace(chain, day=chain.day - 100) for chain in keys.chains))
        return {
            "name": replace(admitted, name="\u202eolive"),
            "parent": replace(admitted, parent=own),
            "letter": replace(admitted, parent=own, mode=LETTER),
            "lanes": replace(admitted, epochs=(_far_lanes(keys),)),
            "back": replace(admitted, epochs=(back,)),
            "epochs": replace(admitted, epochs=tuple(replace(keys, epoch=at) for at in range(-1, 1))),
        }[odd]

    async def come_in() -> None:
        ticket = await invitations.invite(talk.opened_by(talk.fig), "ar")
        hub = world.hub
        admitted = await invitations.open_invite(hub.services, hub.tries, ticket.secret, ticket.words)
        await entering.enter(guest.member, admitted, "Guest")

    monkeypatch.setattr(invitations, "admission", crafted)
    with pytest.raises((InviteSpent, NotThere)):
        world.run(come_in())
    assert guest.member.keyring.memberships == ()


@pytest.mark.parametrize(
    "plain", [b"x", encode(Transfer(-1, 0, b"", b"", ())), encode(Transfer(0, -1, b"", b"", ()))]
)
def test_regression_crafted_transfer_cell_closes_no_other_group(
    talk: Talk, plain: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crafted(circle: bytes, shelf: bytes, old: EpochKeys, *rest: Any) -> bytes:
        return seal(old.transfer, EPOCH_TRANSFER, (shelf, old.epoch), plain)

    fig, world = talk.fig, talk.seats.world
    other = world.run(founding.found_circle(fig.member, talk.opened_by(talk.palm).charter, "Fig")).id
    with monkeypatch.context() as patched:
        patched.setattr(transfer, "make_cell", crafted)
        circle = talk.opened_by(talk.palm)
        with suppress(JiwarError):
            world.run(turning.turn(circle, roles.open_role(circle)))
    for page in ("home", "talk", "groups", "mykey"):
        assert fig.get(world.url(page)).status == 200
    assert fig.to("group", other).status == 200
