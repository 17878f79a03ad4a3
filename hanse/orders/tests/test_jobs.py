"""What follows: supply that comes goes to the queue, by priority, promise and age; never back to who gave it up."""

from hanse.inventory.receive import Receive, receive
from hanse.journal.follow import FOLLOWERS, follow
from hanse.orders import jobs  # noqa: F401 - registers the follower
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.release_hold import ReleaseHold, release_hold

WAITING = FOLLOWERS["orders: allocate waiting units"]


def order(quantity, **fields):
    [placed] = place([Place("REUTER", (PlaceLine("BRG-6204", quantity),), **fields)], by="ann")
    return placed.order


def reserved():
    return {o.priority: o.reserved - o.freed for o in Order.objects.all()}


def test_supply_that_arrives_goes_to_the_first_in_the_queue(lasting):
    lasting.item()
    lasting.site()
    lasting.customer()
    order(4, priority=60)
    order(4, priority=10)
    receive([Receive("HAM", "BRG-6204", 6)], by="ann")
    follow(WAITING)
    assert reserved() == {10: 4, 60: 2}
    assert len(lasting.told("UnitsAllocated")) == 4


def test_cancelled_units_go_to_somebody_else(lasting):
    item, site = lasting.item(), lasting.site()
    lasting.customer()
    lasting.stocked(item, site, 5)
    first = order(5, priority=10)
    order(3, priority=60)
    cancel([Cancel(first, (CancelLine(1, 2),))], by="ann")
    follow(WAITING)
    assert reserved() == {10: 3, 60: 2}


def test_what_was_held_for_fraud_is_allocated_when_it_is_released(lasting):
    item, site = lasting.item(), lasting.site()
    lasting.customer()
    number = order(5, priority=10)
    hold([Hold(number, "fraud")], by="ann")
    lasting.stocked(item, site, 5)
    release_hold([ReleaseHold(number, "fraud")], by="ann")
    follow(WAITING)
    assert reserved() == {10: 5}
