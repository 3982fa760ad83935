"""What a keyring holds. Everything a member has stands here and nowhere else; the store sees one padded blob.

Implements spec/protocol.md §3.2. `Membership` changes when the member decides something; `Trail` follows what they
read and is merged, never replaced, so that two phones can't undo each other.
"""

from __future__ import annotations

import msgspec

from jiwar.keyring.epochs import EpochKeys, as_of, put_by, together
from jiwar.wire.canonical import Wire

MOST_MARKS = 40
MOST_EPOCHS = 16
"""Of each epoch that is over a few chains are left, and after a year none: a group in which somebody goes every
week still reads back ninety days."""


class Settings(Wire, frozen=True):
    """How pages look for this member. Digits and months are those usual in the region, or others."""

    language: str = "ar"
    region: str = "any"
    digits: str = "usual"
    months: str = "usual"
    theme: str = "auto"
    text: str = "normal"
    sparing: bool = False


class Label(Wire, frozen=True):
    """A private name for somebody; nobody else sees it."""

    persona: bytes
    text: str


class Phone(Wire, frozen=True):
    """A phone that remembers this account: my name for it, its row, the last day on which it does."""

    name: str
    locator: bytes
    until: int


class Placed(Wire, frozen=True):
    """Where in a circle I left the address of my reminders, and when: to take it back. `duty`: to be woken, for what
    is urgent, and not once a day. `dispatches`: also for what is confided to dispatchers.
    """

    circle: bytes
    epoch: int
    day: int
    box: int
    eid: bytes
    duty: bool = False
    dispatches: bool = False


class Window(Wire, frozen=True):
    """Hours of a week: from `start`, a full hour of each of the `days` (a bit each, Monday's the lowest), for so many
    `hours`, also past midnight.
    """

    days: int
    start: int
    hours: int


class Duty(Wire, frozen=True):
    """When I can be woken in a circle, and for which kinds of what is urgent; none named, for all."""

    circle: bytes
    windows: tuple[Window, ...]
    kinds: tuple[str, ...] = ()


class Nudge(Wire, frozen=True):
    """How I am reminded; no channel, not at all. `daily`: once a day as well, and not for what is urgent alone.
    `alarm` is the text for that.
    """

    channel: str = ""
    endpoint: str = ""
    hour: int = 21
    text: str = ""
    placed: tuple[Placed, ...] = ()
    daily: bool = True
    alarm: str = ""
    duties: tuple[Duty, ...] = ()


class Friend(Wire, frozen=True):
    """Somebody who may close my account for three days: in which circle I know them, and their slot in its guard."""

    circle: bytes
    persona: bytes
    place: int


class Trust(Wire, frozen=True):
    """What somebody gave me, so that I can close their account for three days, and its turn."""

    persona: bytes
    capability: bytes
    turn: int = 0


class Half(Wire, frozen=True):
    """One of the two halves of what opens somebody's account; the other one is with another keeper."""

    other: bytes
    half: bytes


class Kept(Wire, frozen=True):
    """What somebody gave me to keep, by the name of their set of keepers and its turn; from which minute on the other
    keepers can open, where I have begun.
    """

    persona: bytes
    name: bytes
    turn: int
    halves: tuple[Half, ...]
    begun: int = 0


class Keepers(Wire, frozen=True):
    """Who keeps my key: in which circle, by which name, who. Nobody where the name is empty. `turn` only grows."""

    circle: bytes = b""
    name: bytes = b""
    personas: tuple[bytes, ...] = ()
    turn: int = 0


class Vouch(Wire, frozen=True):
    """My word, of a day, that I know somebody: for the circle as a whole, or for one role in it."""

    persona: bytes
    scope: int
    day: int


class Membership(Wire, frozen=True):
    """One circle of mine. `waiting` is true until somebody has sent the keys, `asked` where I asked its stewards for
    them (else whoever invited me has been asked); `agreed` is the edition of the charter that I agreed to last;
    `parent` and `role` say of a role circle whose it is, for what; `week` has a bit for each question of the group's
    first week that I have written or put away; `turn` counts what I have sent whose order matters: words for
    people, and locks given to friends."""

    circle: bytes
    shelf: bytes
    index_key: bytes
    persona: bytes
    joined: int
    parent: bytes = b""
    alias: str = ""
    name: str = ""
    handle: str = ""
    waiting: bool = False
    labels: tuple[Label, ...] = ()
    muted: tuple[bytes, ...] = ()
    blocked: tuple[bytes, ...] = ()
    agreed: int = 0
    trusts: tuple[Trust, ...] = ()
    role: int = 0
    vouches: tuple[Vouch, ...] = ()
    week: int = 0
    asked: bool = False
    kept: tuple[Kept, ...] = ()
    turn: int = 0


def with_turn(one: Membership) -> Membership:
    """The membership one turn later; letters of one day have no order in a box, but for what they say themselves."""
    return msgspec.structs.replace(one, turn=one.turn + 1)


class Mark(Wire, frozen=True):
    """Everything of an object up to `number` has been seen."""

    obj: bytes
    number: int


