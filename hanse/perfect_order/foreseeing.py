"""Foreseeing: why an open commitment will perhaps not be perfect, how likely it still will be, and what would save it at least cost. Pure.

The chance is that of the part of it that is worst off: what waits at a site, a parcel on its way, units without stock. Rules say why;
the chance comes from the past alone (`chance`). What would save it is held against the same past: its gain is the chance with it
less the chance without.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from hanse.orders.holds import BLOCKS, blocking

from .chance import SURE_NOT, UNKNOWN, Chance, Learnt
from .conditions import AT_OUR_DOOR, window
from .evidence import exported
from .lessening import Lessening, Parcel, lessening_of
from .outlook import AtSite, Elsewhere, OnTheWay, Outlook
from .passed import band_of

UNLIKELY = 0.5
"""What is less likely to be perfect than this is at risk, whatever the rules say."""
SOON = timedelta(hours=1)
"""What has to be done within the hour is said."""
WORTH = 0.01
"""What gains less than this gains nothing."""
TROUBLE = {"failed": "could not be delivered", "lost": "is lost", "on-hold": "is held by its carrier", "return-to-sender": "is on its way back", "delayed": "is delayed"}
WORK = (("release", "to_release", "Released"), ("pick", "to_pick", "Picked"), ("pack", "to_pack", "Packed"), ("hand over", "to_leave", "Handed over"))
FIRST = {"release": "Release it first", "pick": "Pick it first", "pack": "Pack it first", "hand over": "Hand it over first"}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a condition will perhaps not hold: a code, and the fact in a sentence."""

    condition: str
    code: str
    said: str


@dataclass(frozen=True, slots=True)
class Rescue:
    """What would save a commitment: a code and words, what it costs more, what it gains of the chance; nothing known of the gain where the past says nothing."""

    action: str
    said: str
    cost: Decimal = Decimal(0)
    currency: str = ""
    gain: float | None = None
    site: str = ""


@dataclass(frozen=True, slots=True)
class Faster:
    """A service that is faster than the lane: its days in transit and what it costs more for what has to leave a site."""

    site: str
    carrier: str
    service: str
    days: int
    cost: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Sold:
    """What carriers sell for a commitment: services that are faster than its lanes, and what a parcel with the units that come later is charged."""

    faster: Sequence[Faster] = ()
    later: Parcel | None = None


