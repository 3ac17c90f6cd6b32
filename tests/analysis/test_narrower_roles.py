"""Holders of a narrower role hold the broader one, and each answer says through which.

The company files are made up; what follows from them is worked out here by hand.
"""

import json

import pytest
from support.asserted import PREFIXES, links
from support.people import LABELS, required_skills
from support.sample import sampled

from mlops_roles import Records, audit, certify, diff, gap, load, team, verify, whatif
from mlops_roles.cli.main import main

HEAD = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
HEAD += "@prefix acme: <https://acme.example/roles/> .\n@prefix b: <https://b.example/jobs#> .\n"
# a kind of R7, a kind of that, and a lead that takes in both R7 and R1 without being a kind of any
ACME = """
acme:senior a mlops:Role ; skos:prefLabel "Senior Forger"@en ; mlops:specialises role:ml-engineer ;
    mlops:curatedTitle "Senior Forger"@en ; mlops:requiresSkill acme:hardening .
acme:staff a mlops:Role ; skos:prefLabel "Staff Forger"@en ; mlops:specialises acme:senior ;
    mlops:curatedTitle "Staff Forger"@en .
acme:lead a mlops:Role ; skos:prefLabel "Lead Forger"@en ; mlops:curatedTitle "Lead Forger"@en ;
    mlops:incorporates role:ml-engineer , role:business-stakeholder ;
    mlops:performs acme:lead-them .
acme:lead-them a mlops:Task ; skos:prefLabel "Lead the forge"@en ;
    mlops:requiresSkill acme:leading , skill:sql .
acme:hardening a mlops:Skill ; skos:prefLabel "model hardening"@en .
acme:leading a mlops:Skill ; skos:prefLabel "leading a forge"@en .
"""
# another company, in a hash namespace, with a role of the local name of ours
OTHER = """
b:data-engineer a mlops:Role ; skos:prefLabel "Plumber"@en ; mlops:curatedTitle "Plumber"@en ;
    mlops:specialises role:data-engineer , role:data-scientist .
"""
STAFF = [
    ("Ann", "Senior Forger", "SQL; model hardening"),
    ("Ben", "Staff Forger", "SQL"),
    ("Cem", "Staff Forger", ""),
    ("Dora", "ML Engineer", ""),
    ("Emil", "Lead Forger", "leading a forge"),
    ("Fay", "Plumber", "SQL"),
]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("companies")
    (folder / "acme.ttl").write_text(HEAD + ACME, "utf-8")
    (folder / "b.ttl").write_text(HEAD + OTHER, "utf-8")
    return folder / "acme.ttl", folder / "b.ttl"


@pytest.fixture(scope="module")
def graph(files):
    return load(*files)


@pytest.fixture(scope="module")
def staff(tmp_path_factory):
    return write(tmp_path_factory.mktemp("staff") / "staff.csv", STAFF)


@pytest.fixture(scope="module")
def audited(staff, graph):
    return audit(staff, graph=graph)


def write(path, rows, header="person,title,skills"):
    path.write_text("\n".join([header, *map(",".join, rows)]), "utf-8")
    return path


def with_files(files):
    return [text for path in files for text in ("--with", str(path))]


def test_holders_of_a_narrower_role_count_as_holders_of_the_broader_ones(audited):
    roles = audited.coverage("role")
    assert roles["ml-engineer"]["people"] == 4
    assert roles["ml-engineer"]["through"] == {"acme:senior": 1, "acme:staff": 2}
    assert roles["acme:senior"]["people"] == 3
    assert roles["acme:senior"]["through"] == {"acme:staff": 2}
    assert "through" not in roles["acme:staff"]
    assert roles["data-engineer"]["through"] == {"b:data-engineer": 1}
    assert roles["data-scientist"]["through"] == {"b:data-engineer": 1}
    # of the four, nobody has all skills of R7 recorded; of the seniors nobody has all of theirs
    assert roles["ml-engineer"]["unrecorded"] == 4


def test_a_role_that_is_taken_in_is_not_held_and_nothing_is_performed_through_it(audited):
    roles, tasks = audited.coverage("role"), audited.coverage("task")
    assert roles["business-stakeholder"]["people"] == 0
    assert roles["acme:lead"]["people"] == 1
    assert tasks["acme:lead-them"]["people"] == 1
    for task in links("mlops:performs")["role:business-stakeholder"]:
        assert tasks[task.partition(":")[2]]["people"] == 0
    for role in ("software-engineer", "devops-engineer", "backend-engineer"):  # R7 takes them in
        assert roles[role]["people"] == 0


