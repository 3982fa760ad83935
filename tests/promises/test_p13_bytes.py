"""P13: Bad input of any kind gets a clear error in the reader's language and changes nothing.

Here for bytes: whatever a peer, a hub or a file hands over either is what it should be or is refused with an error of
the tree, and a store that was handed it is the same afterwards. The pages have their own test.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from jiwar.circles import handles as names
from jiwar.circles import letters
from jiwar.circles.fold import fold
from jiwar.circles.handles import require_sound_handle, sound_handle
from jiwar.circles.invitations import number_of
from jiwar.circles.model import EMPTY, KINDS, Heartbeat
from jiwar.clock import SetClock
from jiwar.crypto import envelopes, handles, sealing, signing
from jiwar.crypto.labels import ACCOUNT_INNER, RECORD_SEAL
from jiwar.errors import BadInput, BadSignature, JiwarError, NotCanonical
from jiwar.keyring.account import Access
from jiwar.keyring.model import Keyring
from jiwar.keyring.phrase import parse
from jiwar.log.record import Place, read_cover, read_record
from jiwar.store import checks
from jiwar.store.contract import AccountWrite, Append, Cover, Mail, NewShelf, Rotation
from jiwar.wire import canonical, frame
from jiwar.wire.canonical import decode
from tests.core.circles.records import CIRCLE, FOUNDER, begun
from tests.mutants.mutation import Mutations, replaced
from tests.world import HostileHub

KEY, PLACE = b"k" * 32, Place(b"c" * 32, b"s" * 16, b"o" * 16, 0, 20_000, 7)
SEED = b"m" * envelopes.SEED
BYTES = st.one_of(st.binary(max_size=400), st.binary(min_size=1_000, max_size=1_400))


def _forgiving(raw: bytes, kind: Any) -> Any:
    return canonical._decoder(kind).decode(raw)


MUTATIONS: Mutations = {
    "any encoding will do": replaced(canonical, "_encoder", type("Any", (), {"encode": lambda self, value: b""})()),
    "what can't be decoded falls through": replaced(canonical, "NotCanonical", ValueError),
    "the store takes any size": replaced(checks, "require", lambda sound: None),
    "a name is not what it was written as": replaced(names, "sound_handle", lambda text: text[:-1]),
}

READERS: dict[str, Callable[[bytes], Any]] = {
    "a padded text": frame.unpad,
    "a seal": lambda raw: sealing.unseal(KEY, RECORD_SEAL, (), raw),
    "an outer seal": lambda raw: sealing.unseal_outer(KEY, b"", raw),
    "an envelope": lambda raw: envelopes.open_with(SEED, b"", raw),
    "a public key": envelopes.require_sound_key,
    "a signing key": signing.require_sound_key,
    "a signature": lambda raw: signing.verify(raw[:32], raw[32:96], raw[96:]),
    "a keyring": lambda raw: Access(KEY, KEY, b"hub").open(raw),
    "a record": lambda raw: read_record(KEY, PLACE, b"r" * 16, raw),
    "a cover": lambda raw: read_cover(KEY, PLACE, raw),
    "a letter": lambda raw: letters.read_letter(SEED, letters.KEYS, KEY, Mail(b"e" * 16, 20_000, raw)),
    "a name in a path": lambda raw: handles.resolve(KEY, raw.decode("latin-1")),
    "a link": lambda raw: number_of(raw.decode("latin-1")),
    "a phrase": lambda raw: parse(raw.decode("utf-8", "replace")),
    "a name": lambda raw: require_sound_handle(sound_handle(raw.decode("utf-8", "replace"))),
    **{f"a record of kind {kind}": partial(decode, kind=body) for kind, body in KINDS.items()},
    "a keyring's plain text": lambda raw: decode(raw, Keyring),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS.keys())
@settings(max_examples=25)
@given(raw=BYTES)
def test_any_bytes_are_read_or_refused(read: Callable[[bytes], Any], raw: bytes) -> None:
    refused = refusal(read, raw)
    assert refused is None or refused.code


def refusal(read: Callable[[Any], Any], raw: Any) -> JiwarError | None:
    """The error of the tree that reading gives; any other error is the test's failure."""
    try:
        read(raw)
    except JiwarError as error:
        return error
    except Exception as error:
        pytest.fail(f"not an error of the tree: {error!r}")
    return None


