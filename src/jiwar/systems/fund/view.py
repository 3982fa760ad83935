"""What stewards' pages show of the ledger, and what everybody's page shows of the figures.

Implements spec/protocol.md §9.11. `inner` is the stewards' role circle everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from jiwar.circles import still
from jiwar.circles.circle import Circle
from jiwar.circles.model import STEWARD
from jiwar.errors import NotCanonical, NotThere
from jiwar.keyring.model import MOST_EPOCHS
from jiwar.log.shelf import Opened, object_name
from jiwar.store.contract import RecordRow
from jiwar.systems.fund import rules
from jiwar.systems.fund.ledger import Entry, Ledger, fold
from jiwar.systems.fund.model import FIGURES, FUND, TOLD, Figures, Told
from jiwar.wire.canonical import decode

MOST_READ = 1_200
"""Records of the ledger that are looked through, the newest ones: several pages of it. As many of its words."""


@dataclass(frozen=True)
class Shown:
    """An entry with its words; `told` is None where I can't read them, and once they have gone. `is_past`: it stands
    on a page before, where nothing more is written. `carrier`: on whose word it stands, if I can't read so far back.
    """

    entry: Entry
    told: Told | None
    is_past: bool = False
    carrier: bytes = b""


def ledger_object(inner: Circle) -> bytes:
    return object_name(FUND, inner.id)


def told_object(inner: Circle) -> bytes:
    """Where the words of entries stand: apart from amounts, because they expire."""
    return object_name(TOLD, inner.id)


def figures_object(circle: Circle) -> bytes:
    return object_name(FUND, circle.id)


def ledger(inner: Circle) -> Ledger | None:
    """The latest page of it; None where none has begun that I can read."""
    return fold(reversed(list(still.records(inner, ledger_object(inner), MOST_READ))))


def is_before_my_time(inner: Circle) -> bool:
    """Whether a page stands there that I can't read, and somebody is here still who was before me: they carry it on.
    Where nobody is, what it said is nobody's any more.
    """
    mine = max(inner.me.since, inner.trail.fold_from)  # Who was named again has not the keys of before.
    if not any(one.active and one.since < mine and one.persona != inner.me.persona for one in inner.state.members):
        return False
    rows = still.rows(inner, ledger_object(inner), MOST_READ)
    return ledger(inner) is None and any(not inner.log.holds(row.epoch) for row in rows)


def astray(inner: Circle, page: Ledger) -> list[RecordRow]:
    """Pages that whoever can't read further back would begin with, and for ever come to something else; none for who
    may be one of those.
    """
    if not page.astray or not _knows_best(inner):
        return []
    rows = still.rows(inner, ledger_object(inner), MOST_READ)
    return [row for row in rows if row.number in page.astray]


def _knows_best(inner: Circle) -> bool:
    """Whether nobody here reads further back than I: I have all keys that a keyring holds, or was here first."""
    epochs, since = inner.trail.epochs, inner.me.since
    all_held = epochs[0].epoch == 0 or len(epochs) >= MOST_EPOCHS
    return all_held or not any(one.active and one.since < since for one in inner.state.members)


def told(inner: Circle, entries: Iterable[Entry], epoch: int = 0) -> dict[int, Told]:
    """The words of entries that are still there, each as it was when somebody said yes to it; under the keys of this
    epoch or a later one.
    """
    sealed = {entry.number: entry.seal for entry in entries}
    found: dict[int, Told] = {}
    for record in _told_records(inner):
        said = read_told(record) if record.epoch >= epoch else None
        if said is not None and sealed.get(said.entry) == rules.seal_of(said):
            found.setdefault(said.entry, said)
    return found


def _told_records(inner: Circle) -> Iterator[Opened]:
    return reversed(list(still.records(inner, told_object(inner), MOST_READ)))


def read_told(record: Opened) -> Told | None:
    """Words, if they are sound."""
    if record.kind != TOLD:
        return None
    try:
        said = decode(record.body, Told)
    except NotCanonical:
        return None
    return said if rules.is_sound_told(said) else None


def spent(inner: Circle, page: Ledger) -> list[RecordRow]:
    """Everything in which somebody told something that has to go: of an entry that is closed, or of one whose words
    stand under the newest keys too. Who has only those couldn't empty what stands under older ones.
    """
    obj, newest = told_object(inner), inner.log.newest.epoch
    closed = {one.number for one in page.everything if one.outcome}
    anew = told(inner, page.going_on, newest)
    found = []
    for row in still.rows(inner, obj, MOST_READ):
        said = [read_told(record) for record in inner.log.readable(obj, [row], again=True)]
        about = {one.entry for one in said if one is not None}
        if about & closed or (row.epoch < newest and about & anew.keys()):
            found.append(row)
    return found


def one(inner: Circle, number: int) -> Shown:
    """Raises NotThere."""
    page = ledger(inner)
    entries = {one.number: one for one in page.past} | page.entries if page else {}
    if page is None or number not in entries:
        raise NotThere
    entry = entries[number]
    return Shown(entry, told(inner, [entry]).get(number), number not in page.entries, page.carrier_of(number))


def waiting(inner: Circle) -> int:
    """How many entries want something of me: my yes, or that somebody hands it over."""
    page = ledger(inner)
    return sum(wants(one, inner.log.persona.key) for one in page.open) if page else 0


def wants(entry: Entry, me: bytes) -> bool:
    """Whether my yes makes a difference to an entry, or anybody's hand."""
    return entry.is_open and (entry.is_agreed or me not in entry.yes)


def figures(circle: Circle) -> Figures | None:
    """What a steward's session told the group last."""
    for record in still.records(circle, figures_object(circle)):
        author = circle.sketch.member(record.author)
        if author is not None and author.holds(STEWARD) and (found := _read_figures(record)):
            return found
    return None


def _read_figures(record: Opened) -> Figures | None:
    if record.kind != FIGURES:
        return None
    try:
        told = decode(record.body, Figures)
    except NotCanonical:
        return None
    return told if rules.is_sound_figures(told) else None
