"""From a folder of model files to objects: the tokenizer and the frozen base. No network, ever."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import torch
from safetensors import safe_open
from tokenizers import AddedToken
from torch import Tensor
from torch.nn.functional import pad
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    BitsAndBytesConfig,
    DynamicCache,
    PreTrainedModel,
    PreTrainedTokenizerBase,
    PreTrainedTokenizerFast,
)
from transformers.utils import logging as transformers_logging

from parelha.agents.formats import Format
from parelha.agents.templates import MARKER
from parelha.errors import ModelFileError, UsageError
from parelha.kernels.cache_argument import as_argument
from parelha.kernels.choose import beside, gpu_in_use, has_gpu
from parelha.models.sharded import gather_ends, sharding
from parelha.models.whole import check_folder

# Architectures whose engine, update, checkpoint and resume the tests play from end to end.
VERIFIED = frozenset({"codegen", "deepseek_v2", "llama", "phi3", "qwen2"})


def _protect_markers(tokenizer: Any) -> None:
    """Make every marker among the added tokens special, if it is not yet.

    ``split_special_tokens=True`` spells out special tokens only; Qwen's own files leave
    fill-in-the-middle and tool-call markers as plain added tokens, so that a text could hold them.
    Runs of spaces that some vocabularies add (CodeGen, Phi) are text and stay as they are.
    """
    loose = [
        token.content
        for token in tokenizer.added_tokens_decoder.values()
        if not token.special and MARKER.fullmatch(token.content.strip())
    ]
    if loose:
        tokenizer.backend_tokenizer.add_special_tokens(
            [AddedToken(text, special=True, normalized=False) for text in loose]
        )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Return the tokenizer of a model folder, padding on the left.

    ``tokenizer(text, split_special_tokens=True)`` never gives a control token.

    Raises:
        ModelFileError: the folder holds no tokenizer that can be read whole.
    """
    tokenizer: Any
    try:
        if (folder / "tokenizer.json").is_file():
            # the file as it is: the class that AutoTokenizer picks may rebuild it by its own rules
            # (SmolLM2 would lose "one token per digit" to GPT2Tokenizer)
            tokenizer = PreTrainedTokenizerFast.from_pretrained(folder, local_files_only=True)
        else:
            tokenizer = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
    except Exception as error:  # the tokenizers library raises plain exceptions
        raise ModelFileError(f"no tokenizer can be read from {folder}: {_line(error)}") from error
    _check_vocabulary(folder, tokenizer)
    if tokenizer.is_fast:
        _protect_markers(tokenizer)
    tokenizer.padding_side = "left"
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    assert isinstance(tokenizer, PreTrainedTokenizerBase)
    return tokenizer


def _check_vocabulary(folder: Path, tokenizer: Any) -> None:
    """Refuse the empty tokenizer that a class makes up where one of its files is missing.

    Raises:
        ModelFileError: naming the files.
    """
    names = dict(tokenizer.vocab_files_names)
    whole = names.pop("tokenizer_file", "tokenizer.json")
    lacks = [name for name in names.values() if not (folder / name).is_file()]
    other = [*folder.glob("*.model"), *folder.glob("tekken.json"), *folder.glob(whole)]
    if not other and (lacks or (not names and "tokenizer_file" in tokenizer.vocab_files_names)):
        needs = " and ".join(names.values())
        raise ModelFileError(
            f"no tokenizer can be read from {folder}: it lacks {whole}"
            + (f", or {needs}" if needs else "")
        )
    if not tokenizer("def f(x): return x", add_special_tokens=False).input_ids:
        raise ModelFileError(f"the tokenizer in {folder} reads no text: fetch the folder again")


def check_format(base: PreTrainedModel, form: Format) -> None:
    """Refuse a tokenizer that gives tokens for which the base has no embedding.

    Control tokens that the format never uses may lie beyond it (a padding token, often): text
    never becomes one.

    Raises:
        ModelFileError: naming the first such token.
    """
    tokenizer: Any = form.tokenizer
    embedding: Any = base.get_input_embeddings()
    rows = int(embedding.weight.shape[0])
    control = {i for i, token in tokenizer.added_tokens_decoder.items() if token.special}
    beyond = {i for i in tokenizer.get_vocab().values() if i >= rows} - control
    beyond |= {i for i in form.control_ids if i >= rows}
    if beyond:
        first = min(beyond)
        raise ModelFileError(
            f"the tokenizer's token {tokenizer.convert_ids_to_tokens(first)!r} is number {first}, "
            f"and the model embeds {rows}: the tokenizer belongs to another model"
        )


