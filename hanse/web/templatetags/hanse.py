"""The marks and words of every page: `{% load hanse %}`. What each looks like stands at /language."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from hanse.kernel import clock
from hanse.web import counters as bar
from hanse.web import words

register = template.Library()
register.filter("in_words", words.in_words)
register.filter("mood", words.mood)
register.filter("pieces", words.pieces_in_words)
register.filter("sign", words.sign_of)
register.filter("hours", words.duration_in_words)


@register.simple_tag
def icon(name: str, size: str = "") -> SafeString:
    """An outline from the sprite, always beside a word: {% icon "lock" %}, {% icon "sun" "lg" %}."""
    kind = "ico ico-lg" if size == "lg" else "ico"
    return format_html('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>', kind, _sprite(), name)


def _sprite() -> str:
    return static("hanse/icons.svg")


@register.simple_tag
def badge(word: str, kind: str, mark: str) -> SafeString:
    """A word with its mark: {% badge "Late risk" "watch" "clock" %}. Kinds: idle, busy, good, watch, bad."""
    return format_html('<span class="pill-s {}">{}{}</span>', kind, icon(mark), word)


_TRUTHS = {
    "true": ("true", '<circle class="y" cx="8" cy="8" r="8"/><path d="M4.6 8.3l2.3 2.3 4.5-4.9"/>'),
    "false": ("false", '<rect class="n" x=".5" y=".5" width="15" height="15" rx="3"/>'
                       '<path d="M5.2 5.2l5.6 5.6M10.8 5.2l-5.6 5.6"/>'),
    "will be false": ("will be false", '<path class="r" d="M8 .8l7.6 13.6H.4z"/><path d="M8 5.6v4M8 12v.1"/>'),
    "not known": ("not known yet", '<circle class="u" cx="8" cy="8" r="6.8"/>'),
}


@register.simple_tag
def truth(state: str) -> SafeString:
    """The mark of a condition: 'true', 'false', 'will be false' or 'not known'. The word stands beside it."""
    said, drawing = _TRUTHS[state]
    return format_html('<svg class="truth" viewBox="0 0 16 16" role="img" aria-label="{}">{}</svg>',
                       said, mark_safe(drawing))


@register.simple_tag
def counter_bar(counters: Mapping[str, int], width: float = 150, height: float = 9) -> SafeString:
    """The counters of a line, allocation or order as one bar; 9 px high on the board, 12 on lines."""
    said = bar.label(counters)
    drawn = format_html_join("", '<rect class="seg-{}" x="{}" y="{}" width="{}" height="{}" rx="2"/>', (
        _segment(stage, x, wide, height) for stage, x, wide in bar.segments(counters, width)))
    return format_html(
        '<svg class="cb" width="{}" height="{}" role="img" aria-label="{}"><title>{}</title>{}</svg>',
        f"{width:g}", f"{height:g}", said, said, drawn)


def _segment(stage: str, x: float, wide: float, height: float) -> tuple[str, str, str, str, str]:
    """A stage's rectangle; the hatched one has an outline, which must stay inside."""
    inset = 0.5 if stage == "back" else 0.0
    return stage, f"{x + inset:.1f}", f"{inset:g}", f"{wide - 2 * inset:.1f}", f"{height - 2 * inset:g}"


_LEGEND = ("open", "allocated", "picked", "packed", "shipped", "delivered", "back", "cancelled")


@register.simple_tag
def legend(without: str = "") -> SafeString:
    """The key to counter bars, once per table; `without` leaves stages out: {% legend "cancelled" %}."""
    shown = [stage for stage in _LEGEND if stage not in without.split()]
    return format_html('<span class="key">{}</span>', format_html_join("", (
        '<span><svg class="cb" aria-hidden="true"><rect class="seg-{}" x=".5" y=".5" width="9" height="9" rx="2"/>'
        "</svg>{}</span>"), ((stage, bar.STAGES[stage]) for stage in shown)))


@register.filter
def money(amount: Decimal | None, currency: str) -> str:
    """'1,948.03' under a heading that names the currency: {{ total|money:"EUR" }}."""
    return "" if amount is None else words.money_in_words(amount, currency)


@register.filter
def priced(amount: Decimal | None, currency: str) -> str:
    """'1,948.03 €' where it stands alone: {{ total|priced:order.currency }}."""
    return "" if amount is None else words.money_in_words(amount, currency, signed=True)


@register.filter
def day(value: date | datetime | None, zone: str | None = None) -> SafeString:
    """'Fri 20 Nov', with the year when it is another one; an instant is told in `zone` (else the page's own)."""
    if value is None:
        return mark_safe("")
    place = ZoneInfo(zone) if zone else timezone.get_current_timezone()
    on = value.astimezone(place).date() if isinstance(value, datetime) else value
    today = clock.now().astimezone(place).date()
    return format_html('<time datetime="{}">{}</time>', on.isoformat(), words.day_in_words(on, today))


@register.filter
def moment(at: datetime | None, zone: str | None = None) -> SafeString:
    """'Today 14:20' or '18 Nov 16:02' on the clock of the place: {{ event.happened_at|moment:site.zone }}."""
    if at is None:
        return mark_safe("")
    place = ZoneInfo(zone) if zone else ZoneInfo(timezone.get_current_timezone_name())
    told = words.moment_in_words(at, place, clock.now())
    return format_html('<time datetime="{}" title="{}">{}</time>', at.isoformat(), place.key, told)


@register.filter
def pale(number: Any) -> str:
    """The class of a zero in a table: <td class="num {{ n|pale }}">."""
    return "" if number else "zero"


@register.simple_tag
def once() -> SafeString:
    """The form's own request key, so that a second click does nothing."""
    return format_html('<input type="hidden" name="key" value="{}">', uuid.uuid4().hex)


@register.inclusion_tag("web/_field.html")
def field(name: str, label: str, value: Any = "", bad: Any = None, **more: Any) -> dict[str, Any]:
    """A labelled field; with `bad` (a BadForm) what was typed is kept and its finding stands under it.

    {% field "units" "Units to cancel" 12 bad=bad type="number" min=1 hint="8 are packed" unit="pieces" %}; `options`
    (pairs of value and word) makes it a choice, `wide=True` a whole row; anything else becomes an attribute.
    """
    typed = bad.values.get(name, "") if bad else value
    shown = "" if typed is None else typed
    own = {key: more.pop(key, "") for key in ("hint", "unit", "wide")}
    options = [(option, word, str(option) == str(shown)) for option, word in more.pop("options", ())]
    return {
        "name": name, "label": label, "value": shown, "found": bad.findings.get(name, "") if bad else "",
        "type": more.pop("type", "text"), "options": options, **own,
        "more": [(key.replace("_", "-"), key if setting is True else setting) for key, setting in more.items() if setting is not False],
    }
