"""Random kills of every command that writes: what is there is the old output or the new one.

`python -m tests.reliability.kills --kills 200 --record` kills each command so often that 200 kills
hit it, and writes how it ended to kills.csv. A command is forked from a process that has imported
what it needs and loaded the ontology, so that it is killed in its work and not while Python starts.
Half of the kills are at random times of the whole run; the other half are of a process that was
forked again when the first temporary file was about to be made. What a kill left is there at the
next; after each tenth, the command runs to its end.
"""

import argparse
import csv
import gc
import importlib
import os
import random
import re
import resource
import shutil
import signal
import struct
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from statistics import median
from typing import NamedTuple

import mlops_roles
from mlops_roles.cli.commands import selftest
from mlops_roles.cli.main import main as run_command
from mlops_roles.io.resources import resource_dir
from mlops_roles.matching import alignments
from mlops_roles.ontology import derivation

from .figures import record
from .writers import PREPARED, WRITERS, Writer, write_input

TABLE = Path(__file__).with_name("kills.csv")
COLUMNS = ("command", "kills", "while writing", "left the old", "left the new", "run again")
STALE = re.compile(r"(^|/)\.(mlops-roles|loading)")  # what is being written, under another name
VARIES = re.compile(rb'"(id|ended|found|seconds)": ("[^"]*"|[\d.]+)')  # from run to run
OLD = b"old\n"
State = dict[str, bytes]


class Ended(NamedTuple):
    """How a process ended: its exit code, the seconds it took, and after which it wrote."""

    code: int
    seconds: float
    wrote_after: float


