"""members of a team, their roles and passwords"""

from alembic import op
import sqlalchemy as sa
import store.records

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('member',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('coder_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=12), nullable=True),
    sa.Column('identity', sa.String(), nullable=True),
    sa.Column('by', sa.String(), nullable=False),
    sa.Column('at', store.records.UtcDateTime(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['coder_id'], ['coder.id'], name=op.f('fk_member_coder_id_coder')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_member_event_id_event')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member')),
    sa.UniqueConstraint('event_id', name=op.f('uq_member_event_id'))
    )
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_coder_id'), ['coder_id'], unique=False)

    op.create_table('member_password',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('coder_id', sa.Integer(), nullable=False),
    sa.Column('verifier', sa.String(), nullable=True),
    sa.Column('verifier_sha256', sa.String(length=64), nullable=True),
    sa.Column('at', store.records.UtcDateTime(), nullable=False),
    sa.Column('event_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['coder_id'], ['coder.id'], name=op.f('fk_member_password_coder_id_coder')),
    sa.ForeignKeyConstraint(['event_id'], ['event.id'], name=op.f('fk_member_password_event_id_event')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_member_password')),
    sa.UniqueConstraint('event_id', name=op.f('uq_member_password_event_id'))
    )
    with op.batch_alter_table('member_password', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_member_password_coder_id'), ['coder_id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('member_password', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_member_password_coder_id'))

    op.drop_table('member_password')
    with op.batch_alter_table('member', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_member_coder_id'))

    op.drop_table('member')
