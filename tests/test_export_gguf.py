"""GGUF files of merged weights and of adapters, read back by our own reader of such files."""

# pylint: disable=missing-function-docstring

import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from transformers import AutoModelForCausalLM, LlamaConfig, LlamaForCausalLM

from parelha.agents.formats import make_format
from parelha.errors import ModelFileError, UsageError, install_command
from parelha.export.gguf_model import check_gguf, write_adapter, write_model
from parelha.export.gguf_tokenizer import splitting_rule
from parelha.export.merge import Merged, Yardstick, check_merging, greedy
from parelha.export.write import export_run
from parelha.models.convert import build_tokenizer, convert, load_weights, read_weights
from parelha.models.gguf_file import GgufFile
from parelha.models.load import load_base
from parelha.types import Agent
from tests.architectures.models import CODEGEN, LLAMA
from tests.fakes import tiny_policy
from tests.tiny import LINES, VOCABULARY, tiny_model, tiny_tokenizer

LOADER: Any = AutoModelForCausalLM
ROPES: dict[str, dict[str, Any]] = {
    "default": {"rope_type": "default", "rope_theta": 10000.0},
    "llama3": {
        "rope_type": "llama3",
        "rope_theta": 500000.0,
        "factor": 32.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 8192,
    },
}


def tiny_llama(rope: str, *, tied: bool) -> Any:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        config = LlamaConfig(
            vocab_size=VOCABULARY,
            hidden_size=32,
            intermediate_size=64,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=131072,
            tie_word_embeddings=tied,
            rope_parameters=ROPES[rope],
            bos_token_id=None,
            eos_token_id=tiny_tokenizer().eos_token_id,
            initializer_range=0.2,
        )
        return LlamaForCausalLM(config).train(False)


def as_merged(model: Any) -> Merged:
    tokenizer: Any = tiny_tokenizer()
    form = make_format(tokenizer)
    return Merged(model, form, tokenizer, Yardstick(model, form, "You write Python."))


MODELS: dict[str, Callable[[], Any]] = {
    "qwen2": tiny_model,
    "llama": lambda: tiny_llama("default", tied=True),
    "llama3": lambda: tiny_llama("llama3", tied=False),
}


@pytest.mark.parametrize("kind", list(MODELS))
def test_16_bits_say_the_same_and_choose_the_same_tokens(kind: str, tmp_path: Path) -> None:
    found = write_model(as_merged(MODELS[kind]()), tmp_path / "m.gguf", "tiny", "F16")
    assert found.largest < 0.05
    assert found.greedy > 0.98


@pytest.mark.parametrize("kind", list(MODELS))
def test_8_bits_are_each_weight_to_half_a_step(kind: str, tmp_path: Path) -> None:
    model = MODELS[kind]()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}
    found = write_model(as_merged(model), tmp_path / "m.gguf", "tiny", "Q8_0")
    assert 0 < found.largest < 1  # rounded, and told
    weights = read_weights(GgufFile(tmp_path / "m.gguf"), model.config, torch.float32)
    for name, weight in weights.items():
        right = before[name]
        if right.ndim == 1:
            assert torch.equal(weight, right)
        else:
            steps = right.unflatten(-1, (-1, 32)).abs().amax(-1, keepdim=True) / 127
            apart = (weight - right).unflatten(-1, (-1, 32)).abs()
            # half a step, and the step itself is held in 16 bits
            assert (apart <= (0.5 + 127 / 1024) * steps + 1e-7).all(), name


def test_a_file_is_read_again_without_a_second_copy_of_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = GgufFile.tensor
    given: list[weakref.ref[torch.Tensor]] = []
    held: list[int] = []

    def watched(file: GgufFile, name: str, dtype: torch.dtype) -> torch.Tensor:
        held.append(sum(one() is not None for one in given))
        weight = read(file, name, dtype)
        given.append(weakref.ref(weight))
        return weight

    monkeypatch.setattr(GgufFile, "tensor", watched)
    write_model(as_merged(tiny_model()), tmp_path / "m.gguf", "tiny", "F16")
    assert len(held) > 10 and max(held) <= 1


