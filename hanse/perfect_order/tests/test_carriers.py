"""Scorecards from the database: whose parcels, on time to which day, whose hours, proofs, first scans, and the parcels behind each figure."""

from datetime import UTC, date, datetime, timedelta
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
from hanse.transport.accept_freight_line import AcceptFreightLine, accept_freight_line
from hanse.transport.answer_claim import AnswerClaim, answer_claim
from hanse.transport.answer_dispute import AnswerDispute, answer_dispute
from hanse.transport.answer_tender import AnswerTender, answer_tender
from hanse.transport.events import TrackingRecorded
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.jobs import expire_what_is_late
from hanse.transport.keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide
from hanse.transport.models import Choice, Parcel, Shipment
from hanse.transport.open_claim import OpenClaim, open_claim
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice, receive_freight_invoice
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.tender import Tender, tender
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


def billed(order: str, *lines: tuple[str, str], number: str = "I-1") -> None:
    parcel = Parcel.objects.get(shipment__order_id=int(order[2:]))
    receive_freight_invoice([ReceiveFreightInvoice("UPS", number, date(2026, 11, 20), "EUR", tuple(BilledLine(parcel.tracking, Decimal(a), kind) for kind, a in lines))], by="ann")


def test_a_parcel_that_was_billed_costs_its_bill_less_what_came_back(four):  # noqa: F811
    billed(four[1], ("freight", "8"), ("claims-credit", "-2"))
    [cost] = cards()["UPS"].costs
    assert (cost.billed, cost.parcels, cost.total) == (1, 2, Decimal(13)) and cost.per_kg and cost.per_kg > 0
    answer_dispute([AnswerDispute("UPS", "I-1", 1, "credit")], by="ann")
    parcel = Parcel.objects.get(shipment__order_id=int(four[1][2:]))
    [claim] = open_claim([OpenClaim(parcel.tracking, "delay", amount=Decimal(4))], by="ann")
    answer_claim([AnswerClaim(claim.claim, "paid", Decimal("1.50"))], by="ann")
    card = cards()["UPS"]
    assert card.costs[0].total == Decimal("8.5") and (card.dealings.rate("claims").hits, card.dealings.rate("claims").n) == (1, 2)
    [accessorials, value] = card.dealings.ratios
    assert (accessorials.part, accessorials.whole, value.part, value.whole) == (0, 5, 4, 10)


def test_a_parcel_that_was_not_billed_costs_what_its_service_was_chosen_for(four):  # noqa: F811
    parcel = Parcel.objects.get(shipment__order_id=int(four[1][2:]))
    Choice.objects.create(carton_id=parcel.carton_id, carrier="UPS", service="x", currency="EUR", total=Decimal(7), lines=[], billed_g=1, zone="1", hand_over_by=LATER, arrives_on=LATER.date(),
                          candidates=[], reason="", chosen_at=LATER, actor="ann")
    assert (cards()["UPS"].costs[0].total, cards()["UPS"].costs[0].billed) == (12, 0)


def test_invoices_count_as_right_only_as_they_first_came(four):  # noqa: F811
    billed(four[1], ("freight", "5"))
    billed(four[2], ("freight", "6"), number="I-2")
    accept_freight_line([AcceptFreightLine("UPS", "I-2", 1, "agreed")], by="ann")
    it = cards()["UPS"].dealings.rate("billing")
    assert (it.hits, it.n) == (1, 2)


def test_tenders_count_by_their_planned_pick_up(four):  # noqa: F811
    keep_routing_guide([KeepRoutingGuide("HAM", "DE", tuple(GuideCarrier(code, Decimal(1), answer_minutes=60) for code in ("FEDEX", "UPS")), from_on=date(2026, 1, 1))], by="ann")
    start = datetime(2026, 11, 18, 6, tzinfo=UTC)
    with clock.standing_at(start):
        [one, two] = [t.load for t in tender([Tender(start + timedelta(hours=5), start + timedelta(hours=7), site="HAM", country="DE", orders=(four[1],))] * 2, by="ann")]
    with clock.standing_at(start + timedelta(minutes=30)):
        answer_tender([AnswerTender(one, "FEDEX", "decline", reason="no truck")], by="ann")
    with clock.standing_at(start + timedelta(minutes=75)):
        expire_what_is_late()
        answer_tender([AnswerTender(one, "UPS", "accept")], by="ann")
    found = cards()
    fedex, ups = found["FEDEX"].dealings, found["UPS"].dealings
    assert found["FEDEX"].parcels == 0 and (fedex.rate("acceptance").hits, fedex.rate("acceptance").n) == (0, 2) and fedex.medians[0].value == 0.5
    assert (ups.rate("acceptance").hits, ups.rate("acceptance").n, ups.rate("pickup").n, ups.rate("pickup").hits) == (1, 1, 1, 0) and ups.medians[0].value == 0.75
    assert two and cards(carrier="FEDEX") == {"FEDEX": found["FEDEX"]}


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


def test_a_carrier_is_told_by_service_weight_and_month(four):  # noqa: F811
    with clock.standing_at(LATER):
        parts = carriers.parts("UPS", *MONTH)
    assert [(p.by, p.key) for p in parts if p.by != "weight"] == [("service", ""), ("month", "2026-11")]
    assert {p.by: (sum(q.parcels for q in parts if q.by == p.by), sum(q.on_time.hits for q in parts if q.by == p.by)) for p in parts} == dict.fromkeys(("service", "weight", "month"), (2, 1))


def test_a_scorecard_takes_five_statements_however_many_parcels(four):  # noqa: F811
    with statements() as sent:
        cards()
    assert len(sent) == 5


@pytest.mark.parametrize("moved", [{"due_on": date(2026, 12, 24)}, {"known_to": LATER + timedelta(days=1)}])
def test_what_is_due_in_another_period_or_no_longer_known_is_no_part_of_it(four, moved):  # noqa: F811
    Verdict.objects.update(**moved)
    assert cards() == {}


def test_two_commitments_of_an_order_keep_their_parcels_apart(four):  # noqa: F811
    [one] = Verdict.objects.filter(order_id=int(four[1][2:]), known_to__isnull=True)
    one.pk, one.due_on = None, date(2026, 11, 25)
    Verdict.objects.bulk_create([one])
    assert cards()["UPS"].parcels == 2
