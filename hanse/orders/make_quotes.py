"""Make quotes: an order priced, promised and dated, tried and undone. It reserves nothing and can be accepted until its day."""

from collections.abc import Mapping, Sequence
from datetime import date

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import ask
from hanse.kernel.refused import Refused, refuse

from .events import OrderPlaced, QuoteMade
from .place import Place
from .quotes import frozen, kept, recipes_kept, tried
from .selling import ITEMS, sold


@ask
class MakeQuote:
    """Offer this order at today's prices until a day, that day included."""

    order: Place
    valid_until: date


INSERT = """
INSERT INTO orders_quote (id, customer_id, body, recipes, lines, currency, net, freight, tax, total, promised_on, valid_until, zone, made_at, made_by)
OVERRIDING SYSTEM VALUE
SELECT q.id, p.id, q.body::jsonb, q.recipes::jsonb, q.lines, q.currency, q.net, q.freight, q.tax, q.total, q.promised_on, q.valid_until, q.zone, %(now)s, %(actor)s
  FROM unnest(%(id)s::bigint[], %(customer)s::text[], %(body)s::text[], %(recipes)s::text[], %(count)s::int[], %(currency)s::text[], %(net)s::numeric[], %(freight)s::numeric[],
              %(tax)s::numeric[], %(total)s::numeric[], %(promised_on)s::date[], %(valid_until)s::date[], %(zone)s::text[])
    AS q(id, customer, body, recipes, lines, currency, net, freight, tax, total, promised_on, valid_until, zone) JOIN partners_party p ON p.code = q.customer
"""


def decide(asks: Sequence[MakeQuote], placed: Sequence[OrderPlaced | Refused], promised: Mapping[str, date | None], ids: Sequence[int], today: date) -> list[QuoteMade | Refused]:
    """A quote is for what could be placed, and for a day that is still to come."""
    answers: list[QuoteMade | Refused] = []
    for it, order, id in zip(asks, placed, ids, strict=True):
        if it.valid_until < today:
            answers.append(refuse("values-refused", at="valid_until", why=f"{it.valid_until} has passed."))
        elif isinstance(order, Refused):
            answers.append(order)
        else:
            answers.append(QuoteMade(f"Q-{id}", order.customer, order.currency, order.net, order.freight, order.tax, order.total, it.valid_until, promised.get(order.order), order.zone))
    return answers


@operation
def make_quotes(run: Run, asks: Sequence[MakeQuote]) -> list[QuoteMade | Refused]:
    """Offer orders until a day; nothing is reserved."""
    placed, facts = tried(run, [it.order for it in asks])
    answers = decide(asks, placed, {number: on for number, (on, *_) in facts.items()}, run.draw("orders_quote_id_seq", len(asks)), run.now.date())
    made = [(answer, frozen(it.order, order)) for it, order, answer in zip(asks, placed, answers, strict=True) if isinstance(answer, QuoteMade) and isinstance(order, OrderPlaced)]
    items = {i.sku: i for i in run.rows(sold, ITEMS, skus=sorted({line.sku for _, order in made for line in order.lines}), today=run.now.date())} if made else {}
    run.write(
        INSERT, [answer for answer, _ in made], id=[int(a.quote[2:]) for a, _ in made], body=[kept(order) for _, order in made],
        recipes=[recipes_kept(order, items) for _, order in made], count=[len(order.lines) for _, order in made])
    return answers
