"""Judgements: what a verdict means, against a second reading of the data, the audit and brute force."""

import csv
import io
import json
from itertools import combinations

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import PREFIXES, ROOT, SHARED, links
from support.people import NEEDS, ROLES, SKILLS, TOOLS, needs, rows, spoken_of, staff_csv

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
    nearest_roles,
)
from mlops_roles.analysis.verdict import verdict
from mlops_roles.cli import main

ACME = ROOT / "examples" / "acme.csv"
few = settings(
    max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
sets = st.sets(st.sampled_from("abcdef"))


@pytest.fixture(scope="module")
def acme():
    return Records(ACME)


def written(tmp_path, text, name="staff.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def one_person(tmp_path, row, person="Ada Okafor", title="Data Scientist", unit="Analytics"):
    return written(tmp_path, staff_csv([(person, title, unit, row)]))


def answered(argv, capsys):
    """What the command line answers as JSON, after everything that a user's call goes through."""
    assert main.main([*map(str, argv), "--format", "json"]) == 0
    return json.loads(capsys.readouterr().out)


# the verdict ---------------------------------------------------------------------------


@given(required=sets, recorded=sets, lacking=sets, tools=sets, accept=st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_a_verdict_is_what_its_definition_says(required, recorded, lacking, tools, accept):
    recorded -= lacking
    answer = verdict(required, recorded, lacking, tools, accept)
    present = recorded | tools if accept else recorded
    assert (answer == "no") == bool(required & lacking)
    assert (answer == "yes") == (bool(required) and required <= present - lacking)
    if answer in ("likely", "unknown") and required:
        assert (answer == "likely") == (required <= recorded | tools)
    assert required or answer == "unknown"


WEAKER = {
    "yes": {"yes", "likely", "unknown"},
    "likely": {"likely", "unknown"},
    "unknown": {"unknown"},
    "no": {"no"},
}


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_deleting_evidence_only_moves_an_answer_towards_unknown(data, role, accept):
    row = data.draw(rows(role))
    before = verdict(needs(role), *spoken_of(**row), accept)
    column = data.draw(st.sampled_from([c for c in row if row[c]] or ["skills"]))
    gone = data.draw(st.integers(0, max(len(row[column]) - 1, 0)))
    after = verdict(
        needs(role),
        *spoken_of(**{**row, column: [n for i, n in enumerate(row[column]) if i != gone]}),
        accept,
    )
    # what lacks said no longer stands against what the tools say; without tools it is unknown
    known = (
        {"no", "unknown", "yes" if accept else "likely"}
        if before == "no" and column == "lacks"
        else WEAKER[before]
    )
    assert after in known


@given(
    data=st.data(),
    role=st.sampled_from(ROLES),
    name=st.sampled_from([*SKILLS, *TOOLS]),
    accept=st.booleans(),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_adding_evidence_only_moves_an_answer_away_from_unknown(data, role, name, accept):
    row = data.draw(rows(role))
    if name in row["lacks"]:
        return
    before, after = (
        verdict(needs(role), *spoken_of(**r), accept)
        for r in (row, {**row, "skills": [*row["skills"], name]})
    )
    assert before in WEAKER[after]


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@settings(max_examples=8, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_deleting_evidence_only_moves_the_commands_answer_towards_unknown(
    data, role, accept, tmp_path, capsys
):
    row = data.draw(rows(role))
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
        one_person(tmp_path, one)
        answers.append(answered(args, capsys)["verdict"])
    assert answers[1] in WEAKER[answers[0]]


@given(data=st.data())
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_deleting_evidence_only_moves_the_audits_counts_to_unrecorded(data, tmp_path):
    people = [
        (f"P{n}", "Data Scientist", "U", data.draw(rows(data.draw(st.sampled_from(ROLES)))))
        for n in range(4)
    ]
    less = [(*head, {**row, "skills": row["skills"][1:]}) for *head, row in people]
    before, after = (
        audit(written(tmp_path, staff_csv(p))).coverage("skill") for p in (people, less)
    )
    for skill, count in before.items():
        assert after[skill]["people"] <= count["people"]
        assert after[skill]["lacking"] == count["lacking"]
        assert (
            sum(after[skill][k] for k in ("people", "lacking", "unrecorded"))
            == sum(count[k] for k in ("people", "lacking", "unrecorded"))
            == 4
        )


# certificates --------------------------------------------------------------------------


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@few
def test_a_certificate_says_what_a_second_reading_of_the_row_says(data, role, accept, tmp_path):
    row = data.draw(rows(role))
    recorded, lacking, tools = spoken_of(**row)
    found = certify("Ada Okafor", role, one_person(tmp_path, row), accept_tools=accept).to_dict()
    assert found["verdict"] == verdict(needs(role), recorded, lacking, tools, accept)
    states = {line["skill"].rsplit("/")[-1]: line["state"] for line in found["skills"]}
    assert set(states) == needs(role)
    for skill, state in states.items():
        assert state == (
            "lacking"
            if skill in lacking
            else "recorded"
            if skill in recorded
            else "tool"
            if skill in tools
            else "unrecorded"
        )


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@few
def test_the_facts_that_would_settle_it_settle_it_and_fewer_do_not(data, role, accept, tmp_path):
    row = data.draw(rows(role))
    found = certify("Ada Okafor", role, one_person(tmp_path, row), accept_tools=accept).to_dict()
    recorded, lacking, tools = spoken_of(**row)
    assert bool(found["settle"]) == (found["verdict"] in ("likely", "unknown"))
    assert [way["facts"] for way in found["settle"]] == sorted(
        way["facts"] for way in found["settle"]
    )
    for way in found["settle"]:
        facts = [
            iri.rsplit("/")[-1]
            for kind in ("confirm", "record", "one_lacking")
            for iri in way.get(kind, ())
        ]
        if way["verdict"] == "yes":
            assert way["facts"] == len(facts)
            assert verdict(needs(role), recorded | set(facts), lacking, tools, accept) == "yes"
            assert all(
                verdict(needs(role), recorded | set(facts) - {f}, lacking, tools, accept) != "yes"
                for f in facts
            )
        else:
            assert way["facts"] == 1
            assert {
                f
                for f in needs(role) - recorded
                if verdict(needs(role), recorded, {f}, tools, accept) == "no"
            } == set(facts)


def test_certificates_agree_with_the_audit(acme):
    found = audit(ACME)
    people = found.people.to_pyarrow().to_pylist()
    assert len(people) > 30
    for row in people[::5]:
        for role in ROLES:
            answer = certify(row["person"], role, acme).verdict
            assert (answer == "yes") == (role in (row["able"] or "").split(";"))
            assert answer == "no" or (answer == "likely") == (
                role in (row["likely"] or "").split(";")
            )


def test_r7_shows_the_roles_that_it_takes_in_each_with_its_own_answer(acme):
    found = certify("Kemi Adeyemi", "R7", acme).to_dict()
    shown = {part["role"].rsplit("/")[-1]: part for part in found["roles"]}
    assert set(shown) == {
        part.partition(":")[2] for part in links("mlops:incorporates")["role:ml-engineer"]
    }
    for role, part in shown.items():
        assert part["verdict"] == certify("Kemi Adeyemi", role, acme).verdict
        assert sum(part[state] for state in ("recorded", "tool", "lacking", "unrecorded")) == len(
            needs(role)
        )
    assert {p["verdict"] for p in shown.values()} == {"yes", "unknown"}


def test_a_role_that_takes_in_none_shows_none(acme):
    assert certify("Kemi Adeyemi", "R3", acme).to_dict()["roles"] == []


def test_each_line_cites_its_cell_and_the_way_of_its_proof(acme):
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
        said = " ".join(
            explain(
                ox.Triple(
                    *map(
                        ox.NamedNode,
                        (found["role"], PREFIXES["mlops"] + "requiresSkill", line["skill"]),
                    )
                ),
                graph,
            ).lines()
        )
        assert line["rule"] in said
        assert all(graph.curie(term) in said for term in line["via"])


def test_it_says_that_a_human_is_to_review_it_and_what_it_rests_on(acme):
    found = certify("Ada Okafor", "R3", acme)
    assert "reviewed by a human" in found.content["note"]
    assert found.content["ontology"]["version"] == load().version
    ids = [found.content["staff"]["id"], found.content["ontology"]["id"]]
    assert all(i.startswith("sha256:") and len(i) == 71 for i in ids)
    assert found.content["made"]["used"] == ids


def test_tools_make_it_likely_and_yes_only_if_accepted(tmp_path):
    role = "backend-engineer"
    tools = [t for t in TOOLS if TOOLS[t] & needs(role)]
    rest = [
        label
        for label, slug in SKILLS.items()
        if slug in needs(role) - set().union(*(TOOLS[t] for t in tools))
    ]
    path = one_person(tmp_path, {"skills": [*tools, *rest], "lacks": [], "assessed": []})
    assert tools and certify("Ada Okafor", role, path).verdict == "likely"
    assert certify("Ada Okafor", role, path, accept_tools=True).verdict == "yes"


def test_a_role_that_requires_nothing_cannot_be_judged(tmp_path):
    ours = written(
        tmp_path,
        "@prefix mlops: <https://w3id.org/mlops-roles/ns#> .\n<https://a.example/idle> a mlops:Role .",
        "ours.ttl",
    )
    found = certify("Ada Okafor", "https://a.example/idle", Records(ACME, load(ours)))
    assert (found.verdict, found.content["settle"]) == ("unknown", [])


def test_a_companys_own_role_is_judged(acme):
    with_acme = Records(ACME, load(ROOT / "examples" / "acme.ttl"))
    found = certify("Ben Lindqvist", "acme:prompt-engineer", with_acme).to_dict()
    assert found["role"] == "https://acme.example/roles/prompt-engineer"
    assert len(found["skills"]) == 2
    assert [added["file"] for added in found["ontology"]["added"]] == ["acme.ttl"]


def test_its_turtle_says_the_same_in_prov(acme):
    found = certify("Ben Lindqvist", "R7", acme)
    said = {
        (q.predicate.value, q.object.value)
        for q in ox.parse(found.turtle(), format=ox.RdfFormat.TURTLE)
        if not isinstance(q.object, ox.BlankNode)
    }
    prov = "http://www.w3.org/ns/prov#"
    for predicate, value in (
        (f"{prov}value", "no"),
        ("https://schema.org/about", "Ben Lindqvist"),
        ("https://schema.org/about", found.content["role"]),
    ):
        assert (predicate, value) in said
    assert (
        f"{prov}wasDerivedFrom",
        found.content["staff"]["id"].replace("sha256:", "nih:sha-256;"),
    ) in said
    assert sum(p == f"{prov}used" for p, _ in said) == 2


def test_the_terms_of_its_turtle_exist():
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


# gaps ------------------------------------------------------------------------------------


@given(
    data=st.data(),
    role=st.sampled_from([r for r in ROLES if len(needs(r)) <= 9]),
    accept=st.booleans(),
)
@few
def test_a_gap_is_the_smallest_set_by_brute_force(data, role, accept, tmp_path):
    row = data.draw(rows(role))
    recorded, lacking, tools = spoken_of(**row)
    found = gap("Ada Okafor", role, one_person(tmp_path, row), accept_tools=accept)
    turning = (
        set(chosen)
        for size in range(len(needs(role)) + 1)
        for chosen in combinations(sorted(needs(role)), size)
        if verdict(needs(role), recorded | set(chosen), lacking - set(chosen), tools, accept)
        == "yes"
    )
    assert set(found.missing) == next(turning)
    assert {s for s, do in found.missing.items() if do == "learn"} == needs(role) & lacking
    assert all(s in tools for s, do in found.missing.items() if do == "confirm")
    assert {s for skills in found.demands.values() for s in skills} == set(found.missing)


@given(data=st.data())
@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_the_nearest_role_lacks_the_fewest_skills_of_those_that_something_speaks_for(
    data, tmp_path
):
    row = data.draw(rows(data.draw(st.sampled_from(ROLES))))
    path = one_person(tmp_path, row)
    recorded, lacking, tools = spoken_of(**row)
    spoken = {
        r: len(needs(r) - (recorded - lacking))
        for r in ROLES
        if needs(r) & (recorded | tools) - lacking
    } or {r: len(needs(r)) for r in ROLES}
    found = nearest_roles("Ada Okafor", path)
    assert len(found) == len(ROLES)
    assert len(found[0].missing) == min(spoken.values())
    assert found[0].role in spoken


def test_a_role_for_which_nothing_speaks_is_never_the_nearest(tmp_path):
    """One of many skills is nearer than none of few."""
    wanted = {role: len(needs(role)) for role in ROLES}
    label = next(
        label
        for label, slug in SKILLS.items()
        if slug in needs("devops-engineer") and sum(slug in needs(r) for r in ROLES) == 2
    )
    found = nearest_roles(
        "Ada Okafor", one_person(tmp_path, {"skills": [label], "lacks": [], "assessed": []})
    )
    assert found[0].role == "devops-engineer"
    assert len(found[0].missing) > min(wanted.values())


def test_a_gap_names_the_role_and_task_that_demand_a_skill(acme):
    found = gap("Ben Lindqvist", "R7", acme)
    assert {role for role, _ in found.demands} > {
        part.partition(":")[2] for part in links("mlops:incorporates")["role:ml-engineer"]
    }
    for (role, task), skills in found.demands.items():
        asserted = links("mlops:requiresSkill")[f"task:{task}" if task else f"role:{role}"]
        assert {f"skill:{skill}" for skill in skills} <= asserted
        assert not task or f"task:{task}" in links("mlops:performs")[f"role:{role}"]


# what does not enter ----------------------------------------------------------------------


@given(data=st.data())
@settings(max_examples=2, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_permuting_names_and_units_changes_no_judgement(data, tmp_path):
    people = [
        (f"P{n}", "Data Engineer", f"U{n % 3}", data.draw(rows(data.draw(st.sampled_from(ROLES)))))
        for n in range(4)
    ]
    names, units = (data.draw(st.permutations([p[i] for p in people])) for i in (0, 2))
    other = [
        (name, title, unit, row)
        for (_, title, _, row), name, unit in zip(people, names, units, strict=True)
    ]
    told = []
    for one in (people, other):
        records = Records(written(tmp_path, staff_csv(one)))
        found = audit(records.file).to_dict()
        named = {"person": None}
        near = {role: [p | named for p in group] for role, group in found["nearest"].items()}
        judged = [
            certify(p[0], role, records).to_dict()
            for p in one
            for role in ("ml-engineer", "data-scientist")
        ]
        differ = ("id", "person", "staff", "made")
        told.append(
            (
                found | {"nearest": near},
                [{k: v for k, v in c.items() if k not in differ} for c in judged],
                [gap(p[0], "R7", records).missing for p in one],
            )
        )
    assert told[0] == told[1]


# bad input ----------------------------------------------------------------------------------


def test_an_unknown_person_gets_the_nearest_names_but_no_message_holds_one(acme, capsys):
    with pytest.raises(UnknownPerson) as caught:
        certify("Ada Okafro", "R3", acme)
    assert caught.value.nearest[0] == "Ada Okafor"
    assert "Ada" not in str(caught.value)
    assert main.main(["certify", "Ada Okafro", "R3", "--staff", str(ACME)]) == 2
    said = capsys.readouterr()
    assert "Ada Okafor" in said.out
    assert "Ada" not in said.err


def test_an_unknown_role_gets_the_nearest_names(acme):
    with pytest.raises(UnknownName, match="data-engineer"):
        certify("Ada Okafor", "data-enginer", acme)


def test_a_similar_role_is_sent_to_the_role_it_is_similar_to(acme, capsys):
    assert main.main(["gap", "Ada Okafor", "product-owner", "--staff", str(ACME)]) == 2
    assert "business-stakeholder" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["certify", "gap"])
@pytest.mark.parametrize(
    ("person", "line", "why"),
    [("Nils Berg", 38, "duplicate of line 15"), ("Kofi Mensah", 40, "both has and lacks")],
)
def test_who_stands_there_twice_or_contradictorily_is_a_finding_with_its_place(
    command, person, line, why, capsys
):
    for form in ("json", "table"):
        assert main.main([command, person, "R4", "--staff", str(ACME), "--format", form]) == 1
        said = capsys.readouterr()
        assert said.err == ""
        if form == "json":
            (finding,) = json.loads(said.out)["findings"]
            assert (finding["line"], why in finding["reason"]) == (line, True)
        assert "acme.csv" in said.out and str(line) in said.out


def test_a_conflict_writes_no_file(tmp_path, capsys):
    target = tmp_path / "c.json"
    assert (
        main.main(
            [
                "certify",
                "Nils Berg",
                "R4",
                "--staff",
                str(ACME),
                "--format",
                "json",
                "--output",
                str(target),
            ]
        )
        == 1
    )
    assert not target.exists()
    with pytest.raises(Conflict):
        certify("Nils Berg", "R4", ACME)


@pytest.mark.parametrize("ending", [".tsv", ".xlsx", ".parquet"])
def test_every_kind_of_staff_file_gives_the_same_answer(ending, tmp_path, acme):
    path = tmp_path / f"staff{ending}"
    table = [row for row in csv.reader(io.StringIO(ACME.read_text("utf-8"))) if len(row) == 6]
    if ending == ".tsv":
        path.write_text("\n".join("\t".join(row) for row in table), encoding="utf-8")
    elif ending == ".xlsx":
        openpyxl = pytest.importorskip("openpyxl")
        book = openpyxl.Workbook()
        for row in table:
            book.active.append([c if not c.startswith("=") else f"'{c}" for c in row])
        book.save(path)
    else:
        pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        pq.write_table(
            pa.table(
                {name: [row[i] or None for row in table[1:]] for i, name in enumerate(table[0])}
            ),
            path,
        )
    found, expected = (
        certify("Ben Lindqvist", "R7", path).to_dict(),
        certify("Ben Lindqvist", "R7", acme).to_dict(),
    )
    assert [line["state"] for line in found["skills"]] == [
        line["state"] for line in expected["skills"]
    ]
    assert found["line"] == (2 if ending == ".parquet" else 3)


def test_the_text_shows_verdict_places_and_hashes(acme, capsys):
    assert main.main(["certify", "Ben Lindqvist", "R7", "--staff", str(ACME)]) == 0
    text = capsys.readouterr().out
    for said in (
        "Ben Lindqvist as ML Engineer: no",
        "acme.csv, line 3",
        "sha256:",
        "prp-spo2",
        "reviewed by a human",
        "Backend Engineer",
        "lacks: model deployment",
    ):
        assert said in text


def test_the_oracle_knows_the_skills_of_all_roles():
    assert all(needs(role) for role in ROLES)
    assert len(NEEDS) == 8
