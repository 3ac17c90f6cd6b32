"""Rows that questions have, and do not have, about made-up data: question_cases.csv and .ttl."""

import pytest

from mlops_roles import catalogue
from tests.reliability.data_mutants import broken_cases, question_cases


@pytest.mark.filterwarnings("ignore::mlops_roles.NotReasonedWarning")
def test_the_rows_of_the_cases_are_there_or_not():
    assert question_cases().keys() <= catalogue().keys()
    broken = {name: broken_cases(catalogue()[name]) for name in question_cases()}
    assert not any(broken.values()), {name: some for name, some in broken.items() if some}
