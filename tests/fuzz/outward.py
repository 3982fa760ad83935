"""Targets of what goes out of the hub: reminders as members leave them, where they go, and what a proxy answers."""

from __future__ import annotations

from contextlib import suppress

from jiwar.circles import nudges
from jiwar.crypto import envelopes, sealing, webpush
from jiwar.crypto.labels import NUDGE
from jiwar.crypto.random import system_random
from jiwar.errors import BadChoice, Damaged, NotCanonical, Unopenable
from jiwar.keyring.epochs import begin
from jiwar.nudging.dial import talk
from jiwar.nudging.guard import read_mail_address, read_push_address, require_outside
from jiwar.nudging.webpush import read_subscription
from jiwar.store.contract import Mail
from jiwar.wire.canonical import encode
from jiwar.wire.frame import join, pad

HUB, INBOX, RID, SEED = b"h" * 16, b"i" * 32, b"r" * 16, b"s" * envelopes.SEED
PUBLIC = envelopes.public_key(SEED)
EPOCH = begin(b"e" * 32, 1, b"s" * 16, 20_000)
POINT = webpush.to_text(webpush.signing_point(b"s" * 32, b"n" * 16))
MOST_HEARD = 300


def reminders(data: bytes) -> None:
    """Under the circle's seal, and under the hub's."""
    sealed = sealing.seal(nudges._key(EPOCH), NUDGE, (INBOX, RID), data, random=system_random)
    with suppress(NotCanonical, Unopenable):
        left = nudges.take_off(EPOCH, INBOX, Mail(RID, 1, sealed))
        assert pad(encode(left), nudges.LEFT_SIZE) == data
        assert len(left.hours) in (0, 21)
    with suppress(Damaged, NotCanonical):
        nudges.take_off(EPOCH, INBOX, Mail(RID, 1, data))
        raise AssertionError
    info = join(NUDGE, HUB)
    for plain in (data, pad(data, nudges.TARGET_SIZE) if len(data) < nudges.TARGET_SIZE - 1 else data):
        with suppress(Unopenable, NotCanonical, BadChoice):
            assert encode(nudges.open_target(SEED, HUB, envelopes.seal_to(PUBLIC, info, plain))) == data
    with suppress(Unopenable, NotCanonical):
        nudges.open_target(SEED, HUB, data)
        raise AssertionError


def addresses(data: bytes) -> None:
    """What is read has nothing in it that ends a line or a header, and leads where it says."""
    text = data.decode("utf-8", "replace")
    for written in (text, f"https://{text}"):
        for proxied in (False, True):
            with suppress(BadChoice):
                place = read_push_address(written, False, proxied)
                assert place.path.startswith("/")
                assert not set(place.host + place.path) & set("\r\n \0#")
                assert "@" not in place.host
                assert 0 < place.port < 65_536
                assert place.secure or (proxied and place.host.endswith(".onion"))
                require_outside(place.host)
                assert "." in place.host or ":" in place.host
    with suppress(BadChoice):
        assert read_mail_address(text).count("@") == 1


def subscriptions(data: bytes) -> None:
    """What is read can be sealed to, and is written one way only."""
    text = data.decode("utf-8", "replace")
    with suppress(NotCanonical):
        assert webpush.to_text(webpush.from_text(text)) == text
    with suppress(NotCanonical):
        webpush.require_sound_point(data)
        assert webpush.seal_message(data, b"a" * webpush.AUTH, b"tea", system_random)
    for line in (text, f"{text} {POINT} {text}", f"https://push.example/ {POINT} {text}"):
        with suppress(BadChoice):
            to = read_subscription(line)
            assert " ".join((to.address, *map(webpush.to_text, (to.point, to.auth, to.name)))) == line
            assert len(to.point) == webpush.POINT
            assert webpush.seal_message(to.point, to.auth, b"tea", system_random)


def proxies(data: bytes) -> None:
    """Whatever a proxy answers, the talk ends, and asks for few bytes."""
    steps, heard = talk("push.example", 443, "apart"), data
    _, length = next(steps)
    with suppress(OSError, StopIteration):
        while length <= len(heard):
            assert 0 < length < MOST_HEARD
            said, heard = heard[:length], heard[length:]
            _, length = steps.send(said)
