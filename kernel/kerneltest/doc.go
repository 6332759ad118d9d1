// Package kerneltest drives the built kernel from outside, as front-ends do.
//
// Its tests need the command, which they build once (or take from
// GOMDCSAN_BIN), and partly what is not Go; those are skipped, with the
// reason, where it is missing:
//
//	GOMDCSAN_PYTHON        a Python with jupyter_client, nbclient, ... ("jupyter")
//	GOMDCSAN_CHROMIUM      a Chromium, and
//	GOMDCSAN_NODE_MODULES  node_modules with playwright-core ("lab")
//	GOMDCSAN_CLASSIC       a Python with the classic Notebook ("classic")
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
//   - lab.mjs, labnotebooks.mjs, classic.mjs: JupyterLab and the classic Notebook
//     in Chromium, with what they share in browser.mjs
//   - services.mjs: JupyterLab's client in Node
//
// What happens when something dies is written down in kernel/HOW_IT_WORKS.md,
// with the test that holds each line.
//
// GOMDCSAN_SOAK=30m go test -run Soak runs the soak test for so long (with
// GOMDCSAN_BIN built by go build -race it looks for races), and
// GOMDCSAN_ARTEFACTS names a directory where screenshots are kept.
package kerneltest
