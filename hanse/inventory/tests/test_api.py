"""Master data and stock through the API: the payloads a newcomer would send."""

import json
from typing import Any

import pytest
from django.test import Client

from hanse.edge import keys


@pytest.fixture
def api(given):
    """Speaks to the API with a key that may do everything."""
    token, number, client = keys.make("masters", ["all"]), iter(range(1000)), Client(raise_request_exception=False)

    def call(path: str, body: Any = None, **query: Any) -> Any:
        headers = {"HTTP_AUTHORIZATION": f"Bearer {token}", "HTTP_IDEMPOTENCY_KEY": f"k-{next(number)}"}
        answer = client.get(f"/api/v1{path}", query, **headers) if body is None else client.post(
            f"/api/v1{path}", json.dumps(body), content_type="application/json", **headers)
        return answer.json() if answer.status_code == 200 else (answer.status_code, answer.json().get("code"))

    return call


@pytest.fixture
def company(api):
    """An item, a customer and two sites, each said in as few words as possible."""
    assert api("/items/batch", [{"sku": "BRG-6204", "name": "Bearing", "price": "10.50", "gtin": "4006381333931"}])[0]["told"] == "ItemAdded"
    assert api("/parties/batch", [{"code": "REUTER", "name": "Reuter KG", "addresses": [
        {"street": "Kabutzenhof 21", "postcode": "18057", "city": "Rostock", "country": "DE"}]}])[0]["told"] == "PartyAdded"
    told = api("/sites/batch", [
        {"code": "HAM", "country": "DE", "bins": [{"code": "A-01", "x_m": 1.5}], "lanes": [{"country": "DE", "days": 1, "cost": 4.9}], "cut_off": "15:00"},
        {"code": "RTM", "country": "NL"}])
    assert [t["told"] for t in told] == ["SiteAdded", "SiteAdded"]


def test_what_was_kept_can_be_read(api, company):
    item = api("/items/BRG-6204")
    assert (item["sku"], item["price"], item["currency"], item["packs"]) == ("BRG-6204", "10.5000", "EUR", [])
    party = api("/parties/REUTER")
    assert (party["roles"], party["addresses"][0]["code"], party["addresses"][0]["zone"]) == (["customer"], "main", "Europe/Berlin")
    sites = api("/sites")["items"]
    assert [(s["code"], s["zone"], s["bins"], [lane["days"] for lane in s["lanes"]]) for s in sites] == [
        ("HAM", "Europe/Berlin", 2, [1]), ("RTM", "Europe/Amsterdam", 1, [])]
    assert [b["code"] for b in api("/sites/HAM/bins")["items"]] == ["A-01", "DOCK"]
    assert api("/items/NONE") == api("/parties/NONE") == api("/sites/NONE") == api("/sites/NONE/bins") == (404, "not-found")


@pytest.mark.parametrize("path, body, code", [
    ("/items/batch", {"sku": "A", "gtin": "123"}, "gtin-wrong"),
    ("/parties/batch", {"code": "A", "addresses": [{"country": "DE", "postcode": "1"}]}, "address-wrong"),
    ("/sites/batch", {"code": "A"}, "values-refused"),
    ("/sites/batch", {"code": "A", "country": "DE", "cut_off": "15:00+02:00"}, "values-refused"),
    ("/items/batch", {"sku": "A", "price": "1.00001"}, "values-refused"),
    ("/stock/receipts/batch", {"site": "XXX", "sku": "A", "quantity": 1}, "sku-unknown"),
    ("/stock/moves/batch", {"site": "XXX", "sku": "A", "quantity": 1, "to_bin": "B"}, "sku-unknown"),
    ("/stock/counts/batch", {"site": "XXX", "sku": "A", "counted": 1}, "sku-unknown"),
    ("/stock/quarantines/batch", {"site": "XXX", "sku": "A", "quantity": 1, "reason": "wet"}, "sku-unknown"),
    ("/stock/inbound/batch", {"ref": "P", "site": "XXX", "sku": "A", "quantity": 1, "due_on": "2026-12-01"}, "sku-unknown"),
])
def test_what_is_wrong_is_refused_alone(api, path, body, code):
    [answer] = api(path, [body])
    assert answer["refused"] == code and answer["errors"]


