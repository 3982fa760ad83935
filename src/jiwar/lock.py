"""One process at a time: a file or folder that is held by whoever works on it, until they let go or end."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from jiwar.errors import Busy

if sys.platform != "win32":
    import fcntl


def hold(path: Path) -> int:
    """A handle; closing it lets go. Raises Busy while another process holds the same. Nothing is held on Windows."""
    handle = os.open(path, os.O_RDONLY)
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(handle)
            raise Busy from None
    return handle
