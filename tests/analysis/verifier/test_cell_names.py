"""What the verifier reads in one cell, with a small list of names and made-up mappings."""

import pytest

from mlops_roles.analysis.verifier.cell_names import LONGEST, NOTHING, CellNames

SQL, LEARNING = frozenset({("recorded", "sql")}), frozenset({("recorded", "learning")})
PYTHON, GIT = frozenset({("tool", "python")}), frozenset({("tool", "git")})
ACTIONS, C, R = (frozenset({("tool", name)}) for name in ("actions", "c", "r"))
LISTED = {
    **{"sql": SQL, "machine learning": LEARNING, "python": PYTHON, "git": GIT},
    **{"github actions": ACTIONS, "c": C, "r": R, "spark": GIT, "sp ark": PYTHON, "ab c": SQL},
    **{"ab cd": R, "go": GIT, "(git/hub)": ACTIONS},
}
BY_TERM = {"s:sql": SQL, "t:python": PYTHON, "t:git": GIT}


class Mappings:
    """Mappings of terms and of names, as `Matches` gives them."""

    def by_name(self, ours):
        yield "Datenbank_Kunde", "x:db3", "s:sql", "close"
        yield "Datenbank-Kunde", "x:db", "s:sql", "exact"
        yield "Datenbank-Kunde", "x:db", "t:git", "close"
        yield "Datenbank-Kunde", "x:db2", "s:sql", "close"  # of two relations the stronger counts
        yield "Schlange", "x:snake", "t:python", "narrower"
        yield "Ablage", "x:store", "t:git", "close"
        yield "Ablage", "x:store", "t:python", "broader"

    def decided(self, ours):
        yield 0, "Abfragen", "s:sql", "exact", {}
        yield 0, "Git", "t:git", "refused", {}
        yield 0, "Streit", "s:sql", "exact", {}
        yield 0, "Streit", "s:sql", "refused", {}


@pytest.fixture(scope="module")
def names():
    return CellNames(LISTED, BY_TERM)


@pytest.fixture(scope="module")
def mapped():
    return CellNames(LISTED, BY_TERM, Mappings())


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Python", PYTHON),
        ("MACHINE_learning", LEARNING),
        ("GitHub Actions", ACTIONS),
        ("Githubactions", ACTIONS),
        ("git hub/actions", ACTIONS),
        ("spa rk", NOTHING),  # two names are written so without spaces
        ("a b c", NOTHING),  # too short to be compared without spaces
        ("abcd", R),
        ("Python 3", PYTHON),
        ("Python3", PYTHON),
        ("Python 3.11", PYTHON),
        ("Python v3", PYTHON),
        ("Python 3.x", PYTHON),
        ("Python 0", NOTHING),
        ("Python 1", PYTHON),
        ("Python 30", PYTHON),
        ("Python 31", NOTHING),
        ("Python 1989", NOTHING),
        ("Python 1990", PYTHON),
        ("Python 2099", PYTHON),
        ("Python 2100", NOTHING),
        ("C3", NOTHING),
        ("C 3", C),
        ("SQL 3", NOTHING),  # a skill has no version
        ("Python (3.11)", PYTHON),
        ("Python (Git)", PYTHON | GIT),
        ("Python (SQL)", PYTHON),
        ("SQL (Python)", SQL | PYTHON),
        ("SQL (Python, Git)", SQL | PYTHON | GIT),
        ("Machine Learning (ML)", LEARNING),
        ("Machine Learning (MX)", NOTHING),
        ("Python (zzqx)", NOTHING),
        ("zzqx (Python)", NOTHING),
        ("Python ()", NOTHING),
        ("(Python)", NOTHING),
        ("(Git/Hub) 3", ACTIONS),
        ("Python (Git) SQL", NOTHING),
        ("Python/SQL", PYTHON | SQL),
        ("Python & Git", PYTHON | GIT),
        ("Python (Git/SQL)/R", PYTHON | GIT | R),
        ("Python/zzqx", NOTHING),
        ("Python 2/3", PYTHON),
        ("C/R", C | R),
        ("C/Q", NOTHING),
        ("Go/R", GIT | R),
        ("Apache Python", PYTHON),
        ("Apache Git", GIT),
        ("Apache C", NOTHING),  # too little is left
        ("Apache SQL", NOTHING),  # the name of a maker is left out at tools alone
        ("Python Enterprise", PYTHON),
        ("Apache Python Enterprise", PYTHON),
        ("", NOTHING),
        ("zzqx", NOTHING),
    ],
)
def test_a_name_claims_what_its_parts_claim(text, claims, names):
    assert names.read(text) == claims


@pytest.mark.parametrize(
    ("text", "claims"),
    [
        ("Python", PYTHON),
        ("Python 3", NOTHING),
        ("Python/SQL", NOTHING),
        ("GithubActions", ACTIONS),
    ],
)
def test_a_whole_name_is_not_read_by_its_parts(text, claims, names):
    assert names.read(text, whole=True) == claims


@pytest.mark.parametrize(("length", "claims"), [(LONGEST, PYTHON | C), (LONGEST + 1, NOTHING)])
def test_a_long_list_is_read_up_to_the_limit(length, claims, names):
    text = "/".join(["python"] * (length // 7 - 1))
    text += "/c" * ((length - len(text)) // 2)
    text = text if len(text) == length else text.replace("/", " /", 1)
    assert len(text) == length
    assert names.read(text) == claims


def test_only_a_name_word_for_word_is_listed(names):
    assert names.is_listed("github_actions")
    assert not names.is_listed("githubactions")
    assert not names.is_listed("Python 3")


def test_mappings_say_what_names_of_others_claim(mapped):
    assert mapped.read("Datenbank Kunde") == SQL
    assert mapped.read("Schlange") == PYTHON
    assert mapped.read("Schlange", whole=True) == NOTHING  # what is narrower has it, and is not it
    assert mapped.read("Ablage") == NOTHING
    assert mapped.read("Abfragen/Schlange") == SQL | PYTHON
    assert mapped.read("Git") == NOTHING
    assert mapped.read("Streit") == NOTHING  # one row accepts it, and one refuses it


def test_candidates_and_terms_are_those_of_a_name_or_of_its_parts(mapped):
    assert mapped.candidates("Ablage") == GIT
    assert mapped.candidates("Datenbank-Kunde") == NOTHING
    assert mapped.candidates("Python (Ablage)") == GIT
    assert mapped.mapped_terms("Ablage/Schlange") == {"t:git", "t:python"}
    assert mapped.mapped_terms("Datenbank-Kunde") == {"s:sql", "t:git"}
    assert mapped.mapped_terms("zzqx") == set()
