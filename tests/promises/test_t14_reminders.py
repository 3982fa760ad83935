"""T14: the store names no address of a reminder: not to who has its rows, nor with one of the two keys alone.

And what goes out tells neither when somebody wrote, nor where a hub stands that hides.
"""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest

from jiwar.circles import duty, nudges
from jiwar.circles.nudges import MAIL, PUSH, WEB, Target, open_target, seal_target
from jiwar.circles.rung import Rung
from jiwar.cli import disk
from jiwar.cli.ways import ways_from
from jiwar.clock import SetClock
from jiwar.crypto import envelopes, webpush
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX, NUDGE
from jiwar.crypto.random import system_random
from jiwar.crypto.sealing import unseal
from jiwar.errors import BadChoice, Damaged, NotCanonical
from jiwar.keyring.hub_secret import create_hub_secret
from jiwar.keyring.model import Nudge, Window
from jiwar.nudging import bell, channels, dial, guard
from jiwar.nudging.bell import SPREAD_SECONDS, Bell
from jiwar.nudging.channels import Ways
from jiwar.systems.forum import service
from jiwar.wire.canonical import encode
from jiwar.wire.frame import pad
from tests.core.nudging.browsers import Browser, PushService, bytes_of
from tests.core.nudging.receivers import MailServer, PushServer, SocksServer
from tests.core.nudging.ringing import look
from tests.core.store.places import open_sqlite
from tests.mutants.mutation import Mutations, replaced, together
from tests.world import HUB_ID, Person, World, village

pytestmark = pytest.mark.anyio
SEED = bytes(range(envelopes.SEED))
KEY = envelopes.public_key(SEED)
TEXT = "تحديث الوصفة"
TOPIC = b"a-topic-of-my-own"
PUSHED = "push.example"
ALLOWED = {"JIWAR_PUSH": "1", "JIWAR_SMTP_HOST": "relay.example", "JIWAR_SMTP_FROM": "notes@kitchen.example"}


def _plain(key: bytes, hub_id: bytes, target: Target) -> bytes:
    return pad(encode(target), nudges.TARGET_SIZE)


def _as_it_is(*arguments: object, **named: object) -> object:
    return arguments[-1]


async def _looking_up(proxy, host, port, *rest):
    await asyncio.get_running_loop().getaddrinfo(host, port)
    return await straight(proxy, host, port, *rest)


