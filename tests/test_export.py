"""A run's adapters in other programs' formats: PEFT, merged weights, Ollama, and a card in each."""

# pylint: disable=missing-function-docstring,redefined-outer-name

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jinja2
import pytest
import torch
from peft import PeftModel
from safetensors import SafetensorError
from transformers import AutoModelForCausalLM, AutoTokenizer

from parelha import cli
from parelha.agents.formats import Format, make_format
from parelha.agents.roles import roles_of
from parelha.checkpoint import load_checkpoint
from parelha.config import Config
from parelha.config_file import from_dict
from parelha.engines.protocol import Request
from parelha.errors import UsageError
from parelha.export.merge import greedy
from parelha.export.ollama import modelfile
from parelha.export.write import export_run, push
from parelha.models.load import load_base, load_tokenizer
from parelha.tracking import RunFolder
from parelha.types import Agent
from tests.architectures.models import DEEPSEEK_LITE, codegen_tokenizer
from tests.fakes import pair_of, tiny_config, tiny_engine
from tests.saved_runs import evaluated, saved_run
from tests.tiny import tiny_tokenizer

# PEFT asks transformers for the old name of a property whenever it loads an adapter.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing`:FutureWarning"),
]

TEXTS = ("Add 1.", "Write a mean.", "Some os valores.", "import numpy", "for value in values:")
NEW_TOKENS = 12
LOADER: Any = AutoModelForCausalLM


