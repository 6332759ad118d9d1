package frame_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"gomdcsan/mdcsan/frame"
)

func read(t testing.TB, text string) *frame.Frame {
	t.Helper()
	f, err := frame.FromCSV(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const runs = `task,actor,seed,best
Hopper-v3,mdcsan,0,3513.21
Hopper-v3,dan,0,2700
Ant-v3,mdcsan,0,1945.5
Hopper-v3,mdcsan,1,
Ant-v3,mdcsan,1,2100
`

func Example() {
	f, err := frame.FromCSV(strings.NewReader(runs))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(f.Where("best", ">", 2000).Sort("-best"))
	fmt.Println(f.Group("task", "actor").Agg(frame.Mean("best"), frame.Std("best"), frame.Count()))
	fmt.Println(f.Pivot("task", "actor", "best"))
	// Output:
	// task       actor   seed     best
	// Hopper-v3  mdcsan     0  3,513.2
	// Hopper-v3  dan        0    2,700
	// Ant-v3     mdcsan     1    2,100
	// 3 × 4
	// task       actor   mean best  std best  count
	// Hopper-v3  mdcsan    3,513.2                2
	// Hopper-v3  dan         2,700                1
	// Ant-v3     mdcsan    2,022.8     109.2      2
	// 3 × 5
	// task        mdcsan    dan
	// Hopper-v3  3,513.2  2,700
	// Ant-v3     2,022.8
	// 2 × 3
}

func TestReadingGuessesTypes(t *testing.T) {
	f := read(t, "\ufeffa,b,c,d\n1,x,,NA\n-2.5e3,2,,7\n")
	if got := f.Num("a"); !slices.Equal(got, []float64{1, -2500}) {
		t.Errorf("a = %v", got)
	}
	if got := f.Text("b"); !slices.Equal(got, []string{"x", "2"}) {
		t.Errorf("b = %v", got)
	}
	if got := f.Num("d"); !math.IsNaN(got[0]) || got[1] != 7 {
		t.Errorf("d = %v", got)
	}
	if got := f.Text("c"); !slices.Equal(got, []string{"", ""}) {
		t.Errorf("c = %q", got)
	}
	for text, want := range map[string]string{"": "empty", "a,b\n1\n": "line 2", "a,a\n1,2\n": `two columns are called "a"`} {
		if _, err := frame.FromCSV(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want an error with %q", text, err, want)
		}
	}
}

func TestWritingKeepsEveryDigit(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.csv")
	x := []float64{0.1, 1e-300, math.Pi, math.NaN()}
	f, err := frame.New(frame.Numbers("x (s)", x), frame.Texts("t", []string{"a,b", "\"q\"", "", "line\nbreak"}))
	if err == nil {
		err = f.WriteCSV(path)
	}
	if err != nil {
		t.Fatal(err)
	}
	back, err := frame.ReadCSV(path)
	if err != nil || !slices.Equal(back.Num("x (s)")[:3], x[:3]) || !slices.Equal(back.Text("t"), f.Text("t")) {
		t.Errorf("%v, %v", back, err)
	}
	if _, err := frame.ReadCSV(path + "x"); !os.IsNotExist(err) && !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
	if err := f.WriteCSV(t.TempDir()); err == nil {
		t.Error("a folder was written as a file")
	}
}

func TestOfStructs(t *testing.T) {
	type run struct {
		Task string
		Seed int
		Best float64
		Done bool
		skip int //lint:ignore U1000 unexported fields make no column
		List []int
	}
	f, err := frame.Of([]*run{{Task: "Ant-v3", Seed: 3, Best: 1.5, Done: true}, nil})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(f.Names(), []string{"Task", "Seed", "Best", "Done"}) || f.Num("Seed")[0] != 3 || f.Text("Done")[0] != "true" || f.Len() != 2 {
		t.Errorf("%v", f)
	}
	if _, err := frame.Of(3); err == nil {
		t.Error("a number was taken for structs")
	}
}

func TestQueriesLeaveTheFrameAlone(t *testing.T) {
	f := read(t, runs)
	before := f.String()
	doubled := f.With("twice", func(r frame.Row) float64 { return 2 * r.Num("best") }).Rename("seed", "s").Drop("actor")
	if got := doubled.Num("twice"); got[1] != 5400 || !slices.Equal(doubled.Names(), []string{"task", "s", "best", "twice"}) {
		t.Errorf("%v", doubled)
	}
	f.Sort("task", "-best").Filter(func(r frame.Row) bool { return r.Text("task") != "" })
	if f.String() != before {
		t.Errorf("the frame has changed:\n%v", f)
	}
}

func TestWhere(t *testing.T) {
	f := read(t, runs)
	for _, c := range []struct {
		column, relation string
		value            any
		want             int
	}{
		{"task", "=", "Ant-v3", 2}, {"task", "!=", "Ant-v3", 3}, {"task", "has", "v3", 5}, {"actor", "in", []string{"dan"}, 1},
		{"seed", "in", []int{0, 7}, 3}, {"best", "<", 2500, 2}, {"best", ">=", float32(2700), 2}, {"best", "!=", 2700, 4}, {"seed", "==", uint8(1), 2},
	} {
		if got := f.Where(c.column, c.relation, c.value).Len(); got != c.want {
			t.Errorf("%s %s %v: %d rows, want %d", c.column, c.relation, c.value, got, c.want)
		}
	}
}

func TestSortPutsMissingLast(t *testing.T) {
	f := read(t, runs)
	for _, by := range []string{"best", "-best"} {
		x := f.Sort(by).Num("best")
		if !math.IsNaN(x[4]) || (x[0] < x[3]) != (by == "best") {
			t.Errorf("%s: %v", by, x)
		}
	}
}

func TestJoinAndAppend(t *testing.T) {
	f := read(t, runs)
	paper := read(t, "task,paper,note\nHopper-v3,3636,x\n")
	j := f.Join(paper, "task")
	if x := j.Num("paper"); x[0] != 3636 || !math.IsNaN(x[2]) || j.Text("note")[2] != "" {
		t.Errorf("%v", j)
	}
	// Keys of two columns do not run into each other.
	a, b := read(t, "p,q\nx,yz\n"), read(t, "p,q,v\nxy,z,1\n")
	if x := a.Join(b, "p", "q").Num("v"); !math.IsNaN(x[0]) {
		t.Errorf("xy z joined x yz: %v", x)
	}
	both := paper.Append(f)
	if both.Len() != 6 || both.Num("best")[1] != 3513.21 || !math.IsNaN(both.Num("paper")[1]) || both.Text("note")[1] != "" {
		t.Errorf("%v", both)
	}
}

func TestAggregates(t *testing.T) {
	f := read(t, "g,x\na,1\na,2\na,4\nb,\n")
	got := f.Group("g").Agg(frame.Median("x"), frame.Quantile("x", 0.25), frame.Sum("x"), frame.Min("x"), frame.Max("x").As("top"), frame.Count())
	for name, want := range map[string]float64{"median x": 2, "q25 x": 1.5, "sum x": 7, "min x": 1, "top": 4, "count": 3} {
		if x := got.Num(name); x[0] != want {
			t.Errorf("%s = %v, want %v", name, x[0], want)
		}
	}
	if x := got.Num("median x"); !math.IsNaN(x[1]) {
		t.Errorf("the median of nothing is %v", x[1])
	}
	var names []string
	f.Group("g").Each(func(name string, rows *frame.Frame) { names = append(names, fmt.Sprint(name, rows.Len())) })
	if !reflect.DeepEqual(names, []string{"a3", "b1"}) {
		t.Error(names)
	}
}

func TestLongTablesAreAbridged(t *testing.T) {
	x := make([]float64, 1000)
	for i := range x {
		x[i] = float64(1000 * i)
	}
	f, err := frame.New(frame.Numbers("<step>", x))
	if err != nil {
		t.Fatal(err)
	}
	if s := f.String(); !strings.Contains(s, "999,000") || !strings.Contains(s, "⋮") || strings.Count(s, "\n") != 22 {
		t.Error(s)
	}
	if h := f.MimeBundle()["text/html"].(string); !strings.Contains(h, "&lt;step&gt;") || strings.Count(h, "<tr>") != 22 {
		t.Error(h)
	}
}

func TestWrongNamesSayWhichThereAre(t *testing.T) {
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, `no column "bset"`) || !strings.Contains(r, "task, actor, seed, best") {
			t.Error(r)
		}
	}()
	read(t, runs).Num("bset")
}
