package main

import (
	"context"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/front"
	"gomdcsan/kernel/worker"
)

// startEngine returns what starts the worker process that runs the cells; it
// lives as long as ctx.
func startEngine(ctx context.Context) func(engine.Sink) (engine.Engine, error) {
	return front.StartEngine(ctx, worker.Options{})
}
