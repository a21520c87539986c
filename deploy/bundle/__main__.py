"""`make bundle`, `python -m deploy.bundle`: one archive for each platform, into dist/."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.bundle.building import BuildError, build
from deploy.bundle.wheels import MACHINES

ROOT = Path(__file__).resolve().parent.parent.parent


def main() -> int:
    parser = argparse.ArgumentParser(prog="make bundle", description=__doc__)
    parser.add_argument("--platform", choices=MACHINES, action="append", help="default: every one")
    parser.add_argument("--with-python", metavar="FILE", type=Path, help="a relocatable Python to put in, as tar.gz")
    parser.add_argument("--commit", default="HEAD", help="what to pack; default: HEAD")
    parser.add_argument("--wheels", metavar="FOLDER", type=Path, help="take these instead of asking the registry")
    parser.add_argument("--out", metavar="FOLDER", type=Path, default=ROOT / "dist")
    given = parser.parse_args()
    machines = given.platform or list(MACHINES)
    if given.with_python and len(machines) > 1:
        parser.error("a Python is of one platform: name it with --platform")
    try:
        for machine in machines:
            made = build(ROOT, given.out, machine, given.commit, python=given.with_python, wheels=given.wheels)
            sys.stdout.write(f"{made.sha256}  {made.file}\n")
    except BuildError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
