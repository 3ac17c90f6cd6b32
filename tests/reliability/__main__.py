"""Write docs/reliability.md from promises.toml and figures.csv."""

import tomllib
from pathlib import Path

from .figures import Figure, figures

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
HEAD = """\
# Reliability

What this project promises, how that is tested, and what was measured. The figures are written by \
the commands below, never by hand; this page is written by `python -m tests.reliability`. On your \
own machine, `mlops-roles selftest` tests an installation in some seconds, without a network.
"""


def promises() -> list[dict]:
    """The promises, each with its figures by name."""
    with Path(__file__).with_name("promises.toml").open("rb") as file:
        return tomllib.load(file)["promise"]


def page() -> str:
    """The page; a figure that was never measured is said to be so."""
    measured, parts = figures(), [HEAD]
    for promise in promises():
        rows = [_row(figure, measured.get(figure["name"])) for figure in promise["figures"]]
        parts += [
            f"## {promise['title']}\n",
            f"**Promise.** {promise['promise'].strip()}\n",
            f"**How it is tested.** {promise['tested'].strip()}\n",
            "```sh\n" + promise["command"].strip() + "\n```\n",
            "| figure | measured | promised | date | with |\n|---|---|---|---|---|\n"
            + "".join(rows),
        ]
        if beyond := promise.get("not"):
            parts.append(f"**Not promised, or known to be missing.** {beyond.strip()}\n")
    return "\n".join(parts)


def _row(promised: dict, figure: Figure | None) -> str:
    least, most = promised.get("least"), promised.get("most")
    floor = f"at least {least} %" if least else f"at most {most}" if most is not None else ""
    measured = (figure, figure.date, figure.versions) if figure else ("not measured yet", "", "")
    return (
        "| "
        + " | ".join(map(str, (promised["name"], *measured[:1], floor, *measured[1:])))
        + " |\n"
    )


def is_kept(promised: dict, figure: Figure) -> bool:
    """Whether a figure is as good as promised."""
    if "most" in promised:
        return float(figure.passed) <= promised["most"]
    least = promised.get("least")
    return not least or 100 * float(figure.passed) >= least * float(figure.total)


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE.relative_to(ROOT)}")
