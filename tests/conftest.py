"""Options, fixtures, and a cache of their own for the tests."""

import gc

import pytest
import rdflib
from support.rdflib_queries import REGISTRATION
from support.rdflib_terms import keep_terms

import mlops_roles

rdflib.plugin.register("sparql", rdflib.query.Processor, *REGISTRATION)
keep_terms()

gc.set_threshold(10_000)  # by the default, a sixth of the time goes into looking for garbage

# a test with such a parameter gets the first number of each batch of random graphs
BATCHES = {"two": 2, "five": 5, "ten": 10, "thirty": 30}
GRAPHS = 30  # in all; without --graphs, the usual run has the first batch, the long run the others


def pytest_addoption(parser):
    parser.addoption(
        "--graphs",
        type=int,
        default=GRAPHS,
        help=f"how many random graphs each judge is given ({GRAPHS}, most in the long run)",
    )
    parser.addoption(
        "--begin", type=int, default=0, help="with which company to go on after a stop (0)"
    )
    parser.addoption(
        "--texts", type=int, default=900, help="how many random texts of SPARQL are judged (900)"
    )
    parser.addoption(
        "--record", action="store_true", help="write figures to tests/reliability/figures.csv"
    )
    parser.addoption(
        "--fuzz-seconds", type=int, default=3, help="how long each target is fuzzed (3)"
    )


def pytest_generate_tests(metafunc):
    graphs = metafunc.config.getoption("graphs")
    for name in BATCHES.keys() & set(metafunc.fixturenames):
        batches = [
            pytest.param(first, marks=[pytest.mark.long] if first and graphs == GRAPHS else [])
            for first in range(0, graphs, BATCHES[name])
        ]
        metafunc.parametrize(name, batches)


def pytest_collection_finish():
    """Thousands of collected tests are no garbage; it is not looked for among them."""
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Closures that tests infer are kept out of the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLOPS_ROLES_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def graph():
    """The ontology as shipped."""
    return mlops_roles.load()


@pytest.fixture
def record_figure(pytestconfig):
    """`record(name, passed, total, unit, note, packages)` writes a figure, with --record only."""
    from tests.reliability.figures import record

    return record if pytestconfig.getoption("record") else lambda *_, **__: None
