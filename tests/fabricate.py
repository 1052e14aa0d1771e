"""A small run folder with random but consistent numbers, for tests of report and terminal."""

import random
from pathlib import Path
from typing import Any

from parelha.tracking import RunFolder

TASKS = tuple(f"detect_outliers.iqr/k={k}/L1/s{s}" for k in (1.5, 3) for s in range(12))
_ACTIONS = ("clean_data", "analyse_statistics", "detect_outliers", "build_model")
_CODE = (
    '"""Outliers."""\n\n\ndef iqr_outliers(values: list[float]) -> list[float]:\n    return {}\n'
)


def fabricate_run(
    path: Path,
    *,
    steps: int = 4,
    planned: int | None = None,
    tasks_per_step: int = 2,
    gain: float = 0.3,
    evals: tuple[str, ...] = ("before", "after"),
    eval_episodes: int = 24,
    sha256: str = "ab" * 32,
    said: str = "Return the outliers.",
    seed: int = 0,
) -> RunFolder:
    """Write a whole run; its programs pass more often towards the end by `gain`."""
    rng = random.Random(seed)
    run = RunFolder.create(path)
    model = {"name": "tiny", "source": "memory", "sha256": sha256}
    run.write_config(
        {
            "config": {
                "name": path.name,
                "seed": seed,
                "lang": "en",
                "train": {"steps": planned or steps, "tasks_per_step": tasks_per_step},
                "model": {"coder": "tiny", "train_agents": ["coder", "reviewer"]},
                "reward": {"kind": "gated"},
            },
            "models": {"coder": model, "reviewer": model},
            "version": "0.1.0",
            "sandbox_level": 2,
        }
    )
    if "before" in evals:
        _write_eval(run, "before", 0, 0.2, count=eval_episodes, said=said, rng=rng)
    for step in range(1, steps + 1):
        chance = 0.2 + gain * (step - 1) / max(steps - 1, 1)
        rounds: list[dict[str, Any]] = []
        for task in rng.sample(TASKS, tasks_per_step):
            rounds += _tree(rng, step, task, chance, said, drafts=4, reviews=2)
        run.write_step(step, _metrics(step, rounds, rng), _timings(step, rng), rounds)
    if "after" in evals:
        _write_eval(run, "after", steps, 0.2 + gain, count=eval_episodes, said=said, rng=rng)
    return run


def _tree(
    rng: random.Random,
    step: int,
    task: str,
    chance: float,
    said: str,
    *,
    drafts: int,
    reviews: int,
) -> list[dict[str, Any]]:
    rows = [_program(rng, step, task, f"d{k}", chance, said) for k in range(drafts)]
    rounds = list(rows)
    for k, m in ((k, m) for k in range(drafts) for m in range(reviews)):
        name, passed = f"d{k}.r{m}", rows[k]["score"]["tests"]["outcome"] == "passed"
        approves = rng.random() < (0.7 if passed else 0.3)
        review = _round(step, task, name, "review", "approve" if approves else "", said)
        review["tool_calls"] = rng.choice([[], ["execute"], ["execute", "analyse_statically"]])
        review["tool_texts"] = ["Wrong on 1 of 2 examples:"] * len(review["tool_calls"])
        review["reward"] = rng.gauss(0.1, 0.2)
        review["components"] = {"improvement": review["reward"], "verdict": 0.0}
        rounds.append(review)
        if not approves:
            review.update(action="propose_refactoring", severity="major", review=said)
            better = min(1.0, chance + 0.1)
            rounds.append(_program(rng, step, task, f"{name}.d", better, said))
            rounds[-1]["kind"] = "revision"
            score = rounds[-1]["score"]
            score["program"] = score["program"].replace("values:", "data:") + "# Revised.\n"
    return rounds


def _program(
    rng: random.Random, step: int, task: str, name: str, chance: float, said: str
) -> dict[str, Any]:
    line = _round(step, task, name, "draft", rng.choice(_ACTIONS), said)
    passed = 12 if rng.random() < chance else rng.randint(0, 8)
    outcome = "passed" if passed == 12 else rng.choice(["wrong", "raised", "timeout"])
    finding = {
        "tool": "pylint",
        "code": "C0116",
        "message": said,
        "line": 1,
        "column": 0,
        "severity": "convention",
    }
    line["score"] = {
        "program": _CODE.format(said.encode("unicode_escape").decode()),
        "reason": "",
        "tests": {
            "passed": passed,
            "total": 12,
            "outcome": outcome,
            "details": [said] if passed < 12 else [],
            "cpu_seconds": 0.1,
            "sandbox_level": 2,
        },
        "analysis": {"findings": [finding], "pylint_score": 8.0, "structure": {"functions": 1}},
    }
    line["reward"] = 1.2 if passed == 12 else 0.5 * passed / 12
    line["components"] = {"correctness": line["reward"], "quality": 0.2 * (passed == 12)}
    line["turns"][-1]["advantage"] = rng.gauss(0.0, 1.0)
    return line


