"""Mutations apply, end, and are not mistaken: the runner is only worth what it notices."""

from __future__ import annotations

import types

import pytest

from tests.mutants.mutation import VARIABLE, chosen, replaced, together
from tests.mutants.verdict import WRONG_REASON, Verdict


def test_replaced_is_put_back() -> None:
    owner = types.SimpleNamespace(size=1, name="a")
    with together(replaced(owner, "size", 2), replaced(owner, "name", "b"))():
        assert (owner.size, owner.name) == (2, "b")
    assert (owner.size, owner.name) == (1, "a")


def test_replacing_what_is_not_there_is_refused() -> None:
    with pytest.raises(LookupError), replaced(types.SimpleNamespace(), "size", 2)():
        pass


def test_mutation_is_chosen_by_module_and_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert chosen() is None
    monkeypatch.setenv(VARIABLE, "tests.promises.test_t7_erase:nothing is swept")
    assert chosen() is not None
    monkeypatch.setenv(VARIABLE, "tests.promises.test_t7_erase:nothing of the kind")
    with pytest.raises(LookupError):
        chosen()


def test_only_a_failed_test_is_red() -> None:
    assert [Verdict.of(code) for code in (0, 1, 2, 4, 5, WRONG_REASON)] == [
        *(Verdict.PASSED, Verdict.FAILED, *[Verdict.BROKEN] * 4)
    ]
