"""The verifier accepts true certificates, finds wrong ones, and shares no code with their maker."""

import copy
import hashlib
import io
import json
import random
import subprocess
import sys
import time
import zipfile

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.asserted import ROOT
from support.people import ACME, ROLES, evidence_rows, staff_csv, write_table

from mlops_roles import InputError, Pseudonyms, Records, certify, load, verify
from mlops_roles.analysis.verifier.reading import read_certificate
from mlops_roles.cli import main

KEY = b"a key that only this test holds"
SOME = settings(
    max_examples=15, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


def sealed(content):
    """A certificate with the hash that its content has: what a forger would hand over."""
    content = {k: v for k, v in content.items() if k != "id"}
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return {"id": f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"} | content


def checked(tmp_path, content, staff=ACME, **how):
    path = tmp_path / "certificate.json"
    path.write_text(json.dumps(content), encoding="utf-8")
    return verify(path, staff, **how)


def places(found):
    return [difference.place for difference in found.differences]


@pytest.fixture(scope="module")
def ben():
    return certify("Ben Lindqvist", "R7", ACME).to_dict()


# true certificates -----------------------------------------------------------------


@given(data=st.data(), role=st.sampled_from(ROLES), accept=st.booleans())
@SOME
def test_a_certificate_is_verified(data, role, accept, tmp_path):
    staff = tmp_path / "staff.csv"
    staff.write_text(
        staff_csv([(f"P {n}", "Engineer", "U", data.draw(evidence_rows(role))) for n in range(3)]),
        encoding="utf-8",
    )
    assert (
        places(checked(tmp_path, certify("P 1", role, staff, accept_tools=accept).to_dict(), staff))
        == []
    )


@pytest.mark.parametrize("form", ["json", "ttl"])
@pytest.mark.parametrize("person", ["Ada Okafor", "Ben Lindqvist", "Kemi Adeyemi"])
def test_the_command_verifies_what_the_command_wrote(person, form, tmp_path, capsys):
    path = str(tmp_path / f"c.{form}")
    assert (
        main.main(
            ["certify", person, "R7", "--staff", str(ACME), "--format", form, "--output", path]
        )
        == 0
    )
    assert main.main(["verify", path, "--staff", str(ACME)]) == 0
    printed = capsys.readouterr().out
    assert printed.splitlines()[0].endswith("verified")
    assert f"\nIt says: {person} as ML Engineer" in printed


@pytest.mark.parametrize("form", ["json", "ttl"])
def test_a_certificate_on_standard_input_is_read_as_what_it_is(form, monkeypatch):
    found = certify("Ben Lindqvist", "R7", ACME)
    text = found.to_turtle() if form == "ttl" else json.dumps(found.to_dict()).encode()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text)))
    assert verify("-", ACME).verified


def test_a_custom_role_is_verified_with_its_file_only(tmp_path):
    ours = ROOT / "examples" / "acme.ttl"
    content = certify("Ben Lindqvist", "acme:prompt-engineer", Records(ACME, load(ours))).to_dict()
    assert checked(tmp_path, content, added=[ours]).verified
    assert places(checked(tmp_path, content)) == ["role"]
    other = tmp_path / "acme.ttl"
    other.write_text(
        ours.read_text("utf-8").replace(
            "acme:prompt-writing , skill:model-training-and-evaluation", "acme:prompt-writing"
        ),
        encoding="utf-8",
    )
    assert {"skills", "ontology.added.acme.ttl.id"} & set(
        places(checked(tmp_path, content, added=[other]))
    )


@pytest.mark.parametrize("ending", [".tsv", ".xlsx", ".parquet"])
def test_every_kind_of_staff_file_is_read(ending, tmp_path):
    path = tmp_path / f"staff{ending}"
    ada, bo = ("Ada", "x", "Python; statistics", "SQL"), ("Bo", None, "Go", None)
    write_table(path, [("person", "title", "skills", "lacks"), ada, bo])
    for person in ("Ada", "Bo"):
        assert places(checked(tmp_path, certify(person, "R4", path).to_dict(), path)) == []


def test_a_pseudonym_is_verified_under_its_key_only(tmp_path):
    names = Pseudonyms.from_key(KEY)
    content = certify("Ben Lindqvist", "R3", Records(ACME, pseudonyms=names)).to_dict()
    assert content["person"] == names.of("Ben Lindqvist")
    assert checked(tmp_path, content, key=KEY).verified
    assert (
        places(checked(tmp_path, content))
        == places(checked(tmp_path, content, key=KEY + b"?"))
        == ["person"]
    )


