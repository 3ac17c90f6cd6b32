"""Titles seen in the wild, and what must hold of any title."""

import csv
import json
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Literal
from support.asserted import ROOT

from mlops_roles import ask, load, resolve
from mlops_roles.cli.main import main
from mlops_roles.io.resources import resource_rows
from mlops_roles.matching.lexicon import fold_spelling
from mlops_roles.matching.titles import resolve_all

ACME = str(ROOT / "examples" / "acme.ttl")
CASES = list(csv.DictReader((ROOT / "tests" / "titles.csv").open(encoding="utf-8")))
FRESH = list(csv.DictReader((ROOT / "tests" / "fresh_titles.csv").open(encoding="utf-8")))
NAMES = [row["title"] for row in ask("titles")]
PLACES = list(csv.DictReader((ROOT / "tests" / "title_words.csv").open(encoding="utf-8")))


def test_titles_are_found():
    assert len(CASES) >= 1500
    assert {c["status"] for c in CASES} == {"certain", "ambiguous", "none"}


def test_titles_seen_in_the_wild_are_resolved():
    found = resolve_all([case["title"] for case in CASES])
    read = [(r.title, r.status, ";".join(r.roles), r.similar or "") for r in found]
    right = [(c["title"], c["status"], c["roles"], c["similar"]) for c in CASES]
    assert [pair for pair in zip(read, right, strict=True) if pair[0] != pair[1]] == []
    assert [answer.title for answer in found if not answer.reasons] == []


def test_every_title_of_the_ontology_is_resolved_to_its_role():
    rows = ask("titles").rows
    assert len(rows) > 100
    right = [(row["title"], (row["similar"] or row["role"]).split(":")[1]) for row in rows]
    assert [(title, role) for title, role in right if role not in resolve(title).roles] == []


@pytest.mark.parametrize("row", PLACES, ids=lambda row: row["list"])
def test_every_word_of_a_list_has_the_effect_of_the_list(row):
    """In the place of the word, another makes a title that is read in another way."""
    words = [r["word"] for r in ask("words") if r["list"] == row["list"]]
    kept = [word for word in words if word not in row["except"].split("|")]
    assert len(kept) > len(words) / 3
    right = (row["status"], row["roles"], row["similar"])
    titles = [row["template"].format(word) for word in ("zzqx", *kept)]
    unknown, *found = [
        (r.status, ";".join(r.roles), r.similar or "") for r in resolve_all(titles, nearest=False)
    ]
    assert unknown != right
    assert [word for word, got in zip(kept, found, strict=True) if got != right] == []


def test_every_list_of_words_has_a_place():
    assert {row["list"] for row in PLACES} == {row["list"] for row in ask("words")}


def test_nothing_that_names_no_role_is_called_certain():
    traps = [c["title"] for c in CASES if c["status"] == "none"]
    assert len(traps) >= 500
    assert [r.title for r in resolve_all(traps) if r.status != "none"] == []


def test_titles_of_fresh_samples_are_resolved_as_people_labelled_them():
    found = {r.title: r for r in resolve_all([row["title"] for row in FRESH])}
    right = {row["title"]: set(row["roles"].split(";")) - {""} for row in FRESH}
    certain = [title for title, answer in found.items() if answer.status == "certain"]
    labelled = [title for title, roles in right.items() if roles]
    assert len(certain) >= 1500
    assert len(labelled) >= 1500
    wrong = [title for title in certain if set(found[title].roles) != right[title]]
    hits = [title for title in labelled if set(found[title].roles) == right[title]]
    assert len(wrong) <= 0.01 * len(certain), wrong
    assert len(hits) >= 0.93 * len(labelled)


def test_every_fresh_sample_has_its_source_and_first_figures():
    """The figures of the first reading of each sample; the oldest were not recorded."""
    with (ROOT / "tests" / "fresh_samples.csv").open(encoding="utf-8") as file:
        samples = list(csv.DictReader(file))
    assert [s["sample"] for s in samples] == list(dict.fromkeys(row["sample"] for row in FRESH))
    recorded = samples[[s["sample"] for s in samples].index("AA") :]
    assert all(s["source"] and 0 < float(s["recall"]) <= 1 for s in recorded)
    assert all(0 < float(s["precision"]) <= 1 for s in recorded)


