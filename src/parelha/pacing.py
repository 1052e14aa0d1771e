"""How long a run takes: what a step plays and costs, and how many steps fit into the time."""

import time
from collections import Counter

from parelha.config import Config
from parelha.types import Phase

# A step of a kind that was not played yet may take longer than its tokens let expect.
_UNKNOWN = 1.1


class Pace:
    """How many steps fit into the minutes of a run, decided anew after each of them.

    A step of each phase costs what the newest one did, by `most_tokens`, and before the first
    of them what the run's first step did.

    Args:
        config: of the run.
        began: when it began, by `time.perf_counter`.

    Attributes:
        asked: steps that were asked for.
    """

    def __init__(self, config: Config, began: float) -> None:
        self.asked = config.train.steps
        self._config = config
        self._ends = began + 60 * config.train.minutes
        self._first = 0.0
        self._units: dict[Phase, float] = {}

    def steps(self, step: int, seconds: float, reserve: float) -> int:
        """Steps of the run, as many as were asked for at most.

        Args:
            step: that has just ended.
            seconds: that it took.
            reserve: seconds that are needed after the last step.
        """
        train = self._config.train
        if not train.minutes:
            return train.steps
        unit = seconds / most_tokens(self._config, step)
        self._units[train.phase(step)] = unit
        self._first = self._first or unit
        left = self._ends - time.perf_counter() - reserve
        while step < train.steps:
            left -= self._cost(step + 1)
            if left < 0:
                break
            step += 1
        return step

    def _cost(self, step: int) -> float:
        unit = self._units.get(self._config.train.phase(step), _UNKNOWN * self._first)
        return unit * most_tokens(self._config, step)


def most_tokens(config: Config, step: int) -> int:
    """New tokens of a step's programs and reviews, at most.

    A stored draft counts like a new one: to read it, twice, takes about as long as to write it.
    """
    episode, train = config.episode, config.train
    revised = episode.max_rounds * (episode.max_review_tokens + episode.max_program_tokens)
    if train.phase(step) in ("draft", "verdict"):
        revised = 0
    return drafts_of(config, step) * (episode.max_program_tokens + episode.reviews * revised)


def drafts_of(config: Config, step: int) -> int:
    """Drafts that a step writes, or takes from the store; the first one finds none there."""
    if step > 1 and config.train.phase(step) in ("verdict", "review"):
        return config.train.stored_drafts
    return config.train.tasks_per_step * config.episode.drafts


def what_is_played(config: Config) -> str:
    """The steps of a run, phase by phase, in a few words."""
    steps = range(1, config.train.steps + 1)
    counts = Counter(in_words(config, config.train.phase(n), drafts_of(config, n)) for n in steps)
    return ", ".join(f"{n} step{'s' * (n > 1)} of {each}" for each, n in counts.items())


def in_words(config: Config, phase: Phase, drafts: int) -> str:
    """What becomes of so many drafts in a step of a phase, in a few words."""
    if phase == "draft":
        return f"{drafts} drafts"
    names = {"verdict": "verdicts", "review": "forced reviews", "free": "episodes"}
    return f"{drafts * config.episode.reviews} {names[phase]}"
