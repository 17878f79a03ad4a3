"""The pages of lots and audits: what they show, what they book, and for whom."""

from datetime import date

import pytest

from hanse.fulfilment.models import Carton, Scan
from hanse.fulfilment.recall_lot import RecallLot, recall_lot
from hanse.inventory.models import Lot
from hanse.inventory.receive import Receive, receive
from hanse.network.models import Site

from .floor import packed, picked, released
from .test_pages import window

ONE = {"sku": "MILK", "lot": "L1"}


@pytest.fixture
def dairy(given):
    """Ten units of MILK in lot L1 and four in L2; an order of three, reserved."""
    given.item("MILK", name="Whole milk", tracking="lot", gtin="4006381333931"), given.site(), given.customer(name="Café Süd")
    receive([Receive("HAM", "MILK", 10, "A-01", lot="L1", expires_on=date(2027, 1, 9), document="DN-7"),
             Receive("HAM", "MILK", 4, "A-01", lot="L2")], by="ann")
    given.sent = given.order(("MILK", 3))
    return given


def test_lots_are_found_by_code_item_and_state(dairy):
    client = window(dairy)
    page = client.get("/lots").content.decode()
    assert "L1" in page and "L2" in page and "no expiry" in page
    assert "L2" not in client.get("/lots?q=L1").content.decode()
    assert "No lot is like this" in client.get("/lots?view=stopped").content.decode()
    assert "L1" not in client.get("/lots?view=undated", headers={"HX-Request": "true"}).content.decode()


def test_a_lot_says_where_it_came_from_and_where_each_unit_is(dairy):
    sscc = packed(dairy.sent).carton
    page = window(dairy).get("/lots/one", ONE).content.decode()
    assert "10 of 10 that came" in page and "DN-7" in page and "A-01" in page and sscc[-7:] in page and "Café Süd" in page
    assert window(dairy).get("/lots/one", ONE | {"lot": "L9"}).status_code == 404


def test_a_lots_units_are_a_file_that_no_spreadsheet_takes_for_formulas(dairy):
    from hanse.partners.models import Party

    Party.objects.update(name="=cmd()")
    picked(dairy.sent)
    lines = window(dairy).get("/lots/one.csv", ONE).content.decode().splitlines()
    assert lines[0] == "sku,lot,status,place,site,container,order,customer,customer_name,quantity"
    assert lines[1:] == ["MILK,L1,released,bin,HAM,A-01,,,,7", f"MILK,L1,released,tote,HAM,{dairy.sent},{dairy.sent},REUTER,'=cmd(),3"]


def test_the_orders_hit_are_shown_before_a_lot_is_held_and_it_is_held_once(dairy):
    released(dairy.sent)
    client = window(dairy)
    page = client.get("/lots/hold", ONE).content.decode()
    assert dairy.sent in page and "1 order; 10 units leave their bins" in page and Lot.objects.get(code="L1").status == "released"
    no = client.post("/lots/hold", ONE | {"reason": "", "key": "k0"})
    assert no.status_code == 409 and "Say why." in no.content.decode()
    for _ in range(2):
        answer = client.post("/lots/hold", ONE | {"reason": "smells", "key": "k1"}, follow=True)
    assert "Held since" in answer.content.decode() and dairy.stock() == {"bin": 4, "quarantine": 10}
    assert "10 units go back into their bins" in client.get("/lots/release", ONE).content.decode()
    client.post("/lots/release", ONE | {"reason": "fine", "key": "k2"})
    assert dairy.stock() == {"bin": 14}
    assert "lot-released" not in client.get("/lots/release", ONE).content.decode()


def test_who_may_not_stop_a_lot_sees_it_and_no_button(dairy):
    client = window(dairy, "ina", "order desk")
    assert "Recall…" not in client.get("/lots/one", ONE).content.decode()
    page = client.get("/lots/recall", ONE).content.decode()
    assert "Not granted." in page and "Recall the lot" not in page
    assert client.post("/lots/recall", ONE | {"reason": "x", "key": "k"}).status_code == 409 and Lot.objects.get(code="L1").status == "released"


