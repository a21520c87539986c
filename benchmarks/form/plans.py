"""How many questions an expert of the demo's tree is asked, how long they take, and what fewer of them cost."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks import questions
from surveys.models import Survey
from surveys.plan import precision_after, questions_for
from surveys.selectors.questionnaire import minutes_for


@dataclass(frozen=True)
class Plan:
    """One way to ask: pairs in all and by size of matrix, minutes, and the error of the global weights, simulated."""

    name: str
    asked: dict[int, int]  # items → pairs asked of a matrix of that size
    total: int
    error: float

    @property
    def minutes(self) -> int:
        """At the usual pace."""
        return minutes_for(self.total)

    @property
    def precision(self) -> dict[int, float]:
        """Items → predicted error of that matrix, over the one after all its pairs; where fewer are asked."""
        return {n: precision_after(n, k) for n, k in self.asked.items() if k < n * (n - 1) // 2}


def plans(sizes: list[int], experts: int = 2000) -> list[Plan]:
    """Every pair, and the survey's default of fewer; the errors from so many simulated experts."""
    found = []
    errors = {policy: error for policy, _, error, _ in questions.simulate(experts)}
    for name, plan, policy in (("every pair", Survey.Plan.FULL, float("inf")), ("fewer", Survey.Plan.REDUCED, 1.5)):
        survey = Survey(question_plan=plan)
        asked = {n: questions_for(n, survey) for n in sorted(set(sizes))}
        found.append(Plan(name, asked, sum(asked[n] for n in sizes), errors[policy]))
    return found
