package symbols

import (
	"encoding/json"

	"gomdcsan/kernel/symbols/internal/archive"
	"gomdcsan/kernel/symbols/internal/extract/entry"
)

// Doc is what Lookup knows of an exported name.
type Doc struct {
	Decl string // the declaration without body: "func (m *Dense) Mul(a, b Matrix)"
	Text string // the doc comment as plain text
	Pos  string // where it is declared: "gonum.org/v1/gonum/mat/dense_arithmetic.go:123"
}

// Lookup returns the documentation of a name of an importable package:
// "Println", "Dense.Mul" (method), "Config.Seed" (field), "" (the package).
func Lookup(path, name string) (Doc, bool) {
	e, ok := packageDocs(path)[name]
	return Doc(e), ok
}

// packageDocs decodes a package's documentation, a millisecond or less: not
// worth a cache at the pace of a reader.
func packageDocs(path string) map[string]entry.Doc {
	for _, r := range []*archive.Reader{libDocs(), ownDocs()} {
		if !r.Has(path) {
			continue
		}
		var d map[string]entry.Doc
		data, err := r.Read(path)
		if err == nil {
			err = json.Unmarshal(data, &d)
		}
		if err != nil {
			return nil // a damaged archive has no documentation; the tests read them all
		}
		return d
	}
	return nil
}
