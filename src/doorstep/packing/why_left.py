"""What binds goods that were left over, in plain words."""

from __future__ import annotations

from doorstep.terms.parcel import Unpackable

_SAYS = {
    "length_mm": "{needs} mm long, {best} mm are allowed",
    "width_mm": "{needs} mm wide, {best} mm are allowed",
    "height_mm": "{needs} mm high, {best} mm are allowed",
    "weight_g": "a unit weighs {needs_kg}, {best_kg} are allowed",
    "layer_g": "a unit weighs {needs_kg}, a layer may weigh {best_kg}",
    "support_percent": "the deck would hold {best} % of its base, {needs} % are asked for",
    "keep_together": "{needs} units are kept together, {best} of them were found to go in",
    "cartons_left": "{needs} units are wanted, the cartons that are left take {best}",
    "keep_apart": "{needs} units are aboard that it may not travel with",
    "content_g": "with it the load would weigh {needs_kg}, {best_kg} are allowed",
    "side_g": "one side would bear {needs_kg} more than the other, {best_kg} are allowed",
    "axle_g": "{name} would bear {needs_kg}, {best_kg} are allowed",
    "axle_least_g": "{name} would bear {best_kg}, {needs_kg} are the least",
    "stop_order": "it would stand in the way of {needs} units that are unloaded before",
    "most_on_top_g": "what is beneath would bear {needs_kg}, {best_kg} are allowed",
    "floor_mm": "it needs {needs} mm of the floor, {best} mm are left before the door",
}


def kilograms(grams: int) -> str:
    """`1,240.5 kg`, exact."""
    whole, rest = divmod(abs(grams), 1_000)
    return f"{'-' if grams < 0 else ''}{whole:,}{f'.{rest:03}'.rstrip('0') if rest else ''} kg"


def litres(mm3: int) -> str:
    """`9.3 l`, rounded down to a tenth; below a litre `0.04 l`, to a hundredth; a cubic millimetre is 0.000001 l."""
    if mm3 >= 1_000_000:
        return f"{mm3 // 1_000_000:,}.{mm3 // 100_000 % 10} l"
    return f"0.{mm3 // 10_000:02} l"


def in_words(no: Unpackable) -> str:
    """What binds, with its figures, as a sentence without its end."""
    binding, _, name = no.binding.partition(":")
    return _SAYS[binding].format(
        needs=no.needs, best=no.best, needs_kg=kilograms(no.needs), best_kg=kilograms(no.best), name=name
    )
