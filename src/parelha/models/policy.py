"""The pair: one frozen base with a LoRA adapter for each role, or bases of their own.

Adapters are never merged into the base: merging in bfloat16 and back changes it.
"""

import hashlib
import json
import warnings
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model
from peft.utils import get_peft_model_state_dict, set_peft_model_state_dict
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel
from transformers.pytorch_utils import Conv1D

from parelha.agents.roles import Roles
from parelha.config import ModelConfig
from parelha.errors import UsageError
from parelha.kernels.active import adapters_of_rows
from parelha.kernels.adapted import use_adapted_layers
from parelha.kernels.choose import Kernels, choose_for
from parelha.kernels.fast import Fast, make_fast
from parelha.kernels.frozen import FrozenHead
from parelha.kernels.memory import release_freed_memory
from parelha.models.load import attention_mask
from parelha.models.sharded import is_sharded
from parelha.types import Agent

ADAPTER_FILE = "adapter_model.safetensors"
BASE_FILE = "base.json"


class Policy:
    """Bases and adapters of all roles.

    Args:
        bases: the frozen base of each role; the same object means one base with several adapters.
        roles: who plays with which adapter, and who is trained.
        config: rank, alpha and adapted layers.
        seed: of the adapters' random factors (A); B starts at zero, so the pair starts as the base.
        kernels: what the bases are computed with; by default what is best for the first.

    Attributes:
        kernels: those that all bases are computed with; each one's own are in `fast`.
        is_sharded: whether other ranks hold a part of the bases, and take part in every pass.

    Raises:
        UsageError: a base in which nothing can be adapted, or not what the configuration names.
    """

    def __init__(
        self,
        bases: Mapping[Agent, PreTrainedModel],
        roles: Roles,
        config: ModelConfig,
        seed: int,
        kernels: Kernels | None = None,
    ) -> None:
        self.roles, self.config = roles, config
        first, *_ = (bases[agent] for agent in roles)
        self.kernels = kernels or choose_for(first)
        self.is_sharded = any(map(is_sharded, bases.values()))
        _check_names(config.adapter_targets, bases.values())
        torch.manual_seed(seed)
        self._models: dict[Agent, PeftModel] = {}
        by_base: dict[int, tuple[PeftModel, LoraConfig]] = {}
        for agent, role in roles.items():
            base = bases[agent]
            if id(base) not in by_base:
                lora = _lora(base, config)
                by_base[id(base)] = _adapted(base, lora, role.adapter), lora
            self._models[agent], lora = by_base[id(base)]
            if role.adapter not in self._models[agent].peft_config:
                self._models[agent].add_adapter(role.adapter, lora)
        by_model: dict[int, Fast] = {}
        for agent, model in self._models.items():
            model.eval()
            if id(model) not in by_model:
                model.set_adapter(self.adapter(agent))
                by_model[id(model)] = self._make_fast(model, agent)
        for one in by_model.values():
            for path, reason in one.kernels.left_out.items():
                self.kernels = self.kernels.without([path], reason)
        self._fast = {agent: by_model[id(model)] for agent, model in self._models.items()}
        self.activate(next(iter(roles)))

    def _make_fast(self, model: PeftModel, agent: Agent) -> Fast:
        try:
            return make_fast(model, self.kernels, attention_mask)
        except FloatingPointError as error:
            raise UsageError(
                f"the weights of {self.roles[agent].base} are damaged, {error}: fetch them anew"
            ) from error

    def adapter(self, agent: Agent) -> str:
        """Name of the adapter that plays `agent`."""
        return self.roles[agent].adapter

    @property
    def owners(self) -> tuple[Agent, ...]:
        """Agents with an adapter of their own, each adapter's once."""
        return tuple(agent for agent, role in self.roles.items() if role.adapter == agent)

    @property
    def trained(self) -> tuple[Agent, ...]:
        """Agents with an adapter of their own that is updated."""
        return tuple(agent for agent in self.owners if self.roles[agent].trained)

    def model(self, agent: Agent) -> PeftModel:
        """The PEFT model that holds the agent's adapter."""
        return self._models[agent]

    def parameters(self, agent: Agent) -> dict[str, nn.Parameter]:
        """The agent's adapter by name; names do not hold the adapter's own name.

        Picked by name and not by `requires_grad`: PEFT freezes an adapter when another one is
        added or activated.
        """
        mark = f".{self.adapter(agent)}."
        return {
            name.replace(mark, "."): parameter
            for name, parameter in self._models[agent].named_parameters()
            if mark in name and "lora_" in name
        }

    def activate(self, agent: Agent) -> None:
        """Make the agent's adapter the active one; all adapters stay trainable."""
        model = self._models[agent]
        if model.active_adapter != self.adapter(agent):
            model.set_adapter(self.adapter(agent))
        for one in self.roles:
            for parameter in self.parameters(one).values():
                parameter.requires_grad_(True)

    def active_for(self, agents: Sequence[Agent]) -> AbstractContextManager[None]:
        """In the passes inside, make each row's own agent's adapter active; without gradient.

        (B,) agents are whose row it is, (T,) in a pass of one row whose token; they share one base.
        """
        return adapters_of_rows([self.adapter(a) for a in agents], self.config.lora_rank)

    @contextmanager
    def plain_weights(self) -> Iterator[None]:
        """Without packed copies of the weights, for an update; they are made again afterwards.

        Freed memory is given back on both sides, since each leaves holes that the other cannot use.
        """
        bases = list({id(one): one for one in self._fast.values()}.values())
        for one in bases:
            one.pack(False)
        release_freed_memory()
        try:
            yield
        finally:
            for one in bases:
                one.pack(True)
            release_freed_memory()

    def base_only(self, agent: Agent) -> AbstractContextManager[Any]:
        """The base without its adapters, for the KL term and the untrained arms."""
        return self._models[agent].disable_adapter()

    def decoder(self, agent: Agent) -> nn.Module:
        """The stack of layers without the output head; adapters are active inside it."""
        base: Any = self._models[agent].get_base_model()
        decoder: nn.Module = base.get_decoder()
        return decoder

    def fast(self, agent: Agent) -> Fast:
        """The fast paths under the agent's base."""
        return self._fast[agent]

    def head(self, agent: Agent) -> FrozenHead:
        """The output head: (..., H) hidden states to (..., V) logits."""
        return self._fast[agent].head

    def logits(self, agent: Agent, hidden: Tensor) -> Tensor:
        """(..., V) logits of (..., H) hidden states."""
        return self.head(agent).logits(hidden)

    def mask(self, agent: Agent, sees: Tensor) -> Tensor:
        """(B, 1, Q, K) bool, True where a query sees a key, in the form the agent's base takes."""
        base: Any = self._models[agent].get_base_model()
        return attention_mask(base, sees)

    def supports_varlen(self, agent: Agent) -> bool:
        """Whether passes of the agent's base can hold packed segments and rows."""
        return "varlen" in self._fast[agent].kernels.paths

    def window(self, agent: Agent) -> int:
        """Longest sequence that the agent's base is given, in tokens; 0 when it has no limit.

        Long rope turns *every* token's keys differently once a batch holds one sequence longer
        than the original window: what was computed before would no longer hold, and an answer
        would depend on its neighbours. And masks made here know no sliding window.
        """
        return window_of(self._models[agent].config)

    def product_norm(self, agent: Agent) -> float:
        """Frobenius norm of all products B·A together, scaled: how far the agent left the base.

        Uses ||BA||² = trace((BᵀB)(AAᵀ)), so that no product is ever formed.
        """
        scale = self.config.lora_alpha / self.config.lora_rank
        total = 0.0
        parameters = self.parameters(agent)
        for name, a in parameters.items():
            if "lora_A" not in name:
                continue
            b = parameters[name.replace("lora_A", "lora_B")]
            with torch.no_grad():
                total += float(((b.double().T @ b.double()) * (a.double() @ a.double().T)).sum())
        return float(scale * max(total, 0.0) ** 0.5)

    def digest(self, agent: Agent) -> str:
        """Short hash of the agent's adapter, equal only for equal bits."""
        sha = hashlib.sha256()
        for name, parameter in sorted(self.parameters(agent).items()):
            sha.update(name.encode())
            sha.update(parameter.detach().cpu().contiguous().numpy().tobytes())
        return sha.hexdigest()[:16]

    def save(self, agent: Agent, folder: Path) -> None:
        """Write the agent's adapter in PEFT's layout, loadable by `PeftModel.from_pretrained`.

        Beside it stands how the base was held (``base.json``), for which PEFT has no place.
        """
        model, adapter = self._models[agent], self.adapter(agent)
        folder.mkdir(parents=True, exist_ok=True)
        # Embeddings are never trained; "auto" would ask the hub whether they had been resized.
        model.save_pretrained(
            str(folder),
            selected_adapters=[adapter],
            save_embedding_layers=False,
            state_dict=_adapters_of(model),
        )
        # PEFT puts a named adapter one folder down; the run folder's layout has it flat.
        inner = folder / adapter
        if inner.is_dir():
            for path in inner.iterdir():
                path.replace(folder / path.name)
            inner.rmdir()
        record = {
            "name": model.get_base_model().name_or_path,
            "dtype": held_as(self._models[agent]),
        }
        (folder / BASE_FILE).write_text(json.dumps(record) + "\n", encoding="utf-8")

    def load(self, agent: Agent, folder: Path) -> None:
        """Read an adapter written by `save`.

        Raises:
            UsageError: no such file, an adapter of another shape, or one that was trained over a
                base in 4 bits where this one is not, or the other way round.
        """
        path = folder / ADAPTER_FILE
        if not path.is_file():
            raise UsageError(f"no adapter at {path}")
        try:
            state = load_file(str(path))
        except (OSError, SafetensorError) as error:
            raise UsageError(f"the adapter at {path} cannot be read: {error}") from None
        model, adapter = self._models[agent], self.adapter(agent)
        wanted = get_peft_model_state_dict(
            model, _adapters_of(model), adapter_name=adapter, save_embedding_layers=False
        )
        if {k: v.shape for k, v in state.items()} != {k: v.shape for k, v in wanted.items()}:
            raise UsageError(
                f"the adapter at {path} does not fit this model, rank and adapter_targets"
            )
        held, here = trained_over(folder), held_as(self._models[agent])
        if held and (held == "nf4") != (here == "nf4"):
            raise UsageError(
                f"the adapter at {path} was trained over a base in {held}, this one is in {here}: "
                "set model.dtype as it was"
            )
        set_peft_model_state_dict(model, state, adapter_name=adapter)


