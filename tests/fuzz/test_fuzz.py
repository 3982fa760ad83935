"""Any bytes are refused as it is written, or mean what they say: from the seeds, and from a few seconds of search."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib.util import find_spec

import pytest

from jiwar.wire import canonical
from tests.fuzz.seeds import all_seeds
from tests.fuzz.targets import TARGETS

SECONDS = os.environ.get("FUZZ_SECONDS", "2")
SEEDS = all_seeds()


@pytest.mark.parametrize("name", TARGETS)
def test_what_the_seeds_hold_does_no_harm(name: str) -> None:
    for seed in SEEDS:
        TARGETS[name].holds(seed)


def test_a_decoder_that_takes_two_spellings_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.fuzz.sealed.decode", canonical.reread)
    first = next(seed for seed in SEEDS if seed[:1] == b"\x00" and seed[1:2] > b"\x90")
    longer = b"\x00\xdc\x00" + bytes([first[1] & 15]) + first[2:]
    with pytest.raises(AssertionError):
        TARGETS["canonical"].holds(longer)


@pytest.mark.slow
@pytest.mark.skipif(find_spec("atheris") is None, reason="there is no atheris for this Python or system")
def test_a_short_search_finds_nothing() -> None:
    command = [sys.executable, "-m", "tests.fuzz.search", SECONDS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stdout.count("nothing found") == len(TARGETS), done.stdout + done.stderr[-6_000:]
