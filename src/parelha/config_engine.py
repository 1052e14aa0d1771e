"""The tables of the configuration on what computes: engine, workers, and parts on a cluster."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from parelha.config_base import Count, NotNegative, Positive, Section, ServerUrl, Size

# As in `kernels.choose`, which imports torch.
FastPath = Literal["packed", "fused", "lean", "varlen", "lookup", "saved"]


class EngineConfig(Section):
    """Who generates, and the workers beside it."""

    kind: Literal["torch", "vllm"] = "torch"
    """`torch`: our own engine, in the trainer's process. `vllm`: the `servers`, which are handed
    the adapters anew after every update (docs/scale.md)."""
    servers: tuple[ServerUrl, ...] = ()
    """URLs of the vLLM servers of `kind = "vllm"`, such as `http://localhost:8000`; a run can be
    resumed with others."""
    adapters_dir: str = ""
    """Folder in which vLLM servers find the adapters under the same path as we write them; empty:
    `adapters` in the run's folder."""
    max_importance: Positive = 2.0
    """Of a vLLM server's answers the loss of a text token is weighed by how much likelier the
    trainer finds it than the server did, by so much at most (truncated importance sampling)."""
    max_mismatch: Positive = 0.05
    """A run ends where the log-probabilities of the step's text tokens by a vLLM server and by the
    trainer differ by more, as the mean of the absolute differences, in nats."""
    threads: Count = 0
    """Threads of torch; 0 means one per core that the process may use."""
    max_batch_tokens: Size = 49152
    """Prompt and new tokens, padding counted in, that are decoded together; half as many are kept
    of each adapter's earlier prompts and answers."""
    workers: Count = 0
    """Processes that run programs and linters; 0 means one per core that the process may use."""
    without: tuple[FastPath, ...] = ()
    """Fast paths that are switched off: `packed`, `fused`, `lean`, `varlen`, `lookup`, `saved`
    (docs/architecture.md). What does not work on a processor is found out when a run starts and
    needs no setting."""
    own: str = ""
    """The dotted name of a module of your own whose engine answers (docs/extending.md)."""
    allow_unsafe_sandbox: bool = False
    """Run programs even where the isolation is weaker than level 2; stamped into every score."""
    server: ServerUrl = ""
    """URL of an OpenAI-compatible server that answers in evaluation in place of our own engine,
    such as `http://localhost:8000`; empty: our own (docs/architecture.md)."""
    server_model: str = ""
    """Name of the model at the server; empty: the only one there. Its tokenizer is that of
    `model.coder`."""
    server_reviewer_model: str = ""
    """The same for the reviewer and `model.reviewer`; empty: the coder's."""
    server_key_env: str = ""
    """Name of the environment variable that holds the server's API key; empty: `OPENAI_API_KEY`,
    where that is set."""


def _check_gpus(number: float) -> float:
    """Refuse numbers that Ray does not take."""
    if 0.0 < number < _LEAST_GPU or (number > 1.0 and number != int(number)):
        raise ValueError(f"must be 0, a share of at least {_LEAST_GPU} of one GPU, or whole GPUs")
    return number


_LEAST_GPU = 0.0001
Gpus = Annotated[NotNegative, AfterValidator(_check_gpus)]


class ClusterConfig(Section):
    """What `parelha train --cluster` places on a Ray cluster beside graders (docs/scale.md).

    Where a run's parts are changes nothing that is learned.
    """

    num_trainers: Count = 0
    """Processes that compute the gradients of an update together; 0: the run's own process does."""
    trainer_cpus: Size = 1
    """Processors that Ray keeps for each trainer, and its threads."""
    trainer_gpus: Gpus = 0.0
    """GPUs that Ray keeps for each trainer."""
    num_servers: Count = 0
    """vLLM servers that are started, whose URLs take the place of `engine.servers`."""
    server_cpus: Size = 1
    """Processors that Ray keeps for each server."""
    server_gpus: Gpus = 1.0
    """GPUs that Ray keeps for each server."""
    server_port: Annotated[int, Field(ge=1024, le=65000)] = 8000
    """Port of the first server; each has its own, the next one up."""
    server_command: str = (
        "vllm serve {model} --port {port} --enable-lora --max-lora-rank {rank} --max-loras 2 "
        "--max-cpu-loras 4 --enable-prefix-caching --enable-prompt-tokens-details "
        "--logprobs-mode processed_logprobs"
    )
    """What starts a server: `{model}` is the coder's base as its hub or its folder names it,
    `{port}` the server's port, `{rank}` the least rank of vLLM that holds `model.lora_rank`."""
