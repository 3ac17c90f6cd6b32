"""The figures that were measured: one row each in figures.csv, with date and versions."""

import csv
import datetime
import platform
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

PATH = Path(__file__).with_name("figures.csv")
ALWAYS = ("mlops-roles", "pyoxigraph")  # packages whose version each figure has


class Figure(NamedTuple):
    """A figure.

    Attributes:
        name: by which promises.toml refers to it.
        passed: how many cases were as they should be, or another measured quantity.
        total: of how many; empty if there is no such number.
        unit: what was counted.
        note: what else has to be said, such as where the rest is listed.
        date: when it was measured, as YYYY-MM-DD.
        versions: with which versions of which programs.
    """

    name: str
    passed: str
    total: str
    unit: str
    note: str
    date: str
    versions: str

    def __str__(self) -> str:
        of = f" of {self.total}" if self.total else ""
        return f"{self.passed}{of} {self.unit}" + (f" ({self.note})" if self.note else "")


def figures() -> dict[str, Figure]:
    """All recorded figures by name."""
    with PATH.open(encoding="utf-8", newline="") as file:
        return {row["name"]: Figure(**row) for row in csv.DictReader(file)}


def record(name, passed, total="", unit="cases", note="", packages=()) -> Figure:
    """Write a figure of today in place of the one of that name.

    Args:
        name: by which promises.toml refers to it.
        passed, total: of how many cases how many were as they should be.
        unit: what was counted.
        note: what else has to be said.
        packages: the distributions that were judged by, or measured with.
    """
    versions = [f"{package} {version(package)}" for package in (*ALWAYS, *packages)]
    versions.insert(1, f"Python {platform.python_version()}")
    today = datetime.date.today().isoformat()
    new = Figure(name, str(passed), str(total), unit, note, today, ", ".join(versions))
    rows = (figures() if PATH.exists() else {}) | {name: new}
    with PATH.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(Figure._fields)
        writer.writerows(rows[name] for name in sorted(rows))
    return new
