"""What a methods text cites, numbered in the order of citing."""

from __future__ import annotations

REFERENCES = {
    "saaty1977": "Saaty, T. L. (1977). A scaling method for priorities in hierarchical structures. Journal of "
    "Mathematical Psychology, 15(3), 234–281.",
    "saaty1980": "Saaty, T. L. (1980). The Analytic Hierarchy Process. New York: McGraw-Hill.",
    "saaty2005": "Saaty, T. L. (2005). Theory and Applications of the Analytic Network Process. Pittsburgh: RWS "
    "Publications.",
    "crawford1985": "Crawford, G., & Williams, C. (1985). A note on the analysis of subjective judgment matrices. "
    "Journal of Mathematical Psychology, 29(4), 387–405.",
    "aczel1983": "Aczél, J., & Saaty, T. L. (1983). Procedures for synthesizing ratio judgements. Journal of "
    "Mathematical Psychology, 27(1), 93–102.",
    "forman1998": "Forman, E., & Peniwati, K. (1998). Aggregating individual judgments and priorities with the "
    "analytic hierarchy process. European Journal of Operational Research, 108(1), 165–169.",
    "bozoki2010": "Bozóki, S., Fülöp, J., & Rónyai, L. (2010). On optimal completion of incomplete pairwise comparison "
    "matrices. Mathematical and Computer Modelling, 52(1–2), 318–333.",
    "alonso2006": "Alonso, J. A., & Lamata, M. T. (2006). Consistency in the analytic hierarchy process: a new "
    "approach. International Journal of Uncertainty, Fuzziness and Knowledge-Based Systems, 14(4), 445–459.",
    "agoston2022": "Ágoston, K. C., & Csató, L. (2022). Inconsistency thresholds for incomplete pairwise comparison "
    "matrices. Omega, 108, 102576.",
    "balinski1982": "Balinski, M. L., & Young, H. P. (1982). Fair Representation: Meeting the Ideal of One Man, One "
    "Vote. New Haven: Yale University Press.",
}


class Citations:
    """Hands out numbers, and lists what was cited."""

    def __init__(self) -> None:
        self._cited: list[str] = []

    def cite(self, *keys: str) -> str:
        """[1] or [1, 2].

        >>> cited = Citations()
        >>> cited.cite("saaty1980"), cited.cite("aczel1983", "saaty1980"), [text[:5] for text in cited.listed()]
        ('[1]', '[2, 1]', ['[1] S', '[2] A'])
        """
        for key in keys:
            if key not in self._cited:
                self._cited.append(key)
        return f"[{', '.join(str(self._cited.index(key) + 1) for key in keys)}]"

    def listed(self) -> list[str]:
        return [f"[{number}] {REFERENCES[key]}" for number, key in enumerate(self._cited, start=1)]
