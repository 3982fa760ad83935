"""The verbs by which somebody helps with a need, or takes up an offer: propose, accept, confirm, or no.

Implements spec/protocol.md §9.9. Nothing on the board changes with any of them: it tells nobody that help is
under way, and when a case ends nothing has to be put back.
"""

from __future__ import annotations

from contextlib import suppress

from jiwar.circles import agreeing, attending, cases, noshows, oneoffs, rights
from jiwar.circles.agreeing import ACCEPT, CONFIRM, NO, PROPOSE, Agreement, Place
from jiwar.circles.circle import Circle
from jiwar.circles.rights import Right, Standing
from jiwar.errors import NotThere, TooMuch
from jiwar.keyring.model import Case, OneOff
from jiwar.keyring.persona import Persona
from jiwar.log.shelf import LAST_NUMBER
from jiwar.systems.needs import view
from jiwar.systems.needs.model import NEED


def _own(circle: Circle, obj: bytes) -> OneOff:
    """My one-off behind a need, or that by which I write about somebody else's. Raises NotThere."""
    own = oneoffs.behind(circle, obj) or oneoffs.about(circle, obj)
    if own is None:
        raise NotThere
    return own


def agreements(circle: Circle, obj: bytes) -> list[tuple[Agreement, Case | None]]:
    """How far it has come about a need, with each one whom I know of it, and what has come of it."""
    try:
        own = _own(circle, obj)
    except NotThere:
        return []
    found = agreeing.agreements(circle, oneoffs.persona_of(own), obj)
    return [(one, cases.with_other(circle, own.seed, one.other)) for one in found]


def _with(circle: Circle, obj: bytes, name: bytes) -> Agreement:
    """What came of something proposed. Raises NotThere, also where something else was proposed meanwhile."""
    for one, _ in agreements(circle, obj):
        if one.name == name:
            return one
    raise NotThere


async def propose(circle: Circle, obj: bytes, whole: bool, text: str = "") -> None:
    """Say that I would help with somebody else's need, or that their offer would help me.

    Raises TextTooLong, NotThere (also where something is under way), Full, CasesFull, TooMuch, KeysChanged.
    """
    found, text = view.one(circle, obj), agreeing.line(text)
    if oneoffs.behind(circle, obj) or not (found.is_open and found.is_answered) or agreements(circle, obj):
        raise NotThere
    cases.require_place(circle.member.keyring)
    keep = max(1, found.until - circle.services.clock.day())
    mine = rights.usable(circle) if oneoffs.about(circle, obj) is None else None
    own = await oneoffs.begin_about(circle, obj, keep, mine.seed if mine else b"")
    to, right = Place(found.author, found.need.kem, found.need.inbox), mine.right if mine else rights.NONE
    turn = circle.services.random(agreeing.HALF)
    half = agreeing.promise(agreeing.half(own.seed, circle.id, obj, found.author, turn))
    me = oneoffs.persona_of(own)
    await agreeing.send(circle, me, obj, to, PROPOSE, turn, whole=whole, text=text, half=half, right=right)


def standing(circle: Circle, made: Agreement) -> Standing:
    """What can be said of who proposed it."""
    return rights.standing(circle, rights.all_keys(circle), made.right, made.helper, made.day, LAST_NUMBER)


async def _answer(
    circle: Circle, obj: bytes, made: Agreement, step: str, on: bytes, half: bytes = b"", language: str = ""
) -> None:
    me = oneoffs.persona_of(_own(circle, obj))
    if oneoffs.behind(circle, obj):
        to = agreeing.place_of(circle, me, obj, made.other)
    else:
        found = view.one(circle, obj)
        to = Place(found.author, found.need.kem, found.need.inbox)
    await agreeing.send(circle, me, obj, to, step, on, half=half, language=language)


async def accept(circle: Circle, obj: bytes, name: bytes) -> None:
    """Accept what somebody proposed about mine; twice is once. Raises NotThere, CasesFull, TooMuch, KeysChanged."""
    made = _with(circle, obj, name)
    if made.helper != made.other:
        raise NotThere
    if made.step == PROPOSE:
        cases.require_place(circle.member.keyring)
        half = agreeing.half(_own(circle, obj).seed, circle.id, obj, made.other, name)
        await _answer(circle, obj, made, ACCEPT, name, half)


async def confirm(circle: Circle, obj: bytes, name: bytes, language: str) -> Case:
    """Both accept: the case is there; twice is once. Raises NotThere, CasesFull, TooMuch, KeysChanged."""
    made, own, asks = _with(circle, obj, name), _own(circle, obj), _asks(circle, obj)
    if made.behind != made.other or made.step == PROPOSE:
        raise NotThere
    if made.is_agreed:
        return await attending.take(circle, own, obj, made, asks)
    half = agreeing.half(own.seed, circle.id, obj, made.other, made.turn)
    agreed = agreeing.agreed(made, half, language)
    # The box first: who learns that there is a case finds it, and an empty one has ended.
    await attending.begin(circle, own, obj, agreed, asks)
    await _answer(circle, obj, made, CONFIRM, made.accept, half, language)
    return await attending.take(circle, own, obj, agreed, asks)


async def take(circle: Circle, obj: bytes, name: bytes) -> Case:
    """Open what both have agreed on. Raises NotThere, CasesFull."""
    return await attending.take(circle, _own(circle, obj), obj, _with(circle, obj, name), _asks(circle, obj))


async def refuse(circle: Circle, obj: bytes, name: bytes) -> None:
    """Say no, without a reason, as long as not both have accepted; here nothing is left of it.

    Raises NotThere, TooMuch, KeysChanged.
    """
    made = _with(circle, obj, name)
    if made.is_agreed:
        raise NotThere
    with suppress(TooMuch):  # Who let their box fill up keeps nothing of theirs in mine.
        await _answer(circle, obj, made, NO, name)
    await attending.let_go(circle, _own(circle, obj), made.other)


async def tell_nobody_came(circle: Circle, case: Case, more: str = "") -> None:
    """Tell the care team that nobody came; twice is once. Raises as `noshows.tell` does."""
    if not case.told:
        await noshows.tell(circle, case, more, _shown_right(circle, case))
        await attending.note_told(circle, case)


def _shown_right(circle: Circle, case: Case) -> Right:
    """The right that my one-off of a case has shown already: with what it wrote, or when it proposed to help."""
    me = Persona(case.seed)
    if oneoffs.object_of(circle.id, me.key) == case.obj:
        with suppress(NotThere):
            return view.one(circle, case.obj).need.right
        return rights.NONE
    proposed = agreeing.agreements(circle, me, case.obj)
    return next((one.right for one in proposed if one.helper == me.key), rights.NONE)


def _asks(circle: Circle, obj: bytes) -> bool:
    """Whether I am the one who is helped. Raises NotThere."""
    owned = oneoffs.behind(circle, obj) is not None
    found = view.mine(circle, obj) if owned else view.one(circle, obj)
    return owned == (found.need.side == NEED)
