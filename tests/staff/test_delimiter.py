"""The delimiter of a staff file is the one under which its headings are known."""

import pytest

from mlops_roles import audit

HEADER = "person{0}title{0}skills\n"
NAMES = ";".join(["SQL", "Python", "Docker", "Git"])


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("above", ["", "Staff list, May; draft | a, b, c\n"])
def test_names_in_cells_do_not_decide_the_delimiter(delimiter, above, tmp_path):
    """Most rows are broken, and alike under another delimiter."""
    cell = NAMES.replace(";", ",") if delimiter == ";" else NAMES
    whole = delimiter.join(("Ann", "Data Engineer", f'"{cell}"'))
    broken = "\n".join([f"{cell}{delimiter}Ben"] * 8)
    (tmp_path / "staff.csv").write_text(
        f"{above}{HEADER.format(delimiter)}{whole}\n{broken}\n", "utf-8"
    )
    found = audit(tmp_path / "staff.csv").to_dict()
    assert found["reading"]["delimiter"] == delimiter
    assert found["roles"]["data-engineer"]["people"] == 1
    assert found["rows"] == {"read": 9, "used": 1, "rejected": 8}
