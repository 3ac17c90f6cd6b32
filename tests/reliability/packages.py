"""Measure what is built and installed: builds, licences, versions, size.

`python -m tests.reliability.packages builds|sbom|lowest|highest|pythons|minimal` needs the extra
`audit` and, but for `builds` and `sbom`, uv and a package index. Each records its figures.
"""

import argparse
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path

from .figures import record

ROOT = Path(__file__).parents[2]
LOWEST = ROOT / "constraints-lowest.txt"
EPOCH = "1767225600"  # the time of all files in a build, 2026-01-01
TESTS = [
    *("tests/ontology/test_graph.py", "tests/ontology/test_gate.py", "tests/analysis/test_gap.py"),
    *("tests/analysis/verifier", "tests/validation/test_shapes.py", "tests/io"),
    *("tests/matching/test_curation.py", "tests/staff/test_reading.py", "tests/cli/test_main.py"),
    *("tests/publishing/test_app.py", "tests/cli/test_agents.py"),
]
TEST_PACKAGES = ("pytest", "pytest-xdist", "hypothesis", "openpyxl", "openapi-spec-validator")
# the reference implementation of SSSOM, which this judges by, needs later versions than the lowest
NO_TEST = ("--ignore", "tests/io/test_sssom.py")
OF_PYTHON = ("lowest", "highest", "pythons")  # what runs tests, in an environment that may be given


def run(*command: str | Path, **more) -> str:
    """The output of a command; its errors end the program."""
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, **more).stdout


def build(folder: Path) -> dict[str, str]:
    """Build wheel and sdist into a folder; their digests by name."""
    environment = os.environ | {"SOURCE_DATE_EPOCH": EPOCH}
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, env=environment)
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def builds() -> None:
    """Build twice, and compare the bytes."""
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as other:
        first, second = build(Path(one)), build(Path(other))
    same = sum(first[name] == second.get(name) for name in first)
    print(record("builds that are equal byte by byte", same, len(first), "files"), first)


def fresh(folder: str | Path, python: str = sys.executable) -> Path:
    """A fresh environment; its Python."""
    run("uv", "venv", "-q", "--python", python, folder)
    return Path(folder) / "bin" / "python"


def install(python: Path, *what: str | Path) -> None:
    """Install packages into an environment."""
    run("uv", "pip", "install", "-q", "--python", python, *what)


def sbom() -> None:
    """Write dist/sbom.cdx.json (CycloneDX) and docs/licences.md of an install with all extras."""
    with tempfile.TemporaryDirectory() as folder:
        python = fresh(folder)
        install(python, "-c", ROOT / "constraints.txt", f"{ROOT}[{','.join(extras())}]")
        output = ROOT / "dist" / "sbom.cdx.json"
        output.parent.mkdir(exist_ok=True)
        command = ["environment", "--output-reproducible", "--of", "JSON", "-o", str(output)]
        run(sys.executable, "-m", "cyclonedx_py", *command, python)
    parts = json.loads(output.read_text("utf-8"))["components"]
    parts = sorted(
        (p for p in parts if p["name"] != "mlops-roles"), key=lambda p: p["name"].lower()
    )
    rows = "".join(f"| {p['name']} | {p['version']} | {_licence(p)} |\n" for p in parts)
    head = (
        "# Licences of the dependencies\n\nWhat `pip install 'mlops-roles[all extras]'` installs, "
        "with the licence that each package states; written by `python -m "
        "tests.reliability.packages sbom`.\n\n| package | version | licence |\n|---|---|---|\n"
    )
    (ROOT / "docs" / "licences.md").write_text(head + rows, encoding="utf-8")
    known = sum(bool(_licence(part)) for part in parts)
    note = "a bill of materials in CycloneDX is made with it"
    print(record("dependencies with a known licence", known, len(parts), "packages", note))


def _licence(part: dict) -> str:
    """The licence of a component of CycloneDX; of a text, its first line."""
    stated = [given.get("license", given) for given in part.get("licenses", ())]
    names = [one.get("expression") or one.get("id") or one.get("name") or "" for one in stated]
    short = [name.strip().split("\n")[0][:80] for name in names if name.strip()]
    return ", ".join(dict.fromkeys(short)).replace("|", "/")


def extras() -> list[str]:
    """The extras that a user may install."""
    data = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    return sorted(
        set(data["project"]["optional-dependencies"]) - {"test", "audit", "fuzz", "spark"}
    )


def lowest(python: Path | None) -> None:
    """Write constraints-lowest.txt and run tests with the lowest versions that are allowed."""
    with tempfile.TemporaryDirectory() as folder:
        if not python:
            wanted = ["--resolution", "lowest-direct", "--python-version", "3.11", "--no-header"]
            names = [part for extra in extras() for part in ("--extra", extra)]
            run("uv", "pip", "compile", ROOT / "pyproject.toml", *names, *wanted, "-o", LOWEST)
            python = fresh(folder, "3.11")
            install(python, "-r", LOWEST, *TEST_PACKAGES)
            install(python, "--no-deps", ROOT)  # for a test that gives its program no PYTHONPATH
        _record_tests("tests with the lowest versions", python)


def highest(python: Path | None) -> None:
    """Run tests with the newest versions that are allowed today."""
    with tempfile.TemporaryDirectory() as folder:
        if not python:
            python = fresh(folder, "3.11")
            install(python, "--upgrade", f"{ROOT}[{','.join(extras())}]", *TEST_PACKAGES)
        _record_tests("tests with the highest versions", python)


def pythons(python: Path | None) -> None:
    """Run tests with each newer Python."""
    for version in ("3.12", "3.13") if not python else (run(python, "-V").split()[1][:4],):
        with tempfile.TemporaryDirectory() as folder:
            if not python:
                python = fresh(folder, version)
                what = f"{ROOT}[{','.join(extras())}]"
                install(python, "-c", ROOT / "constraints.txt", what, *TEST_PACKAGES)
            _record_tests(f"tests with Python {version}", python)
        python = None


def _record_tests(name: str, python: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run(
        [python, "-m", "pytest", *TESTS, *NO_TEST, "-n", "0", "-W", "ignore"],
        cwd=ROOT, env=environment, text=True, capture_output=True, check=False,
    )  # fmt: skip
    counts = {kind: int(n) for n, kind in re.findall(r"(\d+) (passed|failed|error)", done.stdout)}
    print(done.stdout[-6000:])
    note = f"of the parts named in tests/reliability/packages.py, by {run(python, '-V').strip()}"
    print(record(name, counts.get("passed", 0), sum(counts.values()), "tests", note))


def minimal() -> None:
    """Install without extras, and measure size and time."""
    with tempfile.TemporaryDirectory() as folder:
        python, begun = fresh(folder), time.monotonic()
        install(python, "-c", ROOT / "constraints.txt", ROOT)
        seconds = round(time.monotonic() - begun)
        size = sum(p.lstat().st_size for p in Path(folder).rglob("*") if not p.is_symlink())
        packages = len(list(Path(folder).glob("lib/*/site-packages/*.dist-info")))
    note = f"{packages} packages"
    print(record("minimal install, MB", round(size / 1e6), "", "MB", note))
    print(record("minimal install, seconds", seconds, "", "seconds", "with packages in uv's cache"))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=["builds", "sbom", "minimal", *OF_PYTHON])
    parser.add_argument("--python", type=Path, help="of an environment in which all is installed")
    args = parser.parse_args()
    globals()[args.what](*([args.python] if args.what in OF_PYTHON else []))
