"""Rates: a carrier's rate cards from files, a row for each zone and weight step.

Destinations stand in the same rows, or in a file of their own, whose rows belong to every card that they fit. A card is put together from
all its rows and kept whole or not at all; each row says all that is wrong with it, by its columns.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hanse.kernel.refused import Finding, Refused, refuse
from hanse.network.keep_rates import KeepRates, RateGiven, ZoneGiven, keep_rates

from .asks import Filled, checked, left_out
from .batch import Batch
from .fields import Around, MapWrong, value_of
from .formats import Wrong
from .mapping import Section, kinds_of
from .reading import Row, rows_of
from .rejects import Tally

NAME = ("carrier", "service", "from_on")
CARD = {"carrier": "text", "service": "text", "from_on": "day", "until_on": "day"}
ZONE, RATE = kinds_of(ZoneGiven), kinds_of(RateGiven)
CardName = tuple[str, str, date]
AT_ONCE = 20
"""Cards in one call."""


@dataclass(slots=True)
class CardRow:
    """A row with what it says, all that is wrong with it, and what became of it."""

    tally: Tally
    columns: dict[str, str]
    nr: int
    row: Row
    values: dict[str, Any] = field(default_factory=dict)
    wrong: list[Finding] = field(default_factory=list)
    beside: Refused | None = None
    kept: bool = False

    def blame(self, found: Finding) -> None:
        """Note a finding, with the column that it is about."""
        column = self.columns.get(found.pointer.rpartition("/")[2])
        told = Finding(found.pointer, found.code, f"{column}: {found.detail}" if column else found.detail)
        if told not in self.wrong:
            self.wrong.append(told)

    def count(self) -> None:
        """Count the row as what became of it."""
        if self.wrong:
            self.tally.reject(self.nr, self.row, Refused(self.wrong[0].code, " ".join(f.detail for f in self.wrong)))
        elif self.beside:
            self.tally.reject(self.nr, self.row, self.beside)
        elif self.kept:
            self.tally.accepted += 1
        else:
            self.tally.repeated += 1


@dataclass(slots=True)
class Card:
    """A rate card on its way in: what it is, and the rows of its destinations and rates."""

    name: CardName
    rows: list[CardRow] = field(default_factory=list)
    zones: dict[ZoneGiven, CardRow] = field(default_factory=dict)
    rates: dict[RateGiven, CardRow] = field(default_factory=dict)

    def take(self, it: CardRow) -> None:
        """Take what a row says; what another said before counts once."""
        self.rows.append(it)
        ends = next((r for r in self.rows if r.tally is it.tally), it)
        if it.values.get("until_on") != ends.values.get("until_on"):
            it.blame(Finding("#/until_on", "values-refused", f"Row {ends.nr} of this card says another day."))
        goes, costs = (it.values.keys() & (kinds.keys() - {"zone"}) for kinds in (ZONE, RATE))
        if goes:
            self._put(self.zones, ZoneGiven, it, ZONE)
        if costs:
            self._put(self.rates, RateGiven, it, RATE)
        if not goes and not costs and not it.wrong:
            it.blame(Finding("#", "values-refused", "It has neither a price nor a destination."))

    def _put(self, into: dict[Any, CardRow], kind: type, it: CardRow, kinds: Collection[str]) -> None:
        made = checked(kind, {name: value for name, value in it.values.items() if name in kinds})
        if isinstance(made, Refused):
            unread = {w.pointer for w in it.wrong}
            for found in (e for e in made.errors if e.pointer not in unread):
                it.blame(Finding(found.pointer, found.code, found.detail.partition(": ")[2] or found.detail))
        else:
            into.setdefault(made, it)

    def ask(self) -> KeepRates | Refused:
        """The whole card."""
        ends = next((it.values["until_on"] for it in self.rows if it.values.get("until_on")), None)
        found: KeepRates | Refused = checked(KeepRates, {**dict(zip(NAME, self.name, strict=True)), "until_on": ends, "zones": tuple(self.zones), "rates": tuple(self.rates)})
        return found

    def refuse(self, no: Refused) -> None:
        """Blame each finding on its row; what is wrong with the card itself on all."""
        at = {"zones": list(self.zones.values()), "rates": list(self.rates.values())}
        for found in no.errors or (Finding("#", no.code, no.detail),):
            _, _, place = found.pointer.partition("#/")
            kind, _, rest = place.partition("/")
            nr = rest.partition("/")[0]
            for it in [at[kind][int(nr)]] if kind in at and nr.isdigit() else self.rows:
                it.blame(found)
        self.incomplete()

    def incomplete(self, astray: CardRow | None = None) -> None:
        """The rows of a card of which another is wrong say which; one that cannot be put to its card keeps all back."""
        guilty = next((it for it in self.rows if it.wrong), astray)
        for it in self.rows:
            if guilty and not it.wrong:
                carrier, service, from_on = self.name
                it.beside = refuse("card-incomplete", row=guilty.nr, file=guilty.tally.source.name, carrier=carrier, service=service, from_on=from_on)


@dataclass(slots=True)
class Cards:
    """Reads rate cards out of a file of rates, and a file of destinations where the mapping has one."""

    rates: tuple[Section, Tally, Around]
    zones: tuple[Section, Tally, Around] | None
    cards: dict[CardName, Card] = field(default_factory=dict)
    rows: list[CardRow] = field(default_factory=list)

    def read(self) -> list[Card]:
        """All cards with all their rows, in the order in which they are first named."""
        for it in self._rows(*self.rates, CARD | ZONE | RATE):
            carrier, service, from_on = (it.values.get(name) for name in NAME)
            if carrier and service and from_on:
                self.cards.setdefault((carrier, service, from_on), Card((carrier, service, from_on))).take(it)
            elif not it.wrong:
                it.blame(Finding("#", "row-unreadable", "It names no card: that needs a carrier, a service and a first day."))
        for it in self._rows(*self.zones, {n: CARD[n] for n in NAME} | ZONE) if self.zones else ():
            fit = [card for card in self.cards.values() if all(it.values.get(n, said) == said for n, said in zip(NAME, card.name, strict=True))]
            for card in fit:
                card.take(it)
            if not fit:
                it.blame(Finding("#", "values-refused", f"No rate card in {self.rates[1].source.name} is the one that it names."))
        for astray in [it for it in self.rows if it.tally is self.rates[1] and it.wrong and not any(it in card.rows for card in self.cards.values())][:1]:
            for card in self.cards.values():
                card.incomplete(astray)
        return list(self.cards.values())

    def _rows(self, section: Section, tally: Tally, around: Around, kinds: dict[str, str]) -> Iterator[CardRow]:
        """The rows that can be read, each with what it says; the others are rejected."""
        if unknown := section.take.keys() - kinds.keys():
            raise MapWrong(f"[{section.name}.take] has no field {', '.join(sorted(unknown))}. Fields: {', '.join(sorted(kinds))}.")
        fields: Filled = [(name, value_of(spec, kinds[name], around, f"{section.name}.take.{name}")) for name, spec in section.take.items()]
        columns = {name: column for name, spec in section.take.items() if (column := spec if isinstance(spec, str) else spec.get("column", ""))}
        out, width = left_out(section, around), len(tally.source.header)
        for nr, row in rows_of(tally.source):
            it = CardRow(tally, columns, nr, row)
            self.rows.append(it)
            if len(row) != width:
                it.blame(Finding("#", "row-unreadable", f"It has {len(row)} fields, the line of column names has {width}."))
            elif no := out(row):
                it.beside = no
            else:
                for name, value in fields:
                    try:
                        told = value(row)
                    except Wrong as wrong:
                        it.blame(Finding(f"#/{name}", "row-unreadable", f"{str(wrong).partition(': ')[2]}."))
                        continue
                    it.values |= {} if told is None else {name: told}
                yield it


def bring_cards(cards: Sequence[Card], under: Batch) -> None:
    """Keep those of which no row is wrong; their rows say what became of them."""
    asked: list[tuple[Card, KeepRates]] = []
    for card in cards:
        ask = card.ask() if not any(it.wrong or it.beside for it in card.rows) else None
        if isinstance(ask, KeepRates):
            asked.append((card, ask))
        elif ask is None:
            card.incomplete()
        else:
            card.refuse(ask)
    answers, replayed = under.ask(keep_rates, [ask for _, ask in asked])
    refused = [card for (card, _), answer in zip(asked, answers, strict=True) if isinstance(answer, Refused)]
    if replayed and refused:
        bring_cards(refused, Batch(under.by, None))
    for (card, _), answer in zip(asked, answers, strict=True):
        if isinstance(answer, Refused):
            if not replayed:
                card.refuse(answer)
        elif not replayed:
            for it in card.rows:
                it.kept = True
