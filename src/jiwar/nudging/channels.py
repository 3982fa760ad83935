"""The channels: one POST to a push address (ntfy, UnifiedPush), one message to a mail relay.

The body is the member's text and nothing else. Every sending has one deadline, whatever the other side does.
"""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import formatdate

from jiwar.circles.nudges import MAIL, PUSH, Target
from jiwar.errors import BadChoice
from jiwar.nudging.guard import Place, addresses_of, read_mail_address, read_push_address

DEADLINE = 10.0
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
    password: str = ""


@dataclass(frozen=True)
class Ways:
    """What a keeper allows: nothing, unless told. `private`: push addresses in the hub's network, also by http."""

    push: bool = False
    private: bool = False
    relay: Relay | None = None
    trusted: ssl.SSLContext | None = None

    def check(self, channel: str, endpoint: str) -> None:
        """Raises BadChoice for an address that can't be one, or a channel that isn't there."""
        if channel == PUSH and self.push:
            read_push_address(endpoint, self.private)
        elif channel == MAIL and self.relay:
            read_mail_address(endpoint)
        else:
            raise BadChoice

    @property
    def channels(self) -> tuple[str, ...]:
        return ((PUSH,) if self.push else ()) + ((MAIL,) if self.relay else ())

    async def send(self, target: Target) -> None:
        """Raises BadChoice, OSError and TimeoutError; who sends for others lets it rest."""
        self.check(target.channel, target.endpoint)
        async with asyncio.timeout(DEADLINE):
            if target.channel == PUSH:
                await self._push(read_push_address(target.endpoint, self.private), target.text)
            elif self.relay:
                await asyncio.to_thread(_mail, self.relay, target.endpoint, target.text)

    async def _push(self, place: Place, text: str) -> None:
        address = (await addresses_of(place, self.private))[0]
        context = (self.trusted or ssl.create_default_context()) if place.secure else None
        reader, writer = await asyncio.open_connection(
            address, place.port, ssl=context, server_hostname=place.host if context else None, limit=_LONGEST_ANSWER
        )
        try:
            writer.write(_request(place, text.encode()))
            await writer.drain()
            try:
                status = (await reader.readline()).split()
            except ValueError:  # A line that is too long.
                raise OSError from None
            if len(status) < 2 or not status[1].startswith(b"2"):
                raise OSError
        finally:
            writer.transport.abort()


def _request(place: Place, body: bytes) -> bytes:
    host = f"[{place.host}]" if ":" in place.host else place.host
    lines = (
        f"POST {place.path} HTTP/1.1",
        f"Host: {host}:{place.port}",
        "Content-Type: text/plain; charset=utf-8",
        f"Content-Length: {len(body)}",
        "TTL: 86400",
        "Connection: close",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def _mail(relay: Relay, to: str, text: str) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = relay.sender, to, text
    message["Date"] = formatdate(usegmt=True)
    message.set_content(text)
    context = ssl.create_default_context()
    try:
        if relay.security == "tls":
            with smtplib.SMTP_SSL(relay.host, relay.port, timeout=DEADLINE, context=context) as server:
                _hand_over(server, relay, message)
        else:
            with smtplib.SMTP(relay.host, relay.port, timeout=DEADLINE) as server:
                if relay.security == "starttls":
                    server.starttls(context=context)
                _hand_over(server, relay, message)
    except smtplib.SMTPException as error:
        raise OSError from error


def _hand_over(server: smtplib.SMTP, relay: Relay, message: EmailMessage) -> None:
    if relay.user:
        server.login(relay.user, relay.password)
    server.send_message(message)
