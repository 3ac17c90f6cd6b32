"""Mutants of the Python that must not be wrong, and whether the tests kill them.

`python -m tests.reliability.code_mutants gate --sample 150` makes all mutants of a group of
modules, takes a random sample, and runs the tests of the group on each until one fails. The tests
are collected once; each mutant is a process that is forked from there, in which the code of the
functions that exist is replaced. The tests that run the changed line come first. What
survives is printed, and written to a file that `--again` reads. Mutants that mean the same as the
code, or only change how long it takes, are in same_meaning.csv, with a reason, and are not counted.
"""

import argparse
import ast
import contextlib
import csv
import functools
import gc
import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import types
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from itertools import accumulate, pairwise
from pathlib import Path

import pytest

from .code_operators import Mutant, mutants
from .figures import record

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "mlops_roles"
LAST_KILL = Path(tempfile.gettempdir()) / f"killed by {os.getpid()}"  # the test that did it
SAME_MEANING = Path(__file__).with_name("same_meaning.csv")
TABLES = (  # tests of tables in a database
    "an_expression_is_a_table_too",
    "a_table_that_cannot_be_used_is_rejected_with_the_fix",
    "a_table_in_memory_or_with_a_function_of_python_is_audited_as_its_rows_are",
)
GROUPS = {  # the modules and the tests of a group
    "gate": (["ontology/gate.py"], ["ontology/test_gate.py"]),
    "tokenizer and grammar": (
        ["ontology/sparql_tokens.py", "ontology/sparql_grammar.py"],
        ["ontology/test_sparql_tokens.py", "ontology/test_gate.py"],
    ),
    "substitution": (
        ["ontology/substitution.py"],
        ["ontology/test_substitution.py", "ontology/test_sparql_tokens.py"],
    ),
    "verifier": (
        ["analysis/verifier/*.py"],
        [
            *("analysis/verifier", "analysis/test_certificate.py"),
            *("matching/test_mappings.py", "matching/test_skill_names.py"),
        ],
    ),
    "reader": (
        [
            f"staff/{name}.py"
            for name in ("reader", "levels", "list_cells", "unused_rows", "engine_text")
        ],
        [
            *(f"staff/test_{name}.py" for name in ("reader", "reading", "delimiter", "rdf_people")),
            *("staff/test_assessments.py", "staff/test_people_forms.py"),
            *("staff/test_reading_reports.py", "staff/test_exports.py"),
            *(f"staff/test_engine.py::test_{name}" for name in TABLES),
        ],
    ),
    "thresholds": (["staff/*.py"], ["staff/test_thresholds.py"]),
    "resolver": (
        [
            *(f"matching/{name}.py" for name in ("titles", "title_reading")),
            *(f"matching/{name}.py" for name in ("name_rejection", "names_in_title")),
        ],
        [
            f"matching/test_{name}.py"
            for name in ("titles", "labelled_titles", "curation", "mappings")
        ],
    ),
}
# of the thresholds only numbers are changed, and of the modules that are not about levels and dates
# those that have a name; but not those that only say how much is done at once
LEVELS_AND_DATES = ("values", "scales", "skill_cells", "dates")
NUMBER = re.compile(r"([\d.]+) to [\d.]+")
NAMED = re.compile(r"^_?[A-Z][A-Z_]+\b")
AT_ONCE = re.compile(r"BATCH|SAMPLE|PIECE|BLOCK|BLANK_STARTS|UNIT_LINK|MAX_(PLAIN|ROWS|SHAPES)")
OPTIONS = ["-n", "0", "-s", "-p", "no:cacheprovider"]
RAN: set[tuple[str, int]] = set()  # file and line of the statements that were run
FEW = 3  # tests that run a line, of which it is not known that no others need it
NO_LIMIT = 1e6  # minutes and seconds
SLOWER, MORE = 5, 5  # times a test may take longer than without a change, and seconds on top
MEMORY = 8 << 30  # bytes that a mutant may take, which else takes all there are in its time


