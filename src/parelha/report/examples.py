"""A few whole episodes to read, chosen because they say something."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from parelha.files import Line
from parelha.report.records import Episode, Run, count_findings, join_rounds
from parelha.tracking import RunFolder, step_name


@dataclass(frozen=True)
class Part:
    """One round as it is shown.

    Attributes:
        heading: ``Draft``, ``Review`` or ``Revision``.
        choice: the action, in words.
        prompt: what the agent was given first.
        tools: (name, output) of every tool call.
        facts: short figures: tests, linters, reward.
        passed: of a program; None for a review or where nothing was graded.
    """

    heading: str
    choice: str
    prompt: str
    tools: list[tuple[str, str]]
    text: str
    is_code: bool
    facts: list[str]
    passed: bool | None


@dataclass(frozen=True)
class Example:
    """An episode to read, and why it was chosen."""

    why: str
    task: str
    step: int
    parts: list[Part]


def choose_example(run: Run) -> Example | None:
    """The latest episode of the first kind that the run has; None without any."""
    kinds = ((why, e) for why, is_it in _KINDS.items() for e in reversed(run.episodes) if is_it(e))
    for why, episode in kinds:
        last_review = episode.reviews[-1].name if episode.reviews else ""
        leaf = max(episode.draft.name, last_review, episode.final.name, key=len)
        names = (episode.task, episode.draft.name, leaf)
        for chain in join_rounds(RunFolder(run.path).read_rounds(step_name(episode.step))):
            if names == (str(chain[0]["task"]), chain[0]["name"], chain[-1]["name"]):
                return Example(why, episode.task, episode.step, [part_of(line) for line in chain])
    return None


def _gained(episode: Episode) -> float:
    return (episode.final.share or 0.0) - (episode.draft.share or 0.0)


def _approved(episode: Episode) -> bool:
    return bool(episode.reviews) and episode.reviews[-1].action == "approve"


_KINDS: dict[str, Callable[[Episode], bool]] = {
    "The review turned a failing draft into a passing program": (
        lambda e: e.final.passed and not e.draft.passed
    ),
    "The review helped": lambda e: _gained(e) > 0,
    "The first draft was right": lambda e: e.draft.passed,
    "The reviewer approved a wrong draft": lambda e: _approved(e) and not e.draft.passed,
    "The review did harm": lambda e: _gained(e) < 0,
    "It stayed wrong": lambda e: not e.final.passed and not _approved(e),
}


def part_of(line: Line) -> Part:
    """A round on record as it is shown."""
    turns: list[dict[str, Any]] = line.get("turns") or []
    score: dict[str, Any] = line.get("score") or {}
    is_code = line["kind"] != "review"
    answer = str(turns[-1]["answer"]) if turns else ""
    text = (score.get("program") or answer) if is_code else str(line.get("review") or "")
    choice = str(line.get("action") or "").replace("_", " ")
    if line.get("severity"):
        choice += f", {line['severity']}"
    return Part(
        heading=str(line["kind"]).capitalize(),
        choice=choice,
        prompt=str(turns[0]["said"]) if turns else "",
        tools=list(
            zip(
                (str(t).replace("_", " ") for t in line.get("tool_calls") or ()),
                (str(t) for t in line.get("tool_texts") or ()),
                strict=False,
            )
        ),
        text=text,
        is_code=is_code,
        facts=[*score_facts(score), *reward_facts(line)],
        passed=(score.get("tests") or {}).get("outcome") == "passed" if score else None,
    )


def score_facts(score: dict[str, Any]) -> list[str]:
    """What tests and linters measured on a program, in a few words each."""
    facts = [f"no program: {score['reason']}"] if score.get("reason") else []
    tests = score.get("tests")
    if tests:
        facts.append(f"hidden cases {tests['passed']} of {tests['total']}")
        if tests["outcome"] not in ("passed", "no_program"):
            facts.append(str(tests["outcome"]).replace("_", " "))
    analysis = score.get("analysis")
    if analysis:
        if analysis.get("pylint_score") is not None:
            facts.append(f"pylint score {analysis['pylint_score']:.2f}")
        counts = count_findings(analysis.get("findings") or [])
        facts += [f"{tool} {counts[tool]}" for tool in ("flake8", "mypy")]
    return facts


def reward_facts(line: Line) -> list[str]:
    """What a round was paid, with its components and the advantages of its turns."""
    if line.get("reward") is None:
        return [f"dropped: {line['dropped']}"] if line.get("dropped") else []
    parts = ", ".join(
        f"{name.replace('_', ' ')} {value:+.2f}"
        for name, value in (line.get("components") or {}).items()
        if value is not None
    )
    facts = [f"reward {line['reward']:+.3f}" + (f" ({parts})" if parts else "")]
    learned = [
        f"{turn['kind']} {turn['advantage']:+.2f}"
        for turn in line.get("turns") or []
        if turn.get("advantage") is not None
    ]
    return facts + ([f"advantage of {', '.join(learned)}"] if learned else [])
