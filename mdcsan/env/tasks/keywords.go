package tasks

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// keyword is a keyword option of a Gymnasium task, by Gymnasium's name.
type keyword struct {
	name  string
	kind  kind
	value [2]float64 // flag: 0 or 1; interval: both
	text  string     // of a name
}

// kind is what a keyword takes.
type kind string

const (
	flag     kind = "true or false"
	number   kind = "a number"
	count    kind = "a whole number from 1 on"
	interval kind = "two numbers, such as 0.2,1"
	name     kind = "a body's name or number"
)

type keywords []keyword

func on(name string, v bool) keyword {
	k := keyword{name: name, kind: flag}
	if v {
		k.value[0] = 1
	}
	return k
}
func num(name string, v float64) keyword {
	return keyword{name: name, kind: number, value: [2]float64{v}}
}
func span(name string, lo, hi float64) keyword {
	return keyword{name: name, kind: interval, value: [2]float64{lo, hi}}
}

// find returns the keyword with a name, or nil.
func (k keywords) find(name string) *keyword {
	if i := slices.IndexFunc(k, func(w keyword) bool { return w.name == name }); i >= 0 {
		return &k[i]
	}
	return nil
}

// num is a keyword's number; a task without it has the given one.
func (k keywords) num(name string, absent float64) float64 {
	if w := k.find(name); w != nil {
		return w.value[0]
	}
	return absent
}

// on reports whether a flag is set; a task without it has it as given.
func (k keywords) on(name string, absent bool) bool {
	if w := k.find(name); w != nil {
		return w.value[0] != 0
	}
	return absent
}

func (k keywords) span(name string) (lo, hi float64) {
	v := k.find(name).value
	return v[0], v[1]
}

// splitName separates a task's name from its keyword options: both of
// "Ant-v4?use_contact_forces=true&healthy_z_range=0.2,1".
func splitName(full string) (name, options string) {
	name, options, _ = strings.Cut(full, "?")
	return name, options
}

// with returns the keywords with options of the form "name=value&name=value".
func (k keywords) with(task, options string) (keywords, error) {
	k = slices.Clone(k)
	if options == "" {
		return k, nil
	}
	for _, o := range strings.Split(options, "&") {
		key, value, ok := strings.Cut(o, "=")
		w := k.find(key)
		switch {
		case key == "xml_file":
			return nil, fmt.Errorf("tasks: %s: xml_file is not for Gymnasium's tasks here: a model of your own is the task \"mjcf:%s\"", task, value)
		case w == nil:
			return nil, fmt.Errorf("tasks: %s has no option %q; %s", task, key, k.list())
		case !ok:
			return nil, fmt.Errorf("tasks: %s: option %s wants a value: %s=..., %s", task, key, key, w.kind)
		}
		if err := w.set(value); err != nil {
			return nil, fmt.Errorf("tasks: %s: option %s=%s: want %s", task, key, value, w.kind)
		}
	}
	return k, nil
}

func (k keywords) list() string {
	if len(k) == 0 {
		return "it has none"
	}
	var names []string
	for _, w := range k {
		names = append(names, w.name)
	}
	return "it has " + strings.Join(names, ", ")
}

// set reads a value as Python or TOML write it: true or True, inf, (0.2, 1).
func (w *keyword) set(text string) (err error) {
	switch w.kind {
	case name:
		w.text = text
	case flag:
		var v bool
		v, err = strconv.ParseBool(strings.ToLower(text))
		*w = on(w.name, v)
	case interval:
		lo, hi, _ := strings.Cut(strings.Trim(text, "()[] "), ",")
		if w.value[0], err = parseNumber(lo); err == nil {
			w.value[1], err = parseNumber(hi)
		}
		if err == nil && w.value[0] > w.value[1] {
			err = strconv.ErrRange
		}
	default:
		w.value[0], err = parseNumber(text)
		if w.kind == count && (w.value[0] < 1 || w.value[0] > 1e4 || w.value[0] != math.Trunc(w.value[0])) {
			err = strconv.ErrRange
		}
	}
	return err
}

func parseNumber(text string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
	if err == nil && math.IsNaN(v) {
		err = strconv.ErrSyntax
	}
	return v, err
}
