"""A model is read exactly or refused in one line that names what is wrong: no random weights."""

# pylint: disable=missing-function-docstring

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig, LlamaForCausalLM
from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS

from parelha.agents.formats import make_format
from parelha.errors import ModelFileError, UsageError
from parelha.models import convert, fetch
from parelha.models.load import check_format, load_base, load_tokenizer
from tests.fakes import tiny_policy
from tests.gguf_files import write_gguf
from tests.tiny import CHAT_TEMPLATE, VOCABULARY, tiny_folder, tiny_model, tiny_tokenizer

pytestmark = pytest.mark.slow

Weights = dict[str, torch.Tensor]
UP = "model.layers.1.mlp.up_proj.weight"


@pytest.fixture(name="good", scope="module")
def _good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_folder(tmp_path_factory.mktemp("good"))


@pytest.fixture(name="copy")
def _copy(good: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(good, tmp_path / "model"))


def resolved(folder: Path) -> Path:
    return fetch.resolve(str(folder), cache_dir=folder.parent / "cache").folder


def edit_json(path: Path, **fields: Any) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | fields))


# --- folders -------------------------------------------------------------------------------------


def without(name: str) -> Callable[[Weights], Weights]:
    return lambda weights: {key: value for key, value in weights.items() if key != name}


def prefixed(prefix: str) -> Callable[[Weights], Weights]:
    return lambda weights: {prefix + key: value for key, value in weights.items()}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (without(UP), f"the tensor {UP} is missing:"),
        (without("model.norm.weight"), "the tensor model.norm.weight is missing:"),
        (without("model.layers.0.self_attn.q_proj.bias"), "q_proj.bias is missing:"),
        (prefixed("_orig_mod."), r"is missing \(and \d+ more\), and _orig_mod.model"),
        (prefixed("module."), r"is missing \(and \d+ more\), and module.model"),
        (prefixed("base_model.model."), "and base_model.model.model"),
        (lambda w: w | {UP: torch.zeros(60, 32)}, f"the tensor {UP} has another shape"),
        (
            lambda w: w | {"model.layers.2.mlp.up_proj.weight": torch.zeros(64, 32)},
            "model.layers.2.mlp.up_proj.weight belongs to no part of the model",
        ),
        (
            lambda w: w | {"score.weight": torch.zeros(2, 32)},
            "score.weight belongs to no part of the model",
        ),
        (
            lambda w: w | {UP: (100 * w[UP]).to(torch.int8)},
            rf"the tensor {UP} holds whole numbers \(I8\)",
        ),
    ],
)
def test_a_folder_whose_tensors_are_not_the_models_is_refused_by_name(
    copy: Path, change: Callable[[Weights], Weights], says: str
) -> None:
    path = copy / "model.safetensors"
    save_file(change(load_file(path)), path, metadata={"format": "pt"})
    with pytest.raises(ModelFileError, match=says) as caught:
        load_base(resolved(copy), torch.float32)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("layers", [1, 3])
def test_a_configuration_with_another_number_of_layers_is_refused(copy: Path, layers: int) -> None:
    edit_json(copy / "config.json", num_hidden_layers=layers, layer_types=None)
    with pytest.raises(ModelFileError, match=r"the tensor model\.layers\.[12]\."):
        load_base(copy, torch.float32)


def test_foreign_code_is_refused_without_a_question(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("builtins.input", lambda text="": asked.append(text))
    code = {"AutoConfig": "own.Config", "AutoModelForCausalLM": "own.Model"}
    edit_json(copy / "config.json", model_type="own", auto_map=code)
    with pytest.raises(ModelFileError, match="custom code"):
        load_base(resolved(copy), torch.float32)
    assert asked == []


def sharded(folder: Path) -> list[Path]:
    """Cut the weights in three shards, with their index."""
    path = folder / "model.safetensors"
    weights = load_file(path)
    path.unlink()
    names, shards = sorted(weights), []
    table: dict[str, str] = {}
    for number in range(3):
        shard = folder / f"model-0000{number + 1}-of-00003.safetensors"
        mine = names[number::3]
        save_file({n: weights[n] for n in mine}, shard, metadata={"format": "pt"})
        table |= dict.fromkeys(mine, shard.name)
        shards.append(shard)
    index = folder / "model.safetensors.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": table}))
    return shards


