"""The board as a page: which orders its address asks for, and how a row is told. Asks `reads`, writes nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.web.words import day_in_words

from . import reads
from .holds import BLOCKS, blocking
from .reads import OrderRow

VIEWS = {
    "open": "Open", "due": "Due by {tomorrow}", "late": "Late", "on-hold": "On hold", "backordered": "Backordered",
    "to-release": "Ready to release", "on-its-way": "Shipped, not delivered", "all": "All",
}
STATES = {
    "placed": "Not allocated", "part-allocated": "Part allocated", "allocated": "Allocated", "picking": "Picking", "packed": "Packed",
    "part-shipped": "Part shipped", "shipped": "Shipped", "delivered": "Delivered", "closed": "Closed", "cancelled": "Cancelled",
}
"""How the states that the counters generate are called on pages."""

FILTERS = {
    "site": "Site", "customer": "Customer", "status": "State", "placed_from": "Placed from", "placed_to": "Placed until",
    "promised_to": "Promise by", "hold": "Hold", "sku": "SKU", "channel": "Channel", "q": "Search",
}
DAYS = ("placed_from", "placed_to", "promised_to")
ROWS = (20, 100)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an address of the board asks for. `after` and `before` are the edge of the page next to this one."""

    view: str
    sort: str
    rows: int
    filters: dict[str, str]
    after: str = ""
    before: str = ""
    wrong: dict[str, str] = field(default_factory=dict)

    def query(self, **changes: Any) -> str:
        """This address with changes; a filter set to nothing is removed, and the page begins anew unless told."""
        said: dict[str, Any] = {"view": self.view, "sort": self.sort, "rows": self.rows} | self.filters | changes
        plain = {"view": "open", "sort": sort_of(said["view"]), "rows": ROWS[0]}
        return urlencode({k: v for k, v in said.items() if v not in (None, "") and plain.get(k) != v})

    @property
    def page(self) -> str:
        """The address of exactly this page."""
        return self.query(after=self.after, before=self.before)


def sort_of(view: str) -> str:
    """All orders ever are told newest first; open ones by promise."""
    return "newest" if view == "all" else "promise"


def wanted(given: Mapping[str, str]) -> Wanted:
    """Read an address; what cannot be read is left out and told."""
    view = given.get("view", "open")
    view = view if view in VIEWS else "open"
    sort = given.get("sort", "")
    rows = int(given["rows"]) if given.get("rows") in {str(n) for n in ROWS} else ROWS[0]
    found = {name: given.get(name, "").strip().replace("\x00", "")[:200] for name in FILTERS}
    wrong = {name: f"{found[name]} is no day. Give it as 2026-11-20." for name in DAYS if found[name] and _day(found[name]) is None}
    filters = {name: value for name, value in found.items() if value and name not in wrong}
    return Wanted(view, sort if sort in reads.SORTS else sort_of(view), rows, filters, given.get("after", ""), given.get("before", ""), wrong)


def _day(text: str) -> date | None:
    """A day of our time as written in an address; nothing where it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in clock.YEARS else None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the board with the edges of its neighbours, empty where there is none."""

    rows: list[dict[str, Any]]
    earlier: str
    later: str
    first: OrderRow | None
    last: OrderRow | None


def page(want: Wanted, today: date) -> Page:
    """The rows an address asks for, in one statement."""
    filters: dict[str, Any] = dict(want.filters)
    for name in DAYS:
        if name in filters:
            filters[name] = _day(filters[name])
    for name, more in (("placed_from", 0), ("placed_to", 1)):
        if name in filters:
            filters[name] = datetime.combine(filters[name] + timedelta(days=more), time(), UTC)
    backwards = bool(want.before) and not want.after
    found = reads.board(want.view, want.sort, edge(want.before or want.after), want.rows + 1, today=today, backwards=backwards, **filters)
    more, found = len(found) > want.rows, found[: want.rows]
    if backwards:
        found.reverse()
    first, last = (found[0], found[-1]) if found else (None, None)
    is_first = not more if backwards else not want.after
    is_last = False if backwards else not more
    return Page(
        [told(row, today) for row in found],
        "" if is_first or first is None else edge_of(first), "" if is_last or last is None else edge_of(last), first, last,
    )


