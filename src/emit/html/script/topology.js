// The datacenter at one moment: racks with their servers, how full they are, what moves between them, how loaded their links are.

const topology = element("topology", HTMLCanvasElement);
const now = element("now", HTMLParagraphElement);
const map = /** @type {HTMLDivElement} */ (topology.parentElement);
/** Migrations that are drawn as lines. */
const LINES = 200;

/** Places that are drawn: those with servers, and switches that have a level of their own. */
const boxes = (() => {
  /** @type {Map<number, number[]>} */
  const members = new Map();
  data.servers.forEach((server, at) => {
    const place = server.place ?? NOWHERE;
    members.set(place, [...(members.get(place) ?? []), at]);
  });
  return [...members].sort((a, b) => a[0] - b[0]).map(([place, servers]) => ({ place, servers }));
})();

/** @type {{x: number, y: number}[]} */
let middles = [];

/** How much of its limit a place's links carry. @param {number[]|undefined} levels */
function share(levels) {
  const shares = (levels ?? []).map((at) => valueAt(data.levels[at].steps, state.moment) / (limitOf(data.levels[at]) || Infinity));
  return Math.max(0, ...shares);
}

/** @param {CanvasRenderingContext2D} pen @param {number} left @param {number} top @param {number} width @param {number} part */
function meter(pen, left, top, width, part) {
  pen.fillStyle = colour("grid");
  pen.fillRect(left, top, width, 3);
  pen.fillStyle = colour(part > 0.999 ? "limit" : "migrate");
  pen.fillRect(left, top, width * Math.min(part, 1), 3);
}

/** @param {CanvasRenderingContext2D} pen @param {number} server @param {number} left @param {number} top @param {number} size */
function drawServer(pen, server, left, top, size) {
  const { power, vms } = serverAt(server, state.moment);
  const { memory } = data.servers[server];
  pen.beginPath();
  pen.roundRect(left + 0.5, top + 0.5, size - 1, size - 1, size > 12 ? 3 : 1.5);
  if (power === "off") {
    pen.strokeStyle = colour("edge");
    pen.setLineDash(size > 12 ? [2, 2] : []);
    pen.stroke();
    pen.setLineDash([]);
  } else {
    pen.fillStyle = power === "on" ? colour("grid") : colour(power);
    pen.fill();
    const level = memory === undefined ? undefined : data.levels[memory];
    const full = level && limitOf(level) ? valueAt(level.steps, state.moment) / limitOf(level) : vms > 0 ? 0.5 : 0;
    if (power === "on" && full > 0) {
      pen.save();
      pen.clip();
      pen.fillStyle = colour("start");
      pen.globalAlpha = 0.55;
      pen.fillRect(left, top + size * (1 - full), size, size * full);
      pen.restore();
    }
    if (size >= 16 && vms) write(pen, String(vms), left + size / 2, top + size / 2 + 0.5, colour("ink"), { align: "center", size: 9.5 });
  }
  middles[server] = { x: left + size / 2, y: top + size / 2 };
}

/** Migrations as arcs from where they leave to where they arrive. @param {CanvasRenderingContext2D} pen @param {number[]} active */
function drawMoves(pen, active) {
  for (const index of active.slice(0, LINES)) {
    const action = data.actions[index];
    if (action.from === undefined || action.to === undefined) continue;
    const [a, b] = [middles[action.from], middles[action.to]];
    const bend = Math.hypot(b.x - a.x, b.y - a.y) * 0.18;
    pen.beginPath();
    pen.moveTo(a.x, a.y);
    pen.quadraticCurveTo((a.x + b.x) / 2 + bend, (a.y + b.y) / 2 - bend, b.x, b.y);
    pen.strokeStyle = colour(action.kind);
    pen.globalAlpha = index === state.chosen ? 1 : 0.55;
    pen.lineWidth = index === state.chosen ? 2.5 : 1.2;
    pen.stroke();
    pen.beginPath();
    pen.arc(b.x, b.y, 2.4, 0, 2 * Math.PI);
    pen.fillStyle = colour(action.kind);
    pen.fill();
    pen.globalAlpha = 1;
  }
}

function drawTopology() {
  const width = map.clientWidth;
  const many = data.servers.length;
  const size = many <= 120 ? 22 : many <= 600 ? 12 : 7, gap = size > 12 ? 3 : 2;
  const perRow = Math.max(Math.floor((width - 16) / (size + gap)), 1);
  let y = 0;
  const places = boxes.map(({ place, servers }) => {
    const top = y;
    y += 26 + Math.ceil(servers.length / perRow) * (size + gap) + 12;
    return { place, servers, top };
  });
  const pen = blank(topology, width, Math.max(y, 10));
  middles = [];
  for (const { place, servers, top } of places) {
    const known = place === NOWHERE ? undefined : data.places[place];
    write(pen, known?.name ?? "in no rack", 4, top + 9, colour("ink"), { bold: true, size: 11, most: width - 130 });
    if (known?.out?.length || known?.into?.length) {
      write(pen, "out", width - 118, top + 9, colour("muted"), { size: 10 });
      meter(pen, width - 98, top + 8, 36, share(known.out));
      write(pen, "in", width - 56, top + 9, colour("muted"), { size: 10 });
      meter(pen, width - 42, top + 8, 36, share(known.into));
    }
    servers.forEach((server, at) => {
      drawServer(pen, server, 4 + (at % perRow) * (size + gap), top + 20 + Math.floor(at / perRow) * (size + gap), size);
    });
  }
  const active = running(state.moment);
  drawMoves(pen, active);
  if (followed !== state.chosen) follow();
  tell(active);
}

let followed = -1;

/** Brings the server of the chosen action into sight. */
function follow() {
  followed = state.chosen;
  const server = data.actions[followed]?.from;
  if (server !== undefined) map.scrollTop = middles[server].y - map.clientHeight / 2;
}

/** The same in words. @param {number[]} active */
function tell(active) {
  const kinds = Object.keys(KINDS).flatMap((kind) => {
    const number = active.filter((index) => data.actions[index].kind === kind).length;
    return number ? [`${number} ${KINDS[kind]}`] : [];
  });
  const states = data.servers.map((_, at) => serverAt(at, state.moment).power);
  const on = states.filter((power) => power === "on").length;
  const power = data.levels.find((level) => level.unit === "power");
  const parts = [clock(state.moment), kinds.length ? `running: ${kinds.join(", ")}` : "nothing runs", `${on} of ${count(states.length, "server")} on`];
  if (power) parts.push(amount("power", valueAt(power.steps, state.moment)));
  now.textContent = parts.join(" · ");
}
