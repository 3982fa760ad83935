"""What an answer at the desk begins with: a ready one, or the words by which who asked there and who helps know each
other, which a dispatcher passes on from a follow-up.

What a dispatcher asks for on the board for somebody without an account is the dispatcher's there, and so are the
recognition words: they stand in that one key. Which caller it is for nobody writes down (spec/protocol.md §9.8); the
dispatcher knows it by its headline. So the words are put into an answer at the desk by hand, with one press.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jiwar.circles import cases
from jiwar.circles.callers import TEXT_LIMIT
from jiwar.circles.cases import Shown
from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, NotThere
from jiwar.web.cases import about
from jiwar.web.needs import with_aid
from jiwar.web.pledges import case_href
from jiwar.web.visit import Visit


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


_SAID = _(
    "Somebody will help. To be said at the meeting: %(first)s. The other side answers: %(second)s. When and where:"
)


@dataclass(frozen=True)
class Meeting:
    """A follow-up of mine that I have as who asks: its headline, where it is, and its name in this session."""

    title: str
    href: str
    name: str


def meetings(visit: Visit, circle: Circle) -> list[Meeting]:
    """All that go on in a group."""
    return [
        Meeting(about(inner, one.case)[0], case_href(visit, inner, one.case), visit.name(one.case.name))
        for inner, one in _asked(visit, circle)
    ]


def _asked(visit: Visit, circle: Circle) -> Iterator[tuple[Circle, Shown]]:
    for inner in with_aid([circle]):
        for case in cases.mine(inner):
            shown = cases.show(inner, case)
            if case.asks and shown.said:  # With nothing in its box it has ended.
                yield inner, shown


def begun(visit: Visit, circle: Circle, what: str, of: str) -> str:
    """What was typed, and a `ready` answer or the `words` of a meeting behind it. Raises BadChoice, NotThere."""
    ready = {str(at): text for at, text in enumerate(circle.charter.window.ready)}
    if what == "ready" and of not in ready:
        raise BadChoice
    typed = visit.form.typed("text", 2 * TEXT_LIMIT).strip()
    added = ready[of] if what == "ready" else _words(visit, circle, of)
    return f"{typed}\n{added}" if typed else added


def _words(visit: Visit, circle: Circle, name: str) -> str:
    """What an answer says of a meeting. Raises NotThere."""
    wanted = visit.stable(name)
    for _inner, shown in _asked(visit, circle):
        if shown.case.name == wanted:
            first, second = shown.words
            said = visit.say(_SAID) % {"first": first, "second": second}
            return f"{said} "
    raise NotThere
