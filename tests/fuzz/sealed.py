"""Targets below the web: canonical bytes, padding, seals, records, letters, keys, phrases, names.

Behind a seal the bytes are also tried as what the key's own holder might have sealed: somebody else's program may
write anything there.
"""

from __future__ import annotations

import importlib
import pkgutil
from base64 import b32encode
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any, TypeVar, cast

import jiwar
from jiwar.circles import (
    answerable,
    applicants,
    callers,
    founding,
    invitations,
    keeping,
    letters,
    oneoffs,
    publishing,
    transfer,
    window,
)
from jiwar.circles.answerable import Sealed
from jiwar.circles.circle import Circle
from jiwar.clock import SetClock
from jiwar.crypto import envelopes, sealing
from jiwar.crypto.halves import put_together
from jiwar.crypto.handles import Names, name_of_raw
from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import (
    ACCOUNT_INNER,
    ANSWER_NAME,
    COVER_SEAL,
    EPOCH_TRANSFER,
    INBOX,
    INVITE_SEAL,
    PHONE_SEAL,
    RECORD_SEAL,
)
from jiwar.crypto.random import system_random
from jiwar.errors import (
    BadFormToken,
    BadInput,
    BadProof,
    BadSignature,
    InviteSpent,
    NotCanonical,
    NotThere,
    PhraseLength,
    PhraseMistyped,
    PinShape,
    Removed,
    StoreDamaged,
    TextTooLong,
    UnknownWord,
    Unopenable,
    WrongWords,
)
from jiwar.keyring import phrase, wordlist
from jiwar.keyring.account import Access
from jiwar.keyring.epochs import begin
from jiwar.keyring.hub_secret import SECTOR, HubSecret, OuterLayer
from jiwar.keyring.persona import Persona
from jiwar.keyring.phone import PhoneKey, new_pin, read_pin
from jiwar.log.fragments import Fragments
from jiwar.log.record import Place, read_cover, read_record
from jiwar.pictures.decoder import LARGEST
from jiwar.pictures.jpeg import require_plain
from jiwar.store.contract import Mail
from jiwar.store.held import DAY_MINUTES
from jiwar.store.sqlite import held
from jiwar.systems.needs import pictures as beside
from jiwar.systems.needs import rules as needs
from jiwar.systems.needs.model import Picture
from jiwar.web.tickets import Ticket, Tickets
from jiwar.wire.canonical import Wire, decode, encode, reread
from jiwar.wire.frame import pad, unpad

T = TypeVar("T")
KEY, RID, SEED = b"k" * 32, b"r" * 16, b"s" * 96
PLACE = Place(b"c" * 32, b"s" * 16, b"o" * 16, 3, 20_000, 90)
ACCESS = Access(b"l" * 32, b"u" * 32, b"h" * 16)
NAMES, ME, PHONE = Names(b"n" * 32), Persona(b"p" * 32), PhoneKey(b"q" * 32, b"h" * 16)
PUBLIC = envelopes.public_key(SEED)


