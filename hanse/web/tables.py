"""Tables to take along: what a page shows as a chart or a list, as CSV or as Parquet.

In Parquet numbers are numbers: amounts stay decimals, instants carry their zone (UTC), days are days. Parquet needs the
extra `analytics`; where it is not installed, the answer says how to get it, and CSV is there without.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from importlib.util import find_spec
from typing import Any, Literal

from django.http import HttpRequest, HttpResponse

from .errors import cannot

Format = Literal["csv", "parquet"]
PARQUET = "application/vnd.apache.parquet"
MOST_ROWS = 500_000
"""A file has no more rows than these."""
FORMULA = tuple("=+-@\t\r")
"""What spreadsheets would read a text as a formula for, if it began with it."""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under named columns; each column is of str, int, float, Decimal, bool, date or datetime, and any value may be missing."""

    name: str
    columns: Sequence[tuple[str, type]]
    rows: Sequence[Sequence[Any]]


def taken(request: HttpRequest, table: Table, format: Format) -> HttpResponse:
    """The table as a file; or what stands in the way, with the way out."""
    if len(table.rows) > MOST_ROWS:
        return cannot(request, 422, "This is too much for one file", f"A file has at most {MOST_ROWS:,} rows. Choose a shorter period, or one customer, site or carrier.")
    if format == "parquet" and not find_spec("pyarrow"):
        return cannot(request, 501, "Parquet is not installed here", "Install the extra with: pip install --require-hashes -r requirements-analytics.lock. The same table is there as CSV.")
    body, kind = (csv_of(table).encode(), "text/csv; charset=utf-8") if format == "csv" else (parquet_of(table), PARQUET)
    return HttpResponse(body, content_type=kind, headers={"Content-Disposition": f'attachment; filename="{_plain(table.name)}.{format}"'})


def csv_of(table: Table) -> str:
    """The table as CSV; a text that a spreadsheet would take for a formula is marked as text."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([name for name, _ in table.columns])
    writer.writerows([_cell(value) for value in row] for row in table.rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return f"'{value}" if value.startswith(FORMULA) else value
    return value.isoformat() if isinstance(value, date) else value


def parquet_of(table: Table) -> bytes:
    """The table as Parquet, with the types of its columns."""
    import pyarrow as arrow  # the extra `analytics`: 170 MB that only this needs
    from pyarrow import parquet

    types = {
        str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_(), Decimal: arrow.decimal128(38, 6), date: arrow.date32(), datetime: arrow.timestamp("us", tz="UTC"),
    }
    columns = list(zip(*table.rows, strict=True)) or [() for _ in table.columns]
    arrays = [arrow.array(_of(values, kind), types[kind]) for values, (_, kind) in zip(columns, table.columns, strict=True)]
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_arrays(arrays, schema=arrow.schema([(name, types[kind]) for name, kind in table.columns])), out)
    return out.getvalue()


def _of(values: Iterable[Any], kind: type) -> list[Any]:
    """The values of a column; a missing one is null, never an empty text or a zero."""
    found = [None if value is None or (value == "" and kind is not str) else value for value in values]
    return [value and value.astimezone(UTC) for value in found] if kind is datetime else found


def _plain(name: str) -> str:
    """A table's name as that of a file."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in name)
