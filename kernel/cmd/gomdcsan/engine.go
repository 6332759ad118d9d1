package main

import (
	"context"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/worker"
)

// startEngine returns what starts the worker process that runs the cells; it
// lives as long as ctx.
func startEngine(ctx context.Context) func(engine.Sink) (engine.Engine, error) {
	return func(sink engine.Sink) (engine.Engine, error) {
		client, err := worker.Start(ctx, worker.Options{}, sink)
		if err != nil {
			return nil, err // not client: a nil *Client is no nil Engine
		}
		return client, nil
	}
}
