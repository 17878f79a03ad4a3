"""Exceptions: derived by query, one row each, what is lost first stands first; only whose they are is stored."""

from datetime import timedelta
from decimal import Decimal

import pytest

from hanse.billing.credit import Credit, credit
from hanse.billing.invoice import Invoice, invoice
from hanse.billing.models import Match
from hanse.edge import attention
from hanse.edge.attention import Wanted
from hanse.edge.end_ownership import EndOwnership, end_ownership
from hanse.edge.end_ownership import decide as end_decide
from hanse.edge.give_back_exceptions import GiveBackException, give_back_exceptions
from hanse.edge.give_back_exceptions import decide as give_back_decide
from hanse.edge.hand_on_exceptions import HandOnException, hand_on_exceptions
from hanse.edge.hand_on_exceptions import decide as hand_on_decide
from hanse.edge.jobs import end_gone_ownership
from hanse.edge.kinds import ALL, KINDS, kinds_of
from hanse.edge.models import Endpoint, Ownership
from hanse.edge.ownership import Known
from hanse.edge.take_exceptions import TakeException, take_exceptions
from hanse.edge.take_exceptions import decide as take_decide
from hanse.journal.models import Event, Follower, ParkedFact
from hanse.kernel.refused import Refused
from hanse.orders.hold import Hold, hold
from hanse.orders.models import Order
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.transport.jobs import notice_what_is_silent
from hanse.transport.models import Parcel
from hanse.transport.tests.road import on_its_way
from tests.given import MONDAY

from .test_order_page import TODAY, company, reader, text

HELD = ("hold", "H-1/credit")


def told(answer):
    return answer.code if isinstance(answer, Refused) else type(answer).__name__


# -- deciding -----------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("owner, asks, answers", [
    ("", [("ina", "")], ["ExceptionTaken"]),
    ("", [("ina", ""), ("max", "")], ["ExceptionTaken", "exception-owned"]),
    ("ina", [("ina", "")], ["exception-owned"]),
    ("ina", [("max", "")], ["exception-owned"]),
    ("ina", [("max", "ina")], ["ExceptionTaken"]),
    ("ina", [("max", "eva")], ["exception-owned"]),
    ("", [("max", "ina")], ["exception-unowned"]),
])
def test_what_is_nobodys_is_taken_once_and_a_colleagues_only_by_naming_them(owner, asks, answers):
    known = Known(frozenset({HELD}), {HELD: owner} if owner else {})
    assert [told(a) for a in take_decide([TakeException(*HELD, instead_of=other) for _, other in asks], [who for who, _ in asks], known)] == answers


def test_what_no_longer_needs_a_person_is_neither_taken_nor_handed_on():
    known = Known(frozenset(), {})
    assert [told(a) for a in take_decide([TakeException(*HELD)], ["ina"], known)] == ["exception-gone"]
    assert [told(a) for a in hand_on_decide([HandOnException(*HELD, "max")], ["ina"], {"max"}, known)] == ["exception-gone"]


@pytest.mark.parametrize("owner, who, to, answer", [
    ("ina", "ina", "max", "ExceptionHandedOn"), ("", "ina", "max", "ExceptionHandedOn"), ("eva", "ina", "max", "exception-owned"),
    ("max", "max", "max", "exception-owned"), ("ina", "ina", "nobody known", "person-unknown"),
])
def test_what_is_mine_or_nobodys_is_handed_on_to_somebody_who_is_here(owner, who, to, answer):
    known = Known(frozenset({HELD}), {HELD: owner} if owner else {})
    assert [told(a) for a in hand_on_decide([HandOnException(*HELD, to)], [who], {"max"}, known)] == [answer]


@pytest.mark.parametrize("owner, answers", [("ina", ["ExceptionGivenBack", "exception-unowned"]), ("max", ["exception-owned"] * 2), ("", ["exception-unowned"] * 2)])
def test_everybody_gives_back_only_what_is_theirs_and_once(owner, answers):
    known = Known(frozenset(), {HELD: owner} if owner else {})
    assert [told(a) for a in give_back_decide([GiveBackException(*HELD)] * 2, ["ina"] * 2, known)] == answers


