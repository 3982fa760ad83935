"""The store can't open anything: what opens isn't even loaded beside it."""

import subprocess
import sys

import pytest

OPENERS = {"jiwar.keyring", "jiwar.crypto.sealing", "jiwar.crypto.kdf", "jiwar.crypto.envelopes"}


@pytest.mark.parametrize("store", ["jiwar.store.sqlite", "jiwar.store.memory", "jiwar.store.contract"])
def test_importing_a_store_loads_nothing_that_opens(store: str) -> None:
    program = f"import sys, {store}; print(*(name for name in sys.modules if name.startswith('jiwar')))"
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = set(answer.stdout.split())
    assert store in loaded
    assert not loaded & OPENERS
