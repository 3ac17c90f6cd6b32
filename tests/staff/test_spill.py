"""What an engine writes to disk when memory is short goes with its process."""

import os
import subprocess
import sys

import pytest
from support.asserted import ROOT

# an engine that is short of memory, so that its rows are on disk, beside the one of an audit
SPILL = """
import os, signal, sys
from pathlib import Path
from mlops_roles.__main__ import process
from mlops_roles.staff.connections import embedded_duckdb

way, staff = sys.argv[1:]
con = embedded_duckdb()
con.raw_sql("SET memory_limit = '30MB'")
con.raw_sql("CREATE TEMP TABLE large AS SELECT range, md5(range::VARCHAR) FROM range(1_000_000)")
files = [path for path in Path(os.environ["TMPDIR"]).rglob("*") if path.is_file()]
print(sum(path.stat().st_size for path in files), file=sys.stderr, flush=True)
if way == "killed":
    os.kill(os.getpid(), signal.SIGKILL)
sys.argv[1:] = ["audit", staff, "--format", "json"]
process()
"""
STAFF = ROOT / "examples" / "acme.csv"


@pytest.mark.thorough
@pytest.mark.skipif(os.name == "nt", reason="needs kill and file locks")
@pytest.mark.parametrize(("way", "code"), [("ended", 1), ("killed", -9)])
def test_files_of_an_engine_go_with_its_process_or_at_the_next_start(way, code, tmp_path):
    here, temporary = tmp_path / "here", tmp_path / "temporary"
    here.mkdir()
    temporary.mkdir()

    def run(*arguments):
        environment = os.environ | {"TMPDIR": str(temporary)}
        command = [sys.executable, *map(str, arguments)]
        return subprocess.run(
            command, cwd=here, env=environment, capture_output=True, text=True, check=False
        )

    done = run("-c", SPILL, way, STAFF)
    assert done.returncode == code, done.stderr
    assert int(done.stderr.split()[0]) > 1 << 20, "nothing was written to disk"
    assert list(here.iterdir()) == []
    assert bool(list(temporary.iterdir())) == (way == "killed")
    if way == "killed":
        assert run("-m", "mlops_roles", "audit", STAFF).returncode == 1
        assert list(temporary.iterdir()) == []
