"""The set-cover solver, against trying every group."""

import itertools
import random
from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_roles.analysis import set_cover
from mlops_roles.analysis.set_cover import choose

COVERS = st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=7)
DEMANDS = st.lists(st.integers(1, 3), min_size=5, max_size=5)
MANY = settings(max_examples=150, derandomize=True, deadline=None, database=None)


def met_places(covers, demands, chosen):
    """How many places of the demands a choice fills."""
    counts = Counter(item for i in chosen for item in covers[i])
    return sum(min(counts[item], wanted) for item, wanted in enumerate(demands))


def groups(covers):
    """Every group of candidates."""
    indices, sizes = range(len(covers)), range(len(covers) + 1)
    return itertools.chain.from_iterable(itertools.combinations(indices, n) for n in sizes)


@MANY
@given(COVERS, DEMANDS)
def test_the_smallest_choice_is_as_small_as_trying_all(covers, demands):
    reachable = [
        min(wanted, sum(item in met for met in covers)) for item, wanted in enumerate(demands)
    ]
    choice = choose(covers, reachable)
    best = min(
        len(group)
        for group in groups(covers)
        if met_places(covers, reachable, group) == sum(reachable)
    )
    assert met_places(covers, reachable, choice.chosen) == sum(reachable)
    assert (len(choice.chosen), choice.bound, choice.proven) == (best, best, True)


@MANY
@given(COVERS, DEMANDS, st.integers(0, 5))
def test_the_best_choice_of_a_size_is_as_good_as_trying_all(covers, demands, size):
    choice = choose(covers, demands, size)
    best = max(met_places(covers, demands, group) for group in groups(covers) if len(group) <= size)
    fewest = min(
        len(group) for group in groups(covers) if met_places(covers, demands, group) == best
    )
    assert (met_places(covers, demands, choice.chosen), choice.bound, choice.proven) == (
        best,
        best,
        True,
    )
    assert len(choice.chosen) == fewest


def test_of_identical_candidates_the_first_are_chosen():
    assert choose([[0], [0, 1], [0, 1], [0, 1], [1]], [2, 2]).chosen == [1, 2]


def test_a_choice_found_within_the_time_limit_comes_with_a_bound():
    rng = random.Random(7)
    covers = [rng.sample(range(60), 5) for _ in range(900)]
    choice = choose(covers, [2] * 60, seconds=0.3)
    assert met_places(covers, [2] * 60, choice.chosen) == 120
    full = choose(covers, [2] * 60, size=6, seconds=0.3)
    assert len(full.chosen) <= 6
    assert met_places(covers, [2] * 60, full.chosen) <= full.bound <= 120
    assert 2 <= choice.bound <= len(choice.chosen)
    assert choice.bound == len(choice.chosen) or not choice.proven


@MANY
@given(COVERS, DEMANDS, st.none() | st.integers(1, 4))
def test_an_approximate_choice_is_valid_and_its_bound_holds(covers, demands, size):
    covers = [sorted(items) for items in covers]
    reachable = [
        min(wanted, sum(item in met for met in covers)) for item, wanted in enumerate(demands)
    ]
    exact = choose(covers, reachable, size)
    found = set_cover.approximate(covers, reachable, size, 5.0)
    met, best = (met_places(covers, reachable, choice.chosen) for choice in (found, exact))
    if size is None:
        assert met == sum(reachable)
        assert found.bound <= len(exact.chosen) <= len(found.chosen)
    else:
        assert len(found.chosen) <= size
        assert met <= best <= found.bound


def test_the_bound_of_many_candidates_is_close_to_the_choice():
    """People who each have nearly all skills of one of 40 kinds of work."""
    chance = random.Random(5)
    work = [chance.sample(range(400), 30) for _ in range(40)]
    covers = [sorted(chance.sample(chance.choice(work), 28)) for _ in range(2000)]
    demands = [min(1, sum(item in items for items in covers)) for item in range(400)]
    found = set_cover.approximate(covers, demands, None, 5.0)
    assert met_places(covers, demands, found.chosen) == sum(demands)
    assert found.bound > len(found.chosen) / 2