def load_base(
    folder: Path,
    dtype: torch.dtype | None,
    *,
    four_bit: bool = False,
    name: str = "",
    num_shards: int = 1,
) -> PreTrainedModel:
    """Return the frozen base: eval mode, no parameter requires a gradient.

    Args:
        folder: a transformers-loadable folder.
        dtype: of the weights, None meaning as they are in the file; with `four_bit` of what is not
            quantised, and of all products.
        four_bit: hold the linear layers other than the head as nf4 (QLoRA, arXiv 2305.14314), on
            this process's GPU; else everything is in `dtype` on the CPU.
        name: what the base calls itself, and so what its adapters say they belong to; the folder
            where it is empty.
        num_shards: ranks that hold a part of it each, and load it at the same time.

    Raises:
        ModelFileError: the folder holds no causal model that can be read exactly and played; a
            tensor that is missing or too many is named.
        UsageError: `four_bit` on a machine that cannot, or a transformers that shards no base.
    """
    if (folder / "adapter_config.json").is_file():
        raise ModelFileError(
            f"{folder} holds an adapter (adapter_config.json) beside the weights: merge it into "
            "them, or move it away"
        )
    how: dict[str, Any] = {"dtype": dtype or "auto", "local_files_only": True}
    how |= {"trust_remote_code": False}  # else transformers asks whoever sits at the terminal
    # Both for `check_loaded`, which names the tensor.
    how |= {"output_loading_info": True, "ignore_mismatched_sizes": True}
    if four_bit:
        check_four_bit()
        nf4 = BitsAndBytesConfig(  # type: ignore[no-untyped-call]
            load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
        )
        how |= {"quantization_config": nf4, "device_map": {"": gpu_in_use()}}
    logging: Any = transformers_logging
    progress, verbosity = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()
    logging.set_verbosity_error()  # what it would report, is refused below in one line
    loader: Any = AutoModelForCausalLM
    try:
        if num_shards > 1:
            how |= sharding(folder, num_shards)
        model, info = loader.from_pretrained(folder, **how)
    except UsageError:
        raise
    except Exception as error:  # a folder's files can be wrong in any way
        check_folder(folder)  # names the file, where one is not what it seems
        raise ModelFileError(f"no model can be read from {folder}: {_line(error)}") from error
    finally:
        logging.set_verbosity(verbosity)
        if progress:
            logging.enable_progress_bar()
    check_loaded(folder, info)
    _check_numbers(folder, model)
    if name:
        model.name_or_path = model.config.name_or_path = name  # PEFT reads both
    if num_shards > 1:
        gather_ends(model)
    model.requires_grad_(False)
    model.eval()
    assert isinstance(model, PreTrainedModel)
    # A sharded base answers on a server: that its passes are other ones, `mismatch` would tell.
    if model.config.model_type not in VERIFIED and num_shards == 1:
        check_fits(model)
    return model


def check_loaded(where: Path, info: Mapping[str, Any]) -> None:
    """Refuse a model of which transformers filled a part with random numbers, or dropped one.

    `info` is its `output_loading_info`.

    Raises:
        ModelFileError: naming the first tensor, and how many more there are.
    """
    for key, says in (
        ("mismatched_keys", "has another shape than the model's"),
        ("missing_keys", "is missing"),
        ("unexpected_keys", "belongs to no part of the model"),
    ):
        names = sorted(str(one[0] if isinstance(one, tuple) else one) for one in info[key])
        others = sorted(map(str, info["unexpected_keys"])) if key == "missing_keys" else []
        if names:
            more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
            instead = f", and {others[0]} is there" if others else ""
            raise ModelFileError(
                f"{where}: the tensor {names[0]} {says}{more}{instead}: fetch the model again, or "
                "mend config.json or the names"
            )


def _check_numbers(folder: Path, model: PreTrainedModel) -> None:
    """Refuse whole numbers where the model has weights, unless its configuration tells their scale.

    Raises:
        ModelFileError: naming the first such tensor.
    """
    if getattr(model.config, "quantization_config", None):
        return
    weights = {name for name, _ in model.named_parameters()}
    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, "pt") as file:
            for name in sorted(weights.intersection(file.keys())):
                kind = file.get_slice(name).get_dtype()
                if kind.startswith(("I", "U", "BOOL")):
                    raise ModelFileError(
                        f"{path}: the tensor {name} holds whole numbers ({kind}), and config.json "
                        "does not say how they were quantised: fetch the model in 16 bits"
                    )


