package tasks

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/mujoco"
)

// Own begins the name of a task on an MJCF file: "mjcf:robot.xml".
const Own = "mjcf:"

// Design is a task on a model of your own: an MJCF file, and TOML that says
// what is observed and rewarded (see Rules). In a notebook both are strings:
//
//	arm := tasks.Design{File: "arm.xml", XML: xml, TOML: rules}
//	e, err := tasks.NewRobot(arm, 0)
//
// A Reward function takes the place of the rewards and ends of the TOML; it is
// called after every step and runs at native speed.
type Design struct {
	File  string            `json:"file"`            // name of the XML, for messages
	XML   string            `json:"xml"`             // MJCF
	TOML  string            `json:"toml"`            // Rules
	Files map[string][]byte `json:"files,omitempty"` // what the XML includes, by path

	// Reward returns the reward of a step and whether the state is terminal.
	Reward func(r *Robot, action []float64) (reward float64, terminated bool) `json:"-"`
}

// ReadDesign reads an MJCF file, the files that it includes and the TOML beside
// it, robot.toml for robot.xml.
func ReadDesign(file string) (*Design, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("tasks: the model of the task %s%s: %w", Own, file, err)
	}
	beside := strings.TrimSuffix(file, filepath.Ext(file)) + ".toml"
	rules, err := os.ReadFile(beside)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("tasks: %s has no %s beside it, which says what is observed and rewarded: %w", file, filepath.Base(beside), fs.ErrNotExist)
	}
	if err != nil {
		return nil, fmt.Errorf("tasks: %w", err)
	}
	d := &Design{File: filepath.Base(file), XML: string(text), TOML: string(rules), Files: map[string][]byte{}}
	c := collector{root: filepath.Dir(file), files: d.Files}
	if err := c.scan(d.File, text); err != nil {
		return nil, err
	}
	if err := c.readAssets(); err != nil {
		return nil, err
	}
	return d, nil
}

// collector gathers the files that a model names.
type collector struct {
	root   string
	files  map[string][]byte
	assets []asset
	dirs   map[string]string // compiler's meshdir, texturedir, assetdir
}

type asset struct{ element, name string }

// scan looks through a file for others; includes are read at once, assets when
// all folders are known.
func (c *collector) scan(name string, text []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(text)))
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return syntaxError(name, err)
		}
		e, ok := tok.(xml.StartElement)
		if !ok {
			continue
		}
		for _, a := range e.Attr {
			switch {
			case e.Name.Local == "compiler" && strings.HasSuffix(a.Name.Local, "dir"):
				if c.dirs == nil {
					c.dirs = map[string]string{}
				}
				c.dirs[a.Name.Local] = a.Value
			case a.Name.Local == "file" && e.Name.Local == "include":
				data, err := c.read(a.Value)
				if err == nil && c.files[a.Value] == nil {
					c.files[a.Value] = data
					err = c.scan(a.Value, data)
				}
				if err != nil {
					return err
				}
			case strings.HasPrefix(a.Name.Local, "file"):
				c.assets = append(c.assets, asset{e.Name.Local, a.Value})
			}
		}
	}
}

// read reads a file of the model's folder.
func (c *collector) read(name string) ([]byte, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return nil, fmt.Errorf("tasks: the model names the file %q: it must lie in the folder of the model or below", name)
	}
	data, err := os.ReadFile(filepath.Join(c.root, filepath.FromSlash(name)))
	if err != nil {
		return nil, fmt.Errorf("tasks: a file that the model names: %w", err)
	}
	return data, nil
}

func (c *collector) readAssets() error {
	for _, a := range c.assets {
		dir := c.dirs["assetdir"]
		switch a.element {
		case "mesh", "skin", "hfield":
			if own, ok := c.dirs["meshdir"]; ok && a.element == "mesh" {
				dir = own
			}
		case "texture":
			if own, ok := c.dirs["texturedir"]; ok {
				dir = own
			}
		}
		name := path.Join(dir, a.name)
		data, err := c.read(name)
		if err != nil {
			return err
		}
		c.files[name] = data
	}
	return nil
}

// syntaxError says where an XML file is broken.
func syntaxError(file string, err error) error {
	var s *xml.SyntaxError
	if errors.As(err, &s) {
		return fmt.Errorf("tasks: %s, line %d: %s", file, s.Line, s.Msg)
	}
	return fmt.Errorf("tasks: %s: %w", file, err)
}

// name is the task's name.
func (d *Design) name() string { return Own + d.file() }

func (d *Design) file() string {
	if d.File == "" {
		return "model.xml"
	}
	return d.File
}

// load compiles the model. MuJoCo's errors name the line; they become one line
// of text.
func (d *Design) load() (*mujoco.Model, error) {
	if err := checkXML(d.file(), d.XML); err != nil {
		return nil, err
	}
	var m *mujoco.Model
	var err error
	if len(d.Files) == 0 {
		m, err = mujoco.Load(d.XML)
	} else {
		files := map[string][]byte{d.file(): []byte(d.XML)}
		for name, data := range d.Files {
			if !filepath.IsLocal(filepath.FromSlash(name)) {
				return nil, fmt.Errorf("tasks: the file %q of the design %s leaves its folder", name, d.file())
			}
			files[name] = data
		}
		m, err = mujoco.LoadFiles(files, d.file())
	}
	if errors.Is(err, mujoco.ErrSim) {
		return nil, d.modelError(err)
	}
	return m, err
}

var (
	lineForm  = regexp.MustCompile(`,? *\bline(?: =)? (\d+)`)
	noiseForm = regexp.MustCompile(`^(?:mujoco: load model: )?(?:MuJoCo: )?(?:XML )?(?:Error: )?|Object name = ?,|, id = -?\d+|,? column(?: =)? -?\d+`)
)

// modelError makes one sentence of what MuJoCo says about a model, the line in
// front.
func (d *Design) modelError(err error) error {
	text := strings.Join(strings.Fields(err.Error()), " ")
	where := d.file()
	if m := lineForm.FindStringSubmatch(text); m != nil && m[1] != "0" {
		where += ", line " + m[1]
		text = lineForm.ReplaceAllString(text, "")
	}
	text = strings.Trim(strings.Join(strings.Fields(noiseForm.ReplaceAllString(text, "")), " "), " ,")
	return fmt.Errorf("tasks: %s: %w: %s", where, mujoco.ErrSim, text)
}

// checkXML reports broken XML before MuJoCo sees it, whose words for it are
// less clear.
func checkXML(file, text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return syntaxError(file, err)
		}
	}
}

// NewRobot makes the environment of a design; maxSteps as in Options. The
// caller closes it.
func NewRobot(d Design, maxSteps int) (*Robot, error) {
	m, err := d.load()
	if err != nil {
		return nil, err
	}
	p, err := d.plan(m, Options{MaxSteps: maxSteps})
	if err != nil {
		return nil, err
	}
	r, err := newRobot(p, m)
	if err != nil {
		return nil, fmt.Errorf("tasks: %s: %w", d.file(), err)
	}
	r.design = &d
	return r, nil
}

// known makes the design a task like the others.
func (d *Design) known(o Options) (known, error) {
	m, err := d.load()
	if err != nil {
		return known{}, err
	}
	p, err := d.plan(m, o)
	if err != nil {
		return known{}, err
	}
	return known{
		spec: func() env.Spec { return p.spec },
		make: func() (env.Env, error) { return NewRobot(*d, o.MaxSteps) },
		load: func() (*mujoco.Model, error) { return m, nil },
	}, nil
}
