"""The channels: one POST to a push address (ntfy, UnifiedPush) or, sealed, to a browser's push service; one message
to a mail relay.

The body is the member's text and nothing else. Every sending has one deadline, whatever the other side does.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate

from jiwar.circles.nudges import AT_ONCE, MAIL, PUSH, WEB, Target
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import NUDGE
from jiwar.errors import BadChoice
from jiwar.nudging.dial import Proxy, Streams, connect, dial
from jiwar.nudging.guard import (
    Place,
    addresses_of,
    is_inside,
    owner_of,
    read_mail_address,
    read_push_address,
    require_outside,
)
from jiwar.nudging.webpush import Signer, read_subscription

DEADLINE = 10.0
NAMELESS = "[127.0.0.1]"
"""What the hub calls itself to a relay: its machine's name is not told."""
_LONGEST_ANSWER = 4_096
Send = Callable[[Target], Awaitable[None]]


@dataclass(frozen=True)
class Relay:
    """The keeper's mail relay. `security` is tls, starttls or none."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)


@dataclass(frozen=True)
class Ways:
    """What a keeper allows: nothing, unless told.

    `push`: addresses that members type. `web`: those of their browsers' push services. `known`: it is no secret where
    the hub stands. Elsewhere nothing goes out but through the `proxy`: whoever it is sent to would see the hub's
    address. `private`: push addresses in the hub's own network, also by http.
    """

    push: bool = False
    web: bool = False
    private: bool = False
    relay: Relay | None = None
    trusted: ssl.SSLContext | None = None
    proxy: Proxy | None = None
    known: bool = False

    @property
    def channels(self) -> tuple[str, ...]:
        """Those that a member may choose."""
        out = self.known or self.proxy is not None
        asked = (
            (PUSH, self.push, self.private),
            (MAIL, self.relay is not None, False),
            (WEB, self.web, self.private),
        )
        return tuple(channel for channel, wanted, beside in asked if wanted and (out or beside))

    @property
    def shut(self) -> bool:
        """Whether the keeper wants reminders, and there is no way on which they don't give the hub away."""
        return (self.push or self.web or self.relay is not None) and not self.channels

    def check(self, channel: str, endpoint: str) -> None:
        """Raises BadChoice for an address that can't be one, or a channel that isn't there."""
        if channel not in self.channels:
            raise BadChoice
        if channel == MAIL:
            read_mail_address(endpoint)
        else:
            self._place(_address(channel, endpoint))

    def _place(self, endpoint: str) -> Place:
        """Raises BadChoice for what can't be reached, or not from here."""
        place = read_push_address(endpoint, self.private, self.proxy is not None)
        if self._is_beside(place):
            return place
        if self.proxy:
            require_outside(place.host)
        elif not self.known:
            raise BadChoice
        return place

    def _is_beside(self, place: Place) -> bool:
        return self.private and is_inside(place.host)

    def host(self, target: Target) -> str:
        """Whose answer a sending waits for: the relay's, or a push server's. Raises BadChoice."""
        if target.channel == MAIL:
            return MAIL
        return owner_of(self._place(_address(target.channel, target.endpoint)).host)

    async def send(self, target: Target, signer: Signer | None = None) -> None:
        """`signer`: the hub's, without which no browser is rung.

        Raises BadChoice, OSError and TimeoutError; who sends for others lets it rest.
        """
        self.check(target.channel, target.endpoint)
        async with asyncio.timeout(DEADLINE):
            if target.channel != MAIL:
                await self._push(target, signer)
            elif self.relay:
                await asyncio.to_thread(_mail, self.relay, self.proxy, self._trusted(), target)

    async def _push(self, target: Target, signer: Signer | None) -> None:
        place = self._place(_address(target.channel, target.endpoint))
        lines, body = _said(place, target, signer)
        lines += _haste(target)
        reader, writer = await self._reach(place, _apart(target))
        try:
            writer.write(_request(place, lines, body))
            await writer.drain()
            try:
                status = (await reader.readline()).split()
            except ValueError:  # A line that is too long.
                raise OSError from None
            if len(status) < 2 or not status[1].startswith(b"2"):
                raise OSError
        finally:
            writer.transport.abort()

    async def _reach(self, place: Place, apart: str) -> Streams:
        context = self._trusted() if place.secure else None
        if self.proxy and not self._is_beside(place):
            return await connect(self.proxy, place.host, place.port, apart, context, _LONGEST_ANSWER)
        address = (await addresses_of(place, self.private))[0]
        return await asyncio.open_connection(
            address, place.port, ssl=context, server_hostname=place.host if context else None, limit=_LONGEST_ANSWER
        )

    def _trusted(self) -> ssl.SSLContext:
        return self.trusted or ssl.create_default_context()


def _apart(target: Target) -> str:
    """A name for the proxy, the same for the same address."""
    return digest(NUDGE, "apart", target.channel, target.endpoint).hex()


def _address(channel: str, endpoint: str) -> str:
    """Where it is POSTed to. Raises BadChoice."""
    return read_subscription(endpoint).address if channel == WEB else endpoint


def _said(place: Place, target: Target, signer: Signer | None) -> tuple[tuple[str, ...], bytes]:
    """What is said, and the lines that say what that is. Raises BadChoice."""
    if target.channel == PUSH:
        return ("Content-Type: text/plain; charset=utf-8",), target.text.encode()
    if signer is None:
        raise BadChoice
    return signer.request(place, read_subscription(target.endpoint), target.text)


def _haste(target: Target) -> tuple[str, ...]:
    """How long it is good for; and of an alarm, that a phone should not sleep through it (RFC 8030, ntfy)."""
    return ("TTL: 3600", "Urgency: high", "Priority: high") if target.hour == AT_ONCE else ("TTL: 86400",)


def _request(place: Place, said: tuple[str, ...], body: bytes) -> bytes:
    host = f"[{place.host}]" if ":" in place.host else place.host
    lines = (
        f"POST {place.path} HTTP/1.1",
        f"Host: {host}:{place.port}",
        *said,
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _mail(relay: Relay, proxy: Proxy | None, context: ssl.SSLContext, target: Target) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = relay.sender, target.endpoint, target.text
    message["Date"] = formatdate(usegmt=True)
    message.set_content(target.text)
    try:
        with smtplib.SMTP(local_hostname=NAMELESS, timeout=DEADLINE) as server:
            server.sock = dial(proxy, relay.host, relay.port, _apart(target), DEADLINE)
            _greet(server, relay, context)
            if relay.user:
                server.login(relay.user, relay.password)
            server.send_message(message)
    except smtplib.SMTPException as error:
        raise OSError from error


def _greet(server: smtplib.SMTP, relay: Relay, context: ssl.SSLContext) -> None:
    """Begin on a line that is there already, as safe as the keeper says."""
    if relay.security == "tls":
        _wrap(server, relay, context)
    _require(server.getreply(), 220)
    server.ehlo()
    if relay.security == "starttls":
        _require(server.docmd("STARTTLS"), 220)
        _wrap(server, relay, context)
        server.ehlo()


def _wrap(server: smtplib.SMTP, relay: Relay, context: ssl.SSLContext) -> None:
    """What was heard before is nobody's word."""
    if server.sock is not None:
        server.sock, server.file = context.wrap_socket(server.sock, server_hostname=relay.host), None


def _require(reply: tuple[int, bytes], code: int) -> None:
    if reply[0] != code:
        raise OSError
