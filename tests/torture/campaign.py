"""A campaign: load, kill at a random moment, start again, check; and at the end let the shop come to rest."""

from __future__ import annotations

import json
import random
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from doorstep.flow.load import load_company
from doorstep.flow.office import Who
from doorstep.storage import schema
from doorstep.terms.item import Tracking
from doorstep.terms.refusals import Refusal
from tests.torture import checks
from tests.torture.client import Ack, AckFile, Client
from tests.torture.crew import Crew
from tests.torture.killer import KINDS, Plant
from tests.torture.mutants import MUTANTS, Mutant
from tests.torture.office import open_office
from tests.torture.roles import ROLES, Person, goods_in
from tests.torture.shop import shop_of

# What PostgreSQL does by default but for one thing: after a crash it syncs the file system at a stroke, not a thousand
# files one by one. That is as safe, and ten times as fast.
SETTINGS = {"fsync": "on", "synchronous_commit": "on", "recovery_init_sync_method": "syncfs"}
WHOLE_EVERY = 20
_LOAD_S = (0.2, 1.2)
_ROUNDS = 80
_MOST_TOLD = 40

# What a campaign of some length should have met; facts by kind, so that a blind spot shows.
SOMETIMES = (
    "PickedShort HoldsVoided HoldsExpired LabelVoided ParcelUnpacked PutBack TasksCancelled Delivered PromiseKept "
    "PromiseBroken OrderCancelled OrderHeld OrderResumed AddressChanged DateChanged DeliveryWithdrawn"
).split()


@dataclass
class Report:
    """What a campaign came to, as it is written to its file."""

    seed: int
    kills_wanted: int
    mutant: str = ""
    shop: str = "demo"
    kills: dict[str, int] = field(default_factory=dict)
    acknowledged: int = 0
    acknowledged_by_verb: dict[str, int] = field(default_factory=dict)
    refused: int = 0
    asked_again: int = 0
    replayed: int = 0
    orders: int = 0
    facts: int = 0
    sealed: int = 0
    carrier_faults: dict[str, int] = field(default_factory=dict)
    unreached: list[str] = field(default_factory=list)
    whole_checks: int = 0
    restart_ms_worst: int = 0
    violations: list[str] = field(default_factory=list)
    seconds: int = 0
    seconds_in: dict[str, float] = field(default_factory=dict)

    @property
    def killed(self) -> int:
        return sum(self.kills.values())

    @property
    def replay(self) -> str:
        """How to run the same campaign again; the machine's own timing is not in the seed."""
        mutant = f" --mutant {self.mutant}" if self.mutant else ""
        shop = "" if self.shop == "demo" else f" --shop {self.shop}"
        return f"./run torture --seed {self.seed} --kills {self.kills_wanted}{mutant}{shop}"

    def write(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self) | {"replay": self.replay}, indent=1) + "\n", encoding="utf-8")


