"""The text of CSV and TSV: its encoding, its delimiter, and its rows with their lines."""

from __future__ import annotations

import codecs
import csv
import io
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path

from ..errors import InputError

Row = tuple[int, Sequence[str]]
MAX_CELL = 1 << 20
DELIMITERS = (",", ";", "\t", "|")


def decode(data: bytes, path: Path, encoding: str | None) -> tuple[bytes, str | None]:
    """The data as UTF-8, and the encoding that it had; None for UTF-8.

    UTF-16 is known by its mark or its zero bytes. What is not UTF-8 is read as Windows-1252, which
    the reading reports; `--encoding` settles it.

    Raises InputError for data that is not in the encoding that was given or found.
    """
    if not encoding and (data.isascii() or _is_utf8(data)) and not _wide_encoding(data):
        return data, None
    if encoding and _is_single_byte(encoding) and not data.isascii() and _is_utf8(data):
        raise InputError(f"--encoding {encoding}: {path} is UTF-8; leave the encoding out")
    found = encoding or _wide_encoding(data) or ("gzip" if data[:2] == b"\x1f\x8b" else "cp1252")
    try:
        text = data.decode(found)
    except LookupError:
        fix = f"--encoding {found}: no such encoding; write --encoding cp1252"
        raise InputError(fix) from None
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not {found}; name its encoding with --encoding, or save it as "
            "UTF-8"
        ) from None
    return text.removeprefix("\ufeff").encode(), found


def _is_single_byte(encoding: str) -> bool:
    """Whether an encoding has a byte for each letter, so that all bytes of UTF-8 mean something."""
    try:
        return len(bytes(range(0xC3, 0xD0)).decode(encoding, "replace")) == 13
    except LookupError:
        return False


def _is_utf8(data: bytes) -> bool:
    """Arrow checks the bytes where they are; a text of a large file takes as much memory again."""
    import pyarrow as pa

    ends = pa.py_buffer(array("q", [0, len(data)]))
    text = pa.Array.from_buffers(pa.large_string(), 1, [None, ends, pa.py_buffer(data)])
    try:
        text.validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _wide_encoding(data: bytes) -> str | None:
    """UTF-16 or UTF-32 by the mark, or by zero bytes in every second place."""
    if data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    head = data[:512]
    for place, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = head[place::2]
        if len(half) > 8 and half.count(0) > 0.8 * len(half):
            return name
    return None


def csv_rows(text: str, delimiter: str, path: Path, line: int = 1) -> Iterator[Row]:
    """(line, cells) of CSV or TSV, strictly read; blank lines are skipped."""
    if "\0" in text:
        line += text.count("\n", 0, text.index("\0"))
        raise InputError(f"{path}, line {line}: a NUL character; save it as UTF-8 text")
    csv.field_size_limit(MAX_CELL + 1)
    reader, before = (
        csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True),
        line,
    )
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InputError(
                f"{path}, line {line}: {error}; look for a quote that is not closed"
            ) from None
        if row:
            yield line, row
        line = reader.line_num + before


def delimiter_of(text: str, path: Path, is_heading: Callable[[str], object]) -> str:
    """The delimiter of a file that begins so: tab for TSV; else what shows the most headings.

    If several show as many in one row, it is the one that gives the first rows one width, and of
    these the one with the most columns; if none does, the one in the first line.
    """
    if path.suffix.lower() == ".tsv":
        return "\t"
    tables = {delimiter: _first_rows(text, delimiter) for delimiter in DELIMITERS}
    headings = {
        d: max((sum(map(bool, map(is_heading, r))) for r in tables[d]), default=0) for d in tables
    }
    scores = [(headings[d], _regularity(tables[d]), -i, d) for i, d in enumerate(DELIMITERS)]
    known, (share, columns), _, best = max(scores)
    if known or (columns > 1 and share):
        return best
    header = text.split("\n", 1)[0]
    return next((d for d in DELIMITERS if d in header), ",")


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    """At most 30 rows that are not blank; none if the text cannot be read with the delimiter."""
    reader = csv.reader(io.StringIO(text[: 1 << 16], newline=""), delimiter=delimiter)
    try:
        return list(islice(filter(None, reader), 30))
    except csv.Error:
        return []


def _regularity(rows: Sequence[Sequence[str]]) -> tuple[float, int]:
    """The share of rows that have the most frequent width above one, and that width."""
    widths = Counter(len(row) for row in rows if len(row) > 1)
    width, times = widths.most_common(1)[0] if widths else (0, 0)
    return round(times / max(len(rows), 1), 1), width
