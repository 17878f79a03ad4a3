"""Scorecards from the database: whose parcels, on time to which day, whose hours, proofs, first scans, and the parcels behind each figure."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from hanse.fulfilment.tests.floor import packed
from hanse.kernel import clock
from hanse.network.models import Lane, Site
from hanse.orders.models import Order
from hanse.perfect_order import carriers
from hanse.perfect_order.assess import Assess, assess
from hanse.perfect_order.models import Verdict
from hanse.perfect_order.scored import MEASURES
from hanse.perfect_order.tests.test_reads import LATER, four  # noqa: F401
from hanse.transport.events import TrackingRecorded
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Parcel, Shipment
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from tests.given import statements

MONTH = date(2026, 11, 1), date(2026, 11, 30)


def cards(**chosen):
    with clock.standing_at(LATER):
        return {c.carrier: c for c in carriers.period_scorecards(*MONTH, **chosen)}


def shares(card) -> dict[str, tuple[int, int]]:
    return {m.measure: (m.hits, m.n) for m in card.measures}


def test_each_carrier_has_its_own_parcels_and_the_others_beside_it(four):  # noqa: F811
    found = cards()
    assert {code: (c.parcels, c.lanes) for code, c in found.items()} == {"UPS": (2, 1), "USPS": (1, 1)}
    assert shares(found["UPS"])["promise"] == (1, 2) and shares(found["USPS"])["promise"] == (1, 1)
    ups = found["UPS"].measured("promise")
    assert (ups.others, ups.others_n, ups.against) == (1.0, 1, "too few") and 0 < ups.low < 0.5 < ups.high < 1
    assert shares(found["UPS"])["request"] == (0, 0) and list(shares(found["UPS"])) == list(MEASURES)


def test_one_carriers_card_is_the_same_as_among_all(four):  # noqa: F811
    assert cards(carrier="UPS") == {"UPS": cards()["UPS"]} and cards(carrier="NOBODY") == {}


def test_late_hours_are_the_carriers_only_where_the_verdict_says_so(four):  # noqa: F811
    assert shares(cards()["UPS"])["controllable"] == (1, 2)
    [hours] = cards()["UPS"].late
    assert (hours.lane, hours.owner) == ("HAM → DE", "carrier") and hours.hours > 0
    Verdict.objects.filter(order_id=int(four[1][2:])).update(causes={"time": ["missed cut-off", "shipping"]})
    assert shares(cards()["UPS"])["promise"] == (1, 2) and shares(cards()["UPS"])["controllable"] == (1, 1)


def test_where_terms_end_at_our_door_nothing_was_promised_for_the_way(four):  # noqa: F811
    Order.objects.filter(id=int(four[1][2:])).update(delivery_term="EXW")
    ups = cards()["UPS"]
    assert ups.parcels == 2 and shares(ups)["promise"] == (1, 1) and shares(ups)["proof"][1] == 2


def test_proof_and_soundness_come_from_what_the_receiver_said(four):  # noqa: F811
    [late] = Parcel.objects.filter(shipment__order_id=int(four[1][2:]))
    assert shares(cards()["UPS"])["sound"] == (2, 2)
    record_proof([RecordProof(late.tracking, at=clock.now(), receiver="F.", received=5, condition="Crushed")], by="ann")
    assert shares(cards()["UPS"])["sound"] == (1, 2)
    record_proof([RecordProof(late.tracking, at=clock.now(), receiver="F.", received=5, condition=" In  good condition ")], by="ann")
    assert shares(cards()["UPS"])["sound"] == (2, 2) and shares(cards()["UPS"])["proof"] == (2, 2)


def test_a_proof_that_comes_a_day_after_the_delivery_is_late(four, given):  # noqa: F811
    given.stocked(given.item("NEW"), Site.objects.get(), 2)
    order = given.order(("NEW", 2), ref="late proof")
    [sent] = hand_over([HandOver(packed(order).carton, "FEDEX")], by="ann")
    with clock.standing_at(LATER):
        record_proof([RecordProof(sent.parcel, at=clock.now() - timedelta(hours=25), receiver="F.")], by="ann")
        assess([Assess(order)], by="ann")
    assert shares(cards()["FEDEX"])["proof"] == (0, 1) and shares(cards()["FEDEX"])["sound"] == (1, 1)


def test_transit_and_first_scan_are_counted_from_the_hand_over(four):  # noqa: F811
    [sent] = Shipment.objects.filter(order_id=int(four[2][2:]))
    [parcel] = Parcel.objects.filter(shipment=sent)
    told = record_tracking([
        Track("UPS", parcel.tracking, code, at=sent.handed_over_at + timedelta(hours=hours))
        for code, hours in (("M", 2), ("OR", -1), ("I", 4.5), ("AR", 9))], by="ann")
    assert all(isinstance(t, TrackingRecorded) for t in told), told
    transit, scan = cards()["UPS"].durations
    assert (transit.n, transit.p50, transit.p95, transit.others_p95) == (2, 1, 3, 1)
    assert (scan.n, scan.p50, scan.others_p50) == (1, 4.5, None)
    [row] = cards()["UPS"].transit
    assert (row.lane, row.planned, row.p90, row.proposal) == ("HAM → DE", 1, 3, "")


def test_a_parcel_costs_what_its_lane_costs_with_this_carrier(four):  # noqa: F811
    [cost] = cards()["UPS"].costs
    assert (cost.currency, cost.parcels, cost.total, cost.per_parcel, cost.others) == ("EUR", 2, Decimal(10), Decimal(5), Decimal(5))
    Lane.objects.update(carrier="USPS")
    assert cards()["UPS"].costs == () and len(cards()["USPS"].costs) == 1


def test_what_was_lost_or_came_back_did_not_come_through(four):  # noqa: F811
    Parcel.objects.filter(shipment__order_id=int(four[2][2:])).update(state="lost", delivered_at=None)
    assert shares(cards()["UPS"])["through"] == (1, 2) and shares(cards()["UPS"])["promise"] == (0, 2)


def test_a_parcel_inside_another_counts_with_it(four):  # noqa: F811
    outer, inner = Parcel.objects.filter(carrier__code="UPS").order_by("id")
    Parcel.objects.filter(id=inner.id).update(rides_with=outer)
    assert cards()["UPS"].parcels == 1


def test_each_figure_opens_its_parcels(four):  # noqa: F811
    def behind(limit: int = 10, **wanted) -> list[str]:
        with clock.standing_at(LATER):
            return [p.order for p in carriers.parcels("UPS", *MONTH, limit, **wanted)]

    assert behind() == [four[2], four[1]] and behind(measure="promise", answer="no") == [four[1]]
    assert behind(measure="promise", answer="yes") == [four[2]] and behind(measure="request") == [] and behind(lane="HAM → SE") == []
    with clock.standing_at(LATER):
        [first] = carriers.parcels("UPS", *MONTH, 1)
    assert behind(before=(first.due_on, first.id)) == [four[1]]
    for name in MEASURES:
        hits, n = shares(cards()["UPS"])[name]
        assert (len(behind(measure=name, answer="yes")), len(behind(measure=name))) == (hits, n)


def test_the_weeks_of_a_lane_tell_what_was_due_in_them(four):  # noqa: F811
    with clock.standing_at(LATER):
        [week] = carriers.lane_weeks("UPS", *MONTH)
    assert (week.lane, week.monday, week.share.hits, week.share.n) == ("HAM → DE", date(2026, 11, 16), 1, 2)


def test_a_scorecard_takes_four_statements_however_many_parcels(four):  # noqa: F811
    with statements() as sent:
        cards()
    assert len(sent) == 4


@pytest.mark.parametrize("moved", [{"due_on": date(2026, 12, 24)}, {"known_to": LATER + timedelta(days=1)}])
def test_what_is_due_in_another_period_or_no_longer_known_is_no_part_of_it(four, moved):  # noqa: F811
    Verdict.objects.update(**moved)
    assert cards() == {}


def test_two_commitments_of_an_order_keep_their_parcels_apart(four):  # noqa: F811
    [one] = Verdict.objects.filter(order_id=int(four[1][2:]), known_to__isnull=True)
    one.pk, one.due_on = None, date(2026, 11, 25)
    Verdict.objects.bulk_create([one])
    assert cards()["UPS"].parcels == 2