def test_tasks_and_steps_of_the_broader_role_are_covered(audited):
    tasks, steps = audited.coverage("task"), audited.coverage("step")
    for task in links("mlops:performs")["role:ml-engineer"]:
        assert tasks[task.partition(":")[2]]["people"] == 4
    performed = links("mlops:performsStep")["role:ml-engineer"]
    assert performed
    for step in performed:
        assert steps[step.partition(":")[2]]["people"] >= 4


def test_one_who_names_the_broader_role_too_is_not_counted_through_the_narrower(tmp_path, graph):
    rows = [("Ann", "acme:senior; R7"), ("Ben", "acme:staff; acme:lead"), ("Cem", "acme:staff;R1")]
    path = write(tmp_path / "staff.csv", rows, "person,role")
    found = audit(path, graph=graph)
    assert found.coverage("role")["ml-engineer"]["people"] == 3
    assert found.coverage("role")["ml-engineer"]["through"] == {"acme:staff": 2}
    assert found.coverage("role")["business-stakeholder"] | {"unrecorded": 0} == {
        "people": 1,
        "lacking": 0,
        "unrecorded": 0,
        "state": "single",
    }
    rows = {row["person"]: row for row in found.arrow().to_pylist()}
    assert rows["Ann"]["roles"] == "acme:senior;ml-engineer"
    assert rows["Ann"]["broader"] is None
    assert rows["Ben"]["broader"] == "acme:senior;ml-engineer"


def test_rdf_gives_the_same_audit_as_a_table(tmp_path, graph, audited):
    roles = {"Senior Forger": "acme:senior", "Staff Forger": "acme:staff"}
    ways = ("mlops:holdsRole {}", "org:holds [ org:role {} ]", "schema:hasOccupation {}")
    lines = [
        f'acme:p{n} a foaf:Person ; foaf:name "{name}" ; '
        + ways[n % 3].format(roles.get(title) or "role:ml-engineer")
        + " ."
        for n, (name, title, _) in enumerate(STAFF[:4])
    ]
    path = tmp_path / "staff.ttl"
    path.write_text(HEAD + "\n".join(lines), "utf-8")
    found = audit(path, graph=graph)
    for role in ("ml-engineer", "acme:senior", "acme:staff"):
        for key in ("people", "through", "state"):
            expected = audited.coverage("role")[role].get(key)
            assert found.coverage("role")[role].get(key) == expected, (role, key)


def test_an_org_role_that_specialises_ours_gives_its_holders_ours(tmp_path):
    own = tmp_path / "own.ttl"
    own.write_text(
        HEAD + 'acme:x a org:Role ; skos:prefLabel "X"@en ; mlops:specialises role:ml-engineer .'
    )
    table = write(tmp_path / "staff.csv", [("Ann", "acme:x")], "person,role")
    rdf = tmp_path / "staff.ttl"
    rdf.write_text(HEAD + "acme:ann a foaf:Person ; org:holds [ org:role acme:x ] .")
    for path in (table, rdf):
        found = audit(path, graph=load(own))
        assert not found.rejected
        assert found.coverage("role")["ml-engineer"]["through"] == {"acme:x": 1}


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_each_form_of_the_report_says_through_which_role(form, staff, files, capsys):
    assert main(["audit", str(staff), *with_files(files), "--format", form]) == 0
    said = capsys.readouterr().out
    assert "1 through Senior Forger, 2 through Staff Forger" in " ".join(said.split())
    assert "1 through Plumber" in said


def test_small_groups_give_no_exact_number_of_those_who_hold_a_narrower_role(staff, files, capsys):
    options = [*with_files(files), "--small-groups", "--format"]
    assert main(["audit", str(staff), *options, "json"]) == 0
    roles = json.loads(capsys.readouterr().out)["roles"]
    assert roles["ml-engineer"]["through"] == {"acme:senior": "<5", "acme:staff": "<5"}
    assert main(["audit", str(staff), *options, "html"]) == 0
    assert "&lt;5 through Senior Forger" in capsys.readouterr().out


def test_a_team_covers_the_broader_role_and_says_through_which(audited):
    found = team(audited, "role", must=["Ben"])
    ben = next(member for member in found.members if member["person"] == "Ben")
    assert ben["covers"] == ["acme:senior", "acme:staff", "ml-engineer"]
    assert ben["through"] == {"acme:senior": "acme:staff", "ml-engineer": "acme:staff"}


def test_what_if_counts_a_broader_role_held_by_those_who_stay_or_join(audited):
    gone = whatif(audited, leave=["Ben"], hire=["acme:staff", "acme:staff"])
    row = next(row for row in gone.to_rows() if row["item"] == "ml-engineer")
    assert (row["before"]["people"], row["before"]["through"]) == (4, 3)
    assert (row["after"]["people"], row["after"]["through"]) == (5, 4)
    assert row["assumed"]["through"] == 2
    assert [change["role"] for change in gone.changes if change["kind"] == "hire"] == [
        "acme:staff",
        "acme:staff",
    ]


