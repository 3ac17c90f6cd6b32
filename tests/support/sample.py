"""A sample of similar cases for the usual run; the long run has the others."""

from collections.abc import Callable, Hashable, Iterable
from typing import Any

import pytest


def sample(cases: Iterable[Any], kinds: Callable[[Any], Iterable[Hashable]]) -> list[Any]:
    """The cases that show a kind which no earlier case shows; together they show every kind.

    Args:
        cases: similar cases of one test.
        kinds: of a case, whatever may make it fail where another passes; at least one.
    """
    seen, found = set(), []
    for case in cases:
        of_case = set(kinds(case))
        assert of_case, f"{case!r} has no kind"
        if of_case - seen:
            found.append(case)
        seen |= of_case
    return found


def sampled(
    cases: Iterable[Any], kinds: Callable[[Any], Iterable[Hashable]], others: str = "long"
) -> list[Any]:
    """All cases as parameters: those of the sample, and the others with a mark, `long` or another.

    A case of several values is a tuple.
    """
    cases = list(cases)
    chosen = sample(cases, kinds)
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            marks=[] if case in chosen else [getattr(pytest.mark, others)],
        )
        for case in cases
    ]
