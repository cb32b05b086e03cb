"""The values everything else speaks in: units, money, ids, clock, calendar, places, orders, parcels, refusals."""
