"""Papers: the bar codes on a label decode back from the printed page, and mean what they should."""

from datetime import UTC, datetime

import biip
import pytest

from hanse.fulfilment import papers
from hanse.fulfilment.papers import Paper, label_pdf, numeric_country, routing

from .floor import packed

pdfium = pytest.importorskip("pypdfium2", reason="rendering a PDF needs pypdfium2")
zxing = pytest.importorskip("zxingcpp")


def paper(**fields):
    plain = {
        "sscc": "340123450000000012", "order": "H-100001", "ref": "PO 7", "from_name": "Lager Hamburg", "from_street": "Kai 1", "from_city": "20457 Hamburg", "from_country": "DE",
        "to_name": "Łódź Łożyska & Söhne", "to_street": "Kabutzenhof 21", "to_postcode": "18057", "to_city": "Rostock", "to_country": "DE", "receiver": "Tor 3",
        "packed_at": datetime(2026, 11, 16, tzinfo=UTC), "weight_g": 2500, "promised_on": None, "count": 1, "of": 2, "items": [],
    }
    return Paper(**plain | fields)


def read_from(pdf: bytes):
    """What a scanner reads from the printed page, from top to bottom."""
    page = pdfium.PdfDocument(pdf)[0].render(scale=4).to_pil().convert("L")
    found = sorted(zxing.read_barcodes(page), key=lambda b: b.position.top_left.y)
    assert all(b.symbology_identifier == "]C1" for b in found)
    return [{e.ai.ai: e.value for e in biip.parse(b.symbology_identifier + b.bytes.decode()).gs1_message.element_strings} for b in found]


def words_of(pdf: bytes, page: int = 0) -> str:
    return pdfium.PdfDocument(pdf)[page].get_textpage().get_text_range()


@pytest.mark.parametrize("fields, told", [
    ({}, [{"420": "18057"}, {"00": "340123450000000012"}]),
    ({"to_country": "GB", "to_postcode": "SW1A 1AA"}, [{"421": "826SW1A1AA"}, {"00": "340123450000000012"}]),
    ({"to_country": "PL", "to_postcode": "90-001"}, [{"421": "61690001"}, {"00": "340123450000000012"}]),
    ({"to_postcode": ""}, [{"00": "340123450000000012"}]),
])
def test_the_label_decodes_back_with_the_sscc_lowest(fields, told):
    assert read_from(label_pdf(paper(**fields))) == told


def test_a_long_name_stays_on_the_label_and_all_letters_are_there():
    assert "Łódź" in words_of(label_pdf(paper())) and "PO 7" in words_of(label_pdf(paper()))
    assert words_of(label_pdf(paper(to_name="Reuter " * 40))).count("…") == 1


def test_a_country_without_number_gets_no_routing_code():
    assert (routing(paper(to_country="XK")), numeric_country("DE"), numeric_country("US")) == ("", "276", "840")


def test_a_packed_carton_has_a_label_and_a_slip_without_prices(given):
    given.customer(), given.stocked(given.item(gtin="04006381333931", name="Kugellager"), given.site(), 5)
    carton = packed(given.order(("BRG-6204", 7)))
    assert read_from(papers.carton_label(carton.carton)) == [{"420": "18057"}, {"00": carton.carton}]
    slip = words_of(papers.packing_slip(sscc=carton.carton))
    for word in (carton.order, "Kugellager", "04006381333931", carton.carton):
        assert word in slip
    assert "10.00" not in slip
    assert " ".join(slip.split()).count("04006381333931 7 5 2") == 1
    assert papers.packing_slip(order=int(carton.order[2:])) == papers.packing_slip(sscc=carton.carton)
    assert papers.carton_label("000000000000000000") is None and papers.packing_slip(order=1) is None