@pytest.mark.parametrize("live, owner, answer", [(False, "ina", "OwnershipEnded"), (True, "ina", "state-conflict"), (False, "", "exception-unowned")])
def test_ownership_ends_only_when_the_cause_is_gone(live, owner, answer):
    known = Known(frozenset({HELD} if live else ()), {HELD: owner} if owner else {})
    assert [told(a) for a in end_decide([EndOwnership(*HELD)], known)] == [answer]


# -- the queue ----------------------------------------------------------------------------------------------------------------


def held(given, count=1, **fields):
    numbers = [given.order(("BRG-6204", 1 + n), **fields) for n in range(count)]
    hold([Hold(n, "credit", "over the limit") for n in numbers], by="ann")
    return numbers


def subjects(**want):
    return [(n.kind, n.subject) for n in attention.needs(want.get("kinds", list(KINDS)), TODAY, Wanted(want.get("kinds", list(KINDS)), want.get("whose", ""), want.get("site", "")))]


def test_every_kind_can_be_asked_for_and_names_its_rows_once(given):
    assert len(KINDS) == len(ALL)
    for kind in KINDS:
        assert attention.needs([kind], TODAY) == []
    assert attention.needs([], TODAY) == [] and attention.counts(Wanted([]), TODAY) == []


@pytest.mark.parametrize("role, sees, not_", [
    ("warehouse", "short", "hold"), ("finance", "differs", "late"), ("transport", "still", "hold"), ("order desk", "hold", "job"), ("admin", "job", ""), ("", "webhook", ""),
])
def test_each_role_looks_after_its_kinds(role, sees, not_):
    assert sees in kinds_of(role) and not_ not in kinds_of(role)


def test_what_is_lost_first_stands_first_by_day_then_by_money(given):
    company(given)
    small, big, soon = held(given, 3)
    Order.objects.filter(pk__in=[int(small[2:]), int(big[2:])]).update(promised_on=TODAY + timedelta(days=9))
    Order.objects.filter(pk=int(soon[2:])).update(promised_on=TODAY + timedelta(days=5))
    assert [n.order for n in attention.needs(["hold"], TODAY)] == [soon, big, small]


def test_pages_follow_each_other_by_key_and_show_every_row_once(given):
    company(given)
    held(given, 5)
    whole, seen, after = attention.needs(["hold"], TODAY), [], None
    while page := attention.needs(["hold"], TODAY, after=after, limit=2):
        seen += page
        after = page[-1].place
    assert seen == whole and len(whole) == 5


def test_an_order_that_cannot_arrive_in_time_any_more_is_a_risk(given):
    given.stocked(given.item(), given.site(lanes={"DE": 3}), 9)
    given.customer()
    order = given.order(("BRG-6204", 2))
    assert subjects(kinds=["risk"]) == []
    Order.objects.filter(pk=int(order[2:])).update(promised_on=TODAY + timedelta(days=2))
    [need] = attention.needs(["risk"], TODAY)
    assert (need.order, need.at_stake, attention.why(need, TODAY)) == (order, Decimal("20.0000"), "2 units still in HAM, 3 days on the way")


def test_a_parcel_that_nobody_tells_of_or_that_the_carrier_expects_late_needs_a_person(given):
    told = on_its_way(given)
    assert subjects(kinds=["still", "forecast"]) == []
    Parcel.objects.update(moved_at=MONDAY - timedelta(days=7))
    notice_what_is_silent(MONDAY)
    [need] = attention.needs(["still"], TODAY)
    assert need.order == told.order and attention.why(need, TODAY).endswith("1Z-7: no word since Mon 9 Nov, over 3 working days, longer than the planned days and two")
    Parcel.objects.update(expected_on=TODAY + timedelta(days=20))
    [need] = attention.needs(["forecast"], TODAY)
    assert "expected Sun 6 Dec, promised" in attention.why(need, TODAY)


