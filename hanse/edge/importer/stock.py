"""Stock from files: each row a receipt, once for each row of a file."""

from collections.abc import Iterable, Sequence
from typing import Any

from hanse.inventory.receive import Receive, receive
from hanse.kernel.refused import refuse

from .asks import checked, filled, left_out, taken
from .batch import Batch
from .fields import Around
from .formats import Wrong
from .mapping import Section, kinds_of
from .reading import Row, rows_of
from .rejects import Tally


def from_file(section: Section, tally: Tally, around: Around) -> Iterable[tuple[int, Row, Any]]:
    """Every row of a stock file with its receipt, or with why it is rejected."""
    fields, out, width = filled(section, kinds_of(Receive), around), left_out(section, around), len(tally.source.header)
    for nr, row in rows_of(tally.source):
        if len(row) != width:
            yield nr, row, refuse("row-unreadable", row=nr, why=f"it has {len(row)} fields, the line of column names has {width}")
            continue
        try:
            yield nr, row, out(row) or checked(Receive, taken(fields, row))
        except Wrong as wrong:
            yield nr, row, refuse("row-unreadable", row=nr, why=str(wrong))


def receive_rows(asks: Sequence[Receive], under: Batch) -> tuple[list[Any], bool]:
    """Book the receipts of a batch, and whether they were booked before."""
    return under.ask(receive, asks)
