"""T14: the store names no address of a reminder: not to who has its rows, nor with one of the two keys alone."""

from __future__ import annotations

import pytest

from jiwar.circles import nudges
from jiwar.circles.nudges import PUSH, Target, open_target
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, NUDGE
from jiwar.crypto.sealing import unseal
from jiwar.errors import Damaged, NotCanonical
from jiwar.keyring.model import Nudge
from jiwar.systems.forum import service
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad
from tests.mutants.mutation import Mutations, replaced, together
from tests.world import HUB_ID, Person, village

pytestmark = pytest.mark.anyio
SEED = bytes(range(envelopes.SEED))
KEY = envelopes.public_key(SEED)
TOPIC = b"a-topic-of-my-own"


def _plain(key: bytes, hub_id: bytes, target: Target) -> bytes:
    return pad(encode(target), nudges.TARGET_SIZE)


def _as_it_is(*arguments: object, **named: object) -> object:
    return arguments[-1]


MUTATIONS: Mutations = {
    "an address is left without the circle's seal": together(
        replaced(nudges, "seal", _as_it_is), replaced(nudges, "unseal", _as_it_is)
    ),
    "an address is left without the hub's seal": replaced(nudges, "seal_target", _plain),
}


async def test_no_row_and_neither_key_alone_names_an_address() -> None:
    here = await village()
    await ask(here.member)
    values = [(inbox, mail) for inbox, box in here.world.hub._boxes.items() for mail in box.values()]
    assert len(values) == 1, "one letter and nothing else was left"
    keys = here.member.circle(here.circle).log.newest
    for inbox, mail in values:
        assert TOPIC not in mail.value
        with pytest.raises((Damaged, NotCanonical)):
            open_target(SEED, HUB_ID, mail.value)
        opened = unseal_or_same(nudges._key(keys), inbox, mail.eid, mail.value)
        assert TOPIC not in opened
    for obj in here.world.hub._shelves.values():
        assert not any(TOPIC in record.row.value for one in obj.objects.values() for record in one.records.values())


def unseal_or_same(key: bytes, inbox: bytes, eid: bytes, value: bytes) -> bytes:
    try:
        return unseal(key, NUDGE, (inbox, eid), value)
    except Damaged:
        return value


async def test_both_keys_ring_the_bell() -> None:
    here = await village()
    await ask(here.member)
    await service.start_topic(here.founder.circle(here.circle), "A title", "Words.")
    [sealed] = here.world.services.rung.take()
    assert TOPIC not in sealed
    assert open_target(SEED, HUB_ID, sealed).endpoint.encode().endswith(TOPIC)


async def test_boxes_of_two_circles_have_nothing_in_common() -> None:
    here = await village()
    await here.world.found(here.member)
    await ask(here.member)
    (one, first), (other, second) = [
        (inbox, next(iter(box.values()))) for inbox, box in here.world.hub._boxes.items() if box
    ]
    assert one != other
    assert first.eid != second.eid
    assert one not in {
        digest(INBOX, here.member.circle(here.circle).log.persona.box(purpose)) for purpose in ("keys",)
    }
    pieces = {first.value[at : at + 16] for at in range(len(first.value) - 15)}
    assert not any(second.value[at : at + 16] in pieces for at in range(len(second.value) - 15))


async def ask(person: Person) -> None:
    nudge = Nudge(PUSH, "https://push.example/" + TOPIC.decode(), 21, "tea")
    await nudges.choose(person.member, KEY, nudge)
