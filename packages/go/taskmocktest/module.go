package taskmocktest

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"sync"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
	"github.com/tetratelabs/wazero/imports/wasi_snapshot_preview1"
)

// module is the engine, built from packages/core and checked by rebuilding it.
//
//go:embed taskmock.wasm
var module []byte

// interfaceVersion is the version of the module's interface that this host knows.
const interfaceVersion = 1

// memoryPages is the most memory that a mock takes: 512 MiB.
const memoryPages = 8192

type compiled struct {
	runtime wazero.Runtime
	module  wazero.CompiledModule
}

// load compiles the module once in a process, or takes it from the user's cache folder.
var load = sync.OnceValues(func() (compiled, error) {
	ctx := context.Background()
	config := wazero.NewRuntimeConfig().WithMemoryLimitPages(memoryPages)
	// Without a folder that can be written, each process compiles.
	if folder, err := os.UserCacheDir(); err == nil {
		if cache, err := wazero.NewCompilationCacheWithDir(filepath.Join(folder, "taskmock")); err == nil {
			config = config.WithCompilationCache(cache)
		}
	}
	runtime := wazero.NewRuntimeWithConfig(ctx, config)
	// wazero's own answers are constants: a clock and numbers that are the same each time.
	if _, err := wasi_snapshot_preview1.Instantiate(ctx, runtime); err != nil {
		return compiled{}, err
	}
	module, err := runtime.CompileModule(ctx, module)
	return compiled{runtime, module}, err
})

// instance is one mock in the module. Its calls come one at a time.
type instance struct {
	mu     sync.Mutex
	module api.Module
	memory api.Memory
	calls  map[string]api.Function
	said   bytes.Buffer
	// ended says why the instance can do no more; nil as long as it can.
	ended error
}

func newInstance() (*instance, error) {
	compiled, err := load()
	if err != nil {
		return nil, fmt.Errorf("the module cannot be compiled: %w", err)
	}
	in := &instance{calls: map[string]api.Function{}}
	config := wazero.NewModuleConfig().WithName("").WithStderr(&in.said).WithStartFunctions("_initialize")
	in.module, err = compiled.runtime.InstantiateModule(context.Background(), compiled.module, config)
	if err != nil {
		return nil, fmt.Errorf("the module cannot be started: %w", err)
	}
	in.memory = in.module.Memory()
	for _, name := range []string{"version", "room", "open", "connect", "receive", "wake", "closed", "control", "answer"} {
		if in.calls[name] = in.module.ExportedFunction(name); in.calls[name] == nil {
			return nil, fmt.Errorf("the module has no call %q: it does not belong to this host", name)
		}
	}
	if version, err := in.number("version"); err != nil || version != interfaceVersion {
		return nil, fmt.Errorf("the module has version %d of the interface, this host knows %d", version, interfaceVersion)
	}
	return in, nil
}

// number makes a call that returns a number. A trap ends the instance.
func (in *instance) number(name string, arguments ...uint64) (uint64, error) {
	if in.ended != nil {
		return 0, in.ended
	}
	results, err := in.calls[name].Call(context.Background(), arguments...)
	if err != nil {
		said := bytes.TrimSpace(in.said.Bytes())
		if len(said) == 0 {
			said = []byte(err.Error())
		}
		in.ended = fmt.Errorf("the mock has ended in %q, and can do no more: %s", name, said)
		return 0, in.ended
	}
	return results[0], nil
}

// bytes makes a call that takes a message, unless it is nil, and returns a copy of what comes back.
func (in *instance) bytes(name string, message []byte, arguments ...uint64) ([]byte, error) {
	if message != nil {
		place, err := in.number("room", uint64(min(len(message), math.MaxUint32)))
		if err != nil {
			return nil, err
		}
		if place == 0 || !in.memory.Write(uint32(place), message) {
			return nil, fmt.Errorf("a message of %d bytes is too long; at most 64 MiB are taken", len(message))
		}
	}
	reply, err := in.number(name, arguments...)
	if err != nil {
		return nil, err
	}
	view, ok := in.memory.Read(uint32(reply>>32), uint32(reply))
	if !ok {
		return nil, fmt.Errorf("the reply to %q lies outside the module's memory", name)
	}
	return bytes.Clone(view), nil
}

// status makes a call that returns a status and a body.
func (in *instance) status(name string, message []byte, arguments ...uint64) (int, []byte, error) {
	reply, err := in.bytes(name, message, arguments...)
	if err != nil {
		return 0, nil, err
	}
	if len(reply) < 2 {
		return 0, nil, fmt.Errorf("the reply to %q has no status", name)
	}
	return int(binary.LittleEndian.Uint16(reply)), reply[2:], nil
}

// What an action says to do.
const (
	actWrite = 1
	actWake  = 2
	actReset = 3
	actClose = 4
	actAsk   = 5
)

type action struct {
	kind    byte
	bytes   []byte
	instant uint64
}

func readActions(reply []byte) []action {
	var actions []action
	for len(reply) > 0 {
		next := action{kind: reply[0]}
		reply = reply[1:]
		switch next.kind {
		case actWrite, actAsk:
			length := binary.LittleEndian.Uint32(reply)
			next.bytes, reply = reply[4:4+length], reply[4+length:]
		case actWake:
			next.instant, reply = binary.LittleEndian.Uint64(reply), reply[8:]
		}
		actions = append(actions, next)
	}
	return actions
}
