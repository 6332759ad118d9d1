package golang

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"
)

// mixedCells are cells of all kinds; %d is a number that makes a new text of one.
var mixedCells = []string{
	"1+1",
	"x := 3; y := math.Sqrt(float64(x)); y",
	"total := 0\nfor i := range 100 { total += i }\ntotal",
	"func area(w, h float64) float64 { return w * h }\narea(2, 3)",
	"names := []string{\"b\", \"a\"}\nsort.Slice(names, func(i, j int) bool { return names[i] < names[j] })\nnames",
	"type point struct{ x, y int }\nfunc (p point) String() string { return fmt.Sprintf(\"(%d,%d)\", p.x, p.y) }\npoint{1, 2}",
	"fmt.Println(total, names)",
	"undefined_name + 1",
	"names[17]",
	"%%time\nfor i := 0; i < 10; i++ { total++ }",
	"ch := make(chan int)\ngo func() { for i := range 3 { ch <- i }; close(ch) }()\nfor v := range ch { total += v }\ntotal",
	"%%interpret\nfunc half(v int) int { return v / 2 }\nhalf(total)",
	"func pick[T any](list []T, i int) T { return list[i] }\npick(names, 1)",
	"s := strings.Repeat(\"ab\", 1000); len(s)",
	"m := map[string]int{}\nfor _, n := range names { m[n]++ }\nm",
	"total = %d; total",
	"data := make([]float64, 10000)\nfor i := range data { data[i] = float64(i) }\nstat.Mean(data, nil)",
	"e := fmt.Errorf(\"cell: %%w\", os.ErrNotExist); errors.Is(e, os.ErrNotExist)",
	"func() int { defer func() { recover() }(); panic(1) }()",
	"_ = fmt.Sprint(total, %d)",
}

// TestMixedCells runs cells of all kinds for a long time: with
// GOMDCSAN_MIXED_CELLS=10000 so many. Memory is flat after the first tenth but
// for what new compiled text costs, which stays loaded: one cell in a hundred.
func TestMixedCells(t *testing.T) {
	cells, _ := strconv.Atoi(os.Getenv("GOMDCSAN_MIXED_CELLS"))
	if cells == 0 {
		cells = 600
	}
	s := newSessionWith(t, Options{CacheDir: t.TempDir()})
	defer s.close()
	needNative(t, s)
	n := s.e.session.native
	begun := time.Now()
	var resident []float64
	var loaded []int
	fresh := 0
	for i := range cells {
		code := mixedCells[i%len(mixedCells)]
		if strings.Contains(code, "= %d;") || strings.Contains(code, ", %d)") {
			code = fmt.Sprintf(code, i)
		} else {
			code = strings.ReplaceAll(code, "%%w", "%w")
		}
		if i%100 == 99 {
			code = fmt.Sprintf("func fresh(v int) int { return v + %d }\nfresh(1)", i)
			fresh++
		}
		err := s.at(i+1, code)
		if fails := strings.HasPrefix(code, "undefined") || code == "names[17]"; (err != nil) != fails {
			t.Fatalf("%s\n%v", code, err)
		}
		if (i+1)%(cells/10) == 0 {
			runtime.GC()
			debug.FreeOSMemory()
			resident = append(resident, residentMB(t))
			loaded = append(loaded, len(n.Loaded))
			t.Logf("%6d cells, %v: %.1f MB resident, %.1f MB of Go's heap, %d units loaded", i+1, time.Since(begun).Round(time.Second), resident[len(resident)-1], float64(held())/1e6, len(n.Loaded))
		}
	}
	grown, units := resident[9]-resident[0], loaded[9]-loaded[0]
	t.Logf("%.1f MB more after the first tenth, for %d units more", grown, units)
	if units > fresh*9/10+3 {
		t.Errorf("%d units loaded after the first tenth for %d cells of new text", units, fresh*9/10)
	}
	if most := 3*float64(units) + 10 + 1e-3*float64(cells); grown > most {
		t.Errorf("%.1f MB more for %d units, at most %.1f expected", grown, units, most)
	}
}

func residentMB(t *testing.T) float64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Skip("no /proc: ", err)
	}
	pages, err := strconv.ParseFloat(strings.Fields(string(data))[1], 64)
	if err != nil {
		t.Fatal(err)
	}
	return pages * float64(os.Getpagesize()) / 1e6
}