CERTIFIED = [
    (role, form)
    for form in ("json", "ttl")
    for role in ("acme:senior", "acme:staff", "acme:lead", "b:data-engineer")
]


@pytest.mark.parametrize(("role", "form"), sampled(CERTIFIED, lambda case: case))
def test_a_certificate_of_a_company_role_is_verified(role, form, staff, files, tmp_path, capsys):
    path = str(tmp_path / f"c.{form}")
    options = ["--staff", str(staff), *with_files(files)]
    assert main(["certify", "Ann", role, *options, "--format", form, "--output", path]) == 0
    assert main(["verify", path, *options]) == 0
    assert "verified" in capsys.readouterr().out


def test_a_person_with_all_skills_is_able_to_act_as_the_company_role(tmp_path, graph):
    skills = [LABELS[slug] for slug in sorted(required_skills("ml-engineer"))]
    rows = [("Ann", "", "; ".join([*skills, "model hardening"])), ("Ben", "", "; ".join(skills))]
    path = write(tmp_path / "staff.csv", rows)
    people = audit(path, graph=graph).arrow().to_pylist()
    ann, ben = (set(person["able"].split(";")) for person in people)
    assert {"acme:senior", "acme:staff", "ml-engineer"} <= ann
    assert "ml-engineer" in ben
    assert not {"acme:senior", "acme:staff"} & ben
    for role in ("acme:senior", "acme:staff"):
        assert certify("Ann", role, Records(path, graph)).verdict == "yes"
        assert gap("Ben", role, Records(path, graph)).missing == {"acme:hardening": "record"}


# k of n, by role taken in -----------------------------------------------------------


def by_part(parts):
    return {(part["role"], part["own"]): (part["recorded"], part["required"]) for part in parts}


def test_a_gap_and_a_candidate_count_by_role_taken_in(staff, graph, audited):
    own = {"acme:leading", "sql"}
    expected = {
        (role, False): (0, len(required_skills(role)))
        for role in ("business-stakeholder", "ml-engineer")
    }
    expected["acme:lead", True] = (1, len(own))
    assert by_part(gap("Emil", "acme:lead", Records(staff, graph)).parts) == expected
    candidates = audited.nearest["acme:lead"]
    emil = next(person for person in candidates if person["person"] == "Emil")
    assert by_part(emil["parts"]) == expected


def test_a_kind_of_a_role_takes_in_what_that_takes_in(staff, graph):
    """Its own skills are those of the tasks of either, and those stated of either."""
    parts = by_part(gap("Ann", "acme:staff", Records(staff, graph)).parts)
    taken_in = {part.partition(":")[2] for part in links("mlops:incorporates")["role:ml-engineer"]}
    assert {role for role, own in parts if not own} == taken_in
    tasks = links("mlops:performs")["role:ml-engineer"]
    of_tasks = set().union(*(links("mlops:requiresSkill")[task] for task in tasks))
    assert parts["acme:staff", True] == (1, len(of_tasks) + 1)
    assert parts["data-engineer", False] == (1, len(required_skills("data-engineer")))


def test_lacking_and_unrecorded_are_kept_apart_in_each_part(tmp_path, graph):
    rows = [("Ann", "Docker", "SQL", "leading a forge")]
    path = write(tmp_path / "staff.csv", rows, "person,skills,lacks,assessed")
    *_, own = gap("Ann", "acme:lead", Records(path, graph)).parts
    assert own == {
        "role": "acme:lead",
        "own": True,
        "required": 2,
        "recorded": 1,
        "tool": 0,
        "lacking": 1,
        "unrecorded": 0,
    }


def test_a_role_that_takes_in_none_has_no_parts(staff, graph, audited):
    assert gap("Ann", "R3", Records(staff, graph)).parts == []
    assert all(person["parts"] == [] for person in audited.nearest["data-scientist"])


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda c: c["own"].update(recorded=2), "own.recorded"),
        (lambda c: c["own"].update(required=1), "own.required"),
        (lambda c: c["own"].update(verdict="yes"), "own.verdict"),
        (lambda c: c["roles"][0].update(recorded=1), "roles"),
        (lambda c: c.pop("own"), "own"),
    ],
)
def test_the_verifier_finds_a_wrong_count_of_a_part(change, place, staff, files, graph, tmp_path):
    content = certify("Emil", "acme:lead", Records(staff, graph)).to_dict()
    path = tmp_path / "c.json"
    path.write_text(json.dumps(content))
    assert verify(path, staff, added=files).verified
    change(content)
    path.write_text(json.dumps(content))
    places = [difference.place for difference in verify(path, staff, added=files).differences]
    assert any(found.startswith(place) for found in places), places


