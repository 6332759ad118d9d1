package tasks_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env"
	"gomdcsan/mdcsan/env/envtest"
	"gomdcsan/mdcsan/env/mujoco"
	"gomdcsan/mdcsan/env/tasks"
	"gomdcsan/mdcsan/rng"
)

// armXML is an arm of two links and a target, with limits that differ.
const armXML = `<mujoco model="arm">
  <option timestep="0.01" gravity="0 0 0"/>
  <default><joint damping="0.2" armature="0.02"/><geom size="0.01" contype="0" conaffinity="0"/></default>
  <worldbody>
    <geom type="plane" size="1 1 0.1" pos="0 0 -0.02"/>
    <body name="upper">
      <joint name="shoulder" axis="0 0 1"/>
      <geom type="capsule" fromto="0 0 0 0.1 0 0"/>
      <body name="lower" pos="0.1 0 0">
        <joint name="elbow" axis="0 0 1" limited="true" range="-150 150"/>
        <geom type="capsule" fromto="0 0 0 0.1 0 0"/>
        <body name="tip" pos="0.11 0 0"><geom type="sphere"/></body>
      </body>
    </body>
    <body name="target" pos="0 0 0">
      <joint name="target_x" type="slide" axis="1 0 0"/>
      <joint name="target_y" type="slide" axis="0 1 0"/>
      <geom type="ellipsoid" size="0.01 0.015 0.01" rgba="0.9 0.2 0.2 1"/>
    </body>
  </worldbody>
  <actuator>
    <motor joint="shoulder" ctrllimited="true" ctrlrange="-1 1" gear="0.5"/>
    <motor joint="elbow" ctrllimited="true" ctrlrange="-2 2" gear="0.2"/>
  </actuator>
  <sensor><jointvel name="spin" joint="elbow"/></sensor>
</mujoco>`

const armTOML = `frame_skip = 2
max_steps = 50
observe = ["cos qpos[0:2]", "sin qpos[0:2]", "qvel[0:2]", "body target", "body tip - target", "sensordata"]
reset_position = 0.1
reset_velocity = 0.005
reset_joints = { target_x = [-0.12, 0.12], target_y = [0.05, 0.15] }

[[reward]]
term = "distance"
bodies = ["tip", "target"]
weight = -1

[[reward]]
term = "control"
weight = -0.01

[[reward]]
term = "velocity"
body = "tip"
axis = "y"
weight = 0.01

[[reward]]
term = "healthy"
weight = 0.1

[[reward]]
term = "sensor"
sensor = "spin"
weight = 0.001

[[end]]
joint = "shoulder"
range = [-20, 20]
`

func arm() tasks.Design { return tasks.Design{File: "arm.xml", XML: armXML, TOML: armTOML} }

func needMuJoCo(t *testing.T) {
	t.Helper()
	if err := mujoco.Available(); err != nil {
		t.Skip(err)
	}
}

func TestOwnRobotContract(t *testing.T) {
	needMuJoCo(t)
	own := arm()
	own.Reward = func(r *tasks.Robot, action []float64) (float64, bool) {
		return -r.Distance("tip", "target") + r.Sensor("spin")[0] - action[0]*action[0], r.QPos()[0] > 3
	}
	for name, d := range map[string]tasks.Design{"TOML": arm(), "Go": own} {
		t.Run(name, func(t *testing.T) {
			envtest.Run(t, func(maxSteps int) (env.Env, error) { return tasks.NewRobot(d, maxSteps) })
		})
	}
}

