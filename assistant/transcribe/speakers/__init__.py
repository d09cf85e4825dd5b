"""Who speaks when: voices heard in a recording, grouped to people, and words given to them."""

from assistant.transcribe.speakers.clustering import assign
from assistant.transcribe.speakers.timeline import Spoken, overlaps, timeline
from assistant.transcribe.speakers.voices import NeuralListener, VoiceListener, Voices

__all__ = ["NeuralListener", "Spoken", "VoiceListener", "Voices", "assign", "overlaps", "timeline"]
