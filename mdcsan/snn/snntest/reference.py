#!/usr/bin/env python3
"""An independent float64 implementation of the actors and of TD3.

Writes golden files of random networks in the format that the tests read from
GOLDEN_DIR: sizes, depths, T, thresholds, windows, neurons, surrogates, codings
and TD3's settings are drawn at random. Needs numpy and autograd (HIPS).

    python reference.py DIR FIRST_SEED COUNT
    GOLDEN_DIR=DIR go test ./mdcsan/snn ./mdcsan/td3 -run Golden
    python reference.py full DIR     # networks of the paper's sizes, DIR/full/*.json

It shares nothing with the Go code: the forward equations are written out, and
every derivative but that of a spike is autograd's. A draw is repeated while a
potential lies within MARGIN of a jump, where float32 may fall on its other
side, and while a layer is silent.
"""
import json
import os
import sys

import autograd.numpy as np
import numpy
from autograd import grad, value_and_grad
from autograd.extend import defvjp, primitive

MARGIN = 2e-4
THETA_STAR = {"v": -0.172, "u": 0.529, "r": 0.021, "s": 0.132}


def spike(threshold, window, kind):
    """The step function whose derivative is the pseudo-gradient z (eq. 9)."""

    @primitive
    def fire(v):
        return (v > threshold).astype(float)

    def z(v):
        x = v - threshold
        if kind == "rectangular":
            return (numpy.abs(x) < window).astype(float)
        if kind == "triangle":
            return numpy.maximum(0, 1 - numpy.abs(x) / (2 * window))
        if kind == "sigmoid":
            s = 1 / (1 + numpy.exp(-2 * x / window))
            return 4 * s * (1 - s)
        return 1 / (1 + (numpy.pi * x / (2 * window)) ** 2)

    defvjp(fire, lambda ans, v: lambda g: g * z(v))
    return fire


def straight_through(threshold):
    """The step function with derivative 1."""

    @primitive
    def fire(v):
        return (v > threshold).astype(float)

    defvjp(fire, lambda ans, v: lambda g: g)
    return fire


class Watch:
    """How near potentials come to jumps, and what every layer did."""

    def __init__(self):
        self.margin, self.trace = numpy.inf, []

    def near(self, distance):
        self.margin = min(self.margin, numpy.abs(distance).min())


def population(p, obs):
    """eq. 1, [batch][N*J]."""
    d = obs[:, :, None] - p["enc_mean"][None]
    return np.exp(-(d**2) / (2 * p["enc_std"][None] ** 2)).reshape(obs.shape[0], -1)


def decode(c, p, rate):
    """The grouped decoder."""
    groups = rate.reshape(rate.shape[0], c["M"], c["O"])
    return c["act_limit"] * np.tanh((groups * p["dec_W"][None]).sum(-1) + p["dec_b"])


def deep(c, p, obs, watch):
    """DAN, and with receptive fields Pop-DAN."""
    has_population = "enc_mean" in p
    x = population(p, obs) if has_population else obs
    last = sum(name[0] == "W" for name in p) - 1
    for l in range(last + 1):
        x = x @ p[f"W{l}"].T + p[f"b{l}"]
        if l < last:
            if watch:
                watch.near(x)
            x = np.where(x > 0, x, 0.0)
    return decode(c, p, x) if has_population else c["act_limit"] * np.tanh(x)


def neuron(c, p, l, v, u, o, current):
    """One step of V and U, from the layer's own spikes o."""
    if c["neuron"] in ("lif", "if"):
        keep = c["voltage_decay"] if c["neuron"] == "lif" else 1.0
        return keep * v * (1 - o) + current, u
    theta = {k: p[f"theta_{k}{l}"] for k in "vurs"}
    v, u = v * (1 - o) + o * theta["r"], u + o * theta["s"]
    dv = v * v - v - u + current
    if c["neuron"] == "dn":
        du = theta["v"] * (theta["u"] * v - u)
    else:
        du = theta["v"] * v - theta["u"] * u
    return v + dv, u + du


