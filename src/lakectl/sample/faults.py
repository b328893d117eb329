"""The catalogue of what goes wrong with a row. `docs/sample-data.md` is its prose.

All of it is noise beside the truth: a damaged, outdated or repeated copy of a true row, never instead of it. So a right
pipeline ends with the same rows from a dirty delivery as from a clean one, whatever the share of noise.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from lakectl.sample.delivery import KEYS, Dataset, Delivered, Fault
from lakectl.sample.shop import Row

ORPHAN_PRODUCT = 9_000_001
# Orphans get keys of their own: once their product arrives they are rows in their own right.
ORPHAN_KEYS = 900_000_000


@dataclass(frozen=True)
class Damage:
    """A copy that must be refused, with every one of its `faults`."""

    what: str
    faults: tuple[Fault, ...]
    own_key: bool = False

    def copy(self, row: Row, dataset: Dataset) -> Delivered:
        """The damaged copy of a true row."""
        damaged = dict(row)
        if self.own_key:
            damaged[KEYS[dataset]] = ORPHAN_KEYS + int(str(row[KEYS[dataset]]))
        damaged.update({fault.column: fault.value for fault in self.faults})
        return Delivered(damaged, self.faults)


@dataclass(frozen=True)
class Repeat:
    """A valid copy of a true row's key that must not change what the table says.

    `hours` it is older; `before` the true row or after it in order of delivery; `changes` of its values; `as_text`:
    the same values, but typed as text, integers with `.0` and spaces around.
    """

    what: str
    before: bool
    hours: int = 0
    changes: tuple[tuple[str, str | int | float], ...] = ()
    as_text: bool = False

    def copy(self, row: Row, dataset: Dataset) -> Delivered:
        """The repeated copy of a true row."""
        repeated = {**row, **dict(self.changes)}
        if self.hours and dataset != "products":
            moment = datetime.fromisoformat(str(row["order_timestamp"])) - timedelta(hours=self.hours)
            repeated |= {"order_timestamp": moment.isoformat(), "date": moment.date().isoformat()}
        if self.as_text:
            repeated = {
                c: f" {v}.0 " if isinstance(v, int) else v if v is None else str(v) for c, v in repeated.items()
            }
        return Delivered(repeated)


Noise = Damage | Repeat


def _damage(what: str, *faults: tuple[str, str | int | float | None, str], own_key: bool = False) -> Damage:
    return Damage(what, tuple(Fault(*fault) for fault in faults), own_key)


CATALOGUE: dict[Dataset, tuple[Noise, ...]] = {
    "products": (
        _damage("no key", ("product_id", None, "required")),
        _damage("text in a number", ("department_id", "n/a", "type")),
        _damage("half an integer", ("department_id", 2.5, "type")),
        _damage("a key with a space in it", ("product_id", "1 001", "type")),
        _damage("an integer that overflows", ("product_id", "9223372036854775808", "range")),
        _damage("two faults", ("product_id", "abc", "type"), ("department_id", "?", "type")),
        Repeat("an old name, sent before", before=True, changes=(("product_name", "(name to follow)"),)),
        Repeat("sent again", before=False),
    ),
    "orders": (
        _damage("no key", ("order_id", None, "required")),
        _damage("no timestamp", ("order_timestamp", None, "required")),
        _damage("text in a number", ("user_id", "n/a", "type")),
        _damage("half an integer", ("order_num", 12.5, "type")),
        _damage("a day that does not exist", ("order_timestamp", "2025-02-30T10:00:00", "type")),
        _damage("a date in words", ("order_timestamp", "yesterday", "type")),
        _damage("three decimals", ("total_amount", 1.239, "scale")),
        _damage("an amount that overflows", ("total_amount", "12345678901.00", "range")),
        _damage("an integer that overflows", ("order_id", "9223372036854775808", "range")),
        _damage("a key with a space in it", ("order_id", "100 001", "type")),
        _damage("an error cell", ("total_amount", "#N/A", "excel_error")),
        _damage("two faults", ("user_id", "n/a", "type"), ("total_amount", 1.239, "scale")),
        Repeat("sent again", before=False),
        Repeat("sent again as text", before=False, as_text=True),
        Repeat("an older version, sent before", before=True, hours=2, changes=(("total_amount", 9.99),)),
        Repeat("an older version, sent after", before=False, hours=30, changes=(("total_amount", 8.88),)),
        Repeat("a version as old, sent before", before=True, changes=(("total_amount", 7.77),)),
    ),
    "order_items": (
        _damage("no key", ("id", None, "required")),
        _damage("no order", ("order_id", None, "required")),
        _damage("no product", ("product_id", None, "required")),
        _damage("a product nobody knows", ("product_id", ORPHAN_PRODUCT, "foreign_key"), own_key=True),
        _damage("text in a number", ("days_since_prior_order", "n/a", "type")),
        _damage("half an integer", ("add_to_cart_order", 12.5, "type")),
        _damage("a flag that is neither 0 nor 1", ("reordered", 7, "allowed")),
        _damage("a count that overflows", ("add_to_cart_order", "2147483648", "range")),
        _damage("a day that does not exist", ("order_timestamp", "2025-04-31T08:15:00", "type")),
        _damage("a key with a space in it", ("order_id", "100 001", "type")),
        _damage("an error cell", ("user_id", "#REF!", "excel_error")),
        _damage("two faults", ("days_since_prior_order", "n/a", "type"), ("reordered", 7, "allowed")),
        _damage(
            "a fault and a product nobody knows",
            ("product_id", ORPHAN_PRODUCT, "foreign_key"),
            ("add_to_cart_order", 1.5, "type"),
        ),
        Repeat("sent again", before=False),
        Repeat("sent again as text", before=False, as_text=True),
        Repeat("an older version, sent before", before=True, hours=2, changes=(("reordered", 0),)),
        Repeat("an older version, sent after", before=False, hours=30, changes=(("add_to_cart_order", 99),)),
        Repeat("a version as old, sent before", before=True, changes=(("add_to_cart_order", 98),)),
    ),
}
