"""What follows by itself, on really committed facts."""

from datetime import UTC, datetime

from hanse.journal.follow import FOLLOWERS, follow
from hanse.transport import jobs  # noqa: F401 - registers its follower
from hanse.transport.models import Parcel
from hanse.transport.record_tracking import Track, record_tracking

from .road import on_its_way


def caught_up(name):
    while follow(FOLLOWERS[name]):
        pass


def test_an_event_and_its_parcel_at_the_same_instant_find_each_other(lasting):
    """As if each had been recorded without seeing the other: the parcel is there, and knows nothing."""
    on_its_way(lasting)
    record_tracking([Track("UPS", "1Z-7", "OT", datetime(2026, 11, 17, 8, tzinfo=UTC))], by="ann")
    Parcel.objects.update(state="pending", moved_at=None)
    caught_up("transport: take in early events")
    assert Parcel.objects.get().state == "out-for-delivery"
