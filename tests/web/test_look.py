"""The style sheet: read, cut for a page, and written under a hub's own class names."""

import re

import pytest

from jiwar.web.loading import FOLDER
from jiwar.web.look import Look, load_look
from jiwar.web.stylesheet import cut, read_rules
from tests.web.pages import classes_in

SHEET = """
:root { --ink: #000; --spare: #111 } /* a { b } */
p, .x > .y { color: var(--ink); margin: 0  4px }
/* @slice form */
legend { display: block }
.field input:checked ~ .mark { top: calc(1px + 2px) }
/* @slice base */
@media (min-width: 60em) { .x { top: 0 } .z { top: 1px } .x:not(.z) { left: 0; right: 0 } }
"""


def _cut(*used: str) -> str:
    return cut(read_rules(SHEET), frozenset(used), lambda name: name)


def test_a_page_without_classes_gets_the_plain_rules_of_the_base() -> None:
    assert _cut() == ":root{--ink:#000}p{color:var(--ink);margin:0 4px}"


def test_a_selector_goes_along_when_all_its_classes_are_used() -> None:
    assert _cut("x") == (
        ":root{--ink:#000}p{color:var(--ink);margin:0 4px}"
        "@media (min-width:60em){.x{top:0}.x:not(.z){left:0;right:0}}"
    )
    assert "p,.x>.y{" in _cut("x", "y")


def test_a_plain_rule_goes_along_with_its_section() -> None:
    assert "legend" not in _cut("x", "mark")
    assert "legend{display:block}.field input:checked~.mark{top:calc(1px + 2px)}" in _cut("field", "mark")


@pytest.mark.parametrize("used", ["pick", "tick", "f-l"])
def test_the_question_above_choices_is_bold_whatever_they_look_like(used: str) -> None:
    rules = re.findall(r"([^{}]*)\{([^{}]*)\}", cut(load_look().rules, frozenset({used}), lambda name: name))
    assert any("legend" in selectors.split(",") and "font-weight:700" in style for selectors, style in rules)


def test_a_property_that_nothing_refers_to_is_left_out() -> None:
    assert "--spare" not in _cut("x", "y", "z", "field", "mark")


def test_an_unknown_at_rule_is_refused() -> None:
    with pytest.raises(ValueError):
        read_rules("@font-face { a: b }")


def test_an_unknown_class_is_refused() -> None:
    with pytest.raises(LookupError):
        load_look().class_name("no-such-class")


def test_two_classes_cannot_be_written_alike() -> None:
    with pytest.raises(ValueError):
        load_look({"btn": "card"})


def test_a_hub_writes_classes_its_own_way() -> None:
    look = _scrambled()
    style = look.style({"btn", "out"})
    assert look.class_names("btn out") == f"{look.names['btn']} {look.names['out']}"
    assert not classes_in(style) & look.known()
    assert f".{look.names['btn']}.{look.names['out']}{{" in style


def test_there_is_no_style_outside_the_sheet() -> None:
    sources = [file.read_text(encoding="utf-8") for file in FOLDER.rglob("*.html")]
    assert sum(source.count("<style") for source in sources) == 1


def _scrambled() -> Look:
    plain = load_look()
    return load_look({name: f"q{number}" for number, name in enumerate(sorted(plain.known()))})
