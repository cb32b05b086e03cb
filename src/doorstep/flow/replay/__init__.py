"""Past orders go the way of every order, at the times history tells: same facts, same folds, same scores.

`treat` reads history by stated rules, `life` turns one past order into the facts of its moments, `run` plays the
moments of all orders in the order in which they happened, `figures` tells what came of them.
"""
