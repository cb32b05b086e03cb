"""`./run torture`: kill it at random, again and again, and count what was lost."""

from __future__ import annotations

import argparse
import secrets
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.torture.campaign import Campaign, Report
from tests.torture.mutants import MUTANTS
from tests.torture.shop import SHOPS

# B and C of the reliability plan together: half the kills hit the database, the others the office and its workers.
TIERS = {"commit": 200, "nightly": 4_000, "release": 20_000}


def main() -> int:
    """Run one campaign; 0 where nothing was lost, 1 where something was."""
    given = _arguments().parse_args()
    seed = secrets.randbelow(1_000_000) if given.seed is None else given.seed
    kills = given.kills or TIERS[given.tier]
    console = Console(stderr=True)
    home = Path(tempfile.mkdtemp(prefix="doorstep-torture-"))
    console.print(f"seed {seed}, {kills} kills, in {home}")
    try:
        report = _run(console, home, seed, kills, given.mutant, given.shop)
    finally:
        if not given.keep:
            shutil.rmtree(home, ignore_errors=True)
    out = given.out or Path("var", f"torture-{seed}.json")
    report.write(out)
    _tell(console, report, out)
    return 1 if report.violations else 0


def _run(console: Console, home: Path, seed: int, kills: int, mutant: str, shop: str) -> Report:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar, Campaign(home, seed, kills, mutant, shop) as campaign:
        task = bar.add_task("loading", total=kills)

        def tell(said: str) -> None:
            bar.update(task, description=said, completed=campaign.report.killed)

        return campaign.run(tell)


def _tell(console: Console, report: Report, out: Path) -> None:
    console.print(
        f"{report.killed} kills, {report.acknowledged} acknowledged ({report.asked_again} of them asked again), "
        f"{report.orders} orders, {report.facts} facts, {report.seconds} s: {len(report.violations)} violations; {out}"
    )
    for violation in report.violations:
        console.print(f"  {violation}", markup=False)
    if report.violations:
        console.print(f"Again: {report.replay}")


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./run torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=0, help="how many; else as many as the tier has")
    parser.add_argument("--seed", type=int, default=None, help="chooses kills, moments, orders; else any")
    parser.add_argument("--tier", choices=sorted(TIERS), default="commit")
    parser.add_argument("--out", type=Path, default=None, help="where the figures go: var/torture-SEED.json")
    parser.add_argument("--keep", action="store_true", help="leave the database and the acknowledgements there")
    parser.add_argument("--mutant", choices=sorted(MUTANTS), default="", help="plant a fault that must be noticed")
    parser.add_argument("--shop", choices=sorted(SHOPS), default="demo", help="which company is tortured")
    return parser


if __name__ == "__main__":
    sys.exit(main())
