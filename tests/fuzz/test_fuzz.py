"""Each target takes its seeds and every input that once failed.

CI fuzzes each target for 30 seconds (`python -m tests.fuzz all --seconds 30`); the long run of the
tests for as long as `--fuzz-seconds` says.
"""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from tests.fuzz import targets

ROOT = Path(__file__).parents[2]
CASES = sorted(path for path in (Path(__file__).parent / "cases").glob("*/*") if path.is_file())
every_target = pytest.mark.parametrize("target", targets.TARGETS)


@every_target
def test_a_target_takes_its_seeds(target):
    seeds = targets.seeds(target)
    assert seeds
    for seed in seeds:
        targets.TARGETS[target](seed)


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_an_input_that_failed_once_is_taken(path):
    targets.TARGETS[path.parent.name](path.read_bytes())


def test_a_target_fails_where_the_code_raises_what_it_should_not():
    with pytest.raises(KeyError), targets.only_own_errors():
        raise KeyError("broken")
    with pytest.raises(AssertionError), targets.only_own_errors():
        raise targets.MlopsRolesError("two\nlines")


def test_a_forged_certificate_is_edited_and_sealed():
    """The edits of the fuzzer change the certificate, and its hash is right."""
    true = targets.json.loads(targets.true_certificate())
    for edits in (b"\x05\x01\x02", b"\x35\x04\x02\x71\x08\x09"):
        forged = targets.sealed(
            targets.edited(targets.json.loads(targets.true_certificate()), edits)
        )
        assert forged["id"] != true["id"]
        assert targets.sealed(forged) == forged


@pytest.mark.long
@pytest.mark.skipif(not find_spec("atheris"), reason="Atheris is not here: pip install '.[fuzz]'")
@every_target
def test_a_short_fuzz_finds_nothing(target, pytestconfig, tmp_path):
    seconds = str(pytestconfig.getoption("fuzz_seconds"))
    command = [sys.executable, "-m", "tests.fuzz", target, "--seconds", seconds]
    command += ["--corpus", str(tmp_path / "corpus")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    assert "stat::number_of_executed_units" in done.stderr
