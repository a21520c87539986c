"""What is stored, and what the database refuses. Rules that move things live in `surveys.services`."""

from .audit import AuditEvent
from .job import Job
from .judgment import Judgment, JudgmentEvent, MoreImportant, NodeResult, Submission
from .panel import BranchWeight, Expert, ExpertSession, Invitation, InvitationLink, Person
from .questionnaire import (
    Consent,
    ConsentText,
    DeviceCode,
    DraftAnswer,
    KeptJudgment,
    LateAnswer,
    RevisionPair,
    RevisionRequest,
    Section,
    Transcript,
)
from .survey import Membership, Survey
from .system import Comparison, Edition, Indicator, IndicatorSystem
from .weights import PanelMember, PanelNode, PanelPart, PanelResult, WeightEntry, WeightSet

__all__ = [
    "AuditEvent",
    "BranchWeight",
    "Comparison",
    "Consent",
    "ConsentText",
    "DeviceCode",
    "DraftAnswer",
    "Edition",
    "Expert",
    "ExpertSession",
    "Indicator",
    "IndicatorSystem",
    "Invitation",
    "InvitationLink",
    "Job",
    "Judgment",
    "JudgmentEvent",
    "KeptJudgment",
    "LateAnswer",
    "Membership",
    "MoreImportant",
    "NodeResult",
    "PanelMember",
    "PanelNode",
    "PanelPart",
    "PanelResult",
    "Person",
    "RevisionPair",
    "RevisionRequest",
    "Section",
    "Submission",
    "Survey",
    "Transcript",
    "WeightEntry",
    "WeightSet",
]
