"""The bundle for houses without a network: the same bytes from the same commit, and an installer that comes through.

The short form packs a small program that behaves like ours (`PROGRAM`), so that the installer's own ways are walked in
seconds: install, upgrade, and back after a failure, all without a network. `make soak` does it with the real one.
"""

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tarfile
from contextlib import closing
from functools import cache
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from deploy.bundle.building import Bundle, build
from deploy.bundle.launch import environment, is_running
from deploy.bundle.wheels import MACHINES, download, least_glibc

ROOT = Path(__file__).resolve().parent.parent
MACHINE = os.uname().machine
SOAK = os.environ.get("QUANHENG_SOAK") == "1"

PROGRAM = """\
import os, pathlib, shutil, sys
from surveys.version import VERSION
data = pathlib.Path(os.environ["DATA_DIR"])
database, command = data / "quanheng.sqlite3", sys.argv[1]
if command == "collectstatic":
    (data / "static").mkdir()
    (data / "static" / "app.css").write_text("p {}")
elif command == "migrate":
    data.mkdir(exist_ok=True)
    with database.open("a") as out:
        out.write(f"migrated by {VERSION}\\n")
    sys.exit(FAIL)
elif command == "backup":
    file = pathlib.Path(sys.argv[2]) / f"quanheng-{VERSION}.zip"
    shutil.copyfile(database, file)
    print(f"{file} is whole: 1 row.")
elif command == "restore":
    assert not database.exists()
    shutil.copyfile(sys.argv[2], database)
elif command == "say":
    print(VERSION, os.environ["SITE_URL"])
"""
CATALOGUES = "import pathlib\ndef compile_stale():\n    pathlib.Path('compiled.mo').write_text('mo')\n"


