// The generator of linalg's x86-64 kernels; run `go generate` in mdcsan/linalg.
// It is a module of its own, so that the library does not depend on it.
package main

import (
	"bytes"
	"os"
	"regexp"

	. "github.com/mmcloughlin/avo/build"
)

func main() {
	if len(os.Args) == 3 && os.Args[1] == "absent" {
		absent(os.Args[2])
		return
	}
	ConstraintExpr("amd64")
	declareTables()
	events()
	nonzeros()
	packTransposed()
	nibbles()
	nibblesT()
	for _, s := range []isa{avx2, avx512} {
		for rows := 1; rows <= s.tileRows(); rows++ {
			gemm(s, rows)
		}
		for rows := 1; rows <= 6; rows++ { // as many as there are registers for
			listed(s, rows)
		}
		gemv(s)
		gather(s)
		pack(s)
		subsets(s)
		for rows := 1; rows <= 4; rows++ {
			lookup(s, rows)
		}
		valueSum(s, 1)
		if !s.wide() {
			valueSum(s, 2)
		}
		elementwise(s)
		formulas(s)
		reductions(s)
		for _, dn := range []bool{true, false} {
			forward(s, dn)
			backward(s, dn)
		}
		forwardBlocks(s)
		gauss(s)
		gaussGrad(s)
	}
	Generate()
}

// absent turns the declarations in the stubs file into functions that panic,
// for the processors that have no assembly: the dispatch never reaches them,
// but must compile.
func absent(file string) {
	stubs, err := os.ReadFile(file)
	if err != nil {
		panic(err)
	}
	stubs = bytes.Replace(stubs, []byte("//go:build amd64"), []byte("//go:build !amd64"), 1)
	stubs = regexp.MustCompile(`//go:noescape\n`).ReplaceAll(stubs, nil)
	stubs = regexp.MustCompile(`(?m)^func .*$`).ReplaceAll(stubs, []byte(`$0 { panic("linalg: no assembly here") }`))
	os.Stdout.Write(stubs)
}
