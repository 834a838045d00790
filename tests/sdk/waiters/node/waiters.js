// Waits for a task with p-retry: the least that runs.
import pRetry from 'p-retry';

let left = 2;
async function poll() {
  if (left-- > 0) throw new Error('running');
  return 'success';
}

console.log(await pRetry(poll, { retries: 10, minTimeout: 1, maxTimeout: 8 }));
