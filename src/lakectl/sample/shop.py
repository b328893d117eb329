"""An invented shop and its true history: products, orders and their items, month by month.

Nothing in here is wrong: this is what the tables should hold in the end, whatever happens to it on the way
(`faults`). Customers come back, favour some products and buy them again, so that questions have answers.
"""

from __future__ import annotations

import calendar
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

Value = str | int | float | None
Row = dict[str, Value]

FIRST_MONTH = date(2025, 1, 1)
DAYS_WITH_SALES = 15
FIRST_ORDER = 100_001
FIRST_ITEM = 500_001
FIRST_USER = 20_001
MOST_PRODUCTS = 1_000

DEPARTMENTS: dict[str, tuple[str, ...]] = {
    "Kitchen": ("Kettle", "Skillet", "Teapot", "Ladle", "Mortar", "Colander", "Bread Tin", "Café Press"),
    "Garden": ("Trowel", "Rake", "Watering Can", "Planter", "Trellis", "Hose", "Bird Bath", "Wheelbarrow"),
    "Stationery": ("Notebook", "Ink", "Ruler", "Stapler", "Binder", "Envelope", "Desk Lamp", "Calendar"),
    "Outdoors": ("Tent", "Lantern", "Compass", "Rucksack", "Flask", "Hammock", "Camp Stove", "Poncho"),
    "Workshop": ("Hammer", "Plane", "Chisel", "Clamp", "Spirit Level", "Vice", "Drill Bit", "Workbench"),
    "Bedroom": ("Duvet", "Pillow", "Quilt", "Bolster", "Night Light", "Alarm Clock", "Blanket", "Wardrobe"),
    "Pets": ("Lead", "Basket", "Aquarium", "Perch", "Scratching Post", "Collar", "Bowl", "Hutch"),
    "Music": ("Ukulele", "Metronome", "Drum", "Recorder", "Music Stand", "Tambourine", "Harmonica", "Capo"),
}
FINISHES = (
    "Oak",
    "Copper",
    "Blue",
    "Folding",
    "Small",
    "Enamel",
    "Linen",
    "Walnut",
    "Striped",
    "Grey",
    "Travel",
    "Tall",
)
# Real names hold what naive CSV writers trip over.
SUFFIXES = ("", ", pair", ' 12"', " № 2", ", 1.5 l", " ★", " (new)")


@dataclass(frozen=True)
class Day:
    """One day's true rows; its sheets are named after `day`."""

    day: date
    orders: list[Row]
    items: list[Row]


@dataclass(frozen=True)
class Month:
    """A month as the shop delivers it: two workbooks, a sheet a day. `label` ends the files' names: `jan_2025`."""

    first: date
    days: list[Day]

    @property
    def label(self) -> str:
        """The month in file names, in English whatever the locale."""
        return f"{calendar.month_abbr[self.first.month].lower()}_{self.first.year}"


@dataclass
class Customer:
    """What the shop remembers of a customer."""

    last_order: date | None = None
    bought: list[int] = field(default_factory=list)


class Shop:
    """Sells. The same `seed`, `orders` (per month) and number of months give the same rows."""

    def __init__(self, orders: int, seed: int) -> None:
        self._random = random.Random(f"shop {seed}")
        self._orders_per_month = orders
        self._customers: dict[int, Customer] = {}
        self._next_order = FIRST_ORDER
        self._next_item = FIRST_ITEM
        self.products = _products(self._random, min(MOST_PRODUCTS, max(24, orders // 5)))

    def months(self, count: int) -> Iterator[Month]:
        """That many months one after the other, each made when it is asked for."""
        for number in range(count):
            years, month = divmod(FIRST_MONTH.month - 1 + number, 12)
            yield self._month(date(FIRST_MONTH.year + years, month + 1, 1))

    def _month(self, first: date) -> Month:
        days = min(DAYS_WITH_SALES, self._orders_per_month)
        share, rest = divmod(self._orders_per_month, days)
        return Month(first, [self._day(first + timedelta(days=n), share + (n < rest)) for n in range(days)])

    def _day(self, day: date, count: int) -> Day:
        orders: list[Row] = []
        items: list[Row] = []
        for _ in range(count):
            order, basket = self._order(day)
            orders.append(order)
            items.extend(basket)
        return Day(day, orders, items)

    def _order(self, day: date) -> tuple[Row, list[Row]]:
        draw = self._random
        # Squared: few customers order often, many once.
        user = FIRST_USER + int(self._orders_per_month * draw.random() ** 2)
        customer = self._customers.setdefault(user, Customer())
        moment = datetime(day.year, day.month, day.day, draw.randrange(24), draw.randrange(60)).isoformat()
        order: Row = {
            "order_num": draw.randint(1, 100),
            "order_id": self._next_order,
            "user_id": user,
            "order_timestamp": moment,
            "total_amount": draw.randint(1_500, 60_000) / 100,
            "date": day.isoformat(),
        }
        basket = self._basket(order, customer, day)
        self._next_order += 1
        customer.last_order = day
        return order, basket

    def _basket(self, order: Row, customer: Customer, day: date) -> list[Row]:
        since = (day - customer.last_order).days if customer.last_order else None
        known = set(customer.bought)
        basket: list[Row] = []
        for place, product in enumerate(self._choose(customer), start=1):
            basket.append(
                {
                    "id": self._next_item,
                    "order_id": order["order_id"],
                    "user_id": order["user_id"],
                    "days_since_prior_order": since,
                    "product_id": product,
                    "add_to_cart_order": place,
                    "reordered": int(product in known),
                    "order_timestamp": order["order_timestamp"],
                    "date": order["date"],
                }
            )
            self._next_item += 1
        customer.bought.extend(int(str(item["product_id"])) for item in basket if not item["reordered"])
        return basket

    def _choose(self, customer: Customer) -> list[int]:
        """1 to 10 different products, 5.4 on average, half of them old favourites where there are any."""
        draw = self._random
        chosen: dict[int, None] = {}
        for _ in range(draw.randint(1, 10)):
            if customer.bought and draw.random() < 0.5:
                chosen[draw.choice(customer.bought)] = None
            else:
                chosen[1 + int(len(self.products) * draw.random() ** 1.5)] = None
        return list(chosen)


def _products(draw: random.Random, count: int) -> list[Row]:
    """`count` products of distinct names, spread over the departments."""
    names = [
        (number, department, f"{finish} {noun}{suffix}")
        for suffix in SUFFIXES
        for finish in FINISHES
        for number, (department, nouns) in enumerate(DEPARTMENTS.items(), start=1)
        for noun in nouns
    ]
    return [
        {"product_id": product, "department_id": number, "department": department, "product_name": name}
        for product, (number, department, name) in enumerate(draw.sample(names, count), start=1)
    ]
