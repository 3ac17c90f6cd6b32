"""Names of people: with a key where several have one name, and folded so that spellings agree."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, Any

from .engine import Engine
from .reading import Reading, shown_lines

if TYPE_CHECKING:
    import ibis


def with_names(table: ibis.Table, engine: Engine, reading: Reading) -> ibis.Table:
    """The table in which people of one name with different keys are called 'Name <key>'."""
    t = table.mutate(folded=folded_name(table.person))
    known = t.filter(t.folded.notnull() & t["key"].notnull())
    key, name = known["key"], known.folded
    counts = known.aggregate(n=known.count(), keys=key.nunique(), names=name.nunique())
    if len(set(engine.fetch_rows(counts)[0])) == 1:
        return table
    by_key = known.group_by("key").agg(low=name.min(), high=name.max(), line=known.line.min())
    differing = by_key.filter(by_key.low != by_key.high).select("line").order_by("line")
    if lines := [line for (line,) in engine.fetch_rows(differing)]:
        reading.notes.append(
            f"Keys with several names, which count as several people: {shown_lines(lines)}"
        )
    several = known.group_by("folded").agg(keys=key.nunique())
    several = engine.materialize(several.filter(several["keys"] > 1).select("folded"))
    ((count,),) = engine.fetch_rows(several.aggregate(n=several.count()))
    if not count:
        return table
    marked = several.mutate(twice=1)
    both = t.left_join(marked, "folded")
    named = (both.twice.notnull() & both["key"].notnull()).ifelse(
        both.person + " <" + both["key"] + ">", both.person
    )
    reading.notes.append(
        f"Names of several people, distinguished by their key as 'Name <key>': {count:,}"
    )
    return both.mutate(person=named).select(*table.columns)


def folded_name(person: Any) -> Any:
    """A name as it is compared: in lower case with single spaces, composed where DuckDB runs."""
    text = person.lower()
    try:
        is_duckdb = person.get_backend().name == "duckdb"
    except Exception:  # an expression without a connection
        is_duckdb = False
    if not is_duckdb:
        return text.re_replace(" +", " ")
    has_other = text.re_search(r"[\t-\r\x{00a0}]|  ")  # than single spaces; most have none
    return _nfc_normalize()(has_other.ifelse(text.re_replace(r"[\s\x{00a0}]+", " "), text))


@cache
def _nfc_normalize() -> Any:
    """The function of DuckDB, the same object each time: its expressions have one shape then."""
    import ibis

    @ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
    def nfc_normalize(text: str) -> str:
        """Replaced by the function of DuckDB."""
        return text

    return nfc_normalize


def fold_person(name: str) -> str:
    """The same as `folded_name`, in Python."""

    return unicodedata.normalize("NFC", re.sub(r"\s+", " ", name.strip().lower()))
