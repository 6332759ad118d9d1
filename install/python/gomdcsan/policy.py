"""Policies of gomdcsan, acting in a process of their own."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from ._child import Child


class Policy:
    """A trained policy. act and act_batch give gomdcsan's own actions; a stochastic
    coding draws from the seed that load was given."""

    def __init__(self, path: str | os.PathLike[str], seed: int = 0) -> None:
        self._child = Child()
        #: Settings as an exported policy has them: POLICY_FORMAT.md.
        self.settings: dict[str, Any] = self._child.ask("L", path=os.path.abspath(path), seed=seed)
        self.obs_dim: int = self.settings["obs_dim"]
        self.act_dim: int = self.settings["act_dim"]

    def act(self, obs: Any) -> np.ndarray:
        """The action (M,) float32 for an observation (N,), without noise."""
        x = np.asarray(obs, np.float64)
        if x.shape != (self.obs_dim,):
            raise ValueError(f"an observation of {self.task} has shape ({self.obs_dim},), not {x.shape}")
        return np.frombuffer(self._child.call("T", x.tobytes())).astype(np.float32)

    def act_batch(self, obs: Any) -> np.ndarray:
        """Actions (n, M) float32 for observations (n, N)."""
        x = np.asarray(obs, np.float64)
        if x.ndim != 2 or x.shape[1] != self.obs_dim:
            raise ValueError(f"observations of {self.task} have shape (n, {self.obs_dim}), not {x.shape}")
        if len(x) == 0:
            return np.empty((0, self.act_dim), np.float32)
        return np.frombuffer(self._child.call("T", x.tobytes())).reshape(-1, self.act_dim).astype(np.float32)

    def predict(self, obs: Any, *_: Any, **__: Any) -> tuple[np.ndarray, None]:
        """act or act_batch in the form that Stable-Baselines3 calls."""
        x = np.asarray(obs)
        return (self.act(x) if x.ndim == 1 else self.act_batch(x)), None

    @property
    def task(self) -> str:
        """The task's name."""
        return self.settings["config"]["task"]

    def close(self) -> None:
        """Ends the process."""
        self._child.close()

    def __enter__(self) -> Policy:
        return self

    def __exit__(self, *_: Any) -> None:
        self.close()

    def __repr__(self) -> str:
        network = self.settings["network"]
        return f"<gomdcsan policy {network['kind']} for {self.task}: {self.obs_dim} observations, {self.act_dim} actions>"


def load(path: str | os.PathLike[str], seed: int = 0) -> Policy:
    """Loads a policy file, a run's checkpoint, or the best policy of a run's folder."""
    return Policy(path, seed)
