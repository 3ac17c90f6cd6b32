"""The set-cover solver, against trying every group."""

import itertools
import random
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mlops_roles.analysis import cover_bound, set_cover

COVERS = st.lists(st.sets(st.integers(0, 4)), min_size=1, max_size=7)
DEMANDS = st.lists(st.integers(1, 3), min_size=5, max_size=5)
MANY = settings(max_examples=150, derandomize=True, deadline=None, database=None)


def choose(covers, demands, size=None, seconds=5.0):
    """The choice among candidates, each given as the demands that it helps to meet."""
    pairs = [(i, item) for i, items in enumerate(covers) for item in sorted(set(items))]
    candidates, items = np.array(pairs, int).reshape(-1, 2).T
    return set_cover.choose(candidates, items, demands, size, seconds)


def met_places(covers, demands, chosen):
    """How many places of the demands a choice fills."""
    counts = Counter(item for i in chosen for item in covers[i])
    return sum(min(counts[item], wanted) for item, wanted in enumerate(demands))


def groups(covers):
    """Every group of candidates."""
    indices, sizes = range(len(covers)), range(len(covers) + 1)
    return itertools.chain.from_iterable(itertools.combinations(indices, n) for n in sizes)


def tried(covers, demands, size=None):
    """The most places that a group fills, and the members of the smallest group that does."""
    some = [group for group in groups(covers) if size is None or len(group) <= size]
    best = max(met_places(covers, demands, group) for group in some)
    return best, min(len(g) for g in some if met_places(covers, demands, g) == best)


@MANY
@given(COVERS, DEMANDS)
def test_the_smallest_choice_is_as_small_as_trying_all(covers, demands):
    choice = choose(covers, demands)
    best, fewest = tried(covers, demands)
    assert met_places(covers, demands, choice.chosen) == best
    assert (len(choice.chosen), choice.bound, choice.proven) == (fewest, fewest, True)


@MANY
@given(COVERS, DEMANDS, st.integers(0, 5))
def test_the_best_choice_of_a_size_is_as_good_as_trying_all(covers, demands, size):
    choice = choose(covers, demands, size)
    best, fewest = tried(covers, demands, size)
    assert (met_places(covers, demands, choice.chosen), choice.bound, choice.proven) == (
        best,
        best,
        True,
    )
    assert len(choice.chosen) == fewest


@MANY
@given(COVERS, DEMANDS, st.none() | st.integers(1, 4))
def test_a_poor_choice_of_the_search_is_improved_by_the_solver(covers, demands, size):
    best, fewest = tried(covers, demands, size)
    with pytest.MonkeyPatch.context() as patch:  # the search gives back what it was given
        patch.setattr(set_cover, "greedy", lambda among: [*range(len(among.lengths))][: among.size])
        patch.setattr(set_cover, "search", lambda among, chosen, *_: chosen)
        choice = choose(covers, demands, size)
    assert met_places(covers, demands, choice.chosen) == best
    assert choice.proven
    assert size or len(choice.chosen) == fewest


def test_who_may_be_in_a_smaller_choice_is_given_to_the_solver_and_others_are_not(monkeypatch):
    chance, given, all_kinds = random.Random(3), [], []
    prove = set_cover.prove

    def without_any_to_spare(among, *_):
        """A group that meets all, is larger than necessary, and has no smaller one in it."""
        covers, wanted = [items.tolist() for items in among.each()], among.wanted.tolist()
        full = [g for g in groups(covers) if met_places(covers, wanted, g) == sum(wanted)]
        larger = (g for g in full if len(g) == len(full[0]) + 1)
        all_kinds.append(len({*map(tuple, covers)}))
        tight = (g for g in larger if not any({*less} < {*g} for less in full))
        return [*next(tight, full[0])]

    def counted(few, copies, counts, seconds):
        given.append((len(few.lengths), all_kinds[-1]))
        assert few.filled(np.repeat(np.arange(len(counts)), counts)).sum() == few.wanted.sum()
        return prove(few, copies, counts, seconds)

    monkeypatch.setattr(set_cover, "search", without_any_to_spare)
    monkeypatch.setattr(set_cover, "prove", counted)
    for _ in range(60):
        covers = [chance.sample(range(9), chance.randint(2, 4)) for _ in range(9)]
        demands = [chance.randint(0, 2) for _ in range(9)]
        choice = choose(covers, demands)
        assert (len(choice.chosen), choice.proven) == (tried(covers, demands)[1], True)
    assert len(given) > 5
    assert sum(some for some, _ in given) < sum(everyone for _, everyone in given)


def test_of_identical_candidates_the_first_are_chosen():
    assert choose([[0], [0, 1], [0, 1], [0, 1], [1]], [2, 2]).chosen == [1, 2]


def test_a_choice_that_is_not_proven_comes_with_a_bound_and_is_found_again():
    rng = random.Random(7)
    covers = [rng.sample(range(40), 4) for _ in range(300)]
    choice = choose(covers, [2] * 40, seconds=0.02)
    assert met_places(covers, [2] * 40, choice.chosen) == 80
    full = choose(covers, [2] * 40, size=6, seconds=0.02)
    assert len(full.chosen) <= 6
    assert met_places(covers, [2] * 40, full.chosen) == full.reached <= full.bound <= 80
    assert 20 <= choice.bound <= choice.reached == len(choice.chosen)
    assert choice.proven == (choice.bound == choice.reached)
    assert choose(covers, [2] * 40, seconds=0.02) == choice
    assert choose(covers, [2] * 40, size=6, seconds=0.02) == full


@settings(MANY, max_examples=300)
@given(COVERS, DEMANDS, st.none() | st.integers(1, 4))
def test_a_choice_of_the_search_alone_is_valid_and_its_bound_holds(covers, demands, size):
    best, fewest = tried(covers, demands, size)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(set_cover, "MAX_MODEL", -1)
        found = choose(covers, demands, size, seconds=0.01)
    met = met_places(covers, demands, found.chosen)
    if size is None:
        assert met == best
        assert found.bound <= fewest <= len(found.chosen) == found.reached
    else:
        assert len(found.chosen) <= size
        assert met == found.reached <= best <= found.bound


@pytest.mark.parametrize("per_person", [1.0, 0.8])
@pytest.mark.parametrize("most_demands", [400, 399], ids=["by the solver", "by steps"])
def test_the_bound_of_many_candidates_is_close_to_the_choice(per_person, most_demands, monkeypatch):
    """People who each have all or most skills of one or two of 40 kinds of work."""
    chance = random.Random(5)
    work = [chance.sample(range(400), 30) for _ in range(40)]
    covers = [
        [s for one in chance.sample(work, 2) for s in one if chance.random() < per_person]
        for _ in range(2000)
    ]
    demands = [1] * 400
    monkeypatch.setattr(set_cover, "MAX_MODEL", -1)
    monkeypatch.setattr(cover_bound, "MOST_DEMANDS", most_demands)
    found = choose(covers, demands, seconds=1.0)
    assert met_places(covers, demands, found.chosen) == len({s for one in covers for s in one})
    assert found.reached <= found.bound * 1.1
