"""No output overwrites an input, and nothing in data acts on what shows it."""

import argparse
import csv
import io
import json
import os
import re
import subprocess
import sys

import pytest

from mlops_roles import InputError
from mlops_roles.cli.main import build_parser, command_names, main
from mlops_roles.cli.paths import READ_ARGUMENTS, WRITTEN_ARGUMENTS, check_paths
from mlops_roles.io.json_text import to_json
from mlops_roles.io.text import escape_control, format_rows

STAFF = "person,title,skills\nAda,Data Scientist,SQL\n"
ESCAPES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
FILE_NAMES = {"FILE", "DIR", "STAFF", "MAPPINGS", "THEIRS", "CERTIFICATE", "OLD", "NEW", "CSV"}
EVIL = """@prefix mlops: <https://w3id.org/mlops-roles/ns#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix x: <http://x/> .
x:evil a mlops:Role ; mlops:curatedTitle "a;=1+1" ; mlops:requiresSkill x:s ;
  skos:prefLabel "<script>alert(1)</script> [x](javascript:x) \\u001b]0;\\u0007\\u009b2J"@en ;
  skos:definition "<img src=x onerror=alert(2)> ![i](http://x/i.png) \\u001b[31m"@en .
x:s a mlops:Skill ; skos:prefLabel "[s](javascript:alert(3))"@en ; skos:definition "<b>"@en .
"""


def path_arguments(name):
    parser = build_parser(name)
    return {a.dest for a in parser._actions if a.metavar in FILE_NAMES}


@pytest.mark.parametrize("name", command_names())
def test_each_argument_that_is_a_file_is_known_as_read_or_written(name):
    assert path_arguments(name) <= {*READ_ARGUMENTS, *WRITTEN_ARGUMENTS}


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder, the current one, with a staff file under several names."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "staff.csv").write_text(STAFF)
    (tmp_path / "sub").mkdir()
    (tmp_path / "link.csv").symlink_to("staff.csv")
    os.link("staff.csv", "hard.csv")
    (tmp_path / "evil.ttl").write_text(EVIL)
    return tmp_path


@pytest.mark.parametrize(
    "name", ["staff.csv", "./staff.csv", "sub/../staff.csv", "link.csv", "hard.csv", "ABSOLUTE"]
)
@pytest.mark.parametrize("option", ["--output", "--save-mapping"])
def test_an_output_that_is_an_input_is_refused(option, name, place, capsys):
    name = str(place / "staff.csv") if name == "ABSOLUTE" else name
    assert main(["audit", "staff.csv", option, name]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"{option} '{name}': it is an input" in err
    assert (place / "staff.csv").read_text() == STAFF


@pytest.mark.parametrize(
    "arguments",
    [
        "export --with evil.ttl --output evil.ttl",
        "ask roles --data evil.ttl --output evil.ttl",
        "check evil.ttl --with evil.ttl --output evil.ttl",
        "link evil.ttl --output evil.ttl",
        "audit --connect duckdb://staff.csv --table t --output staff.csv",
        "audit link.csv --output hard.csv",
        "audit staff.csv --output new.csv --save-mapping sub/../new.csv",
        "diff evil.ttl staff.csv --output staff.csv",
    ],
)
def test_any_command_refuses_it(arguments, place, capsys):
    assert main(arguments.split()) == 2
    assert "name another file" in capsys.readouterr().err
    assert ((place / "staff.csv").read_text(), (place / "evil.ttl").read_text()) == (STAFF, EVIL)


def test_a_folder_that_is_written_holds_no_input(place):
    (place / "sub" / "own.ttl").write_text(EVIL)
    with pytest.raises(InputError, match="name another file"):
        check_paths(argparse.Namespace(output="sub", added=["sub/own.ttl"]))
    check_paths(argparse.Namespace(output="sub", added=["evil.ttl"]))


def test_an_output_may_have_the_name_of_a_question(place):
    for _ in range(2):
        assert main(["ask", "roles", "--output", "roles"]) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ["ask", "roles", "--store", ""],
        ["ask", "roles", "--output", ""],
        ["ask", "roles", "--endpoint", ""],
        ["audit", "staff.csv", "--key-file", ""],
        ["show", "R7", "--with", ""],
        ["audit", "staff.csv", "--mapping="],
    ],
)
def test_an_empty_value_of_an_option_is_refused(arguments, place, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert f"{arguments[2].strip('=')}: empty" in err


@pytest.mark.parametrize("form", ["text", "md", "json"])
def test_markup_and_escapes_in_a_label_have_no_effect(form, place, capsys):
    assert main(["show", "x:evil", "--with", "evil.ttl", "--format", form]) == 0
    out = capsys.readouterr().out
    assert "alert(1)" in out
    assert not ESCAPES.search(out)
    if form == "md":
        assert not re.search(r"(?<!\\)[<>\[\]]|\]\(", out)


@pytest.mark.parametrize("form", ["ttl", "nt", "jsonld"])
def test_rdf_that_is_written_has_escapes_and_no_control_characters(form, place, capsysbinary):
    assert main(["export", "--with", "evil.ttl", "--format", form]) == 0
    out = capsysbinary.readouterr().out
    assert b"u001b" in out.lower()
    assert not ESCAPES.search(out.decode())


def test_a_control_character_that_xml_cannot_have_is_an_error(place, capsys):
    assert main(["export", "--with", "evil.ttl", "--format", "rdfxml"]) == 2
    assert "U+001B, which XML cannot have" in capsys.readouterr().err
    assert escape_control(b"<?xml?>a\rb\xc2\x9b") == b"<?xml?>a&#xD;b&#x9B;"


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "\x1b[31mx"],
        ["\x1b[31m"],
        ["audit", "\x1b[31m.csv"],
        ["ask", "roles", "--data", "\x9b2J.ttl"],
        ["ask", "roles", "--nonsense\x1b[31m"],
        ["ask", "roles", "--format", "\x1b[31m"],
        ["resolve"],
    ],
)
def test_an_error_is_one_line_without_escapes(arguments, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert not ESCAPES.search(err.rstrip("\n"))


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "a;=1+1",
        "a; =1+1",
        "a;@SUM(A1)",
        "a;+cmd|' /C calc'!A0",
        "a;b;-2+3",
        'a;"=1+1"',
        "a\n=1+1",
        "a\r\n=1+1",
        "a\r=1+1",
        "a\t=1+1",
        "\t=1+1",
        "a;＝1+1",
        "\u200b=1+1",
        "a;\ufeff\u061c=1+1",
        ["a", "=1+1"],
    ],
)
@pytest.mark.parametrize("form", ["csv", "tsv"])
def test_no_part_of_a_cell_is_a_formula_where_another_character_separates(cell, form):
    text = format_rows([{"a": "x", "b": cell}], ["a", "b"], form)
    for delimiter in ",;\t|":
        for row in csv.reader(io.StringIO(text), delimiter=delimiter):
            assert not any(re.match(r"[^\w\']*[=+@＝-]", part) for part in row), row


