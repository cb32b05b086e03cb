"""What a result was measured on: cores, memory, versions and what a commit costs. No names, no paths."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path
from statistics import median, quantiles

import psycopg

COMMITS = 300


def machine() -> dict[str, object]:
    return {
        "cores": len(os.sched_getaffinity(0)),
        "cpu": _field(Path("/proc/cpuinfo"), "model name"),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30),
        "python": platform.python_version(),
        "load_1_min": round(os.getloadavg()[0], 1),
    }


def database(dsn: str) -> dict[str, object]:
    """Its version, the settings that decide what a commit means, and how long one takes, in microseconds."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        settings = {
            name: _tell(connection, f"SHOW {name}") for name in ("fsync", "synchronous_commit", "wal_sync_method")
        }
        connection.execute("CREATE TABLE IF NOT EXISTS commit_probe (number bigint)")
        took = []
        for number in range(COMMITS):
            begin = time.perf_counter()
            connection.execute("INSERT INTO commit_probe VALUES (%s)", (number,))
            took.append((time.perf_counter() - begin) * 1e6)
        connection.execute("DROP TABLE commit_probe")
        return {
            "postgresql": _tell(connection, "SHOW server_version"),
            **settings,
            "commit_us_median": round(median(took)),
            "commit_us_p95": round(quantiles(took, n=20)[-1]),
        }


def server_cpu_us(postmaster: int) -> int:
    """Processor time that the server's living processes have taken so far."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            whose = int(stat.parent.name)
            facts = stat.read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if postmaster in (whose, int(facts[1])):
            ticks += int(facts[11]) + int(facts[12])
    return ticks * 1_000_000 // os.sysconf("SC_CLK_TCK")


def _tell(connection: psycopg.Connection[tuple[object, ...]], query: str) -> object:
    row = connection.execute(query.encode()).fetchone()
    return row[0] if row else None


def _field(file: Path, name: str) -> str:
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    return next((line.partition(":")[2].strip() for line in lines if line.startswith(name)), platform.machine())
