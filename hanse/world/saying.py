"""Saying a change: the five kinds that a planner asks about, as forms, and the file that each of them stands for. Pure."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import time
from typing import Any

from .described import Company, Service, Site

KINDS = {
    "cut-off": ("Cut-off", "Until when a site promises the same day."),
    "sourcing": ("Sourcing policy", "Which countries a site supplies. What the others lack is waited for."),
    "contract": ("Carrier contract", "What a service costs, and how many working days it takes to a country."),
    "stock": ("Stock level", "How much should be left when a supplier delivers, and for how many days is ordered at once."),
    "crew": ("Crew", "When a shift works, and how many pick and pack."),
    "file": ("A file", "Any part of the company's file, several at once."),
}
EXAMPLE = 'said = "Hamburg promises the same day until 18:00"\n\n[sites.HAM]\ncut_off = 18:00:00\n'


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form: its name and label, what stands in it at first, how it is typed."""

    name: str
    label: str
    value: str = ""
    hint: str = ""
    unit: str = ""
    type: str = "text"
    options: tuple[tuple[str, str], ...] = ()


class BadChange(Exception):
    """The form says no change; a sentence for each field."""

    def __init__(self, findings: Mapping[str, str]):
        super().__init__("; ".join(findings.values()))
        self.findings = dict(findings)


def _services(company: Company) -> dict[str, tuple[str, Service]]:
    return {f"{c.code} {s.code}": (c.code, s) for c in company.carriers for s in c.services}


def _shifts(company: Company) -> dict[str, tuple[Site, int]]:
    return {f"{s.code} {n + 1}": (s, n) for s in company.sites for n in range(len(s.shifts))}


def fields(kind: str, company: Company) -> list[Field]:
    """The fields of a kind of change, for this company; what stands there now is said beside each."""
    sites = tuple((s.code, s.name) for s in company.sites)
    countries = sorted({c for k in company.customers for c in k.countries})
    if kind == "cut-off":
        now = ", ".join(f"{s.name} {s.cut_off:%H:%M}" for s in company.sites)
        return [Field("site", "Site", options=sites), Field("cut_off", "Cut-off", hint=f"now: {now}", type="time")]
    if kind == "sourcing":
        now = ", ".join(f"{s.name} {' '.join(s.serves) or 'all'}" for s in company.sites)
        return [Field("site", "Site", options=sites), Field("serves", "Countries", hint=f"of {' '.join(countries)}; now: {now}")]
    if kind == "contract":
        services = tuple((key, f"{company.carriers[[c.code for c in company.carriers].index(code)].name}, {s.name}") for key, (code, s) in _services(company).items())
        to = tuple((c, c) for c in sorted({c for _, s in _services(company).values() for c in s.days}))
        return [
            Field("service", "Service", options=services), Field("prices", "Prices", "0", "−10 is a tenth cheaper", "%", "number"),
            Field("country", "Days to", options=(("", "no country"), *to)), Field("transit", "Working days", hint="with a country", type="number"),
        ]
    if kind == "stock":
        now = ", ".join(f"{s.name} {s.safety_days} and {s.covers_days}" for s in company.suppliers)
        return [
            Field("supplier", "Supplier", options=tuple((s.name, s.name) for s in company.suppliers)),
            Field("safety_days", "Left when it arrives", hint=f"now: {now}", unit="days", type="number"), Field("covers_days", "Ordered at once for", unit="days", type="number"),
        ]
    if kind == "crew":
        shifts = tuple((key, f"{s.name}, {s.shifts[n].starts:%H:%M} – {s.shifts[n].ends:%H:%M}") for key, (s, n) in _shifts(company).items())
        now = ", ".join(f"{key}: {s.shifts[n].pickers} and {s.shifts[n].packers}" for key, (s, n) in _shifts(company).items())
        return [
            Field("shift", "Shift", options=shifts), Field("starts", "Begins", type="time", hint="as it is, where left empty"), Field("ends", "Ends", type="time"),
            Field("pickers", "Pickers", hint=f"now pickers and packers: {now}", type="number"), Field("packers", "Packers", type="number"),
        ]
    return []


