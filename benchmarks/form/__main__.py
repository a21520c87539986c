"""``python -m benchmarks.form``: measure the expert's form on a database of its own, and write RESULTS_FORM.md."""

import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

PAGE = Path(__file__).parents[1] / "RESULTS_FORM.md"
# What the shell may have set for a site of its own; benchmarks stand on the defaults.
_OURS = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "SITE_URL", "PORT", "DEBUG", "TRUSTED_PROXY")


def main() -> int:
    """Measure; 1 where a goal is missed."""
    with TemporaryDirectory(prefix="qh-bench-") as home:
        for name in _OURS:
            os.environ.pop(name, None)
        os.environ |= {"DATA_DIR": home, "DJANGO_SETTINGS_MODULE": "config.settings"}
        _set_up()
        from benchmarks.form.measuring import measured  # Django has its settings now

        report, introduction = measured()
    page = report.page("The expert's form", introduction)
    PAGE.write_text(page, "utf-8")
    print(page)
    return 1 if report.missed else 0


def _set_up() -> None:
    import django
    from django.core.management import call_command

    from config import catalogues

    catalogues.compile_stale()
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)


if __name__ == "__main__":
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    sys.exit(main())
