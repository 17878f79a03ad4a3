"""Counted: what lanes took in the last year, by carrier and service; the sum of the weeks that `roll_up_transit` keeps."""

from collections import Counter, defaultdict
from datetime import date, timedelta

from hanse.journal.asking import rows
from hanse.kernel.rows import as_tuple
from hanse.network.keep_transit_counts import KeepTransitCount, Took

LOOKS_BACK = timedelta(days=365)

TOOK = """
SELECT s.code, w.country, w.carrier, w.service, w.days, sum(w.parcels)::bigint FROM transport_transitweek w JOIN network_site s ON s.id = w.site_id
 WHERE w.week_on >= %(since)s::date GROUP BY 1, 2, 3, 4, 5
"""
KNOWN = "SELECT DISTINCT site, country, carrier, service FROM network_transitcount"
Lane = tuple[str, str, str, str]


def transit_counts(on: date) -> list[KeepTransitCount]:
    """The counts of all lanes; of those that no parcel went any more an empty one."""
    took: dict[Lane, Counter[int]] = defaultdict(Counter)
    for lane in rows(as_tuple, KNOWN):
        took[lane]
    for site, country, carrier, service, days, parcels in rows(as_tuple, TOOK, since=on - LOOKS_BACK):
        took[site, country, carrier, service][days] += parcels
    return [KeepTransitCount(*lane, tuple(Took(days, n) for days, n in sorted(counts.items()))) for lane, counts in sorted(took.items())]
