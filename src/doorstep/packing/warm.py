"""Loading the compiled core before an order needs it."""

from __future__ import annotations

from doorstep.packing.cartonize import cartonize
from doorstep.packing.container import fill_container
from doorstep.packing.load import load
from doorstep.packing.palletize import palletize
from doorstep.packing.stack_params import LoadParams, PalletParams
from doorstep.packing.values import Params
from doorstep.terms.load import Pallet, Trailer
from doorstep.terms.parcel import UPRIGHT, Carton, PackItem, Size


def warm() -> None:
    """Load the kernels, or compile them where this machine never did (half a minute, once), so that no order waits.

    A server or worker calls it when it starts; `./run` when it sets itself up.
    """
    goods = [
        PackItem("plinth", Size(200, 200, 100), 900),
        PackItem("vase", Size(120, 100, 80), 400, most_on_top_g=0),
        PackItem("lamp", Size(90, 80, 150), 300, quantity=2, up=UPRIGHT),
    ]
    large = Carton("large", Size(400, 300, 300), Size(410, 310, 310), 300, 9000, 100)
    small = Carton("small", Size(220, 220, 220), Size(230, 230, 230), 150, 5000, 60)
    cartonize(goods, [small, large])


def warm_loads() -> None:
    """The same for the kernels of pallets and trailers, for which no server waits: `./run` calls it, once."""
    case = PackItem("case", Size(400, 300, 200), 5_000, 3)
    pole = PackItem("pole", Size(1_100, 90, 80), 2_000, 5)
    palletize([case], Pallet("deck", 1_200, 800, 144, 25_000, 900, 900_000), PalletParams(0))
    load([case], Trailer("van", Size(3_000, 1_700, 1_800), 900_000), (), LoadParams(0))
    for support_percent in (0, 100):  # few goods in much room need no blocks: these kernels are loaded by themselves
        fill_container([case, pole], Size(3_000, 1_700, 1_800), 900_000, Params(20, support_percent))
