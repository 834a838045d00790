// Package taskmocktest is a mock of the cloud calls that start long tasks and ask how they are doing
// (Alibaba E-HPC and ACK, Huawei DWS), inside a Go test.
//
// [New] makes a mock. A client reaches it in memory, by [Mock.Transport], [Mock.RoundTripper] or
// [Mock.DialContext], or at an address on loopback, by [Mock.Address]. In a bubble of testing/synctest the
// mock's clock moves with the bubble's, so that a waiter that sleeps half an hour is tested in no time.
//
// The mock itself is a WebAssembly module that is part of the package: nothing is started or installed.
package taskmocktest

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// TB is what a mock needs of a test: a *testing.T, *testing.B and *testing.F have it. See [Do] for examples.
type TB interface {
	Helper()
	Cleanup(func())
	Failed() bool
	Logf(format string, arguments ...any)
	Fatalf(format string, arguments ...any)
}

// A Mock is a cloud of its own for one test. All methods may be called from any goroutine.
type Mock struct {
	t       TB
	in      *instance
	options options
	started time.Time
	bubble  bool
	host    string
	// Guarded by the instance's lock.
	wires  map[*wire]struct{}
	closed bool

	transports sync.Map
	listening  listening
}

type options struct {
	State       json.RawMessage `json:"state,omitempty"`
	Clock       any             `json:"clock,omitempty"`
	Credentials []string        `json:"credentials,omitempty"`
	Handler     bool            `json:"handler"`
	handler     http.Handler
	speed       float64
	https       bool
}

// An Option says what a mock is like.
type Option func(*options)

// State is what the mock starts with, as the JSON that `taskmock state` shows; seed and dialect are fields of
// it. Without it the mock is in the documents' world.
func State(json string) Option { return func(o *options) { o.State = []byte(json) } }

// Credentials admits a user; from then on nobody else is. Signatures are held to the time of day, in a
// bubble to the bubble's.
func Credentials(accessKey, secret string) Option {
	return func(o *options) { o.Credentials = append(o.Credentials, accessKey+":"+secret) }
}

// Handler answers the requests that are for none of the mock's operations: the rest of the cloud.
func Handler(handler http.Handler) Option {
	return func(o *options) { o.handler, o.Handler = handler, handler != nil }
}

// Stepped moves the clock by a span with each call to the cloud, so that a client that polls without
// sleeping sees time pass.
func Stepped(span time.Duration) Option {
	return func(o *options) { o.Clock, o.speed = map[string]string{"stepped": span.String()}, 1 }
}

// Scaled lets so many seconds pass on the mock's clock in one second.
func Scaled(speed float64) Option {
	return func(o *options) { o.Clock, o.speed = "given", speed }
}

// HTTPS lets [Mock.Address] speak TLS; see [Mock.CA].
func HTTPS() Option { return func(o *options) { o.https = true } }

var mocks struct {
	sync.Mutex
	byHost map[string]*Mock
}

var lastMock atomic.Uint64

// New makes a mock, which ends with its test. If the test fails, the requests that came in are printed.
//
// Outside of a bubble its clock stands until [Mock.Advance] moves it, unless [Stepped] or [Scaled] say
// otherwise. In a bubble of testing/synctest it starts where the state's clock stands and moves with the
// bubble's.
func New(t TB, with ...Option) *Mock {
	t.Helper()
	m := &Mock{t: t, started: time.Now(), bubble: inBubble(), wires: map[*wire]struct{}{}}
	m.options.speed = 1
	if m.bubble {
		m.options.Clock = "given"
	}
	for _, option := range with {
		option(&m.options)
	}
	if !(m.options.speed > 0) || math.IsInf(m.options.speed, 0) {
		t.Fatalf("taskmocktest: Scaled takes a number above 0, not %v", m.options.speed)
	}
	in, err := newInstance()
	if err != nil {
		t.Fatalf("taskmocktest: %v", err)
	}
	m.in = in
	message, err := json.Marshal(&m.options)
	if err != nil {
		t.Fatalf("taskmocktest: State: %v", err)
	}
	status, sentence, err := in.status("open", message, m.instants()...)
	if err != nil {
		t.Fatalf("taskmocktest: %v", err)
	}
	if status != http.StatusOK {
		t.Fatalf("taskmocktest: %s", sentence)
	}
	m.host = fmt.Sprintf("mock-%d.taskmock.test", lastMock.Add(1))
	mocks.Lock()
	if mocks.byHost == nil {
		mocks.byHost = map[string]*Mock{}
	}
	mocks.byHost[m.host] = m
	mocks.Unlock()
	t.Cleanup(m.end)
	return m
}

// bubbleEnds lies between the year in which bubbles start, 2000, and those of real clocks.
var bubbleEnds = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)

