"""``python -m benchmarks``: compare with the peers, in an environment of their own, and write RESULTS.md."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements-bench.txt"
ENVIRONMENT = ROOT / "var" / "bench"


def environment() -> Path:
    """The interpreter that has the peers; made anew when their versions change."""
    python, mark = ENVIRONMENT / "bin" / "python", ENVIRONMENT / "requirements.txt"
    if not mark.exists() or mark.read_text("utf-8") != REQUIREMENTS.read_text("utf-8"):
        print("installing the peers into", ENVIRONMENT.relative_to(ROOT))
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        subprocess.run([*_installer(python), "-r", REQUIREMENTS], check=True)
        shutil.copy(REQUIREMENTS, mark)
    return python


def _installer(python: Path) -> list[str]:
    uv = Path(sys.executable).with_name("uv")
    return [str(uv), "pip", "install", "--quiet", "--python", str(python)] if uv.exists() else _pip(python)


def _pip(python: Path) -> list[str]:
    return [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]


if __name__ == "__main__":
    one_thread = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
    command = [str(environment()), "-m", "benchmarks.compare"]
    sys.exit(subprocess.run(command, cwd=ROOT, env={**os.environ, **one_thread}).returncode)
