"""Papers: the bar codes on a label decode back from the printed page and from ZPL, and mean what they should."""

import re
from datetime import UTC, datetime

import biip
import pytest

from hanse.fulfilment import papers
from hanse.fulfilment.consolidate import Consolidate, consolidate
from hanse.fulfilment.label_codes import fits, modules, numeric_country, symbols
from hanse.fulfilment.papers import Paper, label_pdf
from hanse.fulfilment.zpl import EDGE, WIDE, label_zpl
from hanse.kernel.gs1 import FNC1, element_string, gsin

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


def read_from_zpl(zpl: str):
    """What a printer in UCC/EAN mode would print, read back: brackets away, `>8` is FNC1, `>0` is >."""
    found = []
    for mode, data in re.findall(r"\^BCN,\d+,Y,N,N,(\w)\^FD(.*?)\^FS", zpl):
        assert mode == "D"
        read = re.sub(r"[() ]", "", data).replace(">8", FNC1).replace(">0", ">")
        found.append({e.ai.ai: e.value for e in biip.parse("]C1" + read).gs1_message.element_strings})
    return found


def inside(gtin="4006381333931", quantity=5, lot="", **fields):
    return {"position": 1, "sku": "BRG", "gtin": gtin, "name": "Bearing", "lot": lot, "serials": [], "quantity": quantity, "ordered": 5, "outstanding": 0} | fields


SSCC = {"00": "340123450000000012"}


@pytest.mark.parametrize("fields, told", [
    ({}, [{"420": "18057"}, SSCC]),
    ({"to_country": "GB", "to_postcode": "SW1A 1AA"}, [{"421": "826SW1A1AA"}, SSCC]),
    ({"to_country": "PL", "to_postcode": "90-001"}, [{"421": "61690001"}, SSCC]),
    ({"to_postcode": ""}, [SSCC]),
    ({"scale_g": 2500}, [{"420": "18057", "3303": "002500"}, SSCC]),
    ({"scale_g": 1_234_567}, [{"420": "18057", "3300": "001235"}, SSCC]),
    ({"ref": "PO-7/26"}, [{"420": "18057", "400": "PO-7/26"}, SSCC]),
    ({"ref": "PO>7"}, [{"420": "18057", "400": "PO>7"}, SSCC]),
    ({"ref": "PO(7)"}, [{"420": "18057"}, SSCC]),
    ({"ref": "A" * 30, "scale_g": 2500}, [{"420": "18057", "3303": "002500"}, SSCC]),
    ({"ref": "4500123456", "scale_g": 2500, "items": [inside()]}, [{"02": "04006381333931", "37": "5"}, {"420": "18057", "3303": "002500", "400": "4500123456"}, SSCC]),
    ({"items": [inside(lot="L-1"), inside(lot="L-1", quantity=2)]}, [{"02": "04006381333931", "37": "7", "10": "L-1"}, {"420": "18057"}, SSCC]),
    ({"items": [inside(lot="L-1"), inside(lot="L-2")]}, [{"02": "04006381333931", "37": "10"}, {"420": "18057"}, SSCC]),
    ({"items": [inside(), inside("96385074")]}, [{"420": "18057"}, SSCC]),
    ({"items": [inside("")]}, [{"420": "18057"}, SSCC]),
    ({"items": [inside(stock_unit="gram")]}, [{"420": "18057"}, SSCC]),
])
def test_the_label_decodes_back_with_the_sscc_lowest(fields, told):
    assert read_from(label_pdf(paper(**fields))) == told
    assert read_from_zpl(label_zpl(paper(**fields))) == told


def test_what_does_not_fit_into_one_bar_code_gets_another():
    many = paper(ref="ORDER-2026-11", scale_g=2500, to_country="GB", to_postcode="SW1A 1AA", items=[inside(lot="LOT-2026-0001")])
    codes = symbols(many)
    assert all(fits(code) for code in codes) and len(codes) == 4
    assert read_from(label_pdf(many)) == read_from_zpl(label_zpl(many)) == [dict(code) for code in codes]


def test_a_label_printer_gets_bars_that_fit_and_no_command_in_a_name():
    zpl = label_zpl(paper(to_name="Reuter ^XZ ~JA_1", items=[inside(lot="LOT-2026-0001")], scale_g=2500))
    assert zpl.startswith("^XA\n^CI28") and zpl.endswith("^XZ\n") and "Reuter _5EXZ _7EJA_5F1" in zpl and "Łódź" in label_zpl(paper())
    for (x, dots), code in zip(re.findall(r"\^FO(\d+),\d+\^BY(\d)", zpl), symbols(paper(items=[inside(lot="LOT-2026-0001")], scale_g=2500)), strict=True):
        assert int(x) >= EDGE and int(x) + int(dots) * modules(code) <= WIDE - EDGE


def test_a_value_of_no_fixed_length_ends_with_fnc1_unless_it_is_last():
    assert element_string([("37", "5"), ("10", "L")]) == "375\x1d10L" and element_string([("02", "04006381333931"), ("37", "5")]) == "0204006381333931375"


def test_the_number_of_a_bill_of_lading_is_a_gsin_of_17_digits():
    assert gsin("0614141", 123) == "06141410000001231"


def test_a_long_name_stays_on_the_label_and_all_letters_are_there():
    assert "Łódź" in words_of(label_pdf(paper())) and "PO 7" in words_of(label_pdf(paper()))
    assert words_of(label_pdf(paper(to_name="Reuter " * 40))).count("…") == 1


def test_a_country_without_number_gets_no_routing_code():
    assert (symbols(paper(to_country="XK")), numeric_country("DE"), numeric_country("US")) == ([[("00", "340123450000000012")]], "276", "840")


def test_a_packed_carton_has_a_label_and_a_slip_without_prices(given):
    given.customer(), given.stocked(given.item(gtin="04006381333931", name="Kugellager"), given.site(), 5)
    carton = packed(given.order(("BRG-6204", 7)))
    bars = [{"02": "04006381333931", "37": "5"}, {"420": "18057"}, {"00": carton.carton}]
    assert read_from(papers.carton_label(carton.carton)) == bars and read_from_zpl(papers.carton_label_zpl(carton.carton)) == bars
    slip = words_of(papers.packing_slip(sscc=carton.carton))
    for word in (carton.order, "Kugellager", "04006381333931", carton.carton):
        assert word in slip
    assert "10.00" not in slip
    assert " ".join(slip.split()).count("04006381333931 7 5 2") == 1
    assert papers.packing_slip(order=int(carton.order[2:])) == papers.packing_slip(sscc=carton.carton)
    assert papers.carton_label("000000000000000000") is None and papers.packing_slip(order=1) is None


def test_the_outer_label_names_both_orders_and_each_has_its_slip(given):
    given.stocked(given.item(), given.site(), 9), given.customer()
    outer, inner = packed(given.order(("BRG-6204", 3), ref="PO 1"), weight_g=330), packed(given.order(("BRG-6204", 2), ref="PO 2"), weight_g=220)
    consolidate([Consolidate(inner.carton, outer.carton)], by="ann")
    slips = papers.packing_slip(outer.carton)
    assert [c.order in words_of(slips, n) for n, c in enumerate((outer, inner))] == [True, True]
    label = papers.carton_label_zpl(outer.carton)
    assert f"Order {outer.order}, {inner.order}   Your ref. PO 1, PO 2" in label and "0.55 kg" in label and "(3303)000550" in label
    assert inner.order in papers.carton_label_zpl(inner.carton) and outer.order not in papers.carton_label_zpl(inner.carton)
