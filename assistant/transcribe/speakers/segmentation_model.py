"""Who speaks when within ten seconds: the network of pyannote's segmentation-3.0, which hears overlaps too.

The architecture is that of Bredin, "pyannote.audio 2.1 speaker diarization pipeline" (Interspeech 2023), with the
classes of Plaquet & Bredin, "Powerset multi-class cross entropy loss for neural speaker diarization" (Interspeech
2023): a frame is silence, one of three speakers, or two of them at once. Weights: MIT.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

WINDOW_S = 10
RATE_HZ = 16_000
FRAME_STEP = 270
"""Samples from one frame to the next."""
FRAME_LENGTH = 991
"""Samples that a frame sees."""
FRAMES = 589
"""Frames of a window."""
LOCAL_SPEAKERS = 3
CLASSES = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 0], [1, 0, 1], [0, 1, 1]], dtype=np.uint8)
"""Who speaks in each class of a frame."""


class SegmentationModel:
    """The network with its weights; `path` is a state dict as torch saves it, read as data only."""

    def __init__(self, path: Path) -> None:
        import torch

        saved = torch.load(path, map_location="cpu", weights_only=True)
        self._torch = torch
        self._net = _network(saved["state_dict"])

    def classes(self, windows: NDArray[np.float32]) -> NDArray[np.uint8]:
        """The class of every frame: (windows, samples) of 16 kHz sound to (windows, frames)."""
        with self._torch.inference_mode():
            scores = self._net(self._torch.from_numpy(windows)[:, None, :])
        classes: NDArray[np.uint8] = scores.argmax(dim=-1).numpy().astype(np.uint8)
        return classes


def _network(state: dict[str, Any]) -> Any:
    """The network as one torch module, made of the parts that the state names."""
    from torch import nn

    filters = _band_passes(state)

    class Net(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = nn.InstanceNorm1d(1, affine=True)
            self.convolutions = nn.ModuleList(
                [nn.Conv1d(1, 80, filters.shape[-1], stride=10, bias=False), nn.Conv1d(80, 60, 5), nn.Conv1d(60, 60, 5)]
            )
            self.norms = nn.ModuleList([nn.InstanceNorm1d(size, affine=True) for size in (80, 60, 60)])
            self.lstm = nn.LSTM(60, 128, num_layers=4, bidirectional=True, batch_first=True)
            self.linear = nn.ModuleList([nn.Linear(256, 128), nn.Linear(128, 128)])
            self.classifier = nn.Linear(128, len(CLASSES))

        def forward(self, sound: Any) -> Any:
            heard = self.first(sound)
            for number, (convolution, norm) in enumerate(zip(self.convolutions, self.norms, strict=True)):
                heard = convolution(heard)
                heard = heard.abs() if number == 0 else heard
                heard = nn.functional.leaky_relu(norm(nn.functional.max_pool1d(heard, 3)))
            heard, _ = self.lstm(heard.transpose(1, 2))
            for layer in self.linear:
                heard = nn.functional.leaky_relu(layer(heard))
            return self.classifier(heard)

    net = Net()
    ours = {"convolutions.0.weight": filters}
    for name, value in state.items():
        renamed = name.replace("sincnet.wav_norm1d", "first").replace("sincnet.norm1d", "norms")
        renamed = renamed.replace("sincnet.conv1d", "convolutions")
        if not renamed.startswith("convolutions.0"):
            ours[renamed] = value
    net.load_state_dict(ours, strict=True)
    return net.eval()


def _band_passes(state: dict[str, Any]) -> Any:
    """The first layer's filters, cosine then sine for each learnt band (Ravanelli & Bengio 2018; Pariente 2020)."""
    import torch

    at = "sincnet.conv1d.0.filterbank."
    low = 50 + state[f"{at}low_hz_"].abs()
    high = torch.clamp(low + 50 + state[f"{at}band_hz_"].abs(), 50, RATE_HZ / 2)
    band = (high - low)[:, 0]
    times, window = state[f"{at}n_"], state[f"{at}window_"]
    lows, highs = low @ times, high @ times
    even = (torch.sin(highs) - torch.sin(lows)) / (times / 2) * window
    odd = (torch.cos(lows) - torch.cos(highs)) / (times / 2) * window
    middle = 2 * band[:, None]
    cosines = torch.cat([even, middle, torch.flip(even, dims=[1])], dim=1) / (2 * band[:, None])
    sines = torch.cat([odd, torch.zeros_like(middle), -torch.flip(odd, dims=[1])], dim=1) / (2 * band[:, None])
    return torch.cat([cosines, sines], dim=0)[:, None, :]
