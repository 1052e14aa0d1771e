"""The command that plans a run on GPUs: what it says, and what to type then."""

# pylint: disable=import-outside-toplevel

import shlex
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from parelha.report.text import table_text

if TYPE_CHECKING:
    from parelha.plan import Plan

_PORT = 8000
_SHARED = "/shared/adapters"


def plan(
    *arguments: Annotated[str, Parameter(name="CONFIG", allow_leading_hyphen=True)],
    gpus: int,
    gpu_memory: float,
    nodes: int = 1,
    cores: int = 0,
) -> None:
    """Say what a run would take on GPUs: what goes where, memory, time, and the commands.

    Args:
        arguments: A TOML file, or the name of one that comes with Parelha; settings as for train.
        gpus: How many, on all nodes together.
        gpu_memory: GB of each.
        nodes: How many machines, with as many GPUs each.
        cores: Of the first rank's node, which grades; by default as many as keep up.
    """
    from parelha.config_file import load_config
    from parelha.overrides import split_arguments
    from parelha.plan import Machines, make_plan

    path, overrides = split_arguments(arguments)
    machines = Machines(gpus, gpu_memory, nodes, cores)
    made = make_plan(load_config(path, overrides), machines)
    print(plan_text(made))
    print("\nto type:\n")
    print("\n".join(commands(made, arguments)))


def plan_text(made: "Plan") -> str:
    """The plan in words and tables."""
    from parelha.pacing import what_is_played
    from parelha.plan import CORE_SECONDS, NEW_TOKENS, UPDATED_PER_NEW, UPDATED_TOKENS, USABLE

    machines, work = made.machines, made.largest
    seconds = made.seconds(work)
    grading = work.core_seconds / (machines.cores or made.cores)
    programs = max(one.programs for one in made.steps)
    counted = "counted on its tasks" if made.is_exact else "assumed, its tokenizer is not here"
    lines = [
        f"{made.base.name}, {_many(machines.gpus, 'GPU')} of {machines.gpu_memory:g} GB on "
        f"{_many(machines.nodes, 'node')}; {USABLE:.0%} of each GPU is planned with",
        f"what is played: {what_is_played(made.config)}",
        f"longest dialogue: {made.longest:,} tokens ({counted})",
        "",
        table_text(list(_places(made))),
        "",
        table_text(list(_memory(made))),
        "",
        f"a step, at most: {work.tokens:,} new tokens, {programs:,} programs",
        table_text(
            [
                {"what": "playing", "seconds": f"{seconds.playing:.1f}"},
                {"what": "grading beside it", "seconds": f"{grading:.1f}"},
                {"what": "updating", "seconds": f"{seconds.updating:.1f}"},
                {"what": "in all", "seconds": f"{seconds.total:.1f}"},
            ]
        ),
        f"new tokens a second, all counted: {work.tokens / seconds.total:,.0f}",
        f"the run, without evaluations: {made.hours():.2f} hours at most",
        f"bottleneck: {_bottleneck(made)}",
        "",
        f"assumed (docs/scale.md), for up to 7.6B: {NEW_TOKENS:,} new tokens/s from a full server "
        f"and {UPDATED_TOKENS:,} tokens/s from a trainer of one H100, {UPDATED_PER_NEW} tokens "
        "updated for each new one",
        f"measured here, on CPUs: {CORE_SECONDS:.3f} s of a core to grade a program",
    ]
    if not made.servers:
        lines.append("assumed: our own engine answers as fast as a server")
    return "\n".join(lines)


def _places(made: "Plan") -> Iterator[dict[str, str]]:
    cores = made.machines.cores
    if made.servers:
        rows = f"each holds {made.dialogues:,} longest dialogues at once"
        yield {"part": "vLLM servers", "how many": _many(made.servers, "GPU"), "": rows}
    playing = "" if made.servers else "plays as well, by our own engine"
    yield {"part": "trainers", "how many": _many(made.trainers, "GPU"), "": playing}
    enough = f"on the first rank's node; {made.cores} would keep up with playing"
    yield {"part": "graders", "how many": _many(cores or made.cores, "core"), "": enough}


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'s' * (number > 1)}"


