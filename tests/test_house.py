"""The house rules that a program can check. The others are for reviewers."""

import ast
import doctest
import inspect
import re
import subprocess
import sys
import tomllib
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
from support.asserted import FRONT_DOOR, PREFIXES, ROOT, facts, links, members

import mlops_roles
from mlops_roles.cli import main

SRC = ROOT / "src" / "mlops_roles"
CODE = sorted(SRC.rglob("*.py"))
COMMANDS = sorted(p.stem for p in (SRC / "cli" / "commands").glob("*.py") if p.stem != "__init__")
RDF = sorted([*(ROOT / "ontology").rglob("*.ttl"), *(ROOT / "shapes").rglob("*.ttl")])
SPARQL = sorted([*(ROOT / "queries").glob("*.rq"), *(ROOT / "ontology").rglob("*.rq")])
HEAVY = {
    *("rdflib", "owlrl", "pyshacl", "ibis", "duckdb", "pyarrow", "pandas", "openpyxl"),
    *(
        "python_calamine",
        "xlsxwriter",
        "jinja2",
        "markdown_it",
        "sqlglot",
        "shtab",
        "owlready2",
        "numpy",
        "highspy",
        "httpx",
    ),
    *("pyspark", "rapidfuzz", "matplotlib", "yaml"),
}
NOT_OURS = {
    *(".git", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis", ".venv"),
    *(".import_linter_cache", "__pycache__", "dist", "build", "node_modules"),
}
every_command = pytest.mark.parametrize("name", COMMANDS)


@cache
def tree(path):
    """The syntax tree of a file of Python."""
    return ast.parse(path.read_text("utf-8"))


def in_modules(fault):
    """What is found in each module in which something is: (path inside the package, found)."""
    found = {str(path.relative_to(SRC)): fault(path) for path in CODE}
    return {name: faults for name, faults in found.items() if faults}


def prefixes(path):
    """The prefixes that a Turtle file or a query declares."""
    return re.findall(r"(?mi)^(?:@prefix|PREFIX)\s+(\w*):\s+<(.*?)>", path.read_text("utf-8"))


def docstrings(module):
    """The docstring nodes of a module: documentation, which may show examples."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    bodies = [
        node.body[0] for node in ast.walk(module) if isinstance(node, documented) and node.body
    ]
    return {id(first.value) for first in bodies if isinstance(first, ast.Expr)}


def literals(path):
    """The texts in a module's code, without docstrings; of an f-string its fixed parts."""
    shown = docstrings(tree(path))
    return [
        n.value
        for n in ast.walk(tree(path))
        if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in shown
    ]


def imports(module):
    """(level, module, names) of the imports that run on import."""
    nodes, found = list(module.body), []
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found += [(0, alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module or "", [alias.name for alias in node.names]))
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            nodes += ast.iter_child_nodes(node)
    return found


# prefixes ------------------------------------------------------------------------------


def test_the_files_were_found():
    assert len(RDF) >= 10
    assert len(SPARQL) >= 50
    assert len(CODE) >= 20
    assert len(COMMANDS) >= 8


def test_a_prefix_means_the_same_everywhere():
    found = {path: prefixes(path) for path in [*RDF, *SPARQL]}
    known = set(PREFIXES.items())
    assert [path for path, pairs in found.items() if not set(pairs) <= known] == []
    assert [path for path, pairs in found.items() if len(pairs) != len(dict(pairs))] == []


def test_the_front_door_declares_its_prefixes_to_shapes():
    names, spaces = links("sh:prefix"), links("sh:namespace")
    nodes = set().union(*links("sh:declare").values())
    declared = {
        (p.strip('"'), n.split('"')[1]) for node in nodes for p in names[node] for n in spaces[node]
    }
    assert declared == set(PREFIXES.items()) == set(prefixes(FRONT_DOOR))


# knowledge lives in RDF ------------------------------------------------------------------


def test_no_sparql_in_python():
    """One exception: `catalogue` appends the VALUES block that binds parameters."""
    keywords = r"\b(?:WHERE|CONSTRUCT|ASK|OPTIONAL|UNION|MINUS)\s*\{"
    select = r"\b(?:SELECT|DESCRIBE)\s+(?:DISTINCT\s+)?[?*(]"
    sparql = rf"{select}|{keywords}|\bFILTER\b.*\(|\bPREFIX\s+\w*:|\bVALUES\s*[?(]"
    found = in_modules(lambda p: [hit for t in literals(p) for hit in re.findall(sparql, t)])
    assert found == {"ontology/catalogue.py": ["VALUES ("]}


def knowledge():
    """What only RDF should say: CURIEs, slugs, labels and titles of roles, tasks and skills."""
    terms = set().union(*(members(f"mlops:{c}") for c in ("Role", "SimilarRole", "Task", "Skill")))
    named = ("skos:prefLabel", "mlops:primaryTitle", "mlops:counterpartTitle", "mlops:curatedTitle")
    names = {
        text.rpartition('"')[0][1:]
        for p in named
        for term in terms
        for text in links(p).get(term, ())
    }
    return {n.casefold() for n in {*terms, *(t.partition(":")[2] for t in terms), *names}}


def named_in(text, names):
    """The names that a text is, and those of several words that it contains."""
    found = {n for n in names if n in text and re.search(r"\w[\W_]+\w", n)}
    return {text} & names | {
        n for n in found if re.search(rf"(?<![\w-]){re.escape(n)}(?![\w-])", text)
    }


# examples in help texts and error messages are documentation, as docstrings are
EXAMPLES = {
    "cli/main.py": {
        "mlops engineer",
        "data engineer",
        "machine-learning",
    },  # the last one in "machine-learning operations"
    "ontology/explanation.py": {"skill:sql"},
    "analysis/requirements.py": {"mlops"},  # the prefix, not the skill
    "staff/framework_rdf.py": {"mlops"},
}


def test_no_role_task_skill_or_title_is_named_in_python():
    names = knowledge()
    assert len(names) > 300
    found = in_modules(
        lambda path: set().union(*(named_in(text.casefold(), names) for text in literals(path)))
    )
    assert found == EXAMPLES


# rooms -----------------------------------------------------------------------------------

ROOMS = {
    *("errors", "io", "ontology", "validation", "matching", "staff", "analysis"),
    *("publishing", "cli"),
}
WRAPPER = {"errors", "io", "ontology"}


def test_every_module_is_in_a_room():
    found = {path.relative_to(SRC).parts[0].removesuffix(".py") for path in CODE}
    assert found == {*ROOMS, "__init__", "__main__"}


def test_the_import_rule_has_no_exception():
    """`lint-imports` checks the contracts; none may excuse an import."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(c for c in contracts if c["type"] == "layers")
    assert {room.strip() for rank in layers["layers"] for room in rank.split("|")} == ROOMS
    assert layers["exhaustive"]
    assert [c["name"] for c in contracts if "ignore_imports" in c] == []


def test_the_package_of_commands_is_empty():
    assert len(tree(SRC / "cli" / "commands" / "__init__.py").body) == 1


NEED_HEAVY = {  # modules that are themselves imported only where they are used
    "cover_bound": {"numpy"},
    "cover_candidates": {"numpy"},
    "cover_reduction": {"numpy"},
    "cover_search": {"numpy"},
    "owl_profiles": {"rdflib"},
    "shacl": {"rdflib"},
    "shacl_to_sparql": {"rdflib"},
    "shapes_graph": {"rdflib"},
    "canonical": {"ibis"},
    "csv_source": {"pyarrow"},
    "engine_text": {"ibis"},
    "frames": {"ibis", "pyarrow"},
    "levels": {"ibis"},
    "list_cells": {"pyarrow"},
    "pairs": {"numpy", "pyarrow"},
    "rdf_people": {"numpy", "pyarrow"},
    "rdf_statements": {"numpy"},
    "reader": {"ibis", "pyarrow"},
    "record_source": {"pyarrow"},
    "set_cover": {"numpy"},
    "several": {"ibis"},
    "sheet_source": {"pyarrow"},
    "sources": {"ibis", "numpy", "pyarrow"},
    "team": {"numpy"},
    "unused_rows": {"ibis", "pyarrow"},
}


def test_heavy_packages_are_imported_only_where_they_are_used():

    def heavy(path):
        loaded = {name.split(".")[0] for level, name, _ in imports(tree(path)) if not level}
        return loaded & HEAVY

    assert {Path(name).stem: loaded for name, loaded in in_modules(heavy).items()} == NEED_HEAVY


def test_no_module_is_imported_with_a_heavy_package_before_a_command_runs():
    """The help of the program imports every command."""
    loaded = {name.split(".")[0] for name in modules_after()}
    assert loaded & HEAVY == set()


@cache
def modules_after(*argv):
    """The modules that are loaded once a command has run in a process of its own."""
    code = (
        "import sys; from mlops_roles.cli.main import main; "
        f"assert main({list(argv)!r}) == 0; print(); print(*sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", check=True
    )
    return set(done.stdout.splitlines()[-1].split())


def test_showing_a_role_loads_nothing_heavy():
    loaded = {name.split(".")[0] for name in modules_after("show", "R7")}
    assert "pyoxigraph" in loaded
    assert loaded & HEAVY == set()


@pytest.mark.parametrize(
    ("argv", "more"),
    [
        (["show", "R7"], set()),
        (["ask", "roles"], set()),
        (["explain", "R7 mlops:requiresSkill skill:sql"], set()),
        (["export", "--format", "nt"], set()),
        (["check"], {"validation"}),
    ],
    ids=lambda value: value[0] if isinstance(value, list) else "",
)
def test_the_wrapper_of_the_ontology_is_loaded_without_the_rest(argv, more):
    ours = {n.split(".")[1] for n in modules_after(*argv) if n.startswith("mlops_roles.")}
    assert ours <= {"cli", *WRAPPER, *more}


def test_showing_a_role_imports_few_modules():
    loaded = sorted(n for n in modules_after("show", "R7") if n.startswith("mlops_roles"))
    assert 10 <= len(loaded) <= 25, loaded


# what is public ----------------------------------------------------------------------------


def stub():
    """(module, name) of each name in the stub of the package."""
    found = [n for n in tree(SRC / "__init__.pyi").body if isinstance(n, ast.ImportFrom)]
    return [(node.module, alias.name) for node in found for alias in node.names]


def test_what_is_exported_is_what_the_stub_names():
    names = sorted(name for _, name in stub())
    assert names == sorted(mlops_roles.__all__)
    assert len(set(names)) == len(names) >= 50


@pytest.mark.parametrize(
    "before",
    [
        "pass",
        "from mlops_roles import *",
        "import mlops_roles.analysis.audit, mlops_roles.ontology",
    ],
)
def test_an_exported_name_is_what_its_home_defines_whatever_came_before(before):
    """A module must not hide the function of its name, such as `audit`."""
    loop = "for n in m.__all__:\n    x = getattr(m, n); print(n, callable(x), bool(x.__doc__))"
    code = f"{before}\nimport mlops_roles as m\n{loop}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if not line.endswith("True True")] == []
    assert len(done.stdout.splitlines()) == len(mlops_roles.__all__)


def undocumented(body, inside="", skip=frozenset()):
    """Public functions, classes and methods without a docstring."""
    for node in body.body:
        if (
            isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and not node.name.startswith("_")
            and node.name not in skip
        ):
            if not ast.get_docstring(node):
                yield inside + node.name
            if isinstance(node, ast.ClassDef):
                yield from undocumented(node, f"{node.name}.")


def test_nothing_public_is_undocumented():
    def without(path):
        skip = {"add_arguments", "run"} if path.parent.name == "commands" else set()
        module = [] if ast.get_docstring(tree(path)) else [path.stem]
        return module + list(undocumented(tree(path), skip=skip))

    assert in_modules(without) == {}


ENDS_OR_TALKS = {"print", "exit", "quit", "sys.exit", "os._exit", "input", "breakpoint"}
WRITES = {"sys.stdout.write", "sys.stderr.write", "sys.stdout.buffer.write"}


def test_the_library_neither_prints_nor_exits():
    """The exceptions: the entry point, and two child processes, which write and exit."""

    def talk(path):
        writes = path.stem == "main" or path.parent.name == "commands"
        calls = {ast.unparse(n.func) for n in ast.walk(tree(path)) if isinstance(n, ast.Call)}
        return calls & (ENDS_OR_TALKS if writes else ENDS_OR_TALKS | WRITES)

    assert in_modules(talk) == {
        "__main__.py": {"sys.exit", "os._exit"},
        "ontology/sandbox.py": {"sys.exit", "sys.stderr.write"},
        "ontology/worker_process.py": {"os._exit"},
    }


def test_an_assert_only_compares():
    """Python with -O leaves asserts out, and with them what a call or a property does."""

    def acting(path):
        tests = [n.test for n in ast.walk(tree(path)) if isinstance(n, ast.Assert)]
        calls = (n for test in tests for n in ast.walk(test) if isinstance(n, ast.Call))
        found = {ast.unparse(test) for test in tests if isinstance(test, ast.Attribute)}
        return found | {ast.unparse(n) for n in calls if ast.unparse(n.func) != "isinstance"}

    assert in_modules(acting) == {}


TESTED_THOUGH_PRIVATE = {  # of objects of the package: why a test looks inside
    # they kill a worker, count requests that wait, and wait for pages that are built late
    "test_app.py": {"_all", "_parent", "_process", "_pid", "_socket", "_waiting"},
    "test_server.py": {"_process", "_folder"},
}
PUBLIC_DESPITE_THEIR_NAMES = {"_replace", "_fields", "_repr_html_"}  # of named tuples, and Jupyter
OF_OTHERS = {"_actions", "_exit", "_lru_cache_wrapper", "_extras", "_"}  # other libraries


def private_names(module):
    """The private names that a test imports, sets by name, or reads of an object but itself."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.Attribute) and ast.unparse(node.value) not in ("self", "cls"):
            yield node.attr
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("setattr"):
            yield from (a.value for a in node.args[1:2] if isinstance(a, ast.Constant))


def test_a_test_reads_no_private_name():
    """So that a room can be rebuilt without changing the tests of another."""
    found = {}
    for path in (ROOT / "tests").rglob("*.py"):
        allowed = {*PUBLIC_DESPITE_THEIR_NAMES, *OF_OTHERS}
        allowed |= TESTED_THOUGH_PRIVATE.get(path.name, set())
        names = {name for name in private_names(tree(path)) if re.match(r"_(?!_)", name)}
        found[path] = names - allowed
    assert len(found) > 100
    assert {path: names for path, names in found.items() if names} == {}


def examples(name):
    """The doctests of a public name: of its docstring, and of those of its public methods."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = getattr(mlops_roles, name)
    return [test for test in finder.find(found, name, globs={}) if test.examples]


def test_every_public_function_has_an_example():
    functions = {n for n in mlops_roles.__all__ if inspect.isfunction(getattr(mlops_roles, n))}
    assert len(functions) >= 20
    assert [name for name in sorted(functions) if not examples(name)] == []


@pytest.mark.parametrize("name", sorted(mlops_roles.__all__))
def test_the_examples_of_a_public_name_run(name, monkeypatch):
    monkeypatch.chdir(ROOT)
    for test in examples(name):
        runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
        report = []
        runner.run(test, out=report.append)
        assert runner.failures == 0, "".join(report)


def test_the_example_of_the_package_runs(monkeypatch):
    monkeypatch.chdir(ROOT)
    assert doctest.testmod(mlops_roles).attempted >= 3
    assert doctest.testmod(mlops_roles).failed == 0


# form -----------------------------------------------------------------------------------------


def functions(path):
    """The functions and methods in a file of Python."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [n for n in ast.walk(tree(path)) if isinstance(n, kinds)]


def length(function):
    """The lines of a function, with its docstring."""
    return function.end_lineno - function.lineno + 1


def test_no_function_is_longer_than_40_lines():
    assert in_modules(lambda path: [f.name for f in functions(path) if length(f) > 40]) == {}


def test_lines_of_at_most_100_characters_are_enforced():
    """`ruff check` reports a longer line in Python; no file is excused."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]
    excused = [settings["lint"]["ignore"], *settings["lint"]["per-file-ignores"].values()]
    assert settings["line-length"] == 100
    assert "E" in settings["lint"]["select"]
    assert [code for codes in excused for code in codes if code.startswith("E")] == []


def test_the_name_of_a_test_has_at_most_79_characters():
    names = [f.name for path in (ROOT / "tests").rglob("test_*.py") for f in functions(path)]
    assert len(names) > 500
    assert [name for name in names if name.startswith("test_") and len(name) >= 80] == []


# words -------------------------------------------------------------------------------------------

# words with a meaning that only this project gave them, and the standard word for each
PRIVATE_WORDS = {
    "mend": "fix",
    "mends": "fixes",
    "mended": "fixed",
    "cure": "fix",
    "cures": "fixes",
    "told": "reported",
    "spelt": "written, formatted or encoded",
    "borne": "has",
    "bears": "has",
    "stands(?! for)": "is",
    "whoever": "anyone who",
    "anew": "again",
    "of one's own": "custom, or a company's",
    "lest": "so that not",
    "heed": "use",
}


@cache
def sentences() -> list[tuple[Path, str]]:
    """(path, text) of what a contributor or a user reads: Python, templates, pages, messages."""
    found = []
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")]
    for path in [*CODE, *SRC.rglob("*.pyi"), *SRC.rglob("*.j2"), *pages]:
        found.append((path, path.read_text("utf-8")))
    for path in (ROOT / "tests").rglob("test_*.py"):
        found.append((path, "\n".join(f.name for f in functions(path))))
    for path in [*RDF, *SPARQL]:
        shown = r"(?m)^\s*(?:sh:message|rdfs:comment|#\+) .*$"
        found.append((path, "\n".join(re.findall(shown, path.read_text("utf-8")))))
    return found


def test_no_text_or_name_has_a_private_word():
    """As a word, or as a part of a name in snake_case or CamelCase."""
    anywhere = "|".join(PRIVATE_WORDS)
    in_camel_case = "|".join(word.capitalize() for word in PRIVATE_WORDS)
    pattern = rf"(?:(?<![A-Za-z])(?i:{anywhere})|(?<=[a-z])(?:{in_camel_case}))(?![a-z])"
    found = {path: set(re.findall(pattern, text)) for path, text in sentences()}
    assert {path: words for path, words in found.items() if words} == {}, PRIVATE_WORDS


# commands -------------------------------------------------------------------------------------


@every_command
def test_a_command_has_a_docstring_arguments_and_run(name):
    module = main.load_command(name)
    assert module.__doc__.splitlines()[0].endswith(".")
    assert list(inspect.signature(module.add_arguments).parameters) == ["parser", "argv"]
    assert list(inspect.signature(module.run).parameters) == ["args"]


# the repository ---------------------------------------------------------------------------------


def texts():
    """The text files of the repository."""
    for path in sorted(ROOT.rglob("*")):
        if (
            path.is_file()
            and not NOT_OURS & set(path.relative_to(ROOT).parts)
            and b"\0" not in (data := path.read_bytes())[:1024]
        ):
            yield path, data.decode("utf-8", "replace")


def test_no_file_names_a_registry_or_a_place_on_a_machine():
    hosts = (
        r"py[p]i\.org|pythonhoste[d]\.org|npmj[s]\.(?:org|com)|anacond[a]\.org|crate[s]\.io"
        r"|index-ur[l]|docke[r]\.io|prox[y]\.golang"
    )
    places = (
        r"(?<![\w.:/-])/(?:wor[k]|hom[e]|User[s]|roo[t]|tm[p]|mn[t]|op[t])/\w|\b[A-Z]:\\\\?\w+\\"
    )
    found = {path: re.findall(f"{hosts}|{places}", text) for path, text in texts()}
    assert len(found) > 100
    assert {path: hits for path, hits in found.items() if hits} == {}


def test_the_versions_agree():
    header = "<https://w3id.org/mlops-roles>"
    said = {o for s, p, o in facts() if s == header and p in ("owl:versionInfo", "owl:versionIRI")}
    number = version("mlops-roles")
    assert said == {f'"{number}"', f"<https://w3id.org/mlops-roles/{number}>"}
    assert mlops_roles.load().version == number
    assert any(
        f"version {number}." in text for text in links("dcterms:bibliographicCitation")[header]
    )


def test_the_package_is_the_one_of_this_repository():
    assert Path(mlops_roles.__file__).is_relative_to(SRC)
