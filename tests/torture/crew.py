"""The crew: every role in its thread, let loose and called together."""

from __future__ import annotations

import random
import threading
import traceback
from collections.abc import Sequence

from tests.torture.client import AckFile, Client
from tests.torture.office import Spec
from tests.torture.roles import ROLES, Memory, Person, Role
from tests.torture.shop import shop_of


class Crew:
    """All people of the shop. `work` lets them go on, `rest` calls them together, each having got its last answer."""

    def __init__(self, port: int, spec: Spec, acks: AckFile) -> None:
        self.memory = Memory()
        self._roles: Sequence[Role] = ROLES
        self._working = threading.Event()
        self._over = threading.Event()
        self._busy = {role.name for role in ROLES}
        self._told = threading.Condition()
        people = [
            Person(
                role.name,
                Client(port, acks),
                random.Random(f"{spec.seed}/{role.name}"),
                self.memory,
                spec.carrier_port,
                shop_of(spec.shop),
            )
            for role in ROLES
        ]
        self._threads = [
            threading.Thread(target=self._live, args=(role, person), name=role.name, daemon=True)
            for role, person in zip(ROLES, people, strict=True)
        ]
        for thread in self._threads:
            thread.start()

    def work(self, roles: Sequence[Role] = ROLES) -> None:
        with self._told:
            self._roles = roles
            self._busy = {role.name for role in ROLES}
            self._working.set()

    def rest(self, patience_s: int = 90) -> list[str]:
        """Wait until nobody is in the middle of anything; returns who never came to rest."""
        self._working.clear()
        with self._told:
            self._told.wait_for(lambda: not self._busy, patience_s)
            return sorted(self._busy)

    def go_home(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(1)

    def _live(self, role: Role, person: Person) -> None:
        step = role.make()
        while not self._over.is_set():
            if self._rests(role):
                self._over.wait(0.01)
                continue
            try:
                more = step(person)
            except BaseException:
                self.memory.troubles.append(f"{role.name}: {traceback.format_exc()}")
                raise
            self._over.wait((role.rest_ms if more else role.idle_ms) / 1000 * person.chance.uniform(0.2, 1.8))
        person.client.close()

    def _rests(self, role: Role) -> bool:
        with self._told:
            if self._working.is_set() and role in self._roles:
                return False
            self._busy.discard(role.name)
            self._told.notify_all()
            return True
