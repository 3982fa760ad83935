"""What is written on a circle's own object, and the state that it folds to.

Implements spec/protocol.md §4.3. Bodies of records are the `Wire` classes named like their kinds in `KINDS`; the
state is rebuilt from them alone. KEM keys stay in the records that brought them: the state says where.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles.policy import OFF, Aid, Fund, HelpDesk, Levels, Policy
from jiwar.circles.quiet import Lift, Pause, Pauses
from jiwar.wire.canonical import Wire

CIRCLE = "circle"
"""Collection and object name of a circle's own records."""

LINK, HIDDEN, LETTER, PUBLIC = "link", "hidden", "letter", "public"
"""How an invitation delivers keys: at once, in a second step by the inviter, inside a letter to one persona, or to
whoever reads the circle's published page."""

OPEN, ASKED = "open", "asked"
"""Two more ways in, beside LINK and HIDDEN: whoever likes comes in; or whoever asks, and the stewards let in."""

KEYLESS = (HIDDEN, ASKED)
"""Ways in by which keys come in a second step."""

STEWARD, MODERATOR, GREETER, KNOWN, DISPATCHER, TRUSTED = 1, 2, 4, 8, 16, 32
"""What a member may hold, as bits: four roles, and that somebody in the circle has said to know them."""

ROLES = (STEWARD, MODERATOR, GREETER, DISPATCHER, TRUSTED)
"""What has a role circle: a circle inside a circle, for what only this role may open."""

ALL_HELD = STEWARD | MODERATOR | GREETER | KNOWN | DISPATCHER | TRUSTED


STOP_DAYS = 2
"""Days for which an old account can stop who came back under its name."""
CONFIRMATIONS = 2
"""Stewards who have to know who came back before they are given a role."""


class Charter(Wire, frozen=True):
    """What a circle says of itself and what holds in it. `edition` counts its changes; `rules_edition` is the one in
    which the member text or the rules changed last: what people agree to. `public` is what strangers may read,
    `questions` what whoever asks to join is asked; `later` says that the care team knows how small it is, and that
    the group grows all the same; `hour` is when people come together each day, by the community's clock; `aid` is
    about needs and offers; `window` about the window at which people ask who have no account; `fund` about the money
    in common; `unnamed` says whether there are topics without a name: one of `policy.UNNAMED_WAYS`."""

    name: str
    about: str
    rules: tuple[str, ...]
    notes: tuple[str, ...]
    card: str
    access: str
    level: int
    levels: Levels
    edition: int = 0
    rules_edition: int = 0
    public: str = ""
    later: bool = False
    questions: tuple[str, ...] = ()
    hour: int | None = None
    aid: Aid = Aid()
    window: HelpDesk = HelpDesk()
    fund: Fund = Fund()
    unnamed: str = OFF

    @property
    def policy(self) -> Policy:
        return self.levels[self.level]

    @property
    def has_rights(self) -> bool:
        """Whether one-offs speak here: then everybody has rights for them."""
        return self.aid.on or self.unnamed != OFF

    @property
    def is_published(self) -> bool:
        """Whether strangers may read of it now: its stewards wrote them something, and the weather allows it."""
        return self.access in (OPEN, ASKED) and bool(self.public) and self.policy.published

    @property
    def has_window(self) -> bool:
        """Whether strangers may ask at its window now: its stewards opened one, and the weather allows it."""
        return self.window.on and self.policy.published

    @property
    def is_open(self) -> bool:
        """Whether whoever likes may come in now."""
        return self.access == OPEN and self.is_published


class Founder(Wire, frozen=True):
    """The first member, with keys."""

    handle: str
    kem: bytes
    inbox: bytes
    returning: bytes
    sworn: bytes


class Found(Wire, frozen=True):
    """Kind `found`: the first record. The circle's id is digest(CIRCLE_ID, founding nonce, founder's key)."""

    nonce: bytes
    charter: Charter
    founder: Founder
    parent: bytes


class Inner(Wire, frozen=True):
    """Kind `inner`: the circle in which those meet who hold a role."""

    role: int
    circle: bytes


class Desk(Wire, frozen=True):
    """Kind `desk`: where members write to those who hold a role, sealed to a key of their role circle."""

    role: int
    kem: bytes
    inbox: bytes


class Parlour(Wire, frozen=True):
    """Kind `parlour`: the room in which new faces are greeted; nothing for none."""

    obj: bytes


class Invite(Wire, frozen=True):
    """Kind `invite`: a newcomer may join by signing with `proof`, or come back in the place of persona `returns`."""

    proof: bytes
    number: bytes
    mode: str
    uses: int
    last_day: int
    role: int
    returns: bytes = b""


class Revoke(Wire, frozen=True):
    """Kind `revoke`: an invitation ends early."""

    proof: bytes


class Join(Wire, frozen=True):
    """Kind `join`: the author enters. `signature` is by the invitation's key over the newcomer's keys and name,
    `sworn` by the newcomer over their keys, for those who will know them from a snapshot only."""

    handle: str
    kem: bytes
    inbox: bytes
    returning: bytes
    sworn: bytes
    edition: int
    proof: bytes
    signature: bytes


class Confirm(Wire, frozen=True):
    """Kind `confirm`: a steward knows who has come back under an old name."""

    persona: bytes


class Disown(Wire, frozen=True):
    """Kind `disown`: by whoever's name it is. Who came under it was somebody else."""

    persona: bytes


class Leave(Wire, frozen=True):
    """Kind `leave`: the author goes; with `nameless` their name as well, and what they wrote stands without it."""

    nameless: bool = False


class Remove(Wire, frozen=True):
    """Kind `remove`: a steward removes somebody."""

    persona: bytes


