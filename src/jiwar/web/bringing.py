"""Bringing a table of requests or offers along, for the care team: file, columns, rows, all or nothing.

The file is read and let go of at once. What was read of it waits in the session, under its cookie's key, in RAM;
columns that aren't wanted go with the second screen, everything with the third, with the visit's end, or when others
need the place.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from starlette.responses import Response

from jiwar.circles.circle import Circle
from jiwar.errors import BadChoice, BadInput, JiwarError, NotThere, Refused
from jiwar.sheets import columns, words
from jiwar.sheets.reading import read as read_file
from jiwar.systems.needs import bringing
from jiwar.systems.needs.model import NEED
from jiwar.systems.needs.rules import Wish
from jiwar.web import aidwords, messages, rows
from jiwar.web.app import At
from jiwar.web.limits import SLOW
from jiwar.web.needs import SIDES
from jiwar.web.persons import cares
from jiwar.web.rows import Read
from jiwar.web.uploads import SHEET
from jiwar.web.visit import Visit
from jiwar.wire.canonical import Wire, encode, reread

SHOWN_PROBLEMS, SHOWN_ROWS = 30, 3


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


FIELDS = {
    words.TEXT: _("What is needed or offered"),
    words.KIND: _("The kind"),
    words.AREA: _("The part of town"),
    words.WHEN: _("How urgent"),
    words.DAY: _("By which day"),
    words.MANY: _("For how many"),
    words.LANGUAGES: _("Languages"),
    words.CONDITIONS: _("Conditions"),
}
PRIVATE = {
    words.PERSON: _("Looks like people's names or particulars."),
    words.CONTACT: _("Looks like ways to reach people."),
}


class Held(Wire, frozen=True):
    """A table on its way. `fields`: what each column that is kept becomes; none before that is said."""

    circle: bytes
    side: str
    names: tuple[str, ...]
    headers: tuple[tuple[str, str, str], ...]
    fields: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def _circle(visit: Visit) -> Circle:
    """The group that the path names, for its care team, where there are requests and offers. Raises NotThere."""
    circle = visit.circle()
    if not cares(circle) or not circle.charter.aid.on:
        raise NotThere
    return circle


def _held(visit: Visit, circle: Circle) -> Held:
    """Raises NotThere when nothing waits for this group."""
    kept = visit.site.tables.read(visit.session)
    held = reread(kept, Held) if kept else None
    if held is None or held.circle != circle.id:
        raise NotThere
    return held


def _hold(visit: Visit, held: Held) -> None:
    visit.site.tables.keep(visit.services.sessions, visit.session, encode(held))


def _let_go(visit: Visit) -> None:
    visit.site.tables.let_go(visit.session)


# the file


async def show(visit: Visit) -> Response:
    return _file_page(visit, _circle(visit))


def _file_page(visit: Visit, circle: Circle, error: JiwarError | None = None) -> Response:
    return visit.page(
        "needs/bring.html",
        tab="help",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        most=bringing.MOST,
        error=visit.sentence(error) if error else "",
    )


async def take_file(visit: Visit) -> Response:
    circle = _circle(visit)
    try:
        visit.limit(SLOW)
        side = SIDES.get(visit.form.text("show"), NEED)
        headed, names = await _read(visit)
    except BadInput as error:
        return _file_page(visit, circle, error)
    told = tuple((one.header, one.example, one.guess) for one in headed.columns)
    _hold(visit, Held(circle.id, side, names, told, (), tuple((row.number, row.cells) for row in headed.rows)))
    return visit.go("help_columns", circle=visit.circle_name(circle.id))


async def _read(visit: Visit) -> tuple[columns.Headed, tuple[str, ...]]:
    """One at a time, and not in the way of anybody's page."""
    async with visit.site.reading:
        table = await asyncio.to_thread(read_file, visit.form.file)
        return await asyncio.to_thread(columns.find, table), table.names


# its columns


async def show_columns(visit: Visit) -> Response:
    circle = _circle(visit)
    return _columns_page(visit, circle, _held(visit, circle))


def _columns_page(visit: Visit, circle: Circle, held: Held, error: JiwarError | None = None) -> Response:
    chosen = [visit.form.typed(f"c{at}") for at in range(len(held.headers))] if error else ()
    options = [("", visit.say("Leave out")), *((one, visit.say(said)) for one, said in FIELDS.items())]
    found = [
        (
            header,
            "" if guess in PRIVATE else example,
            visit.say(PRIVATE[guess]) if guess in PRIVATE else "",
            chosen[at] if chosen else guess if guess in FIELDS else "",
        )
        for at, (header, example, guess) in enumerate(held.headers)
    ]
    return visit.page(
        "needs/columns.html",
        tab="help",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        columns=found,
        options=options,
        rows=len(held.rows),
        names=len(held.names),
        error=visit.say("One column, and only one, has to say what is needed or offered; no other twice.")
        if error
        else "",
    )


