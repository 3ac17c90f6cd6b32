"""The pages of docs/ in a release; what is broken or undocumented stops the build."""

import re
from types import SimpleNamespace

import pytest
from support.asserted import ROOT

import mlops_roles
from mlops_roles import InputError, catalogue
from mlops_roles.cli.main import command_names
from mlops_roles.cli.reference import command_reference
from mlops_roles.publishing import docs_site, reference
from mlops_roles.publishing.command_help import Argument, CommandHelp
from mlops_roles.publishing.docs_site import DocsSite
from mlops_roles.publishing.links import broken_links
from mlops_roles.publishing.markdown import render
from mlops_roles.publishing.python_api import DocumentedName

INDEX = """
[[kinds]]
title = "Tutorial"
about = "To learn."
pages = ["scale.md", "../BREAD.md", "commands"]
"""
HELP = CommandHelp("bake", "Bake.", "bake [options]", "bake", (), ())


@pytest.fixture(scope="module")
def commands():
    return command_reference()


@pytest.fixture(scope="module")
def documentation(graph):
    """The names that pages are linked to, without the pages of terms."""
    subjects = {quad.subject for quad in graph.store}
    terms = {graph.format_term(s): SimpleNamespace(href="index.html") for s in subjects}
    return SimpleNamespace(terms=terms, questions=catalogue(graph))


