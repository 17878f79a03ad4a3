"""Orders from rows: header and lines joined, each order whole with all its rows, or rejected whole.

A row that the mapping leaves out is rejected alone. A row that cannot be read takes its order with it, for
an order is taken whole or not at all; the other rows say which row it was.
"""

from collections.abc import Iterator, Sequence
from collections.abc import Mapping as Table
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from hanse.kernel.money import FINEST, share_out
from hanse.kernel.refused import Refused, refuse
from hanse.orders.place import Place, PlaceLine

from .asks import checked, filled, left_out, taken
from .fields import Around, MapWrong, Value, value_of
from .formats import Wrong
from .mapping import HISTORY, TOLD, Mapping, kinds_of
from .reading import Group, Row, groups_of, rows_of
from .rejects import Tally

ORDER = {name: kind for name, kind in kinds_of(Place).items() if not name.startswith("lines")} | {"reserve": "text"}
LINE = kinds_of(PlaceLine) | {"site": "text", "ship_by": "instant"}
Placed = tuple[Tally, int, Row]
"""A row with its number and where it is counted."""


@dataclass(slots=True)
class Brought:
    """An order on its way in: the ask, its past, what more was told of it, of each line its site and until when that had to hand it over, and its rows in the files."""

    ask: Place
    past: dict[str, Any]
    told: dict[str, list[dict[str, Any]]]
    sites: list[str]
    ship_by: list[datetime | None]
    header: Row
    lines: list[Row]
    rows: list[Placed] = field(default_factory=list)