def test_a_missing_shard_is_named_and_so_is_a_tensor_that_its_shard_lacks(copy: Path) -> None:
    shards = sharded(copy)
    load_base(resolved(copy), torch.float32)
    whole = load_file(shards[1])
    lost = min(whole)
    save_file({n: w for n, w in whole.items() if n != lost}, shards[1], metadata={"format": "pt"})
    with pytest.raises(ModelFileError, match=f"the tensor {lost} is missing"):
        load_base(resolved(copy), torch.float32)
    shards[1].unlink()
    with pytest.raises(ModelFileError, match=f"{shards[1].name} is missing, which"):
        resolved(copy)
    (copy / "model.safetensors.index.json").write_text("<html>")
    with pytest.raises(ModelFileError, match=r"index\.json is damaged"):
        resolved(copy)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n", "git lfs pull"),
        (None, "model.safetensors is cut"),
        (b"<!DOCTYPE html><html></html>", "model.safetensors is a web page"),
        (b"", "model.safetensors is empty"),
        (
            b'\x44\0\0\0\0\0\0\0{"w": {"dtype": "F99", "shape": [2], "data_offsets": [0, 8]}}'
            + b" " * 20,
            "model.safetensors is cut, or no safetensors file",
        ),
    ],
)
def test_a_weights_file_that_is_none_is_named_where_it_is_fetched_and_where_it_is_loaded(
    copy: Path, content: bytes | None, says: str
) -> None:
    path = copy / "model.safetensors"
    path.write_bytes(path.read_bytes()[:5000] if content is None else content)
    with pytest.raises(ModelFileError, match=says):
        resolved(copy)
    with pytest.raises(ModelFileError, match=says):
        load_base(copy, torch.float32)


def test_an_adapter_is_no_base(copy: Path) -> None:
    (copy / "adapter_config.json").write_text("{}")
    with pytest.raises(ModelFileError, match="holds an adapter"):
        load_base(resolved(copy), torch.float32)
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelFileError, match="it is an adapter: give the base"):
        resolved(copy)


# --- tokenizers ----------------------------------------------------------------------------------


def test_a_folder_without_tokenizer_files_is_refused(copy: Path) -> None:
    for path in copy.glob("*token*"):
        path.unlink()
    with pytest.raises(ModelFileError, match=r"lacks tokenizer\.json, or vocab\.json and merges"):
        load_tokenizer(copy)
    (copy / "vocab.json").write_text(json.dumps(tiny_tokenizer().get_vocab()))
    with pytest.raises(ModelFileError, match="no tokenizer can be read"):
        load_tokenizer(copy)  # a vocabulary without its merges cuts every text in letters


@pytest.mark.parametrize("content", ["", "{", "<html>", "version https://git-lfs.github.com/spec"])
def test_a_tokenizer_file_that_is_none_is_one_line(copy: Path, content: str) -> None:
    (copy / "tokenizer.json").write_text(content)
    with pytest.raises(ModelFileError, match="no tokenizer can be read") as caught:
        load_tokenizer(copy)
    assert "\n" not in str(caught.value)


def test_a_token_beyond_the_embedding_is_refused_where_a_dialogue_could_hold_it() -> None:
    base = tiny_model()
    tokenizer: Any = tiny_tokenizer()
    tokenizer.add_special_tokens({"pad_token": "[PAD]"})
    assert tokenizer.pad_token_id == VOCABULARY
    check_format(base, make_format(tokenizer))  # nothing is padded with it
    tokenizer.add_tokens(["plainly"])
    with pytest.raises(ModelFileError, match=f"'plainly' is number {VOCABULARY + 1}"):
        check_format(base, make_format(tokenizer))
    for change in ({"eos_token": "<|eot|>"}, {"additional_special_tokens": ["<|turn|>"]}):
        marked: Any = tiny_tokenizer()
        marked.add_special_tokens(change)
        marked.chat_template = CHAT_TEMPLATE.replace("<|im_start|>", "<|turn|>")
        with pytest.raises(ModelFileError, match=f"is number {VOCABULARY}"):
            check_format(base, make_format(marked))