def test_a_file_that_lacks_a_weight_is_not_taken_for_the_model(tmp_path: Path) -> None:
    model = tiny_model()
    write_model(as_merged(model), tmp_path / "m.gguf", "tiny", "F16")
    file = GgufFile(tmp_path / "m.gguf")
    del file.tensors["output_norm.weight"]
    with pytest.raises(ModelFileError, match="norm"):
        load_weights(file, model)


def test_a_file_is_a_whole_model_to_our_own_reader(tmp_path: Path) -> None:
    model = tiny_model()
    write_model(as_merged(model), tmp_path / "m.gguf", "tiny", "BF16")
    (tmp_path / "back").mkdir()
    convert(tmp_path / "m.gguf", tmp_path / "back")
    again = load_base(tmp_path / "back", torch.float32)
    tokenizer: Any = tiny_tokenizer()
    ids = tuple(tokenizer(LINES[0]).input_ids)
    assert greedy(again, ids, 24, ()) == greedy(model, ids, 24, ())
    assert again.config.eos_token_id == tokenizer.eos_token_id


def test_the_tokenizer_reads_text_as_before(tmp_path: Path) -> None:
    write_model(as_merged(tiny_model()), tmp_path / "m.gguf", "tiny", "F16")
    file = GgufFile(tmp_path / "m.gguf")
    mine: Any = tiny_tokenizer()
    back: Any = build_tokenizer(file)
    for text in (*LINES, "<|im_start|>user\n12345 é ü", "\r\n\n  x"):
        assert back(text).input_ids == mine(text).input_ids
    assert file.metadata["tokenizer.chat_template"] == mine.chat_template
    assert file.metadata["tokenizer.ggml.add_bos_token"] is False


def test_an_embedding_with_rows_to_spare_names_and_marks_them(tmp_path: Path) -> None:
    write_model(
        as_merged(tiny_model(vocab_size=VOCABULARY + 32)), tmp_path / "m.gguf", "tiny", "F16"
    )
    keys = GgufFile(tmp_path / "m.gguf").metadata
    assert len(set(keys["tokenizer.ggml.tokens"])) == VOCABULARY + 32
    assert keys["tokenizer.ggml.token_type"][VOCABULARY:] == [5] * 32


@pytest.mark.parametrize("kind", ["qwen2", "llama"])
def test_an_adapters_file_holds_its_product(kind: str, tmp_path: Path) -> None:
    policy = tiny_policy(base=MODELS[kind]())
    policy.save(Agent.CODER, tmp_path / "coder")
    config = policy.model(Agent.CODER).get_base_model().config
    write_adapter(tmp_path / "coder", tmp_path / "a.gguf", config, "coder")
    file = GgufFile(tmp_path / "a.gguf")
    assert file.metadata["general.type"] == "adapter"
    assert file.metadata["adapter.type"] == "lora"
    assert file.metadata["adapter.lora.alpha"] == 8
    assert len(file.tensors) == 2 * 2 * 7
    mine = policy.parameters(Agent.CODER)
    for part, ours in (("attn_v", "self_attn.v_proj"), ("attn_q", "self_attn.q_proj")):
        a = file.tensor(f"blk.1.{part}.weight.lora_a", torch.float32)
        b = file.tensor(f"blk.1.{part}.weight.lora_b", torch.float32)
        where = next(name for name in mine if f"layers.1.{ours}.lora_A" in name)
        right = mine[where.replace("lora_A", "lora_B")] @ mine[where]
        if part == "attn_q" and kind == "llama":  # halves of each of four heads interleaved
            right = right.reshape(4, 2, 4, -1).transpose(1, 2).reshape(right.shape)
        assert torch.allclose(b @ a, right.detach(), atol=1e-6)


# --- what is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"hidden_act": "gelu"}, "the activation gelu"),
        ({"head_dim": 16}, "heads of 16"),
        ({"rope_parameters": {**ROPES["llama3"], "rope_type": "yarn"}}, "yarn rope"),
    ],
)
def test_a_base_that_would_be_read_as_another_is_refused(config: dict[str, Any], says: str) -> None:
    told = SimpleNamespace(**(tiny_llama("default", tied=True).config.to_dict() | config))
    told.model_type = "llama"
    with pytest.raises(UsageError, match=says):
        check_gguf(told, tiny_tokenizer(), "Q8_0")


