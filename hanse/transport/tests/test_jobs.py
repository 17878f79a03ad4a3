"""What follows by itself, on really committed facts."""

from datetime import UTC, datetime

from hanse.fulfilment.models import Task
from hanse.fulfilment.tests.floor import claimed, released
from hanse.journal.follow import FOLLOWERS, follow
from hanse.orders.cancel import Cancel, cancel
from hanse.transport import jobs  # noqa: F401 - registers its follower
from hanse.transport.models import Parcel
from hanse.transport.record_tracking import Track, record_tracking

from .road import on_its_way


def caught_up(name):
    while follow(FOLLOWERS[name]):
        pass


def test_cancelled_units_leave_the_pick_tasks(lasting):
    import hanse.fulfilment.jobs  # noqa: F401

    lasting.customer(), lasting.stocked(lasting.item(), lasting.site(), 5)
    order = lasting.order(("BRG-6204", 5))
    released(order)
    cancel([Cancel(order)], by="ann")
    caught_up("fulfilment: withdraw pick tasks")
    assert claimed() == 0 and Task.objects.get().closed_at is not None


def test_an_event_and_its_parcel_at_the_same_instant_find_each_other(lasting):
    """As if each had been recorded without seeing the other: the parcel is there, and knows nothing."""
    on_its_way(lasting)
    record_tracking([Track("UPS", "1Z-7", "OT", datetime(2026, 11, 17, 8, tzinfo=UTC))], by="ann")
    Parcel.objects.update(state="pending", moved_at=None)
    caught_up("transport: take in early events")
    assert Parcel.objects.get().state == "out-for-delivery"
