"""Reads of the road: late and silent parcels come up, shipments and timelines are told."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hanse.kernel import clock
from hanse.transport import reads
from hanse.transport.jobs import notice_what_is_silent
from hanse.transport.models import Parcel, Shipment
from hanse.transport.record_tracking import Track, record_tracking
from tests.given import MONDAY

from .road import on_its_way


@pytest.mark.parametrize("promised_on, expected_on, state, days, why", [
    (date(2026, 11, 20), None, "in-transit", 0, None),
    (date(2026, 11, 15), None, "in-transit", 0, "late"),
    (date(2026, 11, 20), date(2026, 11, 21), "in-transit", 0, "will be late"),
    (date(2026, 11, 30), None, "in-transit", 4, "silent"),
    (date(2026, 11, 20), None, "failed", 0, "failed"),
])
def test_parcels_that_need_a_look_come_up(given, promised_on, expected_on, state, days, why):
    on_its_way(given)
    Shipment.objects.update(promised_on=promised_on)
    Parcel.objects.update(state=state, expected_on=expected_on, moved_at=MONDAY)
    with clock.standing_at(MONDAY + timedelta(days=days)):
        notice_what_is_silent()
        assert [t.why for t in reads.troubled()] == ([why] if why else [])


def test_an_orders_parcels_tell_their_journey_newest_first(given):
    told = on_its_way(given)
    at = datetime(2026, 11, 17, 8, tzinfo=UTC)
    record_tracking([Track("UPS", "1Z-7", "PU", at, text="Picked up"), Track("UPS", "1Z-7", "D", at + timedelta(days=1))], by="ann")
    [parcel] = reads.parcels_of(int(told.order[2:]))
    assert [e["state"] for e in parcel.events] == ["delivered", "picked-up"]
    assert parcel.tracking_url.endswith("1Z-7")
    [shipment] = reads.shipments(order=int(told.order[2:]))
    assert shipment.parcels[0]["state"] == "delivered"
    assert reads.shipments(after=(shipment.handed_over_at, shipment.shipment)) == []
