"""What the futures say, in plain words: what is certain, what is not, and what stays the same. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from .whatif import MEASURES, Difference

Verdict = Literal["better", "worse", "more", "less", "not sure", "the same"]
LOOKS: dict[str, str] = {"better": "good", "worse": "bad", "more": "busy", "less": "busy", "not sure": "quiet", "the same": "quiet"}


@dataclass(frozen=True, slots=True)
class Sentence:
    """What there is to say of a measure."""

    measure: str
    verdict: Verdict
    said: str


def figure(measure: str, value: float, signed: bool = False) -> str:
    """A value of a measure with as many digits as it deserves; a true minus, and no sign before nothing."""
    digits = MEASURES[measure].digits
    text = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
    if float(text.replace(",", "")) == 0:
        text = f"{0:,.{digits}f}"
    return text.replace("-", "−")


def unit_of(measure: str, currency: str) -> str:
    """What a measure counts, in the company's money."""
    return MEASURES[measure].unit.replace("money", currency)


def verdict(it: Difference) -> Verdict:
    """Whether a difference is sure, and whether it is one for the better."""
    if it.same:
        return "the same"
    if not it.sure:
        return "not sure"
    up = it.difference > 0
    better = MEASURES[it.measure].better
    if not better:
        return "more" if up else "less"
    return "better" if up == (better > 0) else "worse"


def sentence(it: Difference, currency: str) -> Sentence:
    """One measure in words; one whose interval spans zero says so."""
    word, unit, found = MEASURES[it.measure].word.removeprefix("of it ").capitalize(), unit_of(it.measure, currency), verdict(it)
    bounds = f"{figure(it.measure, it.low, signed=True)} to {figure(it.measure, it.high, signed=True)}"
    if found == "the same":
        said = f"{word}: the same in every future, {figure(it.measure, it.without)} {unit}."
    elif found == "not sure":
        said = f"{word}: not sure. The interval of the difference, {bounds} {unit}, spans 0: these futures do not say whether it rises or falls."
    else:
        goes = "rises" if it.difference > 0 else "falls"
        said = (f"{word} {goes} for certain: from {figure(it.measure, it.without)} to {figure(it.measure, it.with_it)} {unit}, "
                f"by {figure(it.measure, it.difference, signed=True)} ({bounds}).")
    return Sentence(it.measure, found, said)


def sentences(differences: Sequence[Difference], currency: str) -> list[Sentence]:
    """All measures in words: first what is certain, then what is not, then what stays the same."""
    turn = {"not sure": 1, "the same": 2}
    return sorted((sentence(d, currency) for d in differences), key=lambda s: turn.get(s.verdict, 0))


def directions(differences: Sequence[Difference]) -> list[str]:
    """What is certain, in two words each."""
    return [f"{MEASURES[d.measure].word.removeprefix('of it ').lower()} {'rises' if d.difference > 0 else 'falls'}" for d in differences if d.sure]


def caution(seeds: int, days: int) -> str:
    """How the figures are to be read."""
    return (f"{seeds} futures of {days} days, each lived without the change and with it by the same luck. Certain means that the 95 % interval of the "
            f"difference leaves out 0; of twenty such intervals one leaves it out by chance.")
