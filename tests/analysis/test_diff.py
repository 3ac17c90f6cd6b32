"""Differences between two ontologies or staff files, and the changes that cause them."""

import csv
import random

import pyoxigraph as ox
import pytest
from support.asserted import PREFIXES, ROOT

from mlops_roles import InputError, audit, diff, load
from mlops_roles.analysis.answer_changes import statement_changes
from mlops_roles.analysis.diff import OntologyDiff
from mlops_roles.cli.main import main
from mlops_roles.ontology.graph import DEFAULT
from mlops_roles.ontology.tables import RoleTables
from mlops_roles.ontology.versions import MAX_TEXT

ONTOLOGY = ROOT / "ontology"
ACME = ROOT / "examples" / "acme.csv"
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
TITLE = 'role:data-scientist mlops:curatedTitle "Machine Learning Wizard"@en'
NEED = "task:apply-coding-guidelines mlops:requiresSkill skill:sql"
WORD = 'tool:jenkins skos:altLabel "Construction"@en'
ALIAS = 'skill:software-design-patterns skos:altLabel "patterns of design"@en'


def triples(text):
    return [
        q.triple
        for q in ox.parse(
            HEAD + "".join(f"{statement} .\n" for statement in text), format=ox.RdfFormat.TURTLE
        )
    ]


SHIPPED = [q.triple for q in load().store.quads_for_pattern(None, None, None, DEFAULT)]


@pytest.fixture(scope="module")
def version(tmp_path_factory):
    """Write a version of the ontology: the shipped one with some statements more, and some less."""
    folder = tmp_path_factory.mktemp("versions")

    def write(*more, without=()):
        path = folder / f"{len(list(folder.iterdir()))}.nt"
        gone = set(triples(without))
        assert gone <= set(SHIPPED)
        path.write_bytes(
            ox.serialize(
                [t for t in SHIPPED if t not in gone] + triples(more), format=ox.RdfFormat.N_TRIPLES
            )
        )
        return path

    return write


@pytest.fixture(scope="module")
def shipped(version):
    return version()


def statements(found, how):
    return {(row["change"], row["statement"]) for row in found.to_rows() if row["how"] == how}


# ontologies ------------------------------------------------------------------------------


def test_order_syntax_and_blank_nodes_are_no_difference(tmp_path):
    shuffled = random.Random(1).sample(SHIPPED, len(SHIPPED))
    other = tmp_path / "other.ttl"
    other.write_bytes(
        ox.serialize(
            shuffled,
            format=ox.RdfFormat.TURTLE,
            prefixes={"r": PREFIXES["role"], "role": PREFIXES["task"]},
        )
    )
    found = diff(ONTOLOGY, other)
    assert found.to_rows() == []
    assert found.terms == {"added": [], "removed": [], "changed": []}
    assert len(found.old.asserted) > 7000
    assert found.old.to_dict()["version"] == found.new.to_dict()["version"] == load().version
    assert found.old.prefixes is not load().prefixes


def test_other_prefixes_are_no_difference(tmp_path):
    for prefix in ("acme", "ours"):
        (tmp_path / f"{prefix}.ttl").write_text(
            f"@prefix {prefix}: <https://acme.example/> . "
            f"{prefix}:x a {prefix}:Y ; {prefix}:p [ {prefix}:q ( {prefix}:z 1 ) ] ."
        )
    assert diff(tmp_path / "acme.ttl", tmp_path / "ours.ttl").to_rows() == []


def test_an_anonymous_class_is_compared_whole_and_named_as_the_cause(version):
    body = (
        "capability:tamer a owl:Class ; owl:equivalentClass "
        "[ a owl:Class ; owl:intersectionOf ( capability:data-engineer {} ) ]"
    )
    found = diff(version(body.format("")), version(body.format("capability:backend-engineer")))
    gained = {
        row["statement"]: row["because"] for row in found.to_rows() if row["change"] == "gained"
    }
    assert "capability:tamer rdfs:subClassOf capability:backend-engineer" in gained
    start = "capability:tamer owl:equivalentClass [ owl:intersectionOf ("
    assert all(len(why) == 1 and why[0].startswith(start) for why in gained.values())


def test_a_removed_statement_is_listed_with_all_that_no_longer_follows(version, shipped):
    gone = "role:ml-engineer mlops:incorporates role:data-engineer"
    found = diff(shipped, version(without=[gone]))
    assert statements(found, "asserted") == {("removed", gone)}
    assert found.terms["changed"] == ["role:ml-engineer"]
    lost = [row for row in found.to_rows() if row["how"] == "inferred"]
    assert "role:ml-engineer mlops:requiresSkill skill:data-modelling" in {
        row["statement"] for row in lost
    }
    assert "role:ml-engineer mlops:requiresSkill skill:programming" not in {
        row["statement"] for row in lost
    }  # it follows otherwise too
    assert {(row["change"], *row["because"]) for row in lost} == {("lost", gone)}


