"""Policy: what holds at each level of the weather, one row of values a level, set by a circle's stewards.

design.md §7. Systems ask for a value, never for the level. Levels are data: a charter carries its own four rows, and
these are only what it starts with. What a value promises must be kept by a key or by the hub's sweep; values that no
key enforces say so here.
"""

from __future__ import annotations

from typing import Literal

from jiwar.wire.canonical import Wire

LEVELS = ("open", "guarded", "hidden", "scattered")
Inviters = Literal["members", "stewards", "nobody"]


class Policy(Wire, frozen=True):
    """One level's values.

    topic_days, room_days: how long what is written is kept (day keys are destroyed after).
    newcomers_read_back: whether newcomers get the keys of what is still kept, or of today only.
    inviters: who may write an invitation (judged when the circle is folded).
    invite_days, invite_uses: the life of an invitation.
    idle_minutes: how long a session that opened the circle may rest (kept by the hub, not by a key).
    published: whether strangers may read the circle's public text, and come in or ask to, where its charter says so
    (coming in is judged when the circle is folded; the page is taken away by the next steward's session).
    """

    topic_days: int
    room_days: int
    newcomers_read_back: bool
    inviters: Inviters
    invite_days: int
    invite_uses: int
    idle_minutes: int
    published: bool = False


Levels = tuple[Policy, Policy, Policy, Policy]

TRUSTING: Levels = (
    Policy(90, 7, True, "members", 7, 3, 20, True),
    Policy(30, 7, False, "stewards", 3, 1, 20, True),
    Policy(30, 1, False, "stewards", 1, 1, 10),
    Policy(7, 1, False, "nobody", 1, 1, 5),
)
CAREFUL: Levels = (
    Policy(90, 7, False, "stewards", 3, 1, 20, True),
    Policy(30, 7, False, "stewards", 1, 1, 10, True),
    Policy(30, 1, False, "stewards", 1, 1, 10),
    Policy(7, 1, False, "nobody", 1, 1, 5),
)
ROLE: Levels = (
    Policy(365, 30, True, "nobody", 1, 1, 20),
    Policy(365, 30, True, "nobody", 1, 1, 20),
    Policy(90, 7, True, "nobody", 1, 1, 10),
    Policy(30, 1, True, "nobody", 1, 1, 5),
)

FIRST_LEVELS = {"close": TRUSTING, "neighbours": TRUSTING, "support": CAREFUL, "working": CAREFUL, "role": ROLE}
"""What the four founding cards, and role circles, start with."""

FIRST_LEVEL = {"close": 0, "neighbours": 0, "support": 1, "working": 0, "role": 0}
