"""Papers of the floor: the packing slip in the parcel, the list a picker walks by."""

from __future__ import annotations

from doorstep.papers.code128 import gs1_128
from doorstep.papers.faces import Faces
from doorstep.papers.form import Column, Form
from doorstep.papers.values import Goods, PackingSlip, Paper, PickList


def packing_slip(slip: PackingSlip, faces: Faces) -> Paper:
    """What is in the parcel, and what of the order is still to come; no prices, it may be a gift."""
    form = Form(
        faces,
        "Packing slip",
        slip.sender.country,
        f"Parcel {slip.number} of {slip.count}",
        gs1_128([("00", slip.sscc)]),
    )
    form.parties(("From", slip.sender), ("To", slip.to))
    form.facts(
        [
            ("Order", slip.order_id),
            ("Your reference", slip.purchase_order),
            ("Packed", slip.packed_on.isoformat()),
            ("Sent by", slip.service),
        ]
    )
    columns = (
        Column("Item", 18),
        Column("Description", 40),
        Column("Lot, serials", 24),
        Column("Ordered", 9, numbers=True),
        Column("In here", 9, numbers=True),
    )
    form.table(columns, [_row(goods) for goods in slip.goods])
    if slip.to_come:
        form.heading("Still to come, or in another parcel")
        rest = (Column("Item", 18), Column("Description", 64), Column("Units", 18, numbers=True))
        form.table(rest, [(each.item_id, each.description, str(each.quantity)) for each in slip.to_come])
    if slip.marks or slip.papers:
        form.heading("On the parcel and with it")
        form.words(f"Marks: {', '.join(slip.marks) or 'none'}. Papers: {', '.join(slip.papers) or 'none'}.")
    units = sum(goods.quantity for goods in slip.goods)
    form.words(
        f"{units} unit{'' if units == 1 else 's'} in this parcel. Something missing? Name order {slip.order_id}."
    )
    return form.paper(slip.sender.name)


def _row(goods: Goods) -> tuple[str, ...]:
    told = ", ".join((*((f"lot {goods.lot}",) if goods.lot else ()), *goods.serials))
    return (goods.item_id, goods.description, told, str(goods.ordered or goods.quantity), str(goods.quantity))


def pick_list(tasks: PickList, faces: Faces, country: str) -> Paper:
    """The open tasks of a site, bin after bin, with room for what was found."""
    form = Form(faces, "Pick list", country, f"{tasks.site_name} ({tasks.site_id})")
    units = sum(task.quantity for task in tasks.tasks)
    form.facts([("Tasks", str(len(tasks.tasks))), ("Units", str(units)), ("Made", tasks.made_at)])
    columns = (
        Column("Bin", 14),
        Column("Units", 8, numbers=True),
        Column("Item", 16),
        Column("Description", 24),
        Column("Marks", 14),
        Column("Lot", 10),
        Column("Ship by", 16),
        Column("Found", 10, numbers=True),
    )
    rows = [
        (
            task.place_id,
            str(task.quantity),
            task.item_id,
            task.description,
            ", ".join(task.marks),
            task.lot,
            task.ship_by,
            "______",
        )
        for task in tasks.tasks
    ]
    form.table(columns, rows)
    if not rows:
        form.words("There is nothing to pick now.")
    form.signatures("Picked by", "Begun", "Done")
    return form.paper(tasks.site_name)
