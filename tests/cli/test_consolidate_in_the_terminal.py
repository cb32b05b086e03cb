"""`doorstep consolidate`: what it says where nothing is cheaper together, and of a site that is none."""

from __future__ import annotations

from tests.cli.terminal import Terminal


def test_orders_to_one_address_are_looked_at_and_told_apart_from_joined_ones(terminal: Terminal) -> None:
    for _ in range(2):
        terminal("order", "place", terminal.order(), "--again")
    terminal("plan")
    told = terminal("consolidate", "--site", "CS").words
    assert "2 planned orders looked at; 1 address has several. Nothing is cheaper together" in told
    assert terminal.json("consolidate", "--now")["shipments"] == []
    assert "There is no site" in terminal("consolidate", "--site", "NO", code=66).err
