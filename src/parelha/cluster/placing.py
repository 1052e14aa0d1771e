"""Opens what of a run is on a cluster, and closes it with the run."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from parelha.closing import Closing
from parelha.cluster.actors import open_ray
from parelha.cluster.graders import ClusterGrader
from parelha.cluster.servers import start_servers
from parelha.cluster.trainers import ClusterRanks
from parelha.config import Config
from parelha.config_file import lay_over
from parelha.errors import UsageError
from parelha.grading import Grader
from parelha.runtime import Helpers


class Cluster(Closing):
    """What of a run is on a Ray cluster.

    Args:
        config: of the run.
        address: of the cluster, as Ray takes it: `auto`, `host:port`, or `local` for one that
            begins and ends with the run.
        say: told, in lines that stay, what is placed and what is lost.

    Attributes:
        config: the run's, with the URLs of the servers that were started.
        ranks: who shares its updates.

    Raises:
        UsageError: no Ray, no cluster, or what the configuration asks for does not fit there.
        WorkFailedError: a server ends before it answers.
    """

    def __init__(self, config: Config, address: str, say: Callable[[str], None]) -> None:
        self._ray, self._say = open_ray(address), say
        self._servers: list[Any] = []  # they end with the last hold on them
        try:
            self.config = config
            if config.cluster.servers:
                self._servers, urls = start_servers(self._ray, config, say)
                told = {"engine.kind": "vllm", "engine.servers": ",".join(urls)}
                self.config = lay_over(config, told)
            self.ranks = ClusterRanks(self._ray, config.cluster, say)
        except BaseException:
            self.close()
            raise

    def open_grader(self, **settings: Any) -> Grader:
        """A grader with workers on every node; the arguments are `Grader`'s.

        Raises:
            UsageError: as `Grader`, on one of the nodes.
        """
        return ClusterGrader(self._ray, self._say, **settings)

    def close(self) -> None:
        """End all actors; may be called twice."""
        self._ray.shutdown()


@contextmanager
def placed(
    config: Config, address: str | None, say: Callable[[str], None]
) -> Iterator[tuple[Config, Helpers | None]]:
    """A run's configuration and helpers on a cluster; as it is where there is no `address`.

    Raises:
        UsageError: as `Cluster`, or `torchrun` has started trainers already.
        WorkFailedError: as `Cluster`.
    """
    if address is None:
        yield config, None
        return
    if "TORCHELASTIC_RUN_ID" in os.environ:
        raise UsageError("--cluster places the trainers itself: leave torchrun out")
    with Cluster(config, address, say) as cluster:
        yield cluster.config, Helpers(cluster.ranks, cluster.open_grader)
