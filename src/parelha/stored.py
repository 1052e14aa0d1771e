"""Drafts of earlier steps, kept to be reviewed again.

A verdict costs a prompt and a word where the program is there already, and a step of them can hold
as many passing programs as failing ones, whatever the coder's pass rate is (Critique-RL, arXiv
2510.24320). Everything here is a function of the rounds on record: a resumed run reads them again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parelha.agents.turns import Round, Turn
from parelha.engines.protocol import Completion
from parelha.engines.sampling import uniforms
from parelha.types import Agent, FinishReason, Outcome, Phase

# Of each class; older drafts are from a coder that is another one by now.
_MAX_KEPT = 512


@dataclass(frozen=True)
class StoredDraft:
    """A program as the coder wrote it.

    Attributes:
        task_id: the task it was written for.
        action: the kind of work that the coder named.
        answer: the text around it included.
        finish: why the answer ended.
    """

    task_id: str
    action: str
    answer: str
    finish: FinishReason


class DraftStore:
    """The newest distinct drafts of a run, passing and failing ones apart.

    Args:
        seed: of the run.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._kept: dict[bool, dict[StoredDraft, None]] = {True: {}, False: {}}

    def add_step(self, rounds: Iterable[Mapping[str, Any]]) -> None:
        """Take in the rounds of the next step, as `metrics.round_records` writes them."""
        for record in rounds:
            if record["kind"] != "draft" or record["dropped"] or not record["score"]:
                continue
            last = record["turns"][-1]
            draft = StoredDraft(record["task"], record["action"], last["answer"], last["finish"])
            tests = record["score"]["tests"]
            kept = self._kept[bool(tests) and tests["outcome"] == Outcome.PASSED]
            kept.pop(draft, None)
            kept[draft] = None
            if len(kept) > _MAX_KEPT:
                del kept[next(iter(kept))]

    def draw(
        self, phase: Phase, step: int, count: int, skip: int = 0
    ) -> dict[str, list[StoredDraft]]:
        """Stored drafts that a step reviews, by task; none where it has to play drafts itself.

        Args:
            phase: `verdict`: as many passing as failing ones, where both are there; `review`:
                failing ones; any other plays drafts.
            step: names the random stream.
            count: of drafts, at most.
            skip: so many failing ones are drawn elsewhere in the step: others come first.
        """
        passing, failing = (self._drawn(passes, step) for passes in (True, False))
        failing = failing[skip:] + failing[:skip]
        chosen: Sequence[StoredDraft] = ()
        if phase == "review":
            chosen = failing[:count]
        elif phase == "verdict" and passing and failing:
            chosen = passing[: count // 2] + failing[: count // 2]
        by_task: dict[str, list[StoredDraft]] = {}
        for draft in chosen:
            by_task.setdefault(draft.task_id, []).append(draft)
        return by_task

    def _drawn(self, passes: bool, step: int) -> list[StoredDraft]:
        """All drafts of a class in an order drawn for the step."""
        drafts = list(self._kept[passes])
        keys = uniforms((self._seed, "stored", step, str(passes)), len(drafts)).tolist()
        return [draft for _, draft in sorted(zip(keys, drafts, strict=True), key=lambda p: p[0])]


def stored_round(draft: StoredDraft, k: int) -> Round:
    """The round that a stored draft stands for; it has no tokens, so nobody learns to write it."""
    play = Round(f"s{k}", Agent.CODER, "stored", action=draft.action)
    play.turns.append(Turn("program", 0, Completion((), (), draft.finish), "", draft.answer))
    return play