@pytest.fixture(scope="module")
def run(model_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a run of two steps, evaluated before and after."""
    return evaluated(saved_run(model_folder, tmp_path_factory.mktemp("runs")), 2, 11)


@pytest.fixture(autouse=True)
def _short_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare merged models on answers of a few tokens."""
    monkeypatch.setattr("parelha.export.merge.NEW_TOKENS", 4)


def quiet(_: str) -> None:
    """Nobody is told."""


def prompts(form: Format) -> list[tuple[int, ...]]:
    return [(*form.text_ids(text), *form.user_to_answer) for text in TEXTS]


def answers_of_the_engine(run: Path, model_folder: Path, agent: Agent, step: int) -> list[Any]:
    """Greedy answers of our own engine with the run's checkpoint; step 0 is the base."""
    base = load_base(model_folder, torch.float32)
    policy = pair_of(base, tiny_config(model_folder, run).model)
    if step:
        load_checkpoint(run / "checkpoints", step, policy, {})
    tokenizer: Any = load_tokenizer(model_folder)
    form = make_format(tokenizer)
    requests = [
        Request(agent, ids, NEW_TOKENS, 1.0, ("t", i), form.stop_ids, top_k=1)
        for i, ids in enumerate(prompts(form))
    ]
    return [one.token_ids for one in tiny_engine(policy).generate(requests)]


def answers_of_transformers(model: Any, form: Format) -> list[Any]:
    model.train(False)
    return [greedy(model, ids, NEW_TOKENS, form.stop_ids)[len(ids) :] for ids in prompts(form)]


def tiny_form(folder: Path) -> Format:
    tokenizer: Any = AutoTokenizer.from_pretrained(folder)
    return make_format(tokenizer)


@pytest.mark.parametrize("agent", list(Agent))
def test_peft_and_transformers_alone_answer_as_our_engine(
    run: Path, model_folder: Path, tmp_path: Path, agent: Agent
) -> None:
    folder = export_run(run, "peft", to=tmp_path / "out", say=quiet) / agent
    told = json.loads((folder / "adapter_config.json").read_text())
    base = LOADER.from_pretrained(told["base_model_name_or_path"], dtype=torch.float32)
    model = PeftModel.from_pretrained(base, str(folder))
    found = answers_of_transformers(model, tiny_form(folder))
    assert found == answers_of_the_engine(run, model_folder, agent, 2)
    assert found != answers_of_the_engine(run, model_folder, agent, 0)


def test_merged_weights_answer_as_the_pair(run: Path, model_folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    folder = export_run(run, "merged", to=tmp_path / "m", dtype="float32", say=said.append)
    for agent in Agent:
        model = LOADER.from_pretrained(folder / agent, dtype="auto")
        assert model.dtype == torch.float32
        found = answers_of_transformers(model, tiny_form(folder / agent))
        assert found == answers_of_the_engine(run, model_folder, agent, 2)
        assert (model.generation_config.top_k, model.generation_config.do_sample) == (0, True)
        assert not (folder / agent / "adapter_config.json").exists()
        for path in (folder / agent).glob("*.json"):
            assert str(model_folder) not in path.read_text()  # a place of this machine
    record = json.loads((folder / "merging.json").read_text())
    assert all(0 < one["largest"] < 1e-4 and one["greedy"] == 1 for one in record.values())
    assert f"{record['coder']['largest']:.2g} at most" in "\n".join(said)
    assert f"{record['coder']['largest']:.2g} at most" in (folder / "README.md").read_text()


def test_merged_weights_are_in_bfloat16_by_default(run: Path, tmp_path: Path) -> None:
    folder = export_run(run, "merged", to=tmp_path / "m", say=quiet)
    assert LOADER.from_pretrained(folder / "coder", dtype="auto").dtype == torch.bfloat16
    record = json.loads((folder / "merging.json").read_text())
    assert all(1e-4 < one["largest"] < 0.5 for one in record.values())  # rounded, and told


def test_large_weights_come_in_parts_with_an_index(
    run: Path, model_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.export.merge._PART", "20KB")
    folder = export_run(run, "merged", to=tmp_path / "m", dtype="float32", say=quiet) / "coder"
    assert len(list(folder.glob("*.safetensors"))) > 1
    assert (folder / "model.safetensors.index.json").is_file()
    found = answers_of_transformers(LOADER.from_pretrained(folder, dtype="auto"), tiny_form(folder))
    assert found == answers_of_the_engine(run, model_folder, Agent.CODER, 2)


def test_an_older_step_is_that_steps_adapters(
    run: Path, model_folder: Path, tmp_path: Path
) -> None:
    folder = export_run(run, "peft", to=tmp_path / "out", step=1, say=quiet) / "coder"
    base = LOADER.from_pretrained(model_folder, dtype=torch.float32)
    found = answers_of_transformers(PeftModel.from_pretrained(base, str(folder)), tiny_form(folder))
    assert found == answers_of_the_engine(run, model_folder, Agent.CODER, 1)


def test_a_mixture_of_experts_is_merged_as_well(tmp_path: Path) -> None:
    run = saved_run(DEEPSEEK_LITE.save(tmp_path / "base"), tmp_path)
    folder = export_run(run, "merged", dtype="float32", say=quiet)
    record = json.loads((folder / "merging.json").read_text())
    assert all(0 < one["largest"] < 1e-4 and one["greedy"] == 1 for one in record.values())
    with pytest.raises(UsageError, match="this base is deepseek_v2: use --format merged"):
        export_run(run, "gguf", say=quiet)


# --- ollama --------------------------------------------------------------------------------------


def as_jinja(template: str) -> str:
    """The constructs of Go's templates that a Modelfile of ours holds, in Jinja's words."""
    for go, jinja in (
        ("{{ .System }}", "{{ system }}"),
        ("{{ $first := true }}", "{% set ns = namespace(first=true) %}"),
        ("{{ range .Messages }}", "{% for m in messages %}"),
        ('{{ if eq .Role "user" }}', "{% if m.role == 'user' %}"),
        ("{{ if $first }}", "{% if ns.first %}"),
        ("{{ $first = false }}", "{% set ns.first = false %}"),
        ("{{ .Content }}", "{{ m.content }}"),
        ('{{ else if eq .Role "assistant" }}', "{% elif m.role == 'assistant' %}"),
    ):
        template = template.replace(go, jinja)
    template = template.replace("{{ else }}", "{% else %}")
    # What ends in `{{ end }}`: the inner `if`, the outer one, the loop.
    for end in ("{% endif %}", "{% endif %}", "{% endfor %}"):
        template = template.replace("{{ end }}", end, 1)
    return template


def test_a_modelfile_says_what_the_chat_template_says(run: Path, tmp_path: Path) -> None:
    folder = export_run(run, "ollama", to=tmp_path / "o", say=quiet)
    tokenizer: Any = tiny_tokenizer()
    for agent in Agent:
        text = (folder / agent / "Modelfile").read_text()
        template = re.findall(r'TEMPLATE """(.*?)"""', text, re.DOTALL)[0]
        system = re.findall(r'SYSTEM """(.*?)"""', text, re.DOTALL)[0]
        messages = [
            {"role": "user", "content": "One?"},
            {"role": "assistant", "content": "1"},
            {"role": "user", "content": "Two?"},
        ]
        found = jinja2.Environment(keep_trailing_newline=True).from_string(as_jinja(template))
        wanted = tokenizer.apply_chat_template(
            [{"role": "system", "content": system}, *messages],
            tokenize=False,
            add_generation_prompt=True,
        )
        assert found.render(system=system, messages=messages) == wanted
        assert 'PARAMETER stop "<|im_end|>"' in text
        for setting in ("top_k 0", "top_p 1", "min_p 0", "repeat_penalty 1"):
            assert f"PARAMETER {setting}\n" in text
        weights = re.findall(r"FROM (.*)", text)[0]
        assert (folder / agent / weights).read_bytes()[:4] == b"GGUF"


def test_a_base_without_a_chat_template_stops_and_begins_as_in_training() -> None:
    form = make_format(codegen_tokenizer())
    assert form.stop_strings and form.program_prefix
    coder, reviewer = (
        modelfile(form, "w.gguf", "Be brief.", 0.6, writes_programs=writes)
        for writes in (True, False)
    )
    for end in form.stop_strings:  # Ollama takes what stands between the marks as it is
        assert f'PARAMETER stop """{end}"""' in coder
    template = re.findall(r'TEMPLATE """(.*?)"""', coder, re.DOTALL)[0]
    assert template.count(form.program_prefix) == 2  # of past answers and of the next
    assert form.program_prefix not in re.findall(r'TEMPLATE """(.*?)"""', reviewer, re.DOTALL)[0]


# --- who is exported -----------------------------------------------------------------------------


def test_an_agent_that_was_not_trained_is_left_out(model_folder: Path, tmp_path: Path) -> None:
    run = saved_run(model_folder, tmp_path, "one", model={"train_agents": ["coder"]})
    said: list[str] = []
    folder = export_run(run, "peft", to=tmp_path / "out", say=said.append)
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "coder"]
    assert "reviewer was not trained" in said[0]
    assert "reviewer was not trained" in (folder / "README.md").read_text()


def test_a_shared_adapter_is_exported_once_and_plays_both_roles(
    model_folder: Path, tmp_path: Path
) -> None:
    run = saved_run(model_folder, tmp_path, "shared", model={"shared_policy": True})
    folder = export_run(run, "ollama", to=tmp_path / "out", say=quiet)
    assert [path.name for path in folder.rglob("*.gguf")] == ["coder-Q8_0.gguf"]
    told = (folder / "reviewer" / "Modelfile").read_text()
    assert told.startswith("FROM ../coder/coder-Q8_0.gguf\n")
    assert (
        told.partition("SYSTEM")[2]
        != (folder / "coder" / "Modelfile").read_text().partition("SYSTEM")[2]
    )
    assert "the coder and the reviewer" in (folder / "README.md").read_text()


# --- what is refused -----------------------------------------------------------------------------


def copy(run: Path, place: Path) -> Path:
    return Path(shutil.copytree(run, place / "copy"))


def without_checkpoints(run: Path) -> None:
    shutil.rmtree(run / "checkpoints")


def in_four_bits(run: Path) -> None:
    for path in run.rglob("base.json"):
        path.write_text(json.dumps({"name": "b", "dtype": "nf4"}))


def without_an_adapter(run: Path) -> None:
    (run / "checkpoints" / "step_00002" / "reviewer" / "adapter_model.safetensors").unlink()


def of_another_base(run: Path) -> None:
    record = json.loads((run / "config.json").read_text())
    record["models"]["coder"]["sha256"] = "0" * 64
    (run / "config.json").write_text(json.dumps(record))


@pytest.mark.parametrize(
    ("change", "arguments", "says"),
    [
        (without_checkpoints, [], "has no checkpoint yet"),
        (None, ["--step", "7"], "--step 7: .* there are 1, 2"),
        (in_four_bits, ["--format", "merged"], "trained over a base in 4 bits"),
        (in_four_bits, ["--format", "gguf"], "trained over a base in 4 bits"),
        (without_an_adapter, [], "holds no adapter_model.safetensors"),
        (of_another_base, [], "weights differ from the run's"),
        (None, ["--format", "gguf", "--quant", "Q4_K_M"], "Q4_K_M is written by llama.cpp"),
        (None, ["--push", "name"], "must be owner/name"),
        (None, ["--dtype", "float32"], "--dtype float32: is of --format merged"),
        (None, ["--format", "merged", "--quant", "F16"], "and not of merged"),
        (None, ["--to", "."], "exists already"),
    ],
)
def test_wrong_use_is_one_line_and_leaves_nothing(
    run: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    change: Any,
    arguments: list[str],
    says: str,
) -> None:
    monkeypatch.setattr("parelha.export.gguf_model.find_spec", lambda _: None)  # no llama.cpp
    place = copy(run, tmp_path)
    if change:
        change(place)
    assert cli.run(["export", str(place), *arguments]) == cli.WRONG_USE
    line = capsys.readouterr().err.strip()
    assert re.search(says, line)
    assert "\n" not in line
    assert not (place / "export").exists() or not any((place / "export").iterdir())


def test_adapters_over_four_bits_are_exported_with_a_word(run: Path, tmp_path: Path) -> None:
    place = copy(run, tmp_path)
    in_four_bits(place)
    folder = export_run(place, "peft", say=quiet)
    assert "in 4 bits (nf4)" in (folder / "README.md").read_text()


def test_more_weights_than_memory_are_refused(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parelha.export.merge._BYTES", 1e15)
    with pytest.raises(UsageError, match="GiB of memory"):
        export_run(run, "merged", to=tmp_path / "m", say=quiet)


def test_a_full_disk_leaves_nothing_behind(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> str:
        raise SafetensorError("I/O error: No space left on device (os error 28)")

    monkeypatch.setattr("parelha.export.write.model_card", full)
    with pytest.raises(UsageError, match="disk is full"):
        export_run(run, "peft", to=tmp_path / "out", say=quiet)
    assert not list(tmp_path.iterdir())


# --- the card, and the hub -----------------------------------------------------------------------


def test_the_card_tells_data_rewards_results_licence_and_how_to_load(
    run: Path, model_folder: Path, tmp_path: Path
) -> None:
    card = (export_run(run, "peft", to=tmp_path / "out", say=quiet) / "README.md").read_text()
    assert "2 steps of 1 tasks" in card
    assert "Correctness first" in card
    assert re.search(
        r"\| all held-out tasks \| 24 \| 8 % \(\d+–\d+\) \| 46 % \(\d+–\d+\) \| \+38 p", card
    )
    assert f"That of the base, {model_folder}" in card
    assert "base_model:" not in card  # a folder of this machine is no name on the hub
    code = card.partition("```python\n")[2].partition("```")[0].strip().splitlines()
    assert len(code) == 5
    lines = "\n".join(code).replace('"coder"', repr(str(tmp_path / "out" / "coder")))
    told: dict[str, Any] = {}
    exec(lines, told)  # pylint: disable=exec-used  # the five lines do what they say
    assert isinstance(told["model"], PeftModel)
    # A role answers as in training only with its own system message.
    for role in roles_of(read_config(run)).values():
        assert f"> {role.system['en']}" in card
    assert "`top_k` 0" in card
    more = card.partition("```python\n")[2].partition("```python\n")[2].partition("```")[0]
    exec(more, told)  # pylint: disable=exec-used
    assert roles_of(read_config(run))[Agent.CODER].system["en"] in told["prompt"]


def read_config(run: Path) -> Config:
    return from_dict(RunFolder.open(run).read_config()["config"])


class FakeHub:
    """Keeps what it is asked."""

    def __init__(self, fault: Exception | None = None) -> None:
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.fault = fault

    def create_repo(self, repository: str, **how: Any) -> None:
        self.asked.append((repository, how))
        if self.fault:
            raise self.fault

    def upload_folder(self, **how: Any) -> str:
        self.asked.append((how["repo_id"], how))
        return "there"


def test_a_push_makes_a_private_repository_and_uploads_the_folder(tmp_path: Path) -> None:
    hub = FakeHub()
    assert push(tmp_path, "me/pair", hub) == "there"
    assert hub.asked[0] == ("me/pair", {"private": True, "exist_ok": True})
    assert hub.asked[1][1]["folder_path"] == str(tmp_path)


def test_a_hub_that_refuses_is_one_line(tmp_path: Path) -> None:
    for fault in (OSError("no token\nmore"), RuntimeError("no token")):  # of the client underneath
        with pytest.raises(UsageError, match=r"was not pushed \(no token\): log in"):
            push(tmp_path, "me/pair", FakeHub(fault))
