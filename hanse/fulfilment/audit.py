"""Audit: somebody counts what is in a carton before it leaves.

The sampling plan of the site says which cartons are due (`rules.sampled`); any other may be audited too. What is found as it
should be may go. Where something differs, the carton is opened and its units wait to be packed anew, and what was missing counts
as an error of the pick that took it, so that errors are known by bin and picker.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Count, Short, ask
from hanse.kernel.numbers import order_number
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import AuditFinding, CartonAudited
from .opening import Inside, inside, open_cartons


@ask
class Found:
    """So many units of an item were found in the carton; without a lot of whatever lot."""

    sku: Code
    quantity: Count
    lot: Short = ""


@ask
class Audit:
    """A carton was counted. `found` is all that lay in it; what is not named was not there."""

    carton: Code
    found: Annotated[tuple[Found, ...], MaxLen(1000)]
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A carton to audit: its order and site, and what stands in the way."""

    id: int
    sscc: str
    order: int
    site: str
    gone: bool
    opened: bool


@dataclass(frozen=True, slots=True)
class Known:
    """Cartons by SSCC, what is in each, and the items that were named."""

    cartons: Mapping[str, Box]
    contents: Mapping[str, Sequence[Inside]]
    items: Collection[str]


def decide(asks: Sequence[Audit], known: Known) -> list[CartonAudited | Refused]:
    """Compare what was found with what should be there; a carton is audited once in a batch."""
    answers: list[CartonAudited | Refused] = []
    done: set[str] = set()
    for ask in asks:
        box = known.cartons.get(ask.carton)
        if box is None:
            answers.append(refuse("carton-unknown", at="carton", carton=ask.carton))
        elif box.gone:
            answers.append(refuse("handed-over", at="carton", carton=ask.carton, carrier="its carrier"))
        elif box.opened or ask.carton in done:
            answers.append(refuse("carton-opened" if box.opened else "audit-done", at="carton", carton=ask.carton))
        elif unknown := [n for n, f in enumerate(ask.found) if f.sku not in known.items]:
            answers.append(refuse_all([refuse("sku-unknown", at=f"found/{n}/sku", sku=ask.found[n].sku) for n in unknown]))
        else:
            done.add(ask.carton)
            findings = _compared(ask.found, known.contents.get(ask.carton, ()))
            answers.append(CartonAudited(order_number(box.order), box.sscc, box.site, all(f.expected == f.found for f in findings), tuple(findings), ask.at))
    return answers


def _compared(found: Sequence[Found], contents: Sequence[Inside]) -> list[AuditFinding]:
    """Expected beside found, item by item, and lot by lot where the lot was named for all of the item."""
    by_lot = {f.sku for f in found if f.lot} - {f.sku for f in found if not f.lot}
    expected: dict[tuple[str, str], int] = defaultdict(int)
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for k in contents:
        expected[k.sku, k.lot if k.sku in by_lot else ""] += k.quantity
    for f in found:
        counted[f.sku, f.lot if f.sku in by_lot else ""] += f.quantity
    return [AuditFinding(sku, lot, expected[sku, lot], counted[sku, lot]) for sku, lot in sorted({*expected, *counted})]


def errors(findings: Sequence[AuditFinding], contents: Sequence[Inside]) -> dict[int, int]:
    """Wrong units by the task that picked them: what is missing of what each took, and what is too much of an item on its first task. Pure.

    An item that does not belong into the carton at all is told by what is missing for it.
    """
    wrong: dict[int, int] = defaultdict(int)
    for f in findings:
        own = [k for k in contents if k.sku == f.sku and f.lot in ("", k.lot)]
        missing = f.expected - f.found
        if missing < 0 and own:
            wrong[own[0].task] -= missing
        for k in own:
            n = max(0, min(missing, k.quantity))
            missing -= n
            wrong[k.task] += n
    return {task: n for task, n in wrong.items() if n}


LOCK = """
SELECT o.id FROM orders_order o WHERE o.id IN (SELECT order_id FROM fulfilment_carton WHERE sscc = ANY(%(carton)s::text[]))
 ORDER BY o.id FOR NO KEY UPDATE
"""
CARTONS = """
SELECT c.id, c.sscc, c.order_id, s.code, c.handed_over_at IS NOT NULL, c.opened_at IS NOT NULL
  FROM fulfilment_carton c JOIN network_site s ON s.id = c.site_id WHERE c.sscc = ANY(%(carton)s::text[])
"""
ITEMS = "SELECT sku, id FROM catalogue_item WHERE sku = ANY(%(skus)s::text[])"
PASS = "UPDATE fulfilment_carton c SET audit = 'passed' WHERE c.id = ANY(%(cartons)s::bigint[])"
KEEP = """
INSERT INTO fulfilment_audit (carton_id, item_id, lot, expected, found, actor, audited_at)
SELECT f.carton, f.item, f.lot, f.expected, f.found, f.actor, coalesce(f.at, %(now)s::timestamptz)
  FROM unnest(%(cartons)s::bigint[], %(items)s::bigint[], %(lot)s::text[], %(expected)s::bigint[], %(found)s::bigint[], %(by)s::text[], %(ats)s::timestamptz[])
    AS f(carton, item, lot, expected, found, actor, at)
"""
BLAME = """
UPDATE fulfilment_task t SET wrong = t.wrong + w.units FROM unnest(%(tasks)s::bigint[], %(units)s::bigint[]) AS w(id, units) WHERE t.id = w.id
"""


@operation
def audit(run: Run, asks: Sequence[Audit]) -> list[CartonAudited | Refused]:
    """Keep what audits found; cartons in which something differs are opened."""
    run.lock(LOCK, asks)
    boxes = {b.sscc: b for b in run.rows(Box, CARTONS, asks)}
    contents: dict[str, list[Inside]] = defaultdict(list)
    for k in inside(run, [b.id for b in boxes.values() if not b.gone]):
        contents[k.sscc].append(k)
    items = dict(run.rows(as_tuple, ITEMS, skus=sorted({f.sku for a in asks for f in a.found} | {k.sku for ks in contents.values() for k in ks})))
    answers = decide(asks, Known(boxes, contents, items))
    told = [(a, owner[0]) for a, owner in zip(answers, run.owners, strict=True) if isinstance(a, CartonAudited)]
    kept = [(boxes[a.carton].id, items[f.sku], f, actor, a.at) for a, actor in told for f in a.findings]
    if told:
        run.write(KEEP, [f for _, _, f, _, _ in kept], cartons=[k[0] for k in kept], items=[k[1] for k in kept], by=[k[3] for k in kept], ats=[k[4] for k in kept])
        run.write(PASS, cartons=[boxes[a.carton].id for a, _ in told if a.right])
    failed = [a for a, _ in told if not a.right]
    blamed = [(task, n) for a in failed for task, n in errors(a.findings, contents[a.carton]).items()]
    if blamed:
        run.write(BLAME, tasks=[task for task, _ in blamed], units=[n for _, n in blamed])
    open_cartons(run, [k for a in failed for k in contents[a.carton]], "CartonOpened", [boxes[a.carton].id for a in failed])
    return answers
