"""Callers: people without an account who ask at a window, and come back to the answer with six words.

Implements spec/protocol.md §4.13. From the words comes a seed, from the seed a persona and the secret of a room: one
box that the caller and the dispatchers read, write and empty. The secret goes to the dispatchers in one letter, the
*slip*. Nothing else of a caller is anywhere, so that nobody can tell words that were never given from words whose
room is empty.

- First the room, then the slip: what dispatchers find, its caller can read as well. Both are on disk before anybody
  is told a word. Where there is no place for the slip, the room goes too.
- A photo is a letter like every other: of the same size, so that a room doesn't say whether there is one.
- Who takes a request back empties the room, and then the slip says nothing.
- After two weeks without a word it is over for both sides; the next dispatcher to come by deletes what is left.

Does not keep the words from whoever finds them, nor what is typed from the program that seals it (threat model).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from itertools import takewhile

from jiwar.circles import applicants, letters, texts
from jiwar.circles.fold import LONGEST_WAIT
from jiwar.circles.founding import desk_of
from jiwar.circles.member import Services
from jiwar.circles.policy import KIND_LIMIT
from jiwar.circles.window import Poster
from jiwar.crypto import envelopes
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import INBOX
from jiwar.errors import BadChoice, BadInput, BadSignature, Full, JiwarError, NotCanonical, NotThere, TooMuch
from jiwar.keyring.persona import Persona
from jiwar.pictures.decoder import LETTER
from jiwar.pictures.jpeg import require_plain
from jiwar.store.contract import Mail
from jiwar.wire.canonical import Wire, decode, encode

ASK, WORD, SHOW = "ask", "word", "show"
TEXT_LIMIT = 1_500
MOST_SHOWN = 2
"""Photos that a caller may add in a row."""
MOST_UNANSWERED = 4
"""What a caller may say in a row."""
_LAST_NUMBER = 10_000
_LEAP = 64
"""A room has no place for more letters: a line whose number is further on than that was written to stay the last."""
_SLIP_SIZE, _LINE_SIZE = (2_048,), (16_384,)
"""All slips look alike, and so does all that is said or shown."""
Leave = Callable[[bytes, Mail], Awaitable[None]]
"""Leaves a letter in a box, as whoever asks may."""


class CallerSlip(Wire, frozen=True):
    """The letter to the dispatchers: what opens the room."""

    room: bytes


class CallerLine(Wire, frozen=True):
    """The body of every letter in a room; `kind` is what is asked for, in the first. `number` orders one day's.

    `more`: what a system says in the first beside its text, where it is a member who asks (`circles.confiding`).
    """

    verb: str
    number: int
    kind: str
    text: str
    more: bytes = b""


class CallerPhoto(Wire, frozen=True):
    """The body of a letter with a photo, by the caller alone; `verb` is SHOW."""

    verb: str
    number: int
    jpeg: bytes


Line = CallerLine | CallerPhoto


@dataclass(frozen=True)
class Said:
    """One line as both sides have it; with a photo its line has no text."""

    eid: bytes
    day: int
    sender: bytes
    line: CallerLine
    jpeg: bytes = b""


@dataclass(frozen=True)
class Talk:
    """Everything said in a room, in order; the first line is the caller's."""

    circle: bytes
    caller: bytes
    said: tuple[Said, ...]

    @property
    def kind(self) -> str:
        return self.said[0].line.kind

    @property
    def more(self) -> bytes:
        """What a member says beside the words of the first line."""
        return self.said[0].line.more

    @property
    def is_with_dispatchers(self) -> bool:
        """Whether the last word is the caller's; so it is where two words crossed."""
        return any(one.sender == self.caller and one.line.number >= self.last for one in self.said)

    @property
    def said_by_caller(self) -> int:
        """How many lines of theirs there are."""
        return sum(one.sender == self.caller for one in self.said)

    @property
    def last(self) -> int:
        """The greatest number of a line."""
        return max(one.line.number for one in self.said)

    @property
    def until(self) -> int:
        """The last day on which it can be read."""
        return self.said[-1].day + LONGEST_WAIT

    @property
    def may_add(self) -> bool:
        last = [one for one in self.said if not one.jpeg][-MOST_UNANSWERED:]
        return len(last) < MOST_UNANSWERED or any(one.sender != self.caller for one in last)

    @property
    def may_show(self) -> bool:
        since = takewhile(lambda one: one.sender == self.caller, reversed(self.said))
        return sum(bool(one.jpeg) for one in since) < MOST_SHOWN

    def photo(self, eid: bytes) -> bytes:
        """Raises NotThere."""
        for one in self.said:
            if one.eid == eid and one.jpeg:
                return one.jpeg
        raise NotThere


