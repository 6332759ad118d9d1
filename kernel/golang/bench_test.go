package golang

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
)

// BenchmarkOnePlusOne is the whole of a small cell.
func BenchmarkOnePlusOne(b *testing.B) {
	s := newTestSession(b)
	defer s.close()
	s.run("1+1")
	for b.Loop() {
		s.run("1+1")
	}
}

// BenchmarkStatement is the whole of a statement cell, in an empty session and
// in one of 5,000 lines: the difference is what the session adds.
func BenchmarkStatement(b *testing.B) {
	for _, lines := range []int{0, 5000} {
		b.Run(fmt.Sprintf("%d lines", lines), func(b *testing.B) {
			s := newTestSession(b)
			defer s.close()
			if lines > 0 {
				s.must(functions(lines))
			}
			for b.Loop() {
				s.must("y := math.Sqrt(7)\nz := y + 3\nz * 2")
			}
		})
	}
}

// functions writes so many lines of declarations.
func functions(lines int) string {
	var code strings.Builder
	for i := range lines / 10 {
		fmt.Fprintf(&code, "func f%d(x float64) float64 {\n\ts := 0.0\n\tfor i := range 10 {\n\t\ts += math.Sqrt(x) * float64(i)\n\t\tif s > 3 {\n\t\t\ts -= 1\n\t\t}\n\t}\n\treturn s\n}\n", i)
	}
	return code.String()
}

// BenchmarkFloatLoop compares a loop in a cell's function, compiled and
// interpreted, with the same loop compiled with the program, as it is and with
// one test an iteration, as a cell's interrupt check is: where something else
// uses the other half of the core, that test costs both the same.
func BenchmarkFloatLoop(b *testing.B) {
	b.Run("cell", func(b *testing.B) {
		s := newTestSession(b)
		defer s.close()
		needNative(b, s)
		benchmarkLoop(b, s)
	})
	b.Run("interpreted", func(b *testing.B) {
		s := newSessionWith(b, Options{NoNative: true})
		defer s.close()
		benchmarkLoop(b, s)
	})
	b.Run("go build", func(b *testing.B) {
		for b.Loop() {
			builtLoop(1e6)
		}
	})
	b.Run("go build with a test", func(b *testing.B) {
		for b.Loop() {
			testingLoop(1e6, new(uint32))
		}
	})
}

func benchmarkLoop(b *testing.B, s *testSession) {
	s.must("func loop(n int) float64 {\n\ts := 0.0\n\tfor i := 0; i < n; i++ {\n\t\ts += float64(i) * 0.5\n\t}\n\treturn s\n}")
	loop := s.e.session.env.Names["loop"].Slot.Ptr.Elem().Interface().(func(int) float64)
	for b.Loop() {
		loop(1e6)
	}
}

//go:noinline
func builtLoop(n int) float64 {
	s := 0.0
	for i := 0; i < n; i++ {
		s += float64(i) * 0.5
	}
	return s
}

//go:noinline
func testingLoop(n int, stop *uint32) float64 {
	s := 0.0
	for i := 0; i < n; i++ {
		if atomic.LoadUint32(stop) != 0 {
			return s
		}
		s += float64(i) * 0.5
	}
	return s
}

// TestMemory runs ten thousand cells.
func TestMemory(t *testing.T) {
	if os.Getenv("LONG_TESTS") == "" {
		t.Skip("10,000 cells take a while: set LONG_TESTS=1")
	}
	s := newTestSession(t)
	defer s.close()
	s.must("1+1")
	before := heap()
	for i := range 10000 {
		s.must(fmt.Sprintf("x := make([]float64, %d)\nx[0] = %d\nx[0] + 1", 1000+i%7, i))
	}
	if grown := heap() - before; grown > 100<<20 {
		t.Errorf("10,000 cells hold %d MB", grown>>20)
	} else {
		t.Logf("10,000 cells hold %.1f MB", float64(grown)/(1<<20))
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapInuse)
}

// BenchmarkFunctionCell is a function cell that was never compiled before.
func BenchmarkFunctionCell(b *testing.B) {
	s := newTestSession(b)
	defer s.close()
	needNative(b, s)
	i := 0
	for b.Loop() {
		i++
		if err := s.run(fmt.Sprintf("func f(x float64) float64 { return x*%d + math.Sqrt(%d) }", i, b.N+os.Getpid())); err != nil {
			b.Fatal(err)
		}
	}
}
