"""All operations against a plain-Python model, in any order that hypothesis thinks of.

One item, one site, orders of one line. The model knows what each step may take; after each step the counters,
the stock and the ledger must say what the model says, and `hanse verify` must find nothing.
"""

import json
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule, run_state_machine_as_test

from hanse.billing.credit import Credit, credit
from hanse.billing.credit_goods import CreditGoods, credit_goods
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.propose_credit import ProposeCredit, propose_credit
from hanse.edge import verify
from hanse.fulfilment import planning
from hanse.fulfilment.answer_change import AnswerChange, answer_change
from hanse.fulfilment.audit import Audit, Found, audit
from hanse.fulfilment.consolidate import Consolidate, consolidate
from hanse.fulfilment.deconsolidate import Deconsolidate, deconsolidate
from hanse.fulfilment.hold_lot import HoldLot, hold_lot
from hanse.fulfilment.models import Carton
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.recall_lot import RecallLot, recall_lot
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.fulfilment.sort_units import SortUnits, sort_units
from hanse.fulfilment.start_tour import StartTour, start_tour
from hanse.fulfilment.take_out import TakeOut, take_out
from hanse.fulfilment.undo_pick import UndoPick, undo_pick
from hanse.inventory.carry import Carry, carry
from hanse.inventory.count import Count, count
from hanse.inventory.count_by_plan import CountByPlan, count_by_plan
from hanse.inventory.events import RecountAsked
from hanse.inventory.expect import Expect, expect
from hanse.inventory.keep_count_plans import KeepCountPlan, keep_count_plans
from hanse.inventory.keep_faces import KeepFace, keep_faces
from hanse.inventory.models import Balance, CountTask, MoveTask
from hanse.inventory.put_away import PutAway, put_away
from hanse.inventory.receive import Receive, receive
from hanse.inventory.release_lot import ReleaseLot, release_lot
from hanse.inventory.replenish import Replenish, replenish
from hanse.journal.events import fact_of
from hanse.journal.principals import HANSE, Principal
from hanse.kernel import clock
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused
from hanse.network.keep_carton_types import KeepCartonType, keep_carton_types
from hanse.network.models import Bin
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.expire import Expire, expire
from hanse.orders.follow_supply import FollowSupply, follow_supply
from hanse.orders.free import Free, free
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Allocation, Order, Peg
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.promise_reads import Promise, promise
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.orders.run_backorders import RunBackorders, run_backorders
from hanse.perfect_order.foresee import Foresee, foresee
from hanse.transport.accept_freight_line import AcceptFreightLine, accept_freight_line
from hanse.transport.answer_claim import AnswerClaim, answer_claim
from hanse.transport.answer_dispute import AnswerDispute, answer_dispute
from hanse.transport.answer_tender import AnswerTender, answer_tender
from hanse.transport.calling import call_carriers
from hanse.transport.choose_remedy import ChooseRemedy, choose_remedy
from hanse.transport.choose_service import ChooseService, choose_service
from hanse.transport.dismiss_claim import DismissClaim, dismiss_claim
from hanse.transport.draw_up import DrawUp, draw_up
from hanse.transport.events import ClaimProposed, NothingToClaim
from hanse.transport.expire_tenders import ExpireTender, expire_tenders
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.keep_routing_guide import GuideCarrier, KeepRoutingGuide, keep_routing_guide
from hanse.transport.models import Carrier, Label, Parcel
from hanse.transport.models import Tender as Attempt
from hanse.transport.open_claim import OpenClaim, open_claim
from hanse.transport.pay_freight_invoice import PayFreightInvoice, pay_freight_invoice
from hanse.transport.propose_claim import ProposeClaim, propose_claim
from hanse.transport.receive_freight_invoice import BilledLine, ReceiveFreightInvoice, receive_freight_invoice
from hanse.transport.record_proof import RecordProof, record_proof
from hanse.transport.record_refusal import RecordRefusal, record_refusal
from hanse.transport.report_lost import ReportLost, report_lost
from hanse.transport.take_back import TakeBack, take_back
from hanse.transport.tender import Tender, tender
from hanse.transport.tests.desk import simulated
from hanse.transport.tests.selling import services
from hanse.transport.void_labels import VoidLabel, void_labels
from hanse.transport.want_labels import WantLabel, want_labels
from tests.given import Given

units = st.integers(1, 6)
EWA = Principal("ewa", frozenset({"*"}))
"""Somebody else: whoever finds a bin short does not count it."""
lots = st.sampled_from(["L1", "L2"])
OVER, UNDER = 50, 34
"""How many percent of a line may go out more, and stay short."""

pytestmark = pytest.mark.at_length


