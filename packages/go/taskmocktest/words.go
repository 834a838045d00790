package taskmocktest

import (
	"encoding/json"
	"time"
)

// The words of the mock's JSON stand in this file alone.

// A Task is one of [EhpcTask], [AckTask] and [DwsTask].
type Task interface {
	submission() (kind string, fields map[string]any)
}

// How a task ends.
const (
	Success = "success"
	Fail    = "fail"
	Never   = "never"
)

// An EhpcTask is a task of Alibaba E-HPC, seen by ListTasks.
type EhpcTask struct {
	ClusterID string
	// TaskType is such as "AddComputes".
	TaskType string
	// TaskID is drawn if it is empty.
	TaskID string
	Takes  time.Duration
	// Ends is Success, the default, Fail or Never.
	Ends string
	// Reasons are shown once it has failed.
	Reasons []string
}

func (t EhpcTask) submission() (string, map[string]any) {
	fields := fields{"cluster_id": t.ClusterID, "task_type": t.TaskType}
	fields.add("task_id", t.TaskID)
	fields.script(t.Takes, t.Ends, t.Reasons)
	return "ehpc_task", fields
}

// An AckTask is a task of Alibaba Container Service, seen by DescribeTaskInfo.
type AckTask struct {
	ClusterID string
	// TaskType is such as "cluster_scaleout".
	TaskType string
	// TaskID is drawn if it is empty.
	TaskID string
	Takes  time.Duration
	// Ends is Success, the default, Fail or Never.
	Ends string
	// Reasons and Code are shown once it has failed.
	Reasons []string
	Code    string
}

func (t AckTask) submission() (string, map[string]any) {
	fields := fields{"cluster_id": t.ClusterID, "task_type": t.TaskType}
	fields.add("task_id", t.TaskID)
	fields.add("error_code", t.Code)
	fields.script(t.Takes, t.Ends, t.Reasons)
	return "ack_task", fields
}

// A DwsTask is a logical-cluster task of Huawei GaussDB(DWS), seen by ListLogicalClusterTasks.
type DwsTask struct {
	// ClusterID is one of the state's dws.clusters.
	ClusterID          string
	LogicalClusterName string
	// Type is such as "Create".
	Type  string
	Takes time.Duration
	// Ends is Success, the default, Fail or Never.
	Ends string
	// Reasons are shown once it has failed.
	Reasons []string
}

func (t DwsTask) submission() (string, map[string]any) {
	fields := fields{"cluster_id": t.ClusterID, "logical_cluster_name": t.LogicalClusterName, "type": t.Type}
	fields.script(t.Takes, t.Ends, t.Reasons)
	return "dws_task", fields
}

type fields map[string]any

func (f fields) add(name, value string) {
	if value != "" {
		f[name] = value
	}
}

// script adds what all kinds of tasks have.
func (f fields) script(takes time.Duration, ends string, reasons []string) {
	if takes > 0 {
		f["takes"] = takes.String()
	}
	f.add("ends", ends)
	if len(reasons) > 0 {
		f["reasons"] = reasons
	}
}

// A Fault is what goes wrong, made by one of the functions below, and when: without more, once, with the
// next call of any operation.
type Fault struct {
	// Operation is such as "ack.describe_task_info"; "" for any.
	Operation string `json:"operation,omitempty"`
	// When are parameters that a call must have.
	When map[string]string `json:"when,omitempty"`
	// Nth hits the nth call only; After lets so many pass; Every hits every nth.
	Nth   uint64 `json:"nth,omitempty"`
	After uint64 `json:"after,omitempty"`
	Every uint64 `json:"every,omitempty"`
	// Times is a number of calls, or "always".
	Times any `json:"times,omitempty"`
	// Probability is of the state's seed.
	Probability float64 `json:"probability,omitempty"`
	// What is the fault itself, as `taskmock faults` lists it.
	What json.RawMessage `json:"fault"`
}

// FaultJSON is any fault, as `taskmock faults` lists it, such as `{"redirect": {"to": "/", "status": 302}}`.
func FaultJSON(what string) Fault { return Fault{What: json.RawMessage(what)} }

func fault(kind string, value map[string]any) Fault {
	text, _ := json.Marshal(map[string]any{kind: value})
	return Fault{What: text}
}

// Reset resets the connection before a byte is answered.
func Reset() Fault { return FaultJSON(`"reset"`) }

// ResetIdle answers; the next request on the connection meets a reset.
func ResetIdle() Fault { return FaultJSON(`"reset_idle"`) }

// CloseEarly ends the connection before a byte is answered.
func CloseEarly() Fault { return FaultJSON(`"close"`) }

// HTTPError answers with a status and a line of plain text; retryAfter 0 sends no Retry-After.
func HTTPError(status int, retryAfter time.Duration) Fault {
	value := fields{"status": status}
	if retryAfter > 0 {
		value["retry_after"] = retryAfter.String()
	}
	return fault("http_error", value)
}

// Throttle refuses as the cloud does; retryAfter 0 sends no Retry-After.
func Throttle(retryAfter time.Duration) Fault {
	value := fields{}
	if retryAfter > 0 {
		value["retry_after"] = retryAfter.String()
	}
	return fault("throttle", value)
}

// Cut ends the connection after so many bytes of the body.
func Cut(after int) Fault { return fault("cut", fields{"after": after}) }

// Stall sends nothing more, and keeps the connection open.
func Stall() Fault { return FaultJSON(`"stall"`) }

// Delay answers so much later on the mock's clock.
func Delay(by time.Duration) Fault { return fault("delay", fields{"by": by.String()}) }

// Error answers with an error of the operation's tables.
func Error(code string) Fault { return fault("error", fields{"code": code}) }

// On restricts a fault to an operation.
func (f Fault) On(operation string) Fault { f.Operation = operation; return f }

// AtCall lets a fault hit the nth call only.
func (f Fault) AtCall(nth uint64) Fault { f.Nth = nth; return f }

// Always lets a fault hit every call.
func (f Fault) Always() Fault { f.Times = "always"; return f }
