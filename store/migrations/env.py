"""Alembic's entry: runs on the connection that `store.database` hands over."""

from alembic import context

import store.consent_records
import store.exchange_records
import store.member_records
import store.quote_records
import store.sound_records
import store.work_records
import store.written_records  # noqa: F401
from store.records import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
with context.begin_transaction():
    context.run_migrations()
