"""Races about money: twenty at once on the same thing. One effect, a clear answer for everybody, no gap in the numbers."""

import threading
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import connections

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, Units, invoice
from hanse.billing.models import Invoice as Kept
from hanse.billing.models import OpenItem, Payment, Series
from hanse.billing.pay_back import PayBack, pay_back
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.billing.settle import Settle, settle
from hanse.edge import verify
from hanse.journal.principals import HANSE

from .trade import ordered

MANY = 20


def at_once(*tasks: Callable[[], list[Any]]) -> Counter[str]:
    """Run all at the same instant, each with a connection of its own; how often each answer was given."""
    start, answers = threading.Barrier(len(tasks)), []

    def run(task: Callable[[], list[Any]]) -> None:
        start.wait()
        try:
            answers.extend(task())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[task]) for task in tasks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(getattr(a, "code", type(a).__name__) for a in answers)


def money_is_right() -> bool:
    return not any(r.wrong for r in verify.run(["INV-9", "INV-11", "INV-12"]))


def test_one_order_is_billed_once_and_different_orders_leave_no_gap(lasting):
    lasting.customer()
    orders = [ordered(lasting, (2, "20.00"), invoice_rule="order") for _ in range(5)]
    told = at_once(*[lambda n=n: invoice([Invoice(orders[n % 5])], by=HANSE) for n in range(MANY)])
    assert told == {"InvoiceIssued": 5, "nothing-to-invoice": 15}
    assert Series.objects.get().last == Kept.objects.count() == 5
    assert money_is_right()


def test_the_last_unit_of_an_invoice_is_credited_once(lasting):
    lasting.customer()
    [billed] = invoice([Invoice(ordered(lasting, (3, "10.00"), invoice_rule="order"))], by="ann")
    told = at_once(*[lambda: credit([Credit(billed.invoice, "broken", (Units(1, 1),))], by=HANSE) for _ in range(MANY)])
    assert told == {"CreditIssued": 3, "credit-out-of-range": 17}
    assert money_is_right()


def test_a_payment_is_booked_once_and_never_pays_more_than_is_open(lasting):
    lasting.customer()
    invoice([Invoice(ordered(lasting, (1, "50.00"), invoice_rule="order"))], by="ann")
    same = [lambda: receive_payment([ReceivePayment("P", "REUTER", Decimal(30), "EUR")], by=HANSE) for _ in range(MANY // 2)]
    others = [lambda n=n: receive_payment([ReceivePayment(f"P-{n}", "REUTER", Decimal(30), "EUR")], by=HANSE) for n in range(MANY // 2)]
    assert at_once(*same, *others) == {"PaymentReceived": 11, "payment-used": 9}
    assert OpenItem.objects.get(owes=True).settled == 50
    assert money_is_right()


def test_what_is_on_account_goes_out_once_whichever_way(lasting):
    lasting.customer()
    receive_payment([ReceivePayment("P", "REUTER", Decimal(100), "EUR")], by="ann")
    [billed] = invoice([Invoice(ordered(lasting, (1, "500.00"), invoice_rule="order"))], by="ann")
    back = [lambda n=n: pay_back([PayBack(f"R-{n}", "REUTER", Decimal(30), "EUR")], by=HANSE) for n in range(MANY // 2)]
    set_against = [lambda: settle([Settle(billed.invoice, payment="P", amount=Decimal(30))], by=HANSE) for _ in range(MANY // 2)]
    told = at_once(*back, *set_against)
    assert told["MoneyPaidBack"] + told["InvoiceSettled"] == 3
    assert Payment.objects.count() == 1 + told["MoneyPaidBack"]
    assert money_is_right()
