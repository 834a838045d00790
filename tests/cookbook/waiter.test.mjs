// A waiter in Node, tested without waiting: its sleep moves the mock's clock.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const TASKMOCK = process.env.TASKMOCK ?? fileURLToPath(new URL("../../target/debug/taskmock", import.meta.url));

/** The waiter under test: polls until the task has ended, and returns how it ended. */
async function waitForTask(base, id, { seconds = 60, sleep = (seconds) => pause(1000 * seconds) } = {}) {
  for (;;) {
    const { state } = await (await fetch(`${base}/tasks/${id}`)).json();
    if (state !== "running") return state;
    await sleep(seconds);
  }
}

/** `taskmock serve`, which ends with this process. */
async function serve() {
  const arguments_ = ["serve", "--listen", "127.0.0.1:0", "--quiet", "--until-stdin-closes"];
  const child = spawn(TASKMOCK, arguments_, { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await once(createInterface(child.stdout), "line");
  const base = line.split(" ").at(-1);
  const control = async (method, route, body) => {
    const headers = body && { "content-type": "application/json" };
    const response = await fetch(`${base}/__taskmock__/${route}`, { method, headers, body: body && JSON.stringify(body) });
    assert.equal(response.status, 200, await response.clone().text());
    return response.json();
  };
  return { base, control, end: () => child.stdin.end() };
}

test("it waits half an hour and polls each minute", async () => {
  const { base, control, end } = await serve();
  try {
    const task = { cluster_id: "c-1", task_type: "cluster_scaleout", takes: "30m", ends: "success" };
    const { id } = await control("POST", "tasks", { ack_task: task });
    const sleep = (seconds) => control("POST", "clock", { advance: seconds });
    assert.equal(await waitForTask(base, id, { seconds: 60, sleep }), "success");
    const { requests } = await control("GET", "requests?operation=ack.describe_task_info");
    assert.equal(requests.length, 31, "at 0, 1, …, 30 minutes");
  } finally {
    end();
  }
});
