"""The commands that pages and help texts print run, and answer with rows.

By default a sample runs: the first example of each command, one question of ten, and the command
of one section of the pages for each question; all of them with `-m long`.
"""

import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from support.asserted import PREFIXES, ROOT

from mlops_roles import catalogue, load
from mlops_roles.cli.main import build_parser, command_names, main
from mlops_roles.matching.proposals import survey
from mlops_roles.matching.review import review_workbook
from mlops_roles.publishing.pages import Documentation, with_alignments

ELSEWHERE = {  # what needs a server, another shell or a long time, and where it is tested
    "--endpoint": "tests/ontology/endpoint",
    "postgres://": "tests/staff/test_engine.py",
    "pyspark://": "tests/staff/test_engine.py",
    "mlops-roles serve": "tests/publishing/test_server.py",
    "mlops-roles mcp": "tests/cli/test_agents.py",
    "mlops-roles build": "tests/publishing/test_release.py",
    "mlops-roles derive &&": "tests/ontology/test_derivation.py",
    "completion bash)": "tests/cli/test_completion.py",
    "completion zsh)": "tests/cli/test_completion.py",
    "| source": "tests/cli/test_completion.py",
    "mlops-roles selftest": "tests/cli/test_selftest.py",
    "occupations": "tests/staff/test_framework_import.py",
    "old/ontology": "tests/analysis/test_diff.py",
    "ex:Lead": "tests/ontology/test_entailment.py",
}
SILENT = {"check", "coherence", "consistent"}  # commands that print nothing if nothing is wrong
NO_ROWS = {"unlabelled-terms"}  # questions whose promise is that there are none


def help_examples():
    """(command, line) of each example in the help of a command."""
    found = []
    for name in command_names():
        epilog = build_parser(name).epilog.split("\n\n")[0].replace("\\\n", "")
        lines = re.findall(r"(?m)^  (\S.*mlops-roles .*|mlops-roles .*)$", epilog)
        found += [(name, re.sub(r"(?<=\S) {2,}[^-\s].*$", "", line)) for line in lines]
    return found


def page_examples():
    """(page, line) of the commands in the shell blocks of README.md and docs."""
    found = []
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"```sh\n(.*?)```", page.read_text("utf-8"), re.S):
            lines = re.sub(r"(?m)\s+# .*$", "", block.replace("\\\n", "")).splitlines()
            found += [(page.name, ln.strip()) for ln in lines if re.search(r"mlops-roles \w", ln)]
    return [(page, line) for page, line in found if not re.search(r"pip(x)? install|uvx|git", line)]


def is_elsewhere(line):
    return any(part in line for part in ELSEWHERE)


EXAMPLES = [(n, ln) for n, ln in [*help_examples(), *page_examples()] if not is_elsewhere(ln)]
FIRST = list({name: (name, line) for name, line in reversed(EXAMPLES)}.values())


@pytest.fixture
def folder(files, tmp_path):
    """A folder of its own for a command, with every file that the examples name."""
    return shutil.copytree(files, tmp_path, dirs_exist_ok=True)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """The files that the examples name, as they are before any of them runs."""
    here = tmp_path_factory.mktemp("examples")
    copies = {
        "staff.csv": "acme.csv",
        "staff-2025.csv": "acme.csv",
        "staff-2026.csv": "acme.csv",
        "staff.ttl": "people.ttl",
        "people.ttl": "people.ttl",
        "ours.ttl": "acme.ttl",
        "theirs.ttl": "acme-hr.ttl",
        "old.ttl": "acme.ttl",
        "new.ttl": "acme-hr.ttl",
        "acme-1.ttl": "acme.ttl",
        "acme-2.ttl": "frameworks/company.ttl",
        "acme-2025.ttl": "acme.ttl",
        "acme-2026.ttl": "frameworks/company.ttl",
    }
    for name, source in copies.items():
        shutil.copy(ROOT / "examples" / source, here / name)
    page = (ROOT / "docs" / "own-roles.md").read_text("utf-8")
    (here / "acme.ttl").write_text(re.search(r"```turtle\n(.*?)```", page, re.S)[1], "utf-8")
    shutil.copytree(ROOT / "examples", here / "examples")
    write_tables(here)
    found = survey(here / "theirs.ttl")
    (here / "review.xlsx").write_bytes(review_workbook(found))
    (here / "mappings.sssom.tsv").write_text(found.proposals.to_tsv(), "utf-8")
    accept_all(here / "mappings.sssom.tsv")
    (here / "ours.csv").write_text("check,subject,reason\nOOPS! P08,*,intended\n")
    (here / "key").write_bytes(b"k" * 32)
    query = "SELECT ?role ?skill { ?role mlops:requiresSkill ?skill } ORDER BY ?role ?skill"
    for path in ("mine.rq", "q/one.rq", "questions/one.rq"):
        (here / path).parent.mkdir(exist_ok=True)
        (here / path).write_text(query)
    write_answers(here)
    return here


