package rt

// Aliases of Go's own types, for compiled cells that embed one: the field has
// the alias's name, which later cells can reach. The mark is taken out of the
// compiled code again, as that of other names.
type (
	Ↄany        = any
	Ↄbool       = bool
	Ↄbyte       = byte
	Ↄcomplex64  = complex64
	Ↄcomplex128 = complex128
	Ↄerror      = error
	Ↄfloat32    = float32
	Ↄfloat64    = float64
	Ↄint        = int
	Ↄint8       = int8
	Ↄint16      = int16
	Ↄint32      = int32
	Ↄint64      = int64
	Ↄrune       = rune
	Ↄstring     = string
	Ↄuint       = uint
	Ↄuint8      = uint8
	Ↄuint16     = uint16
	Ↄuint32     = uint32
	Ↄuint64     = uint64
	Ↄuintptr    = uintptr
)
