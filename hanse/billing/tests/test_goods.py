"""Credits for goods: what never came sound is proposed, booked once with its parcel, and what is sent again is credited without anybody's doing."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from hanse.billing import jobs, reads
from hanse.billing.credit import Credit, credit
from hanse.billing.credit_goods import CreditGoods, Goods, OnInvoice, Plan, credit_goods
from hanse.billing.credit_goods import decide as decide_credits
from hanse.billing.goods import InParcel, wanting
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.models import GoodsCredit
from hanse.billing.models import Invoice as Document
from hanse.billing.propose_credit import ProposeCredit, decide, propose_credit
from hanse.edge import attention, verify
from hanse.kernel import clock
from hanse.perfect_order.reads import judged_now
from hanse.transport.choose_remedy import ChooseRemedy, choose_remedy
from hanse.transport.models import Shipment
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_tracking import Track, record_tracking
from hanse.transport.report_lost import ReportLost, report_lost
from hanse.transport.take_receiving_advice import ReceivedUnits, TakeReceivingAdvice, take_receiving_advice
from hanse.transport.tests.road import on_its_way
from hanse.web.words import in_words

AT = datetime(2026, 11, 17, 8, tzinfo=UTC)


def units(parcel=1, line=7, sent=5, **told):
    return InParcel(**({"parcel": parcel, "order": 100001, "line": line, "sent": sent, "lines": 1, "units": 5, "lost": False, "back": False, "condition": "", "received": None,
                        "short": 0, "damaged": 0} | told))


@pytest.mark.parametrize("found, told", [
    ([units()], [("short", 0, False)]),
    ([units(lost=True)], [("lost", 5, False)]),
    ([units(back=True, condition="crushed")], [("came-back", 5, False)]),
    ([units(condition="Crushed")], [("damaged", 5, False)]),
    ([units(condition=" In  good condition ")], [("short", 0, False)]),
    ([units(received=3)], [("short", 2, False)]),
    ([units(sent=3, lines=2, received=1), units(line=8, sent=2, lines=2, received=1)], [("short", 3, True), ("short", 2, True)]),
    ([units(short=2, damaged=1)], [("short", 3, False)]),
    ([units(damaged=1)], [("damaged", 1, False)]),
    ([units(short=7), units(2, short=7)], [("short", 5, False), ("short", 2, False)]),
])
def test_what_never_came_sound_is_told_by_the_parcels_fate_its_proof_or_the_consignees_advice(found, told):
    assert [(w.cause, w.wanting, w.unsure) for w in wanting(found)] == told


def test_only_what_is_new_is_proposed_and_what_was_found_again_no_more():
    [lost] = wanting([units(lost=True)])
    asks = [ProposeCredit("H-100001"), ProposeCredit("H-100001")]
    said = [[in_words(a.told) if hasattr(a, "told") else in_words(a) for a in decide(asks, {100001: [found]}, known)]
            for found, known in ((units(lost=True), {}), (units(lost=True), {(1, 7): lost}), (units(), {(1, 7): lost}))]
    nothing = "Nothing new to credit of H-100001"
    assert said == [["5 units to credit: lost", nothing], [nothing, nothing], ["Nothing to credit any more: found again, or proven sound", nothing]]


def goods(id=1, line=7, position=1, sent=5, credited=0, proposed=5, cause="lost", **more):
    return Goods(**({"id": id, "parcel": 9, "tracking": "P-1", "order": 100001, "line": line, "position": position, "cause": cause, "sent": sent, "credited": credited, "unsure": False,
                     "proposed": proposed} | more))


INVOICES = [OnInvoice(7, "INV-2", 2), OnInvoice(7, "INV-1", 3), OnInvoice(8, "INV-1", 1)]


@pytest.mark.parametrize("asks, of, told", [
    ([CreditGoods("P-1", "H-100001")], [goods()], ["INV-2: 2 of 1, INV-1: 3 of 1"]),
    ([CreditGoods("P-1", "H-100001")] * 2, [goods(proposed=1)], ["INV-2: 1 of 1", "Nothing of parcel P-1 is to be credited to H-100001: it came sound, is not on an invoice yet, or was credited before."]),
    ([CreditGoods("P-1", "H-100001", (Units(1, 1), Units(2, 1)))], [goods(), goods(2, 8, 2, 1)], ["INV-2: 1 of 1, INV-1: 1 of 2"]),
    ([CreditGoods("P-1", "H-100001", (Units(1, 4),))], [goods(credited=2)], ["3 of 4 units can still be credited."]),
    ([CreditGoods("P-1", "H-100001", (Units(3, 1),))], [goods()], ["H-100001 has no line 3."]),
    ([CreditGoods("P-1", "H-100001")], [goods(unsure=True)], ["The proof of parcel P-1 does not say which of its lines came short: say how many units of each."]),
    ([CreditGoods("P-2", "H-100001")], [goods()], ["Nothing of parcel P-2 is to be credited to H-100001: it came sound, is not on an invoice yet, or was credited before."]),
])
def test_a_parcel_is_credited_once_from_the_newest_invoice_on_with_units_that_were_in_it(asks, of, told):
    def said(plan):
        return ", ".join(f"{c.invoice}: " + ", ".join(f"{u.quantity} of {u.line}" for u in c.lines) for _, c in plan.credits) if isinstance(plan, Plan) else plan.detail

    assert [said(a) for a in decide_credits(asks, of, INVOICES)] == told


def billed(given):
    """Five units on their way, and on an invoice."""
    order = on_its_way(given).order
    [issued] = invoice([Invoice(order)], by="ann")
    return order, issued.invoice


def lost(given):
    order, number = billed(given)
    Shipment.objects.update(promised_on=date(2020, 1, 1))
    report_lost([ReportLost("1Z-7", "not found in the depot")], by="ann")
    return order, number


def proposed(order):
    jobs.propose_credits([int(order[2:])])
    return [(x.parcel, x.cause, x.units) for x in reads.to_credit(order=order)]


def needs():
    return [attention.why(n, date(2026, 11, 18)) for n in attention.needs(["credit"], date(2026, 11, 18))]


def sound():
    return [f for r in verify.run(["INV-9", "INV-11", "INV-12", "INV-24"]) for f in r.findings]


def test_a_lost_parcels_units_are_credited_once_and_the_invoice_stays_right(given):
    order, number = lost(given)
    assert proposed(order) == [("1Z-7", "lost", 5)] and needs() == ["5 BRG-6204: lost on its way, parcel 1Z-7"]
    first, again = (credit_goods([CreditGoods("1Z-7", order)], by="ann", key="k")[0] for _ in range(2))
    assert first == again and first.units == 5 and in_words(first).startswith("5 units of parcel 1Z-7 credited, lost: CRN-")
    [no] = credit_goods([CreditGoods("1Z-7", order)], by="ann")
    it = Document.objects.get(kind="credit")
    assert no.code == "nothing-to-credit" and (it.reason, it.parcel.tracking, it.corrects.number) == ("Lost on its way: parcel 1Z-7", "1Z-7", number)
    assert [(c.number, c.reason) for c in reads.document(number).credits] == [(it.number, it.reason)] and needs() == [] == proposed(order)
    [verdict] = judged_now(order, AT)
    assert "invoice" not in verdict.causes and verdict.causes["product"] == ["lost", "carrier"]
    assert [t.credit for t in given.told("CreditIssued")] == [it.number] and sound() == []


def test_what_was_credited_by_hand_is_not_proposed(given):
    order, number = lost(given)
    credit([Credit(number, "gone", (Units(1, 3),))], by="ann")
    assert proposed(order) == [("1Z-7", "lost", 2)]


def test_what_is_found_again_is_to_be_credited_no_more(given):
    order, _ = lost(given)
    assert proposed(order)
    record_tracking([Track("UPS", "1Z-7", "AR", clock.now() + timedelta(days=1))], by="ann")
    assert proposed(order) == [] and credit_goods([CreditGoods("1Z-7", order)], by="ann")[0].code == "nothing-to-credit"


def test_a_credit_for_damaged_goods_is_no_billing_error_and_a_person_may_credit_fewer(given):
    order, _ = billed(given)
    record_proof([RecordProof("1Z-7", condition="Crushed")], by="ann")
    assert proposed(order) == [("1Z-7", "damaged", 5)]
    [booked] = credit_goods([CreditGoods("1Z-7", order, (Units(1, 2),))], by="ann")
    [verdict] = judged_now(order, AT)
    assert booked.units == 2 and "invoice" not in verdict.causes and proposed(order) == []
    record_proof([RecordProof("1Z-7", received=2)], by="ann")
    assert proposed(order) == [("1Z-7", "short", 1)] and sound() == []


def test_what_the_consignees_advice_tells_is_proposed(given):
    order, _ = billed(given)
    take_receiving_advice([TakeReceivingAdvice(order, "RA-1", (ReceivedUnits(1, 2, short=2, rejected=1, reason="damaged"),))], by="ann")
    assert proposed(order) == [("1Z-7", "short", 3)]


def test_what_is_not_on_an_invoice_is_not_proposed_until_it_is(given):
    order = on_its_way(given).order
    Shipment.objects.update(promised_on=date(2020, 1, 1))
    report_lost([ReportLost("1Z-7", "gone")], by="ann")
    assert proposed(order) == []
    invoice([Invoice(order)], by="ann")
    assert proposed(order) == [("1Z-7", "lost", 5)]


def test_what_is_sent_again_is_credited_by_hanse_and_nobody_is_asked(given):
    order, _ = lost(given)
    choose_remedy([ChooseRemedy("1Z-7", "sent-again")], by="ann")
    assert proposed(order) == [] == needs()
    assert [jobs.credit_what_is_sent_again([int(order[2:])]) for _ in range(2)] == [1, 0]
    it = Document.objects.get(kind="credit")
    assert (it.actor, it.reason, GoodsCredit.objects.get().credited) == ("hanse", "Lost on its way: parcel 1Z-7", 5) and sound() == []


def test_a_person_books_it_in_one_tap(given):
    order, _ = lost(given)
    assert proposed(order)
    client = Client()
    client.force_login(given.user("fritz", "finance"))
    page = client.get(reverse("goods_credits")).content.decode()
    assert "Lost on its way" in page and "Credit 5 units" in page
    answer = client.post(reverse("book_goods_credit"), {"parcel": "1Z-7", "order": order, "other": "1", "units_1": "six", "key": "a"})
    assert answer.status_code == 422 and "no number of units" in answer.content.decode()
    answer = client.post(reverse("book_goods_credit"), {"parcel": "1Z-7", "order": order, "key": "b"})
    assert answer.status_code == 302 and Document.objects.get(kind="credit").number in answer["Location"]
    assert "Nothing to credit" in client.get(reverse("goods_credits")).content.decode()
    assert propose_credit([ProposeCredit(order)], by="ann")[0].order == order
