"""The end of a need that worked out, with thanks to those who wrote about it or helped; and thanks that came.

Implements spec/protocol.md §9.5, §9.6. Thanks go from one-off to one-off: into the case, where there is one, and else
into the box of who wrote. The board shows no more than that it worked out.
"""

from __future__ import annotations

from contextlib import suppress

from jiwar.circles import agreeing, attending, oneoffs, thanks
from jiwar.circles.cases import ENDED
from jiwar.circles.circle import Circle
from jiwar.circles.thanks import Came
from jiwar.circles.words import Heard
from jiwar.errors import JiwarError, NotThere
from jiwar.keyring.persona import Persona
from jiwar.systems.needs import pledging, service, view
from jiwar.systems.needs.rules import WORKED


async def end(circle: Circle, obj: bytes, text: str = "") -> None:
    """End mine as one that worked out, and thank everybody who wrote about it; empty says no more than thank you.

    Whose box is full, or who has ended the case, isn't thanked. Raises NotThere, TextTooLong.
    """
    text, own = thanks.line(text), oneoffs.behind(circle, obj)
    if own is None:
        raise NotThere
    me, thanked = oneoffs.persona_of(own), set()
    for made, case in pledging.agreements(circle, obj):
        if case is not None and case.secret != ENDED:
            thanked.add(made.other)
            with suppress(JiwarError):
                await attending.thank(circle, case, text)
    for other, place in _places(circle, me, obj).items():
        if other not in thanked:
            with suppress(JiwarError):
                await thanks.send(circle, me, obj, text, place)
    await service.end(circle, obj, WORKED)


def _places(circle: Circle, me: Persona, obj: bytes) -> dict[bytes, tuple[bytes, bytes]]:
    """Where everybody is answered who wrote a word or proposed something: (kem, inbox) by their one-off."""
    found = {}
    for made, _ in pledging.agreements(circle, obj):
        with suppress(NotThere):
            place = agreeing.place_of(circle, me, obj, made.other)
            found[made.other] = (place.kem, place.inbox)
    for thread in view.threads(circle, obj):
        last: Heard | None = next((one for one in reversed(thread.words) if one.sender == thread.other), None)
        if last is not None:
            found[thread.other] = (last.word.kem, last.word.inbox)
    return found


def has_somebody(circle: Circle, obj: bytes) -> bool:
    """Whether there is anybody to thank for mine."""
    own = oneoffs.behind(circle, obj)
    return own is not None and bool(_places(circle, oneoffs.persona_of(own), obj))


def received(circle: Circle) -> list[Came]:
    """Thanks for what I wrote about, once it has ended."""
    written = [own for own in oneoffs.all_mine(circle) if own.about and not _is_open(circle, own.about)]
    return [came for own in written for came in thanks.received(circle, own)]


def _is_open(circle: Circle, obj: bytes) -> bool:
    try:
        return view.one(circle, obj).is_open
    except NotThere:
        return False


async def put_away(circle: Circle, eid: bytes) -> None:
    """Let thanks go that I have read; those that are gone already are passed over."""
    for came in received(circle):
        if came.eid == eid:
            await thanks.put_away(circle, came)
