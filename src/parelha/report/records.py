"""A run as the report reads it: episodes put together again from the rounds on record."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from parelha.files import Line
from parelha.tracking import RunFolder, step_name

BENCHMARK = "benchmark."  # the families of public benchmarks begin with it

# Family, id, and how often that task was played before.
TaskKey = tuple[str, str, int]

_Record = TypeVar("_Record", bound=Mapping[str, Any])


@dataclass(frozen=True)
class Program:
    """What is kept of one program's round (draft or revision); its text stays on the disk.

    Attributes:
        reward: None where the sample was dropped.
        share: of hidden cases passed; None where the program was not graded.
        passed: every hidden case.
        outcome: how it ended, or the reason why there was no program.
        findings: number of findings by tool; empty where nothing was analysed.
        pylint_score: -10 to 10, None where pylint could not read the program.
    """

    name: str
    reward: float | None
    share: float | None
    passed: bool
    outcome: str
    findings: dict[str, int] = field(default_factory=dict)
    pylint_score: float | None = None


@dataclass(frozen=True)
class Review:
    """What is kept of one review's round."""

    name: str
    action: str
    severity: str | None
    reward: float | None


@dataclass(frozen=True)
class Episode:
    """A draft, its reviews and revisions in turn.

    Attributes:
        step: 1 for the first step of training.
        draft: shared with the other episodes of the same draft.
        final: the episode's last program; the draft itself where the reviewer approved.
    """

    step: int
    task: str
    draft: Program
    reviews: tuple[Review, ...]
    final: Program

    @property
    def tree(self) -> tuple[int, str]:
        """The tree it belongs to."""
        return self.step, self.task

    @property
    def branch(self) -> tuple[int, str, str]:
        """The draft it belongs to."""
        return self.step, self.task, self.draft.name


@dataclass(frozen=True)
class Run:
    """A run folder, read.

    Attributes:
        record: ``config.json``.
        metrics: one per complete step.
        timings: one per complete step.
        episodes: of all complete steps, in order.
        before: table of the evaluation before training, or None.
        after: table of the evaluation after it, or None.
        label: its name beside runs of the same name; "" for its own.
    """

    path: Path
    record: Line
    metrics: list[Line]
    timings: list[Line]
    episodes: list[Episode]
    before: Line | None
    after: Line | None
    label: str = ""

    @property
    def name(self) -> str:
        """What the run is called."""
        return self.label or str(self.record["config"].get("name") or self.path.name)

    @property
    def agents(self) -> tuple[str, ...]:
        """Names of the roles that played."""
        return tuple(self.record.get("models") or ("coder", "reviewer"))

    @property
    def is_untrained(self) -> bool:
        """Whether it ends with the evaluation before training, as an arm of an experiment."""
        return bool(self.record.get("untrained"))

    @property
    def steps(self) -> int:
        """Complete steps."""
        return int(self.metrics[-1]["step"]) if self.metrics else 0

    @property
    def planned_steps(self) -> int:
        """Steps the configuration asks for."""
        return int(self.record["config"].get("train", {}).get("steps", 0))

    @property
    def drafts(self) -> list[tuple[Episode, Program]]:
        """Every draft once, with one of its episodes."""
        seen = {episode.branch: episode for episode in reversed(self.episodes)}
        return [(e, e.draft) for e in reversed(seen.values())]


def read_run(path: Path) -> Run:
    """Read a run, finished or not; raises UsageError where there is none or it is damaged."""
    folder = RunFolder.open(path)
    record = folder.read_config()
    metrics = folder.read_metrics()
    episodes: list[Episode] = []
    for line in metrics:
        episodes += join_episodes(folder.read_rounds(step_name(line["step"])))
    return Run(
        path=path,
        record=record,
        metrics=metrics,
        timings=folder.read_timings(),
        episodes=episodes,
        before=folder.read_eval("before"),
        after=folder.read_eval("after"),
    )


