"""Puts the chosen fast paths under a model, and takes them away again where they do not agree.

Plain modules of transformers and PEFT are the yardstick: before a model is used, a few tokens are
read by them and by what replaces them. What raises or disagrees is left out, and the run goes on.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from peft import PeftModel
from torch import Tensor

from parelha.kernels.adapted import AdaptedModel, adapt, leave_layers_plain
from parelha.kernels.attention import leave_attention_plain, use_varlen
from parelha.kernels.blocks import leave_blocks_plain, make_lean
from parelha.kernels.choose import PATHS, Kernels
from parelha.kernels.frozen import FrozenHead, keep_stored_types
from parelha.kernels.groups import Group, find_groups, fuse, leave_groups_plain, watching
from parelha.kernels.memory import release_freed_memory

_TOKENS = 6
# Largest difference of outputs and of gradients from plain modules, as a share of the largest
# number: bfloat16 keeps eight bits, and errors of a whole model add up.
_AGREE = {torch.bfloat16: (0.05, 0.25), torch.float32: (1e-3, 1e-2)}

# (base, (B, 1, Q, K) bool: which query sees which key) -> the mask in the form the base takes
Mask = Callable[[Any, Tensor], Tensor]


@dataclass
class Fast:
    """A model under its fast paths: the kernels in use, its adapted layers, its output head."""

    kernels: Kernels
    adapted: AdaptedModel
    head: FrozenHead

    def pack(self, wanted: bool) -> None:
        """Pack weights from now on, or forget those that are packed."""
        if not wanted:
            self.head.forget_packed()
        self.adapted.pack(wanted)


def make_fast(model: PeftModel, kernels: Kernels, mask: Mask) -> Fast:
    """Put the paths of `kernels` under a model, frozen but for its adapters and in eval mode.

    Weights narrower than `kernels.dtype` are held as they are where the paths allow it, and
    converted where not.

    Raises:
        FloatingPointError: plain modules give numbers that are not finite.
    """
    base: Any = model.get_base_model()
    held = base.dtype
    groups = find_groups(model)
    with watching(groups):
        right = _plain_outcome(model, mask)
    if right is not None and not all(bool(torch.isfinite(one).all()) for one in right[:3]):
        raise FloatingPointError("hidden states or logits are not finite")
    try:
        found = _put_under(model, kernels, groups)
        problem = "" if right is None else _difference(_outcome(model, mask, found), right, held)
    # whatever an unknown processor does
    except Exception as error:  # pylint: disable=broad-exception-caught
        problem = _one_line(error)
    if problem:
        leave_blocks_plain(model)
        leave_groups_plain(groups)
        leave_layers_plain(model)
        leave_attention_plain(base)
        found = _put_under(model, kernels.without(PATHS, problem), groups)
    found.adapted.drop_plain()
    release_freed_memory()
    return found


def _put_under(model: PeftModel, kernels: Kernels, groups: Sequence[Group]) -> Fast:
    base: Any = model.get_base_model()
    adapted = adapt(model, kernels)
    if "fused" in kernels.paths:
        fuse(groups, adapted)  # before any pass: what is packed one by one would stay beside it
    head = FrozenHead(base.get_output_embeddings(), adapted.upcaster, adapted.can_pack)
    if _is_narrow(model, kernels.dtype):
        behind = [layer.weight for one in adapted.projections for layer in one.bases]
        if behind and kernels.device.type == "cpu":
            keep_stored_types(base, [*behind, head.layer.weight], kernels.dtype)
        else:
            model.to(kernels.dtype)
    if "varlen" in kernels.paths and (lacks := use_varlen(base)):
        kernels = kernels.without(["varlen"], lacks)
    if "lean" in kernels.paths and not make_lean(model, groups, kernels.dtype):
        kernels = kernels.without(["lean"], "needs gated blocks or norms")
    return Fast(kernels, adapted, head)


def _is_narrow(model: PeftModel, dtype: torch.dtype) -> bool:
    """Whether a base holds weights in a type of fewer bytes than its products are to have."""
    base: Any = model.get_base_model()
    if getattr(base, "is_loaded_in_4bit", False):
        return False
    return any(
        parameter.is_floating_point() and parameter.dtype.itemsize < dtype.itemsize
        for parameter in base.parameters()
    )


# (hidden states without gradient, with gradient, logits of the last token, gradients)
_Outcome = tuple[Tensor, Tensor, Tensor, Tensor]


def _one_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0] if lines else 'no reason given'}"


def _plain_outcome(model: PeftModel, mask: Mask) -> _Outcome | None:
    """What plain modules give; None where a model cannot be read like this at all."""
    try:
        return _outcome(model, mask, None)
    # other checks say what is wrong with a model
    except Exception:  # pylint: disable=broad-exception-caught
        return None


def _outcome(model: PeftModel, mask: Mask, fast: Fast | None) -> _Outcome:
    """A few tokens read with and without gradient, and the gradient of a weighted sum."""
    base: Any = model.get_base_model()
    size = int(base.get_input_embeddings().weight.shape[0])
    ids = torch.arange(_TOKENS, device=base.device)[None] * 7 % size
    sees = torch.ones((_TOKENS, _TOKENS), dtype=torch.bool, device=base.device).tril()[None, None]

    def read() -> Tensor:
        found: Tensor = base.get_decoder()(
            input_ids=ids,
            attention_mask=mask(base, sees),
            position_ids=torch.arange(_TOKENS, device=base.device)[None],
            use_cache=False,
        ).last_hidden_state[0]
        return found

    trained = [p for name, p in model.named_parameters() if p.requires_grad and "lora_B" in name]
    with torch.enable_grad():
        again = read()
        weights = torch.linspace(-1, 1, again.numel(), device=again.device).view(again.shape)
        grads = torch.autograd.grad((again.float() * weights).sum(), trained, allow_unused=True)
    flat = [grad.flatten() for grad in grads if grad is not None]
    gradient = torch.cat(flat) if flat else torch.zeros(1)
    with torch.inference_mode():
        hidden = read()
        head = base.get_output_embeddings() if fast is None else fast.head.logits
        logits = head(hidden[-1:]).float()
    return hidden.float(), again.detach().float(), logits, gradient


def _difference(found: _Outcome, right: _Outcome, held: torch.dtype) -> str:
    """In what two outcomes differ; "" where they agree."""
    of_outputs, of_gradients = _AGREE.get(held, _AGREE[torch.bfloat16])
    for name, one, other in zip(
        ("outputs", "outputs with gradient", "logits", "gradients"), found, right, strict=True
    ):
        limit = of_gradients if name == "gradients" else of_outputs
        wrong = float((one - other).abs().max() / other.abs().max().clamp_min(1e-30))
        if not wrong <= limit:
            return f"{name} differ from those of plain modules by {wrong:.1e}"
    return ""
