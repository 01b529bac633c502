"""Where the servers' files go, and as whom the servers run: as an ordinary user and as root."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from hereabouts_deploy.embedded import home as home_module
from hereabouts_deploy.embedded.account import Account, choose_account
from hereabouts_deploy.embedded.home import abandoned_homes, folder_for, reachable_binaries, server_home
from hereabouts_schemas.errors import ConfigError

STRANGER = Account(name="stranger", uid=61_234, gid=61_234)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter, whatever pytest's own are."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def test_a_closed_folder_on_the_way_shuts_an_account_out(open_folder: Path) -> None:
    inner = open_folder / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.chmod(0o755)
    (open_folder / "closed").chmod(0o755)
    assert STRANGER.can_enter(inner)
    (open_folder / "closed").chmod(0o700)
    assert not STRANGER.can_enter(inner)


def test_the_group_counts_for_its_members_only(open_folder: Path) -> None:
    folder = open_folder / "group"
    folder.mkdir()
    folder.chmod(0o710)
    assert Account(name="member", uid=61_234, gid=folder.stat().st_gid).can_enter(folder)
    assert not STRANGER.can_enter(folder)
    folder.chmod(0o701)
    assert not Account(name="member", uid=61_234, gid=folder.stat().st_gid).can_enter(folder)


def test_an_ordinary_users_servers_live_in_the_data_folder(tmp_path: Path) -> None:
    home = server_home(tmp_path, None)
    assert home == tmp_path.resolve() / "server"
    assert home.stat().st_mode & 0o777 == 0o700
    assert server_home(tmp_path, None) == home


def test_a_link_to_nothing_is_told_with_its_cure(tmp_path: Path) -> None:
    (tmp_path / "server").symlink_to(tmp_path / "gone")
    with pytest.raises(ConfigError, match=r"Remove .*server to begin with an empty database"):
        server_home(tmp_path, None)


def test_files_of_another_account_are_not_touched(tmp_path: Path) -> None:
    home = server_home(tmp_path, None)
    (home / "account").write_text("somebody-else")
    with pytest.raises(ConfigError, match="belong to somebody-else"):
        server_home(tmp_path, None)


def test_binaries_within_reach_are_used_where_they_are(tmp_path: Path) -> None:
    assert reachable_binaries(tmp_path / "pginstall", tmp_path, None) == tmp_path / "pginstall"


if os.geteuid() == 0:

    @pytest.fixture
    def account() -> Account:
        found = choose_account(None)
        assert found is not None
        return found

    @pytest.fixture
    def root_home(open_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """Stands for /var/lib/hereabouts; does not exist yet, and the umask is a careful one."""
        monkeypatch.setattr(home_module, "ROOT_HOME", open_folder / "hereabouts")
        return open_folder / "hereabouts"

    def test_root_never_runs_a_server_as_root() -> None:
        with pytest.raises(ConfigError, match="must not be root"):
            choose_account("root")
        with pytest.raises(ConfigError, match="no account no-such-account"):
            choose_account("no-such-account")

    def test_below_a_closed_folder_roots_servers_live_elsewhere_and_no_mode_changes(
        tmp_path: Path, root_home: Path, account: Account
    ) -> None:
        closed = tmp_path / "root-home"
        data_dir = closed / "data"
        data_dir.mkdir(parents=True)
        closed.chmod(0o700)
        before = {folder: folder.stat().st_mode for folder in (data_dir, *data_dir.parents)}
        umask = os.umask(0o077)
        try:
            home = server_home(data_dir, account)
        finally:
            os.umask(umask)
        assert home.parent == root_home
        assert account.can_enter(home)
        assert (data_dir / "server").resolve() == home
        assert server_home(data_dir, account) == home
        assert {folder: folder.stat().st_mode for folder in (data_dir, *data_dir.parents)} == before

    def test_the_account_owns_only_what_it_writes(open_folder: Path, account: Account) -> None:
        home = server_home(open_folder, account)
        assert home == open_folder / "server"
        assert home.stat().st_uid == 0
        folder = folder_for(home, "data", account)
        assert (folder.stat().st_uid, folder.stat().st_mode & 0o777) == (account.uid, 0o700)

    def test_a_new_data_folder_of_the_same_name_begins_anew(tmp_path: Path, root_home: Path, account: Account) -> None:
        data_dir = tmp_path / "data"
        data_dir.mkdir()
        tmp_path.chmod(0o700)
        first = server_home(data_dir, account)
        assert abandoned_homes() == []
        shutil.rmtree(data_dir)
        data_dir.mkdir()
        assert server_home(data_dir, account) != first
        assert abandoned_homes() == [(first, str(data_dir))]

    def test_binaries_out_of_reach_are_copied_once_with_their_libraries(
        tmp_path: Path, open_folder: Path, account: Account
    ) -> None:
        tmp_path.chmod(0o700)
        install = tmp_path / "site-packages" / "wheel" / "pginstall"
        (install / "bin").mkdir(parents=True, mode=0o700)
        (install / "bin" / "postgres").write_text("#!/bin/sh\n")
        (install / "bin" / "postgres").chmod(0o700)
        (tmp_path / "site-packages" / "wheel.libs").mkdir(mode=0o700)
        (tmp_path / "site-packages" / "wheel.libs" / "libpq.so").write_text("lib")
        home = server_home(open_folder, account)
        copy = reachable_binaries(install, home, account)
        assert reachable_binaries(install, home, account) == copy
        assert copy.parent.with_name("wheel.libs").joinpath("libpq.so").read_text() == "lib"
        assert account.can_enter(copy / "bin")
        assert (copy / "bin" / "postgres").stat().st_mode & 0o005 == 0o005
        assert (copy / "bin" / "postgres").stat().st_uid == 0

    def test_another_account_than_the_first_is_refused_with_the_cure(open_folder: Path, account: Account) -> None:
        server_home(open_folder, account)
        with pytest.raises(ConfigError, match=f"--run-as {account.name}"):
            server_home(open_folder, STRANGER)

else:

    def test_run_as_is_for_root_only() -> None:
        with pytest.raises(ConfigError, match="only as root"):
            choose_account("nobody")
