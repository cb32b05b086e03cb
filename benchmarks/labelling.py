"""Ten thousand labels as one PDF, every address another, in seven scripts; and one label by itself."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pypdfium2 as pdfium
import zxingcpp
from rich.console import Console
from rich.progress import Progress

from benchmarks.measuring import Figure, alone, in_a_process, peak_mb
from doorstep.flow.papers import faces
from doorstep.links.raster import dots
from doorstep.papers.label import HEIGHT, WIDTH, add_label, label_pdf
from doorstep.papers.sheet import Sheets
from doorstep.papers.values import ParcelLabel
from doorstep.papers.zpl import label_zpl
from doorstep.terms.ids import sscc
from doorstep.terms.places import Address

LABELS = 10_000
SHOP = Address("The Corner Shop", ("100 Market Street",), "Chicago", "60601", "US")
# Words that names and streets are made of, by country; one in three labels is not in Latin letters.
WORDS = {
    "US": "Ada Byron Engine Row Walnut Hill Parker Street Mason Grove Avenue Clark Lane Foster Ridge Summit Water",
    "DE": "Müller Größe Straße Weiß Köhler Allee Jäger Brücke Schäfer Gärtner Böhm Höfe Lüders Ufer Mühle Käthe",
    "UA": "Шевченко Хрещатик вулиця Коваленко Їжакевич Бондар площа Ткаченко Мельник Франка Лесі Гончар",
    "SA": "شركة شارع الملك فهد النور الجديدة حي العليا عمارة محمد أحمد سالم خالد الرياض",
    "CN": "北京 朝阳 建国路 王小明 李伟 深圳 南山 科技园 中山路 张丽 公司 大厦 上海 浦东",
    "JP": "渋谷区 道玄坂 山田 株式会社 東京都 丁目 佐藤 鈴木 大阪 ビル 新宿 千代田",
    "TH": "ถนน สุขุมวิท สมชาย ใจดี กรุงเทพ ซอย อาคาร พระราม บริษัท จำกัด",
}


def labels(count: int, seed: int = 1) -> Iterator[ParcelLabel]:
    """Labels of which each has an address of its own."""
    chance = random.Random(seed)
    words = {country: said.split() for country, said in WORDS.items()}
    for number in range(count):
        country = chance.choices(tuple(words), (40, 27, 9, 7, 7, 5, 5))[0]
        some = words[country]
        line = " ".join(chance.choices(some, k=3))
        name, city = " ".join(chance.choices(some, k=2)), chance.choice(some)
        to = Address(name, (f"{line} {number}",), city, f"{10_000 + number}", country)
        yield ParcelLabel(
            sscc=sscc("0614141", number),
            tracking_number=f"SW{number:09d}US",
            carrier_id="swift",
            service="Swift Express",
            weight_g=chance.randrange(100, 30_000),
            sender=SHOP,
            to=to,
            order_id=f"ord_{number:012d}",
            ship_on=date(2026, 3, 2),
        )


def batch(count: int) -> tuple[float, float, float, int, int]:
    """Seconds on the clock and of the processor, megabytes of PDF, peak memory, labels that a scanner read rightly."""
    faces()
    wall, begin = time.monotonic(), time.process_time()
    sheets = Sheets(faces(), WIDTH, HEIGHT)
    with Progress(transient=True) as progress:
        for label in progress.track(labels(count), total=count, description="labels"):
            add_label(sheets, label)
    document = sheets.to_bytes(f"{count} labels")
    took, cpu = time.monotonic() - wall, time.process_time() - begin
    peak = peak_mb()
    return took, cpu, len(document) / 1e6, peak, _read_back(document, count)


def _read_back(document: bytes, count: int) -> int:
    """Of every hundredth page, how many say their SSCC, postcode and number to a scanner."""
    opened = pdfium.PdfDocument(document)
    right = 0
    for number, label in enumerate(labels(count)):
        if number % 100 == 0:
            image = opened[number].render(scale=203 / 72).to_numpy().copy()
            read = {found.bytes.decode() for found in zxingcpp.read_barcodes(image)}
            right += read == {f"00{label.sscc}", f"420{label.to.postcode}", label.tracking_number}
    return right


def one_by_one(count: int) -> tuple[float, float]:
    """Milliseconds of the processor for one label as a document of its own: PDF, and ZPL with its picture."""
    made = list(labels(count, seed=2))
    return _each_ms(lambda label: label_pdf([label], faces()), made), _each_ms(
        lambda label: label_zpl(label, faces(), 203, dots), made
    )


def _each_ms(make: Callable[[ParcelLabel], object], made: Sequence[ParcelLabel]) -> float:
    begin = time.process_time()
    for label in made:
        make(label)
    return (time.process_time() - begin) * 1000 / len(made)


def run(_: Console) -> list[Figure]:
    """Each in a process of its own."""
    took, cpu, size, peak, right = in_a_process(batch, LABELS)
    pdf, zpl = in_a_process(one_by_one, 200)
    return [
        alone(f"{LABELS:,} labels, one PDF", "s", took, "on the clock, machine shared"),
        alone(f"{LABELS:,} labels, one PDF", "CPU s", cpu),
        alone("size", "MB", size),
        alone("peak memory", "MB", peak),
        alone("read back by a scanner", "of 100", right, "every hundredth page at 203 dpi: all three barcodes"),
        alone("one label by itself, PDF", "CPU ms", pdf, "mean of 200, every address another"),
        alone("one label by itself, ZPL", "CPU ms", zpl, "those in other scripts with their picture"),
    ]
