"""What is stored, and what the database refuses. Rules that move things live in `surveys.services`."""

from .access import ApiToken, RecoveryCode, SecondFactor
from .audit import AuditEvent
from .bucket import Bucket
from .decisions import Decision
from .job import Job, WorkerSign
from .judgment import Judgment, JudgmentEvent, MoreImportant, NodeResult, Submission
from .letters import Letter, LetterKind, LetterText, Mailing
from .open_link import OpenAnswer, OpenDraft, OpenLink, OpenNode, OpenPart, OpenResult
from .packages import AnswerPackage
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
from .rounds import Round, RoundPair
from .survey import Membership, Survey
from .system import Comparison, Edition, Indicator, IndicatorSystem
from .weights import PanelMember, PanelNode, PanelPart, PanelResult, SignedSheet, WeightEntry, WeightSet

__all__ = [
    "AnswerPackage",
    "ApiToken",
    "AuditEvent",
    "BranchWeight",
    "Bucket",
    "Comparison",
    "Consent",
    "ConsentText",
    "Decision",
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
    "Letter",
    "LetterKind",
    "LetterText",
    "Mailing",
    "Membership",
    "MoreImportant",
    "NodeResult",
    "OpenAnswer",
    "OpenDraft",
    "OpenLink",
    "OpenNode",
    "OpenPart",
    "OpenResult",
    "PanelMember",
    "PanelNode",
    "PanelPart",
    "PanelResult",
    "Person",
    "RecoveryCode",
    "RevisionPair",
    "RevisionRequest",
    "Round",
    "RoundPair",
    "SecondFactor",
    "Section",
    "SignedSheet",
    "Submission",
    "Survey",
    "Transcript",
    "WeightEntry",
    "WeightSet",
    "WorkerSign",
]
