"""F13 and natural opponents: what can happen once happens once, however many ask for it at one instant.

Through the API fifty equal requests come together, with one key and with fifty; by direct calls two opponents meet as
often as in the races. Everybody gets an answer that says what came of it, and in the end `hanse verify` finds nothing.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from hanse.catalogue.models import Item
from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.consolidate import Consolidate, consolidate
from hanse.fulfilment.models import Carton
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.tests.floor import packed, released
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.models import Site
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.expire import Expire, expire
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.partners.addresses import AddressGiven
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.tests.road import carriers
from tests.test_races import TIMES, at_once

pytestmark = pytest.mark.at_length
AT_ONCE = 50
ELSEWHERE = AddressGiven("DE", street="Lange Straße 1", postcode="18055", city="Rostock")


@pytest.fixture
def company(lasting):
    """A company with stock for everything that is ordered here."""
    lasting.item(), lasting.site(), lasting.customer()
    receive([Receive("HAM", "BRG-6204", 10_000, "A-01")], by=HANSE)
    carriers()
    return lasting


def orders(count: int) -> list[str]:
    """So many orders of two units."""
    return [placed.order for placed in place([Place("REUTER", (PlaceLine("BRG-6204", 2),))] * count, by=HANSE)]


def tasks_of(orders: list[str]) -> list[int]:
    """Release orders; the one pick task of each."""
    return [r.tasks[0].task for r in release([Release(order) for order in orders], by=HANSE)]


def on_totes(count: int) -> list[str]:
    """So many orders, picked."""
    made = orders(count)
    pick([Pick(task, 2) for task in tasks_of(made)], by=HANSE)
    return made


@pytest.fixture
def asked(caller):
    """Fifty equal requests at one instant: how often each status and told or refused came, and the answers."""

    def ask(path: str, body: Any, key: str | None = None) -> tuple[Counter, list[Any]]:
        desks = [caller("all")] * AT_ONCE if key else [caller("all") for _ in range(AT_ONCE)]
        answers = at_once([lambda desk=desk: desk.post(path, body, key) for desk in desks])
        return Counter(_said(a) for a in answers), answers

    return ask


def _said(answer: Any) -> tuple[int, str]:
    body = answer.json()
    one = body[0] if isinstance(body, list) else body
    return answer.status_code, one.get("told") or one.get("refused") or one["code"]


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


def findings() -> list[Any]:
    return [(r.name, r.findings) for r in verify.run() if r.wrong]


def test_one_order_with_one_key(company, asked):
    counted, answers = asked("/orders", {"customer": "REUTER", "lines": [{"sku": "BRG-6204", "quantity": 1}]}, "one")
    assert counted == {(201, "OrderPlaced"): AT_ONCE}
    assert len({a.content for a in answers}) == 1 and Order.objects.count() == 1
    assert sum(a.headers.get("Idempotent-Replayed") == "true" for a in answers) == AT_ONCE - 1
    assert findings() == []


def test_one_reference_of_a_customer(company, asked):
    counted, _ = asked("/orders", {"customer": "REUTER", "ref": "PO-1", "lines": [{"sku": "BRG-6204", "quantity": 1}]})
    assert counted.pop((201, "OrderPlaced")) == 1 and Order.objects.count() == 1
    assert set(counted) == {(409, "ref-used")}
    assert findings() == []


@pytest.mark.parametrize("path, ask, table", [
    ("/items/batch", {"sku": "NEW", "name": "new", "gtin": "4006381333931"}, "catalogue_item"),
    ("/parties/batch", {"code": "NEW", "name": "new", "roles": ["customer"]}, "partners_party"),
    ("/sites/batch", {"code": "NEW", "country": "DE", "bins": [{"code": "A-01"}]}, "network_site"),
])
def test_one_new_master(company, asked, path, ask, table):
    before = rows(table)
    counted, _ = asked(path, [ask])
    assert rows(table) == before + 1 and {status for status, _ in counted} == {200}
    assert sum(n for (_, said), n in counted.items() if said.endswith("Added")) == 1 and len(counted) == 2, counted
    assert findings() == []


@pytest.mark.parametrize("key", [None, "one"], ids=["fifty keys", "one key"])
def test_one_pick_task(company, asked, key):
    [task] = released(company.order(("BRG-6204", 5)))
    counted, _ = asked("/picks/batch", [{"task": task.task, "taken": 5}], key)
    assert company.stock()["tote"] == 5 and len(company.told("UnitsPicked")) == 1
    assert counted == ({(200, "UnitsPicked"): AT_ONCE} if key else {(200, "UnitsPicked"): 1, (200, "task-closed"): AT_ONCE - 1})
    assert findings() == []


@pytest.mark.parametrize("key", [None, "one"], ids=["fifty keys", "one key"])
def test_one_invoice(company, asked, key):
    carton = packed(order := company.order(("BRG-6204", 5)))
    hand_over([HandOver(carton.carton, "UPS")], by=HANSE)
    counted, _ = asked("/invoices/batch", [{"order": order}], key)
    assert rows("billing_invoice") == 1
    assert counted == ({(200, "InvoiceIssued"): AT_ONCE} if key else {(200, "InvoiceIssued"): 1, (200, "nothing-to-invoice"): AT_ONCE - 1})
    assert findings() == []


@pytest.mark.parametrize("key", [None, "one"], ids=["fifty keys", "one key"])
def test_one_payment_reference(company, asked, key):
    counted, _ = asked("/payments/batch", [{"ref": "bank 7", "customer": "REUTER", "amount": "10.00", "currency": "EUR"}], key)
    assert rows("billing_payment") == 1
    assert counted == ({(200, "PaymentReceived"): AT_ONCE} if key else {(200, "PaymentReceived"): 1, (200, "payment-used"): AT_ONCE - 1})
    assert findings() == []


@pytest.mark.parametrize("key", [None, "one"], ids=["fifty keys", "one key"])
def test_one_carton_handed_over(company, asked, key):
    carton = packed(company.order(("BRG-6204", 5)))
    counted, _ = asked("/handovers/batch", [{"carton": carton.carton, "carrier": "UPS"}], key)
    assert rows("transport_parcel") == 1 and company.stock()["transit"] == 5
    assert counted == ({(200, "ParcelHandedOver"): AT_ONCE} if key else {(200, "ParcelHandedOver"): 1, (200, "handed-over"): AT_ONCE - 1})
    assert findings() == []


def one(operation: Any, ask: Any) -> Any:
    """The answer to one ask, by hanse itself."""
    [answer] = operation([ask], by=HANSE)
    return answer


def kind(answer: Any) -> str:
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


def stop(order: str, units: int, fallback: str = "let-go") -> Any:
    """The answer to a wish to stop units of an order."""
    return one(cancel, Cancel(order, (CancelLine(1, units),), fallback=fallback))


def answer(request: int, accept: bool = True) -> Any:
    """The site's answer to a request."""
    return one(answer_change, AnswerChange(request, accept, "" if accept else "on the lorry"))


