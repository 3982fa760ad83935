"""The sketch of a circle says what its state says."""

from jiwar.circles.fold import member_of
from jiwar.circles.model import Leave
from jiwar.circles.sketch import sketch_of
from tests.core.circles.records import FOUNDER, begun, with_member


def test_everybody_is_found_and_nobody_else() -> None:
    book = begun()
    people = [with_member(book, name) for name in ("one", "two", "three")]
    book.write(people[1], "leave", Leave())
    sketch = sketch_of(book.state)
    for who in (FOUNDER, *people):
        assert sketch.member(who.key) == member_of(book.state, who.key)
    assert sketch.member(b"x" * 32) is None
    assert sketch.member(b"x") is None


def test_a_key_across_two_others_is_nobody() -> None:
    book = begun()
    with_member(book, "one")
    sketch = sketch_of(book.state)
    for at in range(1, 32):
        assert sketch.member(sketch.personas[at : at + 32]) is None


def test_it_agrees_on_everything_else() -> None:
    state = begun().state
    sketch = sketch_of(state)
    for name in ("through", "charter", "epoch", "turned_at", "fold_from", "pauses"):
        assert getattr(sketch, name) == getattr(state, name)
