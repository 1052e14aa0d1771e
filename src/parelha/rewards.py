"""Scores to the reward of each round: named, bounded components.

`gated` puts correctness first: a program that fails a hidden case is worth less than 0.5, one that
passes all is worth 1 plus quality, so no style ever outranks a pass. `slides` is the deck's own
formula with its known faults, kept for replication. docs/rewards.md has the formulas.
"""

from collections.abc import Sequence

from parelha.agents.channel import copied
from parelha.agents.turns import Branch, Round, Tree
from parelha.config import RewardConfig
from parelha.errors import UsageError
from parelha.own_modules import load_module
from parelha.types import Analysis, Outcome, ReviewerAction, Score

# A suppression, or a piece of dynamic code, counts as this many violations.
_SUPPRESSION = 2
# Violations that bring a tool's quality to 0. A count and not a density: padding a program never
# dilutes it.
_WORST = 10
_WORST_STRUCTURE = 3  # the same of deficits in structure
_PYLINT_ERROR = 5
# What a function without docstring and annotations costs, a call of it included; a lambda in its
# place, which no tool asks for either, costs the same.
_BARE_FUNCTION = {"pylint": 1, "flake8": 0, "mypy": 2}
_BARE_DEFICITS = 2
_MAX_CYCLOMATIC = 10  # McCabe's own limit (IEEE TSE 2(4), 1976)
_MAX_COGNITIVE = 15  # SonarSource's default for a function
_MAX_LENGTHS = 3  # times the reference's lines of code ...
_SLACK_LINES = 20  # ... and this many more
_CRITICAL_PHRASES = ("too long", "too many", "maintainability", "unused", "modularization")
_MYPY_PHRASES = ("no-untyped-def", "incompatible type", "callable", "invalid syntax")


def reward_trees(trees: Sequence[Tree], config: RewardConfig) -> None:
    """Fill reward and components of every round of a step, in place.

    A round whose own score, or one that its reward is measured from, was lost to a fault of the
    machine is marked dropped and gets no reward.
    """
    for tree in trees:
        for row in tree.branches:
            _reward_row(row, config)


def _reward_row(row: list[Branch], config: RewardConfig) -> None:
    """All branches of one draft."""
    draft = row[0].draft
    _reward_program(draft, [b.reviews[0] for b in row if b.reviews], config)
    for branch in row:
        programs = [draft, *branch.revisions]
        for i, review in enumerate(branch.reviews):
            before = programs[i]
            after = programs[i + 1] if i + 1 < len(programs) else before
            if i > 0:
                _reward_program(before, [review], config)
            _reward_review(review, before, after, config)
        if len(branch.revisions) == len(branch.reviews) and branch.revisions:
            _reward_program(branch.revisions[-1], [], config)
        for before, revision in zip(programs, branch.revisions, strict=False):
            if before.reward is None:
                _drop(revision, "its draft has no score")
    whole = [b for b in row if not b.was_cut_short]
    finals = [b.final.reward for b in whole if b.final.reward is not None]
    if config.draft_final_weight and draft.reward is not None and finals:
        w = config.draft_final_weight
        draft.components["final"] = sum(finals) / len(finals)
        draft.reward = (1 - w) * draft.reward + w * draft.components["final"]


def _reward_program(play: Round, reviews: Sequence[Round], config: RewardConfig) -> None:
    """The coder's reward of one draft or revision: its own score."""
    if play.score is None or play.dropped:
        _drop(play, "no score")
        return
    play.components = components(play.score, reviews, config)
    play.reward = combine(play.components, config)


def _reward_review(review: Round, before: Round, after: Round, config: RewardConfig) -> None:
    """The reviewer's reward: what its review changed, its verdict, and the cost of its tools.

    Approving says that the program passes, a written review of any severity that it fails; one
    that was asked for says neither.
    """
    if review.dropped or before.score is None or after.score is None:
        _drop(review, "a program has no score")
        return
    improvement = program_value(after.score, config) - program_value(before.score, config)
    right = (review.action == ReviewerAction.APPROVE) == before.score.all_passed
    taken = copied(after.score.program, before.score.program, review.review)
    review.components = {
        "improvement": improvement,
        **({} if review.is_forced else {"verdict": 1.0 if right else -1.0}),
        "tools": float(len(review.tool_calls)),
    } | ({"copied": taken} if taken else {})
    review.reward = (
        paid(review.components)
        + config.verdict_weight * review.components.get("verdict", 0.0)
        - config.tool_cost * review.components["tools"]
    )


