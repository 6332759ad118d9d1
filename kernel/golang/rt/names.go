package rt

// Aliases of Go's own types, for compiled cells that embed one: the field has
// the alias's name, which later cells can reach. The mark is taken out of the
// compiled code again, as that of other names.
type (
	ↃↃany        = any
	ↃↃbool       = bool
	ↃↃbyte       = byte
	ↃↃcomplex64  = complex64
	ↃↃcomplex128 = complex128
	ↃↃerror      = error
	ↃↃfloat32    = float32
	ↃↃfloat64    = float64
	ↃↃint        = int
	ↃↃint8       = int8
	ↃↃint16      = int16
	ↃↃint32      = int32
	ↃↃint64      = int64
	ↃↃrune       = rune
	ↃↃstring     = string
	ↃↃuint       = uint
	ↃↃuint8      = uint8
	ↃↃuint16     = uint16
	ↃↃuint32     = uint32
	ↃↃuint64     = uint64
	ↃↃuintptr    = uintptr
)
