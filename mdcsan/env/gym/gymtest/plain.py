"""The plain loop that the bridge is compared with: seeds and float64 actions
come on standard input, rows of reward, terminated, truncated and observation
go to standard output, the seconds that it took to standard error."""

import sys
import time

import gymnasium
import numpy as np

env = gymnasium.make(sys.argv[1])
size = int(sys.argv[2])
seeds = [int(s) for s in sys.argv[3].split(",")]
actions = np.frombuffer(sys.stdin.buffer.read()).reshape(size, -1)

rows, done = [], True
start = time.perf_counter()
for action in actions:
    if done:
        env.reset(seed=seeds.pop(0))
    obs, reward, terminated, truncated, _ = env.step(action.astype(env.action_space.dtype))
    rows.append([reward, terminated, truncated, *np.ravel(obs)])
    done = terminated or truncated
seconds = time.perf_counter() - start
sys.stdout.buffer.write(np.array(rows, float).tobytes())
sys.stderr.write(repr(seconds))
