"""Drawn: how shares, causes and lanes are put on a page: widths of bars, colours of the heat map, what explains a change. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from hanse.web.words import money_in_words

from .claimed import Claimed
from .conditions import CONDITIONS
from .dealt import Dealings
from .reads import CauseCount, ConditionRate, OrderVerdict, PerfectShare
from .scored import Measured

FEW = 30
"""Fewer commitments than these say nothing about a lane: they are counted, not coloured."""
MOST_LANES = 10
"""The lanes with the most commitments are drawn; the others are in the export."""
STEPS = (90.0, 92.0, 94.0, 96.0, 97.5)
"""The shares in per cent at which the heat map's colours change."""
WIDE = 176.0


def per_cent(fraction: float | None, digits: int = 1) -> str:
    """A fraction as per cent; a dash would look like a zero, so what is not known says so."""
    return "not known" if fraction is None else f"{100 * fraction:.{digits}f} %"


def dealt_rows(it: Dealings) -> list[tuple[str, str, str]]:
    """How a carrier deals with us, row by row: the word, its value, and of how many with the interval."""
    rows = [(r.word, per_cent(r.value), f"{per_cent(r.low)} – {per_cent(r.high)}, n {r.n:,}" if r.n else "") for r in it.rates]
    rows += [(f"{m.word}, median", "not known" if m.value is None else f"{m.value:.1f}".removesuffix(".0") + f" {m.unit}", f"n {m.n:,}" if m.n else "") for m in it.medians]
    return rows + [
        (r.word, per_cent(r.value), f"{money_in_words(r.part, r.currency, signed=True)} of {money_in_words(r.whole, r.currency, signed=True)}") for r in it.ratios]


def claimed_rows(found: Iterable[Claimed]) -> list[tuple[str, str, str]]:
    """What was claimed of a carrier, row by row and by currency: the word, the money, and of how much."""
    return [row for it in found for row in (
        ("Claimed", money_in_words(it.claimed, it.currency, signed=True), f"{it.claims:,} claim{'' if it.claims == 1 else 's'}"),
        ("Got back", money_in_words(it.got_back, it.currency, signed=True), f"{money_in_words(it.not_paid, it.currency, signed=True)} not paid"),
        ("Still open", money_in_words(it.open, it.currency, signed=True), f"{money_in_words(it.to_file, it.currency, signed=True)} more to file" if it.to_file else ""),
    )]


def scale_from(measures: Iterable[Measured]) -> float:
    """Where the common scale of some intervals begins: at the ten per cent under the lowest that is shown; it ends at 100 %."""
    return int(10 * min((x for m in measures if m.n for x in (m.low, m.others) if x is not None), default=0.0)) / 10


