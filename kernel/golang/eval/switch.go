package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"gomdcsan/kernel/golang/rt"
)

// branchEnd says what a switch or select is left with: its own breaks end here.
func branchEnd(fr *frame, k ctl, label string) ctl {
	if k == breaks && (fr.label == "" || fr.label == label) {
		fr.label = ""
		return next
	}
	return k
}

func (c *compiler) initOf(s ast.Stmt) exec {
	if s == nil {
		return func(*frame) ctl { return next }
	}
	return c.stmt(s)
}

func (c *compiler) switchStmt(s *ast.SwitchStmt) exec {
	label := c.labels[s]
	init := c.initOf(s.Init)
	tag := kept{set: func(*frame) {}, node: c.boolNode(types.Typ[types.Bool], func(*frame) bool { return true })}
	if s.Tag != nil {
		n := c.expr(s.Tag)
		tag = c.keep(c.assignable(n, types.Default(n.t)))
	}
	var tests [][]func(*frame) bool
	var bodies []exec
	or := -1
	for i, x := range s.Body.List {
		clause := x.(*ast.CaseClause)
		if clause.List == nil {
			or = i
		}
		var list []func(*frame) bool
		for _, e := range clause.List {
			list = append(list, c.equality(token.EQL, types.Typ[types.Bool], tag.node, c.expr(e)).b)
		}
		tests = append(tests, list)
		bodies = append(bodies, c.block(clause.Body, nil))
	}
	return func(fr *frame) ctl {
		init(fr)
		tag.set(fr)
		at := choose(fr, tests, or)
		for at >= 0 && at < len(bodies) {
			k := bodies[at](fr)
			if k != falls {
				return branchEnd(fr, k, label)
			}
			at++
		}
		return next
	}
}

func choose(fr *frame, tests [][]func(*frame) bool, or int) int {
	for i, list := range tests {
		for _, is := range list {
			if is(fr) {
				return i
			}
		}
	}
	return or
}

func (c *compiler) typeSwitch(s *ast.TypeSwitchStmt) exec {
	label := c.labels[s]
	init := c.initOf(s.Init)
	var x *node
	switch a := s.Assign.(type) {
	case *ast.ExprStmt:
		x = c.expr(ast.Unparen(a.X).(*ast.TypeAssertExpr).X)
	case *ast.AssignStmt:
		x = c.expr(ast.Unparen(a.Rhs[0]).(*ast.TypeAssertExpr).X)
	}
	var tests [][]func(reflect.Value) bool
	var binds []func(*frame, reflect.Value)
	var bodies []exec
	or := -1
	for i, y := range s.Body.List {
		clause := y.(*ast.CaseClause)
		if clause.List == nil {
			or = i
		}
		var list []func(reflect.Value) bool
		for _, e := range clause.List {
			if t := c.typeOf(e); isNilType(t) {
				list = append(list, func(v reflect.Value) bool { return !v.IsValid() })
			} else {
				is := c.matches(t)
				list = append(list, func(v reflect.Value) bool { return v.IsValid() && is(v) })
			}
		}
		tests = append(tests, list)
		binds = append(binds, c.bind(clause))
		bodies = append(bodies, c.block(clause.Body, nil))
	}
	return func(fr *frame) ctl {
		init(fr)
		whole := x.v(fr)
		v := whole.Elem()
		at := or
	find:
		for i, list := range tests {
			for _, is := range list {
				if is(v) {
					at = i
					break find
				}
			}
		}
		if at < 0 {
			return next
		}
		if binds[at] != nil {
			binds[at](fr, whole)
		}
		return branchEnd(fr, bodies[at](fr), label)
	}
}

// bind sets the variable of a clause.
func (c *compiler) bind(clause *ast.CaseClause) func(*frame, reflect.Value) {
	o := c.info.Implicits[clause]
	if o == nil {
		return nil
	}
	r := c.rtype(o.Type())
	i := c.local(o)
	return func(fr *frame, whole reflect.Value) {
		p := reflect.New(r)
		if r.Kind() == reflect.Interface {
			set(p.Elem(), as(whole, r))
		} else {
			set(p.Elem(), whole.Elem())
		}
		fr.vars[i] = p.UnsafePointer()
	}
}

// comm is a clause of a select statement.
type comm struct {
	ch, send *node
	got      func(*frame, reflect.Value, bool)
	body     exec
}

func (c *compiler) selectStmt(s *ast.SelectStmt) exec {
	label := c.labels[s]
	var list []comm
	var or exec
	for _, x := range s.Body.List {
		clause := x.(*ast.CommClause)
		if clause.Comm == nil {
			or = c.block(clause.Body, nil)
			continue
		}
		k := c.comm(clause.Comm)
		k.body = c.block(clause.Body, nil)
		list = append(list, k)
	}
	return func(fr *frame) ctl {
		cases := make([]reflect.SelectCase, len(list), len(list)+1)
		for i, k := range list {
			cases[i] = reflect.SelectCase{Dir: reflect.SelectRecv, Chan: k.ch.v(fr)}
			if k.send != nil {
				cases[i].Dir, cases[i].Send = reflect.SelectSend, k.send.v(fr)
			}
		}
		if or != nil {
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectDefault})
		} else {
			cases = append(cases, reflect.SelectCase{Dir: reflect.SelectRecv, Chan: reflect.ValueOf(rt.Done())})
		}
		at, v, ok := reflect.Select(cases)
		switch {
		case at == len(list) && or != nil:
			return branchEnd(fr, or(fr), label)
		case at == len(list):
			rt.Abort()
		}
		if list[at].got != nil {
			list[at].got(fr, v, ok)
		}
		return branchEnd(fr, list[at].body(fr), label)
	}
}

func (c *compiler) comm(s ast.Stmt) comm {
	recv := func(e ast.Expr) *node { return c.expr(ast.Unparen(e).(*ast.UnaryExpr).X) }
	switch s := s.(type) {
	case *ast.SendStmt:
		ch := c.expr(s.Chan)
		return comm{ch: ch, send: c.assignable(c.expr(s.Value), ch.t.Underlying().(*types.Chan).Elem())}
	case *ast.ExprStmt:
		return comm{ch: recv(s.X)}
	case *ast.AssignStmt:
		k := comm{ch: recv(s.Rhs[0])}
		var targets []target
		for _, l := range s.Lhs {
			targets = append(targets, c.target(l))
		}
		k.got = func(fr *frame, v reflect.Value, ok bool) {
			for i, t := range targets {
				x := v
				if i == 1 {
					x = reflect.ValueOf(ok)
				}
				if t.prepare != nil {
					t.prepare(fr)
				}
				if t.put != nil {
					t.put(fr, x)
				}
			}
		}
		return k
	}
	c.refuse(s.Pos(), "this case")
	return comm{}
}
