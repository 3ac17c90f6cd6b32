"""Exceptions raised at a chosen call of the code under test."""

import gc
import sys
from contextlib import contextmanager
from pathlib import Path

import mlops_roles

PACKAGE = str(Path(mlops_roles.__file__).parent)


class Injected(Exception):
    """An exception that no code expects."""


@contextmanager
def raising(error, at):
    """Raise an exception in the call of a function of the package with this number, from 0.

    Yields a list, whose only item is the number of calls so far.
    """
    calls = [0]

    def trace(frame, event, _):
        code = frame.f_code
        if event == "call" and code.co_name != "<module>" and code.co_filename.startswith(PACKAGE):
            calls[0] += 1
            if calls[0] == at + 1:
                sys.settrace(None)
                raise error

    gc.collect()  # or a generator of an earlier test is closed, which is a call, and ignores errors
    gc.disable()
    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield calls
    finally:
        sys.settrace(before)
        gc.enable()
