"""Silences: too long is what the lane, else the carrier, else the plan says; noticed once, over with the next movement."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from hanse.edge import attention
from hanse.kernel import clock
from hanse.transport.events import ParcelSilent
from hanse.transport.jobs import notice_what_is_silent
from hanse.transport.models import Carrier, Gap, Parcel, Silence
from hanse.transport.notice_silences import Allowed, NoticeSilence, Quiet, allowed, decide, notice_silences
from hanse.transport.record_tracking import Track, record_tracking
from hanse.web.words import in_words
from tests.given import MONDAY

from .road import on_its_way

QUIET = Quiet(1, "1Z-7", "UPS", 100001, datetime(2026, 11, 12, 9, tzinfo=UTC), "Europe/Berlin", "DE", "HH", [0, 1, 2, 3, 4], None, 1, None, 0, None, 0, False, False)


@pytest.mark.parametrize("it, most", [
    (QUIET, Allowed(3, "planned", 0)),
    (replace(QUIET, lane_days=2, lane_parcels=30, carrier_days=4, carrier_parcels=90), Allowed(2, "lane", 30)),
    (replace(QUIET, lane_days=2, lane_parcels=29, carrier_days=4, carrier_parcels=90), Allowed(4, "carrier", 90)),
    (replace(QUIET, lane_days=2, lane_parcels=29, carrier_days=4, carrier_parcels=29), Allowed(3, "planned", 0)),
])
def test_how_long_a_parcel_may_be_silent_is_what_the_lane_says_else_the_carrier_else_the_plan(it, most):
    assert allowed(it) == most


@pytest.mark.parametrize("it, now, told", [
    (QUIET, datetime(2026, 11, 17, 9, tzinfo=UTC), "Parcel 1Z-7 is not silent for too long"),  # Friday, Monday, Tuesday: three working days
    (QUIET, datetime(2026, 11, 18, 9, tzinfo=UTC), "Parcel 1Z-7 does not move: no word for more than 3 working days, longer than the planned days and two"),
    (replace(QUIET, transit_on=[0, 1, 2, 3, 4, 5]), datetime(2026, 11, 17, 9, tzinfo=UTC),
     "Parcel 1Z-7 does not move: no word for more than 3 working days, longer than the planned days and two"),
    (replace(QUIET, noticed=True), datetime(2026, 11, 30, 9, tzinfo=UTC), "Parcel 1Z-7 is not silent for too long"),
    (replace(QUIET, ended=True), datetime(2026, 11, 30, 9, tzinfo=UTC), "Parcel 1Z-7 is not silent for too long"),
])
def test_a_silence_is_counted_in_working_days_and_noticed_once(it, now, told):
    asks = [NoticeSilence("1Z-7", "ups"), NoticeSilence("1Z-8", "UPS")]
    assert [in_words(a) for a in decide(asks, {("UPS", "1Z-7"): it}, now)] == [told, "There is no parcel 1Z-8."]


def test_a_silence_needs_a_person_until_the_parcel_moves_and_the_next_one_is_another(given):
    told = on_its_way(given)
    Gap.objects.create(carrier=Carrier.objects.get(code="UPS"), site=None, country="", days=1, parcels=44, until_on=date(2026, 11, 15))
    Parcel.objects.update(moved_at=MONDAY)
    with clock.standing_at(MONDAY + timedelta(days=1)):
        assert notice_what_is_silent() == 0
    with clock.standing_at(MONDAY + timedelta(days=3)):
        assert (notice_what_is_silent(), notice_what_is_silent()) == (1, 0)
        assert [type(a) for a in notice_silences([NoticeSilence("1Z-7", "UPS")], by="ann")] != [ParcelSilent]
    [need] = attention.needs(["still"], date(2026, 11, 19))
    assert (need.order, attention.why(need, date(2026, 11, 19))) == (
        told.order, "UPS 1Z-7: no word since Mon 16 Nov, over 1 working days, longer than 95 of 100 of 44 parcels of this carrier")
    record_tracking([Track("UPS", "1Z-7", "AR", MONDAY + timedelta(days=3))], by="ann")
    assert attention.needs(["still"], date(2026, 11, 19)) == []
    with clock.standing_at(MONDAY + timedelta(days=8)):
        assert notice_what_is_silent() == 1
    assert list(Silence.objects.order_by("id").values_list("basis", "days", "parcels")) == [("carrier", 1, 44)] * 2
    assert next(in_words(t) for t in given.told("ParcelSilent")).endswith("longer than 95 of 100 parcels of UPS")
