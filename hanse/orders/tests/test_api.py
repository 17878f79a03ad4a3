"""The API of orders: common-sense bodies, all findings at once, the same answer for the same key."""


ORDER = {"customer": "REUTER", "ref": "PO 1", "lines": [{"sku": "BRG-6204", "quantity": 5}]}


def company(given, stock=8):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, stock)


def test_an_order_is_placed_read_changed_held_and_cancelled(given, caller):
    company(given)
    desk = caller("order desk")
    made = desk.post("/orders", ORDER)
    assert made.status_code == 201, made.content
    number = made.json()["order"]
    assert made.json()["told"] == "OrderPlaced"
    listed = desk.get("/orders", q="PO").json()["items"]
    assert [row["number"] for row in listed] == [number] and listed[0]["status"] == "allocated"
    seen = desk.post(f"/orders/{number}/change", {"lines": [{"line": 1, "quantity": 9}], "preview": True}).json()
    assert seen["after"]["waiting"] == 1
    assert desk.post(f"/orders/{number}/change", {"lines": [{"line": 1, "quantity": 9}], "accept": seen["after"]["mark"]}).status_code == 200
    assert desk.post(f"/orders/{number}/hold", {"type": "credit"}).status_code == 200
    assert desk.post(f"/orders/{number}/hold", {"type": "credit"}).json()["code"] == "hold-stands"
    assert desk.post(f"/orders/{number}/cancel", {"lines": [{"line": 1, "quantity": 2}], "reason": "too many"}).status_code == 200
    kinds = [event["kind"] for event in desk.get(f"/orders/{number}/events").json()["items"]]
    assert kinds[0] == "OrderPlaced" and {"UnitsAllocated", "OrderChanged", "OrderHeld", "UnitsCancelled"} < set(kinds)


def test_refusals_are_problems_with_all_findings(given, caller):
    company(given)
    desk = caller("order desk")
    no = desk.post("/orders", {"customer": "NOBODY", "lines": [{"sku": "GONE", "quantity": 1}, {"sku": "BRG-6204", "quantity": 1}]})
    assert no.status_code == 422 and no["Content-Type"] == "application/problem+json"
    assert [e["pointer"] for e in no.json()["errors"]] == ["#/customer", "#/lines/0/sku"]
    short = desk.post("/orders", ORDER | {"lines": [{"sku": "BRG-6204", "quantity": 9}], "reserve": "or_refuse"})
    assert (short.status_code, short.json()["code"]) == (409, "stock-short")
    assert desk.post("/orders", ORDER | {"colour": "red"}).status_code == 422
    assert desk.get("/orders/H-1/events").status_code == 404


def test_a_batch_answers_each_ask_and_a_replay_says_so(given, caller):
    company(given)
    desk = caller("order desk")
    first = desk.post("/orders/batch", [ORDER, ORDER], key="b1")
    assert [a.get("told") or a["refused"] for a in first.json()] == ["OrderPlaced", "ref-used"]
    again = desk.post("/orders/batch", [ORDER, ORDER], key="b1")
    assert again.json()[0] == first.json()[0] and again["Idempotent-Replayed"] == "true"
    assert desk.post("/orders/batch", [ORDER], key="b1").json()["code"] == "key-reused"


def test_who_has_no_grant_is_refused(given, caller):
    company(given)
    assert caller("read").post("/orders", ORDER).json()["code"] == "not-granted"