class Case:
    """A writer in a folder of its own, with what was there before and what it writes."""

    def __init__(self, writer: Writer, folder: Path) -> None:
        self.writer, self.folder = writer, folder
        self.kept = folder.with_name("kept")
        self._prepare()
        self.old = self.state()
        whole = [self.run() for _ in range(5)]
        self.code, self.new = whole[0].code, self.state()
        assert self.code in (0, 1), (writer.command, self.code)
        assert {end.code for end in whole} == {self.code}
        assert self.new != self.old, writer.command
        self.seconds = median(end.seconds for end in whole)
        self.writing = median(end.seconds - end.wrote_after for end in whole)

    def _prepare(self) -> None:
        """Write the input and the old output, and keep a copy of the folder."""
        if not (input_folder := self.folder.with_name("input")).is_dir():  # the first command
            self.folder.mkdir()
            write_input(self.folder)
            for name, command in PREPARED.items():
                assert self.run([*command.split(), "--output", name]).code == 0
            self.folder.rename(input_folder)
        shutil.copytree(input_folder, self.folder)
        self.input = {path.name for path in self.folder.iterdir()}
        self._import_what_it_imports()
        if self.writer.old:
            assert self.run(self.writer.old.split()).code == 0
        elif self.writer.command == "derive":
            for path in self._derived:
                path.write_bytes(path.read_bytes() + b"# stale\n")
        elif self.writer is WRITERS["the cache"]:
            (self.folder / "cache").mkdir()
        elif "--output" in self.writer.arguments or "--save" in self.writer.command:
            (self.folder / "out").write_bytes(OLD)
        gc.freeze()
        shutil.rmtree(self.kept, ignore_errors=True)
        shutil.copytree(self.folder, self.kept)

    @cached_property
    def _derived(self) -> list[Path]:
        paths = [*derivation.derived_files(), *alignments.derived_files()]
        ours = resource_dir("ontology")
        return [self.folder / "ontology" / path.relative_to(ours) for path in paths]

    def _import_what_it_imports(self) -> None:
        modules, before = self.folder.with_name("modules"), set(self.folder.iterdir())
        if self.writer.command == "derive":
            shutil.copytree(resource_dir("ontology"), self.folder / "ontology")
            before.add(self.folder / "ontology")
        self.run(modules=modules)
        for name in modules.read_text().split():
            with suppress(Exception):
                importlib.import_module(name)
        for path in set(self.folder.iterdir()) - before:
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def state(self) -> State:
        """What the folder holds besides input and what is being written, without what varies."""
        found = {str(p.relative_to(self.folder)): p for p in self.folder.rglob("*") if p.is_file()}
        known = {name for name in found if name in self.input or STALE.search(name)}
        if (
            "--store" in self.writer.command and (self.folder / "out").exists()
        ):  # named after its content; whole once it has a name
            names = (p for p in (self.folder / "out").iterdir() if p.name[0] != ".")
            return {path.name: b"" for path in names}
        if self.writer.command == "derive":
            return {str(path): path.read_bytes() for path in self._derived if path.is_file()}
        return {
            name: VARIES.sub(b"", path.read_bytes())
            for name, path in found.items()
            if name not in known
        }

    def stale(self) -> list[Path]:
        """What a kill left of what was being written."""
        return [p for p in self.folder.rglob(".*") if STALE.search(str(p.relative_to(self.folder)))]

    def start(self, arguments=None, modules=None, full=False, at_write=None) -> tuple[int, int]:
        """Fork the command. Returns the process, and a pipe with a byte once it writes.

        Args:
            arguments: of another command.
            modules: the file for the names of all modules that it imports.
            full: whether no byte can be written.
            at_write: what it calls before the first file is made; by default it fills the pipe.
        """
        reader, writer = os.pipe()
        child = os.fork()
        if child:
            os.close(writer)
            return child, reader
        code = 3
        with suppress(BaseException):
            os.close(reader)
            notify = at_write or (lambda: os.write(writer, b"w"))
            self._enter(notify, full, own=arguments is None)
            gc.set_threshold(1_000_000, 50, 50)  # as in a process of its own
            code = run_command(self.writer.arguments if arguments is None else arguments)
            if modules:
                modules.write_text("\n".join(sys.modules))
        os._exit(code)

    def _enter(self, at_write: Callable[[], object], full: bool, own: bool) -> None:
        """Make this process that of the command: its folder, streams, cache and limits."""
        os.chdir(self.folder)
        for stream in (0, 1, 2):
            os.dup2(os.open(os.devnull, os.O_RDWR), stream)
        sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115  # till it ends
        if own and self.writer is WRITERS["the cache"]:
            os.environ["MLOPS_ROLES_CACHE"] = str(self.folder / "cache")
        if own and "selftest" in self.writer.command:  # the others write nothing, and take seconds
            selftest.TESTS = selftest.TESTS[:1]
        if own and self.writer.command == "derive":
            for module in (derivation, alignments):
                module.resource_dir = lambda name: self.folder / name
        if full:
            resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
        here, seen = str(self.folder), []

        def audit(event: str, values: tuple) -> None:
            if not seen and event.startswith("tempfile.") and str(values[0]).startswith(here):
                seen.append(True)
                at_write()

        sys.addaudithook(audit)

    def run(self, arguments=None, modules=None, full=False) -> Ended:
        """Run a command to its end."""
        begun = time.monotonic()
        child, pipe = self.start(arguments, modules, full)
        os.read(pipe, 1)
        wrote_after = time.monotonic() - begun
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(pipe)
        return Ended(code, time.monotonic() - begun, wrote_after)

    def start_to_write(self) -> None:
        """Start a process that does all but write, and is forked for each kill while writing."""
        (asked, self.ask), (self.answers, answer) = os.pipe(), os.pipe()

        def fork_again() -> None:
            os.close(self.ask)
            while os.read(asked, 1):
                child = os.fork()
                if not child:
                    return  # and write
                os.write(answer, struct.pack("i", child))
                os.write(answer, struct.pack("i", os.waitpid(child, 0)[1]))
            os._exit(0)

        _, pipe = self.start(at_write=fork_again)
        for end in (asked, answer, pipe):
            os.close(end)

    def kill_in_writing(self, chance: random.Random) -> bool:
        """Kill the command once while it writes; whether it was still running."""
        os.write(self.ask, b"f")
        (child,) = struct.unpack("i", os.read(self.answers, 4))
        time.sleep(chance.uniform(0, self.writing))
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        (status,) = struct.unpack("i", os.read(self.answers, 4))
        return os.waitstatus_to_exitcode(status) == -signal.SIGKILL

    def kill(self, chance: random.Random) -> bool:
        """Kill the command once at any time; whether it was still running."""
        child, pipe = self.start()
        time.sleep(chance.uniform(0, self.seconds))
        os.kill(child, signal.SIGKILL)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        os.close(pipe)
        return code == -signal.SIGKILL

    def check(self) -> str:
        """Which output is there; raises AssertionError if it is neither."""
        found = self.state()
        if self.writer.in_parts:
            for name, content in found.items():
                assert content in (self.old.get(name), self.new.get(name)), name
            assert self.old.keys() & self.new.keys() <= found.keys()
            return "new" if found == self.new else "old" if found == self.old else "some of each"
        assert found in (self.old, self.new), sorted(found)[:5]
        return "new" if found == self.new else "old"

    def check_whole_run(self) -> None:
        """Run to the end: the new output is there, and nothing that a kill left."""
        assert self.run().code == self.code
        found = self.state()
        if (
            "--store" in self.writer.command
        ):  # what it replaced may be left until it is written again
            assert self.new.items() <= found.items() <= self.new.items() | self.old.items()
        else:
            assert found == self.new
        assert self.stale() == []

    def check_full_disk(self) -> None:
        """Run where no byte can be written: exit code 2, and the old output."""
        end = self.run(full=True)
        cached = self.writer is WRITERS["the cache"]  # without it, it only takes longer
        assert end.code == (0 if cached else 2), end
        assert self.state() == self.old
        assert self.stale() == []

    def restore(self) -> None:
        """Put back what was there before; the times of the input are part of a store's name."""
        for path in self.folder.iterdir():
            if path.name not in self.input:
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        for path in self.kept.iterdir():
            if path.is_dir():
                shutil.copytree(path, self.folder / path.name)
            elif path.name not in self.input:
                shutil.copy2(path, self.folder)