def actor(c, p, fixed, obs, watch=None):
    """Actions [batch][M]; fixed are parameters that are not differentiated."""
    if c["neuron"] == "relu":
        return deep(c, p, obs, watch)
    p = {**p, **fixed}
    kind = c.get("surrogate", "rectangular")
    fire, code = spike(c["vth"], c["window"], kind), straight_through(c["det_threshold"])
    a = population(p, obs)
    zeros = [np.zeros((len(obs), n)) for n in c["layers"]]
    current, v, o = list(zeros), list(zeros), list(zeros)
    u = [z + c["u0"] for z in zeros]
    voltage, total = np.zeros_like(a), 0.0
    for t in range(c["T"]):
        x = a
        if c["encoder"] == "pop+det":
            voltage = voltage + a
            if watch:
                watch.near(voltage - c["det_threshold"])
            x = code(voltage)
            voltage = voltage - c["det_threshold"] * x
        for l in range(len(c["layers"])):
            current[l] = c["current_decay"] * current[l] + x @ p[f"W{l}"].T + p[f"b{l}"]
            v[l], u[l] = neuron(c, p, l, v[l], u[l], o[l], current[l])
            x = o[l] = fire(v[l])
            if watch:
                watch.near(v[l] - c["vth"])
                if kind == "rectangular":
                    watch.near(numpy.abs(v[l] - c["vth"]) - c["window"])
                watch.trace.append({"t": t, "layer": l, "C": current[l], "V": v[l], "U": u[l], "O": x})
        total = total + x
    rate = total / c["T"]
    if watch:
        watch.rate = rate.reshape(len(obs), c["M"], c["O"])
    return decode(c, p, rate)


def config(r, kind):
    m, o = int(r.integers(1, 4)), int(r.integers(1, 6))
    c = {
        "N": int(r.integers(1, 7)), "J": int(r.integers(1, 9)), "M": m, "O": o, "T": int(r.integers(1, 11)),
        "layers": [int(r.integers(1, 24)) for _ in range(int(r.integers(0, 5)))] + [m * o],
        "neuron": kind, "encoder": str(r.choice(["pop", "pop+det"])),
        "u0": round(float(r.uniform(-0.2, 0.3)), 3),
        "current_decay": round(float(r.uniform(0, 0.9)), 2), "voltage_decay": round(float(r.uniform(0, 1)), 2),
        "vth": round(float(r.uniform(0.2, 1)), 2), "window": round(float(r.uniform(0.2, 1.2)), 2),
        "act_limit": float(r.choice([1, 0.4, 2])), "det_threshold": float(r.choice([0.999, 1, 0.7])),
    }
    if r.random() < 0.4:
        c["surrogate"] = str(r.choice(["triangle", "sigmoid", "arctan"]))
    return c


def float32(tensors):
    """Numbers that float32 holds exactly."""
    return {k: numpy.asarray(x, numpy.float32).astype(float) for k, x in tensors.items()}


def linear(r, p, l, n, size, scale=1.0, shift=0.0):
    bound = scale / numpy.sqrt(size)
    p[f"W{l}"] = r.uniform(-bound, bound, (n, size)) + shift / numpy.sqrt(size)
    p[f"b{l}"] = r.uniform(-bound, bound, n) / scale


def parameters(r, c, has_population=True):
    p, size = {}, c["N"]
    widths = c["layers"] if has_population else c["layers"][:-1] + [c["M"]]
    if has_population:
        j, size = c["J"], c["N"] * c["J"]
        centres = numpy.linspace(-3, 3, j) if j > 1 else numpy.zeros(1)
        p["enc_mean"] = centres + 0.05 * r.standard_normal((c["N"], j))
        p["enc_std"] = (0.4 if j > 3 else 1.0) * (1 + 0.1 * r.standard_normal((c["N"], j)))
    for l, n in enumerate(widths):
        if c["neuron"] == "relu":
            linear(r, p, l, n, size)
        else:  # enough drive for every layer to fire
            linear(r, p, l, n, size, 2.5, 0.3)
        if c["neuron"] in ("dn", "dn-printed"):
            for k, x in THETA_STAR.items():
                p[f"theta_{k}{l}"] = x + 0.05 * r.standard_normal(n)
        size = n
    if has_population:
        bound = 1 / numpy.sqrt(c["O"])
        p["dec_W"] = r.uniform(-bound, bound, (c["M"], c["O"]))
        p["dec_b"] = r.uniform(-bound, bound, c["M"])
    return float32(p)


