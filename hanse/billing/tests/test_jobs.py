"""Jobs: what was shipped is billed by itself, what was billed in advance and then cancelled is credited."""

from datetime import timedelta
from decimal import Decimal

from django.db import connection

from hanse.billing import jobs
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.models import Invoice as Kept
from hanse.journal.follow import FOLLOWERS, follow
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.network.models import Site
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Order
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.transport.models import Carrier, Shipment

from .trade import ordered, ship


def shipped(given, order: str, minutes: int) -> None:
    """Let two units leave with a carrier so many minutes ago."""
    ship(given, order, [2])
    carrier, _ = Carrier.objects.get_or_create(code="DHL", defaults={"name": "DHL"})
    Shipment.objects.create(order_id=order_id(order), site=Site.objects.get(), carrier=carrier, address=Order.objects.get(pk=order_id(order)).ship_to,
                            handed_over_at=clock.now() - timedelta(minutes=minutes), actor="ann")


def test_what_was_shipped_five_minutes_ago_is_billed_and_the_rest_waits(given):
    given.customer()
    old, fresh, long_ago = (ordered(given, (2, "20.00")) for _ in range(3))
    shipped(given, old, 6)
    shipped(given, fresh, 4)
    shipped(given, long_ago, 60 * 24 * 30)
    assert jobs.invoice_what_is_due() == 1
    assert [i.order_id for i in Kept.objects.all()] == [order_id(old)]
    assert jobs.invoice_what_is_due() == 0
    assert jobs.invoice_what_was_left() == 2


def test_an_order_billed_in_advance_is_billed_after_five_minutes(given):
    given.customer()
    with clock.standing_at(clock.now() - timedelta(minutes=6)):
        order = ordered(given, (2, "20.00"), invoice_rule="order")
    ordered(given, (2, "20.00"), invoice_rule="order")
    assert jobs.invoice_what_is_due() == 1
    assert [i.order_id for i in Kept.objects.all()] == [order_id(order)]


def reads_on() -> None:
    """Let billing's follower hear what was committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
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
    order = ordered(lasting, (2, "20.00"))
    shipped(lasting, order, 6)
    hold([Hold(order, "price")], by="ann")
    assert jobs.invoice_what_is_due() == 0
    release_hold([ReleaseHold(order, "price", "agreed")], by="ann")
    reads_on()
    assert Kept.objects.count() == 1
