"""All commands under one name; each imports its stage only when it runs, so that help comes at once."""

import typer

from assistant.cli import codebook_edits  # noqa: F401 - adds its commands
from assistant.cli.add import add_command
from assistant.cli.again import again_command, glossary_command, speakers_command
from assistant.cli.agreement import SeveralCoders, agreement_command
from assistant.cli.audit import audit_app
from assistant.cli.backup import backup_command, backups_command, restore_command
from assistant.cli.bundle import bundle_app
from assistant.cli.candidates import candidates_command
from assistant.cli.codebook import codebook_app
from assistant.cli.coders import coders_app
from assistant.cli.consent import consent_app, withdraw_command
from assistant.cli.correct import correct_command
from assistant.cli.decide import decide_command
from assistant.cli.demo import demo_command
from assistant.cli.doctor import doctor_command
from assistant.cli.encrypt import decrypt_command, encrypt_command
from assistant.cli.export import export_command
from assistant.cli.import_ import import_command, imports_command
from assistant.cli.members import members_app
from assistant.cli.memo import memo_app
from assistant.cli.methods import methods_command
from assistant.cli.migrate import migrate_command
from assistant.cli.milestone import milestone_app
from assistant.cli.models import models_app
from assistant.cli.participant import participant_app
from assistant.cli.pseudonyms import pseudonyms_app
from assistant.cli.queue import queue_command
from assistant.cli.quotes import quotes_command
from assistant.cli.relations import relations_command
from assistant.cli.review import review_command
from assistant.cli.saturation import saturation_command
from assistant.cli.sbom import sbom_command
from assistant.cli.second import second_app
from assistant.cli.serve import serve_command
from assistant.cli.study import erase_command, new_command, reindex_command
from assistant.cli.suggest import suggest_command
from assistant.cli.summary import summary_command
from assistant.cli.transcribe import transcribe_command
from assistant.cli.worker import worker_command

app = typer.Typer(
    name="interview",
    help="Interview analysis on your own machine: the model proposes, a person confirms every code.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)

app.command("new")(new_command)
app.command("add")(add_command)
app.command("import")(import_command)
app.command("imports")(imports_command)
app.command("transcribe")(transcribe_command)
app.command("speakers")(speakers_command)
app.command("again")(again_command)
app.command("glossary")(glossary_command)
app.command("correct")(correct_command)
app.command("queue")(queue_command)
app.add_typer(codebook_app, name="codebook")
app.command("suggest")(suggest_command)
app.command("candidates")(candidates_command)
app.command("review")(review_command)
app.command("serve")(serve_command)
app.command("decide")(decide_command)
app.add_typer(coders_app, name="coders")
app.add_typer(members_app, name="members")
app.add_typer(second_app, name="second")
app.add_typer(memo_app, name="memo")
app.add_typer(milestone_app, name="milestone")
app.command("quotes")(quotes_command)
app.command("saturation")(saturation_command)
app.command("agreement", cls=SeveralCoders)(agreement_command)
app.command("relations")(relations_command)
app.command("summary")(summary_command)
app.command("methods")(methods_command)
app.add_typer(pseudonyms_app, name="pseudonyms")
app.command("export")(export_command)
app.command("backup")(backup_command)
app.command("backups")(backups_command)
app.command("restore")(restore_command)
app.command("migrate")(migrate_command)
app.command("encrypt")(encrypt_command)
app.command("decrypt")(decrypt_command)
app.add_typer(participant_app, name="participant")
app.add_typer(bundle_app, name="bundle")
app.add_typer(consent_app, name="consent")
app.command("withdraw")(withdraw_command)
app.command("erase")(erase_command)
app.add_typer(audit_app, name="audit")
app.command("reindex")(reindex_command)
app.add_typer(models_app, name="models")
app.command("worker")(worker_command)
app.command("doctor")(doctor_command)
app.command("sbom")(sbom_command)
app.command("demo")(demo_command)
