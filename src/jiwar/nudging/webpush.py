"""A browser's push subscription (RFC 8030): read from what a page sent, and the request that rings it.

A subscription is one line: its address, the browser's public key, its secret, and the name of the pair that the hub
signs with for it, with spaces between, the last three in base64url. Each member has a name, and so a pair, of their
own: a push service can't tell by the key which subscriptions belong to one hub. It still sees who connects to it.
"""

from __future__ import annotations

from dataclasses import dataclass

from jiwar.clock import Clock
from jiwar.crypto import webpush
from jiwar.crypto.random import Random
from jiwar.errors import BadChoice, NotCanonical
from jiwar.nudging.guard import Place

SUBJECT = "mailto:push@example.com"
"""Whom a push service could write to: the address of RFC 8292's example, for a hub has none to give."""
TOKEN_SECONDS = 12 * 3_600


@dataclass(frozen=True)
class Subscription:
    """Where a browser is rung, its key and secret, and the name of the hub's pair for it."""

    address: str
    point: bytes
    auth: bytes
    name: bytes


def read_subscription(text: str) -> Subscription:
    """Raises BadChoice for what no page of ours sends; the address is for `guard` to judge."""
    parts = text.split(" ")
    if len(parts) != 4:
        raise BadChoice
    try:
        point, auth, name = map(webpush.from_text, parts[1:])
        webpush.require_sound_point(point)
    except NotCanonical:
        raise BadChoice from None
    if len(auth) != webpush.AUTH or len(name) != webpush.NAME:
        raise BadChoice
    return Subscription(parts[0], point, auth, name)


@dataclass(frozen=True)
class Signer:
    """Makes what a push service takes, with a pair for each member, all from one secret of the hub's."""

    seed: bytes
    clock: Clock
    random: Random

    def point(self, name: bytes) -> str:
        """The public key that a browser makes a subscription for."""
        return webpush.to_text(webpush.signing_point(self.seed, name))

    def request(self, place: Place, to: Subscription, text: str) -> tuple[tuple[str, ...], bytes]:
        """Lines that say who sends and how it is sealed; the text, for that browser alone, as long as any other."""
        until = int(self.clock.seconds()) + TOKEN_SECONDS
        shown = webpush.authorization(self.seed, to.name, _origin(place), SUBJECT, until)
        body = webpush.seal_message(to.point, to.auth, text.encode(), self.random)
        return (
            f"Authorization: {shown}",
            "Content-Encoding: aes128gcm",
            "Content-Type: application/octet-stream",
        ), body


def _origin(place: Place) -> str:
    """As a browser writes it: the port only where it isn't the usual one."""
    usual = 443 if place.secure else 80
    host = f"[{place.host}]" if ":" in place.host else place.host
    return f"{'https' if place.secure else 'http'}://{host}" + ("" if place.port == usual else f":{place.port}")
