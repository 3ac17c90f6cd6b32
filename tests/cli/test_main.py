"""The command line: formats, exit codes, help, completion, export."""

import json
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pyoxigraph as ox
import pytest
from support.asserted import ROOT

from mlops_roles import load
from mlops_roles.cli.main import command_names, main
from mlops_roles.io.rdf import parse_rdf
from mlops_roles.io.resources import resource_dir
from mlops_roles.ontology.graph import ontology_files

FORMATS = ("table", "csv", "tsv", "json", "jsonl", "md", "html", "ttl")


def test_the_commands_are_found():
    assert set(command_names()) >= {
        "show",
        "ask",
        "resolve",
        "check",
        "explain",
        "audit",
        "export",
        "derive",
        "completion",
    }


@pytest.mark.parametrize("form", FORMATS)
def test_an_answer_has_every_form(form, capsys):
    assert main(["ask", "tasks-of-role", "R7", "--format", form]) == 0
    assert "deploy-model" in capsys.readouterr().out


def test_the_forms_say_the_same(capsys):
    main(["ask", "roles", "--format", "json"])
    rows = json.loads(capsys.readouterr().out)
    main(["ask", "roles", "--format", "jsonl"])
    assert [json.loads(line) for line in capsys.readouterr().out.splitlines()] == rows
    main(["ask", "roles", "--format", "csv"])
    assert capsys.readouterr().out.count("\n") == len(rows) + 1


def test_a_role_is_named_by_slug_curie_iri_and_notation(capsys):
    told = set()
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
        told.add(capsys.readouterr().out)
    assert len(told) == 1


@pytest.mark.parametrize(
    ("arguments", "hint"),
    [
        (["show", "ml-enginer"], "ml-engineer"),
        (["show", "workflow-orchestration"], "say which"),
        (["ask", "task-of-role"], "tasks-of-role"),
        (["ask", "tasks-of-role", "R77"], "no such role"),
        (["ask", "tasks-of-role", "R7", "said", "more"], "no more"),
        (["audti"], "audit"),
        (["audit", "nowhere.csv"], "no such file"),
        (["check", "nowhere.ttl"], "no such file"),
        (["audit", "examples.xyz"], "a staff file is"),
    ],
)
def test_what_cannot_be_run_is_one_line_with_a_cure_and_exit_2(arguments, hint, capsys):
    assert main(arguments) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert hint in err


def test_the_overview_teaches(capsys):
    assert main([]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in command_names())
    assert "exit codes" in out


def test_a_question_explains_itself(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["ask", "skills-of-role", "--help"])
    assert stop.value.code == 0
    assert "--role" in capsys.readouterr().out


@pytest.mark.parametrize("shell", ["bash", "zsh"])
def test_completion_knows_commands_and_options(shell, capsys):
    assert main(["completion", shell]) == 0
    out = capsys.readouterr().out
    assert "audit" in out
    assert "--with" in out


def test_completion_for_bash_is_valid_bash(capsys):
    main(["completion", "bash"])
    subprocess.run(["bash", "-n"], input=capsys.readouterr().out, text=True, check=True)


@pytest.mark.parametrize(
    ("form", "kind"), [("ttl", ".ttl"), ("rdfxml", ".rdf"), ("jsonld", ".jsonld"), ("nt", ".nt")]
)
@pytest.mark.parametrize("inferred", [False, True])
def test_an_export_is_the_ontology_in_every_syntax(form, kind, inferred, tmp_path):
    path = tmp_path / f"all{kind}"
    assert (
        main(
            [
                "export",
                "--format",
                form,
                "--output",
                str(path),
                *(["--inferred"] if inferred else []),
            ]
        )
        == 0
    )
    graph = load()
    count = len({q.triple for q in graph.store if inferred or q.graph_name == ox.DefaultGraph()})
    assert len({q.triple for q in parse_rdf(path)[0]}) == count


def test_two_exports_are_the_same(tmp_path):
    for name in ("a", "b"):
        subprocess.run(
            [
                sys.executable,
                "-m",
                "mlops_roles",
                "export",
                "--format",
                "nt",
                "--output",
                str(tmp_path / name),
            ],
            check=True,
        )
    assert re.sub(rb"_:\w+", b"_:", (tmp_path / "a").read_bytes()).count(b"\n") == (
        tmp_path / "b"
    ).read_bytes().count(b"\n")


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


def test_a_closed_pipe_is_no_error():
    done = subprocess.run(
        f"{sys.executable} -m mlops_roles ask terms | head -1",
        shell=True,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""


@pytest.mark.skipif(
    not Path("/dev/full").exists(), reason="no device that takes nothing on this system"
)
@pytest.mark.parametrize(
    "arguments",
    [["ask", "terms"], ["show", "R7"], ["resolve", "Data Engineer", "--format", "json"]],
)
def test_a_standard_output_that_takes_no_more_is_told_in_a_line(arguments):
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


def test_the_version_is_the_ontologys(capsys):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mlops-roles {load().version}\n"


def test_a_users_own_question_over_his_own_data(tmp_path, capsys):
    query, data = tmp_path / "mine.rq", ROOT / "examples" / "people.ttl"
    query.write_text(
        "SELECT ?person ?skill WHERE { ?person mlops:holdsRole/mlops:requiresSkill ?skill } ORDER BY ?person ?skill"
    )
    assert main(["ask", str(query), "--data", str(data), "--format", "json"]) == 0
    rows = json.loads(capsys.readouterr().out)
    assert {r["person"] for r in rows} == {"ex:ada"}
    assert len(rows) == 9
    query.write_text("CONSTRUCT { ?s mlops:performs ?o } WHERE { ?s mlops:performs ?o }")
    assert main(["ask", str(query), "--format", "ttl"]) == 0
    assert "deploy-model" in capsys.readouterr().out
