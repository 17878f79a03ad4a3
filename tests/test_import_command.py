"""`hanse import` at the command line: exit codes, words and JSON."""

import json

import pytest

from hanse.edge.importer import main

MAP = '[items]\nfile = "items.csv"\n[items.take]\nsku = "sku"\nname = "name"\nprice = "price"\n'


@pytest.fixture
def files(given, tmp_path):
    (tmp_path / "items.csv").write_text("sku,name,price\nA,Bearing,3.50\nB,Washer,\nC,Nut,much\n")
    (tmp_path / "map.toml").write_text(MAP)
    return [str(tmp_path / "items.csv"), "--map", str(tmp_path / "map.toml"), "--quiet", "--hands", "1"]


def test_rejected_rows_end_with_1_and_say_where_they_are(files, capsys, tmp_path):
    assert main(["items", *files]) == 1
    told = capsys.readouterr().out
    assert "3 rows read: 2 accepted, 1 rejected, 0 brought in before." in told and "items.csv.rejected.csv" in told.replace("\n", "")


def test_json_for_machines(files, capsys):
    assert main(["items", *files, "--json", "--dry-run"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["read"], told["accepted"], told["rejected"], told["repeated"], told["reasons"]) == (3, 2, 1, 0, {"row-unreadable": 1})


def test_wrong_use_and_what_stands_in_the_way(files, capsys, tmp_path):
    assert main(["nonsense", *files]) == 2
    (tmp_path / "map.toml").write_text("[items")
    assert main(["items", *files]) == 3
    assert "map.toml is no mapping" in capsys.readouterr().err.replace("\n", "")


def test_every_row_in_ends_with_0(files, tmp_path):
    (tmp_path / "items.csv").write_text("sku,name,price\nA,Bearing,3.50\n")
    assert main(["items", *files]) == 0
    assert main(["items", *files]) == 0