@pytest.mark.parametrize("form", ["csv", "tsv", "jsonl", "xlsx"])
def test_a_reading_alone_is_written_in_the_form_that_is_asked_for(form, tmp_path, capsysbinary):
    (tmp_path / "staff.csv").write_text("person,title,=1+1\nAda,Data Scientist,x\n")
    assert main(["audit", str(tmp_path / "staff.csv"), "--reading", "--format", form]) == 0
    out = capsysbinary.readouterr().out
    if form == "xlsx":
        assert out.startswith(b"PK")
        return
    lines = out.decode().splitlines()
    if form == "jsonl":
        rows = [json.loads(line) for line in lines]
    else:
        rows = list(csv.DictReader(lines, delimiter="," if form == "csv" else "\t"))
    assert {"kind": "column", "what": "title", "read as": "title (named)", "why": ""} in rows


def test_numbers_and_ordinary_words_stay_as_they_are():
    cells = ["-5", "a;-5;b", "-1.25", "C++", "a-b", "machine learning; R&D", "x = y", "3;-2"]
    text = format_rows([{"a": cell} for cell in cells], ["a"], "csv")
    assert [row[0] for row in csv.reader(io.StringIO(text))][1:] == cells


def test_json_is_strict():
    rows = [{"a": [float("nan"), {"b": float("-inf")}], "c": float("inf"), "d": 0.5}]
    assert json.loads(to_json(rows), parse_constant=pytest.fail) == [
        {"a": ["NaN", {"b": "-INF"}], "c": "INF", "d": 0.5}
    ]


LITERALS = {
    '"INF"^^xsd:double': "INF",
    '"NaN"^^xsd:float': "NaN",
    "0.12345678901234567": "0.12345678901234567",
    "12345678901234567890123.5": "12345678901234567890123.5",
    "0.25": 0.25,
    '"yes"^^xsd:boolean': "yes",
    '"1"^^xsd:boolean': True,
    "false": False,
    '"1_000"^^xsd:integer': "1_000",
    '"12e2"^^xsd:decimal': "12e2",
    '"abc"^^xsd:integer': "abc",
    "123456789012345678901234567890": 123456789012345678901234567890,
    f'"{"9" * 5000}"^^xsd:integer': "9" * 5000,
}


