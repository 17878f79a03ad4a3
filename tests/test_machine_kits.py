"""Kits and substitutes in any order that hypothesis thinks of: kits stay whole, money adds up, `hanse verify` finds nothing.

A kit is one A and three B, sold at 10.00; C may stand in for A. Orders are of kits or of A alone.
"""

from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hanse.billing.invoice import Invoice, invoice
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.catalogue.keep_substitutes import KeepSubstitute, keep_substitutes
from hanse.edge import verify
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.kernel.refused import Refused
from hanse.orders import reads
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.substitute import Substitute, substitute
from hanse.transport.hand_over import HandOver, hand_over
from tests.given import Given

units = st.integers(1, 4)
WHOLE = """
SELECT count(*) FROM (
  SELECT min((reserved - freed) / per_kit) AS kits, max(reserved - freed - ((reserved - freed) / per_kit) * per_kit) AS loose, max((reserved - freed) / per_kit) AS most
    FROM orders_line WHERE kit IS NOT NULL AND order_id <> ALL(%s) GROUP BY order_id, kit) k
 WHERE loose > 0 OR kits <> most
"""

pytestmark = pytest.mark.at_length


class KitCompany(RuleBasedStateMachine):
    orders = Bundle("orders")
    asked = Bundle("asked")

    @initialize(a=st.integers(0, 8), b=st.integers(0, 20))
    def open_company(self, a: int, b: int) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        given = Given()
        given.site(), given.customer()
        for sku, price in (("SET", "10.00"), ("A", "6.00"), ("B", "2.00"), ("C", "5.00")):
            given.item(sku, price, tax_rate=Decimal(19))
        keep_recipes([KeepRecipe("SET", (ComponentGiven("A", 1), ComponentGiven("B", 3)))], by=HANSE)
        keep_substitutes([KeepSubstitute("A", "C", consent=False)], by=HANSE)
        self.keys, self.broken = 0, set()
        self.receive("A", a), self.receive("B", b), self.receive("C", 3)

    def do(self, operation, ask):
        """Every act twice with one key: the second must change nothing and say the same."""
        self.keys += 1
        [answer] = operation([ask], by=HANSE, key=f"k{self.keys}")
        if not isinstance(answer, Refused):
            assert operation([ask], by=HANSE, key=f"k{self.keys}") == [answer]
        return answer

    @rule(sku=st.sampled_from(["A", "B", "C"]), quantity=st.integers(0, 5))
    def receive(self, sku: str, quantity: int) -> None:
        if quantity:
            assert not isinstance(self.do(receive, Receive("HAM", sku, quantity, "A-01")), Refused)

    @rule(target=orders, quantity=units, beside=st.booleans(), reserve=st.sampled_from(["at_once", "later", "or_refuse"]))
    def place(self, quantity: int, beside: bool, reserve: str) -> str:
        told = self.do(place, Place("REUTER", (PlaceLine("SET", quantity), *[PlaceLine("A", 2)] * beside), reserve=reserve))
        assert isinstance(told, Refused) == (reserve == "or_refuse" and getattr(told, "code", "") == "stock-short")
        return "" if isinstance(told, Refused) else told.order

    @rule(order=orders)
    def allocate(self, order: str) -> None:
        if order:
            self.do(allocate, Allocate(order))

    @rule(order=orders, quantity=units)
    def cancel_kits(self, order: str, quantity: int) -> None:
        if order:
            [kit] = [k for k in reads.order(order).kits if k.position == 1]
            told = self.do(cancel, Cancel(order, (CancelLine(1, quantity),)))
            assert isinstance(told, Refused) == (quantity > kit.at_once)

    @rule(target=asked, order=orders, quantity=units)
    def stop_kits(self, order: str, quantity: int) -> int:
        """Of what a site works on it is asked to stop the components, in the kit's ratio."""
        if not order:
            return 0
        [kit] = [k for k in reads.order(order).kits if k.position == 1]
        told = self.do(cancel, Cancel(order, (CancelLine(1, quantity),), fallback="let-go"))
        assert isinstance(told, Refused) == (quantity > kit.at_once + kit.on_floor)
        return 0 if isinstance(told, Refused) or not told.asked else told.asked[0].request

    @rule(request=asked, accept=st.booleans())
    def answer(self, request: int, accept: bool) -> None:
        """A site says no: what was cancelled at once of these kits is gone, and the rest of them loose."""
        if request:
            told = self.do(answer_change, AnswerChange(request, accept, "" if accept else "wrapped"))
            assert not isinstance(told, Refused) or told.code == "request-closed"

    @rule(order=orders, part=st.integers(0, 2))
    def begin(self, order: str, part: int) -> None:
        """Release, and pick only the first of the tasks."""
        told = self.do(release, Release(order)) if order else None
        for task in [] if told is None or isinstance(told, Refused) else told.tasks[:part]:
            self.do(pick, Pick(task.task, task.quantity))

    @rule(order=orders)
    def break_a_kit(self, order: str) -> None:
        part = next((line for line in reads.order(order).lines if line.sku == "B" and line.waiting), None) if order else None
        if part:
            self.broken.add(int(order[2:]))
            assert not isinstance(self.do(cancel, Cancel(order, (CancelLine(part.position, 1),))), Refused)

    @rule(order=orders, quantity=st.integers(0, 5))
    def change_kits(self, order: str, quantity: int) -> None:
        if order:
            self.do(change, Change(order, (ChangeLine(1, quantity),)))

    @rule(order=orders, quantity=units)
    def substitute(self, order: str, quantity: int) -> None:
        if order:
            proposal = next(iter(reads.proposals(order)), None)
            told = self.do(substitute, Substitute(order, proposal.line if proposal else 2, "C", quantity))
            assert isinstance(told, Refused) == (proposal is None or quantity > proposal.most)

    @rule(order=orders)
    def send_what_is_picked(self, order: str) -> None:
        if order:
            self.broken.add(int(order[2:]))
            packed = self.do(pack, Pack(order, "HAM"))
            if not isinstance(packed, Refused):
                self.do(hand_over, HandOver(packed.carton, "UPS"))

    @rule(order=orders, short=st.booleans())
    def ship(self, order: str, short: bool) -> None:
        told = self.do(release, Release(order)) if order else None
        if told is None or isinstance(told, Refused):
            return
        for task in told.tasks:
            if short:
                self.broken.add(int(order[2:]))
            self.do(pick, Pick(task.task, task.quantity - short, "bin empty" if short else ""))
        packed = self.do(pack, Pack(order, "HAM"))
        if not isinstance(packed, Refused):
            self.do(hand_over, HandOver(packed.carton, "UPS"))

    @rule(order=orders)
    def invoice(self, order: str) -> None:
        if order:
            told = self.do(invoice, Invoice(order))
            seen = reads.order(order)
            assert isinstance(told, Refused) or told.net > 0
            if int(order[2:]) not in self.broken:
                assert all(k.invoiced == k.shipped for k in seen.kits)

    @invariant()
    def kits_are_reserved_whole(self) -> None:
        if hasattr(self, "broken"):
            with connection.cursor() as cursor:
                cursor.execute(WHOLE, [list(self.broken)])
                assert cursor.fetchone()[0] == 0

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            findings = [(r.name, r.findings) for r in verify.run() if r.findings]
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            assert findings == []


def test_kits_stay_whole_whatever_happens(db):
    run_state_machine_as_test(
        KitCompany, settings=settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False),
    )  # fmt: skip
