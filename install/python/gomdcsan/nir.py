"""gomdcsan's policies in NIR, the Neuromorphic Intermediate Representation, as far
as it can say them.

    import gomdcsan.nir
    left_out = gomdcsan.nir.write("weights.npz", "policy.nir")

NIR has the layers of LIF and IF neurons: Affine and CubaLIF, with which snnTorch,
Norse, Sinabs and others run the same spikes for the same input. It has no node for
dynamic neurons, for the encoder (z-scores and receptive fields) and for the decoder
(mean rate over T steps, grouped readout, tanh): they stay in the .npz, and write
names them.
"""

from __future__ import annotations

import json
import os
from typing import Any

import nir
import numpy as np

#: Time steps are what NIR leaves to the reader; decays are exact for dt = 1.
DT = 1.0


def graph(path: str | os.PathLike[str]) -> tuple[nir.NIRGraph, list[str]]:
    """The network of an exported .npz and what NIR could not say of the policy."""
    with np.load(path) as z:
        settings = json.loads(str(z["settings"]))
        arrays = {name: z[name] for name in z.files if name.startswith("actor/")}
    n = settings["network"]
    if n.get("neuron") not in ("lif", "if"):
        raise ValueError(f"NIR has no node for the neurons of this policy ({n.get('neuron') or n['kind']}); it has one for lif and if")
    layers = len(n["hidden"]) + 1
    nodes: dict[str, Any] = {"input": nir.Input({"input": np.array([arrays["actor/W0"].shape[1]])})}
    for k in range(layers):
        weight, bias = arrays[f"actor/W{k}"], arrays[f"actor/b{k}"]
        nodes[f"affine{k}"], nodes[f"lif{k}"] = nir.Affine(weight, bias), _cuba(n, len(bias))
    nodes["output"] = nir.Output({"output": np.array([len(bias)])})
    names = list(nodes)
    return nir.NIRGraph(nodes, list(zip(names, names[1:]))), _left_out(settings)


def _cuba(n: dict[str, Any], size: int) -> nir.CubaLIF:
    """C = d_c C + input and V = d_v V + C are CubaLIF's forward Euler steps of
    length DT, with tau = DT / (1 - d), and gains that cancel DT / tau."""
    leak = 1 - (n["voltage_decay"] if n["neuron"] == "lif" else 1)
    if leak == 0:
        raise ValueError("a neuron without leak (if) needs an infinite time constant, which CubaLIF does not take")
    full = lambda x: np.full(size, x, np.float32)  # noqa: E731
    tau_syn, tau_mem = DT / (1 - n["current_decay"]), DT / leak
    return nir.CubaLIF(
        tau_syn=full(tau_syn), tau_mem=full(tau_mem), r=full(tau_mem / DT), v_leak=full(0), v_reset=full(0),
        v_threshold=full(n["threshold"]), w_in=full(tau_syn / DT),
    )


def _left_out(settings: dict[str, Any]) -> list[str]:
    n = settings["network"]
    out = [f"encoder: receptive fields, coding {n['coding']}", f"T = {n['t']} time steps of dt = {DT}", "decoder: mean rates, grouped readout, tanh"]
    return (["normaliser: z-scores clipped to +-3"] if settings["normalise"] else []) + out


def write(path: str | os.PathLike[str], to: str | os.PathLike[str]) -> list[str]:
    """Writes an exported .npz as an NIR file; returns what is not in it."""
    g, left_out = graph(path)
    nir.write(os.fspath(to), g)
    return left_out
