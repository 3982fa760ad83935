"""Which ways out of the hub a keeper allows for reminders: none, unless the environment says so."""

from __future__ import annotations

from jiwar.errors import BadChoice
from jiwar.nudging.channels import Relay, Ways
from jiwar.nudging.guard import read_mail_address

SECURITY = {"tls": 465, "starttls": 587, "none": 25}
"""How a relay is spoken to, and its port where none is named."""


def ways_from(environment: dict[str, str]) -> Ways:
    """Raises BadChoice for settings that don't make sense."""
    return Ways(
        push=environment.get("JIWAR_PUSH") == "1",
        private=environment.get("JIWAR_PUSH_PRIVATE") == "1",
        relay=_relay(environment),
    )


def _relay(environment: dict[str, str]) -> Relay | None:
    host = environment.get("JIWAR_SMTP_HOST", "")
    if not host:
        return None
    security = environment.get("JIWAR_SMTP_SECURITY", "starttls")
    port = environment.get("JIWAR_SMTP_PORT", str(SECURITY.get(security, 0)))
    if security not in SECURITY or not (port.isascii() and port.isdigit() and 0 < int(port[:6]) < 65_536):
        raise BadChoice(setting="JIWAR_SMTP_SECURITY, JIWAR_SMTP_PORT")
    try:
        sender = read_mail_address(environment.get("JIWAR_SMTP_FROM", ""))
    except BadChoice:
        raise BadChoice(setting="JIWAR_SMTP_FROM") from None
    names = environment.get("JIWAR_SMTP_USER", ""), environment.get("JIWAR_SMTP_PASSWORD", "")
    return Relay(host, int(port), sender, security, *names)
