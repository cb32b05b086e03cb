"""The route sheet: what a driver of our own needs, stop after stop, with room for a signature at each."""

from __future__ import annotations

from doorstep.papers.code128 import code_128
from doorstep.papers.faces import Faces
from doorstep.papers.form import Column, Form
from doorstep.papers.label import weight_words
from doorstep.papers.values import Paper, RouteSheet


def route_sheet(told: RouteSheet, faces: Faces, country: str) -> Paper:
    """The stops of a route in the order of driving; times are on the site's wall."""
    form = Form(faces, "Route sheet", country, f"{told.vehicle_id} from {told.site_id}", code_128(told.route_id))
    parcels = sum(stop.parcels for stop in told.stops)
    form.facts(
        [
            ("Day", told.day.isoformat()),
            ("Load from", told.begins),
            ("Leave", told.leaves),
            ("Back by", told.ends),
            ("Way", f"{told.distance_m // 1000} km"),
            ("Stops", str(sum(1 for stop in told.stops if stop.parcels or stop.name))),
            ("Parcels", str(parcels)),
            ("Weight", weight_words(sum(stop.weight_g for stop in told.stops))),
        ]
    )
    columns = (
        Column("No", 5, numbers=True),
        Column("Arrive", 8),
        Column("Told", 13),
        Column("To", 33),
        Column("Order", 15),
        Column("Parcels", 8, numbers=True),
        Column("Signature", 18),
    )
    rows = [
        (
            str(stop.number),
            stop.arrives,
            stop.window,
            ", ".join(filter(None, (stop.name, stop.where, stop.phone))) or "back to the depot, load again",
            stop.order,
            str(stop.parcels) if stop.parcels else "",
            "______________",
        )
        for stop in told.stops
    ]
    form.table(columns, rows)
    form.words("Goods for the last stop go in first. What is not delivered comes back: write down why.")
    form.signatures("Driver", "Left at", "Back at", "Kilometres")
    return form.paper(told.route_id)
