"""The unit tests of the site's scripts, by node's own test runner."""

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