@pytest.mark.parametrize("command", ["certify", "gap"])
@pytest.mark.parametrize("form", ["table", "md"])
def test_a_reader_sees_the_counts_by_role_taken_in(command, form, staff, files, capsys):
    options = ["--staff", str(staff), *with_files(files), "--format", form]
    assert main([command, "Emil", "acme:lead", *options]) == 0
    said = " ".join(capsys.readouterr().out.replace("|", " ").split())
    needs = len(required_skills("ml-engineer"))
    if command == "gap":
        assert f"ML Engineer 0 of {needs}; its own 1 of 2." in said
    else:
        assert f"ML Engineer unknown 0 of {needs}" in said
        assert "its own unknown 1 of 2" in said


@pytest.mark.parametrize("form", ["table", "md", "html"])
def test_a_candidate_of_the_audit_is_shown_by_role_taken_in(form, staff, files, capsys):
    assert main(["audit", str(staff), *with_files(files), "--format", form]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "its own 1 of 2" in said
    assert form == "html" or "Emil as Lead Forger, by role taken in: " in said


# skills that help and are not needed ---------------------------------------------------

PREFERS = """
acme:senior mlops:prefersSkill skill:sql , acme:chess ;
    mlops:performs acme:forge .
acme:forge a mlops:Task ; mlops:prefersSkill acme:checkers , acme:go .
acme:chess a mlops:Skill ; skos:prefLabel "chess"@en .
acme:checkers a mlops:Skill ; skos:prefLabel "checkers"@en .
acme:go a mlops:Skill ; skos:prefLabel "the game of Go"@en .
"""


@pytest.fixture
def choosy(tmp_path):
    """The company with preferred skills, and a person who has one and lacks one."""
    company = tmp_path / "choosy.ttl"
    company.write_text(HEAD + ACME + PREFERS, "utf-8")
    rows = [("Ann", "Staff Forger", "chess; SQL", "checkers"), ("Ben", "Cook", "", "")]
    return company, write(tmp_path / "staff.csv", rows, "person,title,skills,lacks")


def test_a_gap_lists_what_helps_apart_and_never_as_missing(choosy, files, capsys):
    company, staff = choosy
    found = gap("Ann", "acme:staff", Records(staff, load(company)))
    assert {s: state for s, state in found.preferred.items() if s.startswith("acme:")} == {
        "acme:checkers": "lacking",
        "acme:chess": "recorded",
        "acme:go": "unrecorded",
    }
    assert "sql" not in found.preferred  # R7 requires it
    assert found.verdict == "unknown"
    assert not set(found.preferred) & {*found.missing, *found.states}
    plain = gap("Ann", "acme:staff", Records(staff, load(files[0])))
    assert (found.missing, found.parts) == (plain.missing, plain.parts)
    assert main(["gap", "Ann", "acme:staff", "--staff", str(staff), "--with", str(company)]) == 0
    said = capsys.readouterr().out
    assert "What helps and is not needed" in said
    assert "checkers" not in said.partition("What helps")[0]


def test_preferred_skills_change_no_coverage_team_or_ability(choosy, files):
    company, staff = choosy
    preferring, plain = (audit(staff, graph=load(path)) for path in (company, files[0]))
    for group in ("role", "skill", "step"):
        assert preferring.coverage(group) == plain.coverage(group)
    assert "acme:chess" not in preferring.coverage("skill")
    assert preferring.arrow().to_pylist() == plain.arrow().to_pylist()
    assert team(preferring, "skill").members == team(plain, "skill").members
    assert not whatif(preferring, learn=[("Ben", "the game of Go")]).to_rows()


def test_a_diff_names_the_kind_of_a_role_that_was_withdrawn(files, staff, tmp_path):
    """Two versions of a company's roles, beside the shipped ontology."""
    before, after = ([load().serialize(), path.read_bytes()] for path in files[:1] * 2)
    gone = b"mlops:specialises role:ml-engineer"
    after[1] = after[1].replace(gone, b"mlops:similarTo role:ml-engineer")
    for name, parts in (("old", before), ("new", after)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mlops-roles.ttl").write_bytes(parts[0])
        (tmp_path / name / "own.ttl").write_bytes(parts[1])
    found = diff(tmp_path / "old", tmp_path / "new", staff)
    (ann,) = (a for a in found.answers if a["person"] == "Ann" and a["answer"] == "role by title")
    assert ann["before"] == "certain: acme:senior, and so ml-engineer"
    assert ann["after"] == "certain: acme:senior"
    assert "acme:senior mlops:specialises role:ml-engineer" in ann["because"]
