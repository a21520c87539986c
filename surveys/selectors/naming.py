"""Whether a name may stand beside answers: one place decides, and every page and file that shows answers asks it."""

from __future__ import annotations

from surveys.models import Expert, Survey


def shown_name(survey: Survey, expert: Expert) -> str:
    """The name to write beside this expert's code where answers are shown; empty where they go by their code alone.

    On the panel, in letters and in the progress names always stand: there nobody's answers are seen.
    """
    named = survey.anonymity == Survey.Anonymity.NAMED and expert.person is not None
    return expert.person.name if named and expert.person else ""