straight, signing = dial.connect, webpush._signing
MUTATIONS: Mutations = {
    "an address is left without the circle's seal": together(
        replaced(nudges, "seal", _as_it_is), replaced(nudges, "unseal", _as_it_is)
    ),
    "an address is left without the hub's seal": replaced(nudges, "seal_target", _plain),
    "letters are as long as what they say": replaced(nudges, "pad", lambda plain, size: pad(plain, len(plain) + 1)),
    "every reminder is an alarm": replaced(bell, "URGENT", 21),
    "all browsers are rung with one key": replaced(webpush, "_signing", lambda seed, name: signing(seed, b"")),
    "all circles have the same boxes": replaced(nudges, "_box", lambda keys, number: bytes([number]) * 32),
    "it rings when somebody writes": replaced(Bell, "_moment", lambda self, hour: self._clock.seconds()),
    "it rings at the hour to the second": replaced(bell, "SPREAD_SECONDS", 0),
    "a hub that hides goes out by itself": together(
        replaced(channels.Ways, "channels", property(lambda ways: (PUSH, MAIL))),
        replaced(channels.Ways, "_place", lambda ways, endpoint: guard.read_push_address(endpoint, False)),
    ),
    "names are looked up before the proxy is asked": replaced(channels, "connect", _looking_up),
    "a relay is told the name of the machine": replaced(channels, "NAMELESS", socket.gethostname()),
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
        assert nudges.take_off(keys, inbox, mail).sealed in opened
    for obj in here.world.hub._shelves.values():
        assert not any(TOPIC in record.row.value for one in obj.objects.values() for record in one.records.values())


def _all_boxes(person: Person, circle: bytes) -> set[bytes]:
    keys = person.circle(circle).log.newest
    return {nudges._box(keys, number) for number in range(nudges.BOXES)}


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


async def test_rows_do_not_tell_who_can_be_woken_nor_that_anybody_can() -> None:
    """Of letters from whom rings daily and from whom can be woken as well, the store sees as many bytes each."""
    here = await village()
    await ask(here.member)
    daily = {mail.value for box in here.world.hub._boxes.values() for mail in box.values()}
    await duty.stand(here.member.circle(here.circle), KEY, (Window(127, 22, 9),), ("thrown_out", "food"), "kettle")
    every = {mail.value for box in here.world.hub._boxes.values() for mail in box.values()}
    assert len(every) == 2
    assert {len(value) for value in every} == {len(value) for value in daily}
    keys = here.founder.circle(here.circle).log.newest
    [left] = [one for one in nudges.of_others(here.founder.circle(here.circle)) if one.hours]
    assert TOPIC not in encode(left)
    assert here.member.persona(here.circle) not in encode(left)
    assert open_target(SEED, HUB_ID, left.sealed).hour == nudges.AT_ONCE
    assert keys.epoch == here.member.circle(here.circle).log.newest.epoch


async def test_nobody_makes_an_alarm_of_somebodys_reminder() -> None:
    """A member with a changed program hands over what lies in the boxes when nothing is urgent: it waits its hour."""
    here = await village()
    await ask(here.member)
    ringing, clock, rung = at_noon(Ways(push=True, known=True))
    ringing._hub_id = HUB_ID
    rung.sealed |= {left.sealed for left in nudges.of_others(here.founder.circle(here.circle))}
    ringing.look()
    assert [moment > clock.seconds() for moment, _ in ringing._waiting.values()] == [True]


async def test_a_browser_is_rung_in_words_that_its_service_cannot_read() -> None:
    browser, ways = Browser(), Ways(web=True, private=True)
    ringing, clock, _ = at_noon(ways)
    there = PushService(browser, bytes_of(ringing.signer.point(b"n" * 16)), clock.seconds())
    async with there:
        line = browser.subscription(f"{there.origin}/ring", b"n" * 16)
        ringing.try_once(seal_target(KEY, HUB_ID, Target(WEB, line, 21, TEXT)))
        await look(ringing)
    assert there.said == [TEXT]
    assert not any(TEXT.encode() in body for body in there.bodies)
    assert not any(TEXT in value for head in there.heads for value in head.values())
    assert ringing.signer.point(b"n" * 16) != ringing.signer.point(b"m" * 16), "no key is the hub's own"


async def test_boxes_of_two_circles_have_nothing_in_common() -> None:
    here = await village()
    other = await here.world.found(here.member)
    await ask(here.member)
    all_boxes = [_all_boxes(here.member, circle) for circle in (here.circle, other)]
    assert not all_boxes[0] & all_boxes[1]
    (one, first), (two, second) = [
        (inbox, next(iter(box.values()))) for inbox, box in here.world.hub._boxes.items() if box
    ]
    assert one != two
    assert first.eid != second.eid
    assert one not in {
        digest(INBOX, here.member.circle(here.circle).log.persona.box(purpose)) for purpose in ("keys",)
    }
    pieces = {first.value[at : at + 16] for at in range(len(first.value) - 15)}
    assert not any(second.value[at : at + 16] in pieces for at in range(len(second.value) - 15))


async def test_nothing_in_the_folder_names_an_address(tmp_path: Path) -> None:
    clock, secret = SetClock(), create_hub_secret(tmp_path / "secret")
    store = await open_sqlite(tmp_path / "data", clock, secret.outer())
    try:
        here = await village(World(clock, store=store, secret=secret))
        await ask(here.member)
        await service.start_topic(here.founder.circle(here.circle), "A title", "Words.")
        assert here.world.services.rung.sealed
    finally:
        await store.close()
    assert disk.find(tmp_path / "data", [TOPIC.decode(), PUSHED, "a reminder of my own"]) == []


def at_noon(ways: Ways) -> tuple[Bell, SetClock, Rung]:
    clock, rung = SetClock(hour=12), Rung()
    return Bell(SEED, HUB_ID, rung, ways, clock, system_random, 0), clock, rung


def test_its_moment_does_not_tell_when_somebody_wrote() -> None:
    ringing, clock, _ = at_noon(Ways())
    moments = []
    for _ in range(8 * 60 // 4):
        moments += [ringing._moment(21)]
        clock.forward(seconds=240)
    hour = clock.seconds() // 86_400 * 86_400 + 21 * 3_600
    assert all(0 <= moment - hour < SPREAD_SECONDS for moment in moments)
    assert max(moments) - min(moments) > SPREAD_SECONDS / 2


async def test_hub_that_hides_sends_nothing_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = names_asked_for(monkeypatch)
    for channel, endpoint in ((PUSH, f"https://{PUSHED}/t"), (MAIL, "someone@mail.example.org")):
        with pytest.raises((BadChoice, OSError)):
            await ways_from(ALLOWED).send(Target(channel, endpoint, 21, "tea"))
    assert asked == []


async def test_through_a_proxy_no_name_is_asked_for_and_none_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = names_asked_for(monkeypatch)
    onion = "a" * 56 + ".onion"
    async with PushServer() as push, MailServer() as relay:
        async with SocksServer({onion: push.port, "relay.example": relay.port}) as proxy:
            allowed = ALLOWED | {"JIWAR_SOCKS": f"127.0.0.1:{proxy.port}", "JIWAR_SMTP_SECURITY": "none"}
            ringing, clock, rung = at_noon(ways_from(allowed))
            for channel, endpoint in ((PUSH, f"http://{onion}/t"), (MAIL, "someone@mail.example.org")):
                rung.sealed.add(seal_target(ringing.key, HUB_ID, Target(channel, endpoint, 13, "tea")))
            await look(ringing)
            clock.forward(seconds=3_600 + SPREAD_SECONDS)
            await look(ringing)
    assert sorted(name for name, _ in proxy.asked) == sorted((onion, "relay.example"))
    assert len(push.received) == len(relay.received) == 1
    assert set(asked) <= {"127.0.0.1"}
    assert not any(socket.gethostname() in line for line in (*relay.said, push.received[0].head))


def names_asked_for(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    asked: list[str] = []
    asking = socket.getaddrinfo

    def ask(host: str, *rest: int, **more: int) -> object:
        asked.append(host)
        return asking(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", ask)
    return asked


async def ask(person: Person) -> None:
    nudge = Nudge(PUSH, f"https://{PUSHED}/" + TOPIC.decode(), 21, "a reminder of my own")
    await nudges.choose(person.member, KEY, nudge)
