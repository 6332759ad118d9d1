#!/bin/sh
# Writes the kernels; called by `go generate` in mdcsan/linalg.
set -eu
cd "$(dirname "$0")"
go run . -pkg linalg -out ../kernels_amd64.s -stubs ../kernels_amd64.go
go run . absent ../kernels_amd64.go >../kernels_other.go
gofmt -w ../kernels_amd64.go ../kernels_other.go
if grep -n 'Y1[6-9]\|Y[23][0-9]' ../kernels_amd64.s; then
	echo "a kernel uses a register that AVX2 lacks" >&2
	exit 1
fi
