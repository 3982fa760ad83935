"""The icons: one stroke of 1.75 on a square of 24, always beside a word.

- An icon that points or reads in a direction is mirrored in right-to-left languages; clocks and weather never are.
- None of them tells: help is a basket, a key is a list, no lock, shield, mask, heart or eye.
"""

# ruff: noqa: E501 - a path is data, one icon a line
from collections.abc import Callable

from markupsafe import Markup

ICONS = {
    "home": "M3.8 11.2 12 4.2l8.2 7M6 9.4v10.1h12V9.4M9.7 19.5V15a2.3 2.3 0 0 1 4.6 0v4.5",
    "talk": "M6.2 4.8h11.6A2.2 2.2 0 0 1 20 7v6.8a2.2 2.2 0 0 1-2.2 2.2h-6.6L7 19.6V16h-.8A2.2 2.2 0 0 1 4 13.8V7a2.2 2.2 0 0 1 2.2-2.2z",
    "help": "M3.4 10.4h17.2l-1.6 7.5a2 2 0 0 1-2 1.6H7a2 2 0 0 1-2-1.6zM7.4 10.4a4.6 6 0 0 1 9.2 0M9.6 13.8v2.4M14.4 13.8v2.4",
    "occasions": "M5.8 6.3h12.4a1.6 1.6 0 0 1 1.6 1.6v10a1.6 1.6 0 0 1-1.6 1.6H5.8a1.6 1.6 0 0 1-1.6-1.6v-10a1.6 1.6 0 0 1 1.6-1.6zM4.2 10.9h15.6M8.4 3.9v4M15.6 3.9v4",
    "more": "M4.8 7h14.4M4.8 12h14.4M4.8 17h9.2",
    "close": "M6.4 6.4l11.2 11.2M17.6 6.4 6.4 17.6",
    "back": "M14.6 5.4 8 12l6.6 6.6",
    "forward": "M9.4 5.4 16 12l-6.6 6.6",
    "down": "M5.8 9.4 12 15.6l6.2-6.2",
    "search": "M10.4 4.9a5.6 5.6 0 1 0 0 11.2 5.6 5.6 0 0 0 0-11.2zM14.5 14.5l5 5",
    "plus": "M12 5.4v13.2M5.4 12h13.2",
    "place": "M12 20.6c-4.1-4.5-6.1-7.7-6.1-10.6a6.1 6.1 0 0 1 12.2 0c0 2.9-2 6.1-6.1 10.6zM12 8a2.1 2.1 0 1 0 0 4.2A2.1 2.1 0 0 0 12 8z",
    "clock": "M12 3.9a8.1 8.1 0 1 0 0 16.2 8.1 8.1 0 0 0 0-16.2zM12 7.7V12l2.9 2.1",
    "voice": "M12 3.9a2.7 2.7 0 0 1 2.7 2.7v4.7a2.7 2.7 0 0 1-5.4 0V6.6A2.7 2.7 0 0 1 12 3.9zM6.4 11.2a5.6 5.6 0 0 0 11.2 0M12 16.8v3.3",
    "picture": "M5.9 5.4h12.2a1.6 1.6 0 0 1 1.6 1.6v10a1.6 1.6 0 0 1-1.6 1.6H5.9A1.6 1.6 0 0 1 4.3 17V7a1.6 1.6 0 0 1 1.6-1.6zM4.4 15.7l4.4-4.1 3.9 3.6 2.5-2.1 4.4 3.1M15.5 9.1h.1",
    "send": "M4.9 12h13.2M12.4 6.1l5.9 5.9-5.9 5.9",
    "quote": "M11.6 6.4 6 12l5.6 5.6M18.6 6.4 13 12l5.6 5.6",
    "group": "M3.9 19.5v-7.1a4 4 0 0 1 8.1 0v7.1M12 19.5V9.6a4 4 0 0 1 8.1 0v9.9M2.4 19.5h19.2",
    "book": "M12 6.4C10 4.9 7 4.6 4.4 4.9v13.2c2.6-.3 5.6 0 7.6 1.5 2-1.5 5-1.8 7.6-1.5V4.9C17 4.6 14 4.9 12 6.4zM12 6.4v13.2",
    "bell": "M6.4 16.6V11a5.6 5.6 0 0 1 11.2 0v5.6l1.5 1.5H4.9zM10.4 20.6h3.2",
    "sliders": "M4.4 8h7.1M17.1 8h2.5M4.4 16h2.5M12.5 16h7.1M14.3 5.4v5.2M9.7 13.4v5.2",
    "check": "M4.9 12.6l4.6 4.5L19.1 7.4",
    "list": "M7.4 3.9h9.2a1.6 1.6 0 0 1 1.6 1.6v13a1.6 1.6 0 0 1-1.6 1.6H7.4a1.6 1.6 0 0 1-1.6-1.6v-13a1.6 1.6 0 0 1 1.6-1.6zM8.9 8.4h6.2M8.9 12h6.2M8.9 15.6h3.6",
    "umbrella": "M12 4.4a8.1 8.1 0 0 1 8.1 8.1H3.9A8.1 8.1 0 0 1 12 4.4zM12 2.9v1.5M12 12.5v5.9a1.9 1.9 0 0 0 3.8 0",
    "leaf": "M5.4 19.1C4.9 11 10 5.9 19.1 5.4c.5 9.1-4.6 14.2-12.2 12.6M5.4 19.6c1.6-4.1 4.6-7.1 8.1-8.6",
    "play": "M8.9 6.4v11.2l8.7-5.6z",
    "sun": "M12 8.4a3.6 3.6 0 1 0 0 7.2 3.6 3.6 0 0 0 0-7.2zM12 3.4v2M12 18.6v2M3.4 12h2M18.6 12h2M5.9 5.9l1.4 1.4M16.7 16.7l1.4 1.4M18.1 5.9l-1.4 1.4M7.3 16.7l-1.4 1.4",
    "cloud": "M7.1 18.6a4.1 4.1 0 0 1-.6-8.1 5.6 5.6 0 0 1 10.8-.8 4.5 4.5 0 0 1 .2 8.9z",
    "fog": "M4.9 8h9.2M17.4 8h1.7M3.9 12h3.2M10.4 12h9.7M4.9 16h8.7M16.9 16h2.2",
    "storm": "M7.1 15.1a3.8 3.8 0 0 1-.5-7.5A5.4 5.4 0 0 1 17 6.8a4.3 4.3 0 0 1 .3 8.3M12.6 11.4l-2.7 4.4H14l-2.6 4.4",
}
MIRRORED = frozenset({"talk", "more", "back", "forward", "send", "quote", "book", "leaf"})


def icon(name: str, class_names: Callable[[str], str], extra: str = "") -> Markup:
    """Return the inline SVG of an icon; `extra` are further classes.

    Raises: KeyError when there is no such icon.
    """
    classes = class_names(f"icon {'flip' if name in MIRRORED else ''} {extra}")
    return Markup(f'<svg class="{classes}" viewBox="0 0 24 24" aria-hidden="true"><path d="{ICONS[name]}"/></svg>')  # noqa: S704 - all of it is ours


def icon_classes(name: str, extra: str = "") -> set[str]:
    return {"icon", *extra.split(), *(["flip"] if name in MIRRORED else [])}
