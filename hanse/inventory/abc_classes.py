"""ABC: which items a site counts often, and which records are due on a day. Pure.

By the value that moved: the items that make the first part of it are A, the next B, the rest, and what did not move, C.
Each class has its days: a record is due when it was not counted for so long, and each day the records that
waited longest are counted, as many as it takes to get round in that time.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from hanse.kernel.rows import row


@row
class Plan:
    """How a site counts from a day on."""

    starts_on: date
    a_share: int
    b_share: int
    a_days: int
    b_days: int
    c_days: int
    a_permille: int
    b_permille: int
    c_permille: int

    def days(self, abc: str) -> int:
        """In how many days each record of a class is counted."""
        return {"A": self.a_days, "B": self.b_days, "C": self.c_days}[abc]

    def permille(self, abc: str) -> int:
        """By which part a record of a class may be off."""
        return {"A": self.a_permille, "B": self.b_permille, "C": self.c_permille}[abc]


@row
class Record:
    """What the ledger has in a bin of an item and lot: when it was last counted, and whether a count is open."""

    bin: int
    bin_code: str
    item: int
    sku: str
    lot: str
    counted_on: date | None = None
    open: bool = False
    raised_today: bool = False


def classes(values: Mapping[int, Decimal], plan: Plan) -> dict[int, str]:
    """The class of each item that moved, by its value."""
    total, before = sum(values.values()), Decimal(0)
    found = {}
    for item, value in sorted(values.items(), key=lambda pair: (-pair[1], pair[0])):
        share = before * 100
        found[item] = "A" if value and share < plan.a_share * total else "B" if value and share < plan.b_share * total else "C"
        before += value
    return found


def due(records: Sequence[Record], abc: Mapping[int, str], plan: Plan, today: date) -> list[tuple[Record, str]]:
    """The records that are counted today, by class, those that waited longest first."""
    chosen = []
    for of in "ABC":
        here = [r for r in records if abc.get(r.item, "C") == of]
        wait = sorted((r for r in here if not r.open and (r.counted_on is None or (today - r.counted_on).days >= plan.days(of))),
                      key=lambda r: (r.counted_on or date.min, r.bin_code, r.sku, r.lot))
        quota = -(-len(here) // plan.days(of)) - sum(r.raised_today for r in here)
        chosen += [(r, of) for r in wait[:max(quota, 0)]]
    return chosen