class Trail(Wire, frozen=True):
    """How far I have come in one circle: keys of its epochs, what I have read, the tree I saw last.

    `fold_from` is the number of the record from which the circle's state is folded, `fold_digest` the digest of its
    row: a hub can't put another one there.
    """

    circle: bytes
    epochs: tuple[EpochKeys, ...]
    base: int = 0
    marks: tuple[Mark, ...] = ()
    seen_size: int = 0
    seen_root: bytes = b""
    previous: bytes = b""
    fold_from: int = 0
    level: int = 0
    fold_digest: bytes = b""

    def mark(self, obj: bytes, number: int) -> Trail:
        """The trail after reading an object. Where marks are too many the lowest becomes the base: what is older
        than it counts as read, rather than as new again."""
        others = [mark for mark in self.marks if mark.obj != obj]
        marks = sorted([*others, Mark(obj, number)], key=lambda mark: mark.number)
        base = max([self.base, *(mark.number for mark in marks[:-MOST_MARKS])])
        return msgspec.structs.replace(self, base=base, marks=tuple(marks[-MOST_MARKS:]))

    def read_up_to(self, obj: bytes) -> int:
        return max([self.base, *(mark.number for mark in self.marks if mark.obj == obj)])

    def with_epoch(self, keys: EpochKeys) -> Trail:
        """The trail with one epoch more; of those that are over, only what reads them stays."""
        kept = [old for old in self.epochs if old.epoch != keys.epoch]
        *over, newest = sorted([*kept, keys], key=lambda one: one.epoch)
        # The day after is allowed for clocks that differ a little.
        last = as_of(newest) + 1
        return msgspec.structs.replace(self, epochs=(*(put_by(old, last) for old in over), newest))

    def trimmed(self) -> Trail:
        """The trail without the epochs that are too many."""
        return msgspec.structs.replace(self, epochs=self.epochs[-MOST_EPOCHS:])

    @property
    def newest(self) -> EpochKeys:
        return self.epochs[-1]


def merge(ours: Trail, theirs: Trail) -> Trail:
    """What two sessions of one member know together; where they have come equally far, `theirs` is the later one."""
    merged, read = ours, {mark.obj: mark.number for mark in ours.marks}
    for mark in theirs.marks:
        if mark.number > max(merged.base, read.get(mark.obj, 0)):
            merged = merged.mark(mark.obj, mark.number)
    own = {keys.epoch: keys for keys in ours.epochs}
    for keys in theirs.epochs if theirs.epochs != ours.epochs else ():
        merged = merged.with_epoch(together(own[keys.epoch], keys) if keys.epoch in own else keys)
    folded = max(theirs, ours, key=lambda one: one.fold_from)
    further = max(theirs, ours, key=lambda one: one.seen_size)
    return msgspec.structs.replace(
        merged.trimmed(),
        base=max(ours.base, theirs.base),
        seen_size=further.seen_size,
        seen_root=further.seen_root,
        previous=further.previous,
        fold_from=folded.fold_from,
        fold_digest=folded.fold_digest,
        level=further.level,
    )


class OneOff(Wire, frozen=True):
    """A persona of mine for one object, from a random `seed` of its own: nothing but this line says that it is mine.

    collection: what the object is listed under. day: when it was made. keep: the lane of its object.
    kind, body, cover: what it says first, until that stands on the shelf; empty after.
    about: the object of somebody else's about which it writes letters, where it has none of its own.
    calls: whom it wakes with its first word (`circles.nudges.mark`); empty, nobody.
    role: who alone reads what it asks, in a room that it shares with them (`circles.confiding`): it has no object.
    """

    circle: bytes
    seed: bytes
    collection: str
    day: int
    keep: int
    kind: str = ""
    body: bytes = b""
    cover: bytes = b""
    about: bytes = b""
    calls: bytes = b""
    role: int = 0


class Blank(Wire, frozen=True):
    """Seeds of one-offs to come, sent to a circle's stewards on `day` for their signature (`circles.rights`).

    period, familiar: of which kind. seeds: what is signed is told by its place; a used one has given way to another.
    """

    circle: bytes
    period: int
    familiar: bool
    day: int
    seeds: tuple[bytes, ...]


class Case(Wire, frozen=True):
    """What I have with somebody who helps me or whom I help, as long as it lasts; ended, only what says that it did.

    name: what it is called in my pages, random. circle: through which we met. obj: the need. seed: my one-off's.
    other: the key of theirs. secret: what both of us have; empty when it has ended. day: when it began, or when I
    learned that it ended. asks: whether I am the one who is helped. whole: whether it is about all of it. language:
    of our recognition words. opened: (step, words) of mine that are not theirs to read yet, or were. arrived: whether
    I have said so. told: whether I have told the care team that nobody came.
    """

    name: bytes
    circle: bytes
    obj: bytes
    seed: bytes
    other: bytes
    secret: bytes
    day: int
    asks: bool = False
    whole: bool = True
    language: str = "ar"
    opened: tuple[tuple[str, str], ...] = ()
    arrived: bool = False
    told: bool = False


class Keyring(Wire, frozen=True):
    """Everything of one account. Memberships and trails stay encoded until somebody asks for that circle.

    `companion` is the locator of this account's second row (spec §3.3); `was_closed` says that a friend has closed
    the account since its owner looked last; `made` is the day on which its first key was made, and
    `second_shown` says that the page about a second notebook is over. `asked` are the days of a month on which I
    asked to join some circle: of none it says which. `keyed` is the day of a later key, if there is one, and
    `practice` the day from which the key is asked for next.
    """

    version: int
    edition: int
    root: bytes
    companion: bytes
    settings: Settings = Settings()
    memberships: tuple[tuple[bytes, bytes], ...] = ()
    trails: tuple[tuple[bytes, bytes], ...] = ()
    phones: tuple[Phone, ...] = ()
    friends: tuple[Friend, ...] = ()
    was_closed: bool = False
    made: int = 0
    second_shown: bool = False
    asked: tuple[int, ...] = ()
    keyed: int = 0
    practice: int = 0
    nudge: Nudge = Nudge()
    keepers: Keepers = Keepers()
    one_offs: tuple[OneOff, ...] = ()
    blanks: tuple[Blank, ...] = ()
    cases: tuple[Case, ...] = ()