def later(now: datetime, act: Callable[[], Any]) -> Any:
    """Act at another time; every thread has a clock of its own."""
    with clock.standing_at(now):
        return act()


def test_cancel_against_pick(company):
    """Stopping and picking at once: every unit is in its bin and cancelled, or in the tote and wanted; none is half of both."""
    made = orders(TIMES)
    for order, task in zip(made, tasks_of(made), strict=True):
        request = stop(order, 1).asked[0].request
        done, taken = at_once([lambda r=request: answer(r), lambda t=task: one(pick, Pick(t, 2))])
        if isinstance(taken, Refused):
            assert taken.code == "taken-out-of-range" and done.withdrawn == 1
            assert kind(one(pick, Pick(task, 1))) == "UnitsPicked"
        else:
            assert [p.quantity for p in done.put_back] == [1]
        row = Order.objects.get(pk=int(order[2:]))
        assert (row.picked - row.put_back, row.cancelled, row.reserved - row.freed) == (1, 1, 1)
    assert findings() == []


def test_over_pick_against_the_reservation_of_the_last_unit(company):
    """One unit is left beyond what is ordered: it goes out over the line, or another order has it; never both."""
    company.item("LAST"), company.customer("LAX", over_percent=50)
    won = set()
    for _ in range(TIMES):
        receive([Receive("HAM", "LAST", 3, "A-01")], by=HANSE)
        [task] = tasks_of([one(place, Place("LAX", (PlaceLine("LAST", 2),))).order])
        taken, placed = at_once([lambda t=task: one(pick, Pick(t, 3)), lambda: one(place, Place("REUTER", (PlaceLine("LAST", 1),), reserve="or_refuse"))])
        assert (kind(taken), kind(placed)) in {("UnitsPicked", "stock-short"), ("over-promised", "OrderPlaced")}
        won.add(kind(taken))
        if isinstance(taken, Refused):
            [other] = tasks_of([placed.order])
            assert [kind(a) for a in pick([Pick(task, 2), Pick(other, 1)], by=HANSE)] == ["UnitsPicked"] * 2
    assert company.free(Item.objects.get(sku="LAST"), Site.objects.get()) == (0, 0)
    assert findings() == []