def paid(review: dict[str, float]) -> float:
    """What a review is paid for its text, from its components.

    What got better is paid as far as the revision is no copy of the review: a reviewer that solves
    the task itself teaches the coder nothing. What got worse it answers for, copied or not.
    """
    improvement = review["improvement"]
    return improvement * (1 - review.get("copied", 0.0)) if improvement > 0 else improvement


def _drop(play: Round, reason: str) -> None:
    play.dropped = play.dropped or f"infrastructure: {reason}"
    play.reward, play.components = None, {}


def program_value(score: Score, config: RewardConfig) -> float:
    """What a program is worth by its own score, whatever any review said of it."""
    return combine(components(score, (), config), config)


def combine(parts: dict[str, float], config: RewardConfig) -> float:
    """One number from the named components of `components`."""
    if config.kind != "gated":
        return (
            parts["pylint"]
            + parts["structure"]
            - (parts["flake8"] + parts["mypy"] + parts["feedback"])
        )
    return parts["correctness"] + config.quality_weight * parts["quality"]


def components(score: Score, reviews: Sequence[Round], config: RewardConfig) -> dict[str, float]:
    """The named components of a program.

    Args:
        score: of the program.
        reviews: the reviews of this program, for the feedback component.
        config: which reward, and the weights.

    Returns:
        For `gated`: correctness (0 to 0.5 exclusive, or 1), quality (0 to 1; 0 unless all cases
        pass) and its parts pylint, flake8, mypy, structure, feedback (each 0 to 1), and efficiency
        (0 to 1) where it has a weight and was measured, and those of `reward.own`. For the others:
        pylint, flake8, mypy, feedback and structure as the deck counts them.

    Raises:
        UsageError: a component of a user's own is not from 0 to 1.
    """
    if config.kind != "gated":
        return _slides(score, reviews, raw=config.kind == "slides_raw")
    parts = {"correctness": _correctness(score), "quality": 0.0}
    if score.analysis is None:
        return parts
    analysis = score.analysis
    suppressed = _SUPPRESSION * (analysis.structure.suppressions + analysis.structure.dynamic)
    quality = {
        **{tool: _falling(_points(analysis, tool) + suppressed) for tool in _BARE_FUNCTION},
        "structure": _falling(structure_deficits(score), _WORST_STRUCTURE),
        "feedback": _feedback(score, reviews),
    }
    weights = {
        "pylint": config.pylint_weight,
        "flake8": config.flake8_weight,
        "mypy": config.mypy_weight,
        "structure": config.structure_weight,
        "feedback": config.feedback_weight,
    }
    for module, weight in config.own.items():
        name = module.rpartition(".")[2]
        quality[name], weights[name] = _own(module, score, reviews), weight
    if config.efficiency_weight > 0 and score.efficiency is not None:
        # Left out where a task has no large inputs: then it is missing for all its programs.
        quality["efficiency"] = score.efficiency.score
        weights["efficiency"] = config.efficiency_weight
    if _unread(score):
        # The tools have read something else than what ran. In the open the same code would earn
        # this or more.
        quality = dict.fromkeys(quality, 0.0)
    total = sum(weights.values())
    if score.all_passed and total > 0:
        parts["quality"] = sum(w * quality[k] for k, w in weights.items()) / total
    return parts | quality


def _own(module: str, score: Score, reviews: Sequence[Round]) -> float:
    """A component of a user's own."""
    component = load_module(module, "value").value
    try:
        found = float(component(score, reviews))
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise UsageError(f"reward.own: {module} failed: {said}") from error
    if not 0.0 <= found <= 1.0:
        raise UsageError(f"reward.own: {module} gave {found}, a component is from 0 to 1")
    return found


def _unread(score: Score) -> bool:
    """Whether the program ran code that does not stand in its text."""
    return score.tests is not None and score.tests.unread


