"""The joint plan in arrays: columns per order, prices of what is scarce, one column for each order, and a bound."""
