"""Tracking and proof: kept as they come, counted once."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from hanse.fulfilment.tests.floor import counters, packed
from hanse.transport.events import TrackingKnown, TrackingRecorded
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_carriers import CodeEntry, KeepCarrier, keep_carriers
from hanse.transport.models import Carrier, Parcel, Proof, TrackingEvent
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Known, Track, decide, record_tracking
from tests.given import MONDAY

from .road import carriers, on_its_way

AT = datetime(2026, 11, 17, 8, tzinfo=UTC)
NOW = AT + timedelta(hours=1)
CODES = {(1, "D"): [(AT.date(), "delivered")], (1, "X"): [(AT.date(), "on-hold")], (1, "OF"): [(AT.date() + timedelta(days=1), "failed"), (AT.date() - timedelta(days=9), "in-transit")]}


def track(code, hours=0, tracking="1Z-7", carrier="UPS", **fields):
    return Track(carrier, tracking, code, AT + timedelta(hours=hours), **fields)


@pytest.mark.parametrize("ask, told", [
    (track("D"), "delivered"),
    (track("SR", type="X"), "on-hold"),
    (track("SR"), "unknown"),
    (track("OF"), "in-transit"),
    (track("OF", 24), "failed"),
    (track("D", -24), "unknown"),
    (track("D", carrier="NONE"), "There is no carrier NONE."),
    (Track("UPS", "1Z-7", "D", datetime(2026, 11, 17, 8)), "A time without offset needs the zone of its place."),  # noqa: DTZ001
    (track("D", 24 * 31), "delivered"),
    (track("D", 24 * 32), "2026-12-19 08:00 UTC is more than a month from now: look at its month and year."),
    (Track("UPS", "1Z-7", "D", datetime(2126, 11, 17, 8), "Pacific/Kiritimati"), "2126-11-16 18:00 UTC is more than a month from now: look at its month and year."),  # noqa: DTZ001
    (Track("UPS", "1Z-7", "D", datetime(2026, 11, 17, 8), "Mars/Base"), "Mars/Base is no IANA time zone."),  # noqa: DTZ001
])
def test_a_code_is_read_by_its_carriers_table_of_the_day(ask, told):
    [answer] = decide([ask], Known({"UPS": 1}, CODES, {}, {}, NOW))
    assert (answer.state if isinstance(answer, TrackingRecorded) else answer.detail) == told


def test_a_time_without_offset_is_read_in_its_zone():
    [answer] = decide([Track("UPS", "1Z-7", "D", datetime(2026, 11, 17, 8), "America/New_York")], Known({"UPS": 1}, {}, {}, {}, NOW))  # noqa: DTZ001
    assert answer.at == datetime(2026, 11, 17, 13, tzinfo=UTC)


def test_a_delivery_counts_the_units_once_whatever_comes_twice(given):
    told = on_its_way(given)
    record_tracking([track("OT"), track("D", 2), track("D", 2)], by="ann")
    [again, later] = record_tracking([track("D", 2), track("D", 3)], by="ann")
    assert isinstance(again, TrackingKnown) and isinstance(later, TrackingRecorded)
    assert given.stock() == {"customer": 5}
    assert counters(told.order)["delivered"] == 5
    [delivered] = given.told("ParcelDelivered")
    assert (delivered.parcel, delivered.units, delivered.at, delivered.by_proof) == ("1Z-7", 5, AT + timedelta(hours=2), False)
    assert len(given.told("TrackingRecorded")) == 3 and TrackingEvent.objects.count() == 3


@pytest.mark.parametrize("seed", range(6))
def test_any_order_and_repetition_of_events_ends_the_same(given, seed):
    on_its_way(given)
    asks = [track("PU"), track("I", 1), track("UF", 2), track("OT", 3), track("D", 4), track("SR", 5), track("DP", 6)]
    mixed = random.Random(seed).sample(asks, 7) + random.Random(seed).choices(asks, k=3)
    for ask in mixed:
        record_tracking([ask], by="ann")
    parcel = Parcel.objects.get()
    assert (parcel.state, parcel.doubt, parcel.delivered_at, parcel.moved_at) == ("delivered", "moves-again", AT + timedelta(hours=4), AT + timedelta(hours=6))
    assert len(given.told("ParcelDelivered")) == 1


def test_an_unknown_code_is_kept_and_fails_nothing(given):
    on_its_way(given)
    record_tracking([track("OT"), track("ZZ", 1, text="who knows", raw={"a": [1]})], by="ann")
    assert list(TrackingEvent.objects.order_by("id").values_list("code", "state", "raw")) == [("OT", "out-for-delivery", None), ("ZZ", "unknown", {"a": [1]})]
    assert Parcel.objects.get().state == "out-for-delivery"


def test_events_of_a_parcel_we_do_not_know_yet_are_taken_in_when_it_appears(given):
    carriers()
    [told] = record_tracking([track("D", tracking="EARLY")], by="ann")
    assert told.order is None
    given.customer(), given.stocked(given.item(), given.site(), 5)
    carton = packed(given.order(("BRG-6204", 5)))
    hand_over([HandOver(carton.carton, "UPS", tracking="EARLY", at=MONDAY)], by="ann")
    assert Parcel.objects.get().state == "delivered" and given.stock() == {"customer": 5}


def test_a_proof_is_kept_and_counts_what_no_carrier_told(given):
    told = on_its_way(given)
    ask = RecordProof("1Z-7", at=AT, zone="Europe/Berlin", receiver="M. Reuter", place="Kabutzenhof 21", received=4, condition="one crushed")
    [proof] = record_proof([ask], by="ann")
    assert given.stock() == {"customer": 5} and counters(told.order)["delivered"] == 5
    assert (proof.sent, proof.received) == (5, 4)
    assert "Reuter" not in str(given.told("ProofRecorded", "ParcelDelivered"))
    record_tracking([track("D", 1)], by="ann")
    [amended] = record_proof([RecordProof("1Z-7", "UPS", AT + timedelta(minutes=5), received=5)], by="ann")
    assert amended.proof > proof.proof and Proof.objects.count() == 2
    assert len(given.told("ParcelDelivered")) == 1
    assert Parcel.objects.get().delivered_at == AT + timedelta(minutes=5)


def test_a_proof_that_cannot_be_is_refused_with_all_findings(given):
    on_its_way(given)
    [none, many] = record_proof([RecordProof("NONE"), RecordProof("1Z-7", received=6, gln="123", latitude=1, zone="Mars/Base")], by="ann")
    assert none.code == "parcel-unknown"
    assert [e.pointer for e in many.errors] == ["#/zone", "#/received", "#/gln", "#/latitude"]


def test_a_parcel_that_was_sent_back_before_waits_for_a_proof(given):
    on_its_way(given)
    record_tracking([track("RS"), track("D", 24)], by="ann")
    assert given.stock() == {"transit": 5} and Parcel.objects.get().doubt == "sent-back-before"
    record_proof([RecordProof("1Z-7", at=AT)], by="ann")
    assert given.stock() == {"customer": 5} and Parcel.objects.get().doubt == ""


def test_a_carriers_table_is_dated(given):
    keep_carriers([KeepCarrier("dhx", "DHX", codes=(CodeEntry("1", "in-transit"), CodeEntry("1", "delivered", AT.date())))], by="ann")
    early, late = record_tracking([track("1", -48, carrier="DHX"), track("1", carrier="dhx")], by="ann")
    assert (early.state, late.state) == ("in-transit", "delivered")


def test_what_is_left_out_of_a_carrier_stays(given):
    carriers()
    keep_carriers([KeepCarrier("ups", codes=(CodeEntry("NEW", "failed"),))], by="ann")
    ups = Carrier.objects.get(code="UPS")
    assert (ups.name, ups.scac, "{tracking}" in ups.tracking_url, ups.codes.filter(code="NEW").count()) == ("UPS", "UPSN", True, 1)


def test_the_same_key_twice_is_the_same_answer(given):
    on_its_way(given)
    first, second = (record_proof([RecordProof("1Z-7", at=AT)], by="ann", key="k") for _ in range(2))
    assert first == second and Proof.objects.count() == 1