func inBubble() bool { return time.Now().Before(bubbleEnds) }

// instants are what a call says of time: the mock's, and the one that signatures are held to.
func (m *Mock) instants() []uint64 {
	passed := time.Since(m.started)
	if m.options.speed != 1 {
		passed = time.Duration(float64(passed) * m.options.speed)
	}
	return []uint64{uint64(passed), uint64(time.Now().UnixMilli())}
}

// until is how long it is, in the test's time, until an instant of the mock's.
func (m *Mock) until(instant time.Duration) time.Duration {
	left := instant - time.Duration(m.instants()[0])
	if m.options.speed != 1 {
		// A nanosecond more, so that rounding wakes nobody early.
		left = time.Duration(float64(left)/m.options.speed) + 1
	}
	return left
}

func (m *Mock) end() {
	if m.t.Failed() {
		m.t.Logf("taskmocktest: %s", m.log())
	}
	m.listening.close()
	m.transports.Range(func(transport, _ any) bool {
		transport.(*http.Transport).CloseIdleConnections()
		return true
	})
	m.in.mu.Lock()
	m.closed = true
	wires := make([]*wire, 0, len(m.wires))
	for w := range m.wires {
		wires = append(wires, w)
	}
	m.in.mu.Unlock()
	for _, w := range wires {
		w.abandon()
	}
	mocks.Lock()
	delete(mocks.byHost, m.host)
	mocks.Unlock()
	m.in.mu.Lock()
	defer m.in.mu.Unlock()
	m.in.ended = fmt.Errorf("the test of this mock has ended; make a mock for each test")
	_ = m.in.module.Close(context.Background())
}

// Host returns a name that no other mock of the process has. SDKs that keep a transport for each host name,
// such as Tea's, must be given it, because a transport cannot live in two bubbles.
func (m *Mock) Host() string { return m.host }

// URL returns http:// and [Mock.Host]; in memory https works as well.
func (m *Mock) URL() string { return "http://" + m.host }

// DialContext opens a connection in memory, whatever the address is: so an SDK may keep the cloud's own
// endpoint. The name of another mock is refused.
func (m *Mock) DialContext(ctx context.Context, network, address string) (net.Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	refuse := func(sentence string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: network, Addr: memoryAddr(address), Err: fmt.Errorf("taskmocktest: %s", sentence)}
	}
	if strings.HasSuffix(host, ".taskmock.test") && host != m.host {
		return refuse(fmt.Sprintf("%s is another mock, this one is %s: a client that outlives its test needs a transport for each mock", host, m.host))
	}
	if m.bubble != inBubble() {
		return refuse("the mock and the client must be in one bubble of testing/synctest, or both outside: make the mock where the client runs")
	}
	return m.newConn(address)
}

// Transport returns a transport whose connections are in memory: a client's pool, retries and time-outs are
// tested with it. https needs no certificate, because DialTLSContext does without TLS.
func (m *Mock) Transport() *http.Transport {
	transport := &http.Transport{DialContext: m.DialContext, DialTLSContext: m.DialContext}
	m.transports.Store(transport, nil)
	return transport
}

// Client returns a client over [Mock.Transport].
func (m *Mock) Client() *http.Client { return &http.Client{Transport: m.Transport()} }

// A RoundTripper is a transport of a type of its own, for SDKs that change an *http.Transport that they are
// given, as Alibaba's classic SDK does, and for Tea, which takes an HttpClient.
type RoundTripper struct{ transport *http.Transport }

// RoundTripper returns one over connections in memory.
func (m *Mock) RoundTripper() *RoundTripper { return &RoundTripper{m.Transport()} }

// RoundTrip sends a request, as [http.Transport] does.
func (r *RoundTripper) RoundTrip(request *http.Request) (*http.Response, error) {
	return r.transport.RoundTrip(request)
}

// Call sends a request over this transport, whatever the one that is given: it is Tea's HttpClient.
func (r *RoundTripper) Call(request *http.Request, _ *http.Transport) (*http.Response, error) {
	return r.transport.RoundTrip(request)
}

// Do runs a function with a TB of its own, for examples, which have none. Fatalf panics.
func Do(run func(t TB)) {
	t := &plain{}
	defer t.cleanup()
	run(t)
}

type plain struct{ cleanups []func() }

func (p *plain) Helper()                        {}
func (p *plain) Cleanup(f func())               { p.cleanups = append(p.cleanups, f) }
func (p *plain) Failed() bool                   { return false }
func (p *plain) Logf(format string, a ...any)   { fmt.Printf(format+"\n", a...) }
func (p *plain) Fatalf(format string, a ...any) { panic(fmt.Sprintf(format, a...)) }
func (p *plain) cleanup() {
	for i := len(p.cleanups) - 1; i >= 0; i-- {
		p.cleanups[i]()
	}
}
