package taskmocktest

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

const documented = "/tasks/T-5faa48fb31b6b8078d00****"

// get asks once and returns the status and the body.
func get(client *http.Client, url string) (int, string, error) {
	response, err := client.Get(url)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

func TestInMemory(t *testing.T) {
	m := New(t)
	for _, url := range []string{m.URL(), "http://cs.aliyuncs.com", "https://cs.aliyuncs.com"} {
		status, body, err := get(m.Client(), url+documented)
		if status != 200 || err != nil || !strings.Contains(body, `"state":"running"`) {
			t.Fatalf("%s: %d %s %v", url, status, body, err)
		}
	}
	m.ExpectRequests("ack.describe_task_info", 3)
}

func TestAtAnAddress(t *testing.T) {
	m := New(t)
	if status, body, err := get(http.DefaultClient, m.Address()+documented); status != 200 || err != nil {
		t.Fatalf("%d %s %v", status, body, err)
	}
	secure := New(t, HTTPS())
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: secure.CA()}}}
	defer client.CloseIdleConnections()
	if status, body, err := get(client, secure.Address()+documented); status != 200 || err != nil {
		t.Fatalf("%d %s %v", status, body, err)
	}
}

// A waiter that sleeps sees a task through a 503, throttling and a reset to its failure.
func TestABubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := time.Now()
		m := New(t)
		if got := m.Now().Format(time.RFC3339); got != "2024-03-03T00:00:00Z" {
			t.Fatalf("the clock starts at %s", got)
		}
		task := m.Submit(AckTask{ClusterID: "c-1", TaskType: "cluster_scaleout", Takes: 29*time.Minute + 10*time.Second, Ends: Fail, Reasons: []string{"no stock"}})
		m.Inject(HTTPError(503, 2*time.Second).AtCall(2))
		m.Inject(Throttle(5 * time.Second).AtCall(4))
		m.Inject(ResetIdle().AtCall(6))
		client := m.Client()
		client.Timeout = 10 * time.Second
		polls := 0
		for {
			polls++
			status, body, err := get(client, m.URL()+"/tasks/"+task.ID)
			if err != nil {
				t.Fatalf("poll %d: %v", polls, err)
			}
			var answer struct {
				State string
				Error struct{ Message string }
			}
			if status == 200 {
				if err := json.Unmarshal([]byte(body), &answer); err != nil {
					t.Fatal(err)
				}
			}
			if answer.State == "fail" {
				if answer.Error.Message != "no stock" {
					t.Fatalf("the reason is %q", answer.Error.Message)
				}
				break
			}
			time.Sleep(50 * time.Second)
		}
		// The end is at 29:10; polls are each 50 s, so the 36th is the first to see it.
		if polls != 36 || time.Since(started) != 35*50*time.Second {
			t.Fatalf("%d polls in %v", polls, time.Since(started))
		}
		// net/http replays the GET that met the reset.
		m.ExpectRequests("ack.describe_task_info", 36)
	})
}

func TestDelaysPassInTheBubble(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := New(t)
		m.Inject(Delay(time.Minute))
		m.Inject(Stall())
		client := m.Client()
		client.Timeout = 10 * time.Second
		for range 2 {
			started := time.Now()
			_, _, err := get(client, m.URL()+documented)
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(started) != 10*time.Second {
				t.Fatalf("%v after %v", err, time.Since(started))
			}
		}
	})
}

func TestAHandlerAnswersTheRest(t *testing.T) {
	m := New(t, Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("Action") == "panic" {
			panic("oh")
		}
		w.Header().Add("X-Two", "a")
		w.Header().Add("X-Two", "b")
		w.WriteHeader(http.StatusTeapot)
		fmt.Fprintf(w, "%s %s", r.Method, r.URL.RequestURI())
	})))
	response, err := m.Client().Get(m.URL() + "/?Action=DescribeRegions&Version=2014-05-26")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	if response.StatusCode != http.StatusTeapot || len(response.Header.Values("X-Two")) != 2 || string(body) != "GET /?Action=DescribeRegions&Version=2014-05-26" {
		t.Fatalf("%v %s", response, body)
	}
	if status, _, _ := get(m.Client(), m.URL()+documented); status != 200 {
		t.Fatalf("ours: %d", status)
	}
	if status, body, _ := get(m.Client(), m.URL()+"/?Action=panic"); status != 500 || !strings.Contains(body, "oh") {
		t.Fatalf("%d %s", status, body)
	}
}

