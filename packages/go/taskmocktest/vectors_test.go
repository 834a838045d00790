package taskmocktest

import (
	"encoding/base64"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"testing"
)

// text is bytes as a vector has them.
type text []byte

func (t *text) UnmarshalJSON(value []byte) error {
	var plain string
	if json.Unmarshal(value, &plain) == nil {
		*t = text(plain)
		return nil
	}
	var coded struct{ Base64 string }
	if err := json.Unmarshal(value, &coded); err != nil {
		return err
	}
	bytes, err := base64.StdEncoding.DecodeString(coded.Base64)
	*t = bytes
	return err
}

func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../../../fixtures/vectors/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("no vectors: %v", err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) { play(t, file) })
	}
}

func play(t *testing.T, file string) {
	var vector struct {
		Open  json.RawMessage
		Steps []struct {
			At, Connection uint64
			Connect        bool
			Control        string
			Receive        text
			Wake, Closed   bool
			Answer         string
			Returns        json.RawMessage
			Actions        []struct {
				Write, Ask   text
				WakeAt       uint64 `json:"wake_at"`
				Reset, Close bool
			}
		}
	}
	content, err := os.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(content, &vector)
	}
	if err != nil {
		t.Fatal(err)
	}
	in, err := newInstance()
	if err != nil {
		t.Fatal(err)
	}
	// Signatures are held to the mock's clock.
	nobody := uint64(1) << 63
	if int64(nobody) != math.MinInt64 {
		t.Fatal("the least number")
	}
	if status, sentence, err := in.status("open", vector.Open, 0, nobody); status != 200 || err != nil {
		t.Fatalf("%d %s %v", status, sentence, err)
	}
	for number, step := range vector.Steps {
		var told, right any
		var err error
		at := []uint64{step.At, nobody}
		act := func(call string, message []byte, more ...uint64) {
			var reply []byte
			reply, err = in.bytes(call, message, append(append([]uint64{step.Connection}, more...), at...)...)
			told = readActions(reply)
			var actions []action
			for _, next := range step.Actions {
				switch {
				case next.Write != nil:
					actions = append(actions, action{kind: actWrite, bytes: next.Write})
				case next.Ask != nil:
					actions = append(actions, action{kind: actAsk, bytes: next.Ask})
				case next.Reset:
					actions = append(actions, action{kind: actReset})
				case next.Close:
					actions = append(actions, action{kind: actClose})
				default:
					actions = append(actions, action{kind: actWake, instant: next.WakeAt})
				}
			}
			right = actions
		}
		switch {
		case step.Connect:
			var connection uint64
			connection, err = in.number("connect")
			told, right = float64(connection), number
			_ = json.Unmarshal(step.Returns, &right)
		case step.Control != "":
			var status int
			var body []byte
			status, body, err = in.status("control", []byte(step.Control), at...)
			told = []any{float64(status), string(body)}
			_ = json.Unmarshal(step.Returns, &right)
		case step.Receive != nil:
			act("receive", step.Receive)
		case step.Wake:
			act("wake", nil)
		case step.Closed:
			act("closed", nil, 0)
		case step.Answer != "":
			act("answer", []byte(step.Answer))
		default:
			t.Fatalf("step %d says nothing", number)
		}
		if err != nil || !reflect.DeepEqual(told, right) {
			t.Errorf("step %d: %v\n  told  %q\n  right %q", number, err, told, right)
		}
	}
}
