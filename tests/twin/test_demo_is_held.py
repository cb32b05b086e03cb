"""The demo's database: many may look at it, one alone makes it anew, and who is in the way is told what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from doorstep.twin.demo import DemoInUseError, own_database, reset


def test_a_demo_that_is_looked_at_is_neither_made_anew_nor_taken_away(tmp_path: Path) -> None:
    environ = {"DOORSTEP_HOME": str(tmp_path)}
    with (
        own_database(environ, anew=True),
        pytest.raises(DemoInUseError, match="made anew just now"),
        own_database(environ),
    ):
        pass
    with own_database(environ), own_database(environ):
        with pytest.raises(DemoInUseError, match="end that first"), own_database(environ, anew=True):
            pass
        with pytest.raises(DemoInUseError, match=r"\./run serve"):
            reset(environ)
    assert not reset(environ)  # nothing was lived here, and nobody is in the way