def accept_all(path):
    """Write a name under reviewer_label in each row of a mapping set."""
    lines = path.read_text("utf-8").splitlines()
    start = next(i for i, line in enumerate(lines) if not line.startswith("#"))
    column = lines[start].split("\t").index("reviewer_label")
    for i, line in enumerate(lines[start + 1 :], start + 1):
        cells = line.split("\t")
        cells[column] = "Ada"
        lines[i] = "\t".join(cells)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def write_tables(here):
    """The staff in other forms: a workbook, two files to join, RDF, JSON and a database."""
    import duckdb
    import openpyxl

    from mlops_roles.io.rdf import parse_rdf

    book = openpyxl.Workbook()
    book.active.append(["person", "Job Title", "skills"])
    book.active.append(["Ada", "Data Scientist", "SQL"])
    book.save(here / "staff.xlsx")
    framework = (ROOT / "examples" / "frameworks" / "company.csv").read_text("utf-8")
    (here / "roles.csv").write_text(framework.replace("Skill;", "Know-how;", 1), "utf-8")
    book = openpyxl.Workbook()
    for line in framework.splitlines():
        book.active.append(line.split(";"))
    book.save(here / "roles.xlsx")
    (here / "people.csv").write_text("employee_id,person,title\n1,Ada,Data Engineer\n")
    (here / "skills.csv").write_text("employee_id,skills\n1,SQL\n")
    quads, _ = parse_rdf(ROOT / "examples" / "people.ttl")
    (here / "staff.nt").write_text("".join(f"{q.triple} .\n" for q in quads), "utf-8")
    for name in ("ann", "ben"):
        resume = {
            "$schema": "https://raw.githubusercontent.com/jsonresume/resume-schema/v1.0.0/schema.json",
            "basics": {"name": name.title(), "label": "Data Engineer"},
            "skills": [{"name": "SQL"}],
        }
        (here / f"{name}.json").write_text(json.dumps(resume))
    person = {"@context": "https://schema.org", "@type": "Person", "name": "Cleo"}
    person |= {"jobTitle": "ML Engineer", "@id": "https://acme.example/cleo"}
    script = f'<script type="application/ld+json">{json.dumps(person)}</script>'
    (here / "team.html").write_text(f"<!DOCTYPE html><title>Team</title>{script}")
    database = duckdb.connect(str(here / "hr.duckdb"))
    database.execute("CREATE TABLE staff AS SELECT 'Ada' AS person, 'Data Engineer' AS title")
    database.close()


def write_answers(here):
    """What some examples write and others read."""
    decide = ["resolve", "Data Ninja", "--accept", "R3", "--author", "Ada"]
    assert in_folder(here, [*decide, "--decisions", "ours.sssom.tsv"])[0] == 0
    ada = ["certify", "Ada Okafor", "R3", "--staff"]
    for more in (["--output", "ada.json"], ["--key-file", "key", "--output", "ada.ttl"]):
        assert in_folder(here, [*ada, "staff.csv", *more])[0] == 0
    apply = ["link", "theirs.ttl", "--apply", "mappings.sssom.tsv", "--output", "linked.ttl"]
    code, _, errors = in_folder(here, apply)
    assert code == 0, errors


def in_folder(here, argv, given=b""):
    """Exit code, output and errors of a command that runs in a folder, in this process."""
    before, streams = Path.cwd(), (sys.stdin, sys.stdout, sys.stderr)
    sys.stdin = io.TextIOWrapper(io.BytesIO(given))
    sys.stdout = io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)
    sys.stderr = io.StringIO()
    try:
        os.chdir(here)
        code = main(argv)
        sys.stdout.flush()
        return code, sys.stdout.buffer.getvalue().decode(), sys.stderr.getvalue()
    except SystemExit as stop:  # of --help
        return stop.code, sys.stdout.buffer.getvalue().decode(), ""
    finally:
        os.chdir(before)
        sys.stdin, sys.stdout, sys.stderr = streams


