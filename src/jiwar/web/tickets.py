"""Tickets: what a page without a session hands to the next one, sealed under a key that lives as long as the process.

A window's visitor has no cookie. What they chose, and on the way back who they are, goes from screen to screen in a
hidden field that only this process can read, and not for long.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar

from jiwar.clock import Clock
from jiwar.crypto.kdf import derive
from jiwar.crypto.labels import WINDOW_TICKET
from jiwar.crypto.random import Random
from jiwar.crypto.sealing import OuterKey
from jiwar.errors import BadFormToken, NotCanonical, Unopenable
from jiwar.keyring.phrase import SHORT, new_phrase
from jiwar.wire.canonical import Wire, decode, encode

ASK_SECONDS = 2 * 3_600
"""How long somebody may write."""
PASS_SECONDS = 20 * 60
AGAIN_SECONDS = 120
"""How long a second tap on the same button is answered like the first."""


class Ticket(Wire, frozen=True):
    """Somebody who is about to ask: at which window, for what. The words that they will be given follow from `seed`,
    so that a second tap on the same button gives the same ones."""

    page: bytes
    kind: str
    seed: bytes
    made: int


class Pass(Wire, frozen=True):
    """Somebody who has come back with their words."""

    caller: bytes
    made: int


T = TypeVar("T", Ticket, Pass)
_SECONDS = {Ticket: ASK_SECONDS, Pass: PASS_SECONDS}


@dataclass
class Tickets:
    """The key of all tickets of this process, and which have been used."""

    clock: Clock
    random: Random
    _boot: bytes = b""
    _used: dict[bytes, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._boot = self.random(32)
        self._seal = OuterKey(derive(self._boot, WINDOW_TICKET, "seal"))

    def new(self, page: bytes, kind: str) -> Ticket:
        return Ticket(page, kind, self.random(32), self._now())

    def let_in(self, caller: bytes) -> Pass:
        return Pass(caller, self._now())

    def _now(self) -> int:
        return int(self.clock.monotonic())

    def write(self, one: Ticket | Pass) -> str:
        return self._seal.seal(type(one).__name__.encode(), encode(one), self.random).hex()

    def read(self, text: str, kind: type[T]) -> T:
        """Raises BadFormToken for what isn't ours, or rested too long."""
        try:
            one = decode(self._seal.unseal(kind.__name__.encode(), bytes.fromhex(text)), kind)
        except (ValueError, Unopenable, NotCanonical):
            raise BadFormToken from None
        if self._now() - one.made > _SECONDS[kind]:
            raise BadFormToken
        return one

    def holder(self, text: str) -> bytes:
        """A name for whoever holds this ticket or pass: the same as long as they hold it. Raises BadFormToken."""
        try:
            one: Ticket | Pass = self.read(text, Ticket)
        except BadFormToken:
            one = self.read(text, Pass)
        return derive(self._boot, WINDOW_TICKET, "holder", one.seed if isinstance(one, Ticket) else one.caller)

    def code(self, ticket: Ticket) -> int:
        """The words that this ticket gives."""
        bits = derive(self._boot, WINDOW_TICKET, "code", ticket.seed)
        return new_phrase(lambda length: bits[:length], SHORT)

    def is_used(self, ticket: Ticket) -> bool:
        """Whether its request is kept already. Raises BadFormToken when that was more than a moment ago: whoever goes
        back in a browser's history finds no words there.
        """
        used = self._used.get(ticket.seed)
        if used is not None and self.clock.monotonic() - used > AGAIN_SECONDS:
            raise BadFormToken
        return used is not None

    def use(self, ticket: Ticket) -> None:
        now = self.clock.monotonic()
        self._used = {seed: at for seed, at in self._used.items() if now - at <= ASK_SECONDS}
        self._used[ticket.seed] = now
