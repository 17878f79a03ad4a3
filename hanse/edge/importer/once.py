"""Once: rows that are one ask each, brought in once for each row of a file: receipts, carriers' services and surcharges."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hanse.inventory.receive import Receive, receive
from hanse.journal.operation import Operation
from hanse.kernel.refused import Refused, refuse
from hanse.network.keep_services import KeepService, keep_services
from hanse.network.keep_surcharges import KeepSurcharge, keep_surcharges

from .asks import checked, filled, left_out, taken
from .batch import Batch
from .fields import Around
from .formats import Wrong
from .mapping import Section, kinds_of
from .masters import fixed
from .reading import Row, rows_of
from .rejects import Tally


@dataclass(frozen=True, slots=True)
class Kind:
    """What a row of a section asks, and whether a row that was refused may be asked again: a receipt may not, it would be booked twice."""

    ask: type
    operation: Operation
    again: bool = True


ONCE: Mapping[str, Kind] = {
    "stock": Kind(Receive, receive, again=False), "services": Kind(KeepService, keep_services), "surcharges": Kind(KeepSurcharge, keep_surcharges),
}


def from_file(section: Section, tally: Tally, around: Around) -> Iterable[tuple[int, Row, Any]]:
    """Every row of a file with its ask, or with why it is rejected."""
    kind, same = ONCE[section.name].ask, fixed(section)
    fields, out, width = filled(section, kinds_of(kind), around, leave=list(same)), left_out(section, around), len(tally.source.header)
    for nr, row in rows_of(tally.source):
        if len(row) != width:
            yield nr, row, refuse("row-unreadable", row=nr, why=f"it has {len(row)} fields, the line of column names has {width}")
            continue
        try:
            yield nr, row, out(row) or checked(kind, taken(fields, row) | same)
        except Wrong as wrong:
            yield nr, row, refuse("row-unreadable", row=nr, why=str(wrong))


def bring_rows(name: str, asks: Sequence[Any], under: Batch) -> list[tuple[Any, bool]]:
    """The answer to each row of a batch, and whether it was given before."""
    kind = ONCE[name]
    answers, replayed = under.ask(kind.operation, asks)
    refused = [n for n, a in enumerate(answers) if isinstance(a, Refused)]
    if not (replayed and refused and kind.again):
        return [(a, replayed) for a in answers]
    again, _ = Batch(under.by, None).ask(kind.operation, [asks[n] for n in refused])
    anew = dict(zip(refused, again, strict=True))
    return [(anew[n], False) if n in anew else (a, True) for n, a in enumerate(answers)]
