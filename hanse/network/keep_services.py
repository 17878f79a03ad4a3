"""Keep services: what a carrier sells, each from a day on: when he picks up, by when to hand over, what he takes, by when to claim.

A service is known by its carrier, its code and the day from which it is so. What was in force stays as it was: a change begins on a later
day, or gives it an end. What a service costs and where it goes is its rate card.
"""

from collections.abc import Sequence
from datetime import date, time
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le, MaxLen

from hanse.journal.operation import operation
from hanse.journal.run import Run
from hanse.kernel.asks import Code, Currency, Short, ask
from hanse.kernel.money import is_currency
from hanse.kernel.refused import Refused, refuse, refuse_all
from hanse.kernel.rows import as_tuple

from .events import ServiceKept
from .place import Weekday
from .versions import ALONE, Known, Line, Version

Grams = Annotated[int, Ge(1), Le(10**8)]
Millimetres = Annotated[int, Ge(1), Le(10**5)]
ClaimDays = Annotated[int, Ge(1), Le(3650)]


@ask
class KeepService:
    """A service as it is from a day on. Weekdays are 0 (Monday) to 6; without them the site's working days count, without a cut-off the site's.

    `max_girth_mm` is the longest side and once around the two others.
    """

    carrier: Code
    code: Code
    from_on: date
    name: Short = ""
    mode: Literal["parcel", "freight"] = "parcel"
    currency: Currency = "EUR"
    pickup_on: Annotated[tuple[Weekday, ...], MaxLen(7)] = ()
    transit_on: Annotated[tuple[Weekday, ...], MaxLen(7)] = ()
    cut_off: time | None = None
    max_weight_g: Grams | None = None
    max_length_mm: Millimetres | None = None
    max_girth_mm: Millimetres | None = None
    claim_loss_days: ClaimDays | None = None
    claim_damage_days: ClaimDays | None = None
    claim_delay_days: ClaimDays | None = None
    until_on: date | None = None


CONTENT = ("name", "mode", "currency", "pickup_on", "transit_on", "cut_off", "max_weight_g", "max_length_mm", "max_girth_mm", "claim_loss_days",
           "claim_damage_days", "claim_delay_days")


def decide(asks: Sequence[KeepService], known: Known, today: date) -> list[ServiceKept | Refused]:
    """Keep each service that can be; later asks see earlier ones."""
    line = Line(today, known)
    answers: list[ServiceKept | Refused] = []
    for ask in asks:
        name, new = (ask.carrier, ask.code), Version(ask.from_on, ask.until_on, _content(ask))
        wrong = [*_wrong(ask), *_wrong_currency(ask, line.of(name).values()), *line.wrong(name, new, f"{ask.carrier} {ask.code}")]
        if wrong:
            answers.append(refuse_all(wrong))
            continue
        line.keep(name, new)
        answers.append(ServiceKept(ask.carrier, ask.code, ask.from_on, ask.until_on, dict(zip(CONTENT, map(_plain, new.content), strict=True))))
    return answers


def _content(ask: KeepService) -> tuple[Any, ...]:
    return tuple(tuple(sorted({*v})) if isinstance(v, tuple) else v for v in (getattr(ask, name) for name in CONTENT))


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value.isoformat() if isinstance(value, time) else value


def _wrong(ask: KeepService) -> list[Refused]:
    wrong = [
        refuse("values-refused", at=at, why=f"{what} codes are upper case: {code.upper()}.")
        for at, what, code in (("carrier", "Carrier", ask.carrier), ("code", "Service", ask.code)) if code != code.upper()]
    if not is_currency(ask.currency):
        wrong.append(refuse("currency-unknown", at="currency", currency=ask.currency))
    if ask.cut_off and ask.cut_off.tzinfo is not None:
        wrong.append(refuse("values-refused", at="cut_off", why="A cut-off is a time on the wall of the site, without an offset."))
    if ask.max_length_mm and ask.max_girth_mm and ask.max_girth_mm < ask.max_length_mm:
        wrong.append(refuse("values-refused", at="max_girth_mm", why="The girth has the longest side in it: it is no less than that."))
    return wrong