def _adapters_of(model: PeftModel) -> dict[str, Tensor]:
    """All adapters by PEFT's names; of a sharded base PEFT would gather every weight first."""
    return {name: one for name, one in model.named_parameters() if "lora_" in name}


def window_of(config: Any) -> int:
    """Longest sequence that a base of this configuration is given; 0 when it has no limit."""
    rope: dict[str, Any] = getattr(config, "rope_parameters", None) or {}
    limits = [
        getattr(config, "max_position_embeddings", None),
        getattr(config, "n_positions", None),
        getattr(config, "sliding_window", None),
    ]
    if rope.get("rope_type") == "longrope":
        limits.append(rope.get("original_max_position_embeddings"))
    return min((int(limit) for limit in limits if limit), default=0)


def held_as(model: PeftModel) -> str:
    """How a base is held: ``nf4``, or the type of its weights."""
    base: Any = model.get_base_model()
    if getattr(base, "is_loaded_in_4bit", False):
        return "nf4"
    return str(base.dtype).removeprefix("torch.")


def adapter_targets(base: PreTrainedModel) -> list[str]:
    """Names of the linear layers that get an adapter: all but the output head.

    In a mixture of experts the attention alone is adapted. Its experts are held as
    three-dimensional parameters, which are no layers, and PEFT takes the names of linear layers
    beside them (shared experts) for those of the experts.

    Raises:
        UsageError: the model has no such layer.
    """
    layers: dict[str, str] = {}  # path to own name
    head = base.get_output_embeddings()  # type: ignore[no-untyped-call]
    for path, module in base.named_modules():
        if isinstance(module, (nn.Linear, Conv1D)) and module is not head:
            layers[path] = path.rpartition(".")[2]
    # a block such as `mlp`, that holds `experts`, that hold the parameters
    blocks = {
        name.rsplit(".", 2)[0] + "."
        for name, parameter in base.named_parameters()
        if parameter.ndim == 3 and name.count(".") >= 2
    }
    among_experts = {own for path, own in layers.items() if path.startswith(tuple(blocks))}
    targets = sorted(set(layers.values()) - among_experts)
    if not targets:
        raise UsageError(
            f"no layer of this model ({type(base).__name__}) can take an adapter: choose another"
        )
    return targets


