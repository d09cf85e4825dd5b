"""The file that names an identity provider."""

import os

import pytest

from assistant.privacy.oidc_file import provider_of
from store.errors import InvalidInputError

URL = "https://a.example.org"
GOOD = {
    "client_id": "interviews",
    "client_secret": "shared",
    "server_metadata_url": "https://Login.example.org/.well-known/openid-configuration",
    "redirect_uri": f"{URL}/oauth2callback",
    "cookie_secret": "0123456789abcdef0123456789abcdef",
}


@pytest.fixture
def read(tmp_path):
    """Reads a file with these values changed, added, or (None) taken out; the study lies beside it."""
    study = tmp_path / "study"
    study.mkdir()

    def reads(changed=(), *, text=None, mode=0o600, file=tmp_path / "oidc.toml"):
        lines = [f'{name} = "{value}"' for name, value in {**GOOD, **dict(changed)}.items() if value is not None]
        file.write_text(text if text is not None else "[auth]\n" + "\n".join(lines), encoding="utf-8")
        file.chmod(mode)
        return provider_of(file, URL, study)

    return reads


def test_the_host_of_the_provider_is_read(read):
    """In lower case, as the guard compares it; a provider on this machine needs no https."""
    assert read() == "login.example.org"
    assert read({"server_metadata_url": "http://127.0.0.1:9000/x"}) == "127.0.0.1"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"client_id": None}, "lacks client_id"),
        ({"client_secret": ""}, "lacks client_secret"),
        ({"cookie_secret": "short"}, "fewer than 32"),
        ({"redirect_uri": "https://evil.example/oauth2callback"}, "must be https://a.example.org/oauth2callback"),
        ({"server_metadata_url": "http://login.example.org/x"}, "must be an https address"),
        ({"server_metadata_url": "https://u:p@login.example.org/x"}, "must be an https address"),
        ({"server_metadata_url": "file:///etc/passwd"}, "must be an https address"),
        ({"expose_tokens": "id"}, "expose_tokens"),
    ],
)
def test_what_is_missing_unsafe_or_unknown_is_told(read, changed, said):
    """One sentence that names what to change."""
    with pytest.raises(InvalidInputError, match=said):
        read(changed)


@pytest.mark.parametrize(
    ("text", "said"),
    [("", "table"), ("[auth", "no TOML"), ('PATH = "/evil"\n[auth]\n', "nothing else"), ("auth = 1", "table")],
)
def test_other_files_are_refused(read, text, said):
    """Streamlit would make every other value of such a file a variable of the environment."""
    with pytest.raises(InvalidInputError, match=said):
        read(text=text)


@pytest.mark.skipif(os.name != "posix", reason="rights of files are of another kind on Windows")
@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_secret_that_others_can_read_is_refused(read, mode):
    """With the command that mends it."""
    with pytest.raises(InvalidInputError, match="chmod 600"):
        read(mode=mode)


def test_a_secret_in_the_study_is_refused_and_so_is_none(read, tmp_path):
    """It would go into every copy and archive."""
    with pytest.raises(InvalidInputError, match="lies in the study"):
        read(file=tmp_path / "study" / "oidc.toml")
    with pytest.raises(InvalidInputError, match="cannot be read"):
        provider_of(tmp_path / "none.toml", URL, tmp_path / "study")