@cache
def offline() -> tuple[str, ...]:
    """What a command begins with so that it has no network."""
    words = ("unshare", "--net", "--map-root-user")
    try:
        done = subprocess.run([*words, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        done = None
    if done is None or done.returncode:
        pytest.skip("unshare makes no namespace here: the installer was NOT tried without a network")
    return words


class Repository:
    """A small program under git, whose versions are commits."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for name in ("config", "surveys", "deploy"):
            (root / name).mkdir(parents=True)
        (root / "requirements.txt").write_text("# none\n")
        (root / "config" / "catalogues.py").write_text(CATALOGUES)
        shutil.copyfile(ROOT / "deploy" / "quanheng.env.example", root / "deploy" / "quanheng.env.example")
        shutil.copytree(ROOT / "deploy" / "bundle", root / "deploy" / "bundle", ignore=shutil.ignore_patterns("__py*"))
        self._git("init", "--quiet")

    def commit(self, version: str, fail: int = 0) -> None:
        (self.root / "surveys" / "version.py").write_text(f'VERSION = "{version}"\n')
        (self.root / "manage.py").write_text(PROGRAM.replace("FAIL", str(fail)))
        self._git("add", "--all")
        self._git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-m", version)

    def _git(self, *words: str) -> None:
        subprocess.run(["git", "-C", str(self.root), *words], check=True)


def bundled(root: Path, home: Path, wheels: Path, machine: str = MACHINE) -> Bundle:
    return build(root, home, machine, wheels=wheels)


def unpacked(bundle: Bundle, home: Path) -> Path:
    with tarfile.open(bundle.file) as archive:
        archive.extractall(home, filter="data")
    return next(path for path in home.iterdir() if path.is_dir())


def install(folder: Path, target: Path, *words: str) -> subprocess.CompletedProcess[str]:
    given = words or ("--python", sys.executable)
    return subprocess.run(
        [*offline(), str(folder / "install.sh"), *given, str(target)],
        capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "HOME": str(target.parent)},
    )  # fmt: skip


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    (tmp_path / "wheels").mkdir()
    return Repository(tmp_path / "program")


def test_the_same_commit_is_the_same_bytes(repository: Repository, tmp_path: Path) -> None:
    repository.commit("1.0")
    first = bundled(repository.root, tmp_path / "a", tmp_path / "wheels")
    os.utime(repository.root / "manage.py", (1, 1))
    (repository.root / "lying about").write_text("not committed")
    second = bundled(repository.root, tmp_path / "b", tmp_path / "wheels")
    assert (first.file.name, first.sha256) == (f"quanheng-1.0-{MACHINE}.tar.gz", second.sha256)
    folder = unpacked(first, tmp_path / "out")
    sums = dict(line.split("  ")[::-1] for line in (folder / "SHA256SUMS").read_text().splitlines())
    files = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert files == {*sums, "SHA256SUMS"} >= {"app/compiled.mo", "static/app.css", "install.sh", "RELEASE"}
    assert all(hashlib.sha256((folder / name).read_bytes()).hexdigest() == told for name, told in sums.items())


def test_installed_upgraded_and_back_after_a_failure(repository: Repository, tmp_path: Path) -> None:
    site, folders = tmp_path / "a site", []
    for version, fail in (("1.0", 0), ("2.0", 0), ("3.0", 1)):
        repository.commit(version, fail)
        folders.append(unpacked(bundled(repository.root, tmp_path / version, tmp_path / "wheels"), tmp_path / version))
    env, database = site / "quanheng.env", site / "data" / "quanheng.sqlite3"

    done = install(folders[0], site)
    assert done.returncode == 0, done.stderr
    assert said(site) == "1.0 http://127.0.0.1:8000/"
    assert (env.stat().st_mode & 0o777, (site / "data" / "static" / "app.css").exists()) == (0o600, True)
    assert "is installed in" in install(folders[0], site).stdout
    assert database.read_text() == "migrated by 1.0\n"

    env.write_text(env.read_text().replace("http://127.0.0.1:8000/", "http://weights.example.org/a b/"))
    done = install(folders[1], site)
    assert done.returncode == 0, done.stderr
    assert said(site) == "2.0 http://weights.example.org/a b/"
    assert database.read_text() == "migrated by 1.0\nmigrated by 2.0\n"
    assert (site / "backups" / "quanheng-1.0.zip").read_text() == "migrated by 1.0\n"

    done = install(folders[2], site)
    assert done.returncode == 1
    assert "nothing was upgraded; 2.0-" in done.stderr
    assert said(site).startswith("2.0 ")
    assert database.read_text() == "migrated by 1.0\nmigrated by 2.0\n"
    kept = next((site / "data").glob("failed-upgrade-*/quanheng.sqlite3"))
    assert kept.read_text().endswith("migrated by 3.0\n")
    assert sorted(path.name[:3] for path in (site / "releases").iterdir()) == ["1.0", "2.0"]


def said(site: Path) -> str:
    return subprocess.run([site / "quanheng", "say"], capture_output=True, text=True, check=True).stdout.strip()


def test_what_cannot_be_installed_is_refused_and_leaves_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.commit("1.0")
    site = tmp_path / "site"
    other = unpacked(bundled(repository.root, tmp_path / "o", tmp_path / "wheels", "sparc"), tmp_path / "o")
    assert "this bundle is for sparc" in install(other, site).stderr
    folder = unpacked(bundled(repository.root, tmp_path / "b", tmp_path / "wheels"), tmp_path / "b")
    assert "Name a Python 3." in install(folder, site, "--python", "python-of-nowhere").stderr
    (folder / "app" / "manage.py").write_text("changed")
    damaged = install(folder, site).stderr
    assert "app/manage.py" in damaged
    assert "the bundle is damaged" in damaged
    assert not list(site.glob("releases/*"))


def test_a_running_site_is_noticed(tmp_path: Path) -> None:
    """An upgrade under it would leave the old program over new tables."""

    class Refusing(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(400)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refusing) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        variables = {"PORT": str(server.server_port)}
        assert is_running(variables)
        server.shutdown()
    assert not is_running(variables)


def test_variables_are_read_as_systemd_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "env"
    file.write_text("# SITE_URL=no\nSITE_URL=http://a/b?c=d\n\nMAIL_FROM=Weights office <w@example.org>\nPORT=\n")
    told = {"SITE_URL": "http://a/b?c=d", "MAIL_FROM": "Weights office <w@example.org>", "PORT": ""}
    assert environment(file) == told


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("a-1-py3-none-any.whl", (2, 0)),
        ("a-1-cp311-cp311-manylinux2014_x86_64.manylinux_2_17_x86_64.whl", (2, 17)),
        ("a-1-cp311-cp311-manylinux1_x86_64.manylinux_2_28_x86_64.manylinux_2_5_x86_64.whl", (2, 5)),
        ("a-1-cp311-cp311-manylinux_2_27_aarch64.manylinux_2_28_aarch64.whl", (2, 27)),
    ],
)
def test_the_glibc_that_a_wheel_asks_for(name: str, least: tuple[int, int]) -> None:
    assert least_glibc(["b-1-py3-none-any.whl", name]) == least


# --- make soak: the real one ---

VISIT = """\
ip link set lo up
"$1/quanheng" run --no-demo >/dev/null & site=$!
for _ in $(seq 60); do wget -qO- http://127.0.0.1:8161/quanheng/healthz >/dev/null 2>&1 && break; sleep 1; done
wget -qO- http://127.0.0.1:8161/quanheng/healthz; echo
wget -qO- http://127.0.0.1:8161/quanheng/login/
kill $site; wait
"""


@pytest.mark.skipif(not SOAK, reason="the whole bundle is built and installed in make soak only")
def test_the_whole_bundle_without_a_network(tmp_path: Path) -> None:
    clone, wheels, site = tmp_path / "clone", tmp_path / "wheels", tmp_path / "site"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)
    wheels.mkdir()
    try:
        download(clone / "requirements.txt", wheels, MACHINE, f"3.{sys.version_info[1]}")
    except subprocess.CalledProcessError:
        pytest.skip("the packages could not be had: the whole bundle was NOT tried")
    first = bundled(clone, tmp_path / "1", wheels)
    assert bundled(clone, tmp_path / "again", wheels).sha256 == first.sha256
    done = install(unpacked(first, tmp_path / "1"), site)
    assert done.returncode == 0, done.stderr
    env = site / "quanheng.env"
    below = "SITE_URL=http://weights.example.org/quanheng/\nPLAIN_HTTP=true\nPORT=8161\n"
    env.write_text("".join(f"{line}\n" for line in env.read_text().splitlines() if line[:4] not in CHANGED) + below)
    subprocess.run([site / "quanheng", "account", "li"], check=True)
    assert visited(site) == ("ok", True)

    version = clone / "surveys" / "version.py"
    version.write_text(version.read_text().replace('VERSION = "', 'VERSION = "9.', 1))
    words = ("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "--quiet", "-am", "newer")
    subprocess.run(["git", "-C", str(clone), *words], check=True)
    done = install(unpacked(bundled(clone, tmp_path / "2", wheels), tmp_path / "2"), site)
    assert done.returncode == 0, done.stderr
    assert (site / "current").resolve().name.startswith("9.")
    assert visited(site) == ("ok", True)
    with closing(sqlite3.connect(site / "data" / "quanheng.sqlite3")) as database:
        assert database.execute("SELECT username FROM auth_user").fetchall() == [("li",)]
    assert list((site / "backups").glob("quanheng-*.zip"))


CHANGED = ("SITE", "PORT")


def visited(site: Path) -> tuple[str, bool]:
    """What a browser in the house sees below the path: is it alive, and does every address begin with the path?"""
    done = subprocess.run([*offline(), "sh", "-c", VISIT, "sh", str(site)], capture_output=True, text=True, check=False)
    health, _line, page = done.stdout.partition("\n")
    addresses = re.findall(r'(?:href|src|action)="(/[^"]*)"', page)
    return health, bool(addresses) and all(a.startswith("/quanheng/") for a in addresses)


@pytest.mark.skipif(not SOAK, reason="asks the registry for the packages of another processor, in make soak only")
def test_the_packages_of_every_processor_can_be_had(tmp_path: Path) -> None:
    for machine in MACHINES:
        folder = tmp_path / machine
        folder.mkdir()
        try:
            download(ROOT / "requirements.txt", folder, machine, "3.11")
        except subprocess.CalledProcessError:
            pytest.skip(f"the packages for {machine} could not be had: they were NOT looked at")
        names = [path.name for path in folder.iterdir()]
        assert not [name for name in names if not name.endswith(("-none-any.whl", f"_{machine}.whl"))]
        assert least_glibc(names) <= (2, 28)