// TestOwnRobotReward: the terms are what they say, from the state that Go sees.
func TestOwnRobotReward(t *testing.T) {
	needMuJoCo(t)
	r, err := tasks.NewRobot(arm(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	s := r.Spec()
	if s.ObsDim != 2+2+2+3+3+1 || s.ActHigh[1] != 2 || s.ActLow[0] != -1 || s.MaxSteps != 50 || s.Dt != 0.02 || s.Name != "mjcf:arm.xml" {
		t.Fatalf("%+v", s)
	}
	obs := make([]float64, s.ObsDim)
	if err := r.Reset(obs, rng.New(3, "env")); err != nil {
		t.Fatal(err)
	}
	if y := r.QPos()[3]; y < 0.05 || y > 0.15 {
		t.Errorf("the target is at y = %v", y)
	}
	before := r.Body("tip")[1]
	res, err := r.Step(obs, []float64{0.5, -2})
	if err != nil {
		t.Fatal(err)
	}
	want := -r.Distance("tip", "target") - 0.01*(0.25+4) + 0.01*(r.Body("tip")[1]-before)/0.02 + 0.1 + 0.001*r.Sensor("spin")[0]
	if d := res.Reward - want; d > 1e-12 || d < -1e-12 {
		t.Errorf("reward %v, want %v (%v)", res.Reward, want, r.Terms())
	}
	if got := obs[9] - (r.Body("tip")[0] - r.Body("target")[0]); got != 0 {
		t.Errorf("the way to the target is off by %v", got)
	}
}

// TestOwnRobotErrors: what is wrong, where, in one sentence.
func TestOwnRobotErrors(t *testing.T) {
	needMuJoCo(t)
	for name, c := range map[string]struct {
		xml, toml [2]string // replaced by
		want      []string
	}{
		"unclosed":     {xml: [2]string{"</worldbody>", ""}, want: []string{"arm.xml, line 2", "worldbody"}},
		"element":      {xml: [2]string{"<geom type=\"sphere\"/>", "<gom/>"}, want: []string{"arm.xml, line 12", "gom"}},
		"joint":        {xml: [2]string{`joint="elbow" ctrl`, `joint="elbo" ctrl`}, want: []string{"arm.xml, line 23", "elbo"}},
		"no limits":    {xml: [2]string{`ctrllimited="true" ctrlrange="-2 2"`, `ctrllimited="false"`}, want: []string{"arm.xml", "actuator 1", "ctrlrange"}},
		"body":         {toml: [2]string{`"body target"`, `"body targt"`}, want: []string{"arm.toml, line 3", `"targt"`, "upper, lower, tip, target"}},
		"part":         {toml: [2]string{`qvel[0:2]`, `qvell`}, want: []string{"arm.toml, line 3", "qvell", "qfrc_actuator"}},
		"range":        {toml: [2]string{`qvel[0:2]`, `qvel[0:9]`}, want: []string{"arm.toml, line 3", "4 numbers of qvel"}},
		"term":         {toml: [2]string{`"control"`, `"controll"`}, want: []string{"arm.toml, line 13", "controll", "distance"}},
		"reward body":  {toml: [2]string{`["tip", "target"]`, `["tap", "target"]`}, want: []string{"arm.toml, line 8", "tap"}},
		"setting":      {toml: [2]string{"frame_skip", "frameskip"}, want: []string{"arm.toml, line 1", "frameskip"}},
		"syntax":       {toml: [2]string{"max_steps = 50", "max_steps = "}, want: []string{"arm.toml, line 2"}},
		"end":          {toml: [2]string{"[-20, 20]", "[20, -20]"}, want: []string{"arm.toml, line 32", "20 -20"}},
		"sensor":       {toml: [2]string{`sensor = "spin"`, `sensor = "spam"`}, want: []string{"arm.toml", "spam", "spin"}},
		"reset joint":  {toml: [2]string{`target_x = [`, `target_z = [`}, want: []string{"arm.toml, line 6", "target_z", "target_y"}},
		"nothing seen": {toml: [2]string{"observe", "# "}, want: []string{"arm.toml", "observe ="}},
	} {
		d := arm()
		if c.xml[0] != "" {
			d.XML = strings.Replace(d.XML, c.xml[0], c.xml[1], 1)
		}
		if c.toml[0] != "" {
			d.TOML = strings.Replace(d.TOML, c.toml[0], c.toml[1], 1)
		}
		_, err := tasks.NewRobot(d, 0)
		if err == nil {
			t.Errorf("%s: accepted", name)
			continue
		}
		t.Log(err)
		for _, w := range c.want {
			if !strings.Contains(err.Error(), w) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s: %v does not hold %q, or is of several lines", name, err, w)
			}
		}
	}
}

// TestOwnRobotFile: a model on disk with an include and a mesh, its task by
// name, its picture; and the design as JSON needs none of the files.
func TestOwnRobotFile(t *testing.T) {
	needMuJoCo(t)
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	model := strings.Replace(armXML, "<worldbody>", `<compiler meshdir="parts"/><asset><mesh name="peg" file="peg.obj"/></asset><worldbody>`, 1)
	model = strings.Replace(model, `<geom type="sphere"/>`, `<geom type="mesh" mesh="peg"/><geom type="box" size="0.01 0.01 0.01"/><geom type="cylinder" size="0.005 0.02"/>`, 1)
	model = strings.Replace(model, `<option timestep="0.01" gravity="0 0 0"/>`, `<include file="common.xml"/>`, 1)
	write("arm.xml", model)
	write("arm.toml", armTOML)
	write("common.xml", `<mujocoinclude><option timestep="0.01" gravity="0 0 0"/></mujocoinclude>`)
	write("parts/peg.obj", "v 0 0 0\nv 0.03 0 0\nv 0 0.03 0\nv 0 0 0.03\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n")
	name := tasks.Own + filepath.Join(dir, "arm.xml")
	if s, err := tasks.Lookup(name); err != nil || s.ObsDim != 13 {
		t.Fatal(s, err)
	}
	pose, err := tasks.StartPose(name)
	if err != nil {
		t.Fatal(err)
	}
	img, err := tasks.Picture(name, pose, 48)
	if err != nil || img.Bounds().Dx() != 48 {
		t.Fatal(err)
	}
	d, err := tasks.ReadDesign(filepath.Join(dir, "arm.xml"))
	if err != nil || len(d.Files) != 2 {
		t.Fatal(d, err)
	}
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	os.RemoveAll(dir)
	var again tasks.Design
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	r, err := tasks.NewRobot(again, 0)
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if _, err := tasks.Lookup(name); err == nil || !strings.Contains(err.Error(), "arm.xml") {
		t.Errorf("a file that is gone: %v", err)
	}
}
