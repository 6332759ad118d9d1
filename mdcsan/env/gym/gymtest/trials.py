"""Small Gymnasium environments that the tests need."""

import os
import sys
import time

import gymnasium
import numpy as np

Box = gymnasium.spaces.Box


class Point(gymnasium.Env):
    """A point that is pushed about: a state, limits that differ, both endings."""

    def __init__(self, action=None, observation=None, hole=9.0):
        self.action_space = action or Box(np.array([-1, 0], np.float32), np.array([1, 4], np.float32))
        self.observation_space = observation or Box(-np.inf, np.inf, (2, 2))
        self.hole = hole

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.x, self.v = self.np_random.normal(size=2), np.zeros(2)
        return np.array([self.x, self.v], np.float32), {}

    def step(self, action):
        self.v = 0.9 * self.v + 0.1 * np.asarray(action, float)
        self.x = self.x + self.v
        fallen = bool(self.x[1] > self.hole)
        return np.array([self.x, self.v], np.float32), -float(np.abs(self.x).sum()), fallen, fallen, {}

    def get_state(self):
        return np.array([self.x, self.v])

    def set_state(self, state):
        self.x, self.v = state


class Plain(Point):
    """A point whose state cannot be had."""

    get_state = set_state = None


class Idle(Plain):
    """Does nothing: its step costs nothing."""

    def step(self, action):
        return self.still, 0.0, False, False, {}

    def reset(self, **how):
        self.still, _ = super().reset(**how)
        return self.still, {}


class Trouble(Plain):
    """A point with which something happens in its third step."""

    def __init__(self, what):
        super().__init__()
        self.what = what

    def reset(self, **how):
        self.steps = 0
        print("the wheels turn")
        return super().reset(**how)

    def step(self, action):
        self.steps += 1
        out = super().step(action)
        if self.steps < 3:
            return out
        match self.what:
            case "raise":
                raise ValueError("the wheels came off")
            case "exit":
                print("the wheels came off", file=sys.stderr)
                os._exit(3)
            case "hang":
                time.sleep(1000)
            case "end":
                return *out[:2], False, True, {}
            case "fall":
                return *out[:2], True, True, {}
            case "nan":
                return out[0] * np.nan, *out[1:]
        return out


class Fatal(Point):
    """A point whose process is killed, once, in its step of that number."""

    def __init__(self, file, step):
        super().__init__()
        self.file, self.left = file, step

    def step(self, action):
        self.left -= 1
        if self.left == 0 and os.path.exists(self.file):
            os.remove(self.file)
            os.kill(os.getpid(), 9)
        return super().step(action)


def spaces(**kwargs):
    return Plain(**{k: eval(v, {"Box": Box, "np": np, **vars(gymnasium.spaces)}) for k, v in kwargs.items()})


def register(id, what, limit=None):
    gymnasium.register(id, what, max_episode_steps=limit)


register("Point-v0", Point, 50)
register("Plain-v0", Plain, 50)
register("Idle-v0", Idle)
register("Trouble-v0", Trouble)
register("Fatal-v0", Fatal, 50)
register("Spaces-v0", spaces)