def by_task(episodes: Iterable[_Record]) -> dict[TaskKey, _Record]:
    """Evaluated episodes by what identifies their task, so that two tables can be paired.

    Suites may call different tasks alike, whose families then differ.
    """
    found: dict[TaskKey, _Record] = {}
    times: Counter[tuple[str, str]] = Counter()
    for episode in episodes:
        task = str(episode.get("family") or ""), str(episode["task"])
        found[*task, times[task]] = episode
        times[task] += 1
    return found


def cluster_of(record: Mapping[str, Any]) -> str:
    """What an evaluated episode is alike with: its family, or its task in a public benchmark."""
    family = str(record.get("family") or BENCHMARK)  # early runs did not record it
    return str(record["task"]) if family.startswith(BENCHMARK) else family


def group_of(record: Mapping[str, Any]) -> str:
    """What an evaluated episode is reported with: its split, or its public benchmark."""
    family = str(record.get("family") or "")
    if not family.startswith(BENCHMARK):
        return str(record["split"])
    # However its tests are run, a benchmark is one.
    return family.removeprefix(BENCHMARK).removesuffix(" (in-process)")


def join_episodes(rounds: Iterable[Line]) -> list[Episode]:
    """Put episodes together from rounds, whose names say where in the tree they stand.

    Reviews of stored drafts, and hinted drafts, are no episodes: `Run.metrics` says what they were
    like.
    """
    episodes = []
    for chain in join_rounds(rounds):
        programs = [read_program(r) for r in chain if r["kind"] != "review"]
        if not programs or chain[0]["kind"] != "draft":
            # Stored drafts are chosen by what they are worth, and would bend every curve, as would
            # hinted ones.
            continue
        episodes.append(
            Episode(
                step=int(chain[0].get("step") or 0),
                task=str(chain[0]["task"]),
                draft=programs[0],
                reviews=tuple(read_review(r) for r in chain if r["kind"] == "review"),
                final=programs[-1],
            )
        )
    return episodes


def join_rounds(rounds: Iterable[Line]) -> list[list[Line]]:
    """Chains of rounds, draft to last revision, one per episode, in the order of the record.

    A round's name begins with its predecessor's: ``d0``, ``d0.r1``, ``d0.r1.d``. A task may be
    played twice in an evaluation: a draft whose name was seen begins a new tree.
    """
    trees: list[tuple[str, dict[str, Line]]] = []
    open_tree: dict[str, int] = {}
    for line in rounds:
        task, name = str(line["task"]), str(line["name"])
        if task not in open_tree or name in trees[open_tree[task]][1]:
            open_tree[task] = len(trees)
            trees.append((task, {}))
        trees[open_tree[task]][1][name] = line
    chains: list[list[Line]] = []
    for _, by_name in trees:
        inner = {name.rsplit(".", 1)[0] for name in by_name if "." in name}
        for leaf in (name for name in by_name if name not in inner):
            parts = leaf.split(".")
            names = [".".join(parts[: i + 1]) for i in range(len(parts))]
            chains.append([by_name[name] for name in names if name in by_name])
    return chains


def read_program(line: Line) -> Program:
    """A draft's or revision's round without its texts."""
    score: dict[str, Any] = line.get("score") or {}
    tests: dict[str, Any] = score.get("tests") or {}
    analysis: dict[str, Any] = score.get("analysis") or {}
    total = tests.get("total") or 0
    outcome = str(
        score.get("reason") or tests.get("outcome") or line.get("dropped") or "not graded"
    )
    return Program(
        name=str(line["name"]),
        reward=line.get("reward"),
        share=tests["passed"] / total if total else None,
        passed=tests.get("outcome") == "passed",
        outcome=outcome,
        findings=count_findings(analysis.get("findings") or []) if analysis else {},
        pylint_score=analysis.get("pylint_score"),
    )


def read_review(line: Line) -> Review:
    """A review's round without its texts."""
    return Review(
        name=str(line["name"]),
        action=str(line.get("action") or ""),
        severity=line.get("severity"),
        reward=line.get("reward"),
    )


def count_findings(findings: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Findings by tool; mypy's notes explain others and do not count."""
    counts = {"pylint": 0, "flake8": 0, "mypy": 0}
    for finding in findings:
        if finding["severity"] != "note":
            counts[finding["tool"]] += 1
    return counts
