"""A release that the tests of publishing read, built once in a run."""

import fcntl
import os
import pickle

import pytest

from mlops_roles.publishing.release import release_files


@pytest.fixture(scope="session")
def built(graph, tmp_path_factory):
    """Every file of a release, by its path; one worker builds it, the others read what it wrote."""
    folder = tmp_path_factory.getbasetemp()
    folder = folder.parent if "PYTEST_XDIST_WORKER" in os.environ else folder
    kept = folder / "release.pickle"
    with (folder / "release.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # until the file is closed
        if not kept.exists():
            content = pickle.dumps(release_files(graph))
            (folder / "release.new").write_bytes(content)
            (folder / "release.new").rename(kept)
    return pickle.loads(kept.read_bytes())


@pytest.fixture(scope="session")
def files(built, graph):
    """The files of the version, by their paths below its folder."""
    return {
        name.removeprefix(f"{graph.version}/"): content
        for name, content in built.items()
        if name.startswith(graph.version)
    }
