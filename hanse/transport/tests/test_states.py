"""States: derived from the set of events, whatever their order; the scenarios of four carriers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from hanse.transport.code_tables import codes_of
from hanse.transport.models import STATES
from hanse.transport.states import RANK, Sighting, derive

DAY = datetime(2026, 11, 16, tzinfo=UTC)


def seen(*told):
    """Events as (hour, state)."""
    return [Sighting(DAY + timedelta(hours=hour), state) for hour, state in told]


def by(carrier, *told):
    """Events as (time, code), read by a carrier's table."""
    codes = codes_of(carrier)
    return [Sighting(datetime.fromisoformat(at).replace(tzinfo=UTC), codes.get(code, "unknown"), code) for at, code in told]


@pytest.mark.parametrize("events, state, return_state, doubt, counted", [
    ([], "pending", "", "", False),
    ([(1, "unknown")], "unknown", "", "", False),
    ([(1, "")], "unknown", "", "", False),
    ([(1, "in-transit"), (2, "unknown")], "in-transit", "", "", False),
    ([(1, "in-transit"), (2, "picked-up")], "picked-up", "", "", False),
    ([(1, "failed"), (2, "out-for-delivery"), (3, "delivered")], "delivered", "", "", True),
    ([(1, "out-for-delivery"), (2, "failed")], "failed", "", "", False),
    ([(1, "delivered"), (2, "picked-up")], "delivered", "picked-up", "", True),
    ([(1, "delivered"), (2, "picked-up"), (3, "in-transit"), (4, "delivered")], "delivered", "delivered", "", True),
    ([(1, "delivered"), (2, "out-for-delivery")], "delivered", "", "moves-again", True),
    ([(1, "return-to-sender"), (2, "in-transit")], "return-to-sender", "in-transit", "", False),
    ([(1, "return-to-sender"), (2, "delivered")], "delivered", "delivered", "sent-back-before", False),
    ([(1, "delivered"), (1, "in-transit")], "delivered", "", "", True),
])
def test_the_latest_event_tells_and_delivered_stays(events, state, return_state, doubt, counted):
    journey = derive(seen(*events))
    assert (journey.state, journey.return_state, journey.doubt, journey.delivered_at is not None) == (state, return_state, doubt, counted)


def test_a_proof_settles_every_doubt():
    proven_at = DAY + timedelta(hours=5)
    for events in ([], [(1, "in-transit")], [(1, "return-to-sender"), (2, "delivered")], [(1, "delivered"), (2, "in-transit")]):
        journey = derive(seen(*events), proven_at)
        assert (journey.state, journey.doubt, journey.delivered_at) == ("delivered", "", proven_at)


def test_the_letters_mean_another_thing_to_another_carrier():
    assert (codes_of("UPS")["OF"], codes_of("FEDEX")["OF"]) == ("out-for-delivery", "picked-up")
    assert (codes_of("UPS")["DE"], codes_of("FEDEX")["DE"]) == ("delayed", "failed")


def test_fedex_a_failed_event_is_not_the_end_and_pick_up_can_follow_transit():
    events = by("FEDEX", ("2024-04-25T11:28", "DE"), ("2024-04-25T13:26", "AF"), ("2024-04-25T14:25", "PU"), ("2024-04-26T01:00", "AO"),
                ("2024-04-26T08:52", "OD"), ("2024-04-26T09:26", "DL"))
    assert [derive(events[: n + 1]).state for n in range(6)] == ["failed", "in-transit", "picked-up", "picked-up", "out-for-delivery", "delivered"]


def test_usps_codes_without_a_state_move_nothing():
    events = by("USPS", ("2024-11-22T13:58", "01"), ("2024-11-22T09:10", "OF"), ("2024-11-22T08:59", "07"), ("2024-11-20T01:13", "A1"), ("2024-11-20T01:11", "TL"))
    assert (derive(events).state, derive(events[3:]).state) == ("delivered", "in-transit")


def test_canada_post_a_delivered_parcel_that_moves_again_waits_for_a_person():
    """The first delivery stands, since only a person takes it back; the parcel is shown as in doubt."""
    events = by("CANADA-POST", ("2011-02-03T11:59", "20"), ("2011-02-03T08:27", "0174"), ("2011-02-02T14:45", "0100"), ("2011-02-02T06:19", "0173"),
                ("2011-02-01T07:59", "1496"), ("2011-02-01T07:59", "20"))
    journey = derive(events)
    assert (journey.state, journey.doubt, journey.delivered_at.day) == ("delivered", "moves-again", 1)


def test_an_estimate_that_vanishes_later_is_the_latest_given():
    events = [Sighting(DAY, "picked-up", "PU", date(2021, 10, 1)), Sighting(DAY + timedelta(hours=1), "in-transit", "IT")]
    assert derive(events).expected_on == date(2021, 10, 1)


SIGHTINGS = st.builds(Sighting, st.integers(0, 6).map(lambda h: DAY + timedelta(hours=h)), st.sampled_from(["", *STATES]), st.sampled_from("AB"),
                      st.sampled_from([None, date(2026, 12, 1), date(2026, 12, 2)]))


@over(st.lists(SIGHTINGS, max_size=8), st.data())
def test_any_order_and_repetition_tells_the_same(events, data):
    again = data.draw(st.permutations(events + data.draw(st.lists(st.sampled_from(events), max_size=4)) if events else events))
    assert derive(again) == derive(events)


@over(st.lists(SIGHTINGS, max_size=8), SIGHTINGS)
def test_no_event_takes_delivered_back(events, another):
    if derive(events).state == "delivered":
        assert derive([*events, another]).state == "delivered"


def test_every_state_has_its_rank():
    assert set(STATES) | {""} == set(RANK)
