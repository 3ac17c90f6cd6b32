"""Every question of the catalogue that is about people, asked of staff RDF in one process.

python bench/ours.py STAFF.nt rows|counts [STORE]

Writes JSON: the seconds of each stage; the answers, or how many rows each has.

With STORE the data is loaded into a folder and asked there.
"""

import json
import sys
import time

from make_staff import STAFF

from mlops_roles import catalogue, load

ONE = {"person": f"{STAFF}person/0"}


def main(staff: str, what: str, store: str | None = None) -> None:
    """Load, ask, and write what came out."""
    start = time.perf_counter()
    graph = load(data=[staff], store=store)
    seconds, answers = {"load": time.perf_counter() - start}, {}
    begun = time.perf_counter()
    catalogue()["skill-gap-of-person"].run(
        graph, **ONE
    )  # the names of all terms are looked up for it
    seconds["one person's gap"] = time.perf_counter() - begun
    for name, question in catalogue().items():
        if "given" in question.headers and "?person" in question.text:
            begun = time.perf_counter()
            rows = question.run(graph).terms
            seconds[name] = time.perf_counter() - begun
            answers[name] = (
                len(rows)
                if what == "counts"
                else sorted(
                    ([None if t is None else t.value for t in row] for row in rows), key=str
                )
            )
            del rows  # the next question is not to pay for what this one leaves behind
    sys.stdout.write(json.dumps({"seconds": seconds, "answers": answers}))


if __name__ == "__main__":
    main(*sys.argv[1:])
