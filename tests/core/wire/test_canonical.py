"""Whatever decodes encodes to the same bytes again: every structure of the program, against arbitrary bytes."""

import importlib
import pkgutil

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import jiwar
from jiwar.errors import NotCanonical
from jiwar.wire.canonical import Wire, decode, encode, reread


class Point(Wire, frozen=True):
    name: str
    raw: bytes
    number: int
    inner: tuple[bytes, ...] = ()


def _structures() -> list[type[Wire]]:
    """Every structure that some module of the program writes as bytes."""
    for module in pkgutil.walk_packages(jiwar.__path__, "jiwar."):
        if module.name.split(".")[1] not in ("web", "cli", "__main__", "node"):
            importlib.import_module(module.name)
    found: list[type[Wire]] = []
    pending = [Wire]
    while pending:
        for kind in pending.pop().__subclasses__():
            pending.append(kind)
            if kind.__module__.startswith("jiwar."):
                found.append(kind)
    return sorted(found, key=lambda kind: (kind.__module__, kind.__qualname__))


STRUCTURES = _structures()
ATOMS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**64 - 1),
    st.binary(max_size=40),
    st.text(max_size=12),
    st.floats(),
)
TREES = st.recursive(ATOMS, lambda inner: st.lists(inner, max_size=8), max_leaves=20)


def test_there_are_structures() -> None:
    assert len(STRUCTURES) > 30


@given(st.text(), st.binary(), st.integers(-(2**63), 2**64 - 1), st.lists(st.binary()))
def test_decode_undoes_encode(name, raw, number, inner) -> None:
    point = Point(name, raw, number, tuple(inner))
    assert decode(encode(point), Point) == point


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\x94\xa1a\xc4\x00\x01\x90\x00",
        b"\x94\xa1a\xc4\x00\xcc\x01\x90",
        b"\x94\xd9\x01a\xc4\x00\x01\x90",
        b"\x94\xa1a\xc5\x00\x00\x01\x90",
        b"\x94\xa1a\xc4\x00\x01\xdc\x00\x00",
        b"\xdc\x00\x04\xa1a\xc4\x00\x01\x90",
        b"\x93\xa1a\xc4\x00\x01",
        b"\x95\xa1a\xc4\x00\x01\x90\x00",
        b"\x92\xa1a\xc4\x00",
        b"\x84\xa1a\xc4\x00\x01\x90",
        b"\x94\xa1\xff\xc4\x00\x01\x90",
        b"\x94\xa1a\xa0\x01\x90",
        b"\x94\xa1a\xc4\x00\xcb?\xf0\x00\x00\x00\x00\x00\x00\x90",
        b"\xdd\xff\xff\xff\xff",
        b"\x94\xa1a\xc6\xff\xff\xff\xff",
        b"\x91" * 3_000,
    ],
    ids=[
        "nothing",
        "something after the end",
        "a number in two bytes",
        "a text with a long header",
        "bytes with a long header",
        "a list with a long header",
        "the structure with a long header",
        "a field left out",
        "a field too many",
        "fields missing",
        "a map",
        "text that is not UTF-8",
        "text for bytes",
        "a fraction for a number",
        "a length that lies",
        "bytes that are not there",
        "nested without end",
    ],
)
def test_decode_refuses(raw: bytes) -> None:
    with pytest.raises(NotCanonical):
        decode(raw, Point)


def test_decode_refuses_optional_fields_left_out() -> None:
    raw = encode(Point("a", b"", 1))
    assert raw == b"\x94\xa1a\xc4\x00\x01\x90"
    with pytest.raises(NotCanonical):
        decode(b"\x93" + raw[1:-1], Point)


@pytest.mark.parametrize("kind", STRUCTURES, ids=lambda kind: f"{kind.__module__[6:]}.{kind.__qualname__}")
class TestEveryStructure:
    @settings(max_examples=40)
    @given(raw=st.one_of(st.binary(max_size=120), TREES.map(msgspec.msgpack.encode)))
    def test_whatever_decodes_encodes_to_the_same_bytes(self, kind, raw) -> None:
        try:
            value = decode(raw, kind)
        except NotCanonical:
            return
        assert encode(value) == raw

    @settings(max_examples=40)
    @given(data=st.data())
    def test_one_changed_byte_gives_another_value_or_none(self, kind, data) -> None:
        try:
            value = data.draw(st.from_type(kind))
            raw = bytearray(encode(value))
        except (OverflowError, UnicodeEncodeError, RecursionError):
            return
        raw[data.draw(st.integers(0, len(raw) - 1))] ^= data.draw(st.integers(1, 255))
        try:
            other = decode(bytes(raw), kind)
        except NotCanonical:
            return
        assert other != value
        assert encode(other) == raw


def test_what_the_program_wrote_itself_is_read_without_writing_it_again() -> None:
    point = Point("a", b"b", 1)
    assert reread(encode(point), Point) == point
    for raw in (b"", b"\x91", encode("text"), b"\x91" * 3_000):
        with pytest.raises(NotCanonical):
            reread(raw, Point)