def test_change_against_pack(company):
    """A quantity that shrinks while the carton is closed: the site takes it out of the tote, or opens the carton that was just closed."""
    for order in on_totes(TIMES):
        request = one(change, Change(order, (ChangeLine(1, 1),), fallback="let-go")).asked[0].request
        carton, done = at_once([lambda o=order: one(pack, Pack(o)), lambda r=request: answer(r)])
        assert (kind(carton), kind(done)) == ("CartonPacked", "ChangeAccepted")
        packed_first = carton.units[0].quantity == 2
        assert done.opened == ((carton.carton,) if packed_first else ()) and [p.quantity for p in done.put_back] == [1]
        if packed_first:
            carton = one(pack, Pack(order))
        assert kind(one(hand_over, HandOver(carton.carton, "UPS"))) == "ParcelHandedOver"
    assert set(Order.objects.values_list("shipped", "cancelled", "status")) == {(1, 1, "shipped")}
    assert findings() == []


def test_pack_against_a_change_of_address(company):
    """The label is made with the new address, or its site is asked; one of the old address does not leave."""
    for order in on_totes(TIMES):
        carton, changed = at_once([lambda o=order: one(pack, Pack(o)), lambda o=order: one(change, Change(o, ship_to=ELSEWHERE, fallback="intercept"))])
        assert (kind(carton), kind(changed)) == ("CartonPacked", "OrderChanged")
        now = Order.objects.get(pk=int(order[2:])).ship_to_id
        assert len(changed.asked) == (carton.address != now)
        gone = one(hand_over, HandOver(carton.carton, "UPS"))
        assert kind(gone) == ("ParcelHandedOver" if carton.address == now else "change-asked")
    assert findings() == []


@pytest.mark.parametrize("accept", [True, False], ids=["accepted", "refused"])
def test_answer_against_hand_over(company, accept):
    """A carton whose units are to be stopped does not leave before the answer: stopped units never leave, refused ones do."""
    made = on_totes(TIMES)
    for carton in pack([Pack(order) for order in made], by=HANSE):
        request = stop(carton.order, 2).asked[0].request
        gone, done = at_once([lambda c=carton: one(hand_over, HandOver(c.carton, "UPS")), lambda r=request: answer(r, accept)])
        assert kind(done) == ("ChangeAccepted" if accept else "ChangeRefused")
        assert kind(gone) in {"change-asked", "carton-opened" if accept else "ParcelHandedOver"}
        if not accept and isinstance(gone, Refused):
            assert kind(one(hand_over, HandOver(carton.carton, "UPS"))) == "ParcelHandedOver"
    assert set(Order.objects.values_list("shipped", "cancelled")) == {(0, 2) if accept else (2, 0)}
    assert findings() == []


