"""What keeps people's words on this machine."""

from assistant.privacy.guard import LeavesMachineError, allow_host, guard_stands
from assistant.privacy.offline import go_offline

__all__ = ["LeavesMachineError", "allow_host", "go_offline", "guard_stands"]
