"""What is dropped on a page while it comes in: within the study, and gone when the app is."""

import tempfile

from assistant.privacy.uploads import UPLOADS, keep_uploads_inside


def test_large_uploads_lie_where_the_command_says(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/somewhere")
    monkeypatch.delenv(UPLOADS, raising=False)
    keep_uploads_inside()
    assert tempfile.gettempdir() == "/somewhere"
    monkeypatch.setenv(UPLOADS, str(tmp_path / "gone"))
    keep_uploads_inside()
    assert tempfile.gettempdir() == "/somewhere"
    monkeypatch.setenv(UPLOADS, str(tmp_path))
    keep_uploads_inside()
    with tempfile.NamedTemporaryFile() as made:
        assert made.name.startswith(str(tmp_path))
