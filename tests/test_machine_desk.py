"""The order desk in any order that hypothesis thinks of: quotes, recurring orders, exceptions, plans, late supply and consent, over two sites.

What the desk keeps is told to a plain-Python model, which knows what each step may answer; what moves stock and money is proven by
`hanse verify` at the end.
"""

from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule, run_state_machine_as_test

from hanse.billing.invoice import Invoice, invoice
from hanse.billing.jobs import credit_what_was_cancelled, invoice_what_is_due
from hanse.billing.pay_back import PayBack, pay_back
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.catalogue.keep_substitutes import KeepSubstitute, keep_substitutes
from hanse.edge import verify
from hanse.edge.give_back_exceptions import GiveBackException, give_back_exceptions
from hanse.edge.hand_on_exceptions import HandOnException, hand_on_exceptions
from hanse.edge.models import Ownership
from hanse.edge.take_exceptions import TakeException, take_exceptions
from hanse.fulfilment.pick import Pick, pick
from hanse.fulfilment.release import Release, release
from hanse.inventory.count import Count, count
from hanse.inventory.expect import Expect, expect
from hanse.inventory.move import Move, move
from hanse.inventory.quarantine import Quarantine, quarantine
from hanse.inventory.receive import Receive, receive
from hanse.journal.principals import HANSE
from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.network.models import Bin
from hanse.orders import reads
from hanse.orders.accept_quotes import AcceptQuote, accept_quotes
from hanse.orders.allocate import Allocate, allocate
from hanse.orders.answer_consent import AnswerConsent, answer_consent
from hanse.orders.assign import Assign, AssignLine, assign
from hanse.orders.book_appointments import BookAppointment, book_appointments
from hanse.orders.cancel import Cancel, cancel
from hanse.orders.change import Change, ChangeLine, change
from hanse.orders.follow_supply import FollowSupply, follow_supply
from hanse.orders.hold import Hold, hold
from hanse.orders.make_quotes import MakeQuote, make_quotes
from hanse.orders.models import Allocation, Consent, Occurrence, Order, Recurring
from hanse.orders.pause_recurring import PauseRecurring, pause_recurring
from hanse.orders.place import Place, PlaceLine, place
from hanse.orders.place_due import PlaceDue, place_due
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.orders.replan import Give, Replan, Take, replan
from hanse.orders.resume_recurring import ResumeRecurring, resume_recurring
from hanse.orders.start_recurring import StartRecurring, start_recurring
from hanse.orders.substitute import Substitute, substitute
from tests.given import MONDAY, Given

units = st.integers(1, 5)
sites = st.sampled_from(["HAM", "LEI"])
people = st.sampled_from(["ann", "ina"])

pytestmark = pytest.mark.at_length


