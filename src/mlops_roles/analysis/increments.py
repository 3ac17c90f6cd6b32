"""Auditing again what has changed: the parts of a staff file that are as they were count as they did.

A CSV or TSV file is cut into blocks of lines, at lines that their own text chooses, so that a row put
in or taken out moves no cut but those around it (content-defined chunking, as rsync and restic do it).
Kept of a block are its digest, the digests of its people, and what was counted in it; the sums are
kept too, so that the next audit adds and takes away only what changed. Somebody who stands in two
rows may stand in two blocks: the people of the whole file are compared each time, and a block in
which other rows are repetitions than before is audited anew.
"""

from __future__ import annotations

import bisect
import hashlib
import io
import itertools
import json
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import InputError
from ..io import rdf
from ..io.atomic import atomic_write
from ..matching.titles import Resolution
from ..ontology.graph import Graph, load
from ..ontology.tables import RoleTables
from ..staff.engine import Engine, numbers
from ..staff.reader import Lines, Rejected, Staff
from .audit import Audit, audit
from .audit_result import Part, Summary

if TYPE_CHECKING:
    import ibis
    import pyarrow

LABEL = b"mlops-roles audit --since 2\n"  # the first line of what is kept; the number is that of its form
LEAST, BLOCKS, MARK = (
    1 << 16,
    1024,
    64,
)  # bytes of a block at least, blocks of a file about, one in so many lines may begin a block
WHO = 16  # bytes that tell people apart


@dataclass
class Block:
    """Some lines of a staff file, and what was found in them; lines count from 0.

    Attributes:
        size, lines: how many bytes and lines there are.
        first, digest: of the first line, and of all.
        read: how many rows.
        who: WHO bytes for each line, of the person in it; zeros for a row with a fault of its own.
        rejected: (line, reason, cure) of rows with a fault of their own.
        repeats: the lines of people who stand in an earlier row, here or in a block before.
        nearest: (role, recorded, evident, line, person, bits …) of who comes nearest to a role.
        tally: what was counted, as JSON.
        at: its place among the blocks that were kept; None if it was audited now.
    """

    size: int
    lines: int
    first: str
    digest: str
    read: int = 0
    rejected: list[list[Any]] = field(default_factory=list)
    repeats: list[int] = field(default_factory=list)
    nearest: list[list[Any]] = field(default_factory=list)
    who: bytes = field(default=b"", repr=False)
    tally: bytes = field(default=b"{}", repr=False)
    at: int | None = None


@dataclass
class Kept:
    """What is kept of an audit, for the next one.

    Attributes:
        key: of the ontology, the columns, and all else on which the counts depend.
        least: bytes of a block at least.
        blocks: the file in pieces.
        tally: the sums over all blocks.
        open: what the titles were resolved to that name no role, or several.
    """

    key: str
    least: int
    blocks: list[Block] = field(default_factory=list)
    tally: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    open: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Kept:
        """What was kept in a file. Raises InputError if it is none of ours."""
        data = io.BytesIO(rdf.read_bytes(path))
        if data.readline() != LABEL:
            raise InputError(
                f"{path}: not kept by --since of this version; remove it, or name another file"
            )
        try:
            head = json.loads(data.readline())
            blocks = [Block(**block) for block in head.pop("blocks")]
            for at, block in enumerate(blocks):
                block.at, block.tally = at, data.readline()
            for block in blocks:
                block.who = data.read(WHO * block.lines)
            if data.read(1) or any(len(b.who) != WHO * b.lines for b in blocks):
                raise ValueError
            return cls(blocks=blocks, **head)
        except (ValueError, TypeError, KeyError, AttributeError):
            raise InputError(
                f"{path}: damaged; remove it, and the whole file is audited anew"
            ) from None

    def write(self, path: Path) -> None:
        """Keep it, in place of what the file has."""
        light = [
            {k: v for k, v in vars(block).items() if k not in ("who", "tally", "at")}
            for block in self.blocks
        ]
        with atomic_write(path, "wb") as file:
            file.write(LABEL)
            file.write(json.dumps(vars(self) | {"blocks": light}).encode() + b"\n")
            file.writelines(block.tally.rstrip() + b"\n" for block in self.blocks)
            file.writelines(block.who for block in self.blocks)


