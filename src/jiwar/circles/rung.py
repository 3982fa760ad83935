"""What writers have handed over for reminders and the hub has not looked at yet. RAM only, sealed to the hub.

A leaf, so that the services of every request can hold it.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Rung:
    """Sealed targets; and who has rung which circle's bell since the hub looked."""

    sealed: set[bytes] = field(default_factory=set)
    ringers: set[tuple[bytes, bytes]] = field(default_factory=set)

    def take(self) -> set[bytes]:
        """Everything so far; forgotten here."""
        taken, self.sealed, self.ringers = self.sealed, set(), set()
        return taken
