"""Who is to be called after a commit on a shelf. RAM only, and forgotten with the process.

Runs in the event loop alone; holds no token, only what was admitted by one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from jiwar.store.contract import ENDED, Woken


class Watchers:
    """Callbacks by shelf."""

    def __init__(self) -> None:
        self._by_shelf: dict[bytes, dict[object, Woken]] = {}

    def add(self, shelf: bytes, woken: Woken) -> Callable[[], None]:
        """Call `woken` until the returned function is called or the shelf's token ends."""
        name = object()
        self._by_shelf.setdefault(shelf, {})[name] = woken

        def stop() -> None:
            callbacks = self._by_shelf.get(shelf, {})
            callbacks.pop(name, None)
            if not callbacks:
                self._by_shelf.pop(shelf, None)

        return stop

    def wake(self, shelf: bytes, places: Iterable[tuple[bytes, int, int]]) -> None:
        """Tell everybody on the shelf what was committed."""
        callbacks = self._by_shelf.get(shelf)
        if callbacks:
            for place in places:
                for woken in list(callbacks.values()):
                    woken(*place)

    def end(self, shelf: bytes) -> None:
        """Tell everybody on the shelf that their token is no longer good, and forget them."""
        for woken in list(self._by_shelf.pop(shelf, {}).values()):
            woken(*ENDED)