class Increment(Summary):
    """The audit of a file, most of which may have been audited before."""

    def __init__(
        self, file: str, graph: Graph, closed: RoleTables, kept: Kept, repeats: Mapping[int, int]
    ):
        self.file, self.version, self.closed, self.graph = file, graph.version, closed, graph
        self.resolutions = {title: Resolution(**found) for title, found in kept.open.items()}
        self.part = Part(sum(b.read for b in kept.blocks), defaultdict(dict, kept.tally))
        start = 2
        for block in kept.blocks:
            self._add(block, start)
            start += block.lines
        self.part.rejected += [
            Rejected(
                file, line, f"the person stands already in line {first}", "put both rows into one"
            )
            for line, first in repeats.items()
        ]
        self.part.rejected.sort(key=lambda r: r.line)

    def _add(self, block: Block, start: int) -> None:
        """Take in what is told line by line."""
        self.part.nearest += [(*near[:3], start + near[3], *near[4:]) for near in block.nearest]
        self.part.rejected += [
            Rejected(self.file, start + line, reason, cure) for line, reason, cure in block.rejected
        ]


def audit_since(
    staff: str | Path,
    previous: str | Path,
    *,
    graph: Graph | None = None,
    mapping: Mapping[str, str] | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> Summary:
    """Audit a staff file as `audit` does, but only what has changed since the previous time.

    Args:
        staff: CSV or TSV; of what is no such file, or has a row of several lines, all is audited.
        previous: the file in which an audit is kept for the next; made where it is not there, brought up to date else.
            It names people, and is as confidential as the staff file.
        graph: the ontology, with a company's additions.
        mapping: column of ours to column of the file, where the names differ.
        say: called with the name of each stage, for a progress line.

    The answer is that of `audit`; its `anew` tells what was audited. Raises InputError as `audit` does,
    and for a `previous` that is another kind of file.
    """
    ontology, home = graph or load(), Path(previous)
    kept = Kept.read(home) if home.exists() else None
    lines = (
        Lines(Path(staff), mapping or {})
        if Path(staff).suffix.lower() in (".csv", ".tsv")
        else None
    )
    if lines is None or not lines.are_rows(lines.data[: lines.start]):
        return _whole("it is no CSV or TSV file", staff, ontology, mapping, say)
    key = _key(lines, ontology, mapping or {})
    if kept is None or kept.key != key:
        kept = Kept(key, max(LEAST, 1 << (len(lines.data) // BLOCKS).bit_length()))
    renewal = Renewal(lines, kept, ontology, say)
    if not renewal.run():
        return _whole("no row, or one of several lines", staff, ontology, mapping, say)
    found = Increment(str(staff), ontology, renewal.closed, renewal.kept, renewal.repeats)
    found.anew = f"{renewal.rows} of {found.rows['read']} rows"
    if renewal.kept is not kept:
        renewal.kept.write(home)
    return found


def _whole(
    why: str,
    staff: str | Path,
    graph: Graph,
    mapping: Mapping[str, str] | None,
    say: Callable[[str], None],
) -> Audit:
    found = audit(staff, graph=graph, mapping=mapping, say=say)
    found.anew = f"all rows, and nothing is kept ({why})"
    return found


def _key(lines: Lines, graph: Graph, mapping: Mapping[str, str]) -> str:
    """A digest of all that the counts depend on, but for the rows."""
    decisions = [path.read_bytes().hex() for path in graph.added if path.suffix == ".tsv"]
    said = [
        graph.digest,
        graph.version,
        decisions,
        lines.data[: lines.start].hex(),
        lines.delimiter,
        sorted(mapping.items()),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()


def cut(data: bytes, start: int, kept: Kept) -> Iterator[Block]:
    """The blocks of a file from its first row on: those that are known as they are kept, the others new."""
    known = {block.first: block for block in kept.blocks}
    while start < len(data):
        block = known.get(_digest(data, start, _next(data, start)))
        end = start + block.size if block else 0
        if (
            not block
            or end > len(data)
            or end not in (_next(data, end - 1), len(data))
            or _digest(data, start, end) != block.digest
        ):
            end = _end(data, start, kept.least)
            lines = data.count(b"\n", start, end) + (data[end - 1 : end] != b"\n")
            block = Block(
                end - start,
                lines,
                _digest(data, start, _next(data, start)),
                _digest(data, start, end),
            )
        yield replace(block)
        start = end


def _next(data: bytes, start: int) -> int:
    """Where the next line begins."""
    return data.find(b"\n", start) + 1 or len(data)


def _end(data: bytes, start: int, least: int) -> int:
    """Where a new block ends: before a line whose text says so, or where it is large."""
    end = _next(data, min(start + least, len(data)) - 1)
    while (
        end < min(len(data), start + 4 * least) and zlib.crc32(data[end : _next(data, end)]) % MARK
    ):
        end = _next(data, end)
    return end


def _digest(data: bytes, start: int, end: int) -> str:
    return hashlib.sha256(memoryview(data)[start:end]).hexdigest()[:32]


class Renewal:
    """What is kept of a file, brought up to date.

    Attributes:
        kept: the result.
        closed: the ontology as plain tables.
        repeats: (line, first) of everybody who stands in an earlier row.
        rows: how many rows were audited.
    """

    def __init__(self, lines: Lines, kept: Kept, graph: Graph, say: Callable[[str], None]):
        self._lines, self._graph, self._say, self.kept = lines, graph, say, kept
        self.closed, self.repeats, self.rows = RoleTables.from_graph(graph), dict[int, int](), 0
        say("looking for changes")
        self._blocks = list(cut(lines.data, lines.start, kept))
        self._offsets = list(
            itertools.accumulate((b.size for b in self._blocks), initial=lines.start)
        )
        self._starts = list(itertools.accumulate((b.lines for b in self._blocks), initial=2))
        self._who = bytearray(b"".join(b.who or bytes(WHO * b.lines) for b in self._blocks))
        self._parts: dict[int, tuple[pyarrow.Table, list[Rejected]]] = {}

    def run(self) -> bool:
        """Audit what is new, and what that changes elsewhere; false where lines are no rows, or there are no rows."""
        todo = {i for i, block in enumerate(self._blocks) if block.at is None}
        if not self._read(todo):
            return False
        audited = self._audit(todo)
        while (
            stale := {
                i for i, found in self._repeats_by_block() if found != self._blocks[i].repeats
            }
            - todo
        ):
            todo |= stale
            self._read(todo)
            audited = self._audit(todo)
        if audited:
            self._fill(audited, todo)
        if todo or [b.at for b in self._blocks] != list(range(len(self.kept.blocks))):
            self._sum(audited, todo)
        return any(block.read for block in self._blocks)

    def _read(self, todo: Iterable[int]) -> bool:
        """Read some blocks; false where a line of one is no row."""
        for i in sorted({*todo} - self._parts.keys()):
            part = self._lines.part(
                self._lines.data[self._offsets[i] : self._offsets[i + 1]], self._starts[i]
            )
            if part is None:
                return False
            self._parts[i] = part
        return True

    def _audit(self, todo: set[int]) -> Audit | None:
        """Audit some blocks, and compare the people of all."""
        import pyarrow as pa

        if not todo:
            self._compare()
            return None
        engine = Engine()
        tables = [
            table.append_column("block", numbers([i] * table.num_rows))
            for i, (table, _) in sorted(self._parts.items())
        ]
        rejected = [r for _, part in self._parts.values() for r in part]
        read = sum(table.num_rows for table in tables) + len(rejected)
        staff = Staff(
            engine.lend(pa.concat_tables(tables)),
            str(self._lines.path),
            read,
            rejected,
            lambda rows: self._repeated(engine, rows),
        )
        return Audit(staff, engine, self._graph, self.closed, self._say)

    def _repeated(self, engine: Engine, rows: ibis.Table) -> Iterator[tuple[int, int]]:
        """(line, first) of those among some rows who stand in an earlier row of the file."""
        for line, who in (found := engine.rows(rows.select("line", "who"))):
            self._who[WHO * (line - 2) : WHO * (line - 1)] = hashlib.blake2b(
                who.encode(), digest_size=WHO
            ).digest()
        self._compare()
        yield from ((line, self.repeats[line]) for line, _ in found if line in self.repeats)

    def _compare(self) -> None:
        """Find who stands in the file twice."""
        import numpy as np

        who = np.frombuffer(self._who, np.uint64).reshape(-1, 2)
        there = np.flatnonzero(who.any(axis=1))
        halves = who[there, 0]
        order = np.sort(halves)
        alike = there[np.isin(halves, order[1:][order[1:] == order[:-1]])].tolist()
        first: dict[bytes, int] = {}
        doubtful = ((line, first.setdefault(who[line].tobytes(), line)) for line in alike)
        self.repeats = {line + 2: at + 2 for line, at in doubtful if at != line}

    def _repeats_by_block(self) -> list[tuple[int, list[int]]]:
        """Of each block, the lines of those who stand in an earlier row."""
        found: list[list[int]] = [[] for _ in self._blocks]
        for line in sorted(self.repeats):
            i = self._block_of(line)
            found[i].append(line - self._starts[i])
        return list(enumerate(found))

    def _block_of(self, line: int) -> int:
        return bisect.bisect_right(self._starts, line) - 1

    def _fill(self, audited: Audit, todo: set[int]) -> None:
        """Put into the blocks what was found in them."""
        parts, repeats = audited.parts, dict(self._repeats_by_block())
        for i in todo:
            block, part, (table, rejected), start = (
                self._blocks[i],
                parts.get(i, Part()),
                self._parts[i],
                self._starts[i],
            )
            block.read, block.repeats, block.rejected = (
                table.num_rows + len(rejected),
                repeats[i],
                [],
            )
            block.nearest = [[*near[:3], near[3] - start, *near[4:]] for near in part.nearest]
            block.who = bytes(self._who[WHO * (start - 2) : WHO * (start - 2 + block.lines)])
            block.tally = json.dumps(part.tally).encode()
            self.rows += block.read
        for fault in audited.rejected:
            if fault.line not in self.repeats:
                i = self._block_of(fault.line)
                self._blocks[i].rejected.append(
                    [fault.line - self._starts[i], fault.reason, fault.cure]
                )

    def _sum(self, audited: Audit | None, todo: set[int]) -> None:
        """The sums, with what is new and without what is gone."""
        used = Counter(block.at for i, block in enumerate(self._blocks) if i not in todo)
        whole = Part(tally=defaultdict(dict, self.kept.tally))
        changes = [(self._blocks[i].tally, 1) for i in sorted(todo)] + [
            (old.tally, used[i] - 1) for i, old in enumerate(self.kept.blocks)
        ]
        for tally, times in changes:
            for kind, group in json.loads(tally if times else "{}").items():
                for name, counts in group.items():
                    whole.count(kind, name, [times * n for n in counts])
        sums = {
            kind: {name: counts for name, counts in group.items() if any(counts)}
            for kind, group in whole.tally.items()
        }
        known = self.kept.open | {
            title: found.to_dict()
            for title, found in (audited.resolutions if audited else {}).items()
        }
        self.kept = Kept(
            self.kept.key,
            self.kept.least,
            self._blocks,
            sums,
            {title: known[title] for title in sums.get("title", ())},
        )
