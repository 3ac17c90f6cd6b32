"""The notebook in examples/ runs, and the Python code of the pages is fully typed."""

import ast
import json
import re
import subprocess
import sys

import pytest
from support.asserted import ROOT

NOTEBOOK = ROOT / "examples" / "acme.ipynb"
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def code_cells():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]


@pytest.mark.thorough
def test_the_code_of_the_notebook_runs(monkeypatch):
    """In this process; the long test runs it as Jupyter does."""
    monkeypatch.chdir(NOTEBOOK.parent)
    names, last = {}, None
    for source in code_cells():
        *statements, end = ast.parse(source).body
        exec(compile(ast.Module(statements, []), "cell", "exec"), names)
        last = eval(compile(ast.Expression(end.value), "cell", "eval"), names)
    assert last == "<!DOCTYPE html>"


def test_the_notebook_is_kept_without_output():
    cells = json.loads(NOTEBOOK.read_text("utf-8"))["cells"]
    assert [cell for cell in cells if cell.get("outputs")] == []


@pytest.mark.long
def test_the_notebook_runs_in_jupyter():
    import nbclient
    import nbformat

    notebook = nbformat.read(NOTEBOOK, 4)
    nbclient.NotebookClient(
        notebook, timeout=300, resources={"metadata": {"path": str(NOTEBOOK.parent)}}
    ).execute()
    shown = [o["data"] for c in notebook.cells for o in c.get("outputs", []) if "data" in o]
    assert sum("text/html" in data for data in shown) >= 4


def blocks():
    return [
        (page.name, block)
        for page in PAGES
        for block in re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.S)
    ]


@pytest.mark.long
@pytest.mark.parametrize(("page", "block"), blocks(), ids=lambda value: value[:20])
def test_the_python_code_of_a_page_passes_mypy(page, block, tmp_path):
    path = tmp_path / "page.py"
    path.write_text(block, "utf-8")
    run = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", ROOT / "pyproject.toml", path],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert run.returncode == 0, run.stdout
