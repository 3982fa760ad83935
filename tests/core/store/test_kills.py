"""A writing process is killed at random moments: what it acknowledged is there, and the store opens (P8).

JIWAR_KILLS says how often; 100 without it.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

KILLS = os.environ.get("JIWAR_KILLS", "100")


@pytest.mark.slow
@pytest.mark.timeout(900 + 9 * int(KILLS))
def test_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.core.store.kills", str(tmp_path), KILLS]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6_000:]
