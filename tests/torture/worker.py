"""A worker: runs what is due and seals, again and again, until it is killed. It survives the database's deaths."""

from __future__ import annotations

import time

from doorstep.flow.later import run_due
from doorstep.storage.database_errors import DatabaseUnavailable
from tests.torture.mutants import plant
from tests.torture.office import Spec, die_with_parent, open_office, tell_trouble

_AT_MOST = 20
_REST_S = 0.03


def main(spec: Spec) -> None:
    """Work for ever."""
    die_with_parent()
    plant(spec.mutant)
    with open_office(spec, pool_size=2) as office:
        while True:
            try:
                ran = run_due(office, _AT_MOST)
                office.store.seal()
                if not ran.done:
                    time.sleep(_REST_S)
            except DatabaseUnavailable:
                time.sleep(_REST_S)
            except BaseException:
                tell_trouble(spec)
                raise
