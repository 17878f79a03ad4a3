"""Credit: units of an invoice are taken back from its end, never more than were invoiced."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hanse.billing.credit import Billed, BilledUnits, Credit, Known, decide
from hanse.billing.credit import credit as credit_invoices
from hanse.billing.documents import Document
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.models import InvoiceLine, OpenItem
from hanse.kernel.refused import Refused
from hanse.orders.models import Line

from .trade import ordered, ship

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
INVOICE = Billed(5, "INV-2026-000001", 7, 1, "REUTER", 1, "EUR", Decimal("10.00"))
LINE = BilledUnits(5, 70, 1, "BRG-6204", 4, 3, Decimal("3.33"), Decimal("10.00"), Decimal(0), Decimal("1.90"), "S", Decimal(19), 0)
KNOWN = Known(NOW, {INVOICE.number: INVOICE}, {5: [LINE]})


def words(answer: Document | Refused) -> str:
    if isinstance(answer, Refused):
        return answer.detail
    return ", ".join(f"{x.quantity} from {x.first}: {x.amounts.net} + {x.amounts.tax}" for x in answer.lines)


def asked(*units: Units, **fields) -> Credit:
    return Credit(INVOICE.number, **({"reason": "damaged", "lines": units or None} | fields))


@pytest.mark.parametrize("asks, known, told", [
    ([asked()], KNOWN, ["3 from 4: 10.00 + 1.90"]),
    ([asked(Units(1, 1)), asked()], KNOWN, ["1 from 6: 3.33 + 0.63", "2 from 4: 6.67 + 1.27"]),
    ([asked(Units(1, 1)), asked(Units(1, 3))], KNOWN, ["1 from 6: 3.33 + 0.63", "2 of 3 units can still be credited."]),
    ([asked(), asked()], KNOWN, ["3 from 4: 10.00 + 1.90", "0 of all units can still be credited."]),
    ([asked(Units(2, 1))], KNOWN, ["INV-2026-000001 has no line 2."]),
    ([asked(reason=" ")], KNOWN, ["Say why."]),
    ([Credit("INV-9", "gone")], KNOWN, ["There is no invoice INV-9."]),
    ([asked(number="G-1", at=NOW)], replace(KNOWN, numbers=frozenset({"G-1"})), ["A document G-1 exists already."]),
])
def test_units_are_credited_from_the_end_and_never_twice(asks, known, told):
    assert [words(answer) for answer in decide(asks, known)] == told


def test_a_credit_lowers_what_is_open_and_the_rest_is_owed_to_the_customer(given):
    given.customer()
    order = ordered(given, (3, "10.00"), invoice_rule="order")
    [billed] = invoice([Invoice(order)], by="ann")
    [told] = credit_invoices([Credit(billed.invoice, "damaged", (Units(1, 1),))], by="ann")
    assert (told.credit, told.total, told.settled) == ("CRN-2026-000001", Decimal("3.33"), Decimal("3.33"))
    assert OpenItem.objects.get(invoice__number=billed.invoice).settled == Decimal("3.33")
    assert Line.objects.get().credited == 1
    [again] = credit_invoices([Credit(billed.invoice, "damaged")], by="ann", key="k")
    assert (again.total, again.lines[0].quantity) == (Decimal("6.67"), 2)
    assert credit_invoices([Credit(billed.invoice, "damaged")], by="ann", key="k") == [again]
    assert [a.code for a in credit_invoices([Credit(billed.invoice, "damaged")], by="ann")] == ["credit-out-of-range"]


def test_every_partition_into_invoices_and_credits_comes_to_nothing(given):
    given.customer()
    order = ordered(given, (7, "100.01"), freight=Decimal("9.99"))
    for units in (2, 1, 4):
        ship(given, order, [units])
        invoice([Invoice(order)], by="ann")
    for number, units in [("INV-2026-000003", 3), ("INV-2026-000001", 2), ("INV-2026-000003", 1), ("INV-2026-000002", 1)]:
        [told] = credit_invoices([Credit(number, "sent back", (Units(1, units),))], by="ann")
        assert not isinstance(told, Refused)
    rows = InvoiceLine.objects.values_list("invoice__kind", "net", "freight")
    sums = {kind: (sum(n for k, n, _ in rows if k == kind), sum(f for k, _, f in rows if k == kind)) for kind in ("invoice", "credit")}
    assert sums == {"invoice": (Decimal("100.01"), Decimal("9.99")), "credit": (Decimal("100.01"), Decimal("9.99"))}
    assert not [item for item in OpenItem.objects.all() if item.settled != item.amount]
