"""Test suites that others wrote: where they are, and which of their cases are known misses.

They are read from a folder beside the repository, or the one that MLOPS_ROLES_SUITES names, and
are not copied into it. `suite_misses.csv` has each miss with its reason: a new miss fails, and so
does a recorded one that passes.
"""

import csv
import os
from pathlib import Path

import pyoxigraph as ox
import pytest

from .asserted import ROOT

SUITES = Path(os.environ.get("MLOPS_ROLES_SUITES", ROOT.parent / "shared" / "suites"))
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
MANIFEST = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"


def suite(*names: str) -> Path:
    """The first folder below the suites that has one of these names, in which a * is any text.

    The test is skipped if there is none.
    """
    found = [path for name in names for path in sorted(SUITES.glob(name)) if path.is_dir()]
    if not found:
        pytest.skip(f"no {' or '.join(names)} in {SUITES}: set MLOPS_ROLES_SUITES")
    return found[0]


def misses(name: str) -> dict[str, str]:
    """The known misses of a suite, with their reasons."""
    with (ROOT / "tests" / "suite_misses.csv").open(newline="", encoding="utf-8") as file:
        return {row["case"]: row["reason"] for row in csv.DictReader(file) if row["suite"] == name}


def expect_known_misses(name: str, answers: dict[str, str], floor: int, of: int, record) -> None:
    """Assert that the cases which fail are those on record; with --record, write the figure.

    Args:
        name: of the suite.
        answers: the name of each case that was run, to what is wrong with the answer, or "".
        floor: how many cases of the suite pass at least.
        of: how many cases the suite has.
        record: the fixture `record_figure`.
    """
    failed = {case: why for case, why in answers.items() if why}
    known = misses(name)
    assert all(known.values()), "a miss without a reason"
    new = {case: why[:500] for case, why in failed.items() if case not in known}
    assert not new, f"{len(new)} new misses of {name}: {new}"
    passed = sorted(known.keys() & answers.keys() - failed.keys())
    assert not passed, f"recorded as misses of {name}, but they pass: {passed}"
    assert len(answers) == of, "the suite has another number of cases"
    assert of - len(failed) >= floor
    record(name, of - len(failed), of, note="misses in tests/suite_misses.csv" if failed else "")


class Node:
    """A node of a manifest."""

    def __init__(self, store: ox.Store, term):
        self.store, self.term = store, term

    def all(self, prop: str) -> list["Node"]:
        quads = self.store.quads_for_pattern(self.term, ox.NamedNode(prop), None)
        return [Node(self.store, quad.object) for quad in quads]

    def one(self, prop: str) -> "Node | None":
        return next(iter(self.all(prop)), None)

    @property
    def path(self) -> Path:
        return Path(self.term.value.removeprefix("file://"))

    @property
    def name(self) -> str:
        return self.term.value.rpartition("#")[2]


def entries(path: Path) -> list[tuple[str, Node]]:
    """The cases of a manifest with the names of their kinds, in the order of their names."""
    store = ox.Store()
    store.load(path=str(path), base_iri=path.as_uri(), format=ox.RdfFormat.TURTLE)
    quads = store.quads_for_pattern(None, ox.NamedNode(f"{RDF}type"), None)
    found = [(q.object.value.rpartition("#")[2], Node(store, q.subject)) for q in quads]
    return sorted((f for f in found if f[0].startswith("Test") or "Test" in f[0]), key=_name)


def _name(entry: tuple[str, Node]) -> str:
    return entry[1].term.value
