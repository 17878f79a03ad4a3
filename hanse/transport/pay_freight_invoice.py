"""Pay freight invoice: what is approved and accepted of a carrier's bill and not paid yet is paid. What is disputed is withheld.

It is paid again when more of it was accepted meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.refused import Refused, refuse

from .audited import LOCK, freight_invoice
from .events import FreightInvoicePaid


@ask
class PayFreightInvoice:
    """A bill to pay, with the reference of the payment."""

    carrier: Code
    invoice: Code
    ref: Code


@dataclass(frozen=True, slots=True)
class Bill:
    """What of a bill is owed, paid and withheld."""

    id: int
    carrier: str
    number: str
    currency: str
    owed: Decimal
    paid: Decimal
    withheld: Decimal


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment of a bill."""

    told: FreightInvoicePaid
    invoice: int
    amount: Decimal
    ref: str


def decide(asks: Sequence[PayFreightInvoice], bills: Mapping[tuple[str, str], Bill]) -> list[Paid | Refused]:
    """Pay of each bill what is owed and not paid."""
    answers: list[Paid | Refused] = []
    done: set[int] = set()
    for ask in asks:
        it = bills.get((ask.carrier.upper(), ask.invoice))
        if it is None:
            answers.append(refuse("freight-invoice-unknown", at="invoice", carrier=ask.carrier.upper(), invoice=ask.invoice))
        elif it.owed == it.paid or it.id in done:
            answers.append(refuse("nothing-to-pay", at="invoice", invoice=ask.invoice, disputed=it.withheld, currency=it.currency))
        else:
            done.add(it.id)
            amount = it.owed - it.paid
            answers.append(Paid(FreightInvoicePaid(freight_invoice(it.carrier, it.number), amount, it.currency, ask.ref, it.withheld), it.id, amount, ask.ref))
    return answers


BILLS = """
SELECT i.id, c.code, i.number, i.currency, i.approved + i.accepted, i.paid,
       i.disputed - coalesce((SELECT sum(l.recovered) FROM transport_freightline l WHERE l.invoice_id = i.id), 0)
  FROM unnest(%(carrier)s::text[], %(invoice)s::text[]) AS a(carrier, number)
  JOIN transport_carrier c ON c.code = upper(a.carrier) JOIN transport_freightinvoice i ON i.carrier_id = c.id AND i.number = a.number
"""
PAY = """
UPDATE transport_freightinvoice i SET paid = i.paid + p.amount, paid_ref = p.ref
  FROM unnest(%(invoice)s::bigint[], %(amount)s::numeric[], %(ref)s::text[]) AS p(id, amount, ref) WHERE i.id = p.id
"""


@operation
def pay_freight_invoice(run: Run, asks: Sequence[PayFreightInvoice]) -> list[FreightInvoicePaid | Refused]:
    """Pay what is owed of carriers' bills."""
    run.lock(LOCK, carrier=sorted({a.carrier.upper() for a in asks}))
    decided = decide(asks, {(b.carrier, b.number): b for b in run.rows(Bill, BILLS, asks)})
    run.write(PAY, [d for d in decided if isinstance(d, Paid)])
    return [d.told if isinstance(d, Paid) else d for d in decided]
