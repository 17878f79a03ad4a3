"""Services, rates and choices by the API: what was kept is read back, a choice tells its candidates."""

import json

from hanse.fulfilment.tests.floor import packed

from .test_choose_service import standing

CARD = {"carrier": "UPS", "service": "STANDARD", "from_on": "2090-01-01", "zones": [{"zone": "DE", "country": "DE", "days": 2}], "rates": [{"zone": "DE", "price": "5.20", "up_to_g": 5000}]}


def test_services_are_kept_and_chosen_by_the_api(given, caller):
    order = standing(given)
    carton = packed(order).carton
    desk, admin = caller("transport"), caller("admin")
    [kept] = admin.post("/rate-cards/batch", [CARD]).json()
    assert kept["rates"] == 1
    [refused] = desk.post("/surcharges/batch", [{"carrier": "UPS", "service": "NONE", "kind": "fuel", "from_on": "2026-01-01", "percent": "9"}]).json()
    assert refused["refused"] == "service-unknown"
    read = {name: desk.get(name).json() for name in ("/services", "/rate-cards", "/rate-cards/UPS/STANDARD/2090-01-01", "/surcharges")}
    assert [s["code"] for s in read["/services"]] == ["EXPRESS", "STANDARD"] and len(read["/rate-cards"]) == 3
    assert read["/rate-cards/UPS/STANDARD/2090-01-01"]["rates"][0]["price"] == "5.2000" and desk.get("/rate-cards/UPS/X/2090-01-01").status_code == 404
    [chosen] = desk.post("/services/choices/batch", [{"order": order, "site": "HAM"}]).json()
    assert chosen["cartons"][0]["service"] == "STANDARD"
    [choice] = desk.get(f"/cartons/{carton}/choices").json()
    assert json.dumps(choice["lines"]) == '[["freight", "4.90"]]' and [c["why"] for c in choice["candidates"]] == ["", "5.00 dearer"]
