"""Keep carriers: add or change the carriers we hand parcels to, and the dated tables that read their codes.

Carrier codes are upper case. An entry of a code table holds from its day on; a later one follows it.
"""

from collections.abc import Sequence
from datetime import date
from typing import Annotated, Literal

from annotated_types import MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Name, Short, ask
from hanse.kernel.refused import Refused, refuse

from .code_tables import SINCE
from .events import CarrierKept
from .models import STATES

MeansState = Literal[
    "", "pending", "picked-up", "in-transit", "out-for-delivery", "ready-for-pick-up", "delivered", "delayed", "on-hold",
    "failed", "return-to-sender", "cancelled", "lost", "unknown",
]


@ask
class CodeEntry:
    """What one event code means from a day on; an empty state tells something but moves nothing."""

    code: Code
    state: MeansState
    since: date = SINCE


@ask
class KeepCarrier:
    """A carrier as it should be; what is left out stays. Its tracking address may hold `{tracking}`. Codes are added to its table."""

    code: Code
    name: Name | None = None
    scac: Short | None = None
    tracking_url: Short | None = None
    codes: Annotated[tuple[CodeEntry, ...], MaxLen(5000)] = ()


def decide(asks: Sequence[KeepCarrier]) -> list[CarrierKept | Refused]:
    """Every carrier is kept; states are those we know."""
    answers: list[CarrierKept | Refused] = []
    for ask in asks:
        wrong = sorted({c.state for c in ask.codes} - {"", *STATES})
        if wrong:
            answers.append(refuse("values-refused", at="codes", why=f"{', '.join(wrong)} is no state of a parcel."))
        else:
            answers.append(CarrierKept(ask.code.upper(), ask.name, len(ask.codes)))
    return answers


KEEP = """
INSERT INTO transport_carrier AS c (code, name, scac, tracking_url)
SELECT DISTINCT ON (k.code) k.code, coalesce(k.name, o.name, k.code), coalesce(k.scac, o.scac, ''), coalesce(k.tracking_url, o.tracking_url, '')
  FROM unnest(%(code)s::text[], %(name)s::text[], %(scac)s::text[], %(tracking_url)s::text[]) WITH ORDINALITY AS k(code, name, scac, tracking_url, n)
  LEFT JOIN transport_carrier o ON o.code = k.code
 ORDER BY k.code, k.n DESC
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, scac = excluded.scac, tracking_url = excluded.tracking_url
"""
KEEP_CODES = """
INSERT INTO transport_carriercode AS e (carrier_id, code, state, since)
SELECT DISTINCT ON (c.id, k.code, k.since) c.id, k.code, k.state, k.since
  FROM unnest(%(carrier)s::text[], %(code)s::text[], %(state)s::text[], %(since)s::date[]) WITH ORDINALITY AS k(carrier, code, state, since, n)
  JOIN transport_carrier c ON c.code = k.carrier
 ORDER BY c.id, k.code, k.since, k.n DESC
    ON CONFLICT (carrier_id, code, since) DO UPDATE SET state = excluded.state
"""


@operation
def keep_carriers(run: Run, asks: Sequence[KeepCarrier]) -> list[CarrierKept | Refused]:
    """Add or change carriers and entries of their code tables."""
    answers = decide(asks)
    kept = [(ask, told) for ask, told in zip(asks, answers, strict=True) if isinstance(told, CarrierKept)]
    run.write(KEEP, [ask for ask, _ in kept], code=[t.carrier for _, t in kept])
    entries = [(told.carrier, entry) for ask, told in kept for entry in ask.codes]
    if entries:
        run.write(KEEP_CODES, [e for _, e in entries], carrier=[c for c, _ in entries])
    return answers