def test_columns_are_read_by_shipped_headings_or_as_mapped_and_never_guessed(tmp_path):
    staff = tmp_path / "s.csv"
    staff.write_text("Employee,Competencies,Gaps\nAda,Python; statistics,SQL\n", encoding="utf-8")
    content = certify("Ada", "R4", staff).to_dict()
    assert checked(tmp_path, content, staff).verified
    swapped = {"person": "Employee", "skills": "Gaps", "lacks": "Competencies"}
    part = checked(tmp_path, content, staff, mapping=swapped)
    assert {"verdict", "reading.columns.skills"} <= set(places(part))
    staff.write_text("Wer,Was\nAda,Python; statistics\n", encoding="utf-8")
    mapping = {"person": "Wer", "skills": "Was"}
    content = certify("Ada", "R4", Records(staff, mapping=mapping)).to_dict()
    with pytest.raises(InputError, match=r"s\.csv: no column 'person'"):
        checked(tmp_path, content, staff)
    with pytest.raises(InputError, match=r'certificate\.json: rests .* add --map skills="Was"'):
        checked(tmp_path, content, staff, mapping={"person": "Wer"})
    assert checked(tmp_path, content, staff, mapping=mapping).verified


def test_a_quote_that_is_not_closed_is_an_error_of_the_staff_file(ben, tmp_path):
    staff = tmp_path / "s.csv"
    staff.write_text('person,skills\nBen Lindqvist,"SQL\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"s\.csv, line 2: .*look for a quote that is not closed"):
        checked(tmp_path, ben, staff)


# wrong certificates ----------------------------------------------------------------------


def tree_paths(value, path=()):
    """The path to each node of a tree."""
    yield path
    for key, item in (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    ):
        yield from tree_paths(item, (*path, key))


def tamper(chance, content):
    """A certificate with one thing in it changed, taken away, doubled, added or swapped."""
    content = copy.deepcopy(content)
    paths = [path for path in tree_paths(content) if path and path != ("id",)]
    path = chance.choice(paths)
    inside, key = _at(content, path[:-1]), path[-1]
    how = chance.choice(["change", "drop", "double", "swap", "add"])
    if how == "drop":
        del inside[key]
    elif how == "double" and isinstance(inside, list):
        inside.append(inside[key])
    elif how == "swap" and isinstance(inside, list):
        inside[0], inside[key] = inside[key], inside[0]
    elif how == "add" and isinstance(inside[key], (dict, list)):
        inside[key].update(more="x") if isinstance(inside[key], dict) else inside[key].append("x")
    else:
        others = [
            copy.deepcopy(one)
            for one in (_at(content, other) for other in chance.sample(paths, 9))
            if type(one) is type(inside[key])
        ]
        inside[key] = chance.choice([*others, None, "x", 7, [], {}, True])
    return content


def _at(content, path):
    for key in path:
        content = content[key]
    return content


def same(one, other):
    """Whether two certificates say the same, but for what may differ: when they were made."""
    bare = [
        json.dumps(
            c | {"id": None, "made": c["made"] | {"ended": None}}
            if isinstance(c.get("made"), dict)
            else c,
            sort_keys=True,
        )
        for c in (one, other)
    ]
    return bare[0] == bare[1]


@given(
    seed=st.integers(0, 2**32),
    role=st.sampled_from(ROLES),
    person=st.sampled_from(["Ada Okafor", "Ben Lindqvist", "Ines Costa"]),
)
@settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)
def test_any_change_of_a_certificate_is_found_despite_a_forged_hash(
    seed, role, person, tmp_path, certified
):
    true = certified(person, role)
    forged = tamper(random.Random(seed), true)
    if forged.get("type") != "Certificate":
        with pytest.raises(InputError):
            checked(tmp_path, sealed(forged))
        return
    if not same(forged, true) and not same(forged, certified(person, role, accept_tools=True)):
        assert not checked(tmp_path, sealed(forged)).verified
    if forged != true:
        assert not checked(tmp_path, forged).verified


@pytest.fixture(scope="module")
def certified():
    records, known = Records(ACME), {}

    def make(person, role, accept_tools=False):
        if (person, role, accept_tools) not in known:
            known[person, role, accept_tools] = certify(
                person, role, records, accept_tools=accept_tools
            ).to_dict()
        return known[person, role, accept_tools]

    return make


