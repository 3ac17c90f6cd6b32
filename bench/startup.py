"""Start-up time: whole processes, side by side, their medians and ratios.

    python bench/startup.py [RUNS]

Compares `mlops-roles show R7` and other quick commands with a Python process that only imports
three packages. The runs alternate, so that both are measured under the same load.
"""

import shutil
import statistics
import subprocess
import sys
import time

TRIO = [sys.executable, "-c", "import rdflib, owlrl, pyshacl"]
COMMANDS = (
    ["show", "R7"],
    ["ask", "tasks-of-role", "R7"],
    ["resolve", "Senior Data Engineer"],
    ["--version"],
)


def seconds(command: list[str]) -> float:
    """The wall time of one process."""
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def main(runs: int) -> None:
    """Print the medians and the ratios."""
    tool = shutil.which("mlops-roles") or sys.exit("mlops-roles is not installed; pip install .")
    ours = {" ".join(arguments): [tool, *arguments] for arguments in COMMANDS}
    times: dict[str, list[float]] = {name: [] for name in ("trio", *ours)}
    for _ in range(runs):
        for name, command in (("trio", TRIO), *ours.items()):
            times[name].append(seconds(command))
    medians = {name: statistics.median(values) for name, values in times.items()}
    print(f"import rdflib, owlrl, pyshacl: {1000 * medians['trio']:.0f} ms (median of {runs})")
    for name in ours:
        ratio = medians[name] / medians["trio"]
        print(f"mlops-roles {name}: {1000 * medians[name]:.0f} ms, {ratio:.2f} of that")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)
