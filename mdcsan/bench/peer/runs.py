#!/usr/bin/env python3
"""Whole trainings side by side: the deep actor's TD3 here, in Stable-Baselines3 and in CleanRL.

Needs `gomdcsan`, stable-baselines3 and gymnasium[mujoco]; for CleanRL a clone of
its repository with what its td3_continuous_action.py imports (tyro, tensorboard):

    python runs.py --steps 20000 --rounds 3
    python runs.py --cleanrl ~/cleanrl

All train Hopper (here v3, there v4, which is the same robot) from one seed each
round, in turn, on one thread: 1,000 random steps, then an update of 256
transitions a step, two hidden layers of 256, no evaluation. Printed are the
seconds of each whole program and of the part of it until the mean return of 20
successive episodes first exceeds --goal, by the step at which it does.
"""
import argparse
import csv
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

START, BATCH, SMOOTH = 1000, 256, 20

SB3 = """
import sys, torch, gymnasium
from stable_baselines3 import TD3
from stable_baselines3.common.monitor import Monitor
from stable_baselines3.common.noise import NormalActionNoise
import numpy
torch.set_num_threads(1)
steps, seed, folder = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
env = Monitor(gymnasium.make("Hopper-v4"), folder + "/log")
noise = NormalActionNoise(numpy.zeros(3), 0.1 * numpy.ones(3))
TD3("MlpPolicy", env, learning_rate=1e-3, batch_size=%d, learning_starts=%d, action_noise=noise, seed=seed,
    policy_kwargs={"net_arch": [256, 256]}, device="cpu").learn(steps)
""" % (BATCH, START)


def ours(args, seed, folder):
    run(args.gomdcsan, "train", "--task", "Hopper-v3", "--actor", "dan", "--batch", BATCH, "--steps", args.steps, "--start-steps", START,
        "--update-every", 1, "--eval-every", args.steps, "--eval-episodes", 1, "--threads", 1, "--seed", seed, "--dir", folder / "run", "--plain")
    with open(folder / "run" / "episodes.csv") as f:
        return [(int(r["step"]), float(r["return"])) for r in csv.DictReader(f)]


def sb3(args, seed, folder):
    run(sys.executable, "-c", SB3, args.steps, seed, folder)
    with open(folder / "log.monitor.csv") as f:
        next(f)
        step, episodes = 0, []
        for r in csv.DictReader(f):
            step += int(r["l"])
            episodes.append((step, float(r["r"])))
    return episodes


def cleanrl(args, seed, folder):
    text = run(sys.executable, pathlib.Path(args.cleanrl) / "cleanrl" / "td3_continuous_action.py", "--env-id", "Hopper-v4", "--total-timesteps", args.steps,
               "--learning-starts", START, "--batch-size", BATCH, "--seed", seed, "--no-cuda", cwd=folder, env={**os.environ, "PYTHONPATH": args.cleanrl})
    return [(int(s), float(r)) for s, r in re.findall(r"global_step=(\d+), episodic_return=\[?([-\d.e]+)", text)]


def run(*command, **options):
    options.setdefault("env", dict(os.environ))
    options["env"].update(OMP_NUM_THREADS="1", MKL_NUM_THREADS="1")
    done = subprocess.run([str(c) for c in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **options)
    if done.returncode != 0:
        sys.exit(f"{command[0]} failed:\n{done.stderr[-2000:]}")
    return done.stdout


def reached(episodes, goal):
    """The step at which the mean return of SMOOTH episodes first exceeds the goal, or None."""
    for i in range(SMOOTH, len(episodes) + 1):
        if statistics.mean(r for _, r in episodes[i - SMOOTH : i]) > goal:
            return episodes[i - 1][0]
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gomdcsan", default=shutil.which("gomdcsan"), help="the program (default: the one on the PATH)")
    parser.add_argument("--cleanrl", help="a clone of CleanRL's repository")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--goal", type=float, default=200)
    args = parser.parse_args()
    if not args.gomdcsan:
        parser.error("no gomdcsan on the PATH: name it by --gomdcsan")
    programs = {"gomdcsan": ours, "SB3": sb3, **({"CleanRL": cleanrl} if args.cleanrl else {})}
    print(f"{'program':10} {'seed':>4} {'seconds':>8} {'goal at step':>13} {'seconds to it':>14}")
    for seed in range(args.rounds):
        for name, program in programs.items():
            with tempfile.TemporaryDirectory() as folder:
                start = time.perf_counter()
                episodes = program(args, seed, pathlib.Path(folder))
                seconds = time.perf_counter() - start
            at = reached(episodes, args.goal)
            print(f"{name:10} {seed:4} {seconds:8.1f} {at or '-':>13} {f'{seconds * at / args.steps:.1f}' if at else '-':>14}", flush=True)


if __name__ == "__main__":
    main()
