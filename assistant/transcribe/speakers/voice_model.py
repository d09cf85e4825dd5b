"""What a voice sounds like, as 192 numbers: the CAM++ network of 3D-Speaker.

Wang et al., "CAM++: A fast and efficient network for speaker verification using context-aware masking" (Interspeech
2023), trained on Chinese and English speakers (`campplus_cn_en_common`). Weights: Apache-2.0. Its input are 80 log mel
energies of 25 ms, every 10 ms, with the mean over the stretch taken off.
"""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

SIZE = 192
MELS = 80
RATE_HZ = 16_000
_GROWTH = 32
_BLOCKS = ((12, 1), (24, 2), (16, 2))
"""Layers of each dense block, and their dilation."""
_CONTEXT = 100
_EPSILON = 1e-2


class VoiceModel:
    """The network with its weights; `path` is a state dict as torch saves it, read as data only."""

    def __init__(self, path: Path) -> None:
        import torch

        self._torch = torch
        self._net = _network(torch.load(path, map_location="cpu", weights_only=True))

    def voices(self, features: NDArray[np.float32]) -> NDArray[np.float32]:
        """One vector of length 1 for each stretch: (stretches, frames, 80) to (stretches, 192)."""
        centred = features - features.mean(axis=1, keepdims=True)
        with self._torch.inference_mode():
            found: NDArray[np.float32] = self._net(self._torch.from_numpy(centred).transpose(1, 2)).numpy()
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return np.asarray(found / np.maximum(lengths, 1e-9), dtype=np.float32)


def log_mels(sound: NDArray[np.float32]) -> NDArray[np.float32]:
    """Log mel energies of 16 kHz sound between -1 and 1: (frames, 80), a frame every 10 ms."""
    import kaldi_native_fbank as knf

    options = knf.FbankOptions()
    options.frame_opts.dither = 0.0
    options.frame_opts.samp_freq = RATE_HZ
    options.frame_opts.snip_edges = True
    options.mel_opts.num_bins = MELS
    bank = knf.OnlineFbank(options)
    bank.accept_waveform(RATE_HZ, (sound * 32_768).tolist())
    bank.input_finished()
    if not bank.num_frames_ready:
        return np.zeros((0, MELS), dtype=np.float32)
    return np.stack([bank.get_frame(at) for at in range(bank.num_frames_ready)])


def _network(state: dict[str, Any]) -> Any:  # noqa: C901 - the parts of one network, each a few lines
    from torch import nn

    def unit(size: int, *, affine: bool = True) -> Any:
        made = nn.Sequential()
        made.add_module("batchnorm", nn.BatchNorm1d(size, affine=affine))
        if affine:
            made.add_module("relu", nn.ReLU())
        return made

    class Residual(nn.Module):
        def __init__(self, stride: int) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(_GROWTH, _GROWTH, 3, stride=(stride, 1), padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(_GROWTH)
            self.conv2 = nn.Conv2d(_GROWTH, _GROWTH, 3, padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(_GROWTH)
            self.shortcut = nn.Sequential()
            if stride > 1:
                projection = nn.Conv2d(_GROWTH, _GROWTH, 1, stride=(stride, 1), bias=False)
                self.shortcut = nn.Sequential(projection, nn.BatchNorm2d(_GROWTH))

        def forward(self, x: Any) -> Any:
            y = self.bn2(self.conv2(self.bn1(self.conv1(x)).relu()))
            return (y + self.shortcut(x)).relu()

    class Head(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv1 = nn.Conv2d(1, _GROWTH, 3, padding=1, bias=False)
            self.bn1 = nn.BatchNorm2d(_GROWTH)
            self.layer1 = nn.Sequential(Residual(2), Residual(1))
            self.layer2 = nn.Sequential(Residual(2), Residual(1))
            self.conv2 = nn.Conv2d(_GROWTH, _GROWTH, 3, stride=(2, 1), padding=1, bias=False)
            self.bn2 = nn.BatchNorm2d(_GROWTH)

        def forward(self, x: Any) -> Any:
            y = self.layer2(self.layer1(self.bn1(self.conv1(x[:, None])).relu()))
            return self.bn2(self.conv2(y)).relu().flatten(1, 2)

    class Masked(nn.Module):
        """A convolution whose channels are weighed by what is heard around: in the whole, and in each second."""

        def __init__(self, dilation: int) -> None:
            super().__init__()
            self.linear_local = nn.Conv1d(4 * _GROWTH, _GROWTH, 3, padding=dilation, dilation=dilation, bias=False)
            self.linear1 = nn.Conv1d(4 * _GROWTH, 2 * _GROWTH, 1)
            self.linear2 = nn.Conv1d(2 * _GROWTH, _GROWTH, 1)

        def forward(self, x: Any) -> Any:
            seconds = nn.functional.avg_pool1d(x, _CONTEXT, stride=_CONTEXT, ceil_mode=True)
            around = x.mean(-1, keepdim=True) + seconds.repeat_interleave(_CONTEXT, dim=-1)[..., : x.shape[-1]]
            return self.linear_local(x) * self.linear2(self.linear1(around).relu()).sigmoid()

    class Dense(nn.Module):
        def __init__(self, channels: int, dilation: int) -> None:
            super().__init__()
            self.nonlinear1 = unit(channels)
            self.linear1 = nn.Conv1d(channels, 4 * _GROWTH, 1, bias=False)
            self.nonlinear2 = unit(4 * _GROWTH)
            self.cam_layer = Masked(dilation)

        def forward(self, x: Any) -> Any:
            from torch import cat

            return cat([x, self.cam_layer(self.nonlinear2(self.linear1(self.nonlinear1(x))))], dim=1)

    class Step(nn.Module):
        def __init__(self, *, before: Any = None, linear: Any, after: Any = None) -> None:
            super().__init__()
            self.linear = linear
            self.nonlinear = before or after
            self.first = before is not None

        def forward(self, x: Any) -> Any:
            return self.linear(self.nonlinear(x)) if self.first else self.nonlinear(self.linear(x))

    class Pool(nn.Module):
        def forward(self, x: Any) -> Any:
            from torch import cat, full_like

            mean = x.mean(-1)
            spread = x.std(-1) if x.shape[-1] > 1 else full_like(mean, _EPSILON)
            return cat([mean, spread], dim=-1)[..., None]

    net, channels = nn.Sequential(), 4 * _GROWTH
    net.add_module("head", Head())
    steps = nn.Sequential()
    first = nn.Conv1d(10 * _GROWTH, channels, 5, stride=2, padding=2, bias=False)
    steps.add_module("tdnn", Step(linear=first, after=unit(channels)))
    for number, (layers, dilation) in enumerate(_BLOCKS, 1):
        block = nn.Sequential()
        for layer in range(layers):
            block.add_module(f"tdnnd{layer + 1}", Dense(channels + layer * _GROWTH, dilation))
        steps.add_module(f"block{number}", block)
        channels = (channels + layers * _GROWTH) // 2
        halving = nn.Conv1d(2 * channels, channels, 1, bias=False)
        steps.add_module(f"transit{number}", Step(before=unit(2 * channels), linear=halving))
    steps.add_module("out_nonlinear", unit(channels))
    steps.add_module("stats", Pool())
    last = nn.Conv1d(2 * channels, SIZE, 1, bias=False)
    steps.add_module("dense", Step(linear=last, after=unit(SIZE, affine=False)))
    steps.add_module("flat", nn.Flatten())
    net.add_module("xvector", steps)
    net.load_state_dict(state, strict=True)
    return net.eval()
