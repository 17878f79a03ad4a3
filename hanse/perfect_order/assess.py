"""Assess: judge the commitments of orders by all that is known now, and keep what is new.

What was known before stays as it was, with the time until which it was known: reports can be given again as of any
day. The days' counts move by what changed. Assessing twice changes nothing; an order may be assessed at any time.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.numbers import order_id, order_ids
from hanse.kernel.refused import Refused, refuse

from .conditions import ALL
from .events import Judged, NothingNewFound, OrderAssessed
from .evidence import BILLED, HEADS, KNOWN, OWED, SENT, Billed, Head, Kept, Owed, Sent, Way, by_order, ways
from .judging import ORDER, RULES, TRUTHS, Verdict, commitments, judge, late_parcels, settled, worth_keeping
from .roll_up import Counted, roll_up
from .truth import Truth, every


@ask
class Assess:
    """Judge an order's commitments by what is known now."""

    order: Code


@dataclass(frozen=True, slots=True)
class Known:
    """The evidence of a batch of orders, and the verdicts that are known of them."""

    now: datetime
    heads: Mapping[int, Head]
    lines: Mapping[int, Sequence[Owed]]
    sent: Mapping[int, Sequence[Sent]]
    billed: Mapping[int, Billed]
    ways: Mapping[int, Way]
    kept: Mapping[int, Sequence[Kept]]


@dataclass(frozen=True, slots=True)
class Change:
    """A commitment's verdict that takes the place of the one known before, if one was."""

    new: Verdict
    before: Kept | None


def decide(asks: Sequence[Assess], known: Known) -> list[list[Change] | Refused]:
    """What changes of each order's verdicts; an order asked for twice changes once."""
    answers: list[list[Change] | Refused] = []
    seen: set[int] = set()
    for ask in asks:
        id = order_id(ask.order) or 0
        if id not in known.heads:
            answers.append(refuse("order-unknown", order=ask.order))
        else:
            answers.append([] if id in seen else _changes(known.heads[id], known))
            seen.add(id)
    return answers


def _changes(head: Head, known: Known) -> list[Change]:
    before = {k.due_on: k for k in known.kept.get(head.id, ())}
    found = commitments(known.lines.get(head.id, ()))
    today = known.now.date()
    changes = []
    for due_on in [*found, *(day for day in before if day not in found)]:
        verdict = judge(head, due_on, found.get(due_on, ()), known.sent.get(head.id, ()), known.billed, known.ways, known.now)
        kept = before.get(due_on)
        if kept is None and not worth_keeping(verdict, today):
            continue
        new = _lived(verdict, kept, today)
        if kept is None or not _same(new, kept):
            changes.append(Change(new, kept))
    return changes


def _lived(verdict: Verdict, kept: Kept | None, today: date) -> Verdict:
    """The verdict in the state of its life; one that is reopened is closed again the next day."""
    changed = kept is not None and {name: getattr(kept, column) for name, column in TRUTHS.items()} != dict(verdict.truths)
    return replace(verdict, state=settled(verdict, kept.state if kept else None, changed, today))


def _same(new: Verdict, kept: Kept) -> bool:
    """Whether the verdict known before says the same, to the evidence."""
    return (
        new.state == kept.state and kept.rules == RULES and json.loads(kept.found) == json.loads(json.dumps(new.as_found()))
        and new.final_on == kept.final_on and new.net == kept.net and (new.site, new.carrier) == (kept.site, kept.carrier)
    )


END = "UPDATE perfect_order_verdict v SET known_to = %(now)s::timestamptz FROM unnest(%(id)s::bigint[]) AS k(id) WHERE v.id = k.id AND v.known_from < %(now)s::timestamptz"
DROP = "DELETE FROM perfect_order_verdict v USING unnest(%(id)s::bigint[]) AS k(id) WHERE v.id = k.id AND v.known_from >= %(now)s::timestamptz"
"""What came to be known at the very same instant was never known for a while."""
KEEP = f"""
INSERT INTO perfect_order_verdict (order_id, due_on, known_from, state, rules, {", ".join(TRUTHS[name] for name in ALL)}, lines, lines_perfect, lines_judged, net, currency, hours_late,
                                   causes, found, customer_id, site, carrier, country, channel, skus, final_on)
SELECT v.ord, v.due_on, %(now)s::timestamptz, v.state, {RULES}, {", ".join(f"v.{TRUTHS[name]}" for name in ALL)}, v.lines, v.lines_perfect, v.lines_judged, v.net, v.currency, v.hours_late,
       v.causes::jsonb, v.found::jsonb, v.customer, v.site, v.carrier, v.country, v.channel, ARRAY(SELECT jsonb_array_elements_text(v.skus::jsonb)), v.final_on
  FROM unnest(%(ord)s::bigint[], %(due_on)s::date[], %(state)s::text[], {", ".join(f"%({TRUTHS[name]})s::boolean[]" for name in ALL)}, %(lines)s::int[], %(lines_perfect)s::int[],
              %(lines_judged)s::int[], %(net)s::numeric[], %(currency)s::text[], %(hours_late)s::numeric[], %(causes)s::text[], %(found)s::text[], %(customers)s::bigint[],
              %(site)s::text[], %(carrier)s::text[], %(country)s::text[], %(channel)s::text[], %(skus)s::text[], %(final_on)s::date[])
    AS v(ord, due_on, state, {", ".join(TRUTHS[name] for name in ALL)}, lines, lines_perfect, lines_judged, net, currency, hours_late, causes, found, customer, site, carrier, country, channel, skus, final_on)
"""


