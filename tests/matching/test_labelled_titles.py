"""What people said of titles stays true: no title that was read as labelled is read otherwise."""

import csv
import re

import pytest
from support.asserted import ROOT
from support.decisions import decide

from mlops_roles import load, resolve
from mlops_roles.matching.titles import resolve_all

FRESH, MISSES, CASES, WORDS = (
    list(csv.DictReader((ROOT / "tests" / f"{name}.csv").open(encoding="utf-8")))
    for name in ("fresh_titles", "fresh_misses", "titles", "word_titles")
)
QUOTED = r"(?:'[^']*'|\"[^\"]*\")"
REASON = re.compile(
    r"(?:(?:(?:primary|counterpart|curated) title|label|field) of|similar: named next to)"
    rf" (?P<role>[a-z-]+)(?: \(as (?P<name>{QUOTED})\))?(?: without {QUOTED})?"
    rf"(?: by {QUOTED} next to {QUOTED}| next to {QUOTED})?"
    r"|clash: its halves look like [a-z-]+(?:, [a-z-]+)*, the whole wins"
    r"|no title of a role is in it"
    rf"|{QUOTED} (?:turns the title into something else|is a field, not a title"
    rf"|is a field, and {QUOTED} names no role in it"
    rf"|may make another (?:trade|occupation) of {QUOTED}"
    rf"|(?:may make|makes) something else of {QUOTED})"
)


def test_only_listed_titles_are_read_otherwise_than_people_labelled_them():
    """`fresh_misses.csv` lists them; samples after the last one that it names are not judged yet.

    A row less is always right. A row more needs a reason in the commit that adds it: which titles
    the change gains, and why this one is lost.
    """
    samples = list(dict.fromkeys(row["sample"] for row in FRESH))
    judged = set(samples[: samples.index(MISSES[-1]["sample"]) + 1])
    labelled = [row for row in FRESH if row["sample"] in judged]
    answers = resolve_all([row["title"] for row in labelled], nearest=False)
    known = {(row["sample"], row["title"]) for row in MISSES}
    lost = [
        (row["sample"], row["title"], answer.roles)
        for row, answer in zip(labelled, answers, strict=True)
        if ";".join(answer.roles) != row["roles"] and (row["sample"], row["title"]) not in known
    ]
    assert lost == []
    assert len(labelled) > 8000
    assert len(known) <= 0.01 * len(labelled)


def test_each_role_of_a_title_has_a_reason_that_names_it_and_no_other():
    wrong = []
    for answer in resolve_all([row["title"] for row in (*CASES, *FRESH)], nearest=False):
        read = [REASON.fullmatch(reason) for reason in answer.reasons]
        named = {found["role"] for found in read if found and found["role"]}
        as_it_is = [found for found in read if found and found["name"] == repr(answer.title)]
        if not all(read) or named != set(answer.roles) or as_it_is:
            wrong.append((answer.title, answer.roles, answer.reasons))
    assert wrong == []


@pytest.mark.parametrize(
    ("title", "reasons"),
    [
        (
            "Backend Developer & Project Manager - School",
            [
                "curated title of backend-engineer (as 'Back-end Developer')",
                "similar: named next to business-stakeholder (as 'Project Manager')",
            ],
        ),
        (
            "ML/Data Engineer, Fraud",
            [
                "counterpart title of software-engineer (as 'ML/Data Engineer') next to 'fraud'",
                "clash: its halves look like data-engineer, ml-engineer, the whole wins",
            ],
        ),
        ("data engineer", ["primary title of data-engineer (as 'Data Engineer')"]),
        (
            "Machine Learning Software Engineer",
            [
                "primary title of software-engineer (as 'Software Engineer') next to 'ml'",
                "primary title of ml-engineer (as 'ML Engineer') by 'ml' next to "
                "'Software Engineer'",
            ],
        ),
        ("Lease Data & Warranty Engineer", ["'lease' may make something else of 'data engineer'"]),
    ],
)
def test_the_reasons_of_titles_that_join_or_extend_names(title, reasons):
    assert list(resolve(title, nearest=False).reasons) == reasons


@pytest.fixture(scope="module")
def decided(tmp_path_factory):
    """The ontology with a title that was accepted for a similar role, and one that was refused."""
    file = tmp_path_factory.mktemp("decided") / "ours.sssom.tsv"
    decide(file, "Backlog Captain", "--accept", "product-owner")
    decide(file, "Scrum Pilot; Data Engineer", "--refuse", "data-engineer")
    return load(file)


@pytest.mark.parametrize(
    ("title", "status", "roles", "similar"),
    [
        ("Backlog Captain", "certain", "business-stakeholder", "product-owner"),
        ("Backlog Captain; Product Owner", "certain", "business-stakeholder", "product-owner"),
        ("Backlog Captain; Project Manager", "certain", "business-stakeholder", None),
        ("Backlog Captain; Accountant", "certain", "business-stakeholder", "product-owner"),
        ("; Backlog Captain ;", "certain", "business-stakeholder", "product-owner"),
        ("Backlog Captain; Data Engineer", "ambiguous", "business-stakeholder data-engineer", None),
        (
            "Backlog Captain <https://x.example/1>",
            "certain",
            "business-stakeholder",
            "product-owner",
        ),
        ("Data Engineer <https://x.example/1>", "certain", "data-engineer", None),
        ("Data Engineer; Accountant", "certain", "data-engineer", None),
        ("Scrum Pilot; Data Engineer", "none", "", None),
    ],
)
def test_decisions_count_for_the_parts_between_semicolons(decided, title, status, roles, similar):
    found = resolve(title, decided, nearest=False)
    assert (found.title, found.status, " ".join(found.roles)) == (title, status, roles)
    assert found.similar == similar
    assert found.is_mapped == any("Backlog" in part or "Scrum" in part for part in title.split(";"))
    assert len(set(found.reasons)) == len(found.reasons) > 0


def test_the_reasons_of_parts_with_a_decision_are_those_of_each_part(decided):
    found = resolve("Backlog Captain; Accountant", decided)
    assert found.reasons[0].startswith("product-owner accepted by Ada on 2026-01-31")
    assert found.reasons[1:] == ("no title of a role is in it",)
    assert [mapped.target for mapped in found.mapped] == [
        mapped.target for mapped in resolve("Backlog Captain", decided).mapped
    ]


@pytest.mark.parametrize(
    ("title", "roles"),
    [
        ("Lead Software Engineering", "software-engineer"),
        ("Lead Software Engineering, Blogger", "software-engineer"),
        ("Technician, Lead Software Engineering", ""),
        ("Lead DevOps, Blogger", "devops-engineer"),
        ("DevOps, Blogger", ""),
        ("Lead DevOps - Payments", "devops-engineer"),
        ("Data Engineer; Chef de projet", "business-stakeholder data-engineer"),
        ("ETL Engineer / Chef de projet", "business-stakeholder data-engineer"),
        ("Applied Scientist / Software Engineer", "data-scientist software-engineer"),
    ],
)
def test_the_words_around_a_name_decide(title, roles):
    assert " ".join(resolve(title, nearest=False).roles) == roles


def test_words_that_no_other_title_needs_have_one_that_does():
    found = resolve_all([row["title"] for row in WORDS], nearest=False)
    read = [(answer.title, " ".join(answer.roles)) for answer in found]
    assert read == [(row["title"], row["roles"]) for row in WORDS]
