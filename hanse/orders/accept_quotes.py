"""Accept quotes: the quoted order is placed at the quoted price, once, until its day; what has changed since is said."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Short, ask
from hanse.kernel.refused import Refused, refuse

from .events import OrderPlaced, QuoteAccepted
from .place import Place, take
from .quotes import as_placed, id_of, read, recipes_of
from .selling import ITEMS, Recipes, Sold, sold


@ask
class AcceptQuote:
    """Place what was quoted; `ref` is the customer's reference of the order."""

    quote: Code
    ref: Short = ""


@dataclass(frozen=True, slots=True)
class QuoteFact:
    """A quote, locked: what it offers, until when, and the order it became."""

    id: int
    body: str
    promised_on: date | None
    valid_until: date
    zone: str
    order: int | None
    recipes: str = "{}"


QUOTES = "SELECT id, body::text, promised_on, valid_until, zone, order_id, recipes::text FROM orders_quote WHERE id = ANY(%(id)s::bigint[]) ORDER BY id FOR UPDATE"
ACCEPT = """
UPDATE orders_quote q SET order_id = a.ord, accepted_at = %(now)s FROM unnest(%(id)s::bigint[], %(order)s::bigint[]) AS a(id, ord) WHERE q.id = a.id
"""


def decide(asks: Sequence[AcceptQuote], quotes: Mapping[str, QuoteFact], now: datetime) -> list[Place | Refused]:
    """Which orders are to be placed: a quote is accepted once, and not after its day where the goods go."""
    answers: list[Place | Refused] = []
    taken: set[str] = set()
    for it in asks:
        quote = quotes.get(it.quote)
        if quote is None:
            answers.append(refuse("quote-unknown", quote=it.quote))
        elif quote.order or it.quote in taken:
            answers.append(refuse("quote-accepted", quote=it.quote, order=f"H-{quote.order}" if quote.order else "an order of this request"))
        elif now.astimezone(ZoneInfo(quote.zone)).date() > quote.valid_until:
            answers.append(refuse("quote-expired", quote=it.quote, on=quote.valid_until))
        else:
            taken.add(it.quote)
            answers.append(replace(read(quote.body), ref=it.ref))
    return answers


def changes(order: Place, quoted_on: date | None, promised_on: date | None, items: Mapping[str, Sold], recipes: Recipes) -> tuple[str, ...]:
    """What is otherwise than when it was quoted: prices and recipes that the catalogue has now, and the promise."""
    said = [f"{line.sku} is {items[line.sku].price:,.2f} now, quoted at {line.unit_price:,.2f}" for line in order.lines
            if line.unit_price is not None and line.sku in items and items[line.sku].price not in (None, line.unit_price)]
    said += [f"{sku} is made otherwise now, placed as quoted" for sku, parts in recipes.items()
             if sku in items and {c.sku: c.per_kit for c in parts} != {c.sku: c.per_kit for c in items[sku].components}]
    if promised_on != quoted_on:
        said.append(f"promised for {promised_on or 'no date'}, quoted for {quoted_on or 'no date'}")
    return tuple(said)


@operation
def accept_quotes(run: Run, asks: Sequence[AcceptQuote]) -> list[QuoteAccepted | Refused]:
    """Place quoted orders at the quoted price."""
    quotes = {f"Q-{q.id}": q for q in run.rows(QuoteFact, QUOTES, id=sorted({id_of("Q", it.quote) for it in asks}))}
    decided = decide(asks, quotes, run.now)
    orders = [(d, recipes_of(quotes[it.quote].recipes)) for it, d in zip(asks, decided, strict=True) if isinstance(d, Place)]
    placed = take(run, [order for order, _ in orders], [recipes for _, recipes in orders]) if orders else []
    run.tell([p for p in placed if isinstance(p, OrderPlaced)])
    answers = _told(run, asks, quotes, decided, placed)
    accepted = [a for a in answers if isinstance(a, QuoteAccepted)]
    run.write(ACCEPT, accepted, id=[int(a.quote[2:]) for a in accepted], order=[int(a.order[2:]) for a in accepted])
    return answers


def _told(run: Run, asks: Sequence[AcceptQuote], quotes: Mapping[str, QuoteFact], decided: Sequence[Place | Refused], placed: list[OrderPlaced | Refused]) -> list[QuoteAccepted | Refused]:
    """The answers: the orders that were placed, with what has changed; or why not."""
    promised = as_placed(run, placed)
    skus = sorted({line.sku for d in decided if isinstance(d, Place) for line in d.lines})
    items = {i.sku: i for i in run.rows(sold, ITEMS, skus=skus, today=run.now.date())} if skus else {}
    answers: list[QuoteAccepted | Refused] = []
    following = iter(placed)
    for it, d in zip(asks, decided, strict=True):
        order = next(following) if isinstance(d, Place) else d
        if isinstance(order, OrderPlaced) and isinstance(d, Place):
            quote = quotes[it.quote]
            answers.append(QuoteAccepted(it.quote, order.order, order.total, order.currency, changes(d, quote.promised_on, promised[order.order][0], items, recipes_of(quote.recipes))))
        elif isinstance(order, Refused):
            answers.append(order)
    return answers
