"""A certificate of a file in any layout and form is verified with the options it was made with."""

import contextlib
import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from support.people import PREFIXES, write_table

from mlops_roles import Conflict, InputError, Records, certify, load, verify
from mlops_roles.cli.main import main
from mlops_roles.staff.mapping_file import load_mapping, save_mapping
from mlops_roles.staff.reading import ReadOptions

NAMES = ("SQL", "statistics", "Docker", "version control", "Airflow", "communication")
IRIS = {
    "SQL": "skill:sql",
    "statistics": "skill:statistical-analysis",
    "Docker": "tool:docker",
    "version control": "skill:version-control",
    "Airflow": "tool:apache-airflow",
    "communication": "skill:communication",
}
USUAL = {
    "Ada": {"SQL": 5, "statistics": 0, "Docker": 2, "Airflow": 4},
    "Bo": {"SQL": 1, "version control": 5, "communication": 3},
}


def text(*rows, delimiter=","):
    """Rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def table(header, people, *cells):
    """A table with a row for each person: the name, and cells made of the levels."""
    return text(header, *([who, *(f(levels) for f in cells)] for who, levels in people.items()))


def joined(mark, form="{}"):
    """A function of levels: each name in a form, with a mark between them."""
    return lambda levels: mark.join(form.format(*pair) for pair in levels.items())


def where(is_wanted):
    """A function of levels: the names whose level is wanted."""
    return lambda levels: "; ".join(name for name, level in levels.items() if is_wanted(level))


def resume(levels):
    skills = [{"name": name, "level": f"{level}/5"} for name, level in levels.items()]
    return json.dumps({"basics": {"name": "Ada"}, "skills": skills})


def page(people):
    found = [
        {"@type": "Person", "@id": f"#{who}", "name": who, "knowsAbout": sorted(levels)}
        for who, levels in people.items()
    ]
    graph = json.dumps({"@context": "https://schema.org", "@graph": found})
    return f'<html><script type="application/ld+json">{graph}</script></html>'


def turtle(people):
    """What is had, what is lacking, assessments, other names and properties."""
    lines = [PREFIXES, "ex:knows rdfs:subPropertyOf mlops:hasSkill .\n"]
    for who, levels in people.items():
        lines.append(f'ex:{who} a foaf:Person ; foaf:name "{who}" ; owl:sameAs ex:{who}2 .\n')
        for i, (name, level) in enumerate(levels.items()):
            if level == 0:
                lines.append(f"ex:{who}2 mlops:lacksSkill {IRIS[name]} .\n")
            elif i % 2:
                lines.append(f"ex:{who} ex:knows {IRIS[name]} ; schema:knowsAbout 'SQL, Git' .\n")
            else:
                lines.append(
                    f"[] a mlops:SkillAssessment ; mlops:assessesPerson ex:{who} ; mlops:level"
                    f" '{level}' ; mlops:assessesSkill {IRIS[name]} ; mlops:assessedOn '202{i}' .\n"
                )
    return "".join(lines)


def layouts(people):
    """Name to the files, the first of which is the staff, and the options."""
    names = sorted({name for levels in people.values() for name in levels})
    by_skill = [[name, *(levels.get(name, "") for levels in people.values())] for name in names]
    wide = [[who, *(levels.get(name, "") for name in names)] for who, levels in people.items()]
    long = [[w, n, level] for w, levels in people.items() for n, level in levels.items()]
    ids = {who: str(i) for i, who in enumerate(people, 1)}
    most = max(map(len, people.values()))
    pairs = [
        [w, *(x for p in [*levels.items(), *[("", "")] * (most - len(levels))] for x in p)]
        for w, levels in people.items()
    ]
    records = [{"name": w, "work": {"title": "x"}, "skills": v} for w, v in people.items()]
    all_ = joined("; ")
    header = [f"{kind} {i}" for i in range(1, most + 1) for kind in ("Skill", "Level")]
    rated = [f"skill_{i}{end}" for i in range(1, most + 1) for end in ("", " (rating 0-5)")]
    none = ReadOptions()
    return {
        "plain": (
            {
                "s.csv": table(
                    ["Employee", "Skills", "Skill gaps"],
                    people,
                    where(bool),
                    where(lambda x: not x),
                )
            },
            none,
        ),
        "rows with levels": (
            {"s.csv": table(["Nom", "Compétences"], people, joined(", ", "{}: {}"))},
            none,
        ),
        "rows with levels in brackets": (
            {"s.csv": table(["Name", "Skills"], people, joined(" | ", "{} ({}/5)"))},
            none,
        ),
        "wide": ({"s.csv": text(["Name", *names], *wide)}, ReadOptions(scale="0-5", has_from="4")),
        "wide, with words for levels": (
            {"s.csv": text(["Name", *(f"Niveau de {name} (0-5)" for name in names)], *wide)},
            none,
        ),
        "long": (
            {"s.csv": text(["Mitarbeiter", "Fähigkeit", "Stufe"], *long, delimiter=";")},
            none,
        ),
        "long with dates": (
            {
                "s.csv": text(
                    ["name", "skill", "level", "Assessed on"],
                    *([*row, f"{i + 13}.02.2025"] for row in long for i in range(2)),
                )
            },
            none,
        ),
        "transposed": (
            {"s.csv": text(["Skill", *people], *by_skill)},
            ReadOptions(layout="transposed"),
        ),
        "joined": (
            {
                "s.csv": text(["ID", "Name"], *([i, w] for w, i in ids.items())),
                "more.csv": text(["ID", "Skill", "Level"], *([ids[w], *rest] for w, *rest in long)),
            },
            ReadOptions(join="more.csv", on="ID"),
        ),
        "pairs of columns": ({"s.csv": text(["Name", *header], *pairs)}, none),
        "pairs of columns, rated": ({"s.csv": text(["preferred_name", *rated], *pairs)}, none),
        "levels as headings": (
            {
                "s.csv": table(
                    ["Name", "Expert", "Skills (beginner)"],
                    people,
                    where(lambda x: x > 3),
                    where(lambda x: x < 4),
                )
            },
            none,
        ),
        "JSON in cells": ({"s.csv": table(["Name", "Skills"], people, json.dumps)}, none),
        "a column ignored": (
            {"s.csv": table(["Name", "Skills", "Tools"], people, all_, lambda _: "Git")},
            ReadOptions(ignore=("Tools",)),
        ),
        "headings mapped": (
            {"s.csv": table(["Wer", "Was"], people, all_)},
            ReadOptions(mapping={"person": "Wer", "skills": "Was"}),
        ),
        "a former row of the same person": (
            {
                "s.csv": text(
                    ["Name", "Skills", "Status", "End Date"],
                    *([w, "R; Java", "Terminated", "31.12.2019"] for w in people),
                    *([w, all_(v), "Active", ""] for w, v in people.items()),
                )
            },
            ReadOptions(as_of="2026-01-31"),
        ),
        "JSON records": ({"s.json": json.dumps({"staff": records})}, none),
        "JSON lines": ({"s.jsonl": "\n".join(map(json.dumps, records))}, none),
        "JSON Resume": ({"s.json": resume(people["Ada"])}, none),
        "web page": ({"s.html": page(people)}, none),
        "Turtle": ({"s.ttl": turtle(people)}, none),
        "workbook": ({"s.xlsx": [["Matrix 2026"], ["Name", *names], *wide]}, none),
        "Parquet": ({"s.parquet": people}, none),
    }


LAYOUTS = tuple(layouts(USUAL))


def put(folder, files):
    """Write the files; returns the first."""
    for name, content in files.items():
        path = folder / name
        if path.suffix == ".xlsx":
            width = max(map(len, content))
            write_table(path, [[*row, *[""] * (width - len(row))] for row in content])
        elif path.suffix == ".parquet":
            some = [[{"name": n, "level": x} for n, x in v.items()] for v in content.values()]
            pq.write_table(pa.table({"person": list(content), "skills": some}), path)
        else:
            path.write_text(content, encoding="utf-8")
    return folder / next(iter(files))


def differences(staff, options, folder):
    """Where the certificate of Ada differs when it is verified with the same options."""
    path = folder / "certificate.json"
    content = certify("Ada", "R7", Records(staff, mapping=options)).to_dict()
    path.write_text(json.dumps(content), encoding="utf-8")
    assert any(skill["evidence"] for skill in content["skills"]) or content["unmatched"] == []
    found = verify(path, staff, mapping=options.mapping, ignore=options.ignore)
    return found.differences


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_certificate_is_verified_with_the_same_options(layout, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    files, options = layouts(USUAL)[layout]
    staff = put(tmp_path, files)
    assert differences(staff, options, tmp_path) == ()
    changed = "statistics" if layout != "a former row of the same person" else "Docker"
    if staff.suffix in (".csv", ".json", ".jsonl", ".html"):
        last = tmp_path / list(files)[-1]
        last.write_text(last.read_text("utf-8").replace(changed, "zagging", 1), encoding="utf-8")
        how = {"mapping": options.mapping, "ignore": options.ignore}
        if layout.startswith("wide") or layout == "transposed":  # the skill is a heading
            with pytest.raises(InputError, match=r"no column .*statistics"):
                verify("certificate.json", staff, **how)
        else:
            now = verify("certificate.json", staff, **how).differences
            assert {one.place.split(".")[0] for one in now} & {"skills", "unmatched", "own"}


@pytest.mark.long
@pytest.mark.parametrize("layout", LAYOUTS)
def test_certificates_of_any_people_are_verified(layout, tmp_path_factory, monkeypatch):
    levels = st.dictionaries(st.sampled_from(NAMES), st.integers(0, 5), min_size=2)

    @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.fixed_dictionaries({"Ada": levels, "Bo": levels}))
    def check(people):
        folder = tmp_path_factory.mktemp("staff")
        monkeypatch.chdir(folder)
        files, options = layouts(people)[layout]
        with contextlib.suppress(Conflict):  # a skill is had by one name and lacking by another
            assert differences(put(folder, files), options, folder) == ()

    check()


def test_a_mapping_file_and_the_other_options_may_be_repeated(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    staff = tmp_path / "s.csv"
    staff.write_text("Wer,Was,Tools\nAda,SQL: 4,Git\n", encoding="utf-8")
    options = ReadOptions(
        mapping={"person": "Wer", "skills": "Was"}, ignore=("Tools",), scale="0-5"
    )
    reading = Records(staff, load(), options).staff.reading
    (tmp_path / "m.toml").write_text(save_mapping(reading, options), encoding="utf-8")
    assert load_mapping("m.toml").scale == "0-5"
    how = ["--staff", "s.csv", "--mapping", "m.toml", "--has-from", "3"]
    assert main(["certify", "Ada", "R4", *how, "--format", "json", "--output", "c.json"]) == 0
    assert main(["verify", "c.json", *how]) == 0
    assert main(["verify", "c.json", "--staff", "s.csv"]) == 2
    assert "add --map" in capsys.readouterr().err
