"""Tests of the package, which kernel/cmd/gomdcsan/python_test.go runs with
GOMDCSAN_BIN naming the command."""

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
import warnings
from pathlib import Path

import gymnasium
import numpy as np
from gymnasium.utils.env_checker import check_env

import gomdcsan
import gomdcsan.envs

try:
    import torch

    import gomdcsan.torch
except ImportError:
    torch = None

# A run of seconds, of each kind of actor.
TINY = dict(task="Pendulum-v1", steps=300, start_steps=100, update_after=50, eval_every=150, eval_episodes=2, hidden=[16, 16], critic_hidden=[16, 16], output_population=4)
KINDS = {
    "dn": dict(), "printed": dict(neuron="dn-printed"), "layer": dict(learn="layer"), "neuron": dict(learn="neuron"), "raw": dict(normalise=False),
    "if": dict(neuron="if"), "lif": dict(actor="lif"), "det": dict(coding="pop+det"), "one": dict(coding="det"),
    "popdan": dict(actor="popdan"), "dan": dict(actor="dan"), "poi": dict(coding="pop+poi"), "uni": dict(coding="uni"),
}


class Folder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = Path(cls.folder.name)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def run_of(self, kind):
        """The folder of a run of that kind."""
        folder = self.path / kind
        if not folder.exists():
            gomdcsan.train(TINY, dir=folder, **KINDS[kind])
        return folder


class Policies(Folder):
    def test_act(self):
        folder = self.run_of("dn")
        obs = np.random.default_rng(0).normal(size=(300, 3))
        with gomdcsan.load(folder) as policy:
            batch = policy.act_batch(obs)
            one = np.array([policy.act(o) for o in obs])
            self.assertEqual((batch.shape, batch.dtype), ((300, 1), np.float32))
            self.assertLess(np.abs(one - batch).max(), 1e-6)
            self.assertGreater(len(np.unique(batch)), 5)
            self.assertEqual(policy.predict(obs)[0].tolist(), batch.tolist())
            self.assertEqual(policy.act_batch(obs[:0]).shape, (0, 1))
            for bad in (obs, obs[0, :2], [[1, 2, 3]]):
                with self.assertRaisesRegex(ValueError, r"shape \(3,\)"):
                    policy.act(bad)

    def test_stochastic(self):
        folder = self.run_of("poi")
        obs = np.tile(np.random.default_rng(1).normal(size=3), (200, 1))
        a, b, c = (gomdcsan.load(folder, seed=s).act_batch(obs) for s in (1, 1, 2))
        self.assertEqual(a.tolist(), b.tolist())
        self.assertNotEqual(a.tolist(), c.tolist())

    def test_errors(self):
        with self.assertRaisesRegex(gomdcsan.Error, "no-such-run"):
            gomdcsan.load("no-such-run")
        policy = gomdcsan.load(self.run_of("dn"))
        policy._child._process.kill()
        with self.assertRaisesRegex(gomdcsan.Error, "ended with status"):
            for _ in range(3):
                policy.act(np.zeros(3))

    def test_latency(self):
        policy = gomdcsan.load(self.run_of("dn"))
        obs, best = np.zeros(3), np.inf
        for _ in range(20):
            start = time.perf_counter()
            for _ in range(200):
                policy.act(obs)
            best = min(best, (time.perf_counter() - start) / 200)
        print(f"{1e6 * best:.1f} us an action")


class Runs(Folder):
    def test_runs(self):
        self.run_of("dn"), self.run_of("dan")
        table = gomdcsan.runs(self.path)
        mine = table[table.actor == "dan"]
        self.assertEqual(mine.step.tolist(), [150, 300])
        self.assertEqual(set(mine.run), {str(self.path / "dan")})
        self.assertTrue(np.isfinite(table.eval_mean).all())
        with self.assertRaisesRegex(FileNotFoundError, "no run"):
            gomdcsan.runs(self.path / "nothing")

    def test_train(self):
        folder = self.run_of("lif")
        config = json.loads((folder / "manifest.json").read_text())["config"]
        self.assertEqual((config["actor"], config["hidden"], config["steps"]), ("lif", [16, 16], 300))
        self.assertEqual(gomdcsan.train(resume=folder, steps=450), folder)
        self.assertEqual(gomdcsan.runs(folder).step.tolist(), [150, 300, 450])
        here = os.getcwd()
        try:
            os.chdir(self.path)
            chosen = gomdcsan.train({"steps": 150}, **{k: v for k, v in TINY.items() if k != "steps"})
        finally:
            os.chdir(here)
        self.assertEqual(chosen.parent, Path("runs"))
        self.assertEqual(gomdcsan.runs(self.path / chosen).step.tolist(), [150])
        with self.assertRaisesRegex(gomdcsan.Error, "status 1"):
            gomdcsan.train(task="Pendulum-v9", dir=self.path / "bad")


