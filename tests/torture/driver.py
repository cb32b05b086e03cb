"""The office as a process: it takes requests on loopback, one JSON text a line, runs the step, and answers.

A door without anything on it, so that what is killed is the steps themselves. It is started with a socket that is
already listening: whoever asks while it is dead waits for its successor.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from doorstep.events.envelope import plain
from doorstep.flow import change, count, hand_over, pack, pick, place, receive, release, track
from doorstep.flow.office import Office, Who
from doorstep.intake.orders import AddressIn, read_order
from doorstep.storage.database_errors import DatabaseUnavailable
from doorstep.terms.refusals import Refusal
from tests.torture.mutants import plant
from tests.torture.office import Spec, die_with_parent, open_office, tell_trouble

Asked = Mapping[str, Any]
WHO = Who("eve")


class Line:
    """One client's connection; each request is answered once."""

    def __init__(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._connection = connection
        self._open = False

    def requests(self) -> Any:
        """The requests as they come; the next one is taken when this one was answered."""
        with self._connection, self._connection.makefile("rb") as lines:
            for line in lines:
                self._open = True
                yield json.loads(line)

    def send(self, answer: Any) -> None:
        if self._open:
            self._open = False
            self._connection.sendall(json.dumps(answer, ensure_ascii=False).encode() + b"\n")


class Here(threading.local):
    """The line that this thread serves."""

    line: Line | None = None


HERE = Here()


def main(spec: Spec, listener: socket.socket) -> None:
    """Serve every client in a thread of its own until killed."""
    die_with_parent()
    plant(spec.mutant)
    with open_office(spec) as office:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=_serve, args=(spec, office, Line(connection)), daemon=True).start()


def _serve(spec: Spec, office: Office, line: Line) -> None:
    HERE.line = line
    for request in line.requests():
        try:
            answer = VERBS[request["verb"]](office, request)
        except DatabaseUnavailable as gone:
            line.send({"unavailable": str(gone)})
        except BaseException:
            tell_trouble(spec)
            raise
        else:
            line.send(wire(answer))


def wire(answer: Any) -> dict[str, Any]:
    """An answer as the client sees it."""
    if isinstance(answer, Refusal):
        return {"refused": answer.code, "says": answer.says, "concerns": plain(answer.concerns)}
    return {"answer": plain(answer)}


def _place(office: Office, asked: Asked) -> Any:
    order = read_order(asked["order"])
    return order if isinstance(order, Refusal) else place.place_order(office, WHO, order, asked["key"])


def _pick(office: Office, asked: Asked) -> Any:
    return pick.confirm_pick(office, WHO, asked["task_id"], asked["found"], asked["key"], asked["serials"])


def _count(office: Office, asked: Asked) -> Any:
    where = (asked["place_id"], asked["item_id"], asked["counted"], asked["key"])
    return count.count_bin(office, WHO, *where, lot=asked.get("lot", ""), serials=tuple(asked.get("serials", ())))


def _receive(office: Office, asked: Asked) -> Any:
    expires_on = asked.get("expires_on")
    receipt = receive.Receipt(
        place_id=asked["place_id"],
        item_id=asked["item_id"],
        quantity=asked["quantity"],
        lot=asked.get("lot", ""),
        expires_on=date.fromisoformat(expires_on) if expires_on else None,
        serials=tuple(asked.get("serials", ())),
        inbound_id=asked.get("inbound_id", ""),
    )
    return receive.receive(office, WHO, receipt, asked["key"])


def _expect(office: Office, asked: Asked) -> Any:
    due_at = datetime.fromisoformat(asked["due_at"])
    return receive.expect_inbound(
        office, WHO, "potter", asked["site_id"], asked["item_id"], asked["quantity"], due_at, asked["key"]
    )


def _change_address(office: Office, asked: Asked) -> Any:
    address = AddressIn.model_validate(asked["address"]).value()
    return change.change_address(office, WHO, asked["order_id"], address, asked["key"])


def _change_date(office: Office, asked: Asked) -> Any:
    by = date.fromisoformat(asked["asked_by"])
    return change.change_date(office, WHO, asked["order_id"], None, by, asked["key"])


def _change_quantity(office: Office, asked: Asked) -> Any:
    line_no, quantity = asked["line_no"], asked["quantity"]
    return change.change_quantity(office, WHO, asked["order_id"], line_no, quantity, asked["key"])


