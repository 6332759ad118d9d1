package eval

import (
	"go/ast"
	"go/token"
	"go/types"
	"reflect"

	"gomdcsan/kernel/golang/rt"
)

// at compiles the note of where a function is.
func (c *compiler) at(pos token.Pos) func(*frame) {
	cell, line := c.u.host.Place(pos)
	if c.code.cell == "" {
		c.code.cell = cell
	}
	return func(fr *frame) { fr.line = line }
}

// block compiles statements. last may take over one of them.
func (c *compiler) block(list []ast.Stmt, last func(ast.Stmt) exec) exec {
	var out []exec
	labels := map[string]int{}
	jumps := false
	for _, s := range list {
		if l, ok := s.(*ast.LabeledStmt); ok {
			labels[l.Label.Name] = len(out)
			jumps = true
		}
		if last != nil {
			if e := last(s); e != nil {
				out = append(out, e)
				continue
			}
		}
		if e := c.stmt(s); e != nil {
			out = append(out, e)
		}
	}
	if jumps {
		return jumping(out, labels)
	}
	switch len(out) {
	case 0:
		return func(*frame) ctl { return next }
	case 1:
		return out[0]
	}
	return func(fr *frame) ctl {
		for _, e := range out {
			if k := e(fr); k != next {
				return k
			}
		}
		return next
	}
}

// jumping runs statements of which some can be gone to.
func jumping(list []exec, labels map[string]int) exec {
	return func(fr *frame) ctl {
		for i := 0; i < len(list); i++ {
			switch k := list[i](fr); k {
			case next:
			case jumps:
				to, here := labels[fr.label]
				if !here {
					return k
				}
				rt.Check()
				i = to - 1
			default:
				return k
			}
		}
		return next
	}
}

// stmt compiles a statement, preceded by a note of its line.
func (c *compiler) stmt(s ast.Stmt) exec {
	switch s := s.(type) {
	case *ast.EmptyStmt:
		return nil
	case *ast.BlockStmt:
		return c.block(s.List, nil)
	case *ast.LabeledStmt:
		if c.labels == nil {
			c.labels = map[ast.Stmt]string{}
		}
		c.labels[s.Stmt] = s.Label.Name
		if e := c.stmt(s.Stmt); e != nil {
			return e
		}
		return func(*frame) ctl { return next }
	}
	at, e := c.at(s.Pos()), c.simple(s)
	return func(fr *frame) ctl { at(fr); return e(fr) }
}

func (c *compiler) simple(s ast.Stmt) exec {
	switch s := s.(type) {
	case *ast.ExprStmt:
		return c.exprStmt(s)
	case *ast.AssignStmt:
		return c.assign(s)
	case *ast.IncDecStmt:
		op := token.ADD
		if s.Tok == token.DEC {
			op = token.SUB
		}
		return c.update(s.X, op, nil, s.Pos())
	case *ast.DeclStmt:
		return c.declStmt(s)
	case *ast.IfStmt:
		return c.ifStmt(s)
	case *ast.ForStmt:
		return c.forStmt(s)
	case *ast.RangeStmt:
		return c.rangeStmt(s)
	case *ast.SwitchStmt:
		return c.switchStmt(s)
	case *ast.TypeSwitchStmt:
		return c.typeSwitch(s)
	case *ast.SelectStmt:
		return c.selectStmt(s)
	case *ast.ReturnStmt:
		return c.returnStmt(s)
	case *ast.BranchStmt:
		return branch(s)
	case *ast.SendStmt:
		return c.send(s)
	case *ast.GoStmt:
		return c.goStmt(s)
	case *ast.DeferStmt:
		c.code.defers = true
		call := c.delayed(s.Call)
		return func(fr *frame) ctl {
			f := call(fr)
			fr.defers = append(fr.defers, func(fr *frame) { f(fr, fr) })
			return next
		}
	}
	c.refuse(s.Pos(), "the statement %T", s)
	return nil
}

func (c *compiler) exprStmt(s *ast.ExprStmt) exec {
	x := ast.Unparen(s.X)
	if call, ok := x.(*ast.CallExpr); ok {
		return c.effect(call)
	}
	n := c.expr(x)
	return func(fr *frame) ctl { n.v(fr); return next }
}

func (c *compiler) goStmt(s *ast.GoStmt) exec {
	call := c.delayed(s.Call)
	return func(fr *frame) ctl {
		f := call(fr)
		rt.Enter()
		go func() {
			defer rt.Leave()
			guarded(func(base *frame) { f(base, nil) })
		}()
		return next
	}
}

func (c *compiler) send(s *ast.SendStmt) exec {
	first := c.callsBefore(s.Chan, s.Value)
	ch := c.expr(s.Chan)
	v := c.assignable(c.expr(s.Value), ch.t.Underlying().(*types.Chan).Elem())
	return preceded(first, func(fr *frame) ctl {
		to := ch.v(fr)
		rt.SendValue(to, v.v(fr))
		return next
	})
}

func branch(s *ast.BranchStmt) exec {
	k := map[token.Token]ctl{token.BREAK: breaks, token.CONTINUE: continues, token.GOTO: jumps, token.FALLTHROUGH: falls}[s.Tok]
	label := ""
	if s.Label != nil {
		label = s.Label.Name
	}
	return func(fr *frame) ctl { fr.label = label; return k }
}

