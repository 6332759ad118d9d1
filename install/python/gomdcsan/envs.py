"""gomdcsan's tasks as Gymnasium environments.

    import gymnasium, gomdcsan.envs
    env = gymnasium.make("gomdcsan/Hopper-v3")

Observations are float64, actions float32 within the task's limits. The time
limit is the task's own; ``limit`` sets another (negative: none). Options of
Gymnasium's tasks follow a question mark in ``task``, and a robot of your own is
``gymnasium.make("gomdcsan/Task-v0", task="mjcf:robot.xml")``.
"""

from __future__ import annotations

import struct
from typing import Any

import gymnasium
import numpy as np

from ._child import Child

_ROBOTS = ("Ant", "HalfCheetah", "Walker2d", "Hopper")
_OTHERS = ("Swimmer", "Reacher", "Pusher", "InvertedPendulum", "InvertedDoublePendulum", "Humanoid", "HumanoidStandup")

#: The tasks, without those of your own.
TASKS = tuple(
    [f"{name}-v3" for name in _ROBOTS]
    + [f"{name}-{v}" for name in _ROBOTS + _OTHERS for v in ("v4", "v5")]
    + ["Pendulum-v1"]
)


class Task(gymnasium.Env):
    """One instance of a task, in a gomdcsan process of its own."""

    metadata: dict[str, Any] = {"render_modes": []}

    def __init__(self, task: str, *, inertia: str = "", contact: str = "", limit: int = 0, render_mode: None = None) -> None:
        """task: its name. inertia: "legacy" or "exact"; contact: "zero" or "rne";
        both of version 3, with the paper's as the default. limit: time limit in
        steps; 0: the task's own, negative: none."""
        if render_mode is not None:
            raise ValueError("these tasks have no render modes here; gomdcsan export --film draws them")
        self._child = Child()
        spec = self._child.ask("M", task=task, inertia=inertia, contact=contact, limit=limit)
        low, high = np.array(spec["ActLow"], np.float32), np.array(spec["ActHigh"], np.float32)
        self.action_space = gymnasium.spaces.Box(low, high, dtype=np.float32)
        self.observation_space = gymnasium.spaces.Box(-np.inf, np.inf, (spec["ObsDim"],), np.float64)
        self.dt: float = spec["Dt"]  # seconds per step
        self.max_steps: int = spec["MaxSteps"]  # 0: none

    def reset(self, *, seed: int | None = None, options: dict[str, Any] | None = None) -> tuple[np.ndarray, dict[str, Any]]:
        super().reset(seed=seed)
        start = float(self.np_random.integers(1 << 31))
        return np.frombuffer(self._child.call("R", struct.pack("<d", start)))[2:].copy(), {}

    def step(self, action: Any) -> tuple[np.ndarray, float, bool, bool, dict[str, Any]]:
        row = np.frombuffer(self._child.call("S", np.asarray(action, np.float64).tobytes()))
        flags = int(row[0])
        return row[2:].copy(), float(row[1]), bool(flags & 1), bool(flags & 2), {}

    def get_state(self) -> bytes:
        """The whole state of the simulation, for set_state of the same task."""
        return self._child.call("G")

    def set_state(self, state: bytes) -> None:
        """Goes back to a state, to the last bit."""
        self._child.call("P", state)

    def close(self) -> None:
        self._child.close()


def register_envs() -> None:
    """Makes the tasks known to gymnasium.make; done on import."""
    for task in TASKS:
        if f"gomdcsan/{task}" not in gymnasium.registry:
            gymnasium.register(f"gomdcsan/{task}", "gomdcsan.envs:Task", kwargs={"task": task})
    if "gomdcsan/Task-v0" not in gymnasium.registry:
        gymnasium.register("gomdcsan/Task-v0", "gomdcsan.envs:Task")


register_envs()
