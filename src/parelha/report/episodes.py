"""What the browser of episodes in a run's report holds: a light index, and the texts in chunks.

The index has a few numbers of every episode and stands in the page. The texts of some tens of
episodes make a chunk, which is read when one of them is opened. A round stands once in its chunk,
however many episodes share it. All is JSON, deflated and in base64, so that nothing a model has
written is ever seen by an HTML parser.
"""

import base64
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any

from parelha.files import Line
from parelha.report.examples import part_of, reward_facts, score_facts
from parelha.report.page import Packed, visible
from parelha.report.records import Program, Run, join_rounds, read_program
from parelha.tracking import RunFolder, step_name

# Of a chunk; whole steps, so a long run of short steps has no thousands of files.
_LEAST_EPISODES = 64

BEFORE, AFTER, TRAINING = "before training", "after training", "training"
# What is no episode of the pair's own, by the kind of its first round.
STORED, HINTED = "stored drafts", "hinted drafts"
_APART = {"stored": STORED, "hinted": HINTED}


@dataclass
class _Names:
    """Texts that many episodes share, each with a number."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __call__(self, text: str) -> int:
        return self.numbers.setdefault(text, len(self.numbers))


class _Index:
    """Columns of the list of episodes."""

    def __init__(self) -> None:
        self.tasks, self.sources, self.verdicts = _Names(), _Names(), _Names()
        self.results, self.chunks = _Names(), _Names()
        self.rows: list[list[Any]] = []

    def add(self, chunk: str, place: int, source: str, chain: Sequence[Line]) -> None:
        """Take in an episode, by its place in a chunk."""
        programs = [read_program(line) for line in chain if line["kind"] != "review"]
        reviews = [line for line in chain if line["kind"] == "review"]
        reward = programs[-1].reward
        self.rows.append(
            [
                self.chunks(chunk),
                place,
                int(chain[0].get("step") or 0),
                self.sources(source),
                self.tasks(str(chain[0]["task"])),
                self.results(_result(programs[0])),
                self.results(_result(programs[-1])),
                self.verdicts(_verdict(reviews[0]) if reviews else "none"),
                None if reward is None else round(reward, 3),
            ]
        )

    def record(self) -> dict[str, Any]:
        """Names by number, and the columns in the order in which the page's script reads them."""
        return {
            "chunks": list(self.chunks.numbers),
            "sources": list(self.sources.numbers),
            "tasks": list(self.tasks.numbers),
            "results": [json.loads(text) for text in self.results.numbers],
            "verdicts": list(self.verdicts.numbers),
            "columns": [list(column) for column in zip(*self.rows, strict=True)],
        }


def pack_episodes(run: Run) -> Packed:
    """Read the rounds of a run again, and pack every episode of training and evaluations.

    Raises:
        UsageError: a damaged file.
    """
    folder, index = RunFolder(run.path), _Index()
    chunks: dict[str, str] = {}
    for name, parts in _chunks(folder, [int(line["step"]) for line in run.metrics]):
        rounds: list[dict[str, Any]] = []
        episodes: list[list[int]] = []
        for source, lines in parts:
            for chain in _shared(join_rounds(lines), rounds):
                if not any(line["kind"] != "review" for line, _ in chain):
                    continue
                whose = _APART.get(chain[0][0]["kind"], source)
                plays = [line for line, _ in chain]
                index.add(name, len(episodes), whose, plays)
                episodes.append([number for _, number in chain])
        chunks[name] = _pack({"rounds": rounds, "episodes": episodes})
    return Packed(len(index.rows), _pack(index.record()), chunks)


def _chunks(
    folder: RunFolder, steps: Iterable[int]
) -> Iterator[tuple[str, list[tuple[str, list[Line]]]]]:
    """Names of chunks, each with the rounds in it and where they come from; oldest first."""
    if before := folder.read_rounds("eval_before"):
        yield "before", [(BEFORE, before)]
    held: list[tuple[str, list[Line]]] = []
    name, count = "", 0
    for step in steps:
        lines = folder.read_rounds(step_name(step))
        name = name or step_name(step)
        held.append((TRAINING, lines))
        count += len(join_rounds(lines))
        if count >= _LEAST_EPISODES:
            yield name, held
            held, name, count = [], "", 0
    if held:
        yield name, held
    if after := folder.read_rounds("eval_after"):
        yield "after", [(AFTER, after)]


def _shared(
    chains: Sequence[list[Line]], rounds: list[dict[str, Any]]
) -> Iterator[list[tuple[Line, int]]]:
    """The chains with the number of each round, which is put into `rounds` when first met."""
    numbers: dict[int, int] = {}
    for chain in chains:
        earlier: Line | None = None
        numbered = []
        for line in chain:
            # The same object for every episode that shares it, as long as `chains` is alive.
            number = numbers.get(id(line))
            if number is None:
                number = numbers[id(line)] = len(rounds)
                rounds.append(_shown(line, earlier))
            numbered.append((line, number))
            earlier = earlier if line["kind"] == "review" else line
        yield numbered


def _shown(line: Line, earlier: Line | None) -> dict[str, Any]:
    """A round as the browser shows it, without what is empty; `earlier` is what it revises."""
    part = part_of(line)
    score: dict[str, Any] = line.get("score") or {}
    record: dict[str, Any] = asdict(part)
    del record["facts"]
    record["measured"] = score_facts(score)
    record["paid"] = reward_facts(line)
    record["quote"] = str(line.get("quote") or "")
    record["missed"] = [str(text) for text in (score.get("tests") or {}).get("details") or ()]
    record["findings"] = [
        f"{f['tool']} {f['code']}, line {f['line']}: {f['message']}"
        for f in (score.get("analysis") or {}).get("findings") or ()
    ]
    if part.is_code and earlier is not None:
        record["changes"] = changed_lines(part_of(earlier).text, part.text)
    return {key: value for key, value in record.items() if value not in ("", [], None, False)} | (
        {"passed": False} if part.passed is False else {}
    )


def changed_lines(before: str, after: str) -> list[list[int]]:
    """Where two programs differ: (begin, end) of lines in the first, and in the second."""
    one, other = before.split("\n"), after.split("\n")
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    return [list(where) for tag, *where in matcher.get_opcodes() if tag != "equal"]


def _result(program: Program) -> str:
    """How a program ended, as JSON: outcome, cases passed or None, cases, whether it is right."""
    outcome = program.outcome.replace("_", " ")[:60]
    # Downwards, so that no program reads as right which is not; 0.58 is a little less than that.
    share = None if program.share is None else math.floor(1000 * program.share + 1e-6) / 1000
    return json.dumps([outcome, share, program.passed])


def _verdict(review: Line) -> str:
    """The reviewer's verdict in a word or two."""
    severity = review.get("severity")
    return str(severity or review.get("action") or "none").replace("_", " ")[:60]


def _pack(record: dict[str, Any]) -> str:
    """JSON, deflated, in base64."""
    text = json.dumps(_seen(record), separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode("ascii"), 9)).decode("ascii")


def _seen(value: Any) -> Any:
    """The same value with the invisible characters of its texts spelled out."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {key: _seen(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_seen(item) for item in value]
    return value