@given(data=st.data(), role=st.sampled_from(ROLES))
@SOME
def test_any_change_of_the_row_is_found_despite_a_forged_hash(data, role, tmp_path):
    """A forger can fix every hash, but not what the certificate would say of the file now."""
    staff, row = tmp_path / "staff.csv", data.draw(evidence_rows(role))
    others = [(f"P {n}", "Engineer", "U", data.draw(evidence_rows())) for n in range(2)]
    staff.write_text(
        staff_csv([others[0], ("Ada", "Engineer", "U", row), others[1]]), encoding="utf-8"
    )
    true = certify("Ada", role, staff).to_dict()
    column = data.draw(st.sampled_from(["skills", "lacks", "assessed"]))
    names = data.draw(evidence_rows(role))[column]
    changed = {**row, column: names}
    if changed["lacks"] and set(changed["lacks"]) & {*changed["skills"], *changed["assessed"]}:
        return
    staff.write_text(
        staff_csv([others[0], ("Ada", "Engineer", "U", changed), others[1]]), encoding="utf-8"
    )
    now = certify("Ada", role, staff).to_dict()
    forged = {**true, "staff": now["staff"], "made": now["made"]}
    assert checked(tmp_path, true, staff).verified == (row == changed)
    assert checked(tmp_path, sealed(forged), staff).verified == same(forged, now)


def lines_of(text):
    return text.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda t: t.replace("EDA; MLflow", "EDA; MLflow; SQL"), "skills."),
        (lambda t: t.replace("pandas; PyTorch", "pandas"), "skills."),
        (
            lambda t: t.replace(
                "model deployment,problem framing", "model deployment; SQL,problem framing"
            ),
            "verdict skills.",
        ),
        (
            lambda t: t.replace(",model deployment,problem framing", ",,problem framing"),
            "verdict skills.",
        ),
        (lambda t: t + "Ben Lindqvist,,,,,\n", "person"),
        (lambda t: t.replace("Ben Lindqvist", "Ben Lindquist"), "person"),
        (lambda t: "".join([*lines_of(t)[:1], "Zed,,,,,\n", *lines_of(t)[1:]]), "line"),
        (lambda t: t + "Ben Lindqvist,too,few\n", "staff.unread"),
        (
            lambda t: t.replace(
                "model deployment,problem framing", "model deployment; statistics,problem framing"
            ),
            "skills.",
        ),
        (lambda t: t.replace("Senior Data Scientist", "Chief Data Scientist"), ""),
    ],
    ids=[
        "a skill more",
        "a tool less",
        "a lack more",
        "a lack less",
        "a row more",
        "another name",
        "another line",
        "an unread row",
        "contradiction",
        "title",
    ],
)
def test_a_change_of_the_staff_file_fails_and_says_where(change, place, tmp_path, ben):
    staff = tmp_path / "acme.csv"
    staff.write_text(change(ACME.read_text("utf-8")), encoding="utf-8")
    assert staff.read_bytes() != ACME.read_bytes()
    found = checked(tmp_path, ben, staff)
    assert any(one.startswith(tuple(place.split()) or "staff.id") for one in places(found))
    forged = {
        **ben,
        "staff": ben["staff"] | {"id": f"sha256:{hashlib.sha256(staff.read_bytes()).hexdigest()}"},
    }
    forged["made"] = ben["made"] | {"used": [forged["staff"]["id"], ben["made"]["used"][1]]}
    assert checked(tmp_path, sealed(forged), staff).verified == (
        not place
    )  # a title enters no judgement


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (("verdict",), "yes", "verdict"),
        (("line",), 3.0, "line"),
        (("ontology", "version"), "0.0.9", "ontology.version"),
        (("ontology", "id"), "sha256:" + "0" * 64, "ontology.id"),
        (("skills", 0, "state"), "recorded", "skills."),
        (("skills", 0, "via"), ["https://w3id.org/mlops-roles/role/solution-architect"], "skills."),
        (("role",), "https://w3id.org/mlops-roles/role/product-owner", "role"),
        (("person",), "Nobody", "person"),
        (("note",), "Fire at will.", "note"),
        (("made", "ended"), "2999-01-01T00:00:00+00:00", "made.ended"),
    ],
)
def test_a_forgedfield_is_named(path, value, place, tmp_path, ben):
    forged = copy.deepcopy(ben)
    _at(forged, path[:-1])[path[-1]] = value
    assert any(one.startswith(place) for one in places(checked(tmp_path, sealed(forged))))