@pytest.mark.parametrize("seed", range(2))
def test_each_inferred_difference_names_a_change_that_caused_it(version, shipped, seed):
    """Against the closures: exactly what follows on one side alone is listed, with a cause."""
    rng = random.Random(seed)
    named = sorted(
        (
            t
            for t in SHIPPED
            if isinstance(t.subject, ox.NamedNode)
            and "/ns#" in t.predicate.value
            and isinstance(t.object, ox.NamedNode)
        ),
        key=str,
    )
    gone = rng.sample(named, 3)
    path = version()
    path.write_bytes(
        ox.serialize([t for t in SHIPPED if t not in gone], format=ox.RdfFormat.N_TRIPLES)
    )
    found = diff(shipped, path)
    old, new = ({*side.asserted, *side.inferred} for side in (found.old, found.new))
    inferred = [row for row in found.to_rows() if row["how"] == "inferred"]
    asserted = statements(found, "asserted")
    assert {row["statement"] for row in inferred} == {
        text for text in old - new if ("removed", text) not in asserted
    }
    assert new <= old | {text for _, text in statements(found, "inferred")}
    assert len(asserted) == 3
    assert all(
        row["because"] and {("removed", text) for text in row["because"]} <= asserted
        for row in inferred
    )


def test_terms_are_added_removed_and_changed(version, shipped):
    new = "skill:juggling a mlops:Skill"
    found = diff(
        shipped,
        version(
            new,
            TITLE,
            without=["skill:scripting a mlops:Skill", "skill:scripting a owl:NamedIndividual"],
        ),
    )
    assert found.terms["added"] == ["skill:juggling"]
    assert found.terms["removed"] == ["skill:scripting"]
    assert "role:data-scientist" in found.terms["changed"]
    back = OntologyDiff(found.new, found.old, statement_changes(found.new, found.old), [])
    assert (back.terms["added"], back.terms["removed"]) == (["skill:scripting"], ["skill:juggling"])


def test_an_annotation_is_compared_with_the_statement_it_annotates(version):
    subject, predicate, title = TITLE.split(" ", 2)
    note = (
        f"[] a owl:Axiom ; owl:annotatedSource {subject} ; owl:annotatedProperty {predicate} ; "
        f"owl:annotatedTarget {title} ; dcterms:source source:curation"
    )
    found = diff(version(TITLE), version(TITLE, note))
    assert statements(found, "asserted") == {("added", f"{TITLE} | dcterms:source source:curation")}
    assert found.terms["changed"] == ["role:data-scientist"]


def test_a_list_is_compared_by_members_and_named_as_the_cause(version, shipped):
    chain = "mlops:performs owl:propertyChainAxiom ( mlops:similarTo mlops:performs )"
    found = diff(shipped, version(chain))
    assert statements(found, "asserted") == {
        ("added", "mlops:performs owl:propertyChainAxiom (mlops:similarTo mlops:performs)")
    }
    gained = [row for row in found.to_rows() if row["change"] == "gained"]
    assert gained
    assert all(
        row["because"] == ["mlops:performs owl:propertyChainAxiom (mlops:similarTo mlops:performs)"]
        for row in gained
    )


def test_long_literals_are_cut_and_still_compared_in_full(version):
    statement = 'skill:sql skos:note "{}"'
    found = diff(
        version(statement.format("x" * 100_000 + "a")),
        version(statement.format("x" * 100_000 + "b")),
    )
    assert len(statements(found, "asserted")) == 2
    assert max(len(row["statement"]) for row in found.to_rows()) < MAX_TEXT + 100


# answers -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def changed(version, shipped):
    """Answers on the example after three changes that matter and one that does not."""
    return diff(shipped, version(TITLE, NEED, WORD, ALIAS), ACME)


def test_the_changed_answers_are_those_of_two_audits(changed):
    old, new = (
        audit(ACME, graph=side).dataframe().set_index("line").fillna("")
        for side in (changed.old, changed.new)
    )
    differing = {
        line
        for line in old.index
        for column in ("status", "roles", "similar", "able", "likely")
        if old[column][line] != new[column][line]
    }
    assert {answer["line"] for answer in changed.answers} == differing
    assert [(a["person"], a["answer"], a["before"], a["after"]) for a in changed.answers] == [
        ("Nils Berg", "could act as software-engineer", "able", "not on record"),
        ("Olga Petrova", "could act as software-engineer", "likely", "not on record"),
        ("Hanna Vogel", "role by title", "none", "certain: data-scientist"),
    ]


