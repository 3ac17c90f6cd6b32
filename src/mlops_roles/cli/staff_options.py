"""The options of every command that reads staff data, and the saved mapping that holds them."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from ..errors import InputError
from .options import declare

if TYPE_CHECKING:
    from ..staff.reading import Reading, ReadOptions

PLAIN = ("layout", "encoding", "delimiter", "sheet", "separator", "has_from", "lacks_to")
MAP = """
--map OURS=THEIRS...     where a column has another name: --map title="Job Title"
"""
SETTLED = """
--ignore COLUMN...       a column not to be read
--value COLUMN:VALUE=MEANING...
    what a status, level or name means: --value 'status:Sabbatical=on leave'
--layout rows|wide|long|transposed  how people and skills are laid out, if not found
--header-row N           the line of the headings, if not found
--scale [COLUMN=]LOWEST-HIGHEST...
    the scale of all levels, or of one column: --scale 0-5 --scale 'SQL=0-100'
--encoding NAME          the encoding of a CSV file, if it is not found: cp1252
--delimiter CHARACTER    what separates the columns of a CSV file, if it is not found
--sheet NAME             the sheet of a workbook (default: the first that is not hidden)
--separator CHARACTERS   what separates names in a cell: --separator ',;'
--has-from LEVEL         the lowest level that means having the skill (default: the middle)
--lacks-to LEVEL         the highest level that means lacking the skill (default: 0, none)
--as-of DATE             the date at which people are counted: 2026-01-31 (default: today)
--lang TAG               the language of names and titles in RDF that have several (default: en)
--join FILE              a second file, or another sheet, with more about the same people
--on COLUMN              the column by which both are joined; LEFT=RIGHT if its names differ
--mapping FILE           the reading as saved and reviewed; fails if the columns have changed
"""
READING = f"""{SETTLED}
--save-mapping FILE      save how the file was read as TOML, to be reviewed and used again
"""


def add_reading_options(parser: argparse.ArgumentParser, saves: bool = True) -> None:
    """Add the options that settle how staff data is read, and, if wanted, the one that saves it."""
    group = parser.add_argument_group("how the staff file is read")
    declare(group, MAP + (READING if saves else SETTLED), header_row={"type": int})


def parse_mapping_options(texts: Sequence[str]) -> dict[str, str | list[str]]:
    """The values of `--map`: our column to the column of the file, or to several."""
    found: dict[str, list[str]] = {}
    for pair in texts:
        if "=" not in pair:
            raise InputError(f"--map {pair}: no '='; write --map title=\"Job Title\"")
        ours, theirs = pair.split("=", 1)
        found.setdefault(ours, []).append(theirs)
    return {ours: names[0] if len(names) == 1 else names for ours, names in found.items()}


def read_options(args: argparse.Namespace) -> ReadOptions:
    """What the options settle; they go before a saved mapping."""
    from ..staff.dates import is_iso_date
    from ..staff.mapping_file import load_mapping
    from ..staff.reading import ReadOptions
    from ..staff.values import fold_value

    saved = load_mapping(args.mapping) if args.mapping else ReadOptions()
    values = _saved_values(saved, args)
    mapped = parse_mapping_options(args.map)
    for text in args.value:
        column, colon, rest = text.partition(":")
        value, equals, meaning = rest.rpartition("=")
        if not (colon and equals and (value or column.strip() == "status")):
            raise InputError(f"--value {text}: no COLUMN:VALUE=MEANING; write 'status:Away=left'")
        values[column.strip(), fold_value(value)] = meaning.strip()
    if args.as_of and not is_iso_date(args.as_of):
        raise InputError(f"--as-of {args.as_of}: not a date; write --as-of 2026-01-31")
    if bool(args.join) != bool(args.on):
        raise InputError("--join and --on belong together: --join skills.csv --on employee_id")
    scales = {name: scale for name, equals, scale in map(_partition_scale, args.scale) if equals}
    whole = [scale for _, equals, scale in map(_partition_scale, args.scale) if not equals]
    given = {
        name: getattr(args, name) for name in (*PLAIN, "header_row", "as_of", "lang", "join", "on")
    }
    return ReadOptions(
        mapping={**_saved_columns(saved, {*args.ignore, *_headings(mapped)}), **mapped},
        ignore=(*saved.ignore, *args.ignore),
        values=values,
        headings=saved.headings,
        scale=whole[-1] if whole else saved.scale,
        scales={**saved.scales, **scales},
        **{name: getattr(saved, name) if v is None else v for name, v in given.items()},
    )


def _headings(mapped: Mapping[str, str | Sequence[str]]) -> list[str]:
    """The headings of a mapping."""
    return [h for some in mapped.values() for h in ([some] if isinstance(some, str) else some)]


def _saved_columns(saved: ReadOptions, settled: Collection[str]) -> dict[str, str | Sequence[str]]:
    """The columns of a saved mapping without those that options settle in another way."""
    left = (
        (ours, [h for h in _headings({ours: some}) if h not in settled])
        for ours, some in saved.mapping.items()
    )
    return {ours: some[0] if len(some) == 1 else some for ours, some in left if some}


def _saved_values(saved: ReadOptions, args: argparse.Namespace) -> dict[tuple[str, str], str]:
    """The values of a saved mapping, without levels that a threshold or scale decides again."""
    from ..staff.values import parse_level

    if args.has_from is None and args.lacks_to is None and not args.scale:
        return dict(saved.values)
    return {
        (kind, value): meaning
        for (kind, value), meaning in saved.values.items()
        if kind != "level" or not parse_level(value)
    }


def _partition_scale(text: str) -> tuple[str, str, str]:
    """A value of `--scale`: the column before its last '=', which is missing for all levels."""
    column, equals, scale = text.rpartition("=")
    return column.strip(), equals, scale.strip()


def write_mapping(args: argparse.Namespace, reading: Reading, options: ReadOptions) -> None:
    """Write the reading as a mapping file, if the options ask for it."""
    if args.save_mapping:
        from ..staff.mapping_file import save_mapping
        from .main import write_output

        write_output(save_mapping(reading, options), args.save_mapping)