def read(services: Services, room: bytes, caller: bytes) -> Talk:
    """What is said in a room that a caller opened. Raises NotThere: never used, taken back, over."""
    found, today, keys = [], services.clock.day(), desk_of(room)
    for letter in letters.read_lasting(services, keys.box, keys.seed, letters.CASE, today):
        with suppress(BadInput, BadSignature):
            line, jpeg = read_line(letter.body)
            if letter.day <= today + 1 and (not jpeg or letter.sender == caller):  # Clocks may differ by a day.
                found.append((letter.circle, Said(letter.eid, letter.day, letter.sender, line, jpeg)))
    found.sort(key=lambda one: _place(one[1], caller))
    circle, first = next((one for one in found if one[1].line.verb == ASK and one[1].sender == caller), (b"", None))
    if first is None:
        raise NotThere
    since = [one for where, one in found if where == circle and one.line.verb != ASK]
    talk = Talk(circle, caller, (first, *_without_leaps(since)))
    if talk.until < today:
        raise NotThere
    return talk


def _place(said: Said, caller: bytes) -> tuple[bool, int, int, bool, bytes]:
    """Where it stands in a room. Words that crossed have one number: there the caller's come last, as unanswered."""
    return said.line.verb != ASK, said.day, said.line.number, said.sender == caller, said.eid


def _without_leaps(since: list[Said]) -> Iterator[Said]:
    furthest = 0
    for one in since:
        if one.line.number <= furthest + _LEAP:
            furthest = max(furthest, one.line.number)
            yield one


def read_line(body: bytes) -> tuple[CallerLine, bytes]:
    """What a letter in a room says, or the photo in it. Raises BadInput for what no program of ours writes."""
    with suppress(NotCanonical):
        line = decode(body, CallerLine)
        _require_sound(line)
        return line, b""
    shown = decode(body, CallerPhoto)
    require_plain(shown.jpeg)
    if shown.verb != SHOW or len(shown.jpeg) > LETTER.largest or not 0 <= shown.number <= _LAST_NUMBER:
        raise BadChoice
    return CallerLine(SHOW, shown.number, "", ""), shown.jpeg


def _require_sound(line: CallerLine) -> None:
    """Raises BadChoice for what no program of ours writes."""
    first = line.verb == ASK
    kind = texts.is_sound(line.kind, KIND_LIMIT, required=not line.more) if first else not (line.kind or line.more)
    sound = line.verb in (ASK, WORD) and kind and texts.is_sound(line.text, TEXT_LIMIT, lines=True)
    if not sound or not 0 <= line.number <= _LAST_NUMBER:
        raise BadChoice


def read_slip(body: bytes) -> bytes:
    """The room that a slip opens. Raises BadInput."""
    room = decode(body, CallerSlip).room
    if len(room) != 32:
        raise BadChoice
    return room


def sealed(services: Services, persona: Persona, circle: bytes, room: bytes, line: Line) -> tuple[Mail, bytes]:
    """A letter into a room, and its box."""
    keys = desk_of(room)
    inbox, kem, today = digest(INBOX, keys.box), envelopes.public_key(keys.seed), services.clock.day()
    place = (circle, letters.CASE, kem, inbox, today)
    return letters.write_letter(persona, *place, encode(line), services.random, _LINE_SIZE), inbox


