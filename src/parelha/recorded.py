"""What the records of a run's folder hold, checked when they are read.

Any program may have written them. Checked is what reports, evaluation and resuming take from them;
what else they hold stays as it is.
"""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError

from parelha.errors import UsageError
from parelha.files import Line


class _Train(BaseModel):
    steps: int = 0


class _Model(BaseModel):
    train_agents: list[str] | None = None


class _Settings(BaseModel):
    train: _Train = _Train()
    model: _Model = _Model()


class ConfigRecord(BaseModel):
    """``config.json``."""

    config: _Settings
    models: dict[str, dict[str, Any]] | None = None
    made_from: dict[str, dict[str, str]] = {}


class StepRecord(BaseModel):
    """A line of ``metrics.jsonl`` or ``timings.jsonl``: figures, and who computed what by name."""

    __pydantic_extra__: dict[str, float | bool | None]
    model_config = {"extra": "allow"}
    step: int


class _Finding(BaseModel):
    tool: Literal["pylint", "flake8", "mypy"]
    severity: str


class _Analysis(BaseModel):
    findings: list[_Finding] | None = None
    pylint_score: float | None = None


class _Tests(BaseModel):
    passed: int = 0
    total: int = 0
    outcome: str | None = None
    details: list[str] | None = None


class _Score(BaseModel):
    reason: str | None = None
    tests: _Tests | None = None
    analysis: _Analysis | None = None


class RoundRecord(BaseModel):
    """A line of a file in ``episodes/``."""

    task: str
    name: str
    kind: str
    step: int | None = None
    reward: float | None = None
    components: dict[str, float] | None = None
    turns: list[dict[str, Any]] | None = None
    score: _Score | None = None


class _Evaluated(BaseModel):
    task: str
    family: str | None = None
    split: str | None = None
    draft_passed: bool | float | None = None
    draft_share: float | None = None
    final_passed: bool | float | None = None
    final_share: float | None = None
    approved: bool | float | None = None
    tokens: float | None = None
    prompt_tokens: float | None = None


class EvalRecord(BaseModel):
    """``eval/before.json`` or ``after.json``."""

    step: int = 0
    episodes: list[_Evaluated]


_NAMES = ("adapter_sha/", "kernels")  # texts among the figures of a step


def checked_records(records: list[Line], path: Path, kind: type[BaseModel]) -> list[Line]:
    """The same records; raises UsageError where one is not of its kind."""
    given = records
    if kind is StepRecord:
        given = [{k: v for k, v in r.items() if not k.startswith(_NAMES)} for r in records]
    try:
        TypeAdapter(list[kind]).validate_python(given, strict=True)  # type: ignore[valid-type]
    except ValidationError as error:
        first = error.errors()[0]
        number, *keys = first["loc"]
        key = ".".join(map(str, keys))
        what = f"has no {key}" if first["type"] == "missing" else f"{key}: {first['msg']}"
        raise UsageError(f"{path} is damaged: record {int(number) + 1} {what}") from None
    return records
