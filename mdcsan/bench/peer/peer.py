#!/usr/bin/env python3
"""The peer: one TD3 update and one action of the same actors in PyTorch.

Written step by step, as public code for population-coded spiking actors
writes it (a Python loop over T, an autograd.Function for the pseudo-gradient,
torch.optim.Adam, Polyak averages parameter by parameter), on one thread, with
the sizes and synthetic data of `gomdcsan bench`. Prints one JSON object:

    python peer.py                     # eager, every task and actor
    python peer.py --mode compile      # the same through torch.compile
    python peer.py --mode graphs       # compiled into CUDA graphs, on a GPU
    python peer.py --mode jax          # peer_jax.py
    python peer.py --task Ant-v3 --actor mdcsan --seconds 3

beside.py runs it in turn with gomdcsan bench and prints the ratios.
update_ms.<task>.<actor> is the mean of an update without the policy and one
with it (policy delay 2), each the least of its repetitions.
"""
import argparse
import importlib.util
import json
import time

import torch
from torch import nn
from torch.nn import functional as F

from sizes import ACTORS, BATCH, HIDDEN, POP, T, TASKS, THETA

MODES = ("eager", "compile", "graphs", "jax")


class PseudoSpike(torch.autograd.Function):
    """Heaviside step at 0.5 with a rectangular pseudo-gradient of half width 0.5."""

    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return v.gt(0.5).float()

    @staticmethod
    def backward(ctx, grad):
        (v,) = ctx.saved_tensors
        return grad * (abs(v - 0.5) < 0.5).float()


class Encoder(nn.Module):
    def __init__(self, obs):
        super().__init__()
        mean = torch.linspace(-3, 3, POP).repeat(obs, 1)
        self.mean = nn.Parameter(mean)
        self.std = nn.Parameter(torch.full((obs, POP), 0.15**0.5))

    def forward(self, obs):
        a = torch.exp(-0.5 * (obs.unsqueeze(-1) - self.mean).pow(2) / self.std.pow(2))
        return a.flatten(1)


class SpikingActor(nn.Module):
    def __init__(self, obs, act, neuron):
        super().__init__()
        self.encoder = Encoder(obs)
        sizes = [obs * POP, HIDDEN, HIDDEN, act * POP]
        self.layers = nn.ModuleList(nn.Linear(a, b) for a, b in zip(sizes, sizes[1:]))
        self.decoder = nn.Conv1d(act, act, POP, groups=act)
        self.act, self.neuron = act, neuron

    def dn(self, layer, x, state):
        c, v, u, o = state
        tv, tu, tr, ts = THETA
        c = c * 0.5 + layer(x)
        v = v * (1 - o) + o * tr
        u = u + o * ts
        dv = v * v - v - u + c
        du = tv * (tu * v - u)
        v, u = v + dv, u + du
        return c, v, u, PseudoSpike.apply(v)

    def lif(self, layer, x, state):
        c, v, u, o = state
        c = c * 0.5 + layer(x)
        v = v * 0.75 * (1 - o) + c
        return c, v, u, PseudoSpike.apply(v)

    def forward(self, obs):
        x0 = self.encoder(obs)
        n = obs.shape[0]
        states = []
        for layer in self.layers:
            z = torch.zeros(n, layer.out_features)
            states.append((z, z, torch.full_like(z, 0.08), z))
        step = self.dn if self.neuron == "dn" else self.lif
        total = torch.zeros(n, self.layers[-1].out_features)
        for _ in range(T):
            x = x0
            for i, layer in enumerate(self.layers):
                states[i] = step(layer, x, states[i])
                x = states[i][3]
            total = total + x
        rate = (total / T).view(n, self.act, POP)
        return torch.tanh(self.decoder(rate).squeeze(-1))


