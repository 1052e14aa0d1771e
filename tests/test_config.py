"""The configuration: values are checked once, with one line that says what is wrong."""

# pylint: disable=missing-function-docstring

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parelha.config import Config
from parelha.config_eval import EvalConfig
from parelha.config_file import (
    find_toml,
    from_dict,
    known_keys,
    lay_over,
    load_config,
    nearest_key,
)
from parelha.errors import UsageError
from parelha.models.shape import folder_of
from parelha.overrides import resumed_config


def test_the_defaults_are_a_whole_configuration() -> None:
    config = load_config()
    assert config == Config() == from_dict({})
    assert config.run_dir == Path("runs/run")


def test_toml_then_overrides(tmp_path: Path) -> None:
    file = tmp_path / "c.toml"
    file.write_text('lang = "pt"\n[train]\nsteps = 3\n[eval]\nsplits = ["heldout_seeds"]\n')
    config = load_config(
        file, {"train.steps": "8", "model.coder": "SmolLM2", "tasks.levels": "[2]"}
    )
    assert (config.lang, config.train.steps, config.model.coder) == ("pt", 8, "SmolLM2")
    assert config.tasks.levels == (2,)
    assert config.eval.splits == ("heldout_seeds",)


def test_what_is_stored_as_json_comes_back_equal() -> None:
    table = {"seed": 3, "model": {"train_agents": ["coder"]}, "tasks": {"levels": [1, 2]}}
    config = from_dict(table)
    assert from_dict(json.loads(json.dumps(config.to_dict()))) == config


@pytest.mark.parametrize(
    ("key", "near"),
    [
        ("train.step", "train.steps"),
        ("learning_rate", "learning.learning_rate"),
        ("episode.draft", "episode.drafts"),
        ("modle.coder", "model.coder"),
    ],
)
def test_an_unknown_key_is_named_with_the_nearest_right_one(key: str, near: str) -> None:
    assert nearest_key(key) == near
    with pytest.raises(UsageError, match=f"unknown key .*did you mean {near}"):
        load_config(overrides={key: "1"})


@pytest.mark.parametrize("folder", ["~/runs", "~nobody-is-called-this/runs"])
def test_a_folder_of_a_user_is_found_and_that_of_nobody_stays(folder: str) -> None:
    home = Path.home() / "runs" if folder == "~/runs" else Path(folder)
    assert Config(name="one", runs_dir=folder).run_dir == home / "one"
    assert folder_of(f"{folder}/none") is None


