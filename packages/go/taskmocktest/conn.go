package taskmocktest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"syscall"
	"time"
)

// A wire is a connection to the engine; out says where what it tells goes.
type wire struct {
	mock   *Mock
	number uint64
	mu     sync.Mutex
	timer  *time.Timer
	ended  bool
	out    peer
}

// A peer is the client's side of a wire. Its methods are called under the wire's lock.
type peer interface {
	write([]byte)
	reset()
	end()
}

func (m *Mock) connect(out peer) (*wire, error) {
	m.in.mu.Lock()
	defer m.in.mu.Unlock()
	if m.closed {
		return nil, fmt.Errorf("taskmocktest: the test of this mock has ended; make a mock for each test")
	}
	number, err := m.in.number("connect")
	if err == nil && number == 0 {
		err = fmt.Errorf("the mock has 10,000 connections open, and takes no more")
	}
	if err != nil {
		return nil, err
	}
	w := &wire{mock: m, number: number, out: out}
	m.wires[w] = struct{}{}
	return w, nil
}

// tell calls the engine and does what it says; called under the wire's lock.
func (w *wire) tell(call string, message []byte, more ...uint64) error {
	if w.ended {
		return nil
	}
	m := w.mock
	m.in.mu.Lock()
	arguments := append(append([]uint64{w.number}, more...), m.instants()...)
	reply, err := m.in.bytes(call, message, arguments...)
	m.in.mu.Unlock()
	if err != nil {
		w.finish()
		w.out.reset()
		return err
	}
	for _, next := range readActions(reply) {
		switch next.kind {
		case actWrite:
			w.out.write(next.bytes)
		case actWake:
			w.wakeAt(time.Duration(next.instant))
		case actReset:
			w.finish()
			w.out.reset()
		case actClose:
			w.finish()
			w.out.end()
		case actAsk:
			go w.ask(next.bytes)
		}
	}
	return nil
}

func (w *wire) wakeAt(instant time.Duration) {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.timer = time.AfterFunc(w.mock.until(instant), func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		_ = w.tell("wake", nil)
	})
}

// ask lets the user's handler answer a request.
func (w *wire) ask(message []byte) {
	recorder := httptest.NewRecorder()
	if request, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(message))); err != nil {
		http.Error(recorder, "the request cannot be read: "+err.Error(), http.StatusBadRequest)
	} else {
		serve(w.mock.options.handler, recorder, request)
	}
	var answer bytes.Buffer
	fmt.Fprintf(&answer, "%d\n", recorder.Code)
	_ = recorder.Result().Header.Write(&answer)
	answer.WriteString("\n")
	answer.Write(recorder.Body.Bytes())
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = w.tell("answer", answer.Bytes())
}

// serve calls a handler; a panic is an answer with 500, so that the client does not wait for ever.
func serve(handler http.Handler, recorder *httptest.ResponseRecorder, request *http.Request) {
	defer func() {
		if reason := recover(); reason != nil {
			*recorder = *httptest.NewRecorder()
			http.Error(recorder, fmt.Sprintf("the handler panicked: %v", reason), http.StatusInternalServerError)
		}
	}()
	handler.ServeHTTP(recorder, request)
}

// finish forgets the wire; called under its lock.
func (w *wire) finish() {
	w.ended = true
	if w.timer != nil {
		w.timer.Stop()
	}
	w.mock.in.mu.Lock()
	delete(w.mock.wires, w)
	w.mock.in.mu.Unlock()
}

// abandon closes the wire because the client, or the test, is gone.
func (w *wire) abandon() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended {
		if w.tell("closed", nil, 1) == nil {
			w.finish()
			w.out.end()
		}
	}
}

// conn is the client's end of a connection in memory.
type conn struct {
	wire  *wire
	ready *sync.Cond
	// unread is what the client has still to read; then comes last.
	unread          []byte
	last            error
	closed          bool
	readDeadline    deadline
	writeDeadline   deadline
	address, remote memoryAddr
}

type memoryAddr string

func (a memoryAddr) Network() string { return "memory" }
func (a memoryAddr) String() string  { return string(a) }

