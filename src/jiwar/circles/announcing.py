"""What a reader makes of an announcement that is complete: who was not there takes it, who was compares it. Pure.

Implements spec/protocol.md §4.4. Each gives the next state, or None where the announcement is not followed.
"""

from __future__ import annotations

from msgspec.structs import replace

from jiwar.circles import charters
from jiwar.circles.handles import require_sound_handle
from jiwar.circles.model import Announcement, CircleState
from jiwar.crypto.signing import require_sound_key


def taken(state: CircleState, announced: Announcement) -> CircleState | None:
    """Who was not there takes the steward's word. Raises BadInput, BadSignature for what nobody can mean."""
    told, seats = announced.told, announced.seats
    charters.require_sound(told.charter)
    for seat in seats:
        require_sound_key(seat.persona)
        if seat.handle or seat.active:  # Who has left nameless has none.
            require_sound_handle(seat.handle)
    once = len({seat.persona for seat in seats}) == len(seats)
    if not once or not any(seat.persona == announced.by and seat.is_steward for seat in seats):
        return None
    known = replace(state, charter=told.charter, members=seats, invites=told.invites, returns=told.returns)
    known = replace(known, pauses=told.pauses)
    return replace(known, gone_in=told.gone_in, inner=told.inner, desks=told.desks, parlour=told.parlour)


def compared(state: CircleState, announced: Announcement) -> CircleState | None:
    """Who was there takes from it only where keys are to be found, and only if all else is as they know it."""
    told, seats = announced.told, announced.seats
    roster = {replace(seat, source=0) for seat in seats}
    same = (
        len(seats) == len(state.members)
        and roster == {replace(member, source=0) for member in state.members}
        and (told.charter, told.invites, told.returns) == (state.charter, state.invites, state.returns)
        and (told.inner, told.desks, told.parlour) == (state.inner, state.desks, state.parlour)
        and (told.gone_in, told.pauses) == (state.gone_in, state.pauses)
    )
    return replace(state, members=seats) if same else None
