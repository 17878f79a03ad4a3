"""Approve transit: percentiles rise, enough was seen, a lane is there, the day lies ahead."""

from datetime import date

import pytest

from hanse.network.approve_transit import ApproveTransit, Known, decide
from hanse.web.words import in_words

TODAY = date(2026, 11, 16)
ASK = {"site": "HAM", "country": "DE", "percent": 90, "percentiles": (1, 1, 2, 2, 3, 4, 5), "parcels": 30, "measured_from": date(2026, 8, 17), "measured_to": date(2026, 11, 15), "from_on": TODAY}
KNOWN = Known({"HAM": 1}, {("HAM", "DE", "")}, {("HAM", "DE", "", "DPD", "", TODAY)}, TODAY)


@pytest.mark.parametrize("fields, told", [
    ({}, "HAM → DE: promised in 2 days from 2026-11-16 on, 90 of 100 of 30 parcels came by then"),
    ({"carrier": "DPD", "service": "express"}, "HAM → DE with DPD express: promised in 2 days from 2026-11-16 on, 90 of 100 of 30 parcels came by then"),
    ({"site": "BER"}, "There is no site BER."),
    ({"country": "AT"}, "Site HAM has no lane to AT."),
    ({"region": "BY"}, "Site HAM has no lane to DE BY."),
    ({"percentiles": (1, 1, 2, 1, 3, 4, 5)}, "Percentiles rise: a higher one never takes fewer days."),
    ({"parcels": 29}, "29 parcels say too little: 30 are needed."),
    ({"measured_to": date(2026, 8, 1)}, "It was measured until after it began."),
    ({"from_on": date(2026, 11, 15)}, "It holds from today on or later: promises that were given stay."),
    ({"carrier": "DPD"}, "Another version begins on 2026-11-16: take a later day."),
])
def test_what_was_seen_of_a_lane_is_put_in_force_or_why_not(fields, told):
    [answer] = decide([ApproveTransit(**(ASK | fields))], KNOWN)
    assert in_words(answer) == told


def test_of_two_versions_of_a_day_the_first_stands():
    first, second = decide([ApproveTransit(**ASK)] * 2, KNOWN)
    assert (first.days, second.code) == (2, "values-refused")
