"""Runs a command of an installation with the variables of its environment file; the standard library alone.

launch.py ENVIRONMENT_FILE APP COMMAND …        any command of manage.py
launch.py ENVIRONMENT_FILE APP :running         exit 0 where the site answers on its port
launch.py ENVIRONMENT_FILE APP :static FOLDER   collected static files to where the site looks for them
launch.py ENVIRONMENT_FILE APP :put-back FILE   the database as it was in a backup; the one that is there is kept
"""

from __future__ import annotations

import os
import shutil
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

SQLITE = "quanheng.sqlite3"


def environment(file: Path) -> dict[str, str]:
    """The lines NAME=value of a file, as systemd reads them; lines that begin with # are for people."""
    lines = file.read_text(encoding="utf-8").splitlines()
    pairs = [line.partition("=") for line in lines if "=" in line and not line.lstrip().startswith("#")]
    return {name.strip(): value.strip() for name, _sign, value in pairs}


def is_running(variables: dict[str, str]) -> bool:
    """Does anybody answer on the port? Any answer of a web server counts, also a refusal."""
    address = f"http://127.0.0.1:{variables.get('PORT') or 8000}/healthz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        opener.open(address, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True


def static_put(variables: dict[str, str], folder: Path) -> None:
    target = _data_dir(variables) / "static"
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder, target)


def put_back(variables: dict[str, str], app: Path, file: Path) -> int:
    """After a failed upgrade. Only SQLite can be emptied from here; another database is its administrator's."""
    if variables.get("DATABASE_URL"):
        sys.stderr.write(f"The database was not touched further. Put {file} back as docs/deployment.md says.\n")
        return 1
    data = _data_dir(variables)
    aside = data / time.strftime("failed-upgrade-%Y%m%d-%H%M%S")
    aside.mkdir(mode=0o700)
    for part in data.glob(f"{SQLITE}*"):
        part.rename(aside / part.name)
    return os.spawnve(  # noqa: S606  our own program
        os.P_WAIT, sys.executable, [sys.executable, str(app / "manage.py"), "restore", str(file)], _whole(variables)
    )


def _data_dir(variables: dict[str, str]) -> Path:
    """Without it the data would lie inside the program, and go with it at the next upgrade."""
    if not variables.get("DATA_DIR"):
        sys.exit("DATA_DIR is not set: name the folder of the data in quanheng.env.")
    return Path(variables["DATA_DIR"])


def _whole(variables: dict[str, str]) -> dict[str, str]:
    return {**os.environ, **variables}


def main(file: str, folder: str, command: str, *words: str) -> int:
    variables, app = environment(Path(file)), Path(folder)
    _data_dir(variables)
    if command == ":running":
        return 0 if is_running(variables) else 1
    if command == ":static":
        static_put(variables, Path(words[0]))
        return 0
    if command == ":put-back":
        return put_back(variables, app, Path(words[0]))
    program = [sys.executable, str(app / "manage.py"), command, *words]
    return os.execve(sys.executable, program, _whole(variables))  # noqa: S606  our own program


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit("Name a command, as in: quanheng run --no-demo")
    sys.exit(main(*sys.argv[1:]))
