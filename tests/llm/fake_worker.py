"""A worker without a model: the product's server around a stand-in that counts words and dies when it is told to.

The first argument is a folder; a file in it named after a request holds how many times that request is to end the
process. What the process is called with is written to `calls.txt` there.
"""

import argparse
import hashlib
import os
import sys
import time
from pathlib import Path

from assistant.llm.errors import PromptTooLongError
from assistant.llm.worker import main
from store.errors import InvalidInputError


class FakeModel:
    def __init__(self, plan: Path, options: argparse.Namespace) -> None:
        self.plan = plan
        self.options = options
        if (plan / "refuses").exists():
            raise InvalidInputError("The model file is damaged.")

    def _die_if_planned(self, request: str) -> None:
        file = self.plan / request
        left = int(file.read_text(encoding="utf-8")) if file.exists() else 0
        if left > 0:
            file.write_text(str(left - 1), encoding="utf-8")
            print("Fatal: the stand-in was told to die", file=sys.stderr, flush=True)
            os._exit(7)

    def info(self):
        self._die_if_planned("info")
        return {
            "pid": os.getpid(),
            "context_tokens": self.options.context_tokens,
            "trained_context_tokens": 8192,
            "use_extra_bufts": not self.options.no_extra_bufts,
            "parallel": 1,
            "llama_cpp": "none",
            "model": "stand-in",
        }

    def self_test(self):
        if not self.options.no_extra_bufts:
            self._die_if_planned("self_test")
        self._die_if_planned("self_test_always")
        return {"decoded": True}

    def count_tokens(self, texts):
        return [len(text.split()) for text in texts]

    def score_branches(self, prompt, forks):
        self._die_if_planned("score_branches")
        if (self.plan / "slow").exists():
            time.sleep(float((self.plan / "slow").read_text(encoding="utf-8")))
        if any(len(label) > 3 for label in prompt.labels):
            raise InvalidInputError("A label is not a single token.")
        for index, fork in enumerate(forks):
            if max((len(f"{fork.stem} {b}".split()) for b in fork.branches), default=0) > self.options.context_tokens:
                raise PromptTooLongError(f"Text number {index + 1} is too long.", index)
        return [
            [[_score(prompt.prefix, fork.stem, branch, label) for label in prompt.labels] for branch in fork.branches]
            for fork in forks
        ]

    def chat(self, messages, options):
        words = messages[-1]["content"].split()[: options.max_tokens]
        return {
            "text": " ".join(words),
            "prompt_tokens": 1,
            "completion_tokens": len(words),
            "stopped_by": "length" if len(words) == options.max_tokens else "end",
        }


def _score(*texts: str) -> float:
    return -3.0 - hashlib.sha256("|".join(texts).encode("utf-8")).digest()[0] / 16


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with (folder / "calls.txt").open("a", encoding="utf-8") as calls:
        calls.write(" ".join(sys.argv[2:]) + "\n")
    sys.exit(main(sys.argv[2:], lambda options: FakeModel(folder, options)))
