"""Papers: a PDF says what the document says, over as many pages as it needs."""

import re
from decimal import Decimal

import pytest

from hanse.billing import papers, reads
from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.orders.place import PlaceLine

from .trade import ordered


def pages(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b(?!s)", pdf))


def billed(given, lines: int = 2) -> str:
    given.item("A", tax_rate=Decimal(19), name="Kugellager <6204> & Ring")
    given.item("B", tax_rate=Decimal(7), name="Łożysko")
    given.customer(name="Reuter & Söhne")
    order = ordered(given, *[PlaceLine("A" if n % 2 else "B", 3) for n in range(lines)], freight=Decimal("4.90"), invoice_rule="order", ref="PO 7")
    [told] = invoice([Invoice(order)], by="ann")
    return told.invoice


def test_an_invoice_says_what_was_billed_with_tax_by_category(given, monkeypatch):
    number = billed(given)
    receive_payment([ReceivePayment("P-1", "REUTER", Decimal("10.00"), "EUR", invoices=(number,))], by="ann")
    document = reads.document(number)
    assert document is not None
    assert [(t.category, t.rate, t.taxed, t.tax) for t in document.taxes] == [("S", 19, Decimal("32.45"), Decimal("6.17")), ("S", 7, Decimal("32.45"), Decimal("2.27"))]
    assert (document.total, document.open) == (Decimal("73.34"), Decimal("63.34"))
    said: list[str] = []
    told = papers._text
    monkeypatch.setattr(papers, "_text", lambda words, **style: said.append(words) or told(words, **style))
    pdf = papers.invoice_pdf(document)
    assert pdf.startswith(b"%PDF-") and pages(pdf) == 1
    for words in ("Invoice", number, "PO 7", "Łożysko", "Reuter & Söhne", "Tax S 19 % on 32.45", "6.17", "73.34", "63.34", "16 December 2026", "Germany"):
        assert any(words in text for text in said), words


@pytest.mark.parametrize("lines, wanted", [(2, 1), (120, 5)])
def test_a_long_invoice_goes_over_several_pages(given, lines, wanted):
    document = reads.document(billed(given, lines))
    assert document is not None
    pdf = papers.invoice_pdf(document)
    assert wanted - 1 <= pages(pdf) <= wanted + 1
    assert pdf == papers.invoice_pdf(document), "the same document makes the same bytes"


def test_a_discount_is_said_below_its_line(given):
    given.item("A", price="10.00")
    given.customer()
    order = ordered(given, PlaceLine("A", 3, discount=Decimal("1.50")), invoice_rule="order")
    invoice([Invoice(order)], by="ann")
    document = reads.document("INV-2026-000001")
    assert document is not None
    assert papers._under(document.lines[0], "EUR") == "A · less 1.50"


def test_a_credit_note_names_what_it_corrects_and_why(given, monkeypatch):
    number = billed(given)
    [told] = credit([Credit(number, "damaged on the way")], by="ann")
    said: list[str] = []
    plain = papers._text
    monkeypatch.setattr(papers, "_text", lambda words, **style: said.append(words) or plain(words, **style))
    document = reads.document(told.credit)
    assert document is not None
    papers.invoice_pdf(document)
    assert {"Credit note", told.credit, number, "Reason: damaged on the way"} <= set(said)


def test_lists_page_by_number_and_filter(given):
    number = billed(given)
    [told] = credit([Credit(number, "damaged")], by="ann")
    assert [d.number for d in reads.documents()] == [told.credit, number]
    assert [d.number for d in reads.documents(before=told.credit)] == [number]
    assert reads.documents(open=True) == []
    assert [d.number for d in reads.documents(customer="REUTER", kind="invoice", open=False)] == [number]
    assert reads.documents(order="H-1") == []
    assert reads.document("INV-1") is None


def test_accounts_say_who_owes_what(given):
    from datetime import date

    billed(given)
    receive_payment([ReceivePayment("P-1", "REUTER", Decimal("10.00"), "EUR", invoices=())], by="ann")
    [account] = reads.accounts(date(2027, 1, 1))
    assert (account.customer, account.owed, account.on_account, account.overdue) == ("REUTER", Decimal("73.34"), 10, Decimal("73.34"))
