"""Payments: booked once per reference, shared out over open invoices, and never more goes back than came."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hanse.billing import pay_back as paying_back
from hanse.billing import receive_payment as receiving
from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.models import OpenItem, Payment
from hanse.billing.pay_back import Owed, PayBack, pay_back
from hanse.billing.receive_payment import OpenInvoice, ReceivePayment, receive_payment
from hanse.billing.settle import Document, Settle, settle
from hanse.billing.settle import decide as settling
from hanse.kernel.refused import Refused

from .trade import ordered

NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
OPEN = [OpenInvoice(1, "INV-1", "REUTER", "EUR", Decimal(60)), OpenInvoice(2, "INV-2", "REUTER", "EUR", Decimal(50)), OpenInvoice(3, "INV-3", "REUTER", "USD", Decimal(9))]
CAME = receiving.Known(NOW, {"REUTER": 1}, frozenset({"USED"}), OPEN)


def paid(amount: str, ref: str = "P-1", currency: str = "EUR", **fields) -> ReceivePayment:
    return ReceivePayment(ref, fields.pop("customer", "REUTER"), Decimal(amount), currency, **fields)


def parts(answer: receiving.Booked | Refused) -> str:
    return answer.detail if isinstance(answer, Refused) else ", ".join(f"{part} for {i.number}" for i, part in answer.parts)


@pytest.mark.parametrize("asks, told", [
    ([paid("70")], ["60 for INV-1, 10 for INV-2"]),
    ([paid("70"), paid("70", "P-2")], ["60 for INV-1, 10 for INV-2", "40 for INV-2"]),
    ([paid("70", invoices=("INV-2", "INV-1"))], ["50 for INV-2, 20 for INV-1"]),
    ([paid("70", invoices=())], [""]),
    ([paid("7", currency="CHF")], [""]),
    ([paid("7"), paid("7")], ["7 for INV-1", "Payment P-1 was booked before."]),
    ([paid("7", "USED")], ["Payment USED was booked before."]),
    ([paid("7", invoices=("INV-3",))], ["INV-3 is in USD, the payment in EUR."]),
    ([paid("7", invoices=("INV-9",))], ["There is no invoice INV-9."]),
    ([paid("0")], ["0 EUR cannot be paid: it must be above zero, with four decimals at most."]),
    ([paid("0.00001")], ["0.00001 EUR cannot be paid: it must be above zero, with four decimals at most."]),
    ([paid("7", currency="XYQ", customer="NOBODY")], ["XYQ is no ISO 4217 currency. There is no party NOBODY."]),
])
def test_a_payment_pays_what_it_names_or_the_oldest_open(asks, told):
    assert [parts(answer) for answer in receiving.decide(asks, CAME)] == told


DOCUMENTS = {(d.kind, d.name): d for d in [
    Document("invoice", 1, "INV-1", "REUTER", "EUR", Decimal(60)), Document("invoice", 2, "INV-2", "OTHER", "EUR", Decimal(60)),
    Document("payment", 1, "P-1", "REUTER", "EUR", Decimal(40)), Document("credit", 3, "CRN-1", "REUTER", "EUR", Decimal(30)),
    Document("payment", 4, "P-4", "REUTER", "USD", Decimal(30))]}


@pytest.mark.parametrize("asks, told", [
    ([Settle("INV-1", payment="P-1")], ["40"]),
    ([Settle("INV-1", payment="P-1"), Settle("INV-1", credit="CRN-1")], ["40", "20"]),
    ([Settle("INV-1", payment="P-1", amount=Decimal(41))], ["40 of the payment are left; 41 were to be allocated."]),
    ([Settle("INV-1", payment="P-1"), Settle("INV-1", credit="CRN-1", amount=Decimal(21))], ["40", "20 of INV-1 are open; 21 were to be settled."]),
    ([Settle("INV-2", payment="P-1")], ["There is no payment or credit P-1."]),
    ([Settle("INV-1", payment="P-4")], ["INV-1 is in EUR, the payment in USD."]),
    ([Settle("INV-9", payment="P-1")], ["There is no invoice INV-9."]),
    ([Settle("INV-1")], ["Name a payment or a credit, one of them."]),
    ([Settle("INV-1", payment="P-1", amount=Decimal(0))], ["0 EUR cannot be settled: it must be above zero, with four decimals at most."]),
])
def test_settling_needs_both_sides_open(asks, told):
    assert [a.detail if isinstance(a, Refused) else str(a.amount) for a in settling(asks, DOCUMENTS)] == told


LEFT = paying_back.Known(NOW, {"REUTER": 1}, frozenset(), [Owed(1, 3, None, "REUTER", "EUR", Decimal(30)), Owed(2, None, 1, "REUTER", "EUR", Decimal(40))],
                         {("REUTER", "EUR"): Decimal(50)})


@pytest.mark.parametrize("asks, told", [
    (["20", "20"], ["20 of 1", "10 of 1 10 of 2"]),
    (["51"], ["50 of what REUTER paid can be paid back; 51 asked."]),
    (["50", "1"], ["30 of 1 20 of 2", "0 of what REUTER paid can be paid back; 1 asked."]),
])
def test_what_goes_back_is_owed_and_was_paid(asks, told):
    asked = [PayBack(f"R-{n}", "REUTER", Decimal(amount), "EUR") for n, amount in enumerate(asks)]
    answers = paying_back.decide(asked, LEFT)
    assert [a.detail if isinstance(a, Refused) else " ".join(f"{part} of {o.item}" for o, part in a.parts) for a in answers] == told


def billed(given, *amounts: str) -> list[str]:
    """Invoices of these amounts, oldest first."""
    orders = [ordered(given, (1, amount), invoice_rule="order") for amount in amounts]
    return [told.invoice for told in invoice([Invoice(o) for o in orders], by="ann")]


def open_of(number: str) -> Decimal:
    item = OpenItem.objects.get(invoice__number=number)
    return item.amount - item.settled


def test_a_payment_is_booked_once_and_pays_the_oldest_invoices(given):
    given.customer()
    first, second = billed(given, "60.00", "50.00")
    [told] = receive_payment([paid("70.00")], by="ann", key="k")
    assert [(p.invoice, p.amount) for p in told.paid] == [(first, 60), (second, 10)]
    assert receive_payment([paid("70.00")], by="ann", key="k") == [told]
    [again] = receive_payment([paid("70.00")], by="ann")
    assert again.code == "payment-used"
    assert (open_of(first), open_of(second), Payment.objects.count()) == (0, 40, 1)


def test_a_named_invoice_is_paid_even_when_it_is_not_the_oldest(given):
    given.customer()
    first, second, third = billed(given, "60.00", "50.00", "40.00")
    receive_payment([paid("50.00", invoices=(second,)), paid("70.00", "P-2")], by="ann")
    assert [open_of(n) for n in (first, second, third)] == [0, 0, 30]


def test_money_on_account_is_set_against_a_later_invoice(given):
    given.customer()
    [told] = receive_payment([paid("80.00")], by="ann")
    assert (told.paid, told.on_account) == ((), 80)
    [number] = billed(given, "60.00")
    [done] = settle([Settle(number, payment="P-1")], by="ann")
    assert (done.amount, open_of(number)) == (60, 0)
    assert [a.code for a in settle([Settle(number, payment="P-1")], by="ann")] == ["invoice-settled"]


def test_what_was_credited_after_it_was_paid_can_be_paid_back_once(given):
    given.customer()
    [number] = billed(given, "60.00")
    receive_payment([paid("100.00")], by="ann")
    [credited] = credit([Credit(number, "broken")], by="ann")
    assert (credited.total, credited.settled) == (60, 0)
    back = [PayBack("R-1", "REUTER", Decimal(90), "EUR"), PayBack("R-2", "REUTER", Decimal(20), "EUR")]
    told, no = pay_back(back, by="ann")
    assert (told.amount, no.code) == (90, "refund-too-much")
    [rest] = pay_back([PayBack("R-3", "REUTER", Decimal(10), "EUR")], by="ann")
    assert rest.said() == "10.00 EUR paid back to REUTER (R-3)"
    assert not [item for item in OpenItem.objects.all() if item.settled != item.amount]


def test_a_credit_pays_another_invoice(given):
    given.customer()
    first, second = billed(given, "60.00", "50.00")
    receive_payment([paid("60.00", invoices=(first,))], by="ann")
    [credited] = credit([Credit(first, "broken")], by="ann")
    [done] = settle([Settle(second, credit=credited.credit, amount=Decimal("45.50"))], by="ann")
    assert (done.said(), open_of(second)) == (f"45.50 EUR of {credited.credit} set against {second}", Decimal("4.50"))
