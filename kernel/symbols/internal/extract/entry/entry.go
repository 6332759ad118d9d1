// Package entry is the form of documentation in the archives, shared by the
// generator and the reader.
package entry

// Doc documents one exported name.
type Doc struct {
	Decl string `json:"d,omitempty"` // declaration without body
	Text string `json:"t,omitempty"` // doc comment
	Pos  string `json:"p,omitempty"` // import path/file:line
}
