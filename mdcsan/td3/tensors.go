package td3

import (
	"gomdcsan/mdcsan/nn"
	"gomdcsan/mdcsan/rng"
)

// Tensors returns everything that a checkpoint must keep for the next update
// to have the same bits: weights, fixed parameters, targets, Adam's moments
// and counters, the normaliser and the random streams. The tensors are views:
// writing them restores the agent.
func (a *Agent) Tensors() []nn.Tensor {
	a.hold(false)
	ts := []nn.Tensor{{Name: "td3/updates", Shape: []int{1}, I64: a.updates}}
	ts = appendNetwork(ts, "actor/", a.actor)
	ts = appendNetwork(ts, "actor_target/", a.targets.actor)
	for i, name := range [2]string{"q1", "q2"} {
		ts = appendParams(ts, name+"/", a.q[i].Params())
		ts = appendParams(ts, name+"_target/", a.targets.q[i].Params())
		ts = append(ts, a.qOpt[i].Tensors("adam/"+name+"/")...)
	}
	ts = append(ts, a.actorOpt.Tensors("adam/actor/")...)
	ts = append(ts, a.norm.Tensors("normaliser/")...)
	return append(ts,
		nn.Tensor{Name: "stream/exploration", Stream: a.explore},
		nn.Tensor{Name: "stream/td3/target", Stream: a.targetNoise})
}

// appendNetwork adds what learns, what is fixed, and the stream of a network
// that has one.
func appendNetwork(ts []nn.Tensor, prefix string, net Actor) []nn.Tensor {
	ts = appendParams(ts, prefix, net.Params())
	if f, ok := net.(fixed); ok {
		ts = appendParams(ts, prefix, f.Fixed())
	}
	if s, ok := net.(interface{ Stream() *rng.Stream }); ok {
		ts = append(ts, nn.Tensor{Name: "stream/" + prefix + "coding", Stream: s.Stream()})
	}
	return ts
}

func appendParams(ts []nn.Tensor, prefix string, params []*nn.Param) []nn.Tensor {
	for _, p := range params {
		ts = append(ts, nn.ParamTensor(prefix, p))
	}
	return ts
}
