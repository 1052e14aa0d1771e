"""What each episode of an experiment's runs earned, one after the other, as the deck drew it."""

from collections.abc import Iterator, Mapping

from parelha.experiment.plan import Experiment
from parelha.experiment.planned import Planned
from parelha.experiment.reference import MEASURES
from parelha.files import Line
from parelha.report.records import join_rounds
from parelha.tracking import RunFolder, step_name

Series = dict[str, list[float]]


def by_arm(experiment: Experiment) -> dict[str, dict[str, Series]]:
    """Of each arm and seed, the values of each of `MEASURES`; of a run that failed, what it has."""
    found: dict[str, dict[str, Series]] = {name: {} for name in experiment.arms}
    for planned in experiment.runs:
        if planned.begun:
            found[planned.arm.name][str(planned.seed)] = series_of(planned)
    return found


def series_of(planned: Planned) -> Series:
    """The last program of each episode: of training, or where nothing is trained of evaluation."""
    rows = [row for rounds in _rounds(planned) for row in _rows(rounds)]
    return {name: [row[name] for row in rows] for name in MEASURES}


def pooled(by_seed: Mapping[str, Mapping[str, list[float]]]) -> Series:
    """All seeds of an arm, one after the other."""
    return {
        name: [value for series in by_seed.values() for value in series[name]] for name in MEASURES
    }


def _rounds(planned: Planned) -> Iterator[list[Line]]:
    folder = RunFolder(planned.folder)
    if planned.arm.untrained:
        yield folder.read_rounds("eval_before")
        return
    for line in folder.read_metrics():
        yield folder.read_rounds(step_name(line["step"]))


def _rows(rounds: list[Line]) -> Iterator[dict[str, float]]:
    for chain in join_rounds(rounds):
        programs = [line for line in chain if line["kind"] != "review"]
        # Stored and hinted drafts would bend every curve.
        if programs and chain[0]["kind"] == "draft" and programs[-1]["reward"] is not None:
            yield _figures(programs[-1])


def _figures(line: Line) -> dict[str, float]:
    """Reward, and what the linters say: as the deck counts it where the deck's formula was paid."""
    parts, reward = line["components"], float(line["reward"])
    if "correctness" not in parts:
        counts = {name: float(parts[name]) for name in ("flake8", "mypy")}
        return {"reward": reward, "pylint": 5.0 * parts["pylint"], **counts}
    analysis = (line["score"] or {}).get("analysis") or {"findings": (), "pylint_score": None}
    of_mypy = [f for f in analysis["findings"] if f["tool"] == "mypy" and f["severity"] != "note"]
    return {
        "reward": reward,
        "pylint": analysis["pylint_score"] or 0.0,
        "flake8": float(len({f["code"] for f in analysis["findings"] if f["tool"] == "flake8"})),
        "mypy": float(len(of_mypy)),
    }