def test_an_invoice_that_differs_needs_finance_until_a_credit_mends_it(given):
    told = on_its_way(given)
    [issued] = invoice([Invoice(told.order)], by="ann")
    assert subjects(kinds=["differs"]) == []
    match = Match.objects.get()
    Match.objects.create(**{f.attname: getattr(match, f.attname) for f in Match._meta.concrete_fields if f.name != "id"} | {"price_variance": Decimal("1.50"), "invoice_price": Decimal("10.30"), "order_price": Decimal(10)})
    [need] = attention.needs(["differs"], TODAY)
    assert (need.subject, need.at_stake, attention.why(need, TODAY)) == (f"{issued.invoice}/1", Decimal("1.5"), f"{issued.invoice} line 1: 10.00 ordered, 10.30 invoiced")
    credit([Credit(issued.invoice, "price was wrong")], by="ann")
    assert subjects(kinds=["differs"]) == []


def test_webhooks_and_jobs_that_fail_need_an_admin(given):
    company(given)
    Endpoint.objects.create(url="https://shop.example/hook", secrets=["x"], owner="ann", paused_at=MONDAY, trouble="410 gone")
    Endpoint.objects.create(url="https://fine.example/hook", secrets=["x"], owner="ann")
    given.order(("BRG-6204", 1))
    ParkedFact.objects.create(follower="orders: allocate", event=Event.objects.first(), trouble="no such item")
    Follower.objects.create(name="live", xact=0, event=0, failures=4, trouble="away")
    found = {n.kind + " " + n.subject.partition("/")[0]: attention.why(n, TODAY) for n in attention.needs(["webhook", "job"], TODAY)}
    assert found == {"webhook endpoint": "Paused: https://shop.example/hook, 410 gone", "job fact": "orders: allocate: no such item", "job follower": "live: away"}
    assert text(reader(given, "admin").get("/exceptions")).count("Something hanse does by itself") == 2


# -- whose it is --------------------------------------------------------------------------------------------------------------


def test_what_is_taken_stays_mine_while_the_queue_is_asked_for_anew(given):
    company(given)
    one, two = held(given, 2)
    given.user("ina", "order desk")
    [taken] = take_exceptions([TakeException("hold", f"{one}/credit", "calls back at four")], by="ina", key="k")
    assert take_exceptions([TakeException("hold", f"{one}/credit", "calls back at four")], by="ina", key="k") == [taken]
    mine = attention.needs(["hold"], TODAY, Wanted(["hold"], "ina"))
    assert [(n.order, n.owner, n.note, n.taken_at) for n in mine] == [(one, "ina", "calls back at four", MONDAY)]
    assert subjects(kinds=["hold"], whose="nobody") == [("hold", f"{two}/credit")]
    [it] = attention.counts(Wanted(["hold"]), TODAY, "ina")
    assert (it.all, it.mine, it.nobodys) == (2, 1, 1)
    assert given.told("ExceptionTaken") == [taken]


def test_it_is_handed_on_given_back_and_ends_with_its_cause(given):
    company(given)
    [order] = held(given)
    subject = f"{order}/credit"
    given.user("ina", "order desk"), given.user("max", "finance")
    take_exceptions([TakeException("hold", subject)], by="ina")
    hand_on_exceptions([HandOnException("hold", subject, "max", "he knows them")], by="ina")
    assert [(o.owner, o.note) for o in Ownership.objects.all()] == [("max", "he knows them")]
    [no] = give_back_exceptions([GiveBackException("hold", subject)], by="ina")
    assert no.detail.startswith("max looks after this")
    give_back_exceptions([GiveBackException("hold", subject)], by="max")
    assert not Ownership.objects.exists()
    take_exceptions([TakeException("hold", subject)], by="max")
    assert end_gone_ownership() == 0
    release_hold([ReleaseHold(order, "credit")], by="ann")
    assert end_gone_ownership() == 1 and not Ownership.objects.exists()
    assert [e.was for e in given.told("OwnershipEnded")] == ["max"]
    hold([Hold(order, "credit", "again")], by="ann")
    assert [n.owner for n in attention.needs(["hold"], TODAY)] == [""]


