"""Updates shared by processes that Ray places and starts anew; they meet by torch.distributed.

A trainer holds the frozen base and nothing of the run: it is handed the adapter and its share of
the rounds, and the gradient comes back. So an update in which one dies is computed once more, from
the same values, when Ray has started it again.
"""

import socket
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor

from parelha import __version__
from parelha.cluster.actors import cause_of, wait_until_ready, with_whole_paths
from parelha.cluster.hosts import Host, node_address
from parelha.config import Config
from parelha.config_engine import ClusterConfig
from parelha.errors import TrainerGoneError, WorkFailedError
from parelha.kernels.choose import beside, use_gpu, use_no_gpu
from parelha.learning.ranks import Ranks, Share, Told
from parelha.learning.update import UpdateResult
from parelha.loading import load_follower
from parelha.models.fetch import ModelFiles
from parelha.models.policy import Policy
from parelha.types import Agent

_ATTEMPTS = 10  # of one update
_PATIENCE = timedelta(hours=1)  # of one rank for another, within an update
_GRACE_SECONDS = 20.0  # for the others to notice that one is gone, before they are ended too


class TrainerHost(Host):
    """One rank of an update, with so many threads, or on the GPU that Ray has kept for it."""

    def __init__(self, version: str, told: Told, threads: int, on_gpu: bool) -> None:
        super().__init__(version)
        if on_gpu:
            use_gpu(0)  # Ray shows a process those GPUs alone that are its own
        else:
            use_no_gpu()  # it shows one that has none of its own all of them
        self._policy = self.open(lambda: load_follower(told))
        torch.set_num_threads(threads)

    def meeting_point(self) -> str:
        """A URL at which the ranks of an update can meet, on this node."""
        with socket.socket() as probe:
            probe.bind(("", 0))
            return f"tcp://{node_address()}:{probe.getsockname()[1]}"

    def take_part(
        self, meet: str, rank: int, size: int, share: Share, adapter: list[Tensor]
    ) -> tuple[UpdateResult, list[Tensor]] | None:
        """Compute a share; the first rank returns the sum of all and its gradient.

        The adapter is its parameters, in the order of `Policy.parameters`.

        Raises:
            TrainerGoneError: another rank is gone.
        """
        self.ready()
        assert self._policy is not None
        parameters = list(self._policy.parameters(share.agent).values())
        with torch.no_grad():
            for parameter, values in zip(parameters, adapter, strict=True):
                parameter.copy_(values)
        try:
            dist.init_process_group(init_method=meet, rank=rank, world_size=size, timeout=_PATIENCE)
            done = Ranks().take_part(self._policy, share)
        except dist.DistError as error:
            raise TrainerGoneError(f"another trainer is gone ({error})") from None
        finally:
            if dist.is_initialized():
                dist.destroy_process_group()
        if rank:
            return None
        return done, [p.grad.cpu() for p in parameters if p.grad is not None]


class _GoneError(Exception):
    """A trainer died within an update."""


class ClusterRanks(Ranks):
    """The trainers of a run, seen from the run: it hands out shares and takes no part itself."""

    def __init__(self, ray: Any, config: ClusterConfig, say: Callable[[str], None]) -> None:
        super().__init__()
        self._ray, self._cluster, self._say = ray, config, say
        self._hosts: list[Any] = []

    @property
    def is_alone(self) -> bool:
        """Whether an update is the run's own process's."""
        return not self._hosts

    def tell(self, config: Config, files: Mapping[Agent, ModelFiles]) -> None:
        """Place the trainers, once what `auto` stands for is known, and wait for them.

        Raises:
            UsageError: one of them cannot have the run's weights.
            WorkFailedError: there was no place for one of them.
        """
        ray, wanted = self._ray, self._cluster
        host = ray.remote(TrainerHost).options(
            num_cpus=wanted.trainer_cpus,
            num_gpus=wanted.trainer_gpus,
            max_restarts=-1,
            scheduling_strategy="SPREAD",
        )
        told = Told(with_whole_paths(config).to_dict(), dict(files))
        on_gpu = wanted.trainer_gpus > 0
        self._hosts = [
            host.remote(__version__, told, wanted.trainer_cpus, on_gpu)
            for _ in range(wanted.num_trainers)
        ]
        self.size = max(1, wanted.num_trainers)
        wait_until_ready(ray, self._hosts, "trainers")

    def hand_out(self, policy: Policy, shares: list[Share]) -> UpdateResult:
        """An update by all trainers, a share each; the gradient is complete in the policy.

        Raises:
            WorkFailedError: trainers die again and again, or one of them fails.
        """
        agent = shares[0].agent
        parameters = list(policy.parameters(agent).values())
        adapter = self._ray.put([parameter.detach().cpu() for parameter in parameters])
        for _ in range(_ATTEMPTS):
            try:
                done, gradients = self._together(shares, adapter)
                break
            except _GoneError:
                self._say(f"a trainer is gone: the {agent}'s update is computed once more")
        else:
            raise WorkFailedError(
                f"trainers died in {_ATTEMPTS} attempts at one update: everything up to the step "
                "before is saved, --resume goes on"
            )
        for parameter, gradient in zip(parameters, gradients, strict=True):
            parameter.grad = beside(parameter, gradient)
        return done

    def _together(self, shares: list[Share], adapter: Any) -> tuple[UpdateResult, list[Tensor]]:
        """The shares of one update, computed side by side.

        Raises:
            _GoneError: a trainer died.
            WorkFailedError: one of them failed.
        """
        ray, size = self._ray, self.size
        wait_until_ready(ray, self._hosts, "trainers")
        try:
            meet = ray.get(self._hosts[0].meeting_point.remote())
        except ray.exceptions.RayError:
            raise _GoneError from None
        asked = [
            host.take_part.remote(meet, rank, size, share, adapter)
            for rank, (host, share) in enumerate(zip(self._hosts, shares, strict=True))
        ]
        errors = self._errors(asked)
        for error in errors:
            # What one of them fails of would come again; that another is gone would not.
            cause = getattr(error, "cause", None)
            if cause is not None and not isinstance(cause, TrainerGoneError):
                raise cause_of(error, "a trainer")
        if errors:
            raise _GoneError
        try:
            done: tuple[UpdateResult, list[Tensor]] = ray.get(asked[0])
        except ray.exceptions.RayError:  # its node went with the gradient
            raise _GoneError from None
        return done

    def _errors(self, asked: list[Any]) -> list[Exception]:
        """What ended the trainers' work, when all have ended; none where it is done.

        Where one has failed the others may wait for it: those that do not end soon are ended, and
        started anew.
        """
        ray, errors = self._ray, list[Exception]()
        host_of = dict(zip(asked, self._hosts, strict=True))
        pending = list(asked)
        while pending:
            patience = _GRACE_SECONDS if errors else None
            ended, pending = ray.wait(pending, num_returns=1, timeout=patience)
            for one in ended:
                try:
                    ray.get(one)
                except ray.exceptions.RayError as error:
                    errors.append(error)
            if not ended:
                for one in pending:
                    ray.kill(host_of[one], no_restart=False)
        return errors
