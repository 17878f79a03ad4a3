"""What went out over a line is billed by its share where the terms say so, and never where they do not."""

from decimal import Decimal

import pytest

from hanse.billing import jobs
from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.models import Match
from hanse.edge import verify
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.tests.floor import released
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.orders.models import Line
from hanse.orders.over import LineFact, priced
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.tests.road import carriers


@pytest.mark.parametrize("billed, net, freight, tax, units, worth", [
    (True, "100.00", "5.00", "19.95", 2, ("20.00", "3.80", "0.00")),
    (True, "99.99", "0.00", "19.00", 1, ("10.00", "1.90", "0.00")),
    (True, "90.00", "0.00", "17.10", 1, ("9.00", "1.71", "1.00")),
    (True, "0.05", "0.00", "0.01", 1, ("0.01", "0.00", "9.99")),
    (True, "0.00", "0.00", "0.00", 1, ("0.00", "0.00", "10.00")),
    (False, "100.00", "0.00", "19.00", 2, ("0", "0", "0")),
])
def test_units_over_a_line_are_worth_their_share_of_it(billed, net, freight, tax, units, worth):
    line = LineFact(9, 3, 7, 1, 5, 2, 10, Decimal(10), Decimal(net), Decimal(freight), Decimal(tax), Decimal(19), "S", None, None, None, "EUR", billed)
    made = priced(line, units)
    assert (made.net, made.tax, made.discount) == tuple(map(Decimal, worth)) and made.freight == 0
    assert made.unit_price == (10 if billed else 0)


def sent(given, rule: str, bills_over: bool) -> str:
    """An order of ten of which eleven were shipped and delivered."""
    carriers(), given.customer(over_percent=10, bills_over=bills_over)
    given.stocked(given.item(tax_rate=Decimal(19)), given.site(), 20)
    order = given.order(("BRG-6204", 10), invoice_rule=rule, freight=Decimal("5.00"))
    [task] = released(order)
    pick([Pick(task.task, 11)], by="ann")
    [carton] = pack([Pack(order)], by="ann")
    hand_over([HandOver(carton.carton, "UPS", tracking="1Z-1")], by="ann")
    record_proof([RecordProof("1Z-1", "UPS", receiver="dock")], by="ann")
    return order


def broken() -> list:
    return [(r.name, r.findings) for r in verify.run() if r.wrong]


@pytest.mark.parametrize("rule", ["shipment", "order"])
@pytest.mark.parametrize("bills_over, units, total", [(True, 11, "136.85"), (False, 10, "124.95")])
def test_the_excess_is_billed_only_where_the_contract_says_so(given, rule, bills_over, units, total):
    order = sent(given, rule, bills_over)
    later = clock.now() + jobs.SETTLES_AFTER * 2
    assert (jobs.invoice_what_is_due(later), jobs.invoice_what_is_due(later)) == (1, 0)
    [told] = given.told("InvoiceIssued")
    assert (told.total, sum(line.quantity for line in told.lines)) == (Decimal(total), units)
    assert [(m.accepted, m.quantity_variance, m.price_variance) for m in map(seen, Match.objects.order_by("line_id"))] == [(10, 0, 0), (1, 0, 0)][:units - 9]
    with clock.standing_at(later + jobs.SETTLES_AFTER * 3):
        assert broken() == []
    [no] = invoice([Invoice(order)], by="ann")
    [over] = invoice([Invoice(order, lines=(Units(2, 1),))], by="ann")
    assert (no.code, over.code) == ("nothing-to-invoice", "invoice-out-of-range")


def seen(match):
    match.accepted = match.received
    return match


def test_billed_excess_is_credited_as_any_other_unit(given):
    order = sent(given, "shipment", True)
    [told] = invoice([Invoice(order)], by="ann")
    [back] = credit([Credit(told.invoice, "too many", (Units(2, 1),))], by="ann")
    assert back.total == Decimal("11.90") and broken() == []
    [rest] = credit([Credit(told.invoice, "all of it")], by="ann")
    assert rest.total == Decimal("124.95") and broken() == []


def test_what_was_billed_in_advance_and_closed_as_short_is_credited(lasting):
    lasting.customer(under_percent=10)
    lasting.stocked(lasting.item(), lasting.site(), 10)
    order = lasting.order(("BRG-6204", 10), invoice_rule="order")
    invoice([Invoice(order)], by="ann")
    [task] = released(order)
    pick([Pick(task.task, 9, "bin empty")], by="ann")
    follow(FOLLOWERS["billing"])
    [told] = lasting.told("CreditIssued")
    assert (told.total, told.reason, Line.objects.get().under) == (Decimal("10.00"), "cancelled", 1)
