"""What a carrier bills in the end of what its tariff promises: learned from audits, by service and weight step.

A step's ratio is drawn to that of its service's other steps, and that to 1.0, as if `PRIOR` parcels had been billed so.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

MILLION = 1_000_000
PRIOR = 20
STEPS_G = (250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 31_500)


@dataclass(frozen=True, slots=True)
class Sample:
    """Parcels of one weight step that were billed: what was expected of them, and what remained after claims, minor
    units in all."""

    service_id: str
    step: int
    expected_minor: int
    billed_minor: int
    parcels: int = 1


@dataclass(frozen=True, slots=True)
class Learned:
    """Billed over expected in parts per million: of services, and of their weight steps."""

    of_service: Mapping[str, int] = field(default_factory=dict)
    of_step: Mapping[tuple[str, int], int] = field(default_factory=dict)

    def ratio_ppm(self, service_id: str, weight_g: int) -> int:
        """One million where nothing is known."""
        usual = self.of_service.get(service_id, MILLION)
        return self.of_step.get((service_id, step_of(weight_g)), usual)

    def billed_minor(self, service_id: str, weight_g: int, tariff_minor: int) -> int:
        """What a service will bill in the end where its tariff says `tariff_minor`: what to compare services by."""
        return (tariff_minor * self.ratio_ppm(service_id, weight_g) + MILLION // 2) // MILLION


def step_of(weight_g: int) -> int:
    """The number of the weight step: 0 is the lightest."""
    return bisect_left(STEPS_G, weight_g)


def learn(samples: Iterable[Sample]) -> Learned:
    """The ratios of what was billed. A parcel of which nothing was expected teaches nothing."""
    of_service: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    of_step: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in samples:
        if each.expected_minor > 0:
            for sums in (of_service[each.service_id], of_step[each.service_id, each.step]):
                sums[0] += each.parcels
                sums[1] += each.expected_minor
                sums[2] += each.billed_minor
    services = {service_id: _shrunk(sums, MILLION) for service_id, sums in of_service.items()}
    steps = {}
    for (service_id, step), sums in of_step.items():
        # What the step is drawn to is what is known without it: nothing is counted twice.
        others = [whole - mine for whole, mine in zip(of_service[service_id], sums, strict=True)]
        steps[service_id, step] = _shrunk(sums, _shrunk(others, MILLION) if others[1] else MILLION)
    return Learned(services, steps)


def _shrunk(sums: Sequence[int], to_ppm: int) -> int:
    count, expected, billed = sums
    # The ratio of the sums, weighed by the number of parcels, in one division: nothing is rounded twice.
    return (count * billed * MILLION + PRIOR * to_ppm * expected) // (expected * (count + PRIOR))