async def take_columns(visit: Visit) -> Response:
    circle = _circle(visit)
    held = _held(visit, circle)
    fields = [visit.form.choice(f"c{at}", ("", *FIELDS), "") for at in range(len(held.headers))]
    times = Counter(one for one in fields if one)
    if times[words.TEXT] != 1 or any(count > 1 for count in times.values()):
        return _columns_page(visit, circle, held, BadChoice())
    kept = [at for at, one in enumerate(fields) if one]
    # What is left out goes now, not when the rows are brought in.
    narrowed = tuple((number, tuple(cells[at] for at in kept)) for number, cells in held.rows)
    wanted = tuple(fields[at] for at in kept)
    _hold(visit, Held(held.circle, held.side, (), (), wanted, narrowed))
    return visit.go("help_rows", circle=visit.circle_name(circle.id))


# its rows


def _wishes(visit: Visit, circle: Circle, held: Held) -> list[tuple[int, Read]]:
    """Each row by its number; empty ones are none."""
    today, aid = visit.services.clock.day(), circle.charter.aid
    return [
        (number, rows.read(dict(zip(held.fields, cells, strict=True)), held.side, aid, today))
        for number, cells in held.rows
        if any(cells)
    ]


async def show_rows(visit: Visit) -> Response:
    circle = _circle(visit)
    held = _held(visit, circle)
    if not held.fields:
        return visit.go("help_columns", circle=visit.circle_name(circle.id))
    return _rows_page(visit, circle, held)


def _rows_page(visit: Visit, circle: Circle, held: Held, error: JiwarError | None = None) -> Response:
    read = _wishes(visit, circle, held)
    wrong = [(number, " ".join(map(visit.say, one.problems))) for number, one in read if one.problems]
    sound = [one.wish for _, one in read if one.wish]
    notes = Counter(note for _, one in read for note in one.notes)
    return visit.page(
        "needs/rows.html",
        tab="help",
        status=messages.status(error) if error else 200,
        key=visit.circle_name(circle.id),
        group=circle.name,
        offers=held.side != NEED,
        wrong=wrong[:SHOWN_PROBLEMS],
        more=len(wrong) - SHOWN_PROBLEMS,
        wrongs=len(wrong),
        sound=len(sound),
        notes=[(visit.say(note), count) for note, count in notes.items()],
        examples=[_example(visit, wish) for wish in sound[:SHOWN_ROWS]],
        error=visit.sentence(error) if error else "",
    )


def _example(visit: Visit, wish: Wish) -> tuple[str, str, str, str]:
    """How a row will look: headline, rest, kind, and by when and where."""
    title, rest = aidwords.cut(wish.text)
    when = visit.reader.day(wish.day) if wish.day else visit.say(aidwords.WHEN[wish.when])
    return title, rest[:120], aidwords.kind(visit, wish.kind), visit.reader.language.beside(when, wish.area)


async def take_rows(visit: Visit) -> Response:
    """Bring them in, or let them go."""
    circle = _circle(visit)
    verb = visit.form.choice("do", ("bring", "sound", "drop"))
    if verb == "drop":
        _let_go(visit)
        visit.tell("Nothing was brought in. What was read of the table is gone.")
        return visit.go("help")
    async with visit.site.alone(visit.session.name):
        held = _held(visit, circle)
        read = _wishes(visit, circle, held)
        sound = [one.wish for _, one in read if one.wish]
        if not held.fields or not sound or (verb == "bring" and len(sound) < len(read)):
            raise BadChoice
        visit.limit(SLOW)
        try:
            await bringing.bring(circle, sound)
        except (BadInput, Refused) as error:
            return _rows_page(visit, circle, held, error)
        _let_go(visit)
    visit.tell("All of them stand on the board. What was read of the table is gone.")
    return visit.go("help", show="needs" if held.side == NEED else "offers")


ROUTES = (
    At("help_bring", "/group/{circle}/table", show, take_file, upload=SHEET),
    At("help_columns", "/group/{circle}/table/columns", show_columns, take_columns),
    At("help_rows", "/group/{circle}/table/rows", show_rows, take_rows),
)
