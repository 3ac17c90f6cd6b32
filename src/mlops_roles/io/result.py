"""The base class of all answers: as plain data, rows, a DataFrame or a report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import pandas

_VIEWS = "mlops_roles.cli.views"  # a room above: found by name, and only when a report is wanted
_Answer = TypeVar("_Answer", bound="Result")


class Result:
    """An answer. Subclasses define `to_dict`, and `to_rows` if the answer has several rows."""

    __slots__ = ()

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of `flat_rows`; empty if the keys of its rows are the columns."""
        return ()

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data: JSON types only."""
        raise NotImplementedError

    def json_data(self) -> Any:
        """What `--format json` of its command writes: `to_dict`, or a list of rows."""
        return self.to_dict()

    def to_rows(self) -> list[dict[str, Any]]:
        """The answer as rows: each a dictionary by column."""
        return [self.to_dict()]

    def flat_rows(self) -> list[dict[str, Any]]:
        """The rows for a spreadsheet: no cell is a dictionary."""
        return self.to_rows()

    def notes(self) -> list[str]:
        """Sentences that a reader of the rows needs."""
        return []

    def dataframe(self) -> pandas.DataFrame:
        """The rows as a pandas DataFrame (needs pandas)."""
        import pandas

        return pandas.DataFrame(self.flat_rows(), columns=list(self.row_columns) or None)

    def report(self, format: str = "table") -> str:
        """The answer as text, in a format that `--format` of its command takes.

        Args:
            format: 'table' (for a terminal), 'md', 'html', 'json', 'csv', 'tsv' or 'jsonl'.

        Raises InputError for an unknown format.
        """
        text: str = import_module(_VIEWS).render(self, format)
        return text

    def _repr_html_(self) -> str:
        """The HTML that a notebook shows."""
        text: str = import_module(_VIEWS).render(self, "html", whole=False)
        return text


class Results(list[_Answer], Result):
    """Several answers of one kind, as a list."""

    def __init__(self, results: Iterable[_Answer] = (), row_columns: Sequence[str] = ()):
        super().__init__(results)
        self._row_columns = tuple(row_columns)

    @property
    def row_columns(self) -> Sequence[str]:
        """The columns of `flat_rows`."""
        return self._row_columns

    def to_dict(self) -> dict[str, Any]:
        """The answers as plain data."""
        return {"results": self.json_data()}

    def json_data(self) -> list[dict[str, Any]]:
        """The answers as a list of plain data."""
        return [result.to_dict() for result in self]

    def to_rows(self) -> list[dict[str, Any]]:
        """The rows of all answers."""
        return [row for result in self for row in result.to_rows()]

    def flat_rows(self) -> list[dict[str, Any]]:
        """The rows of all answers, for a spreadsheet."""
        return [row for result in self for row in result.flat_rows()]

    def first(self, number: int) -> Results[_Answer]:
        """The first answers."""
        return Results(self[:number], self.row_columns)
