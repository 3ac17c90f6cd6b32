"""`python -m mlops_roles` is the command `mlops-roles`."""

import atexit
import contextlib
import os
import sys
from typing import NoReturn

from .cli.main import main


def process() -> NoReturn:
    """The command line as a process of its own, which ends without taking its memory apart: a tenth of an audit."""
    code = main()
    atexit._run_exitfuncs()
    with contextlib.suppress(OSError):  # it was told
        sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    process()
