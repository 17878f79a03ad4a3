"""Customs: what leaves the customs area says what it is, where it is from, what it weighs and what it is worth."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.test import Client

from hanse.fulfilment import customs
from hanse.fulfilment.commercial_invoice import invoice_pdf
from hanse.fulfilment.customs import Exported, declare
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.kernel.places import customs_area
from hanse.kernel.refused import Refused

from .floor import picked, released


def line(**fields):
    return {"position": 1, "sku": "BRG", "name": "Bearing", "hs_code": "84821010", "origin": "DE", "stock_unit": "piece", "weight_g": 100, "quantity": 2, "net": "10.00", "ordered": 3, "before": 0} | fields


def carton(*lines, to="NO", sscc="340123450000000012"):
    at = datetime(2026, 11, 16, tzinfo=UTC)
    return Exported(sscc, "H-7", "PO 7", "EUR", "DAP", "HAM", "Lager", "Kai 1", "20457 Hamburg", "DE", "Fjord AS", "Kaia 2", "0150 Oslo", to, "NO999", at, 400, list(lines))


@pytest.mark.parametrize("one, other, same", [("DE", "FR", True), ("DE", "NO", False), ("DE", "CH", False), ("CH", "LI", True), ("FR", "MC", True), ("GB", "IE", False), ("US", "US", True), ("US", "CA", False)])
def test_the_union_has_one_customs_border(one, other, same):
    assert (customs_area(one) == customs_area(other)) is same


@pytest.mark.parametrize("found, told", [
    ([carton(line(), to="FR")], "Carton 340123450000000012 stays in the customs area EU."),
    ([carton(line(hs_code="", origin=""))], "BRG has no tariff number (HS code) of at least six digits and no country of origin: keep it in the catalogue."),
    ([carton(line(hs_code="8482"), line(sku="NUT", position=2, weight_g=None))],
     "BRG has no tariff number (HS code) of at least six digits: keep it in the catalogue. NUT has no weight: keep it in the catalogue."),
])
def test_what_is_missing_is_named_at_once_and_inside_the_area_no_paper_is_needed(found, told):
    answer = declare(found)
    assert isinstance(answer, Refused) and answer.detail == told


def test_each_unit_carries_its_exact_share_of_the_value():
    one, other = carton(line()), carton(line(quantity=1, before=2), sscc="340123450000000029")
    [whole] = declare([one, other])
    assert [(it.quantity, it.net_g, it.value) for it in whole.lines] == [(3, 300, Decimal("10.00"))]
    assert (whole.net_g, whole.gross_g, whole.value, whole.sent_on, len(whole.cartons)) == (300, 800, Decimal("10.00"), date(2026, 11, 16), 2)
    assert [declare([c])[0].value for c in (one, other)] == [Decimal("6.67"), Decimal("3.33")]


def test_a_carton_for_norway_gets_a_commercial_invoice(given):
    pdfium = pytest.importorskip("pypdfium2")
    given.customer(country="NO"), given.stocked(given.item(hs_code="848210", origin="DE", name="Kugellager"), given.site(lanes={"NO": 3}), 9)
    order = given.order(("BRG-6204", 5))
    picked(order)
    first, _ = pack([Pack(order, contents=(PackLine(1, 2),)), Pack(order)], by="ann")
    [one] = declare(customs.exported(sscc=first.carton))
    [whole] = declare(customs.exported(order=int(order[2:])))
    assert (one.value, one.net_g, whole.value, whole.net_g, len(whole.cartons)) == (Decimal("20.00"), 200, Decimal("50.00"), 500, 2)
    words = " ".join(pdfium.PdfDocument(invoice_pdf([whole]))[0].get_textpage().get_text_range().split())
    for word in ("Commercial invoice", "Kugellager", "848210", "Norway", "DAP", "50.00", "0.500", first.carton):
        assert word in words
    client = Client()
    client.force_login(given.user("tomasz", "warehouse"))
    assert "Customs invoice" in client.get(f"/cartons/{first.carton}").content.decode()
    assert client.get(f"/cartons/{first.carton}/commercial-invoice.pdf").content.startswith(b"%PDF")


def test_what_went_out_over_a_line_and_is_not_invoiced_is_worth_what_the_line_is(given):
    given.customer(country="NO", over_percent=20), given.stocked(given.item(hs_code="848210", origin="DE"), given.site(lanes={"NO": 3}), 9)
    order = given.order(("BRG-6204", 5))
    [task] = released(order)
    pick([Pick(task.task, 6)], by="ann")
    pack([Pack(order)], by="ann")
    [whole] = declare(customs.exported(order=int(order[2:])))
    assert [(line.quantity, line.value) for line in whole.lines] == [(5, Decimal("50.00")), (1, Decimal("10.00"))]


def test_what_is_missing_leads_back_to_the_carton(given):
    given.customer(country="NO"), given.stocked(given.item(), given.site(lanes={"NO": 3}), 9)
    order = given.order(("BRG-6204", 5))
    picked(order)
    [told] = pack([Pack(order)], by="ann")
    client = Client()
    client.force_login(given.user("tomasz", "warehouse"))
    page = client.get(f"/cartons/{told.carton}/commercial-invoice.pdf", follow=True).content.decode()
    assert "BRG-6204 has no tariff number" in page
