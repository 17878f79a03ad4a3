"""A described company is read whole, or every mistake in it is named by its place."""

from datetime import time

import pytest

from hanse.world.changing import change_of, changed
from hanse.world.described import COMPANIES, NotACompany, named, of, read, text_of

WEB = text_of("web-shop")


@pytest.mark.parametrize("name", named())
def test_the_companies_that_come_with_hanse_are_read(name):
    company = read(name)
    assert company.sites and company.families and (not company.planted or name == "demo")


def test_a_file_of_ones_own_is_read(tmp_path):
    file = tmp_path / "own.toml"
    file.write_text((COMPANIES / "web_shop.toml").read_text())
    assert read(str(file)) == read("web-shop")


def test_all_that_is_wrong_is_said_at_once_by_its_place():
    with pytest.raises(NotACompany) as no:
        of(WEB.replace('zone = "Europe/Berlin"', 'zone = "Europe/Bremen"').replace("priority = 10", 'priority = 1000\ncolour = "red"'), "mine.toml")
    said = str(no.value).splitlines()
    assert [line.split(": ")[:2] for line in said] == [["mine.toml", "zone"], ["mine.toml", "sites.1.priority"], ["mine.toml", "sites.1.colour"]]


@pytest.mark.parametrize(("old", "new", "said"), [
    ('families = ["TEA", "SET"]', 'families = ["TEA"]', "suppliers: nobody supplies SET"),
    ('families = ["TEA", "SET"]', 'families = ["TEA", "SET", "HAT"]', "suppliers: there is no family HAT"),
    ('code = "LEI"', 'code = "HAM"', "sites: HAM stands there twice"),
    ("{ DE = 0.8, AT = 0.1, NL = 0.1 }", "{ DE = 0.8, FR = 0.2 }", "customers: no carrier goes to FR"),
    ("miscount = 0.08", 'miscount = 0.08\n[[planted]]\nkind = "slow lane"\ncarrier = "NOBODY"\ncountry = "AT"', "planted: slow lane: there is no carrier NOBODY"),
])  # fmt: skip
def test_parts_that_do_not_fit_together_are_named(old, new, said):
    assert old in WEB
    with pytest.raises(NotACompany, match=said):
        of(WEB.replace(old, new, 1))


def test_what_does_not_exist_says_what_does():
    with pytest.raises(NotACompany, match=r"There is no company bakery: name a file, or one of .*web-shop"):
        read("bakery")


def test_a_change_names_parts_by_their_code_and_leaves_the_rest():
    old = read("web-shop")
    new = changed(old, change_of('said = "early"\n[sites.HAM]\ncut_off = 13:00:00\n[carriers.ELBE.services.STANDARD.days]\nAT = 4\n'))
    assert new.sites[0].cut_off == time(13) and new.sites[1] == old.sites[1]
    assert new.carriers[0].services[0].days == old.carriers[0].services[0].days | {"AT": 4}
    assert (new.families, new.customers, new.errors) == (old.families, old.customers, old.errors)


def test_a_change_of_nothing_there_is_says_what_there_is():
    with pytest.raises(NotACompany) as no:
        changed(read("web-shop"), change_of("[sites.KIEL]\ncut_off = 13:00:00\n[sites.HAM]\ncutoff = 13:00:00\n[weather]\nrain = 1"), "c.toml")
    assert [line[:30] for line in str(no.value).splitlines()] == ["c.toml: sites.KIEL: there is n", "c.toml: sites.HAM.cutoff: ther", "c.toml: weather: there is noth"]