@pytest.fixture
def docs(tmp_path):
    """A folder with an index and two pages."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "index.toml").write_text(INDEX, "utf-8")
    (folder / "scale.md").write_text("# Scale\n\n[back](../BREAD.md#a-heading)\n", "utf-8")
    (tmp_path / "BREAD.md").write_text("# Bread\n\n## A heading\n", "utf-8")
    return folder


def text_of(page):
    return re.sub(r"<[^>]*>", "", page.decode())


def ids(page):
    return set(re.findall(r' id="([^"]*)"', page.decode()))


# what is built ---------------------------------------------------------------------------


def test_every_page_of_docs_is_a_page_of_the_site(files):
    index = files["docs/index.html"].decode()
    written = [path.stem for path in (ROOT / "docs").glob("*.md")]
    assert len(written) > 12
    for name in [*written, "commands", "questions", "python", "contributing", "changelog"]:
        assert f'href="../docs/{name}.html"' in index
        assert files[f"docs/{name}.html"].count(b"<h1") == 1
    kinds = ["Tutorial", "How to", "Reference", "Explanation"]
    assert re.findall(r"<h2 .*?>(.*?)</h2>", index) == kinds


def test_the_reference_has_every_command_question_and_public_name(files):
    assert set(command_names()) <= ids(files["docs/commands.html"])
    assert set(catalogue()) <= ids(files["docs/questions.html"])
    assert set(mlops_roles.__all__) <= ids(files["docs/python.html"])


def test_the_reference_has_options_parameters_and_examples(files):
    commands, python = (text_of(files[f"docs/{name}.html"]) for name in ("commands", "python"))
    assert "--small-groups" in commands
    assert "mlops-roles certify PERSON ROLE [options]" in commands
    assert "staff: a path, or a table" in python
    assert "mlops-roles ask tasks-of-role role:ml-engineer" in text_of(files["docs/questions.html"])


def test_names_on_a_page_are_links_to_their_pages(files):
    page = files["docs/skills.html"].decode()
    assert '<a href="../ns/index.html#requiresSkill"><code>mlops:requiresSkill</code></a>' in page
    assert '<a href="questions.html#skills-of-step">' in page
    assert 'href="commands.html#link"' in files["docs/linking.html"].decode()


def test_the_pages_of_docs_are_small_and_have_no_script_of_their_own(files):
    pages = {name: page for name, page in files.items() if re.match(r"docs/.*\.html", name)}
    assert max(map(len, pages.values())) < 200_000
    for page in pages.values():
        scripts = re.findall(rb"<script[^>]*>", page)
        assert scripts
        assert all(re.fullmatch(rb'<script src="\.\./static/[\w.-]+" defer>', s) for s in scripts)


# Markdown --------------------------------------------------------------------------------


def test_html_in_markdown_is_text():
    page = render("# T\n\n<script>alert(1)</script> [x](javascript:alert(1)) <b onclick=x>y</b>\n")
    assert "<script" not in page.body
    assert "<b" not in page.body
    assert 'href="javascript' not in page.body


def test_headings_have_the_anchors_of_code_hosts():
    page = render("# A\n\n## It's *so*: 2 `x`\n\n## Twice\n\n## Twice\n\n## `Name`\n")
    assert [h.anchor for h in page.headings] == ["a", "its-so-2-x", "twice", "twice-1", "Name"]
    assert 'id="twice-1"' in page.body


def test_the_commands_of_a_session_stand_out():
    page = render("```console\n$ ls <x>\n$1\n```\n")
    assert "<b>$ ls &lt;x&gt;</b>\n$1" in page.body


# what stops a build ----------------------------------------------------------------------

BROKEN = {
    "[a](none.md)": "line 1: no file docs/none.md; correct the link",
    "[a](../src/none.py)": "no file src/none.py",
    "![a](none.svg)": "no file docs/none.svg",
    "[a](scale.md#none)": "line 1: docs/scale.html has no heading #none",
    "[a](#none)": "docs/broken.html has no heading #none",
    "[a](../queries/none.rq)": "no file queries/none.rq",
    "Use `mlops-roles adit x`.": "no command 'adit'",
    "Use `audit --smal-groups`.": "no command has the option --smal-groups",
    "See `ask tasks-of-roles R7`.": "no question 'tasks-of-roles'",
    "See `mlops:requires`.": "no term mlops:requires in the vocabulary",
}


@pytest.mark.parametrize(("text", "problem"), BROKEN.items(), ids=list(BROKEN))
def test_what_is_broken_on_a_page_stops_the_build(text, problem, docs, documentation, commands):
    (docs.parent / "pyproject.toml").touch()  # a checkout, which has all files
    for folder in ("src", "ontology", "tests", "queries", "bench", "examples"):
        (docs.parent / folder).symlink_to(ROOT / folder)
    (docs / "broken.md").write_text(text, "utf-8")
    index = (docs / "index.toml").read_text("utf-8")
    (docs / "index.toml").write_text(index.replace('"scale.md"', '"scale.md", "broken.md"'))
    with pytest.raises(InputError, match=r"^docs/broken\.md, line 1: ") as error:
        DocsSite(documentation, commands, docs).files()
    assert problem in str(error.value)
    assert "|" not in str(error.value), "one problem, and no other page has one"


def test_a_broken_link_of_the_readme_stops_the_build(docs, documentation):
    (docs.parent / "README.md").write_text("[a](docs/scale.md#none)\n")
    with pytest.raises(InputError, match=r"README\.md, line 1: docs/scale\.html has no heading"):
        DocsSite(documentation, [HELP], docs).files()


def test_a_page_that_is_not_listed_stops_the_build(docs, documentation):
    (docs / "new.md").write_text("# New\n")
    with pytest.raises(InputError, match=r"docs/new\.md: not in docs/index\.toml"):
        DocsSite(documentation, [HELP], docs).files()


@pytest.mark.parametrize(
    ("before", "after", "problem"),
    [
        ('"scale.md"', '"scales.md"', "no file docs/scales.md; correct its name"),
        ('"commands"', '"command"', "no page 'command' is made; there are questions"),
        ('title = "Tutorial"', "", "cannot be read"),
        ("[[kinds]]", "[[kinds", "cannot be read"),
    ],
)
def test_an_index_that_is_wrong_stops_the_build(before, after, problem, docs, documentation):
    index = (docs / "index.toml").read_text("utf-8")
    (docs / "index.toml").write_text(index.replace(before, after, 1))
    with pytest.raises(InputError, match=r"docs/index\.toml: ") as error:
        DocsSite(documentation, [HELP], docs).files()
    assert problem in str(error.value)


def undocumented(commands=(), questions=(), names=()):
    return list(reference.undocumented(commands, questions, names))


def test_an_undocumented_command_option_question_or_name_is_a_problem():
    silent = HELP._replace(summary="", arguments=(Argument(("--hot",), "", ""),))
    question = next(iter(catalogue().values()))
    odd = question._replace(parameters={"role": ""}, headers={})
    method = DocumentedName("Oven.heat", "oven.py, line 9", "method", "Oven.heat()", "")
    oven = DocumentedName("Oven", "oven.py, line 7", "class", "class Oven", "An oven.", (method,))
    assert undocumented([HELP], [question], [oven._replace(members=())]) == []
    assert undocumented([silent], [odd], [oven]) == [
        "cli/commands/bake.py: no docstring; write a summary, examples and notes",
        "cli/commands/bake.py: --hot has no help; write help=",
        f"{question.path.name}: the header says nothing of role; describe it there",
        f"{question.path.name}: no line '#+ about:'; write its topic",
        "oven.py, line 9: Oven.heat has no docstring; write what it is for",
    ]


def test_an_undocumented_option_stops_the_build(docs, documentation):
    silent = HELP._replace(arguments=(Argument(("--hot",), "", ""),))
    with pytest.raises(InputError, match=r"cli/commands/bake\.py: --hot has no help"):
        DocsSite(documentation, [silent], docs).files()


def test_no_link_of_the_site_is_broken(built):
    assert sum(len(re.findall(rb"href=", page)) for page in built.values()) > 10_000
    assert list(broken_links(built)) == []


@pytest.mark.parametrize(
    ("page", "before", "after", "problem"),
    [
        ("role/ml-engineer.html", b"../docs/index.html", b"../docs/none.html", "is not built"),
        ("docs/skills.html", b"index.html#requiresSkill", b"index.html#none", "no place in"),
        ("docs/index.html", b"../ns/index.html", b"../../../ns/index.html", "is not built"),
    ],
)
def test_a_broken_link_of_the_site_is_found(page, before, after, problem, files):
    assert before in files[page]
    (found,) = broken_links({**files, page: files[page].replace(before, after)})
    assert found.startswith(f"{page}: ")
    assert problem in found


def test_a_message_names_the_first_problems():
    with pytest.raises(InputError, match=r"^a \| b \| c \(and 2 more\)$"):
        docs_site.raise_problems(list("abcde"))
    docs_site.raise_problems([])