def test_an_unknown_key_like_no_other_is_named_alone() -> None:
    with pytest.raises(UsageError, match=r"^unknown key zzzzqqqq$"):
        load_config(overrides={"zzzzqqqq": "1"})


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("train.steps", "0"),
        ("train.steps", "-1"),
        ("train.steps", "1.5"),
        ("train.steps", "true"),
        ("train.steps", "many"),
        ("episode.action_epsilon", "1.5"),
        ("episode.action_epsilon", "nan"),
        ("episode.coder_temperature", "0"),
        ("episode.coder_temperature", "1e-300"),
        ("episode.coder_temperature", "inf"),
        ("eval.action_temperature", "0.009"),
        ("eval.action_temperature", "-1.0"),
        ("learning.learning_rate", "inf"),
        ("learning.learning_rate", "-1.0"),
        ("learning.algorithm", "ppo"),
        ("learning.clip_low", "1.0"),
        ("lang", "de"),
        ("seed", "-1"),
        ("seed", str(2**64)),
        ("model", "1"),
        ("model.coder.x", "1"),
        ("model.train_agents", "[]"),
        ("model.train_agents", '["judge"]'),
        ("tasks.levels", "[5]"),
        ("name", '""'),
        ("name", '".."'),
        ("name", '"a/b"'),
        ("name", '"a\\u0000b"'),
        ("reward.quality_weight", "0.6"),
    ],
)
def test_a_bad_value_gets_one_line_that_names_its_key(key: str, text: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_config(overrides={key: text})
    line = str(caught.value)
    assert "\n" not in line
    assert key.split(".")[0] in line


def test_a_shared_policy_has_one_base() -> None:
    with pytest.raises(UsageError, match="shared_policy needs one base"):
        from_dict({"model": {"coder": "a", "reviewer": "b", "shared_policy": True}})


def test_one_adapter_cannot_be_put_aside_for_one_of_two_roles() -> None:
    with pytest.raises(UsageError, match="frozen_reviewer needs a reviewer of its own"):
        from_dict({"model": {"shared_policy": True}, "eval": {"arms": ["frozen_reviewer"]}})


def test_a_server_has_no_untrained_reviewer_beside_its_own() -> None:
    table = {"engine": {"server": "http://localhost:8000"}, "eval": {"arms": ["coder"]}}
    assert from_dict(table).eval.arms == ("coder",)
    with pytest.raises(UsageError, match="leave frozen_reviewer out"):
        from_dict({**table, "eval": {"arms": ["coder", "frozen_reviewer"]}})


@pytest.mark.parametrize(
    "content",
    [b"steps = ", b"\xff\xfe", b"[a]\n[a]\n", b"steps = " + b"9" * 5000, b"a = " + b"[" * 3000],
)
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "c.toml"
    file.write_bytes(content)
    with pytest.raises(UsageError, match="is not valid TOML"):
        load_config(file)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.toml", tmp_path):
        with pytest.raises(UsageError, match="cannot read"):
            load_config(path)


@pytest.mark.parametrize("wheel", [False, True])
def test_a_configuration_of_ours_is_found_by_its_name(
    wheel: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ours = Path(__file__).parents[1] / "configs" / "quickstart.toml"
    if wheel:  # there the files stand inside the package
        folder = tmp_path / "site-packages" / "parelha" / "configs"
        folder.mkdir(parents=True)
        ours = Path(shutil.copy(ours, folder))
        monkeypatch.setattr("parelha.config_file._PACKAGE", folder.parent)
    assert find_toml(Path("quickstart"), "configs") == ours
    assert load_config(Path("quickstart")).name == "quickstart"
    for wrong in ("quickstar", "configs/quickstart.toml"):
        with pytest.raises(UsageError, match=f"cannot read {wrong}: .*named .*quickstart"):
            load_config(Path(wrong))
    Path("quickstart").write_text('name = "mine"', encoding="utf-8")
    assert load_config(Path("quickstart")).name == "mine"


def test_every_key_is_documented() -> None:
    def described(model: Any) -> None:
        for name, info in model.model_fields.items():
            if hasattr(info.annotation, "model_fields"):
                described(info.annotation)
            else:
                assert info.description, name

    described(Config)


@given(key=st.sampled_from(known_keys()), text=st.text(max_size=12))
def test_any_text_for_any_key_is_a_value_or_one_line(key: str, text: str) -> None:
    try:
        config = load_config(overrides={key: text})
    except UsageError as error:
        assert "\n" not in str(error)
    else:
        assert from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("name", "5", "5"),
        ("name", "true", "true"),
        ("name", '"quoted"', "quoted"),
        ("tasks.families", "clean_data", ("clean_data",)),
        (
            "tasks.families",
            "clean_data, build_model.smoothing",
            ("clean_data", "build_model.smoothing"),
        ),
        ("tasks.families", '["clean_data"]', ("clean_data",)),
        ("tasks.only", "a.b/c,k=2", ("a.b/c,k=2",)),
        ("tasks.only", "a.b/c,k=2,sides=1, d.e/f", ("a.b/c,k=2,sides=1", "d.e/f")),
        ("tasks.only", '"a.b/c, d"', ("a.b/c, d",)),
        ("tasks.levels", "1,2", (1, 2)),
        ("tasks.levels", "2", (2,)),
        ("train.steps", "7", 7),
    ],
)
def test_words_on_the_command_line_fill_names_and_lists(
    key: str, text: str, expected: object
) -> None:
    section, _, name = key.rpartition(".")
    config = load_config(overrides={key: text})
    assert getattr(getattr(config, section) if section else config, name) == expected


@pytest.mark.parametrize(
    ("key", "text", "said"),
    [
        ("train.steps", "1000000000", "train.steps = 1000000000: input should be less than"),
        ("tasks.seeds", "1001", "tasks.seeds = 1001: input should be less than"),
        ("train.steps", "9" * 5000, "train.steps = "),
        ("runs_dir", '"a\\u0000b"', "runs_dir = 'a\\x00b': neither NUL"),
        ("engine.server", "http://h/\udcff", "engine.server = 'http://h/\\udcff': neither NUL"),
        ("tasks.only", "a.b/\udcff", "tasks.only = 'a.b/\\udcff': neither NUL"),
    ],
)
def test_values_of_no_use_are_refused_by_their_key(key: str, text: str, said: str) -> None:
    with pytest.raises(UsageError, match=re.escape(said)):
        load_config(overrides={key: text})


def test_a_byte_order_mark_before_a_configuration_is_read_over(tmp_path: Path) -> None:
    path = tmp_path / "marked.toml"
    path.write_bytes(b'\xef\xbb\xbfname = "marked"\r\n[train]\r\nsteps = 3\r\n')
    config = load_config(path)
    assert (config.name, config.train.steps) == ("marked", 3)


