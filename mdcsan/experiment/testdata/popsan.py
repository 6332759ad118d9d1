"""Makes popsan.pt, popsan_mean_var.p and popsan_actions.npz with PyTorch: weights
in the layout of PopSAN's public code, for Pendulum-v1, and the actions that
PyTorch computes with them. Given a module's file and statistics in that layout
instead, it prints the actions only:

    python popsan.py                                    (PyTorch 2.15)
    python popsan.py model0_e100.pt model0_e100_mean_var.p 2>actions.npz
"""

import pickle
import sys

import numpy as np
import torch
from torch import nn


class Encoder(nn.Module):
    def __init__(self, obs, pop):
        super().__init__()
        self.mean = nn.Parameter(torch.linspace(-3, 3, pop).repeat(1, obs, 1) + 0.1 * torch.randn(1, obs, pop))
        self.std = nn.Parameter(0.5 + 0.5 * torch.rand(1, obs, pop))


class Layers(nn.Module):
    def __init__(self, sizes, out):
        super().__init__()
        self.hidden_layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.out_pop_layer = nn.Linear(sizes[-1], out)


class Decoder(nn.Module):
    def __init__(self, act, pop):
        super().__init__()
        self.decoder = nn.Conv1d(act, act, pop, groups=act)


class Actor(nn.Module):
    def __init__(self, obs, act, pop, out, hidden):
        super().__init__()
        self.encoder, self.snn = Encoder(obs, pop), Layers([obs * pop, *hidden], act * out)
        self.decoder = Decoder(act, out)

    def forward(self, obs, limit, steps=5):
        x = torch.exp(-0.5 * (obs[:, :, None] - self.encoder.mean) ** 2 / self.encoder.std ** 2).flatten(1)
        layers = [*self.snn.hidden_layers, self.snn.out_pop_layer]
        state, charge, rate = [(0, 0, 0)] * len(layers), 0, 0
        for _ in range(steps):
            charge = charge + x
            spikes = (charge > 0.999).float()
            charge = charge - 0.999 * spikes
            for k, layer in enumerate(layers):
                c, v, o = state[k]
                c = 0.5 * c + layer(spikes)
                v = 0.75 * v * (1 - o) + c
                spikes = (v > 0.5).float()
                state[k] = c, v, spikes
            rate = rate + spikes / steps
        rate = rate.view(len(obs), self.decoder.decoder.in_channels, -1)
        return limit * torch.tanh(self.decoder.decoder(rate)[:, :, 0])


def actions(actor, mean, var, limit, n):
    obs = torch.as_tensor(mean) + 2 * torch.randn(n, len(mean)) * torch.as_tensor(var).sqrt()
    z = ((obs - mean) / np.sqrt(var + np.finfo(np.float32).eps)).clip(-3, 3).float()
    with torch.no_grad():
        return dict(obs=obs.numpy(), actions=actor(z, limit).numpy())


torch.manual_seed(1)
if len(sys.argv) > 1:
    state = torch.load(sys.argv[1], weights_only=True)
    mean, var = pickle.load(open(sys.argv[2], "rb"))
    act, _, out = state["decoder.decoder.weight"].shape
    hidden = [len(v) for k, v in state.items() if k.startswith("snn.hidden") and k.endswith("bias")]
    actor = Actor(len(mean), act, state["encoder.mean"].shape[2], out, hidden)
    actor.load_state_dict(state)
    np.savez(sys.stderr.buffer, **actions(actor, mean, var, 1.0, 200))
else:
    actor = Actor(3, 1, 5, 10, [24, 16])
    with torch.no_grad():
        for p in actor.snn.parameters():
            p *= 6  # enough spikes everywhere
    torch.save(actor.state_dict(), "popsan.pt")
    mean, var = np.array([0.1, -0.2, 0.5], np.float32), np.array([0.5, 0.4, 6.0], np.float32)
    with open("popsan_mean_var.p", "wb") as f:
        pickle.dump([mean, var], f)
    np.savez("popsan_actions.npz", **actions(actor, mean, var, 2.0, 200))
