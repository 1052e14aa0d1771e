"""Text for the terminal on one program's score, and on one task."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from parelha.config import RewardConfig
from parelha.report.text import printable
from parelha.rewards import components
from parelha.tasks import expected
from parelha.types import Lang, Score, Task


def score_record(path: str, task_id: str, score: Score) -> dict[str, Any]:
    """What ``score --json`` prints of one file.

    Components are those of the `gated` reward; what depends on tests is left out without a task.
    """
    named = components(score, (), RewardConfig())
    named.pop("feedback", None)
    if score.tests is None:
        named = {name: v for name, v in named.items() if name not in ("correctness", "quality")}
    analysis = score.analysis
    return {
        "file": path,
        "task": task_id or None,
        "passed": score.all_passed if score.tests else None,
        "why": _why(score),
        "tests": _plain_tests(score),
        "components": named,
        "pylint_score": analysis.pylint_score if analysis else None,
        "findings": [dataclasses.asdict(f) for f in analysis.findings] if analysis else [],
        "structure": dataclasses.asdict(analysis.structure) if analysis else None,
        "unused": score.unused,
        "reference_lines": score.reference_lines,
        "sandbox_level": score.tests.sandbox_level if score.tests else None,
    }


def score_text(record: Mapping[str, Any], score: Score) -> str:
    """One file's score for a reader."""
    lines = [str(record["file"])]
    tests = record["tests"]
    if tests:
        lines.append(
            f"  hidden cases: {tests['passed']} of {tests['total']} passed "
            f"(sandbox level {record['sandbox_level']})"
        )
        lines += [f"    {detail}" for detail in tests["details"][:3]]
    if record["pylint_score"] is not None:
        lines.append(f"  pylint score: {record['pylint_score']:.2f}")
    if score.analysis:
        counts = (f"{tool} {score.analysis.count(tool)}" for tool in ("pylint", "flake8", "mypy"))
        lines.append(f"  findings: {', '.join(counts)}")
        lines += [
            f"    {f.line}: {f.tool} {f.code} {f.message}" for f in score.analysis.findings[:20]
        ]
    named = ", ".join(f"{name} {value:.2f}" for name, value in record["components"].items())
    return printable("\n".join([*lines, f"  components: {named}", *_structure(score)])) + "\n"


def _structure(score: Score) -> list[str]:
    if score.analysis is None:
        return []
    found = score.analysis.structure
    beside = f" (reference {score.reference_lines})" if score.reference_lines else ""
    return [
        f"  structure: lines {found.lines}{beside}, functions {found.functions}, unused"
        f" {score.unused}, unreachable {found.unreachable}, cyclomatic {found.cyclomatic},"
        f" cognitive {found.cognitive}"
    ]


def task_text(task: Task, lang: Lang) -> str:
    """One task as the agents meet it."""
    lines = [
        task.id,
        f"{task.action}, level {task.level}, {task.split}",
        "",
        task.statement[lang],
        "",
        task.signature,
        "",
    ]
    for case in task.examples:
        call = f"{task.entry_point}({', '.join(map(repr, case.args))})"
        lines += [f">>> {call}", repr(expected(task, case.args))]
    return "\n".join(lines)


def _why(score: Score) -> str | None:
    if score.reason:
        return score.reason
    if score.tests is None or score.all_passed:
        return None
    return score.tests.details[0] if score.tests.details else str(score.tests.outcome)


def _plain_tests(score: Score) -> dict[str, Any] | None:
    if score.tests is None:
        return None
    return {
        "passed": score.tests.passed,
        "total": score.tests.total,
        "share": score.tests.share,
        "outcome": str(score.tests.outcome),
        "details": list(score.tests.details),
        "cpu_seconds": score.tests.cpu_seconds,
    }
