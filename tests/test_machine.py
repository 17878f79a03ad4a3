"""All operations against a plain-Python model, in any order that hypothesis thinks of.

One item, one site, orders of one line. The model knows what each step may take; after each step the counters,
the stock and the ledger must say what the model says, and `hanse verify` must find nothing.
"""

from dataclasses import dataclass, field

from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule, run_state_machine_as_test

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, invoice
from hanse.edge import verify
from hanse.fulfilment import planning
from hanse.fulfilment.audit import Audit, Found, audit
from hanse.fulfilment.hold_lot import HoldLot, hold_lot
from hanse.fulfilment.pack import Pack, pack
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.recall_lot import RecallLot, recall_lot
from hanse.fulfilment.release import Release, release
from hanse.fulfilment.release_wave import ReleaseWave, release_wave
from hanse.fulfilment.sort_units import SortUnits, sort_units
from hanse.fulfilment.start_tour import StartTour, start_tour
from hanse.fulfilment.take_out import TakeOut, take_out
from hanse.fulfilment.withdraw import Withdraw, withdraw
from hanse.inventory.receive import Receive, receive
from hanse.inventory.release_lot import ReleaseLot, release_lot
from hanse.journal.principals import HANSE
from hanse.kernel.numbers import order_id
from hanse.kernel.refused import Refused
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.cancel import Cancel, CancelLine, cancel
from hanse.orders.free import Free, free
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Allocation
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.transport.hand_over import HandOver, hand_over
from hanse.transport.record_proof import RecordProof, record_proof
from tests.given import Given

units = st.integers(1, 6)
lots = st.sampled_from(["L1", "L2"])


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
    on_floor: int = 0
    held: bool = False
    loose: list[int] = field(default_factory=list)

    @property
    def open(self) -> int:
        return self.ordered - self.cancelled - self.reserved