class Orders:
    """Reads orders out of a header file and a line file, or out of one file that has both."""

    def __init__(self, mapping: Mapping, header: Tally, lines: Tally, tables: Any, history: bool, told: Table[str, Tally]):
        self.header, self.lines, self.told, self.one_file = header, lines, told, header is lines
        section, line = mapping["orders"], mapping["lines"]
        at_header, at_lines = Around(header.source, mapping.format, tables), Around(lines.source, mapping.format, tables)
        self.key = lines.source.column(line.key or section.key)
        self.header_key = header.source.column(section.key)
        self.sums = {n: value_of(s["sum"], "number", at_lines, f"orders.take.{n}") for n, s in section.take.items() if _is(s, "sum")}
        self.shares = {n: _share(n, s, at_header, at_lines) for n, s in line.take.items() if _is(s, "share")}
        self.order = filled(section, ORDER, at_header, leave=list(self.sums))
        self.line = filled(line, LINE, at_lines, leave=list(self.shares))
        past = mapping.get("history") if history else None
        self.past = filled(past, HISTORY, at_header) if past else []
        self.later = past is not None
        self.tellers = {id(t): (n, filled(mapping[n], TOLD[n], Around(t.source, mapping.format, tables))) for n, t in told.items()}
        self.told_keys = {n: t.source.column(mapping[n].key) for n, t in told.items()}
        self.out_header, self.out_line = left_out(section, at_header), left_out(line, at_lines)

    def __iter__(self) -> Iterator[Brought]:
        headers = {} if self.one_file else self._headers()
        trails = self._trails()
        for group in groups_of(self.lines.source, self.key, self._narrow):
            if not group.key:
                for nr, row in group.rows:
                    self.lines.reject(nr, row, refuse("row-unreadable", row=nr, why="it names no order"))
                continue
            if not self.one_file and group.key not in headers:
                self._reject_lines(group, refuse("order-unknown", order=group.key))
                continue
            made = self._made(group, group.rows[0] if self.one_file else headers.pop(group.key), trails.pop(group.key, ()))
            if made is not None:
                yield made
        for key, header in headers.items():
            for tally, nr, row in [(self.header, *header), *trails.pop(key, ())]:
                tally.reject(nr, row, refuse("no-lines"))
        for key, trail in trails.items():
            for tally, nr, row in trail:
                tally.reject(nr, row, refuse("order-unknown", order=key))

    def _trails(self) -> dict[str, list[Placed]]:
        """What more was told, by order."""
        found: dict[str, list[Placed]] = {}
        for name, tally in self.told.items():
            key, width = self.told_keys[name], len(tally.source.header)
            for nr, row in rows_of(tally.source):
                if len(row) != width:
                    tally.reject(nr, row, _narrow(nr, row, width))
                else:
                    found.setdefault(row[key].strip(), []).append((tally, nr, row))
        return found

    def _headers(self) -> dict[str, tuple[int, Row]]:
        """The rows of the header file by order; an order that stands there twice is taken once."""
        found: dict[str, tuple[int, Row]] = {}
        width = len(self.header.source.header)
        for nr, row in rows_of(self.header.source):
            if len(row) != width:
                self.header.reject(nr, row, _narrow(nr, row, width))
            elif (no := self.out_header(row)) is not None:
                self.header.reject(nr, row, no)
            elif not (key := row[self.header_key].strip()):
                self.header.reject(nr, row, refuse("row-unreadable", row=nr, why="it names no order"))
            elif key in found:
                self.header.reject(nr, row, refuse("row-unreadable", row=nr, why=f"order {key} stands in row {found[key][0]} already"))
            else:
                found[key] = nr, row
        return found

    def _made(self, group: Group, header: tuple[int, Row], trail: Sequence[Placed]) -> Brought | None:
        """The order of a group of rows; None when none of it is left, all its rows being rejected."""
        rows = [(self.lines, nr, row) for nr, row in group.rows if not self._left_out(nr, row)]
        if not rows:
            for tally, nr, row in [*([] if self.one_file else [(self.header, *header)]), *trail]:
                tally.reject(nr, row, refuse("no-lines"))
            return None
        kept = [row for _, _, row in rows]
        if self.one_file:
            header = rows[0][1:]
        else:
            rows.append((self.header, *header))
        rows += trail
        at = (self.lines, 0)
        try:
            lines = []
            for tally, nr, row in rows[:len(kept)]:
                at = tally, nr
                lines.append(taken(self.line, row))
            at = self.header, header[0]
            values = taken(self.order, header[1])
            past = taken(self.past, header[1])
            self._shared(values, lines, header[1], kept)
            told: dict[str, list[dict[str, Any]]] = {}
            for tally, nr, row in trail:
                at = tally, nr
                name, fields = self.tellers[id(tally)]
                told.setdefault(name, []).append(taken(fields, row))
        except Wrong as wrong:
            _reject(rows, at, refuse("row-unreadable", row=at[1], why=str(wrong)), group.key)
            return None
        sites, ship_by = [line.pop("site", "") for line in lines], [line.pop("ship_by", None) for line in lines]
        if self.later:
            values["reserve"] = "later"
        ask = checked(Place, values | {"lines": lines})
        if isinstance(ask, Refused):
            _reject(rows, None, ask, group.key)
            return None
        return Brought(ask, past, told, sites, ship_by, header[1], kept, rows)

    def _shared(self, values: dict[str, Any], lines: list[dict[str, Any]], header: Row, rows: list[Row]) -> None:
        """Amounts that only header and lines together have: sums over the lines, and an order's amount shared out."""
        for name, number in self.sums.items():
            values[name] = sum((number(row) or Decimal(0) for row in rows), Decimal(0))
        for name, (whole, weight) in self.shares.items():
            shares = share_out(whole(header) or Decimal(0), [weight(row) or Decimal(0) for row in rows], FINEST)
            for line, share in zip(lines, shares, strict=True):
                line[name] = share

    def _left_out(self, nr: int, row: Row) -> bool:
        no = self.out_line(row)
        if no is not None:
            self.lines.reject(nr, row, no)
        return no is not None

    def _reject_lines(self, group: Group, no: Refused) -> None:
        for nr, row in group.rows:
            self.lines.reject(nr, row, no)

    def _narrow(self, nr: int, row: Row) -> None:
        self.lines.reject(nr, row, _narrow(nr, row, len(self.lines.source.header)))


def _is(spec: Any, form: str) -> bool:
    return isinstance(spec, dict) and form in spec


def _share(name: str, spec: dict[str, Any], header: Around, lines: Around) -> tuple[Value, Value]:
    if spec.keys() != {"share", "by"}:
        raise MapWrong(f"lines.take.{name} wants share (of the order's row) and by (of the line's).")
    where = f"lines.take.{name}"
    return value_of(spec["share"], "number", header, where), value_of(spec["by"], "number", lines, where)


def _narrow(nr: int, row: Row, width: int) -> Refused:
    return refuse("row-unreadable", row=nr, why=f"it has {len(row)} fields, the line of column names has {width}")


def _reject(rows: list[Placed], guilty: tuple[Tally, int] | None, no: Refused, key: str) -> None:
    """Reject an order: the guilty row with its reason, the others because of it. Without a guilty row all say why."""
    for tally, nr, row in rows:
        mine = guilty is None or (tally is guilty[0] and nr == guilty[1])
        tally.reject(nr, row, no if mine else refuse("order-incomplete", order=key, row=guilty[1] if guilty else nr))


def reject_order(brought: Brought, no: Refused) -> None:
    """Reject an order that an operation refused, with all its rows."""
    _reject(brought.rows, None, no, "")