@cache
def structures() -> tuple[type[Wire], ...]:
    """Everything that is written as bytes, of all modules, in a fixed order."""
    for module in pkgutil.walk_packages(jiwar.__path__, "jiwar."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    return tuple(sorted(_below(Wire), key=lambda kind: (kind.__module__, kind.__qualname__)))


def _below(kind: type[Wire]) -> Iterator[type[Wire]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)


def canonical(data: bytes) -> None:
    """The first byte chooses the structure; the others are it, or are refused."""
    kinds = structures()
    kind, raw = kinds[data[0] % len(kinds)] if data else kinds[0], data[1:]
    with suppress(NotCanonical):
        assert encode(decode(raw, kind)) == raw
    with suppress(NotCanonical):
        again = encode(reread(raw, kind))
        assert encode(decode(again, kind)) == again


def padding(data: bytes) -> None:
    with suppress(Unopenable):
        assert pad(unpad(data), len(data)) == data


def seals(data: bytes) -> None:
    for opened in (
        lambda: sealing.unseal(KEY, RECORD_SEAL, (RID,), data),
        lambda: sealing.unseal_outer(KEY, RID, data),
        lambda: OuterLayer(KEY, SEED[:32]).open("held", RID, data),
    ):
        _refused(opened, Unopenable)


def _refused(reading: Callable[[], object], *errors: type[Exception]) -> None:
    """Bytes that nobody sealed open nowhere."""
    try:
        reading()
    except errors:
        return
    raise AssertionError("opened")


def records(data: bytes) -> None:
    _refused(lambda: read_record(KEY, PLACE, RID, data), Unopenable)
    sealed = sealing.seal(KEY, RECORD_SEAL, (*PLACE.sealed, RID), data)
    _refused(lambda: read_record(KEY, PLACE, RID, sealed), NotCanonical, BadSignature)


def covers(data: bytes) -> None:
    _refused(lambda: read_cover(KEY, PLACE, data), Unopenable)
    sealed = sealing.seal(KEY, COVER_SEAL, PLACE.sealed, data)
    _refused(lambda: read_cover(KEY, PLACE, sealed), NotCanonical, BadSignature)


def letters_(data: bytes) -> None:
    _refused(lambda: letters.read_letter(SEED, "p", KEY, Mail(RID, 1, data)), Unopenable)
    info = letters._info("p", KEY, PUBLIC, 1)
    for plain in (data, pad(data, 16_384)):
        sealed = envelopes.seal_to(PUBLIC, info, plain)
        wrong = (Unopenable, NotCanonical, BadSignature)
        _refused(lambda sealed=sealed: letters.read_letter(SEED, "p", KEY, Mail(RID, 1, sealed)), *wrong)  # type: ignore[misc]


def public_keys(data: bytes) -> None:
    """A key that is sound can be sealed to."""
    for key in (data, data + PUBLIC[len(data) :]):
        try:
            envelopes.require_sound_key(key)
        except NotCanonical:
            continue
        assert len(envelopes.seal_to(key, b"", b"x")) == envelopes.OVERHEAD + 1


def accounts(data: bytes) -> None:
    _refused(lambda: ACCESS.open(data), Unopenable)
    sealed = sealing.seal(ACCESS.unlock, ACCOUNT_INNER, (ACCESS.locator, ACCESS.hub_id), data)
    with suppress(NotCanonical):
        assert encode(ACCESS.open(sealed)) == data


class _Cell:
    """A store with one transfer cell in it."""

    def __init__(self, cell: bytes) -> None:
        self._cell = cell

    def transfer(self, shelf: bytes, epoch: int, token: bytes) -> bytes:
        return self._cell


def transfers(data: bytes) -> None:
    old = begin(KEY, 3, PLACE.shelf, 20_000)
    sealed = sealing.seal(old.transfer, EPOCH_TRANSFER, (PLACE.shelf, 3), data)
    for cell, wrong in ((data, (Unopenable,)), (sealed, (BadProof, BadSignature, Removed))):
        store: Any = _Cell(cell)
        _refused(lambda store=store: transfer.follow(store, PLACE.circle, PLACE.shelf, old, ME), *wrong)  # type: ignore[misc]


def hub_secrets(data: bytes) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "hub"
        for raw in (data, data.ljust(2 * SECTOR, b"\0")):
            file.write_bytes(raw)
            with suppress(StoreDamaged):
                HubSecret(file).outer()
                assert len(raw) == 2 * SECTOR


class _Invites:
    """Services with one invitation, sealed under whatever is asked for."""

    def __init__(self, sealed: bytes) -> None:
        self.store, self._sealed = self, sealed

    def invite(self, number: bytes) -> bytes:
        return self._sealed

    async def remove_invite(self, number: bytes) -> None: ...


def invitation_contents(data: bytes) -> None:
    secret, words = b"i" * invitations.SECRET, ("باب", "شاي")
    text = b32encode(secret).rstrip(b"=").decode()
    number = invitations.number_of(text)
    sealed = sealing.seal(invitations._key(secret, words), INVITE_SEAL, (number,), data)
    for value in (data, sealed):
        services: Any = _Invites(value)
        with suppress(InviteSpent, WrongWords, NotCanonical):
            opened = _at_once(invitations.open_invite(services, invitations.Tries(), text, words))
            assert encode(opened) == data


def keeper_slips(data: bytes) -> None:
    access = keeping.read_slip(data, KEY)
    assert access is None or encode(keeping.Slip(access.locator, access.unlock)) == data
    with suppress(NotCanonical, InviteSpent):
        assert encode(invitations.read_admission(data)) == data


def keeper_letters(data: bytes) -> None:
    """Whoever is in the circle may write anything to somebody there; what is taken shows on pages."""
    for kind in (keeping.Given, keeping.Opening, keeping.Notice):
        body = keeping.read(letters.Received(RID, 20_000, KEY, KEY, data, False), kind)
        if isinstance(body, keeping.Notice):
            assert body.minute // DAY_MINUTES - 20_000 in range(3)
        assert body is None or encode(body) == data


def pictures(data: bytes) -> None:
    """Bytes in the one size, as a body and as what it carries: what is taken is plain."""
    plain = (data[: beside.SIZE - 1], encode(Picture("", data[:LARGEST])))
    for body in (data, *(pad(one, beside.SIZE) for one in plain)):
        with suppress(NotCanonical):
            require_plain(beside.read(body).jpeg)


def one_offs(data: bytes) -> None:
    """A body in the one size, and in any; what it carries is read as a need."""
    whole = oneoffs.sized(data[: oneoffs.SIZE - 1])
    assert oneoffs.unsized(whole) == data[: oneoffs.SIZE - 1]
    for body in (whole, data):
        with suppress(NotCanonical):
            assert oneoffs.sized(encode(needs.read(body))) == body
    with suppress(NotCanonical):
        assert needs.beside(needs.told("A bed.", data)) == data


def halves(data: bytes) -> None:
    half = data[: len(data) // 2]
    with suppress(NotCanonical):
        other = put_together(half, data[len(half) :])
        assert put_together(half, other) == data[len(half) :]


class _Aside:
    """A circle, as far as names are sealed in it: everybody is in it."""

    id = KEY
    log = SimpleNamespace(persona=ME)
    sketch = SimpleNamespace(member=lambda persona: persona)


def sealed_names(data: bytes) -> None:
    """What stands sealed in a topic, what is passed on, and a whole seal over whatever bytes: it names nobody."""
    circle, who = cast(Circle, _Aside), tuple(sorted((ME.key, KEY)))
    with suppress(NotCanonical):
        found = decode(data, Sealed)
        assert not answerable.is_sound(found) or encode(found) == data
    for envelope in (data, bytes(envelopes.OVERHEAD) + data):
        _refused(partial(answerable.my_halves, circle, RID, Sealed(who, (envelope, envelope), b"")), Unopenable)
        _refused(partial(answerable.passed_on, circle, RID, answerable.NONE, KEY, envelope), Unopenable)
    half = ME.kem_seed[:32]
    key = put_together(half, KEY)
    whole = sealing.seal(key, ANSWER_NAME, (KEY, RID), data[: answerable.NAME_SIZE - 1], size=answerable.NAME_SIZE)
    for name in (data, whole):
        opened = partial(answerable.open_name, circle, RID, Sealed(who, (), name), half, KEY)
        _refused(opened, Unopenable, BadSignature, NotCanonical)


class _Pages:
    """A store with one published page, and the clock beside it."""

    def __init__(self, page: bytes, value: bytes) -> None:
        self.store, self.clock = self, SetClock()
        self._pages = {publishing.LIST: encode((page,)), window.LIST: encode((page,)), page: value}

    def page(self, name: bytes) -> bytes:
        return self._pages[name]


def published_pages(data: bytes) -> None:
    page = publishing.page_of(KEY)
    for value in (data, pad(data)):
        services: Any = _Pages(page, value)
        with suppress(NotThere):
            assert pad(encode(publishing.read(services, page)), len(value)) == value


def windows(data: bytes) -> None:
    page = window.page_of(KEY)
    for value in (data, pad(data)):
        services: Any = _Pages(page, value)
        with suppress(NotThere):
            assert pad(encode(window.read(services, page)), len(value)) == value


def tickets(data: bytes) -> None:
    """What comes back in a form that no session vouches for: it was given out by this process, or is refused."""
    given = Tickets(SetClock(), system_random)
    for text in (data.hex(), data.decode("latin-1")):
        with suppress(BadFormToken):
            assert given.read(text, Ticket) == given.read(text, Ticket)


class _Box:
    """A store with one letter in each of its boxes, the clock beside it, and nothing remembered yet."""

    def __init__(self, mail: Mail) -> None:
        self.store, self.clock, self._mail, self.fragments = self, SetClock(), mail, Fragments()

    def mail(self, token: bytes) -> list[Mail]:
        return [self._mail]


def applicants_rooms(data: bytes) -> None:
    """Whoever shares the room's secret may seal anything into it."""
    room, today = founding.desk_of(KEY), SetClock().day()
    place = (PLACE.circle, letters.ROOM, envelopes.public_key(room.seed), digest(INBOX, room.box), today)
    try:
        mail = letters.write_letter(ME, *place, data, system_random)
    except TextTooLong:
        return
    services: Any = _Box(mail)
    for one in applicants.read_room(services, KEY, PLACE.circle):
        applicants.require_sound_line(one.line)
        assert encode(one.line) == data


def callers_rooms(data: bytes) -> None:
    """Whoever has a code may seal anything into its room, and anything into a slip."""
    room, today = founding.desk_of(ME.room), SetClock().day()
    place = (PLACE.circle, letters.CASE, envelopes.public_key(room.seed), digest(INBOX, room.box), today)
    try:
        mail = letters.write_letter(ME, *place, data, system_random)
    except TextTooLong:
        return
    services: Any = _Box(mail)
    with suppress(NotThere):
        (said,) = callers.read(services, ME.room, ME.key).said
        assert encode(said.line) == data
    with suppress(BadInput):
        assert len(callers.read_slip(data)) == 32


def callers_lines(data: bytes) -> None:
    """What a letter in a room says or shows: a photo is plain, or none."""
    for body in (data, encode(callers.CallerPhoto(callers.SHOW, 1, data))):
        with suppress(BadInput):
            line, jpeg = callers.read_line(body)
            assert (line.verb == callers.SHOW) == bool(jpeg)
            if jpeg:
                require_plain(jpeg)


def _at_once(work: Coroutine[Any, Any, T]) -> T:
    """What such a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    raise AssertionError("it waits")


def phones(data: bytes) -> None:
    _refused(lambda: PHONE.open(data), Unopenable)
    sealed = sealing.seal(PHONE._row_key, PHONE_SEAL, (PHONE.locator,), data)
    with suppress(NotCanonical):
        memory = PHONE.open(sealed)
        assert encode(memory) == data
        _refused(lambda: PHONE.find(memory, KEY), Unopenable)


def pins(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(PinShape):
        pin = read_pin(text)
        assert read_pin(pin) == pin
        assert len(pin) == 6
        assert new_pin(text) == pin


def held_letters(data: bytes) -> None:
    outer = OuterLayer(KEY)
    with suppress(Unopenable):
        held.open_meta(outer, RID, data)
    for plain in (data, pad(data, 8_192)):
        with suppress(Unopenable, NotCanonical):
            assert pad(encode(held.open_meta(outer, RID, outer.seal("held", RID, plain))), len(plain)) == plain


def invitation_links(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    with suppress(NotThere):
        assert len(invitations.number_of(text)) == 32
        assert invitations.number_of(text.upper()) == invitations.number_of(text)


def phrases(data: bytes) -> None:
    text = data.decode("utf-8", "replace")
    assert wordlist.fold(wordlist.fold(text)) == wordlist.fold(text)
    for language in wordlist.LANGUAGES:
        with suppress(PhraseLength, UnknownWord, PhraseMistyped):
            found = phrase.parse(text, language)
            assert phrase.parse(phrase.to_digits(found)) == found
            for other in wordlist.LANGUAGES:
                assert phrase.parse(" ".join(phrase.to_words(found, other)), other) == found


def names(data: bytes) -> None:
    """Names of URLs: those of this session alone lead anywhere, and each in one spelling."""
    for text in (data.decode("utf-8", "surrogateescape"), name_of_raw(data)):
        with suppress(NotThere):
            assert NAMES.name(NAMES.resolve(text)) == text
    assert NAMES.resolve(NAMES.name(data)) == data