def test_asking_against_hand_over(company):
    """What was asked in time stays here; what left first cannot be stopped any more."""
    made = on_totes(TIMES)
    for carton in pack([Pack(order) for order in made], by=HANSE):
        gone, asked = at_once([lambda c=carton: one(hand_over, HandOver(c.carton, "UPS")), lambda c=carton: stop(c.order, 2)])
        assert (kind(gone), kind(asked)) in {("ParcelHandedOver", "units-bound"), ("change-asked", "ChangeAsked")}
    assert findings() == []


def test_answer_against_expire(company):
    """One of the two answers stands."""
    made = on_totes(TIMES)
    late = clock.now() + timedelta(days=3)
    requests = [stop(order, 2).asked[0].request for order in made]
    for request in requests:
        done, over = at_once([lambda r=request: answer(r), lambda r=request: later(late, lambda: one(expire, Expire(r)))])
        assert (kind(done), kind(over)) in {("ChangeAccepted", "request-closed"), ("request-closed", "ChangeTooLate")}
    assert findings() == []


def in_pairs(count: int) -> list[tuple[Any, Any]]:
    """So many pairs of closed cartons of two orders for one address; which of the two orders is older turns about."""
    closed = pack([Pack(order) for order in on_totes(2 * count)], by=HANSE)
    return [(a, b) if n % 2 else (b, a) for n, (a, b) in enumerate(zip(closed[::2], closed[1::2], strict=True))]


def test_consolidate_against_hand_over(company):
    """The inner carton leaves with the outer one, or stays for a parcel of its own: never is it left behind in one that is gone."""
    for outer, inner in in_pairs(TIMES):
        put, gone = at_once([lambda i=inner, o=outer: one(consolidate, Consolidate(i.carton, o.carton)), lambda o=outer: one(hand_over, HandOver(o.carton, "UPS"))])
        assert kind(gone) == "ParcelHandedOver" and kind(put) in {"CartonConsolidated", "handed-over"}
        assert gone.together == ((inner.order,) if kind(put) == "CartonConsolidated" else ())
        assert kind(one(hand_over, HandOver(inner.carton, "UPS"))) == ("handed-over" if gone.together else "ParcelHandedOver")
    assert set(Order.objects.values_list("shipped", flat=True)) == {2}
    assert findings() == []


@pytest.mark.parametrize("which", [0, 1], ids=["outer", "inner"])
def test_consolidate_against_a_change_of_address(company, which):
    """Cartons of which one goes elsewhere do not become a parcel; where they were one already, it does not leave before its site answers."""
    for pair in in_pairs(TIMES):
        outer, inner = pair
        put, changed = at_once([
            lambda i=inner, o=outer: one(consolidate, Consolidate(i.carton, o.carton)), lambda o=pair[which].order: one(change, Change(o, ship_to=ELSEWHERE, fallback="intercept"))])
        assert kind(changed) == "OrderChanged" and kind(put) in {"CartonConsolidated", "change-asked"}
        assert Carton.objects.get(sscc=inner.carton).inside_id is None or kind(put) == "CartonConsolidated"
        stays = which == 0 or kind(put) == "CartonConsolidated"
        assert kind(one(hand_over, HandOver(outer.carton, "UPS"))) == ("change-asked" if stays else "ParcelHandedOver")
    assert findings() == []


def test_hand_over_against_hold(company):
    """Whoever comes first: what left is not held back, and what is held has not left."""
    made = on_totes(TIMES)
    for carton in pack([Pack(order) for order in made], by=HANSE):
        gone, held = at_once([lambda c=carton: one(hand_over, HandOver(c.carton, "UPS")), lambda c=carton: one(hold, Hold(c.order, "credit"))])
        assert (kind(gone), kind(held)) in {("ParcelHandedOver", "OrderHeld"), ("on-hold", "OrderHeld")}
        assert Order.objects.get(pk=int(carton.order[2:])).shipped == (0 if isinstance(gone, Refused) else 2)
        if isinstance(gone, Refused):
            one(release_hold, ReleaseHold(carton.order, "credit"))
            assert kind(one(hand_over, HandOver(carton.carton, "UPS"))) == "ParcelHandedOver"
    assert findings() == []
