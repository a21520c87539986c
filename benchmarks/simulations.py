"""``python -m benchmarks.simulations``: both simulations, written to SIMULATIONS.md."""

import datetime
from pathlib import Path

from benchmarks import careless, questions

PAGE = Path(__file__).parent / "SIMULATIONS.md"
EXPERTS, RESPONDENTS = 8000, 5000


def page() -> str:
    """Both tables with what they mean."""
    return "\n".join(
        [
            "# Simulations",
            "",
            f"Written by `python -m benchmarks.simulations` on {datetime.date.today()}; seeded.",
            "",
            "## Questions asked against error",
            "",
            f"{EXPERTS:,} experts with log-normal errors (a factor of 1.6 per answer, consistency ratios around 0.07) "
            "answer the tree of 14 matrices and 176 questions. Nodes of up to 4 items are asked in full, larger ones "
            "only the first questions of `ahp.question_order`. Error: mean absolute error of the 53 global weights, by "
            "log least squares; tau: rank correlation with the true weights.",
            "",
            *questions.table(EXPERTS),
            "",
            "## Careless respondents",
            "",
            f"{RESPONDENTS:,} respondents of each kind; `ahp.careless` over all 14 matrices. The error is that of an "
            "answer as a log ratio.",
            "",
            *careless.table(RESPONDENTS),
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(PAGE.read_text("utf-8"))
