"""Expect: supply on its way to a site: so much, due then. Asked again under its reference it moves to the new day or quantity.

An inbound never falls below what has come already; with quantity 0 nothing comes any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel import asks as given
from hanse.kernel.asks import MOST_UNITS, Code, Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import InboundExpected, InboundKept, InboundMoved


@ask
class Expect:
    """Supply of an item to a site under the reference of its purchase order. What is unsaid stays as it was.

    `safety_share` is how much of it, in percent, is never promised before it has come.
    """

    ref: Code
    site: Code
    sku: Code
    quantity: given.Count | None = None
    due_on: date | None = None
    supplier: Short = ""
    safety_share: Annotated[int, Ge(0), Le(100)] | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """Inbound supply as it stands."""

    quantity: int
    received: int
    due_on: date
    supplier: str
    first_due_on: date
    safety_share: int = 0


Key = tuple[str, int, int]
Answer = InboundExpected | InboundMoved | InboundKept | Refused


@dataclass(frozen=True, slots=True)
class Known:
    """Items by SKU, sites by code, inbound by (reference, item, site)."""

    items: Mapping[str, int]
    sites: Mapping[str, int]
    inbound: Mapping[Key, Inbound]


def decide(asks: Sequence[Expect], known: Known) -> tuple[list[Answer], dict[Key, Inbound]]:
    """Answer each ask, and say how the changed inbound stands afterwards; later asks see earlier ones."""
    answers: list[Answer] = []
    standing, changed = dict(known.inbound), {}
    for ask in asks:
        item, site = known.items.get(ask.sku), known.sites.get(ask.site)
        wrong = [refuse("sku-unknown", at="sku", sku=ask.sku)] if item is None else []
        wrong += [refuse("site-unknown", at="site", site=ask.site)] if site is None else []
        before = standing.get((ask.ref, item or 0, site or 0))
        wrong += _wrong_quantity(ask, before)
        if wrong or item is None or site is None:
            answers.append(refuse_all(wrong))
            continue
        after = _said(ask, before)
        answers.append(_answer(ask, item, site, before, after))
        if after != before:
            standing[(ask.ref, item, site)] = changed[(ask.ref, item, site)] = after
    return answers, changed


def _wrong_quantity(ask: Expect, before: Inbound | None) -> list[Refused]:
    """New supply says how much and when; known supply never falls below what has come."""
    if before is None:
        missing = [name for name in ("quantity", "due_on") if not getattr(ask, name)]
        return [refuse("values-refused", at=name, why=f"New inbound supply needs its {name.replace('_', ' ')}.") for name in missing]
    if ask.quantity is not None and ask.quantity < before.received:
        return [refuse("out-of-range", at="quantity", field="quantity", low=before.received, high=MOST_UNITS, got=ask.quantity)]
    return []


def _said(ask: Expect, before: Inbound | None) -> Inbound:
    if before is None:
        assert ask.quantity and ask.due_on
        return Inbound(ask.quantity, 0, ask.due_on, ask.supplier, first_due_on=ask.due_on, safety_share=ask.safety_share or 0)
    return replace(
        before, quantity=before.quantity if ask.quantity is None else ask.quantity,
        due_on=ask.due_on or before.due_on, supplier=ask.supplier or before.supplier,
        safety_share=before.safety_share if ask.safety_share is None else ask.safety_share)


def _answer(ask: Expect, item: int, site: int, before: Inbound | None, after: Inbound) -> Answer:
    if before is None:
        return InboundExpected(ask.sku, item, ask.site, site, ask.ref, after.quantity, after.due_on, after.supplier, after.safety_share)
    if after == before:
        return InboundKept(ask.sku, ask.site, ask.ref)
    return InboundMoved(
        ask.sku, item, ask.site, site, ask.ref, after.quantity, before.quantity, after.due_on, before.due_on, after.supplier, after.safety_share)


ALONE = "SELECT pg_advisory_xact_lock(hashtextextended('inbound', 0))"
"""One change of what is expected at a time, so that two cannot open the same reference."""
ITEMS = "SELECT sku, id FROM catalogue_item WHERE sku = ANY(%(sku)s::text[])"
SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(site)s::text[])"
INBOUND = """
SELECT ref, item_id, site_id, quantity, received, due_on, supplier, first_due_on, safety_share FROM inventory_inbound
 WHERE ref = ANY(%(ref)s::text[]) ORDER BY id FOR UPDATE
"""
KEEP = """
INSERT INTO inventory_inbound (ref, item_id, site_id, supplier, quantity, first_due_on, due_on, safety_share)
SELECT ref, item, site, supplier, quantity, first_due_on, due_on, safety_share
  FROM unnest(%(ref)s::text[], %(item)s::bigint[], %(site)s::bigint[], %(supplier)s::text[], %(quantity)s::bigint[],
              %(first_due_on)s::date[], %(due_on)s::date[], %(safety_share)s::int[])
    AS e(ref, item, site, supplier, quantity, first_due_on, due_on, safety_share)
    ON CONFLICT (ref, item_id, site_id) DO UPDATE
       SET quantity = excluded.quantity, due_on = excluded.due_on, supplier = excluded.supplier, safety_share = excluded.safety_share
"""


@operation
def expect(run: Run, asks: Sequence[Expect]) -> list[InboundExpected | InboundMoved | InboundKept | Refused]:
    """Note supply that is on its way, or that it comes otherwise than was said."""
    run.rows(lambda _: None, ALONE)
    known = Known(
        dict(run.rows(as_tuple, ITEMS, asks)), dict(run.rows(as_tuple, SITES, asks)),
        {row[:3]: Inbound(*row[3:]) for row in run.rows(as_tuple, INBOUND, asks)})
    answers, changed = decide(asks, known)
    keys, after = list(changed), list(changed.values())
    if after:
        run.write(KEEP, after, ref=[k[0] for k in keys], item=[k[1] for k in keys], site=[k[2] for k in keys])
    return answers
