package sessiongen

// channelForms start goroutines and talk to them.
var channelForms = []Form{
	{Name: "go", Headings: "Go statements,Send statements,Receive operator", Text: `
func $square(in <-chan int, out chan<- int) {
	for x := range in {
		out <- x * x
	}
	close(out)
}
---
def $in chan int, $out chan int := make(chan int), make(chan int)
go $square($in, $out)
go func(n int) {
	defer close($in)
	for i := range n {
		$in <- i + {int}
	}
}({lit})
---
for x := range $out {
	fmt.Print(x, " ")
}
def $x int, $ok bool := <-$out
value fmt.Sprint($x, $ok)`, Private: true},
	{Name: "goroutines that wait", Headings: "Go statements,Function literals", Text: `
type $C struct {
	sync.Mutex
	n map[int]int
}
func (c *$C) Add(k, x int) {
	c.Lock()
	defer c.Unlock()
	c.n[k] += x
}
---
def $c *$C := &$C{n: map[int]int{}}
var $wg sync.WaitGroup
for i := range 8 {
	$wg.Add(1)
	go func() {
		defer $wg.Done()
		for j := range 5 {
			$c.Add(i%2, j*{lit})
		}
	}()
}
$wg.Wait()
---
fmt.Println($c.n)
var $once sync.Once
for range 3 {
	$once.Do(func() { $c.Add(7, {int}) })
}
value $c.n[7]`},
	{Name: "select", Headings: "Select statements,Send statements,Receive operator", Text: `
def $a chan int, $b chan string, $done chan struct{} := make(chan int, 1), make(chan string), make(chan struct{})
---
func $poll() string {
	select {
	case x := <-$a:
		return fmt.Sprint("a", x)
	case s, ok := <-$b:
		return fmt.Sprint("b", s, ok)
	default:
		return "none"
	}
}
fmt.Println($poll())
select {
case $a <- {int}:
	fmt.Println("sent")
case <-$done:
}
fmt.Println($poll(), len($a))
---
go func() {
	for i := range 3 {
		$b <- fmt.Sprint(i, {string})
	}
	close($done)
}()
func() {
	for {
		select {
		case s := <-$b:
			fmt.Print(s, " ")
		case <-$done:
			return
		case (chan int)(nil) <- 1:
			fmt.Print("never")
		}
	}
}()
---
var $l [2]int
$a <- {lit}
select {
case $l[1] = <-$a:
}
select {
case <-time.After(time.Millisecond):
	fmt.Println("time")
}
fmt.Println($l)
value $poll()`, Private: true},
	{Name: "break out of select", Headings: "Select statements,Break statements,Labeled statements", Text: `
def $c chan int := make(chan int, 10)
for i := range 6 {
	$c <- i * {lit}
}
close($c)
---
def $n int := 0
loop:
for {
	select {
	case x, ok := <-$c:
		if !ok {
			break loop
		}
		if x%2 == 1 {
			break
		}
		$n += x
	}
}
value $n`, Private: true},
	{Name: "channels of channels", Headings: "Channel types,Receive operator,Send statements", Text: `
type $Req struct {
	x     int
	reply chan<- int
}
def $reqs chan $Req := make(chan $Req)
go func() {
	for r := range $reqs {
		r.reply <- r.x * {lit}
	}
}()
---
func $ask(x int) int {
	c := make(chan int)
	$reqs <- $Req{x, c}
	return <-c + 1
}
---
fmt.Println($ask({int}), $ask(2))
def $cc chan (<-chan int) := make(chan (<-chan int), 1)
def $d chan int := make(chan int, 1)
$d <- {int}
$cc <- $d
fmt.Println(<-<-$cc)
func() {
	defer func() { fmt.Println(recover()) }()
	close($d)
	$d <- 1
}()
value $ask({lit})`, Private: true},
}
