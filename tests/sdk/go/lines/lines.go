// Package lines is the loop of a program that asks with SDKs: a question on each line of stdin, its
// answer on a line of stdout. clients/lines.py is the other side.
package lines

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
)

// Question is one call to make with one SDK.
type Question struct {
	SDK      string         `json:"sdk"`
	Endpoint string         `json:"endpoint"`
	Action   string         `json:"action"`
	Version  string         `json:"version"`
	Params   map[string]any `json:"params"`
}

// Host returns the host and port of the endpoint.
func (q Question) Host() string { return strings.TrimPrefix(q.Endpoint, "http://") }

// Text returns a parameter as it goes into a request, and false if it is absent.
func (q Question) Text(name string) (string, bool) {
	value, found := q.Params[name]
	if !found {
		return "", false
	}
	return fmt.Sprint(value), true
}

// Answer is what the SDK gave its user: an answer, an error of the SDK, or neither.
type Answer map[string]any

// Body is an answer: status, decoded body, and request ids by where the SDK shows one.
func Body(status int, body any, ids map[string]any) Answer {
	return Answer{"status": status, "body": body, "ids": ids}
}

// Raised is an error of the SDK: what its user can read of it.
func Raised(fields map[string]any) Answer { return Answer{"raised": fields} }

// Crashed is an error, or a panic, that the SDK does not mean its user to see.
func Crashed(kind string, err any) Answer {
	return Answer{"crashed": kind, "message": fmt.Sprint(err)}
}

// Unsupported is a question that the types of the SDK cannot say.
func Unsupported(reason string) Answer { return Answer{"unsupported": reason} }

// Decode reads JSON as a user of an SDK without models does, and keeps integers as they are written.
func Decode(text []byte) (any, error) {
	var value any
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	if err := decoder.Decode(&value); err != nil {
		return nil, err
	}
	if decoder.More() {
		return nil, fmt.Errorf("there is more after the JSON")
	}
	return value, nil
}

// TakeRequestID removes the RequestId of a body and returns it.
func TakeRequestID(body any) any {
	fields, isObject := body.(map[string]any)
	if !isObject {
		return nil
	}
	id := fields["RequestId"]
	delete(fields, "RequestId")
	return id
}

// Serve answers the questions on stdin with the SDKs.
func Serve(sdks map[string]func(Question) Answer) {
	// The answers have standard output to themselves: some SDKs print to it.
	answers := os.Stdout
	os.Stdout = os.Stderr
	questions := bufio.NewReader(os.Stdin)
	for {
		line, err := questions.ReadBytes('\n')
		if err != nil {
			return
		}
		var question Question
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.UseNumber()
		if err := decoder.Decode(&question); err != nil {
			panic(err)
		}
		encoder := json.NewEncoder(answers)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(ask(sdks[question.SDK], question)); err != nil {
			panic(err)
		}
	}
}

func ask(sdk func(Question) Answer, question Question) (answer Answer) {
	defer func() {
		if reason := recover(); reason != nil {
			answer = Crashed("panic", reason)
		}
	}()
	return sdk(question)
}
