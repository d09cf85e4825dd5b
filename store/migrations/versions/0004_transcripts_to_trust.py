"""corrections that share turns, marks on turns, glossary, jobs, voices"""

from alembic import op
import sqlalchemy as sa
import store.records

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('transcript', sa.Column('layout', sa.JSON(), nullable=True))
    op.add_column('utterance', sa.Column('language', sa.String(length=10), nullable=True))
    op.add_column('turn', sa.Column('marks', sa.JSON(), nullable=True))
    op.create_table('glossary',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('terms', sa.JSON(), nullable=False),
    sa.Column('at', store.records.UtcDateTime(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_glossary_event_id_event')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_glossary')),
    sa.UniqueConstraint('event_id', name=op.f('uq_glossary_event_id'))
    )
    op.create_table('job',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('interview_id', sa.Integer(), nullable=False),
    sa.Column('wanted', sa.JSON(), nullable=False),
    sa.Column('state', sa.String(length=10), nullable=False),
    sa.Column('priority', sa.Integer(), nullable=False),
    sa.Column('done_ms', sa.Integer(), nullable=False),
    sa.Column('total_ms', sa.Integer(), nullable=False),
    sa.Column('why', sa.String(), nullable=False),
    sa.Column('queued_at', store.records.UtcDateTime(), nullable=False),
    sa.Column('started_at', store.records.UtcDateTime(), nullable=True),
    sa.Column('ended_at', store.records.UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_job_interview_id_interview')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_job'))
    )
    with op.batch_alter_table('job', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_job_interview_id'), ['interview_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_job_state'), ['state'], unique=False)

    op.create_table('voices',
    sa.Column('transcription_id', sa.Integer(), nullable=False),
    sa.Column('start_ms', sa.Integer(), nullable=False),
    sa.Column('end_ms', sa.Integer(), nullable=False),
    sa.Column('heard', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['transcription_id'], ['transcription.id'], name=op.f('fk_voices_transcription_id_transcription')),
    sa.PrimaryKeyConstraint('transcription_id', 'start_ms', name=op.f('pk_voices'))
    )


def downgrade() -> None:
    op.drop_table('voices')
    op.drop_table('job')
    op.drop_table('glossary')
    with op.batch_alter_table('turn', schema=None) as batch_op:
        batch_op.drop_column('marks')
    with op.batch_alter_table('utterance', schema=None) as batch_op:
        batch_op.drop_column('language')
    with op.batch_alter_table('transcript', schema=None) as batch_op:
        batch_op.drop_column('layout')
