"""The files of a release, of which tests read a few or all."""

VARIANTS = ("mlops-roles", "mlops-roles-asserted", "mlops-roles-aligned")


def smallest_of_each_kind(files: dict[str, bytes], suffix: str) -> list[str]:
    """The smallest file of each folder and each file of no folder, without the whole ontology.

    Args:
        files: contents by the path below the folder of a version.
        suffix: of the format, such as "nt".
    """
    whole = {f"{variant}.{suffix}" for variant in VARIANTS}
    names = {name for name in files if name.endswith(f".{suffix}")} - whole
    largest_first = sorted(names, key=lambda name: (len(files[name]), name), reverse=True)
    return sorted({name.partition("/")[0]: name for name in largest_first}.values())
