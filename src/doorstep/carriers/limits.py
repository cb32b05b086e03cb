"""The figures that may-it-ship goes by, as data: each with the text it stands in, and when and where that was read.

A figure that changes is changed here, and nowhere else. `read_in` is where it was read: the regulation itself where it
is public, else what somebody else prints of it, which is said. IATA's Regulations and ICAO's Technical Instructions
are sold, not published: their figures were read in what airlines, authorities and shippers print of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

_READ = date(2026, 11, 27)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `value` of `unit`; it holds from `since` on (None: as long as anybody asks)."""

    value: int
    unit: str
    of: str
    source: str
    read_in: str
    read_on: date = _READ
    since: date | None = None


SMALL_CELL_ION = Limit(
    20_000,
    "mWh",
    "a small lithium-ion cell",
    "ADR 2025, special provision 188 (a); 49 CFR 173.185(c)(1)(i)",
    "special provision 188 as printed in German, Dutch and Swedish",
)
SMALL_BATTERY_ION = Limit(
    100_000,
    "mWh",
    "a small lithium-ion battery",
    "ADR 2025, special provision 188 (b); 49 CFR 173.185(c)(1)(i)",
    "special provision 188 as printed in German, Dutch and Swedish",
)
SMALL_CELL_METAL = Limit(
    1_000,
    "mg",
    "lithium in a small lithium-metal cell",
    "ADR 2025, special provision 188 (a); 49 CFR 173.185(c)(1)(ii)",
    "special provision 188 as printed in German, Dutch and Swedish",
)
SMALL_BATTERY_METAL = Limit(
    2_000,
    "mg",
    "lithium in a small lithium-metal battery",
    "ADR 2025, special provision 188 (b); 49 CFR 173.185(c)(1)(ii)",
    "special provision 188 as printed in German, Dutch and Swedish",
)
SMALL_ALONE_PARCEL = Limit(
    30_000,
    "g",
    "a parcel of small lithium batteries alone, by road",
    "UN Model Regulations, ADR and IMDG Code, special provision 188",
    "the IMDG Code's special provision 188 .8, as printed",
)
CHARGED_ALONE = Limit(
    30,
    "percent",
    "charge of lithium-ion batteries alone, by air",
    "ICAO TI and IATA DGR, packing instruction 965",
    "US Postal Bulletin 22474 of 17 August 2017, on ICAO's change of 1 April 2016",
    since=date(2016, 4, 1),
)
CHARGED_WITH = Limit(
    30,
    "percent",
    "charge of lithium-ion batteries packed with equipment, by air",
    "ICAO TI 2025-2026 and IATA DGR 67th edition, packing instruction 966",
    "four shippers' and laboratories' pages of 2025 and 2026, which agree",
    since=date(2026, 1, 1),
)
CHARGED_WITH_ABOVE = Limit(
    2_700,
    "mWh",
    "content up to which batteries packed with equipment may be charged further, by air",
    "ICAO TI 2025-2026 and IATA DGR 67th edition, packing instruction 966",
    "two pages on the 67th edition of 2026, which agree",
    since=date(2026, 1, 1),
)
BATTERIES_PASSENGER = Limit(
    5_000,
    "g",
    "batteries in a parcel, with equipment or in it, on aircraft with passengers",
    "IATA DGR, packing instructions 966, 967, 969 and 970; 49 CFR 172.101",
    "PHMSA's interpretation 98-0544, FedEx's guide of 2024 and a packaging maker's page on each instruction",
)
BATTERIES_CARGO = Limit(
    35_000,
    "g",
    "batteries in a parcel, on cargo aircraft",
    "IATA DGR, packing instructions 965 to 970, section I; 49 CFR 172.101",
    "PHMSA's interpretation 98-0544 and a packaging maker's page on each instruction",
)
SMALL_ION_ALONE_CARGO = Limit(
    10_000,
    "g",
    "small lithium-ion batteries alone in a parcel, on cargo aircraft",
    "IATA DGR, packing instruction 965, section IB",
    "a Japanese dangerous goods office's answer of 30 June 2017",
)
SMALL_METAL_ALONE_CARGO = Limit(
    2_500,
    "g",
    "small lithium-metal batteries alone in a parcel, on cargo aircraft",
    "IATA DGR, packing instruction 968, section IB",
    "a Japanese dangerous goods office's answer of 30 June 2017",
)
LIMITED_PARCEL = Limit(
    30_000,
    "g",
    "a parcel of limited quantities",
    "ADR 2025, 3.4.2",
    "a university's page on limited quantities, and a checker of ADR 2025 that quotes 3.4.2",
)
DRY_ICE_PARCEL = Limit(
    200_000,
    "g",
    "dry ice in a parcel, by air",
    "IATA DGR, packing instruction 954; 49 CFR 172.101, UN 1845",
    "a university's packing sheet and a cold chain maker's page of 2025; marks in 49 CFR 173.217(c) itself",
)

LIMITS = tuple(value for value in list(globals().values()) if isinstance(value, Limit))