# What the carrier said it lost is not ours to deliver: a person has to see to it, once all else is at the door.
_LOST = (
    "EXISTS (SELECT FROM parcel p WHERE p.order_id = o.order_id AND p.state = 'handed_over' AND p.milestone = 'lost') "
    "AND NOT EXISTS (SELECT FROM parcel p WHERE p.order_id = o.order_id AND NOT (p.state IN ('delivered', 'unpacked') "
    "OR p.state = 'handed_over' AND p.milestone = 'lost')) AND NOT EXISTS (SELECT FROM demand d "
    "WHERE d.order_id = o.order_id AND d.waiting + d.held + d.picked > 0)"
)


def _rows(query: str) -> Callable[[Office, Asked], Any]:
    def read(office: Office, asked: Asked) -> Any:
        with office.store.reading() as tx:
            return [dict(row._asdict()) for row in tx.rows(query)]

    return read


def _now(office: Office, asked: Asked) -> Any:
    return office.store.clock.now()


VERBS: Mapping[str, Callable[[Office, Asked], Any]] = {
    "place": _place,
    "clear": lambda office, asked: place.clear_order(office, WHO, asked["order_id"]),
    "release": lambda office, asked: release.release_wave(office, WHO, asked["site_id"], 30),
    "pick": _pick,
    "pack": lambda office, asked: pack.pack(office, WHO, asked["fulfilment_id"], asked["key"]),
    "hand_over": lambda office, asked: hand_over.hand_over(
        office, WHO, asked["carrier_id"], asked["ssccs"], asked["key"]
    ),
    "scan": lambda office, asked: track.take_scan(office, asked["carrier_id"], asked["raw"].encode()),
    "count": _count,
    "receive": _receive,
    "expect": _expect,
    "cancel_line": lambda office, asked: change.cancel_line(
        office, WHO, asked["order_id"], asked["line_no"], asked["key"]
    ),
    "cancel_order": lambda office, asked: change.cancel_order(office, WHO, asked["order_id"], asked["key"]),
    "change_quantity": _change_quantity,
    "change_address": _change_address,
    "change_date": _change_date,
    "hold": lambda office, asked: change.hold_order(office, WHO, asked["order_id"], "customer away", asked["key"]),
    "resume": lambda office, asked: change.resume_order(office, WHO, asked["order_id"], asked["key"]),
    # What the people on the floor look at.
    "now": _now,
    "tasks": _rows(
        "SELECT t.task_id, t.item_id, t.quantity, t.place_id, ARRAY(SELECT u.serial FROM unit u "
        "WHERE u.place_id = t.place_id AND u.item_id = t.item_id ORDER BY u.serial LIMIT 30) AS serials "
        "FROM pick_task t WHERE t.state = 'open' ORDER BY t.task_id LIMIT 40"
    ),
    "benches": _rows("SELECT fulfilment_id FROM fulfilment WHERE state = 'picked' ORDER BY fulfilment_id LIMIT 20"),
    "dock": _rows(
        "SELECT p.sscc, l.carrier_id, l.tracking_number FROM parcel p JOIN label l USING (sscc) "
        "JOIN orders o ON o.order_id = p.order_id "
        "WHERE p.state = 'packed' AND l.state = 'bought' AND NOT o.stopped ORDER BY p.sscc LIMIT 20"
    ),
    "taken": _rows(
        "SELECT p.sscc, l.tracking_number FROM parcel p JOIN label l USING (sscc) "
        "WHERE p.state = 'handed_over' AND l.state = 'bought'"
    ),
    "bins": _rows(
        "SELECT place_id, item_id, lot, on_hand, ARRAY(SELECT u.serial FROM unit u WHERE u.place_id = b.place_id "
        "AND u.item_id = b.item_id ORDER BY u.serial) AS serials FROM balance b JOIN place USING (place_id) "
        "WHERE place.kind = 'bin' ORDER BY place_id, item_id, lot"
    ),
    "stopped": _rows("SELECT order_id FROM orders WHERE stopped AND state = 'open' ORDER BY order_id LIMIT 50"),
    "work": _rows(
        "SELECT (SELECT count(*) FROM orders o WHERE state = 'open' AND NOT stopped AND cleared_at IS NOT NULL "
        f"AND NOT ({_LOST})) AS open, "
        "(SELECT count(*) FROM due) AS due, (SELECT count(DISTINCT order_id) FROM demand JOIN orders USING (order_id) "
        "WHERE state = 'open' AND waiting + held + demand.picked > 0) AS inside"
    ),
}
