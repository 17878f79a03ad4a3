"""Keep surcharges: what a service costs beside its rate, each kind from a day on: fuel, oversize, overweight, remote postcodes.

A surcharge is a percentage of the freight or an amount for each parcel. It counts where all that it asks for holds. What was in force stays
as it was: a change begins on a later day, or gives it an end.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Annotated, Any

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Money, Short, ask
from hanse.kernel.money import FINEST, too_fine
from hanse.kernel.places import is_country
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import SurchargeKept
from .keep_services import Grams, Millimetres
from .versions import ALONE, Known, Line, Version


@ask
class KeepSurcharge:
    """A surcharge of a service from a day on: `percent` of the freight or an `amount` for each parcel. Conditions left out always hold.

    `over_g`, `over_length_mm` and `over_girth_mm`: a parcel that is heavier, longer or larger around; `postcodes`: beginnings of them;
    `home`: only where people live. An address of which nobody has said it is no home.
    """

    carrier: Code
    service: Code
    kind: Code
    from_on: date
    percent: Annotated[Decimal, Ge(0), Le(500)] | None = None
    amount: Money | None = None
    over_g: Grams | None = None
    over_length_mm: Millimetres | None = None
    over_girth_mm: Millimetres | None = None
    country: Short = ""
    postcodes: Annotated[tuple[Code, ...], MaxLen(10_000)] = ()
    until_on: date | None = None
    home: bool = False


def decide(asks: Sequence[KeepSurcharge], known: Known, services: Collection[tuple[str, str]], today: date) -> list[SurchargeKept | Refused]:
    """Keep each surcharge that can be; later asks see earlier ones."""
    line = Line(today, known)
    answers: list[SurchargeKept | Refused] = []
    for ask in asks:
        name, new = (ask.carrier, ask.service, ask.kind), Version(ask.from_on, ask.until_on, _content(ask))
        wrong = [*_wrong(ask, services), *line.wrong(name, new, f"{ask.kind} of {ask.carrier} {ask.service}")]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        line.keep(name, new)
        answers.append(SurchargeKept(
            ask.carrier, ask.service, ask.kind, ask.from_on, ask.until_on, ask.percent, ask.amount, ask.over_g, ask.over_length_mm, ask.over_girth_mm, ask.country, new.content[-2],
            ask.home))
    return answers


def _content(ask: KeepSurcharge) -> tuple[Any, ...]:
    return (_fine(ask.percent), _fine(ask.amount), ask.over_g, ask.over_length_mm, ask.over_girth_mm, ask.country, tuple(sorted({*ask.postcodes})), ask.home)


def _fine(value: Decimal | None) -> Decimal | None:
    return None if value is None else value.quantize(FINEST)


def _wrong(ask: KeepSurcharge, services: Collection[tuple[str, str]]) -> list[Refused]:
    wrong = [] if (ask.carrier, ask.service) in services else [refuse("service-unknown", at="service", carrier=ask.carrier, service=ask.service)]
    if (ask.percent is None) == (ask.amount is None):
        wrong.append(refuse("values-refused", at="amount", why="A surcharge is either a percentage or an amount."))
    if ask.kind == "freight":
        wrong.append(refuse("values-refused", at="kind", why="The freight stands on the rate card; a surcharge has another name."))
    wrong += [refuse("values-refused", at=name, why="It has at most four decimals.") for name in ("percent", "amount") if too_fine(getattr(ask, name))]
    if ask.country and not is_country(ask.country):
        wrong.append(refuse("values-refused", at="country", why=f"{ask.country} is no country of ISO 3166: two capitals, such as DE."))
    if ask.postcodes and not ask.country:
        wrong.append(refuse("values-refused", at="country", why="Say the country that the postcodes are of."))
    return wrong


SERVICES = "SELECT DISTINCT carrier, code FROM network_service WHERE carrier = ANY(%(carrier)s::text[])"
KNOWN = """
SELECT s.carrier, s.service, s.kind, s.from_on, s.until_on, s.percent, s.amount, s.over_g, s.over_length_mm, s.over_girth_mm, s.country, s.postcodes, s.home
  FROM network_surcharge s
  JOIN (SELECT DISTINCT carrier, service, kind FROM unnest(%(carrier)s::text[], %(service)s::text[], %(kind)s::text[]) AS k(carrier, service, kind)) k
    ON (k.carrier, k.service, k.kind) = (s.carrier, s.service, s.kind)
"""
KEEP = """
INSERT INTO network_surcharge (carrier, service, kind, percent, amount, over_g, over_length_mm, over_girth_mm, country, postcodes, from_on, until_on, home)
SELECT DISTINCT ON (k.carrier, k.service, k.kind, k.from_on) k.carrier, k.service, k.kind, k.percent, k.amount, k.over_g, k.over_length_mm, k.over_girth_mm, k.country,
       string_to_array(k.codes, E'\\n'), k.from_on, k.until_on, k.home
  FROM unnest(%(carrier)s::text[], %(service)s::text[], %(kind)s::text[], %(percent)s::numeric[], %(amount)s::numeric[], %(over_g)s::int[], %(over_length_mm)s::int[],
              %(over_girth_mm)s::int[], %(country)s::text[], %(codes)s::text[], %(from_on)s::date[], %(until_on)s::date[],
              %(home)s::boolean[]) WITH ORDINALITY
    AS k(carrier, service, kind, percent, amount, over_g, over_length_mm, over_girth_mm, country, codes, from_on, until_on, home, n)
 ORDER BY k.carrier, k.service, k.kind, k.from_on, k.n DESC
    ON CONFLICT (carrier, service, kind, from_on) DO UPDATE SET
       percent = excluded.percent, amount = excluded.amount, over_g = excluded.over_g, over_length_mm = excluded.over_length_mm, over_girth_mm = excluded.over_girth_mm,
       country = excluded.country, postcodes = excluded.postcodes, home = excluded.home, until_on = excluded.until_on
"""


@operation
def keep_surcharges(run: Run, asks: Sequence[KeepSurcharge]) -> list[SurchargeKept | Refused]:
    """Add surcharges, change them from a day on, or end them."""
    run.rows(as_tuple, ALONE)
    known: dict[tuple[str, ...], list[Version]] = {}
    for carrier, service, kind, from_on, until_on, *content, codes, home in run.rows(as_tuple, KNOWN, asks):
        known.setdefault((carrier, service, kind), []).append(Version(from_on, until_on, (*content, tuple(codes), home)))
    answers = decide(asks, known, set(run.rows(as_tuple, SERVICES, asks)), run.now.date())
    kept = [ask for ask, told in zip(asks, answers, strict=True) if isinstance(told, SurchargeKept)]
    run.write(KEEP, kept, codes=["\n".join(sorted({*a.postcodes})) for a in kept])
    return answers
