"""Scan at sort: keep what was scanned at the put wall though nothing there wants it.

The right scans are kept with what they put (`sort_units`). Wrong ones show where a cart holds what nobody picked for it. Nothing is booked.
"""

from collections.abc import Collection, Mapping, Sequence

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Instant, ask
from hanse.kernel.refused import Refused, refuse
from hanse.kernel.rows import as_tuple

from .events import ScannedAtSort
from .scanned import ScanRow, Wanted, keep_scans, names_item


@ask
class ScanAtSort:
    """Something was scanned at a site's put wall."""

    site: Code
    read: Code
    at: Instant | None = None


def decide(asks: Sequence[ScanAtSort], sites: Collection[str], carts: Mapping[str, Sequence[Wanted]]) -> list[ScannedAtSort | Refused]:
    """Say of each scan whether something in the carts of its site is named by it."""
    answers: list[ScannedAtSort | Refused] = []
    for ask in asks:
        if ask.site not in sites:
            answers.append(refuse("site-unknown", at="site", site=ask.site))
            continue
        here = carts.get(ask.site, ())
        wanted = ", ".join(dict.fromkeys(w.sku for w in here))[:400]
        answers.append(ScannedAtSort(ask.site, wanted, ask.read, any(names_item(ask.read, w) for w in here), ask.at))
    return answers


SITES = "SELECT code, id FROM network_site WHERE code = ANY(%(site)s::text[])"
IN_CARTS = """
SELECT s.code, i.sku, coalesce(i.gtin, ''), t.lot
  FROM network_site s JOIN inventory_account c ON c.site_id = s.id AND c.kind = 'tote' AND c.code LIKE 'C-%%'
  JOIN inventory_balance b ON b.account_id = c.id AND b.on_hand > 0 JOIN catalogue_item i ON i.id = b.item_id
  JOIN fulfilment_task t ON t.tote_id = c.id AND t.item_id = b.item_id AND t.lot = b.lot AND t.taken > t.put_back + t.packed
 WHERE s.code = ANY(%(site)s::text[]) GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 4
"""


@operation
def scan_at_sort(run: Run, asks: Sequence[ScanAtSort]) -> list[ScannedAtSort | Refused]:
    """Keep scans of put walls; nothing else changes."""
    sites = dict(run.rows(as_tuple, SITES, asks))
    carts: dict[str, list[Wanted]] = {}
    for site, sku, gtin, lot in run.rows(as_tuple, IN_CARTS, asks):
        carts.setdefault(site, []).append(Wanted(sku, gtin, lot, ""))
    answers = decide(asks, sites, carts)
    kept = [(told, owner[0]) for told, owner in zip(answers, run.owners, strict=True) if isinstance(told, ScannedAtSort)]
    keep_scans(run, [ScanRow(sites[told.site], None, told.wanted, told.read, told.right, actor, told.at or run.now, step="sort") for told, actor in kept])
    return answers
