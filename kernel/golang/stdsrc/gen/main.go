// Command gen packs the source of the standard library's generic packages.
package main

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

func main() {
	//lint:ignore SA1019 it runs where it was built
	data, err := pack(filepath.Join(runtime.GOROOT(), "src"))
	if err == nil {
		err = os.WriteFile("src.zip", data, 0o644)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen:", err)
		os.Exit(1)
	}
}

// pack archives the packages' files, without tests.
func pack(src string) ([]byte, error) {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, pkg := range []string{"cmp", "maps", "slices"} {
		files, err := filepath.Glob(filepath.Join(src, pkg, "*.go"))
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			text, err := os.ReadFile(f)
			if err != nil {
				return nil, err
			}
			out, err := w.Create(pkg + "/" + filepath.Base(f))
			if err != nil {
				return nil, err
			}
			if _, err := out.Write(text); err != nil {
				return nil, err
			}
		}
	}
	err := w.Close()
	return b.Bytes(), err
}
