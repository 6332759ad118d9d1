"""Training from Python, and what runs have written."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ._child import Error, command

if TYPE_CHECKING:
    import pandas


def train(config: dict[str, Any] | None = None, **settings: Any) -> Path:
    """Trains to the end and returns the run's folder.

        folder = gomdcsan.train(task="Hopper-v3", seed=1, steps=20_000, dir="runs/first")
        policy = gomdcsan.load(folder)

    Settings are the keys of a configuration file (gomdcsan train --help), as a
    dict, by name, or both. dir is the run's folder, and gomdcsan chooses one under
    runs/ without it. Output goes to this process's. Ctrl-C saves; train(resume=dir)
    goes on to the same bits.
    """
    args = [command(), "train"]
    for key, value in {**(config or {}), **settings}.items():
        if isinstance(value, (list, tuple)):
            value = ",".join(str(v) for v in value)
        if isinstance(value, bool):
            value = str(value).lower()
        args.append(f"--{key.replace('_', '-')}={value}")
    given = {**(config or {}), **settings}
    before = set() if "dir" in given or "resume" in given else _manifests(Path("runs"))
    process = subprocess.Popen(args)
    try:
        status = process.wait()
    except KeyboardInterrupt:
        process.wait()  # it has had the signal too, and saves
        raise
    if status != 0:
        raise Error(f"{' '.join(args)} ended with status {status}; it has said why")
    folder = given.get("dir") or given.get("resume")
    if folder:
        return Path(folder)
    return max(_manifests(Path("runs")) - before, key=lambda p: p.stat().st_mtime).parent


def _manifests(folder: Path) -> set[Path]:
    return {Path(at) / "manifest.json" for at, _, files in os.walk(folder, followlinks=True) if "manifest.json" in files}


def runs(folder: str | os.PathLike[str] = "runs") -> pandas.DataFrame:
    """The progress of all runs in a folder, a row for each evaluation: the columns
    of progress.csv, before them run (its folder), task, actor, coding, neuron and
    seed. Other settings: json.load of a run's manifest.json.

        gomdcsan.runs("runs/paper").pivot_table("eval_mean", "step", ["task", "actor"])
    """
    import pandas

    tables = []
    for manifest in sorted(_manifests(Path(folder))):
        table = manifest.parent / "progress.csv"
        if not table.exists():
            continue
        config = json.loads(manifest.read_text(encoding="utf-8"))["config"]
        frame = pandas.read_csv(table)
        for at, key in enumerate(("task", "actor", "coding", "neuron", "seed")):
            frame.insert(at, key, config[key])
        frame.insert(0, "run", str(manifest.parent))
        tables.append(frame)
    if not tables:
        raise FileNotFoundError(f"there is no run in {folder}: a run's folder holds manifest.json and progress.csv")
    return pandas.concat(tables, ignore_index=True)
