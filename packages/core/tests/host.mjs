// A host in Node: plays every vector on the module and compares what it is told to do, byte by byte.
// Usage: node host.mjs MODULE FOLDER
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const [modulePath, folder] = process.argv.slice(2);
const compiled = new WebAssembly.Module(readFileSync(modulePath));
const NOBODY = -(2n ** 63n); // Signatures are held to the mock's clock.

class Mock {
  constructor(options) {
    let said = '';
    const memory = () => new DataView(this.exports.memory.buffer);
    // Constants, and other ones than the Go host's: no answer may depend on them.
    const wasi = {
      random_get: (at, length) => (new Uint8Array(this.exports.memory.buffer, at, length).fill(0xa5), 0),
      environ_get: () => 0,
      environ_sizes_get: (count, size) => (memory().setUint32(count, 0, true), memory().setUint32(size, 0, true), 0),
      clock_time_get: (_, __, at) => (memory().setBigUint64(at, 1_234_567_890_123_456_789n, true), 0),
      fd_write: (_, pieces, count, at) => {
        let length = 0;
        for (let i = 0; i < count; i++) {
          const size = memory().getUint32(pieces + 8 * i + 4, true);
          said += Buffer.from(this.exports.memory.buffer, memory().getUint32(pieces + 8 * i, true), size);
          length += size;
        }
        return memory().setUint32(at, length, true), 0;
      },
      proc_exit: () => { throw new Error(said); },
    };
    this.exports = new WebAssembly.Instance(compiled, { wasi_snapshot_preview1: wasi }).exports;
    this.exports._initialize?.();
    if (this.exports.version() !== 1) throw new Error('this host knows version 1 of the interface');
    const [status, sentence] = this.status(this.call('open', JSON.stringify(options), 0n, NOBODY));
    if (status !== 200) throw new Error(sentence);
  }

  call(name, message, ...rest) {
    if (message !== undefined) {
      const bytes = Buffer.from(message);
      const place = this.exports.room(bytes.length);
      if (place === 0) throw new Error(`a message of ${bytes.length} bytes is too long`);
      bytes.copy(Buffer.from(this.exports.memory.buffer, place, bytes.length));
    }
    const reply = BigInt.asUintN(64, this.exports[name](...rest));
    return Buffer.from(Buffer.from(this.exports.memory.buffer, Number(reply >> 32n), Number(reply & 0xffffffffn)));
  }

  status(reply) {
    return [reply.readUInt16LE(0), reply.subarray(2).toString()];
  }
}

function read(reply) {
  const actions = [];
  for (let at = 0; at < reply.length;) {
    const kind = reply[at++];
    if (kind === 1 || kind === 5) {
      const end = at + 4 + reply.readUInt32LE(at);
      actions.push({ [kind === 1 ? 'write' : 'ask']: reply.subarray(at + 4, end) });
      at = end;
    } else if (kind === 2) {
      actions.push({ wake_at: Number(reply.readBigUInt64LE(at)) });
      at += 8;
    } else actions.push({ [kind === 3 ? 'reset' : 'close']: true });
  }
  return actions;
}

const bytes = (text) => (typeof text === 'string' ? Buffer.from(text) : Buffer.from(text.base64, 'base64'));
const expected = (action) => Object.fromEntries(
  Object.entries(action).map(([name, value]) => [name, name === 'write' || name === 'ask' ? bytes(value) : value]));

let steps = 0, differences = 0;
for (const file of readdirSync(folder).filter((name) => name.endsWith('.json')).sort()) {
  const vector = JSON.parse(readFileSync(join(folder, file)));
  const mock = new Mock(vector.open);
  for (const [number, step] of vector.steps.entries()) {
    const times = [BigInt(step.at), NOBODY];
    const play = {
      connect: () => mock.exports.connect(),
      control: () => mock.status(mock.call('control', step.control, ...times)),
      receive: () => read(mock.call('receive', bytes(step.receive), step.connection, ...times)),
      wake: () => read(mock.call('wake', undefined, step.connection, ...times)),
      closed: () => read(mock.call('closed', undefined, step.connection, 0, ...times)),
      answer: () => read(mock.call('answer', step.answer, step.connection, ...times)),
    };
    const name = Object.keys(play).find((name) => name in step);
    const told = Buffer.from(JSON.stringify(play[name]()));
    const right = Buffer.from(JSON.stringify(step.actions?.map(expected) ?? step.returns));
    steps++;
    if (!told.equals(right)) {
      differences++;
      console.error(`${file}, step ${number} (${name}):\n  told  ${told}\n  right ${right}`);
    }
  }
}
console.log(`${steps} steps, ${differences} differ`);
process.exit(differences === 0 && steps > 0 ? 0 : 1);