def usable(watch, layers):
    """Away from jumps, bounded, and with spikes in every layer."""
    fired = [any(s["O"].any() for s in watch.trace if s["layer"] == l) for l in range(layers)]
    return watch.margin > MARGIN and all(fired) and max(numpy.abs(s["V"]).max() for s in watch.trace) < 8


def actor_file(seed, kind):
    for attempt in range(400):
        r = numpy.random.default_rng((seed, attempt))
        c = config(r, kind)
        p, batch = parameters(r, c), int(r.integers(1, 6))
        data = float32({"obs": r.standard_normal((batch, c["N"])), "grad": r.standard_normal((batch, c["M"]))})
        watch = Watch()
        action = actor(c, p, {}, data["obs"], watch)
        if not usable(watch, len(c["layers"])):
            continue
        grads = grad(lambda q: (actor(c, q, {}, data["obs"]) * data["grad"]).sum())(p)
        return {
            "config": c, "batch": batch, "params": p, "obs": data["obs"], "grad_action": data["grad"],
            "trace": watch.trace, "rate": watch.rate, "action": action, "grads": grads,
        }
    sys.exit(f"no usable network of kind {kind} for seed {seed}")


def critic(r, c):
    q, size = {}, c["N"] + c["M"]
    for l, n in enumerate(c["critic_layers"] + [1]):
        linear(r, q, l, n, size)
        size = n
    return float32(q)


def value(q, x, watch=None):
    last = sum(name[0] == "W" for name in q) - 1
    for l in range(last + 1):
        x = x @ q[f"W{l}"].T + q[f"b{l}"]
        if watch and l < last:
            watch.near(x)
        x = np.where(x > 0, x, 0.0) if l < last else x
    return x[:, 0]


class Adam:
    def __init__(self, params, rate, s):
        self.rate, self.s, self.t = rate, s, 0
        self.m = {k: 0 * x for k, x in params.items()}
        self.v = {k: 0 * x for k, x in params.items()}

    def step(self, params, grads):
        s = self.s
        self.t += 1
        for k, g in grads.items():
            self.m[k] = s["beta1"] * self.m[k] + (1 - s["beta1"]) * g
            self.v[k] = s["beta2"] * self.v[k] + (1 - s["beta2"]) * g * g
            m, v = self.m[k] / (1 - s["beta1"] ** self.t), self.v[k] / (1 - s["beta2"] ** self.t)
            params[k] = params[k] - self.rate * m / (numpy.sqrt(v) + s["eps"])


def transitions(r, c):
    n = int(r.integers(2, 7))
    return float32({
        "obs": r.standard_normal((n, c["N"])), "act": c["act_limit"] * r.uniform(-1, 1, (n, c["M"])),
        "rew": r.standard_normal(n), "obs2": r.standard_normal((n, c["N"])),
        "done": r.random(n) < 0.3, "noise": 0.2 * r.standard_normal((n, c["M"])),
    })


def update(k, c, s, nets, targets, fixed, adams, b):
    """One TD3 update; None where a potential lies too near a jump."""
    watch, limit = Watch(), c["act_limit"]
    a2 = actor(c, targets["actor"], fixed, b["obs2"], watch)
    actor(c, nets["actor"], fixed, b["obs"], watch)
    if watch.margin < MARGIN:
        return None
    a2 = numpy.clip(a2 + numpy.clip(b["noise"], -s["noise_clip"], s["noise_clip"]), -limit, limit)
    next_in, now_in = numpy.hstack([b["obs2"], a2]), numpy.hstack([b["obs"], b["act"]])
    y = b["rew"] + s["gamma"] * (1 - b["done"]) * numpy.minimum(value(targets["q1"], next_in), value(targets["q2"], next_in))
    out = {"batch": b, "target_q": y, "loss_actor": None}
    for name in ("q1", "q2"):
        out["loss_" + name], g = value_and_grad(lambda q: ((value(q, now_in) - y) ** 2).mean())(nets[name])
        adams[name].step(nets[name], g)
    if k % s["policy_delay"] == 0:
        def loss(p):
            return -value(nets["q1"], np.hstack([b["obs"], actor(c, p, fixed, b["obs"])])).mean()
        out["loss_actor"], g = value_and_grad(loss)(nets["actor"])
        adams["actor"].step(nets["actor"], g)
        for name, net in nets.items():
            for key in net:
                targets[name][key] = (1 - s["tau"]) * targets[name][key] + s["tau"] * net[key]
    copy = lambda all: {name: dict(net) for name, net in all.items()}
    return {**out, "params": copy(nets), "targets": copy(targets)}


