"""Who visits, and what they find: a survey with the names that break pages.

Some items have a name in one language only, one has sixty characters in each; one section has a single pair, and one
more pairs than fit on a page of rows. Every page must bear all of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone
from playwright.sync_api import Page

from surveys.files.indicators import IndicatorRow
from surveys.models import Comparison, Edition, Expert, Indicator, InvitationLink
from surveys.selectors.links import link_of
from surveys.services.panel import link_mint, session_open
from surveys.services.systems import edition_freeze, edition_import
from surveys.views.expert import reading
from surveys.views.expert.session import cookie_name, cookie_path
from tests.surveys import factories as make

LONG_ZH = (
    "面向数据密集型业务的省际骨干直联网络出口总带宽与城域互联互通能力综合评价（含国家级互联网骨干直联点及新型交换中心）"
)
LONG_EN = "Interprovincial backbone bandwidth and metropolitan exchange"
TEXTS: dict[str, Any] = {
    "purpose": {"zh-hans": "请您两两比较各项指标的重要性，以确定综合算力指数的权重。"},
    "inviter": {"zh-hans": "综合算力评价课题组"},
    "contact": {"zh-hans": "李老师 010-0000 0000"},
    "missing_allowed": True,
}
WIDE = 7  # items of the section with many pairs: 21, on two pages of rows


def _rows() -> list[IndicatorRow]:
    names: dict[str, tuple[str, str, str]] = {  # code → parent, Chinese, English
        "r": ("", "综合算力指数", "Computing power index"),
        "a": ("r", "算力规模", ""),
        "b": ("r", LONG_ZH, LONG_EN),
        "c": ("r", "", "Environment"),
        "a1": ("a", "在用算力", "Computing power in use"),
        "a2": ("a", "智能算力占比", ""),
    }
    names |= {
        f"b{number}": ("b", f"网络指标{number}", f"Network {number}" if number % 2 else "")
        for number in range(1, WIDE + 1)
    }
    definitions = {"zh-hans": "报告期末投入使用的算力总规模，按单精度浮点运算能力折算。"}
    return [
        IndicatorRow(
            at, code, parent, {"zh-hans": chinese, "en": english}, definitions if code in ("a", "b", "b1") else {},
            unit="EFLOPS" if code in ("a", "b1") else "",
        )
        for at, (code, (parent, chinese, english)) in enumerate(names.items(), start=2)
    ]  # fmt: skip


def edition() -> Edition:
    name = {"zh-hans": "综合算力", "en": "Computing power"}
    return edition_freeze(edition_import(name=name, label="3.0", rows=_rows(), user=make.user()), user=make.user())


@dataclass
class Visit:
    """An expert with a browser. `met` are the names of the addresses that the browser asked for."""

    page: Page
    site: str
    language: str
    met: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._keep(settings.LANGUAGE_COOKIE_NAME, self.language, self.site)
        self.page.on("request", lambda request: self._note(request.url))

    def _keep(self, name: str, value: str, url: str) -> None:
        self.page.context.add_cookies([{"name": name, "value": value, "url": url}])

    def _note(self, url: str) -> None:
        try:
            self.met.add(str(resolve(urlsplit(url).path).url_name))
        except Resolver404:
            return

    # --- who ---

    def invited(self, state: str = "open", **wanted: Any) -> "Visit":
        survey = make.survey(state, of=edition(), **{**TEXTS, **wanted})
        survey.title = {"zh-hans": "综合算力评价指标体系权重专家咨询（第一轮）"}
        survey.closes_at = survey.closes_at or timezone.now() + timedelta(days=5)
        survey.save(update_fields=["title", "closes_at"])
        self.expert: Expert = make.expert(survey, name="陈教授", language=self.language)
        return self

    def begun(self, *, assistant: bool = False, **wanted: Any) -> "Visit":
        """Invited, and signed in on this device."""
        return self.invited(**wanted).signed_in(assistant=assistant)

    def signed_in(self, *, assistant: bool = False) -> "Visit":
        link = link_of(self.token())
        assert link
        survey = self.expert.survey_id
        self._keep(cookie_name(survey), session_open(link, assistant=assistant), self.site + cookie_path(survey))
        return self

    def reads(self, **how: str) -> "Visit":
        """As the preferences of this device say."""
        self._keep(reading.COOKIE, urlencode(how), self.site)
        return self

    def token(self) -> str:
        return link_mint(self.expert, channel=InvitationLink.Channel.SHOWN, user=None)

    # --- where ---

    def at(self, name: str, *args: Any, query: str = "") -> "Visit":
        """An address of this expert's survey."""
        self.page.goto(self.site + reverse(f"surveys:{name}", args=[self.expert.survey_id, *args]) + query)
        return self

    def at_the_door(self) -> "Visit":
        self.page.goto(self.site + reverse("surveys:start", args=[self.token()]))
        return self

    def press(self, selector: str) -> "Visit":
        self.page.locator(selector).first.click()
        return self

    def send(self, action: str, form: str = "form") -> "Visit":
        """A form as a browser sends it that checks nothing beforehand."""
        with self.page.expect_navigation():
            self.page.locator(f'{form}[action$="{action}"]').first.evaluate("form => form.submit()")
        return self

    # --- what was said ---

    def node(self, code: str) -> Indicator:
        return Indicator.objects.get(edition=self.expert.survey.edition, code=code)

    def pair(self, a: str = "a", b: str = "b") -> Comparison:
        return make.pair(self.expert.survey, a, b)

    def say(self, a: str, b: str, side: str = "a", strength: int | None = 3) -> "Visit":
        make.say(self.expert, a, b, side, strength)
        return self

    def says_all(self, *, tense: bool = False) -> "Visit":
        """Every pair, and so that the sections fit together, or the first one does not."""
        make.answer_all(self.expert, "equal", 1)
        if tense:
            self.say("a", "b", "a", 5).say("b", "c", "a", 5).say("a", "c", "b", 7)
        return self

    def hands_in(self, *, computed: bool = True) -> "Visit":
        make.submitted(self.expert, "equal", 1)
        if computed:
            make.work_off()
        return self


Reach = Callable[[Visit], object]


@dataclass(frozen=True)
class State:
    """`addresses` are those that the way there asks for, by name; the last one is where it ends."""

    name: str
    addresses: tuple[str, ...]
    reach: Reach


STATES: dict[str, State] = {}


def state(*addresses: str) -> Callable[[Reach], Reach]:
    """The name of the function is the state."""

    def listed(reach: Reach) -> Reach:
        name = getattr(reach, "__name__", "")
        assert name not in STATES, name
        STATES[name] = State(name, addresses, reach)
        return reach

    return listed
