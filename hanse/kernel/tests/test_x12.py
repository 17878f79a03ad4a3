"""X12: envelopes are read whole or not at all, with all that is wrong by segment; what is written reads back the same."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hanse.kernel.x12 import BadX12, read, write
from tests.edi_reading import miscounted, x12

DATA = Path(os.environ.get("HANSE_DATA", "nowhere"))
BODY = [["B1", "UPS", "L-7", "", "A"], ["K1", "call * us ~ first"]]


def message(**wrong: str) -> str:
    text = write(("02", "UPS"), ("ZZ", "HANSE"), 77, datetime(2026, 11, 16, 9, 30, tzinfo=UTC), "GF", "990", BODY)
    for old, new in wrong.items():
        text = text.replace(old.replace("_", "*"), new)
    return text


def test_what_is_written_reads_back_with_its_delimiters_blanked_out_of_texts():
    [it] = read(message())
    [told] = it.transactions
    assert (it.sender, it.receiver, it.control, told.kind, told.control) == ("UPS", "HANSE", "000000077", "990", "0001")
    assert [s.parts for s in told.segments] == [("B1", "UPS", "L-7", "", "A"), ("K1", "call us first")] and [s.position for s in told.segments] == [4, 5]


@pytest.mark.parametrize("text, findings", [
    ("", ["Segment 1: it does not begin with ISA, so it is no X12."]),
    ("UNB+UNOA:1", ["Segment 1: it does not begin with ISA, so it is no X12."]),
    (message().replace("00401", "401"), ["Segment 1: ISA has not its fixed widths, so nobody can say how elements and segments end."]),
    (message(SE_4="SE*5"), ["Segment 6: SE01 counts 5, there are 4 segments."]),
    (message(SE_4_0001="SE*9*0002", GE_1_77="GE*2*78", IEA_1="IEA*x"), [
        "Segment 6: SE01 counts 9, there are 4 segments.", "Segment 6: SE02 is 0002, its header says 0001.", "Segment 7: GE01 counts 2, there are 1 transaction sets.",
        "Segment 7: GE02 is 78, its header says 77.", "Segment 8: IEA01 counts x, there are 1 groups."]),
    (message(SE_4_0001="K1*x"), ["Segment 7: SE is missing."]),
    (message()[:message().index("B1*")], ["Segment 4: SE is missing.", "Segment 4: GE is missing.", "Segment 4: IEA is missing."]),
    (message() + "ST*990*1~", ["Segment 9: ST stands outside of an interchange."]),
    (message().replace("UPS  ", "UPS\x00 ", 1), ["There is a character in it that cannot be kept."]),
])
def test_what_does_not_agree_is_told_at_once_by_segment(text, findings):
    with pytest.raises(BadX12) as bad:
        read(text)
    assert bad.value.findings == findings


@pytest.mark.skipif(not (DATA / "messages_edi").is_dir(), reason="HANSE_DATA names no folder with messages_edi")
def test_every_sample_is_read_or_refused_by_segment():
    told = {True: 0, False: 0}
    for path in sorted((DATA / "messages_edi/x12").iterdir()):
        try:
            assert read(path.read_bytes().decode("latin-1"))
            told[True] += 1
        except BadX12 as bad:
            assert bad.findings
            told[False] += 1
    assert told[True] > 50 and told[False] > 10


@pytest.mark.skipif(not (DATA / "edi_conversations").is_dir(), reason="HANSE_DATA names no folder with edi_conversations")
def test_of_the_dialogues_those_that_count_wrongly_are_refused_and_no_others():
    for path in sorted((DATA / "edi_conversations").glob("x12_*/*")):
        text = path.read_text(encoding="latin-1").strip()
        try:
            read(text)
            refused = False
        except BadX12 as bad:
            refused = True
            assert any("SE01" in f for f in bad.findings)
        assert refused is bool(miscounted(x12(text))), path
