"""What a command reports when it cannot run: one line, without a traceback, for any exception.

The line of an unforeseen exception has its type and place, and not its message, which may hold
names of people or a part of a file.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from ..errors import MlopsRolesError

VARIABLE = "MLOPS_ROLES_TRACEBACK"  # of the environment: shows the traceback
PACKAGE = Path(__file__).resolve().parents[1]


def describe_failure(error: BaseException) -> str:
    """The line on standard error for an exception, without control characters."""
    from ..io.text import single_line

    return single_line(" ".join(_message(error).split()))


def traceback_of(error: BaseException) -> str:
    """The traceback of an exception, if the environment asks for it; else nothing."""
    if not os.environ.get(VARIABLE):
        return ""
    import traceback

    from ..io.text import without_control

    return without_control("".join(traceback.format_exception(error)))


def _message(error: BaseException) -> str:
    if isinstance(error, MlopsRolesError):
        return str(error)
    if isinstance(error, MemoryError):
        return "out of memory; give less data at once, or allow this process more memory"
    if isinstance(error, OSError) and error.errno is not None:
        name = f"{str(error.filename)[:200]!r}: " if error.filename is not None else ""
        return f"{name}{error.strerror}; check path, rights and free space"
    if isinstance(error, ImportError):
        return f"{error.name or 'a module'} cannot be imported; install mlops-roles again"
    return (
        f"unforeseen error, {type(error).__name__}{_place(error.__traceback__)}; please report it "
        f"with its traceback, which {VARIABLE}=1 shows"
    )


def _place(trace: TracebackType | None) -> str:
    """Where in this package an exception comes from."""
    place = ""
    while trace is not None:
        file = Path(trace.tb_frame.f_code.co_filename)
        if file.is_relative_to(PACKAGE):
            place = f" in {file.relative_to(PACKAGE).as_posix()}, line {trace.tb_lineno}"
        trace = trace.tb_next
    return place
