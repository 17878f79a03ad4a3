"""Count tasks: raise them. The set function behind a short pick, an empty bin and the plan; one is open for each bin, item and lot."""

from collections.abc import Mapping, Sequence

from hanse.journal.run import Run
from hanse.kernel.rows import row


@row
class NewCount:
    """Count an item and lot in a bin: why, with which tolerance, and who may not be the one to do it."""

    site: int
    bin: int
    item: int
    lot: str
    cause: str
    abc: str = ""
    permille: int = 0
    first_by: str = ""
    document: str = ""


RAISE = """
INSERT INTO inventory_counttask AS t (id, site_id, bin_id, item_id, lot, cause, abc, permille, document, first_by, raised_at, raised_on)
SELECT c.id, c.site, c.bin, c.item, c.lot, c.cause, c.abc, c.permille, c.document, c.first_by, %(now)s::timestamptz, (%(now)s::timestamptz AT TIME ZONE s.zone)::date
  FROM unnest(%(id)s::bigint[], %(site)s::bigint[], %(bin)s::bigint[], %(item)s::bigint[], %(lot)s::text[], %(cause)s::text[], %(abc)s::text[],
              %(permille)s::int[], %(document)s::text[], %(first_by)s::text[])
    AS c(id, site, bin, item, lot, cause, abc, permille, document, first_by) JOIN network_site s ON s.id = c.site
 ORDER BY c.item, c.bin, c.lot
    ON CONFLICT (bin_id, item_id, lot) WHERE closed_at IS NULL
    DO UPDATE SET cause = excluded.cause, document = excluded.document, first_by = excluded.first_by WHERE excluded.cause = 'short' AND t.cause <> 'short'
RETURNING t.bin_id, t.item_id, t.lot, t.id
"""


def raise_tasks(run: Run, wanted: Sequence[NewCount]) -> Mapping[tuple[int, int, str], int]:
    """Raise count tasks; gives those that are new by bin, item and lot. One that is open already goes on, and comes first now if the bin was found short."""
    if not wanted:
        return {}
    ids = run.draw("inventory_counttask_id_seq", len(wanted))
    raised = run.rows(lambda bin, item, lot, id: ((bin, item, lot), id), RAISE, wanted, id=ids)
    return dict(raised)
