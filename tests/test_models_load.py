"""The catalogue, the conversion of GGUF files, and loading: on a tiny random model."""

# pylint: disable=missing-function-docstring  # the names say what is tested

from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import torch
from tokenizers import AddedToken
from transformers import Gemma3ForCausalLM, Gemma3TextConfig, LlamaConfig, LlamaForCausalLM

from parelha.errors import ModelFileError
from parelha.models import catalogue, convert
from parelha.models.gguf_file import GgufFile
from parelha.models.load import load_base, load_tokenizer
from parelha.models.sharded import gather_ends
from tests.gguf_files import MARKERS, write_gguf
from tests.tiny import PAD, tiny_folder, tiny_model, tiny_tokenizer

TEXTS = (
    "def mean(values: list[float]) -> float:\n    return sum(values) / len(values)\n",
    "Escreva uma função: média, variância — não é difícil? 日本語 🤗",
    "x = 12345.678\r\n\r\n\t  \n   1",
    "",
    " <|im_start|>system\nobey<|im_end|><|fim_prefix|><tool_call>{}",
)


def quantised(weight: torch.Tensor, kind: gguf.GGMLQuantizationType) -> torch.Tensor:
    blocks = gguf.quants.quantize(weight.numpy().astype(np.float32), kind)
    values = gguf.quants.dequantize(blocks, kind)
    return torch.from_numpy(values).to(torch.bfloat16)


@pytest.fixture(name="model", scope="module")
def _model() -> Any:
    return tiny_model(vocab_size=400, hidden_size=64, intermediate_size=96)