// 64 goroutines ask one mock, one of them stalled by a fault.
func TestManyAtOnce(t *testing.T) {
	m := New(t)
	m.Inject(Stall())
	var group sync.WaitGroup
	client := m.Client()
	ctx, cancel := context.WithCancel(context.Background())
	var mu sync.Mutex
	done := 0
	for range 64 {
		group.Add(1)
		go func() {
			defer group.Done()
			request, _ := http.NewRequestWithContext(ctx, "GET", m.URL()+documented, nil)
			response, err := client.Do(request)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				_ = response.Body.Close()
			} else if !errors.Is(err, context.Canceled) {
				t.Error(err)
			}
			if done++; done == 63 {
				cancel()
			}
		}()
	}
	group.Wait()
	cancel()
	m.ExpectRequests("ack.describe_task_info", 64)
}

func TestClocks(t *testing.T) {
	m := New(t, Stepped(time.Minute))
	for range 3 {
		if _, _, err := get(m.Client(), m.URL()+documented); err != nil {
			t.Fatal(err)
		}
	}
	if got := m.Now().Format(time.TimeOnly); got != "00:03:00" {
		t.Fatalf("stepped: %s", got)
	}
	stands := New(t)
	if got := stands.Advance(90 * time.Second).Format(time.TimeOnly); got != "00:01:30" {
		t.Fatalf("advanced: %s", got)
	}
	synctest.Test(t, func(t *testing.T) {
		m := New(t, Scaled(60))
		time.Sleep(time.Minute)
		if got := m.Now().Format(time.TimeOnly); got != "01:00:00" {
			t.Fatalf("scaled: %s", got)
		}
	})
}

// What each verb does is seen by a client.
func TestVerbs(t *testing.T) {
	m := New(t)
	state := func(task Key) string {
		_, body, err := get(m.Client(), m.URL()+"/tasks/"+task.ID)
		if err != nil {
			t.Fatal(err)
		}
		var answer struct{ State string }
		_ = json.Unmarshal([]byte(body), &answer)
		return answer.State
	}
	task := m.Submit(AckTask{ClusterID: "c-1", TaskType: "cluster_scaleout", Takes: time.Minute})
	m.Hold(task)
	m.Advance(time.Hour)
	if got := state(task); got != "running" {
		t.Fatalf("held: %s", got)
	}
	m.Release(task, "")
	if got := state(task); got != "success" {
		t.Fatalf("released: %s", got)
	}
	other := m.Submit(AckTask{ClusterID: "c-1", TaskType: "cluster_scaleout", Takes: time.Hour})
	m.End(other, Fail)
	if got := state(other); got != "fail" {
		t.Fatalf("ended: %s", got)
	}
	m.Remove(other)
	if got := state(other); got != "" {
		t.Fatalf("removed: %s", got)
	}
	id := m.Inject(Reset().Always())
	m.Withdraw(id)
	m.Inject(Reset().Always())
	m.Withdraw()
	if got := state(task); got != "success" {
		t.Fatalf("withdrawn: %s", got)
	}
	saved := m.StateJSON()
	m.Reset()
	if got := state(task); got != "" {
		t.Fatalf("reset: %s", got)
	}
	m.Load(saved)
	if got := state(task); got != "success" {
		t.Fatalf("loaded: %s", got)
	}
	for _, task := range []Task{
		EhpcTask{ClusterID: "ehpc-hz-FYUr32****", TaskType: "AddComputes", Ends: Fail, Reasons: []string{"no stock"}},
		DwsTask{ClusterID: "9b7ff56b-47b3-4d00-a1fd-4c023d34404b", LogicalClusterName: "lc", Type: "Create", Ends: Fail, Reasons: []string{"no stock"}},
	} {
		m.Submit(task)
	}
}