COMPANY = """
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix x: <https://x.example/> .
x:a a mlops:Role ; skos:prefLabel "Risk Modeller"@en ; mlops:curatedTitle "Rainmaker"@en .
x:b a mlops:Role ; skos:prefLabel "Price Modeller"@en ; mlops:curatedTitle "Rainmaker"@en .
x:c a mlops:Role ; skos:prefLabel "Search and Ranking Lead"@en .
x:d a mlops:Role ; skos:prefLabel "Ranking Lead"@en .
x:e a mlops:Role ; skos:prefLabel "Data Engineer Trainer"@en .
x:f a mlops:Role ; skos:prefLabel "Release Quality Assurance Lead"@en .
x:g a mlops:Role ; skos:prefLabel "Former Colleague Liaison"@en .
x:h a mlops:Role ; skos:prefLabel "Engineer Data"@en .
x:i a mlops:Role ; skos:prefLabel "Ingenieur Data"@en .
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory):
    """The ontology with roles whose titles have guard words, joining words or the same text."""
    file = tmp_path_factory.mktemp("company") / "roles.ttl"
    file.write_text(COMPANY)
    return load(file)


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("Rainmaker", ["x:a", "x:b"]),
        ("Senior Rainmaker - Berlin", ["x:a", "x:b"]),
        ("Search and Ranking Lead", ["x:c"]),
        ("Search & Ranking Lead (m/w/d)", ["x:c"]),
        ("Ranking Lead", ["x:d"]),
        ("data engineer trainer", ["x:e"]),
        ("Junior Data Engineer Trainer, Lyon", ["x:e"]),
        ("Recruiter, Data Engineer Trainer", []),
        ("Release Quality Assurance Lead", ["x:f"]),
        ("Former Colleague Liaison", ["x:g"]),
        ("Former Data Engineer Trainer", []),
        ("Engineer Data", ["x:h"]),
        ("Ingenieur Data", ["x:i"]),
        ("Data Engineer", ["data-engineer"]),
    ],
)
def test_the_full_title_of_a_companys_role_wins(company, title, roles):
    assert list(resolve(title, company).roles) == roles


def test_every_title_that_names_no_role_does_once_a_company_has_that_role(tmp_path):
    traps = [c["title"] for c in CASES if c["status"] == "none"]
    traps += [row["title"] for row in FRESH if not row["roles"]]
    titles = list({fold_spelling(title): title for title in traps}.values())
    assert len(titles) >= 1000
    roles = [
        f"x:r{at} a mlops:Role ; skos:prefLabel {Literal(title, lang='en').n3()} ."
        for at, title in enumerate(titles)
    ]
    file = tmp_path / "roles.ttl"
    file.write_text("\n".join([*COMPANY.splitlines()[:4], *roles]), encoding="utf-8")
    answers = resolve_all(titles, load(file), nearest=False)
    wrong = [
        (answer.title, answer.status, answer.roles)
        for at, answer in enumerate(answers)
        if (answer.status, answer.roles) != ("certain", (f"x:r{at}",))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Sr. Data Engineer - Fraud", ["'sr'", "'fraud'"]),
        ("Construction Project Manager", ["'construction'", "'Project Manager'"]),
        ("Data Scientist Evangelist", ["'evangelist'"]),
        ("Recruiter, Data Scientists", ["'recruiter'"]),
        ("Manager of Data Scientists", ["'manager'"]),
        ("Machine Learning Software Engineer", ["'ml'", "'Software Engineer'"]),
        ("Data Engineering Manager", ["'manager'", "'data engineering'"]),
    ],
)
def test_an_answer_says_which_words_decided(title, words):
    reasons = " ".join(resolve(title).reasons)
    assert [w for w in words if w not in reasons] == []


@pytest.mark.parametrize(
    ("title", "reasons"),
    [
        ("Data Engineer", ["primary title of data-engineer"]),
        ("Accountant", ["no title of a role is in it"]),
        (
            "Sr. Data Engineer - Fraud",
            ["primary title of data-engineer (as 'Data Engineer') without 'sr' next to 'fraud'"],
        ),
        (
            "Senior Data Scientist; Junior Data Engineer",
            [
                "primary title of data-scientist (as 'Data Scientist') without 'senior, junior'",
                "primary title of data-engineer (as 'Data Engineer') without 'senior, junior'",
            ],
        ),
        (
            "ML/Data Engineer",
            [
                "counterpart title of software-engineer",
                "clash: its halves look like data-engineer, ml-engineer, the whole wins",
            ],
        ),
        ("Recruiter, Data Scientists", ["'recruiter' turns the title into something else"]),
        ("Data Engineering", ["'data engineering' is a field, not a title"]),
        (
            "Head of Data Engineering",
            ["field of data-engineer (as 'data engineering') without 'head of'"],
        ),
        (
            "Data Engineering Sales",
            ["'data engineering' is a field, and 'sales' names no role in it"],
        ),
        (
            "Construction Project Manager",
            ["'construction' may make another trade of 'Project Manager'"],
        ),
        ("Data Scientist Evangelist", ["'evangelist' makes something else of 'Data Scientist'"]),
        ("Software Engineer Mug", ["'mug' makes something else of 'Software Engineer'"]),
        (
            "Project Manager (PM)",
            ["similar: named next to business-stakeholder (as 'Project Manager') next to 'pm'"],
        ),
        ("Engineer, Cloud Data", ["primary title of data-engineer (as 'Data Engineer')"]),
        (
            "Data Analyst; Product Owner",
            ["similar: named next to business-stakeholder (as 'Product Owner')"],
        ),
    ],
)
def test_the_reasons_of_an_answer(title, reasons):
    found = resolve(title)
    assert list(found.reasons) == reasons
    assert found.row_columns == ("title", "status", "roles", "reasons", "nearest")
    assert not found.is_mapped


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("IT Project Manager - Claims", "business-stakeholder"),
        ("Technical Project Manager - Claims", ""),
        ("Facilities Project Manager (IT)", "business-stakeholder"),
        ("Data Engineer - Clearance Required", "data-engineer"),
        ("Data Engineer for our brands", "data-engineer"),
        ("Software Engineer Entwickler", "software-engineer"),
        ("SRE Engineer", "devops-engineer"),
        ("Scrum Master / Project Manager", "business-stakeholder"),
        ("Database Administrator/DevOps", "devops-engineer"),
        ("AI Engineering Operations Leader", ""),
        ("Software Engineering, Sr Engineer", "software-engineer"),
        ("Data Engineering Developer", "data-engineer"),
        ("Data Engineer (Python / DevOps)", "data-engineer"),
        ("Backend Developer & Project Manager - School", "backend-engineer business-stakeholder"),
        (
            "Backend Developer & Solution Architect - Kitchens",
            "backend-engineer solution-architect",
        ),
        ("Ingeniero de Software Sr. Backend Team", "backend-engineer"),
        ("Java/Azure/DevOps", ""),
        ("DevOps for Banks - Payments, Acme", "devops-engineer"),
        ("Data/ML Engineering Intern", "data-engineer ml-engineer"),
        ("Software Principal Engineer", "software-engineer"),
        ("DevOps Data Engineer", "data-engineer devops-engineer"),
        ("AI Data Engineer", "data-engineer"),
        ("Data DevOps Engineer", "data-engineer devops-engineer"),
        ("Architecte cloud data", "data-engineer"),
        ("Ingénieur data cloud", "data-engineer"),
        ("DevOps / Freelanc", "devops-engineer"),
        ("Software Engineer - Core Backend & Platform Engineering", "backend-engineer"),
        ("Software Engineer (Frontend & Backend)", "software-engineer"),
        ("Java Developer, focus on Backend", "backend-engineer"),
        ("Data Engineer - MLOps", "data-engineer devops-engineer ml-engineer"),
        ("Internship | Data Science Chocolate", "data-scientist"),
        ("Software Engineer, Applied AI", "ml-engineer software-engineer"),
        ("Software Engineer - Maps (Search, AI)", "software-engineer"),
        ("Praktikum Softwareentwicklung Antriebe", "software-engineer"),
        ("Software Engineer (Backend, Rust)", "backend-engineer"),
        ("Software Engineer / Backend Developer", "backend-engineer software-engineer"),
        ("Becario de Ingeniero de Datos", "data-engineer"),
        ("Ingeniero de datos con experiencia zzqx", "data-engineer"),
        ("Sviluppatore software Zzqx", "software-engineer"),
        ("Ingénieur Data Quality", ""),
        ("Software Engineer, Java Backend", "backend-engineer"),
        ("Software Engineer, Backend Java", "backend-engineer"),
        ("Java Developer, Backend", "backend-engineer"),
        ("Sales Engineer, Data", ""),
        ("Data Remote Engineer", ""),
        ("Software/Data Engineer", "data-engineer software-engineer"),
        ("Data Engineer/Scientist", "data-engineer data-scientist"),
        ("Ingénieur Cloud & DevOps", "devops-engineer"),
        ("Solution Architect, Kitchens", ""),
        ("Solution Architect, Banking", "solution-architect"),
        ("Middleware Solution Architect", "solution-architect"),
        ("AI Solution Architect", "solution-architect"),
        ("Manager, Data Scientist", ""),
    ],
)
def test_the_examples_of_the_rules_are_read_as_the_rules_say(title, roles):
    assert list(resolve(title, nearest=False).roles) == roles.split()


@pytest.mark.parametrize(("length", "is_read"), [(1000, True), (1001, False)])
def test_the_longest_title(length, is_read):
    assert bool(resolve("Data Engineer".ljust(length)).roles) == is_read


def test_the_row_of_an_answer_leaves_out_what_is_empty():
    assert resolve("Data Engineer").to_dict().keys() == {"title", "status", "roles", "reasons"}
    assert resolve("Product Owner").to_dict()["similar"] == "product-owner"
    assert resolve("Dta Engineer").to_dict()["nearest"][0] == "data engineer"
    assert "nearest" not in resolve("Dta Engineer", nearest=False).to_dict()
    assert len(resolve("Data Engineering Sales").nearest) == 3


def test_titles_inside_a_rejected_one_come_first_among_the_nearest():
    assert resolve("Construction Project Manager").nearest[0] == "project manager"
    assert resolve("Data Engineering Manager").nearest[0] == "data engineer"


def test_nearest_titles_are_the_same_for_one_and_for_many():
    titles = [c["title"] for c in CASES if c["status"] == "none"][:200]
    assert [r.nearest for r in resolve_all(titles)] == [resolve(t).nearest for t in titles]
    assert any(r.nearest for r in resolve_all(titles))


def test_a_title_of_over_1000_characters_is_not_read():
    assert resolve("Data Scientist " * 1000).status == "none"
    assert "longer than" in resolve("x" * 10**6).reasons[0]


def test_a_companys_own_words_decide_titles(tmp_path):
    own = tmp_path / "ours.ttl"
    own.write_text(
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> ."
        "@prefix words: <https://w3id.org/mlops-roles/words/> ."
        'words:occupation mlops:word "shaman" . words:technology mlops:word "zorg" .'
        '[] a mlops:WordList ; mlops:readAs "engineer" ; mlops:word "wrangler" .'
    )
    titles = ["Data Scientist Shaman", "Zorg Project Manager", "Data Wrangler"]
    assert [resolve(t, load(own)).status for t in titles] == ["none", "certain", "certain"]
    assert [resolve(t).status for t in titles[1:]] == ["none", "none"]


def test_conflicting_halves_are_a_reason():
    assert any(
        "clash" in r and "data-engineer" in r and "ml-engineer" in r
        for r in resolve("ML/Data Engineer").reasons
    )


def test_similar_is_a_reason():
    assert any(r.startswith("similar") for r in resolve("Product Owner").reasons)


def test_nearest_titles_are_candidates_and_never_an_answer():
    found = resolve("Dta Engineer")
    assert found.status == "none"
    assert found.roles == ()
    assert "data engineer" in found.nearest


def test_the_rules_of_word_lists_are_about_lists_of_the_ontology():
    rules = resource_rows("ontology", "matching/word_lists")
    lists = {row["list"].removeprefix("words:").partition("-")[0] for row in ask("words")}
    assert len(rules) == len({rule["list"] for rule in rules})
    assert {rule["list"] for rule in rules} <= lists
    assert {rule["removed"] for rule in rules} == {"", "at the start", "anywhere"}
    assert {rule["guard"] for rule in rules} == {
        *("", "anywhere", "as last word", "without others", "unless after", "as last word before")
    }
    assert {name for rule in rules for name in rule["beside"].split()} == {"general", "field"}


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.text(max_size=60))
def test_any_text_gets_an_answer_that_is_consistent(text):
    found = resolve(text)
    assert {
        "certain": len(found.roles) == 1,
        "ambiguous": len(found.roles) > 1,
        "none": not found.roles,
    }[found.status]


@settings(deadline=None, max_examples=200, derandomize=True)
@given(
    st.sampled_from(NAMES),
    st.sampled_from(["Senior ", "Lead ", "Sr. ", "junior "]),
    st.sampled_from([" II", "", " (m/f/d)", " L5"]),
)
def test_grade_words_change_no_role(name, before, after):
    assert resolve(before + name + after).roles == resolve(name).roles


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.sampled_from(NAMES), st.sampled_from(["Former ", "Recruiter, "]))
def test_a_guard_word_is_never_overruled(name, guard):
    assert resolve(guard + name).status == "none"


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.sampled_from(NAMES), st.sampled_from(NAMES))
def test_two_titles_in_one_name_every_role_of_both(one, other):
    found = set(resolve(f"{one}; {other}").roles)
    assert found == set(resolve(one).roles) | set(resolve(other).roles)


def test_many_titles_are_resolved_as_one_by_one():
    titles = [c["title"] for c in CASES] * 2
    assert [r.roles for r in resolve_all(titles)] == [resolve(t).roles for t in titles]


def test_the_command_reads_titles_from_standard_input():
    text = "\ufeffData Engineer\r\n\r\nMLOps Engineer\n"
    done = subprocess.run(
        [sys.executable, "-m", "mlops_roles", "resolve", "-", "--format", "json"],
        input=text.encode(),
        capture_output=True,
        check=True,
    )
    assert [r["status"] for r in json.loads(done.stdout)] == ["certain", "ambiguous"]


def test_rows_have_the_promised_keys(capsys):
    assert main(["resolve", "Accountant", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert set(row) >= {"title", "status", "roles", "reasons"}