def test_a_kind_that_is_no_more_lets_its_owners_go(given):
    Ownership.objects.create(kind="was", subject="1", owner="ina", taken_at=MONDAY)
    assert attention.gone(TODAY) == [("was", "1")]
    assert end_gone_ownership() == 1
    [no] = end_ownership([EndOwnership("was", "1")], by="ann")
    assert no.code == "exception-unowned"


def test_the_queue_is_kept_to_a_site(given):
    item = given.item()
    given.customer()
    for code in ("HAM", "LEI"):
        given.stocked(item, given.site(code), 2)
    one, two = held(given, 1, ref="a"), given.order(("BRG-6204", 2))
    hold([Hold(two, "credit")], by="ann")
    sites = {order: {a.site.code for a in Order.objects.get(pk=int(order[2:])).allocations.all()} for order in (*one, two)}
    for site in ("HAM", "LEI"):
        assert {s for _, s in subjects(kinds=["hold"], site=site)} == {f"{order}/credit" for order, at in sites.items() if site in at}
    assert subjects(kinds=["hold"], site="NIX") == []


# -- doors --------------------------------------------------------------------------------------------------------------------


def test_the_page_takes_hands_on_and_gives_back(given):
    company(given)
    [order] = held(given)
    subject = f"{order}/credit"
    desk = reader(given, "order desk")
    given.user("max", "finance")
    assert ">Take</button>" in desk.get("/exceptions?kind=hold").content.decode()
    answer = desk.post("/exceptions/take", {"key": "k1", "kind": "hold", "subject": subject, "back": "kind=hold"})
    assert answer.url == "/exceptions?kind=hold"
    assert "Mine" in text(desk.get(answer.url)) and "Nothing stands here" in text(desk.get("/exceptions?whose=nobody"))
    page = f"/exceptions/one?kind=hold&subject={subject}"
    assert "Hand it on" in text(desk.get(page)) and "Owner You" in text(desk.get(page))
    assert desk.post("/exceptions/hand-on", {"key": "k2", "kind": "hold", "subject": subject}).status_code == 422
    assert desk.post("/exceptions/hand-on", {"key": "k3", "kind": "hold", "subject": subject, "to": "max", "note": "yours"}).status_code == 302
    assert "Take it over from max" in text(desk.get(page))
    assert "max looks after this already" in text(desk.post("/exceptions/give-back", {"key": "k4", "kind": "hold", "subject": subject}, follow=True))
    money = reader(given, "finance")
    assert money.get("/exceptions/one?kind=hold&subject=H-0/credit").status_code == 404
    assert "Your role looks after no exceptions" in text(reader(given, "read-only").get(page))


def test_the_api_lists_and_takes(given, caller):
    company(given)
    held(given, 3)
    shop = caller("order desk")
    first = shop.get("/exceptions", kind="hold", limit=2)
    assert first.status_code == 200 and len(first.json()["items"]) == 2
    rest = shop.get("/exceptions", kind="hold", limit=2, cursor=first.json()["next"])
    assert len(rest.json()["items"]) == 1 and rest.json()["next"] is None
    it = first.json()["items"][0]
    assert (it["title"], it["why"], it["owner"]) == ("Credit hold", "over the limit", "")
    named = {"kind": it["kind"], "subject": it["subject"]}
    assert shop.post("/exceptions/take", named).json()["told"] == "ExceptionTaken"
    assert shop.post("/exceptions/take", named).json()["code"] == "exception-owned"
    assert len(shop.get("/exceptions", owner="nobody").json()["items"]) == 2
    assert shop.post("/exceptions/hand-on", named | {"to": "ann"}).json()["told"] == "ExceptionHandedOn"
    assert shop.post("/exceptions/give-back", named).status_code == 409
    assert caller("read").post("/exceptions/take", named).status_code == 403
    assert shop.get("/exceptions", kind="nonsense").status_code == 404
    assert shop.get("/exceptions", cursor="bm8").status_code == 422
