"""What keeps people's words on this machine."""

from assistant.privacy.offline import go_offline

__all__ = ["go_offline"]