def td3_file(seed, kind, has_population=True):
    for attempt in range(300):
        r = numpy.random.default_rng((seed, attempt, 7))
        c = config(r, kind)
        if kind == "relu":
            c["encoder"] = "pop"
            c.pop("surrogate", None)
        c["critic_layers"] = [int(r.integers(2, 20)) for _ in range(int(r.integers(1, 4)))]
        p = parameters(r, c, has_population)
        fixed = {k: x for k, x in p.items() if k.startswith("theta")}
        nets = {"actor": {k: x for k, x in p.items() if k not in fixed}, "q1": critic(r, c), "q2": critic(r, c)}
        targets = {name: dict(net) for name, net in nets.items()}
        init = {name: dict(net) for name, net in nets.items()}
        adam = {"beta1": 0.9, "beta2": float(r.choice([0.999, 0.99])), "eps": 1e-8, "lr_actor": float(r.choice([1e-4, 1e-3])), "lr_critic": 1e-3}
        s = {
            "gamma": float(r.choice([0.99, 0.9, 1])), "tau": float(r.choice([0.005, 0.1])), "policy_delay": int(r.integers(1, 4)),
            "noise_clip": float(r.choice([0.5, 0.1])), "act_limit": c["act_limit"], "adam": adam,
        }
        adams = {name: Adam(net, adam["lr_actor" if name == "actor" else "lr_critic"], adam) for name, net in nets.items()}
        steps = [update(k, c, s, nets, targets, fixed, adams, transitions(r, c)) for k in range(5)]
        if None not in steps:
            return {"config": c, "fixed": fixed, "td3": s, "init": init, "steps": steps}
    sys.exit(f"no usable run of kind {kind} for seed {seed}")


def write(path, golden):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as f:
        json.dump(golden, f, default=lambda x: x.tolist())


# Networks of the paper's sizes. Their numbers would fill megabytes, so inputs
# are computed from names and places, and gradients are kept as samples.

TASKS = {"Ant": (111, 8), "HalfCheetah": (17, 6), "Walker2d": (17, 6), "Hopper": (11, 3)}
BATCH, SAMPLES, SIGNS = 100, 40, 8


def stream(name, n):
    """n numbers in [0, 1), element i from the name and i alone (SplitMix64)."""
    with numpy.errstate(over="ignore"):
        h = numpy.uint64(14695981039346656037)
        for byte in name.encode():  # FNV-1a
            h = (h ^ numpy.uint64(byte)) * numpy.uint64(1099511628211)
        z = h + numpy.arange(1, n + 1, dtype=numpy.uint64) * numpy.uint64(0x9E3779B97F4A7C15)
        z = (z ^ (z >> numpy.uint64(30))) * numpy.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> numpy.uint64(27))) * numpy.uint64(0x94D049BB133111EB)
        z = z ^ (z >> numpy.uint64(31))
    return (z >> numpy.uint64(11)).astype(float) * 2.0**-53


def between(name, low, high, *shape):
    """Numbers that float32 holds exactly."""
    x = low + (high - low) * stream(name, int(numpy.prod(shape)))
    return x.astype(numpy.float32).astype(float).reshape(shape)


