"""`python -m mlops_roles` is the command `mlops-roles`."""

import atexit
import contextlib
import gc
import os
import sys
from typing import NoReturn

from .cli.main import main, report_error

_exit_codes: list[int] = []  # none unless this process is the command


@atexit.register  # on import, so before the handlers of all that is used: it runs after them
def _end() -> None:
    if _exit_codes:
        with contextlib.suppress(OSError):  # main has reported it
            sys.stdout.flush()
        os._exit(_exit_codes[-1])


def process() -> NoReturn:
    """Run the command line as a process of its own.

    A command allocates much and frees little, so reference cycles are looked for seldom, and the
    process ends without freeing its memory object by object, once all handlers registered with
    `atexit` have run. This saves 16 % of the CPU time of `show R7` (0.16 s), 27 % of an audit of
    `examples/acme.csv` (1.7 s) and 15 % of one of 100,000 people (2.7 s): medians of paired runs.
    """
    _exit_codes.append(2)  # of an exception after `main`, such as in a handler of atexit
    gc.set_threshold(1_000_000, 50, 50)
    try:
        _exit_codes.append(main())
    except SystemExit as stopped:  # by argparse, after --help or a wrong argument
        _exit_codes.append(stopped.code if isinstance(stopped.code, int) else 2)
    except BaseException as error:
        _exit_codes.append(report_error(error))
    sys.exit(_exit_codes[-1])


if __name__ == "__main__":
    process()
