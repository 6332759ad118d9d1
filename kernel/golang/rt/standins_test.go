package rt

import (
	"reflect"
	"runtime"
	"strings"
	"testing"
)

// Compiled cells call a stand-in by its name, interpreted ones as a value.
func TestStandInsHaveTheirNames(t *testing.T) {
	for full, s := range standIns {
		name := runtime.FuncForPC(reflect.ValueOf(s.Func).Pointer()).Name()
		if !strings.HasSuffix(name, "/rt."+s.Name) {
			t.Errorf("%s: %s is called %s", full, name, s.Name)
		}
	}
}