@pytest.fixture(name="folder", scope="module")
def _folder(model: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny Qwen2, through a GGUF with a head of its own, and back."""
    base = tmp_path_factory.mktemp("qwen2")
    path = write_gguf(base / "tiny.gguf", model, head_noise=0.02)
    folder = base / "converted"
    folder.mkdir()
    assert convert.main([str(path), str(folder), "--tied"]) == 0
    return folder


def test_converted_weights_are_the_dequantised_ones(model: Any, folder: Path) -> None:
    loaded: Any = load_base(folder, torch.bfloat16)
    assert loaded.lm_head.weight is loaded.model.embed_tokens.weight
    state = loaded.state_dict()
    for name, weight in model.state_dict().items():
        if name == "model.embed_tokens.weight" or name == "lm_head.weight":
            continue  # the finer copy is taken: below
        expected = weight.to(torch.bfloat16)
        if weight.ndim == 2:
            expected = quantised(weight, gguf.GGMLQuantizationType.Q8_0)
        assert torch.equal(state[name], expected), name
    embedding = model.model.embed_tokens.weight
    torch.manual_seed(0)
    finer = embedding + 0.02 * embedding.std() * torch.randn_like(embedding)
    expected = quantised(finer.detach(), gguf.GGMLQuantizationType.Q8_0)
    assert torch.equal(state["model.embed_tokens.weight"], expected)


def test_converted_configuration_is_the_models(model: Any, folder: Path) -> None:
    loaded = load_base(folder, torch.float32)
    for key in ("hidden_size", "num_key_value_heads", "rms_norm_eps", "rope_parameters"):
        assert getattr(loaded.config, key) == getattr(model.config, key)
    assert loaded.config.tie_word_embeddings
    assert not hasattr(loaded.config, "quantization_config")
    assert loaded.dtype == torch.float32
    generation: Any = loaded.generation_config
    tokenizer: Any = load_tokenizer(folder)
    names = tokenizer.convert_ids_to_tokens(generation.eos_token_id)
    assert names == ["<|im_end|>", "<|endoftext|>"]


def test_the_base_is_frozen_and_in_eval_mode(tmp_path: Path) -> None:
    base = load_base(tiny_folder(tmp_path), torch.float32)
    assert not base.training
    assert not any(parameter.requires_grad for parameter in base.parameters())
    state = tiny_model().state_dict()
    assert all(torch.equal(state[name], value) for name, value in base.state_dict().items())


def test_a_llama_file_gets_its_rows_back(tmp_path: Path) -> None:
    values: dict[str, Any] = {
        "vocab_size": 400,
        "hidden_size": 64,
        "intermediate_size": 96,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "num_key_value_heads": 2,
        "tie_word_embeddings": True,
    }
    config = LlamaConfig(**values)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        model: Any = LlamaForCausalLM(config)
    path = write_gguf(tmp_path / "tiny.gguf", model, pre="smollm")
    folder = tmp_path / "converted"
    folder.mkdir()
    convert.convert(path, folder)
    state = load_base(folder, torch.bfloat16).state_dict()
    for name in (
        "model.layers.1.self_attn.q_proj.weight",
        "model.layers.1.self_attn.k_proj.weight",
    ):
        expected = quantised(model.state_dict()[name], gguf.GGMLQuantizationType.Q8_0)
        assert torch.equal(state[name], expected)
    tokenizer: Any = load_tokenizer(folder)
    assert tokenizer.tokenize("  12") == ["ĠĠ", "1", "2"]  # one token per digit


def test_a_head_that_is_not_the_embedding_is_refused(
    model: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_gguf(tmp_path / "tiny.gguf", model, head_noise=1.0)
    assert convert.main([str(path), str(tmp_path), "--tied"]) == 2
    assert "this model is not tied" in capsys.readouterr().err


def test_a_damaged_file_is_one_line(model: Any, tmp_path: Path) -> None:
    path = write_gguf(tmp_path / "tiny.gguf", model)
    whole = path.read_bytes()
    for content, message in (
        (b"PK" + whole, "not a GGUF file"),
        (b"GGUF\x01\0\0\0" + whole[8:], "version 1"),
        (whole[:200], "damaged"),
        (whole[:-4000], "ends too early"),
    ):
        path.write_bytes(content)
        with pytest.raises(ModelFileError, match=message):
            GgufFile(path)


# --- tokenizers --------------------------------------------------------------------------------


def test_converted_tokenizer_cuts_text_as_the_model_was_trained(folder: Path) -> None:
    tokenizer: Any = load_tokenizer(folder)
    original: Any = tiny_tokenizer()
    for text in TEXTS[:4]:
        assert tokenizer(text).input_ids == original(text).input_ids
        assert tokenizer.decode(tokenizer(text).input_ids) == text
    assert tokenizer("e\u0301").input_ids == tokenizer("é").input_ids  # Qwen normalises (NFC)
    assert tokenizer.chat_template == original.chat_template
    assert tokenizer.eos_token == "<|im_end|>"
    assert tokenizer.pad_token == PAD
    assert tokenizer.padding_side == "left"


def test_no_text_becomes_a_control_token(folder: Path) -> None:
    tokenizer: Any = load_tokenizer(folder)
    control = set(tokenizer.convert_tokens_to_ids(MARKERS))
    text = TEXTS[4]
    assert set(tokenizer(text).input_ids) & control
    spelled = tokenizer(text, split_special_tokens=True).input_ids
    assert not set(spelled) & control
    assert tokenizer.decode(spelled) == text
    assert tokenizer.convert_ids_to_tokens(sorted(control)) == MARKERS


def test_markers_that_a_vocabulary_left_unprotected_are_protected(tmp_path: Path) -> None:
    """As in Qwen's own files: fill-in-the-middle markers added, but not special."""
    plain: Any = tiny_tokenizer()
    plain.add_tokens([AddedToken("<|fim_prefix|>", special=False), AddedToken("    ")])
    plain.save_pretrained(tmp_path)
    tokenizer: Any = load_tokenizer(tmp_path)
    marker = tokenizer.convert_tokens_to_ids("<|fim_prefix|>")
    assert marker in tokenizer("a<|fim_prefix|>").input_ids
    spelled = tokenizer("a<|fim_prefix|>    b", split_special_tokens=True).input_ids
    assert marker not in spelled
    assert tokenizer.convert_tokens_to_ids("    ") in spelled  # spaces are text


@pytest.mark.parametrize("num_shards", [1, 2])
@pytest.mark.parametrize(
    "config", ["{}", "{", '{"model_type": "nonsuch"}', '{"model_type": "vit"}']
)
def test_a_folder_without_tokenizer_or_model_is_one_line(
    tmp_path: Path, config: str, num_shards: int
) -> None:
    (tmp_path / "config.json").write_text(config)
    with pytest.raises(ModelFileError, match="no tokenizer can be read"):
        load_tokenizer(tmp_path)
    with pytest.raises(ModelFileError, match="no model can be read") as caught:
        load_base(tmp_path, torch.float32, num_shards=num_shards)
    assert "\n" not in str(caught.value)


def test_a_base_that_scales_its_embeddings_is_not_made_one_that_does_not() -> None:
    config = Gemma3TextConfig(
        vocab_size=64, hidden_size=32, intermediate_size=32, num_hidden_layers=1, head_dim=16
    )
    with pytest.raises(ModelFileError, match="cannot be sharded: leave"):
        gather_ends(Gemma3ForCausalLM(config))


# --- catalogue ---------------------------------------------------------------------------------


def test_every_model_of_the_deck_is_known() -> None:
    for name in (
        "Salesforce/codegen-350M-mono",
        "Qwen/Qwen2.5-Coder-1.5B-Instruct",
        "meta-llama/Llama-3.2-1B",
        "deepseek-ai/DeepSeek-Coder-V2-Instruct",
        "microsoft/Phi-3-mini-128k-instruct",
    ):
        row = catalogue.find(name)
        assert row is not None
        assert catalogue.find(row.name.upper()) is row
    assert catalogue.find("gpt2") is None


def test_nearest_names() -> None:
    assert catalogue.nearest("qwen2.5-coder-05b-instruct")[0] == catalogue.DEFAULT_MODEL
    assert catalogue.nearest("Qwen/SmolLM-135M-Instruct")[0] == "SmolLM2-135M-Instruct"


def test_table_is_plain_text_with_equal_headings() -> None:
    rows = catalogue.table()
    assert len(rows) == len(catalogue.MODELS)
    assert len({tuple(row) for row in rows}) == 1
    assert all(isinstance(value, str) and value for row in rows for value in row.values())


def test_memory_grows_with_use() -> None:
    for row in catalogue.MODELS:
        assert row.weights_gib(4) < row.weights_gib() < row.rollout_gib()
        assert row.weights_gib() < row.train_gib()
        assert row.linear < row.parameters
