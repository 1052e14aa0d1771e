"""What an experiment's ``results.json`` and ``times.json`` hold, checked when they are read.

Any program may write a file of such a name. Checked is what tables, sentences and charts take from
it; what else it holds stays as it is.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from parelha.errors import UsageError
from parelha.experiment.reference import Measure
from parelha.files import Line, read_object


class _Estimate(BaseModel):
    value: float
    low: float | None
    high: float | None
    clusters: int


class _Passed(BaseModel):
    passed: int
    episodes: int


class _Final(_Estimate, _Passed):
    pass


class _Evaluation(BaseModel):
    episodes: int
    families: int
    suites: list[str]


class _Arm(BaseModel):
    arm: str
    untrained: bool
    trained_in: str = ""
    plays: str
    overrides: dict[str, Any]
    steps: int
    runs: int
    done: int
    episodes: int
    new_tokens: int


class _Rate(BaseModel):
    arm: str
    group: str
    final: _Final
    pass_at: dict[str, _Estimate]
    tokens_an_episode: float | None = None


class _Family(_Passed):
    arm: str
    family: str
    group: str


class _Dialogues(BaseModel):
    arm: str
    episodes: int
    draft_passed: int
    final_passed: int
    mended: int
    broken: int
    approved_passing: int
    approved_failing: int


class _Speed(_Estimate):
    arm: str
    programs: int


class _SpeedDifference(_Estimate):
    arm: str
    against: str
    pairs: int
    p_holm: float


class _Difference(_Estimate):
    arm: str
    against: str
    group: str
    pairs: int
    by_seed: list[float]
    p_holm: float
    verdict: str
    why_not: str


class _Run(BaseModel):
    run: str
    arm: str
    error: str
    episodes: int = 0
    new_tokens: int = 0
    before: _Passed | None = None
    after: _Passed | None = None


class _Series(BaseModel):
    reward: list[float]
    pylint: list[float]
    flake8: list[float]
    mypy: list[float]


class _Beside(BaseModel):
    measure: Measure
    mean: float
    sd: float
    episodes: int
    theirs: float
    their_sd: float | None
    difference: float
    low: float | None
    high: float | None


class _Reference(BaseModel):
    title: str
    arm: str
    episodes: int
    rows: list[_Beside]


class Results(BaseModel):
    """``results.json``."""

    name: str
    seeds: list[int]
    models: dict[str, str]
    evaluation: _Evaluation
    arms: list[_Arm]
    rates: list[_Rate]
    families: list[_Family]
    dialogues: list[_Dialogues] = []
    speeds: list[_Speed] = []
    speed_differences: list[_SpeedDifference] = []
    differences: list[_Difference]
    runs: list[_Run]
    curves: dict[str, dict[str, dict[str, list[float | None]]]]
    episodes: dict[str, dict[str, _Series]] = {}
    reference: _Reference | None = None


class _Machine(BaseModel):
    processor: str
    cores: int | None
    memory_gib: float


class _Sitting(BaseModel):
    machine: _Machine | None = None
    commit: str | None = None
    version: str | None = None


class Times(_Sitting):
    """``times.json``: the newest sitting, and those before that were made with something else."""

    runs: dict[str, float]
    earlier: list[_Sitting] = []


def read_stored(path: Path, kind: type[Results] | type[Times]) -> Line | None:
    """The table in a file as it stands there; None without the file.

    Raises:
        UsageError: it is damaged, or none of an experiment: one line on the first key.
    """
    table = read_object(path)
    if table is None:
        return None
    try:
        kind.model_validate(table, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise UsageError(f"{path} is none of an experiment: {key}: {first['msg']}") from None
    return table
