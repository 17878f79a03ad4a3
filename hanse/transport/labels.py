"""Labels: what several operations read and write of the ledger. The only writer of how a label ends.

The orders of the cartons are locked first, as for handing over: a label is voided or used, never both.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from hanse.journal.run import Run
from hanse.kernel.numbers import order_number
from hanse.kernel.rows import row

from .events import LabelVoidAsked, LabelWithdrawn

OPEN = ("asked", "bought", "void-asked")


@row
class Kept:
    """A label of the ledger with its carton and order."""

    id: int
    carton: int
    sscc: str
    order: int
    carrier: int
    carrier_code: str
    service: str
    adapter: str
    state: str
    bought: bool
    calls: int
    tracking: str
    reference: str
    amount: Decimal | None
    currency: str
    expires_due: bool
    key: str
    label_days: int

    @property
    def number(self) -> str:
        """The number of the order."""
        return order_number(self.order)


LOCK = """
SELECT o.id FROM orders_order o
 WHERE o.id IN (SELECT c.order_id FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id WHERE l.id = ANY(%(label)s::bigint[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
LABELS = """
SELECT l.id, l.carton_id, c.sscc, c.order_id, l.carrier_id, r.code, l.service, l.adapter, l.state, l.bought_at IS NOT NULL, l.calls, l.tracking, l.reference,
       l.amount, l.currency, l.expires_on < %(now)s::date, l.key, n.label_days
  FROM transport_label l JOIN fulfilment_carton c ON c.id = l.carton_id JOIN transport_carrier r ON r.id = l.carrier_id
  JOIN transport_connection n ON n.carrier_id = l.carrier_id
 WHERE l.id = ANY(%(label)s::bigint[])
"""
END = """
UPDATE transport_label l SET outcome = e.ends, ended_at = %(now)s::timestamptz, why = e.why, next_at = NULL, trouble = ''
  FROM unnest(%(label)s::bigint[], %(ends)s::text[], %(why)s::text[]) AS e(label, ends, why) WHERE l.id = e.label
"""
ASK_VOID = """
UPDATE transport_label l SET void_asked_at = %(now)s::timestamptz, void_why = v.why, next_at = %(now)s::timestamptz, trouble = ''
  FROM unnest(%(label)s::bigint[], %(why)s::text[]) AS v(label, why) WHERE l.id = v.label
"""
USE = """
UPDATE transport_label l SET outcome = 'used', ended_at = coalesce(u.at, %(now)s::timestamptz), parcel_id = u.parcel, next_at = NULL
  FROM unnest(%(label)s::bigint[], %(parcel)s::bigint[], %(at)s::timestamptz[]) AS u(label, parcel, at) WHERE l.id = u.label
"""


def lock_and_read(run: Run, labels: Sequence[int]) -> dict[int, Kept]:
    """Lock the orders of these labels, then read the labels."""
    wanted = sorted(set(labels))
    run.lock(LOCK, label=wanted)
    return {k.id: k for k in run.rows(Kept, LABELS, label=wanted)}


def end(run: Run, ends: Sequence[tuple[int, str, str]]) -> None:
    """These labels end so: label, end, why."""
    if ends:
        run.write(END, label=[label for label, _, _ in ends], ends=[how for _, how, _ in ends], why=[why for _, _, why in ends])


def ask_void(run: Run, told: Sequence[LabelVoidAsked | LabelWithdrawn]) -> None:
    """These labels are to be given back; one whose carrier was never asked ends at once."""
    if told:
        run.write(ASK_VOID, told)
        end(run, [(t.label, "withdrawn", t.why) for t in told if isinstance(t, LabelWithdrawn)])


def use(run: Run, used: Mapping[int, tuple[int, datetime | None]]) -> None:
    """These labels left with their parcels: label to parcel and when."""
    if used:
        run.write(USE, label=list(used), parcel=[parcel for parcel, _ in used.values()], at=[at for _, at in used.values()])
