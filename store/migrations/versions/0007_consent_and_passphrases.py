"""what participants consented to, coders' passphrases"""

from alembic import op
import sqlalchemy as sa
import store.records

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('coder_passphrase',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('coder_id', sa.Integer(), nullable=False),
    sa.Column('verifier', sa.String(), nullable=True),
    sa.Column('verifier_sha256', sa.String(length=64), nullable=True),
    sa.Column('at', store.records.UtcDateTime(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['coder_id'], ['coder.id'], name=op.f('fk_coder_passphrase_coder_id_coder')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_coder_passphrase_event_id_event')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_coder_passphrase')),
    sa.UniqueConstraint('event_id', name=op.f('uq_coder_passphrase_event_id'))
    )
    with op.batch_alter_table('coder_passphrase', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_coder_passphrase_coder_id'), ['coder_id'], unique=False)

    op.create_table('consent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('interview_id', sa.Integer(), nullable=False),
    sa.Column('state', sa.String(length=12), nullable=False),
    sa.Column('covers', sa.JSON(), nullable=False),
    sa.Column('keep_recording_until', sa.String(length=10), nullable=True),
    sa.Column('keep_until', sa.String(length=10), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('coder', sa.String(), nullable=False),
    sa.Column('at', store.records.UtcDateTime(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_consent_event_id_event')),
    sa.ForeignKeyConstraint(['interview_id'], ['interview.id'], name=op.f('fk_consent_interview_id_interview')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_consent')),
    sa.UniqueConstraint('event_id', name=op.f('uq_consent_event_id'))
    )
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_consent_interview_id'), ['interview_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('consent', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_consent_interview_id'))

    op.drop_table('consent')
    with op.batch_alter_table('coder_passphrase', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_coder_passphrase_coder_id'))

    op.drop_table('coder_passphrase')
