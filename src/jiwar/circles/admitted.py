"""What an admission may say: judged before anything of it is used or kept, whoever wrote it. Pure.

Implements spec/protocol.md §4.6. Whoever may invite may write one with a program of their own, and what it says goes
into somebody else's keyring, beside all their other circles.
"""

from __future__ import annotations

from itertools import pairwise

from jiwar.circles.charters import NAME_LIMIT
from jiwar.circles.handles import sound_handle
from jiwar.circles.invitations import Admission
from jiwar.circles.letters import LIFE_DAYS
from jiwar.circles.model import KEYLESS, LETTER, ROLES
from jiwar.circles.policy import LEVELS
from jiwar.circles.texts import is_clean
from jiwar.errors import NotThere
from jiwar.keyring.epochs import LANES, Chain, EpochKeys
from jiwar.keyring.model import MOST_EPOCHS
from jiwar.log.shelf import LAST_NUMBER


def require_sound(admitted: Admission, today: int) -> None:
    """Raises NotThere for what no inviter's program writes: it would lie in a keyring and stop every page."""
    open_keys = admitted.mode not in KEYLESS
    sizes = [len(admitted.circle), len(admitted.shelf), len(admitted.index_key), len(admitted.proof)]
    sound = (
        sizes == [32, 16 * open_keys, 32 * open_keys, 32]
        and len(admitted.name) <= NAME_LIMIT
        and is_clean(admitted.name)
        and (not admitted.handle or sound_handle(admitted.handle) == admitted.handle)
        and 0 <= admitted.level < len(LEVELS)
        and 0 <= admitted.fold_from < LAST_NUMBER
        # A link that named a parent would put somebody's own circle in the place of the stewards'.
        and (not admitted.parent or (admitted.mode == LETTER and len(admitted.parent) == 32))
        and admitted.role in (ROLES if admitted.parent else (0,))
        and bool(admitted.epochs) == open_keys
        and _are_sound_epochs(admitted.epochs, today)
    )
    if not sound:
        raise NotThere


def _are_sound_epochs(held: tuple[EpochKeys, ...], today: int) -> bool:
    """Whether an inviter can have held these keys lately: each lane once, and no walk that would hold the hub up."""
    numbers = [keys.epoch for keys in held]
    return (
        len(held) <= MOST_EPOCHS
        and all(number >= 0 for number in numbers)
        and all(earlier < later for earlier, later in pairwise(numbers))
        and all(_are_sound_chains(keys.chains, today) for keys in held)
    )


def _are_sound_chains(chains: tuple[Chain, ...], today: int) -> bool:
    lanes = [chain.keep for chain in chains]
    late = [today - chain.keep - chain.day for chain in chains]
    return len(set(lanes)) == len(lanes) and set(lanes) <= set(LANES) and max(late, default=0) <= LIFE_DAYS
