"""Changes after release, in two phases: asked of the site, answered by the floor, or too late."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import User
from django.test import Client

from hanse.edge import verify
from hanse.fulfilment import reads
from hanse.fulfilment.answer_change import AnswerChange, Known, answer_change, decide
from hanse.fulfilment.models import Carton, Task
from hanse.fulfilment.pack import Pack, PackLine, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.relabel import Relabel, relabel
from hanse.fulfilment.stopping import Floor, Inside, Lying, Stop, plan
from hanse.inventory.models import Serial
from hanse.inventory.receive import Receive, receive
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.events import ChangeAsked, OrderChanged, UnitsCancelled
from hanse.orders.expire import Expire, expire
from hanse.orders.models import ChangeRequest, Line, Order
from hanse.orders.requests import Request
from hanse.partners.addresses import AddressGiven

from .floor import claimed, counters, packed, picked, released

ELSEWHERE = AddressGiven("DE", street="Lange Straße 1", postcode="18055", city="Rostock")
AFTER_CUT_OFF = datetime(2026, 11, 16, 15, 1, tzinfo=UTC)


def clean():
    return [(r.name, r.findings) for r in verify.run() if r.findings] == []


def in_words(answer):
    return answer.told.said() if hasattr(answer, "told") else answer.said()


# -- decided ------------------------------------------------------------------------------------------------------------


def request(id, kind="stop", state="requested", outcome="", fallback="return"):
    return Request(id, 7, 2, "HAM", kind, 3, fallback, AFTER_CUT_OFF, state, outcome, "", True)


def lying(task, open=0, waiting=0, packed=0, allocation=9, tracking="none"):
    return Lying(task, allocation, 5, "BRG", tracking, 21, "A-01", 31, "", open, waiting, packed)


@pytest.mark.parametrize("asks, told", [
    ([AnswerChange(1, True)], ["HAM stopped 3 units: 1 before they were picked, 2 BRG put back to A-01"]),
    ([AnswerChange(1, False, "loaded")], ["HAM cannot do what was asked (loaded): it comes back on arrival"]),
    ([AnswerChange(1, False, " ")], ["Say why."]),
    ([AnswerChange(1, True), AnswerChange(1, False, "loaded")], ["HAM stopped 3 units: 1 before they were picked, 2 BRG put back to A-01", "Request 1 is answered."]),
    ([AnswerChange(2, True)], ["Request 2 is accepted."]),
    ([AnswerChange(3, False, "gone")], ["HAM cannot do what was asked (gone): it goes on as it is"]),
    ([AnswerChange(4, True)], ["There is no request 4."]),
    ([AnswerChange(5, True, "fee 12 EUR")], ["HAM had the carrier turn it round (fee 12 EUR)"]),
])
def test_a_request_is_answered_once_and_a_no_says_why(asks, told):
    known = Known(
        {r.id: r for r in (request(1), request(2, state="accepted", outcome="done"), request(3, state="too-late", fallback="intercept"), request(5, "redirect"))},
        {1: [Stop(1, 9, 3, 1, "BRG", 3, 5)]}, {(7, 2): Floor([lying(11, open=1, waiting=2)])}, {})
    assert [in_words(answer) for answer in decide(asks, known)] == told


@pytest.mark.parametrize("quantity, left, tasks, cut, back, opened", [
    (2, 5, [lying(1, open=3), lying(2, open=2)], [(2, 2)], [], []),
    (4, 9, [lying(1, open=1, waiting=0), lying(2, waiting=4)], [(1, 1)], [(2, 3)], []),
    (3, 4, [lying(1, waiting=1, packed=4)], [], [(1, 3)], [8]),
    (9, 1, [lying(1, waiting=1)], [], [(1, 1)], []),
    (2, 0, [lying(1, packed=4)], [], [], []),
])
def test_the_least_work_comes_first_and_a_carton_is_opened_last(quantity, left, tasks, cut, back, opened):
    floor = Floor(tasks, [Inside(8, "SSCC-8", 41, 9, 5, "", "", 4)])
    done = plan([Stop(1, 9, 3, 1, "BRG", quantity, left)], floor, ())
    assert ([(t.task, n) for t, n in done.cut], [(t.task, n) for t, n, _ in done.put_back], list(done.opened)) == (cut, back, opened)


@pytest.mark.parametrize("named, said", [
    ((), "BRG is tracked by serial: name 1, 0 given."),
    (("S9",), "BRG is tracked by serial: name 1, 0 given."),
    (("S2",), ("S2",)),
])
def test_serials_that_go_back_are_named_where_not_all_of_them_do(named, said):
    found = plan([Stop(1, 9, 3, 1, "BRG", 1, 2)], Floor([lying(1, waiting=2, tracking="serial")], [], {1: ["S1", "S2"]}), named)
    assert (found.detail if isinstance(found, Refused) else found.put_back[0][2]) == said


# -- asked and answered ---------------------------------------------------------------------------------------------------


def company(given, stock=5):
    item, site = given.item(), given.site()
    given.customer(), given.stocked(item, site, stock)
    return item, site


def stopped(order, quantity, fallback="intercept", **fields):
    """Ask to stop units of line 1; the request."""
    [told] = cancel([Cancel(order, (CancelLine(1, quantity),), fallback=fallback, **fields)], by="ann")
    assert isinstance(told, UnitsCancelled | ChangeAsked), told
    return told.asked[-1].request


def accept(request, **fields):
    [told] = answer_change([AnswerChange(request, True, **fields)], by="ann")
    return told


def test_units_that_no_site_works_on_are_cancelled_at_once_and_the_others_are_asked_for(given):
    item, site = company(given)
    order = given.order(("BRG-6204", 8))
    released(order)
    [told] = cancel([Cancel(order, (CancelLine(1, 5),), "too many", fallback="let-go")], by="ann")
    assert isinstance(told, UnitsCancelled) and [x.quantity for x in told.lines] == [3]
    [asked] = told.asked
    assert asked.said() == "HAM asked to stop 2 BRG-6204 by 16.11. 16:00; if it cannot, it goes on as it is"
    assert (counters(order)["reserved"], given.free(item, site)) == (5, (5, 5))
    assert [f.reason for f in given.told("ChangeAsked")] == ["too many"]
    row = ChangeRequest.objects.get()
    assert (row.kind, row.units, row.state, row.outcome, row.asked_by) == ("stop", 2, "requested", "", "ann")


def test_released_units_are_not_cancelled_behind_the_sites_back(given):
    company(given)
    order = given.order(("BRG-6204", 5))
    released(order)
    [no] = cancel([Cancel(order, (CancelLine(1, 2),))], by="ann")
    assert no.detail == "2 of 2 units of line 1 are released. Say what follows if the site cannot (`fallback`: let-go, intercept or return), and it is asked."
    [no] = cancel([Cancel(order)], by="ann")
    assert no.code == "ask-the-site"
    [no] = change([Change(order, (ChangeLine(1, 3),))], by="ann")
    assert no.code == "ask-the-site" and no.errors[0].pointer == "#/lines/0/quantity"


def test_no_unit_is_asked_for_twice_and_a_site_cannot_answer_in_the_past(given):
    company(given)
    order = given.order(("BRG-6204", 5))
    released(order)
    stopped(order, 3)
    [no] = cancel([Cancel(order, (CancelLine(1, 3),), fallback="let-go")], by="ann")
    assert no.detail == "2 of 3 can be cancelled: the rest has left, or a site is asked to stop it. Cancel 2."
    [no] = cancel([Cancel(order, fallback="let-go", answer_by=datetime(2026, 11, 16, 8, tzinfo=UTC))], by="ann")
    assert no.code == "values-refused"


def test_cancel_while_picking_is_asked_of_the_site_and_taken_out_of_its_tasks(given):
    """Cancel while picking: request to the site, accepted."""
    item, site = company(given)
    order = given.order(("BRG-6204", 5))
    [task] = released(order)
    request = stopped(order, 2)
    assert (claimed(), Line.objects.get().cancelled) == (5, 0)
    told = accept(request)
    assert (told.units, told.withdrawn, told.put_back) == (2, 2, ())
    assert (claimed(), given.free(item, site), Line.objects.get().cancelled) == (3, (5, 3), 2)
    assert [f.lines[0].quantity for f in given.told("UnitsCancelled")] == [2]
    assert [(t.withdrawn, t.left) for f in given.told("TasksWithdrawn") for t in f.tasks] == [(2, 3)]
    [late] = pick([Pick(task.task, 5)], by="ann")
    assert late.code == "taken-out-of-range"
    pick([Pick(task.task, 3)], by="ann")
    assert given.stock() == {"bin": 2, "tote": 3} and clean()


@pytest.mark.parametrize("fallback, outcome", [("let-go", "let-go"), ("return", "return")])
def test_cancel_while_picking_that_is_too_late_takes_the_fallback(given, fallback, outcome):
    """Cancel while picking: too late, let go or returned on arrival as a fact."""
    company(given)
    carton = packed(order := given.order(("BRG-6204", 5)))
    request = stopped(order, 5, fallback)
    with clock.standing_at(AFTER_CUT_OFF):
        [told] = expire([Expire(request)], by="ann")
    assert told.fallback == fallback and ChangeRequest.objects.get().outcome == outcome
    [no] = answer_change([AnswerChange(request, True)], by="ann")
    assert no.code == "request-closed" and Carton.objects.get(sscc=carton.carton).opened_at is None


def test_picked_units_go_back_to_their_bin(given):
    item, site = company(given)
    picked(order := given.order(("BRG-6204", 5)))
    told = accept(stopped(order, 2))
    assert told.said() == "HAM stopped 2 units: 2 BRG-6204 put back to A-01"
    assert given.stock() == {"bin": 2, "tote": 3} and given.free(item, site) == (2, 0)
    assert [w.units for w in reads.to_pack("HAM")] == [3]
    row = Order.objects.get()
    assert (row.picked, row.put_back, row.freed, row.cancelled, row.status) == (5, 2, 2, 2, "picking")
    assert clean()


def test_an_edit_of_packed_units_forces_a_repack_task(given):
    """An edit of packed units opens their carton; the rest waits to be packed anew."""
    _, site = company(given, 8)
    given.stocked(given.item("NUT-M8"), site, 4)
    carton = packed(order := given.order(("BRG-6204", 5), ("NUT-M8", 4)))
    [told] = change([Change(order, (ChangeLine(1, 3),), fallback="intercept")], by="ann")
    assert isinstance(told, OrderChanged) and (told.changes, told.said()) == ((), "A change was asked of HAM")
    done = accept(told.asked[0].request)
    assert done.opened == (carton.carton,) and [(p.sku, p.quantity) for p in done.put_back] == [("BRG-6204", 2)]
    [waiting] = reads.to_pack("HAM")
    assert [(c["sku"], c["quantity"]) for c in waiting.contents] == [("BRG-6204", 3), ("NUT-M8", 4)]
    assert reads.staged("HAM") == [] and clean()
    [again] = pack([Pack(order)], by="ann")
    assert again.carton != carton.carton and sum(u.quantity for u in again.units) == 7
    assert Order.objects.get().status == "packed" and clean()


def test_only_the_carton_that_holds_the_units_is_opened(given):
    company(given)
    picked(order := given.order(("BRG-6204", 5)))
    first, second = pack([Pack(order, contents=(PackLine(1, 3),)), Pack(order, contents=(PackLine(1, 2),))], by="ann")
    assert accept(stopped(order, 1)).opened == (second.carton,)
    assert [c.carton for c in reads.staged("HAM")] == [first.carton] and clean()


def test_serials_go_back_by_name(given):
    given.item(tracking="serial"), given.site(), given.customer()
    receive([Receive("HAM", "BRG-6204", 3, "A-01", serials=("S1", "S2", "S3"))], by="ann")
    order = given.order(("BRG-6204", 3))
    [task] = released(order)
    pick([Pick(task.task, 3, serials=("S1", "S2", "S3"))], by="ann")
    pack([Pack(order)], by="ann")
    request = stopped(order, 1)
    [no] = answer_change([AnswerChange(request, True)], by="ann")
    assert no.code == "serials-missing" and ChangeRequest.objects.get().state == "requested"
    assert accept(request, serials=("S2",)).put_back[0].serials == ("S2",)
    assert set(Serial.objects.values_list("code", "account__kind")) == {("S1", "tote"), ("S2", "bin"), ("S3", "tote")} and clean()


def test_a_site_that_refuses_says_why_and_the_fallback_is_taken(given):
    company(given)
    packed(order := given.order(("BRG-6204", 5)))
    request = stopped(order, 5, "return")
    [told] = answer_change([AnswerChange(request, False, "on the lorry")], by="ann")
    assert told.said() == "HAM cannot do what was asked (on the lorry): it comes back on arrival"
    row = ChangeRequest.objects.get()
    assert (row.state, row.outcome, row.answer, row.answered_by) == ("refused", "return", "on the lorry", "ann")


def test_what_is_too_late_for_the_floor_the_dock_can_still_stop(given):
    """The fallback intercept: too late stays on record, and the dock takes the parcel out before it is handed over."""
    company(given)
    packed(order := given.order(("BRG-6204", 5)))
    request = stopped(order, 5)
    with clock.standing_at(AFTER_CUT_OFF):
        expire([Expire(request)], by="ann")
        assert accept(request).units == 5
    row = ChangeRequest.objects.get()
    assert (row.state, row.outcome, Order.objects.get().status, given.stock()) == ("too-late", "done", "cancelled", {"bin": 5}) and clean()


def test_what_went_short_meanwhile_is_not_stopped_again(given):
    company(given)
    order = given.order(("BRG-6204", 5))
    [task] = released(order)
    request = stopped(order, 4)
    pick([Pick(task.task, 2, "bin empty")], by="ann")
    assert accept(request).units == 2 and clean()


def test_two_requests_of_one_order_are_answered_together(given):
    company(given, 8)
    picked(order := given.order(("BRG-6204", 5)))
    asked = [stopped(order, 2), stopped(order, 3)]
    told = answer_change([AnswerChange(r, True) for r in asked], by="ann")
    assert [t.units for t in told] == [2, 3] and given.stock() == {"bin": 8} and clean()


def test_the_same_key_twice_answers_once(given):
    company(given)
    picked(order := given.order(("BRG-6204", 5)))
    request = stopped(order, 2)
    first, second = (answer_change([AnswerChange(request, True)], by="ann", key="k") for _ in range(2))
    assert first == second and given.stock() == {"bin": 2, "tote": 3}


# -- labels -------------------------------------------------------------------------------------------------------------


def test_address_change_after_release_before_a_label_is_made_is_done_at_once(given):
    """Address change after release: before the label, accepted at once; the label is made with it."""
    company(given)
    picked(order := given.order(("BRG-6204", 5)))
    [told] = change([Change(order, ship_to=ELSEWHERE)], by="ann")
    assert told.asked == ()
    [carton] = pack([Pack(order)], by="ann")
    assert carton.address == Order.objects.get().ship_to_id


def test_address_change_after_release_is_asked_of_the_site_that_labelled(given):
    """Address change after release: the floor already works on it. After the label: asked, labelled anew, never silently."""
    company(given)
    carton = packed(order := given.order(("BRG-6204", 5)))
    [no] = change([Change(order, ship_to=ELSEWHERE)], by="ann")
    assert no.code == "ask-the-site" and no.detail.startswith(f"5 units of {order} are labelled at HAM.")
    [told] = change([Change(order, ship_to=ELSEWHERE, fallback="intercept")], by="ann")
    [asked] = told.asked
    assert (asked.kind, asked.units) == ("address", 5)
    done = accept(asked.request)
    assert done.relabelled == (carton.carton,) and Carton.objects.get().address_id == Order.objects.get().ship_to_id != carton.address


def test_the_last_carton_labelled_anew_answers_the_request(given):
    company(given)
    picked(order := given.order(("BRG-6204", 5)))
    cartons = pack([Pack(order, contents=(PackLine(1, 3),)), Pack(order, contents=(PackLine(1, 2),))], by="ann")
    change([Change(order, ship_to=ELSEWHERE, fallback="intercept")], by="ann")
    relabel([Relabel(cartons[0].carton)], by="ann")
    assert ChangeRequest.objects.get().state == "requested"
    relabel([Relabel(cartons[1].carton)], by="ann")
    assert ChangeRequest.objects.get().outcome == "done" and len(given.told("ChangeAccepted")) == 1


def test_a_second_address_waits_for_the_answer_to_the_first(given):
    company(given)
    packed(order := given.order(("BRG-6204", 5)))
    change([Change(order, ship_to=ELSEWHERE, fallback="intercept")], by="ann")
    [no] = change([Change(order, ship_to=AddressGiven("DE", street="Am Kai 2", postcode="18055", city="Rostock"), fallback="intercept")], by="ann")
    assert no.code == "change-asked"


def test_carrier_switch_is_asked_of_the_site_and_the_label_shows_the_new_one(given):
    """Carrier switch: the old label is void, the promise stays as the lane says, the score of the old carrier is untouched."""
    company(given)
    order = given.order(("BRG-6204", 5))
    change([Change(order, carrier="ups")], by="ann")
    packed(order)
    assert Carton.objects.get().carrier == "UPS"
    [told] = change([Change(order, carrier="DHL", fallback="let-go")], by="ann")
    assert (told.changes, [a.what for a in told.asked]) == (("carrier DHL",), ["send with DHL"])
    accept(told.asked[0].request)
    assert Carton.objects.get().carrier == "DHL"


def test_a_preview_says_who_is_asked_and_asks_nobody(given):
    company(given)
    packed(order := given.order(("BRG-6204", 5)))
    wish = {"order": order, "lines": (ChangeLine(1, 4),), "carrier": "DHL", "fallback": "return"}
    [seen] = change([Change(**wish)], by="ann", dry_run=True)
    assert [a.kind for a in seen.asked] == ["stop", "carrier"] and not ChangeRequest.objects.exists()
    [done] = change([Change(**wish, accept=seen.after.mark)], by="ann")
    assert isinstance(done, OrderChanged) and done.version == Order.objects.get().version == 2 and ChangeRequest.objects.count() == 2


def test_a_preview_expires_when_the_floor_went_on(given):
    company(given)
    order = given.order(("BRG-6204", 5))
    [seen] = change([Change(order, (ChangeLine(1, 4),), fallback="return")], by="ann", dry_run=True)
    released(order)
    [no] = change([Change(order, (ChangeLine(1, 4),), fallback="return", accept=seen.after.mark)], by="ann")
    assert no.code == "preview-expired" and Task.objects.count() == 1


# -- at the doors ---------------------------------------------------------------------------------------------------------


def test_a_machine_asks_looks_and_answers(given, caller):
    company(given)
    picked(order := given.order(("BRG-6204", 5)))
    desk, floor = caller("order desk"), caller("warehouse")
    assert desk.post(f"/orders/{order}/cancel", {"lines": [{"line": 1, "quantity": 2}]}).json()["code"] == "ask-the-site"
    told = desk.post(f"/orders/{order}/cancel", {"lines": [{"line": 1, "quantity": 2}], "fallback": "return", "answer_by": "2036-01-01T12:00:00+01:00"}).json()
    assert told["asked"][0]["answer_by"].startswith("2036-01-01")
    [row] = desk.get(f"/changes?order={order}").json()["items"]
    assert (row["kind"], row["units"], row["state"], row["contents"][0]["sku"]) == ("stop", 2, "requested", "BRG-6204")
    assert desk.post("/changes/expired/batch", [{"request": row["request"]}]).json()[0]["refused"] == "not-due"
    assert desk.post("/changes/answers/batch", [{"request": row["request"], "accept": True}]).status_code == 403
    [done] = floor.post("/changes/answers/batch", [{"request": row["request"], "accept": True}]).json()
    assert done["told"] == "ChangeAccepted" and desk.get("/changes").json()["items"] == []
    assert desk.get("/changes?open=false").json()["items"][0]["outcome"] == "done"


@pytest.mark.parametrize("wanted, then", [("/pack", "/pack"), ("https://elsewhere.example/", "/changes"), ("", "/changes")])
def test_a_tap_leads_back_to_where_it_was_tapped_and_nowhere_else(given, wanted, then):
    company(given)
    picked(order := given.order(("BRG-6204", 5)))
    request = stopped(order, 2)
    client = Client()
    client.force_login(User.objects.get(pk=given.user("tomasz", "warehouse").pk))
    assert "Stop 2 BRG-6204" in client.get("/changes?site=HAM").content.decode()
    said = client.post(f"/changes/{request}/answer", {"reason": "loaded already", "back": wanted, "key": "k"})
    assert said.headers["Location"] == then and ChangeRequest.objects.get().state == "refused"