class Desk(RuleBasedStateMachine):
    orders = Bundle("orders")
    quotes = Bundle("quotes")
    recurring = Bundle("recurring")
    holds = Bundle("holds")

    @initialize(stock=st.integers(0, 12))
    def open_company(self, stock: int) -> None:
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.keys, self.now = 0, MONDAY
        given = Given()
        for sku in ("A", "B", "SET"):
            given.item(sku)
        for code in ("HAM", "LEI"):
            Bin.objects.create(site=given.site(code), code="A-02", walk=2)
        given.customer(consent_days=1), given.user("ina", "order desk")
        keep_substitutes([KeepSubstitute("A", "B", consent=False)], by=HANSE)
        keep_recipes([KeepRecipe("SET", (ComponentGiven("A", 2),))], by=HANSE)
        self.quoted: dict[str, tuple[date, bool]] = {}
        self.rules: dict[str, tuple[date, bool]] = {}
        self.owners: dict[str, str] = {}
        self.held: set[str] = set()
        for site in ("HAM", "LEI"):
            if stock:
                self.receive(site, stock)

    def do(self, operation, ask, by=HANSE):
        """Every act twice with one key: the second must change nothing and say the same."""
        self.keys += 1
        with clock.standing_at(self.now):
            [answer] = operation([ask], by=by, key=f"k{self.keys}")
            if not isinstance(answer, Refused):
                assert operation([ask], by=by, key=f"k{self.keys}") == [answer]
        return answer

    def said(self, operation, ask, by=HANSE) -> str:
        """What is told, by its kind, or the code of the refusal."""
        answer = self.do(operation, ask, by)
        return answer.code if isinstance(answer, Refused) else type(answer).__name__

    @property
    def today(self) -> date:
        return self.now.date()

    @rule(days=st.integers(1, 3))
    def days_pass(self, days: int) -> None:
        """What billing does by itself is done meanwhile."""
        self.now += timedelta(days=days)
        with clock.standing_at(self.now):
            credit_what_was_cancelled(list(Order.objects.values_list("id", flat=True)))
            invoice_what_is_due()

    @rule(site=sites, quantity=units)
    def receive(self, site: str, quantity: int) -> None:
        assert self.said(receive, Receive(site, "A", quantity, "A-01")) == "StockReceived"
        assert self.said(receive, Receive(site, "B", 1, "A-01")) == "StockReceived"

    @rule(target=orders, quantity=units, sku=st.sampled_from(["A", "SET"]))
    def place(self, quantity: int, sku: str) -> str:
        return self.do(place, Place("REUTER", (PlaceLine(sku, quantity),), invoice_rule="order")).order

    # -- quotes ---------------------------------------------------------------------------------------------------------

    @rule(target=quotes, quantity=units, days=st.integers(0, 3), sku=st.sampled_from(["A", "SET"]))
    def quote(self, quantity: int, days: int, sku: str) -> str:
        told = self.do(make_quotes, MakeQuote(Place("REUTER", (PlaceLine(sku, quantity),)), self.today + timedelta(days=days)))
        self.quoted[told.quote] = (told.valid_until, False)
        return told.quote

    @rule(target=orders, quote=quotes)
    def accept_quote(self, quote: str) -> str:
        until, done = self.quoted[quote]
        told = self.do(accept_quotes, AcceptQuote(quote))
        if isinstance(told, Refused):
            assert told.code == ("quote-accepted" if done else "quote-expired") and (done or self.today > until)
            return multiple()
        assert not done and self.today <= until
        self.quoted[quote] = (until, True)
        return told.order

    @rule(parts=st.integers(1, 3))
    def make_the_kit_otherwise(self, parts: int) -> None:
        self.do(keep_recipes, KeepRecipe("SET", (ComponentGiven("A", parts),)))

    # -- recurring orders ---------------------------------------------------------------------------------------------

    @rule(target=recurring, quantity=units)
    def start_recurring(self, quantity: int) -> str:
        told = self.do(start_recurring, StartRecurring(Place("REUTER", (PlaceLine("A", quantity),)), "FREQ=DAILY", self.today))
        self.rules[told.recurring] = (self.today, False)
        return told.recurring

    @rule(it=recurring)
    def place_due(self, it: str) -> None:
        due, paused = self.rules[it]
        done = Occurrence.objects.filter(recurring_id=int(it[2:]), day=due).exists()
        told = self.said(place_due, PlaceDue(it, due))
        if done:
            assert told == "occurrence-done"
        elif paused:
            assert told == "recurring-paused"
        elif due > self.today:
            assert told == "occurrence-not-due"
        else:
            assert told == "OccurrencePlaced"
            self.rules[it] = (due + timedelta(days=1), False)

    @rule(it=recurring)
    def pause_or_resume(self, it: str) -> None:
        due, paused = self.rules[it]
        if not paused:
            assert self.said(pause_recurring, PauseRecurring(it)) == "RecurringPaused"
            assert self.said(pause_recurring, PauseRecurring(it)) == "recurring-paused"
            self.rules[it] = (due, True)
        else:
            assert self.said(resume_recurring, ResumeRecurring(it)) == "RecurringResumed"
            self.rules[it] = (max(due, self.today), False)

    # -- exceptions -----------------------------------------------------------------------------------------------------

    @rule(target=holds, order=orders)
    def hold(self, order: str) -> str:
        told = self.said(hold, Hold(order, "price"))
        if told == "OrderHeld":
            self.held.add(f"{order}/price")
            return f"{order}/price"
        assert told in ("hold-stands", "order-closed")
        return multiple()

    @rule(subject=holds)
    def release_hold(self, subject: str) -> None:
        told = self.said(release_hold, ReleaseHold(subject.removesuffix("/price"), "price"))
        assert (told == "HoldReleased") == (subject in self.held) or told == "order-closed"
        if told == "HoldReleased":
            self.held.discard(subject)

    def live(self, subject: str) -> bool:
        return subject in self.held and Order.objects.get(pk=int(subject[2:].split("/")[0])).open

    @rule(subject=holds, who=people)
    def take_exception(self, subject: str, who: str) -> None:
        told = self.said(take_exceptions, TakeException("hold", subject), who)
        assert told == ("exception-gone" if not self.live(subject) else "exception-owned" if subject in self.owners else "ExceptionTaken")
        if told == "ExceptionTaken":
            self.owners[subject] = who

    @rule(subject=holds, who=people)
    def hand_on_exception(self, subject: str, who: str) -> None:
        to = "ina" if who == "ann" else "ann"
        told = self.said(hand_on_exceptions, HandOnException("hold", subject, to), who)
        assert told == ("exception-gone" if not self.live(subject) else "exception-owned" if self.owners.get(subject, who) != who else "ExceptionHandedOn")
        if told == "ExceptionHandedOn":
            self.owners[subject] = to

    @rule(subject=holds, who=people)
    def give_back_exception(self, subject: str, who: str) -> None:
        told = self.said(give_back_exceptions, GiveBackException("hold", subject), who)
        assert (told == "ExceptionGivenBack") == (self.owners.get(subject) == who)
        if told == "ExceptionGivenBack":
            del self.owners[subject]

    # -- where units come from ------------------------------------------------------------------------------------------

    @rule(order=orders)
    def allocate(self, order: str) -> None:
        assert self.said(allocate, Allocate(order)) in ("UnitsAllocated", "nothing-open", "on-hold")

    @rule(order=orders, site=sites, quantity=units)
    def assign(self, order: str, site: str, quantity: int) -> None:
        self.do(assign, Assign(order, (AssignLine(1, site, quantity),)))

    @rule(order=orders, quantity=units)
    def replan(self, order: str, quantity: int) -> None:
        """A plan moves units to the other site where both can: what is not on the floor, as much as is free there."""
        at = Allocation.objects.filter(order_id=int(order[2:]), line__kit=None).select_related("site", "line").first()
        if at is None:
            return
        other = "LEI" if at.site.code == "HAM" else "HAM"
        loose = at.reserved - at.freed - max(at.released - at.recalled, at.picked - at.put_back)
        told = self.said(replan, Replan((Give(at.pk, quantity),), (Take(order, at.line.position, other, quantity),)))
        assert told in ("AllocationsReplanned", "plan-expired", "on-hold") and (told != "AllocationsReplanned" or quantity <= loose)

    @rule(days=st.integers(-3, 9), quantity=st.integers(1, 9))
    def supply_moves(self, days: int, quantity: int) -> None:
        due = self.today + timedelta(days=5 + days)
        assert self.said(expect, Expect("PO-1", "HAM", "A", quantity, due)) in ("InboundExpected", "InboundMoved", "InboundKept")
        assert self.said(follow_supply, FollowSupply("A")) == "SupplyFollowed"

    @rule(order=orders, answer=st.sampled_from(["agreed", "cancel", "free"]))
    def answer_consent(self, order: str, answer: str) -> None:
        asked = Consent.objects.filter(line__order_id=int(order[2:]), answer=None).select_related("line").first()
        told = self.said(answer_consent, AnswerConsent(order, asked.line.position if asked else 1, answer, "Ms Reuter"))
        assert told == ("ConsentAnswered" if asked else "nothing-asked") or (asked and told == "values-refused")

    @rule(order=orders, quantity=units)
    def substitute(self, order: str, quantity: int) -> None:
        self.do(substitute, Substitute(order, 1, "B", quantity))

    @rule(order=orders, quantity=st.integers(0, 6))
    def change(self, order: str, quantity: int) -> None:
        self.do(change, Change(order, (ChangeLine(1, quantity),)))

    @rule(order=orders, days=st.integers(-1, 9), by_customer=st.booleans())
    def another_day(self, order: str, days: int, by_customer: bool) -> None:
        first = {x.position: (x.first_promised_on, x.basis_on) for x in reads.order(order).lines}
        self.do(change, Change(order, promised_on=self.today + timedelta(days=days), by_customer=by_customer))
        now = {x.position: (x.first_promised_on, x.basis_on) for x in reads.order(order).lines}
        assert all(now[p][0] == was for p, (was, _) in first.items() if was), "a first promise is written once"
        assert by_customer or all(now[p][1] == basis for p, (was, basis) in first.items() if was), "our own wish moves no basis"

    @rule(order=orders, hours=st.integers(0, 60))
    def book_an_appointment(self, order: str, hours: int) -> None:
        self.do(book_appointments, BookAppointment(order, self.now, self.now + timedelta(hours=hours)))

    @rule(order=orders)
    def cancel(self, order: str) -> None:
        self.do(cancel, Cancel(order, fallback="let-go"))

    # -- the floor, stock and money under it ----------------------------------------------------------------------------

    @rule(order=orders, pick_it=st.booleans())
    def release(self, order: str, pick_it: bool) -> None:
        told = self.do(release, Release(order))
        for task in () if isinstance(told, Refused) or not pick_it else told.tasks[:1]:
            self.do(pick, Pick(task.task, task.quantity))

    @rule(site=sites, bins=st.permutations(["A-01", "A-02"]), quantity=units)
    def move(self, site: str, bins: list[str], quantity: int) -> None:
        assert self.said(move, Move(site, "A", quantity, bins[0], bins[1])) in ("StockMoved", "bin-short")

    @rule(site=sites, quantity=units, back=st.booleans())
    def quarantine(self, site: str, quantity: int, back: bool) -> None:
        self.do(quarantine, Quarantine(site, "A", quantity, "A-01", "dented", back))

    @rule(site=sites, bin=st.sampled_from(["A-01", "A-02"]), found=st.integers(0, 9))
    def count(self, site: str, bin: str, found: int) -> None:
        """Found is found, whatever was promised."""
        assert self.do(count, Count(site, "A", found, bin)).counted == found

    @rule(order=orders, share=st.integers(1, 4))
    def pay(self, order: str, share: int) -> None:
        bill = self.do(invoice, Invoice(order))
        if not isinstance(bill, Refused) and bill.total:
            paid = bill.total * share / 2
            assert self.said(receive_payment, ReceivePayment(f"P-{self.keys}", "REUTER", paid, "EUR")) == "PaymentReceived"
            self.do(pay_back, PayBack(f"R-{self.keys}", "REUTER", paid, "EUR"))

    @invariant()
    def the_desk_keeps_what_it_was_told(self) -> None:
        if hasattr(self, "owners"):
            assert dict(Ownership.objects.values_list("subject", "owner")) == self.owners
            assert {f"R-{pk}": (on, paused is not None) for pk, on, paused in Recurring.objects.values_list("pk", "next_on", "paused_at")} == self.rules

    def teardown(self) -> None:
        if hasattr(self, "undo"):
            with clock.standing_at(self.now):
                findings = [(r.name, r.findings) for r in verify.run() if r.findings]
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)
            assert findings == []


def test_the_desk_keeps_its_word_whatever_happens(db):
    run_state_machine_as_test(
        Desk, settings=settings(max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck), report_multiple_bugs=False),
    )  # fmt: skip
