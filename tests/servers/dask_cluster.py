"""A Dask cluster for tests: a scheduler on a free loopback port, and workers as operators start them."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psutil
import pytest

_START_SECONDS = 150
_STOP_SECONDS = 20


@dataclass
class DaskCluster:
    """A running scheduler and its workers; everything they say is in `folder`."""

    folder: Path
    address: str
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start_scheduler(self, **environment: str) -> subprocess.Popen[bytes]:
        """The scheduler, at the same address each time; returns once it listens."""
        protocol, _, place = self.address.partition("://")
        host, _, port = place.partition(":")
        command = [sys.executable, "-m", "dask", "scheduler", "--host", f"{protocol}://{host}", "--port", port]
        process = self.start("scheduler", [*command, "--no-dashboard"], environment)
        wait_until(lambda: _listens(int(port)), process, lambda: self.said("scheduler"))
        return process

    def start_worker(self, name: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker as `interview worker` starts it; returns once the scheduler has it."""
        command = [sys.executable, "-m", "assistant", "worker", "--scheduler", self.address, "--name", name]
        process = self.start(name, command, environment)
        wait_until(lambda: f"Worker {name} works for" in self.said(name), process, lambda: self.said(name))
        return process

    def start_plain_worker(self, name: str, **environment: str) -> subprocess.Popen[bytes]:
        """A worker as Dask itself starts it."""
        command = [sys.executable, "-m", "dask", "worker", self.address, "--name", name, "--nthreads", "1"]
        command += ["--host", "127.0.0.1", "--no-dashboard", "--local-directory", str(self.folder)]
        return self.start(name, command, environment)

    def said(self, name: str) -> str:
        """What a process wrote so far."""
        with suppress(FileNotFoundError):
            return (self.folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return ""

    def kill_worker(self, process: subprocess.Popen[bytes]) -> int:
        """Kill the process that works, not the one that starts it again; returns its id."""
        child = working(process)
        child.kill()
        return child.pid

    def start(
        self, name: str, command: list[str], environment: dict[str, str] | None = None
    ) -> subprocess.Popen[bytes]:
        """Any process whose words are kept here, and which is ended with the cluster."""
        with (self.folder / f"{name}.log").open("ab") as said:
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=said,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), **(environment or {})},
            )
        self.processes.append(process)
        return process


def working(process: subprocess.Popen[bytes]) -> psutil.Process:
    """The process that works for this one, which starts it again when it dies."""
    children = psutil.Process(process.pid).children()
    return next(each for each in children if "resource_tracker" not in " ".join(each.cmdline()))


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[bytes], said: Callable[[], str]) -> None:
    """Wait for something that the process brings about; raises with what it said where it ends before."""
    deadline = time.monotonic() + _START_SECONDS
    while not is_so():
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}: {said()}")
        if time.monotonic() > deadline:
            raise TimeoutError(f"{process.args}: {said()}")
        time.sleep(0.1)


@contextmanager
def dask_cluster(
    folder: Path, *workers: str, protocol: str = "tcp", threads: int = 1, **environment: str
) -> Iterator[DaskCluster]:
    """A scheduler with workers of these names; all are gone afterwards. Skips where Dask is not installed."""
    pytest.importorskip("distributed", reason="Dask is not installed (the extra `servers`)")
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    cluster = DaskCluster(folder, f"{protocol}://127.0.0.1:{port}")
    try:
        cluster.start_scheduler(**environment)
        for name in workers:
            cluster.start_worker(name, INTERVIEW_THREADS=str(threads), **environment)
        yield cluster
    finally:
        _end(cluster.processes)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End them with all that they started, the workers before their scheduler."""
    started = []
    for process in reversed(processes):
        with suppress(psutil.NoSuchProcess):
            started += psutil.Process(process.pid).children(recursive=True)
        process.terminate()
    _, left = psutil.wait_procs([*started, *(psutil.Process(p.pid) for p in processes if p.poll() is None)], 10)
    for each in left:
        with suppress(psutil.NoSuchProcess):
            each.kill()
    for process in processes:
        process.wait(_STOP_SECONDS)


def certificate(folder: Path) -> dict[str, str]:
    """A certificate that signs itself, and Dask's settings by which scheduler, workers and clients must show it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=12))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "cert.pem", folder / "key.pem"
    cert_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    tls = "DASK_DISTRIBUTED__COMM__TLS"
    roles = [f"{tls}__{role}__{what}" for role in ("CLIENT", "WORKER", "SCHEDULER") for what in ("CERT", "KEY")]
    return {
        "DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION": "true",
        f"{tls}__CA_FILE": str(cert_file),
        **{each: str(cert_file if each.endswith("CERT") else key_file) for each in roles},
    }
