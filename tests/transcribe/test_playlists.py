"""A recording holds its sound itself: a list of other files or addresses is none, whatever it is called."""

import shutil
import socket
import threading
from pathlib import Path

import pytest

from assistant.transcribe.audio import probe
from store.errors import InvalidInputError

LISTS = {
    "concat": "ffconcat version 1.0\nfile secret.wav\n",
    "concat of an address": "ffconcat version 1.0\nfile {address}.wav\n",
    "hls": "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}.ts\n#EXTINF:9,\nsecret.wav\n#EXT-X-ENDLIST\n",
    "sdp": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio {port} RTP/AVP 0\n",
    "rtsp": "RTSPtext\nrtsp://127.0.0.1:{port}/x\n",
}


@pytest.fixture
def listener():
    """A port at which somebody notes who knocks."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        knocked = []

        def listen():
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                knocked.append(client.getpeername())
                client.close()

        threading.Thread(target=listen, daemon=True).start()
        yield server.getsockname()[1], knocked


@pytest.mark.parametrize("ending", [".wav", ".mp3", ".mp4", ".ogg"])
@pytest.mark.parametrize("kind", LISTS)
def test_lists_are_no_recordings(tmp_path, listener, kind, ending):
    """Neither the file beside it nor the address is opened."""
    port, knocked = listener
    tone = next(path for path in _corpus() if path.name == "tone.wav")
    shutil.copy(tone, tmp_path / "secret.wav")
    assert probe(tmp_path / "secret.wav").duration_ms > 0
    path = tmp_path / f"talk{ending}"
    path.write_text(LISTS[kind].format(address=f"http://127.0.0.1:{port}/a", port=port), encoding="utf-8")
    with pytest.raises(InvalidInputError, match="cannot be read as sound"):
        probe(path)
    assert knocked == []


def test_every_container_that_people_bring_is_read():
    """What is kept out does not keep out recordings."""
    for path in _corpus():
        if path.stem == "tone":
            assert 300 < probe(path).duration_ms < 700, path


def _corpus():
    return sorted((Path(__file__).parents[1] / "fuzz" / "corpus" / "sound").iterdir())
