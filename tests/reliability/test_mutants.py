"""A sample of the mutants of the knowledge is killed; survivors are listed with a reason."""

import random

import pytest

from tests.reliability.code_mutants import GROUPS, SOURCE, same_meaning
from tests.reliability.code_operators import mutants
from tests.reliability.data_mutants import PARTS, known_survivors

SAMPLE = {"shapes": (12, 12), "questions": (25, 24), "title words": (5, 2)}  # size, killed at least


@pytest.mark.thorough
@pytest.mark.parametrize("part", PARTS)
def test_a_sample_of_mutants_is_killed(part):
    """`python -m tests.reliability.data_mutants` runs all of them, and names the survivors."""
    mutants, (size, least) = list(PARTS[part]()), SAMPLE[part]
    assert len(mutants) > 300
    chosen = random.Random(part).sample(mutants, size)
    alive = [name for name, killed in chosen if not killed()]
    assert size - len(alive) >= least, alive


@pytest.mark.long
def test_each_survivor_has_a_reason_and_is_a_mutant():
    names = {(part, name) for part, mutants in PARTS.items() for name, _ in mutants()}
    for survivor, reason in known_survivors().items():
        assert survivor in names
        assert len(reason) > 10


def test_code_that_means_the_same_is_a_mutant_and_has_a_reason():
    stems = {name[0] for name in same_meaning()}
    names = {
        mutant.name
        for modules, _ in GROUPS.values()
        for pattern in modules
        for path in SOURCE.glob(pattern)
        if path.stem in stems
        for mutant in mutants(path)
    }
    assert [name for name in same_meaning() if name not in names] == []
    assert all(len(reason) > 10 for reason in same_meaning().values())