def test_items_are_paged_and_found(api):
    api("/items/batch", [{"sku": f"S-{n:02}", "name": "100% wool_"} for n in range(5)])
    first = api("/items", limit=3)
    assert [i["sku"] for i in first["items"]] == ["S-00", "S-01", "S-02"]
    assert [i["sku"] for i in api("/items", limit=3, cursor=first["next"])["items"]] == ["S-03", "S-04"]
    assert len(api("/items", q="0% w")["items"]) == 5 and api("/items", q="0_w")["items"] == []
    assert api("/items", cursor="nonsense") == (422, "values-refused")


def test_stock_says_what_is_there_coming_and_promisable(api, company):
    api("/stock/receipts/batch", [{"site": "HAM", "sku": "BRG-6204", "quantity": 10}])
    api("/stock/inbound/batch", [
        {"ref": "PO-2", "site": "HAM", "sku": "BRG-6204", "quantity": 7, "due_on": "2026-12-02"},
        {"ref": "PO-1", "site": "HAM", "sku": "BRG-6204", "quantity": 5, "due_on": "2026-12-01"},
        {"ref": "PO-1", "site": "RTM", "sku": "BRG-6204", "quantity": 3, "due_on": "2026-12-01"}])
    api("/stock/quarantines/batch", [{"site": "HAM", "sku": "BRG-6204", "quantity": 2, "reason": "wet"}])
    ham, rtm = api("/stock", sku="BRG-6204")["items"]
    assert (ham["site"], ham["on_hand"], ham["reserved"], ham["available"], ham["quarantine"]) == ("HAM", 8, 0, 8, 2)
    assert [(i["ref"], i["open"]) for i in ham["inbound"]] == [("PO-1", 5), ("PO-2", 7)]
    assert ham["promisable"] == [{"on": None, "quantity": 8}, {"on": "2026-12-01", "quantity": 13}, {"on": "2026-12-02", "quantity": 20}]
    assert (rtm["on_hand"], rtm["promisable"][1]["quantity"]) == (0, 3)
    assert [r["site"] for r in api("/stock", site="RTM")["items"]] == ["RTM"]
    first = api("/stock", limit=1)
    assert [r["site"] for r in api("/stock", limit=1, cursor=first["next"])["items"]] == ["RTM"]
    assert api("/stock", sku="NONE")["items"] == []


def test_movements_tell_what_lay_there_after_each(api, company):
    api("/stock/receipts/batch", [{"site": "HAM", "sku": "BRG-6204", "quantity": 10, "document": "DN-1"}])
    api("/stock/moves/batch", [{"site": "HAM", "sku": "BRG-6204", "quantity": 4, "to_bin": "A-01"}])
    api("/stock/counts/batch", [{"site": "HAM", "sku": "BRG-6204", "bin": "A-01", "counted": 3, "reason": "broken"}])
    api("/stock/receipts/batch", [{"site": "RTM", "sku": "BRG-6204", "quantity": 5}])
    rows = api("/stock/movements", sku="BRG-6204", site="HAM")["items"]
    assert [(r["act"], r["from_kind"], r["to_place"], r["quantity"], r["on_hand_after"]) for r in rows] == [
        ("BinCounted", "bin", "", 1, 9), ("StockMoved", "bin", "A-01", 4, 10), ("StockReceived", "supplier", "DOCK", 10, 10)]
    assert [r["document"] for r in rows] == ["", "", "DN-1"] and rows[0]["reason"] == "broken" and rows[0]["actor"] == "key:masters"
    assert [r["on_hand_after"] for r in api("/stock/movements", sku="BRG-6204")["items"]] == [14, 9, 10, 10]
    paged, cursor = [], ""
    while cursor is not None:
        page = api("/stock/movements", sku="BRG-6204", limit=1, cursor=cursor)
        paged += [r["on_hand_after"] for r in page["items"]]
        cursor = page["next"]
    assert paged == [14, 9, 10, 10]
    assert [r["on_hand_after"] for r in api("/stock/movements")["items"]] == [None] * 4
    assert [(b["site"], b["bin"], b["on_hand"]) for b in api("/stock/bins", sku="BRG-6204")["items"]] == [("HAM", "A-01", 3), ("HAM", "DOCK", 6), ("RTM", "DOCK", 5)]


@pytest.mark.parametrize("path", ["/items", "/stock", "/parties", "/items/\x00", "/parties/\x00", "/stock/movements"])
def test_a_nul_finds_nothing_and_breaks_nothing(api, path):
    answer = api(path, q="\x00", sku="\x00", site="\x00", role="\x00")
    assert isinstance(answer, dict) or answer[0] in (404, 422)
