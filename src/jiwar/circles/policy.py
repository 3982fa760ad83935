"""Policy: what holds at each level of the weather, one row of values a level, set by a circle's stewards.

design.md §7. Systems ask for a value, never for the level. Levels are data: a charter carries its own four rows, and
these are only what it starts with. What a value promises must be kept by a key or by the hub's sweep; values that no
key enforces say so here.
"""

from __future__ import annotations

from typing import Literal

from jiwar.wire.canonical import Wire

MOST_KINDS, KIND_LIMIT = 24, 40
MOST_AREAS, AREA_LIMIT = 40, 40
MOST_COUNTERS, ADVICE_LIMIT = 12, 400
MOST_READY, READY_LIMIT = 12, 400
WINDOW_TEXT_LIMIT = 800
MOST_ASKED, ASKED_LIMIT = 3, 60
CURRENCY_LIMIT = 20
STEPS = (5, 10, 50, 100, 1_000, 10_000, 100_000)
LEVELS = ("open", "guarded", "hidden", "scattered")
Inviters = Literal["members", "stewards", "nobody"]
OFF, THROTTLED, ANSWERABLE = UNNAMED_WAYS = ("off", "throttled", "answerable")
"""Topics without a name: none; as many as somebody has rights for; or as many, and two stewards together can open who
began one."""


class Welcome(Wire, frozen=True):
    """What holds for new faces, and what "I know this person" counts for.

    days: how long somebody is a new face in any case.
    known: how many have to know them before they are none any more; 0 for days alone.
    greeter, moderator: how many give that role; 0 where only the care team does.
    vouch_days: how long one's word counts, a lane (kept by the keys of the stewards' circle).
    vouches: how many such words somebody has at a time.
    """

    days: int
    known: int
    greeter: int
    moderator: int
    vouch_days: int
    vouches: int


class Policy(Wire, frozen=True):
    """One level's values.

    topic_days, room_days: how long what is written is kept (day keys are destroyed after).
    newcomers_read_back: whether newcomers get the keys of what is still kept, or of today only.
    inviters: who may write an invitation (judged when the circle is folded).
    invite_days, invite_uses: the life of an invitation.
    idle_minutes: how long a session that opened the circle may rest (kept by the hub, not by a key).
    welcome: what holds for new faces (kept by programs, but for how long a word counts).
    published: whether strangers may read the circle's public text and come in, where its charter says so
    (coming in is judged when the circle is folded; the page is taken away by the next steward's session).
    """

    topic_days: int
    room_days: int
    newcomers_read_back: bool
    inviters: Inviters
    invite_days: int
    invite_uses: int
    idle_minutes: int
    welcome: Welcome
    published: bool = False


class Aid(Wire, frozen=True):
    """What a charter says of needs and offers, at every level alike.

    on: whether they are listed, and one-offs may be used for them (kept by programs).
    kinds: what is asked for here, by the system's own word or the group's; none for the usual ones.
    areas: names of parts of town, as coarse as the group likes; none where everybody writes their own.
    questions: what whoever asks or offers is asked besides, and may leave open.
    """

    on: bool = True
    kinds: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()


class Counter(Wire, frozen=True):
    """One thing that can be asked for at the window: its kind, and what is shown at once to whoever chooses it."""

    kind: str
    advice: str


class HelpDesk(Wire, frozen=True):
    """What a charter says of the window at which people ask who have no account.

    on: whether it is open, where the weather lets strangers read anything (the page is taken away by who comes next).
    name: in whose name it stands: the group's, or one that tells nobody anything. text: what it says first.
    counters: what can be asked for there. ready: answers that dispatchers begin with.
    """

    on: bool = False
    name: str = ""
    text: str = ""
    counters: tuple[Counter, ...] = ()
    ready: tuple[str, ...] = ()


class Fund(Wire, frozen=True):
    """What a charter says of the fund: a ledger of money in somebody's hand. No money is moved by it.

    on: whether there is one. currency: the word that stands behind amounts. step: to what figures for the group are
    rounded (kept by stewards' programs).
    """

    on: bool = False
    currency: str = ""
    step: int = 10


Levels = tuple[Policy, Policy, Policy, Policy]

OPENLY, WARILY, CLOSELY = Welcome(7, 0, 3, 0, 90, 5), Welcome(7, 1, 0, 0, 90, 5), Welcome(30, 2, 0, 0, 30, 3)
TRUSTING: Levels = (
    Policy(90, 7, True, "members", 7, 3, 20, OPENLY, True),
    Policy(30, 7, False, "stewards", 3, 1, 20, WARILY, True),
    Policy(30, 1, False, "stewards", 1, 1, 10, CLOSELY),
    Policy(7, 1, False, "nobody", 1, 1, 5, CLOSELY),
)
CAREFUL: Levels = (
    Policy(90, 7, False, "stewards", 3, 1, 20, WARILY, True),
    Policy(30, 7, False, "stewards", 1, 1, 10, WARILY, True),
    Policy(30, 1, False, "stewards", 1, 1, 10, CLOSELY),
    Policy(7, 1, False, "nobody", 1, 1, 5, CLOSELY),
)
ROLE: Levels = (
    Policy(365, 30, True, "nobody", 1, 1, 20, OPENLY),
    Policy(365, 30, True, "nobody", 1, 1, 20, OPENLY),
    Policy(90, 7, True, "nobody", 1, 1, 10, WARILY),
    Policy(30, 1, True, "nobody", 1, 1, 5, CLOSELY),
)

FIRST_LEVELS = {"close": TRUSTING, "neighbours": TRUSTING, "support": CAREFUL, "working": CAREFUL, "role": ROLE}
"""What the four founding cards, and role circles, start with."""

FIRST_UNNAMED = {"close": OFF, "neighbours": OFF, "support": THROTTLED, "working": OFF, "role": OFF}
"""Where people come to say what they say nowhere else, some of it needs to be without a name; among ten friends one
would guess, and a decision is somebody's."""
FIRST_LEVEL = {"close": 0, "neighbours": 0, "support": 1, "working": 0, "role": 0}
