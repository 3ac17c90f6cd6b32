"""Lays out the picture of the roles on the first page of the site, with ELK.

    npm ci --prefix site
    python docs/layout_roles.py

It writes `ontology/publishing/role-layout.json`. A test in `tests/publishing/test_explorer.py`
fails when the layout is out of date.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from mlops_roles import load
from mlops_roles.publishing.role_picture import LAYOUT, role_graph

ROOT = Path(__file__).resolve().parent.parent


def layout() -> str:
    """What ELK answers for the roles of the ontology, as JSON."""
    found = role_graph(load())
    asked = {"boxes": [box.role for box in found.boxes], "arrows": found.arrows}
    done = subprocess.run(  # noqa: S603
        ["node", str(ROOT / "site" / "layout.mjs")],  # noqa: S607
        input=json.dumps(asked),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


if __name__ == "__main__":
    (ROOT / "ontology" / "publishing" / LAYOUT).write_text(layout(), "utf-8")
