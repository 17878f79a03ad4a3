"""Days, moments, money and numbers as pages say them."""

from datetime import UTC, date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.template import Context, Template

from hanse.kernel import clock
from hanse.kernel.refused import Refused
from hanse.web import words

NOW = datetime(2026, 11, 19, 13, 20, tzinfo=UTC)


def drawn(text, **facts):
    with clock.standing_at(NOW):
        return Template("{% load hanse %}" + text).render(Context(facts))


@pytest.mark.parametrize("on, said", [(date(2026, 11, 20), "Fri 20 Nov"), (date(2027, 1, 4), "Mon 4 Jan 2027")])
def test_a_day_has_its_year_when_it_is_another_one(on, said):
    assert f">{said}<" in drawn("{{ on|day }}", on=on)


@pytest.mark.parametrize("at, zone, said", [
    (datetime(2026, 11, 19, 7, 5, tzinfo=UTC), "Europe/Berlin", "Today 08:05"),
    (datetime(2026, 11, 18, 15, 2, tzinfo=UTC), "Europe/Berlin", "18 Nov 16:02"),
    (datetime(2025, 11, 18, 15, 2, tzinfo=UTC), "Europe/Berlin", "18 Nov 2025 16:02"),
    (datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "Europe/Berlin", "Today 00:30"),
    (datetime(2026, 11, 18, 23, 30, tzinfo=UTC), "America/New_York", "18 Nov 18:30"),
])
def test_a_moment_is_told_on_the_clock_of_the_place(at, zone, said):
    assert words.moment_in_words(at, ZoneInfo(zone), NOW) == said
    assert f'title="{zone}">{said}</time>' in drawn("{{ at|moment:zone }}", at=at, zone=zone)


@pytest.mark.parametrize("amount, currency, figure, priced", [
    ("1948.03", "EUR", "1,948.03", "1,948.03 €"),
    ("1948.035", "EUR", "1,948.04", "1,948.04 €"),
    ("-0.5", "EUR", "−0.50", "−0.50 €"),
    ("1234567.5", "JPY", "1,234,568", "1,234,568 ¥"),
    ("1.2345", "KWD", "1.235", "1.235 KWD"),
])
def test_money_has_the_minor_units_of_its_currency_and_is_rounded_half_up(amount, currency, figure, priced):
    assert drawn("{{ a|money:c }}|{{ a|priced:c }}", a=Decimal(amount), c=currency) == f"{figure}|{priced}"


def test_numbers_have_thousands_and_a_true_minus_and_zero_is_pale():
    assert drawn("{{ a|pieces }} {{ b|pieces }} {{ c|pale }}{{ a|pale }}", a=4260, b=-16, c=0) == "4,260 −16 zero"


def test_a_refusal_is_told_in_its_own_sentence_and_in_red():
    refusal = Refused("task-closed", "This task is closed.")
    assert drawn("{{ a|in_words }} {{ a|mood }}", a=refusal) == "This task is closed. bad"


def test_every_form_has_a_key_of_its_own():
    assert drawn("{% once %}") != drawn("{% once %}")


def test_what_is_said_cannot_become_markup():
    assert "<b>" not in drawn("{% badge w 'idle' 'lock' %}", w="<b>")
