"""Recover: after a restore no number is given twice, none is missing without a reason, and subscribers are told."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from hanse.billing.invoice import Invoice, invoice
from hanse.billing.models import Series, VoidedNumbers
from hanse.billing.tests.trade import ordered
from hanse.billing.voiding import Void, voided
from hanse.edge import verify
from hanse.edge.models import Delivery, Endpoint
from hanse.edge.recover import Recover, VoidUpTo, decide, recover
from hanse.edge.recovering import Pace, series_lifted
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.web.words import in_words

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    "last, lived, lost, lifted",
    [
        (0, 100 * HOUR, HOUR, 1_000),
        (50_000, 100 * HOUR, HOUR, 55_000),
        (50_000, 100 * HOUR, timedelta(0), 51_000),
        (50_001, 100 * HOUR, HOUR, 55_002),
        (300, timedelta(0), HOUR, 3_300),
    ],
)
def test_numbers_are_lifted_ten_times_as_far_as_the_pace_until_then_would_have_come(last, lived, lost, lifted):
    assert Pace(NOON - lived, NOON, NOON + lost).lifted(last, 1_000) == lifted


def test_every_series_of_the_years_that_were_lost_is_lifted_begun_or_not():
    new_year = Pace(NOON - 1_000 * HOUR, datetime(2026, 12, 31, 23, tzinfo=UTC), datetime(2027, 1, 1, 1, tzinfo=UTC))
    assert series_lifted({"INV-2026": 40, "INV-2025": 900}, new_year) == {"INV-2026": 140, "CRN-2026": 100, "INV-2027": 100, "CRN-2027": 100}


def test_what_is_void_begins_behind_the_last_number_given():
    wanted = [Void("INV-2026", 12, "lost"), Void("CRN-2026", 3, "lost"), Void("INV-2025", 7, "lost")]
    assert [in_words(v) for v in voided(wanted, {"INV-2026": 9, "INV-2025": 7})] == [
        "INV-2026-000010 to 000012 are void: lost", "CRN-2026-000001 to 000003 are void: lost",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "asks, told",
    [
        ([Recover(NOON - HOUR, 7, 0)], ["hanse goes on from 2026-11-27 11:00:00 UTC; what was told after that is void."]),
        ([Recover(NOON - HOUR, 7, 0, lost=("INV-2026-000010 of H-1",))], ["hanse goes on from 2026-11-27 11:00:00 UTC; what was told after that is void. Lost: INV-2026-000010 of H-1."]),
        ([Recover(NOON - HOUR, 6, 0)], ["A later epoch has begun already: is the clock of this machine behind?"]),
        ([Recover(NOON + HOUR, 7, 0)], ["Nothing can be restored to a moment that is still to come."]),
    ],
)  # fmt: skip
def test_an_epoch_follows_another_and_begins_in_the_past(asks, told):
    assert [in_words(a) for a in decide(asks, 6, NOON)] == told


def test_the_next_document_has_a_number_that_nobody_else_may_hold(given):
    given.customer()
    before, order = (ordered(given, (2, "20.00"), invoice_rule="order") for _ in range(2))
    [first] = invoice([Invoice(before)], by="ann")
    recover([Recover(clock.now() - HOUR, 1_000, 0, (VoidUpTo("INV-2026", 40), VoidUpTo("CRN-2026", 5)))], by=HANSE)
    [second] = invoice([Invoice(order)], by="ann")
    assert (first.invoice, second.invoice) == ("INV-2026-000001", "INV-2026-000041")
    assert sorted(VoidedNumbers.objects.values_list("series", "first", "last")) == [("CRN-2026", 1, 5), ("INV-2026", 2, 40)]
    assert dict(Series.objects.values_list("name", "last")) == {"INV-2026": 41, "CRN-2026": 5}
    assert [r.findings for r in verify.run(["INV-11"], connection.cursor())] == [[]]


def test_what_waits_for_a_subscriber_goes_out_at_once(given):
    now = clock.now()
    endpoint = Endpoint.objects.create(url="https://example.com", secrets=["whsec_x"], owner="ann")
    Delivery.objects.create(endpoint=endpoint, event=1, message="m1", subject="order/H-1", next_at=now + 5 * HOUR)
    Delivery.objects.create(endpoint=endpoint, event=2, message="m2", subject="order/H-1", next_at=now - HOUR, state="delivered")
    recover([Recover(now - HOUR, 1_000, 0)], by=HANSE)
    assert list(Delivery.objects.order_by("event").values_list("next_at", flat=True)) == [now, now - HOUR]
    assert [t.recovery for t in given.told("Recovered")] == [1_000]
