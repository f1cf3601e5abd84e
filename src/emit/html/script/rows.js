// The rows of the chart: a place above its servers, each as high as what happens on it at once.

/**
 * @typedef {{action: number, arrives: boolean, stripe: number}} Bar
 * @typedef {{place: number, server: number, name: string, top: number, height: number, stripes: number, bars: Bar[], steps: number[]}} Row
 */

const HEAD = 24, LANE = 18, MOST_STRIPES = 8;
/** With more servers than that, racks are folded at first. */
const MANY = 150;
/** Of what happens at once on a server: high enough for names where there is room. */
const STRIPE = ((busy) => (busy <= 40 ? 15 : busy <= 100 ? 9 : 6))(onServer.filter((actions) => actions.length).length);
/** Actions of no server, and servers in no place. */
const NOWHERE = -1;

/** The stripes of bars that overlap. @param {Bar[]} bars */
function stripes(bars) {
  /** @type {number[]} */
  const free = [];
  for (const bar of bars) {
    const action = data.actions[bar.action];
    let at = free.findIndex((from) => from <= action.start);
    if (at < 0) at = free.length < MOST_STRIPES ? free.length : MOST_STRIPES - 1;
    bar.stripe = at;
    free[at] = Math.max(free[at] ?? 0, action.end);
  }
  return Math.max(free.length, 1);
}

/** How many actions run over time, as steps. @param {number[]} actions */
function crowd(actions) {
  /** @type {Map<number, number>} */
  const changes = new Map([[0, 0]]);
  for (const index of actions) {
    const { start, end } = data.actions[index];
    changes.set(start, (changes.get(start) ?? 0) + 1);
    changes.set(end, (changes.get(end) ?? 0) - 1);
  }
  let level = 0;
  return [...changes].sort((a, b) => a[0] - b[0]).flatMap(([at, change]) => [at, (level += change)]);
}

/** Places in order with the servers on which something happens. */
const groups = (() => {
  /** @type {Map<number, number[]>} */
  const servers = new Map();
  data.servers.forEach((server, at) => {
    if (!onServer[at].length) return;
    const place = server.place ?? NOWHERE;
    servers.set(place, [...(servers.get(place) ?? []), at]);
  });
  const ordered = [...servers].sort((a, b) => a[0] - b[0]);
  return ordered.map(([place, members]) => ({
    place, members, steps: crowd([...new Set(members.flatMap((server) => onServer[server]))]),
  }));
})();

/** Actions of no server. */
const loose = data.actions.flatMap((action, at) => (action.from === undefined && action.to === undefined ? [at] : []));

if (groups.reduce((sum, group) => sum + group.members.length, 0) > MANY) {
  for (const group of groups) state.folded.add(group.place);
}

/** @param {number} server @returns {Row} */
function lane(server) {
  const bars = onServer[server].map((action) => ({ action, arrives: data.actions[action].to === server, stripe: 0 }));
  const count = stripes(bars);
  return {
    place: data.servers[server].place ?? NOWHERE, server, name: data.servers[server].own, top: 0,
    height: Math.max(LANE, count * STRIPE + 4), stripes: count, bars, steps: [],
  };
}

/** @type {Row[]} */
const lanes = data.servers.map((_, at) => lane(at));

/** The rows that are in the chart now, with their tops, and the height of all. */
function rows() {
  /** @type {Row[]} */
  const all = [];
  if (loose.length) {
    const bars = loose.map((action) => ({ action, arrives: false, stripe: 0 }));
    const count = stripes(bars);
    all.push({ place: NOWHERE, server: NOWHERE, name: "pauses", top: 0, height: Math.max(LANE + 4, count * STRIPE + 4), stripes: count, bars, steps: [] });
  }
  for (const { place, members, steps } of groups) {
    const shown = members.filter((server) => !found || data.servers[server].name.toLowerCase().includes(state.query)
      || onServer[server].some((action) => found?.has(action)));
    if (!shown.length) continue;
    const name = place === NOWHERE ? "in no rack" : data.places[place].name;
    all.push({ place, server: NOWHERE, name, top: 0, height: HEAD, stripes: 1, bars: [], steps });
    // A search opens what it finds, as far as that can be seen at once.
    if (!state.folded.has(place) || (found && shown.length <= 40)) all.push(...shown.map((server) => lanes[server]));
  }
  let top = 0;
  for (const row of all) {
    row.top = top;
    top += row.height;
  }
  return { all, height: top };
}