def change_text(kind: str, company: Company, typed: Mapping[str, str]) -> str:
    """The file that a form stands for; raises `BadChange` with what is missing or cannot be read, field by field."""
    read = _Reading(typed)
    if kind == "cut-off":
        site, at = read.one_of("site", [s.code for s in company.sites]), read.time("cut_off", must=True)
        read.done()
        return _file(f"{_name(company, site)} promises the same day until {at:%H:%M}", f"sites.{site}", {"cut_off": at})
    if kind == "sourcing":
        site = read.one_of("site", [s.code for s in company.sites])
        served = read.text("serves").upper().replace(",", " ").split()
        read.done()
        return _file(f"{_name(company, site)} serves {' '.join(served)}", f"sites.{site}", {"serves": served})
    if kind == "contract":
        return _contract(company, read)
    if kind == "stock":
        supplier = read.one_of("supplier", [s.name for s in company.suppliers])
        given = {"safety_days": read.whole("safety_days"), "covers_days": read.whole("covers_days")}
        read.something(given, "safety_days")
        said = ", ".join(f"{n} days {word}" for word, n in (("left", given["safety_days"]), ("at once", given["covers_days"])) if n is not None)
        return _file(f"{supplier}: {said}", f"suppliers.{json.dumps(supplier, ensure_ascii=False)}", given)
    return _crew(company, read)


def _contract(company: Company, read: "_Reading") -> str:
    services = _services(company)
    key = read.one_of("service", list(services))
    percent, country, days = read.number("prices"), read.text("country", must=False), read.whole("transit")
    if country and days is None:
        read.findings["transit"] = "How many working days does it take there?"
    if days is not None and not country:
        read.findings["country"] = "To which country?"
    read.something({"prices": percent or None, "days": days}, "prices")
    carrier, service = services[key]
    name = next(c.name for c in company.carriers if c.code == carrier)
    at = f"carriers.{carrier}.services.{service.code}"
    parts = [f"prices {percent:+g} %".replace("-", "−")] if percent else []
    parts += [f"{days} days to {country}"] if days is not None else []
    text = _file(f"{name} {service.name}: {', '.join(parts)}", "", {})
    if percent:
        text += _part(f"{at}.prices", {zone: [round(p * (1 + percent / 100), 2) for p in prices] for zone, prices in service.prices.items()})
    return text + (_part(f"{at}.days", {country: days}) if days is not None else "")


def _crew(company: Company, read: "_Reading") -> str:
    shifts = _shifts(company)
    key = read.one_of("shift", list(shifts))
    given = {"starts": read.time("starts"), "ends": read.time("ends"), "pickers": read.whole("pickers"), "packers": read.whole("packers")}
    read.something(given, "pickers")
    site, n = shifts[key]
    all_shifts = [asdict(s) for s in site.shifts]
    all_shifts[n] |= {name: value for name, value in given.items() if value is not None}
    it = all_shifts[n]
    said = f"{site.name}, {it['starts']:%H:%M} – {it['ends']:%H:%M}: {it['pickers']} pick, {it['packers']} pack"
    return _file(said, f"sites.{site.code}", {"shifts": all_shifts})


def _name(company: Company, site: str) -> str:
    return next(s.name for s in company.sites if s.code == site)


def _file(said: str, part: str, values: Mapping[str, Any]) -> str:
    return f"said = {_toml(said)}\n" + (_part(part, values) if part else "")


def _part(part: str, values: Mapping[str, Any]) -> str:
    return f"\n[{part}]\n" + "".join(f"{name} = {_toml(value)}\n" for name, value in values.items() if value is not None)


def _toml(value: Any) -> str:
    if isinstance(value, time):
        return f"{value:%H:%M:%S}"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(v)}" for name, v in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


class _Reading:
    """What was typed, field by field, with all that is wrong with it."""

    def __init__(self, typed: Mapping[str, str]):
        self.typed, self.findings = typed, dict[str, str]()

    def text(self, name: str, must: bool = True) -> str:
        given = self.typed.get(name, "").strip()
        if must and not given:
            self.findings[name] = "Say something here."
        return given

    def one_of(self, name: str, known: list[str]) -> str:
        given = self.text(name)
        if given and given not in known:
            self.findings[name] = f"There is none; there are {', '.join(known)}."
        return given

    def time(self, name: str, must: bool = False) -> time | None:
        given = self.text(name, must)
        try:
            return time.fromisoformat(given) if given else None
        except ValueError:
            self.findings[name] = "Write a time as 14:30."
            return None

    def number(self, name: str) -> float | None:
        given = self.text(name, must=False).replace("−", "-").removesuffix("%").strip()
        try:
            found = float(given) if given else None
        except ValueError:
            found = float("nan")
        if found is not None and not -100 <= found <= 1_000:
            self.findings[name] = "Write a number from −100 to 1000."
            return None
        return found

    def whole(self, name: str) -> int | None:
        given = self.text(name, must=False)
        if given and not (given.isascii() and given.isdigit() and len(given) < 6):
            self.findings[name] = "Write a whole number."
            return None
        return int(given) if given else None

    def something(self, given: Mapping[str, Any], at: str) -> None:
        """At least one of these is to change; ends the reading."""
        if not self.findings and all(value is None for value in given.values()):
            self.findings[at] = "Nothing would change: fill in at least one."
        self.done()

    def done(self) -> None:
        if self.findings:
            raise BadChange(self.findings)