def run_line(here, line):
    """Run a line of a shell; what comes before a pipe is run by the shell."""
    *before, command = line.split(" | ")
    given = b""
    if before:
        given = subprocess.run(
            ["bash", "-c", " | ".join(before)], cwd=here, capture_output=True, check=True
        ).stdout
    words = [
        name
        for word in shlex.split(command)[1:]
        for name in (sorted(p.relative_to(here).as_posix() for p in here.glob(word)) or [word])
        if "*" in word or name == word
    ]
    code, out, errors = in_folder(here, words, given)
    assert code in (0, 1), f"{line}: {errors}"
    for option in {"--output", "--save", "--decisions"} & set(words):
        out = (here / words[words.index(option) + 1]).read_bytes()
    assert out or (words[0] in SILENT and code == 0), f"{line}: no output"
    assert b"(no rows)" not in (out if isinstance(out, bytes) else out.encode()), line


def test_examples_were_found():
    assert len(help_examples()) > 60
    assert len(page_examples()) > 20
    assert {name for name, _ in help_examples()} == set(command_names())


@pytest.mark.thorough
@pytest.mark.parametrize(("where", "line"), FIRST, ids=lambda value: value[:60])
def test_the_first_example_of_a_help_or_page_answers(where, line, folder):
    run_line(folder, line)


@pytest.mark.long
@pytest.mark.parametrize(("where", "line"), EXAMPLES, ids=lambda value: value[:60])
def test_every_example_of_a_help_or_page_answers(where, line, folder):
    run_line(folder, line)


# questions ------------------------------------------------------------------------------

QUESTIONS = catalogue()
A_SAMPLE = sorted(QUESTIONS)[::10]


def ask_example(name, here):
    """Run the example in the help of a question; what it needs is what its file gives."""
    given = " ".join(QUESTIONS[name].headers.get("given", []))
    if given:
        head = "".join(f"@prefix {p}: <{n}> .\n" for p, n in PREFIXES.items())
        argv = [
            f"{name}.ttl" if word in ("staff.ttl", "ours.ttl") else word for word in argv_of(name)
        ]
        (here / f"{name}.ttl").write_text(head + given, "utf-8")
    else:
        argv = argv_of(name)
    code, out, errors = in_folder(here, [*argv, "--format", "jsonl"])
    assert code == 0, errors
    assert bool(out) != (name in NO_ROWS), argv


def argv_of(name):
    return ["ask", *QUESTIONS[name].example_arguments()]


@pytest.mark.parametrize("name", A_SAMPLE)
def test_the_example_of_a_question_has_rows(name, folder):
    ask_example(name, folder)


@pytest.mark.long
@pytest.mark.parametrize("name", sorted(QUESTIONS))
def test_the_example_of_every_question_has_rows(name, folder):
    ask_example(name, folder)


@pytest.mark.parametrize("name", A_SAMPLE[:2])
def test_the_help_of_a_question_prints_its_example(name, folder):
    code, out, _ = in_folder(folder, ["ask", name, "--help"])
    assert code == 0
    assert shlex.join(["mlops-roles", *argv_of(name)]) in out


# pages ----------------------------------------------------------------------------------


@cache
def page_commands():
    """(question, command) of every section of the pages."""
    pages = Documentation(with_alignments(load()))
    return [
        (section.question, pages.command(section, term.curie))
        for term in pages.terms.values()
        for section in term.page.sections
    ]


def check_page_command(command):
    out = io.StringIO()
    before, sys.stdout = sys.stdout, out
    try:
        code = main([*shlex.split(command)[1:], "--format", "jsonl"])
    finally:
        sys.stdout = before
    assert code == 0, command
    assert out.getvalue(), command


@pytest.mark.thorough
def test_a_command_of_the_pages_for_each_question_has_rows():
    commands = dict(reversed(page_commands()))
    assert len(page_commands()) > 2000
    assert len(commands) > 40
    for command in commands.values():
        check_page_command(command)


@pytest.mark.long
def test_every_command_of_the_pages_has_rows():
    for _, command in page_commands():
        check_page_command(command)