def _round(step: int, task: str, name: str, kind: str, action: str, said: str) -> dict[str, Any]:
    return {
        "step": step,
        "task": task,
        "name": name,
        "agent": "reviewer" if kind == "review" else "coder",
        "kind": kind,
        "action": action,
        "tool_calls": [],
        "tool_texts": [],
        "severity": None,
        "review": "",
        "reward": None,
        "components": {},
        "dropped": "",
        "turns": [
            {
                "kind": "action",
                "said": said,
                "answer": action,
                "tokens": 3,
                "finish": "action",
                "advantage": None,
            }
        ],
        "score": None,
    }


def _metrics(step: int, rounds: list[dict[str, Any]], rng: random.Random) -> dict[str, Any]:
    metrics: dict[str, Any] = {"step": step, "episodes": 16, "samples_dropped": 0}
    for kind in ("draft", "revision", "review"):
        rewards = [r["reward"] for r in rounds if r["kind"] == kind]
        metrics[f"reward/{kind}"] = sum(rewards) / len(rewards) if rewards else None
    drafts = [r["score"]["tests"]["outcome"] == "passed" for r in rounds if r["kind"] == "draft"]
    metrics["pass_rate/draft"] = metrics["pass_rate/final"] = sum(drafts) / len(drafts)
    metrics["component/draft/correctness"] = metrics["reward/draft"]
    metrics["component/review/verdict"] = 0.05
    for agent, kinds in (("coder", ("draft",)), ("reviewer", ("review",))):
        chosen = [r["action"] for r in rounds if r["kind"] in kinds]
        for action in sorted(set(chosen)):
            metrics[f"action/{agent}/{action}"] = chosen.count(action) / len(chosen)
    for key in ("right_action_rate", "approve_rate", "verdict_accuracy", "cut_rate"):
        metrics[key] = rng.random()
    for agent in ("coder", "reviewer"):
        metrics[f"entropy/{agent}"] = 1.3 - 0.05 * step
        metrics[f"ba_norm/{agent}"] = 0.02 * step
        metrics[f"grad_norm/{agent}"] = rng.random()
        metrics[f"loss/{agent}"] = rng.gauss(0.0, 0.01)
        metrics[f"groups_dropped/{agent}"] = rng.randint(0, 3)
    return metrics


def _timings(step: int, rng: random.Random) -> dict[str, Any]:
    seconds = 60.0 + 20.0 * rng.random()
    return {
        "step": step,
        "seconds": seconds,
        "generate_seconds": 0.6 * seconds,
        "grade_seconds": 0.1 * seconds,
        "update_seconds": 0.3 * seconds,
        "tokens_per_second": 55.0 + rng.random(),
        "peak_rss_bytes": 5 * 2**30,
    }


def _write_eval(
    run: RunFolder,
    which: str,
    step: int,
    chance: float,
    *,
    count: int,
    said: str,
    rng: random.Random,
) -> None:
    rounds: list[dict[str, Any]] = []
    episodes = []
    for number in range(count):
        task = TASKS[number % len(TASKS)]
        tree = _tree(rng, step, task, chance, said, drafts=1, reviews=1)
        rounds += tree
        draft, final = tree[0]["score"]["tests"], tree[-1]["score"] or tree[0]["score"]
        final = final["tests"]
        episodes.append(
            {
                "task": task,
                "family": "detect_outliers.iqr",
                "split": ("heldout_seeds", "heldout_params")[number % 2],
                "draft_share": draft["passed"] / 12,
                "draft_passed": draft["outcome"] == "passed",
                "final_share": final["passed"] / 12,
                "final_passed": final["outcome"] == "passed",
                "approved": tree[1]["action"] == "approve",
                "tokens": 200,
            }
        )
    run.write_eval(which, {"step": step, "temperature": 0.7, "episodes": episodes}, rounds)