class DeepActor(nn.Module):
    def __init__(self, obs, act, population):
        super().__init__()
        self.encoder = Encoder(obs) if population else nn.Identity()
        n = obs * POP if population else obs
        self.l1, self.l2 = nn.Linear(n, HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.l3 = nn.Linear(HIDDEN, act * POP if population else act)
        self.decoder = nn.Conv1d(act, act, POP, groups=act) if population else None
        self.act = act

    def forward(self, obs):
        x = self.encoder(obs)
        x = self.l3(F.relu(self.l2(F.relu(self.l1(x)))))
        if self.decoder is not None:
            x = self.decoder(x.view(-1, self.act, POP)).squeeze(-1)
        return torch.tanh(x)


class Critics(nn.Module):
    def __init__(self, obs, act):
        super().__init__()

        def q():
            return nn.Sequential(
                nn.Linear(obs + act, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, 1)
            )

        self.q1, self.q2 = q(), q()

    def forward(self, obs, act):
        x = torch.cat([obs, act], 1)
        return self.q1(x), self.q2(x)


def make_actor(kind, obs, act):
    if kind == "mdcsan":
        return SpikingActor(obs, act, "dn")
    if kind == "lif":
        return SpikingActor(obs, act, "lif")
    return DeepActor(obs, act, kind == "popdan")


class Agent:
    def __init__(self, kind, obs, act, wrap):
        self.actor, self.critics = make_actor(kind, obs, act), Critics(obs, act)
        self.actor_t, self.critics_t = make_actor(kind, obs, act), Critics(obs, act)
        self.actor_t.load_state_dict(self.actor.state_dict())
        self.critics_t.load_state_dict(self.critics.state_dict())
        lr = 1e-4 if kind in ("mdcsan", "lif") else 1e-3
        self.opt_a = torch.optim.Adam(self.actor.parameters(), lr=lr)
        self.opt_c = torch.optim.Adam(self.critics.parameters(), lr=1e-3)
        self.pi, self.pi_t = wrap(self.actor), wrap(self.actor_t)
        self.q, self.q_t, self.q1 = wrap(self.critics), wrap(self.critics_t), wrap(self.critics.q1)

    def update(self, batch, policy):
        obs, act, rew, obs2, done = batch
        with torch.no_grad():
            noise = (torch.randn_like(act) * 0.2).clamp(-0.5, 0.5)
            act2 = (self.pi_t(obs2) + noise).clamp(-1, 1)
            q1t, q2t = self.q_t(obs2, act2)
            target = rew + 0.99 * (1 - done) * torch.min(q1t, q2t)
        q1, q2 = self.q(obs, act)
        loss = F.mse_loss(q1, target) + F.mse_loss(q2, target)
        self.opt_c.zero_grad()
        loss.backward()
        self.opt_c.step()
        if not policy:
            return
        loss = -self.q1(torch.cat([obs, self.pi(obs)], 1)).mean()
        self.opt_a.zero_grad()
        loss.backward()
        self.opt_a.step()
        with torch.no_grad():
            for net, net_t in ((self.actor, self.actor_t), (self.critics, self.critics_t)):
                for p, q in zip(net.parameters(), net_t.parameters()):
                    q.data.mul_(0.995).add_(p.data, alpha=0.005)


def synthetic(obs, zeros, act):
    def o():
        x = torch.randn(BATCH, obs)
        x[:, obs - zeros :] = 0
        return x

    return o(), torch.rand(BATCH, act) * 2 - 1, torch.randn(BATCH, 1), o(), torch.zeros(BATCH, 1)


def least(run, seconds, on_gpu):
    """The least time of one call of run, over at least five calls after a warm-up."""
    # Processor time, as gomdcsan bench: the wait for other programs does not count. Of a GPU it is the wait that counts.
    clock = time.perf_counter if on_gpu else time.thread_time
    for _ in range(3):
        run()
    best, n, end = float("inf"), 0, time.perf_counter() + seconds
    while n < 5 or time.perf_counter() < end:
        start = clock()
        run()
        if on_gpu:
            torch.cuda.synchronize()
        best, n = min(best, clock() - start), n + 1
    return best


def measure(task, kind, seconds, mode):
    """An update in ms and an action in µs."""
    if mode == "jax":
        import peer_jax

        return peer_jax.measure(task, kind, seconds)
    gpu = mode == "graphs"
    torch.set_num_threads(1)
    torch.set_default_device("cuda" if gpu else "cpu")
    wrap = {"eager": lambda f: f, "compile": torch.compile, "graphs": lambda f: torch.compile(f, mode="reduce-overhead")}[mode]
    obs, zeros, act = TASKS[task]
    torch.manual_seed(0)
    agent, batch = Agent(kind, obs, act, wrap), synthetic(obs, zeros, act)

    one = batch[0][:1].clone()

    def action():
        with torch.no_grad():
            agent.pi(one)

    update = [least(lambda: agent.update(batch, policy), seconds / 2, gpu) for policy in (False, True)]
    return sum(update) / 2 * 1e3, least(action, seconds / 3, gpu) * 1e6


def available():
    """The modes that this machine can measure."""
    modes = ["eager", "compile"]
    if torch.cuda.is_available():
        modes.append("graphs")
    if importlib.util.find_spec("jax"):
        modes.append("jax")
    return modes


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--task", choices=TASKS, help="only this task")
    parser.add_argument("--actor", choices=ACTORS, help="only this actor")
    parser.add_argument("--mode", choices=MODES, default="eager", help="how the program is run (default eager)")
    parser.add_argument("--seconds", type=float, default=1.0, help="measure each update so long")
    args = parser.parse_args()
    result = {"torch": torch.__version__, "mode": args.mode, "update_ms": {}, "action_us": {}}
    for task in [args.task] if args.task else TASKS:
        for kind in [args.actor] if args.actor else ACTORS:
            ms, us = measure(task, kind, args.seconds, args.mode)
            result["update_ms"].setdefault(task, {})[kind] = round(ms, 4)
            result["action_us"].setdefault(task, {})[kind] = round(us, 2)
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
