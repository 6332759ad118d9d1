"""gomdcsan's policies as PyTorch modules, with gradients.

    import gomdcsan.torch
    actor = gomdcsan.torch.load("weights.npz")     # of gomdcsan export, or a run's folder
    action = actor(torch.as_tensor(obs))           # (n, N) -> (n, M)
    torch.save(actor.state_dict(), "weights.pt")   # gomdcsan import reads it

The equations are those of POLICY_FORMAT.md; a spike's gradient is the surrogate of
the settings, through time and through the reset. Actions are those of gomdcsan to
1e-6, but where a potential lies at the threshold to float32's last bits, and
those of stochastic codings in distribution (they draw from torch's generator).
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from typing import Any

import numpy as np
import torch
from torch import nn

from ._child import command

_NEURONS = ("dn", "dn-printed", "lif", "if", "relu")


class _Spike(torch.autograd.Function):
    """1 where v > threshold; its gradient is the surrogate of half width w."""

    @staticmethod
    def forward(ctx: Any, v: torch.Tensor, threshold: float, w: float, kind: str) -> torch.Tensor:
        ctx.save_for_backward(v)
        ctx.how = threshold, w, kind
        return (v > threshold).to(v.dtype)

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None, None, None]:
        (v,), (threshold, w, kind) = ctx.saved_tensors, ctx.how
        x = v - threshold
        if kind == "rectangular":
            z = (x.abs() < w).to(v.dtype)
        elif kind == "triangle":
            z = (1 - x.abs() / (2 * w)).clamp_min(0)
        elif kind == "sigmoid":
            s = torch.sigmoid(2 * x / w)
            z = 4 * s * (1 - s)
        else:
            z = 1 / (1 + (torch.pi * x / (2 * w)) ** 2)
        return grad * z, None, None, None


class _Through(torch.autograd.Function):
    """Spikes whose gradient passes straight to what they were drawn from."""

    @staticmethod
    def forward(ctx: Any, value: torch.Tensor, spikes: torch.Tensor) -> torch.Tensor:
        return spikes

    @staticmethod
    def backward(ctx: Any, grad: torch.Tensor) -> tuple[torch.Tensor, None]:
        return grad, None


class Actor(nn.Module):
    """A policy: parameters actor.W0, ... and buffers normaliser.shift, ... under
    the names of the exported file, with dots."""

    def __init__(self, settings: dict[str, Any], arrays: dict[str, np.ndarray]) -> None:
        super().__init__()
        network = settings["network"]
        if network.get("neuron", "relu") not in _NEURONS:
            raise ValueError(f"neurons given as equations are not rebuilt in PyTorch; these are: {', '.join(_NEURONS)}")
        self.settings = settings
        self.actor, self.normaliser = nn.Module(), nn.Module()
        learnt = network["kind"] == "mdcsan" and settings["config"]["learn"] != "fixed"
        for name, array in arrays.items():
            part, _, key = name.partition("/")
            value = torch.tensor(array)
            if part == "normaliser":
                self.normaliser.register_buffer(key, value)
            elif part == "actor":
                self.actor.register_parameter(key, nn.Parameter(value, requires_grad=learnt or not key.startswith("theta")))
        low, high = torch.tensor(settings["action_low"]), torch.tensor(settings["action_high"])
        self.register_buffer("_middle", (high + low) / 2, persistent=False)
        self.register_buffer("_half", (high - low) / 2, persistent=False)

    def get_extra_state(self) -> str:
        return json.dumps(self.settings)

    def set_extra_state(self, state: str) -> None:
        self.settings = json.loads(state)

    def forward(self, obs: torch.Tensor) -> torch.Tensor:
        """Actions (n, M) for observations (n, N), raw as the task gives them."""
        s = self.settings
        x = obs.to(self.actor.W0.dtype)
        if s["normalise"]:
            x = ((x - self.normaliser.shift) * self.normaliser.scale).clamp(-s["clip"], s["clip"])
        out = s["output_limit"] * torch.tanh(self._network(x))
        return self._middle + self._half * out if s["stretched"] else out

    def _network(self, x: torch.Tensor) -> torch.Tensor:
        kind = self.settings["network"]["kind"]
        if kind == "dan":
            return self._dense(x)
        field = torch.exp(-((x[:, :, None] - self.actor.enc_mean) ** 2) / (2 * self.actor.enc_std**2)).flatten(1)
        rate = self._dense(field) if kind == "popdan" else self._spiking(field)
        rate = rate.view(len(x), *self.actor.dec_W.shape)
        return (rate * self.actor.dec_W).sum(2) + self.actor.dec_b

    @property
    def _layers(self) -> int:
        return len(self.settings["network"]["hidden"]) + 1

    def _linear(self, x: torch.Tensor, layer: int) -> torch.Tensor:
        return nn.functional.linear(x, getattr(self.actor, f"W{layer}"), getattr(self.actor, f"b{layer}"))

    def _dense(self, x: torch.Tensor) -> torch.Tensor:
        for layer in range(self._layers):
            x = self._linear(x if layer == 0 else torch.relu(x), layer)
        return x

    def _spiking(self, field: torch.Tensor) -> torch.Tensor:
        n = self.settings["network"]
        inputs = self._encode(field, n)
        for layer in range(self._layers):
            inputs = self._layer(inputs, layer, n)
        return torch.stack(inputs).sum(0) / n["t"]

    def _encode(self, field: torch.Tensor, n: dict[str, Any]) -> list[torch.Tensor]:
        """The input at each time step."""
        coding, steps = n["coding"], n["t"]
        if coding == "pop":
            return [field] * steps
        if not coding.endswith("det"):
            return [_Through.apply(field, (torch.rand_like(field) < field).to(field.dtype)) for _ in range(steps)]
        threshold, charge, out = n["det_threshold"], torch.zeros_like(field), []
        for _ in range(steps):
            charge = charge + field
            spikes = _Through.apply(charge, (charge > threshold).to(field.dtype))
            charge = charge - threshold * spikes
            out.append(spikes)
        return out

    def _layer(self, inputs: list[torch.Tensor], layer: int, n: dict[str, Any]) -> list[torch.Tensor]:
        """The spikes of a layer at each time step."""
        fixed = inputs[0] is inputs[-1]  # then one product serves all steps
        drive = self._linear(inputs[0], layer)
        c = v = o = torch.zeros_like(drive)
        u, out = torch.full_like(drive, n["u0"]), []
        theta = [getattr(self.actor, f"theta_{k}{layer}", None) for k in "vurs"]
        for t, x in enumerate(inputs):
            if t > 0 and not fixed:
                drive = self._linear(x, layer)
            c = drive + n["current_decay"] * c
            v, u = self._neuron(n, theta, v, u, o, c)
            o = _Spike.apply(v, n["threshold"], n["window"], n["surrogate"])
            out.append(o)
        return out

    @staticmethod
    def _neuron(n: dict[str, Any], theta: list[Any], v: torch.Tensor, u: torch.Tensor, o: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        if n["neuron"] in ("lif", "if"):
            return (n["voltage_decay"] if n["neuron"] == "lif" else 1) * v * (1 - o) + c, u
        theta_v, theta_u, theta_r, theta_s = theta
        p, q = v * (1 - o) + o * theta_r, u + o * theta_s
        change = theta_v * p - theta_u * q if n["neuron"] == "dn-printed" else theta_v * (theta_u * p - q)
        return p + (p * p - p - q + c), q + change


def load(path: str | os.PathLike[str]) -> Actor:
    """Rebuilds a policy from an exported .npz, or from whatever gomdcsan export takes:
    a policy file, a checkpoint, a run's folder."""
    if not str(path).endswith(".npz"):
        with tempfile.TemporaryDirectory() as folder:
            npz = os.path.join(folder, "weights.npz")
            subprocess.run([command(), "export", os.fspath(path), "--npz", npz], check=True, stdout=subprocess.DEVNULL)
            return load(npz)
    with np.load(path) as z:
        if "settings" not in z:
            raise ValueError(f"{path} has no settings: export it again with this version of gomdcsan")
        settings = json.loads(str(z["settings"]))
        if settings["format"] != "gomdcsan-policy" or settings["version"] != 1:
            raise ValueError(f"{path} has format {settings['format']}, version {settings['version']}; this package reads gomdcsan-policy, version 1")
        return Actor(settings, {name: z[name] for name in z.files if name != "settings"})
