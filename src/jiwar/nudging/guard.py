"""Which addresses a hub sends to. A member chooses the address, so it may be any: it is checked as a text when it is
chosen, and by what its name leads to at every sending, for that changes.

A hub stands in a network where others trust it. So: https alone, to addresses of the open internet alone, unless the
keeper allows others; the connection goes to the very address that was checked; nothing that answers is followed.
Through a proxy names are looked up elsewhere: what is written must be a name of the open internet, or of an onion.
"""

from __future__ import annotations

import asyncio
import re
import socket
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from urllib.parse import urlsplit

from jiwar.errors import BadChoice

_URL = re.compile(r"https?://[!-~]{1,590}")
_ONION = re.compile(r"(?:[a-z0-9-]{1,63}\.)*[a-z2-7]{56}\.onion")
_NAME = re.compile(r"(?:[a-z0-9-]{1,63}\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")
_INWARD = ("localhost", "local", "internal", "lan", "home", "arpa", "onion")
_MAIL = re.compile(r"[A-Za-z0-9._%+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24}")
_TUNNELS = tuple(IPv6Network(net) for net in ("64:ff9b::/96", "2002::/16", "2001::/32", "::/96"))
"""Addresses that carry an IPv4 address inside, and so may lead anywhere."""


@dataclass(frozen=True)
class Place:
    """Where a push address leads, as far as its text says."""

    secure: bool
    host: str
    port: int
    path: str


def read_push_address(text: str, private: bool, proxied: bool = False) -> Place:
    """Raises BadChoice for what is no https address, or has a name and password in it.

    An onion's needs no https and a proxy: nobody else may be asked for it (RFC 7686).
    """
    if not _URL.fullmatch(text):
        raise BadChoice
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise BadChoice from None
    secure = parts.scheme == "https"
    onion = bool(proxied and _ONION.fullmatch(parts.hostname or ""))
    if not (secure or private or onion) or not parts.hostname or "@" in parts.netloc or parts.fragment:
        raise BadChoice
    if parts.hostname.rstrip(".").endswith(".onion") and not onion:
        raise BadChoice
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Place(secure, parts.hostname, port or (443 if secure else 80), path)


def read_mail_address(text: str) -> str:
    """Raises BadChoice for what is not one plain e-mail address."""
    if len(text) > 254 or not _MAIL.fullmatch(text):
        raise BadChoice
    return text


async def addresses_of(place: Place, private: bool) -> list[str]:
    """Where to connect. Raises BadChoice when the name leads to nothing, or anywhere that it must not."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # The latter for a name with an empty part, or one that is too long.
        raise BadChoice from None
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    if not addresses or not (private or all(is_open(address) for address in addresses)):
        raise BadChoice
    return addresses


def is_open(address: str) -> bool:
    """Whether it is an address of the open internet: not this machine, nor its network, nor anything in disguise."""
    try:
        known: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(known, IPv6Address):
        if known.ipv4_mapped is not None:
            known = known.ipv4_mapped
        elif known.is_site_local or any(known in net for net in _TUNNELS):
            return False
    return known.is_global and not known.is_multicast and not known.is_reserved


def is_inside(host: str) -> bool:
    """Whether it is written as this machine or one in its network: nobody needs to be asked for it."""
    return host == "localhost" or (_is_number(host) and not is_open(host))


def owner_of(host: str) -> str:
    """The end of a name: whoever has one has as many below it as they like."""
    return host if _is_number(host) else ".".join(host.rstrip(".").split(".")[-2:])


def require_outside(host: str) -> None:
    """Raises BadChoice for what a proxy beside the hub could take for a place inside."""
    if _ONION.fullmatch(host) or (_is_number(host) and is_open(host)):
        return
    if not _NAME.fullmatch(host) or host.rpartition(".")[2] in _INWARD:
        raise BadChoice


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
