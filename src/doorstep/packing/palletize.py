"""Goods onto pallets: full layers of one kind first, what is left in mixed layers above, as few pallets as are found.

A way of stacking is a sequence of all units with a notion of the best corner. It is stacked pallet after pallet by the
compiled core; ways are tried one after another, and the best is changed a little again and again, until the work is
spent or no way can be better.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import NamedTuple

import numpy as np

from doorstep.packing import stack_kernels as kernels
from doorstep.packing.alone import turns
from doorstep.packing.compiling import Table
from doorstep.packing.pallet_stack import NONE, Room, Stack, Stacker
from doorstep.packing.stacks import Counts, Goods, PalletParams, listed, shaken
from doorstep.terms.load import PackedPallet, Palletizing, Pallet
from doorstep.terms.parcel import PackItem, Unpackable
