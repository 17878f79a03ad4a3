"""Receive freight invoice: take in a carrier's bill and compare it with what was expected, line by line.

What is as expected is approved at once; what is not is disputed with its reason and its deadline, for a person to accept or for the carrier
to answer. The same invoice again changes nothing; the same number with other content is refused. Invoices of one carrier are taken in one
after the other, so nothing is approved twice.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le, MaxLen, MinLen

from hanse.journal.operation import draws, operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Currency, ask
from hanse.kernel.money import is_currency, too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all

from .audited import Received, freight_invoice, parcels_billed, terms_and_known, write
from .events import FreightInvoiceKnown, FreightInvoiceReceived
from .freight_audit import CREDIT, FREIGHT, Audited, Before, Line, Sent, Terms, audit

Amount = Annotated[Decimal, Ge(-(10**9)), Le(10**9)]


@ask
class BilledLine:
    """A line: what is charged for a parcel. `freight` or the kind of a surcharge; `claims-credit` and negative amounts are money back."""

    tracking: Code
    amount: Amount
    kind: Code = FREIGHT
    billed_g: Annotated[int, Ge(0), Le(10**9)] | None = None


@ask
class ReceiveFreightInvoice:
    """A carrier's bill as it came. With a total, the lines must come to it."""

    carrier: Code
    number: Code
    issued_on: date
    currency: Currency
    lines: Annotated[tuple[BilledLine, ...], MinLen(1), MaxLen(20_000)]
    total: Amount | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known: carriers with their terms, invoices that came before by carrier and number, parcels and what was billed for them by carrier."""

    carriers: Mapping[str, tuple[int, Terms]]
    invoices: Mapping[tuple[str, str], str]
    sent: Mapping[str, Mapping[str, Sent]]
    before: Mapping[str, Sequence[Before]]


def decide(asks: Sequence[ReceiveFreightInvoice], known: Known, numbers: Sequence[int], today: date) -> list[Received | FreightInvoiceKnown | Refused]:
    """Take in each invoice once; later ones of the batch see what earlier ones bill."""
    answers: list[Received | FreightInvoiceKnown | Refused] = []
    invoices, before = dict(known.invoices), {code: list(of) for code, of in known.before.items()}
    for ask, id in zip(asks, numbers, strict=True):
        code, content = ask.carrier.upper(), content_of(ask)
        kept = invoices.get((code, ask.number))
        if wrong := _wrong(ask, known, today):
            answers.append(refuse_all(wrong))
        elif kept == content:
            answers.append(FreightInvoiceKnown(freight_invoice(code, ask.number), code, ask.number))
        elif kept is not None:
            answers.append(refuse("freight-invoice-differs", at="number", number=ask.number, carrier=code))
        else:
            carrier, terms = known.carriers[code]
            lines = audit([_line(x) for x in ask.lines], ask.currency, known.sent.get(code, {}), before.get(code, ()), terms)
            answers.append(_received(ask, id, carrier, content, lines, terms))
            invoices[code, ask.number] = content
            before.setdefault(code, []).extend(Before(a.line.tracking, a.line.kind, a.line.amount, a.approved, ask.number, ask.issued_on) for a in lines)
    return answers


def _line(it: BilledLine) -> Line:
    return Line(it.tracking, it.kind.lower(), it.amount, it.billed_g)


def _received(ask: ReceiveFreightInvoice, id: int, carrier: int, content: str, lines: Sequence[Audited], terms: Terms) -> Received:
    total, approved, disputed = (sum((getattr(x, name) for x in of), Decimal(0)) for name, of in (("amount", ask.lines), ("approved", lines), ("disputed", lines)))
    code = ask.carrier.upper()
    told = FreightInvoiceReceived(
        freight_invoice(code, ask.number), code, ask.number, ask.currency, total, approved, disputed, len(lines), sum(bool(x.disputed) for x in lines))
    return Received(id, carrier, ask.issued_on, content, all(x.right for x in lines), lines, ask.issued_on + timedelta(days=terms.dispute_days), told)


def content_of(ask: ReceiveFreightInvoice) -> str:
    """What an invoice says, as a hash: day, currency and lines in their order."""
    lines = (f"{x.tracking}|{x.kind.lower()}|{x.amount.normalize():f}|{x.billed_g if x.billed_g is not None else ''}" for x in ask.lines)
    return hashlib.sha256("\n".join([ask.issued_on.isoformat(), ask.currency, *lines]).encode()).hexdigest()


def _wrong(ask: ReceiveFreightInvoice, known: Known, today: date) -> list[Refused]:
    wrong = [] if ask.carrier.upper() in known.carriers else [refuse("carrier-unknown", at="carrier", carrier=ask.carrier)]
    if not is_currency(ask.currency):
        wrong.append(refuse("currency-unknown", at="currency", currency=ask.currency))
    if not today - timedelta(days=3_650) <= ask.issued_on <= today + timedelta(days=31):
        wrong.append(refuse("values-refused", at="issued_on", why="An invoice is of the last ten years, and dated at most a month ahead."))
    if not ask.lines:
        wrong.append(refuse("values-refused", at="lines", why="An invoice has at least one line."))
    for n, x in enumerate(ask.lines):
        if too_fine(x.amount):
            wrong.append(refuse("values-refused", at=f"lines/{n}/amount", why=f"Line {n + 1}: an amount has at most four decimals."))
        if x.kind.lower() == CREDIT and x.amount > 0:
            wrong.append(refuse("values-refused", at=f"lines/{n}/amount", why=f"Line {n + 1}: a credit is negative."))
    total = sum((x.amount for x in ask.lines), Decimal(0))
    if ask.total is not None and ask.total != total:
        wrong.append(refuse("values-refused", at="total", why=f"The lines come to {total}, the total says {ask.total}."))
    return wrong


@operation
@draws(lambda asks: {"transport_freightinvoice_id_seq": len(asks), "transport_freightline_id_seq": sum(len(a.lines) for a in asks)})
def receive_freight_invoice(run: Run, asks: Sequence[ReceiveFreightInvoice]) -> list[FreightInvoiceReceived | FreightInvoiceKnown | Refused]:
    """Take in carriers' bills, audit them, and dispute what is not as expected."""
    carriers, invoices = terms_and_known(run, [(a.carrier.upper(), a.number) for a in asks])
    sent, before = parcels_billed(run, {(a.carrier.upper(), x.tracking) for a in asks for x in a.lines})
    numbers = run.draw("transport_freightinvoice_id_seq", len(asks))
    decided = decide(asks, Known(carriers, invoices, sent, before), numbers, run.now.date())
    write(run, [(d, owner[0]) for d, owner in zip(decided, run.owners, strict=True) if isinstance(d, Received)])
    return [d.told if isinstance(d, Received) else d for d in decided]