# --- GGUF ----------------------------------------------------------------------------------------

SMALL: dict[str, Any] = {"vocab_size": 400, "hidden_size": 64, "intermediate_size": 96}


@pytest.fixture(name="qwen", scope="module")
def _qwen() -> Any:
    return tiny_model(**SMALL)


def converted(
    tmp_path: Path, model: Any, monkeypatch: pytest.MonkeyPatch | None = None, **how: Any
) -> Path:
    del monkeypatch
    path = write_gguf(tmp_path / "model.gguf", model, **how)
    folder = tmp_path / "converted"
    folder.mkdir()
    convert.convert(path, folder)
    return folder


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ({"drop": "blk.1.ffn_up.weight"}, "tensor blk.1.ffn_up.weight is missing"),
        ({"drop": "blk.0.attn_q.bias"}, "tensor blk.0.attn_q.bias is missing"),
        ({"drop": "output_norm.weight"}, "tensor output_norm.weight is missing"),
        ({"drop": "token_embd.weight"}, "tensor token_embd.weight is missing"),
        ({"keys": {"qwen2.block_count": 1}}, r"tensor blk\.1\.\S+ is \("),
        ({"keys": {"qwen2.block_count": 3}}, r"tensor blk\.2\.\S+ is missing"),
        ({"keys": {"qwen2.feed_forward_length": 97}}, "ffn_down.weight is"),
        ({"keys": {"qwen2.block_count": None}}, "lacks the key qwen2.block_count"),
        ({"keys": {"qwen2.embedding_length": None}}, "lacks the key qwen2.embedding_length"),
        ({"keys": {"qwen2.context_length": None}}, "lacks the key qwen2.context_length"),
        (
            {"keys": {"qwen2.attention.layer_norm_rms_epsilon": None}},
            "lacks the key qwen2.attention.layer_norm_rms_epsilon",
        ),
        ({"keys": {"tokenizer.ggml.merges": None}}, "lacks the key tokenizer.ggml.merges"),
        ({"keys": {"tokenizer.ggml.tokens": None}}, "lacks the key tokenizer.ggml.tokens"),
        ({"keys": {"tokenizer.ggml.eos_token_id": 4000}}, "eos_token_id is 4000"),
        ({"keys": {"general.architecture": None}}, "lacks the key general.architecture"),
        ({"keys": {"qwen2.attention.head_count": [4, 4]}}, "head_count is not one number"),
        ({"keys": {"qwen2.vocab_size": 401}}, "qwen2.vocab_size is not the 400 rows"),
        ({"keys": {"qwen2.attention.sliding_window": 8}}, "qwen2.attention.sliding_window is '8'"),
        ({"keys": {"qwen2.logit_scale": 0.5}}, "qwen2.logit_scale is"),
        ({"keys": {"qwen2.expert_count": 8}}, "qwen2.expert_count is"),
        ({"keys": {"qwen2.rope.dimension_count": 8}}, "rope.dimension_count is 8 and would"),
        ({"keys": {"qwen2.something.new": 3}}, "qwen2.something.new is"),
        ({"keys": {"qwen2.rope.scaling.type": "yarn"}}, "lacks the key qwen2.rope.scaling.factor"),
        (
            {"keys": {"qwen2.rope.scaling.type": "longrope", "qwen2.rope.scaling.factor": 4.0}},
            "rope.scaling.type is 'longrope'",
        ),
        (
            {
                "keys": {
                    "qwen2.rope.scaling.type": "yarn",
                    "qwen2.rope.scaling.factor": 4.0,
                    "qwen2.rope.scaling.yarn_log_multiplier": 0.1,
                }
            },
            "yarn_log_multiplier is",
        ),
        ({"tensors": {"rope_freqs.weight": torch.full((8,), 3.0)}}, "tensor rope_freqs.weight"),
    ],
)
def test_a_gguf_file_that_is_not_read_exactly_is_refused_by_tensor_or_key(
    qwen: Any, tmp_path: Path, how: dict[str, Any], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_gguf(tmp_path / "model.gguf", qwen, **how)
    assert convert.main([str(path), str(tmp_path)]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    with pytest.raises(ModelFileError, match=says):
        convert.convert(path, tmp_path)


def test_optional_keys_have_the_defaults_of_the_format(tmp_path: Path) -> None:
    model = tiny_model(
        **SMALL, num_key_value_heads=4, rope_parameters={"rope_type": "default", "rope_theta": 1e4}
    )
    left_out = (
        "qwen2.attention.head_count_kv",
        "qwen2.rope.freq_base",
        "tokenizer.ggml.token_type",
        "tokenizer.ggml.bos_token_id",
        "tokenizer.ggml.eos_token_id",
        "tokenizer.ggml.padding_token_id",
        "tokenizer.chat_template",
    )
    neutral = {
        "qwen2.attention.causal": True,
        "qwen2.attention.key_length": 16,
        "qwen2.rope.dimension_count": 16,
        "qwen2.rope.scaling.type": "none",
        "qwen2.rope.scaling.finetuned": False,
    }
    folder = converted(tmp_path, model, keys=dict.fromkeys(left_out) | neutral)
    config: Any = load_base(folder, torch.float32).config
    assert config.num_key_value_heads == 4
    assert config.rope_parameters["rope_theta"] == 10000.0
    assert load_tokenizer(folder).eos_token is None


SCALINGS: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 1024},
        {"type": "yarn", "factor": 4.0, "original_context_length": 1024},
    ),
    ({"rope_type": "linear", "factor": 2.0}, {"type": "linear", "factor": 2.0}),
    ({"rope_type": "linear", "factor": 8.0}, {"factor": 8.0}),
]


