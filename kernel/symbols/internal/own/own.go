// Package own embeds generated tables; see kernel/symbols.
package own

import _ "embed"

// Types and Docs are the archives of type information and documentation.
var (
	//go:embed types.zip
	Types []byte
	//go:embed docs.zip
	Docs []byte
)
