"""The search of the pages answers as `mlops-roles search` and `resolve` do."""

import gzip
import random

import pytest
from support.node import needs_node, run_scripts

from mlops_roles import resolve, search
from mlops_roles.publishing import search_index
from mlops_roles.publishing.search_index import script_assignment

MAX_COMPRESSED = 150 << 10
WORDS = [
    "model",
    "data",
    "pipeline",
    "feature",
    "ml",
    "mlops",
    "R7",
    "r3",
    "kubernetes",
    "docker",
    "python",
    "spark",
    "Merkmalsextraktion",
    "Dateningenieur",
    "ingénieur",
    "científico",
    "serving",
    "monitor",
    "CI/CD",
    "deploy",
    "train",
    "drift",
    "registry",
    "git",
    "orchestrat",
    "zone",
    "artefact",
    "owner",
    "architect",
    "scientist",
    "backend",
    "dataops",
    "fature",
    "kubernets",
    "enginere",
    "cloud",
    "security",
    "stakeholder",
    "version",
    "metadata",
    "store",
    "retrain",
    "inference",
    "c++",
    "airflow",
    "requirement",
    "MLOps Engineer",
    "feature store",
    "continuous training",
    "Data Scientist",
    "machine learning",
]


@pytest.fixture(scope="module")
def index(graph):
    """The script of the index."""
    return search_index.search_index(graph, {"role:ml-engineer": "role/ml-engineer.html"})


def test_the_index_is_small(index):
    assert len(gzip.compress(index)) < MAX_COMPRESSED


def test_two_builds_of_the_index_are_equal(index, graph):
    assert index == search_index.search_index(graph, {"role:ml-engineer": "role/ml-engineer.html"})


@needs_node
def test_the_pages_find_what_the_command_finds(index, graph):
    found = run_scripts(
        ["search.js"],
        [index],
        "const index = mlopsSearch.prepare(mlopsSearchIndex);"
        "input.words.map((words) => mlopsSearch.search(index, words))",
        words=WORDS,
    )
    assert len(WORDS) > 50
    for words, hits in zip(WORDS, found, strict=True):
        expected = search(words, graph)
        assert [(h["term"], h["score"], h["place"], h["text"]) for h in hits] == [
            (e.term, e.score, e.found_in, e.text) for e in expected
        ], words
        assert [(h["kind"], h["label"]) for h in hits] == [(e.kind, e.label) for e in expected]


def answers(index, titles):
    """What the script answers to each title: status, CURIEs of roles, CURIE of the similar one."""
    return run_scripts(
        ["search.js"],
        [index],
        "const index = mlopsSearch.prepare(mlopsSearchIndex);"
        "input.titles.map((title) => mlopsSearch.resolve(index, title))"
        ".map((f) => f && [f.status, f.roles.map(([term]) => term), f.similar && f.similar[0]])",
        titles=titles,
    )


def expected(title, graph):
    found = resolve(title, graph, nearest=False)
    if not found.roles:
        return None
    roles = [f"role:{role}" for role in found.roles]
    return [found.status, roles, found.similar and f"role:{found.similar}"]


@needs_node
def test_each_known_title_has_the_answer_of_resolve(index, graph):
    titles = search_index.known_titles(graph)
    assert len(titles) > 150
    for title, answer in zip(titles, answers(index, titles), strict=True):
        assert answer == expected(title, graph), title


@needs_node
@pytest.mark.parametrize("sample", [600, pytest.param(None, marks=pytest.mark.long)])
def test_a_word_beside_a_title_changes_no_answer(index, graph, sample):
    contents = search_index.index_data(graph, {})
    titles, decorations = list(contents["titles"]), contents["decorations"]
    assert len(titles) > 150
    assert {"senior", "junior", "lead"} <= {*decorations}
    assert "apprentissage" not in decorations  # 'apprentissage machine' is machine learning
    tried = [f"{w} {t}" for w in decorations for t in titles]
    tried += [f"{t} {w}" for w in decorations for t in titles]
    tried = random.Random(7).sample(tried, sample) if sample else tried
    for title, answer in zip(tried, answers(index, tried), strict=True):
        assert answer == expected(title, graph), title


@needs_node
def test_a_title_that_is_not_known_as_written_has_no_answer(index, graph):
    titles = [
        "Data Engineer Recruiter",
        "DevOps/Data Engineer",
        "Chief Happiness Officer",
        "senior",
    ]
    assert answers(index, titles) == [None] * len(titles)


def test_a_script_keeps_any_text():
    assert script_assignment("x", '</script>"\\\n') == b'var x="</script>\\"\\\\\\n";\n'
