package equations

import (
	"fmt"
	"strconv"
	"unicode"
	"unicode/utf8"
)

// Error is a mistake in the text of a neuron, with its place.
type Error struct {
	Line, Column int // from 1; the column counts characters
	Text         string
}

// Error returns the place and what is allowed there.
func (e *Error) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Text)
}

type place struct{ line, column int }

func (p place) errorf(format string, args ...any) error {
	return &Error{p.line, p.column, fmt.Sprintf(format, args...)}
}

// token is a name, a number, an operator, or the end of a statement (";").
type token struct {
	place
	text   string
	number float64
	kind   byte // 'n' name, '0' number, 'o' operator, ';' end of a statement, 0 end of the text
}

func (t token) String() string {
	switch t.kind {
	case ';', 0:
		return "the end of the line"
	}
	return strconv.Quote(t.text)
}

const maxText = 16 << 10 // bytes

var twoRunes = map[string]bool{"<-": true, ">=": true, "<=": true, "==": true, "!=": true}

// lex cuts a text into tokens. A line that ends with a comma or an operator, or
// within brackets, goes on in the next.
func lex(text string) ([]token, error) {
	if len(text) > maxText {
		return nil, place{1, 1}.errorf("the text has %d bytes, at most %d are allowed", len(text), maxText)
	}
	var all []token
	at, depth := place{1, 1}, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		start, here := i, at
		i, at.column = i+size, at.column+1
		switch {
		case r == '#':
			for i < len(text) && text[i] != '\n' {
				i++
			}
		case r == '\n':
			if depth == 0 && !open(all) {
				all = append(all, token{place: here, kind: ';'})
			}
			at = place{at.line + 1, 1}
		case r == ';':
			all = append(all, token{place: here, kind: ';'})
		case unicode.IsSpace(r):
		case isLetter(r):
			for i < len(text) && (isLetter(rune(text[i])) || isDigit(text[i])) {
				i, at.column = i+1, at.column+1
			}
			all = append(all, token{place: here, text: text[start:i], kind: 'n'})
		case r < utf8.RuneSelf && isDigit(byte(r)) || r == '.':
			i = numberEnd(text, start)
			at.column = here.column + i - start
			v, err := strconv.ParseFloat(text[start:i], 64)
			if err != nil || float64(float32(v)) > 3e38 {
				return nil, here.errorf("%q is not a number of float32", text[start:i])
			}
			all = append(all, token{place: here, text: text[start:i], number: v, kind: '0'})
		default:
			if i < len(text) && twoRunes[text[start:i+1]] {
				i, at.column = i+1, at.column+1
			} else if !isOperator(r) {
				return nil, here.errorf("%q is not allowed: a neuron consists of names, numbers, + - * / ^ ( ) , : = < >", r)
			}
			t := token{place: here, text: text[start:i], kind: 'o'}
			depth += nesting(t.text)
			all = append(all, t)
		}
	}
	return append(all, token{place: at, kind: ';'}, token{place: at}), nil
}

// open reports whether a statement goes on in the next line.
func open(all []token) bool {
	if len(all) == 0 || all[len(all)-1].kind != 'o' {
		return false
	}
	switch all[len(all)-1].text {
	case ")", "]":
		return false
	}
	return true
}

func nesting(text string) int {
	switch text {
	case "(", "[":
		return 1
	case ")", "]":
		return -1
	}
	return 0
}

func isLetter(r rune) bool { return r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }
func isDigit(b byte) bool  { return '0' <= b && b <= '9' }

func isOperator(r rune) bool {
	switch r {
	case '+', '-', '*', '/', '^', '(', ')', '[', ']', ',', ':', '=', '<', '>', '~':
		return true
	}
	return false
}

// numberEnd returns where the number that begins at i ends.
func numberEnd(s string, i int) int {
	for i < len(s) && (isDigit(s[i]) || s[i] == '.') {
		i++
	}
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		j := i + 1
		if j < len(s) && (s[j] == '+' || s[j] == '-') {
			j++
		}
		if j < len(s) && isDigit(s[j]) {
			for i = j; i < len(s) && isDigit(s[i]); i++ {
			}
		}
	}
	return i
}