// failing notes what a mock says of a test.
type failing struct {
	TB
	said   []string
	failed bool
}

func (f *failing) Failed() bool { return f.failed }
func (f *failing) Logf(format string, arguments ...any) {
	f.said = append(f.said, fmt.Sprintf(format, arguments...))
}
func (f *failing) Fatalf(format string, arguments ...any) {
	panic(fmt.Sprintf(format, arguments...))
}

func sentence(t *testing.T, want string, act func()) {
	t.Helper()
	defer func() {
		t.Helper()
		if got := fmt.Sprint(recover()); !strings.Contains(got, want) {
			t.Errorf("said %q, not %q", got, want)
		}
	}()
	act()
}

// What would hang, or fail without a word, gets a sentence.
func TestSentences(t *testing.T) {
	outside := New(t)
	synctest.Test(t, func(t *testing.T) {
		m := New(&failing{TB: t})
		sentence(t, "hangs inside a bubble", func() { m.Address() })
		_, _, err := get(outside.Client(), outside.URL()+documented)
		if err == nil || !strings.Contains(err.Error(), "in one bubble") {
			t.Errorf("%v", err)
		}
	})
	other := New(t)
	if _, _, err := get(outside.Client(), other.URL()+documented); err == nil || !strings.Contains(err.Error(), "is another mock") {
		t.Errorf("%v", err)
	}
	sentence(t, "ehpc_task.task_type: no document lists `x`", func() { New(&failing{TB: t}).Submit(EhpcTask{ClusterID: "c", TaskType: "x"}) })
	sentence(t, "state", func() { New(&failing{TB: t}, State(`{"clock": 1}`)) })
	sentence(t, "ehpc.list_tasks was asked 0 times, not 1", func() { New(&failing{TB: t}).ExpectRequests("ehpc.list_tasks", 1) })
	var ended *Mock
	t.Run("test", func(t *testing.T) { ended = New(t) })
	if _, _, err := get(ended.Client(), ended.URL()); err == nil || !strings.Contains(err.Error(), "has ended") {
		t.Errorf("%v", err)
	}
	sentence(t, "has ended", func() { (&Mock{t: &failing{TB: t}, in: ended.in}).Now() })
}

func TestTheLogIsPrintedWhenATestFailed(t *testing.T) {
	f := &failing{TB: t, failed: true}
	Do(func(tb TB) {
		f.TB = tb
		m := New(f)
		_, _, _ = get(m.Client(), m.URL()+documented)
	})
	if said := strings.Join(f.said, "\n"); !strings.Contains(said, "1 requests came in") || !strings.Contains(said, "ack.describe_task_info") {
		t.Fatal(said)
	}
}

// A mock whose memory is full says so and is thrown away, and the others live.
func TestAFullMemory(t *testing.T) {
	m, other := New(&failing{TB: t}), New(t)
	begun := append([]byte("POST /tasks/T-1 HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n"), make([]byte, 990_000)...)
	var err error
	for range 1000 {
		var connection net.Conn
		if connection, err = m.DialContext(t.Context(), "tcp", "x:80"); err == nil {
			_, err = connection.Write(begun)
		}
		if err != nil {
			break
		}
	}
	if err == nil || !strings.Contains(err.Error(), "the mock has ended") || !strings.Contains(err.Error(), "memory allocation of") {
		t.Fatalf("%v", err)
	}
	sentence(t, "the mock has ended", func() { m.Now() })
	other.Now()
}

