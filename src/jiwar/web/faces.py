"""Letter tiles: the letter and colour that stand for a group or a person.

A colour comes from what is different in every group (a circle's id, a persona's key), so it links nobody.
"""

COLOURS = 6
_QUIET = "\"'«»“”()[]{}.,،-–_#@*"


def letter(name: str) -> str:
    """The first letter of a name."""
    return next((sign for sign in name if not sign.isspace() and sign not in _QUIET), "·")


def colour(stable: bytes) -> int:
    """One of the soft pairs, 1..6."""
    return stable[:1].ljust(1, b"\0")[0] % COLOURS + 1