def _correctness(score: Score) -> float:
    """1 when all cases pass, else half its credit over a trivial answer; 0 if it hung."""
    if score.tests is None:
        return 0.0
    if score.all_passed:
        return 1.0
    if score.tests.outcome is Outcome.TIMEOUT:
        return 0.0
    return 0.5 * score.tests.credit


def _points(analysis: Analysis, tool: str) -> int:
    """Violations of one tool, weighted; a tool that the program brought down is at its worst."""
    severities = [f.severity for f in analysis.findings if f.tool == tool]
    if not {"fatal", "blocking"}.isdisjoint(severities):
        return _WORST
    bare = _BARE_FUNCTION[tool] * analysis.structure.lambdas
    if tool == "mypy":  # it would have said this of the same code in the open
        bare += analysis.structure.untyped + analysis.structure.unseen
    if tool != "pylint":
        return bare + analysis.count(tool)
    return bare + sum(_PYLINT_ERROR if severity == "error" else 1 for severity in severities)


def _falling(violations: int, worst: int = _WORST) -> float:
    return 1.0 - min(1.0, violations / worst)


def structure_deficits(score: Score) -> int:
    """What is wrong with a program's structure, one for each; never negative.

    Deficits, not shares: a heap of well-formed dummies does not outweigh one bare function. And
    only deficits: nothing here is earned by more functions, or by fewer lines than others need.
    """
    if score.analysis is None or not score.analysis.structure.functions:
        return _WORST_STRUCTURE
    s = score.analysis.structure
    longest = _MAX_LENGTHS * score.reference_lines + _SLACK_LINES
    return sum(
        (
            s.functions - s.documented,
            s.functions - s.annotated,
            _BARE_DEFICITS * s.lambdas,
            not s.returning,
            s.cyclomatic > _MAX_CYCLOMATIC or s.cognitive > _MAX_COGNITIVE,
            s.unreachable,
            score.unused,
            score.reference_lines > 0 and s.lines > longest,
        )
    )


def _feedback(score: Score, reviews: Sequence[Round]) -> float:
    """1 minus the share of reviews that are critical *and* confirmed by tests or tools."""
    verdicts = [r for r in reviews if r.action]  # without those a fault of the machine cut short
    if not verdicts or not confirmed(score):
        return 1.0
    critical = sum(r.severity in ("major", "critical") for r in verdicts)
    return 1.0 - critical / len(verdicts)


def confirmed(score: Score) -> bool:
    """True when something measurable is wrong: a failed case, hidden code, a real lint error."""
    if not score.all_passed or _unread(score):
        return True
    findings = score.analysis.findings if score.analysis else ()
    return any(
        f.severity in ("error", "fatal") or (f.tool == "flake8" and f.code.startswith("F"))
        for f in findings
    )


def _slides(score: Score, reviews: Sequence[Round], *, raw: bool) -> dict[str, float]:
    """The deck's components (notebooks; see the faults listed in docs/rewards.md)."""
    if score.analysis is None:
        return {"pylint": 0.2, "flake8": 1.0, "mypy": 1.0, "structure": 0.0, "feedback": 0.0}
    findings = score.analysis.findings
    # The notebooks turn 0.0 into 1.0. On what is no Python pylint gives no score, which stays 0.0.
    pylint = score.analysis.pylint_score or 1.0
    if raw and score.analysis.pylint_score is None:
        pylint = 0.0
    mypy = [
        f"{f.message} {f.code}".lower() for f in findings if f.tool == "mypy" and f.code != "syntax"
    ]
    # Before mypy had a parser of its own it said a syntax error in one line, in Python's words, as
    # flake8 does.
    mypy += [f.message.lower() for f in findings if f.code == "E999"][:1]
    text = " ".join(review.review.lower() for review in reviews)
    parts = {
        "pylint": pylint / 5,
        "flake8": float(len({f.code for f in findings if f.tool == "flake8"})),
        "mypy": float(sum(any(p in line for p in _MYPY_PHRASES) for line in mypy)),
        "structure": float(score.analysis.structure.keywords),
        "feedback": float(sum(phrase in text for phrase in _CRITICAL_PHRASES)),
    }
    # What brings a tool down gains nothing by it; the notebooks knew no limits.
    down = {f.tool for f in findings if f.severity == "fatal"}
    return parts | {tool: 0.0 if tool == "pylint" else float(_WORST) for tool in down}
