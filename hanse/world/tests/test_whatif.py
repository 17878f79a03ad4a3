"""What-ifs as a planner uses them: said in a form or a file, kept with who asked and what it said, shown in words, figures and pictures."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from hanse.edge import urls  # noqa: F401 - loaded before a transaction begins, for on a busy machine that takes longer than one may stand idle
from hanse.journal.operation import NotGranted
from hanse.journal.principals import HANSE
from hanse.kernel.refused import Refused
from hanse.web.words import in_words
from hanse.world import changing, drawn, jobs, reads, saying
from hanse.world.answer_what_if import AnswerWhatIf, answer_what_if
from hanse.world.ask_what_if import AskWhatIf, Home, ask_what_if, decide
from hanse.world.changing import change_of, changed
from hanse.world.described import read, text_of
from hanse.world.end_day import EndDay, end_day
from hanse.world.events import WhatIfAsked
from hanse.world.history import Lived
from hanse.world.models import WhatIf
from hanse.world.stop_what_if import Asked, StopWhatIf, stop_what_if
from hanse.world.stop_what_if import decide as stopped
from hanse.world.whatif import DAILY, MEASURES, Difference, OnDay, Outcome, compared, quantile
from hanse.world.whatif_words import directions, sentence, sentences

CHANGES = sorted((Path(changing.__file__).parent / "changes").glob("*.toml"))
SHOP = read("web-shop")
BEGAN, YESTERDAY = date(2026, 3, 2), date(2026, 6, 1)
EARLY = 'said = "early"\n[sites.HAM]\ncut_off = 13:00:00\n'
HOME = Home(Lived("web-shop", 7, BEGAN, YESTERDAY), text_of("web-shop"), SHOP)


def outcome(perfect=90.0, cost=8.0, days=(1.0, 2.0)):
    return Outcome(100, perfect, 2.0, cost, cost - 1, 0.6, 0.4, 50_000, {name: list(days) for name in DAILY})


REPORT = compared([(outcome(90, 8.0), outcome(92, 8.0)), (outcome(88, 8.0), outcome(91, 8.3)), (outcome(91, 8.2), outcome(93, 8.0))], date(2026, 6, 2))

# -- the change -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", CHANGES, ids=[f.stem for f in CHANGES])
def test_each_kind_of_change_has_an_example_that_is_read(file):
    change = change_of(file.read_text(), file.name)
    assert change["said"]
    assert changed(SHOP, change) != SHOP


@pytest.mark.parametrize(("kind", "typed", "place", "value"), [
    ("cut-off", {"site": "HAM", "cut_off": "18:00"}, lambda c: f"{c.sites[0].cut_off:%H:%M}", "18:00"),
    ("sourcing", {"site": "LEI", "serves": "at, nl"}, lambda c: c.sites[1].serves, ("AT", "NL")),
    ("contract", {"service": "ELBE STANDARD", "prices": "−10", "country": "AT", "transit": "3"}, lambda c: (c.carriers[0].services[0].prices["near"][0], c.carriers[0].services[0].days["AT"]), (3.78, 3)),
    ("stock", {"supplier": "Kontor Speicherstadt", "safety_days": "10"}, lambda c: (c.suppliers[0].safety_days, c.suppliers[0].covers_days), (10, 21)),
    ("crew", {"shift": "HAM 2", "pickers": "5"}, lambda c: [s.pickers for s in c.sites[0].shifts], [2, 5]),
])  # fmt: skip
def test_a_form_stands_for_a_file_that_says_the_change_in_words(kind, typed, place, value):
    text = saying.change_text(kind, SHOP, typed)
    change = change_of(text)
    assert change["said"] and place(changed(SHOP, change)) == value
    assert {f.name for f in saying.fields(kind, SHOP)} >= set(typed)


@pytest.mark.parametrize(("kind", "typed", "findings"), [
    ("cut-off", {"site": "KIEL", "cut_off": "late"}, {"site": "There is none; there are HAM, LEI.", "cut_off": "Write a time as 14:30."}),
    ("contract", {"service": "ELBE STANDARD", "prices": "0"}, {"prices": "Nothing would change: fill in at least one."}),
    ("contract", {"service": "ELBE STANDARD", "country": "AT"}, {"transit": "How many working days does it take there?"}),
    ("stock", {"supplier": "Kontor Speicherstadt", "safety_days": "ten"}, {"safety_days": "Write a whole number."}),
    ("crew", {"shift": "HAM 1"}, {"pickers": "Nothing would change: fill in at least one."}),
    ("crew", {"shift": ""}, {"shift": "Say something here."}),
])  # fmt: skip
def test_what_a_form_lacks_is_said_field_by_field(kind, typed, findings):
    with pytest.raises(saying.BadChange) as no:
        saying.change_text(kind, SHOP, typed)
    assert no.value.findings == findings


@pytest.mark.parametrize(("home", "change", "said"), [
    (HOME, EARLY, "What if: early; 20 futures of 60 days"),
    (HOME, "[sites.HAM]\ncut_off = 13:00:00", "What if: a change without words; 20 futures of 60 days"),
    (HOME, 'said = "nothing"', "change: it changes nothing; name a part, such as [sites.HAM]"),
    (HOME, "[sites.KIEL]\ncut_off = 13:00:00", "change: sites.KIEL: there is none; there are HAM, LEI"),
    (HOME, "[sites.LEI]\nserves = ['FR']", "change: sites: LEI serves FR, where no carrier goes"),
    (HOME, "cut-off: two", "change: Expected '=' after a key in a key/value pair (at line 1, column 8)"),
    (None, EARLY, "No day. A what-if needs a home that was made from a described company: hanse world live."),
])  # fmt: skip
def test_a_change_is_taken_where_the_company_that_lives_here_can_be_changed_so(home, change, said):
    [answer] = decide([AskWhatIf(change)], [1], home, "No day.")
    assert in_words(answer) == said


# -- what the futures say -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("it", "verdict", "said"), [
    (Difference("perfect", 90, 92, 2.0, 1.5, 2.5), "better", "Perfect-order share rises for certain: from 90.0 to 92.0 %, by +2.0 (+1.5 to +2.5)."),
    (Difference("cost", 8, 8.5, 0.5, 0.2, 0.8), "worse", "Cost rises for certain: from 8.00 to 8.50 EUR an order, by +0.50 (+0.20 to +0.80)."),
    (Difference("stock", 900, 800, -100, -120, -80), "less", "Stock falls for certain: from 900 to 800 EUR on an average night, by −100 (−120 to −80)."),
    (Difference("hours_late", 2, 2.1, 0.1, -0.2, 0.4), "not sure", "Lateness: not sure. The interval of the difference, −0.20 to +0.40 hours an order, spans 0: these futures do not say whether it rises or falls."),
    (Difference("orders", 47, 47, 0, 0, 0), "the same", "Orders: the same in every future, 47.0 orders."),
])  # fmt: skip
def test_what_is_certain_is_said_and_what_is_not_says_so(it, verdict, said):
    assert (sentence(it, "EUR").verdict, sentence(it, "EUR").said) == (verdict, said)


def test_what_is_certain_comes_first_and_what_stays_the_same_last():
    assert [s.verdict for s in sentences(REPORT.differences, "EUR")] == ["better", *["not sure"] * 2, *["the same"] * 5]
    assert directions(REPORT.differences) == ["perfect-order share rises"]


def test_days_have_their_mean_and_a_band_of_eight_futures_in_ten_and_a_day_without_any_is_left_out():
    a, b = outcome(days=(1.0, None)), outcome(days=(3.0, None))
    told = [d for d in compared([(a, a), (b, b)], BEGAN).days if d.measure == "perfect"]
    assert told == [OnDay("perfect", BEGAN, changed, 2.0, pytest.approx(1.2), pytest.approx(2.8)) for changed in (False, True)]
    assert quantile([1, 2, 4], 0.5) == 2 and quantile([5], 0.9) == 5


def test_a_picture_has_zero_in_its_middle_and_each_measure_a_scale_of_its_own():
    [it] = drawn.plotted([Difference("perfect", 90, 92, 2.0, 1.0, 3.0)], "EUR")
    assert (it["low"], it["point"], it["high"], it["look"]) == (170.7, 211.3, 252.0, "good")
    [same] = drawn.plotted([Difference("orders", 47, 47, 0, 0, 0)], "EUR")
    assert same["low"] == same["high"] == drawn.WIDE / 2


@pytest.mark.parametrize(("low", "high", "marks"), [(83.0, 97.0, [80, 85, 90, 95, 100]), (0.0, 0.0, [0.0, 0.25]), (5.0, 5.0, [4, 6]), (-3, 2, [-4, -2, 0, 2])])
def test_scales_have_round_marks_round_all_values(low, high, marks):
    assert drawn.scale(low, high) == marks


def test_a_chart_draws_both_sides_and_stands_as_a_table_too():
    charts = drawn.charts(REPORT.days, "EUR", DAILY)
    assert [c.measure for c in charts] == list(DAILY)
    assert [s.changed for s in charts[0].sides] == [False, True] and len(charts[0].sides[0].line.split()) == 2 and len(charts[0].sides[0].band.split()) == 4
    assert [row[0] for row in charts[0].rows] == [date(2026, 6, 2), date(2026, 6, 3)]


# -- kept -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop(given):
    """A home in which the web shop was lived until yesterday."""
    end_day([EndDay("web-shop", 7, BEGAN, YESTERDAY)], by=HANSE)
    return given


def planner(given, role="planner"):
    client = Client()
    client.force_login(given.user(f"{role} anna", role))
    return client


def asked(given):
    [answer] = ask_what_if([AskWhatIf(EARLY, 30, 3)], by=HANSE)
    return answer.what_if


def test_a_question_is_kept_with_what_would_change_of_which_company_from_when(shop):
    [told] = ask_what_if([AskWhatIf(EARLY, 30, 3)], by=HANSE, key="k")
    assert isinstance(told, WhatIfAsked) and ask_what_if([AskWhatIf(EARLY, 30, 3)], by=HANSE, key="k") == [told]
    it = WhatIf.objects.get()
    assert (it.id, it.change, it.world, it.seed, it.first_on, it.state, it.asked_by) == (told.what_if, EARLY, "web-shop", 7, date(2026, 6, 2), "asked", "hanse")
    assert it.described == text_of("web-shop")


def test_an_answer_is_kept_with_both_bounds_once(shop):
    id = asked(shop)
    ask = AnswerWhatIf(id, datetime(2026, 6, 2, 8, tzinfo=UTC), REPORT)
    assert isinstance(answer_what_if([ask], by=HANSE)[0], Refused)
    WhatIf.objects.update(state="living")
    [told, again] = answer_what_if([ask, ask], by=HANSE)
    assert in_words(told) == "early: perfect-order share rises" and again.code == "state-conflict"
    assert reads.measures(id) == REPORT.differences
    assert sorted(reads.days(id), key=repr) == sorted(REPORT.days, key=repr)
    assert (reads.what_if(id).state, reads.what_if(id).lived) == ("answered", 6)


def test_one_that_has_ended_stays_as_it_ended():
    known = {1: Asked(1, "early", "living"), 2: Asked(2, "late", "answered")}
    told = stopped([StopWhatIf(1, "anna stopped it."), StopWhatIf(1, "again"), StopWhatIf(2, "no"), StopWhatIf(3, "no")], known)
    assert [in_words(t) for t in told] == ["early: stopped. anna stopped it.", "This what-if has ended.", "This what-if has ended.", "There is no what-if 3 here."]


def test_only_planners_and_admins_ask(shop):
    with pytest.raises(NotGranted):
        ask_what_if([AskWhatIf(EARLY)], by=shop.user("rita", "warehouse").username)
    assert planner(shop, "warehouse").get("/what-if").status_code == 403
    assert planner(shop, "admin").get("/what-if").status_code == 200


def test_one_that_was_stopped_is_not_lived_and_one_whose_copies_cannot_be_made_says_why(shop, monkeypatch):
    gone, other = asked(shop), asked(shop)
    stop_what_if([StopWhatIf(gone, "anna stopped it.")], by=HANSE)
    with pytest.raises(jobs.Stopped):
        jobs.live(gone)
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    monkeypatch.setenv("DATABASE_URL", "postgresql:///none")
    jobs.live_what_if.func(other)
    assert reads.what_if(other).state == "stopped" and "The worker has no DATABASE_OWNER_URL" in reads.what_if(other).why


# -- pages ----------------------------------------------------------------------------------------------------------------


def test_a_home_without_a_described_company_says_what_is_needed(given):
    page = planner(given).get("/what-if").content.decode()
    assert "What-if needs a described company" in page and "hanse world live" in page and "<form method=\"post\" action=\"/what-if\"" not in page


def test_a_planner_says_a_change_and_finds_it_again(shop, client):
    anna = planner(shop)
    for kind in saying.KINDS:
        assert anna.get("/what-if", {"kind": kind}).status_code == 200
    wrong = anna.post("/what-if", {"kind": "cut-off", "site": "HAM", "cut_off": "", "days": "30", "seeds": "1", "key": "a"})
    assert wrong.status_code == 422 and not WhatIf.objects.exists()
    sent = {"kind": "cut-off", "site": "HAM", "cut_off": "18:00", "days": "30", "seeds": "3", "key": "b"}
    answer = anna.post("/what-if", sent)
    assert answer.status_code == 302 and anna.post("/what-if", sent).url == answer.url
    page = anna.get(answer.url).content.decode()
    assert "Hamburg promises the same day until 18:00" in page and "0 of 6 futures lived" in page and "Stop it" in page
    assert "Hamburg promises the same day until 18:00" in anna.get("/what-if").content.decode()
    assert "HX-Refresh" not in anna.get(f"{answer.url}/progress").headers
    assert anna.post(f"{answer.url}/stop", {"key": "c"}).status_code == 302
    assert anna.get(f"{answer.url}/progress").headers["HX-Refresh"] == "true"
    assert "planner anna stopped it." in anna.get(answer.url).content.decode()
    assert anna.post(f"{answer.url}/stop", {"key": "d"}).status_code == 409
    assert anna.get("/what-if/999999").status_code == 404


def test_a_pasted_file_is_refused_with_all_that_is_wrong_and_kept_as_typed(shop):
    text = "[sites.KIEL]\ncut_off = 13:00:00\n[weather]\nrain = 1"
    page = planner(shop).post("/what-if", {"kind": "file", "change": text, "days": "30", "seeds": "3", "key": "a"})
    assert page.status_code == 422 and "sites.KIEL" in page.content.decode() and "weather" in page.content.decode() and "rain = 1" in page.content.decode()


def test_an_answer_is_shown_in_words_figures_pictures_and_files(shop):
    id = asked(shop)
    WhatIf.objects.update(state="living")
    answer_what_if([AnswerWhatIf(id, datetime(2026, 6, 2, 8, tzinfo=UTC), REPORT)], by=HANSE)
    anna = planner(shop)
    page = anna.get(f"/what-if/{id}").content.decode()
    assert "Perfect-order share rises for certain" in page and "spans 0" in page
    assert page.count('class="dot-interval') == len(MEASURES) and page.count('class="daily"') == len(DAILY) and page.count("<table") == 1 + len(DAILY)
    assert "perfect-order share rises" in anna.get("/what-if").content.decode().lower()
    rows = anna.get(f"/what-if/{id}.csv").content.decode().splitlines()
    assert len(rows) == 1 + len(MEASURES) and rows[2].startswith("early,2026-06-02,30,3,Perfect-order share,%,")
    assert len(anna.get(f"/what-if/{id}/days.csv").content.decode().splitlines()) == 1 + len(REPORT.days)


def test_outcomes_of_other_lengths_do_not_pair():
    with pytest.raises(ValueError):
        compared([(outcome(), replace(outcome(), daily={name: [1.0] for name in DAILY}))] * 2 + [(outcome(days=(1.0,)), outcome())], BEGAN)