def test_members_of_a_list_that_are_too_many_or_lack_are_listed(tmp_path, ben):
    first, *others = ben["skills"]
    content = sealed(ben | {"skills": [*others, first | {"skill": "urn:x"}], "accepted": ["all"]})
    found = {d.place: (d.says, d.found) for d in checked(tmp_path, content).differences}
    assert found["skills"] == ('["urn:x"]', f'["{first["skill"]}"]')
    assert found["accepted"] == ('["all"]', "[]")


def test_a_certificate_of_another_version_is_one_finding(tmp_path, ben):
    foreign = {
        **ben,
        "ontology": ben["ontology"]
        | {
            "version": "9.0.0",
            "of": "https://w3id.org/mlops-roles/9.0.0",
            "id": "sha256:" + "1" * 64,
        },
    }
    (found,) = checked(tmp_path, sealed(foreign)).differences
    assert (found.place, found.says) == ("ontology.version", "9.0.0")
    assert load().version in found.found


def test_a_lack_that_is_left_out_is_found(tmp_path, ben):
    """The whole lie, hash and verdict and all: as if the row had nothing in lacks."""
    honest = tmp_path / "acme.csv"
    honest.write_text(
        ACME.read_text("utf-8").replace(",model deployment,problem framing", ",,problem framing"),
        encoding="utf-8",
    )
    lie = certify("Ben Lindqvist", "R7", honest).to_dict()
    assert (ben["verdict"], lie["verdict"]) == ("no", "unknown")
    forged = sealed({**lie, "staff": ben["staff"], "made": ben["made"]})
    assert {"verdict", "skills.https://w3id.org/mlops-roles/skill/model-deployment.state"} <= set(
        places(checked(tmp_path, forged))
    )


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('prov:value "no"', 'prov:value "yes"'),
        ("mlops:lacksSkill", "mlops:hasSkill"),
        ("a prov:SoftwareAgent", "a foaf:Person"),
    ],
)
def test_rdf_that_differs_from_its_json_is_found(old, new, tmp_path):
    path = tmp_path / "c.ttl"
    text = certify("Ben Lindqvist", "R7", ACME).to_turtle().decode()
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert places(verify(path, ACME)) == ["RDF next to its JSON"]


def test_rdf_whose_json_was_changed_is_found(tmp_path):
    path = tmp_path / "c.ttl"
    path.write_text(
        certify("Ben Lindqvist", "R7", ACME)
        .to_turtle()
        .decode()
        .replace('\\"verdict\\":\\"no\\"}', '\\"verdict\\":\\"yes\\"}'),
        encoding="utf-8",
    )
    found = verify(path, ACME)
    assert found.content["verdict"] == "yes"
    assert {"verdict", "id", "RDF next to its JSON"} <= set(places(found))


# bad input ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"type": "Certificate", "type": "Certificate"}',
        '{"type": "Certificate", "line": NaN}',
        "[" * 100_000,
        '{"type":',
    ],
)
def test_a_file_that_is_no_certificate_is_rejected_in_one_line(text, tmp_path, capsys):
    path = tmp_path / "c.json"
    path.write_text(text, encoding="utf-8")
    assert main.main(["verify", str(path), "--staff", str(ACME)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    "content",
    [
        {},
        {"person": 3, "role": []},
        {"skills": 7, "made": [], "ontology": "x"},
        {"ontology": {"version": "0.1.0"}, "role": {}, "person": "\ud800"},
    ],
)
def test_a_malformed_certificate_fails_without_an_exception(content, tmp_path):
    assert not checked(tmp_path, {"type": "Certificate", **content}).verified


def test_a_workbook_that_unpacks_to_over_1_gib_is_rejected(tmp_path, ben):
    """Small as it is, its directory announces 1.5 GiB."""
    path = tmp_path / "acme.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sharedStrings.xml", bytes(1 << 10))
        archive.infolist()[0].file_size = 3 << 29
    assert path.stat().st_size < 1 << 10
    with pytest.raises(InputError, match="unpacks to over 1 GiB"):
        checked(tmp_path, ben, path)


