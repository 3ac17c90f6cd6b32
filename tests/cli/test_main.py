"""The command line: formats, exit codes, help, completion, export."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from support.asserted import ROOT
from support.sample import sampled

from mlops_roles import load
from mlops_roles.cli.main import command_names, main
from mlops_roles.io.rdf import parse_rdf
from mlops_roles.io.resources import resource_dir
from mlops_roles.ontology.graph import ontology_files
from mlops_roles.ontology.released import released

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "md", "html", "ttl")


def test_each_module_of_the_folder_is_a_command():
    files = (ROOT / "src" / "mlops_roles" / "cli" / "commands").glob("*.py")
    assert command_names() == sorted(path.stem for path in files if path.stem != "__init__")
    assert {"show", "ask", "resolve", "check", "explain", "audit"} <= set(command_names())


@pytest.mark.parametrize("form", FORMATS)
def test_an_answer_is_written_in_every_format(form, capsys):
    assert main(["ask", "tasks-of-role", "R7", "--format", form]) == 0
    assert "deploy-model" in capsys.readouterr().out


def test_all_formats_have_the_same_rows(capsys):
    main(["ask", "roles", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)
    main(["ask", "roles", "--format", "jsonl"])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == rows
    main(["ask", "roles", "--format", "csv"])
    assert capsys.readouterr().out.count("\n") == len(rows) + 1


def test_a_role_is_found_by_slug_curie_iri_notation_and_label(capsys):
    outputs = set()
    for name in (
        "ml-engineer",
        "role:ml-engineer",
        "https://w3id.org/mlops-roles/role/ml-engineer",
        "<https://w3id.org/mlops-roles/role/ml-engineer>",
        "R7",
        "r7",
        "ML Engineer",
    ):
        assert main(["show", name]) == 0
        outputs.add(capsys.readouterr().out)
    assert len(outputs) == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["show", "ml-enginer"], "ml-engineer"),
        (["show", "workflow-orchestration"], "say which"),
        (["ask", "task-of-role"], "tasks-of-role"),
        (["ask", "tasks-of-role", "R77"], "no such role"),
        (["ask", "tasks-of-role", "R7", "performs", "said", "more"], "no more"),
        (["audti"], "audit"),
        (["audit", "nowhere.csv"], "no such file"),
        (["check", "nowhere.ttl"], "no such file"),
        (["audit", "examples.xyz"], "a staff file is"),
        (["serve", "--save-mapping", "map.toml"], "unrecognized arguments: --save-mapping"),
    ],
)
def test_an_error_is_one_line_with_a_fix_and_exit_code_2(arguments, hint, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert hint in err


def test_the_overview_lists_commands_examples_and_exit_codes(capsys):
    assert main([]) == 0
    text = capsys.readouterr().out
    assert re.findall(r"(?m)^  (\w+) +[A-Z]", text) == command_names()
    assert "\nexamples:\n  mlops-roles show R7\n" in text
    assert "\nexit codes: 0 answered" in text
    assert [line for line in text.splitlines() if len(line) > 100] == []


def test_the_help_of_a_question_lists_its_parameters(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["ask", "skills-of-role", "--help"])
    assert stop.value.code == 0
    assert "--role" in capsys.readouterr().out


@pytest.mark.parametrize("name", command_names())
def test_the_help_of_a_command_shows_examples_in_lines_of_100_characters(name, capsys):
    with pytest.raises(SystemExit) as stop:
        main([name, "--help"])
    text, errors = capsys.readouterr()
    assert (stop.value.code, errors) == (0, "")
    assert re.search(rf"\nexamples:\n(  .*\n)*  .*mlops-roles {name}", text)
    assert [line for line in text.splitlines() if len(line) > 100] == []


EXPORTS = [
    (form, kind, inferred)
    for inferred in (False, True)
    for form, kind in (("ttl", ".ttl"), ("rdfxml", ".rdf"), ("jsonld", ".jsonld"), ("nt", ".nt"))
]


@cache
def n_released(inferred):
    return len(set(released(load(), inferred, sources=False)))


@pytest.mark.parametrize(("form", "kind", "inferred"), sampled(EXPORTS, lambda case: case))
def test_an_export_is_the_ontology_in_every_syntax(form, kind, inferred, tmp_path):
    """The usual run has each syntax, and inferred statements in one of them."""
    path = tmp_path / f"all{kind}"
    more = ["--inferred"] if inferred else []
    assert main(["export", "--format", form, "--output", str(path), *more]) == 0
    assert n_released(inferred) > 12000
    assert len({q.triple for q in parse_rdf(path)[0]}) == n_released(inferred)


def test_two_exports_are_the_same(tmp_path):
    """In two processes, whose hashes of strings differ; blank nodes may have other labels."""
    export = [sys.executable, "-m", "mlops_roles", "export", "--format", "nt", "--output"]
    for name in ("a", "b"):
        subprocess.run([*export, tmp_path / name], check=True)
    a, b = (
        sorted(re.sub(rb"_:\w+", b"_:", (tmp_path / name).read_bytes()).splitlines())
        for name in ("a", "b")
    )
    assert len(a) > 1000
    assert a == b


def test_the_catalogue_opens_every_import_offline():
    entries = {
        e.get("name"): e.get("uri")
        for e in ET.parse(resource_dir("ontology") / "catalog-v001.xml").getroot()
    }
    graph = load()
    imports = {
        q.object.value
        for q in graph.store.quads_for_pattern(
            None, ox.NamedNode("http://www.w3.org/2002/07/owl#imports"), None
        )
    }
    assert imports
    assert imports < set(entries)
    assert {Path(uri).name for uri in entries.values()} == {p.name for p in ontology_files()}


def test_output_goes_to_the_file_and_nowhere_else(tmp_path, capsys):
    path = tmp_path / "roles.csv"
    assert main(["ask", "roles", "--format", "csv", "--output", str(path)]) == 0
    assert capsys.readouterr().out == ""
    assert path.read_text().startswith("role,")
    assert list(tmp_path.iterdir()) == [path]


def test_a_closed_pipe_is_not_an_error():
    done = subprocess.run(
        f"{sys.executable} -m mlops_roles ask terms | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


@pytest.mark.parametrize("stream", ["stdin", "stdout", "stderr"])
def test_a_closed_stream_is_no_unforeseen_error(stream, monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(sys, stream, None)
    assert main(["ask", "roles"]) == (2 if stream == "stdout" else 0)
    if stream == "stdout":
        assert "standard output: it is closed" in capsys.readouterr().err
    assert main(["ask", "roles", "--output", str(tmp_path / "roles.csv")]) == 0


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="this system has no device that is always full"
)
@pytest.mark.parametrize(
    "arguments",
    [["ask", "terms"], ["show", "R7"], ["resolve", "Data Engineer", "--format", "json"]],
)
def test_a_full_standard_output_is_an_error_of_one_line(arguments):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "mlops_roles", *arguments],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert re.fullmatch(r"mlops-roles: standard output: .*--output\n", done.stderr)


def test_the_version_is_that_of_the_ontology(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mlops-roles {load().version}\n"


def test_a_users_own_sparql_is_run_over_their_own_data(tmp_path, capsys):
    query, data = tmp_path / "mine.rq", ROOT / "examples" / "people.ttl"
    pattern = "?person mlops:holdsRole/mlops:requiresSkill ?skill"
    query.write_text(f"SELECT ?person ?skill WHERE {{ {pattern} }} ORDER BY ?person ?skill")
    assert main(["ask", str(query), "--data", str(data), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {r["person"] for r in rows} == {"ex:ada"}
    assert len(rows) == 14
    query.write_text("CONSTRUCT { ?s mlops:performs ?o } WHERE { ?s mlops:performs ?o }")
    assert main(["ask", str(query), "--format", "ttl"]) == 0
    assert "deploy-model" in capsys.readouterr().out


@pytest.mark.parametrize("given", [["--certainty", "inferred"], ["certainty=inferred"]])
def test_a_parameter_is_given_by_name(given, capsys):
    assert main(["ask", "tasks-of-role", "R6", *given, "--format", "csv"]) == 0
    _, *rows = capsys.readouterr().out.splitlines()
    assert len(rows) == 2
    assert all(row.endswith(",inferred") for row in rows)
