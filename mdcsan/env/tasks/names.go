package tasks

import (
	"fmt"
	"strings"
)

// StateNames names the numbers of a task's observation in their order, with
// units, as Gymnasium documents them; all versions of a task share them. What
// has no name, in other tasks all, is "state 1" and so on.
func StateNames(task string) []string {
	base, _, _ := strings.Cut(task, "-")
	known := stateNames(base)
	n := len(known)
	if spec, err := Lookup(task); err == nil {
		n = spec.ObsDim
	}
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("state %d", i+1)
		if i < len(known) {
			names[i] = known[i]
		}
	}
	return names
}

func stateNames(base string) []string {
	switch base {
	case "Pendulum":
		return []string{"cos of angle", "sin of angle", "angle rate (rad/s)"}
	case "Hopper":
		return planar("torso", "thigh", "leg", "foot")
	case "Walker2d":
		return planar("torso", "right thigh", "right leg", "right foot", "left thigh", "left leg", "left foot")
	case "HalfCheetah":
		return planar("torso", "back thigh", "back shin", "back foot", "front thigh", "front shin", "front foot")
	case "Ant":
		return antNames()
	}
	return nil
}

// planar are the observations of the tasks that move in a plane: height, angles,
// velocities, rates.
func planar(parts ...string) []string {
	names := []string{"height (m)"}
	for _, p := range parts {
		names = append(names, p+" angle (rad)")
	}
	names = append(names, "x velocity (m/s)", "z velocity (m/s)")
	for _, p := range parts {
		names = append(names, p+" rate (rad/s)")
	}
	return names
}

// antNames are those of the torso and the eight joints; contact forces follow.
func antNames() []string {
	names := []string{"height (m)", "orientation w", "orientation x", "orientation y", "orientation z"}
	var joints []string
	for _, leg := range []string{"front left", "front right", "back left", "back right"} {
		joints = append(joints, leg+" hip", leg+" ankle")
	}
	for _, j := range joints {
		names = append(names, j+" (rad)")
	}
	for _, v := range []string{"velocity %s (m/s)", "turning about %s (rad/s)"} {
		for _, axis := range []string{"x", "y", "z"} {
			names = append(names, fmt.Sprintf(v, axis))
		}
	}
	for _, j := range joints {
		names = append(names, j+" rate (rad/s)")
	}
	return names
}