def _memory(made: "Plan") -> Iterator[dict[str, str]]:
    trainer = made.trainer_memory()
    server = made.server_memory() if made.servers else {}
    for part in dict.fromkeys([*trainer, *server]):
        row = {"GiB on a GPU": part, "trainer": f"{trainer.get(part, 0):.1f}"}
        yield row | ({"server": f"{server.get(part, 0):.1f}"} if server else {})
    row = {"GiB on a GPU": "in all, at least", "trainer": f"{sum(trainer.values()):.1f}"}
    yield row | ({"server": f"{sum(server.values()):.1f}"} if server else {})


def _bottleneck(made: "Plan") -> str:
    seconds = made.seconds(made.largest)
    if seconds.grading > seconds.playing:
        found = {"grading: more cores would help": seconds.grading}
    elif seconds.latency > seconds.sampling:
        found = {"the longest dialogue: more tasks a step would help, not GPUs": seconds.latency}
    else:
        found = {"sampling: more GPUs would help": seconds.sampling}
    found["updating: more GPUs would help"] = seconds.updating
    return max(found, key=lambda name: found[name])


def commands(made: "Plan", arguments: tuple[str, ...]) -> Iterator[str]:
    """The commands of each node; trainers take the first GPUs, node by node, servers the others."""
    from parelha.models.shape import folder_of
    from parelha.overrides import split_arguments
    from parelha.plan import lora_rank

    machines, model = made.machines, made.config.model
    each, left = machines.gpus // machines.nodes, made.trainers
    trainers = [max(0, min(each, left - each * node)) for node in range(machines.nodes)]
    name = made.base.hub or str(folder_of(made.base.name))
    dtype = "float32" if model.dtype == "float32" else "bfloat16"
    hosts = [f"node{n + 1}" if machines.nodes > 1 else "localhost" for n in range(machines.nodes)]
    urls = [
        f"http://{host}:{_PORT + gpu}"
        for host, taken in zip(hosts, trainers, strict=True)
        for gpu in range(taken, each)
    ]
    path, settings = split_arguments(arguments)
    settings |= _who_answers(made, urls)
    given = [f"--{key}={value}" for key, value in settings.items()]
    train = shlex.join(["parelha", "train", *([str(path)] if path else []), *given])
    ranked = sum(1 for taken in trainers if taken)
    for node, taken in enumerate(trainers):
        if machines.nodes > 1:
            yield f"# on {hosts[node]}"
        for gpu in range(taken, each):
            yield (
                f"CUDA_VISIBLE_DEVICES={gpu} VLLM_ALLOW_RUNTIME_LORA_UPDATING=1 "
                f"vllm serve {shlex.quote(name)} --port {_PORT + gpu} "
                f"--dtype {dtype} --max-model-len {made.longest} "
                f"--enable-lora --max-lora-rank {lora_rank(model.lora_rank)} --max-loras 2 "
                "--max-cpu-loras 4 --enable-prefix-caching --enable-prompt-tokens-details "
                "--logprobs-mode processed_logprobs &"
            )
        if made.trainers == 1 and taken:
            yield train
        elif taken:
            rendezvous = f"--nnodes {ranked} --rdzv_backend c10d --rdzv_endpoint {hosts[0]}:29500 "
            yield (
                f"torchrun {rendezvous if ranked > 1 else ''}--nproc_per_node {taken} -m {train}"
            )


def _who_answers(made: "Plan", urls: list[str]) -> dict[str, str]:
    """Settings by which those answer whom the plan names, whatever its configuration says."""
    engine = made.config.engine
    found = {"cluster.num_servers": "0"} if made.config.cluster.num_servers else {}
    if urls:
        found |= {"engine.kind": "vllm", "engine.servers": ",".join(urls)}
        if made.machines.nodes > 1 and not engine.adapters_dir:
            found["engine.adapters_dir"] = _SHARED
        return found
    if engine.kind == "vllm":
        found |= {"engine.kind": "torch", "engine.servers": "[]"}
    if engine.server_key_env:
        found["engine.server_key_env"] = ""
    if made.config.train.overlap:  # it needs servers
        found["train.overlap"] = "false"
    return found
