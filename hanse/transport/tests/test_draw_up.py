"""Draw up: a bill of lading for what leaves together; its number decodes back from the printed form."""

import biip
import pytest

from hanse.fulfilment.tests.floor import packed
from hanse.transport import bill_paper
from hanse.transport.draw_up import Drawn, DrawUp, Loaded, decide, draw_up
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.models import Bill, Shipment

from .road import carriers
from .test_pages import window

ONE = Loaded(1, 7, "HAM", "0614141", 3, "UPS", 9, "")
TWO, ELSEWHERE, GONE = Loaded(2, 7, "HAM", "0614141", 3, "UPS", 9, ""), Loaded(3, 7, "HAM", "0614141", 3, "UPS", 8, ""), Loaded(4, 7, "HAM", "0614141", 3, "UPS", 9, "06141410000000012")
KNOWN = {s.id: s for s in (ONE, TWO, ELSEWHERE, GONE)}


@pytest.mark.parametrize("asks, told", [
    ([DrawUp((1, 2, 1))], ["Bill of lading 06141410000001231 drawn up at HAM for UPS: S-1, S-2"]),
    ([DrawUp((1,)), DrawUp((1, 2))], ["Bill of lading 06141410000001231 drawn up at HAM for UPS: S-1", "S-1 is on bill of lading 06141410000001231."]),
    ([DrawUp((1, 3))], ["The shipments of a bill of lading leave one site with one carrier for one address. Draw up a bill for each."]),
    ([DrawUp((4, 5))], ["There is no shipment S-5. S-4 is on bill of lading 06141410000000012."]),
    ([DrawUp((1,), terms="third-party")], ["Name the third party that pays the freight."]),
    ([DrawUp((1,), terms="third-party", bill_to="Freight Ltd")], ["Bill of lading 06141410000001231 drawn up at HAM for UPS: S-1"]),
    ([DrawUp(())], ["A bill of lading is for something."]),
])
def test_a_bill_is_for_what_leaves_together_and_a_shipment_is_on_one(asks, told):
    answers = decide(asks, KNOWN, [123, 124][:len(asks)])
    assert [a.told.said() if isinstance(a, Drawn) else a.detail for a in answers] == told


def test_a_prefix_without_numbers_left_is_refused():
    [no] = decide([DrawUp((1,))], KNOWN, [10**9])
    assert no.detail == "The company prefix of HAM has no numbers left for bills of lading."


@pytest.fixture
def load(given):
    """Two orders for one address that left HAM with UPS, one of them with dangerous goods."""
    carriers()
    site = given.site(street="Kai 1", city="Hamburg")
    given.customer(), given.stocked(given.item(), site, 9), given.stocked(given.item("OIL", un_number="UN1263", hazard_class="3", weight_g=500), site, 9)
    cartons = [packed(given.order(("BRG-6204", 5), ref="PO-1"), weight_g=520), packed(given.order(("OIL", 2), ref="PO-2"))]
    return [told.shipment for told in hand_over([HandOver(c.carton, "UPS") for c in cartons], by="ann")]


def test_the_form_says_what_is_on_it_and_its_number_decodes_back(given, load):
    pdfium, zxing = pytest.importorskip("pypdfium2"), pytest.importorskip("zxingcpp")
    [told] = draw_up([DrawUp(tuple(load), trailer="TR-7", seal="S123", pro="PRO9", terms="collect", counted_by="driver-pieces")], by="ann")
    assert set(Shipment.objects.values_list("bill__number", flat=True)) == {told.bill} and len(told.bill) == 17
    pdf = bill_paper.bill_pdf(bill_paper.bill(told.bill))
    page = pdfium.PdfDocument(pdf)[0]
    [code] = zxing.read_barcodes(page.render(scale=4).to_pil().convert("L"))
    assert {e.ai.ai: e.value for e in biip.parse(code.symbology_identifier + code.bytes.decode()).gs1_message.element_strings} == {"402": told.bill}
    words = " ".join(page.get_textpage().get_text_range().split())
    for word in ("Kai 1", "Kabutzenhof 21", "TR-7", "S123", "PRO9", "PO-1", "PO-2", "[X] Collect", "[X] By driver, pieces", "UN1263, class 3", "General merchandise", "0.52", "1.52", "Grand total", f"SID S-{load[0]}, S-{load[1]}"):
        assert word in words, word


def test_the_same_key_draws_up_once_and_a_second_bill_is_refused(given, load):
    one, again = (draw_up([DrawUp(tuple(load))], by="ann", key="k")[0] for _ in range(2))
    assert one == again and Bill.objects.count() == 1
    assert draw_up([DrawUp((load[0],))], by="ann")[0].code == "on-a-bill"


def test_a_bill_is_drawn_up_on_the_shipments_page(given, load):
    client = window(given, "tomasz", "warehouse")
    page = client.get(f"/shipments/{load[0]}").content.decode()
    assert "Draw up a bill of lading" in page and f"S-{load[1]}" in page
    assert client.post(f"/shipments/{load[0]}/bill", {"terms": "third-party", "loaded_by": "driver", "counted_by": "shipper", "key": "k1"}).status_code == 409
    client.post(f"/shipments/{load[0]}/bill", {"terms": "prepaid", "loaded_by": "driver", "counted_by": "shipper", "along": [str(load[1])], "key": "k2"})
    bill = Bill.objects.get()
    assert bill.loaded_by == "driver" and bill.shipments.count() == 2
    assert bill.number in client.get(f"/shipments/{load[1]}").content.decode()
    assert client.get(f"/bills-of-lading/{bill.number}/bill.pdf").content.startswith(b"%PDF")