@dataclass
class Owed:
    """What the model knows of an order."""

    ordered: int
    cancelled: int = 0
    reserved: int = 0
    picked: int = 0
    packed: int = 0
    shipped: int = 0
    delivered: int = 0
    invoiced: int = 0
    credited: int = 0
    released: int = 0
    over: int = 0
    over_gone: int = 0
    under: int = 0
    stops: dict[int, int] = field(default_factory=dict)

    @property
    def stands(self) -> int:
        """What stands of the line as it was ordered, without what went out over it."""
        return self.ordered - self.over - self.cancelled + self.over_gone

    @property
    def may_be_over(self) -> int:
        return OVER * self.stands // 100 - self.over + self.over_gone

    def close_rest(self) -> None:
        """What was lost and found nowhere is closed, where the terms let so few stay short."""
        if 0 < self.open <= min(UNDER * (self.stands + self.under) // 100 - self.under, self.stands - 1):
            self.under += self.open
            self.cancelled += self.open

    @property
    def open(self) -> int:
        return self.ordered - self.cancelled - self.reserved

    @property
    def at_once(self) -> int:
        """What can be cancelled without asking anybody."""
        return self.ordered - self.cancelled - self.released


class Company(RuleBasedStateMachine):
    orders = Bundle("orders")
    tasks = Bundle("tasks")
    cartons = Bundle("cartons")
    parcels = Bundle("parcels")
    invoices = Bundle("invoices")
    requests = Bundle("requests")

    @initialize(stock=st.integers(0, 12), bills_over=st.booleans())
    def open_company(self, stock: int, bills_over: bool) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        given = Given()
        self.item, self.site = given.item(tracking="lot"), given.site()
        given.customer(over_percent=OVER, under_percent=UNDER, bills_over=bills_over)
        self.bills_over = bills_over
        for code, role in (("R-01", "reserve"), ("DOCK", "dock")):
            Bin.objects.create(site=self.site, code=code, role=role, walk=9)
        keep_carton_types([KeepCartonType("K-05", 300, 200, 150, 308, 208, 158, 180, 30_000)], by=HANSE)
        services()
        self.carrier = simulated(loses=50, refuses_voids=30)
        self.on_hand, self.doubted, self.owed, self.keys, self.stopped = 0, 0, {}, 0, {}
        self.shipments, self.on_bills, self.back = [], set(), set()
        self.shipments, self.on_bills = [], set()
        self.billed, self.disputed, self.goods_credited = {}, [], Counter()
        keep_routing_guide([KeepRoutingGuide("HAM", "DE", tuple(GuideCarrier(code, Decimal(400)) for code in Carrier.objects.order_by("code").values_list("code", flat=True)))], by=HANSE)
        if stock:
            self.receive(stock, "L1")

    def do(self, operation, ask, by=HANSE):
        """Every act twice with one key: the second must change nothing and say the same."""
        self.keys += 1
        key = f"k{self.keys}"
        [answer] = operation([ask], by=by, key=key)
        if not isinstance(answer, Refused):
            assert operation([ask], by=by, key=key) == [answer]
        return answer

    def put_in_doubt(self, bin: str) -> None:
        """What nobody claims there and nobody is promised leaves the stock; asked of the bin before anything is found again for the order."""
        gone = sum(f.quantity for f in self.told_last() if f.bin == bin)
        self.on_hand -= gone
        self.doubted += gone

    def told_last(self, kind: str = "StockInDoubt") -> list:
        """What the last act said to be in doubt, or other facts of it."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT kind, body FROM journal_event WHERE key = %s AND kind = %s ORDER BY id", [f"k{self.keys}", kind])
            return [fact_of(kind, json.loads(body)) for kind, body in cursor.fetchall()]

    def free_stock(self) -> int:
        return self.on_hand - sum(o.reserved - o.picked for o in self.owed.values())

    @rule(quantity=units, lot=lots)
    def receive(self, quantity: int, lot: str) -> None:
        assert not isinstance(self.do(receive, Receive("HAM", "BRG-6204", quantity, "A-01", lot=lot)), Refused)
        self.on_hand += 0 if lot in self.stopped else quantity

    @rule(target=orders, quantity=units, reserve=st.sampled_from(["at_once", "later", "or_refuse"]))
    def place(self, quantity: int, reserve: str) -> str:
        available = self.free_stock()
        order = Place("REUTER", (PlaceLine("BRG-6204", quantity),), reserve=reserve)
        promised = promise(order, clock.now())
        assert isinstance(promised, Promise)
        told = self.do(place, replace(order, expect=promised.mark))
        if reserve == "or_refuse" and available < quantity:
            assert told.code == "stock-short"
            return ""
        assert reserve == "later" or told.promise_changed == "", "placing brings what was promised"
        self.owed[told.order] = Owed(quantity, reserved=0 if reserve == "later" else min(quantity, available))
        return told.order

    @rule(order=orders)
    def allocate(self, order: str) -> None:
        if not order:
            return
        owed, available = self.owed[order], self.free_stock()
        told = self.do(allocate, Allocate(order))
        if owed.open == 0:
            assert told.code == "nothing-open"
        else:
            owed.reserved += min(owed.open, available)

    @rule()
    def deal_out_backorders(self) -> None:
        available, open_units = self.free_stock(), sum(o.open for o in self.owed.values())
        told = self.do(run_backorders, RunBackorders("BRG-6204"))
        if isinstance(told, Refused):
            assert told.code == "nothing-to-deal" and not open_units
            return
        before = sum(o.reserved for o in self.owed.values())
        for number, owed in self.owed.items():
            order = Order.objects.get(pk=int(number[2:]))
            assert order.reserved - order.freed >= owed.reserved, "by default nobody loses what he has"
            owed.reserved = order.reserved - order.freed
        assert sum(o.reserved for o in self.owed.values()) - before == min(available, open_units)

    @rule(quantity=units, days=st.integers(1, 30))
    def supply_moves(self, quantity: int, days: int) -> None:
        assert not isinstance(self.do(expect, Expect("PO-1", "HAM", "BRG-6204", quantity, date(2030, 1, 1) + timedelta(days))), Refused)
        told = self.do(follow_supply, FollowSupply("BRG-6204"))
        assert told.waiting == sum(1 for o in self.owed.values() if o.open) and (Peg.objects.aggregate(n=Sum("quantity"))["n"] or 0) == min(quantity, sum(o.open for o in self.owed.values()))

    @rule(order=orders, quantity=units)
    def cancel(self, order: str, quantity: int) -> None:
        if not order:
            return
        owed, to_stop = self.owed[order], self.to_stop(order)
        told = self.do(cancel, Cancel(order, (CancelLine(1, quantity),)))
        if quantity > owed.at_once:
            assert told.code == ("units-bound" if quantity > owed.at_once + to_stop else "ask-the-site")
            return
        owed.reserved -= max(quantity - owed.open, 0)
        owed.cancelled += quantity

    @rule(order=orders)
    def hold_and_release(self, order: str) -> None:
        if order and self.owed[order].ordered > self.owed[order].cancelled + self.owed[order].delivered:
            assert not isinstance(self.do(hold, Hold(order, "credit")), Refused)
            assert self.do(release, Release(order)).code == "on-hold"
            assert not isinstance(self.do(release_hold, ReleaseHold(order, "credit")), Refused)

    @rule(order=orders, days=st.integers(0, 3))
    def look_ahead(self, order: str, days: int) -> None:
        """Looking at what is at risk changes nothing of an order, now or in days to come."""
        if not order:
            return
        for ahead in (days, 0):  # nobody's clock goes back
            with clock.standing_at(clock.now() + timedelta(days=ahead)):
                [answer] = foresee([Foresee(order)], by=HANSE)
            assert not isinstance(answer, Refused), answer

    @rule(order=orders)
    def free_units(self, order: str) -> None:
        if not order:
            return
        for allocation in Allocation.objects.filter(order_id=order_id(order)).order_by("id"):
            told = self.do(free, Free(allocation.pk))
            if not isinstance(told, Refused):
                self.owed[order].reserved -= told.quantity

    @rule(target=tasks, order=orders)
    def release(self, order: str) -> tuple:
        told = self.do(release, Release(order)) if order else None
        if told is None or isinstance(told, Refused):
            return ()
        self.owed[order].released += sum(t.quantity for t in told.tasks)
        return tuple((t.task, order) for t in told.tasks)

    @rule(target=tasks, method=st.sampled_from(["single", "cluster", "batch", "zone"]), lines=st.integers(1, 6))
    def release_wave(self, method: str, lines: int) -> tuple:
        """A wave, its tours, and a picker for one of them: tasks come as from any release."""
        told = self.do(release_wave, ReleaseWave("HAM", method=method, lines=lines))
        if isinstance(told, Refused):
            return ()
        planning.plan("HAM", told.wave, method)
        self.do(start_tour, StartTour("HAM"))
        with connection.cursor() as cursor:
            cursor.execute("SELECT id, 'H-' || order_id FROM fulfilment_task WHERE wave_id = %s ORDER BY id", [told.wave])
            tasks = tuple(cursor.fetchall())
        for _, order in tasks:
            self.owed[order].released = self.released(order)
        return tasks

    @rule(tasks=tasks)
    def sort_units(self, tasks: tuple) -> None:
        for task, _ in tasks[:1]:
            self.do(sort_units, SortUnits(task))

    @rule(target=requests, order=orders, quantity=units, fallback=st.sampled_from(["let-go", "intercept", "return"]))
    def ask(self, order: str, quantity: int, fallback: str) -> tuple:
        """Cancel what can be cancelled at once, and ask the site to stop the rest."""
        if not order:
            return ()
        owed, to_stop = self.owed[order], self.to_stop(order)
        told = self.do(cancel, Cancel(order, (CancelLine(1, quantity),), fallback=fallback))
        if quantity > owed.at_once + to_stop:
            assert told.code == "units-bound"
            return ()
        now = min(quantity, owed.at_once)
        owed.reserved -= max(now - owed.open, 0)
        owed.cancelled += now
        assert [a.units for a in told.asked] == [quantity - now] * (quantity > now)
        for asked in told.asked:
            owed.stops[asked.request] = asked.units
        return (told.asked[0].request, order, fallback) if told.asked else ()

    def to_stop(self, order: str) -> int:
        """What the site can be asked to stop: what is on its floor and not asked for yet, allocation by allocation, for what is taken out leaves its own."""
        with connection.cursor() as cursor:
            cursor.execute("""SELECT coalesce(sum(greatest(a.released - a.recalled - a.shipped - coalesce((SELECT sum(u.quantity) FROM orders_requestedunits u
                JOIN orders_changerequest r ON r.id = u.request_id WHERE u.allocation_id = a.id AND r.outcome = ''), 0), 0)), 0)::bigint
                FROM orders_allocation a JOIN orders_line l ON l.id = a.line_id AND l.over_of_id IS NULL WHERE a.order_id = %s""", [order_id(order)])
            return cursor.fetchone()[0]

    @rule(request=requests)
    def accept(self, request: tuple) -> None:
        if request:
            owed = self.owed[request[1]]
            told = self.do(answer_change, AnswerChange(request[0], True))
            if request[0] not in owed.stops:
                assert told.code == "request-closed"
                return
            assert told.units <= min(owed.stops.pop(request[0]), owed.released - owed.shipped)
            back = sum(p.quantity for p in told.put_back)
            owed.cancelled += told.units
            owed.reserved -= told.units
            owed.released -= told.units
            owed.picked -= back
            self.on_hand += sum(p.quantity for p in told.put_back if p.lot not in self.stopped)
            owed.packed = self.packed(request[1])

    @rule(request=requests)
    def refuse_change(self, request: tuple) -> None:
        if request:
            told = self.do(answer_change, AnswerChange(request[0], False, "on the lorry"))
            self.falls_back(request, told.fallback if not isinstance(told, Refused) else "")

    @rule(request=requests)
    def expire(self, request: tuple) -> None:
        if request:
            with clock.standing_at(clock.now() + timedelta(days=30)):
                told = self.do(expire, Expire(request[0]))
            self.falls_back(request, told.fallback if not isinstance(told, Refused) else "")

    def falls_back(self, request: tuple, fallback: str) -> None:
        """What was let go, or comes back on arrival, is asked for no more."""
        if fallback in ("let-go", "return"):
            del self.owed[request[1]].stops[request[0]]

    def packed(self, order: str) -> int:
        """How many units cartons hold or held when they left; which carton is opened is the floor's business."""
        with connection.cursor() as cursor:
            cursor.execute("""SELECT coalesce(sum(c.quantity), 0)::bigint FROM fulfilment_content c JOIN fulfilment_carton k ON k.id = c.carton_id
                WHERE k.order_id = %s AND k.opened_at IS NULL""", [order_id(order)])
            return cursor.fetchone()[0]

    @rule(tasks=consumes(tasks), more=st.sampled_from([-1, 0, 0, 1, 2]))
    def pick(self, tasks: tuple, more: int) -> None:
        for task, order in tasks:
            with connection.cursor() as cursor:
                cursor.execute("""SELECT t.to_pick - t.withdrawn, CASE WHEN b.in_doubt THEN 0 ELSE b.on_hand - b.reserved END FROM fulfilment_task t
                    JOIN inventory_balance b ON b.account_id = t.bin_id AND b.item_id = t.item_id AND b.lot = t.lot WHERE t.id = %s AND t.closed_at IS NULL""", [task])
                row = cursor.fetchone()
            if row is None:
                continue
            if more > 0 and self.pick_over(task, order, row[0], more, free=min(row[1], self.free_stock())):
                continue
            short = more < 0
            owed, missing = self.owed[order], -more if short else 0
            told = self.do(pick, Pick(task, max(row[0] - missing, 0), "bin empty" if short else "", tote="C-1" if task % 3 == 0 else ""))
            assert not isinstance(told, Refused), told
            self.on_hand -= told.taken + told.short
            owed.picked += told.taken
            owed.reserved -= told.short
            before = self.free_stock()
            self.put_in_doubt(told.bin)
            assert self.free_stock() >= 0 and (not told.short or before == 0 or self.doubted or self.lies_elsewhere(told.bin, told.lot))
            owed.reserved += min(told.short, owed.open, self.free_stock())
            if told.short:
                owed.close_rest()
            owed.released = self.released(order)

    def pick_over(self, task: int, order: str, to_pick: int, more: int, free: int) -> bool:
        """More than asked for: taken as far as the terms let it and nobody else is promised it, else refused."""
        owed = self.owed[order]
        told = self.do(pick, Pick(task, to_pick + more))
        if to_pick == 0 or more > min(owed.may_be_over, free):
            assert told.code == ("taken-out-of-range" if to_pick == 0 or owed.may_be_over <= 0 else "over-tolerance" if more > owed.may_be_over else "over-promised")
            return False
        assert (told.taken, told.over, told.short) == (to_pick + more, more, 0)
        self.on_hand -= told.taken
        owed.picked += told.taken
        owed.ordered += more
        owed.over += more
        owed.reserved += more
        owed.released = self.released(order)
        return True

    @rule(target=tasks, order=orders)
    def undo(self, order: str) -> tuple:
        """The last pick of an order is undone, if its units still lie in the tote: they are asked for anew."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT max(id) FROM fulfilment_task WHERE order_id = %s AND taken > 0", [order_id(order) or 0])
            [task] = cursor.fetchone()
        if task is None:
            return ()
        told = self.do(undo_pick, UndoPick(task))
        if isinstance(told, Refused):
            assert told.code == "pick-final"
            return ()
        self.on_hand += told.quantity
        self.owed[order].picked -= told.quantity
        return ((told.new_task, order),)

    def of_over(self, order: str, counter: str) -> int:
        """What the lines of what went out over count; which units those are is the floor's business."""
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(sum({counter}), 0)::bigint FROM orders_line WHERE order_id = %s AND over_of_id IS NOT NULL", [order_id(order)])
            return cursor.fetchone()[0]

    def released(self, order: str) -> int:
        """What short units found in other bins is on the floor at once; where is the bins' business."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT coalesce(sum(released - recalled), 0)::bigint FROM orders_allocation WHERE order_id = %s", [order_id(order)])
            return cursor.fetchone()[0]

    def lies_elsewhere(self, bin: str, lot: str) -> bool:
        return Balance.objects.filter(account__kind="bin", on_hand__gt=0).exclude(account__code=bin, lot=lot).exists()

    @rule(quantity=units, bin=st.sampled_from(["R-01", "DOCK"]), lot=lots)
    def receive_elsewhere(self, quantity: int, bin: str, lot: str) -> None:
        assert not isinstance(self.do(receive, Receive("HAM", "BRG-6204", quantity, bin, lot=lot)), Refused)
        self.on_hand += 0 if lot in self.stopped else quantity

    @rule(quantity=units, to=st.sampled_from(["A-01", "R-01"]), lot=lots)
    def put_away(self, quantity: int, to: str, lot: str) -> None:
        told = self.do(put_away, PutAway("HAM", "BRG-6204", quantity, to, lot=lot, reason="near"))
        assert not isinstance(told, Refused) or told.code == "bin-short"

    @rule(most=units)
    def keep_face(self, most: int) -> None:
        assert not isinstance(self.do(keep_faces, KeepFace("HAM", "A-01", "BRG-6204", most - 1, most)), Refused)

    @rule()
    def replenish(self) -> None:
        told = self.do(replenish, Replenish("HAM"))
        assert not isinstance(told, Refused) or told.code == "nothing-to-replenish"

    @rule(less=st.integers(0, 2), not_there=st.booleans())
    def carry(self, less: int, not_there: bool) -> None:
        task = MoveTask.objects.filter(closed_at=None).order_by("id").first()
        if task:
            told = self.do(carry, Carry(task.pk, max(task.quantity - less, 0), "less" if less else "", not_there and less > 0))
            assert not isinstance(told, Refused)
            self.put_in_doubt(told.from_bin)

    @rule()
    def plan_counts(self) -> None:
        self.do(keep_count_plans, KeepCountPlan("HAM", clock.now().astimezone(ZoneInfo("Europe/Berlin")).date()))
        told = self.do(count_by_plan, CountByPlan("HAM"))
        assert not isinstance(told, Refused) or told.code == "nothing-to-count"

    @rule(found=st.integers(0, 8))
    def count(self, found: int) -> None:
        """What is counted is what is there from then on, once two have said so where it was off."""
        task = CountTask.objects.filter(closed_at=None).order_by("id").first()
        if task is None:
            return
        again = bool(task.first_by)
        apart = sum(Balance.objects.filter(account__kind="doubt", account__code=task.bin.code, lot=task.lot).values_list("on_hand", flat=True))
        told = self.do(count, Count("HAM", "BRG-6204", found, task.bin.code, task.lot), by=HANSE if task.first_by == EWA.name else EWA)
        if isinstance(told, Refused):
            assert told.code == "lot-held" and task.lot in self.stopped
        elif isinstance(told, RecountAsked):
            assert not again
        else:
            self.doubted -= apart
            self.on_hand += apart + told.counted - told.expected
            self.gives_way()

    def gives_way(self) -> None:
        """What is promised beyond what was found is let go, and no more than that; which orders it is the queue says."""
        too_many = max(0, -self.free_stock())
        before = sum(o.reserved for o in self.owed.values())
        for number, owed in self.owed.items():
            order, held = Order.objects.get(pk=order_id(number)), owed.reserved
            owed.reserved, owed.released = order.reserved - order.freed, self.released(number)
            if owed.reserved < held:
                owed.close_rest()
        assert sum(o.reserved for o in self.owed.values()) == before - too_many

    @rule(target=cartons, order=orders, type=st.sampled_from([None, "K-05"]))
    def pack(self, order: str, type: str | None) -> tuple:
        told = self.do(pack, Pack(order, "HAM", carton_type=type, proposal="other" if type else None)) if order else None
        if told is None or isinstance(told, Refused):
            return ()
        self.owed[order].packed += sum(u.quantity for u in told.units)
        return (told.carton, order)

    @rule(target=cartons, carton=consumes(cartons), right=st.booleans())
    def audit(self, carton: tuple, right: bool) -> tuple:
        if not carton:
            return ()
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(k.quantity)::bigint FROM fulfilment_content k JOIN fulfilment_carton c ON c.id = k.carton_id WHERE c.sscc = %s", [carton[0]])
            inside = cursor.fetchone()[0]
        told = self.do(audit, Audit(carton[0], (Found("BRG-6204", inside if right else inside - 1),)))
        if isinstance(told, Refused):
            assert told.code in {"carton-opened", "handed-over"}
            return ()
        assert told.right is right
        if not right:
            self.owed[carton[1]].packed -= inside
        return carton if right else ()

    @rule(order=orders, lot=lots, to=st.sampled_from(["quarantine", "missing"]))
    def take_out_of_tote(self, order: str, lot: str, to: str) -> None:
        if order:
            self.taken_out(order, self.do(take_out, TakeOut(order, "BRG-6204", lot, to=to, reason="wrong")))

    @rule(carton=consumes(cartons), lot=lots, target=cartons)
    def take_out_of_carton(self, carton: tuple, lot: str) -> tuple:
        if not carton:
            return ()
        told = self.do(take_out, TakeOut(carton[1], "BRG-6204", lot, carton[0], reason="wrong"))
        if isinstance(told, Refused):
            assert told.code in {"not-in-tote", "carton-opened", "handed-over"}
            return carton if told.code == "not-in-tote" else ()
        with connection.cursor() as cursor:
            cursor.execute("SELECT sum(k.quantity)::bigint FROM fulfilment_content k JOIN fulfilment_carton c ON c.id = k.carton_id WHERE c.sscc = %s", [carton[0]])
            self.owed[carton[1]].packed -= cursor.fetchone()[0]
        self.taken_out(carton[1], told)
        return ()

    def taken_out(self, order: str, told) -> None:
        owed = self.owed[order]
        if isinstance(told, Refused):
            assert told.code == "not-in-tote"
            return
        owed.picked -= told.quantity
        owed.reserved -= told.quantity
        gone = self.of_over(order, "cancelled") - owed.over_gone
        owed.over_gone += gone
        owed.cancelled += gone
        if told.quantity > gone:
            owed.reserved += min(told.quantity - gone, owed.open, self.free_stock())
            owed.close_rest()
        owed.released = self.released(order)

    @rule(lot=lots, good=st.booleans())
    def stop_lot(self, lot: str, good: bool) -> None:
        """Hold or recall: what lay in bins is off sale, and what was promised beyond the rest is free again."""
        in_bins, apart = self.lies(lot, "bin"), self.lies(lot, "doubt")
        told = self.do(hold_lot, HoldLot("BRG-6204", lot, "smells")) if good else self.do(recall_lot, RecallLot("BRG-6204", lot, "glass"))
        if isinstance(told, Refused):
            assert told.code == "lot-unknown" or lot in self.stopped
            return
        self.stopped[lot] = good
        self.on_hand -= in_bins
        self.doubted -= apart
        freed = [(h.order, h.quantity) for h in told.hits if h.place == "freed"]
        assert sum(n for _, n in freed) == max(0, -self.free_stock())
        for order, n in freed:
            self.owed[order].reserved -= n
        for order in {order for order, _ in freed}:
            self.owed[order].close_rest()
        for order, owed in self.owed.items():
            owed.released = self.released(order)

    @rule(lot=lots)
    def release_lot(self, lot: str) -> None:
        back = self.lies(lot, "quarantine' AND a.code <> '")
        told = self.do(release_lot, ReleaseLot("BRG-6204", lot, "fine"))
        if isinstance(told, Refused):
            assert not self.stopped.get(lot)
            return
        assert self.stopped.pop(lot)
        apart = self.lies(lot, "doubt")
        self.on_hand += back - apart
        self.doubted += apart

    def lies(self, lot: str, kind: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(sum(b.on_hand), 0)::bigint FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id WHERE a.kind = '{kind}' AND b.lot = %s", [lot])
            return cursor.fetchone()[0]

    @rule(carton=cartons, into=cartons)
    def consolidate(self, carton: tuple, into: tuple) -> None:
        """All goes one way, so only what happened to the cartons themselves, or may happen, keeps them apart."""
        if not (carton and into):
            return
        told = self.do(consolidate, Consolidate(carton[0], into[0]))
        if isinstance(told, Refused):
            codes = {e.code for e in told.errors} or {told.code}
            assert codes <= {"not-together", "carton-inside", "carton-full", "carton-opened", "handed-over", "change-asked", "lot-held"}
            assert "not-together" not in codes or carton[0] == into[0]

    @rule(carton=cartons)
    def deconsolidate(self, carton: tuple) -> None:
        if carton and isinstance(told := self.do(deconsolidate, Deconsolidate(carton[0])), Refused):
            assert told.code in {"carton-not-inside", "carton-opened", "handed-over"}

    @rule(carton=cartons)
    def choose_service(self, carton: tuple) -> None:
        if carton:
            [order] = Carton.objects.filter(sscc=carton[0]).values_list("order_id", flat=True)
            told = self.do(choose_service, ChooseService(f"H-{order}", self.site.code))
            assert told.code == "nothing-stands-ready" if isinstance(told, Refused) else {c.service for c in getattr(told, "cartons", ())} <= {"STANDARD"}

    @rule(carton=cartons, void=st.booleans())
    def label(self, carton: tuple, void: bool) -> None:
        """A carrier that loses its first answers sells the label of a carton once; some are given back."""
        if not carton:
            return
        told = self.do(want_labels, WantLabel(carton[0], "UPS", "standard"))
        if isinstance(told, Refused):
            codes = {e.code for e in told.errors} or {told.code}
            assert codes <= {"label-wanted", "carton-inside", "carton-opened", "handed-over"}
            return
        call_carriers()
        with clock.standing_at(clock.now() + timedelta(minutes=1)):
            call_carriers()
        [sold] = Label.objects.filter(pk=told.label)
        assert sold.state == "bought" and self.carrier.numbers.count(sold.tracking) == 1
        if void:
            self.do(void_labels, VoidLabel(told.label))
            call_carriers()
            assert Label.objects.get(pk=told.label).state in ("voided", "void-refused")

    @rule(target=parcels, carton=consumes(cartons))
    def hand_over(self, carton: tuple) -> tuple:
        if not carton:
            return ()
        told = self.do(hand_over, HandOver(carton[0], "UPS"))
        if isinstance(told, Refused):
            codes = {e.code for e in told.errors} or {told.code}
            assert codes <= {"carton-opened", "change-asked", "lot-held", "carton-inside", "handed-over", "label-worthless"}
            assert "label-worthless" not in codes or Label.objects.filter(carton__sscc=carton[0], void_asked_at__isnull=False).exists()
            assert ("change-asked" not in codes or any(o.stops for o in self.owed.values())) and ("lot-held" not in codes or self.stopped)
            return ()
        for left in self.told_last("ParcelHandedOver"):
            assert left.parcel == told.parcel
            self.owed[left.order].shipped += left.units
            self.shipments.append(left.shipment)
        return (told.parcel, carton[1], told.units)

    @rule()
    def draw_up(self) -> None:
        """All that left goes one way, and a shipment is on one bill at most."""
        if fresh := [n for n in dict.fromkeys(self.shipments) if n not in self.on_bills]:
            assert not isinstance(self.do(draw_up, DrawUp(tuple(fresh))), Refused)
            self.on_bills.update(fresh)
        if self.on_bills:
            assert self.do(draw_up, DrawUp((min(self.on_bills),))).code == "on-a-bill"

    @rule(parcel=parcels, operation=st.sampled_from(["refuse", "give up", "take back", "send again"]))
    def never_came(self, parcel: tuple, operation: str) -> None:
        """A parcel is refused, lost or taken back as long as nobody received it; what is told of it later finds it again, but for what came back."""
        if not parcel:
            return
        told = self.do(*{
            "refuse": (record_refusal, RecordRefusal(parcel[0], "damaged")), "give up": (report_lost, ReportLost(parcel[0], "no trace")), "take back": (take_back, TakeBack(parcel[0])),
            "send again": (choose_remedy, ChooseRemedy(parcel[0], "cancelled"))}[operation])
        if isinstance(told, Refused):
            assert told.code in {"delivered-already", "came-back-already", "lost-already", "parcel-moves", "nothing-to-remedy"}
        elif operation == "take back":
            self.back.add(parcel[0])

    @rule(parcel=parcels)
    def deliver(self, parcel: tuple) -> None:
        if parcel:
            told = self.do(record_proof, RecordProof(parcel[0], "UPS", receiver="dock"))
            assert isinstance(told, Refused) == (parcel[0] in self.back)
            if isinstance(told, Refused):
                return
            for proven in self.told_last("ProofRecorded"):
                self.owed[proven.order].delivered = self.delivered(proven.order)

    def delivered(self, order: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("""SELECT coalesce(sum(c.quantity), 0)::bigint FROM transport_proof p JOIN transport_parcel x ON x.id = p.parcel_id
                JOIN fulfilment_carton k ON k.id = x.carton_id JOIN fulfilment_content c ON c.carton_id = k.id
                WHERE k.order_id = %s AND p.id = (SELECT min(id) FROM transport_proof WHERE parcel_id = x.id)""", [order_id(order)])
            return cursor.fetchone()[0]

    @rule(parcel=parcels, amount=st.integers(1, 9))
    def bill_freight(self, parcel: tuple, amount: int) -> None:
        """What is more than its service or its lane costs is disputed, and all of it where something of it was billed before and not given back."""
        if parcel:
            number = f"F-{self.keys}"
            told = self.do(receive_freight_invoice, ReceiveFreightInvoice("UPS", number, clock.now().date(), "EUR", (BilledLine(parcel[0], Decimal(amount)),)))
            fine = 0 if self.billed.get(parcel[0]) else min(Decimal(amount), self.freight_of(parcel[0]))
            assert (told.approved, told.disputed) == (fine, amount - fine)
            self.billed[parcel[0]] = self.billed.get(parcel[0], 0) + amount
            if amount > fine:
                self.disputed.append((number, parcel[0], amount - fine, fine))

    def freight_of(self, tracking: str) -> Decimal:
        """What a parcel is expected to cost without surcharges: by the service that was chosen with its carrier, else by its lane."""
        with connection.cursor() as cursor:
            cursor.execute("""SELECT h.carrier, h.lines::text FROM transport_parcel p JOIN transport_choice h ON h.carton_id = p.carton_id
                WHERE p.tracking = %s AND p.rides_with_id IS NULL ORDER BY h.id DESC LIMIT 1""", [tracking])
            carrier, lines = cursor.fetchone() or ("", "[]")
        return sum((Decimal(amount) for kind, amount in json.loads(lines) if kind == "freight"), Decimal(0)) if carrier == "UPS" else Decimal(5)

    @rule(outcome=st.sampled_from(["credit", "rejected", "accept"]))
    def settle_dispute(self, outcome: str) -> None:
        """The carrier gives back what is disputed, or we owe it; then it is paid."""
        if self.disputed:
            number, tracking, amount, fine = self.disputed.pop()
            told = self.do(accept_freight_line, AcceptFreightLine("UPS", number, 1, "agreed")) if outcome == "accept" else self.do(answer_dispute, AnswerDispute("UPS", number, 1, outcome))
            assert not isinstance(told, Refused)
            self.billed[tracking] -= amount if outcome == "credit" else 0
            paid = self.do(pay_freight_invoice, PayFreightInvoice("UPS", number, "bank"))
            assert (paid.code == "nothing-to-pay") if outcome == "credit" and not fine else paid.amount == (fine if outcome == "credit" else fine + amount)

    @rule(target=invoices, order=orders)
    def invoice(self, order: str) -> tuple:
        if not order:
            return ()
        told, owed = self.do(invoice, Invoice(order)), self.owed[order]
        billable = owed.shipped - (0 if self.bills_over else self.of_over(order, "shipped"))
        if billable == owed.invoiced:
            assert told.code == "nothing-to-invoice"
            return ()
        assert told.total == (billable - owed.invoiced) * 10
        owed.invoiced = billable
        return (told.invoice, order)

    @rule(invoice=consumes(invoices))
    def credit(self, invoice: tuple) -> None:
        if invoice:
            told = self.do(credit, Credit(invoice[0], "wrong price"))
            if isinstance(told, Refused):
                assert told.code == "credit-out-of-range" and self.goods_credited[invoice[1]]
            else:
                self.owed[invoice[1]].credited += sum(line.quantity for line in told.lines)

    @rule(parcel=parcels, condition=st.sampled_from(["", "Crushed"]))
    def credit_goods(self, parcel: tuple, condition: str) -> None:
        """What never came sound is credited once at most, however often it is looked at, and never more than was billed of it."""
        if not parcel:
            return
        if condition and Parcel.objects.filter(tracking=parcel[0], delivered_at__isnull=False).exists():
            self.do(record_proof, RecordProof(parcel[0], "UPS", condition=condition))
        for order in Parcel.objects.filter(tracking=parcel[0]).values_list("shipment__order_id", flat=True).distinct():
            number, owed = f"H-{order}", self.owed[f"H-{order}"]
            self.do(propose_credit, ProposeCredit(number))
            told, again = (self.do(credit_goods, CreditGoods(parcel[0], number)) for _ in range(2))
            assert again.code == "nothing-to-credit"
            if isinstance(told, Refused):
                assert told.code == "nothing-to-credit"
                continue
            owed.credited += told.units
            self.goods_credited[number] += told.units
            assert owed.credited <= owed.invoiced and self.goods_credited[number] <= owed.shipped

    @rule(parcel=parcels, end=st.sampled_from(["paid", "declined", "dismissed"]))
    def claim(self, parcel: tuple, end: str) -> None:
        """A claim has one end: what was proposed is filed or dismissed, what was filed paid or declined, and each only once."""
        if not parcel:
            return
        for kind in ("loss", "damage"):
            told = self.do(propose_claim, ProposeClaim(parcel[0], "UPS", kind))
            if not isinstance(told, ClaimProposed):
                continue
            dismiss = DismissClaim(told.claim, "not worth it")
            if end == "dismissed":
                assert not isinstance(self.do(dismiss_claim, dismiss), Refused)
                assert isinstance(self.do(propose_claim, ProposeClaim(parcel[0], "UPS", kind)), NothingToClaim)
            else:
                assert self.do(answer_claim, AnswerClaim(told.claim, "paid")).code == "state-conflict"
                assert not isinstance(self.do(open_claim, OpenClaim(parcel[0], kind, "UPS", evidence="photos")), Refused)
                assert not isinstance(self.do(answer_claim, AnswerClaim(told.claim, end, reason="so it was")), Refused)
            assert {self.do(answer_claim, AnswerClaim(told.claim, a, reason="x")).code for a in ("acknowledged", "paid", "declined")} == {"claim-closed"}
            assert self.do(dismiss_claim, dismiss).code == "claim-closed"

    @rule(answers=st.lists(st.sampled_from(["accept", "decline", "expire"]), min_size=1, max_size=4))
    def tender(self, answers: list[str]) -> None:
        """A tender is answered once: accepted it is at its end, declined or expired the next carrier is asked, until nobody is left."""
        now = clock.now()
        load = self.do(tender, Tender(now + timedelta(days=2), now + timedelta(days=3), site="HAM", country="DE")).load
        for answer in answers:
            asked = Attempt.objects.filter(load__number=load).order_by("rank").last()
            said = AnswerTender(load, asked.carrier.code, "decline" if answer == "decline" else "accept", reason="no truck")
            open_ = asked.result == ""
            with clock.standing_at(asked.answer_by + timedelta(minutes=1) if answer == "expire" and open_ else now):
                told = self.do(expire_tenders, ExpireTender(load)) if answer == "expire" else self.do(answer_tender, said)
            if open_:
                assert type(told).__name__ == {"accept": "TenderAccepted", "decline": "TenderDeclined", "expire": "TenderExpired"}[answer]
            else:
                assert type(told).__name__ == "TenderNotDue" if answer == "expire" else told.code in {"tender-closed", "tender-expired"}
            assert Attempt.objects.filter(load__number=load, result="").count() <= 1

    @invariant()
    def says_what_the_model_says(self) -> None:
        if not hasattr(self, "owed"):
            return
        with connection.cursor() as cursor:
            cursor.execute("""SELECT 'H-' || id, ordered, under, cancelled, reserved - freed, picked - put_back, packed - unpacked, shipped, delivered, invoiced, credited
                FROM orders_order""")
            found = {row[0]: row[1:] for row in cursor.fetchall()}
            cursor.execute("SELECT coalesce(sum(on_hand), 0)::bigint, coalesce(sum(reserved), 0)::bigint FROM inventory_stock")
            stock = cursor.fetchone()
        assert found == {
            number: (o.ordered, o.under, o.cancelled, o.reserved, o.picked, o.packed, o.shipped, o.delivered, o.invoiced, o.credited)
            for number, o in self.owed.items()
        }  # fmt: skip
        assert stock == (self.on_hand, sum(o.reserved - o.picked for o in self.owed.values()))
        assert sum(Balance.objects.filter(account__kind="doubt").values_list("on_hand", flat=True)) == self.doubted

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            findings = [(r.name, r.findings) for r in verify.run() if r.findings]
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            assert findings == []


class Tolerant(Company):
    """The same company with fewer things to do, so that the ways of what went out over a line, or stayed short, are walked deeper."""

    hold_and_release = free_units = release_wave = sort_units = refuse_change = expire = put_away = keep_face = replenish = carry = None
    plan_counts = count = audit = draw_up = credit = deal_out_backorders = supply_moves = release_lot = deliver = label = None
    bill_freight = settle_dispute = credit_goods = claim = tender = None
    plan_counts = count = audit = draw_up = credit = deal_out_backorders = supply_moves = release_lot = deliver = None

    @rule(target=Company.orders, quantity=st.integers(2, 6), spare=st.integers(0, 3), lot=lots, more=st.sampled_from([-2, -1, 1, 2, 3]))
    def pick_fresh(self, quantity: int, spare: int, lot: str, more: int) -> str:
        """Goods come, are ordered and released, and the picker takes more than asked, or less."""
        self.receive(quantity + spare, lot)
        order = self.place(quantity, "at_once")
        self.pick(self.release(order), more)
        return order


@pytest.mark.parametrize("company", [Company, Tolerant])
def test_any_sequence_of_acts_says_what_the_model_says(db, company):
    run_state_machine_as_test(
        company, settings=settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False),
    )  # fmt: skip
