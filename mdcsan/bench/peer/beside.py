#!/usr/bin/env python3
"""gomdcsan bench and its peer in turn, and the ratio of their times.

Needs `gomdcsan` (on the PATH, or by --gomdcsan), torch, and jax for --mode jax:

    python beside.py                         # PyTorch eager, every task and actor, three rounds
    python beside.py --mode all              # torch.compile too, CUDA graphs on a GPU, JAX if installed
    python beside.py --task Ant-v3 --actor mdcsan --rounds 5
    python beside.py --json > ratios.json

Both run on one thread. A round measures one actor on one task in both
programs, one directly after the other, so that whatever else the machine does
meets both; the table shows the median of the rounds and, as its range, the
least and the largest ratio of a round.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys

import peer


def ours(program, task, actor, seconds):
    """update in ms and action in µs by gomdcsan bench."""
    command = [program, "bench", "--json", "--task", task, "--actor", actor, "--for", f"{seconds}s"]
    report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout)
    return report["update_ms"][task][actor], report["action_us"][task][actor]


def rounds(args, task, actor, mode):
    """The rounds of one actor on one task: lists of our and the peer's (update, action)."""
    mine, theirs = [], []
    for _ in range(args.rounds):
        mine.append(ours(args.gomdcsan, task, actor, args.seconds))
        theirs.append(peer.measure(task, actor, args.seconds, mode))
    return mine, theirs


def compare(mine, theirs):
    """Medians of both and the ratio of the update, with its range over the rounds."""
    ratios = [t[0] / m[0] for m, t in zip(mine, theirs)]
    median = lambda values: round(statistics.median(values), 3)
    return {
        "update_ms": median(m[0] for m in mine), "peer_update_ms": median(t[0] for t in theirs),
        "action_us": median(m[1] for m in mine), "peer_action_us": median(t[1] for t in theirs),
        "ratio": median(ratios), "least_ratio": round(min(ratios), 2), "largest_ratio": round(max(ratios), 2),
    }


def show(task, actor, mode, r):
    between = f"{r['least_ratio']:.1f} to {r['largest_ratio']:.1f}"
    print(f"{task:15} {actor:7} {mode:8} {r['update_ms']:10.2f} {r['peer_update_ms']:9.2f} {r['ratio']:6.1f} {between:>12}"
          f" {r['action_us']:10.1f} {r['peer_action_us']:9.1f}", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gomdcsan", default=shutil.which("gomdcsan"), help="the program (default: the one on the PATH)")
    parser.add_argument("--task", choices=peer.TASKS, help="only this task")
    parser.add_argument("--actor", choices=peer.ACTORS, help="only this actor")
    parser.add_argument("--rounds", type=int, default=3, help="how often both are measured in turn")
    parser.add_argument("--seconds", type=float, default=1.0, help="measure each update so long")
    parser.add_argument("--mode", choices=(*peer.MODES, "all"), default="eager", help="how the peer is run: all is all that this machine can (default eager)")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    args = parser.parse_args()
    if not args.gomdcsan:
        parser.error("no gomdcsan on the PATH: name it by --gomdcsan")
    modes = peer.available() if args.mode == "all" else [args.mode]
    if "jax" in modes:  # one core, as everything here; read when JAX is imported
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"
    result = {}
    if not args.json:
        print(f"{'task':15} {'actor':7} {'peer':8} {'update ms':>10} {'peer':>9} {'ratio':>6} {'range':>12} {'action µs':>10} {'peer':>9}")
    for task in [args.task] if args.task else peer.TASKS:
        for actor in [args.actor] if args.actor else peer.ACTORS:
            for mode in modes:
                r = compare(*rounds(args, task, actor, mode))
                result.setdefault(task, {}).setdefault(actor, {})[mode] = r
                if not args.json:
                    show(task, actor, mode, r)
    if args.json:
        json.dump(result, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
