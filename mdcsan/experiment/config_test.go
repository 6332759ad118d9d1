package experiment

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"gomdcsan/mdcsan/env/tasks"
)

func TestDefaultsAreValid(t *testing.T) {
	for _, task := range tasks.Names() {
		for _, c := range []Config{DefaultConfig(task), QuickConfig(task)} {
			for _, actor := range []string{"mdcsan", "lif", "popdan", "dan"} {
				c.Actor = actor
				spec, err := tasks.LookupWith(task, c.TaskOptions())
				if err == nil {
					_, err = NewActor(c, spec, Parts{})
				}
				if err != nil {
					t.Errorf("%s: %v", c.Name(), err)
				}
			}
		}
	}
}

// Every wrong setting is named with its value and what is allowed.
func TestValidateNamesTheSetting(t *testing.T) {
	for _, c := range []struct{ set, value, says string }{
		{"task", "", "task = "},
		{"actor", "mdc", `actor = "mdc": must be one of mdcsan, lif, popdan, dan`},
		{"coding", "Cpop+Cxyz", "must be one of pop, pop+uni"},
		{"neuron", "izikevitch", "neuron = "},
		{"theta", "1,2", "theta = [1 2]: must be four finite numbers"},
		{"theta", "1,2,NaN,4", "must be four finite numbers"},
		{"t", "0", "t = 0: must be in 1 to 1000"},
		{"hidden", "256,0", "hidden = [256 0]"},
		{"hidden", "1000000000", "each in 1 to"},
		{"current_decay", "1", "current_decay = 1: must be in [0, 1)"},
		{"window", "-1", "window = -1: must be in (0, inf)"},
		{"replay", "50", "replay = 50: must be in 100"},
		{"gamma", "NaN", "gamma = NaN: must be in [0, 1]"},
		{"exploration_noise", "Inf", "exploration_noise = +Inf"},
		{"eval_every", "0", "eval_every = 0: must be at least 1"},
		{"mean_low", "5", "mean_low = 5"},
	} {
		cfg := DefaultConfig("Hopper-v3")
		setByName(t, &cfg, c.set, c.value)
		if err := cfg.Validate(); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s = %s: %v", c.set, c.value, err)
		}
	}
	c := DefaultConfig("Hopper-v3")
	c.T, c.Batch = 0, -1
	if err := c.Validate(); err == nil || strings.Count(err.Error(), "config: ") != 2 {
		t.Errorf("two wrong settings: %v", err)
	}
}

func setByName(t *testing.T, c *Config, name, value string) {
	t.Helper()
	for _, s := range c.Settings() {
		if s.Name == name {
			if err := s.Set(value); err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatalf("no setting %s", name)
}

func TestConfigFile(t *testing.T) {
	c, err := ParseConfig([]byte("task = 'Ant-v3'\ncoding = 'Cpop+Cdet'\nsteps = 20_000\nhidden = [64]\n"), DefaultConfig)
	if err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig("Ant-v3")
	want.Coding, want.Steps, want.Hidden = "Cpop+Cdet", 20_000, []int{64}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v", c)
	}
	if c, err = ParseConfig([]byte("task = 'Pendulum-v1'"), QuickConfig); err != nil || c.Steps != QuickConfig("Pendulum-v1").Steps {
		t.Errorf("the defaults are not the task's: %+v %v", c, err)
	}
	for text, says := range map[string]string{
		"task = 'Ant-v3'\nlerning_rate = 1\n": `"lerning_rate" in line 2`,
		"steps = 'many'":                      "line 1, column 9",
		"steps = ":                            "line 1",
	} {
		if _, err := ParseConfig([]byte(text), DefaultConfig); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%q: %v", text, err)
		}
	}
	text, err := want.WriteTOML()
	if err != nil {
		t.Fatal(err)
	}
	if c, err = ParseConfig(text, QuickConfig); err != nil || !reflect.DeepEqual(c, want) {
		t.Errorf("written and read: %v\n%s", err, text)
	}
}

// TestSettingsText: every default is shown in the words that set it.
func TestSettingsText(t *testing.T) {
	c, d := DefaultConfig("Ant-v3"), Config{}
	mine := d.Settings()
	for i, s := range c.Settings() {
		if err := mine[i].Set(s.Text()); err != nil {
			t.Error(err)
		}
	}
	if !reflect.DeepEqual(c, d) {
		t.Errorf("%+v became %+v", c, d)
	}
}

func TestSettingsFromText(t *testing.T) {
	c := DefaultConfig("Hopper-v3")
	setByName(t, &c, "steps", "1e6")
	setByName(t, &c, "replay", "500_000")
	setByName(t, &c, "hidden", "[64, 32]")
	setByName(t, &c, "normalise", "false")
	if c.Steps != 1_000_000 || c.Replay != 500_000 || !reflect.DeepEqual(c.Hidden, []int{64, 32}) || c.Normalise {
		t.Errorf("%+v", c)
	}
	for _, s := range c.Settings() {
		if s.Help == "" {
			t.Errorf("%s has no help", s.Name)
		}
		if bad := map[string]string{"int": "1.5", "float": "x", "bool": "perhaps", "ints": "1,x", "floats": "1;2"}[s.Kind()]; bad != "" {
			want := s.Kind()
			if s.Name == "seed" {
				want = "a whole number from 0 to 18446744073709551615"
			}
			if err := s.Set(bad); err == nil || !strings.Contains(err.Error(), "must be "+want) {
				t.Errorf("%s = %s: %v", s.Name, bad, err)
			}
		}
	}
}

// Settings that did not exist when a manifest was written get their default.
func TestOldManifestGetsDefaults(t *testing.T) {
	var c Config
	if err := json.Unmarshal([]byte(`{"task":"Ant-v3","t":7}`), &c); err != nil {
		t.Fatal(err)
	}
	want := DefaultConfig("Ant-v3")
	want.T = 7
	if !reflect.DeepEqual(c, want) {
		t.Errorf("got %+v", c)
	}
}

func TestActorRates(t *testing.T) {
	c := DefaultConfig("Ant-v3")
	for actor, want := range map[string]float64{"mdcsan": 1e-4, "lif": 1e-4, "popdan": 1e-3, "dan": 1e-3} {
		c.Actor = actor
		if got := c.tdConfig(mustSpec(t)).ActorLR; got != want {
			t.Errorf("%s: %v, want %v", actor, got, want)
		}
	}
	if d := c.PopulationStd; math.Abs(d*d-0.15) > 1e-12 {
		t.Errorf("population_std = %v", d)
	}
}
