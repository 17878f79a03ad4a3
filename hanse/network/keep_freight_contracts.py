"""Keep freight contracts: how parcels are billed that leave a site with a carrier, each from a day on.

Divisor and step are the carrier's; which carton is the cheapest depends on them. A contract is known by site, carrier and the day from which
it holds. Site or carrier left out means any; a site's own contract wins over the one of all sites.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from annotated_types import Gt, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Short, ask
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import FreightContractKept
from .keep_carton_types import SINCE

STEP = Decimal("0.001")


@ask
class KeepFreightContract:
    """How is billed from a day on. `whole_sides`: each side counts as the next whole centimetre or inch."""

    divisor: Annotated[int, Gt(0), Le(10**6)]
    step: Annotated[Decimal, Gt(0), Le(1000)]
    site: Short = ""
    carrier: Short = ""
    units: Literal["metric", "imperial"] = "metric"
    whole_sides: bool = False
    from_on: date | None = None
    until_on: date | None = None


def decide(asks: Sequence[KeepFreightContract], sites: Collection[str]) -> list[FreightContractKept | Refused]:
    """Keep each contract that can hold."""
    return [refuse_all(wrong) if (wrong := _wrong(a, sites)) else _told(a) for a in asks]


def _told(a: KeepFreightContract) -> FreightContractKept:
    return FreightContractKept(a.carrier, a.site, a.divisor, a.step, a.units, a.whole_sides, a.from_on or SINCE, a.until_on)


def _wrong(ask: KeepFreightContract, sites: Collection[str]) -> list[Refused]:
    wrong = [refuse("site-unknown", at="site", site=ask.site)] if ask.site and ask.site not in sites else []
    if ask.carrier != ask.carrier.upper():
        wrong.append(refuse("values-refused", at="carrier", why=f"Carrier codes are upper case: {ask.carrier.upper()}."))
    if ask.step % STEP:
        wrong.append(refuse("values-refused", at="step", why="A step has at most three decimals."))
    if ask.until_on and ask.until_on < (ask.from_on or SINCE):
        wrong.append(refuse("values-refused", at="until_on", why="It cannot end before it begins."))
    return wrong


SITES = "SELECT code FROM network_site WHERE code = ANY(%(site)s::text[])"
KEEP = """
INSERT INTO network_freightcontract (site, carrier, divisor, step, units, whole_sides, from_on, until_on)
SELECT DISTINCT ON (k.site, k.carrier, k.from_on) k.site, k.carrier, k.divisor, k.step, k.units, k.whole_sides, k.from_on, k.until_on
  FROM unnest(%(site)s::text[], %(carrier)s::text[], %(divisor)s::int[], %(step)s::numeric[], %(units)s::text[], %(whole_sides)s::boolean[], %(from_on)s::date[],
              %(until_on)s::date[]) WITH ORDINALITY AS k(site, carrier, divisor, step, units, whole_sides, from_on, until_on, n)
 ORDER BY k.site, k.carrier, k.from_on, k.n DESC
    ON CONFLICT (site, carrier, from_on) DO UPDATE SET
       divisor = excluded.divisor, step = excluded.step, units = excluded.units, whole_sides = excluded.whole_sides, until_on = excluded.until_on
"""


@operation
def keep_freight_contracts(run: Run, asks: Sequence[KeepFreightContract]) -> list[FreightContractKept | Refused]:
    """Add or change freight contracts."""
    named = sorted({a.site for a in asks if a.site})
    answers = decide(asks, {site for (site,) in run.rows(as_tuple, SITES, site=named)} if named else ())
    run.write(KEEP, [told for told in answers if isinstance(told, FreightContractKept)])
    return answers
