"""Carriers' bills in the database: taken in once, compared with lane or choice, disputed, accepted, credited, and paid without what is disputed."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction

from hanse.fulfilment.tests.floor import packed
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.keep_surcharges import KeepSurcharge, keep_surcharges
from hanse.network.models import Lane, Site
from hanse.transport.accept_freight_line import AcceptFreightLine, accept_freight_line
from hanse.transport.answer_dispute import AnswerDispute, answer_dispute
from hanse.transport.dispute_freight_line import DisputeFreightLine, dispute_freight_line
from hanse.transport.keep_freight_terms import KeepFreightTerms, keep_freight_terms
from hanse.transport.models import Choice, Dispute, FreightInvoice, FreightLine, Parcel
from hanse.transport.pay_freight_invoice import PayFreightInvoice, pay_freight_invoice
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice, receive_freight_invoice
from tests.given import statements

from .road import on_its_way
from .selling import OLD, services

D = Decimal


def bill(number: str, *lines: tuple[str, str] | BilledLine, **more):
    said = tuple(x if isinstance(x, BilledLine) else BilledLine(x[0], D(x[1])) for x in lines)
    [told] = receive_freight_invoice([ReceiveFreightInvoice("ups", number, **({"issued_on": clock.now().date(), "currency": "EUR"} | more), lines=said)], by="ann")
    return told


def sums(number: str = "I-1") -> tuple[Decimal, ...]:
    it = FreightInvoice.objects.get(number=number)
    of = FreightLine.objects.filter(invoice=it)
    assert [sum(getattr(x, name) for x in of) for name in ("amount", "approved", "disputed", "accepted")] == [it.total, it.approved, it.disputed, it.accepted]
    return it.approved, it.disputed, it.accepted, it.paid


@pytest.fixture
def sent(given):
    """A parcel with UPS on a lane that costs 5.00."""
    return on_its_way(given)


def test_a_bill_as_expected_is_approved_and_the_same_again_changes_nothing(given, sent):
    first, again = bill("I-1", ("1Z-7", "5.00")), bill("I-1", ("1Z-7", "5.0"))
    assert (first.said(), again.said()) == ("Freight invoice I-1 of UPS, 5.00 EUR: approved", "Freight invoice I-1 of UPS was taken before")
    assert bill("I-1", ("1Z-7", "4.00")).code == "freight-invoice-differs"
    assert sums() == (5, 0, 0, 0) and FreightInvoice.objects.get().accurate and len(given.told("FreightInvoiceReceived")) == 1


def test_what_is_not_as_expected_is_disputed_with_its_deadline_and_evidence(given, sent):
    told = bill("I-1", ("1Z-7", "6.20"), ("1Z-8", "5.00"), issued_on=date(2026, 11, 2))
    assert (told.approved, told.disputed, told.lines_disputed) == (D(5), D("6.20"), 2) and not FreightInvoice.objects.get().accurate
    first, second = Dispute.objects.order_by("id")
    assert (first.amount, first.due_on, first.evidence) == (D("1.2"), date(2026, 11, 2) + timedelta(days=180), "5.00 EUR expected by the cost of its lane, 6.20 billed.")
    assert second.evidence == "1Z-8 is no parcel that we sent with this carrier." and second.line.parcel is None


def test_a_second_invoice_for_a_parcel_is_billed_twice_also_within_one_request(given, sent):
    asks = [ReceiveFreightInvoice("UPS", n, clock.now().date(), "EUR", (BilledLine("1Z-7", D(5)),)) for n in ("I-1", "I-2", "I-1")]
    told = receive_freight_invoice(asks, by="ann")
    assert [t.said() for t in told[1:]] == ["Freight invoice I-2 of UPS, 5.00 EUR: 1 of 1 lines disputed, 5.00 EUR", "Freight invoice I-1 of UPS was taken before"]
    assert bill("I-3", ("1Z-7", "5.00")).lines_disputed == 1 and FreightLine.objects.last().findings == ["billed-twice"]


def test_the_charge_of_the_chosen_service_counts_before_the_lane(given, sent):
    parcel = Parcel.objects.get()
    Choice.objects.create(carton_id=parcel.carton_id, carrier="UPS", service="standard", currency="EUR", total=D("7.70"), lines=[["freight", "7.00"], ["fuel", "0.70"]],
                          billed_g=1000, zone="1", hand_over_by=clock.now(), arrives_on=clock.now().date(), candidates=[], reason="", chosen_at=clock.now(), actor="ann")
    told = bill("I-1", BilledLine("1Z-7", D("7.00"), "freight", 2000), BilledLine("1Z-7", D("0.70"), "FUEL"), BilledLine("1Z-7", D(3), "residential"))
    assert (told.approved, told.disputed) == (D("7.70"), D(3))
    assert [(x.basis, x.expected, x.findings) for x in FreightLine.objects.order_by("position")] == [
        ("choice", D(7), ["weight-above"]), ("choice", D("0.7"), []), ("choice", None, ["not-agreed"])]


def test_a_charge_for_homes_is_held_against_the_address_that_was_on_the_label(given, sent):
    services()
    keep_surcharges([KeepSurcharge("UPS", "STANDARD", "residential", OLD, amount=D(3), home=True)], by="ann")
    Choice.objects.create(carton_id=Parcel.objects.get().carton_id, carrier="UPS", service="STANDARD", currency="EUR", total=D(5), lines=[["freight", "5.00"]],
                          billed_g=1000, zone="1", hand_over_by=clock.now(), arrives_on=clock.now().date(), candidates=[], reason="", chosen_at=clock.now(), actor="ann")
    bill("I-1", BilledLine("1Z-7", D(3), "residential"))
    it = FreightLine.objects.get()
    assert (it.disputed, it.findings, it.why) == (3, ["not-a-home"], "Residential is for homes, and nobody has said that it went to one.")


def test_a_lane_of_another_carrier_gives_no_rate(given, sent):
    Lane.objects.update(carrier="USPS")
    assert bill("I-1", ("1Z-7", "5.00")).disputed == 5 and FreightLine.objects.get().findings == ["no-rate"]


def test_a_carton_that_never_left_was_not_shipped(given, sent):
    given.stocked(given.item("X"), Site.objects.get(), 1)
    carton = packed(given.order(("X", 1), ref="second"))
    assert bill("I-1", (carton.carton, "5.00")).disputed == 5 and FreightLine.objects.get().findings == ["not-shipped"]


def test_within_what_is_agreed_a_difference_is_approved(given, sent):
    keep_freight_terms([KeepFreightTerms("ups", D(10), D("0.20"), 30)], by="ann")
    assert bill("I-1", ("1Z-7", "5.50")).disputed == 0
    assert FreightInvoice.objects.get().accurate
    assert bill("I-2", ("1Z-9", "1.00")).disputed == 1 and Dispute.objects.get().due_on == clock.now().date() + timedelta(days=30)


@pytest.mark.parametrize("more, said", [
    ({"carrier": "NONE"}, ["There is no carrier NONE."]), ({"currency": "XXZ"}, ["XXZ is no ISO 4217 currency."]),
    ({"total": D("9.99")}, ["The lines come to 5.00, the total says 9.99."]), ({"issued_on": date(2001, 1, 1)}, ["An invoice is of the last ten years, and dated at most a month ahead."]),
    ({"lines": (BilledLine("A", D("1.00001")), BilledLine("A", D(1), "claims-credit"))}, ["Line 1: an amount has at most four decimals.", "Line 2: a credit is negative."]),
])
def test_what_cannot_be_an_invoice_is_refused_with_all_findings(given, sent, more, said):
    ask = {"carrier": "UPS", "number": "I-1", "issued_on": clock.now().date(), "currency": "EUR", "lines": (BilledLine("1Z-7", D("5.00")),)} | more
    [told] = receive_freight_invoice([ReceiveFreightInvoice(**ask)], by="ann")
    assert isinstance(told, Refused) and [e.detail for e in told.errors] == said and not FreightInvoice.objects.exists()


def test_a_person_accepts_what_is_disputed_with_a_reason(given, sent):
    bill("I-1", ("1Z-7", "6.00"))
    no, told, again = (accept_freight_line([AcceptFreightLine("UPS", "I-1", 1, reason)], by="ann")[0] for reason in ("", "we agreed on the phone", "x"))
    assert (no.code, told.amount, again.code) == ("reason-missing", 1, "nothing-disputed") and sums() == (5, 0, 1, 0)
    assert Dispute.objects.get().outcome == "accepted" and accept_freight_line([AcceptFreightLine("UPS", "I-1", 2, "x")], by="ann")[0].code == "freight-line-unknown"


def test_what_the_carrier_credits_is_recovered_and_the_rest_is_owed(given, sent):
    bill("I-1", ("1Z-7", "9.00"))
    more, told = answer_dispute([AnswerDispute("UPS", "I-1", 1, "credit", D(5)), AnswerDispute("UPS", "I-1", 1, "credit", D(3), "one kilogram was right")], by="ann")
    assert (more.code, told.recovered) == ("credit-above-dispute", 3) and sums() == (5, 3, 1, 0)
    assert FreightLine.objects.get().recovered == 3 and Dispute.objects.get().recovered == 3
    bill("I-2", ("1Z-8", "2.00"))
    [rejected] = answer_dispute([AnswerDispute("UPS", "I-2", 1, "rejected")], by="ann")
    assert rejected.said().endswith("dispute rejected") and sums("I-2") == (0, 0, 2, 0)


def test_only_what_is_not_disputed_is_paid(given, sent):
    bill("I-1", ("1Z-7", "9.00"))
    first, again = (pay_freight_invoice([PayFreightInvoice("UPS", "I-1", "bank 1")], by="ann")[0] for _ in range(2))
    assert (first.amount, first.withheld, again.code) == (5, 4, "nothing-to-pay")
    accept_freight_line([AcceptFreightLine("UPS", "I-1", 1, "right after all")], by="ann")
    [rest] = pay_freight_invoice([PayFreightInvoice("UPS", "I-1", "bank 2")], by="ann")
    assert rest.amount == 4 and sums() == (5, 0, 4, 9)


def test_a_person_disputes_what_was_approved_once_and_in_time(given, sent):
    bill("I-1", ("1Z-7", "5.00"), issued_on=clock.now().date() - timedelta(days=180))
    told = dispute_freight_line([DisputeFreightLine("UPS", "I-1", 1, D(6), "late"), DisputeFreightLine("UPS", "I-1", 1, None, "late"), DisputeFreightLine("UPS", "I-1", 1, D(1), "")], by="ann")
    assert [getattr(t, "code", "told") for t in told] == ["dispute-out-of-range", "told", "disputed-already"] and len(told[2].errors) == 2 and sums() == (0, 5, 0, 0)
    bill("I-2", ("1Z-7", "-5.00"), issued_on=clock.now().date() - timedelta(days=181))
    [late] = dispute_freight_line([DisputeFreightLine("UPS", "I-2", 1, D(1), "x")], by="ann")
    assert [e.code for e in late.errors] == ["dispute-too-late", "dispute-out-of-range"]


def test_the_same_key_takes_a_bill_in_once(given, sent):
    ask = [ReceiveFreightInvoice("UPS", "I-1", clock.now().date(), "EUR", (BilledLine("1Z-7", D(5)),))]
    assert receive_freight_invoice(ask, by="ann", key="k") == receive_freight_invoice(ask, by="ann", key="k") and FreightInvoice.objects.count() == 1


def test_a_bill_of_many_lines_takes_a_handful_of_statements(given, sent):
    with statements() as told:
        assert bill("I-1", *[(f"1Z-{n}", "5.00") for n in range(500)]).lines == 500
    assert len([x for x in told if "SAVEPOINT" not in x]) <= 14


def test_the_database_itself_keeps_the_parts_of_a_line_together(given, sent):
    bill("I-1", ("1Z-7", "9.00"))
    for change in ("approved = approved + 1", "recovered = disputed + 1", "accepted = 1, disputed = disputed - 1"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE transport_freightline SET {change}")