class Tasks(unittest.TestCase):
    def test_check(self):
        for task in ("Pendulum-v1", *(["Hopper-v3", "Humanoid-v5"] if os.environ.get("GOMDCSAN_TEST_TASK") else [])):
            with self.subTest(task), warnings.catch_warnings():
                warnings.simplefilter("error")
                warnings.filterwarnings("ignore", ".*(symmetric|infinity|out of date).*")  # the tasks are so
                env = gymnasium.make(f"gomdcsan/{task}")
                check_env(env.unwrapped)
                try:
                    from stable_baselines3.common.env_checker import check_env as check_sb3
                except ImportError:
                    pass
                else:
                    check_sb3(env.unwrapped)
                env.close()

    def test_episode(self):
        env = gymnasium.make("gomdcsan/Pendulum-v1")
        want = gymnasium.make("Pendulum-v1").unwrapped  # whose state can be set
        obs, _ = env.reset(seed=3)
        want.reset()
        want.state = np.array([np.arctan2(obs[1], obs[0]), obs[2]])
        for step in range(200):
            action = env.action_space.sample()
            obs, reward, terminated, truncated, _ = env.step(action)
            expected, expected_reward, *_ = want.step(action)
            np.testing.assert_allclose(obs, expected, atol=1e-4)
            self.assertAlmostEqual(reward, expected_reward, 3)
            self.assertEqual((terminated, truncated), (False, step == 199))
        with self.assertRaisesRegex(gomdcsan.Error, "call Reset first"):
            env.step(action)

    def test_seeds_and_limits(self):
        env = gymnasium.make("gomdcsan/Task-v0", task="Pendulum-v1", limit=7)
        a, b, c = (env.reset(seed=s)[0].tolist() for s in (1, 1, 2))
        self.assertEqual(a, b)
        self.assertNotEqual(a, c)
        self.assertEqual([env.step([0.5])[3] for _ in range(7)], [False] * 6 + [True])
        self.assertNotEqual(env.reset()[0].tolist(), env.reset()[0].tolist())

    def test_state(self):
        env = gymnasium.make("gomdcsan/Pendulum-v1").unwrapped
        env.reset(seed=1)
        env.step([0.3])
        state = env.get_state()
        rows = [[env.step([x])[0].tolist() for x in (1, -1, 0.5)] for _ in (env.set_state(state), env.set_state(state)) if env.set_state(state) is None]
        self.assertEqual(rows[0], rows[1])
        with self.assertRaisesRegex(gomdcsan.Error, "no saved state"):
            env.set_state(b"nonsense")

    def test_errors(self):
        with self.assertRaisesRegex(gomdcsan.Error, 'Did you mean "Pendulum-v1"'):
            gymnasium.make("gomdcsan/Task-v0", task="Pendulun-v1")
        env = gymnasium.make("gomdcsan/Pendulum-v1").unwrapped
        env.reset(seed=1)
        with self.assertRaisesRegex(gomdcsan.Error, "has 1 numbers, not 2"):
            env.step([0, 0])
        with self.assertRaisesRegex(gomdcsan.Error, "action refused"):
            env.step([np.nan])

    def test_names(self):
        print("tasks:", *gomdcsan.envs.TASKS)

    def test_children_end(self):
        """A child does not outlive the process that started it."""
        script = "import gomdcsan.envs as e; t = e.Task('Pendulum-v1'); print(t._child._process.pid)"
        pid = int(subprocess.run([sys.executable, "-c", script], check=True, capture_output=True).stdout)
        with self.assertRaises(ProcessLookupError):
            os.kill(pid, 0)


