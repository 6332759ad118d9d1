"""The peer in JAX: the same update and action as peer.py, each one jitted function.

Written as JAX's users write it: parameters in a tree, the step functions
differentiated by jax.grad, the T steps unrolled, optax's Adam written out.
peer.py --mode jax and beside.py --mode jax use it where jax is installed.
"""
import functools
import time

import jax
import jax.numpy as jnp

from sizes import BATCH, HIDDEN, POP, T, TASKS, THETA


@jax.custom_vjp
def spike(v):
    return (v > 0.5).astype(jnp.float32)


spike.defvjp(lambda v: (spike(v), v), lambda v, g: (g * (jnp.abs(v - 0.5) < 0.5),))


def linear(key, n, m):
    k1, k2 = jax.random.split(key)
    bound = n**-0.5
    return {"w": jax.random.uniform(k1, (n, m), minval=-bound, maxval=bound), "b": jax.random.uniform(k2, (m,), minval=-bound, maxval=bound)}


def stack(key, sizes):
    return [linear(k, n, m) for k, n, m in zip(jax.random.split(key, len(sizes)), sizes, sizes[1:])]


def mlp(layers, x):
    for i, layer in enumerate(layers):
        x = x @ layer["w"] + layer["b"]
        x = jax.nn.relu(x) if i < len(layers) - 1 else x
    return x


def make_actor(key, kind, obs, act):
    if kind == "dan":
        return {"layers": stack(key, [obs, HIDDEN, HIDDEN, act])}
    return {
        "mean": jnp.tile(jnp.linspace(-3, 3, POP), (obs, 1)), "std": jnp.full((obs, POP), 0.15**0.5),
        "layers": stack(key, [obs * POP, HIDDEN, HIDDEN, act * POP]), "decoder": jnp.full((act, POP), 0.1), "bias": jnp.zeros(act),
    }


def policy(kind, p, obs):
    if kind == "dan":
        return jnp.tanh(mlp(p["layers"], obs))
    x = jnp.exp(-0.5 * (obs[:, :, None] - p["mean"]) ** 2 / p["std"] ** 2).reshape(len(obs), -1)
    if kind == "popdan":
        rate = mlp(p["layers"], x)
    else:
        rate = rates(kind, p["layers"], x)
    return jnp.tanh((rate.reshape(len(obs), *p["decoder"].shape) * p["decoder"]).sum(-1) + p["bias"])


def rates(kind, layers, x0):
    zeros = [jnp.zeros((len(x0), layer["b"].shape[0])) for layer in layers]
    states, total = [(z, z, z + 0.08, z) for z in zeros], zeros[-1]
    for _ in range(T):
        x = x0
        for i, layer in enumerate(layers):
            c, v, u, o = states[i]
            c = c * 0.5 + x @ layer["w"] + layer["b"]
            if kind == "lif":
                v = v * 0.75 * (1 - o) + c
            else:
                tv, tu, tr, ts = THETA
                v, u = v * (1 - o) + o * tr, u + o * ts
                v, u = v * v - u + c, u + tv * (tu * v - u)
            x = spike(v)
            states[i] = (c, v, u, x)
        total = total + x
    return total / T


def adam(p, g, state, rate):
    m, v, t = state
    t = t + 1
    m = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, m, g)
    v = jax.tree.map(lambda a, b: 0.999 * a + 0.001 * b * b, v, g)
    step = lambda p, m, v: p - rate * (m / (1 - 0.9**t)) / (jnp.sqrt(v / (1 - 0.999**t)) + 1e-8)
    return jax.tree.map(step, p, m, v), (m, v, t)


def fresh(p):
    zeros = lambda: jax.tree.map(jnp.zeros_like, p)
    return zeros(), zeros(), jnp.zeros(())


@functools.partial(jax.jit, static_argnums=(0, 1), donate_argnums=2)
def update(kind, with_policy, s, batch, key):
    obs, act, rew, obs2, done = batch
    q = lambda critics, o, a: [mlp(c, jnp.concatenate([o, a], 1)) for c in critics]
    noise = jnp.clip(0.2 * jax.random.normal(key, act.shape), -0.5, 0.5)
    act2 = jnp.clip(policy(kind, s["actor_t"], obs2) + noise, -1, 1)
    y = rew + 0.99 * (1 - done) * jnp.minimum(*q(s["critics_t"], obs2, act2))
    g = jax.grad(lambda c: sum(((v - y) ** 2).mean() for v in q(c, obs, act)))(s["critics"])
    s["critics"], s["opt_c"] = adam(s["critics"], g, s["opt_c"], 1e-3)
    if with_policy:
        g = jax.grad(lambda p: -q(s["critics"], obs, policy(kind, p, obs))[0].mean())(s["actor"])
        s["actor"], s["opt_a"] = adam(s["actor"], g, s["opt_a"], 1e-4 if kind in ("mdcsan", "lif") else 1e-3)
        for name in ("actor", "critics"):
            s[name + "_t"] = jax.tree.map(lambda t, p: 0.995 * t + 0.005 * p, s[name + "_t"], s[name])
    return s


def least(run, seconds):
    """The least processor time of a call; XLA's own threads count."""
    for _ in range(3):
        run()
    best, n, end = float("inf"), 0, time.perf_counter() + seconds
    while n < 5 or time.perf_counter() < end:
        start = time.process_time()
        run()
        best, n = min(best, time.process_time() - start), n + 1
    return best


def measure(task, kind, seconds):
    obs, zeros, act = TASKS[task]
    keys = jax.random.split(jax.random.key(0), 8)
    actor = make_actor(keys[0], kind, obs, act)
    critics = [stack(k, [obs + act, HIDDEN, HIDDEN, 1]) for k in keys[1:3]]
    copy = lambda p: jax.tree.map(jnp.array, p)
    state = {"actor": actor, "critics": critics, "actor_t": copy(actor), "critics_t": copy(critics), "opt_a": fresh(actor), "opt_c": fresh(critics)}
    o = lambda key: jax.random.normal(key, (BATCH, obs)).at[:, obs - zeros :].set(0)
    batch = o(keys[3]), jax.random.uniform(keys[4], (BATCH, act), minval=-1), jax.random.normal(keys[5], (BATCH, 1)), o(keys[6]), jnp.zeros((BATCH, 1))
    act_of = jax.jit(functools.partial(policy, kind))
    one = batch[0][:1]

    def step(with_policy):
        nonlocal state
        state = jax.block_until_ready(update(kind, with_policy, state, batch, keys[7]))

    times = [least(lambda: step(with_policy), seconds / 2) for with_policy in (False, True)]
    return sum(times) / 2 * 1e3, least(lambda: act_of(state["actor"], one).block_until_ready(), seconds / 3) * 1e6