def test_another_architecture_is_refused_with_what_to_do() -> None:
    with pytest.raises(UsageError, match=r"codegen: use --format merged, and .*convert_hf_to_gguf"):
        check_gguf(CODEGEN.model().config, tiny_tokenizer(), "Q8_0")


def test_llama_cpps_name_of_a_splitting_rule_is_told_or_refused() -> None:
    assert splitting_rule(tiny_tokenizer()) == "qwen2"
    assert splitting_rule(LLAMA.tokenizer()) == "llama-bpe"
    with pytest.raises(UsageError, match="splits text in a way"):
        splitting_rule(CODEGEN.tokenizer())


def test_without_llama_cpp_its_formats_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("parelha.export.gguf_model.find_spec", lambda _: None)
    with pytest.raises(UsageError) as refused:
        check_gguf(tiny_model().config, tiny_tokenizer(), "Q4_K_M")
    assert install_command("gguf") in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "ways", "folders"),
    [
        ("gguf", ({}, {"quant": "Q4_K_M"}), ("gguf-q8_0", "gguf-q4_k_m")),
        ("ollama", ({}, {"quant": "F16"}), ("ollama-q8_0", "ollama-f16")),
        ("merged", ({}, {"dtype": "float32"}), ("merged-bfloat16", "merged-float32")),
    ],
)
def test_weights_that_are_held_in_another_way_have_a_folder_of_their_own(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    kind: Any,
    ways: tuple[dict[str, Any], ...],
    folders: tuple[str, ...],
) -> None:
    looked_at: list[Path] = []

    def stop(folder: Path) -> None:
        looked_at.append(folder)
        raise UsageError("there is no run")

    monkeypatch.setattr("parelha.export.write.check_absent", stop)
    for way in ways:
        with pytest.raises(UsageError, match="no run"):
            export_run(tmp_path, kind, **way, say=lambda _: None)
    assert looked_at == [tmp_path / "export" / folder for folder in folders]


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_memory_is_asked_for_by_the_number_of_weights_and_not_by_the_size_of_their_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dtype: torch.dtype
) -> None:
    save_file({"weight": torch.zeros(10, 100, dtype=dtype)}, tmp_path / "model.safetensors")
    files = {Agent.CODER: SimpleNamespace(folder=tmp_path)}
    source: Any = SimpleNamespace(held="", agents=[*files], files=files, base_name=str)
    memory = SimpleNamespace(available=6400)
    monkeypatch.setattr("psutil.virtual_memory", lambda: memory)
    check_merging(source)
    memory.available -= 1
    with pytest.raises(UsageError, match="GiB of memory"):
        check_merging(source)


class FakeLlama:
    """Stands in for llama.cpp: it copies the file, or fails."""

    LlamaModelQuantizeParams = SimpleNamespace

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.fails = False

    def disable_logging(self) -> None:
        """Nothing is said."""

    def model_quantize(self, source: str, path: str, wanted: Any) -> None:
        if self.fails:
            raise RuntimeError("code 1")
        self.asked.append(wanted.ftype)
        Path(path).write_bytes(Path(source).read_bytes())


def test_4_bits_are_llama_cpps_own_and_nothing_else_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = FakeLlama()
    monkeypatch.setitem(sys.modules, "cyllama", SimpleNamespace())
    monkeypatch.setitem(sys.modules, "cyllama.llama", SimpleNamespace(llama_cpp=fake))
    write_model(as_merged(tiny_model()), tmp_path / "m.gguf", "tiny", "Q4_K_M")
    assert fake.asked == [15]
    assert [path.name for path in tmp_path.iterdir()] == ["m.gguf"]
    fake.fails = True
    with pytest.raises(UsageError, match=r"could not write n\.gguf as Q4_K_M: code 1"):
        write_model(as_merged(tiny_model()), tmp_path / "n.gguf", "tiny", "Q4_K_M")


def test_a_tensor_without_a_name_in_llama_cpp_is_refused(tmp_path: Path) -> None:
    model = tiny_model()
    model.model.extra = torch.nn.Linear(4, 4)
    with pytest.raises(UsageError, match=r"no name for the tensor model\.extra"):
        write_model(as_merged(model), tmp_path / "m.gguf", "tiny", "F16")
