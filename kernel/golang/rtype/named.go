package rtype

import (
	"cmp"
	"go/token"
	"hash/fnv"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Shape is what must be known of a named type before it is defined, or of a
// struct that has its methods by embedding: that is its own name.
type Shape struct {
	PkgPath, Name string
	Unnamed       bool
	Kind          reflect.Kind
	Size, Align   uintptr
	Pointers      []bool // whether each word holds a pointer
	Comparable    bool
	Params        int // of a function type: parameters and results
	Value, Ptr    int // how many methods the type and the pointer to it have
}

// A Method of a type.
type Method struct {
	Name, PkgPath string
	Type          reflect.Type // a function, without the receiver
	// Call gets the address of the receiver: of a copy, or of what a pointer
	// receiver points to.
	Call func(recv unsafe.Pointer, args []reflect.Value) []reflect.Value
}

// Named is a type in the making.
type Named struct {
	shape Shape
	mem   []uint64 // its description
	ptr   []uint64 // the description of the pointer to it
	hold  []any    // what these refer to
	equal func(unsafe.Pointer, unsafe.Pointer) bool
}

var kept = struct {
	sync.Mutex
	named []*Named
	other []any
}{}

var serial atomic.Uint32

// New makes a type that can be named, but not yet used.
func New(s Shape) *Named {
	n := &Named{shape: s}
	tail := unsafe.Sizeof(uncommon{}) + uintptr(s.Params)*unsafe.Sizeof(uintptr(0))
	words := func(head uintptr, methods int) []uint64 {
		return make([]uint64, (head+tail+uintptr(methods)*unsafe.Sizeof(method{})+7)/8)
	}
	n.mem = words(headSize(s.Kind), s.Value)
	n.ptr = words(headSize(reflect.Pointer), s.Ptr)
	c := (*common)(unsafe.Pointer(&n.mem[0]))
	c.size, c.align, c.fieldAlign, c.kind = s.Size, uint8(s.Align), uint8(s.Align), uint8(s.Kind)
	mask := make([]byte, len(s.Pointers)/8+8)
	for i, is := range s.Pointers {
		if is {
			mask[i/8] |= 1 << (i % 8)
			c.ptrBytes = uintptr(i+1) * unsafe.Sizeof(uintptr(0))
		}
	}
	c.gcData = &mask[0]
	n.hold = append(n.hold, mask)
	n.standIn()
	if s.Comparable {
		n.equal = func(p, q unsafe.Pointer) bool { return c.equal(p, q) } // until it is defined
		c.equal = n.equal
	}
	if s.Unnamed {
		n.name(c, "*"+s.Name)
	} else {
		n.name(c, "*"+lastElement(s.PkgPath)+"."+s.Name)
	}
	p := (*ptrType)(unsafe.Pointer(&n.ptr[0]))
	p.common = *describe(reflect.TypeFor[*int]())
	p.str, p.ptrToThis, p.tflag = c.str, 0, p.tflag&^(flagNamed|flagExtraStar)
	p.hash = c.hash*16777619 ^ '*'
	p.elem = unsafe.Pointer(c)
	c.ptrToThis = addReflectOff(unsafe.Pointer(p))
	kept.Lock()
	kept.named = append(kept.named, n)
	kept.Unlock()
	return n
}

// standIn gives a struct words for fields until it is defined: reflect.StructOf
// looks for pointers in what has the struct for a field.
func (n *Named) standIn() {
	if n.shape.Kind != reflect.Struct {
		return
	}
	var fields []structField
	for i, is := range n.shape.Pointers {
		word := reflect.TypeFor[uintptr]()
		if is {
			word = reflect.TypeFor[unsafe.Pointer]()
		}
		fields = append(fields, structField{name: encodeName("_", "", false, ""), typ: pointer(word), offset: uintptr(i) * word.Size()})
	}
	(*structType)(unsafe.Pointer(&n.mem[0])).fields = fields
	n.hold = append(n.hold, fields)
}

func lastElement(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

// name gives a description its name and flags.
func (n *Named) name(c *common, str string) {
	h := fnv.New32a()
	h.Write([]byte(str))
	c.hash = h.Sum32() ^ serial.Add(1)*0x9e3779b9
	c.tflag = n.flags()
	if c.size == unsafe.Sizeof(uintptr(0)) && c.ptrBytes == c.size {
		c.tflag |= flagDirect
	}
	c.str = nameOff(str, "")
	n.after(c, n.shape.Kind).pkgPath = nameOff(n.shape.PkgPath, "")
}

func (n *Named) flags() uint8 {
	if n.shape.Unnamed {
		return flagExtraStar | flagUncommon
	}
	return flagNamed | flagExtraStar | flagUncommon
}

// after is what follows a description.
func (n *Named) after(c *common, k reflect.Kind) *uncommon {
	return (*uncommon)(unsafe.Add(unsafe.Pointer(c), headSize(k)))
}

// Type is the type.
func (n *Named) Type() reflect.Type { return TypeAt(unsafe.Pointer(&n.mem[0])) }

// Define says what the type stands for. Embedded has the fields of a struct
// that are embedded: reflect.StructOf must not know.
func (n *Named) Define(under reflect.Type, embedded []bool) {
	c, u := (*common)(unsafe.Pointer(&n.mem[0])), describe(under)
	before := *c
	head := headSize(n.shape.Kind)
	copy(unsafe.Slice((*byte)(unsafe.Pointer(c)), head), unsafe.Slice((*byte)(unsafe.Pointer(u)), head))
	c.hash, c.str, c.ptrToThis = before.hash, before.str, before.ptrToThis
	c.tflag = u.tflag&^(flagUncommon|flagExtraStar|flagNamed) | n.flags()
	n.hold = append(n.hold, under)
	switch n.shape.Kind {
	case reflect.Func:
		f := (*funcType)(unsafe.Pointer(u))
		from := unsafe.Add(unsafe.Pointer(f), unsafe.Sizeof(*f))
		if u.tflag&flagUncommon != 0 {
			from = unsafe.Add(from, unsafe.Sizeof(uncommon{}))
		}
		to := unsafe.Add(unsafe.Pointer(c), head+unsafe.Sizeof(uncommon{}))
		copy(unsafe.Slice((*unsafe.Pointer)(to), n.shape.Params), unsafe.Slice((*unsafe.Pointer)(from), n.shape.Params))
	case reflect.Struct:
		n.embed(embedded)
		n.skipBlank()
	}
}

// skipBlank makes comparison pass over fields named _, as the compiler does and
// package reflect does not.
func (n *Named) skipBlank() {
	s := (*structType)(unsafe.Pointer(&n.mem[0]))
	t := n.Type()
	var fields []structField
	for i, f := range s.fields {
		if t.Field(i).Name != "_" {
			fields = append(fields, f)
		}
	}
	if len(fields) == len(s.fields) || s.equal == nil {
		return
	}
	equal := func(p, q unsafe.Pointer) bool {
		for _, f := range fields {
			if !(*common)(f.typ).equal(unsafe.Add(p, f.offset), unsafe.Add(q, f.offset)) {
				return false
			}
		}
		return true
	}
	n.hold = append(n.hold, equal)
	s.equal, s.tflag = equal, s.tflag&^flagRegularMemory
}

// embed marks the fields that are embedded.
func (n *Named) embed(embedded []bool) {
	s := (*structType)(unsafe.Pointer(&n.mem[0]))
	if s.fields != nil {
		s.fields = slices.Clone(s.fields)
		n.hold = append(n.hold, s.fields)
	}
	t := n.Type()
	for i, is := range embedded {
		if is {
			f := t.Field(i)
			s.fields[i].name = encodeName(f.Name, string(f.Tag), true, "")
			n.hold = append(n.hold, s.fields[i].name)
		}
	}
}

// Methods gives the type and the pointer to it their methods.
func (n *Named) Methods(value, ptr []Method) error {
	t := n.Type()
	direct := describe(t).tflag&flagDirect != 0
	if err := n.table(unsafe.Pointer(&n.mem[0]), n.shape.Kind, n.shape.Params, t, value, direct); err != nil {
		return err
	}
	if len(ptr) == 0 {
		return nil
	}
	p := (*ptrType)(unsafe.Pointer(&n.ptr[0]))
	p.tflag |= flagUncommon
	return n.table(unsafe.Pointer(p), reflect.Pointer, 0, reflect.PointerTo(t), ptr, true)
}

// compareMethods is the order of method tables.
func compareMethods(a, b Method) int {
	ea, eb := token.IsExported(a.Name), token.IsExported(b.Name)
	switch {
	case ea && !eb:
		return -1
	case eb && !ea:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.PkgPath, b.PkgPath))
}

func (n *Named) table(desc unsafe.Pointer, k reflect.Kind, params int, t reflect.Type, list []Method, direct bool) error {
	u := n.after((*common)(desc), k)
	u.pkgPath = nameOff(n.shape.PkgPath, "")
	off := unsafe.Sizeof(*u) + uintptr(params)*unsafe.Sizeof(uintptr(0))
	u.mcount, u.moff = uint16(len(list)), uint32(off)
	if len(list) == 0 {
		return nil // the description may end here
	}
	list = slices.Clone(list)
	slices.SortFunc(list, compareMethods)
	out := unsafe.Slice((*method)(unsafe.Add(unsafe.Pointer(u), off)), len(list))
	for i, m := range list {
		ifn, tfn, err := n.code(t, m, direct)
		if err != nil {
			return err
		}
		out[i] = method{name: nameOff(m.Name, m.PkgPath), mtyp: addReflectOff(pointer(m.Type)), ifn: ifn, tfn: tfn}
		n.hold = append(n.hold, m.Type)
		if token.IsExported(m.Name) {
			u.xcount++
		}
	}
	return nil
}

// code makes the two functions of a method: one takes the word of an
// interface, the other the receiver itself.
func (n *Named) code(t reflect.Type, m Method, direct bool) (ifn, tfn int32, err error) {
	pointerMethod := t.Kind() == reflect.Pointer && t.Elem() == n.Type()
	word := func(args []reflect.Value) []reflect.Value {
		p := args[0].UnsafePointer()
		if direct && !pointerMethod {
			return m.Call(unsafe.Pointer(&p), args[1:])
		}
		if !pointerMethod { // the method may change its copy
			c := reflect.New(t)
			c.Elem().Set(reflect.NewAt(t, p).Elem())
			p = c.UnsafePointer()
		}
		return m.Call(p, args[1:])
	}
	f := withReceiver(reflect.TypeFor[unsafe.Pointer](), m.Type)
	if ifn, err = stub(reflect.MakeFunc(f, word)); err != nil {
		return 0, 0, err
	}
	if direct {
		return ifn, ifn, nil
	}
	tfn, err = stub(reflect.MakeFunc(withReceiver(t, m.Type), func(args []reflect.Value) []reflect.Value {
		c := reflect.New(t)
		c.Elem().Set(args[0])
		return m.Call(c.UnsafePointer(), args[1:])
	}))
	return ifn, tfn, err
}

func withReceiver(recv, f reflect.Type) reflect.Type {
	in := []reflect.Type{recv}
	for i := range f.NumIn() {
		in = append(in, f.In(i))
	}
	var out []reflect.Type
	for i := range f.NumOut() {
		out = append(out, f.Out(i))
	}
	return reflect.FuncOf(in, out, f.IsVariadic())
}
