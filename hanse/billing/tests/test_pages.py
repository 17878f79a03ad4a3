"""The invoice pages: what they show, that money is previewed, and who may book it."""

import pytest
from django.test import Client

from hanse.billing.invoice import Invoice as Bill
from hanse.billing.invoice import invoice
from hanse.billing.models import Invoice, Payment
from hanse.billing.tests.trade import ordered, ship


def window(given, name="fritz", role="finance"):
    client = Client()
    client.force_login(given.user(name, role))
    return client


@pytest.fixture
def billed(given):
    """An invoice of 10 units at 100.00 in all."""
    given.customer(name="Hotel Ostseeblick")
    order = ordered(given, (10, "100.00"))
    ship(given, order, [10])
    [told] = invoice([Bill(order)], by="ann")
    return told


@pytest.mark.parametrize("query, shown", [("", True), ("?view=overdue", False), ("?view=credits", False), ("?view=all", True), ("?q=Hotel", True), ("?q=Nobody", False)])
def test_documents_are_found_by_view_and_customer(given, billed, query, shown):
    assert (billed.invoice in window(given).get(f"/invoices{query}").content.decode()) is shown


def test_a_number_leads_to_its_document_and_an_order_to_its_own(given, billed):
    assert window(given).get("/invoices", {"q": billed.invoice})["Location"] == f"/invoices/{billed.invoice}"
    assert billed.invoice in window(given).get("/invoices", {"q": billed.order}).content.decode()
    assert window(given).get("/invoices/INV-1999-000001").status_code == 404


def test_an_invoice_shows_lines_what_is_open_and_how_it_compares(given, billed):
    page = window(given).get(f"/invoices/{billed.invoice}").content.decode()
    assert "ITEM-1" in page and "100.00 €" in page and "Order, delivery and invoice" in page and "Credit…" in page
    assert window(given).get(f"/invoices/{billed.invoice}.pdf").content.startswith(b"%PDF")


def test_a_credit_is_looked_at_first_and_issued_once(given, billed):
    client, address = window(given), f"/invoices/{billed.invoice}/credit"
    form = {"units_1": "4", "reason": "Damaged on the way", "key": "k1"}
    looked = client.post(address, form).content.decode()
    assert "Credit 4 units, 40.00 €" in looked and "60.00 €" in looked and Invoice.objects.count() == 1
    for _ in range(2):
        assert client.post(address, form | {"book": "1"}).status_code == 302
    assert [str(i.total) for i in Invoice.objects.filter(kind="credit")] == ["40.0000"]
    page = client.get(f"/invoices/{billed.invoice}").content.decode()
    assert "60.00 €" in page and "CRN-" in page


@pytest.mark.parametrize("form, finding", [
    ({"units_1": "4"}, "Say why; it stands on the credit."),
    ({"reason": "x"}, "Say how many units of which line."),
    ({"reason": "x", "units_1": "11"}, "10 of 11 units can still be credited."),
    ({"reason": "x", "units_1": "few"}, "Credit"),
])
def test_what_cannot_be_credited_says_why(given, billed, form, finding):
    answer = window(given).post(f"/invoices/{billed.invoice}/credit", form | {"key": "k1"})
    assert answer.status_code == 422 and finding in answer.content.decode()


def test_a_payment_is_looked_at_first_and_booked_once(given, billed):
    client, address = window(given), f"/invoices/{billed.invoice}/payment"
    form = {"amount": "120.00", "ref": "BANK-1", "method": "transfer", "key": "k1"}
    looked = client.post(address, form).content.decode()
    assert "Book 120.00 €" in looked and "20.00 €" in looked and not Payment.objects.exists()
    assert client.post(address, form | {"book": "1"}).status_code == 302
    assert "BANK-1" in client.get(f"/invoices/{billed.invoice}").content.decode()
    again = client.post(address, form | {"key": "k2"})
    assert again.status_code == 422 and "Payment BANK-1 was booked before." in again.content.decode()


@pytest.mark.parametrize("role", ["warehouse", "read-only"])
def test_who_may_only_look_books_no_money(given, billed, role):
    client = window(given, "rob", role)
    page = client.get(f"/invoices/{billed.invoice}").content.decode()
    assert "Credit…" not in page and "Book a payment…" not in page
    answer = client.post(f"/invoices/{billed.invoice}/credit", {"units_1": "1", "reason": "x", "book": "1", "key": "k1"})
    assert answer.status_code == 409 and Invoice.objects.count() == 1


@pytest.mark.parametrize("address", ["/invoices", "/invoices/INV-1", "/invoices/INV-1/credit", "/invoices/INV-1.pdf"])
def test_pages_ask_for_a_sign_in(given, address):
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize("address, part", [("/invoices", "invoices"), ("/invoices/{billed.invoice}", "invoice")])
def test_a_page_draws_only_what_changed_again(given, billed, address, part):
    page = window(given).get(address.format(billed=billed), headers={"HX-Request": "true"}).content.decode()
    assert f'id="{part}"' in page and "<html" not in page


def test_a_number_of_the_past_may_hold_a_slash(given, billed):
    from hanse.billing.credit import Credit, credit

    [told] = credit([Credit(billed.invoice, "of 1999", number="CR/99/7", at=billed.at)], by="ann")
    assert told.credit == "CR/99/7"
    page = window(given).get("/invoices/CR/99/7").content.decode()
    assert "of 1999" in page and "/invoices/CR/99/7.pdf" in page
    assert window(given).get("/invoices/CR/99/7.pdf").content.startswith(b"%PDF")
