"""The embedded server: shared, stopped by the last to leave, and mended after every kind of kill. On real ones."""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from doorstep.storage import embedded_binaries
from doorstep.storage.database_errors import DatabaseUnavailable, DatabaseUnfit
from doorstep.storage.embedded import EmbeddedServer
from tests.storage.other_users import OtherUser, ask, is_running, kill_all, ordinary_python, processes_of, soon

FAST = {"fsync": "off"}
AS_ROOT = os.geteuid() == 0
ROOT_ONLY = pytest.mark.skipif(not AS_ROOT, reason="only root can become somebody else")


@pytest.fixture
def data_dir(tmp_path: Path) -> Iterator[Path]:
    """A folder for one server; whatever a failed test leaves running in it is killed, by process id."""
    folder = tmp_path / "data"
    yield folder
    kill_all(processes_of(folder))


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "data"
    EmbeddedServer.start(folder, FAST).stop()
    return folder


@pytest.fixture
def made(made_once: Path) -> Iterator[Path]:
    """A folder whose cluster is made and stopped; the tests of this file use the same one after another."""
    yield made_once
    kill_all(processes_of(made_once))


def write_rows(server: EmbeddedServer, rows: int) -> None:
    with psycopg.connect(server.dsn("postgres")) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, %s::int)", [rows])


@pytest.fixture
def ordinary_folders() -> Iterator[dict[str, Path]]:
    """Folders of two ordinary users, alike in name, each in a private directory of its owner."""
    made = {}
    for name in ("nobody", "daemon"):
        private = Path(tempfile.mkdtemp(prefix=f"doorstep-test-{name}-", dir="/tmp"))
        account = pwd.getpwnam(name)
        os.chown(private, account.pw_uid, account.pw_gid)
        made[name] = private / "data"
    yield made
    for folder in made.values():
        kill_all(processes_of(folder))
        shutil.rmtree(folder.parent)


