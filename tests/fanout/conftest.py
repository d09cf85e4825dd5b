"""Fakes of transcription stand beside its own tests."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "transcribe"))
