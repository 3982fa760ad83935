"""What is written on a circle's own object, and the state that it folds to.

Implements spec/protocol.md §4.3. Bodies of records are the `Wire` classes named like their kinds in `KINDS`; the
state is rebuilt from them alone. KEM keys stay in the records that brought them: the state says where.
"""

from __future__ import annotations

from jiwar.circles.policy import Levels, Policy
from jiwar.wire.canonical import Wire

CIRCLE = "circle"
"""Collection and object name of a circle's own records."""

LINK, HIDDEN, LETTER, PUBLIC = "link", "hidden", "letter", "public"
"""How an invitation delivers keys: at once, in a second step by the inviter, inside a letter to one persona, or to
whoever reads the circle's published page."""

OPEN, ASKED = "open", "asked"
"""How a circle lets people in, beside LINK and HIDDEN: whoever likes, or whoever the stewards say yes to."""

STEWARD = 1


class Charter(Wire, frozen=True):
    """What a circle says of itself and what holds in it. `edition` counts its changes; `rules_edition` is the one in
    which the member text or the rules changed last: what people agree to. `public` is what strangers may read,
    `questions` what whoever asks to join is asked."""

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
    questions: tuple[str, ...] = ()

    @property
    def policy(self) -> Policy:
        return self.levels[self.level]

    @property
    def is_published(self) -> bool:
        """Whether strangers may read of it now: its stewards wrote them something, and the weather allows it."""
        return self.access in (OPEN, ASKED) and bool(self.public) and self.policy.published

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


class Desk(Wire, frozen=True):
    """Kind `desk`: where members write to the stewards, sealed to a key that the stewards' role circle holds."""

    kem: bytes
    inbox: bytes


class Invite(Wire, frozen=True):
    """Kind `invite`: a newcomer may join by signing with `proof`."""

    proof: bytes
    number: bytes
    mode: str
    uses: int
    last_day: int
    role: int


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


class Leave(Wire, frozen=True):
    """Kind `leave`: the author goes; with `nameless` their name as well, and what they wrote stands without it."""

    nameless: bool = False


class Remove(Wire, frozen=True):
    """Kind `remove`: a steward removes somebody."""

    persona: bytes


class Role(Wire, frozen=True):
    """Kind `role`: a steward gives or takes a role."""

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


class OpenInvite(Wire, frozen=True):
    """An invitation that may still be used; `by` is who wrote it."""

    invite: Invite
    by: bytes
    used: int


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
    desk: Desk | None
    invites: tuple[OpenInvite, ...]


class Snapshot(Wire, frozen=True):
    """Kind `snapshot`: part of the roster that `rotated` announces; the last part completes it."""

    part: int
    seats: tuple[Seat, ...]


class Heartbeat(Wire, frozen=True):
    """Kind `heartbeat`: a steward's session was here, and saw the tree that the record's `seen` names."""


KINDS: dict[str, type[Wire]] = {
    "found": Found,
    "charter": Charter,
    "desk": Desk,
    "invite": Invite,
    "revoke": Revoke,
    "join": Join,
    "leave": Leave,
    "remove": Remove,
    "role": Role,
    "rotated": Rotated,
    "snapshot": Snapshot,
    "heartbeat": Heartbeat,
}


class Member(Wire, frozen=True):
    """Somebody in the folded state, from record `since` on, and until record `until` unless that is 0.

    `source` is the number of the record that holds their keys.
    """

    persona: bytes
    handle: str
    role: int
    since: int
    source: int
    until: int = 0

    @property
    def active(self) -> bool:
        return self.until == 0

    @property
    def is_steward(self) -> bool:
        return self.active and bool(self.role & STEWARD)


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
    gone_in: the epoch in which somebody went last, or lost the keys of a role.
    announcement: what has been read of an announcement that isn't complete.
    fold_from: where a reader may begin who knows nothing: the founding, or an announcement that is complete.
    day: the latest day of a record that counted.
    counted: ids of the records that counted in this epoch, so that none counts twice.
    """

    through: int = -1
    charter: Charter | None = None
    members: tuple[Member, ...] = ()
    invites: tuple[OpenInvite, ...] = ()
    desk: Desk | None = None
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

    @property
    def changed_since_rotation(self) -> bool:
        """Whether somebody still holds keys who is out: the keys are to be turned."""
        return self.gone_in >= self.epoch


EMPTY = CircleState()
