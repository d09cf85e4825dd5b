"""A language model process that dies while it scores: a stand-in that is told to, or any process that is killed."""

import os
import random
import signal
import sys
import threading
import time
from pathlib import Path

import fault_stages as stages
from fault_place import HERE, suggested

from assistant.llm import LlmClient
from assistant.settings import load_settings
from store.study import open_study

_STAND_IN = HERE.parent / "llm" / "fake_worker.py"


def killed_model(fault: object, place: Path, board: object, lot: random.Random) -> None:
    """Have the stage of suggestions ask a process that dies once, twice, or is killed at any time."""
    plan = place / "plan"
    plan.mkdir()
    settings = load_settings()
    if fault.kind == "model killed (real)":
        from assistant.models import model_path

        client = LlmClient(model_path("smollm2-135m", settings), settings)
    else:
        model = place / "stand-in.gguf"
        model.write_bytes(b"GGUF")
        if fault.kind == "model dies":
            (plan / "score_branches").write_text(str(lot.choice((1, 1, 2, 3))), encoding="utf-8")
        else:
            (plan / "slow").write_text("0.05", encoding="utf-8")
        client = LlmClient(model, settings, command=(sys.executable, str(_STAND_IN), str(plan)))
    board.worker = client.info()["pid"]

    def scored(place: Path) -> None:
        if "killed" in fault.kind:
            threading.Thread(target=_kill_soon, args=(board.worker, lot.random() * 0.3), daemon=True).start()
        with open_study(place / "study") as study:
            suggested(study, scorer=client)
        board.worker = client.info()["pid"]

    stages.score = scored


def _kill_soon(process: int, seconds: float) -> None:
    time.sleep(seconds)
    os.kill(process, signal.SIGKILL)