def test_picked_units_of_a_stopped_lot_need_a_person_and_are_taken_out_with_one_press(dairy):
    picked(dairy.sent)
    recall_lot([RecallLot("MILK", "L1", "glass")], by="ann")
    client = window(dairy)
    assert "3 MILK of lot L1, which is recalled" in client.get("/exceptions").content.decode()
    assert "Take out to quarantine" in client.get(f"/pack/{dairy.sent}/HAM").content.decode()
    for _ in range(2):
        client.post("/lots/take-out", ONE | {"order": dairy.sent, "reason": "glass", "key": "k1"})
    assert dairy.stock() == {"bin": 4, "quarantine": 10}
    assert "which is recalled" not in client.get("/exceptions").content.decode()


def test_a_carton_with_a_stopped_lot_says_so_wherever_it_stands(dairy):
    sscc = packed(dairy.sent).carton
    recall_lot([RecallLot("MILK", "L1", "glass")], by="ann")
    client = window(dairy)
    assert "It holds units of a lot that is stopped" in client.get(f"/cartons/{sscc}").content.decode()
    assert "Lot L1 is stopped" in client.get("/hand-over?site=HAM").content.decode()
    client.post("/lots/take-out", ONE | {"order": dairy.sent, "carton": sscc, "reason": "glass", "key": "k1"})
    assert "Opened again" in client.get(f"/cartons/{sscc}").content.decode()


@pytest.fixture
def audited(dairy):
    Site.objects.update(audit_percent=100)
    dairy.carton = packed(dairy.sent).carton
    return dairy


def test_a_carton_that_was_chosen_is_counted_blind(audited):
    client = window(audited)
    assert audited.carton[-7:] in client.get("/audits?site=HAM").content.decode()
    page = client.get(f"/audits/{audited.carton}").content.decode()
    assert "MILK" in page and ">3<" not in page.partition("<main")[2].partition("</main>")[0]
    assert client.post(f"/audits/{audited.carton}", {"sku": ["MILK", ""], "units": ["x", ""], "key": "k0"}).status_code == 422
    answer = client.post(f"/audits/{audited.carton}", {"sku": ["MILK", ""], "units": ["3", ""], "key": "k1"}, follow=True)
    assert "all as it should be" in answer.content.decode() and "As it should be" in answer.content.decode() and Carton.objects.get().audit == "passed"


def test_what_differs_goes_back_to_the_packing_station(audited):
    answer = window(audited).post(f"/audits/{audited.carton}", {"sku": ["MILK", "CAP"], "units": ["2", "1"], "key": "k1"})
    assert answer.status_code == 409 and "There is no item CAP." in answer.content.decode()
    answer = window(audited).post(f"/audits/{audited.carton}", {"sku": ["MILK", ""], "units": ["2", ""], "key": "k2"})
    assert answer.url == f"/pack/{audited.sent}/HAM" and audited.stock()["tote"] == 3
    assert "Opened again" in window(audited).get("/audits?site=HAM").content.decode()


def test_the_station_keeps_wrong_scans_and_packs_with_those_it_is_told(dairy):
    Site.objects.update(pack_scan="every")
    picked(dairy.sent)
    client = window(dairy)
    page = client.get(f"/pack/{dairy.sent}/HAM").content.decode()
    assert "Every unit is scanned" in page
    assert client.post(f"/pack/{dairy.sent}/HAM/scan", {"read": "NUT-08", "key": "s1"}).json() == {"right": False}
    assert Scan.objects.get().right is False
    few = client.post(f"/pack/{dairy.sent}/HAM", {"content": "1|3|L1||MILK MILK", "weight_g": "", "tare_g": "0", "key": "k1"})
    assert few.status_code == 409 and "2 of MILK were scanned, 3 are to be" in few.content.decode()
    client.post(f"/pack/{dairy.sent}/HAM", {"content": "1|3|L1||MILK MILK 4006381333931", "weight_g": "", "tare_g": "0", "key": "k2"})
    assert Carton.objects.count() == 1 and Scan.objects.filter(right=True, carton=Carton.objects.get().pk).count() == 3
