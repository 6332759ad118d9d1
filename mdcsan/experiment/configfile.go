package experiment

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/agnivade/levenshtein"
	"github.com/pelletier/go-toml/v2"
)

// ReadConfig reads a TOML file over the defaults (paper or quick) of the task
// that it names. A key that is no setting is an error.
func ReadConfig(path string, defaults func(task string) Config) (Config, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Config{}, fmt.Errorf("config: %w", err)
	}
	c, err := ParseConfig(data, defaults)
	if err != nil {
		return c, fmt.Errorf("config: %s: %w", path, err)
	}
	return c, nil
}

// ParseConfig is ReadConfig for the contents of a file.
func ParseConfig(data []byte, defaults func(task string) Config) (Config, error) {
	data = normalised(data)
	var task struct {
		Task string `toml:"task"`
	}
	if err := toml.Unmarshal(data, &task); err != nil {
		return Config{}, explainTOML(err)
	}
	c := defaults(task.Task)
	d := toml.NewDecoder(bytes.NewReader(data)).DisallowUnknownFields()
	if err := d.Decode(&c); err != nil {
		return c, explainTOML(err)
	}
	return c, nil
}

// explainTOML names line, column and key.
func explainTOML(err error) error {
	var strict *toml.StrictMissingError
	if errors.As(err, &strict) {
		var keys []string
		for _, e := range strict.Errors {
			if slices.Contains([]string{"settings", "grid"}, e.Key()[0]) {
				return errors.New("this is the file of a sweep: gomdcsan sweep FILE runs it")
			}
			line, _ := e.Position()
			keys = append(keys, fmt.Sprintf("%q in line %d%s", strings.Join(e.Key(), "."), line, didYouMean(e.Key())))
		}
		return fmt.Errorf("no such setting: %s; gomdcsan train --help lists them", strings.Join(keys, ", "))
	}
	var decode *toml.DecodeError
	if errors.As(err, &decode) {
		line, column := decode.Position()
		if strings.Contains(err.Error(), "cannot decode TOML float into") {
			return fmt.Errorf("line %d, column %d: a whole number is wanted here, such as 1_000_000 (in TOML 1e6 and 5.0 are none)", line, column)
		}
		return fmt.Errorf("line %d, column %d: %w", line, column, err)
	}
	return err
}

// didYouMean names the setting that an unknown key of a file resembles.
func didYouMean(key toml.Key) string {
	names := []string{"dir", "parallel", "quick", "settings", "grid"} // of a sweep
	for _, s := range new(Config).Settings() {
		names = append(names, s.Name)
	}
	if len(key) == 0 {
		return ""
	}
	if near := Nearest(key[len(key)-1], names); near != "" {
		return fmt.Sprintf(" (did you mean %q?)", near)
	}
	return ""
}

// Nearest returns the name that a mistyped one was meant to be, or "": at most
// a third of its letters may be wrong.
func Nearest(name string, names []string) string {
	best, least := "", len(name)/3+1
	for _, n := range names {
		if d := levenshtein.ComputeDistance(name, n); d < least || best == "" && d == least {
			best, least = n, d
		}
	}
	return best
}

// WriteTOML returns the settings as a config file.
func (c Config) WriteTOML() ([]byte, error) { return toml.Marshal(c) }

// Set parses text as the setting's value. Lists are separated by commas.
func (s Setting) Set(text string) error {
	v, err := parseSetting(s.Value.Type(), strings.TrimSpace(text))
	if err != nil {
		want := s.Kind()
		if s.Value.Kind() == reflect.Uint64 {
			want = fmt.Sprintf("a whole number from 0 to %d", uint64(math.MaxUint64))
		}
		return fmt.Errorf("config: %s = %q: must be %s", s.Name, text, want)
	}
	s.Value.Set(v)
	return nil
}

// Text returns the value as Set reads it.
func (s Setting) Text() string {
	if s.Value.Kind() != reflect.Slice {
		return fmt.Sprint(s.Value)
	}
	parts := make([]string, s.Value.Len())
	for i := range parts {
		parts[i] = fmt.Sprint(s.Value.Index(i))
	}
	return strings.Join(parts, ",")
}

// Kind describes the values of a setting.
func (s Setting) Kind() string {
	switch s.Value.Type() {
	case reflect.TypeFor[int](), reflect.TypeFor[uint64]():
		return "int"
	case reflect.TypeFor[float64]():
		return "float"
	case reflect.TypeFor[bool]():
		return "bool"
	case reflect.TypeFor[[]int]():
		return "ints"
	case reflect.TypeFor[[]float64]():
		return "floats"
	}
	return "string"
}

func parseSetting(t reflect.Type, text string) (reflect.Value, error) {
	var x any
	var err error
	switch t.Kind() {
	case reflect.Int:
		x, err = parseSteps(text)
	case reflect.Uint64:
		x, err = strconv.ParseUint(text, 10, 64)
	case reflect.Float64:
		x, err = strconv.ParseFloat(text, 64)
	case reflect.Bool:
		x, err = strconv.ParseBool(text)
	case reflect.String:
		x = text
	case reflect.Slice:
		return parseList(t, text)
	default:
		panic("experiment: a setting of type " + t.String())
	}
	return reflect.ValueOf(x), err
}

// parseSteps reads an integer, with underscores and as 1e6 if one likes.
func parseSteps(text string) (int, error) {
	if n, err := strconv.Atoi(strings.ReplaceAll(text, "_", "")); err == nil {
		return n, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err == nil && f != float64(int(f)) {
		err = strconv.ErrSyntax
	}
	return int(f), err
}

func parseList(t reflect.Type, text string) (reflect.Value, error) {
	list := reflect.MakeSlice(t, 0, 4)
	parts, err := csv.NewReader(strings.NewReader(strings.Trim(text, "[]"))).Read()
	if err != nil {
		return list, err
	}
	for _, p := range parts {
		v, err := parseSetting(t.Elem(), strings.TrimSpace(p))
		if err != nil {
			return list, err
		}
		list = reflect.Append(list, v)
	}
	return list, nil
}
