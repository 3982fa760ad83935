"""What a mutation is, and how a promise's test declares it.

    MUTATIONS: Mutations = {
        "twins are not merged": replaced(upkeep, "merge", lambda connection: None),
    }

at module level of `tests/promises/test_*.py`, next to the test that it turns red. A mutation is a function that
gives a context manager; `replaced` and `together` make most of them. The name says what is broken.

JIWAR_MUTANT=<module>:<name> chooses one. `tests/promises/conftest.py` applies it before the first test; a process
that a test starts applies it by calling `apply_from_environment` first.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

VARIABLE = "JIWAR_MUTANT"
Mutation = Callable[[], AbstractContextManager[object]]
Mutations = dict[str, Mutation]
_applied = ExitStack()


def replaced(owner: object, name: str, value: object) -> Mutation:
    """One function or constant of a module or class, replaced. Applying raises LookupError if there is none."""

    @contextmanager
    def apply() -> Iterator[None]:
        try:
            original = vars(owner)[name]
        except KeyError:
            raise LookupError(f"{owner!r} has no {name}") from None
        setattr(owner, name, value)
        try:
            yield
        finally:
            setattr(owner, name, original)

    return apply


def together(*mutations: Mutation) -> Mutation:
    """Several things broken at once."""

    @contextmanager
    def apply() -> Iterator[None]:
        with ExitStack() as stack:
            for mutation in mutations:
                stack.enter_context(mutation())
            yield

    return apply


def chosen() -> Mutation | None:
    """The mutation that the environment names. Raises LookupError when it is not declared."""
    named = os.environ.get(VARIABLE)
    if not named:
        return None
    module, _, name = named.partition(":")
    declared: Mutations = getattr(importlib.import_module(module), "MUTATIONS", {})
    if name not in declared:
        raise LookupError(f"{module} declares no mutation {name!r}")
    return declared[name]


def apply_from_environment() -> None:
    """Break what the environment says, for the rest of this process."""
    mutation = chosen()
    if mutation is not None:
        _applied.enter_context(mutation())
