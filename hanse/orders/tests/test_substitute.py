"""Substitute: waiting units replaced from the approved list, with consent, and the original on record."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from hanse.billing.jobs import credit_what_was_cancelled, invoice_what_is_due
from hanse.catalogue.keep_recipes import ComponentGiven, KeepRecipe, keep_recipes
from hanse.catalogue.keep_substitutes import KeepSubstitute, keep_substitutes
from hanse.edge import verify
from hanse.edge.tests.company import an_hour_later
from hanse.kernel.refused import Refused
from hanse.orders import reads
from hanse.orders.change import OrderFact
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Line, Order
from hanse.orders.previewing import owed
from hanse.orders.selling import Sold
from hanse.orders.substitute import Approved, Decided, Known, LineFact, Substitute, decide, substitute

ORDER = OrderFact(7, 1, "part-allocated", True, "EUR", 1, Decimal(100), None, 4, 6, "", None, 1, "")
LINE = LineFact(70, 7, 1, "A", None, 10, 0, 6, Decimal("100.00"), Decimal("5.00"), Decimal(19), Decimal(19), None, 2, [])
WAY = Approved("A", "B", 2, 3, "lower", True)
ITEM = Sold(5, "B", Decimal("6.00"), "EUR", "S", Decimal(7), False)
ASK = Substitute("H-7", 1, "B", 4, "J. Lindholm", "phone")


def decided(*asks: Substitute, line=LINE, way=WAY, item=ITEM, free=9) -> list[str]:
    known = Known({"H-7": ORDER}, {("H-7", 1): line}, {("A", "B"): way}, {"B": item}, {5: free})
    return [a.detail if isinstance(a, Refused) else f"{a.priced.quantity} at {a.priced.net}, freight {a.priced.freight}, tax {a.priced.tax}, was {a.was_net}" for a in decide(asks, known)]


@pytest.mark.parametrize("ask, facts, told", [
    (ASK, {}, "6 at 36.00, freight 2.00, tax 2.66, was 40.00"),
    (ASK, {"way": replace(WAY, price_rule="original")}, "6 at 40.00, freight 2.00, tax 2.94, was 40.00"),
    (ASK, {"way": replace(WAY, price_rule="substitute"), "item": replace(ITEM, price=Decimal(8))}, "6 at 48.00, freight 2.00, tax 3.50, was 40.00"),
    (ASK, {"item": replace(ITEM, price=Decimal(8))}, "6 at 40.00, freight 2.00, tax 2.94, was 40.00"),
    (ASK, {"line": replace(LINE, tax_rate=Decimal(0))}, "6 at 36.00, freight 2.00, tax 0.00, was 40.00"),
    (replace(ASK, agreed_by=""), {"way": replace(WAY, consent=False)}, "6 at 36.00, freight 2.00, tax 2.66, was 40.00"),
    (replace(ASK, agreed_by=""), {}, "B may only replace A when the customer agrees: say who agreed, and how."),
    (replace(ASK, agreed_how=""), {}, "B may only replace A when the customer agrees: say who agreed, and how."),
    (replace(ASK, quantity=8), {"free": 20}, "6 of 8 A wait for stock; only those can be replaced."),
    (replace(ASK, quantity=3), {}, "3 B replace 2 A: 3 is no multiple of 2."),
    (ASK, {"free": 5}, "5 of 6 B available."),
    (replace(ASK, by="C"), {}, "C is not approved to stand in for A."),
    (ASK, {"item": replace(ITEM, retired=True)}, "B is not approved to stand in for A."),
    (ASK, {"item": replace(ITEM, currency="SEK")}, "B has no price in EUR, and the list asks for it."),
    (ASK, {"line": replace(LINE, kit=3)}, "Line 1 is part of the kit at line 3: say how many kits."),
    (ASK, {"line": replace(LINE, holds=["fraud"])}, "H-7 is on fraud hold. Release the hold first."),
    (replace(ASK, line=9), {}, "H-7 has no line 9."),
    (replace(ASK, order="H-8"), {}, "There is no order H-8."),
])
def test_a_substitute_goes_by_the_list(ask, facts, told):
    [said] = decided(ask, **facts)
    assert said == told


def test_all_findings_come_at_once_and_an_order_has_one_substitution_in_a_batch():
    known = Known({"H-7": ORDER}, {("H-7", 1): LINE}, {("A", "B"): WAY}, {"B": ITEM}, {5: 20})
    [no] = decide([Substitute("H-7", 1, "B", 7)], known)
    assert [e.code for e in no.errors] == ["not-waiting", "ratio-broken", "consent-missing"]
    yes, again = decide([replace(ASK, quantity=2), ASK], known)
    assert isinstance(yes, Decided) and again.code == "state-conflict"


@pytest.fixture
def waiting(given):
    """Ten A are ordered at 10.00, four are there; six B at 9.00 may stand in, when the customer agrees."""
    site = given.site()
    given.customer()
    a, b = given.item("A", "10.00", tax_rate=Decimal(19)), given.item("B", "9.00", tax_rate=Decimal(7), weight_g=250)
    given.stocked(a, site, 4)
    given.stocked(b, site, 6)
    keep_substitutes([KeepSubstitute("A", "B")], by="ann")
    return given.order(("A", 10), freight=Decimal("5.00"))


def test_what_may_stand_in_is_proposed_while_it_is_in_stock(given, waiting):
    [it] = reads.proposals(waiting)
    assert (it.line, it.sku, it.waiting, it.by, it.free, it.most, it.consent) == (1, "A", 6, "B", 6, 6, True)
    keep_substitutes([KeepSubstitute("A", "B", until_on=date(2026, 11, 15), from_on=date(2026, 1, 1))], by="ann")
    assert reads.proposals(waiting) == []
    [no] = substitute([Substitute(waiting, 1, "B", 2, "J. Lindholm", "phone")], by="ann")
    assert no.code == "not-a-substitute"


def test_what_was_previewed_is_what_is_done_and_the_original_stays_on_record(given, waiting):
    ask = Substitute(waiting, 1, "B", 4, "J. Lindholm", "phone", reason="A is late")
    before = owed(reads.order(waiting))
    [seen] = substitute([ask], by="ann", dry_run=True)
    assert Line.objects.count() == 1
    [done] = substitute([replace(ask, accept=seen.after.mark)], by="ann", key="k")
    assert done.after == seen.after and done.said() == "4 A replaced by 4 B, agreed by J. Lindholm (phone)"
    assert substitute([replace(ask, accept=seen.after.mark)], by="ann", key="k") == [done]
    was, now = Line.objects.order_by("id")
    assert (was.ordered, was.cancelled, was.reserved) == (10, 4, 4)
    assert (now.substitute_of_id, now.item.sku, now.ordered, now.reserved) == (was.pk, "B", 4, 4)
    assert (now.net, now.freight, now.tax, now.tax_rate) == (Decimal("36.00"), Decimal("2.00"), Decimal("2.66"), Decimal(7))
    assert before - owed(reads.order(waiting)) == Decimal("4.00") + (Decimal("7.96") - Decimal("2.66"))
    assert Order.objects.get().version == 2 and [x.substitute_of for x in reads.order(waiting).lines] == [None, 1]
    with an_hour_later():
        assert [r.findings for r in verify.run() if r.findings] == []


def test_an_old_preview_is_refused(given, waiting):
    ask = Substitute(waiting, 1, "B", 4, "J. Lindholm", "phone")
    [seen] = substitute([ask], by="ann", dry_run=True)
    substitute([replace(ask, quantity=1)], by="ann")
    [no] = substitute([replace(ask, accept=seen.after.mark)], by="ann")
    assert no.code == "preview-expired" and Line.objects.count() == 2


def test_a_held_order_gets_no_substitute(given, waiting):
    hold([Hold(waiting, "fraud")], by="ann")
    [no] = substitute([Substitute(waiting, 1, "B", 2, "J. Lindholm", "phone")], by="ann")
    assert no.code == "on-hold"


def test_what_was_billed_in_advance_is_credited_and_the_substitute_billed(given):
    site = given.site()
    given.customer()
    given.item("A", "10.00")
    given.stocked(given.item("B", "9.00"), site, 6)
    keep_substitutes([KeepSubstitute("A", "B", consent=False)], by="ann")
    order = given.order(("A", 5), invoice_rule="order")
    with an_hour_later():
        invoice_what_is_due()
        substitute([Substitute(order, 1, "B", 5)], by="ann")
    credit_what_was_cancelled([int(order[2:])])
    with an_hour_later(), an_hour_later():
        invoice_what_is_due()
    [bill, *_], [back] = given.told("InvoiceIssued"), given.told("CreditIssued")
    assert (bill.total, back.total, given.told("InvoiceIssued")[-1].total) == (50, 50, 45)


def test_components_of_a_kit_are_not_substituted(given):
    given.site()
    given.customer()
    for sku in ("SET", "A", "B"):
        given.item(sku)
    keep_recipes([KeepRecipe("SET", (ComponentGiven("A", 1),))], by="ann")
    keep_substitutes([KeepSubstitute("A", "B", consent=False)], by="ann")
    order = given.order(("SET", 1))
    [no] = substitute([Substitute(order, 2, "B", 1)], by="ann")
    assert no.code == "part-of-kit" and reads.proposals(order) == []
