"""Keep freight terms: within which difference a carrier's bills are approved, and for how many days after their date they may be disputed.

Where nothing is kept, nothing is tolerated and 180 days are taken. A difference is tolerated up to the percentage of what was expected or
up to the amount, whichever is more.
"""

from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Annotated

from annotated_types import Ge, Le

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, ask
from hanse.kernel.money import too_fine
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import FreightTermsKept


@ask
class KeepFreightTerms:
    """What is agreed with a carrier on its bills."""

    carrier: Code
    tolerance_percent: Annotated[Decimal, Ge(0), Le(100)] = Decimal(0)
    tolerance: Annotated[Decimal, Ge(0), Le(10**9)] = Decimal(0)
    dispute_days: Annotated[int, Ge(1), Le(3_650)] = 180


def decide(asks: Sequence[KeepFreightTerms], carriers: Collection[str]) -> list[FreightTermsKept | Refused]:
    """Keep the terms of carriers that are known."""
    return [refuse_all(wrong) if (wrong := _wrong(a, carriers)) else FreightTermsKept(a.carrier.upper(), a.tolerance_percent, a.tolerance, a.dispute_days) for a in asks]


def _wrong(ask: KeepFreightTerms, carriers: Collection[str]) -> list[Refused]:
    wrong = [] if ask.carrier.upper() in carriers else [refuse("carrier-unknown", at="carrier", carrier=ask.carrier)]
    if ask.tolerance_percent != ask.tolerance_percent.quantize(Decimal("0.001")):
        wrong.append(refuse("values-refused", at="tolerance_percent", why="A percentage has at most three decimals."))
    if too_fine(ask.tolerance):
        wrong.append(refuse("values-refused", at="tolerance", why="An amount has at most four decimals."))
    return wrong


CARRIERS = "SELECT code FROM transport_carrier WHERE code = ANY(%(named)s::text[])"
KEEP = """
INSERT INTO transport_freightterms (carrier_id, tolerance_percent, tolerance, dispute_days)
SELECT DISTINCT ON (c.id) c.id, k.tolerance_percent, k.tolerance, k.dispute_days
  FROM unnest(%(carrier)s::text[], %(tolerance_percent)s::numeric[], %(tolerance)s::numeric[], %(dispute_days)s::smallint[]) WITH ORDINALITY
    AS k(carrier, tolerance_percent, tolerance, dispute_days, n) JOIN transport_carrier c ON c.code = k.carrier
 ORDER BY c.id, k.n DESC
    ON CONFLICT (carrier_id) DO UPDATE SET tolerance_percent = excluded.tolerance_percent, tolerance = excluded.tolerance, dispute_days = excluded.dispute_days
"""


@operation
def keep_freight_terms(run: Run, asks: Sequence[KeepFreightTerms]) -> list[FreightTermsKept | Refused]:
    """Add or change what is agreed with carriers on their bills."""
    answers = decide(asks, {code for (code,) in run.rows(as_tuple, CARRIERS, named=[a.carrier.upper() for a in asks])})
    run.write(KEEP, [told for told in answers if isinstance(told, FreightTermsKept)])
    return answers
