"""Freight file: carriers' bills out of a CSV file. Pure.

One line of the file is one line of a bill. Columns by name, in any order: `tracking` and `amount`; `kind` (freight, if left out), `billed_g` or
`billed_kg`; `carrier`, `invoice`, `date` and `currency` where the file holds several bills, or nobody says them beside it. Parted by commas or
semicolons; amounts have a point. All that cannot be read is told at once, by line of the file.
"""

import csv
import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from io import StringIO

from hanse.kernel.clock import YEARS

from .receive_freight_invoice import BilledLine, ReceiveFreightInvoice

MOST_BYTES = 5_000_000
COLUMNS = frozenset({"carrier", "invoice", "date", "currency", "tracking", "kind", "amount", "billed_g", "billed_kg"})
HEADS = ("carrier", "invoice", "date", "currency")
_FIGURE = re.compile(r"-?[0-9]{1,10}(\.[0-9]{1,4})?")
MOST_FINDINGS = 20


class BadFile(Exception):
    """The file cannot be taken: what is wrong, by its lines."""

    def __init__(self, findings: list[str]):
        super().__init__(" ".join(findings))
        self.findings = findings[:MOST_FINDINGS]


def read(body: bytes, beside: Mapping[str, str]) -> list[ReceiveFreightInvoice]:
    """The bills of a file; what is said `beside` it stands where the file does not say it."""
    table = _table(body)
    found: dict[tuple[str, ...], list[BilledLine]] = {}
    wrong: list[str] = []
    for nr, row in enumerate(table, 2):
        head = tuple((row.get(name) or beside.get(name, "")).strip() for name in HEADS)
        findings, line = _line(row, head)
        wrong += [f"Line {nr}: {finding}" for finding in findings]
        if line:
            found.setdefault(head, []).append(line)
    if not table:
        wrong.append("There are no lines in it.")
    if wrong:
        raise BadFile(wrong)
    return [ReceiveFreightInvoice(carrier, number, date.fromisoformat(on), currency.upper(), tuple(lines)) for (carrier, number, on, currency), lines in found.items()]


def _table(body: bytes) -> list[dict[str, str]]:
    if len(body) > MOST_BYTES:
        raise BadFile([f"A file has at most {MOST_BYTES // 1_000_000} MB."])
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFile(["It is no text in UTF-8."]) from None
    if "\x00" in text:
        raise BadFile(["There is a character in it that cannot be kept."])
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    names = [name.strip().lower() for name in reader.fieldnames or ()]
    if missing := [name for name in ("tracking", "amount") if name not in names]:
        raise BadFile([f"There is no column {name}." for name in missing])
    if strange := sorted(set(names) - COLUMNS):
        raise BadFile([f"Column {name!r} is not known: {', '.join(sorted(COLUMNS))} are." for name in strange])
    reader.fieldnames = names
    try:
        return [{name: value for name, value in row.items() if isinstance(value, str)} for row in reader if any(row.values())]
    except csv.Error as error:
        raise BadFile([f"It cannot be read: {error}."]) from None


def _line(row: Mapping[str, str], head: tuple[str, ...]) -> tuple[list[str], BilledLine | None]:
    wrong = [f"the {name} is missing." for name, said in zip(HEADS, head, strict=True) if not said]
    wrong += [f"the {name} is longer than 80 characters." for name, said in zip(HEADS, head, strict=True) if len(said) > 80]
    wrong += [] if not head[2] or _day(head[2]) else [f"{head[2]} is no day such as 2026-11-20."]
    wrong += [] if not head[3] or len(head[3]) == 3 else [f"{head[3]} is no currency such as EUR."]
    tracking, kind, amount = (row.get(name, "").strip() for name in ("tracking", "kind", "amount"))
    if not 0 < len(tracking) <= 80:
        wrong.append("the tracking number is missing or too long.")
    if len(kind) > 80:
        wrong.append("the kind is longer than 80 characters.")
    if not _FIGURE.fullmatch(amount):
        wrong.append(f"{amount or 'nothing'} is no amount such as 12.50.")
    grams = [row.get(name, "").strip() for name in ("billed_g", "billed_kg")]
    wrong += [f"{said} is no weight." for said in grams if said and not (_FIGURE.fullmatch(said) and 0 <= Decimal(said) <= 10**6)]
    if wrong:
        return wrong, None
    weight = int(Decimal(grams[0])) if grams[0] else int(Decimal(grams[1]) * 1000) if grams[1] else None
    return [], BilledLine(tracking, Decimal(amount), kind or "freight", weight)


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.year in YEARS else None
