// What the page is about: the data that it carries, and what follows from it.

/**
 * @typedef {{name: string, kind: "site"|"rack"|"switch", parent?: number, out?: number[], into?: number[], through?: number}} Place
 * @typedef {{name: string, own: string, place?: number, on: boolean, vms: number, memory?: number}} Server
 * @typedef {[action: number, until: "done"|"over"|"started", lag: number, reason: number]} Wait
 * @typedef {{id: string, kind: string, text?: string, vm?: string, from?: number, to?: number, start: number, end: number,
 *   rate?: number, bytes?: number, implied?: boolean, places?: number, guessed?: boolean, waits?: Wait[], opens?: number,
 *   line?: [file: number, line: number], late: number, limit: number, policy: string, retries?: number}} Action
 * @typedef {{name: string, unit: string, steps: number[], guests?: number[], limit: number[]}} Level
 * @typedef {{end: number, clock: {midnight?: number, offsets: [at: number, seconds: number, words: string][]},
 *   places: Place[], servers: Server[], actions: Action[], reasons: string[], levels: Level[]}} Data
 */

/** No limit is that high. */
const UNLIMITED = 2 ** 60;

/** @template {HTMLElement} T @param {string} id @param {new () => T} kind @returns {T} */
function element(id, kind) {
  const found = document.getElementById(id);
  if (!(found instanceof kind)) throw new Error(`no ${kind.name} is called ${id}`);
  return found;
}

/** @type {Data} */
const data = JSON.parse(element("data", HTMLScriptElement).text);

/** For each action those that wait for it. @type {number[][]} */
const waiting = data.actions.map(() => []);
data.actions.forEach((action, at) => action.waits?.forEach(([other]) => waiting[other].push(at)));

/** For each server the actions on it, by start. @type {number[][]} */
const onServer = data.servers.map(() => []);
data.actions.forEach((action, at) => {
  if (action.from !== undefined) onServer[action.from].push(at);
  if (action.to !== undefined && action.to !== action.from) onServer[action.to].push(at);
});

/** The value of steps (pairs of moment and value) at a moment. @param {number[]} steps @param {number} at */
function valueAt(steps, at) {
  let low = 0, high = steps.length / 2;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (steps[2 * middle] <= at) low = middle + 1; else high = middle;
  }
  return low === 0 ? 0 : steps[2 * low - 1];
}

/** The greatest value before the plan ends. @param {number[]} steps */
function greatest(steps) {
  let most = 0;
  for (let i = 0; i < steps.length; i += 2) if (steps[i] < data.end || i === 0) most = Math.max(most, steps[i + 1]);
  return most;
}

/** The greatest limit that is one; 0 where nothing limits it. @param {Level} level */
function limitOf(level) {
  let most = 0;
  for (let i = 1; i < level.limit.length; i += 2) if (level.limit[i] < UNLIMITED) most = Math.max(most, level.limit[i]);
  return most;
}

/** How a server is, and how many VMs run on it. @param {number} server @param {number} at */
function serverAt(server, at) {
  let power = data.servers[server].on ? "on" : "off";
  let vms = data.servers[server].vms;
  for (const index of onServer[server]) {
    const action = data.actions[index];
    if (action.start > at) break;
    const over = action.end <= at;
    switch (action.kind) {
      case "boot": power = over ? "on" : "boot"; break;
      case "shutdown": power = over ? "off" : "shutdown"; break;
      case "stop": if (over) vms--; break;
      case "start": if (over) vms++; break;
      case "migrate": case "post": case "cold":
        if (over) vms += action.to === server ? 1 : -1;
    }
  }
  return { power, vms };
}

/** Actions that run at a moment. @param {number} at */
function running(at) {
  const found = [];
  for (let i = 0; i < data.actions.length && data.actions[i].start <= at; i++) {
    if (data.actions[i].end > at) found.push(i);
  }
  return found;
}