def test_a_literal_is_printed_as_written_where_no_value_says_the_same(tmp_path, capsys):
    path = tmp_path / "x.ttl"
    prefix = "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    statements = (f"<http://x/{n}> <http://x/p> {text} .\n" for n, text in enumerate(LITERALS))
    path.write_text(prefix + "".join(statements))
    query = tmp_path / "x.rq"
    query.write_text("SELECT ?s ?o WHERE { ?s <http://x/p> ?o }")
    assert main(["ask", str(query), "--data", str(path), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out, parse_constant=pytest.fail)
    found = {int(row["s"].strip("<>").rpartition("/")[2]): row["o"] for row in rows}
    assert [found[n] for n in range(len(LITERALS))] == list(LITERALS.values())


def test_a_file_that_is_added_does_not_change_the_version(tmp_path, capsys):
    path = tmp_path / "x.ttl"
    path.write_text(
        "<https://w3id.org/mlops-roles> <http://www.w3.org/2002/07/owl#versionInfo> '0.0.1', '99' ."
    )
    (tmp_path / "staff.csv").write_text(STAFF)
    versions = set()
    for added in ([], ["--with", str(path)]):
        assert main(["audit", str(tmp_path / "staff.csv"), "--format", "json", *added]) == 0
        versions.add(json.loads(capsys.readouterr().out)["ontology"])
    assert len(versions) == 1


RUN = """
import sys
sys.argv[0] = "mlops-roles"
from mlops_roles.__main__ import process
process()
"""


@pytest.mark.parametrize(
    ("options", "variables", "arguments"),
    [
        ((), {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C"}, ["show", "R7"]),
        ((), {"PYTHONIOENCODING": "ascii"}, ["resolve", "Ingénieur 𝔻ata", "--format", "json"]),
        (("-OO",), {}, ["--help"]),
        (("-OO",), {}, ["show", "--help"]),
    ],
)
def test_any_terminal_and_any_way_to_start_python(options, variables, arguments):
    command = [sys.executable, *options, "-c", RUN, *arguments]
    done = subprocess.run(
        command, capture_output=True, env={**os.environ, **variables}, check=False
    )
    assert (done.returncode, done.stderr) == (0, b"")
    if "json" in arguments:
        assert json.loads(done.stdout.decode("ascii"))[0]["title"] == "Ingénieur 𝔻ata"


def test_a_name_that_was_not_decoded_is_read_as_utf_8(tmp_path, capsys):
    path = tmp_path / "staff.csv"
    path.write_text("person,title\nZo\u00eb,Data Scientist\n", "utf-8")
    for given in ("Zo\u00eb", "Zo\udcc3\udcab"):
        assert main(["certify", given, "R7", "--staff", str(path)]) == 0
        assert "Zo\u00eb as ML Engineer" in capsys.readouterr().out
    for given in ("Zo\udcc3", "Zo\ud800"):
        assert main(["certify", given, "R7", "--staff", str(path)]) == 2
        assert "no such person" in capsys.readouterr().err


def test_a_parser_error_is_an_error_of_input():
    assert isinstance(build_parser("explain"), argparse.ArgumentParser)
    with pytest.raises(ValueError, match="see mlops-roles explain --help"):
        build_parser("explain").parse_args([])


PROOF = ["explain", "role:ml-engineer mlops:requiresSkill skill:containerisation"]


def test_a_proof_is_a_report_in_every_form(capsys):
    assert main([*PROOF, "--format", "md"]) == 0
    page = capsys.readouterr().out
    assert page.startswith("## role:ml-engineer mlops:requiresSkill skill:containerisation\n")
    assert "| 1.3 | task:deploy-model mlops:requiresSkill skill:containerisation |" in page
    assert main([*PROOF, "--format", "html"]) == 0
    assert ">1.3</td>" in capsys.readouterr().out
    assert main([*PROOF, "--format", "csv"]) == 0
    assert [row["depth"] for row in csv.DictReader(io.StringIO(capsys.readouterr().out))] == list(
        "0111"
    )


def test_a_statement_without_a_proof_is_said_to_be_unknown_in_every_form(capsys):
    for form, said in (("md", "Unknown is not no."), ("html", "Unknown is not no."), ("csv", "")):
        assert main(["explain", "R7 mlops:similarTo R6", "--format", form]) == 0
        assert said in capsys.readouterr().out


def test_contradictions_are_a_report_in_every_form(tmp_path, capsys):
    path = tmp_path / "a.ttl"
    path.write_text(
        "@prefix : <urn:x:> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        ":A a owl:Class ; owl:disjointWith :B . :x a :A, :B .\n"
    )
    for form, said in (
        ("md", "Not consistent: 1 contradiction."),
        ("html", ">1.1</td>"),
        ("csv", "cax-dw"),
        ("text", "not consistent; 1 contradiction\n"),
    ):
        assert main(["consistent", str(path), "--format", form]) == 1
        assert said in capsys.readouterr().out
    assert main(["consistent", str(path), "--output", str(tmp_path / "a.html")]) == 1
    assert "<html" in (tmp_path / "a.html").read_text()


def test_the_words_of_reports_are_listed(capsys):
    assert main(["show", "--list", "words", "--format", "csv"]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert {"able", "likely", "bus factor"} <= {row["word"] for row in rows}
