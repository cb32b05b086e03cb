"""A terminal in a corner shop: the verbs as people type them, in this process, at the time a false clock shows."""

from __future__ import annotations

import io
import json
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import typer
import uvicorn

from doorstep.__main__ import app
from doorstep.cli.desk import Surroundings
from doorstep.terms.clock import FalseClock
from doorstep.terms.ids import Ids
from doorstep.twin.carrier import make_carrier
from doorstep.twin.carrier_desk import CarrierDesk

DOORSTEP = typer.main.get_command(app)  # made once: it takes as long as a verb
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


@dataclass(frozen=True, slots=True)
class Said:
    """What a verb said on both channels, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)

    @property
    def words(self) -> str:
        """The output on one line: tables are wrapped by what stands beside."""
        return " ".join(self.out.split())


class Terminal:
    """Runs verbs at the time its clock shows."""

    def __init__(self, environ: Mapping[str, str], clock: FalseClock, folder: Path) -> None:
        self.environ = dict(environ)
        self.clock = clock
        self.folder = folder
        self.ids = Ids.seeded(clock, seed=7)

    def __call__(self, *words: object, stdin: str | bytes = "", code: int = 0) -> Said:
        """Run `doorstep WORDS`; the exit code must be `code`."""
        around = Surroundings(self.environ, self.clock, self.ids)
        asked = stdin.encode() if isinstance(stdin, str) else stdin
        out, err, before = io.StringIO(), io.StringIO(), sys.stdin
        sys.stdin = io.TextIOWrapper(io.BytesIO(asked))
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
                DOORSTEP.main([str(word) for word in words], "doorstep", obj=around)
        finally:
            sys.stdin = before
        said = Said(int(str(end.value.code)), out.getvalue(), err.getvalue())
        assert said.code == code, (words, said)
        assert "Traceback" not in said.err
        return said

    def json(self, *words: object, stdin: str | bytes = "", code: int = 0) -> Any:
        return self(*words, "--json", stdin=stdin, code=code).data

    def file(self, name: str, content: str | Mapping[str, Any]) -> Path:
        path = self.folder / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return path

    def order(self, **changed: Any) -> Path:
        """Ada's order of two mugs, with what is changed in it, as a file."""
        return self.file("order.json", {**ADAS_ORDER, **changed})

    def place(self, *lines: tuple[str, int], **changed: Any) -> str:
        """An order placed, once more if need be; its number."""
        wanted = [{"item_id": item_id, "quantity": quantity} for item_id, quantity in lines or [("MUG", 2)]]
        return str(self.json("order", "place", self.order(lines=wanted, **changed), "--again")["order_id"])


ADAS_ORDER: dict[str, Any] = {
    "customer_id": "ada",
    "currency": "USD",
    "lines": [{"item_id": "MUG", "quantity": 2}],
    "ship_to": {
        "name": "Ada Byron",
        "lines": ["12 Engine Row"],
        "city": "New York",
        "postcode": "10001",
        "country": "US",
    },
}


@contextmanager
def served(desk: CarrierDesk) -> Iterator[str]:
    """The address of a carrier on loopback."""
    config = uvicorn.Config(make_carrier(desk), host="127.0.0.1", port=0, log_level="warning", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()
