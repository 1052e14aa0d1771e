"""MLflow: a run in the store that MLFLOW_TRACKING_URI names, or in MLflow's own default."""

# pylint: disable=import-error  # an extra

from collections.abc import Mapping
from pathlib import Path

from mlflow import MlflowClient  # type: ignore[import-not-found,unused-ignore]
from mlflow.entities import Metric, Param  # type: ignore[import-not-found,unused-ignore]

from parelha.config import Config
from parelha.overrides import flat
from parelha.trackers import plain_name, run_path

_MOST_PARAMS = 100  # of one request
_LONGEST = 6000  # characters of one value


class RunTracker:
    """A run of MLflow's; its client says which one each time, and keeps no state of the process."""

    def __init__(self, config: Config, folder: Path, identity: str, step: int) -> None:
        del folder, step
        self._client = MlflowClient()
        project = config.tracking.project
        if not identity:
            found = self._client.get_experiment_by_name(project)
            where = found.experiment_id if found else self._client.create_experiment(project)
            run = self._client.create_run(where, run_name=str(run_path(config)))
            identity = run.info.run_id
            values = flat(config.to_dict()).items()
            told = [Param(plain_name(k), str(v)[:_LONGEST]) for k, v in values]
            for first in range(0, len(told), _MOST_PARAMS):
                self._client.log_batch(identity, params=told[first : first + _MOST_PARAMS])
        else:
            self._client.update_run(identity, status="RUNNING")
        self.identity = identity

    def log(self, step: int, figures: Mapping[str, float]) -> None:
        """All figures of a step in one request."""
        # The step stands in for the time too: equal runs have equal records.
        told = [Metric(name, value, step, step) for name, value in figures.items()]
        self._client.log_batch(self.identity, metrics=told)

    def close(self, *, failed: bool) -> None:
        """The run ended."""
        self._client.set_terminated(self.identity, "FAILED" if failed else "FINISHED")