@unittest.skipIf(torch is None, "no PyTorch here")
class Torch(Folder):
    def test_actions(self):
        obs = np.random.default_rng(2).normal(size=(500, 3))
        for kind in KINDS:
            with self.subTest(kind):
                folder = self.run_of(kind)
                module, policy = gomdcsan.torch.load(folder), gomdcsan.load(folder)
                ours = policy.act_batch(obs)
                theirs = module(torch.as_tensor(obs)).detach().numpy()
                if kind in ("poi", "uni"):
                    continue
                self.assertLess(np.abs(ours - theirs).max(), 1e-6 * 2)
                self.assertGreater(len(np.unique(theirs)), 2)

    def test_distribution(self):
        """Stochastic codings: the same mean and spread within 5 standard errors."""
        for kind in ("poi", "uni"):
            folder = self.run_of(kind)
            module, policy, n = gomdcsan.torch.load(folder), gomdcsan.load(folder), 20_000
            for row in np.random.default_rng(3).normal(size=(3, 3)):
                obs = np.tile(row, (n, 1))
                ours, theirs = policy.act_batch(obs)[:, 0], module(torch.as_tensor(obs)).detach().numpy()[:, 0]
                error = 5 * np.sqrt((ours.var() + theirs.var()) / n) + 1e-6
                self.assertLess(abs(ours.mean() - theirs.mean()), error)
                self.assertLess(abs(ours.std() - theirs.std()), error + 0.03 * ours.std())

    def test_gradients_and_way_back(self):
        folder = self.run_of("neuron")
        module = gomdcsan.torch.load(folder)
        module(torch.randn(64, 3)).square().sum().backward()
        for name, p in module.named_parameters():
            self.assertTrue(p.requires_grad and torch.isfinite(p.grad).all(), name)
            self.assertGreater(p.grad.abs().sum(), 0, name)
        with torch.no_grad():
            module.actor.dec_b += 0.25
        weights, back = self.path / "weights.pt", self.path / "back.ckpt"
        torch.save(module.state_dict(), weights)
        subprocess.run([gomdcsan.command(), "import", weights, "-o", back], check=True, stdout=subprocess.DEVNULL)
        obs = np.random.default_rng(4).normal(size=(100, 3))
        self.assertLess(np.abs(gomdcsan.load(back).act_batch(obs) - module(torch.as_tensor(obs)).detach().numpy()).max(), 2e-6)


class NIR(Folder):
    def npz(self, kind):
        path = self.path / f"{kind}.npz"
        subprocess.run([gomdcsan.command(), "export", self.run_of(kind), "--npz", path], check=True, stdout=subprocess.DEVNULL)
        return path

    def test_lif(self):
        """The nodes' own equations, stepped as NIR's readers step them, give the
        spikes that the exported weights give."""
        import nir

        import gomdcsan.nir

        npz, out = self.npz("lif"), self.path / "lif.nir"
        left_out = gomdcsan.nir.write(npz, out)
        self.assertIn("decoder", " ".join(left_out))
        graph = nir.read(out)
        weights = np.load(npz)
        rng, total = np.random.default_rng(5), 0
        x = (rng.random((20, weights["actor/W0"].shape[1])) < 0.5).astype(float)
        for k in range(3):
            affine, lif = graph.nodes[f"affine{k}"], graph.nodes[f"lif{k}"]
            c = v = i = u = np.zeros(len(affine.bias))
            ours, theirs = np.zeros(len(v)), np.zeros(len(v))
            spikes = []
            for row in x:
                drive = weights[f"actor/W{k}"] @ row + weights[f"actor/b{k}"]
                c = 0.5 * c + drive
                v = 0.75 * v * (1 - ours) + c
                ours = (v > 0.5).astype(float)
                i = i + (-i + lif.w_in * (affine.weight @ row + affine.bias)) / lif.tau_syn
                u = u + (lif.v_leak - u + lif.r * i) / lif.tau_mem
                theirs = (u > lif.v_threshold).astype(float)
                u = np.where(theirs > 0, lif.v_reset, u)
                self.assertEqual(ours.tolist(), theirs.tolist())
                spikes.append(ours)
            x = np.array(spikes)
            total += x.sum()
        self.assertGreater(total, 20)

    def test_refused(self):
        import gomdcsan.nir

        with self.assertRaisesRegex(ValueError, "no node for the neurons of this policy .dn."):
            gomdcsan.nir.graph(self.npz("dn"))


if __name__ == "__main__":
    unittest.main()
