"""The wheel has all it needs: built, installed in a fresh environment, used in an empty folder."""

import json
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
pytestmark = pytest.mark.thorough  # it builds, and makes an environment
VENDOR = ROOT / "src/mlops_roles/publishing/vendor"  # made by site/build.mjs


@pytest.fixture(scope="module")
def python(tmp_path_factory):
    """A fresh environment with the wheel; it borrows the dependencies of this one."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "venv", with_pip=False)
    fresh = folder / "venv" / "bin" / "python"
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            fresh,
            "install",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
        capture_output=True,
    )
    paths = [p for p in sys.path if p.endswith("site-packages")]
    site = subprocess.run(
        [fresh, "-c", "import site; print(site.getsitepackages()[0])"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()
    (Path(site) / "borrowed.pth").write_text("\n".join(paths))
    return fresh


def run(python, folder, *arguments):
    return subprocess.run(
        [python, "-m", "mlops_roles", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_installed_package_is_the_wheels_own(python, tmp_path):
    where = subprocess.run(
        [python, "-c", "import mlops_roles; print(mlops_roles.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert str(python.parents[1]) in where.stdout


def test_it_has_what_npm_bundled_with_its_licences(python):
    bundled = {path.name for path in VENDOR.glob("*")}
    (site,) = python.parents[1].glob("lib/*/site-packages/mlops_roles/publishing")
    assert {path.name for path in site.glob("vendor/*")} == bundled
    assert not bundled or "LICENSES.txt" in bundled
    assert (site / "static/query.js").is_file()


def test_it_shows_asks_resolves_and_checks_in_an_empty_folder(python, tmp_path):
    assert "ML Engineer" in run(python, tmp_path, "show", "R7").stdout
    assert (
        "role:ml-engineer" in run(python, tmp_path, "ask", "roles-for-task", "deploy-model").stdout
    )
    assert json.loads(run(python, tmp_path, "resolve", "Data Engineer", "--format", "json").stdout)[
        0
    ]["roles"] == ["data-engineer"]
    checked = run(python, tmp_path, "check")
    assert checked.returncode == 0, checked.stderr
    assert "; 0 nodes" not in checked.stderr


def test_it_audits_a_staff_file_into_a_page(python, tmp_path):
    (tmp_path / "staff.csv").write_text("person,title,skills\nAda,Data Engineer,SQL; Kafka\n")
    done = run(
        python, tmp_path, "audit", "staff.csv", "--format", "html", "--output", "report.html"
    )
    assert done.returncode == 0, done.stderr
    assert "Data Engineer" in (tmp_path / "report.html").read_text("utf-8")


def test_every_file_of_the_ontology_shapes_and_questions_is_in_it(python, tmp_path):
    code = """
from mlops_roles.io.resources import resource_dir
for folder in ("ontology", "shapes", "queries"):
    for path in resource_dir(folder).rglob("*"):
        if path.is_file():
            print(path.relative_to(resource_dir(folder)).as_posix())
"""
    packed = set(
        subprocess.run(
            [python, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
        ).stdout.split()
    )
    ours = {
        p.relative_to(ROOT / f).as_posix()
        for f in ("ontology", "shapes", "queries")
        for p in (ROOT / f).rglob("*")
        if p.is_file()
    }
    assert len(ours) > 100
    assert packed == ours
