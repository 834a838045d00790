package taskmocktest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// A Key identifies a task: by ID, or a DWS task by the other three.
type Key struct {
	ID                 string `json:"id,omitempty"`
	ClusterID          string `json:"cluster_id,omitempty"`
	LogicalClusterName string `json:"logical_cluster_name,omitempty"`
	Type               string `json:"type,omitempty"`
}

// call is a call of the control interface. What is refused fails the test at the caller's line.
func (m *Mock) call(method, path string, body, into any) {
	m.t.Helper()
	if err := m.try(method, path, body, into); err != nil {
		m.t.Fatalf("taskmocktest: %v", err)
	}
}

func (m *Mock) try(method, path string, body, into any) error {
	message := []byte(method + " /__taskmock__/" + path + "\n")
	switch body := body.(type) {
	case nil:
	case string:
		message = append(message, body...)
	default:
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		message = append(message, text...)
	}
	m.in.mu.Lock()
	status, reply, err := m.in.status("control", message, m.instants()...)
	m.in.mu.Unlock()
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		var sentence struct{ Taskmock string }
		if json.Unmarshal(reply, &sentence) == nil && sentence.Taskmock != "" {
			reply = []byte(sentence.Taskmock)
		}
		return fmt.Errorf("%s", reply)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(reply, into)
}

// Submit starts a task, as if a client had started it now, and returns what identifies it.
func (m *Mock) Submit(task Task) Key {
	m.t.Helper()
	var key Key
	kind, fields := task.submission()
	m.call("POST", "tasks", map[string]any{kind: fields}, &key)
	return key
}

type change struct {
	Key
	Ends string `json:"ends,omitempty"`
}

// Hold holds a task open: it does not end until it is released.
func (m *Mock) Hold(task Key) { m.t.Helper(); m.call("POST", "tasks/hold", task, nil) }

// Release lets a held task go on to its end; ends says which, "" the one of its script.
func (m *Mock) Release(task Key, ends string) {
	m.t.Helper()
	m.call("POST", "tasks/release", change{task, ends}, nil)
}

// End lets a task end now; ends says how, "" as its script does.
func (m *Mock) End(task Key, ends string) {
	m.t.Helper()
	m.call("POST", "tasks/end", change{task, ends}, nil)
}

// Remove removes a task, so that it is never found.
func (m *Mock) Remove(task Key) { m.t.Helper(); m.call("POST", "tasks/remove", task, nil) }

// A FaultID identifies a fault that was injected.
type FaultID uint64

// Inject lets something go wrong.
func (m *Mock) Inject(fault Fault) FaultID {
	m.t.Helper()
	var reply struct{ ID FaultID }
	m.call("POST", "faults", fault, &reply)
	return reply.ID
}

// Withdraw takes a fault back; without an id, all of them.
func (m *Mock) Withdraw(faults ...FaultID) {
	m.t.Helper()
	if len(faults) == 0 {
		m.call("DELETE", "faults", nil, nil)
	}
	for _, id := range faults {
		m.call("DELETE", fmt.Sprintf("faults/%d", id), nil, nil)
	}
}

type clock struct{ Clock time.Time }

// Now returns the mock's time.
func (m *Mock) Now() time.Time {
	m.t.Helper()
	var now clock
	m.call("GET", "clock", nil, &now)
	return now.Clock
}

// Advance moves the mock's clock on. In a bubble it then runs ahead of the bubble's.
func (m *Mock) Advance(span time.Duration) time.Time {
	m.t.Helper()
	var now clock
	m.call("POST", "clock", map[string]string{"advance": span.String()}, &now)
	return now.Clock
}

// A Request is one that came in.
type Request struct {
	Number     uint64            `json:"number"`
	At         time.Time         `json:"at"`
	Operation  string            `json:"operation"`
	Parameters map[string]string `json:"parameters"`
	Status     int               `json:"status"`
	// Code is that of an error.
	Code string `json:"code"`
	// Fault is the fault that hit it; 0 if none did.
	Fault  FaultID     `json:"fault"`
	Method string      `json:"method"`
	Target string      `json:"target"`
	Header [][2]string `json:"headers"`
	// SignatureDiagnosis says why its signature is not right.
	SignatureDiagnosis string `json:"signature_diagnosis"`
}

// Requests returns the requests that came in, the oldest first; of one operation, such as
// "ehpc.list_tasks", or of all with "".
func (m *Mock) Requests(operation string) []Request {
	m.t.Helper()
	requests, err := m.requests(operation)
	if err != nil {
		m.t.Fatalf("taskmocktest: %v", err)
	}
	return requests
}

func (m *Mock) requests(operation string) ([]Request, error) {
	path := "requests"
	if operation != "" {
		path += "?operation=" + url.QueryEscape(operation)
	}
	var reply struct{ Requests []Request }
	err := m.try("GET", path, nil, &reply)
	return reply.Requests, err
}

// log is the requests as lines that a person reads.
func (m *Mock) log() string {
	requests, err := m.requests("")
	if err != nil {
		return fmt.Sprintf("no log: %v", err)
	}
	var lines strings.Builder
	fmt.Fprintf(&lines, "%d requests came in", len(requests))
	for _, request := range requests {
		fmt.Fprintf(&lines, "\n  %3d  %s  %-32s  %d %s", request.Number, request.At.Format(time.RFC3339), cmp.Or(request.Operation, request.Method+" "+request.Target), request.Status, request.Code)
		if request.Fault != 0 {
			fmt.Fprintf(&lines, "  fault %d", request.Fault)
		}
		if request.SignatureDiagnosis != "" {
			fmt.Fprintf(&lines, "  %s", request.SignatureDiagnosis)
		}
	}
	return lines.String()
}

// ExpectRequests fails the test unless an operation was asked so many times, and shows what came in.
func (m *Mock) ExpectRequests(operation string, count int) {
	m.t.Helper()
	if got := len(m.Requests(operation)); got != count {
		m.t.Fatalf("taskmocktest: %s was asked %d times, not %d; %s", operation, got, count, m.log())
	}
}

// Reset goes back to the state that was loaded last, and forgets the requests that came in.
func (m *Mock) Reset() { m.t.Helper(); m.call("POST", "reset", nil, nil) }

// Load replaces the state, as the JSON that `taskmock state` shows.
func (m *Mock) Load(state string) { m.t.Helper(); m.call("PUT", "state", state, nil) }

// StateJSON returns the whole state.
func (m *Mock) StateJSON() string {
	m.t.Helper()
	var state json.RawMessage
	m.call("GET", "state", nil, &state)
	return string(state)
}

// Control calls any route of the control interface, such as "GET", "fault_kinds", and returns its answer: for
// what has no method here yet.
func (m *Mock) Control(method, path, body string) string {
	m.t.Helper()
	var reply json.RawMessage
	m.call(method, path, body, &reply)
	return string(reply)
}
