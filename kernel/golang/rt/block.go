package rt

import (
	"reflect"
	"time"
)

// Send returns the function that sends on ch, as ch <- v does.
func Send[T any](ch chan<- T) func(T) {
	return func(v T) {
		select {
		case ch <- v:
			return
		default:
		}
		select {
		case ch <- v:
		case <-Done():
			Abort()
		}
	}
}

// Recv is <-ch.
func Recv[T any](ch <-chan T) T {
	v, _ := Recv2(ch)
	return v
}

// Recv2 is v, ok := <-ch.
func Recv2[T any](ch <-chan T) (T, bool) {
	select {
	case v, ok := <-ch:
		return v, ok
	default:
	}
	select {
	case v, ok := <-ch:
		return v, ok
	case <-Done():
		panic(Unwinding())
	}
}

// Range is what a range clause over a channel goes through.
func Range[T any](ch <-chan T) func(yield func(T) bool) {
	return func(yield func(T) bool) {
		for {
			v, ok := Recv2(ch)
			if !ok || !yield(v) {
				return
			}
		}
	}
}

// Sleep is time.Sleep.
func Sleep(d time.Duration) {
	if d <= 0 {
		Check()
		return
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-Done():
		Abort()
	}
}

// Zero is var x T for a variable that is there already.
func Zero[T any](p *T) { *p = *new(T) }

// RecvValue is <-ch of an interpreted cell.
func RecvValue(ch reflect.Value) (reflect.Value, bool) {
	if !ch.IsNil() {
		if v, ok := ch.TryRecv(); v.IsValid() {
			return v, ok
		}
	}
	i, v, ok := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectRecv, Chan: ch}, {Dir: reflect.SelectRecv, Chan: reflect.ValueOf(Done())}})
	if i == 1 {
		panic(Unwinding())
	}
	return v, ok
}

// SendValue is ch <- v of an interpreted cell.
func SendValue(ch, v reflect.Value) {
	if !ch.IsNil() && ch.TrySend(v) {
		return
	}
	i, _, _ := reflect.Select([]reflect.SelectCase{{Dir: reflect.SelectSend, Chan: ch, Send: v}, {Dir: reflect.SelectRecv, Chan: reflect.ValueOf(Done())}})
	if i == 1 {
		Abort()
	}
}