SEALED_INSIDE: dict[str, Callable[[bytes], Any]] = {
    "a record": lambda raw: read_record(KEY, PLACE, b"r" * 16, sealed(raw, b"r" * 16)),
    "a keyring": lambda raw: Access(KEY, KEY, b"hub").open(sealing.seal(KEY, ACCOUNT_INNER, (KEY, b"hub"), raw)),
    "a letter": lambda raw: letters.read_letter(SEED, letters.KEYS, KEY, Mail(b"e" * 16, 20_000, enveloped(raw))),
}


def enveloped(raw: bytes) -> bytes:
    recipient = envelopes.public_key(SEED)
    return envelopes.seal_to(recipient, letters._info(letters.KEYS, KEY, recipient, 20_000), frame.pad(raw))


def sealed(raw: bytes, rid: bytes) -> bytes:
    return sealing.seal(KEY, RECORD_SEAL, (*PLACE.sealed, rid), raw)


@pytest.mark.parametrize("read", SEALED_INSIDE.values(), ids=SEALED_INSIDE.keys())
@settings(max_examples=25)
@given(raw=BYTES)
def test_any_bytes_under_a_good_seal_are_refused(read: Callable[[bytes], Any], raw: bytes) -> None:
    with pytest.raises((NotCanonical, BadSignature)):
        read(raw)


@pytest.mark.parametrize("kind", [*KINDS, "unknown", ""])
@settings(max_examples=25)
@given(raw=BYTES)
def test_any_record_of_a_circle_changes_nothing_or_counts(kind: str, raw: bytes) -> None:
    book = begun()
    record = replace(book.record(FOUNDER, "heartbeat", Heartbeat()), kind=kind, body=raw)
    before = book.state
    after = fold(CIRCLE, before, [record])
    if kind not in ("heartbeat", "leave"):
        assert replace(after, through=before.through) == before
    assert fold(CIRCLE, EMPTY, [record]).members == ()


NUMBERS = st.one_of(st.integers(-(2**70), 2**70), st.sampled_from([0, 1, 20_000, 20_001]))
SHORT = st.binary(max_size=40)
ACCOUNTS = st.builds(AccountWrite, SHORT, st.none() | SHORT, SHORT)
CALLS: dict[str, st.SearchStrategy[Any]] = {
    "open_shelf": st.tuples(st.builds(NewShelf, SHORT, SHORT, SHORT, SHORT)),
    "append": st.tuples(
        st.builds(
            Append,
            *[SHORT] * 4,
            st.none() | NUMBERS,
            st.none() | SHORT,
            *[NUMBERS] * 3,
            *[SHORT] * 3,
            st.none() | st.builds(Cover, NUMBERS, NUMBERS, NUMBERS, SHORT),
        )
    ),
    "erase": st.tuples(SHORT, SHORT, NUMBERS, NUMBERS, SHORT),
    "erase_by_control": st.tuples(SHORT, SHORT, NUMBERS, NUMBERS, SHORT),
    "rotate": st.tuples(st.builds(Rotation, SHORT, NUMBERS, NUMBERS, SHORT, SHORT, SHORT, SHORT, SHORT, SHORT)),
    "drop": st.tuples(SHORT, SHORT),
    "make_day_half": st.tuples(SHORT, SHORT, NUMBERS, NUMBERS, SHORT),
    "put_accounts": st.tuples(
        st.lists(st.builds(AccountWrite, SHORT, st.none() | SHORT, SHORT), min_size=1, max_size=3)
    ),
    "put_mail": st.tuples(SHORT, SHORT, SHORT, st.builds(Mail, SHORT, NUMBERS, SHORT)),
    "answer_invite": st.tuples(SHORT, SHORT, st.builds(Mail, SHORT, NUMBERS, SHORT)),
    "put_page": st.tuples(st.binary(max_size=15), SHORT),
    "put_invite": st.tuples(SHORT, st.integers(-(2**70), -1), SHORT),
}


@pytest.mark.parametrize("call", CALLS)
@settings(max_examples=25)
@given(data=st.data())
def test_a_store_refuses_what_does_not_fit_and_stays_as_it_was(call: str, data: st.DataObject) -> None:
    hub = HostileHub(SetClock())
    before = hub.image()
    with pytest.raises(JiwarError):
        asyncio.run(getattr(hub, call)(*data.draw(CALLS[call])))
    assert hub.image() == before


@given(st.binary(max_size=100))
def test_errors_say_what_is_wrong_and_nothing_of_what_was_typed(raw: bytes) -> None:
    text = raw.decode("utf-8", "replace")
    refused = refusal(parse, text)
    assert isinstance(refused, BadInput)
    assert set(refused.fields) <= {"found", "wanted", "position", "suggestion"}
    assert text == "" or text not in refused.fields.values()
