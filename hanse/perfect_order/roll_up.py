"""Roll up: the only writer of the days. What a verdict counted before goes out, what it counts now comes in.

`counted` is pure and says all that a verdict counts, so that `hanse verify` can count everything anew and compare.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from hanse.journal.run import Run

from .conditions import ALL
from .models import COUNTS
from .truth import Truth, every

Key = tuple[date, str, str, str]
CauseKey = tuple[date, str, str, str]
NO_DAY = date(9999, 12, 31)
"""Stands for the day of what was promised for none."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What days need to know of a verdict."""

    due_on: date | None
    void: bool
    truths: Mapping[str, Truth]
    perfect: Truth
    lines: int
    lines_perfect: int
    lines_judged: int
    net: Decimal
    currency: str
    customer: str
    site: str
    carrier: str
    country: str
    channel: str
    skus: tuple[tuple[str, Truth], ...]
    causes: Mapping[str, tuple[str, str]]
    hours: Decimal

    def parts(self) -> list[tuple[str, str]]:
        """By what it is counted, items left out: (what, which)."""
        lane = lane_key(self.carrier, self.site, self.country)
        found = [("all", ""), ("customer", self.customer), ("site", self.site), ("carrier", self.carrier), ("lane", lane), ("channel", self.channel)]
        return [(by, key) for by, key in found if by == "all" or key]


def lane_key(carrier: str, site: str, country: str) -> str:
    """A carrier on a lane: `UPS|HAM → DE`; nothing where no carrier is known yet."""
    return f"{carrier}|{site} → {country}" if carrier else ""


def counted(it: Counted, sign: int = 1) -> tuple[dict[Key, list[int | Decimal]], dict[CauseKey, list[int | Decimal]]]:
    """All that a verdict counts, by day: (counts and money, failures by cause)."""
    if it.void:
        return {}, {}
    day = it.due_on or NO_DAY
    scor = every([it.perfect, it.truths["documents"]])
    numbers = [
        1, it.perfect is True, it.perfect is False, scor is True, scor is False, it.lines, it.lines_perfect, it.lines_judged,
        *(it.truths[name] is wanted for name in ALL for wanted in (True, False)),
    ]
    row: list[int | Decimal] = [sign * int(n) for n in numbers] + [sign * it.net, sign * it.net if it.perfect is False else Decimal(0)]
    days: dict[Key, list[int | Decimal]] = {(day, by, key, it.currency): row for by, key in it.parts()}
    for sku, truth in it.skus:
        _add(days, (day, "item", sku, it.currency), [sign * int(n) for n in (1, truth is True, truth is False, 0, 0, 1, truth is True, truth is not None, *[0] * 12)] + [Decimal(0)] * 2)
    first = next(iter(it.causes), None)
    causes: dict[CauseKey, list[int | Decimal]] = {
        (day, name, cause, owner): [sign, sign * (name == first), sign * (len(it.causes) == 1), sign * it.hours if name == "time" else Decimal(0)]
        for name, (cause, owner) in it.causes.items()}
    return days, causes


def _add(into: dict, key: tuple, row: list) -> None:
    into[key] = [a + b for a, b in zip(into[key], row, strict=True)] if key in into else row


def total(moves: Iterable[tuple[Counted, int]]) -> tuple[dict[Key, list], dict[CauseKey, list]]:
    """What verdicts count together; each with +1 or −1."""
    days: dict[Key, list] = defaultdict(list)
    causes: dict[CauseKey, list] = defaultdict(list)
    for it, sign in moves:
        of_days, of_causes = counted(it, sign)
        for into, found in ((days, of_days), (causes, of_causes)):
            for key, row in found.items():
                into[key] = [a + b for a, b in zip(into[key], row, strict=True)] if into.get(key) else row
    return ({k: row for k, row in days.items() if any(row)}, {k: row for k, row in causes.items() if any(row)})


_COLUMNS = [*COUNTS, "net", "net_imperfect"]
_TYPES = ["bigint"] * len(COUNTS) + ["numeric", "numeric"]
_CAUSE_COLUMNS, _CAUSE_TYPES = ["failures", "first", "alone", "hours"], ["bigint", "bigint", "bigint", "numeric"]
_DAY_KEYS, _CAUSE_KEYS = ("due_on", "by", "key", "currency"), ("due_on", "condition", "cause", "owner")


def _add_to(table: str, keys: tuple[str, ...], columns: list[str], types: list[str]) -> tuple[str, str]:
    """Two statements: lock the rows of these keys in their order; add to them, or begin them. (An upsert would hold what is taken off against the CHECKs.)"""
    names, at = ", ".join([*keys, *columns]), ", ".join(f"n.{k}" for k in keys)
    given = ", ".join([f"%({k})s::{'date' if k == 'due_on' else 'text'}[]" for k in keys] + [f"%({c})s::{t}[]" for c, t in zip(columns, types, strict=True)])
    same = " AND ".join(f"d.{k} = n.{k}" for k in keys)
    lock = f"""
SELECT d.id FROM perfect_order_{table} d JOIN unnest({", ".join(f"%({k})s::{'date' if k == 'due_on' else 'text'}[]" for k in keys)}) AS n({", ".join(keys)}) ON {same}
 ORDER BY {at} FOR NO KEY UPDATE OF d"""
    add = f"""
WITH {table}_new AS (SELECT * FROM unnest({given}) AS n({names})), {table}_moved AS (
  UPDATE perfect_order_{table} d SET {", ".join(f"{c} = d.{c} + n.{c}" for c in columns)} FROM {table}_new n WHERE {same} RETURNING {at}
)
INSERT INTO perfect_order_{table} ({names})
SELECT {names} FROM {table}_new n WHERE NOT EXISTS (SELECT FROM {table}_moved d WHERE {same})"""
    return lock, add


LOCK_DAYS, ADD_DAYS = _add_to("day", _DAY_KEYS, _COLUMNS, _TYPES)
LOCK_CAUSES, ADD_CAUSES = _add_to("daycause", _CAUSE_KEYS, _CAUSE_COLUMNS, _CAUSE_TYPES)


def roll_up(run: Run, moves: Iterable[tuple[Counted, int]]) -> None:
    """Add what verdicts count now, take off what they counted before."""
    days, causes = total(moves)
    if days:
        keys = _keys(sorted(days), _DAY_KEYS)
        run.lock(LOCK_DAYS, **keys)
        run.write(ADD_DAYS, **keys, **_columns(days, _COLUMNS))
    if causes:
        keys = _keys(sorted(causes), _CAUSE_KEYS)
        run.lock(LOCK_CAUSES, **keys)
        run.write(ADD_CAUSES, **keys, **_columns(causes, _CAUSE_COLUMNS))


def _keys(keys: list[tuple], names: tuple[str, ...]) -> dict[str, list]:
    return {name: [key[n] for key in keys] for n, name in enumerate(names)}


def _columns(rows: Mapping[tuple, list], names: list[str]) -> dict[str, list]:
    """The rows' columns in the order of their keys: locks are taken in that order."""
    return dict(zip(names, _turned(rows), strict=True))


def _turned(rows: Mapping[tuple, list]) -> Iterator[list]:
    yield from map(list, zip(*(rows[key] for key in sorted(rows)), strict=True))