class Mutating:
    """A plugin of pytest that runs the tests on mutants instead of once."""

    def __init__(
        self,
        group: str,
        files: list[Path],
        choose: Callable[[list], list],
        minutes: float,
        seconds: float,
    ) -> None:
        self.group, self.files, self.choose = group, files, choose
        self.minutes, self.seconds = minutes, seconds
        self.found: list[tuple[Mutant, str]] = []
        self.all_mutants: list[Mutant] = []
        self.failed: list[str] = []
        self.kills = Counter[str]()  # how many mutants each test has killed
        LAST_KILL.write_text("")

    def chosen(self, mutant: Mutant) -> bool:
        """Whether a mutant is one of the group."""
        if self.group != "thresholds":
            return True
        line = mutant.path.read_text("utf-8").split("\n")[mutant.line - 1]
        about = mutant.path.stem in LEVELS_AND_DATES or NAMED.match(line)
        number = NUMBER.fullmatch(mutant.change)
        return bool(about and number and not AT_ONCE.search(line) and f"[{number[1]}]" not in line)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed.append(report.nodeid)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run the tests without a change, then on each mutant."""
        if session.testsfailed or not session.items:
            raise SystemExit("the tests cannot be collected")
        gc.unfreeze()  # what is frozen is not found by gc.get_objects()
        lines, seconds = self._watched(session.items)
        self.all_mutants = [m for file in self.files for m in mutants(file) if self.chosen(m)]
        end = time.monotonic() + 60 * self.minutes
        for mutant in self.choose(self.all_mutants):
            if time.monotonic() > end:
                break
            items = _order(session.items, mutant, lines, seconds, self.kills)
            sums = accumulate((seconds[item.nodeid] for item in items), initial=0.0)
            items = [
                item for item, before in zip(items, sums, strict=False) if before < self.seconds
            ]
            verdict = _forked(lambda m=mutant, i=items: self._fails(m, i, seconds))
            self.found.append((mutant, verdict))
            self.kills.update(LAST_KILL.read_text().split("\n"))
            LAST_KILL.write_text("")
            print(f"{verdict} {mutant}", flush=True)
        return True

    def _watched(self, items: list[pytest.Item]) -> tuple[dict, dict]:
        """Which tests run each line of the files, and how long each test takes."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "watched.json"

            def watch() -> bool:
                lines, seconds = {str(file): defaultdict(list) for file in self.files}, {}
                for file in self.files:
                    _watch(file)
                for item, after in pairwise([*items, None]):
                    RAN.clear()
                    begun = time.process_time()
                    _run(item, after)
                    seconds[item.nodeid] = time.process_time() - begun
                    for name, line in RAN:
                        lines[name][line].append(item.nodeid)
                path.write_text(json.dumps([lines, seconds, self.failed]))
                return False

            _forked(watch)
            lines, seconds, failed = json.loads(path.read_text())
        if failed:
            print("left out, they fail without a change:", *failed)
        items[:] = [item for item in items if item.nodeid not in failed]
        return lines, seconds

    def _fails(self, mutant: Mutant, items: list[pytest.Item], seconds: dict) -> bool:
        if not apply(mutant):
            os._exit(4)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.RLIM_INFINITY))
        for item, after in pairwise([*items, None]):
            LAST_KILL.write_text(item.nodeid)
            limit = int(MORE + SLOWER * seconds[item.nodeid])
            end = int(time.process_time()) + limit
            resource.setrlimit(resource.RLIMIT_CPU, (end, resource.RLIM_INFINITY))
            signal.alarm(20 * limit)  # for what waits, and uses no time of the processor
            _run(item, after)
            if self.failed:
                return True
        LAST_KILL.write_text("")
        return False


def _run(item: pytest.Item, after: pytest.Item | None) -> None:
    item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)


def _order(items: list, mutant: Mutant, lines: dict, seconds: dict, kills: Counter) -> list:
    """The tests that may notice a mutant, first those that run its line and kill quickly.

    What a fixture or a cache keeps was made in the first test that needed it, so that all tests of
    the modules follow, and all others if few tests run the line.
    """
    of = {int(line): tests for line, tests in lines[str(mutant.path)].items()}
    run = of.get(max((line for line in of if line <= mutant.line), default=0), ())
    near = {item for item in items if not mutant.function or item.nodeid in run}
    modules = {item.path for item in near}
    chosen = [item for item in items if item.path in modules or len(near) <= FEW]
    cost = {item: seconds[item.nodeid] / (1 + kills[item.nodeid]) for item in chosen}
    return sorted(chosen, key=lambda item: (item not in near, cost[item]))


def _forked(function: Callable[[], bool]) -> str:
    """What became of a function in a process of its own: killed, survived, timeout, crashed."""
    child = os.fork()
    if not child:
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (1, 2):
            os.dup2(quiet, stream)
        code = 3
        with contextlib.suppress(BaseException):
            code = 1 if function() else 0
        os._exit(code)
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    known = {0: "survived", 1: "killed", 3: "killed", 4: "unmade"}
    return "timeout" if -code in (signal.SIGXCPU, signal.SIGALRM) else known.get(code, "crashed")


def apply(mutant: Mutant) -> bool:
    """Give the functions of a module that exist in this process the code of a mutant.

    Returns whether it could: code that needs other variables of the function around it cannot.
    """
    code = compile(mutant.tree(), str(mutant.path), "exec")
    if not _replace_functions(mutant.path, code):
        return False
    module = _module_of(mutant.path)
    for kept in gc.get_objects():
        if isinstance(kept, functools._lru_cache_wrapper) and kept.__module__ == module.__name__:
            kept.cache_clear()
    if not mutant.function:
        _replace_values(module, code)
    return True


