"""Drop-ship and drafts in any order that hypothesis thinks of: a supplier ships what he was asked for and no more, `hanse verify` finds nothing.

One item. Our own site has a little of it, the supplier as much as he told.
"""

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from hanse.edge import verify
from hanse.fulfilment import supplier_reads
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.decline import Decline, DeclinedUnits, decline
from hanse.fulfilment.expect_despatch import ExpectDespatch, expect_despatch
from hanse.fulfilment.release import Release, release
from hanse.inventory.keep_drop_ships import KeepDropShip, keep_drop_ships
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.drop_drafts import DropDraft, drop_drafts
from hanse.orders.models import Draft, Order
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.place_drafts import PlaceDraft, place_drafts
from hanse.orders.save_drafts import SaveDraft, save_drafts
from hanse.partners.models import Party
from hanse.transport.keep_carriers import KeepCarrier, keep_carriers
from hanse.transport.take_despatch_advice import AdvisedCarton, AdvisedUnits, TakeDespatchAdvice, take_despatch_advice
from tests.given import Given

units = st.integers(1, 6)

pytestmark = pytest.mark.at_length


class SupplierCompany(RuleBasedStateMachine):
    orders = Bundle("orders")
    asked = Bundle("asked")
    drafts = Bundle("drafts")

    @initialize(ours=st.integers(0, 3), his=st.one_of(st.none(), st.integers(0, 12)))
    def open_company(self, ours: int, his: int | None) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        given = Given()
        self.item, site = given.item(), given.site()
        given.customer(consent_days=1)
        Party.objects.create(code="MAYER", name="Mayer", roles=["supplier"])
        self.his = given.site("MUC", {"DE": 2}, supplier="MAYER")
        keep_carriers([KeepCarrier("UPS", name="UPS")], by=HANSE)
        self.given, self.keys, self.shipped, self.placed = given, 0, {}, {}
        if ours:
            given.stocked(self.item, site, ours)
        self.tell(his)

    def do(self, operation, ask):
        """Every act twice with one key: the second must change nothing and say the same."""
        self.keys += 1
        [answer] = operation([ask], by=HANSE, key=f"k{self.keys}")
        if not isinstance(answer, Refused):
            assert operation([ask], by=HANSE, key=f"k{self.keys}") == [answer]
        return answer

    @rule(has=st.one_of(st.none(), st.integers(0, 12)))
    def tell(self, has: int | None) -> None:
        told = self.do(keep_drop_ships, KeepDropShip("MUC", "BRG-6204", 2, has))
        on_hand, reserved = self.given.free(self.item, self.his)
        assert on_hand >= reserved
        assert isinstance(told, Refused) or has is None or on_hand >= has

    @rule(target=orders, quantity=units)
    def place(self, quantity: int) -> str:
        return self.do(place, Place("REUTER", (PlaceLine("BRG-6204", quantity),))).order

    @rule(order=orders)
    def release(self, order: str) -> None:
        self.do(release, Release(order, "MUC"))

    @rule(order=orders, quantity=units, cartons=st.integers(1, 2))
    def ship(self, order: str, quantity: int, cartons: int) -> None:
        """He ships what is open of his order, or names too much and is refused."""
        for it in supplier_reads.supplier_orders(clock.now(), order=order):
            number = f"A{self.keys}"
            told = self.do(take_despatch_advice, TakeDespatchAdvice(it.number, number, "UPS", tuple(
                AdvisedCarton((AdvisedUnits("BRG-6204", quantity),), number=f"{number}/{n}") for n in range(cartons))))
            assert isinstance(told, Refused) == (quantity * cartons > it.open)
            if not isinstance(told, Refused):
                self.shipped[order] = self.shipped.get(order, 0) + quantity * cartons

    @rule(order=orders, quantity=st.one_of(st.none(), units))
    def decline(self, order: str, quantity: int | None) -> None:
        for it in supplier_reads.supplier_orders(clock.now(), order=order):
            told = self.do(decline, Decline(it.number, "sold out", (DeclinedUnits("BRG-6204", quantity),) if quantity else ()))
            assert isinstance(told, Refused) == (not it.open or (quantity or 0) > it.open)

    @rule(order=orders, days=st.integers(0, 9))
    def slip(self, order: str, days: int) -> None:
        for it in supplier_reads.supplier_orders(clock.now(), order=order):
            day = it.first_due_on.fromordinal(it.first_due_on.toordinal() + days)
            told = self.do(expect_despatch, ExpectDespatch(it.number, day))
            assert isinstance(told, Refused) == (not it.open or day == it.due_on)

    @rule(target=asked, order=orders, quantity=units)
    def stop(self, order: str, quantity: int) -> int:
        told = self.do(cancel, Cancel(order, (CancelLine(1, quantity),), fallback="let-go"))
        return 0 if isinstance(told, Refused) or not getattr(told, "asked", ()) else told.asked[0].request

    @rule(request=asked, accept=st.booleans())
    def answer(self, request: int, accept: bool) -> None:
        if request:
            told = self.do(answer_change, AnswerChange(request, accept, "" if accept else "it has left"))
            assert not isinstance(told, Refused) or told.code == "request-closed"

    @rule(target=drafts, quantity=st.one_of(st.none(), units))
    def write(self, quantity: int | None) -> str:
        line = {"sku": "BRG-6204"} | ({"quantity": str(quantity)} if quantity else {})
        return self.do(save_drafts, SaveDraft({"customer": "REUTER", "lines": [line]})).draft

    @rule(draft=drafts)
    def place_the_draft(self, draft: str) -> None:
        before = Draft.objects.filter(pk=draft[2:]).values_list("order_id", "body").first()
        told = self.do(place_drafts, PlaceDraft(draft))
        whole = before is not None and before[0] is None and "quantity" in before[1]["lines"][0]
        assert isinstance(told, Refused) == (not whole)
        if whole:
            assert self.placed.setdefault(draft, told.order) == told.order

    @rule(draft=drafts)
    def drop_the_draft(self, draft: str) -> None:
        told = self.do(drop_drafts, DropDraft(draft))
        assert not (draft in self.placed and not isinstance(told, Refused))

    @invariant()
    def nothing_left_him_that_he_did_not_name(self) -> None:
        if hasattr(self, "shipped"):
            counted = {f"H-{o.pk}": o.shipped for o in Order.objects.filter(shipped__gt=0)}
            assert counted == self.shipped

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            findings = [(r.name, r.findings) for r in verify.run() if r.findings]
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            assert findings == []


def test_a_supplier_ships_what_he_names_whatever_happens(db):
    run_state_machine_as_test(
        SupplierCompany, settings=settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False),
    )  # fmt: skip
