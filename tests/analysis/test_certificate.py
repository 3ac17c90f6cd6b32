"""Certificates, against a second reading of the data, the audit and the asserted statements."""

import csv
import io
import json

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import PREFIXES, ROOT, SHARED, links
from support.people import (
    ACME,
    ROLES,
    SKILLS,
    TOOLS,
    evidence_rows,
    required_skills,
    skill_sets,
    write_person,
    write_staff,
    write_table,
)

from mlops_roles import (
    Conflict,
    Records,
    UnknownName,
    UnknownPerson,
    audit,
    certify,
    explain,
    gap,
    load,
)
from mlops_roles.analysis.verdict import verdict
from mlops_roles.cli import main

FEW = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
WEAKER = {
    "yes": {"yes", "likely", "unknown"},
    "likely": {"likely", "unknown"},
    "unknown": {"unknown"},
    "no": {"no"},
}


@pytest.fixture(scope="module")
def acme():
    return Records(ACME)


def run_json(argv, capsys):
    """What the command line answers as JSON, after everything that a user's call goes through."""
    assert main.main([*map(str, argv), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_without_some_evidence_certify_only_moves_towards_unknown(
    data, role, accept, tmp_path, capsys
):
    row = data.draw(evidence_rows(role))
    column = data.draw(st.sampled_from(["skills", "assessed"]))
    less = {**row, column: row[column][1:]}
    args = [
        "certify",
        "Ada Okafor",
        role,
        "--staff",
        tmp_path / "staff.csv",
        *(["--accept-evidence", "tools"] if accept else []),
    ]
    answers = []
    for one in (row, less):
        write_person(tmp_path, one)
        answers.append(run_json(args, capsys)["verdict"])
    assert answers[1] in WEAKER[answers[0]]


@given(data=st.data())
@settings(FEW, max_examples=1)
def test_without_some_evidence_audit_counts_move_to_unrecorded(data, tmp_path):
    """Of eight people, audited twice."""
    rows = [data.draw(evidence_rows(data.draw(st.sampled_from(ROLES)))) for _ in range(8)]
    less = [{**row, "skills": row["skills"][1:]} for row in rows]
    before, after = (
        audit(
            write_staff(tmp_path, *((f"P{n}", "Data Scientist", "U", r) for n, r in enumerate(one)))
        ).coverage("skill")
        for one in (rows, less)
    )
    for skill, count in before.items():
        assert after[skill]["people"] <= count["people"]
        assert after[skill]["lacking"] == count["lacking"]
        for one in (after[skill], count):
            assert sum(one[kind] for kind in ("people", "lacking", "unrecorded")) == 8


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@FEW
def test_a_certificate_agrees_with_a_second_reading_of_the_row(data, role, accept, tmp_path):
    row = data.draw(evidence_rows(role))
    recorded, lacking, tools = skill_sets(**row)
    found = certify("Ada Okafor", role, write_person(tmp_path, row), accept_tools=accept).to_dict()
    assert found["verdict"] == verdict(required_skills(role), recorded, lacking, tools, accept)
    states = {line["skill"].rsplit("/")[-1]: line["state"] for line in found["skills"]}
    known = {"lacking": lacking, "recorded": recorded, "tool": tools}
    assert states == {
        skill: next((state for state in known if skill in known[state]), "unrecorded")
        for skill in required_skills(role)
    }


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@FEW
def test_the_facts_that_would_decide_it_decide_it_and_fewer_do_not(data, role, accept, tmp_path):
    row = data.draw(evidence_rows(role))
    found = certify("Ada Okafor", role, write_person(tmp_path, row), accept_tools=accept).to_dict()
    recorded, lacking, tools = skill_sets(**row)
    needs = required_skills(role)

    def with_skills(more):
        return verdict(needs, recorded | more, lacking, tools, accept)

    numbers = [way["facts"] for way in found["settle"]]
    assert bool(numbers) == (found["verdict"] in ("likely", "unknown"))
    assert numbers == sorted(numbers)
    for way in found["settle"]:
        kinds = ("confirm", "record", "one_lacking")
        facts = {iri.rsplit("/")[-1] for kind in kinds for iri in way.get(kind, ())}
        if way["verdict"] == "yes":
            assert way["facts"] == len(facts)
            assert with_skills(facts) == "yes"
            assert all(with_skills(facts - {fact}) != "yes" for fact in facts)
        else:
            assert way["facts"] == 1
            one_lacking = (verdict(needs, recorded, {s}, tools, accept) for s in needs - recorded)
            assert facts == {
                s for s, v in zip(needs - recorded, one_lacking, strict=True) if v == "no"
            }


def test_certificates_agree_with_the_audit(acme):
    found = audit(ACME)
    people = found.arrow().to_pylist()
    assert len(people) > 30
    for row in people[::5]:
        for role in ROLES:
            answer = certify(row["person"], role, acme).verdict
            assert (answer == "yes") == (role in (row["able"] or "").split(";"))
            assert answer == "no" or (answer == "likely") == (
                role in (row["likely"] or "").split(";")
            )


def test_each_incorporated_role_has_a_verdict_of_its_own(acme):
    found = certify("Kemi Adeyemi", "R7", acme).to_dict()
    shown = {part["role"].rsplit("/")[-1]: part for part in found["roles"]}
    assert set(shown) == {
        part.partition(":")[2] for part in links("mlops:incorporates")["role:ml-engineer"]
    }
    for role, part in shown.items():
        assert part["verdict"] == certify("Kemi Adeyemi", role, acme).verdict
        assert sum(part[state] for state in ("recorded", "tool", "lacking", "unrecorded")) == len(
            required_skills(role)
        )
    assert {p["verdict"] for p in shown.values()} == {"yes", "unknown"}


def test_a_role_without_incorporated_roles_lists_none(acme):
    assert certify("Kemi Adeyemi", "R3", acme).to_dict()["roles"] == []


def test_each_skill_cites_its_cell_and_the_path_of_its_proof(acme):
    table = list(csv.DictReader(io.StringIO(ACME.read_text("utf-8"))))
    found = certify("Ben Lindqvist", "R7", acme).to_dict()
    row = table[found["line"] - 2]
    assert row["person"] == "Ben Lindqvist"
    cells = [cell for line in found["skills"] for cell in line["evidence"]]
    assert {cell["says"] for cell in cells} == {"recorded", "lacking", "tool"}
    assert all(
        cell["text"] in [part.strip() for part in row[cell["column"]].split(";")]
        and cell["line"] == found["line"]
        for cell in cells
    )
    graph = load()
    for line in found["skills"]:
        terms = (found["role"], PREFIXES["mlops"] + "requiresSkill", line["skill"])
        proof = " ".join(explain(ox.Triple(*map(ox.NamedNode, terms)), graph).lines())
        assert line["rule"] in proof
        assert all(graph.curie(term) in proof for term in line["via"])


def test_a_certificate_asks_for_review_and_has_hashes_of_its_sources(acme):
    found = certify("Ada Okafor", "R3", acme)
    assert "reviewed by a human" in found.content["note"]
    assert found.content["ontology"]["version"] == load().version
    ids = [found.content["staff"]["id"], found.content["ontology"]["id"]]
    assert all(i.startswith("sha256:") and len(i) == 71 for i in ids)
    assert found.content["made"]["used"] == ids


def test_tools_make_a_verdict_likely_and_yes_only_if_accepted(tmp_path):
    role = "backend-engineer"
    tools = [t for t in TOOLS if TOOLS[t] & required_skills(role)]
    rest = [
        label
        for label, slug in SKILLS.items()
        if slug in required_skills(role) - set().union(*(TOOLS[t] for t in tools))
    ]
    path = write_person(tmp_path, {"skills": [*tools, *rest], "lacks": [], "assessed": []})
    assert tools and certify("Ada Okafor", role, path).verdict == "likely"
    assert certify("Ada Okafor", role, path, accept_tools=True).verdict == "yes"


def test_a_role_that_requires_no_skill_cannot_be_judged(tmp_path):
    ours = tmp_path / "ours.ttl"
    ours.write_text(f"<https://a.example/idle> a <{PREFIXES['mlops']}Role> .")
    found = certify("Ada Okafor", "https://a.example/idle", Records(ACME, load(ours)))
    assert (found.verdict, found.content["settle"]) == ("unknown", [])


def test_a_custom_role_is_judged(acme):
    with_acme = Records(ACME, load(ROOT / "examples" / "acme.ttl"))
    found = certify("Ben Lindqvist", "acme:prompt-engineer", with_acme).to_dict()
    assert found["role"] == "https://acme.example/roles/prompt-engineer"
    assert len(found["skills"]) == 2
    assert [added["file"] for added in found["ontology"]["added"]] == ["acme.ttl"]


def test_the_turtle_of_a_certificate_is_prov(acme):
    found = certify("Ben Lindqvist", "R7", acme)
    statements = {
        (q.predicate.value, q.object.value)
        for q in ox.parse(found.to_turtle(), format=ox.RdfFormat.TURTLE)
        if not isinstance(q.object, ox.BlankNode)
    }
    prov, about = "http://www.w3.org/ns/prov#", "https://schema.org/about"
    staff = found.content["staff"]["id"].replace("sha256:", "nih:sha-256;")
    assert {
        (f"{prov}value", "no"),
        (about, "Ben Lindqvist"),
        (about, found.content["role"]),
        (f"{prov}wasDerivedFrom", staff),
    } <= statements
    assert sum(predicate == f"{prov}used" for predicate, _ in statements) == 2


def test_the_terms_of_the_json_ld_context_exist():
    if not (SHARED / "vocabularies").is_dir():
        pytest.skip("the vocabularies of others stand beside the repository where it was written")
    context = json.loads((ROOT / "ontology" / "certificate.context.json").read_text("utf-8"))
    used = {
        i
        for t in context.values()
        for i in ([t] if isinstance(t, str) else [t["@id"], *t.get("@context", {}).values()])
        if i.startswith("http")
    }
    texts = {
        ns: (SHARED / "vocabularies" / f).read_text("utf-8")
        for ns, f in ((PREFIXES["prov"], "prov-o.ttl"), (PREFIXES["schema"], "schema.ttl"))
    }
    borrowed = [(i, ns) for i in used for ns in texts if i.startswith(ns)]
    assert len(borrowed) > 10
    assert [i for i, ns in borrowed if f"{i.removeprefix(ns)}" not in texts[ns]] == []
    ours = {i for i in used if i.startswith(PREFIXES["mlops"])}
    assert ours and all(f"mlops:{i.rsplit('#')[-1]}" in links("rdf:type") for i in ours)


@given(data=st.data())
@settings(FEW, max_examples=1)
def test_permuting_names_and_units_changes_no_judgement(data, tmp_path):
    """Of eight people, audited twice."""
    rows = [data.draw(evidence_rows(data.draw(st.sampled_from(ROLES)))) for _ in range(8)]
    people = [(f"P{n}", "Data Engineer", f"U{n % 3}", row) for n, row in enumerate(rows)]
    names, units = (data.draw(st.permutations([p[i] for p in people])) for i in (0, 2))
    renamed = [
        (name, "Data Engineer", unit, row)
        for row, name, unit in zip(rows, names, units, strict=True)
    ]
    judgements = [judge(Records(write_staff(tmp_path, *p)), p) for p in (people, renamed)]
    assert judgements[0] == judgements[1]


def judge(records, people):
    """The audit, certificates and gaps, without names and what else must differ."""
    found, nameless = audit(records.file).to_dict(), {"person": None}
    near = {role: [p | nameless for p in group] for role, group in found["nearest"].items()}
    certificates = [
        certify(name, role, records).to_dict()
        for name, *_ in people
        for role in ("ml-engineer", "data-scientist")
    ]
    differ = ("id", "person", "staff", "made")
    return (
        found | {"nearest": near},
        [{k: v for k, v in c.items() if k not in differ} for c in certificates],
        [gap(name, "R7", records).missing for name, *_ in people],
    )


def test_an_unknown_person_gets_similar_names_but_not_on_stderr(acme, capsys):
    with pytest.raises(UnknownPerson) as caught:
        certify("Ada Okafro", "R3", acme)
    assert caught.value.nearest[0] == "Ada Okafor"
    assert "Ada" not in str(caught.value)
    assert main.main(["certify", "Ada Okafro", "R3", "--staff", str(ACME)]) == 2
    out, err = capsys.readouterr()
    assert "Ada Okafor" in out
    assert "Ada" not in err


def test_a_name_of_several_people_is_answered_with_their_keys(tmp_path):
    (tmp_path / "a.csv").write_text("id,person,title\n1,Ann Lee,Cook\n2,Ann Lee,Data Engineer\n")
    with pytest.raises(UnknownPerson, match="several people have this name") as caught:
        gap("ann lee", "R3", tmp_path / "a.csv")
    assert set(caught.value.nearest) == {"Ann Lee <1>", "Ann Lee <2>"}
    (tmp_path / "b.csv").write_text("person,title\nAnn Lee,Cook\n")
    (tmp_path / "c.csv").write_text("person,title\nBo,Cook\nAnn Lee,Data Engineer\n")
    with pytest.raises(Conflict, match=r"c.csv, line 3: duplicate of line 2 of .*\(title differs"):
        gap("Ann Lee", "R3", [tmp_path / "b.csv", tmp_path / "c.csv"])


def test_an_unknown_role_gets_similar_names(acme):
    with pytest.raises(UnknownName, match="data-engineer"):
        certify("Ada Okafor", "data-enginer", acme)


@pytest.mark.parametrize("command", ["certify", "gap"])
@pytest.mark.parametrize(
    ("person", "line", "why"),
    [("Nils Berg", 38, "duplicate of line 15"), ("Kofi Mensah", 40, "both has and lacks")],
)
def test_a_duplicate_or_contradictory_person_is_a_finding(command, person, line, why, capsys):
    for form in ("json", "table"):
        assert main.main([command, person, "R4", "--staff", str(ACME), "--format", form]) == 1
        out, err = capsys.readouterr()
        assert err == ""
        if form == "json":
            (finding,) = json.loads(out)["findings"]
            assert (finding["line"], why in finding["reason"]) == (line, True)
        assert "acme.csv" in out and str(line) in out


def test_a_conflict_writes_no_file(tmp_path, capsys):
    target = tmp_path / "c.json"
    command = ["certify", "Nils Berg", "R4", "--staff", str(ACME), "--format", "json"]
    assert main.main([*command, "--output", str(target)]) == 1
    assert not target.exists()
    with pytest.raises(Conflict):
        certify("Nils Berg", "R4", ACME)


@pytest.mark.parametrize("ending", [".tsv", ".xlsx", ".parquet"])
def test_every_kind_of_staff_file_gives_the_same_certificate(ending, tmp_path, acme):
    path = tmp_path / f"staff{ending}"
    rows = [row for row in csv.reader(io.StringIO(ACME.read_text("utf-8"))) if len(row) == 6]
    harmless = [[f"'{cell}" if cell.startswith("=") else cell or None for cell in r] for r in rows]
    write_table(path, harmless)
    found, expected = (certify("Ben Lindqvist", "R7", staff).to_dict() for staff in (path, acme))
    states = ([line["state"] for line in one["skills"]] for one in (found, expected))
    assert next(states) == next(states)
    assert found["line"] == (2 if ending == ".parquet" else 3)


def test_the_text_of_a_certificate_shows_verdict_places_and_hashes(acme, capsys):
    assert main.main(["certify", "Ben Lindqvist", "R7", "--staff", str(ACME)]) == 0
    text = capsys.readouterr().out
    for words in (
        "Ben Lindqvist as ML Engineer: no",
        "acme.csv, line 3",
        "sha256:",
        "prp-spo2",
        "reviewed by a human",
        "Backend Engineer",
        "lacks: model deployment",
    ):
        assert words in text


def test_the_oracle_knows_the_skills_of_all_roles():
    assert all(required_skills(role) for role in ROLES)
    assert len(ROLES) == 8
