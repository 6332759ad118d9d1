"""gomdcsan from Python: policies that act, tables of runs, training.

    policy = gomdcsan.load("runs/first")              # acts in a gomdcsan process
    action = policy.act(obs)
    table = gomdcsan.runs("runs")                     # a pandas DataFrame
    folder = gomdcsan.train(task="Hopper-v3", steps=20_000)

gomdcsan.envs has the tasks as Gymnasium environments, gomdcsan.torch the policies
as PyTorch modules, gomdcsan.nir what NIR can say of them.
"""

from ._child import Error, command
from .experiments import runs, train
from .policy import Policy, load

__all__ = ["Error", "Policy", "command", "load", "runs", "train"]
