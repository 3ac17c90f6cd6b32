"""The values of literals: which literals are equal, and which datatypes have a value.

The datatypes are those of OWL 2 RL. A literal of another datatype, such as xsd:date, has no known
value: it equals itself, and nothing is concluded from how it differs from another.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pyoxigraph as ox

XSD = "http://www.w3.org/2001/XMLSchema#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS_LITERAL = "http://www.w3.org/2000/01/rdf-schema#Literal"
Value = tuple[Any, ...]  # the name of a value space, and what tells its values apart
Limits = tuple[int | None, int | None]

# lowest and highest value of the datatypes below xsd:integer
_INTEGERS: dict[str, Limits] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "nonPositiveInteger": (None, 0),
    "positiveInteger": (1, None),
    "negativeInteger": (None, -1),
} | {
    name: limits
    for bits, word in ((8, "byte"), (16, "short"), (32, "int"), (64, "long"))
    for name, limits in (
        (word, (-(1 << bits - 1), (1 << bits - 1) - 1)),
        (f"unsigned{word.capitalize()}", (0, (1 << bits) - 1)),
    )
}
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_MORE = f"{_START}0-9.\u00b7\u0300-\u036f\u203f-\u2040-"
# what the strings of the datatypes below xsd:string look like; the last three take 10 ms to compile
_STRINGS = {
    "string": r"[^\0]*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\t\n\r ]+(?: [^\t\n\r ]+)*)?",
    "language": r"[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*",
    "NMTOKEN": f"[:{_MORE}]+",
    "Name": f"[:{_START}][:{_MORE}]*",
    "NCName": f"[{_START}][{_MORE}]*",
}
_DECIMAL = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_INTEGER = re.compile(r"[+-]?\d+", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|[+-]?INF|NaN", re.ASCII)
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})*")
_BASE64 = re.compile(
    r"(?:(?:[A-Za-z0-9+/] ?){4})*"
    r"(?:(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?=|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?"
)
# a colon in the first segment of a relative address is none of a scheme, so it is a mistake
_URI = re.compile(r"(?:[A-Za-z][A-Za-z0-9+.-]*:[^\0]*|[^:/?#]*(?:[/?#][^\0]*)?)")
_DATE_TIME = re.compile(
    r"(-?(?:[1-9]\d{3,}|0\d{3}))-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d(?:\.\d+)?)"
    r"(Z|[+-]\d\d:\d\d)?",
    re.ASCII,
)


def value_of(literal: ox.Literal) -> Value | None:
    """The value of a literal, equal for literals of one value.

    None if the datatype has no such literal, or is not one of OWL 2 RL.
    """
    if literal.language is not None:
        return ("string", literal.value, literal.language.lower())
    reader = _READERS.get(literal.datatype.value)
    return reader(literal.value) if reader else None


def is_value_of(value: Value, datatype: str) -> bool | None:
    """Whether a datatype has a value; None if the datatype is not one of OWL 2 RL."""
    test = _TESTS.get(datatype)
    return bool(test(*value)) if test else None


def differ(one: Value, other: Value) -> bool:
    """Whether two values are certainly different; time zones make no difference of an instant."""
    if one[0] == other[0] == "dateTime" and None not in (one[2], other[2]):
        return bool(one[1] != other[1])
    return one != other


def _string(text: str, pattern: str) -> Value | None:
    return ("string", text, None) if re.fullmatch(pattern, text) else None


def _plain_literal(text: str) -> Value | None:
    """The value of a literal of rdf:PlainLiteral: a text, the last "@", and its language."""
    content, at, language = text.rpartition("@")
    return ("string", content, language.lower() or None) if at else None


def _decimal(text: str) -> Value | None:
    return ("decimal", Decimal(text)) if _DECIMAL.fullmatch(text) else None


def _integer(text: str, limits: Limits) -> Value | None:
    if not _INTEGER.fullmatch(text):
        return None
    number = Decimal(text)
    return ("decimal", number) if _is_integer("decimal", number, limits) else None


def _is_integer(space: str, number: Any, limits: Limits) -> bool:
    low, high = limits
    is_whole = space == "decimal" and number == number.to_integral_value()
    return bool(is_whole) and (low is None or number >= low) and (high is None or number <= high)


def _boolean(text: str) -> Value | None:
    return ("boolean", text in ("true", "1")) if text in ("true", "1", "false", "0") else None


def _hex(text: str) -> Value | None:
    return ("hexBinary", bytes.fromhex(text)) if _HEX.fullmatch(text) else None


def _uri(text: str) -> Value | None:
    return ("anyURI", text) if _URI.fullmatch(text) else None


def _float(text: str, name: str, form: str) -> Value | None:
    """A float or double; a number that only fits after rounding to zero or infinity is none."""
    if not _FLOAT.fullmatch(text):
        return None
    try:
        packed = struct.pack(form, float(text))
    except OverflowError:
        return None
    number = struct.unpack(form, packed)[0]
    is_rounded_off = abs(number) == float("inf") and "INF" not in text
    digits = re.split("[eE]", text)[0].strip("+-0.")
    is_lost = number == 0 and digits != ""
    return None if is_rounded_off or is_lost else (name, repr(number))


def _date_time(text: str) -> Value | None:
    """A point in time: seconds since a fixed day, in UTC if there is a time zone, and the zone."""
    import calendar

    match = _DATE_TIME.fullmatch(text)
    if not match:
        return None
    year, month, day, hour, minute = (int(part) for part in match.groups()[:5])
    second, zone = Decimal(match[6]), _zone(match[7])
    is_end_of_day = hour == 24 and minute == second == 0
    if not (1 <= month <= 12 and minute < 60 and second < 60 and (hour < 24 or is_end_of_day)):
        return None
    around = year % 400 + 400  # the calendar repeats itself after 400 years
    if not 1 <= day <= calendar.monthrange(around, month)[1] or zone == "":
        return None
    import datetime

    days = datetime.date(around, month, day).toordinal() + (year - around) // 400 * 146_097
    seconds = Decimal(days * 86_400 + hour * 3600 + minute * 60) + second
    return ("dateTime", seconds - 60 * int(zone or 0), zone)


def _zone(text: str | None) -> int | str | None:
    """Minutes before UTC; None for no time zone, an empty text for one that is out of range."""
    if text is None or text == "Z":
        return None if text is None else 0
    hours, minutes = int(text[1:3]), int(text[4:6])
    if minutes > 59 or hours * 60 + minutes > 840:
        return ""
    return (hours * 60 + minutes) * (-1 if text[0] == "-" else 1)


def _base64(text: str) -> Value | None:
    import base64

    is_valid = _BASE64.fullmatch(text) and len(text.replace(" ", "")) % 4 == 0
    return ("base64Binary", base64.b64decode(text)) if is_valid else None


def _xml(text: str) -> Value | None:
    from xml.etree import ElementTree

    try:
        return ("xml", ElementTree.canonicalize(f"<xml>{text}</xml>", with_comments=True))
    except (ElementTree.ParseError, ValueError):
        return None


def _stamp(text: str) -> Value | None:
    value = _date_time(text)
    return value if value and value[2] is not None else None


# how the literals of a datatype are read
_READERS: dict[str, Callable[[str], Value | None]] = {
    f"{XSD}decimal": _decimal,
    f"{XSD}float": partial(_float, name="float", form="<f"),
    f"{XSD}double": partial(_float, name="double", form="<d"),
    f"{XSD}boolean": _boolean,
    f"{XSD}hexBinary": _hex,
    f"{XSD}base64Binary": _base64,
    f"{XSD}anyURI": _uri,
    f"{XSD}dateTime": _date_time,
    f"{XSD}dateTimeStamp": _stamp,
    f"{RDF}PlainLiteral": _plain_literal,
    f"{RDF}XMLLiteral": _xml,
    **{f"{XSD}{name}": partial(_integer, limits=limits) for name, limits in _INTEGERS.items()},
    **{f"{XSD}{name}": partial(_string, pattern=form) for name, form in _STRINGS.items()},
}
# whether a datatype has a value, given as its space and what tells it apart there
_TESTS: dict[str, Callable[..., bool]] = {
    **{
        f"{XSD}{name}": lambda space, *_, name=name: space == name
        for name in (
            *("decimal", "float", "double", "boolean"),
            *("hexBinary", "base64Binary", "anyURI", "dateTime"),
        )
    },
    **{
        f"{XSD}{name}": lambda space, number, *_, limits=limits: _is_integer(space, number, limits)
        for name, limits in _INTEGERS.items()
    },
    **{
        f"{XSD}{name}": lambda space, text, language=None, form=form: (
            space == "string" and language is None and bool(re.fullmatch(form, text))
        )
        for name, form in _STRINGS.items()
    },
    f"{XSD}dateTimeStamp": lambda space, _, zone=None: space == "dateTime" and zone is not None,
    f"{RDF}PlainLiteral": lambda space, *_: space == "string",
    f"{RDF}langString": lambda space, _, language=None: space == "string" and language is not None,
    f"{RDF}XMLLiteral": lambda space, *_: space == "xml",
    RDFS_LITERAL: lambda *_: True,
}
DATATYPES = tuple(_TESTS)


def known_datatype(datatype: str) -> bool:
    """Whether a datatype is one of OWL 2 RL, so that its values are known."""
    return datatype in _TESTS
