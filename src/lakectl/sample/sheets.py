"""True rows become the sheets of a delivery, with noise among the rows and oddities of whole sheets.

An oddity of a sheet is none of a right pipeline's business (headers in another order, case or wording, an extra column,
a `date` that lies, empty rows) or a sheet that it reports and leaves alone (hidden, empty, a note).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import cycle

from lakectl.sample.delivery import Dataset, Delivered, Sheet
from lakectl.sample.faults import CATALOGUE, Repeat
from lakectl.sample.shop import Row

# Other wordings of headers; the contracts declare them as aliases.
RENAMED = {
    "user_id": "customer_id",
    "order_timestamp": "Ordered at",
    "total_amount": "Order total",
    "product_id": "SKU",
}


def lay_out(named: Sequence[tuple[str, list[Row]]], dataset: Dataset, dirty: float, draw: random.Random) -> list[Sheet]:
    """One sheet per (name, true rows), with `dirty` percent of noise (at least one row, unless it is 0)."""
    sheets = [Sheet(name, {c: c for c in rows[0]}, [Delivered(row) for row in rows]) for name, rows in named]
    total = sum(len(rows) for _, rows in named)
    if dirty:
        _spread(sheets, dataset, max(1, round(total * dirty / 100)), draw)
    return sheets


def oddities(sheets: list[Sheet], draw: random.Random) -> list[Sheet]:
    """The workbook with each oddity on one sheet, as far as there are sheets, and three sheets to leave alone."""
    chosen = draw.sample(range(len(sheets)), min(len(sheets), len(ODDITIES)))
    odd = dict(zip(chosen, ODDITIES, strict=False))
    changed = [odd[n](sheet) if n in odd else sheet for n, sheet in enumerate(sheets)]
    note = Sheet("Notes", {"note": "Takings of the month, a sheet a day. Ask at the till."}, ignored="note")
    empty = Sheet("Sheet1", {}, ignored="empty")
    hidden = replace(sheets[0], name=f"{sheets[0].name} (old)", hidden=True, ignored="hidden")
    return [note, *changed, empty, hidden]


def _spread(sheets: list[Sheet], dataset: Dataset, count: int, draw: random.Random) -> None:
    """Adds `count` noisy copies of different rows, every kind of the catalogue in turn.

    What must come after its original goes to the end of that sheet or of a later one, all else right before it.
    """
    rows = [(n, delivered) for n, sheet in enumerate(sheets) for delivered in sheet.rows if delivered is not None]
    kinds = cycle(draw.sample(CATALOGUE[dataset], len(CATALOGUE[dataset])))
    for (home, original), kind in zip(draw.sample(rows, count), kinds, strict=False):
        copy = kind.copy(original.row, dataset)
        if isinstance(kind, Repeat) and not kind.before:
            sheets[draw.randrange(home, len(sheets))].rows.append(copy)
        else:
            # By identity: equal rows may be about, and a list's own index() compares every value.
            place = next(n for n, delivered in enumerate(sheets[home].rows) if delivered is original)
            sheets[home].rows.insert(place, copy)


def _reordered(sheet: Sheet) -> Sheet:
    return replace(sheet, header=dict(reversed(sheet.header.items())))


def _shouted(sheet: Sheet) -> Sheet:
    return replace(sheet, header={c: f"  {text.upper()} " for c, text in sheet.header.items()})


def _renamed(sheet: Sheet) -> Sheet:
    return replace(sheet, header={c: RENAMED.get(c, text) for c, text in sheet.header.items()})


def _with_remarks(sheet: Sheet) -> Sheet:
    rows = [d and replace(d, row={**d.row, "remark": "gift, wrap it"}) for d in sheet.rows]
    return replace(sheet, header={**sheet.header, "remark": "remark"}, rows=rows)


def _undated(sheet: Sheet) -> Sheet:
    return replace(sheet, header={c: text for c, text in sheet.header.items() if c != "date"})


def _misdated(sheet: Sheet) -> Sheet:
    return replace(sheet, rows=[d and replace(d, row={**d.row, "date": "1999-12-31"}) for d in sheet.rows])


def _with_gaps(sheet: Sheet) -> Sheet:
    half = len(sheet.rows) // 2
    return replace(sheet, rows=[None, *sheet.rows[:half], None, None, *sheet.rows[half:]])


ODDITIES: tuple[Callable[[Sheet], Sheet], ...] = (
    _reordered,
    _shouted,
    _renamed,
    _with_remarks,
    _undated,
    _misdated,
    _with_gaps,
)