// Nothing that a client or a test can say ends a mock.
func TestHostileInput(t *testing.T) {
	m := New(t)
	long, deep := strings.Repeat("k", 1<<20), strings.Repeat("[", 1<<20)
	for _, body := range []string{"", "{", deep, `{"` + long + `": 1}`, `{"ack_task": ` + deep, `{"advance": "` + long + `"}`, `{"advance": "99999999999999h"}`, "\x00\xff", `{"fault": ` + strings.Repeat(`{"x":`, 1<<16)} {
		for _, call := range [][2]string{{"PUT", "state"}, {"POST", "clock"}, {"POST", "faults"}, {"POST", "tasks"}, {"POST", "tasks/end"}, {"POST", "reset"}, {"GET", "requests?" + body}, {"GET", body}} {
			_ = m.try(call[0], call[1], body, nil)
		}
		_, _, _ = m.in.status("open", []byte(body), 0, 0)
		if status, sentence, err := m.in.status("open", []byte("{}"), 0, 0); status != 200 {
			t.Fatalf("%.40q: %d %s %v", body, status, sentence, err)
		}
		for _, request := range []string{
			"GET /?Action=ListTasks&Version=2018-04-12&ClusterId=" + body + " HTTP/1.1\r\nhost: x\r\n\r\n",
			"GET /tasks/" + body + " HTTP/1.1\r\nhost: x\r\n" + long + ": x\r\n\r\n",
			fmt.Sprintf("POST / HTTP/1.1\r\nhost: x\r\ncontent-length: %d\r\n\r\n%s", len(body), body),
			"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\n" + body,
			strings.Repeat("GET /tasks/T-1 HTTP/1.1\r\nhost: x\r\n\r\n", 5000),
		} {
			connection, err := m.DialContext(t.Context(), "tcp", "x:80")
			if err != nil {
				t.Fatal(err)
			}
			_, _ = connection.Write([]byte(request))
			_ = connection.Close()
		}
		if m.in.ended != nil {
			t.Fatalf("%.40q: %v", body, m.in.ended)
		}
	}
	if place, err := m.in.number("room", 1<<31); place != 0 || err != nil {
		t.Fatalf("%d %v", place, err)
	}
	if reply, err := m.in.bytes("wake", nil, 99_999, 0, 0); len(reply) != 0 || err != nil {
		t.Fatalf("%v %v", reply, err)
	}
}

// The class of the error that net/http shows for a fault, by transport, on a fresh and a kept connection.
func TestFaultsOfNetHTTP(t *testing.T) {
	reset := func(err error) bool { return errors.Is(err, syscall.ECONNRESET) }
	eof := func(err error) bool { return errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) }
	cut := func(err error) bool { return errors.Is(err, io.ErrUnexpectedEOF) }
	none := func(err error) bool { return err == nil }
	timeout := func(err error) bool {
		var slow interface{ Timeout() bool }
		return errors.As(err, &slow) && slow.Timeout()
	}
	for _, row := range []struct {
		name        string
		fault       Fault
		fresh, kept func(error) bool
	}{
		{"reset", Reset(), reset, none}, // On a kept connection net/http repeats a GET.
		{"close", CloseEarly(), eof, none},
		{"reset_idle", ResetIdle(), none, none},
		{"cut", Cut(10), cut, cut},
		{"cut, chunked", FaultJSON(`{"cut": {"after": 10, "chunked": true}}`), cut, cut},
		{"cut, reset", FaultJSON(`{"cut": {"after": 10, "reset": true}}`), reset, reset},
		{"stall", Stall(), timeout, timeout},
		{"wrong length", FaultJSON(`{"wrong_length": {"by": 5}}`), timeout, timeout},
		{"503", HTTPError(503, 0), none, none},
	} {
		for _, transport := range []string{"memory", "TCP"} {
			for _, kept := range []bool{false, true} {
				name, want := row.name+"/"+transport+"/fresh", row.fresh
				if kept {
					name, want = row.name+"/"+transport+"/kept", row.kept
				}
				t.Run(name, func(t *testing.T) {
					m := New(t)
					client, url := m.Client(), m.URL()
					if transport == "TCP" {
						client, url = &http.Client{Transport: &http.Transport{}}, m.Address()
						defer client.CloseIdleConnections()
					}
					client.Timeout = 300 * time.Millisecond
					if kept {
						if _, _, err := get(client, url+documented); err != nil {
							t.Fatal(err)
						}
					}
					m.Inject(row.fault)
					if _, _, err := get(client, url+documented); !want(err) {
						t.Fatalf("%v", err)
					}
				})
			}
		}
	}
}

func BenchmarkNew(b *testing.B) {
	New(b)
	for b.Loop() {
		if _, err := newInstance(); err != nil {
			b.Fatal(err)
		}
	}
}