class Company(RuleBasedStateMachine):
    orders = Bundle("orders")
    tasks = Bundle("tasks")
    cartons = Bundle("cartons")
    parcels = Bundle("parcels")
    invoices = Bundle("invoices")

    @initialize(stock=st.integers(0, 12))
    def open_company(self, stock: int) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        given = Given()
        self.item, self.site = given.item(tracking="lot"), given.site()
        given.customer()
        self.on_hand, self.owed, self.keys, self.stopped = 0, {}, 0, {}
        if stock:
            self.receive(stock, "L1")

    def do(self, operation, ask):
        """Every act twice with one key: the second must change nothing and say the same."""
        self.keys += 1
        key = f"k{self.keys}"
        [answer] = operation([ask], by=HANSE, key=key)
        if not isinstance(answer, Refused):
            assert operation([ask], by=HANSE, key=key) == [answer]
        return answer

    def free_stock(self) -> int:
        return self.on_hand - sum(o.reserved - o.picked for o in self.owed.values())

    @rule(quantity=units, lot=lots)
    def receive(self, quantity: int, lot: str) -> None:
        assert not isinstance(self.do(receive, Receive("HAM", "BRG-6204", quantity, "A-01", lot=lot)), Refused)
        self.on_hand += 0 if lot in self.stopped else quantity

    @rule(target=orders, quantity=units, reserve=st.sampled_from(["at_once", "later", "or_refuse"]))
    def place(self, quantity: int, reserve: str) -> str:
        available = self.free_stock()
        told = self.do(place, Place("REUTER", (PlaceLine("BRG-6204", quantity),), reserve=reserve))
        if reserve == "or_refuse" and available < quantity:
            assert told.code == "stock-short"
            return ""
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

    @rule(order=orders, quantity=units)
    def cancel(self, order: str, quantity: int) -> None:
        if not order:
            return
        owed = self.owed[order]
        can = owed.ordered - owed.cancelled - owed.picked
        told = self.do(cancel, Cancel(order, (CancelLine(1, quantity),)))
        if quantity > can:
            assert told.code == "units-bound"
            return
        owed.reserved -= max(quantity - owed.open, 0)
        owed.cancelled += quantity

    @rule(order=orders)
    def hold_and_release(self, order: str) -> None:
        if order and self.owed[order].ordered > self.owed[order].cancelled + self.owed[order].delivered:
            assert not isinstance(self.do(hold, Hold(order, "credit")), Refused)
            assert self.do(release, Release(order)).code == "on-hold"
            assert not isinstance(self.do(release_hold, ReleaseHold(order, "credit")), Refused)

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
        return () if told is None or isinstance(told, Refused) else tuple((t.task, order) for t in told.tasks)

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
            return tuple(cursor.fetchall())

    @rule(tasks=tasks)
    def sort_units(self, tasks: tuple) -> None:
        for task, _ in tasks[:1]:
            self.do(sort_units, SortUnits(task))

    @rule(order=orders)
    def withdraw(self, order: str) -> None:
        if order:
            self.do(withdraw, Withdraw(order))

    @rule(tasks=consumes(tasks), short=st.booleans())
    def pick(self, tasks: tuple, short: bool) -> None:
        for task, order in tasks:
            with connection.cursor() as cursor:
                cursor.execute("SELECT to_pick - withdrawn FROM fulfilment_task WHERE id = %s AND closed_at IS NULL", [task])
                row = cursor.fetchone()
            if row is None:
                continue
            owed, missing = self.owed[order], 1 if short else 0
            told = self.do(pick, Pick(task, max(row[0] - missing, 0), "bin empty" if short else "", tote="C-1" if task % 3 == 0 else ""))
            if isinstance(told, Refused):
                assert told.code == "task-withdrawn"
                continue
            self.on_hand -= told.taken + told.short
            owed.picked += told.taken
            owed.reserved -= told.short
            owed.reserved += min(told.short, owed.open, self.free_stock())

    @rule(target=cartons, order=orders)
    def pack(self, order: str) -> tuple:
        told = self.do(pack, Pack(order, "HAM")) if order else None
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
            assert told.code == "not-in-tote"
            return carton
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
        owed.reserved += min(told.quantity, owed.open, self.free_stock())

    @rule(lot=lots, good=st.booleans())
    def stop_lot(self, lot: str, good: bool) -> None:
        """Hold or recall: what lay in bins is off sale, and what was promised beyond the rest is free again."""
        in_bins = self.lies(lot, "bin")
        told = self.do(hold_lot, HoldLot("BRG-6204", lot, "smells")) if good else self.do(recall_lot, RecallLot("BRG-6204", lot, "glass"))
        if isinstance(told, Refused):
            assert told.code == "lot-unknown" or lot in self.stopped
            return
        self.stopped[lot] = good
        self.on_hand -= in_bins
        freed = [(h.order, h.quantity) for h in told.hits if h.place == "freed"]
        assert sum(n for _, n in freed) == max(0, -self.free_stock())
        for order, n in freed:
            self.owed[order].reserved -= n

    @rule(lot=lots)
    def release_lot(self, lot: str) -> None:
        back = self.lies(lot, "quarantine' AND a.code <> '")
        told = self.do(release_lot, ReleaseLot("BRG-6204", lot, "fine"))
        if isinstance(told, Refused):
            assert not self.stopped.get(lot)
            return
        assert self.stopped.pop(lot)
        self.on_hand += back

    def lies(self, lot: str, kind: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT coalesce(sum(b.on_hand), 0)::bigint FROM inventory_balance b JOIN inventory_account a ON a.id = b.account_id WHERE a.kind = '{kind}' AND b.lot = %s", [lot])
            return cursor.fetchone()[0]

    @rule(target=parcels, carton=consumes(cartons))
    def hand_over(self, carton: tuple) -> tuple:
        if not carton:
            return ()
        told = self.do(hand_over, HandOver(carton[0], "UPS"))
        if isinstance(told, Refused):
            assert told.errors[0].code == "lot-held" and self.stopped
            return ()
        self.owed[carton[1]].shipped += told.units
        return (told.parcel, carton[1], told.units)

    @rule(parcel=parcels)
    def deliver(self, parcel: tuple) -> None:
        if parcel:
            told = self.do(record_proof, RecordProof(parcel[0], "UPS", receiver="dock"))
            assert not isinstance(told, Refused)
            self.owed[parcel[1]].delivered = self.delivered(parcel[1])

    def delivered(self, order: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute("""SELECT coalesce(sum(c.quantity), 0)::bigint FROM transport_proof p JOIN transport_parcel x ON x.id = p.parcel_id
                JOIN fulfilment_carton k ON k.id = x.carton_id JOIN fulfilment_content c ON c.carton_id = k.id
                WHERE k.order_id = %s AND p.id = (SELECT min(id) FROM transport_proof WHERE parcel_id = x.id)""", [order_id(order)])
            return cursor.fetchone()[0]

    @rule(target=invoices, order=orders)
    def invoice(self, order: str) -> tuple:
        if not order:
            return ()
        told, owed = self.do(invoice, Invoice(order)), self.owed[order]
        if owed.shipped == owed.invoiced:
            assert told.code == "nothing-to-invoice"
            return ()
        assert told.total == (owed.shipped - owed.invoiced) * 10
        owed.invoiced = owed.shipped
        return (told.invoice, order)

    @rule(invoice=consumes(invoices))
    def credit(self, invoice: tuple) -> None:
        if invoice:
            told = self.do(credit, Credit(invoice[0], "wrong price"))
            self.owed[invoice[1]].credited += sum(line.quantity for line in told.lines)

    @invariant()
    def says_what_the_model_says(self) -> None:
        if not hasattr(self, "owed"):
            return
        with connection.cursor() as cursor:
            cursor.execute("""SELECT 'H-' || id, ordered, cancelled, reserved - freed, picked - put_back, packed - unpacked, shipped, delivered, invoiced, credited
                FROM orders_order""")
            found = {row[0]: row[1:] for row in cursor.fetchall()}
            cursor.execute("SELECT coalesce(sum(on_hand), 0)::bigint, coalesce(sum(reserved), 0)::bigint FROM inventory_stock")
            stock = cursor.fetchone()
        assert found == {
            number: (o.ordered, o.cancelled, o.reserved, o.picked, o.packed, o.shipped, o.delivered, o.invoiced, o.credited)
            for number, o in self.owed.items()
        }  # fmt: skip
        assert stock == (self.on_hand, sum(o.reserved - o.picked for o in self.owed.values()))

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            findings = [(r.name, r.findings) for r in verify.run() if r.findings]
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            assert findings == []


def test_any_sequence_of_acts_says_what_the_model_says(db):
    run_state_machine_as_test(
        Company, settings=settings(max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False),
    )  # fmt: skip
