"""Drafts: an order that is being written, kept with its holes, and placed once."""

import json

import pytest

from hanse.kernel.refused import Refused
from hanse.orders.drop_drafts import DropDraft, drop_drafts
from hanse.orders.models import Draft, Order
from hanse.orders.place import Place, PlaceLine
from hanse.orders.place_drafts import PlaceDraft, place_drafts, written
from hanse.orders.place_drafts import decide as decide_placing
from hanse.orders.save_drafts import DraftFact, SaveDraft, decide, save_drafts
from hanse.web.words import in_words

WHOLE = {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": "3"}]}
PLACED, WRITTEN = DraftFact(1, "{}", 7), DraftFact(2, json.dumps(WHOLE), None)


@pytest.mark.parametrize("ask, words", [
    (SaveDraft({}), "Draft E-9 saved with 0 lines"),
    (SaveDraft(WHOLE), "Draft E-9 saved with 1 line for REUTER"),
    (SaveDraft({"customer": 7, "lines": "none yet"}), "Draft E-9 saved with 0 lines"),
    (SaveDraft(WHOLE, "E-2"), "Draft E-2 saved with 1 line for REUTER"),
    (SaveDraft(WHOLE, "E-1"), "E-1 was placed as H-7. A draft becomes one order."),
    (SaveDraft(WHOLE, "E-3"), "There is no draft E-3."),
    (SaveDraft({"ref": "x" * 300_000}), "At most 200000 bytes of an order are taken at once; this has 300010."),
])
def test_whatever_was_typed_is_kept_unless_the_draft_is_an_order_already(ask, words):
    assert [in_words(a) for a in decide([ask], {"E-1": PLACED, "E-2": WRITTEN}, [9])] == [words]


def test_a_draft_is_placed_once_in_a_batch_as_it_was_saved_or_as_it_stands_now():
    now = Place("REUTER", (PlaceLine("OIL-1", 1),))
    saved, again, other, unknown = decide_placing([PlaceDraft("E-2"), PlaceDraft("E-2"), PlaceDraft("E-1", now), PlaceDraft("E-4")], {"E-1": PLACED, "E-2": WRITTEN})
    assert (saved.customer, saved.lines[0].quantity) == ("REUTER", 3)
    assert [a.code for a in (again, other, unknown)] == ["draft-placed", "draft-placed", "draft-unknown"]


def test_all_holes_of_a_draft_are_said_at_once():
    found = written('{"lines": [{"sku": "BRG-6204"}], "requested_on": "soon"}')
    assert isinstance(found, Refused)
    assert [e.pointer for e in found.errors] == ["#/customer", "#/lines/0/quantity", "#/requested_on"]


def test_a_draft_promises_and_reserves_nothing_until_it_is_placed_and_then_it_is_done(given):
    item, site = given.item(), given.site()
    given.customer()
    given.stocked(item, site, 5)
    [saved] = save_drafts([SaveDraft(WHOLE)], by="ann", key="k")
    assert (given.free(item, site), Order.objects.count()) == ((5, 0), 0)
    [placed] = place_drafts([PlaceDraft(saved.draft)], by="ann", key="p")
    assert (given.free(item, site), placed.order) == ((5, 3), f"H-{Order.objects.get().pk}")
    assert place_drafts([PlaceDraft(saved.draft)], by="ann", key="p") == [placed]
    [again] = place_drafts([PlaceDraft(saved.draft)], by="ann")
    assert again.code == "draft-placed"
    assert given.told("DraftPlaced") == [placed]
    assert len(given.told("OrderPlaced")) == 1


def test_a_refused_order_leaves_the_draft_as_it_is(given):
    given.customer()
    [saved] = save_drafts([SaveDraft(WHOLE)], by="ann")
    [answer] = place_drafts([PlaceDraft(saved.draft)], by="ann")
    assert isinstance(answer, Refused)
    assert Draft.objects.get().order_id is None


def test_a_dropped_draft_is_gone_and_one_that_was_placed_stays(given):
    item = given.item()
    given.customer()
    [one, other] = save_drafts([SaveDraft(WHOLE), SaveDraft({})], by="ann")
    place_drafts([PlaceDraft(one.draft)], by="ann")
    answers = drop_drafts([DropDraft(one.draft), DropDraft(other.draft), DropDraft(other.draft)], by="ann")
    assert [getattr(a, "code", "dropped") for a in answers] == ["draft-placed", "dropped", "draft-unknown"]
    assert Draft.objects.get().order_id and item


def test_the_api_keeps_opens_places_and_drops_drafts(given, caller):
    given.item(), given.customer()
    desk = caller("order desk")
    number = desk.post("/drafts", {"order": {"customer": "REUTER"}}).json()["draft"]
    assert caller("warehouse").post("/drafts", {"order": {}}).status_code == 403
    refused = desk.post(f"/drafts/{number}/place", {})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "#/lines")
    assert desk.post("/drafts", {"order": WHOLE, "draft": number}).json()["draft"] == number
    assert [row["draft"] for row in desk.get("/drafts").json()["items"]] == [number]
    assert desk.post(f"/drafts/{number}/place", {}).json()["told"] == "DraftPlaced"
    assert desk.get(f"/drafts/{number}").json()["order"] == f"H-{Order.objects.get().pk}"
    assert desk.post(f"/drafts/{number}/drop", {}).status_code == 409
    assert desk.get("/drafts/E-0").status_code == 404


def test_the_form_is_saved_with_its_holes_opened_filled_and_placed(given, client):
    given.item(), given.customer(), given.site()
    client.force_login(given.user("ina", "order desk"))
    form = {"customer": "REUTER", "ship_to_code": "main", "sku": ["BRG-6204", ""], "quantity": ["x2", ""], "unit_price": ["", ""], "key": "1"}
    page = client.post("/orders/drafts/save", form)
    draft = Draft.objects.get()
    assert page["Location"] == f"/orders/drafts/E-{draft.pk}"
    assert draft.body == {"customer": "REUTER", "ship_to": "main", "lines": [{"sku": "BRG-6204", "quantity": "x2"}]}
    opened = client.get(page["Location"]).content.decode()
    assert 'value="x2"' in opened and "whole number" in opened
    assert "REUTER" in client.get("/orders/drafts").content.decode()
    placed = client.post("/orders/new", form | {"draft": f"E-{draft.pk}", "quantity": ["2", ""], "key": "2"})
    assert placed["Location"] == f"/orders/H-{Order.objects.get().pk}"
    assert "No drafts" in client.get("/orders/drafts").content.decode()