class Role(Wire, frozen=True):
    """Kind `role`: what somebody holds from now on. A steward gives and takes; everybody lays down what is theirs."""

    persona: bytes
    role: int


class Seat(Wire, frozen=True):
    """A member in a snapshot; who is gone (`until` > 0) has no keys any more, only a name for what they wrote."""

    persona: bytes
    handle: str
    kem: bytes
    inbox: bytes
    returning: bytes
    sworn: bytes
    role: int
    since: int
    until: int
    day: int


class OpenInvite(Wire, frozen=True):
    """An invitation that may still be used; `by` is who wrote it."""

    invite: Invite
    by: bytes
    used: int


class Return(Wire, frozen=True):
    """Somebody has come back: `new` in the place of `old`, on `day`.

    role: what `old` held. confirmed: stewards who know who it is. over: the keys have turned since, and `old` is out.
    """

    old: bytes
    new: bytes
    role: int
    day: int
    confirmed: tuple[bytes, ...] = ()
    over: bool = False

    def may_be_stopped(self, day: int) -> bool:
        return not self.over and day <= self.day + STOP_DAYS

    def may_hold(self, day: int) -> bool:
        """Whether `new` may be given a role."""
        return len(self.confirmed) >= CONFIRMATIONS and day > self.day + STOP_DAYS


class Rotated(Wire, frozen=True):
    """Kind `rotated`: announces an epoch, for those who can't read the ones before. `commitment` is
    digest(EPOCH_COMMIT, e_n), `begins` its first number; the roster follows in so many `parts`. `gone_in` is the
    epoch in which somebody went last: this one, if they went before it was announced."""

    epoch: int
    commitment: bytes
    begins: int
    parts: int
    gone_in: int
    charter: Charter
    inner: tuple[Inner, ...]
    desks: tuple[Desk, ...]
    parlour: bytes
    invites: tuple[OpenInvite, ...]
    returns: tuple[Return, ...] = ()
    pauses: Pauses = ()


class Snapshot(Wire, frozen=True):
    """Kind `snapshot`: part of the roster that `rotated` announces; the last part completes it."""

    part: int
    seats: tuple[Seat, ...]


class Heartbeat(Wire, frozen=True):
    """Kind `heartbeat`: a steward's session was here, and saw the tree that the record's `seen` names."""


KINDS: dict[str, type[Wire]] = {
    "found": Found,
    "charter": Charter,
    "inner": Inner,
    "desk": Desk,
    "parlour": Parlour,
    "invite": Invite,
    "revoke": Revoke,
    "join": Join,
    "confirm": Confirm,
    "disown": Disown,
    "leave": Leave,
    "remove": Remove,
    "role": Role,
    "pause": Pause,
    "lift": Lift,
    "rotated": Rotated,
    "snapshot": Snapshot,
    "heartbeat": Heartbeat,
}


class Member(Wire, frozen=True):
    """Somebody in the folded state, from record `since` on, and until record `until` unless that is 0.

    `source` is the number of the record that holds their keys, `day` the day on which they came.
    """

    persona: bytes
    handle: str
    role: int
    since: int
    source: int
    until: int = 0
    day: int = 0

    @property
    def active(self) -> bool:
        return self.until == 0

    def holds(self, role: int) -> bool:
        return self.active and bool(self.role & role)

    @property
    def is_steward(self) -> bool:
        return self.holds(STEWARD)


class Announcement(Wire, frozen=True):
    """An epoch of which `rotated` (at `number`, by `by`) and `read` parts of the roster have been read so far."""

    number: int
    by: bytes
    told: Rotated
    read: int
    seats: tuple[Member, ...]


class CircleState(Wire, frozen=True):
    """A circle's own object, folded up to record `through`.

    epoch, commitment, begins, turned_at: the newest announced epoch, and the record that announced it first.
    gone_in: the epoch in which somebody went last, or was no steward any more.
    inner, desks: the role circle and the desk of each role that has one; parlour: the room for new faces.
    announcement: what has been read of an announcement that isn't complete.
    fold_from: where a reader may begin who knows nothing: the founding, or an announcement that is complete.
    day: the latest day of a record that counted.
    counted: ids of the records that counted in this epoch, so that none counts twice.
    """

    through: int = -1
    charter: Charter | None = None
    members: tuple[Member, ...] = ()
    invites: tuple[OpenInvite, ...] = ()
    returns: tuple[Return, ...] = ()
    pauses: Pauses = ()
    inner: tuple[Inner, ...] = ()
    desks: tuple[Desk, ...] = ()
    parlour: bytes = b""
    epoch: int = 0
    commitment: bytes = b""
    begins: int = 0
    turned_at: int = 0
    gone_in: int = -1
    announcement: Announcement | None = None
    fold_from: int = 0
    last_heartbeat: int = 0
    day: int = 0
    counted: tuple[bytes, ...] = ()

    def member(self, persona: bytes) -> Member | None:
        """Somebody who is or was in the circle."""
        return next((member for member in self.members if member.persona == persona), None)

    def holders(self, role: int) -> list[Member]:
        return [member for member in self.members if member.holds(role)]

    def inner_of(self, role: int) -> bytes:
        """The role circle of a role; empty while there is none."""
        return next((one.circle for one in self.inner if one.role == role), b"")

    def desk_of(self, role: int = STEWARD) -> Desk | None:
        return next((one for one in self.desks if one.role == role), None)

    def without_desks(self, roles: int) -> CircleState:
        """Desks that somebody can read who holds the role no longer are used no more: its next holder to come opens
        another.
        """
        return replace(self, desks=tuple(one for one in self.desks if not one.role & roles))

    @property
    def changed_since_rotation(self) -> bool:
        """Whether somebody still holds keys who is out: the keys are to be turned."""
        return self.gone_in >= self.epoch


EMPTY = CircleState()
