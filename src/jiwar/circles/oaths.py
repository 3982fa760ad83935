"""What is signed by who enters a circle, and what a circle is called by.

Implements spec/protocol.md §4.1 and §4.6.
"""

from jiwar.crypto.hashing import digest
from jiwar.crypto.labels import CIRCLE_ID, INVITE_PROOF, PERSONA_KEYS
from jiwar.wire.frame import join


def keys_bytes(circle: bytes, kem: bytes, inbox: bytes, returning: bytes) -> bytes:
    """What a persona signs about its own keys."""
    return join(PERSONA_KEYS, circle, kem, inbox, returning)


def circle_id(nonce: bytes, founder: bytes) -> bytes:
    """The id of the circle that `founder` founds."""
    return digest(CIRCLE_ID, nonce, founder)


def join_bytes(circle: bytes, persona: bytes, handle: str, kem: bytes, inbox: bytes, returning: bytes) -> bytes:
    """What an invitation's key signs for a newcomer."""
    return join(INVITE_PROOF, circle, persona, handle, kem, inbox, returning)
