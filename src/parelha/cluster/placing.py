"""Opens what of a run is on a cluster, and closes it with the run."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from parelha.closing import Closing
from parelha.cluster.actors import check_room, open_ray
from parelha.cluster.graders import ClusterGrader
from parelha.cluster.servers import server_command, start_servers
from parelha.cluster.trainers import ClusterRanks
from parelha.config import Config
from parelha.config_file import lay_over
from parelha.errors import UsageError
from parelha.grading import Grader
from parelha.runtime import Helpers


class Cluster(Closing):
    """What of a run is on a Ray cluster; servers and trainers once they are asked for.

    Args:
        config: of the run.
        address: of the cluster, as Ray takes it: `auto`, `host:port`, or `local` for one that
            begins and ends with the run.
        say: told, in lines that stay, what is placed and what is lost.

    Raises:
        UsageError: no Ray, no cluster, or no room there for what the configuration asks for.
    """

    def __init__(self, config: Config, address: str, say: Callable[[str], None]) -> None:
        config.check_servers()
        if config.cluster.num_servers:
            _answered_by(config, ["http://localhost:1"])  # refuse now what servers do not know
            server_command(config, config.cluster.server_port)
        self._config, self._say = config, say
        self._ray = open_ray(address)
        self._servers: list[Any] = []  # they end with the last hold on them
        try:
            check_room(self._ray, config.cluster)
            self.ranks = ClusterRanks(self._ray, config.cluster, say)
        except BaseException:
            self.close()
            raise

    def place_servers(self, config: Config) -> Config:
        """Start the servers that are wanted; returns the configuration that they answer.

        Raises:
            UsageError: they cannot be started on their nodes.
            WorkFailedError: one ends before it answers.
        """
        if not config.cluster.num_servers:
            return config
        self._servers, urls = start_servers(self._ray, config, self._say)
        return _answered_by(config, urls)

    def open_grader(self, **settings: Any) -> Grader:
        """A grader with workers on every node; the arguments are `Grader`'s.

        Raises:
            UsageError: as `Grader`, on one of the nodes.
        """
        return ClusterGrader(self._ray, self._say, self._config, **settings)

    def close(self) -> None:
        """End all actors; may be called twice."""
        self._ray.shutdown()


@contextmanager
def placed(
    config: Config, address: str | None, say: Callable[[str], None]
) -> Iterator[Helpers | None]:
    """A run's helpers on a cluster; none where there is no `address`.

    Raises:
        UsageError: as `Cluster`, or `torchrun` has started trainers already.
    """
    if address is None:
        yield None
        return
    if "TORCHELASTIC_RUN_ID" in os.environ:
        raise UsageError("--cluster places the trainers itself: leave torchrun out")
    with Cluster(config, address, say) as cluster:
        yield Helpers(cluster.ranks, cluster.open_grader, cluster.place_servers)


def _answered_by(config: Config, urls: Sequence[str]) -> Config:
    return lay_over(config, {"engine.kind": "vllm", "engine.servers": ",".join(urls)})
