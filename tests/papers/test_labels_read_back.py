"""A label is read back as a scanner and a driver would, in every script; what cannot be printed is told."""

from __future__ import annotations

import re

import biip
import numpy as np
import pytest
import zxingcpp

from doorstep.links.raster import dots
from doorstep.papers.code128 import QUIET_MODULES, SEPARATOR, code_128, gs1_128
from doorstep.papers.label import MODULE_DOTS, WIDTH, label_pdf, routing_symbol, sscc_symbol
from doorstep.papers.setting import set_line
from doorstep.papers.zpl import label_zpl
from doorstep.terms.places import Address
from tests.papers.paper import SSCC, barcodes, faces, label, text_of

ADA = Address("Ada Byron", ("12 Engine Row",), "New York", "10001", "US")
SCRIPTS = {
    "Latin": Address("Łukasz Ñúñez-Þórsson", ("Weiße Straße 5",), "Łódź", "90-001", "PL"),
    "Vietnamese": Address("Nguyễn Thị Hằng", ("Đường Lê Lợi 8",), "Đà Nẵng", "50000", "VN"),
    "Cyrillic": Address("Ђорђе Їжакевич", ("вул. Хрещатик 22",), "Київ", "01001", "UA"),
    "Greek": Address("Ελένη Παπαδοπούλου", ("Οδός Ερμού 15",), "Αθήνα", "10563", "GR"),
    "Arabic": Address("شركة النور الجديدة", ("شارع الملك فهد",), "الرياض", "12211", "SA"),
    "Hebrew": Address("שרה כהן", ("רחוב הרצל",), "תל אביב", "6688312", "IL"),
    "Chinese": Address("王小明", ("朝阳区建国路88号",), "北京市", "100022", "CN"),
    "Traditional Chinese": Address("陳美麗", ("信義區市府路45號",), "臺北市", "110", "TW"),
    "Japanese": Address("株式会社ヤマダ", ("渋谷区どうげんざか1丁目",), "東京都", "150-0043", "JP"),
    "Korean": Address("김철수", ("강남구 테헤란로 152",), "서울특별시", "06236", "KR"),
    "Thai": Address("สมชาย ใจดี", ("ถนนสุขุมวิท ๒๑",), "กรุงเทพมหานคร", "10110", "TH"),
    "Devanagari": Address("क्षितिज शर्मा", ("महात्मा गांधी मार्ग",), "मुंबई", "400001", "IN"),
}


@pytest.mark.parametrize("dpi", sorted(MODULE_DOTS))
def test_a_scanner_reads_what_went_in(dpi: int) -> None:
    paper = label_pdf([label(ADA, purchase_order="PO4711")], faces(), dpi)
    read = barcodes(paper.content, dpi)
    assert read.pop("SW123456789US") == "]C0"
    messages = [biip.parse(f"{symbology}{content}").gs1_message for content, symbology in read.items()]
    found = {each.ai.ai: each.value for message in messages if message for each in message.element_strings}
    assert found == {"00": SSCC, "420": "10001", "400": "PO4711"}


