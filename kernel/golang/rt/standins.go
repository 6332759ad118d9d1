package rt

import (
	"context"
	"time"
)

// A StandIn is what a cell calls instead of a function or a method of a
// compiled package that waits, prints, asks or ends the process.
type StandIn struct {
	Name string // in this package
	// Func takes the arguments, a method's receiver before them; or it is a
	// Wrapper.
	Func any
}

// A Wrapper makes a call that waits, of a method of x or of a function, so that
// an interrupt ends it.
type Wrapper = func(x any, call func())

// Wrapper returns what the call is made within, if the stand-in is one.
func (s StandIn) Wrapper() (Wrapper, bool) {
	w, ok := s.Func.(Wrapper)
	return w, ok
}

// StandInFor returns what stands for a function or method with a full name, as
// go/types has it.
func StandInFor(fullName string) (s StandIn, ok bool) {
	s, ok = standIns[fullName]
	return s, ok
}

var (
	reading  = StandIn{"Reading", Reading}
	writing  = StandIn{"Writing", Writing}
	leaving  = StandIn{"Leaving", Leaving}
	killing  = StandIn{"Killing", Killing}
	shutting = StandIn{"Shutting", Shutting}
)

var standIns = map[string]StandIn{
	"fmt.Print": {"Print", Print}, "fmt.Printf": {"Printf", Printf}, "fmt.Println": {"Println", Println},
	"fmt.Scan": {"Scan", Scan}, "fmt.Scanf": {"Scanf", Scanf}, "fmt.Scanln": {"Scanln", Scanln},

	"os.Exit": {"Exit", Exit}, "log.Fatal": {"Fatal", Fatal}, "log.Fatalf": {"Fatalf", Fatalf}, "log.Fatalln": {"Fatalln", Fatalln},
	"(*log.Logger).Fatal": {"LoggerFatal", LoggerFatal}, "(*log.Logger).Fatalf": {"LoggerFatalf", LoggerFatalf}, "(*log.Logger).Fatalln": {"LoggerFatalln", LoggerFatalln},

	"time.Sleep": {"Sleep", Sleep}, "time.AfterFunc": {"AfterFunc", AfterFunc}, "context.AfterFunc": {"AfterContext", AfterContext},

	"(*sync.Mutex).Lock": {"LockAny", LockAny}, "(*sync.RWMutex).Lock": {"LockAny", LockAny}, "(sync.Locker).Lock": {"LockAny", LockAny},
	"(*sync.RWMutex).RLock": {"RLock", RLock}, "(*sync.WaitGroup).Go": {"Go", Go},
	"(*sync.WaitGroup).Wait": leaving, "(*sync.Cond).Wait": {"Waking", Waking},

	"(*os/exec.Cmd).Run": killing, "(*os/exec.Cmd).Wait": killing, "(*os/exec.Cmd).Output": killing, "(*os/exec.Cmd).CombinedOutput": killing,
	"(*os/exec.Cmd).Start": {"Starting", Starting}, "os.StartProcess": {"StartProcess", StartProcess}, "(*os.Process).Wait": leaving,

	"os.Open": leaving, "os.OpenFile": leaving, "os.ReadFile": leaving, // of a named pipe
	"(*os.File).Read": {"Read", Read}, "(*os.File).WriteTo": reading,
	"(*os.File).Write": writing, "(*os.File).WriteString": writing, "(*os.File).ReadFrom": writing,
	"(*io.PipeReader).Read": reading, "(io.Reader).Read": {"Read", Read},
	"(*io.PipeWriter).Write": writing, "(io.Writer).Write": writing,

	"net.Dial": leaving, "net.DialTimeout": leaving, "(*net.Dialer).Dial": leaving, "net.LookupHost": leaving, "net.LookupIP": leaving,
	"(net.Conn).Read": reading, "(*net.conn).Read": reading, "(*crypto/tls.Conn).Read": reading,
	"(net.Conn).Write": writing, "(*net.conn).Write": writing, "(*crypto/tls.Conn).Write": writing,
	"(net.PacketConn).ReadFrom": reading, "(*net.UDPConn).ReadFrom": reading, "(*net.UDPConn).ReadFromUDP": reading,
	"(net.Listener).Accept": reading, "(*net.TCPListener).Accept": reading, "(*net.TCPListener).AcceptTCP": reading, "(*net.UnixListener).Accept": reading,

	"net/http.Get": leaving, "net/http.Head": leaving, "net/http.Post": leaving, "net/http.PostForm": leaving,
	"(*net/http.Client).Do": leaving, "(*net/http.Client).Get": leaving, "(*net/http.Client).Head": leaving,
	"(*net/http.Client).Post": leaving, "(*net/http.Client).PostForm": leaving,
	"net/http.ListenAndServe": shutting, "net/http.Serve": shutting, "net/http.ListenAndServeTLS": shutting, // see ServerFields
	"(*net/http.Server).ListenAndServe": shutting, "(*net/http.Server).Serve": shutting, "(*net/http.Server).ListenAndServeTLS": shutting,
	"(*net/rpc.Client).Call": leaving,

	// These call a cell's function in goroutines of their own.
	"gonum.org/v1/gonum/optimize.Minimize": leaving, "gonum.org/v1/gonum/integrate/quad.Fixed": leaving,
	"gonum.org/v1/gonum/diff/fd.Gradient": leaving, "gonum.org/v1/gonum/diff/fd.Jacobian": leaving, "gonum.org/v1/gonum/diff/fd.Hessian": leaving,
	"gonum.org/v1/gonum/diff/fd.Laplacian": leaving, "gonum.org/v1/gonum/diff/fd.CrossLaplacian": leaving,
}

// ServerFields is for functions that make a Server of their package and call
// its method of the same name, so that nobody else could close it: the fields
// that their arguments go to, "" for an argument of the method.
func ServerFields(fullName string) []string { return serverFields[fullName] }

var serverFields = map[string][]string{
	"net/http.ListenAndServe":    {"Addr", "Handler"},
	"net/http.ListenAndServeTLS": {"Addr", "", "", "Handler"},
	"net/http.Serve":             {"", "Handler"},
}

// AfterFunc is time.AfterFunc.
func AfterFunc(d time.Duration, f func()) *time.Timer { return time.AfterFunc(d, Guard(f)) }

// AfterContext is context.AfterFunc.
func AfterContext(ctx context.Context, f func()) (stop func() bool) {
	return context.AfterFunc(ctx, Guard(f))
}
