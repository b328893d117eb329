"""The settings of reading in a contract: custom properties of the dataset or of a column, checked to the line."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from lakehouse.contracts.model import Column
from lakehouse.contracts.reading import NONE, SETTINGS, Reading
from lakehouse.contracts.source import Fields

_BY_NAME = {setting.name: setting for setting in SETTINGS}


def dataset_reading(parts: Sequence[Fields]) -> Reading:
    """The settings in the custom properties of these parts of a file, which are about the whole dataset."""
    found = NONE
    for of in parts:
        found = found.over(_reading(of, None))
    return found


def column_reading(of: Fields, column: Column) -> Reading:
    """The settings in a property's custom properties."""
    return _reading(of, column)


def _reading(of: Fields, column: Column | None) -> Reading:
    found: dict[str, object] = {}
    for entry in of.items("customProperties"):
        name = entry.text("property")
        setting = _BY_NAME.get(name)
        if setting is None:
            _check_name(entry, name)
        elif reason := _misplaced(name, column):
            entry.fault(reason, "property")
        elif setting.field in found:
            entry.fault(f"{name} is given twice", "property")
        else:
            found[setting.field] = _value(entry, name)
    reading = Reading(**{field: value for field, value in found.items() if value})  # type: ignore[arg-type]
    if reason := reading.contradiction():
        of.fault(reason, "customProperties")
    return reading


def _value(entry: Fields, name: str) -> object:
    setting, given = _BY_NAME[name], entry.texts("value")
    if not given:
        entry.fault(f"{name} has no value", "value")
    elif len(given) > 1 and not setting.many:
        entry.fault(f"{name} takes one value, not {len(given)}", "value")
    else:
        try:
            read = tuple(map(setting.read, given))
        except ValueError as error:
            entry.fault(f"{name}: {error}", "value")
        else:
            return read if setting.many else read[0]
    return None


def _misplaced(name: str, column: Column | None) -> str:
    setting = _BY_NAME[name]
    if column is None:
        return ""
    if not setting.column:
        return f"{name} is for the whole dataset: put it beside schema"
    if column.derived_from:
        return f"{name}: this value is computed; put it on {column.derived_from}"
    if setting.kinds and column.type.kind not in setting.kinds:
        return f"{name} is not for a {column.type.kind}, but for {', '.join(setting.kinds)}"
    return ""


def _check_name(entry: Fields, name: str) -> None:
    """A name that is nearly a setting's is a mistake; any other is somebody else's."""
    lower = {known.lower(): known for known in _BY_NAME}
    if close := get_close_matches(name.lower(), lower, 1, 0.88):
        entry.fault(f"did you mean {lower[close[0]]}?", "property")
