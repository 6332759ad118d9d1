//go:build unix

package worker

import (
	"context"
	"testing"

	"gomdcsan/kernel/engine"
)

func BenchmarkRoundTrip(b *testing.B) {
	c, err := Start(b.Context(), Options{}, &recorder{})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	c.Execute(context.Background(), engine.Cell{Code: "echo 2"})
	for b.Loop() {
		c.Execute(context.Background(), engine.Cell{Code: "echo 2"})
	}
}

func BenchmarkStart(b *testing.B) {
	for b.Loop() {
		c, err := Start(b.Context(), Options{}, &recorder{})
		if err != nil {
			b.Fatal(err)
		}
		c.Execute(context.Background(), engine.Cell{Code: "echo 2"})
		b.StopTimer()
		c.Close()
		b.StartTimer()
	}
}

// BenchmarkRecovery is from a worker's death to the end of the next cell.
func BenchmarkRecovery(b *testing.B) {
	for _, code := range []string{"exit 1", "gopanic x", "recurse"} {
		b.Run(code, func(b *testing.B) {
			c, err := Start(b.Context(), Options{}, &recorder{})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			for b.Loop() {
				c.Execute(context.Background(), engine.Cell{Code: code})
				c.Execute(context.Background(), engine.Cell{Code: "echo 2"})
			}
		})
	}
}

func BenchmarkFlood(b *testing.B) {
	for _, code := range []string{"flood 100000", "nativeflood 100000"} {
		b.Run(code, func(b *testing.B) {
			c, err := Start(b.Context(), Options{}, &recorder{})
			if err != nil {
				b.Fatal(err)
			}
			defer c.Close()
			for b.Loop() {
				c.Execute(context.Background(), engine.Cell{Code: code})
			}
		})
	}
}