def edge_of(row: OrderRow) -> str:
    """Where a neighbouring page begins: `2026-11-24.104709`."""
    return f"{row.promised_on or ''}.{order_id(row.number)}"


def edge(text: str) -> tuple[date | None, int] | None:
    """The (promise, id) of an edge; nothing where there is none or it is no edge."""
    on, _, id = text.partition(".")
    return (_day(on), int(id)) if id.isascii() and id.isdigit() and len(id) < 19 else None


def told(row: OrderRow, today: date) -> dict[str, Any]:
    """A row as the board shows it: its counters, one sentence, at most one badge, and which acts fit."""
    return {
        "order": row, "counters": counters(row), "said": said(row), "badge": badge(row, today), "fits": " ".join(fits(row)),
        "promise": "Today" if row.promised_on == today else "", "late": bool(row.open and row.promised_on and row.promised_on < today),
    }


def counters(row: OrderRow) -> dict[str, int]:
    """What the bar draws: units without a site wait for supply, unless a hold keeps them from being allocated."""
    names = ("ordered", "cancelled", "reserved", "picked", "packed", "shipped", "delivered")
    waiting = 0 if blocking(row.holds, "allocate") else row.waiting
    return {name: getattr(row, name) for name in names} | {"waiting": waiting}


def said(row: OrderRow) -> str:
    """How far it is, in the words of the furthest stage that any unit has reached."""
    left = row.ordered - row.cancelled
    if not left:
        return "Cancelled"
    for word, units in (("delivered", row.delivered), ("shipped", row.shipped), ("packed", row.packed), ("picked", row.picked), ("allocated", row.reserved)):
        if units:
            return f"{units:,} of {left:,} {word}"
    return "Not allocated"


def badge(row: OrderRow, today: date) -> tuple[str, str, str] | None:
    """The one thing about an order that needs a person: word, kind and mark."""
    if row.holds:
        return (hold_word(row.holds[0]) if len(row.holds) == 1 else f"{len(row.holds)} holds", "idle", "lock")
    if not row.open or row.promised_on is None:
        return None
    unshipped = row.ordered - row.cancelled > row.shipped
    if row.promised_on < today:
        return ("Late", "bad", "clock")
    if row.promised_on == today and unshipped:
        return ("Late risk", "watch", "clock")
    if row.first_promised_on and row.promised_on > row.first_promised_on:
        return ("Promise moved", "watch", "calendar-event")
    return None


def hold_word(type: str) -> str:
    """'Credit hold'."""
    return f"{type.capitalize()} hold"


def fits(row: OrderRow) -> list[str]:
    """Which acts of the bar this order can take."""
    can = {
        "release": row.to_release > 0 and not blocking(row.holds, "release"), "hold": row.open and len(row.holds) < len(BLOCKS),
        "release-hold": bool(row.holds), "cancel": row.waiting + row.to_release > 0,
    }
    return [name for name, fitting in can.items() if fitting]


def tabs(want: Wanted, counts: Mapping[str, int], today: date) -> list[dict[str, Any]]:
    """The views with their counts; each keeps the filters."""
    tomorrow = day_in_words(today + timedelta(days=1), today)
    return [
        {"word": word.format(tomorrow=tomorrow), "count": counts.get(view), "query": want.query(view=view, sort=sort_of(view)), "here": view == want.view}
        for view, word in VIEWS.items()
    ]


def chips(want: Wanted, today: date) -> list[dict[str, str]]:
    """The filters that stand, each with the address without it."""
    return [{"name": name, "word": FILTERS[name], "value": _value(name, value, today), "query": want.query(**{name: ""})} for name, value in want.filters.items()]


def _value(name: str, value: str, today: date) -> str:
    if name in DAYS:
        return day_in_words(date.fromisoformat(value), today)
    return STATES.get(value, value).lower() if name == "status" else value
