"""A framework of others in place of our content, by `--only`: in every command and from Python."""

import json

import pytest
from support.asserted import PREFIXES, ROOT

import mlops_roles
from mlops_roles import UnknownName, ask, audit, check, load, quality, resolve
from mlops_roles.cli.main import main
from mlops_roles.ontology.graph import DEFAULT

OURS = [PREFIXES[k] for k in ("role", "task", "skill", "tool", "step", "capability", "principle")]
BANK = """
@prefix role: <https://bank.example/roles/> .
@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
role:underwriter a mlops:Role ; skos:notation "B1" ; mlops:performs role:decide ;
    skos:prefLabel "Underwriter"@en ; mlops:curatedTitle "Underwriter"@en , "Credit Officer"@en ;
    skos:definition "The role that decides on loans."@en ; dcterms:source role:handbook ;
    mlops:requiresSkill role:credit ; mlops:prefersSkill role:german .
role:decide a mlops:Task ; skos:prefLabel "Decide on a loan"@en ; mlops:requiresSkill role:law ;
    skos:definition "Say yes or no to a loan."@en ; dcterms:source role:handbook .
role:credit a mlops:Skill ; skos:prefLabel "credit analysis"@en ; dcterms:source role:handbook ;
    skos:definition "Judging who pays back."@en .
role:law a mlops:Skill ; skos:prefLabel "banking law"@en ; dcterms:source role:handbook ;
    skos:definition "Knowing the rules of banks."@en .
role:german a mlops:Skill ; skos:prefLabel "German"@en ; dcterms:source role:handbook ;
    skos:definition "Speaking German."@en .
"""
STAFF = """person,title,skills
Ann,Senior Credit Officer,credit analysis; banking law
Bo,ML Engineer,SQL
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bank")
    (folder / "bank.ttl").write_text(BANK, "utf-8")
    (folder / "staff.csv").write_text(STAFF, "utf-8")
    return folder


@pytest.fixture(scope="module")
def bank(folder):
    return load(only=folder / "bank.ttl")


def test_no_statement_about_our_content_is_left(bank):
    terms = {
        getattr(term, "value", "")
        for quad in bank.store.quads_for_pattern(None, None, None)
        for term in (quad.subject, quad.object)
    }
    assert [t for t in terms if any(t.startswith(ns) and t != ns for ns in OURS)] == []
    shipped = load().store.quads_for_pattern(None, None, None, DEFAULT)
    assert any(q.subject.value.startswith(OURS[0]) for q in shipped if hasattr(q.subject, "value"))


def test_the_roles_are_theirs_and_follow_our_vocabulary(bank):
    assert [row["role"] for row in ask("roles", bank)] == ["role2:underwriter"]
    assert [row["skill"] for row in ask("skills-of-role", bank, role="B1")] == [
        "role2:credit",
        "role2:law",
    ]
    with pytest.raises(UnknownName):
        bank.resolve_term("R7")


def test_titles_are_read_with_the_lexicon_and_without_our_fields(bank):
    assert resolve("Senior Credit Officer (m/w/d)", bank).status == "certain"
    assert resolve("Head of Data Science", bank).status == "none"
    assert resolve("Head of Data Science").status == "certain"


def test_an_audit_counts_for_their_roles_alone(bank, folder):
    counted = audit(folder / "staff.csv", graph=bank).to_dict()
    assert {slug: row["people"] for slug, row in counted["roles"].items()} == {
        "role2:underwriter": 1
    }
    assert counted["unmatched_skills"] == {"SQL": 1}


def test_the_rules_and_checks_hold_for_it(bank):
    assert check(graph=bank).findings == []
    assert quality(graph=bank).conforms


def test_a_term_of_ours_that_it_uses_is_a_finding(folder):
    path = folder / "leans.ttl"
    path.write_text(f"{BANK}\nrole:credit-2 a mlops:Role ; mlops:requiresSkill <{OURS[2]}sql> .")
    found = {f.shape for f in check(graph=load(only=path)).findings}
    assert "shape:required-skill-is-a-skill" in found


@pytest.mark.parametrize(
    "argv",
    [
        ["show", "B1"],
        ["ask"],
        ["ask", "roles"],
        ["resolve", "Underwriter"],
        ["audit", "staff.csv"],
        ["gap", "Ann", "B1", "--staff", "staff.csv"],
        ["team", "--staff", "staff.csv", "--cover", "skills"],
        ["whatif", "--staff", "staff.csv", "--leave", "Ann"],
        ["explain", "role2:underwriter mlops:requiresSkill role2:law"],
        ["derive"],
        ["export"],
        ["check"],
        ["diff", "staff.csv", "staff.csv"],
    ],
    ids=" ".join,
)
def test_every_command_takes_it(argv, folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    code = main([*argv, "--only", "bank.ttl"])
    out = capsys.readouterr()
    assert code == 0, out.err
    assert "role:ml-engineer" not in out.out
    assert "Backend Engineer" not in out.out


def test_a_certificate_names_the_framework_and_is_verified_with_it(folder, capsys, monkeypatch):
    monkeypatch.chdir(folder)
    made = ["certify", "Ann", "B1", "--staff", "staff.csv", "--only", "bank.ttl"]
    assert main([*made, "--format", "json", "--output", "ann.json"]) == 0
    says = json.loads((folder / "ann.json").read_text("utf-8"))
    assert [entity["file"] for entity in says["ontology"]["only"]] == ["bank.ttl"]
    assert says["ontology"]["added"] == []
    verify = ["verify", "ann.json", "--staff", "staff.csv"]
    assert main([*verify, "--only", "bank.ttl"]) == 0
    assert main([*verify, "--with", "bank.ttl"]) == 1
    assert main(verify) == 1
    capsys.readouterr()


def test_a_question_in_a_process_of_its_own_sees_the_framework_alone(bank):
    found = mlops_roles.run_sparql("SELECT ?role { ?role a mlops:Role }", bank).rows
    assert found == [{"role": "role2:underwriter"}]


def test_added_files_and_a_second_framework_file_come_on_top(folder):
    more = folder / "more.ttl"
    more.write_text(BANK[: BANK.index("role:underwriter")] + "role:x a mlops:Skill .", "utf-8")
    graph = load(more, only=[folder / "bank.ttl"])
    assert graph.added == (folder / "bank.ttl", more)
    assert graph.added_paths == (more,)
    assert graph.digest != load(more, folder / "bank.ttl").digest


def test_our_own_example_is_complete_but_for_one_skill():
    found = check(graph=load(only=ROOT / "examples" / "acme.ttl")).findings
    assert [f.value for f in found] == ["skill:model-training-and-evaluation"]
