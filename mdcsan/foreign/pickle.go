package foreign

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
)

// What a pickle is made of. Integers are int64, and None is nil.
type (
	tuple  []any
	list   struct{ items []any }
	dict   struct{ keys, values []any }
	global struct{ module, name string }
	mark   struct{}
)

// machine carries out a pickle (Python's pickletools describes the opcodes).
type machine struct {
	data    []byte
	stack   []any
	memo    map[int]any
	storage func(key string) ([]byte, error) // bytes of PyTorch's storages; nil: none
}

var errShort = errors.New("the pickle ends too early")

// unpickle returns the value of a pickle. A panic of an index stands for a
// damaged pickle.
func unpickle(data []byte, storage func(string) ([]byte, error)) (value any, err error) {
	m := &machine{data: data, memo: map[int]any{}, storage: storage}
	defer func() {
		if e := recover(); e != nil {
			if fault, ok := e.(error); ok && errors.Is(fault, errShort) {
				err = fault
			} else {
				err = fmt.Errorf("the pickle is damaged: %v", e)
			}
		}
	}()
	for {
		op := m.take(1)[0]
		if op == '.' {
			return m.pop(), nil
		}
		if err := m.do(op); err != nil {
			return nil, err
		}
	}
}

func (m *machine) take(n int) []byte {
	if n < 0 || n > len(m.data) {
		panic(errShort)
	}
	b := m.data[:n]
	m.data = m.data[n:]
	return b
}

func (m *machine) line() string {
	n := strings.IndexByte(string(m.data), '\n')
	b := m.take(n + 1)
	return string(b[:n])
}

func (m *machine) uint(size int) int {
	var b [8]byte
	copy(b[:], m.take(size))
	return int(binary.LittleEndian.Uint64(b[:]))
}

func (m *machine) push(v any) { m.stack = append(m.stack, v) }

func (m *machine) pop() any {
	v := m.stack[len(m.stack)-1]
	m.stack = m.stack[:len(m.stack)-1]
	return v
}

func (m *machine) top() any { return m.stack[len(m.stack)-1] }

// sinceMark pops everything above the last mark, and the mark.
func (m *machine) sinceMark() []any {
	for i := len(m.stack) - 1; ; i-- {
		if _, ok := m.stack[i].(mark); ok {
			items := slices.Clone(m.stack[i+1:])
			m.stack = m.stack[:i]
			return items
		}
	}
}

// last pops n values into a tuple.
func (m *machine) last(n int) tuple {
	items := slices.Clone(m.stack[len(m.stack)-n:])
	m.stack = m.stack[:len(m.stack)-n]
	return items
}

// do carries out an opcode.
func (m *machine) do(op byte) error {
	if m.constant(op) || m.container(op) {
		return nil
	}
	switch op {
	case 'c': // GLOBAL
		module := m.line()
		m.push(global{module, m.line()})
	case 0x93: // STACK_GLOBAL
		names := m.last(2)
		m.push(global{names[0].(string), names[1].(string)})
	case 'Q': // BINPERSID
		v, err := m.persistent(m.pop().(tuple))
		if err != nil {
			return err
		}
		m.push(v)
	case 'R': // REDUCE
		args := m.pop().(tuple)
		f, ok := m.pop().(global)
		if !ok {
			return errors.New("the pickle calls what is no function")
		}
		v, err := f.call(args)
		if err != nil {
			return err
		}
		m.push(v)
	case 'b': // BUILD
		state := m.pop()
		return setState(m.top(), state)
	default:
		return fmt.Errorf("the pickle has opcode %#x, which arrays do not need", op)
	}
	return nil
}

// constant carries out the opcodes that push a value, and those about the pickle.
func (m *machine) constant(op byte) bool {
	switch op {
	case 0x80: // PROTO
		m.take(1)
	case 0x95: // FRAME
		m.take(8)
	case 'N':
		m.push(nil)
	case 0x88, 0x89: // NEWTRUE, NEWFALSE
		m.push(op == 0x88)
	case 'K', 'M': // BININT1, BININT2
		m.push(int64(m.uint(map[byte]int{'K': 1, 'M': 2}[op])))
	case 'J': // BININT
		m.push(int64(int32(m.uint(4))))
	case 0x8a: // LONG1
		b := m.take(m.uint(1))
		m.push(long(b))
	case 'G': // BINFLOAT
		m.push(math.Float64frombits(binary.BigEndian.Uint64(m.take(8))))
	case 'X', 0x8c: // BINUNICODE, SHORT_BINUNICODE
		m.push(string(m.take(m.uint(map[byte]int{'X': 4, 0x8c: 1}[op]))))
	case 'B', 'C', 'T', 'U': // BINBYTES, SHORT_BINBYTES, BINSTRING, SHORT_BINSTRING
		m.push(slices.Clone(m.take(m.uint(map[byte]int{'B': 4, 'C': 1, 'T': 4, 'U': 1}[op]))))
	case 0x94: // MEMOIZE
		m.memo[len(m.memo)] = m.top()
	case 'q', 'r': // BINPUT, LONG_BINPUT
		m.memo[m.uint(map[byte]int{'q': 1, 'r': 4}[op])] = m.top()
	case 'h', 'j': // BINGET, LONG_BINGET
		v, ok := m.memo[m.uint(map[byte]int{'h': 1, 'j': 4}[op])]
		if !ok {
			panic("it refers to what is not there")
		}
		m.push(v)
	default:
		return false
	}
	return true
}

// long is a signed little-endian integer of at most 8 bytes.
func long(b []byte) int64 {
	if len(b) > 8 {
		panic(fmt.Sprintf("an integer of %d bytes", len(b)))
	}
	var x int64
	for i, v := range b {
		x |= int64(v) << (8 * i)
	}
	if n := len(b); n > 0 && n < 8 && b[n-1]&0x80 != 0 {
		x -= 1 << (8 * n)
	}
	return x
}

// container carries out the opcodes of tuples, lists and dicts.
func (m *machine) container(op byte) bool {
	switch op {
	case '(':
		m.push(mark{})
	case ')':
		m.push(tuple{})
	case 0x85, 0x86, 0x87: // TUPLE1, TUPLE2, TUPLE3
		m.push(m.last(int(op - 0x84)))
	case 't':
		m.push(tuple(m.sinceMark()))
	case ']':
		m.push(&list{})
	case 'a', 'e': // APPEND, APPENDS
		items := []any(nil)
		if op == 'a' {
			items = m.last(1)
		} else {
			items = m.sinceMark()
		}
		l := m.top().(*list)
		l.items = append(l.items, items...)
	case '}':
		m.push(&dict{})
	case 's', 'u': // SETITEM, SETITEMS
		items := []any(nil)
		if op == 's' {
			items = m.last(2)
		} else {
			items = m.sinceMark()
		}
		d := m.top().(*dict)
		for i := 0; i+1 < len(items); i += 2 {
			d.keys, d.values = append(d.keys, items[i]), append(d.values, items[i+1])
		}
	default:
		return false
	}
	return true
}