def test_a_run_is_not_resumed_with_other_components_of_ones_own() -> None:
    parts = from_dict({"reward": {"own": {"json": 0.5}}})  # any module that Python finds
    assert resumed_config(parts, Config(), False, []) == parts
    for one, other in ((parts, Config()), (Config(), parts)):
        with pytest.raises(UsageError, match=r"reward\.own is"):
            resumed_config(one, other, False, ["reward.own"])


def test_a_run_may_be_resumed_with_other_trackers() -> None:
    key = "tracking.project"
    found = resumed_config(Config(), lay_over(Config(), {key: "x"}), False, [key])
    assert (found.tracking.project, found.train) == ("x", Config().train)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"learning": {"algorithm": "gpro"}}, "no such algorithm: cispo or grpo, or a module"),
        ({"learning": {"algorithm": "nowhere.gpro"}}, "no such algorithm"),
        ({"engine": {"own": "nowhere"}}, "no module 'nowhere'"),
        ({"engine": {"own": "json", "server": "http://localhost"}}, "only one of them"),
        ({"reward": {"own": {"nowhere": 1.0}}}, "no module 'nowhere'"),
        ({"reward": {"own": {"json": -1.0}}}, "greater than or equal to 0"),
        ({"reward": {"own": {"json.tool": 1.0, "tokenize.tool": 1.0}}}, "another component 'tool'"),
        ({"reward": {"own": {"parelha.analysis.structure": 1.0}}}, "another component 'structure'"),
        ({"reward": {"own": {"json": 1.0}, "kind": "slides"}}, "only the gated reward"),
    ],
)
def test_a_module_of_ones_own_that_cannot_be_used_is_refused(table: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        from_dict(table)
    assert "\n" not in str(caught.value)


def test_a_quota_says_how_many_episodes_and_which_splits() -> None:
    quota = {"heldout_params": 5, "heldout_families": 3}
    config = from_dict({"eval": {"quota": quota}})
    assert (config.eval.episodes, config.eval.splits) == (8, tuple(quota))
    assert from_dict(config.to_dict()) == config  # as a run's record holds it
    assert config.eval == EvalConfig(quota=quota)
    assert lay_over(config, {"eval.episodes": "0"}).eval.episodes == 0  # switched off
    # A suite of its own has no split.
    named = {"eval": {"quota": {"humaneval": 4}}, "tasks": {"eval_suites": ["humaneval"]}}
    assert (from_dict(named).eval.episodes, from_dict(named).eval.splits) == (4, ())


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"quota": {"heldout_params": 5}, "episodes": 6}, "eval.episodes follows from eval.quota"),
        ({"quota": {"heldout_params": 5}, "splits": ["heldout_seeds"]}, "eval.splits follows from"),
        ({"quota": {"train": 5}}, "'train' is no held-out split and none of tasks.eval_suites"),
        (
            {"quota": {"heldout_seeds": 3, "families": 2}},
            "eval.quota: in place of 'families' name their splits: heldout_seeds, heldout_params, "
            "heldout_families",
        ),
        ({"quota": {"heldout_params": 0}}, "greater than or equal to 1"),
        ({"samples": 0}, "greater than or equal to 1"),
        ({"splits": ["heldout_seeds"] * 2}, "eval.splits = .*: name each split once"),
    ],
)
def test_a_quota_that_says_something_else_is_refused(table: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        from_dict({"eval": table})
    assert "\n" not in str(caught.value)
    assert "{" not in str(caught.value)  # the message names the key; the whole table is no help


def test_a_suite_that_the_quota_leaves_out_is_refused() -> None:
    table = {"tasks": {"eval_suites": ["humaneval"]}, "eval": {"quota": {"heldout_params": 4}}}
    with pytest.raises(UsageError, match="say how many of 'humaneval', or leave the quota out"):
        from_dict(table)


@pytest.mark.parametrize("asked", ["engine", "cluster"])
def test_servers_hold_one_base(asked: str) -> None:
    served = {"engine": {"kind": "vllm", "servers": ["http://a:1"]}, "cluster": {"num_servers": 1}}
    table = {"model": {"reviewer": "Qwen2.5-Coder-1.5B-Instruct"}, asked: served[asked]}
    with pytest.raises(UsageError, match=r"leave model\.reviewer empty"):
        from_dict(table)


def test_a_home_folder_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert load_config(overrides={"runs_dir": "~/runs"}).run_dir == tmp_path / "runs" / "run"
