"""What real loaders make of an export; run with an interpreter that has them, prints one JSON document.

`python loaders.py FOLDER`, where FOLDER holds one export a format. No hub and no weights: the tokenizer is
one of bytes with the Qwen2.5 template that TRL brings, and the model is one random layer.
"""

import json
import sys
import tempfile
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset, load_dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast, Qwen2Config, Qwen2ForCausalLM
from trl import DPOConfig, DPOTrainer, KTOConfig, KTOTrainer, SFTConfig, SFTTrainer

_MARKS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
_IGNORED = -100


def a_tokenizer() -> PreTrainedTokenizerFast:
    """One token a byte, and the template's own marks."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    whole = Tokenizer(models.BPE(vocab={letter: place for place, letter in enumerate(letters)}, merges=[]))
    whole.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    whole.decoder = decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=whole, eos_token=_MARKS[2], pad_token=_MARKS[0])
    tokenizer.add_special_tokens({"additional_special_tokens": [_MARKS[1]]})
    tokenizer.chat_template = (files("trl") / "chat_templates" / "qwen2_5.jinja").read_text(encoding="utf-8")
    return tokenizer


def a_model(tokenizer: PreTrainedTokenizerFast) -> Qwen2ForCausalLM:
    """One random layer."""
    torch.manual_seed(0)
    size = {"hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2}
    return Qwen2ForCausalLM(Qwen2Config(vocab_size=len(tokenizer), num_key_value_heads=1, **size))


def loaded(folder: Path, name: str) -> Dataset:
    """The records of one export, as `datasets` reads them."""
    with tempfile.TemporaryDirectory() as cache:
        files_of = str(folder / name / "train.jsonl")
        return load_dataset("json", data_files=files_of, split="train", cache_dir=cache, keep_in_memory=True)


def trained_on(row: dict[str, Any], tokenizer: PreTrainedTokenizerFast) -> str:
    """The text the loss falls on."""
    labels = row.get("labels")
    if labels is None:
        mask = row.get("assistant_masks") or row.get("completion_mask")
        labels = [token if kept else _IGNORED for token, kept in zip(row["input_ids"], mask, strict=True)]
    return tokenizer.decode([token for token in labels if token != _IGNORED])


def supervised(rows: Dataset, tokenizer: PreTrainedTokenizerFast, **options: Any) -> dict[str, Any]:
    """A step of `SFTTrainer`, and what its first record trains on."""
    with tempfile.TemporaryDirectory() as out:
        config = SFTConfig(output_dir=out, max_length=None, **_step(), **options)
        trainer = SFTTrainer(a_model(tokenizer), args=config, train_dataset=rows, processing_class=tokenizer)
        loss = trainer.train().training_loss
        return {"loss": loss, "trained_on": trained_on(trainer.train_dataset[0], tokenizer)}


def preferred(folder: Path, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    """A step of `DPOTrainer`, and what it made of the first pair."""
    with tempfile.TemporaryDirectory() as out:
        trainer = DPOTrainer(
            a_model(tokenizer),
            ref_model=a_model(tokenizer),
            args=DPOConfig(output_dir=out, max_length=None, **_step()),
            train_dataset=loaded(folder, "preference"),
            processing_class=tokenizer,
        )
        loss = trainer.train().training_loss
        row = trainer.train_dataset[0]
        names = ("prompt_ids", "chosen_ids", "rejected_ids")
        texts = {
            name: tokenizer.decode(row[name if name in row else name.replace("_ids", "_input_ids")])
            for name in names
        }
        return {"loss": loss, **texts}


def judged(folder: Path, tokenizer: PreTrainedTokenizerFast) -> dict[str, Any]:
    """What `KTOTrainer` makes of the first record, and the labels of all."""
    with tempfile.TemporaryDirectory() as out:
        rows = loaded(folder, "kto")
        trainer = KTOTrainer(
            a_model(tokenizer),
            ref_model=a_model(tokenizer),
            args=KTOConfig(output_dir=out, max_length=None, **(_step() | {"per_device_train_batch_size": 2})),
            train_dataset=rows,
            processing_class=tokenizer,
        )
        row = trainer.train_dataset[0]
        texts = {name: tokenizer.decode(row[name]) for name in ("prompt_ids", "completion_ids")}
        return {"labels": list(rows["label"]), "kept": list(trainer.train_dataset["label"]), **texts}


def _step() -> dict[str, Any]:
    return {"per_device_train_batch_size": 1, "max_steps": 1, "report_to": [], "use_cpu": True, "bf16": False}


def rendered(folder: Path, tokenizer: PreTrainedTokenizerFast) -> Dataset:
    """Prompt and completion as text, as the recipe in docs/training renders them: exact to the last digit."""
    rows = read(folder, "prompt-completion")
    texts = []
    for row in rows:
        prompt = tokenizer.apply_chat_template(
            row["prompt"], tools=row["tools"], tokenize=False, add_generation_prompt=True
        )
        whole = tokenizer.apply_chat_template(
            row["prompt"] + row["completion"], tools=row["tools"], tokenize=False
        )
        texts.append({"prompt": prompt, "completion": whole.removeprefix(prompt)})
    return Dataset.from_list(texts)


def read(folder: Path, name: str) -> list[dict[str, Any]]:
    """The records of one export, as they are."""
    lines = (folder / name / "train.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def templated(rows: Any, tokenizer: PreTrainedTokenizerFast) -> list[str]:
    """Every conversation as the template renders it."""
    return [
        tokenizer.apply_chat_template(row["messages"], tools=row["tools"], tokenize=False) for row in rows
    ]


def main(folder: Path) -> None:
    """Everything, as JSON."""
    tokenizer = a_tokenizer()
    found = {
        "rows": {path.name: len(loaded(folder, path.name)) for path in sorted(folder.iterdir())},
        "templated": templated(read(folder, "openai-tools"), tokenizer),
        "through_datasets": templated(loaded(folder, "openai-tools"), tokenizer),
        "chatml": list(loaded(folder, "chatml")["text"]),
        "sft": supervised(loaded(folder, "openai-tools"), tokenizer, assistant_only_loss=True),
        "sft_completion": supervised(loaded(folder, "prompt-completion"), tokenizer),
        "sft_text": supervised(rendered(folder, tokenizer), tokenizer),
        "dpo": preferred(folder, tokenizer),
        "kto": judged(folder, tokenizer),
    }
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