NOTHING_SOLD = Sold()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a commitment: the step it waits for (or has passed, where it does not wait), with how much slack, on which lane."""

    step: str
    lane: str
    slack_h: float | None
    waits: bool = True
    site: str = ""

    def chance(self, learnt: Learnt) -> Chance:
        """What became of those like it."""
        return UNKNOWN if self.slack_h is None else learnt.chance(self.lane, self.step, band_of(self.slack_h), self.waits)


@dataclass(frozen=True, slots=True)
class AtRisk:
    """A commitment at risk: the step of its worst part and its slack, its chance, why, and what would save it, the cheapest first;
    and what is at least less late if nothing does.
    """

    order: int
    due_on: date | None
    step: str
    slack_h: float | None
    lane: str
    site: str
    customer: int
    net: Decimal
    currency: str
    chance: Chance
    reasons: tuple[Reason, ...]
    rescues: tuple[Rescue, ...]
    lost: bool
    lessening: Lessening | None = None

    @property
    def gain(self) -> float:
        """What the rescue that comes first gains."""
        return max(0.0, self.rescues[0].gain or 0.0) if self.rescues else 0.0


def foresee(it: Outlook, sold: Sold, learnt: Learnt, now: datetime) -> AtRisk | None:
    """What is at risk of a commitment; nothing where no rule speaks and it is likely to be perfect."""
    parts = parts_of(it, now)
    lost = bool(it.open.failed) or _passed(it, now)
    chance, worst = (SURE_NOT, None) if lost else worst_of(parts, learnt)
    reasons = tuple(reasons_of(it, parts, now))
    if not reasons and not lost and (chance.value is None or chance.value >= UNLIKELY):
        return None
    shown = worst or (parts[0] if parts else Part("", "", None))
    rescues = () if lost else tuple(rescues_of(it, parts, sold.faster, learnt, chance, now))
    return AtRisk(
        it.open.order, it.open.due_on, shown.step, shown.slack_h, shown.lane.rpartition("|")[2], shown.site, it.open.customer, it.open.net, it.open.currency, chance, reasons, rescues, lost,
        None if _passed(it, now) else lessening_of(it, sold.later, now))


def worst_of(parts: Iterable[Part], learnt: Learnt) -> tuple[Chance, Part | None]:
    """The least chance among parts, and whose it is; of parts that the past says nothing about nothing is told."""
    told = [(part.chance(learnt), part) for part in parts]
    known = [(c, part) for c, part in told if c.value is not None]
    if known:
        return min(known, key=lambda x: x[0].value or 0.0)
    return UNKNOWN, min((part for _, part in told), key=lambda p: (p.slack_h is None, p.slack_h), default=None)


def _passed(it: Outlook, now: datetime) -> bool:
    return it.open.due_on is not None and it.open.delivery_term not in AT_OUR_DOOR and now >= window(it.open.due_on, it.open.zone).end_at


def parts_of(it: Outlook, now: datetime) -> list[Part]:
    """The parts of a commitment: at each site the first step that still waits, each parcel on its way, and what has no stock."""
    found = [part for at in it.at_sites if (part := _at(at, it, now))]
    found += [_on_way(p, it) for p in it.on_the_way if it.open.delivery_term not in AT_OUR_DOOR]
    if it.open.waits:
        found.append(_without_stock(it, now))
    return found


def _at(at: AtSite, it: Outlook, now: datetime) -> Part | None:
    """What is promised for a later day than first is as one that has so much less time left."""
    step = next((name for name, field, _ in WORK if getattr(at, field) > 0), None)
    planned = at.planned(it.open.delivery_term)
    if step is None or planned is None:
        return Part(step, at.lane, None, site=at.site) if step else None
    hours = planned.slack_h(step, now)
    return Part(step, at.lane, min(hours, -24.0 * moved) if (moved := _moved_days(it)) else hours, site=at.site)


def _moved_days(it: Outlook) -> int:
    """By how many days the promise has moved from the first one."""
    return max(0, (it.open.promised_on - it.open.due_on).days) if it.open.promised_on and it.open.due_on else 0


def _on_way(p: OnTheWay, it: Outlook) -> Part:
    """A parcel that its carrier expects later is as one that left so much later."""
    planned = p.planned(it.open.delivery_term)
    hours = planned.slack_h("delivery", p.handed_over_at) if planned else None
    if hours is not None and p.expected_on and it.open.due_on and p.expected_on > it.open.due_on:
        hours = min(hours, -24.0 * (p.expected_on - it.open.due_on).days)
    return Part("delivery", p.lane, hours, False, p.site)


def _without_stock(it: Outlook, now: datetime) -> Part:
    """Units without stock can be released once their supply is there: on the morning of its day; without supply no slack is known."""
    lane = it.at_sites[0].lane if it.at_sites else f"{it.elsewhere[0].site} → {it.open.country}" if it.elsewhere else ""
    sites: list[AtSite | Elsewhere] = [*it.at_sites, *it.elsewhere]
    planned = next((p for at in sites if (p := at.planned(it.open.delivery_term))), None)
    if it.open.due_on is None or it.open.supply_on is None or it.open.dated < it.open.waits:
        return Part("release", lane, None)
    there = max(now, datetime.combine(it.open.supply_on, datetime.min.time(), ZoneInfo(it.open.zone)).astimezone(UTC))
    by = planned.at["release"] if planned else window(it.open.due_on, it.open.zone).end_at - timedelta(days=1)
    return Part("release", lane, (by - there).total_seconds() / 3600)


# -- why ----------------------------------------------------------------------------------------------------------------


def reasons_of(it: Outlook, parts: Sequence[Part], now: datetime) -> Iterable[Reason]:
    """What the rules say of a commitment, in the order of its way."""
    o = it.open
    if o.failed:
        yield Reason(o.failed[0], "failed", f"{' and '.join(o.failed).capitalize()} failed already")
    elif _passed(it, now):
        yield Reason("time", "passed", "Its day has passed")
    if o.due_on is None:
        yield Reason("time", "no-promise", "Nothing is promised for it")
    elif o.promised_on and o.promised_on > o.due_on:
        yield Reason("time", "moved", f"Promised for {_day(o.due_on)} first, for {_day(o.promised_on)} now")
    leaves = any(at.to_leave for at in it.at_sites) or bool(o.waits)
    for type in blocking(o.holds, "release") or blocking(o.holds, "hand-over"):
        if leaves:
            yield Reason("time", "held", f"On hold: {type}")
    yield from _stock(it)
    for at, part in ((at, part) for at in it.at_sites if (part := _at(at, it, now))):
        yield from _step(at, part, it, now)
    for p in it.on_the_way:
        yield from _parcel(p, it)
    if o.no_place:
        yield Reason("place", "address", f"The address has no {' and no '.join(o.no_place)}")
    if o.from_country and exported(o.from_country, o.country) and o.lacks_customs_data:
        yield Reason("documents", "customs-data", f"Customs papers lack {', '.join(o.lacks_customs_data[:3])}")
    for type in blocking(o.holds, "invoice"):
        if "release" not in BLOCKS.get(type, ()):
            yield Reason("invoice", "no-invoice", f"On hold: {type}. It cannot be billed")


def _stock(it: Outlook) -> Iterable[Reason]:
    o = it.open
    if not o.waits:
        return
    dated = o.supply_on and o.dated >= o.waits
    units = f"{o.waits:,} unit{'' if o.waits == 1 else 's'}"
    if not dated:
        yield Reason("time", "no-stock", f"{units} without stock, none on its way")
    else:
        yield Reason("time", "supply", f"{units} wait for supply that is due {_day(o.supply_on)}")  # type: ignore[arg-type]


def _step(at: AtSite, part: Part, it: Outlook, now: datetime) -> Iterable[Reason]:
    planned = at.planned(it.open.delivery_term)
    if planned is None or part.slack_h is None:
        return
    by = planned.at[part.step].astimezone(ZoneInfo(at.zone))
    word = next(word for step, _, word in WORK if step == part.step).lower()
    if planned.slack_h(part.step, now) < 0:
        yield Reason("time", "late-step", f"Not {word} in {at.site}, it had to be by {by:%a %-d %b %H:%M}")
    elif timedelta(hours=planned.slack_h(part.step, now)) < SOON:
        yield Reason("time", "soon", f"Has to be {word} in {at.site} by {by:%H:%M}")


def _parcel(p: OnTheWay, it: Outlook) -> Iterable[Reason]:
    if p.state in TROUBLE:
        yield Reason("product" if p.state in ("lost", "return-to-sender") else "time", "parcel", f"Parcel {p.tracking} {TROUBLE[p.state]}")
    elif p.expected_on and it.open.due_on and p.expected_on > it.open.due_on:
        yield Reason("time", "expected-late", f"Parcel {p.tracking} is expected {_day(p.expected_on)}")
    elif p.silent_days is not None:
        yield Reason("time", "silent", f"Nothing told of parcel {p.tracking} for more than {p.silent_days} working days")


def _day(day: date) -> str:
    return f"{day:%a %-d %b}"


# -- what would save it ---------------------------------------------------------------------------------------------------


def rescues_of(it: Outlook, parts: Sequence[Part], faster: Sequence[Faster], learnt: Learnt, without: Chance, now: datetime) -> list[Rescue]:
    """What can be done, the least cost for what it gains first. The next step of the order itself is named also where the past knows
    no gain of it; calling the customer comes last, for it saves no verdict.
    """
    found = [replace(rescue, gain=gain_of(parts, changed, learnt, without)) for rescue, changed in _changes(it, parts, faster, now)]
    useful = [r if r.gain is None or r.gain >= WORTH else replace(r, gain=0.0) for r in found if r.gain is None or r.gain >= WORTH or r.cost == 0]
    told = sorted(useful, key=lambda r: (r.gain == 0, r.cost / Decimal(str(r.gain)) if r.gain else r.cost, -(r.gain or 0)))
    word = "Tell the customer and agree on a new day; the first promise stays what is judged" if it.open.due_on else "Agree on a day with the customer"
    return [*told, Rescue("call", word, gain=0.0)]


def gain_of(parts: Sequence[Part], changed: Sequence[Part], learnt: Learnt, without: Chance) -> float | None:
    """The chance with changed parts less the chance without; not known where the past says nothing."""
    now, _ = worst_of(changed, learnt)
    unknown = without.value is None or now.value is None or any(p.slack_h is None for p in parts if p in changed)
    return None if unknown else (now.value or 0.0) - (without.value or 0.0)


def _changes(it: Outlook, parts: Sequence[Part], faster: Sequence[Faster], now: datetime) -> Iterable[tuple[Rescue, list[Part]]]:
    """Each thing that can be done, with the parts as they would be then."""
    held = blocking(it.open.holds, "release") or blocking(it.open.holds, "hand-over")
    at_sites = [p for p in parts if p.waits and p.site]
    if at_sites and held:
        yield Rescue("release hold", f"Release the {' and the '.join(held)} hold, then {FIRST[at_sites[0].step].lower()}", site=at_sites[0].site), _done(parts, at_sites)
    elif at_sites and not _kept_whole(it, at_sites[0]):
        first = at_sites[0]
        where = "" if len(at_sites) == 1 else f" in {' and '.join(p.site for p in at_sites)}"
        yield Rescue(f"{first.step} first", FIRST[first.step] + where, site=first.site), _done(parts, at_sites)
    for service in faster:
        at = next((a for a in it.at_sites if a.site == service.site), None)
        part = next((p for p in at_sites if p.site == service.site), None)
        planned = at.planned(it.open.delivery_term, service.days) if at else None
        if part and planned and not held:
            quick = replace(part, slack_h=planned.slack_h(part.step, now), waits=False)
            said = f"Send it by {service.carrier} {service.service}, {service.days} {'day' if service.days == 1 else 'days'} on the way"
            yield Rescue("faster service", said, service.cost, service.currency, site=service.site), [quick if p is part else p for p in parts]
    yield from _from_elsewhere(it, parts, held, now)


def _kept_whole(it: Outlook, first: Part) -> bool:
    """Whether the terms let nothing be released, for a part has no stock."""
    return first.step == "release" and bool(it.open.waits) and it.open.ship_rule == "complete-order"


def _done(parts: Sequence[Part], those: Sequence[Part]) -> list[Part]:
    """The parts as they are once these do not wait any longer."""
    return [replace(p, waits=False) if p in those else p for p in parts]


def _from_elsewhere(it: Outlook, parts: Sequence[Part], held: Sequence[str], now: datetime) -> Iterable[tuple[Rescue, list[Part]]]:
    on_way = [p for p in parts if not p.waits]
    for other in it.elsewhere[:3]:
        planned = other.planned(it.open.delivery_term)
        if planned is None or held:
            continue
        same = [at for at in it.at_sites if at.currency == other.currency and at.cost is not None]
        more = max(Decimal(0), other.cost - sum((at.cost or Decimal(0) for at in same), Decimal(0))) if len(same) == len(it.at_sites) else other.cost
        part = Part("release", other.lane, planned.slack_h("release", now), False, other.site)
        yield Rescue("another site", f"Send it from {other.site}, which has it all", more, other.currency, site=other.site), [*on_way, part]