def test_a_wrong_certificate_exits_with_1_and_lists_the_places(tmp_path, ben, capsys):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(sealed({**ben, "verdict": "yes"})), encoding="utf-8")
    assert main.main(["verify", str(path), "--staff", str(ACME)]) == 1
    assert "NOT verified" in capsys.readouterr().out
    assert main.main(["verify", str(path), "--staff", str(ACME), "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    difference = {"place": "verdict", "says": "yes", "found": "no"}
    assert answer == {
        "certificate": str(path),
        "verified": False,
        "differences": [difference],
        "columns_not_looked_at": [],
    }


# independence -----------------------------------------------------------------------


def test_the_verifier_loads_nothing_that_makes_certificates(tmp_path, ben):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(ben), encoding="utf-8")
    code = (
        f"import sys; from mlops_roles import verify; assert verify({str(path)!r}, {str(ACME)!r})"
        ".verified; print(*(m for m in sys.modules if m.startswith('mlops_roles.')))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    beside = {m for m in loaded if not m.startswith("mlops_roles.analysis.verifier")}
    outside_io = {m for m in beside if not m.startswith("mlops_roles.io.")}
    assert outside_io == {f"mlops_roles.{name}" for name in ("analysis", "errors", "io")}


def linked(count):
    """A certificate in Turtle, and blank nodes that are all linked with each other."""
    nodes = [f"_:n{number}" for number in range(count)]
    links = "".join(f"{a} <urn:p> {b} .\n" for a in nodes for b in nodes if a != b)
    return certify("Ben Lindqvist", "R7", ACME).to_turtle().decode() + links


@pytest.mark.parametrize(
    "more",
    [
        "_:a <urn:p> _:b . _:b <urn:p> _:a .",
        "_:a <urn:p> _:a .",
        "<urn:a> <urn:p> _:b . <urn:c> <urn:p> _:b .",
        "<urn:a> <urn:p> <<( <urn:a> <urn:p> _:b )>> .",
    ],
)
def test_blank_nodes_that_form_no_trees_are_refused(more, tmp_path, capsys):
    path = tmp_path / "c.ttl"
    path.write_text(linked(0) + more, encoding="utf-8")
    assert main.main(["verify", str(path), "--staff", str(ACME)]) == 2
    error = capsys.readouterr().err
    assert "c.ttl: its blank nodes form no trees" in error
    assert error.count("\n") == 1


def test_linked_blank_nodes_are_refused_at_once(tmp_path):
    """Canonical names for twelve of them take 7 GB."""
    path = tmp_path / "c.ttl"
    path.write_text(linked(40), encoding="utf-8")
    started = time.process_time()
    with pytest.raises(InputError, match="form no trees"):
        read_certificate(path)
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "more",
    [
        "<urn:a> <urn:p> " + "[ <urn:p> " * 900 + "1" + " ]" * 900 + " .",
        "<urn:a> <urn:p> [ <urn:p> " + ", ".join(["[]"] * 900) + " ] .",
        "".join(f"_:n{n} <urn:p> _:n{n + 1} .\n" for n in range(20_000)),
    ],
    ids=["deep", "alike", "long"],
)
def test_trees_of_blank_nodes_are_compared_in_bounded_time(more, tmp_path):
    path = tmp_path / "c.ttl"
    path.write_text(linked(0) + more, encoding="utf-8")
    started = time.process_time()
    _, stray = read_certificate(path)
    assert stray
    assert time.process_time() - started < 4


def test_the_same_rdf_in_another_order_and_with_other_names_is_verified(tmp_path):
    path, other = tmp_path / "c.ttl", tmp_path / "c.nt"
    path.write_text(linked(0), encoding="utf-8")
    assert verify(path, ACME).verified
    triples = [q.triple for q in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)]
    other.write_bytes(ox.serialize(reversed(triples), format=ox.RdfFormat.N_TRIPLES))
    assert verify(other, ACME).verified
    lines = other.read_text("utf-8").splitlines(keepends=True)
    loose = next(line for line in lines if line.startswith("_:"))
    other.write_text("".join(line for line in lines if line != loose), encoding="utf-8")
    assert places(verify(other, ACME)) == ["RDF next to its JSON"]


@pytest.mark.parametrize("more", [{"@context": "http://127.0.0.1:9/"}, {"x": {"@id": "urn:x"}}])
def test_a_certificate_with_a_keyword_of_json_ld_is_refused(more, tmp_path, ben):
    with pytest.raises(InputError, match=r"not a certificate .the key '@"):
        checked(tmp_path, {**ben, **more})


def test_a_certificate_that_is_nested_deep_is_refused(tmp_path):
    path = tmp_path / "c.json"
    path.write_text('{"type": "Certificate", "x": ' + "[" * 500 + "]" * 500 + "}", encoding="utf-8")
    with pytest.raises(InputError, match="nested over 64 deep"):
        read_certificate(path)
