"""How an export is loaded, in five lines, for its model card."""

from parelha.export.source import Source


def loading(source: Source, kind: str, quant: str) -> str:
    """A fenced block of code that loads the first agent's export."""
    agent = source.agents[0]
    base, revision = source.base_name(agent), source.revision(agent)
    pinned = f', revision="{revision}"' if revision else ""
    file = f"{agent}-{quant}.gguf"
    python = {
        "peft": [
            "from peft import PeftModel",
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            f'base = AutoModelForCausalLM.from_pretrained("{base}"{pinned})',
            f'model = PeftModel.from_pretrained(base, "{agent}")  # the folder beside this file',
            f'tokenizer = AutoTokenizer.from_pretrained("{agent}")',
        ],
        "merged": [
            "from transformers import AutoModelForCausalLM, AutoTokenizer",
            f'model = AutoModelForCausalLM.from_pretrained("{agent}", dtype="auto")',
            f'tokenizer = AutoTokenizer.from_pretrained("{agent}")',
        ],
    }
    shell = {
        "gguf": [
            f"llama-cli -m {file}",
            f"llama-cli -m BASE.gguf --lora {agent}-lora.gguf  # the same over the base's own GGUF",
        ],
        "ollama": [
            f"cd {agent}",
            f"ollama create parelha-{agent} -f Modelfile",
            f"ollama run parelha-{agent}",
        ],
    }
    lines = python.get(kind) or shell[kind]
    return "\n".join([f"```{'python' if kind in python else 'sh'}", *lines, "```\n"])