def full_parameters(kind, c):
    p, size = {}, c["N"]
    if kind != "critic":
        centres = numpy.linspace(-3, 3, c["J"])
        p["enc_mean"] = (centres + between("enc_mean", -0.1, 0.1, c["N"], c["J"])).astype(numpy.float32).astype(float)
        p["enc_std"] = between("enc_std", 0.35, 0.45, c["N"], c["J"])
        size *= c["J"]
    for l, n in enumerate(c["layers"]):
        bound = (1 if c["neuron"] == "relu" else 2) / numpy.sqrt(size)
        p[f"W{l}"], p[f"b{l}"] = between(f"W{l}", -bound, bound, n, size), between(f"b{l}", -bound, bound, n)
        size = n
    if kind != "critic":
        p["dec_W"], p["dec_b"] = between("dec_W", -0.3, 0.3, c["M"], c["O"]), between("dec_b", -0.3, 0.3, c["M"])
    return p


def full_config(kind, task):
    n, m = TASKS[task]
    c = {"N": n, "J": 10, "M": m, "O": 10, "T": 5, "layers": [256, 256, 10 * m], "neuron": "relu" if kind == "popdan" else kind,
         "encoder": "pop", "u0": 0.08 if kind == "dn" else 0.0, "current_decay": 0.5, "voltage_decay": 0.75, "vth": 0.5, "window": 0.5,
         "act_limit": 1.0, "det_threshold": 0.999}
    if kind == "critic":
        c.update(neuron="relu", N=n + m, layers=[256, 256, 1])
    return c


def sampled(name, x):
    """What is kept of a tensor: some elements, and its products with signs."""
    x = x.ravel()
    at = (stream(name + " at", SAMPLES) * len(x)).astype(int)
    signs = [numpy.where(stream(f"{name} signs {k}", len(x)) < 0.5, -1.0, 1.0) for k in range(SIGNS)]
    return {"largest": numpy.abs(x).max(), "norm": numpy.sqrt((x * x).sum()), "elements": x[at], "products": [s @ x for s in signs]}


def full_file(kind, task):
    c = full_config(kind, task)
    p, fixed = full_parameters(kind, c), {}
    if c["neuron"] == "dn":
        fixed = {f"theta_{k}{l}": numpy.float32(x).astype(float) * numpy.ones(n) for l, n in enumerate(c["layers"]) for k, x in THETA_STAR.items()}
    f = value if kind == "critic" else lambda q, x, watch=None: actor(c, q, fixed, x, watch)
    obs = between("obs", -2, 2, 600, c["N"])
    rows = []
    for row in range(len(obs)):  # those that float32 cannot put on the other side of a jump
        watch = Watch()
        f(p, obs[row : row + 1], watch)
        if watch.margin > 1e-4:
            rows.append(row)
    if len(rows) < BATCH:
        sys.exit(f"{kind} {task}: {len(rows)} usable rows")
    rows = rows[:BATCH]
    x, out = obs[rows], f(p, obs[rows])
    g = between("grad", -1, 1, *out.shape)
    grads = grad(lambda q: (f(q, x) * g).sum())(p)
    return {"kind": kind, "config": c, "rows": rows, "output": numpy.round(out, 9), "grads": {k: sampled(k, v) for k, v in grads.items()}}


def full(folder):
    for kind, tasks in {"dn": TASKS, "lif": ["Hopper"], "popdan": ["HalfCheetah"], "critic": TASKS}.items():
        for task in tasks:
            write(f"{folder}/full/{kind}_{task}.json", full_file(kind, task))


def main(folder, first, count):
    for seed in range(first, first + count):
        for kind in ("dn", "dn-printed", "lif", "if"):
            write(f"{folder}/actor/np_{kind}_{seed}.json", actor_file(seed, kind))
            write(f"{folder}/td3/np_{kind}_{seed}.json", td3_file(seed, kind))
        write(f"{folder}/td3/np_popdan_{seed}.json", td3_file(seed, "relu"))
        write(f"{folder}/td3/np_dan_{seed}.json", td3_file(seed, "relu", has_population=False))


if __name__ == "__main__":
    if sys.argv[1] == "full":
        sys.exit(full(sys.argv[2]))
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
