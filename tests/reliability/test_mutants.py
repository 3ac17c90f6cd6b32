"""A sample of the mutants of the knowledge is killed; survivors are listed with a reason."""

import random

import pytest

from tests.reliability.data_mutants import PARTS, known_survivors

SAMPLE = {"shapes": 12, "questions": 25, "title words": 3}


@pytest.mark.parametrize("part", PARTS)
def test_a_sample_of_mutants_is_killed(part):
    """`python -m tests.reliability.data_mutants` runs all of them."""
    mutants, known = list(PARTS[part]()), known_survivors()
    assert len(mutants) > 300
    chosen = random.Random(part).sample(mutants, SAMPLE[part])
    assert [name for name, killed in chosen if not killed() and (part, name) not in known] == []


@pytest.mark.long
def test_each_survivor_has_a_reason_and_is_a_mutant():
    names = {(part, name) for part, mutants in PARTS.items() for name, _ in mutants()}
    for survivor, reason in known_survivors().items():
        assert survivor in names
        assert len(reason) > 10