def logits(model: Any) -> torch.Tensor:
    ids = torch.arange(40)[None] * 7 % 380
    with torch.no_grad():
        found: torch.Tensor = model(input_ids=ids).logits
    return found


@pytest.mark.parametrize(("rope", "keys"), SCALINGS)
def test_scaled_rope_of_a_gguf_file_is_the_models(
    tmp_path: Path, rope: dict[str, Any], keys: dict[str, Any]
) -> None:
    model = tiny_model(**SMALL, rope_parameters=rope | {"rope_theta": 1e4})
    plain = tiny_model(**SMALL, rope_parameters={"rope_type": "default", "rope_theta": 1e4})
    folder = converted(
        tmp_path, model, keys={f"qwen2.rope.scaling.{name}": value for name, value in keys.items()}
    )
    right, found = logits(model), logits(load_base(folder, torch.float32))
    wrong = (right - logits(plain)).norm() / right.norm()
    assert (right - found).norm() / right.norm() < 0.2 * wrong


def tiny_llama(factor: float) -> Any:
    rope = {
        "rope_type": "llama3",
        "rope_theta": 5e5,
        "factor": factor,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    }
    values: dict[str, Any] = {
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "num_key_value_heads": 1,
        "tie_word_embeddings": True,
        "max_position_embeddings": 131072,
        "rope_parameters": rope,
    }
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        return LlamaForCausalLM(LlamaConfig(**(SMALL | values)))


@pytest.mark.parametrize(("factor", "pre"), [(8.0, "smollm"), (32.0, "llama-bpe")])
def test_llama_3s_rope_is_read_off_its_factors(tmp_path: Path, factor: float, pre: str) -> None:
    """Also where transformers converts, which knows no scaling: `llama-bpe`."""
    model = tiny_llama(factor)
    scaled, _ = ROPE_INIT_FUNCTIONS["llama3"](model.config, torch.device("cpu"))
    plain = 5e5 ** (-torch.arange(0, 32, 2).float() / 32)
    folder = converted(tmp_path, model, pre=pre, tensors={"rope_freqs.weight": plain / scaled})
    found: Any = load_base(folder, torch.float32)
    assert found.config.rope_parameters == model.config.rope_parameters
    assert torch.allclose(found.model.rotary_emb.inv_freq, scaled)


@pytest.mark.parametrize("name", [UP, "model.embed_tokens.weight"])
def test_weights_that_are_no_numbers_are_refused(name: str) -> None:
    base = tiny_model()
    with torch.no_grad():
        base.get_parameter(name)[0] = torch.nan
    with pytest.raises(UsageError, match="are damaged"):
        tiny_policy(base=base)
