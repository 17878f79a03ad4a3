"""Hostile: what nobody should send and somebody will. Bodies, values and files, all of which must get a clear no and change nothing (F10)."""

import gzip
import io
import json
import zipfile
from typing import Any

RIGHT_TO_LEFT = "\u202egpj.exe"
HUGE = 10**400
DEEP = 100_000
UNREADABLE = {
    "nothing but a brace": b"{",
    "two values": b'{"url":"https://example.com"} {}',
    "a trailing comma": b'{"url":"https://example.com",}',
    "NaN": b'{"url":NaN}',
    "Infinity": b'{"url":Infinity}',
    "minus Infinity": b'{"url":-Infinity}',
    "a number beyond all": b'{"url":1e999}',
    "a number of many digits": b'{"url":' + b"9" * 5_000 + b"}",
    "a key twice": b'{"url":"https://example.com","url":"https://example.org"}',
    "a key twice, once escaped": b'{"url":"https://example.com","\\u0075rl":"https://example.org"}',
    "lists nested": b"[" * DEEP + b"]" * DEEP,
    "lists nested a little too deep": b"[" * 65 + b"]" * 65,
    "objects nested": b'{"a":' * DEEP + b"1" + b"}" * DEEP,
    "never closed": b"[" * DEEP,
    "NUL escaped": b'{"url":"https://example.com/\\u0000"}',
    "NUL in a key": b'{"u\\u0000rl":"x"}',
    "NUL raw": b'{"url":"\x00"}',
    "a lone surrogate": b'{"url":"\\ud800"}',
    "surrogates the wrong way round": b'{"url":"\\udc00\\ud800"}',
    "no UTF-8": b'{"url":"\xff\xfe"}',
    "UTF-16": '{"url":"x"}'.encode("utf-16"),
    "a byte order mark": b'\xef\xbb\xbf{"url":"x"}',
    "a comment": b'{"url":"x"} // hello',
    "single quotes": b"{'url':'x'}",
    "closes the body early": b'{},"x":{',
}
"""Bodies that are no strict JSON."""
QUANTITIES: list[Any] = [0, -1, -HUGE, HUGE, 2**63, 2**31 * 1_000, 1.0, 1.5, 1e300, "1", "١", "", None, True, [], {}, [1]]
TEXTS: list[Any] = ["x" * 1_000_000, "x" * 201, RIGHT_TO_LEFT, "\u200f\u202b", "=cmd|' /C calc'!A0", "'; DROP TABLE orders_order; --", "../../etc/passwd", "%s%n%x", "{0.__class__}", "𝒳" * 300, "\ufeff", 5, None, [], {}]
MAPS = {
    "items": '[items]\n[items.take]\nsku = "sku"\nname = "name"\nprice = "price"\n',
    "stock": '[stock]\n[stock.take]\nsite = "site"\nsku = "sku"\nquantity = "quantity"\nbin = "bin"\n',
}
STOCK = "site,sku,quantity,bin\n"
HOSTILE_STOCK = [f"HAM,BRG-6204,{it},A-01" for it in [
    "NaN", "Infinity", "-inf", "1e9", "1.5", "-5", "0", "9" * 400, "9" * 18, "1_000", "٣", "0x10", "=1+1", "+5-", "", "1\u202e", "\u200f1", "true", '"1\n2"',
]] + [f"{it},BRG-6204,1,A-01" for it in ["", "=HYPERLINK(1)", "\u202eMAH", "X" * 100_000, "ham\x00", "../HAM", "\x1b[31mHAM"]] + [
    "HAM,=cmd|' /C calc'!A0,1,A-01", f"HAM,{'X' * 900_000},1,A-01", "HAM,BRG-6204,1,@SUM(A1)", "HAM,BRG-6204,1", "HAM,BRG-6204,1,A-01,more", "", "HAM;BRG-6204;1;A-01",
]  # fmt: skip


def zipped(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stock.csv", content)
    return file.getvalue()


ROW = b"HAM,BRG-6204,1,A-01\n"
WHOLE = STOCK.encode() + ROW
_ISA = "ISA*00*          *00*          *ZZ*PARTNER        *ZZ*HANSE          *260101*0000*U*00401*000000001*0*P*>~"
MESSAGES = {
    "nothing": b"",
    "half an envelope": _ISA[:60].encode(),
    "an envelope without an end": _ISA.encode() + b"GS*GF*PARTNER*HANSE*20260101*0000*1*X*004010~ST*990*0001~",
    "counts that are wrong": _ISA.encode() + b"GS*GF*PARTNER*HANSE*20260101*0000*1*X*004010~ST*990*0001~B1*SPEEDY*L-1*20260101*A~SE*9*0001~GE*1*1~IEA*1*000000001~",
    "a control number of another": _ISA.encode() + b"GS*RC*PARTNER*HANSE*20260101*0000*1*X*004010~ST*861*0001~BRA*1*20260230*00*1~SE*3*0002~GE*1*2~IEA*1*000000009~",
    "a quantity beyond all": _ISA.encode() + b"GS*RC*PARTNER*HANSE*20260101*0000*1*X*004010~ST*861*0001~BRA*1*20260101*00*1~RCD**" + b"9" * 400 + b"*EA~SE*4*0001~GE*1*1~IEA*1*000000001~",
    "segments without end": _ISA.encode() + b"N1*" * 500_000,
    "NUL": _ISA.encode() + bytes(1_000),
    "no UTF-8": b"ISA\xff\xfe" * 50,
    "EDIFACT": b"UNA:+.? 'UNB+UNOC:3+A+B+260101:0000+1'",
    "XML with an entity": b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>",
}
"""X12 messages that no partner should send."""
BOMB = gzip.compress(bytes(64 * 1024 * 1024))
WRONG_FILES = {
    "nothing": b"",
    "NUL": bytes(1_000),
    "UTF-16": WHOLE.decode().encode("utf-16"),
    "Latin-1": WHOLE + "HAM,Größe,1,A-01\n".encode("latin-1"),
    "a lone surrogate": WHOLE + b"HAM,\xed\xa0\x80,1,A-01\n",
    "an overlong slash": WHOLE + b"HAM,\xc0\xaf,1,A-01\n",
    "an open quote": WHOLE + b'HAM,"BRG-6204,1,A-01\n' * 3,
    "a quote in the middle": WHOLE + b'HAM,"BRG"-6204,1,A-01\n',
    "a field of two million": WHOLE + b'HAM,"' + b"x\n" * 1_000_000 + b'",1,A-01\n',
    "a line without end": WHOLE + b"x" * 9_000_000,
    "the wrong columns": b"warehouse,article\nHAM,BRG-6204\n",
    "a column twice": b"site,site,sku,quantity,bin\nHAM,HAM,BRG-6204,1,A-01\n",
    "a zip": zipped(WHOLE),
    "a gzip cut off": gzip.compress(WHOLE)[:-12],
    "a gzip of nonsense": gzip.compress(WHOLE)[:10] + b"\xff" * 100,
    "a gzip with a wrong sum": gzip.compress(WHOLE)[:-8] + bytes(8),
    "a gzip bomb": BOMB,
    "a gzip bomb behind a good row": gzip.compress(WHOLE) + BOMB,
    "a gzip bomb of rows": gzip.compress(WHOLE + (b"x" * 9_999 + b"\n") * 4_000),
    "JSON": json.dumps([{"site": "HAM"}]).encode(),
    "a page": b"<!DOCTYPE html><html><!ENTITY x SYSTEM 'file:///etc/passwd'></html>",
}
