"""How each fact changes the tables: one fold, live and on rebuild. Pure: an entry in, changes out."""

from doorstep.storage.folds.table import FOLDS, fold

__all__ = ["FOLDS", "fold"]