func (c *compiler) returnStmt(s *ast.ReturnStmt) exec {
	results := c.code.results
	switch {
	case len(s.Results) == 0:
		return func(*frame) ctl { return returns }
	case len(s.Results) == 1 && len(results) == 1:
		put := c.storer(c.assignable(c.expr(s.Results[0]), c.sig.Results().At(0).Type()))
		i := results[0].index
		return func(fr *frame) ctl { put(fr, fr.vars[i]); return returns }
	case len(s.Results) == 1:
		values := c.several(s.Results[0], len(results))
		return func(fr *frame) ctl {
			for i, v := range values.v(fr) {
				set(reflect.NewAt(results[i].typ, fr.vars[results[i].index]).Elem(), v)
			}
			return returns
		}
	}
	var nodes []*node
	first := c.callsBefore(s.Results...)
	for i, e := range s.Results {
		nodes = append(nodes, c.assignable(c.expr(e), c.sig.Results().At(i).Type()))
	}
	return preceded(first, func(fr *frame) ctl {
		out := make([]reflect.Value, len(nodes))
		for i, n := range nodes {
			out[i] = n.v(fr)
		}
		for i, v := range out {
			set(reflect.NewAt(results[i].typ, fr.vars[results[i].index]).Elem(), v)
		}
		return returns
	})
}

func (c *compiler) declStmt(s *ast.DeclStmt) exec {
	g := s.Decl.(*ast.GenDecl)
	if g.Tok != token.VAR {
		return func(*frame) ctl { return next } // types and constants are the checker's
	}
	var out []exec
	for _, spec := range g.Specs {
		v := spec.(*ast.ValueSpec)
		var left []ast.Expr
		for _, id := range v.Names {
			left = append(left, id)
		}
		if len(v.Values) > 0 {
			out = append(out, c.define(left, v.Values))
			continue
		}
		for _, id := range v.Names {
			if id.Name != "_" {
				out = append(out, c.zero(c.info.Defs[id].(*types.Var)))
			}
		}
	}
	return sequence(out)
}

func sequence(list []exec) exec {
	if len(list) == 1 {
		return list[0]
	}
	return func(fr *frame) ctl {
		for _, e := range list {
			e(fr)
		}
		return next
	}
}

// zero declares a variable without a value; the session's is cleared.
func (c *compiler) zero(v *types.Var) exec {
	if p := c.u.host.Slot(v); p.IsValid() {
		return func(*frame) ctl { p.Elem().SetZero(); return next }
	}
	return c.declare(v, nil)
}

func (c *compiler) ifStmt(s *ast.IfStmt) exec {
	var init exec
	if s.Init != nil {
		init = c.stmt(s.Init)
	}
	cond := c.expr(s.Cond).b
	then := c.block(s.Body.List, nil)
	var or exec
	if s.Else != nil {
		or = c.stmt(s.Else)
	}
	return func(fr *frame) ctl {
		if init != nil {
			init(fr)
		}
		switch {
		case cond(fr):
			return then(fr)
		case or != nil:
			return or(fr)
		}
		return next
	}
}

// loopEnd says how a loop goes on after its body: whether it ends, and with
// what.
func loopEnd(fr *frame, k ctl, label string) (end bool, with ctl) {
	switch k {
	case next:
		return false, next
	case breaks:
		if fr.label == "" || fr.label == label {
			fr.label = ""
			return true, next
		}
	case continues:
		if fr.label == "" || fr.label == label {
			fr.label = ""
			return false, next
		}
	}
	return true, k
}

func (c *compiler) forStmt(s *ast.ForStmt) exec {
	label := c.labels[s]
	var init, post exec
	if s.Init != nil {
		init = c.stmt(s.Init)
	}
	cond := func(*frame) bool { return true }
	if s.Cond != nil {
		cond = c.expr(s.Cond).b
	}
	renew := c.perIteration(s.Init)
	body := c.block(s.Body.List, nil)
	if s.Post != nil {
		post = c.stmt(s.Post)
	}
	return func(fr *frame) ctl {
		if init != nil {
			init(fr)
		}
		for cond(fr) {
			rt.Check()
			if end, with := loopEnd(fr, body(fr), label); end {
				return with
			}
			for _, r := range renew {
				p := alloc(r.typ)
				reflect.NewAt(r.typ, p).Elem().Set(reflect.NewAt(r.typ, fr.vars[r.index]).Elem())
				fr.vars[r.index] = p
			}
			if post != nil {
				post(fr)
			}
		}
		return next
	}
}

// perIteration lists the loop's variables that each turn has its own of.
func (c *compiler) perIteration(init ast.Stmt) []variable {
	a, ok := init.(*ast.AssignStmt)
	if !ok || a.Tok != token.DEFINE {
		return nil
	}
	var out []variable
	for _, l := range a.Lhs {
		if o := c.info.Defs[l.(*ast.Ident)]; o != nil && c.escapes[o] {
			if i, ok := c.vars[o]; ok {
				out = append(out, variable{i, c.rtype(o.Type())})
			}
		}
	}
	return out
}
