"""What every page must bear: axe-core, narrow screens, text of twice the size, and the other language."""

import os
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from tests.reliability.rows import SOAK
from tests.support.plugin import TURN

AXE = (Path(__file__).parent.parent / "vendor" / "axe-core-4.14.1" / "axe.min.js").read_text(encoding="utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FINDINGS = """async rules => {
    const found = await axe.run(document, {runOnly: rules, resultTypes: ['violations']});
    return found.violations.map(fault => `${fault.id}: ${fault.nodes.map(node => node.target.join(' ')).join(', ')}`);
}"""
LANGUAGES = ["zh-hans", "en"]
# The longest walks speak one language a day, and both in make soak.
OF_TODAY = LANGUAGES if SOAK else [LANGUAGES[int(os.environ[TURN]) % len(LANGUAGES)]]
WIDTHS = {390: 844, 1280: 900}
THEMES = ["light", "dark"]
NARROWEST = 320
PRESSED = "main button, main .btn, main summary, main .q-item label, .q-top-tools button, .q-top-tools .btn"
MAIN_TARGETS = ".btn-primary, .q-item label, .q-equal, .q-chip, .q-strength:not(.q-strength-between)"
LEAST = 44  # CSS pixels; nothing that is pressed often is lower

WORDS = """
    const seen = node => node.checkVisibility({visibilityProperty: true, opacityProperty: false})
        && !node.closest('.visually-hidden');
    const named = node => `${node.tagName.toLowerCase()}.${node.className} "${node.textContent.trim().slice(0, 40)}"`;
"""
# Chinese must be said to be Chinese, or a screen reader with an English voice leaves it out.
TONGUES = f"""() => {{
    {WORDS}
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT), faults = [];
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {{
        const around = text.parentElement;
        if (!/[\\u3400-\\u9fff]/.test(text.data) || around.closest('script, style, noscript, textarea')) continue;
        if (!around.closest('[lang]').lang.toLowerCase().startsWith('zh')) faults.push(named(around));
    }}
    return faults;
}}"""
SIDEWAYS = """() => {
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= width) return [];
    return ['scrolls sideways: ' + [...document.body.querySelectorAll('*')]
        .filter(one => one.getBoundingClientRect().right > width + 1 && !one.closest('.q-table-box, .visually-hidden'))
        .map(one => `${one.tagName.toLowerCase()}.${one.className}`).slice(0, 6).join(', ')];
}"""
# The words of what is pressed stay inside it.
CLIPPED = f"""pressed => {{
    {WORDS}
    const lines = one => {{
        const texts = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), words = document.createRange(), all = [];
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {{
            if (!seen(text.parentElement)) continue;
            words.selectNodeContents(text);
            all.push(...words.getClientRects());
        }}
        return all;
    }};
    return [...document.querySelectorAll(pressed)].filter(seen).filter(one => {{
        const box = one.getBoundingClientRect();
        return lines(one).some(rect => rect.width > 1 && rect.height > 1 &&
            (rect.left < box.left - 1 || rect.right > box.right + 1 ||
                rect.top < box.top - 2 || rect.bottom > box.bottom + 2));
    }}).map(one => 'clipped: ' + named(one));
}}"""
SMALL = f"""([targets, least]) => {{
    {WORDS}
    return [...document.querySelectorAll(targets)].filter(seen)
        .filter(one => one.getBoundingClientRect().height < least - .1)
        .map(one => `only ${{one.getBoundingClientRect().height.toFixed(1)}} px: ${{named(one)}}`);
}}"""
SHAPE = """() => {
    const count = document.querySelectorAll('h1').length, first = document.querySelectorAll('main .btn-primary').length;
    return [...(count === 1 ? [] : [`${count} h1`]), ...(first > 1 ? [`${first} btn-primary`] : [])];
}"""
TWICE = "() => { document.documentElement.style.fontSize = '212.5%'; }"  # normal is 106.25 %
AS_IT_WAS = "() => { document.documentElement.style.fontSize = ''; }"


@dataclass(frozen=True)
class Frame:
    """How somebody looks at a page."""

    language: str
    width: int
    theme: Any

    def __str__(self) -> str:
        return f"{self.language}-{self.width}-{self.theme}"

    def put_on(self, page: Page) -> None:
        page.set_viewport_size({"width": self.width, "height": WIDTHS[self.width]})
        page.emulate_media(color_scheme=self.theme, reduced_motion="reduce")


FRAMES = [Frame(*parts) for parts in product(LANGUAGES, WIDTHS, THEMES)]


def faults_of(page: Page, frame: Frame) -> list[str]:
    """Everything that is not as it must be, as sentences."""
    page.evaluate(AXE)
    found: list[str] = page.evaluate(FINDINGS, RULES)
    found += page.evaluate(TONGUES)
    found += page.evaluate(SHAPE)
    found += page.evaluate(SMALL, [MAIN_TARGETS, LEAST])
    found += page.evaluate(SIDEWAYS) + page.evaluate(CLIPPED, PRESSED)
    page.evaluate(TWICE)
    found += [f"at 200 %: {fault}" for fault in page.evaluate(SIDEWAYS) + page.evaluate(CLIPPED, PRESSED)]
    page.evaluate(AS_IT_WAS)
    page.set_viewport_size({"width": NARROWEST, "height": 700})
    found += [f"at {NARROWEST} px: {fault}" for fault in page.evaluate(SIDEWAYS) + page.evaluate(CLIPPED, PRESSED)]
    frame.put_on(page)
    return found
