"""What a process used, measured by a parent so small that none of it is the parent's.

python bench/timed.py FILE COMMAND …

Passes on what the command writes and its exit code. FILE gets JSON: wall and cpu in seconds, the
highest memory in MiB.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main(file: str, *command: str) -> int:
    """Run the command to its end."""
    start = time.perf_counter()
    process = subprocess.Popen(command)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    Path(file).write_text(
        json.dumps(
            {"wall": wall, "cpu": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss / 1024}
        ),
        "utf-8",
    )
    return process.returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
