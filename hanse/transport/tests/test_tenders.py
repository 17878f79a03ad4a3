"""Tenders: the first of the guide is asked, then the next; one accepts, in time; who cancelled is kept."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from hanse.fulfilment.tests.floor import packed
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.network.models import Site
from hanse.transport import jobs
from hanse.transport.answer_tender import Answered, AnswerTender, answer_tender
from hanse.transport.answer_tender import decide as decide_answers
from hanse.transport.answering import Asked
from hanse.transport.cancel_tender import CancelTender, cancel_tender
from hanse.transport.draw_up import DrawUp, draw_up
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide
from hanse.transport.models import Load
from hanse.transport.models import Tender as Attempt
from hanse.transport.tender import Bill, Known, Tendered, tender
from hanse.transport.tender import Tender as Ask
from hanse.transport.tender import decide as decide_tenders
from hanse.transport.waterfall import Entry, next_of

from .road import carriers

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=3)
UPS, USPS = Entry(0, 1, 7, "UPS", Decimal(400), "EUR", 120), Entry(0, 2, 8, "USPS", Decimal(450), "EUR", 60)
KNOWN = Known({"B1": Bill("B1", 5, 1, "HAM", "SE", "", [100001], 3, 9000, False)}, {"HAM": 1}, {"OLD-1"}, {100001}, {(1, "DE", ""): (NOW.date(), [USPS, UPS]), (1, "SE", ""): (NOW.date(), [UPS])})
WINDOW = {"pickup_from": LATER, "pickup_until": LATER + timedelta(hours=2)}


@pytest.mark.parametrize("asks, told", [
    ([Ask(**WINDOW, site="HAM", country="DE", orders=("H-100001",))], ["L-1 to UPS"]),
    ([Ask(**WINDOW, site="HAM", country="DE", region="BY", load="X7")], ["X7 to UPS"]),
    ([Ask(**WINDOW, bill="B1")], ["L-1 to UPS"]),
    ([Ask(**WINDOW, bill="B1"), Ask(**WINDOW, bill="B1")], ["L-1 to UPS", "Bill of lading B1 is on a load already."]),
    ([Ask(**WINDOW, site="HAM", country="FR")], ["Lane HAM → FR has no routing guide that is in force: say first who is asked for it."]),
    ([Ask(**WINDOW, site="HAM", country="DE", load="OLD-1", orders=("H-7",))], ["There is a load OLD-1 already. There is no order H-7."]),
    ([Ask(**WINDOW, site="HAM", country="DE", load="a/1")], ["A load number has letters, digits, dots, dashes and underscores, and one digit at least."]),
    ([Ask(**WINDOW, site="NO", country="")], ["There is no site NO. Name the country that the load goes to, such as DE."]),
    ([Ask(LATER, LATER, site="HAM", country="DE")], ["The window to fetch it ends after it begins."]),
    ([Ask(NOW - timedelta(hours=3), NOW, site="HAM", country="DE")], ["The window to fetch it has passed."]),
    ([Ask(**WINDOW, bill="B9")], ["There is no bill of lading B9."]),
    ([Ask(**WINDOW, bill="B1", site="HAM")], ["A bill of lading says site, lane and orders itself: name the bill, or those."]),
])
def test_a_load_goes_to_the_first_of_its_lanes_guide(asks, told):
    answers = decide_tenders(asks, KNOWN, [1, 2][: len(asks)], NOW)
    assert [f"{a.number} to {a.first.carrier_code}" if isinstance(a, Tendered) else a.detail for a in answers] == told


def test_the_waterfall_goes_down_by_rank():
    assert next_of([USPS, UPS], 0) is UPS and next_of([USPS, UPS], 1) is USPS and next_of([USPS, UPS], 2) is None


def asked(result: str = "", carrier: str = "UPS", until: datetime = LATER) -> list[Asked]:
    return [Asked(1, "L-1", "tendered", 11, 1, carrier, until, result)]


@pytest.mark.parametrize("asks, tenders, told", [
    ([AnswerTender("L-1", "ups", "accept", "PU-7")], asked(), ["UPS accepted load L-1, pick-up number PU-7"]),
    ([AnswerTender("L-1", "UPS", "decline", reason="no truck")], asked(), ["UPS declined load L-1: no truck"]),
    ([AnswerTender("L-1", "UPS", "decline")], asked(), ["Say why."]),
    ([AnswerTender("L-1", "UPS", "accept")] * 2, asked(), ["UPS accepted load L-1", "UPS needs to answer for load L-1 no more: answered."]),
    ([AnswerTender("L-1", "USPS", "accept")], asked(), ["USPS was not asked for load L-1."]),
    ([AnswerTender("L-2", "UPS", "accept")], asked(), ["There is no load L-2."]),
    ([AnswerTender("L-1", "UPS", "accept")], asked("expired"), ["UPS had until 2026-11-16 12:00 UTC to answer for load L-1. The next carrier of the routing guide is asked."]),
    ([AnswerTender("L-1", "UPS", "accept")], asked(until=NOW - timedelta(seconds=1)), ["UPS had until 2026-11-16 08:59 UTC to answer for load L-1. The next carrier of the routing guide is asked."]),
    ([AnswerTender("L-1", "UPS", "accept")], asked("cancelled"), ["UPS needs to answer for load L-1 no more: cancelled."]),
])
def test_only_who_is_asked_answers_and_only_in_time(asks, tenders, told):
    answers = decide_answers(asks, {"L-1": tenders}, NOW)
    assert [a.told.said() if isinstance(a, Answered) else a.detail for a in answers] == told


@pytest.fixture
def guide(given):
    """A lane from HAM to DE: UPS is asked first, then USPS, then FEDEX."""
    carriers()
    given.site(), given.customer()
    [kept] = keep_routing_guide([KeepRoutingGuide("HAM", "DE", tuple(GuideCarrier(code, Decimal(400 + n), answer_minutes=60) for n, code in enumerate(("UPS", "USPS", "FEDEX"))))], by="ann")
    assert kept.said().endswith("UPS, then USPS, then FEDEX")


def offered(**more):
    now = clock.now()
    [told] = tender([Ask(now + timedelta(hours=6), now + timedelta(hours=8), **({"site": "HAM", "country": "DE"} | more))], by="ann")
    return told


def attempts() -> list[tuple[int, str, str]]:
    return list(Attempt.objects.order_by("id").values_list("rank", "carrier__code", "result"))


def test_what_is_declined_or_not_answered_goes_to_the_next_by_itself_until_nobody_is_left(given, guide):
    load = offered().load
    answer_tender([AnswerTender(load, "UPS", "decline", reason="no truck")], by="ann")
    assert attempts() == [(1, "UPS", "declined"), (2, "USPS", "")] and jobs.expire_what_is_late() == 0
    with clock.standing_at(clock.now() + timedelta(minutes=61)):
        assert jobs.expire_what_is_late() == 1
        [late] = answer_tender([AnswerTender(load, "USPS", "accept")], by="ann")
        assert late.code == "tender-expired"
    assert attempts()[1:] == [(2, "USPS", "expired"), (3, "FEDEX", "")] and given.told("TenderExpired")[0].carrier == "USPS"
    answer_tender([AnswerTender(load, "FEDEX", "decline", reason="holiday")], by="ann")
    assert Load.objects.get().state == "exhausted" and given.told("GuideExhausted")[0].asked == 3


def test_one_accepts_and_nobody_else_may(given, guide):
    load = offered(load="TRUCK-1").load
    first, again = (answer_tender([AnswerTender(load, "UPS", "accept", "PU-1")], by="ann", key="k")[0] for _ in range(2))
    assert first == again and Load.objects.get().state == "accepted" and attempts() == [(1, "UPS", "accepted")]
    [no] = answer_tender([AnswerTender(load, "UPS", "decline", reason="sorry")], by="ann")
    assert no.code == "tender-closed"
    [used] = tender([Ask(clock.now(), clock.now() + timedelta(hours=1), site="HAM", country="DE", load="TRUCK-1")], by="ann")
    assert used.code == "load-used"


def test_a_cancelled_load_says_who_and_when_and_its_tender_ends(given, guide):
    load = offered().load
    [missing] = cancel_tender([CancelTender(load)], by="ann")
    [told, again] = cancel_tender([CancelTender(load, "not needed")] * 2, by="ann")
    assert (missing.code, told.carrier, again.code) == ("reason-missing", "UPS", "load-cancelled")
    it = Load.objects.get()
    assert (it.state, it.cancelled_by) == ("cancelled", "ann") and it.cancelled_at and attempts() == [(1, "UPS", "cancelled")]
    assert answer_tender([AnswerTender(load, "UPS", "accept")], by="ann")[0].code == "tender-closed"


def test_a_guide_of_a_later_day_does_not_change_what_is_tendered(given, guide):
    load = offered().load
    with clock.standing_at(clock.now() + timedelta(days=1)):
        keep_routing_guide([KeepRoutingGuide("HAM", "DE", (GuideCarrier("FEDEX", Decimal(9)),))], by="ann")
        jobs.expire_what_is_late()
        assert attempts()[-1] == (2, "USPS", "") and Load.objects.get(number=load).state == "tendered"
        assert offered().carrier == "FEDEX"


def test_a_guide_kept_again_for_its_day_takes_its_place(given, guide):
    keep_routing_guide([KeepRoutingGuide("HAM", "DE", (GuideCarrier("FEDEX", Decimal(9)),))], by="ann")
    assert offered().carrier == "FEDEX"
    [no] = keep_routing_guide([KeepRoutingGuide("NO", "de", (GuideCarrier("UPS", Decimal("1.00001"), "XXZ"), GuideCarrier("UPS", Decimal(1)), GuideCarrier("NONE", Decimal(1))))], by="ann")
    assert [e.pointer for e in no.errors] == ["#/site", "#/country", "#/carriers/0/currency", "#/carriers/0/rate", "#/carriers/1/carrier", "#/carriers/2/carrier"]


def test_a_bill_of_lading_is_tendered_with_what_is_on_it(given, guide):
    given.stocked(given.item(), Site.objects.get(), 5)
    order = given.order(("BRG-6204", 5))
    [sent] = hand_over([HandOver(packed(order).carton, "UPS")], by="ann")
    [bill] = draw_up([DrawUp((sent.shipment,))], by="ann")
    told = offered(bill=bill.bill, site="", country="")
    it = Load.objects.get(number=told.load)
    assert (it.orders, it.packages, it.bill.number) == ([int(order[2:])], 1, bill.bill) and it.weight_g
    assert offered(bill=bill.bill, site="", country="").code == "bill-tendered"
    answer_tender([AnswerTender(told.load, "UPS", "accept")], by=HANSE)
    assert cancel_tender([CancelTender(told.load, "x")], by="ann")[0].detail == f"Load {told.load} has left."
