"""Run the scripts of the site with node, where it is installed."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STATIC = ROOT / "src/mlops_roles/publishing/static"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="node is not installed")
HARNESS = """
const vm = require("node:vm"), fs = require("node:fs");
const input = JSON.parse(fs.readFileSync(0, "utf8"));
const scope = vm.createContext({ input });
for (const text of input.scripts) vm.runInContext(text, scope);
process.stdout.write(JSON.stringify(vm.runInContext(input.code, scope)));
"""


def run_scripts(names, data, code, **given):
    """The value of JavaScript after scripts of the site and of data, in a scope with `given`."""
    scripts = [*(b.decode() for b in data), *((STATIC / n).read_text("utf-8") for n in names)]
    done = subprocess.run(
        [NODE, "-e", HARNESS],
        input=json.dumps({"scripts": scripts, "code": code, **given}),
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
