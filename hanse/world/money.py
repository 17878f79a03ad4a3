"""Money and complaints: invoices are paid by habit, and customers say what was wrong with what they got."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, time, timedelta
from decimal import Decimal

from hanse.billing.credit import Credit, Units, credit
from hanse.billing.receive_payment import ReceivePayment, receive_payment
from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple
from hanse.orders.answer_consent import AnswerConsent, answer_consent
from hanse.orders.release_hold import ReleaseHold, release_hold
from hanse.transport.choose_remedy import ChooseRemedy, choose_remedy
from hanse.transport.take_receiving_advice import ReceivedUnits, TakeReceivingAdvice, take_receiving_advice

from . import planted
from .buying import DESK
from .day import Day, Steps
from .described import Customers

FINANCE = "fiona"
OPEN = """
SELECT d.number, p.code, x.amount - x.settled, d.currency, d.issued_on FROM billing_openitem x JOIN billing_invoice d ON d.id = x.invoice_id JOIN partners_party p ON p.id = x.customer_id
 WHERE x.owes AND x.settled < x.amount ORDER BY d.id
"""
DELIVERED = """
SELECT 'H-' || s.order_id, o.ref, l.position, l.delivered, i.sku, min(w.code), array_agg(DISTINCT p.tracking), max(p.delivered_at)
  FROM transport_parcel p JOIN transport_shipment s ON s.id = p.shipment_id JOIN orders_order o ON o.id = s.order_id
  JOIN orders_line l ON l.order_id = o.id AND l.delivered > 0 JOIN catalogue_item i ON i.id = l.item_id JOIN network_site w ON w.id = s.site_id
 WHERE p.delivered_at >= %(since)s AND p.delivered_at < %(until)s AND NOT EXISTS (SELECT FROM transport_receivingadvice a WHERE a.order_id = o.id)
 GROUP BY s.order_id, o.ref, l.position, l.delivered, i.sku ORDER BY s.order_id, l.position
"""
"""What came, of orders whose customers have not complained yet: each says once what was wrong, and when it came."""
BILLED = """
SELECT d.number, o.ref, min(l.position), p.code FROM billing_invoice d JOIN orders_order o ON o.id = d.order_id JOIN billing_invoiceline x ON x.invoice_id = d.id
  JOIN orders_line l ON l.id = x.line_id JOIN partners_party p ON p.id = d.customer_id
 WHERE d.kind = 'invoice' AND d.issued_on = %(on)s GROUP BY d.id, d.number, o.ref, p.code ORDER BY d.id
"""
NEVER_CAME = "SELECT p.tracking FROM transport_parcel p WHERE p.remedy = '' AND (p.lost_at IS NOT NULL OR p.back_at IS NOT NULL) ORDER BY p.id"
ASKED = """
SELECT 'H-' || l.order_id, l.position, o.ref FROM orders_consent c JOIN orders_line l ON l.id = c.line_id JOIN orders_order o ON o.id = l.order_id WHERE c.answer IS NULL ORDER BY c.id
"""
HELD = "SELECT 'H-' || o.id, o.ref FROM orders_order o WHERE o.open AND 'credit' = ANY(o.holds) ORDER BY o.id"
RELEASED = 0.8
"""Of the orders that are held for their customer's credit so many are let go each morning: somebody called, or paid."""


def paying(day: Day) -> Steps:
    """In the morning the desk looks after what never came and what customers were asked; at noon they complain; in the afternoon they pay."""
    yield day.until_instant(day.instant(time(9, 30)))
    day.act(choose_remedy, [ChooseRemedy(tracking, "sent-again") for tracking in rows(str, NEVER_CAME)], DESK, "order desk")
    day.act(answer_consent, list(_consents(day)), DESK, "order desk")
    held = [order for order, ref in rows(as_tuple, HELD) if day.world.chances.happens(RELEASED, "credit", ref, day.on)]
    day.act(release_hold, [ReleaseHold(order, "credit", "called the customer") for order in held], FINANCE, "finance")
    yield day.until_instant(noon := day.instant(time(12)))
    if not day.over(noon):
        day.act(take_receiving_advice, list(_complaints(day)), DESK, "order desk")
    yield day.until_instant(two := day.instant(time(14)))
    if not day.over(two):
        day.act(credit, list(_wrong_prices(day)), FINANCE, "finance")
    yield day.until_instant(day.instant(time(15)))
    day.act(receive_payment, list(_payments(day)), FINANCE, "finance")


def _payments(day: Day) -> Iterable[ReceivePayment]:
    """What is paid on this day, each customer's invoices at once."""
    paid: dict[tuple[str, str], list[tuple[str, Decimal]]] = defaultdict(list)
    for number, customer, amount, currency, issued_on in rows(as_tuple, OPEN):
        of = day.world.buyers[customer].of
        if (on := paid_on(day, of, number, issued_on)) is not None and on <= day.on:
            paid[customer, currency].append((number, amount))
    for (customer, currency), some in paid.items():
        yield ReceivePayment(f"{day.on:%y%m%d}-{customer}", customer, sum((a for _, a in some), Decimal(0)), currency, "transfer", invoices=tuple(n for n, _ in some))


def paid_on(day: Day, of: Customers, number: str, issued_on: date) -> date | None:
    """The day on which a customer pays an invoice; none, where it is never paid."""
    random = day.world.chances.of("pays", number)
    if random.random() < of.pays.never:
        return None
    return issued_on + timedelta(days=max(0, round(random.gauss(of.pays.days, of.pays.spread / 2))))


def _complaints(day: Day) -> Iterable[TakeReceivingAdvice]:
    """The day after, some find something else in the parcel than they ordered."""
    yesterday, orders = day.on - timedelta(days=1), defaultdict(list)
    since = day.began_at - timedelta(days=1)
    for order, *line in rows(as_tuple, DELIVERED, since=since, until=day.began_at):
        orders[order].append(line)
    for order, lines in orders.items():
        wrong = {position for ref, position, _, sku, site, *_ in lines if day.world.chances.happens(_mispicked(day, site, sku), "mispick", ref, position)}
        if wrong:
            told = tuple(ReceivedUnits(p, n - (p in wrong), rejected=int(p in wrong), reason="wrong-item" if p in wrong else "") for _, p, n, *_ in lines)
            *_, parcels, came_at = lines[0]
            yield TakeReceivingAdvice(order, f"{order}-{yesterday:%y%m%d}", told, tuple(parcels), at=came_at, place="told by the customer")


def _mispicked(day: Day, site: str, sku: str) -> float:
    return max(day.world.company.errors.mispick, planted.swapped(day.world.company, day.world.began, site, sku, day.on))


def _wrong_prices(day: Day) -> Iterable[Credit]:
    """Customers who were promised another price get a unit's worth back."""
    world = day.world
    for number, ref, position, customer in rows(as_tuple, BILLED, on=day.on - timedelta(days=1)):
        old = planted.old_price(world.company, world.began, world.buyers[customer].of.code, day.on)
        if world.chances.happens(max(world.company.errors.wrong_price, old), "wrong price", ref):
            yield Credit(number, "price: other than promised", (Units(position, 1),))


def _consents(day: Day) -> Iterable[AnswerConsent]:
    for order, position, ref in rows(as_tuple, ASKED):
        agreed = day.world.chances.of("consent", ref, position).random() < 0.8
        yield AnswerConsent(order, position, "agreed" if agreed else "cancel", "customer")
