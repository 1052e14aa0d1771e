"""How Ray is met, what a cluster must have, and how actors are waited for."""

import logging
import math
import os
import socket
import time
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from parelha.config import Config
from parelha.config_base import user_path
from parelha.config_engine import ClusterConfig
from parelha.errors import ParelhaError, UsageError, WorkFailedError, install_command
from parelha.tasks.compare import one_line

# A node may be started anew, and a large base takes minutes to load.
_PATIENCE_SECONDS = 1800.0
_PAUSE_SECONDS = 0.2
_ANSWER_SECONDS = 10.0
_UNITS = 10_000  # of a GPU, in whole numbers of which Ray counts: sums of floats would not fit


def open_ray(address: str) -> Any:
    """Join a cluster; returns the module `ray`.

    Raises:
        UsageError: Ray is not installed, or there is no such cluster.
    """
    try:
        ray: Any = import_module("ray")
    except ImportError:
        raise UsageError(f"--cluster needs Ray: {install_command('ray')}") from None
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    try:
        _check_address(address)
        ray.init(
            address=address,
            log_to_driver=False,
            logging_level=logging.ERROR,
            # Actors see the modules that this process sees, such as a user's own.
            runtime_env={"env_vars": {"PYTHONPATH": os.environ.get("PYTHONPATH", "")}},
        )
    except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        reason = one_line(str(error), 160)
        raise UsageError(
            f"no Ray cluster at {address!r} ({reason}): `ray start --head` begins one on this "
            "machine, --cluster local one for this run alone"
        ) from None
    return ray


def _check_address(address: str) -> None:
    """Raise OSError or ValueError where nobody listens: Ray would try for minutes."""
    host, _, port = address.rpartition(":")
    if host:
        with socket.create_connection((host, int(port)), timeout=_ANSWER_SECONDS):
            pass


def wait_until_ready(ray: Any, actors: Sequence[Any], what: str) -> None:
    """Wait until all actors can be asked, those that are started anew too.

    Raises:
        ParelhaError: what one of them says that it cannot do.
        WorkFailedError: one of them found no place for half an hour.
    """
    end = time.monotonic() + _PATIENCE_SECONDS
    while True:
        left = max(end - time.monotonic(), 0.0)
        try:
            ray.get([actor.ready.remote() for actor in actors], timeout=left)
            return
        except ray.exceptions.GetTimeoutError:
            raise WorkFailedError(
                f"the cluster had no place for {what} within half an hour: everything so far is "
                "saved, --resume goes on"
            ) from None
        except ray.exceptions.ActorUnavailableError:
            time.sleep(_PAUSE_SECONDS)  # it is being started anew
        except ray.exceptions.RayError as error:
            raise cause_of(error, what) from None


def needs_of(config: ClusterConfig) -> dict[str, tuple[int, dict[str, float]]]:
    """How many there are of each part, and what Ray keeps for each of them."""
    return {
        "servers": (
            config.num_servers,
            {"CPU": float(config.server_cpus), "GPU": config.server_gpus},
        ),
        "trainers": (
            config.num_trainers,
            {"CPU": float(config.trainer_cpus), "GPU": config.trainer_gpus},
        ),
    }


def check_room(ray: Any, config: ClusterConfig) -> None:
    """Refuse what the cluster has no room for, which Ray would wait for.

    Raises:
        UsageError: naming what is wanted and what there is.
    """
    nodes = [dict(node["Resources"]) for node in ray.nodes() if node["Alive"]]
    parts = needs_of(config)
    for name in ("CPU", "GPU"):
        there = [node.get(name, 0.0) for node in nodes]
        for what, (many, each) in parts.items():
            if many and each[name] > max(there, default=0.0):
                raise UsageError(
                    f"one of the {what} needs {each[name]:g} {name}s and no node has more than "
                    f"{max(there, default=0.0):g}: lower the numbers of [cluster]"
                )
        wanted = sum(many * int(each[name] * _UNITS) for many, each in parts.values()) / _UNITS
        if wanted > sum(there):
            raise UsageError(
                f"{config.num_servers} servers and {config.num_trainers} trainers need {wanted:g} "
                f"{name}s and the cluster has {sum(there):g}: lower the numbers of [cluster]"
            )
    _check_packed(parts, nodes, config)


def _check_packed(
    parts: dict[str, tuple[int, dict[str, float]]],
    nodes: Sequence[dict[str, float]],
    config: ClusterConfig,
) -> None:
    """Pack the largest first, each where least is left over: what is refused Ray may not place."""
    free = [(node.get("CPU", 0.0), [_UNITS] * int(node.get("GPU", 0.0))) for node in nodes]
    each_of = [(what, each) for what, (many, each) in parts.items() for _ in range(many)]
    for what, each in sorted(each_of, key=lambda one: (-one[1]["GPU"], -one[1]["CPU"])):
        left = [
            (sum(gpus), cpus - each["CPU"], gpus, place)
            for place, (cpus, all_gpus) in enumerate(free)
            if cpus >= each["CPU"] and (gpus := _without(all_gpus, each["GPU"])) is not None
        ]
        if not left:
            raise UsageError(
                f"{config.num_servers} servers and {config.num_trainers} trainers do not fit on "
                f"the nodes, each whole on one: no node has room left for one of the {what}: lower "
                "the numbers of [cluster]"
            )
        _, cpus, gpus, place = min(left)
        free[place] = cpus, gpus


def _without(gpus: list[int], wanted: float) -> list[int] | None:
    """What is left of a node's GPUs; None where there are too few.

    A share of a GPU is one GPU's, and whole ones are free before.
    """
    left = sorted(gpus)
    taken = int(min(wanted, 1.0) * _UNITS)
    for _ in range(math.ceil(wanted)):
        place = next((n for n, free in enumerate(left) if free >= taken), None)
        if place is None:
            return None
        left[place] -= taken
    return sorted(left)


def with_whole_paths(config: Config) -> Config:
    """The configuration with models in folders named from the root: nodes begin elsewhere."""
    names = {
        key: str(user_path(name).absolute())
        for key, name in (("coder", config.model.coder), ("reviewer", config.model.reviewer))
        if name and user_path(name).exists()
    }
    return config.model_copy(update={"model": config.model.model_copy(update=names)})


def cause_of(error: Exception, what: str) -> ParelhaError:
    """What an actor raised, or one line on an actor that is gone."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, ParelhaError):
        return cause
    if cause is not None:
        return WorkFailedError(f"{what} failed: {type(cause).__name__}: {one_line(str(cause))}")
    return WorkFailedError(f"{what} died and cannot be started anew ({one_line(str(error))})")
