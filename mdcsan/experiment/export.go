package experiment

import (
	"bytes"
	"encoding/json"
	"errors"

	"gomdcsan/mdcsan/checkpoint"
	"gomdcsan/mdcsan/env"
)

// exportFormat and exportVersion open the settings of an exported policy; a
// change that readers must know of raises the version.
const (
	exportFormat  = "gomdcsan-policy"
	exportVersion = 1
)

// settings are what an exported policy says about itself: POLICY_FORMAT.md.
type settings struct {
	Format  string `json:"format"`
	Version int    `json:"version"`

	ObsDim      int       `json:"obs_dim"`
	ActDim      int       `json:"act_dim"`
	ActionLow   []float64 `json:"action_low"`
	ActionHigh  []float64 `json:"action_high"`
	OutputLimit float64   `json:"output_limit"`
	Stretched   bool      `json:"stretched"`

	Normalise bool     `json:"normalise"`
	Clip      float64  `json:"clip"`
	Network   *network `json:"network"`

	Config Config   `json:"config"`
	Spec   env.Spec `json:"spec"`
}

// network holds the settings of the actor as they are in force.
type network struct {
	Kind         string  `json:"kind"`
	Coding       string  `json:"coding,omitempty"`
	Neuron       string  `json:"neuron,omitempty"`
	Hidden       []int   `json:"hidden"`
	Population   int     `json:"population,omitempty"`
	Output       int     `json:"output_population,omitempty"`
	T            int     `json:"t,omitempty"`
	CurrentDecay float32 `json:"current_decay"`
	VoltageDecay float32 `json:"voltage_decay"`
	Threshold    float32 `json:"threshold"`
	U0           float32 `json:"u0"`
	DetThreshold float32 `json:"det_threshold"`
	Surrogate    string  `json:"surrogate,omitempty"`
	Window       float32 `json:"window"`
}

// settingsOf returns the settings of a policy.
func settingsOf(c Config, spec env.Spec) settings {
	acts, s := actionsOf(spec), c.ActorConfig(spec)
	n := &network{Kind: c.Actor, Hidden: c.Hidden}
	if c.Actor != "dan" {
		n = &network{
			Kind: c.Actor, Coding: string(s.Coding), Neuron: string(s.Neuron), Hidden: s.Hidden, Population: s.InputSize() / s.ObsDim, Output: s.O, T: s.T,
			CurrentDecay: s.CurrentDecay, VoltageDecay: s.VoltageDecay, Threshold: s.Vth, U0: s.U0, DetThreshold: s.DetThreshold,
			Surrogate: string(s.Surrogate), Window: s.Window,
		}
	}
	return settings{
		Format: exportFormat, Version: exportVersion,
		ObsDim: spec.ObsDim, ActDim: spec.ActDim, ActionLow: spec.ActLow, ActionHigh: spec.ActHigh,
		OutputLimit: acts.limit, Stretched: acts.mid != nil,
		Normalise: c.Normalise, Clip: float64(c.tdConfig(spec).NormaliseClip), Network: n, Config: c, Spec: spec,
	}
}

// SaveNPZ writes the policy's tensors and settings in NumPy's format, with the
// critics if they are asked for: see POLICY_FORMAT.md.
func (a *Actor) SaveNPZ(path string, critics bool) error {
	ck := a.File()
	if critics && !a.critics {
		return errors.New("this policy has no critics beside it: only a run's latest.ckpt keeps them (gomdcsan export RUN/latest.ckpt --npz FILE --critics)")
	}
	if critics {
		if err := putTensors(ck, tensorsOf(a.agent.Tensors(), isCritic)); err != nil {
			return err
		}
	}
	return saveNPZ(path, ck, settingsOf(a.Config, a.Spec))
}

// Settings returns what an exported policy says about itself, as JSON:
// POLICY_FORMAT.md.
func (a *Actor) Settings() ([]byte, error) { return json.Marshal(settingsOf(a.Config, a.Spec)) }

func saveNPZ(path string, ck *checkpoint.File, s settings) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := ck.WriteNPZ(&b, nil, string(text)); err != nil {
		return err
	}
	return WriteOutput(path, b.Bytes())
}
