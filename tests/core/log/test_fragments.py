"""The cache: sealed under readers' keys, bounded, and without an order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jiwar.errors import Unopenable
from jiwar.log.fragments import Fragments

KEY = b"k" * 32


def test_a_fragment_comes_back_to_who_has_its_key() -> None:
    cache = Fragments()
    assert cache.get(KEY, b"name") is None
    cache.put(KEY, b"name", b"text")
    assert cache.get(KEY, b"name") == b"text"
    with pytest.raises(Unopenable):
        cache.get(b"l" * 32, b"name")
    cache.put(KEY, b"name", b"later")
    assert cache.get(KEY, b"name") == b"later"
    cache.clear()
    assert cache.get(KEY, b"name") is None


def test_a_fragment_does_not_open_under_another_name() -> None:
    cache = Fragments()
    cache.put(KEY, b"one", b"text")
    cache._values[b"two"] = cache._values[b"one"]
    with pytest.raises(Unopenable):
        cache.get(KEY, b"two")


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 90)), max_size=60))
def test_the_cache_stays_within_its_bounds(puts: list[tuple[int, int]]) -> None:
    cache = Fragments(most_bytes=400)
    for number, size in puts:
        cache.put(KEY, bytes([number]), bytes(size))
        held = {name: len(value) for name, value in cache._values.items()}
        assert cache._size == sum(held.values()) <= 400
        assert sorted(cache._names) == sorted(held)
        if bytes([number]) in held:
            assert cache.get(KEY, bytes([number])) == bytes(size)


def test_what_gives_way_is_not_the_oldest() -> None:
    survivors = set()
    for _ in range(60):
        cache = Fragments(most_bytes=10 * 38)
        for number in range(11):
            cache.put(KEY, bytes([number]), bytes(10))
        survivors |= {name for name in cache._values if name == bytes([0])}
    assert survivors == {bytes([0])}
