"""A posted form becomes the ask of its operation, or all that is wrong with it is said at once."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import pytest
from annotated_types import Gt, Le, MaxLen, MinLen
from django.test import RequestFactory

from hanse.kernel import clock
from hanse.web.posted import BadForm, posted, scanned_at


@dataclass(frozen=True, slots=True)
class Promise:
    line: int
    units: Annotated[int, Gt(0), Le(1000)]
    price: Decimal = Decimal("0")
    due_on: date | None = None
    called_at: datetime | None = None
    express: bool = False
    kind: Literal["credit", "address"] = "credit"
    why: Annotated[str, MaxLen(10)] = ""
    sites: list[str] = field(default_factory=list)
    waves: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Named:
    name: Annotated[str, MinLen(1)]
    note: str


def form(**typed):
    return RequestFactory().post("/", typed)


def findings(ask, **typed):
    with pytest.raises(BadForm) as bad:
        posted(ask, form(**typed))
    return bad.value.findings


def test_a_form_is_read_by_the_type_hints_of_the_ask():
    assert posted(Promise, form(
        line="7", units=" 1,000 ", price="12.50", due_on="2026-11-20", called_at="2026-11-20T14:20+00:00", express="on",
        kind="address", why=" van ", sites=["HAM", "LEI"], waves=["1", "2"],
    )) == Promise(7, 1000, Decimal("12.50"), date(2026, 11, 20), datetime(2026, 11, 20, 14, 20, tzinfo=UTC), True,
                  "address", "van", ["HAM", "LEI"], (1, 2))


def test_what_was_left_empty_takes_the_default_of_the_ask():
    assert posted(Promise, form(line="7", units="1", price="", due_on="", why="")) == Promise(7, 1)


def test_what_the_page_gives_wins_over_what_was_posted():
    assert posted(Promise, form(line="8", units="1"), line=7).line == 7


@pytest.mark.parametrize("typed, said", [
    ({}, {"line": "This is needed.", "units": "This is needed."}),
    ({"line": "x", "units": "1.5"}, {"line": "Give a whole number, such as 12.", "units": "Give a whole number, such as 12."}),
    ({"line": "1", "units": "1,5"}, {"units": "Give a whole number, such as 12."}),
    ({"line": "9" * 30, "units": "0"}, {"line": "That is more than can be counted.", "units": "More than 0."}),
    ({"line": "1", "units": "1001"}, {"units": "At most 1,000."}),
    ({"line": "1", "units": "1", "price": "1,5"}, {"price": "Give a number, such as 12.50."}),
    ({"line": "1", "units": "1", "price": "NaN"}, {"price": "Give a number, such as 12.50."}),
    ({"line": "1", "units": "1", "due_on": "2026-11-31"}, {"due_on": "November has 30 days."}),
    ({"line": "1", "units": "1", "due_on": "2026-12-32"}, {"due_on": "December has 31 days."}),
    ({"line": "1", "units": "1", "due_on": "31.11."}, {"due_on": "Give a day as 2026-11-20."}),
    ({"line": "1", "units": "1", "due_on": "9999-12-31", "called_at": "0001-01-01 00:00"}, dict.fromkeys(("due_on", "called_at"), "Give a day between the years 1900 and 2199.")),
    ({"line": "1", "units": "1", "called_at": "noon"}, {"called_at": "Give a day and a time as 2026-11-20 14:20."}),
    ({"line": "1", "units": "1", "kind": "fun"}, {"kind": "Choose one of: credit, address."}),
    ({"line": "1", "units": "1", "why": "far too long"}, {"why": "At most 10 characters; there are 12."}),
    ({"line": "1", "units": "1", "why": "a\x00b"}, {"why": "There is a character in it that cannot be kept."}),
    ({"line": "1", "units": "1", "waves": ["1", "b"]}, {"waves": "Give a whole number, such as 12."}),
])
def test_all_findings_are_said_at_once_each_under_its_field(typed, said):
    assert findings(Promise, **typed) == said


def test_a_text_may_be_empty_unless_the_ask_wants_at_least_a_character():
    assert findings(Named, name="", note="") == {"name": "This is needed."}


def test_a_bad_form_keeps_what_was_typed():
    with pytest.raises(BadForm) as bad:
        posted(Promise, form(line="seven", units="1"))
    assert bad.value.values == {"line": "seven", "units": "1"}


def test_what_a_form_cannot_carry_is_a_mistake_of_the_page():
    @dataclass
    class Whole:
        lines: dict

    with pytest.raises(TypeError, match="give it as a keyword"):
        posted(Whole, form(lines="x"))


@pytest.mark.parametrize("told, at", [
    ("2026-11-16T08:59:00Z", datetime(2026, 11, 16, 8, 59, tzinfo=UTC)), ("2026-11-16T10:01:00+01:00", None), ("2026-11-16T08:59:00", None),
    ("2026-02-30T08:59:00Z", None), ("0001-01-01T00:00:00+14:00", None), ("soon", None), ("", None),
])
def test_a_scan_was_made_when_the_phone_says_unless_its_clock_is_wrong(told, at):
    with clock.standing_at(datetime(2026, 11, 16, 9, tzinfo=UTC)):
        assert scanned_at(form(scanned_at=told)) == at