def kill(name: str, kills: int, folder: Path) -> dict[str, object]:
    """Kill a command so often, and return the row of the table. Raises AssertionError."""
    shutil.rmtree(folder / "case", ignore_errors=True)
    case, chance, counts = Case(WRITERS[name], folder / "case"), random.Random(name), Counter()
    case.restore()
    case.check_full_disk()
    case.start_to_write()
    while counts["kills"] < kills:
        in_writing = counts["kills"] % 2 == 1
        if case.kill_in_writing(chance) if in_writing else case.kill(chance):
            counts["kills"] += 1
            counts["while writing"] += in_writing
            left = case.check()
            counts[f"left the {left}"] += 1
            if counts["kills"] % 10 == 0:
                case.check_whole_run()
                counts["run again"] += 1
            if left != "old" or counts["kills"] % 10 == 0:
                case.restore()
        else:
            case.restore()
            counts["missed"] += 1
            assert counts["missed"] < 20 * (kills + 5), "it ends before it can be killed"
    os.close(case.ask)
    os.close(case.answers)
    return {"command": name} | {column: counts[column] for column in COLUMNS[1:]}


def save(row: dict[str, object]) -> None:
    """Write a row in place of that of the same command, and the figure of all of them."""
    rows = {}
    if TABLE.exists():
        with TABLE.open(encoding="utf-8", newline="") as file:
            rows = {old["command"]: old for old in csv.DictReader(file)}
    rows[row["command"]] = row
    rows = [rows[name] for name in WRITERS if name in rows]
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    count = sum(int(row["kills"]) for row in rows)
    note = f"{min(int(row['kills']) for row in rows)} or more of each of {len(rows)} commands: see "
    note += f"{TABLE.relative_to(TABLE.parents[2])}"
    record("random kills of writing commands", count, count, "kills", note)


def main() -> int:
    """Kill commands, and record what was left; 1 if it was ever a part of an output."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("commands", nargs="*", help=f"(default: all) {'; '.join(WRITERS)}")
    parser.add_argument("--kills", type=int, default=200, help="of each command (200)")
    parser.add_argument("--record", action="store_true", help=f"write {TABLE.name} and the figure")
    args, failed = parser.parse_args(), 0
    for name in args.commands or WRITERS:
        begun = time.monotonic()
        try:
            row = kill(name, args.kills, FOLDER)
        except AssertionError:
            traceback.print_exc()
            failed = 1
        else:
            print(*row.values(), f"{time.monotonic() - begun:.0f} s", sep="\t", flush=True)
            if args.record:
                save(row)
    return failed


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        FOLDER = Path(folder)
        os.environ["MLOPS_ROLES_CACHE"] = str(FOLDER / "shared cache")
        mlops_roles.load()
        code = main()
    os._exit(code)  # not by the handlers of what was imported