@pytest.mark.parametrize("dpi", sorted(MODULE_DOTS))
def test_bars_are_whole_dots_of_the_printer_and_have_their_quiet_zones(dpi: int) -> None:
    row_bytes, rows = dots(label_pdf([label(ADA)], faces(), dpi).content, dpi)
    bits = np.unpackbits(np.frombuffer(rows, dtype=np.uint8).reshape(-1, row_bytes), axis=1)
    row = bits[round(380 * dpi / 72)]
    edges = np.flatnonzero(np.diff(row.astype(int))) + 1
    widths = np.diff(edges)
    module = MODULE_DOTS[dpi]
    assert tuple(widths // module) == sscc_symbol(label(ADA)).widths
    assert not (widths % module).any()
    assert edges[0] >= QUIET_MODULES * module
    assert WIDTH * dpi / 72 - edges[-1] >= QUIET_MODULES * module


@pytest.mark.parametrize("script", SCRIPTS)
def test_names_and_addresses_are_printed_in_every_script(script: str) -> None:
    to = SCRIPTS[script]
    paper = label_pdf([label(to)], faces())
    assert paper.troubles == ()
    told = text_of(paper.content)
    for line in (to.name, *to.lines, to.city, to.postcode):
        assert line in told


def test_brackets_and_numbers_stand_rightly_in_a_line_from_right_to_left() -> None:
    line = set_line("רחוב הרצל 12 (קומה 3)", faces())
    seen = "".join(glyph.says for run in line.runs for glyph in run.glyphs)
    assert seen == ")3 המוק( 12 לצרה בוחר"  # ( and ) as they were typed; their glyphs are each other's
    assert line.leftwards


def test_lam_and_alef_are_one_glyph_that_says_both() -> None:
    (run,) = set_line("الأفق", faces()).runs
    assert [glyph.says for glyph in run.glyphs] == ["ق", "ف", "لأ", "ا"]


def test_a_letter_that_no_typeface_has_is_written_otherwise_and_told() -> None:
    paper = label_pdf([label(Address("ភ្នំពេញ", ("12 \U00012000 Street",), "Phnom Penh", "12000", "KH"))], faces())
    told = text_of(paper.content)
    assert "phnampenh" in told
    assert "U+12000" in told
    assert {trouble.letter for trouble in paper.troubles} >= {"ភ", "\U00012000"}
    assert "khmer letter pho" in str(paper.troubles[0])


def test_an_address_commands_no_printer_and_turns_no_text_around() -> None:
    paper = label_pdf([label(Address("Eve\u202e\x00\x1b", ("1 ~^ Row\n",), "Rome", "00100", "IT"))], faces())
    assert "TO Eve\n1 ~^ Row\nRome" in text_of(paper.content)
    zpl = label_zpl(label(Address("Eve^XZ~JR", ("1 Row",), "Rome", "00100", "IT")), faces(), 203, dots)
    assert "Eve_5EXZ_7EJR" in zpl.content.decode()


def test_a_long_name_and_street_are_whole() -> None:
    street = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtenstraße 12"
    name = "Rechtsanwaltskanzlei Müller-Lüdenscheidt, Schönhauser und Partner mbB, Zweigstelle Süd"
    paper = label_pdf([label(Address(name, (street, "Hinterhaus"), "Villingen", "78050", "DE"))], faces())
    told = re.sub(r"\s", "", text_of(paper.content))
    for line in (name, street, "Hinterhaus"):
        assert re.sub(r"\s", "", line) in told


def test_the_same_label_is_the_same_bytes() -> None:
    assert label_pdf([label(ADA)], faces()).content == label_pdf([label(ADA)], faces()).content


def test_zpl_says_the_same_in_the_printers_own_barcodes() -> None:
    told = label_zpl(label(ADA, purchase_order="PO4711"), faces(), 203, dots).content.decode()
    # Mode D begins the symbol with FNC1 and puts one where an element of open length ends.
    fields = re.findall(r"\^BY(\d)\^BCN,(\d+),Y,N,N,(.)\^FH_\^FD(.*?)\^FS", told)
    assert ("4", "256", "D", f"(00){SSCC}") in fields
    assert [(mode, data) for _, _, mode, data in fields] == [
        ("D", "(420)10001(400)PO4711"),
        ("A", "SW123456789US"),
        ("D", f"(00){SSCC}"),
    ]
    assert told.startswith("^XA^CI28^PW812^LL1218")
    assert "^FDAda Byron^FS" in told
    assert "^GFA" not in told


def test_zpl_carries_other_scripts_as_a_picture_of_the_same_type() -> None:
    to = SCRIPTS["Arabic"]
    told = label_zpl(label(to), faces(), 203, dots).content.decode()
    size, again, row_bytes, data = re.search(r"\^GFA,(\d+),(\d+),(\d+),([0-9A-F]+)\^FS", told).groups()  # type: ignore[union-attr]
    assert int(size) == int(again) == len(data) // 2
    _, whole = dots(label_pdf([label(to)], faces()).content, 203)
    assert bytes.fromhex(data) == whole[: int(size)]
    assert int(row_bytes) == -(-812 // 8)
    assert f"(00){SSCC}" in told


@pytest.mark.parametrize("text", ["A", "12", "123", "1234", "A1", "AB123456", "12345A", "x" * 30, "a1b22c333d4444e"])
def test_a_scanner_reads_any_text(text: str) -> None:
    assert _scanned(code_128(text).widths) == text


def test_elements_of_open_length_are_kept_apart() -> None:
    symbol = gs1_128([("420", "1234"), ("400", "A1"), ("00", SSCC)])
    assert _scanned(symbol.widths) == f"4201234{SEPARATOR}400A1{SEPARATOR}00{SSCC}"


def test_what_a_symbol_cannot_hold_is_refused() -> None:
    with pytest.raises(ValueError, match="no place"):
        code_128("ñ")
    assert routing_symbol(label(Address("A", (), "B", "Ñ1", "ES"))) is None


def _scanned(widths: tuple[int, ...]) -> str:
    row = np.repeat(np.arange(len(widths)) % 2 == 1, np.array(widths) * 3)
    image = np.pad(np.tile(row, (60, 1)), 40, constant_values=True).astype(np.uint8) * 255
    (found,) = zxingcpp.read_barcodes(image)
    return found.bytes.decode()
