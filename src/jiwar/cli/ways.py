"""Which ways out of the hub a keeper allows for reminders: none, unless the environment says so.

Where people don't reach the hub by https, it may stand behind an onion address, and nothing may show where: then
there is no way out but a SOCKS proxy.
"""

from __future__ import annotations

from jiwar.errors import BadChoice
from jiwar.nudging.channels import Relay, Ways
from jiwar.nudging.dial import Proxy
from jiwar.nudging.guard import read_mail_address

SECURITY = {"tls": 465, "starttls": 587, "none": 25}
"""How a relay is spoken to, and its port where none is named."""


def ways_from(environment: dict[str, str]) -> Ways:
    """Raises BadChoice for settings that don't make sense."""
    return Ways(
        push=environment.get("JIWAR_PUSH") == "1",
        web=environment.get("JIWAR_WEB_PUSH") == "1",
        private=environment.get("JIWAR_PUSH_PRIVATE") == "1",
        relay=_relay(environment),
        proxy=_proxy(environment.get("JIWAR_SOCKS", "")),
        known=environment.get("JIWAR_SECURE") == "1",
    )


def _proxy(said: str) -> Proxy | None:
    host, _, port = said.rpartition(":")
    if not said:
        return None
    if not (host and _is_port(port)):
        raise BadChoice(setting="JIWAR_SOCKS")
    return Proxy(host.strip("[]"), int(port))


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < int(text[:6]) < 65_536


def _relay(environment: dict[str, str]) -> Relay | None:
    host = environment.get("JIWAR_SMTP_HOST", "")
    if not host:
        return None
    security = environment.get("JIWAR_SMTP_SECURITY", "starttls")
    port = environment.get("JIWAR_SMTP_PORT", str(SECURITY.get(security, 0)))
    if security not in SECURITY or not _is_port(port):
        raise BadChoice(setting="JIWAR_SMTP_SECURITY, JIWAR_SMTP_PORT")
    try:
        sender = read_mail_address(environment.get("JIWAR_SMTP_FROM", ""))
    except BadChoice:
        raise BadChoice(setting="JIWAR_SMTP_FROM") from None
    names = environment.get("JIWAR_SMTP_USER", ""), environment.get("JIWAR_SMTP_PASSWORD", "")
    return Relay(host, int(port), sender, security, *names)
