"""Papers of real orders: queued, taken, printed, printed again for a reason; and no label is bought a second time."""

from __future__ import annotations

from doorstep.flow.office import Who
from doorstep.flow.papers import make_paper
from doorstep.flow.printing import (
    InPrinter,
    PrintAsk,
    failed,
    list_prints,
    print_again,
    printed,
    queue_print,
    show_print,
    take_print,
)
from doorstep.papers.values import PaperKind
from doorstep.terms.refusals import Why
from tests.corner_shop import Shop, granted, refused
from tests.papers.paper import barcodes, text_of

PRINTER, PAT = Who("printer"), Who("pat")


def queued(shop: Shop, paper: PaperKind, subject: str, form: str = "pdf") -> str:
    return granted(queue_print(shop.office, PAT, PrintAsk(paper, subject, "dock-1", form), shop.key()))


def taken(shop: Shop) -> InPrinter:
    told = granted(take_print(shop.office, PRINTER, "dock-1"))
    assert told is not None
    return told


def test_a_label_is_printed_once_and_again_for_a_reason_and_bought_once(shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 2))
    (sscc,) = shop.parcels(placed.order_id)
    bought = shop.one("SELECT count(*) FROM label")
    first = queued(shop, PaperKind.LABEL, sscc)
    assert queued(shop, PaperKind.LABEL, sscc) == first  # it waits already
    job = taken(shop)
    assert taken(shop).job.print_id == first  # asked again, it gets the same
    assert f"(00){sscc}" in text_of(job.paper.content)
    assert barcodes(job.paper.content, 203)[f"00{sscc}"] == "]C1"
    assert granted(printed(shop.office, PRINTER, first)).state == "printed"
    said = shop.journal()
    granted(printed(shop.office, PRINTER, first))
    assert shop.journal() == said  # said twice, written once
    told = queue_print(shop.office, PAT, PrintAsk(PaperKind.LABEL, sscc, "dock-1"), shop.key())
    refused(told, Why.WRONG_STATE, "say why")
    key = shop.key()
    again = granted(print_again(shop.office, PAT, first, "smudged", key))
    assert granted(print_again(shop.office, PAT, first, "smudged", key)) == again  # the same request
    assert taken(shop).paper.content == job.paper.content
    granted(printed(shop.office, PRINTER, again))
    view = granted(show_print(shop.office, again))
    assert (view.again_of, view.reason, view.state) == (first, "smudged", "printed")
    shop.settle()
    assert shop.one("SELECT count(*) FROM label") == bought
    assert len(shop.desk.live_labels()) == bought


def test_a_print_that_failed_is_queued_anew(shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    first = queued(shop, PaperKind.PACKING_SLIP, sscc)
    refused(failed(shop.office, PRINTER, first, "no paper"), Why.WRONG_STATE, "queued")
    taken(shop)
    assert granted(failed(shop.office, PRINTER, first, "no paper")).says == "no paper"
    assert take_print(shop.office, PRINTER, "dock-1") is None
    second = queued(shop, PaperKind.PACKING_SLIP, sscc)
    assert [job.print_id for job in list_prints(shop.office, "dock-1")] == [second, first]
    refused(print_again(shop.office, PAT, second, "why not", shop.key()), Why.WRONG_STATE, "still")
    refused(print_again(shop.office, PAT, first, " ", shop.key()), Why.MALFORMED, "why")


def test_what_cannot_be_made_is_refused_before_it_waits(shop: Shop) -> None:
    placed = shop.to_the_bench(("MUG", 1))
    shop.pack_all()
    (sscc,) = shop.parcels(placed.order_id)
    for paper, subject, form, why in (
        (PaperKind.LABEL, sscc, "pdf", Why.WRONG_STATE),  # its label is not bought yet
        (PaperKind.LABEL, "0", "pdf", Why.UNKNOWN_PARCEL),
        (PaperKind.PICK_LIST, "NOWHERE", "pdf", Why.UNKNOWN_SITE),
        (PaperKind.MANIFEST, "CS/nobody", "pdf", Why.UNKNOWN_CARRIER),
        (PaperKind.BILL_OF_LADING, "ful_0", "pdf", Why.UNKNOWN_TASK),
        (PaperKind.PACKING_SLIP, sscc, "zpl", Why.MALFORMED),
    ):
        refused(queue_print(shop.office, PAT, PrintAsk(paper, subject, "dock-1", form), shop.key()), why)
    assert list_prints(shop.office) == ()
    refused(print_again(shop.office, PAT, "prt_0", "lost", shop.key()), Why.UNKNOWN_TASK)


def test_the_papers_of_an_order_say_what_is_in_it(shop: Shop) -> None:
    placed = shop.place(("MUG", 2), ("LAMP", 1))
    shop.settle()
    shop.release()
    walk = text_of(granted(make_paper(shop.office, PaperKind.PICK_LIST, "CS")).content)
    for task in shop.tasks():
        assert task.place_id in walk
        assert task.item_id in walk
    shop.pick_all()
    shop.pack_all()
    shop.settle()
    (sscc,) = shop.parcels(placed.order_id)
    slip = text_of(granted(make_paper(shop.office, PaperKind.PACKING_SLIP, sscc)).content)
    for said in ("Ada Byron", "12 Engine Row", "MUG", "L-001", placed.order_id, "3 units in this parcel"):
        assert said in slip
    assert "still to come" not in slip.lower()
    label = shop.rows("SELECT * FROM label")[0]
    dock = text_of(granted(make_paper(shop.office, PaperKind.MANIFEST, f"CS/{label.carrier_id}")).content)
    bill = text_of(granted(make_paper(shop.office, PaperKind.BILL_OF_LADING, label.fulfilment_id)).content)
    assert label.tracking_number in dock
    assert sscc in dock
    assert sscc in bill
    assert "Stop " not in bill  # it goes by itself
    own = granted(make_paper(shop.office, PaperKind.CARRIER_LABEL, sscc, "zpl"))
    assert own.content == bytes(shop.one("SELECT content FROM document WHERE digest = %s", label.document))


def test_a_paper_that_cannot_be_made_any_more_fails_in_the_printer(shop: Shop) -> None:
    placed = shop.to_the_dock(("MUG", 1))
    (sscc,) = shop.parcels(placed.order_id)
    print_id = queued(shop, PaperKind.LABEL, sscc, "zpl")
    with shop.store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE person SET erased_at = now(), details = '{}'")
    refused(take_print(shop.office, PRINTER, "dock-1"), Why.BAD_ADDRESS, "address")
    assert granted(show_print(shop.office, print_id)).state == "failed"
    assert take_print(shop.office, PRINTER, "dock-1") is None
