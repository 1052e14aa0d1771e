"""vLLM servers that Ray places; each stays at its node and port, and is started anew there."""

import shlex
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

from parelha import __version__
from parelha.cluster.actors import needs_of, wait_until_ready, with_whole_paths
from parelha.cluster.hosts import ServerHost
from parelha.config import Config
from parelha.engines.vllm_server import VllmServer
from parelha.errors import ParelhaError, UsageError, WorkFailedError
from parelha.models.catalogue import find
from parelha.plan import lora_rank

_PAUSE_SECONDS = 0.5
_PATIENCE_SECONDS = 1800.0  # a server loads gigabytes before it answers


def start_servers(
    ray: Any, config: Config, say: Callable[[str], None]
) -> tuple[list[Any], list[str]]:
    """Place the servers, and wait until they answer.

    Returns:
        the actors that keep them, for as long as they are held, and the servers' URLs.

    Raises:
        UsageError: they cannot be started on their nodes.
        WorkFailedError: one ends, or does not answer within half an hour.
    """
    wanted = config.cluster
    many, each = wanted.num_servers, needs_of(wanted)["servers"][1]
    # An actor that is started anew in a bundle is at the same node, and so at the same URL.
    bundle = {name: number for name, number in each.items() if number}
    group = ray.util.placement_group([bundle] * many, strategy="SPREAD")
    strategy = ray.util.scheduling_strategies.PlacementGroupSchedulingStrategy
    hosts = [
        ray.remote(ServerHost)
        .options(
            num_cpus=wanted.server_cpus,
            num_gpus=wanted.server_gpus,
            max_restarts=-1,
            max_task_retries=-1,
            scheduling_strategy=strategy(group, placement_group_bundle_index=number),
        )
        .remote(__version__, server_command(config, port), port)
        for number, port in enumerate(range(wanted.server_port, wanted.server_port + many))
    ]
    wait_until_ready(ray, hosts, "servers")
    found = ray.get([host.address.remote() for host in hosts])
    urls = [f"http://{ip}:{wanted.server_port + number}" for number, ip in enumerate(found)]
    logs = ray.get([host.log.remote() for host in hosts])
    for host, url, log in zip(hosts, urls, logs, strict=True):
        _wait_for(ray, host, url, config, log)
        say(f"a server answers at {url}, its log is {log}")
    return hosts, urls


def server_command(config: Config, port: int) -> list[str]:
    """What starts a server of a run at a port.

    Raises:
        UsageError: `cluster.server_command` is no command.
    """
    row, rank = find(config.model.coder), lora_rank(config.model.lora_rank)
    model = row.hub if row else with_whole_paths(config).model.coder
    try:
        parts = shlex.split(config.cluster.server_command)
        if not parts:
            raise ValueError("it is empty")
        return [part.format(model=model, port=port, rank=rank) for part in parts]
    except (ValueError, LookupError, AttributeError, TypeError) as error:
        raise UsageError(
            f"cluster.server_command cannot be read ({error}): {{model}}, {{port}} and {{rank}} "
            "may stand in it"
        ) from None


def _wait_for(ray: Any, host: Any, url: str, config: Config, log: str) -> None:
    end = time.monotonic() + _PATIENCE_SECONDS
    with closing(VllmServer(url, config.engine.server_key_env)) as server:
        while True:
            try:
                return server.greet(config.run_dir)
            except ParelhaError as error:
                wait_until_ready(ray, [host], "a server")
                if time.monotonic() > end:
                    raise WorkFailedError(
                        f"the server at {url} does not answer: {error}; its log is {log}"
                    ) from None
            time.sleep(_PAUSE_SECONDS)
