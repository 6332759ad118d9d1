package tasks

// StartPose is a task's pose at the start of an episode, without its noise, as
// Picture takes it. Of Pendulum-v1 and of the robots of package mjcf it needs no
// MuJoCo.
func StartPose(name string) ([]float64, error) {
	k, err := find(name, Options{})
	if err != nil {
		return nil, err
	}
	switch {
	case k.start != nil:
		return k.start(), nil
	case k.table != nil:
		m := k.table()
		return m.Start(), nil
	case k.load == nil:
		return nil, noPicture(name)
	}
	m, err := k.load()
	if err != nil {
		return nil, err
	}
	return m.Array("qpos0")
}
