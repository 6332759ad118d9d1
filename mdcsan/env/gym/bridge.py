"""Steps Gymnasium environments for a gomdcsan process, which started this one.

A frame is a header of 8 bytes, the length of what follows (uint32, little
endian), a letter and three zeros, then the content. Requests come on standard
input; each has one reply on standard output, in order:

    'M' make     JSON {"id", "kwargs", "limit"}            -> JSON, see describe()
    'A' another  nothing                                   -> float64: its slot
    'R' reset    float64 slot, seed                        -> row
    'S' step     n rows of float64: slot, action           -> n rows
    'G' get      float64 slot                              -> the environment's state
    'P' put      float64 slot, steps, seed; then a state   -> nothing
    'C' close    float64 slot                              -> nothing

A row is float64: 1 if terminated, plus 2 if truncated; reward; observation.
The letter of a reply is 'K', or 'E' with a text instead of the content, or 'U'
if the id is unknown, or 'N' if there is no Gymnasium.
"""

import os
import signal

for name in ("SIGINT", "SIGHUP"):  # the terminal's: gomdcsan saves first, then closes our input
    if hasattr(signal, name):
        signal.signal(getattr(signal, name), signal.SIG_IGN)

# An environment may print: that goes to standard error, not among the replies.
requests, replies = os.dup(0), os.dup(1)
os.dup2(2, 1)
os.dup2(os.open(os.devnull, os.O_RDONLY), 0)

import ast
import importlib.metadata
import io
import json
import math
import platform
import struct
import sys

HEADER = struct.Struct("<IB3x")


class Refused(Exception):
    """An error with its own letter in the reply."""

    def __init__(self, letter, text):
        super().__init__(text)
        self.letter = letter


try:
    import gymnasium
    import numpy as np
except ImportError as e:
    gymnasium, missing = None, e


class Bridge:
    """The environments of one id, by slot."""

    def __init__(self):
        self.envs, self.closed = [], []

    def make(self, content):
        if gymnasium is None:
            raise Refused("N", f"{missing}; {sys.executable} -m pip install gymnasium installs it")
        self.asked = json.loads(content)
        self.kwargs = {k: literal(v) for k, v in self.asked["kwargs"].items()}
        self.another()
        return json.dumps(self.describe(self.envs[0])).encode()

    def another(self, content=b""):
        try:
            env = gymnasium.make(self.asked["id"], **self.kwargs)
        except gymnasium.error.UnregisteredEnv as e:
            raise Refused("U", str(e)) from None
        self.max_steps = (env.spec and env.spec.max_episode_steps) or 0
        limit = self.asked["limit"]
        if limit:
            for w in wrappers(env):
                if hasattr(w, "_max_episode_steps"):
                    w._max_episode_steps = limit if limit > 0 else math.inf
        self.envs.append(env)
        return struct.pack("<d", len(self.envs) - 1)

    def describe(self, env):
        for space, what in ((env.observation_space, "observation"), (env.action_space, "action")):
            if not isinstance(space, gymnasium.spaces.Box):
                raise Refused("E", f"its {what} space is {space}; it must be a Box ({advice(what, space)})")
        action = env.action_space
        low, high = (np.broadcast_to(b, action.shape).ravel().astype(float) for b in (action.low, action.high))
        if not np.all(np.isfinite(low) & np.isfinite(high)):
            raise Refused("E", f"its action space {action} has no bounds; gymnasium.wrappers.RescaleAction or an own wrapper gives it some")
        self.type, self.shape = action.dtype, action.shape
        self.act, self.obs = action.low.size, int(np.prod(env.observation_space.shape))
        dt = getattr(env.unwrapped, "dt", None)
        if not isinstance(dt, (int, float)) or not dt > 0:
            dt = 1 / (env.metadata.get("render_fps") or 30)
        return {
            "low": low.tolist(), "high": high.tolist(), "obs": self.obs, "act": self.act, "dt": float(dt),
            "max_steps": self.max_steps, "state": state_of(env) is not None,
            "versions": versions(env),
        }

    def reset(self, content):
        slot, seed = struct.unpack("<dd", content)
        obs, _ = self.envs[int(slot)].reset(seed=int(seed))
        row = np.zeros(2 + self.obs)
        row[2:] = np.ravel(obs)
        return row.tobytes()

    def step(self, content):
        asked = np.frombuffer(content).reshape(-1, 1 + self.act)
        rows = np.empty((len(asked), 2 + self.obs))
        for row, ask in zip(rows, asked):
            action = ask[1:].astype(self.type).reshape(self.shape)
            obs, reward, terminated, truncated, _ = self.envs[int(ask[0])].step(action)
            row[0], row[1] = bool(terminated) + 2 * bool(truncated), reward
            row[2:] = np.ravel(obs)
        return rows.tobytes()

    def get(self, content):
        return state_of(self.envs[int(struct.unpack("<d", content)[0])]).get()

    def put(self, content):
        slot, steps, seed = struct.unpack("<ddd", content[:24])
        env = self.envs[int(slot)]
        env.reset(seed=int(seed))  # so that no wrapper waits for it
        state_of(env).put(content[24:])
        for w in wrappers(env):
            if hasattr(w, "_elapsed_steps"):
                w._elapsed_steps = int(steps)
        return b""

    def close(self, content):
        slot = int(struct.unpack("<d", content)[0])
        self.envs[slot].close()
        self.envs[slot] = None
        return b""


