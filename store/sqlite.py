"""The one driver of databases: SQLite with SQLCipher, for which a plain file is a file without a key.

Nothing in `store` imports the standard library's `sqlite3`: its exceptions are others, and two drivers in one process
would release each other's locks on a file.
"""

from contextlib import closing

from sqlcipher3 import dbapi2 as sqlite3

__all__ = ["sqlite3"]

with closing(sqlite3.connect(":memory:")) as _first:  # a wrong key is told by an exception, not on stderr
    _first.execute("PRAGMA cipher_log_level = NONE")
