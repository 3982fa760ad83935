"""What became of one run of a promise's test."""

from __future__ import annotations

from enum import Enum

WRONG_REASON = 70
"""pytest's exit code when a test under a mutation failed by something else than an assertion or an error of ours."""


class Verdict(Enum):
    """The word that is printed."""

    PASSED = "green"
    FAILED = "red"
    BROKEN = "BROKEN"

    @classmethod
    def of(cls, code: int) -> Verdict:
        """From pytest's exit code."""
        return {0: cls.PASSED, 1: cls.FAILED}.get(code, cls.BROKEN)