@pytest.mark.thorough
def test_each_named_statement_alone_changes_the_answer(changed, version, shipped):
    """Each cause alone changes the same answers, and no others."""
    assert [answer["because"] for answer in changed.answers] == [[NEED], [NEED], [TITLE]]
    for cause in (NEED, TITLE):
        alone = diff(shipped, version(cause), ACME).answers
        assert alone == [answer for answer in changed.answers if answer["because"] == [cause]]


def test_a_new_name_of_a_skill_is_the_cause_for_people_who_have_it(version, shipped, tmp_path):
    role_tables = RoleTables.from_graph(load())
    *known, skill = sorted(s for role, s in role_tables.role_skills if role == "software-engineer")
    had = "; ".join(role_tables.labels[s] for s in known)
    staff = tmp_path / "staff.csv"
    staff.write_text(f"person,skills\nAnn,{had}; Zweckwort; Datenwort\nBob,{had}; Zweckzeug\n")
    meant, named, spoken = (
        f'skill:{skill} skos:altLabel "Zweckwort"@de',
        'tool:zweck skos:prefLabel "Zweckzeug"@en',
        f"tool:zweck mlops:evidenceFor skill:{skill}",
    )
    beside = 'skill:sql skos:altLabel "Datenwort"@de'
    ann, bob = diff(
        shipped, version(meant, named, spoken, beside, "tool:zweck a mlops:Tool"), staff
    ).answers
    assert (ann["before"], ann["after"], ann["because"]) == ("not on record", "able", [meant])
    assert (bob["before"], bob["after"], bob["because"]) == (
        "not on record",
        "likely",
        [spoken, named],
    )


def test_a_removed_role_is_the_cause_where_no_person_can_act_as_it(version, shipped):
    gone = "role:software-engineer rdf:type mlops:Role"
    found = diff(shipped, version(without=[gone]), ACME)
    by_person = {(a["person"], a["answer"]): a["because"] for a in found.answers}
    assert by_person["Nils Berg", "could act as software-engineer"] == [gone]


# staff files ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def later(tmp_path_factory):
    """The example later: one left, one joined, one was promoted, one learnt, one changed unit."""
    header, *rows = csv.reader(ACME.open(encoding="utf-8", newline=""))
    title, unit, skills, lacks = map(header.index, ("title", "unit", "skills", "lacks"))
    rows = [row for row in rows if row[0] != "Uma Patel"]
    by_name = {row[0]: row for row in rows}
    by_name["Hanna Vogel"][title] = "ML Engineer"
    by_name["Ben Lindqvist"][skills] = by_name["Ben Lindqvist"][skills].replace("; EDA", "")
    by_name["Ben Lindqvist"][lacks] = ""
    by_name["Elif Kaya"][unit] = "Claims"
    path = tmp_path_factory.mktemp("later") / "later.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows, ["New One", "DevOps Engineer", "", "", "", ""]])
    return path


@pytest.fixture(scope="module")
def moved(later):
    return diff(ACME, later)


def test_people_added_and_removed_and_changed_answers_are_listed(moved):
    found = moved
    assert {change: [p["person"] for p in people] for change, people in found.people.items()} == {
        "added": ["New One"],
        "removed": ["Uma Patel"],
    }
    assert [
        (a["person"], a["answer"], a["before"], a["after"], a["because"]) for a in found.answers
    ] == [
        ("Ben Lindqvist", "skill data-analysis", "recorded", "tool", ["skills without EDA"]),
        (
            "Ben Lindqvist",
            "skill model-deployment",
            "lacking",
            "not on record",
            ["lacks without model deployment"],
        ),
        (
            "Hanna Vogel",
            "role by title",
            "none",
            "certain: ml-engineer",
            ["title: Machine Learning Wizard → ML Engineer"],
        ),
    ]


def test_coverage_of_two_staff_files_is_side_by_side(moved, later):
    data = moved.to_dict()
    rows = {(row["group"], row["item"]): row for row in data["coverage"]}
    old, new = (audit(path).coverage("role")["devops-engineer"]["people"] for path in (ACME, later))
    assert (
        [rows["role", "devops-engineer"][side]["people"] for side in ("before", "after")]
        == [old, new]
        == [1, 2]
    )
    assert (
        data["states"]["before"]["role"]["single"] - data["states"]["after"]["role"]["single"] == 2
    )