class Campaign:
    """One campaign in a folder of its own; a context manager, at whose end nothing of it runs any more."""

    def __init__(self, home: Path, seed: int, kills: int, mutant: str = "", shop: str = "demo") -> None:
        self.report = Report(seed, kills, mutant, shop)
        self._chance = random.Random(f"torture/{seed}")
        self._home, self._kills = home, kills
        self._mutant = MUTANTS.get(mutant, Mutant("", lambda: None))
        self._held = ExitStack()
        self._chain = checks.Chain()

    def __enter__(self) -> Campaign:
        with ExitStack() as held:
            settings = {**SETTINGS, **self._mutant.settings}
            self._plant = Plant(self._home, self.report.seed, self.report.mutant, self.report.shop, settings)
            held.callback(self._plant.close)
            # Not the mutant's office: who checks must be sound.
            self._office = held.enter_context(open_office(self._plant.spec, pool_size=2))
            self._store = self._office.store
            self._load()
            self._acks = AckFile(self._home / "acknowledged.jsonl")
            held.callback(self._acks.close)
            self._client = Client(self._plant.port, self._acks)
            held.callback(self._client.close)
            self._plant.revive()
            self._client.look("now")
            self._crew = Crew(self._plant.port, self._plant.spec, self._acks)
            held.callback(self._crew.go_home)
            self._held = held.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._held.close()

    def run(self, tell: Callable[[str], None] = lambda _: None) -> Report:
        """Kill as often as was asked for, or until something is wrong; `tell` hears of each step."""
        began = time.monotonic()
        try:
            for said in self._story(tell):
                self.report.violations += said[: _MOST_TOLD - len(self.report.violations)]
                if said:
                    break
        except Exception:
            self.report.violations.append(f"The torturer itself failed: {traceback.format_exc()}")
            self._write_down(began)
            raise
        self._write_down(began)
        return self.report

    def _story(self, tell: Callable[[str], None]) -> Iterator[list[str]]:
        for number, kind in enumerate(self._deck(), 1):
            tell(f"{kind}, {self.report.acknowledged} acknowledged")
            yield self._kill(kind)
            yield self._check()
            if number % WHOLE_EVERY == 0:
                yield self._check_whole()
        tell("coming to rest")
        yield from self._come_to_rest()
        yield self._check_whole()
        tell("asking everything again")
        yield self._timed("replays", lambda: checks.replayed(self._client, list(self._acks.read())))

    def _deck(self) -> Iterator[str]:
        """Every kind of kill as often as any other, in an order nobody knows."""
        for number in range(self._kills):
            if number % len(KINDS) == 0:
                deck = self._chance.sample(KINDS, len(KINDS))
            yield deck[number % len(KINDS)]

    def _kill(self, kind: str) -> list[str]:
        self._crew.work()
        self._plant.clock.jump(timedelta(minutes=self._chance.randint(0, 150)))
        time.sleep(self._chance.uniform(*_LOAD_S))
        self._plant.kill(kind, self._chance.choice)
        self.report.kills[kind] = self.report.kills.get(kind, 0) + 1
        died = time.monotonic()
        self._timed("restarts", self._revive)
        self.report.restart_ms_worst = max(self.report.restart_ms_worst, int((time.monotonic() - died) * 1000))
        # Some more load on what has just come back; what the dead had leased is free again.
        time.sleep(0.1)
        self._plant.clock.jump(timedelta(minutes=2))
        return self._timed("last answers", self._rest)

    def _revive(self) -> list[str]:
        self._plant.revive()
        self._store.engine.dispose()
        return []

    def _rest(self) -> list[str]:
        restless = self._crew.rest()
        said = [f"{name} got no answer and never came to rest." for name in restless]
        troubles = self._plant.spec.troubles
        if troubles.exists():
            said.append(troubles.read_text(encoding="utf-8"))
        return [*said, *self._crew.memory.troubles]

    def _fresh(self) -> list[Ack]:
        fresh = self._acks.take_fresh()
        self.report.acknowledged += len(fresh)
        self.report.asked_again += sum(ack.doubted for ack in fresh)
        return fresh

    def _check(self) -> list[str]:
        fresh = self._fresh()
        self.report.replayed += sum(bool(ack.key) for ack in fresh)
        port = self._plant.spec.carrier_port
        return [
            *self._timed("draining", lambda: checks.drained(self._store)),
            *self._timed("quick checks", lambda: checks.quick(self._store, self._chain, fresh)),
            *self._timed("replays", lambda: checks.replayed(self._client, fresh)),
            *self._timed("the carrier", lambda: checks.at_the_carrier(self._store, port)),
        ]

    def _check_whole(self) -> list[str]:
        self.report.whole_checks += 1
        return self._timed("whole checks", lambda: checks.whole(self._store, list(self._acks.read())))

    def _timed(self, what: str, do: Callable[[], list[str]]) -> list[str]:
        began = time.monotonic()
        try:
            return do()
        finally:
            spent = self.report.seconds_in
            spent[what] = round(spent.get(what, 0) + time.monotonic() - began, 1)

    def _come_to_rest(self) -> Iterator[list[str]]:
        """The faults stop, nobody orders any more: every order is delivered, every queue is empty, no hold is left."""
        checks.audit(self._plant.spec.carrier_port, "calm")
        torturer = Person("torturer", self._client, self._chance, self._crew.memory, 0, shop_of(self.report.shop))
        for item_id in shop_of(self.report.shop).goods:
            goods_in(torturer, item_id, 40 if shop_of(self.report.shop).tracking(item_id) is Tracking.SERIAL else 400)
        stay = [role for role in ROLES if role.until_the_end]
        for _ in range(_ROUNDS):
            self._crew.work(stay)
            self._plant.clock.jump(timedelta(hours=20))
            time.sleep(0.5)
            yield self._timed("last answers", self._rest)
            yield self._timed("draining", lambda: checks.drained(self._store))
            work = self._client.look("work")[0]
            if not work["open"] and not work["due"]:
                yield self._check()
                return
        yield [f"{work['open']} orders are still open after weeks, {work['due']} runs are due: {self._left()}"]

    def _left(self) -> list[Any]:
        with self._store.reading() as tx:
            return [
                *tx.rows("SELECT verb, key, due_at, leased_until, attempts, trouble FROM due LIMIT 10"),
                *tx.rows(
                    "SELECT o.order_id, d.item_id, d.waiting, d.held, d.picked, d.shipped, f.site_id, f.service_id, "
                    "f.state, f.ship_by, ARRAY(SELECT p.state || ' ' || p.milestone FROM parcel p "
                    "WHERE p.fulfilment_id = f.fulfilment_id ORDER BY p.sscc) AS parcels "
                    "FROM orders o JOIN demand d USING (order_id) "
                    "LEFT JOIN fulfilment f USING (order_id) WHERE o.state = 'open' AND NOT o.stopped "
                    "AND o.cleared_at IS NOT NULL LIMIT 10"
                ),
            ]

    def _load(self) -> None:
        schema.create(self._store.engine)
        told = load_company(self._office, Who("owner"), shop_of(self.report.shop).company)
        if isinstance(told, Refusal):
            raise ValueError(told.says)
        if self._mutant.before:
            with self._store.connection() as raw:
                raw.execute(self._mutant.before.encode())
                raw.commit()

    def _write_down(self, began: float) -> None:
        report = self.report
        report.seconds = round(time.monotonic() - began)
        counts = dict(self._acks.counts)
        report.refused = counts.pop("refused", 0)
        report.acknowledged_by_verb = dict(sorted(counts.items()))
        report.carrier_faults = checks.audit(self._plant.spec.carrier_port)["faults"]
        report.sealed = self._chain.seq
        with self._store.reading() as tx:
            report.orders = tx.one("SELECT count(*) FROM orders")[0]
            report.facts = tx.one("SELECT count(*) FROM journal")[0]
            met = {row.kind for row in tx.rows("SELECT DISTINCT kind FROM journal")}
        report.unreached = [kind for kind in SOMETIMES if kind not in met]