def _wrong_currency(ask: KeepService, versions: Any) -> list[Refused]:
    """A service is charged in one currency: its rate cards and surcharges are written in it."""
    other = sorted({c for v in versions for c in (v.content[CONTENT.index("currency")],) if c != ask.currency and v.from_on != ask.from_on})
    return [refuse("values-refused", at="currency", why=f"{ask.carrier} {ask.code} is charged in {', '.join(other)}.")] if other else []


KNOWN = """
SELECT s.carrier, s.code, s.from_on, s.until_on, s.name, s.mode, s.currency, array_to_string(s.pickup_on, ','), array_to_string(s.transit_on, ','), s.cut_off, s.max_weight_g, s.max_length_mm,
       s.max_girth_mm, s.claim_loss_days, s.claim_damage_days, s.claim_delay_days
  FROM network_service s JOIN (SELECT DISTINCT carrier, code FROM unnest(%(carrier)s::text[], %(code)s::text[]) AS k(carrier, code)) k ON k.carrier = s.carrier AND k.code = s.code
"""
KEEP = """
INSERT INTO network_service (carrier, code, name, mode, currency, pickup_on, transit_on, cut_off, max_weight_g, max_length_mm, max_girth_mm, claim_loss_days,
                             claim_damage_days, claim_delay_days, from_on, until_on)
SELECT DISTINCT ON (k.carrier, k.code, k.from_on) k.carrier, k.code, k.name, k.mode, k.currency, string_to_array(k.pickup_on, ',')::smallint[], string_to_array(k.transit_on, ',')::smallint[],
       k.cut_off, k.max_weight_g, k.max_length_mm, k.max_girth_mm, k.loss, k.damage, k.delay, k.from_on, k.until_on
  FROM unnest(%(carrier)s::text[], %(code)s::text[], %(name)s::text[], %(mode)s::text[], %(currency)s::text[], %(pickup)s::text[], %(transit)s::text[], %(cut_off)s::time[],
              %(max_weight_g)s::int[], %(max_length_mm)s::int[], %(max_girth_mm)s::int[], %(claim_loss_days)s::smallint[], %(claim_damage_days)s::smallint[],
              %(claim_delay_days)s::smallint[], %(from_on)s::date[], %(until_on)s::date[]) WITH ORDINALITY
    AS k(carrier, code, name, mode, currency, pickup_on, transit_on, cut_off, max_weight_g, max_length_mm, max_girth_mm, loss, damage, delay, from_on, until_on, n)
 ORDER BY k.carrier, k.code, k.from_on, k.n DESC
    ON CONFLICT (carrier, code, from_on) DO UPDATE SET
       name = excluded.name, mode = excluded.mode, currency = excluded.currency, pickup_on = excluded.pickup_on, transit_on = excluded.transit_on, cut_off = excluded.cut_off,
       max_weight_g = excluded.max_weight_g, max_length_mm = excluded.max_length_mm, max_girth_mm = excluded.max_girth_mm, claim_loss_days = excluded.claim_loss_days,
       claim_damage_days = excluded.claim_damage_days, claim_delay_days = excluded.claim_delay_days, until_on = excluded.until_on
"""


@operation
def keep_services(run: Run, asks: Sequence[KeepService]) -> list[ServiceKept | Refused]:
    """Add services, change them from a day on, or end them."""
    run.rows(as_tuple, ALONE)
    known: dict[tuple[str, ...], list[Version]] = {}
    for carrier, code, version in run.rows(_known, KNOWN, asks):
        known.setdefault((carrier, code), []).append(version)
    answers = decide(asks, known, run.now.date())
    kept = [ask for ask, told in zip(asks, answers, strict=True) if isinstance(told, ServiceKept)]
    run.write(KEEP, kept, pickup=[_days(a.pickup_on) for a in kept], transit=[_days(a.transit_on) for a in kept])
    return answers


def _days(weekdays: Sequence[int]) -> str:
    return ",".join(map(str, sorted({*weekdays})))


def _known(carrier: str, code: str, from_on: date, until_on: date | None, *rest: Any) -> tuple[str, str, Version]:
    content = [tuple(int(day) for day in value.split(",") if day) if name in ("pickup_on", "transit_on") else value for name, value in zip(CONTENT, rest, strict=True)]
    return carrier, code, Version(from_on, until_on, tuple(content))
