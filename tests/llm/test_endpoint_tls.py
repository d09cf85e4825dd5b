import datetime as dt
import ipaddress
import ssl

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from servers.fake_endpoint import fake_endpoint

from assistant.llm import Fork, LabelPrompt
from assistant.llm.endpoint_http import EndpointTransport
from assistant.llm.endpoint_place import endpoint_place
from assistant.llm.errors import EndpointError
from assistant.llm.served import ServedLlm
from assistant.settings import load_settings


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for 127.0.0.1 that nobody vouches for, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "both.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(secret + made.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def fake(certificate):
    """A stand-in that speaks with that certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with fake_endpoint("vllm", tls=context) as running:
        yield running


def client_of(fake, pauses):
    settings = load_settings(fake.settings())
    return ServedLlm(settings, transport=EndpointTransport(endpoint_place(settings), 5, pause=pauses.append))


def test_a_certificate_that_nobody_vouches_for_is_a_sentence(fake):
    """Nothing is sent, and nothing tried again: whoever is there may be anybody."""
    pauses = []
    with client_of(fake, pauses) as client, pytest.raises(EndpointError, match="SSL_CERT_FILE"):
        client.what_it_can()
    assert (fake.asked, pauses) == ([], [])


def test_an_authority_of_the_environment_is_trusted(fake, certificate, monkeypatch):
    """A department's own authority is named as for other programs, and text travels encrypted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with client_of(fake, []) as client:
        assert client.info()["encrypted"] is True
        (row,) = client.score_branches(LabelPrompt("", "p\n", ("Yes", "No")), [Fork("x\n", ("y",))])
    assert row.shape == (1, 2)
