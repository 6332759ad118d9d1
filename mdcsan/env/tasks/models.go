package tasks

import (
	"embed"
	"strings"
	"text/template"

	"gomdcsan/mdcsan/env/mjcf"
)

// The models of Gymnasium's tasks that package mjcf has no table of, written
// as MJCF. Some are templates, for what differs between versions and tasks.
//
//go:embed models/*.xml
var modelFiles embed.FS

// fromFile is a model of the folder models.
func fromFile(name string, data any) func() string {
	return func() string {
		t, err := template.ParseFS(modelFiles, "models/"+name+".xml")
		if err != nil {
			panic("tasks: " + err.Error()) // the files are part of the program
		}
		var b strings.Builder
		if err := t.Execute(&b, data); err != nil {
			panic("tasks: " + err.Error())
		}
		return b.String()
	}
}

// version is what the template of Pusher asks for.
type version struct{ Version int }

// fromTable is a model of package mjcf with MuJoCo's own inertia.
func fromTable(table func() mjcf.Model) func() string {
	return func() string {
		m := table()
		return m.XML(mjcf.Exact)
	}
}

// walkerV5 is Walker2d with the right foot's friction made equal to the left's.
func walkerV5() mjcf.Model {
	m := mjcf.Walker2d()
	sole := &m.Root.Kids[0].Kids[0].Kids[0]
	sole.Geoms[0].Slide = 1.9
	return m
}

// side is one half of the humanoid; the halves are mirror images but for a few
// numbers. The signs are "-" or empty.
type side struct {
	Side            string
	Sign, Foot, Out string // of y of the limbs' places, of y along a limb, of the axes that point outwards
	HipRange        string // degrees
	HipArmature     string
	KneeStiffness   string
	Shoulder        string // degrees
	Lying           bool
}

// humanoidModel is the humanoid, upright or on its back.
func humanoidModel(lying bool) func() string {
	right := side{"right", "-", "", "", "-110 20", "0.008", "0", "-85 60", lying}
	left := side{"left", "", "-", "-", "-110 20", "0.01", "1", "-60 85", lying}
	if lying {
		left.HipRange = "-120 20"
	}
	return fromFile("humanoid", struct {
		Lying       bool
		Right, Left side
		Sides       []string
	}{lying, right, left, []string{"right", "left"}})
}