@operation
def assess(run: Run, asks: Sequence[Assess]) -> list[OrderAssessed | NothingNewFound | Refused]:
    """Judge orders anew; what is new is kept beside what was known, and the days move by it."""
    known = _facts(run, order_ids(a.order for a in asks))
    answers = decide(asks, known)
    changes = [c for a in answers if not isinstance(a, Refused) for c in a]
    if changes:
        _write(run, changes)
    return [a if isinstance(a, Refused) else _told(ask.order, a) for ask, a in zip(asks, answers, strict=True)]


def _facts(run: Run, orders: list[int]) -> Known:
    kept = run.rows(Kept, KNOWN, order=orders)
    heads = {h.id: h for h in run.rows(Head, HEADS, order=orders)}
    lines, sent = by_order(run.rows(Owed, OWED, order=orders)), by_order(run.rows(Sent, SENT, order=orders))
    billed = {b.line: b for b in run.rows(Billed, BILLED, order=orders)}
    late = [p for id, head in heads.items() for p in late_parcels(head, lines.get(id, ()), sent.get(id, ()), run.now)]
    return Known(run.now, heads, lines, sent, billed, ways(run, late), by_order(kept))


def _told(order: str, changes: Sequence[Change]) -> OrderAssessed | NothingNewFound:
    if not changes:
        return NothingNewFound(order)
    return OrderAssessed(order, tuple(_judged(c.new) for c in changes))


def _judged(v: Verdict) -> Judged:
    cause, owner = next(iter(v.causes().values()), ("", ""))
    return Judged(v.due_on, v.state, v.perfect, tuple(v.failed), cause, owner)


def _write(run: Run, changes: Sequence[Change]) -> None:
    new = [c.new for c in changes]
    if before := [c.before.id for c in changes if c.before]:
        run.write(DROP, id=before)
        run.write(END, id=before)
        run.flush()
    lines = [v.line_truths() for v in new]
    run.write(
        KEEP, new, ord=[v.order for v in new], **{TRUTHS[name]: [v.truths[name] for v in new] for name in ALL}, lines=[len(x) for x in lines],
        lines_perfect=[sum(t is True for t in x) for x in lines], lines_judged=[sum(t is not None for t in x) for x in lines],
        causes=[json.dumps(v.causes()) for v in new], found=[json.dumps(v.as_found()) for v in new], customers=[v.customer for v in new],
        skus=[json.dumps(list(dict.fromkeys(x.sku for x in v.lines))) for v in new],
    )
    roll_up(run, [(as_counted(c.before), -1) for c in changes if c.before] + [(counts_of(c.new), 1) for c in changes])


def counts_of(v: Verdict) -> Counted:
    """What the days count of a new verdict."""
    truths = v.line_truths()
    return Counted(
        v.due_on, v.state == "void", v.truths, v.perfect, len(truths), sum(t is True for t in truths), sum(t is not None for t in truths), v.net, v.currency,
        v.customer_code, v.site, v.carrier, v.country, v.channel, tuple((x.sku, t) for x, t in zip(v.lines, truths, strict=True)), v.causes(), v.hours_late or Decimal(0),
    )


def as_counted(kept: Kept) -> Counted:
    """What the days count of a verdict that is kept."""
    truths: dict[str, Truth] = {name: getattr(kept, column) for name, column in TRUTHS.items()}
    shared = [truths["place"], truths["customer"]]
    of_lines = [(x["sku"], every([*shared, *(x[name]["truth"] for name in ("product", "time", "invoice"))])) for x in json.loads(kept.found)["lines"]]
    causes = {name: (cause, owner) for name, (cause, owner) in sorted(json.loads(kept.causes).items(), key=lambda it: ORDER.index(it[0]))}
    return Counted(
        kept.due_on, kept.state == "void", truths, every(t for name, t in truths.items() if name != "documents"), kept.lines, kept.lines_perfect, kept.lines_judged, kept.net,
        kept.currency, kept.customer_code, kept.site, kept.carrier, kept.country, kept.channel, tuple(of_lines), causes, kept.hours_late or Decimal(0),
    )