def _line(error: Exception) -> str:
    """The first line of an error, with the next where it ends in a colon; or its kind."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if not lines or isinstance(error, KeyError):  # a KeyError says no more than the key
        return " ".join([type(error).__name__, *lines[:1]])
    return " ".join(lines[:2] if lines[0].endswith(":") else lines[:1])


def check_four_bit() -> None:
    """Refuse a machine that cannot hold a base in 4 bits; takes no time and reads no file.

    Raises:
        UsageError: no GPU, or no bitsandbytes.
    """
    otherwise = "or set model.dtype to auto"
    if not has_gpu():
        raise UsageError(
            f"a 4-bit base (model.dtype nf4) needs an NVIDIA GPU that torch can use, {otherwise}"
        )
    if find_spec("bitsandbytes") is None:
        raise UsageError(
            "a 4-bit base (model.dtype nf4) needs bitsandbytes: `pip install bitsandbytes`, "
            + otherwise
        )


def attention_mask(base: PreTrainedModel, sees: Tensor) -> Tensor:
    """(B, 1, Q, K) bool, True where a query sees a key, in the form the base takes.

    Models with an attention of their own (CodeGen) add the mask to the scores instead.
    """
    if base.config._attn_implementation != "eager":  # pylint: disable=protected-access
        return sees
    added = sees.new_zeros(sees.shape, dtype=base.dtype)
    return added.masked_fill(~sees, torch.finfo(base.dtype).min)


# Two sequences that share their first three tokens.
_SHARED, _LENGTH = 3, 6
# Columns between the parts that no query sees, as those of other sequences in a packed pass; more
# than the last keys that a model's own band leaves (GPT-Neo: 256).
_UNSEEN = 512
_AGREE = 0.05  # of the largest logit; bfloat16 keeps eight bits


def check_fits(base: PreTrainedModel) -> None:
    """Refuse a base that cannot be played the way engine and trainer play it.

    They run the stack of layers under masks and positions of their own, keep its keys and values,
    and apply the head themselves. A model that scales or caps its logits, is recurrent, or finds
    out positions from the mask would answer something else without a word.

    Raises:
        ModelFileError: naming the architecture.
    """
    try:
        with torch.no_grad():
            wrong = _packed_error(base)
    except Exception as error:  # whatever a foreign model does
        line = str(error).strip().partition("\n")[0]
        raise ModelFileError(
            f"{type(base).__name__} cannot be played here ({line}): choose another model"
        ) from error
    if wrong > _AGREE:
        raise ModelFileError(
            f"{type(base).__name__} is not its layers under a plain mask and its head (logits "
            f"differ by {wrong:.0%}): choose another model"
        )


def _two_sequences(base: PreTrainedModel) -> tuple[Tensor, Tensor]:
    """(2, 6) ids, and (2, 6, V) the model's own logits for them."""
    model: Any = base
    size = int(model.get_input_embeddings().weight.shape[0])
    one = torch.arange(_LENGTH) * 7 % size
    other = torch.cat([one[:_SHARED], (one[_SHARED:] + size // 2) % size])
    ids = beside(model.get_input_embeddings().weight, torch.stack([one, other]))
    logits: Tensor = model(input_ids=ids, use_cache=False).logits.float()
    return ids, logits


def _packed_error(base: PreTrainedModel) -> float:
    """Largest difference of the two sequences read in two passes, as a share of the largest.

    The first reads what they share, whose keys and values are kept; the second what follows in
    both, packed as a tree. The two do not lie side by side, as in a batch: what a query sees is
    told by the mask alone.
    """
    model: Any = base
    ids, right = _two_sequences(base)
    cache = DynamicCache()

    def read(own: Tensor, sees: Tensor, at: Tensor) -> Tensor:
        out = model.get_decoder()(
            input_ids=own[None],
            attention_mask=attention_mask(base, beside(ids, sees[None, None])),
            position_ids=beside(ids, at[None]),
            use_cache=True,
            **as_argument(model.get_decoder(), cache),
        )
        logits: Tensor = model.get_output_embeddings()(out.last_hidden_state)[0].float()
        return logits

    at = torch.arange(_LENGTH)
    sees = at[:, None] >= at
    found = [read(ids[0, :_SHARED], sees[:_SHARED, :_SHARED], at[:_SHARED])]
    layers: list[Any] = cache.layers
    if len(layers) != base.config.num_hidden_layers:
        raise ValueError("its layers keep no keys and values")
    for layer in layers:
        layer.keys, layer.values = (pad(x, (0, 0, 0, _UNSEEN)) for x in (layer.keys, layer.values))
    branch = sees[_SHARED:, _SHARED:]
    nothing = torch.zeros_like(branch)
    own = torch.cat([torch.cat([branch, nothing], 1), torch.cat([nothing, branch], 1)])
    shared = torch.ones((len(own), _SHARED), dtype=torch.bool)
    rest = torch.cat([pad(shared, (0, _UNSEEN)), own], 1)
    found.append(read(ids[:, _SHARED:].flatten(), rest, at[_SHARED:].repeat(2)))
    both = torch.cat([right[0], right[1, _SHARED:]])
    return float((torch.cat(found) - both).abs().max() / both.abs().max())