def next_line(talk: Talk, text: str) -> CallerLine:
    """Raises TextMissing, TextTooLong."""
    return CallerLine(WORD, _after(talk), "", texts.passage(text, TEXT_LIMIT))


def _after(talk: Talk, more: int = 0) -> int:
    return min(_LAST_NUMBER, talk.last + 1 + more)


def require_sound(poster: Poster, kind: str, text: str) -> None:
    """Whether it can be asked at this window. Raises BadChoice, TextMissing, TextTooLong."""
    poster.counter(kind)
    texts.passage(text, TEXT_LIMIT)


async def ask(services: Services, poster: Poster, seed: bytes, kind: str, text: str, jpeg: bytes = b"") -> None:
    """Ask for something, with a clean photo or none; durable when it returns.

    Raises BadChoice, TextMissing, TextTooLong, Full (no place now).
    """
    line = CallerLine(ASK, 0, poster.counter(kind).kind, texts.passage(text, TEXT_LIMIT))
    place = (poster.circle, poster.kem, poster.inbox)
    await hand_in(services, Persona(seed), place, [line, *_shown(jpeg, 1)], partial(_admitted, services, poster))


async def hand_in(
    services: Services, persona: Persona, place: tuple[bytes, bytes, bytes], lines: Sequence[Line], leave: Leave
) -> None:
    """Leave the first lines in a room, then the slip that opens it at a desk: (circle, kem, inbox).

    Raises TextTooLong, and what `leave` does; then nothing is left.
    """
    circle, kem, desk = place
    await leave_all(services, persona, circle, lines, leave)
    body = encode(CallerSlip(persona.room))
    today = services.clock.day()
    slip = letters.write_letter(persona, circle, letters.SLIP, kem, desk, today, body, services.random, _SLIP_SIZE)
    try:
        await leave(desk, slip)
    except JiwarError:
        await take_back(services, persona.room)
        raise


def _shown(jpeg: bytes, number: int) -> list[CallerPhoto]:
    return [CallerPhoto(SHOW, number, jpeg)] if jpeg else []


async def leave_all(services: Services, persona: Persona, circle: bytes, lines: Sequence[Line], leave: Leave) -> None:
    """Into the caller's own room, all or none of it. Raises what `leave` does."""
    left: list[bytes] = []
    try:
        for line in lines:
            mail, inbox = sealed(services, persona, circle, persona.room, line)
            await leave(inbox, mail)
            left.append(mail.eid)
    except JiwarError:
        await applicants.empty(services, desk_of(persona.room).box, left)
        raise


async def _admitted(services: Services, poster: Poster, inbox: bytes, mail: Mail) -> None:
    """Leave a letter, as a stranger may. Raises Full."""
    try:
        await services.store.answer_invite(poster.number, inbox, mail)
    except (NotThere, TooMuch):
        raise Full from None


async def add(services: Services, poster: Poster, seed: bytes, text: str, jpeg: bytes = b"") -> None:
    """Add a word, a clean photo, or both. Raises NotThere, TooMuch (so many in a row), TextMissing (neither),
    TextTooLong, Full.
    """
    persona = Persona(seed)
    talk = read(services, persona.room, persona.key)
    words = [next_line(talk, text)] if text or not jpeg else []
    if (words and not talk.may_add) or (jpeg and not talk.may_show):
        raise TooMuch
    if talk.circle != poster.circle:
        raise NotThere
    lines: list[Line] = [*words, *_shown(jpeg, _after(talk, len(words)))]
    await leave_all(services, persona, talk.circle, lines, partial(_admitted, services, poster))


async def take_back(services: Services, room: bytes) -> None:
    """Delete everything that lies in a room, sound or not."""
    box = desk_of(room).box
    await applicants.empty(services, box, applicants.lying(services, box))
