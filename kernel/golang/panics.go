package golang

import (
	"fmt"
	"reflect"
	"runtime"
	"strings"

	"gomdcsan/kernel/engine"
	"gomdcsan/kernel/golang/cell"
	"gomdcsan/kernel/golang/eval"
	"gomdcsan/kernel/golang/patch"
	"gomdcsan/kernel/golang/rt"
	"gomdcsan/kernel/symbols"
)

// panicked says what a panic was, in Go's words, and which lines of cells led
// to it.
func (s *session) panicked(c *cell.Prepared, p *rt.Panic, goroutine bool) *engine.Error {
	switch v := p.Value.(type) {
	case symbols.Exited:
		return exited(fmt.Sprint(v))
	case rt.Exited:
		if v.Code == 0 {
			return nil // as a program that ends so
		}
		return exited(v.Error())
	}
	e := &engine.Error{Name: "panic", Value: shortened(message(p.Value))}
	head := bold(red("panic")) + ": " + e.Value
	if goroutine {
		head += " (in a goroutine)"
	}
	e.Traceback = append([]string{head}, s.traceback(c, p)...)
	return e
}

func exited(what string) *engine.Error {
	return &engine.Error{Name: "exit", Value: what, Traceback: []string{bold(red("exit")) + ": " + what}}
}

// shortened cuts a message that nobody would read to its end.
func shortened(msg string) string {
	const most = 4000
	if len(msg) <= most {
		return msg
	}
	return fmt.Sprintf("%s... (%d bytes more)", strings.ToValidUTF8(msg[:most], ""), len(msg)-most)
}

// message writes a panic's value as Go's own traceback does. The value's own
// method may panic in turn.
func message(v any) (text string) {
	defer func() {
		if r := recover(); r != nil {
			text = fmt.Sprintf("a %T, whose text cannot be had: its method panics, too", v)
		}
	}()
	switch v := v.(type) {
	case runtime.Error:
		return patch.Plain(fromReflect(v.Error()))
	case *reflect.ValueError: // on no value: what reflection makes of a nil pointer
		if v.Kind == reflect.Invalid {
			return nilDereference
		}
		return patch.Plain(v.Error())
	case error:
		return patch.Plain(v.Error())
	case fmt.Stringer:
		return v.String()
	case string:
		return fromReflect(v)
	}
	switch r := reflect.ValueOf(v); r.Kind() {
	case reflect.Bool, reflect.String, reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Float32, reflect.Float64, reflect.Complex64, reflect.Complex128:
		if r.Type().PkgPath() == "" {
			return fmt.Sprint(v)
		} else if r.Kind() == reflect.String {
			return fmt.Sprintf("%T(%q)", v, v)
		}
		return fmt.Sprintf("%T(%v)", v, v)
	}
	return fmt.Sprintf("(%T) %v", v, v)
}

const nilDereference = "runtime error: invalid memory address or nil pointer dereference"

// fromReflect says in Go's words what the interpreter's reflection says in its
// own.
func fromReflect(s string) string {
	switch {
	case strings.HasPrefix(s, "reflect: call of reflect.Value.") && strings.HasSuffix(s, "on zero Value"), strings.HasPrefix(s, "reflect: indirection through nil pointer"), s == "reflect: Call using zero Value argument", s == "reflect: Method on nil interface value":
		return nilDereference
	case strings.HasPrefix(s, "reflect: ") && strings.Contains(s, "index out of range"):
		return "runtime error: index out of range"
	}
	return s
}

// traceback lists the frames of cells, innermost first.
func (s *session) traceback(c *cell.Prepared, p *rt.Panic) []string {
	var out []string
	places := p.Places
	if c != nil && !c.Traced {
		places = append(eval.Noted(p.Value), rt.Place{Cell: c.Plan.Src.Name, Line: int(s.interpreters.Line.Load())})
	}
	places = append(s.compiledPlaces(p.Stack, places != nil), places...)
	for i, at := range places {
		if i == 20 {
			return append(out, "    ...")
		}
		out = append(out, s.frame(at.Function, at.Cell, at.Line)...)
	}
	return out
}

// compiledPlaces are the frames of compiled functions of cells, innermost
// first: all of them, or those that interpreted code has called and that did
// not call it in turn.
func (s *session) compiledPlaces(stack []runtime.Frame, interpreted bool) []rt.Place {
	var out []rt.Place
	for _, f := range stack {
		if interpreted && strings.HasPrefix(f.Function, evalPackage) {
			break
		}
		if s.isSource(f.File) && !thunk(f.Function) {
			out = append(out, rt.Place{Function: userName(f.Function), Cell: f.File, Line: f.Line})
		}
	}
	return out
}

var evalPackage = reflect.TypeFor[eval.Unit]().PkgPath() + "."

func (s *session) frame(function, file string, line int) []string {
	head := fmt.Sprintf("  %s:%d", file, line)
	if function != "" {
		head += " in " + function
	}
	s.mu.Lock()
	text, known := s.lineOf(file, line)
	s.mu.Unlock()
	if !known {
		return []string{head}
	}
	text, _ = excerpt(strings.TrimSpace(text), 1)
	return []string{head, "    " + strings.ReplaceAll(text, "\t", "    ")}
}

// userName undoes what compiling did to a function's name: the user's is
// between "fꞏ" and the slot's. It is "" for the cell itself.
func userName(f string) string {
	f = f[strings.LastIndexByte(f, '/')+1:]
	_, f, _ = strings.Cut(f, ".")
	body, isFunc := strings.CutPrefix(f, "fꞏ")
	rest, isCell := strings.CutPrefix(f, "cellꞏ")
	switch {
	case isFunc:
		if i := strings.LastIndexByte(body, '_'); i >= 0 { // name ꞏ name _ number .func1
			_, tail, _ := strings.Cut(body[i:], ".")
			name := body[:i]
			name = name[:(len(name)-len("ꞏ"))/2]
			f = strings.ReplaceAll(name, "ꞏ", ".")
			if tail != "" {
				f += "." + tail
			}
		}
	case isCell:
		f = strings.TrimPrefix(rest, ".")
	}
	return patch.Plain(f)
}

// thunk reports whether a function only passes a method call on.
func thunk(f string) bool {
	f = f[strings.LastIndexByte(f, '/')+1:]
	_, f, _ = strings.Cut(f, ".")
	return !strings.HasPrefix(f, "fꞏ") && !strings.HasPrefix(f, "cellꞏ") && !strings.Contains(f, "[")
}
