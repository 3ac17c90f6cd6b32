"""The reference implementation of SSSOM as a judge."""

import warnings


def faults(path):
    """What the reference implementation finds wrong with a set."""
    from sssom.constants import SchemaValidationType as Kind
    from sssom.parsers import parse_sssom_table
    from sssom.validators import validate

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = validate(
            parse_sssom_table(str(path)),
            [Kind.JsonSchema, Kind.PrefixMapCompleteness, Kind.StrictCurieFormat],
            fail_on_error=False,
        )
    return [result.message for report in found.values() for result in report.results]
