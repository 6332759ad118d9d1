// Package kerneltest drives the built kernel from outside, as front-ends do.
//
// Its tests need the command, which they build once (or take from
// GOMDCSAN_BIN), and partly what is not Go; those are skipped, with the
// reason, where it is missing:
//
//	GOMDCSAN_PYTHON        a Python with jupyter_client, nbclient, ... ("jupyter")
//	GOMDCSAN_CHROMIUM      a Chromium, and
//	GOMDCSAN_NODE_MODULES  node_modules with playwright-core ("lab")
//
// GOMDCSAN_REQUIRE=jupyter,lab makes such a skip a failure: a gate that skips
// what matters is no gate.
//
//   - client.go: a Jupyter client in Go, for tests without Python
//   - conformance.py, snippets.json: 59 checks of the protocol
//   - public_suite.py: the public jupyter_kernel_test
//   - measure.py: times and memory; for comparison with other kernels, see
//     BenchmarkKernel and the file's own help
//   - server_flood.py: output through a Jupyter server's rate limits
//   - lab.mjs, services.mjs: JupyterLab in Chromium, and its client in Node
//
// What happens when, and which test holds it (kernel_test.go, soak_test.go):
//
//	the worker is killed       the cell fails within 2 s, the next runs in a fresh one
//	the front is killed        the worker ends with it
//	the parent (server) dies   the kernel ends within 2 s (conformance.py)
//	SIGINT, SIGTERM            the cell is stopped; the kernel ends in order
//	the machine sleeps         what was sent meanwhile is answered
//	the disk is full           the history is lost, cells run
//
// GOMDCSAN_SOAK=30m go test -race -run Soak runs the soak test for so long, and
// GOMDCSAN_ARTEFACTS names a directory where screenshots are kept.
package kerneltest