def test_a_new_folder_starts_and_answers_durably_in_utf8_and_off_the_network(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as server:
        server.ensure_database("doorstep")
        server.ensure_database("doorstep")
        dsn = server.dsn("doorstep")
        assert int(ask(dsn, "SHOW server_version_num")) >= 160000
        assert ask(dsn, "SELECT lower('ÉÀ')") == "éà"
        for setting in ("fsync", "full_page_writes", "synchronous_commit", "data_checksums"):
            assert ask(dsn, f"SHOW {setting}") == "on"
        assert ask(dsn, "SHOW listen_addresses") == ""
        socket_folder = Path(ask(dsn, "SHOW unix_socket_directories").strip('"'))
        assert socket_folder.stat().st_mode & 0o077 == 0
    assert not socket_folder.exists() or soon(lambda: not socket_folder.exists())


def test_a_server_made_before_is_started_as_it_is(made: Path) -> None:
    """What takes seconds, making its files, is not done again."""

    def made_at() -> list[int]:
        return [path.stat().st_mtime_ns for path in sorted(made.rglob("PG_VERSION"))]

    before = made_at()
    with EmbeddedServer.start(made, FAST):
        assert made_at() == before


def test_the_second_attaches_and_the_last_to_leave_stops_it(made: Path) -> None:
    first = EmbeddedServer.start(made, FAST)
    second = OtherUser(made)
    assert second.server()[0] == first.pid
    first.stop()
    assert is_running(first.pid)
    assert second.leave() == 0
    assert soon(lambda: not is_running(first.pid))
    assert soon(lambda: processes_of(made) == [])


def test_stopping_twice_is_harmless_to_others(made: Path) -> None:
    leaver, stayer = EmbeddedServer.start(made, FAST), EmbeddedServer.start(made, FAST)
    leaver.stop()
    leaver.stop()
    assert ask(stayer.dsn("postgres"), "SELECT 1") == "1"
    stayer.stop()


def test_when_the_only_user_is_killed_the_server_ends_by_itself(made: Path) -> None:
    user = OtherUser(made)
    postmaster, _ = user.server()
    user.kill()
    assert soon(lambda: not is_running(postmaster))
    assert soon(lambda: processes_of(made) == [])
    with EmbeddedServer.start(made, FAST) as server:
        assert ask(server.dsn("postgres"), "SELECT 1") == "1"


def test_when_one_of_two_users_is_killed_the_other_keeps_the_server(made: Path) -> None:
    killed = OtherUser(made)
    postmaster, _ = killed.server()
    with EmbeddedServer.start(made, FAST) as server:
        killed.kill()
        time.sleep(0.3)
        assert server.pid == postmaster
        assert ask(server.dsn("postgres"), "SELECT 1") == "1"


def test_after_a_kill_of_the_postmaster_the_next_start_recovers_and_committed_rows_are_there(data_dir: Path) -> None:
    with EmbeddedServer.start(data_dir) as before:
        write_rows(before, 1000)
        os.kill(before.pid, signal.SIGKILL)
        with EmbeddedServer.start(data_dir) as after:
            assert after.pid != before.pid
            assert ask(after.dsn("postgres"), "SELECT count(*) FROM kept") == "1000"
            assert ask(before.dsn("postgres"), "SELECT count(*) FROM kept") == "1000"  # its address has not changed
    assert soon(lambda: processes_of(data_dir) == [])


def test_a_busy_backend_left_by_a_killed_postmaster_is_ended_before_the_next_start(made: Path) -> None:
    with EmbeddedServer.start(made, FAST) as before, psycopg.connect(before.dsn("postgres")) as busy:
        backend = busy.info.backend_pid
        os.kill(backend, signal.SIGSTOP)  # notices nothing, as one deep in a long computation would not
        os.kill(before.pid, signal.SIGKILL)
        with EmbeddedServer.start(made, FAST) as after:
            assert soon(lambda: not is_running(backend))
            assert ask(after.dsn("postgres"), "SELECT 1") == "1"


def test_a_killed_keeper_takes_its_server_with_it_and_the_next_start_copes(made: Path) -> None:
    with EmbeddedServer.start(made, FAST) as before:
        keeper = int(Path(f"/proc/{before.pid}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(keeper, signal.SIGKILL)
        assert soon(lambda: not is_running(before.pid))
        with EmbeddedServer.start(made, FAST) as after:
            assert ask(after.dsn("postgres"), "SELECT 1") == "1"


def test_a_stale_process_number_that_another_process_has_got_is_neither_believed_nor_killed(made: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as bystander:
        stale = f"{bystander.pid}\n/somewhere\n1700000000\n5432\n/tmp\n\n  1 1\nready   \n"
        (made / "cluster" / "postmaster.pid").write_text(stale)
        with EmbeddedServer.start(made, FAST) as server:
            assert server.pid != bystander.pid
            assert ask(server.dsn("postgres"), "SELECT 1") == "1"
        assert bystander.poll() is None
        bystander.kill()


def test_two_who_race_for_the_same_fresh_folder_get_one_server(data_dir: Path) -> None:
    racers = [OtherUser(data_dir) for _ in range(2)]
    assert len({racer.server()[0] for racer in racers}) == 1
    assert [racer.leave() for racer in racers] == [0, 0]
    assert soon(lambda: processes_of(data_dir) == [])


def test_a_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    half_made = data_dir / "cluster.making-killed"
    (half_made / "base").mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    (data_dir / "starting.lock").touch()
    with EmbeddedServer.start(data_dir, FAST) as server:
        assert ask(server.dsn("postgres"), "SELECT 1") == "1"
    assert not half_made.exists()


@pytest.mark.parametrize("name", ["two words, a comma and 'quotes\"", "entrepôt-é-倉庫", "/".join(["long" * 25] * 4)])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    with EmbeddedServer.start(tmp_path / name, FAST) as server:
        assert ask(server.dsn("postgres"), "SELECT 1") == "1"


def test_the_environment_of_the_user_does_not_lead_astray(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    astray = {"PGHOST": "nowhere.invalid", "PGHOSTADDR": "192.0.2.1", "PGPORT": "1", "PGDATA": "/nonexistent"}
    astray |= {"PGUSER": "stranger", "PGDATABASE": "none", "PGSERVICE": "none", "PGSSLMODE": "require", "LC_ALL": "xx"}
    for name, value in astray.items():
        monkeypatch.setenv(name, value)
    with EmbeddedServer.start(made, FAST) as server:
        assert ask(server.dsn("postgres"), "SELECT 1") == "1"


def test_a_folder_with_other_things_in_it_is_refused_and_left_untouched(data_dir: Path) -> None:
    data_dir.mkdir()
    (data_dir / "holiday.jpg").write_bytes(b"sea")
    with pytest.raises(DatabaseUnfit, match="not empty"):
        EmbeddedServer.start(data_dir)
    assert [entry.name for entry in data_dir.iterdir()] == ["holiday.jpg"]


def test_a_cluster_of_another_version_is_refused_with_what_to_do(data_dir: Path) -> None:
    (data_dir / "cluster").mkdir(parents=True)
    (data_dir / "cluster" / "PG_VERSION").write_text("13\n")
    (data_dir / "starting.lock").touch()
    if AS_ROOT:
        os.chown(data_dir / "cluster", pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(DatabaseUnfit, match=r"made by PostgreSQL 13.*Dump it"):
        EmbeddedServer.start(data_dir)


def test_a_file_where_the_folder_should_be_is_refused(data_dir: Path) -> None:
    data_dir.write_text("not a folder")
    with pytest.raises(DatabaseUnfit, match="cannot hold a database"):
        EmbeddedServer.start(data_dir)


def test_a_folder_that_cannot_be_made_is_refused() -> None:
    with pytest.raises(DatabaseUnfit, match="cannot hold a database"):
        EmbeddedServer.start(Path("/proc/doorstep"))


def test_a_server_that_does_not_start_says_why_in_the_words_of_its_log(made: Path) -> None:
    with pytest.raises(DatabaseUnavailable, match=r"did not start[\s\S]*no_such_setting"):
        EmbeddedServer.start(made, FAST | {"no_such_setting": "1"})
    assert soon(lambda: processes_of(made) == [])
    with EmbeddedServer.start(made, FAST) as server:
        assert ask(server.dsn("postgres"), "SELECT 1") == "1"


@ROOT_ONLY
def test_under_a_roof_only_root_may_enter_the_server_runs_unprivileged_and_only_root_gets_in(data_dir: Path) -> None:
    data_dir.parent.chmod(0o700)
    with EmbeddedServer.start(data_dir, FAST) as server:
        runs_as = Path(f"/proc/{server.pid}").stat().st_uid
        assert runs_as != 0
        assert data_dir.parent.stat().st_mode & 0o777 == 0o700
        stranger = os.fork()
        if stranger == 0:  # the same account as the server's, but not the server's user
            os.setgroups([])
            os.setuid(runs_as)
            try:
                psycopg.connect(server.dsn("postgres")).close()
            except psycopg.OperationalError as error:
                os._exit(0 if "Peer authentication failed" in str(error) else 2)
            os._exit(1)
        assert os.waitstatus_to_exitcode(os.waitpid(stranger, 0)[1]) == 0


@ROOT_ONLY
def test_two_ordinary_users_each_have_their_own_server_at_once(ordinary_folders: dict[str, Path]) -> None:
    users = {}
    for name, folder in ordinary_folders.items():
        account = pwd.getpwnam(name)
        users[name] = OtherUser(folder, ordinary_python(account), account)
    servers = {name: user.server() for name, user in users.items()}
    for name, (pid, _) in servers.items():
        assert Path(f"/proc/{pid}").stat().st_uid == pwd.getpwnam(name).pw_uid
    assert [user.leave() for user in users.values()] == [0, 0]
    assert soon(lambda: not any(is_running(pid) for pid, _ in servers.values()))


@ROOT_ONLY
def test_the_folder_of_another_user_is_refused_even_to_root(data_dir: Path) -> None:
    data_dir.mkdir()
    os.chown(data_dir, pwd.getpwnam("nobody").pw_uid, -1)
    with pytest.raises(DatabaseUnfit, match="belongs to nobody"):
        EmbeddedServer.start(data_dir)


@ROOT_ONLY
def test_a_socket_folder_laid_out_by_another_is_not_trusted(made: Path) -> None:
    with EmbeddedServer.start(made, FAST) as server:
        socket_folder = Path(ask(server.dsn("postgres"), "SHOW unix_socket_directories").strip('"'))
    assert soon(lambda: not socket_folder.exists())
    socket_folder.mkdir(mode=0o777)
    os.chown(socket_folder, pwd.getpwnam("daemon").pw_uid, -1)
    try:
        with pytest.raises(DatabaseUnfit, match="not ours"):
            EmbeddedServer.start(made, FAST)
    finally:
        socket_folder.rmdir()


@pytest.mark.slow
@ROOT_ONLY
def test_binaries_in_a_place_only_root_can_read_are_copied_once(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.find_spec(embedded_binaries.PACKAGE)
    assert spec
    assert spec.submodule_search_locations
    installed = Path(spec.submodule_search_locations[0])
    hidden = tmp_path / "site"
    for part in (installed, installed.with_name(f"{installed.name}.libs")):
        shutil.copytree(part, hidden / part.name)
    hidden.chmod(0o700)
    with tempfile.TemporaryDirectory(dir="/var/tmp") as copies:
        monkeypatch.syspath_prepend(hidden)
        monkeypatch.setattr(embedded_binaries, "COPIES_FOR_ROOT", Path(copies))
        for _ in range(2):
            with EmbeddedServer.start(data_dir, FAST) as server:
                assert os.readlink(f"/proc/{server.pid}/exe").startswith(copies)
        Path(copies).chmod(0o777)
        with pytest.raises(DatabaseUnfit, match="others than root"):
            EmbeddedServer.start(data_dir, FAST)


@pytest.mark.slow
@ROOT_ONLY
def test_a_full_disk_is_called_that(tmp_path: Path) -> None:
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("this machine lets even root mount nothing")
    try:
        with pytest.raises(DatabaseUnavailable, match="The disk is full"):
            EmbeddedServer.start(small / "data", FAST)
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


@pytest.mark.slow
def test_a_start_killed_at_any_moment_leaves_a_folder_that_starts(data_dir: Path) -> None:
    for moment_ms in (50, 150, 250, 350, 450, 550, 700, 900):
        shutil.rmtree(data_dir, ignore_errors=True)
        user = OtherUser(data_dir)
        time.sleep(moment_ms / 1000)
        user.kill()
        with EmbeddedServer.start(data_dir, FAST) as server:
            assert ask(server.dsn("postgres"), "SELECT 1") == "1"
            assert not list(data_dir.glob("cluster.making-*"))
        assert soon(lambda: processes_of(data_dir) == [])


@pytest.mark.slow
def test_many_who_come_and_go_never_find_a_stopping_server(data_dir: Path) -> None:
    for _ in range(5):
        crowd = [OtherUser(data_dir) for _ in range(6)]
        for user in crowd:
            assert ask(user.server()[1], "SELECT 1") == "1"
            assert user.leave() == 0
    assert soon(lambda: processes_of(data_dir) == [])


@pytest.mark.slow
def test_a_forked_child_that_outlives_its_parents_stop_keeps_the_server(data_dir: Path) -> None:
    server = EmbeddedServer.start(data_dir, FAST)
    leaving, told_to_leave = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(told_to_leave)
        os.read(leaving, 1)
        os._exit(0)
    os.close(leaving)
    server.stop()
    assert ask(server.dsn("postgres"), "SELECT 1") == "1"
    os.close(told_to_leave)
    os.waitpid(child, 0)
    assert soon(lambda: not is_running(server.pid))
    assert soon(lambda: processes_of(data_dir) == [])
