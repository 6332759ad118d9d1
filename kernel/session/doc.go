// Package session is what a Jupyter kernel does, without sockets and without an
// interpreter: it takes messages in, drives an engine.Engine, and gives
// messages out through a Port.
//
//	s := session.New(session.Options{Port: port, Start: startWorker})
//	... s.Receive(wire.Shell, from, msg) for each message that arrives
//	restart, err := s.Run(ctx)       // until a shutdown_request
//
// In the kernel the Port is kernel/transport; in `gomdcsan run` it is the
// notebook runner (kernel/notebook), so both go through this code; in tests it
// is a slice.
//
// How requests are treated:
//
//   - execute_request (execute.go): one at a time, in order. After an error
//     with stop_on_error, and after an interrupt, what was sent before the
//     reply is aborted.
//   - completion, inspection, is_complete: answered at once, also while a cell
//     runs or the worker starts, and never later than a few seconds.
//   - comm messages: in order, beside the running cell.
//   - control (interrupt, shutdown, kernel_info, usage): at once, in order.
//
// Every request gets busy, its reply and idle, all with the request as parent.
// While a cell runs, the idle of another request is followed by the cell's busy
// again: front-ends show the last state they saw.
//
// What cells print is coalesced (lane.go) and kept under the rates above which
// Jupyter servers drop output; a cell that prints faster waits. Output that
// comes after its cell keeps its cell as parent.
//
// A Session may be used by any number of goroutines. Run owns all of its
// goroutines and ends them before it returns.
package session
