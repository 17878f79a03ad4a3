"""Billing's API: the same answers as the operations, through keys and pages."""

from decimal import Decimal

import pytest
from django.test import Client

from hanse.edge import keys

from .trade import ordered


@pytest.fixture
def ask(given):
    """Call the API as a key that may do everything."""
    client = Client(headers={"Authorization": f"Bearer {keys.make('test', ['all'])}"})

    def call(path: str, body: object = None, key: str = "k"):
        if body is None:
            return client.get(f"/api/v1{path}")
        return client.post(f"/api/v1{path}", body, content_type="application/json", headers={"Idempotency-Key": key})

    return call


def test_an_invoice_from_the_request_to_its_payment(given, ask):
    given.customer()
    order = ordered(given, (2, "20.00"), invoice_rule="order")
    [told, no] = ask("/invoices/batch", [{"order": order}, {"order": "H-1"}]).json()
    assert (told["told"], told["invoice"], told["total"], no["refused"]) == ("InvoiceIssued", "INV-2026-000001", "20.0000", "order-unknown")
    again = ask("/invoices/batch", [{"order": order}, {"order": "H-1"}])
    assert (again.json(), again["Idempotent-Replayed"]) == ([told, no], "true")
    [paid] = ask("/payments/batch", [{"ref": "P-1", "customer": "REUTER", "amount": "25.00", "currency": "EUR"}]).json()
    assert (paid["told"], paid["on_account"]) == ("PaymentReceived", "5.0000")
    [credited] = ask("/credits/batch", [{"invoice": "INV-2026-000001", "reason": "broken", "lines": [{"line": 1, "quantity": 1}]}]).json()
    [back] = ask("/refunds/batch", [{"ref": "R-1", "customer": "REUTER", "amount": "15", "currency": "EUR"}]).json()
    assert (credited["total"], back["told"]) == ("10.0000", "MoneyPaidBack")
    one = ask("/invoices/INV-2026-000001").json()
    assert (one["open"], [s["name"] for s in one["settlements"]], one["credits"]) == ("0.0000", ["P-1"], [{"number": "CRN-2026-000001", "reason": "broken"}])
    assert ask("/invoices/INV-2026-000001.pdf").content.startswith(b"%PDF-")
    assert ask("/accounts?customer=REUTER").json() == []


def test_lists_go_on_behind_their_cursor(given, ask):
    given.customer()
    orders = [ordered(given, (1, "1.00"), invoice_rule="order") for _ in range(3)]
    ask("/invoices/batch", [{"order": o} for o in orders])
    page = ask("/invoices?limit=2&open=true&customer=REUTER").json()
    rest = ask(f"/invoices?limit=2&open=true&cursor={page['next']}").json()
    assert [d["number"][-1] for d in page["items"] + rest["items"]] == ["3", "2", "1"] and rest["next"] is None


@pytest.mark.parametrize("path, body, status", [
    ("/invoices/INV-1", None, 404), ("/invoices/INV-1.pdf", None, 404), ("/invoices?cursor=x", None, 422),
    ("/invoices/batch", [{"order": "H-1", "lines": [{"line": 0, "quantity": 1}]}], 422),
    ("/payments/batch", [{"ref": "P", "customer": "C", "amount": "NaN", "currency": "EUR"}], 422),
    ("/payments/batch", [{"ref": "P", "customer": "C", "amount": "1e400", "currency": "EUR"}], 422),
    ("/invoices/batch", [{"order": "H-1", "surprise": 1}], 422),
])
def test_what_cannot_be_taken_is_a_problem(ask, path, body, status):
    answer = ask(path, body)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")


def test_amounts_stay_exact(given, ask):
    given.customer(currency="KWD")
    given.item("K", currency="KWD", price="1.00")
    order = ordered(given, (3, "1.000"), invoice_rule="order", currency="KWD")
    [told] = ask("/invoices/batch", [{"order": order, "lines": [{"line": 1, "quantity": 2}]}]).json()
    assert Decimal(told["total"]) == Decimal("0.667")
