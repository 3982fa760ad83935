"""What the forum writes: posts, and the cover that lists a topic.

Implements spec/protocol.md §9.2. A topic is one object of the collection `forum`: its first record is of kind
`topic`, every further one of kind `reply`. Both carry a `Post`; what is written beside them is `circles.speech`'s.
A topic without a name (§9.13) is one of the collection `unnamed`: its first record is of that kind, by a one-off.
Who began it may be opened by two stewards together (§9.15); what they write about that stands in objects of its own.
"""

from __future__ import annotations

from jiwar.circles import answerable
from jiwar.circles.answerable import OPENED, NameOpened, Sealed
from jiwar.circles.rights import NONE, Right
from jiwar.wire.canonical import Wire

FORUM, UNNAMED = COLLECTIONS = ("forum", "unnamed")
TOPIC, REPLY = "topic", "reply"
OPENING, AGREED, PASSED, DECLINED = "opening", "opens", "passed", "declined"
NO_QUOTE = -1


class Post(Wire, frozen=True):
    """The body of a `topic` (with a title) or a `reply` (without).

    `note` says what a reader may want to know before opening the text. `quote` is the slot of another post of the
    topic, never its text: what is erased or expires there is gone here as well.
    """

    title: str
    text: str
    note: str = ""
    quote: int = NO_QUOTE


class Unnamed(Wire, frozen=True):
    """The body of an `unnamed`, in a one-off's one size: `right` says that somebody of the circle is behind it, and
    `sealed` who, to two stewards together, where the charter has it so.
    """

    post: Post
    right: Right = NONE
    sealed: Sealed = answerable.NONE


class NameAsked(Wire, frozen=True):
    """The body of an `opening`, in the stewards' circle: its author asks that who began a topic be opened. It is the
    first record of an object of its own.

    sealed: as it stood in the topic then, so that it can be opened when the topic was removed meanwhile.
    """

    topic: bytes
    day: int
    reason: str
    sealed: Sealed


class NameAgreed(Wire, frozen=True):
    """The body of an `opens`, in the object of an opening: another recipient opens it too. half: theirs, passed on to
    who asked.
    """

    half: bytes


class NamePassed(Wire, frozen=True):
    """The body of a `passed`, in the object of an opening: who asked has looked, with the half of `to`, who agreed.
    half: of who asked, passed on to them; empty where what came together names nobody, or they have gone.
    """

    to: bytes
    half: bytes


class NameDeclined(Wire, frozen=True):
    """The body of a `declined`, in the object of an opening: another recipient won't."""


class Call(Wire, frozen=True):
    """Somebody was quoted by a post in a slot not before `since`."""

    since: int
    persona: bytes


class TopicCover(Wire, frozen=True):
    """What a list shows of a topic. An empty title means that its author or a steward took the first post away.

    pages: for each page the first slot that belongs to it. Where there is a reply, the first of them is the slot that
    began the topic; 0 is a slot that no topic has.
    recent: slots of the posts before the last one, the latest first.
    calls: who was quoted last.
    """

    title: str
    note: str
    author: bytes
    posts: int
    pages: tuple[int, ...]
    recent: tuple[int, ...]
    last_author: bytes
    last_day: int
    last_part: int
    calls: tuple[Call, ...] = ()


KINDS: dict[str, type[Wire]] = {
    TOPIC: Post,
    REPLY: Post,
    UNNAMED: Unnamed,
    OPENING: NameAsked,
    AGREED: NameAgreed,
    PASSED: NamePassed,
    DECLINED: NameDeclined,
    OPENED: NameOpened,
}