def bounds(it: PerfectShare) -> str:
    """The headline: where the share will end, one number once nothing waits."""
    if it.low is None or it.high is None:
        return "–"
    low, high = f"{100 * it.low:.1f}", f"{100 * it.high:.1f}"
    return f"{low} %" if low == high else f"{low} – {high} %"


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar of three parts: where they begin and how wide they are."""

    parts: tuple[tuple[str, float, float], ...]
    said: str


def bar(yes: int, open: int, no: int, wide: float = WIDE, gap: float = 1.5) -> Bar:
    """True, not known, false, by their share of the width; what there is of is seen, however little."""
    whole = yes + open + no
    said = f"{yes:,} true, {open:,} not known yet, {no:,} false"
    if not whole:
        return Bar((), said)
    shown = [(name, n) for name, n in (("ct", yes), ("cu", open), ("cf", no)) if n]
    free = wide - gap * (len(shown) - 1)
    least = 4.0
    spare = free - least * len(shown)
    parts, x = [], 0.0
    for name, n in shown:
        width = least + spare * n / whole
        parts.append((name, round(x, 1), round(width, 1)))
        x += width + gap
    return Bar(tuple(parts), said)


ICONS = {"place": "map-pin", "product": "package", "time": "clock", "customer": "user-check", "invoice": "file-invoice", "documents": "paperclip"}


def five(conditions: Iterable[ConditionRate]) -> list[dict[str, Any]]:
    """The conditions with their bars."""
    return [{"it": c, "word": c.condition.capitalize(), "icon": ICONS[c.condition], "bar": bar(c.yes, c.open, c.no), "said": per_cent(c.rate)} for c in conditions]


def pareto(found: Sequence[CauseCount], most: int = 9) -> list[dict[str, Any]]:
    """First causes by how many orders failed first at them, with the running share; the rest as one."""
    first = sorted((c for c in found if c.first), key=lambda c: (-c.first, c.cause))
    total, running, rows = sum(c.first for c in first), 0, []
    largest = max((c.first for c in first), default=1)
    for nr, c in enumerate(first[:most]):
        running += c.first
        rows.append({"it": c, "word": c.cause.capitalize(), "n": c.first, "width": round(150 * c.first / largest, 1), "share": f"{100 * running / total:.0f} %", "strong": nr < 3})
    if rest := first[most:]:
        n = sum(c.first for c in rest)
        rows.append({"it": None, "word": f"{len(rest)} others", "n": n, "width": round(150 * min(1, n / largest), 1), "share": "100 %", "strong": False})
    return rows


def heat(lanes: Sequence[PerfectShare], condition: str = "time") -> dict[str, Any]:
    """Carriers by lanes: how often they were in time: the lanes with the most, coloured by the share, counted only where there are few."""
    cells: dict[str, dict[str, dict[str, Any]]] = {}
    for it in lanes:
        carrier, _, lane = it.key.partition("|")
        [rate] = [c for c in it.conditions if c.condition == condition]
        judged = rate.yes + rate.no
        if judged:
            cells.setdefault(lane, {})[carrier] = _cell(rate, judged)
    shown = sorted(sorted(cells, key=lambda lane: (-sum(c["judged"] for c in cells[lane].values()), lane))[:MOST_LANES])
    carriers = sorted({c for lane in shown for c in cells[lane]})
    return {"carriers": carriers, "rows": [{"lane": lane, "cells": [(c, cells[lane].get(c)) for c in carriers]} for lane in shown], "left": len(cells) - len(shown)}


def _cell(rate: ConditionRate, judged: int) -> dict[str, Any]:
    share = 100 * rate.yes / judged
    if judged < FEW:
        return {"judged": judged, "look": "few", "said": f"n = {judged}", "title": f"{judged} commitments, too few to say"}
    return {"judged": judged, "look": f"hm{sum(share >= step for step in STEPS)}", "said": f"{share:.1f}", "title": f"{share:.1f} % of {judged:,}"}


@dataclass(frozen=True, slots=True)
class Explained:
    """What a cause has to do with the change of the share: points of the headline (per cent of what is judged)."""

    cause: str
    owner: str
    condition: str
    before: int
    now: int
    points: float


def explain(before: PerfectShare, now: PerfectShare, causes_before: Sequence[CauseCount], causes_now: Sequence[CauseCount]) -> list[Explained]:
    """Why the share of two periods differs. Each order that is not perfect has one first cause, so the points add up to the difference."""
    judged = [it.perfect + it.imperfect for it in (before, now)]
    if not all(judged):
        return []
    counts: dict[tuple[str, str, str], list[int]] = {}
    for nr, found in enumerate((causes_before, causes_now)):
        for c in found:
            if c.first:
                counts.setdefault((c.cause, c.owner, c.condition), [0, 0])[nr] += c.first
    rows = [Explained(*key, n[0], n[1], 100 * (n[0] / judged[0] - n[1] / judged[1])) for key, n in counts.items()]
    return sorted(rows, key=lambda row: (-abs(row.points), row.cause))


def verdict(it: OrderVerdict, moved_to: date | None = None, risk: dict[str, Any] | None = None) -> dict[str, Any]:
    """A commitment as its order's page shows it: each condition with its mark, word, why and what shows it, and the verdict in words.

    `moved_to` is the day it is promised for now: later than the first, its time will be false. `risk` is what is at risk of it while it is open.
    """
    rows = [_condition(name, it, moved_to) for name in CONDITIONS]
    late = any(row["mark"] == "will be false" for row in rows)
    risk = None if late or it.perfect is not None else risk
    answer = {True: "perfect", False: "not perfect", None: "will not be perfect" if late else "at risk" if risk else "not known yet"}[it.perfect]
    tone, mark = {"perfect": ("good", "check"), "not perfect": ("bad", "x"), "will not be perfect": ("watch", "clock"), "at risk": ("watch", "alert-triangle")}.get(answer, ("idle", "clock"))
    return {"due_on": it.due_on, "rows": rows, "said": f"{it.state.capitalize()}: {answer}", "tone": tone, "mark": mark, "final_on": it.final_on if it.state == "provisional" else None, "late": it.found.get("late", []), "risk": risk}


def _condition(name: str, it: OrderVerdict, moved_to: date | None) -> dict[str, Any]:
    truth = it.truths[name]
    found = [it.found["of"][name]] if name in it.found["of"] else [line[name] | {"line": line["line"]} for line in it.found["lines"]]
    said = next((f for f in found if f["truth"] is truth), {"why": "", "shows": []})
    why = f"Line {said['line']}: {said['why']}" if "line" in said and len(found) > 1 and truth is not True else said["why"]
    cause = it.causes.get(name)
    mark, word = {True: ("true", "true" if it.state == "final" else "so far true"), False: ("false", "false"), None: ("not known", "not known yet")}[truth]
    if name == "time" and truth is None and moved_to and it.due_on and moved_to > it.due_on:
        mark, word, why = "will be false", "will be false", f"Promised for {it.due_on:%-d %b} first, for {moved_to:%-d %b} now."
    return {"name": name.capitalize(), "icon": ICONS[name], "mark": mark, "word": word, "why": why, "cause": f"{cause[0]}, {cause[1]}" if cause else "", "shows": ", ".join(said["shows"][:3])}
