"""Jobs: what was shipped is billed by itself, what was billed in advance and then cancelled is credited."""

from datetime import timedelta
from decimal import Decimal

import pytest

from hanse.billing import jobs
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.models import Invoice as Kept
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.hold import Hold, hold
from hanse.orders.release_hold import ReleaseHold, release_hold

from .trade import ordered, ship


def shipped(given, minutes: int, rule: str = "shipment") -> str:
    """An order of two units that was placed and left so many minutes ago."""
    with clock.standing_at(clock.now() - timedelta(minutes=minutes)):
        order = ordered(given, (2, "20.00"), invoice_rule=rule)
        if rule == "shipment":
            ship(given, order, [2])
    return order


@pytest.mark.parametrize("rule", ["shipment", "order"])
def test_what_became_billable_five_minutes_ago_is_billed_and_the_rest_waits(given, rule):
    given.customer()
    old, _fresh, long_ago = shipped(given, 6, rule), shipped(given, 4, rule), shipped(given, 60 * 24 * 30, rule)
    ordered(given, (2, "20.00"))
    assert jobs.invoice_what_is_due() == 2
    assert sorted(i.order_id for i in Kept.objects.all()) == sorted([order_id(old), order_id(long_ago)])
    assert jobs.invoice_what_is_due() == 0
    assert jobs.invoice_what_is_due(clock.now() + timedelta(minutes=2)) == 1


def test_history_that_is_just_being_brought_in_gets_its_own_invoices(given):
    """Placed years ago, learned now: the job waits as for anything new."""
    given.customer()
    ordered(given, (2, "20.00"), invoice_rule="order", at=clock.now() - timedelta(days=900))
    assert jobs.invoice_what_is_due() == 0


def reads_on() -> None:
    """Let billing's follower hear what was committed."""
    follow(FOLLOWERS["billing"])


def test_units_cancelled_after_they_were_billed_are_credited(lasting):
    lasting.customer()
    order = ordered(lasting, (10, "100.00"), invoice_rule="order")
    invoice([Invoice(order)], by="ann")
    cancel([Cancel(order, (CancelLine(1, 3),))], by="ann")
    reads_on()
    [told] = lasting.told("CreditIssued")
    assert (told.total, told.lines[0].quantity, told.reason) == (Decimal("30.00"), 3, "cancelled")
    reads_on()
    assert len(lasting.told("CreditIssued")) == 1


def test_an_order_whose_hold_is_released_is_billed(lasting):
    lasting.customer()
    order = shipped(lasting, 6)
    hold([Hold(order, "price")], by="ann")
    assert jobs.invoice_what_is_due() == 0
    release_hold([ReleaseHold(order, "price", "agreed")], by="ann")
    reads_on()
    assert Kept.objects.count() == 1