func (m *Mock) newConn(address string) (net.Conn, error) {
	c := &conn{remote: memoryAddr(address), address: "test"}
	w, err := m.connect(c)
	if err != nil {
		return nil, err
	}
	c.wire = w
	c.ready = sync.NewCond(&w.mu)
	return c, nil
}

func (c *conn) write(bytes []byte) { c.unread = append(c.unread, bytes...); c.ready.Broadcast() }
func (c *conn) reset()             { c.stop(syscall.ECONNRESET) }
func (c *conn) end()               { c.stop(io.EOF) }

func (c *conn) stop(last error) {
	if c.last == nil {
		c.last = last
	}
	c.ready.Broadcast()
}

func (c *conn) fail(op string, err error) error {
	if number, ok := err.(syscall.Errno); ok {
		err = os.NewSyscallError(op, number)
	}
	return &net.OpError{Op: op, Net: "tcp", Source: c.address, Addr: c.remote, Err: err}
}

// Read returns what the engine has written. After a reset it fails as TCP does.
func (c *conn) Read(into []byte) (int, error) {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	for {
		switch {
		case c.closed:
			return 0, c.fail("read", net.ErrClosed)
		case c.readDeadline.passed:
			return 0, c.fail("read", os.ErrDeadlineExceeded)
		case len(c.unread) > 0 || len(into) == 0:
			length := copy(into, c.unread)
			c.unread = c.unread[length:]
			return length, nil
		case c.last == io.EOF:
			return 0, io.EOF
		case c.last != nil:
			return 0, c.fail("read", c.last)
		}
		c.ready.Wait()
	}
}

// Write hands bytes to the engine, which answers before it returns.
func (c *conn) Write(bytes []byte) (int, error) {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	switch {
	case c.closed:
		return 0, c.fail("write", net.ErrClosed)
	case c.writeDeadline.passed:
		return 0, c.fail("write", os.ErrDeadlineExceeded)
	case c.last != nil:
		return 0, c.fail("write", syscall.EPIPE)
	}
	// A message has a bound; a long body goes in pieces.
	for sent := 0; sent < len(bytes); {
		end := min(sent+1<<20, len(bytes))
		if err := c.wire.tell("receive", bytes[sent:end]); err != nil {
			return sent, c.fail("write", err)
		}
		sent = end
	}
	return len(bytes), nil
}

// Close ends the connection at once, as the engine sees it too.
func (c *conn) Close() error {
	c.wire.abandon()
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	c.closed = true
	c.readDeadline.stop()
	c.writeDeadline.stop()
	c.ready.Broadcast()
	return nil
}

// CloseWrite says that the client sends nothing more.
func (c *conn) CloseWrite() error {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	return c.wire.tell("closed", nil, 0)
}

func (c *conn) LocalAddr() net.Addr  { return c.address }
func (c *conn) RemoteAddr() net.Addr { return c.remote }

func (c *conn) SetDeadline(t time.Time) error {
	_ = c.SetReadDeadline(t)
	return c.SetWriteDeadline(t)
}
func (c *conn) SetReadDeadline(t time.Time) error  { return c.readDeadline.set(c, t) }
func (c *conn) SetWriteDeadline(t time.Time) error { return c.writeDeadline.set(c, t) }

// A deadline wakes who waits when it passes; guarded by the wire's lock.
type deadline struct {
	timer  *time.Timer
	passed bool
}

func (d *deadline) stop() {
	if d.timer != nil {
		d.timer.Stop()
		d.timer = nil
	}
}

func (d *deadline) set(c *conn, t time.Time) error {
	c.wire.mu.Lock()
	defer c.wire.mu.Unlock()
	d.stop()
	d.passed = false
	if t.IsZero() || c.closed {
		return nil
	}
	pass := func() { d.passed = true; c.ready.Broadcast() }
	left := time.Until(t)
	if left <= 0 {
		pass()
		return nil
	}
	var timer *time.Timer
	timer = time.AfterFunc(left, func() {
		c.wire.mu.Lock()
		defer c.wire.mu.Unlock()
		if d.timer == timer {
			pass()
		}
	})
	d.timer = timer
	return nil
}
