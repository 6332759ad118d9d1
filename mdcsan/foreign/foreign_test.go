package foreign

import (
	"archive/zip"
	"bytes"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// pt makes a file of torch.save with the given pickle.
func pt(pickle string, storages map[string]string) []byte {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	files := map[string]string{"archive/data.pkl": pickle}
	for key, data := range storages {
		files["archive/data/"+key] = data
	}
	for name, data := range files {
		w, _ := z.Create(name)
		w.Write([]byte(data))
	}
	z.Close()
	return b.Bytes()
}

// TestNothingIsRun: a pickle that would run a command in Python is refused by
// the name of what it asks for, in every way in which it can ask.
func TestNothingIsRun(t *testing.T) {
	for name, pickle := range map[string]string{
		"reduce":       "\x80\x02cos\nsystem\nX\x04\x00\x00\x00true\x85R.",
		"posix":        "\x80\x02cposix\nsystem\n(X\x04\x00\x00\x00truetR.",
		"stack global": "\x80\x04\x8c\x08builtins\x8c\x04eval\x93\x8c\x011\x85R.",
		"newobj":       "\x80\x02cos\nsystem\n)\x81.",
		"inst":         "\x80\x02(ios\nsystem\n.",
		"build":        "\x80\x02cos\nsystem\n}b.",
		"extension":    "\x80\x02\x82\x01.",
	} {
		for form, data := range map[string][]byte{"pickle": []byte(pickle), "pt": pt(pickle, nil)} {
			f, err := Parse(data)
			if err == nil {
				t.Errorf("%s as %s was read: %v", name, form, f)
			} else if strings.Contains(pickle, "R.") && !strings.Contains(err.Error(), "to be called") {
				t.Errorf("%s as %s: the error does not say what it asks for: %v", name, form, err)
			}
		}
	}
}

// tensor is a pickle {"w": tensor} of shape (2, 3), offset and strides as given.
func tensor(class string, offset, row, column byte) string {
	return "\x80\x02}(X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n((X\x07\x00\x00\x00storagectorch\n" + class +
		"\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x06tQK" + string(offset) + "K\x02K\x03\x86K" + string(row) + "K" + string(column) +
		"\x86\x89ccollections\nOrderedDict\n)RtRu."
}

func TestTensors(t *testing.T) {
	bytesOf := "\x01\x02\x03\x04\x05\xff"
	halves := "\x00\x3c\x00\xc0\x00\x7c\x01\x00\x00\x00\x66\x2e" // 1, -2, inf, 2^-24, 0, 0.0999756
	for _, c := range []struct {
		pickle, data string
		want         []float64
	}{
		{tensor("ByteStorage", 0, 3, 1), bytesOf, []float64{1, 2, 3, 4, 5, 255}},
		{tensor("CharStorage", 0, 1, 2), bytesOf, []float64{1, 3, 5, 2, 4, -1}}, // transposed
		{tensor("HalfStorage", 0, 3, 1), halves, []float64{1, -2, math.Inf(1), math.Ldexp(1, -24), 0, 0.0999755859375}},
	} {
		f, err := Parse(pt(c.pickle, map[string]string{"0": c.data}))
		if err != nil {
			t.Error(err)
		} else if a := f.Arrays["w"]; !slices.Equal(a.Shape, []int{2, 3}) || !slices.Equal(a.Data, c.want) {
			t.Errorf("%v, want %v", a, c.want)
		}
	}
	for why, data := range map[string][]byte{
		"beyond its storage": pt(tensor("ByteStorage", 1, 3, 1), map[string]string{"0": bytesOf}),
		"short storage":      pt(tensor("FloatStorage", 0, 3, 1), map[string]string{"0": bytesOf}),
		"no storage":         pt(tensor("FloatStorage", 0, 3, 1), nil),
		"strange type":       pt(tensor("ComplexStorage", 0, 3, 1), map[string]string{"0": bytesOf}),
		"within itself":      []byte("\x80\x02]q\x00h\x00a."),
		"lists of lists":     []byte("\x80\x02]q\x00" + lists(12) + "."),
		"no end":             []byte("\x80\x02}"),
		"old PyTorch":        []byte("\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19."),
	} {
		if f, err := Parse(data); err == nil {
			t.Errorf("%s: read as %v", why, f)
		}
	}
}

// lists is a pickle in which each list holds the one before ten times: short to
// say, and 10^n values.
func lists(n int) string {
	var b strings.Builder
	for k := range n {
		b.WriteString("]q" + string(byte(k+1)) + "(" + strings.Repeat("h"+string(byte(k)), 10) + "e")
	}
	return b.String()
}

// FuzzParse: whatever the bytes, an answer or an error.
func FuzzParse(f *testing.F) {
	f.Add(pt(tensor("ByteStorage", 0, 3, 1), map[string]string{"0": "123456"}))
	for _, name := range []string{"popsan.pt", "popsan_mean_var.p", "popsan_actions.npz"} {
		data, err := os.ReadFile("../experiment/testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Parse(data)
		if err != nil {
			return
		}
		for name, a := range file.Arrays {
			if n, err := count(a.Shape); err != nil || n != len(a.Data) {
				t.Errorf("%s: %d numbers of shape %v", name, len(a.Data), a.Shape)
			}
		}
	})
}