def _check_names(names: Collection[str], bases: Iterable[PreTrainedModel]) -> None:
    """Refuse names of layers that no base has, and a base that has none of them."""
    choices = [adapter_targets(base) for base in bases]
    known = sorted({name for targets in choices for name in targets})
    unknown = [name for name in names if name not in known]
    if unknown:
        raise UsageError(
            f"model.adapter_targets: no layer named {', '.join(unknown)} can take an adapter; "
            f"choose among {', '.join(known)}"
        )
    for targets in choices:
        if names and not set(names) & set(targets):
            raise UsageError(
                f"model.adapter_targets: {', '.join(names)} leave one of the two bases without "
                f"adapters; add some of {', '.join(targets)}"
            )


def trained_over(folder: Path) -> str:
    """How the base of saved adapters was held; "" where nothing that can be read says so."""
    try:
        return str(json.loads((folder / BASE_FILE).read_text(encoding="utf-8"))["dtype"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _lora(base: PreTrainedModel, config: ModelConfig) -> LoraConfig:
    names = config.adapter_targets
    lora = LoraConfig(
        r=config.lora_rank,
        lora_alpha=config.lora_alpha,
        lora_dropout=0.0,
        target_modules=[name for name in adapter_targets(base) if not names or name in names],
        fan_in_fan_out=any(isinstance(module, Conv1D) for module in base.modules()),  # GPT-2
        task_type="CAUSAL_LM",
    )
    use_adapted_layers(lora)
    return lora


def _adapted(base: PreTrainedModel, lora: LoraConfig, name: str) -> PeftModel:
    base.requires_grad_(False)
    with warnings.catch_warnings():
        # PEFT asks transformers for the old name of a property.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing`", FutureWarning)
        model = get_peft_model(base, lora, adapter_name=name)
    assert isinstance(model, PeftModel)
    return model
