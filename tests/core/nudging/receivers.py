"""What reminders are sent to: a push server and a mail relay, each speaking its protocol on this machine."""

from __future__ import annotations

import asyncio
import ssl
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


@dataclass
class Received:
    """One request, or one message."""

    head: str
    body: str


@dataclass
class _Server(ABC):
    """Listens on this machine while it is entered, and waits for whoever it still serves."""

    context: ssl.SSLContext | None = field(default=None, kw_only=True)
    port: int = field(default=0, init=False)
    serving: list[asyncio.Task[None]] = field(default_factory=list, init=False)

    @property
    def tls(self) -> ssl.SSLContext | None:
        """What it speaks from the first byte on."""
        return self.context

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._begin, "127.0.0.1", 0, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self.serving, return_exceptions=True)

    async def _begin(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task:
            self.serving.append(task)
        await self._serve(reader, writer)

    @abstractmethod
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None: ...


@dataclass
class PushServer(_Server):
    """Takes POSTs over http or https, as ntfy and UnifiedPush servers do (RFC 9112)."""

    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    received: list[Received] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(next(line for line in head.splitlines() if line.startswith("Content-Length")).split(":")[1])
        self.received.append(Received(head, (await reader.readexactly(length)).decode()))
        writer.write(self.answer)
        await _ended(writer)


@dataclass
class Silent(_Server):
    """Lets everybody in and never answers. `most`: how many were there at once."""

    there: int = 0
    most: int = 0

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.there += 1
        self.most = max(self.most, self.there)
        with suppress(OSError):
            await reader.read()
        self.there -= 1
        await _ended(writer)


@dataclass
class MailServer(_Server):
    """Takes mail, as a relay does (RFC 5321): open, after STARTTLS (RFC 3207), or by TLS from the first byte."""

    received: list[Received] = field(default_factory=list)
    refuse: bool = False
    at_once: bool = False
    said: list[str] = field(default_factory=list)

    @property
    def tls(self) -> ssl.SSLContext | None:
        return self.context if self.at_once else None

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        envelope: list[str] = []
        writer.write(b"220 relay\r\n")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            self.said.append(line)
            if verb == "STARTTLS" and self.context:
                writer.write(b"220 begin\r\n")
                try:
                    await writer.start_tls(self.context)
                except OSError:
                    return  # Whoever called did not trust it.
                continue
            if verb in ("MAIL", "RCPT"):
                envelope.append(line)
            if verb == "DATA":
                writer.write(b"354 go on\r\n")
                body = (await reader.readuntil(b"\r\n.\r\n")).decode()
                self.received.append(Received("\n".join(envelope), body))
            if verb == "QUIT":
                writer.write(b"221 goodbye\r\n")
                break
            no = verb == "STARTTLS" or (self.refuse and verb == "RCPT")
            writer.write(b"550 no\r\n" if no else b"250 fine\r\n")
        await _ended(writer)


@dataclass
class SocksServer(_Server):
    """A proxy (RFC 1928, 1929) that leads names which exist nowhere else to ports of this machine."""

    leads: dict[str, int]
    asks_for_name: bool = True
    refuse: bool = False
    asked: list[tuple[str, int]] = field(default_factory=list)
    named: list[bytes] = field(default_factory=list)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        offered = await reader.readexactly(methods)
        if self.asks_for_name and 2 in offered:
            writer.write(b"\5\2")
            name = await reader.readexactly((await reader.readexactly(2))[1])
            await reader.readexactly((await reader.readexactly(1))[0])
            self.named.append(name)
            writer.write(b"\1\0")
        else:
            writer.write(b"\5\0")
        head = await reader.readexactly(5)
        assert head[:4] == b"\5\1\0\3", "it is asked by name"
        host = (await reader.readexactly(head[4])).decode()
        self.asked.append((host, int.from_bytes(await reader.readexactly(2), "big")))
        if self.refuse or host not in self.leads:
            writer.write(b"\5\4\0\1" + bytes(6))
            return await _ended(writer)
        there, on = await asyncio.open_connection("127.0.0.1", self.leads[host])
        writer.write(b"\5\0\0\3\4" + b"exit" + bytes(2))
        await asyncio.gather(_carry(reader, on), _carry(there, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while some := await reader.read(4_096):
            writer.write(some)
            await writer.drain()
    await _ended(writer)


async def _ended(writer: asyncio.StreamWriter) -> None:
    """Whoever has what they want may be gone before everything was sent."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()


def certificate(folder: Path, host: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """For the server; and for who trusts it."""
    named = x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
    key = ec.generate_private_key(ec.SECP256R1())
    name, now = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)]), datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([named]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "push.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cadata=made.public_bytes(Encoding.PEM).decode())