def _watch(path: Path) -> None:
    """Let each statement in a function of a file add its line to RAN when it is run."""
    tree = ast.parse(path.read_text("utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    for node in {inner for function in functions for inner in ast.walk(function)}:
        for name in ("body", "orelse", "finalbody"):
            if isinstance(part := getattr(node, name, None), list):
                setattr(node, name, [new for old in part for new in (_note(path, old), old)])
    vars(_module_of(path))["__ran__"] = RAN
    _replace_functions(path, compile(ast.fix_missing_locations(tree), str(path), "exec"))


def _note(path: Path, statement: ast.stmt) -> ast.stmt:
    call = ast.parse(f"__ran__.add(({str(path)!r}, {statement.lineno}))").body[0]
    return ast.copy_location(call, statement)


def _replace_functions(path: Path, code: types.CodeType) -> bool:
    """Give the functions of a file that exist in this process other code, if that can be."""
    new = defaultdict(list)
    for part in _codes(code):
        new[part.co_qualname, part.co_firstlineno].append(part)
    for function in [f for f in gc.get_objects() if isinstance(f, types.FunctionType)]:
        if function.__code__.co_filename == str(path):
            same = new[function.__code__.co_qualname, function.__code__.co_firstlineno]
            if len(same) == 1:
                try:
                    function.__code__ = same[0]
                except ValueError:
                    return False
    return True


def _module_of(path: Path) -> types.ModuleType:
    return next(m for m in list(sys.modules.values()) if getattr(m, "__file__", None) == str(path))


def _codes(code: types.CodeType) -> Iterator[types.CodeType]:
    for part in code.co_consts:
        if isinstance(part, types.CodeType):
            yield part
            yield from _codes(part)


def _replace_values(module: types.ModuleType, code: types.CodeType) -> None:
    """Give the values of a module, wherever they were imported, those of a mutant."""
    names = {"__name__": module.__name__, "__file__": module.__file__}
    names["__package__"] = module.__package__
    exec(code, names)
    for name, new in names.items():
        old = vars(module).get(name)
        if name.startswith("__") or isinstance(new, type | types.FunctionType | types.ModuleType):
            continue
        for other in list(sys.modules.values()):
            if other.__name__.startswith("mlops_roles") and vars(other).get(name) is old:
                setattr(other, name, new)


def same_meaning() -> dict[tuple[str, ...], str]:
    """The mutants that no test can kill, by name, with the reason."""
    with SAME_MEANING.open(encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return {tuple(row[:-1]): row[-1] for row in rows}


def run(
    group: str, sample: int | None, seed: str, again: str | None, minutes: float, seconds: float
) -> None:
    """Run the mutants of a group, and record the share that is killed; print it with `again`."""
    modules, tests = GROUPS[group]
    files = [path for name in modules for path in sorted(SOURCE.glob(name))]
    known, before = same_meaning(), json.loads(Path(again).read_text()) if again else ()

    def choose(some: list[Mutant]) -> list[Mutant]:
        if again:
            return [m for m in some if list(m.name) in before and m.name not in known]
        return random.Random(seed).sample(some, min(sample or len(some), len(some)))

    plugin = Mutating(group, files, choose, minutes, seconds)
    pytest.main([*OPTIONS, *(str(ROOT / "tests" / name) for name in tests)], plugins=[plugin])
    made = [(m, verdict) for m, verdict in plugin.found if verdict != "unmade"]
    counted = [(m, verdict) for m, verdict in made if m.name not in known]
    alive = [m for m, verdict in counted if verdict == "survived"]
    kept = Path(tempfile.gettempdir()) / f"survivors of {group}.json"
    kept.write_text(json.dumps([m.name for m in alive]))
    print(*alive, f"{len(counted) - len(alive)} of {len(counted)} killed; see {kept}", sep="\n")
    if again:
        return
    is_sample = len(plugin.found) < len(plugin.all_mutants)
    note = [f"a sample of {len(plugin.all_mutants)}, seed {seed}"] if is_sample else []
    if left := len(made) - len(counted):
        note.append(f"{left} more mean the same, and are listed with a reason")
    if late := sum(verdict == "timeout" for _, verdict in counted):
        note.append(f"{late} of them by taking too long")
    if seconds < NO_LIMIT:
        note.append(f"each judged by {seconds:g} s of tests")
    name, killed = f"mutants of the {group}", len(counted) - len(alive)
    print(record(name, killed, len(counted), "killed", "; ".join(note)))


def main() -> None:
    """Run the mutants of some groups."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("groups", nargs="*", help=", ".join(GROUPS))
    parser.add_argument("--sample", type=int, help="mutants of each group (default: all)")
    parser.add_argument("--seed", default="1", help="of the sample")
    parser.add_argument("--minutes", type=float, default=NO_LIMIT, help="after which none is begun")
    parser.add_argument(
        "--seconds", type=float, default=NO_LIMIT, help="of tests for each, the quickest first"
    )
    parser.add_argument("--again", metavar="FILE", help="only those that survived then")
    args = parser.parse_args()
    for group in args.groups or GROUPS:
        run(group, args.sample, args.seed, args.again, args.minutes, args.seconds)


if __name__ == "__main__":
    main()
