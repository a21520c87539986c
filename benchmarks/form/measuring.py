"""The page of results: each goal of the form that needs no browser, and where the others are tested."""

from __future__ import annotations

from importlib.metadata import version

from benchmarks import repair
from benchmarks.form import plans, saving, speed, weight
from benchmarks.form.ground import Ground, prepared
from benchmarks.report import Report, written_by
from surveys.selectors.structure import structure_of

KB = 1024
MATRICES = 2000  # of each size, for the repairs
_ELSEWHERE = (
    ("taps and keys for one comparison, bytes on the wire", "tests/browser/test_form_goals.py"),
    ("taps from the link to the first stored answer", "tests/browser/test_expert_journey.py"),
    ("lost answers over cuts, tabs, reloads, sessions", "tests/browser/test_lost_answers.py"),
    ("axe on every page, state, language, width and theme", "tests/browser/test_states.py"),
    ("JavaScript off, keyboard alone", "tests/browser/test_no_script.py, tests/browser/test_keyboard.py"),
    ("requests to another host", "tests/browser/conftest.py, in every test"),
)


def measured() -> tuple[Report, str]:
    """Everything, on freshly prepared ground."""
    ground = prepared()
    report = Report(speed.LITE)
    _speed(report, ground)
    _first_load(report, ground)
    _answer(report, ground)
    _saving(report, ground)
    _repair(report)
    _plans(report, ground)
    report.section("Tested in a browser", "`make bench-form` plays the first and the third afterwards.")
    report.table("goal | test", [f"{goal} | {test}" for goal, test in _ELSEWHERE])
    told = "Pages are asked through every middleware in one process and take turns; only ratios within a table count."
    return (
        report,
        f"{written_by('make bench-form', ', '.join(f'{it} {version(it)}' for it in ('django', 'numpy')))} {told}",
    )


def _speed(report: Report, ground: Ground) -> None:
    found = speed.page_times(ground)
    report.section(
        "CPU of a page", "The matrix of eleven items, 55 pairs; the bare page has frame, cookie and two queries."
    )
    report.timings(found)
    bare, radios = found[speed.LITE].median, found[speed.RADIOS].median
    report.lines += [
        "",
        f"The bare page alone costs {bare / radios:.2f} of the one with radio buttons, so no page in this frame can "
        "cost a fifth of it: the goal is held where the buttons are drawn. Without a page around them:",
        "",
    ]
    for name in (speed.CARD, speed.ROWS):
        report.goal(f"{name}: CPU of the bare page", found[name].median / bare, "at most", 1.7)
    drawn = speed.drawing_times(ground)
    report.timings(drawn, ours=speed.OURS)
    share = drawn[speed.OURS].median / drawn[speed.TEMPLATE].median
    report.goal("357 radio buttons as we draw them: of the template engine", share, "at most", 0.2)


def pages(ground: Ground) -> dict[str, str]:
    """Where an expert may come in."""
    own = {name: it for name, it in speed.addresses(ground).items() if not it.startswith("/bench/")}
    return {"start": ground.link, **own, "review": ground.address("review")}


def _first_load(report: Report, ground: Ground) -> None:
    found = {name: weight.first_load(ground.visitor, address) for name, address in pages(ground).items()}
    report.section("First load", "KB as sent with gzip, everything the page names; nothing kept from an earlier page.")
    rows = [
        " | ".join([name, *(f"{size / KB:.1f}" for size in
                    (it.html, it.html_compressed, it.css, it.javascript, it.images, it.total))])
        for name, it in found.items()
    ]  # fmt: skip
    report.table("page | HTML | HTML, were it compressed | CSS | JavaScript | images | sum", rows)
    report.goal("first load in KB, heaviest page", max(it.total for it in found.values()) / KB, "at most", 60)
    own = max(it.own_javascript for it in found.values()) / KB
    report.goal("own JavaScript in KB, heaviest page", own, "at most", 15)


def _answer(report: Report, ground: Ground) -> None:
    ways = {"script": weight.answer_by_script(ground), "form, without script": weight.answer_by_form(ground)}
    report.section(
        "One answer",
        "Bytes with every header of a Chromium; statements beside the cookie's look-up and BEGIN / COMMIT.",
    )
    rows = [
        f"{name} | {it.sent} | {it.received} | {it.size} | {it.transactions} | {len(it.work)}"
        for name, it in ways.items()
    ]
    report.table("way | request | response | both | transactions | reads and writes", rows)
    script = ways["script"]
    report.goal("one answer in KB, request and response", script.size / KB, "at most", 2)
    for name, it in ways.items():
        report.goal(f"one answer by {name}: transactions", it.transactions, "at most", 1)
    report.goal("one answer by script: reads and writes", len(script.work), "at most", 4)


def _saving(report: Report, ground: Ground) -> None:
    found = saving.rates(ground)
    report.section("Answers a second", "One after another in one process, by the clock, each on the disk when told.")
    bare = found[saving.BARE]
    rows = [f"{name} | {rate:.0f} | {rate / bare:.2f}" for name, rate in found.items()]
    report.table("what | a second | of the bare view", rows)
    report.goal("answers saved a second: of a bare view", found[saving.OURS] / bare, "at least", 0.6)


def _repair(report: Report) -> None:
    report.section("Repair", f"Whoever failed takes hints one after another. {MATRICES:,} matrices of each size.")
    for name, way in repair.WAYS.items():
        found = repair.simulate(MATRICES, way)
        report.lines += [f"### {name.capitalize()}", ""]
        report.table(repair.HEAD, repair.rows_of(found))
        report.lines.append("")
        if way is repair.first:
            for it in found:
                report.goal(f"{it.n} items: repaired within 3 hints", it.within(3), "at least", 0.9)


def _plans(report: Report, ground: Ground) -> None:
    structure = structure_of(ground.survey.edition)
    sizes = [len(structure.items_of(node.pk)) for node in structure.nodes]
    report.section("Questions", "The demo's tree. Error: of the global weights, simulated, over that of every pair.")
    rows = []
    for plan in plans.plans(sizes):
        asked = ", ".join(f"{n}: {k}" for n, k in plan.asked.items())
        precision = ", ".join(f"{n}: {ratio:.2f}" for n, ratio in plan.precision.items()) or "1"
        rows.append(f"{plan.name} | {plan.total} | {plan.minutes} | {asked} | {precision} | {plan.error:.3f}")
    report.table("plan | questions | minutes | pairs of a matrix of n items | predicted error of it | error", rows)