# bad input and commands --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("bad.ttl", "role:x a", "line 1"),
        (
            "clash.ttl",
            f"{HEAD} skill:a a mlops:Skill, mlops:Task . mlops:Skill owl:disjointWith mlops:Task .",
            "contradicts",
        ),
        (
            "circle.ttl",
            "_:a <http://x.example/p> _:b . _:b <http://x.example/p> _:a .",
            "blank nodes hold each other in a circle",
        ),
        ("odd.doc", "x", "unknown suffix"),
    ],
)
def test_an_unusable_ontology_is_rejected_in_one_line(name, text, message, tmp_path, capsys):
    (tmp_path / name).write_text(text)
    assert main(["diff", str(tmp_path / name), str(ONTOLOGY)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert message in err


@pytest.mark.parametrize(
    "arguments",
    [
        [ONTOLOGY, ACME],
        [ACME, ACME, "--staff", ACME],
        [ROOT / "queries", ONTOLOGY],
        ["nowhere.ttl", ONTOLOGY],
    ],
)
def test_arguments_that_cannot_be_compared_are_rejected_in_one_line(arguments, capsys):
    assert main(["diff", *map(str, arguments)]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)


def test_an_ontology_and_a_staff_file_are_not_compared():
    with pytest.raises(InputError, match="compare two ontologies"):
        diff(ONTOLOGY, ACME)


def test_a_difference_exits_with_0(shipped, version, capsys, tmp_path):
    assert main(["diff", str(shipped), str(version(TITLE)), "--format", "csv"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.splitlines()))
    assert {row["statement"] for row in rows if row["change"] == "added"} == {TITLE}
    (tmp_path / "one.csv").write_text("person,title\nAnn,Data Engineer\n")
    (tmp_path / "two.csv").write_text("person,title\nAnn,Software Engineer\n")
    assert (
        main(["diff", str(tmp_path / "one.csv"), str(tmp_path / "two.csv"), "--format", "md"]) == 0
    )
    out = capsys.readouterr().out
    assert (
        "| Ann | 2 | role by title | certain: data-engineer → certain: software-engineer |" in out
    )


def test_the_text_names_terms_statements_and_causes(changed):
    text = " ".join(changed.report().split())
    terms = "; ".join(
        ("skill:software-design-patterns", "task:apply-coding-guidelines", "tool:jenkins")
    )
    assert f"changed: role:data-scientist; {terms}" in text
    assert "+ task:apply-coding-guidelines mlops:requiresSkill skill:sql" in text
    assert "Hanna Vogel 35 role by title none → certain: role:data-scientist" in text


def test_rejected_rows_exit_with_1(capsys):
    assert main(["diff", str(ACME), str(ACME), "--format", "jsonl"]) == 1
    assert capsys.readouterr().out == ""


# extensions ------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def extensions(tmp_path_factory):
    """Two versions of a company's roles: the second one takes in the data engineer."""
    folder = tmp_path_factory.mktemp("extensions")
    role = 'acme:tamer a mlops:Role ; mlops:curatedTitle "Tamer"@en ; mlops:requiresSkill skill:sql'
    paths = folder / "acme-1.ttl", folder / "acme-2.ttl"
    for path, more in zip(paths, ("", " ; mlops:incorporates role:data-engineer"), strict=True):
        path.write_text(f"{HEAD}@prefix acme: <https://acme.example/> .\n{role}{more} .", "utf-8")
    return paths


def test_extensions_are_compared_with_all_that_follows_from_the_ontology(extensions):
    found = diff(*extensions)
    rows = [row for row in found.to_rows() if row["change"] == "gained"]
    gained = {row["statement"]: row["because"] for row in rows}
    cause = ["acme:tamer mlops:incorporates role:data-engineer"]
    assert gained["acme:tamer mlops:requiresSkill skill:data-modelling"] == cause
    assert found.terms == {
        "added": [],
        "removed": [],
        "changed": ["acme:tamer", "acme:tamer-capability"],
    }
    assert found.old.to_dict()["version"] == ""


def test_the_answers_that_an_extension_changes_are_named(extensions, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text("person,title,skills\nAda,Tamer,SQL\nBo,Data Engineer,SQL\n", "utf-8")
    answers = diff(*extensions, staff).answers
    assert [(a["person"], a["answer"], a["before"], a["after"]) for a in answers] == [
        ("Ada", "could act as acme:tamer", "able", "not on record"),
        ("Bo", "could act as acme:tamer", "able", "not on record"),
    ]
    assert all("acme:tamer mlops:incorporates role:data-engineer" in a["because"] for a in answers)
