"""The drawings: one stroke colour and two soft fills on 160 x 128, for welcome, fronts and empty pages only.

No people, couples or flags; each stays under 1.2 KB. The four card pictures of founding are small ones on 48 x 48.
"""

# ruff: noqa: E501 - a path is data
from collections.abc import Callable

from markupsafe import Markup

# name: (soft fill, glow fill, strokes)
DRAWINGS = {
    "arch": (
        "M53 117V67c0-21 11-36 27-45 16 9 27 24 27 45v50z",
        "M71 58h18l-3 18H74z",
        "M14 117h132M39 117V65c0-28 16-46 41-57 25 11 41 29 41 57v52M53 117V67c0-21 11-36 27-45 16 9 27 24 27 45v50"
        "M80 22v24M73 58c0-6 3-9 7-12 4 3 7 6 7 12M70 58h20l-3 18H73zM77 58v18M83 58v18M75 80h10M80 80v5"
        "M22 117l-2-14h14l-2 14zM27 103c1-9-1-16-7-21M27 103c-1-13 1-21 5-27M27 103c2-8 5-12 9-13"
        "M128 117l-2-11h13l-2 11zM132 106c0-8-3-11-7-13M133 106c0-9 2-14 6-16",
    ),
    "tray": (
        "M61 62c0-14 9-23 21-23s21 9 21 23c0 11-5 19-9 26H70c-4-7-9-15-9-26z",
        "M26 70h20l-2 18H28zM118 70h20l-2 18h-16z",
        "M61 62c0-14 9-23 21-23s21 9 21 23c0 11-5 19-9 26H70c-4-7-9-15-9-26zM69 42c2-7 7-10 13-10s11 3 13 10M82 32v-5"
        "M102 59c12-1 12-15 21-18M101 71c14-2 17-16 24-27M61 57c-13-5-20 4-15 13 3 8 11 11 18 9"
        "M24 62l4 26h16l4-26zM26 71h20M116 62l4 26h16l4-26zM118 71h20M13 92h138c0 6-5 10-11 10H24c-6 0-11-4-11-10z"
        "M34 54c-3-4 3-6 0-10M128 54c-3-4 3-6 0-10",
    ),
    "lamp": (
        "M63 54h34l7 34H56z",
        "M80 15a45 45 0 1 0 0 90 45 45 0 0 0 0-90z",
        "M80 4v17M75 21h10M66 44c1-10 6-16 14-23 8 7 13 13 14 23M62 44h36v10H62zM63 54l-7 34h48l-7-34M73 54l-3 34M87 54l3 34"
        "M60 88h40v6H60zM69 94c1 7 5 10 11 13 6-3 10-6 11-13M80 107v8M80 63c-4 5-4 10 0 14 4-4 4-9 0-14z",
    ),
    "fig": (
        "M84 63c-5-14-19-17-28-11-8-8-20-4-20 6-8 2-8 14 2 16 0 10 12 14 20 8 10 4 22-3 26-19z",
        "M104 71c-3 7-16 12-16 23 0 9 7 15 16 15s16-6 16-15c0-11-13-16-16-23z",
        "M141 11c-19 14-41 28-57 52M84 63c-5-14-19-17-28-11-8-8-20-4-20 6-8 2-8 14 2 16 0 10 12 14 20 8 10 4 22-3 26-19z"
        "M84 63c-14 0-28 2-40 8M68 64c-4-4-8-6-12-6M66 67c-2 5-5 9-8 12M112 37c12-10 26-6 28 4 10-2 16 8 10 14"
        " 2 8-6 14-12 10-8 4-22-6-26-28zM112 37c10 6 20 12 32 18M104 71c-3 7-16 12-16 23 0 9 7 15 16 15s16-6 16-15"
        "c0-11-13-16-16-23zM104 71c0-7-2-14-6-20M98 84c-4 6-4 13-1 19M110 84c4 6 4 13 1 19M104 82v22",
    ),
    "door": (
        "M47 117V59c0-20 13-34 33-44 20 10 33 24 33 44v58z",
        "M88 76a4 4 0 1 0 0 8 4 4 0 0 0 0-8z",
        "M18 117h124M47 117V59c0-20 13-34 33-44 20 10 33 24 33 44v58M62 117V63c0-12 7-21 18-28 11 7 18 16 18 28v54M80 35v82"
        "M74 78v6M86 78v6M36 117v-9h88v9",
    ),
}
# Four cards of founding, by what stands in the doorway.
CARDS = {
    "open": "M5 42h38M11 42V22c0-9 6-14 13-17 7 3 13 8 13 17v20M18 42V24c0-5 2-8 6-10 4 2 6 5 6 10v18M18 24l-5 3v15M30 24l5 3v15",
    "ajar": "M5 42h38M11 42V22c0-9 6-14 13-17 7 3 13 8 13 17v20M17 42V24c0-6 2-9 7-11 5 2 7 5 7 11v18M17 24l8 3v18l-8-3M22 34v2",
    "curtain": "M5 42h38M11 42V22c0-9 6-14 13-17 7 3 13 8 13 17v20M11 18h26M24 18c0 8-4 15-13 18M24 18c0 8 4 15 13 18",
    "apart": "M4 42h40M6 42V32c0-4 3-7 6-8 3 1 6 4 6 8v10M19 42V20c0-5 2-8 6-10 4 2 6 5 6 10v22M32 42V30c0-4 2-6 5-8 3 2 5 4 5 8v12",
}


def drawing(name: str, class_names: Callable[[str], str], extra: str = "") -> Markup:
    """Return the inline SVG of a drawing; `extra` are further classes.

    Raises: KeyError when there is no such drawing.
    """
    if name in CARDS:
        return _svg("0 0 48 48", class_names(f"pick-art {extra}"), f'<path d="{CARDS[name]}"/>')
    soft, glow, strokes = DRAWINGS[name]
    fills = (
        f'<path class="{class_names("art-glow")}" d="{glow}"/><path class="{class_names("art-soft")}" d="{soft}"/>'
    )
    return _svg("0 0 160 128", class_names(f"art {extra}"), f'{fills}<path d="{strokes}"/>')


def drawing_classes(name: str, extra: str = "") -> set[str]:
    return {*extra.split(), *(["pick-art"] if name in CARDS else ["art", "art-soft", "art-glow"])}


def _svg(box: str, classes: str, paths: str) -> Markup:
    return Markup(f'<svg class="{classes}" viewBox="{box}" aria-hidden="true">{paths}</svg>')  # noqa: S704 - all of it is ours
