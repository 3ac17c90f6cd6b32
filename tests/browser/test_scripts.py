"""The unit tests of the site's scripts, by node's own test runner."""

import json
import re
import subprocess

from support.node import NODE, ROOT, needs_node


@needs_node
def test_the_scripts_pass_their_own_tests():
    tests = sorted(map(str, (ROOT / "site/tests").glob("*.test.mjs")))
    assert len(tests) >= 4
    done = subprocess.run(
        [NODE, "--test", *tests], capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stdout[-4000:]
    assert "# fail 0" in done.stdout


def test_what_npm_installs_is_pinned_and_has_no_address():
    text = (ROOT / "site/package-lock.json").read_text("utf-8")
    packages = json.loads(text)["packages"]
    wanted = json.loads((ROOT / "site/package.json").read_text("utf-8"))["devDependencies"]
    assert {"oxigraph", "esbuild", "axe-core", "elkjs"} <= wanted.keys()
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    assert "resolved" not in text
    assert "://" not in text
    for name, package in packages.items():
        assert not name or package["integrity"].startswith("sha512-"), name
        direct = wanted.get(name.removeprefix("node_modules/"))
        assert direct in (None, package["version"])
