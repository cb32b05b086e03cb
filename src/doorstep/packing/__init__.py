"""Which goods go into which cartons, and how: the room that packs.

`cartonize` packs an order, `estimate` says in microseconds what an order will take at least and probably, `check`
tells, independently of both, whether a packing can be believed, `explain` says why it is as it is, and `prove` how far
a small one is from the cheapest (`proof`, `proof_model`). All are
pure functions over the values of `terms.parcel`: whole millimetres, grams and minor units, no clock, no chance but the
seed in `Params`.

To read on: `cartonize` (the way of an order), `alone` (goods of one kind), `small` (two units), `search` with
`sending`, `tries`, `hopeless` and `kernels` (everything larger), `budget` (how much work), `in_stock` (cartons that run
out), `incumbent` (an earlier packing kept), `bounds` with `billed` and `standing`, `check`. What several of them share
lies in `values` (what goes in and comes out), `shelf` (the cartons) and `columns` (the order as tables).

`palletize` puts goods on pallets (`pallet_stack`, `layers`), `load` puts pallets and cartons into a trailer, stop by
stop, with its axles within their limits (`load_balance`, `load_left`); both search with `stacks`, `stack_kernels` and
`stack_blocks`, take `terms.load`, and are judged by `check_pallets` and `check_load`, which share nothing with them.

`container` fills one large space, such as a trailer, with as much volume as will go in, by blocks and a beam search
(`container_kernels`). `why_left` says in words what binds, `carton_words` and `load_words` make sheets (`page`). `draw`
makes a drawing of a packed carton, `draw_loads` of pallets and trailers: `sheet` (the paper), `legend`, `occlusion`
(what hides what).
"""

from doorstep.packing.billed import Billable, by_volume_or_weight
from doorstep.packing.bounds import Estimate, EstimatedParcel, cartons_for, estimate
from doorstep.packing.budget import by_size
from doorstep.packing.cartonize import cartonize
from doorstep.packing.check import check
from doorstep.packing.check_load import check_load
from doorstep.packing.check_pallet import check_pallets
from doorstep.packing.explain import explain
from doorstep.packing.load import load
from doorstep.packing.palletize import palletize
from doorstep.packing.proof import NoProverError, Proved, prove
from doorstep.packing.stack_params import LoadParams, PalletParams
from doorstep.packing.values import Packing, Params, Price
from doorstep.packing.warm import warm, warm_loads
from doorstep.packing.why_left import in_words

__all__ = [
    "Billable",
    "Estimate",
    "EstimatedParcel",
    "LoadParams",
    "NoProverError",
    "Packing",
    "PalletParams",
    "Params",
    "Price",
    "Proved",
    "by_size",
    "by_volume_or_weight",
    "cartonize",
    "cartons_for",
    "check",
    "check_load",
    "check_pallets",
    "estimate",
    "explain",
    "in_words",
    "load",
    "palletize",
    "prove",
    "warm",
    "warm_loads",
]