def advice(what, space):
    if what == "action":
        return "these policies act in continuous spaces"
    return "gymnasium.wrappers.FlattenObservation makes one of Dict and Tuple"


def wrappers(env):
    while True:
        yield env
        if not isinstance(env, gymnasium.Wrapper):
            return
        env = env.env


def versions(env):
    """What made the numbers: Python, Gymnasium, NumPy, and who the environment is of."""
    found = {"python": platform.python_version(), "gymnasium": gymnasium.__version__, "numpy": np.__version__}
    for name in {type(env.unwrapped).__module__.split(".")[0], "mujoco", "Box2D"} & set(sys.modules):
        try:
            found[name.lower()] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            pass  # a module of the user's own
    return found


def literal(text):
    """The Python value that a text means: true, 0.5, (1, 2), else the text."""
    try:
        return {"true": True, "false": False}[text.lower()]
    except KeyError:
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text


def state_of(env):
    """What saves and restores the environment's state, or None."""
    inner = env.unwrapped
    if all(callable(getattr(inner, name, None)) for name in ("get_state", "set_state")):
        return OwnState(inner)
    if type(inner).__module__.startswith("gymnasium.envs.mujoco.") and hasattr(inner, "data"):
        return MuJoCoState(inner)
    return None


class OwnState:
    """get_state() and set_state(state) of the environment, where a state is
    bytes, a NumPy array, a dict of arrays, or what JSON can say."""

    def __init__(self, env):
        self.env = env

    def get(self):
        state, b = self.env.get_state(), io.BytesIO()
        if isinstance(state, (bytes, bytearray)):
            return b"B" + state
        if isinstance(state, np.ndarray):
            np.save(b, state, allow_pickle=False)
            return b"N" + b.getvalue()
        if isinstance(state, dict) and all(isinstance(v, np.ndarray) for v in state.values()):
            np.savez(b, **state)
            return b"Z" + b.getvalue()
        return b"J" + json.dumps(state).encode()

    def put(self, content):
        kind, b = content[:1], io.BytesIO(content[1:])
        if kind == b"B":
            state = content[1:]
        elif kind == b"N":
            state = np.load(b, allow_pickle=False)
        elif kind == b"Z":
            state = dict(np.load(b, allow_pickle=False))
        else:
            state = json.loads(content[1:])
        self.env.set_state(state)


class MuJoCoState:
    """The state of Gymnasium's own MuJoCo tasks: what MuJoCo integrates, and
    what it derives from that and the rewards of the next step read."""

    derived = ("xpos", "xipos", "geom_xpos", "site_xpos", "subtree_com", "cinert", "cvel", "qfrc_actuator", "cfrc_ext")

    def __init__(self, env):
        import mujoco
        self.mujoco, self.model, self.data = mujoco, env.model, env.data
        self.what = mujoco.mjtState.mjSTATE_INTEGRATION
        self.size = mujoco.mj_stateSize(self.model, self.what)

    def get(self):
        state = np.empty(self.size)
        self.mujoco.mj_getState(self.model, self.data, state, self.what)
        return b"".join([state.tobytes()] + [getattr(self.data, name).tobytes() for name in self.derived])

    def put(self, content):
        numbers = np.frombuffer(content)
        self.mujoco.mj_setState(self.model, self.data, numbers[:self.size], self.what)
        at = self.size
        for name in self.derived:
            array = getattr(self.data, name)
            array[...] = numbers[at:at + array.size].reshape(array.shape)
            at += array.size


def receive():
    """The next request, or None when gomdcsan has closed its end."""
    data = os.read(requests, 1 << 16)
    while True:
        if len(data) >= HEADER.size:
            size, letter = HEADER.unpack_from(data)
            if len(data) == HEADER.size + size:
                return letter, data[HEADER.size:]
        more = os.read(requests, 1 << 20)
        if not more:
            return None
        data += more


def reply(letter, content):
    data = HEADER.pack(len(content), ord(letter)) + content
    while data:
        data = data[os.write(replies, data):]


def main():
    b = Bridge()
    calls = {ord(k): f for k, f in dict(M=b.make, A=b.another, R=b.reset, S=b.step, G=b.get, P=b.put, C=b.close).items()}
    while (request := receive()) is not None:
        letter, content = request
        try:
            answer = calls[letter](content)
        except Refused as e:
            reply(e.letter, str(e).encode())
        except Exception as e:
            at = e.__traceback__
            while at.tb_next:
                at = at.tb_next
            where = f"{at.tb_frame.f_code.co_filename}, line {at.tb_lineno}"
            reply("E", f"{type(e).__name__}: {e} ({where})".encode())
        else:
            reply("K", answer)


try:
    main()
except BrokenPipeError:
    pass  # gomdcsan has ended
