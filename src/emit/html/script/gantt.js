// The chart of the actions: only what is in sight is drawn, however long the plan is.

const gantt = element("gantt", HTMLDivElement);
const ganttCanvas = /** @type {HTMLCanvasElement} */ (gantt.querySelector("canvas"));
const extent = /** @type {HTMLDivElement} */ (gantt.querySelector(".extent"));
const tip = element("tip", HTMLDivElement);
const AXIS = 26, RIGHT = 24, HIGHEST = 560, CLOSEST = 60;

let shown = rows();

/** The least scale: the whole plan. */
const fit = () => (gantt.clientWidth - NAMES - RIGHT) / Math.max(data.end, 1);

/** @param {number} scale @param {number} [around] the moment that stays where it is */
function zoom(scale, around = state.left + (gantt.clientWidth - NAMES) / 2 / state.scale) {
  const at = x(around) - NAMES;
  state.scale = Math.min(Math.max(scale, fit()), Math.max(CLOSEST, fit()));
  resize();
  gantt.scrollLeft = (around * state.scale) - at;
  state.left = gantt.scrollLeft / state.scale;
  changed();
}

/** Rows and extent after a search, a fold, a zoom. */
function resize() {
  shown = rows();
  extent.style.width = `${NAMES + data.end * state.scale + RIGHT - 1}px`;
  extent.style.height = `${AXIS + shown.height + 6}px`;
  gantt.style.height = `${Math.min(AXIS + shown.height + 22, HIGHEST)}px`;
}

/** @param {CanvasRenderingContext2D} pen @param {Bar} bar @param {number} top @param {number} height */
function drawBar(pen, bar, top, height) {
  const action = data.actions[bar.action];
  const [from, to] = [x(action.start), x(action.end)];
  if (to < NAMES || from > gantt.clientWidth) return;
  const ink = colour(action.kind);
  const left = Math.max(from + 0.5, NAMES - 4), width = Math.max(to - left - 0.5, 1.5);
  pen.globalAlpha = found && !found.has(bar.action) ? 0.12 : 1;
  pen.beginPath();
  pen.roundRect(left, top + 0.5, width, height - 1, Math.min(2.5, height / 3));
  if (bar.arrives) {
    pen.fillStyle = colour("card");
    pen.fill();
    pen.strokeStyle = ink;
    pen.lineWidth = 1.2;
    pen.stroke();
  } else {
    pen.fillStyle = ink;
    pen.globalAlpha *= action.implied ? 0.55 : 1;
    pen.fill();
  }
  if (bar.action === state.chosen) {
    pen.globalAlpha = 1;
    pen.strokeStyle = colour("ink");
    pen.lineWidth = 2;
    pen.stroke();
  }
  const name = action.vm ?? action.text;
  if (name && height >= 12 && width > 26) {
    write(pen, name, left + 4, top + height / 2 + 0.5, bar.arrives ? colour("ink") : colour(`on-${action.kind}`), { size: 10.5, most: width - 8 });
  }
  pen.globalAlpha = 1;
}

/** @param {CanvasRenderingContext2D} pen @param {Row} row @param {number} top @param {number} width */
function drawRow(pen, row, top, width) {
  if (row.server === NOWHERE && !row.bars.length) {
    pen.fillStyle = colour("band");
    pen.fillRect(0, top, width, row.height);
    const folded = state.folded.has(row.place);
    write(pen, folded ? "▸" : "▾", 10, top + row.height / 2, colour("muted"), { size: 10 });
    write(pen, row.name, 24, top + row.height / 2, colour("ink"), { bold: true, most: NAMES - 32 });
    if (folded) drawCrowd(pen, row, top, width);
    return;
  }
  const stripe = (row.height - 4) / row.stripes;
  pen.save();
  pen.beginPath();
  pen.rect(NAMES, top, width - NAMES, row.height);
  pen.clip();
  for (const bar of row.bars) drawBar(pen, bar, top + 2 + stripe * bar.stripe, stripe);
  pen.restore();
  line(pen, NAMES, top + row.height, width, top + row.height, colour("grid"));
  write(pen, row.name, NAMES - 10, top + row.height / 2, colour("muted"), { align: "right", size: Math.min(11.5, row.height - 5), most: NAMES - 34 });
}

/** How many actions run in a folded place. @param {CanvasRenderingContext2D} pen @param {Row} row @param {number} top @param {number} width */
function drawCrowd(pen, row, top, width) {
  const most = Math.max(...groups.map((group) => greatest(group.steps)), 1);
  pen.fillStyle = colour("migrate");
  pen.globalAlpha = 0.7;
  for (let i = 0; i < row.steps.length; i += 2) {
    const from = Math.max(x(row.steps[i]), NAMES), to = Math.min(x(row.steps[i + 2] ?? data.end), width);
    const height = (row.height - 5) * row.steps[i + 1] / most;
    if (to > from && height > 0) pen.fillRect(from, top + row.height - 2 - height, to - from, height);
  }
  pen.globalAlpha = 1;
}

function drawGantt() {
  const [width, height] = [gantt.clientWidth, gantt.clientHeight];
  const pen = blank(ganttCanvas, width, height);
  const scroll = gantt.scrollTop;
  const times = marks(width - NAMES);
  for (const { at } of times) line(pen, x(at), AXIS, x(at), height, colour("grid"));
  for (const row of shown.all) {
    const top = AXIS + row.top - scroll;
    if (top + row.height > AXIS && top < height) drawRow(pen, row, top, width);
  }
  pen.fillStyle = colour("card");
  pen.fillRect(0, 0, width, AXIS);
  for (const { at, text } of times) write(pen, text, x(at), AXIS / 2, colour("muted"), { align: at === 0 && state.left === 0 ? "left" : "center", size: 11 });
  line(pen, 0, AXIS, width, AXIS, colour("edge"));
  drawMoment(pen, AXIS, height);
}

/** @param {CanvasRenderingContext2D} pen @param {number} top @param {number} bottom */
function drawMoment(pen, top, bottom) {
  const at = x(state.moment);
  if (at >= NAMES) line(pen, at, top, at, bottom, colour("cursor"));
}

/** The row and the action at a point of the chart. @param {MouseEvent} event */
function under(event) {
  const box = gantt.getBoundingClientRect();
  const [px, py] = [event.clientX - box.left, event.clientY - box.top - AXIS + gantt.scrollTop];
  const row = py < gantt.scrollTop ? undefined : shown.all.find((r) => py >= r.top && py < r.top + r.height);
  const moment = state.left + (px - NAMES) / state.scale;
  if (!row || px < NAMES) return { row, moment, action: -1 };
  const stripe = Math.floor((py - row.top - 2) / ((row.height - 4) / row.stripes));
  const slop = 3 / state.scale;
  const bar = row.bars.find((b) => b.stripe === stripe && data.actions[b.action].start - slop <= moment && moment <= data.actions[b.action].end + slop);
  return { row, moment, action: bar ? bar.action : -1 };
}

/** Brings an action into sight. @param {number} index */
function reveal(index) {
  const action = data.actions[index];
  const server = action.from ?? action.to;
  if (server !== undefined && state.folded.delete(data.servers[server].place ?? NOWHERE)) resize();
  const row = shown.all.find((r) => r.bars.some((b) => b.action === index && !b.arrives));
  if (row) {
    const room = gantt.clientHeight - AXIS - 20;
    if (row.top < gantt.scrollTop) gantt.scrollTop = row.top;
    if (row.top + row.height > gantt.scrollTop + room) gantt.scrollTop = row.top + row.height - room;
  }
  const [from, to] = [x(action.start), x(action.end)];
  if (from < NAMES || to > gantt.clientWidth) gantt.scrollLeft = Math.max(0, action.start * state.scale - 60);
  state.left = gantt.scrollLeft / state.scale;
}

/** @param {number} index */
function choose(index) {
  state.chosen = index;
  if (index >= 0) {
    reveal(index);
    setMoment(data.actions[index].start);
  }
  changed();
}

/** The action nearest in time on a row, from the chosen one's row on. @param {number} step */
function neighbour(step) {
  const from = state.chosen < 0 ? -1 : shown.all.findIndex((row) => row.bars.some((bar) => bar.action === state.chosen && !bar.arrives));
  for (let at = from + step; at >= 0 && at < shown.all.length; at += step) {
    const own = shown.all[at].bars.filter((bar) => !bar.arrives);
    if (!own.length) continue;
    const far = (/** @type {Bar} */ bar) => Math.abs(data.actions[bar.action].start - state.moment);
    return own.reduce((best, bar) => (far(bar) < far(best) ? bar : best)).action;
  }
  return state.chosen;
}

/** @param {KeyboardEvent} event */
function key(event) {
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  const last = data.actions.length - 1;
  /** @type {Record<string, () => void>} */
  const keys = {
    ArrowRight: () => choose(Math.min(state.chosen + 1, last)),
    ArrowLeft: () => choose(Math.max(state.chosen - 1, 0)),
    ArrowDown: () => choose(neighbour(1)),
    ArrowUp: () => choose(neighbour(-1)),
    Home: () => choose(0),
    End: () => choose(last),
    Escape: () => choose(-1),
    "+": () => zoom(state.scale * 1.6),
    "=": () => zoom(state.scale * 1.6),
    "-": () => zoom(state.scale / 1.6),
    0: () => zoom(0),
    " ": () => {
      const action = data.actions[Math.max(state.chosen, 0)];
      fold(data.servers[action.from ?? action.to ?? 0]?.place ?? NOWHERE);
    },
  };
  const act = keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
}

/** @param {number} place */
function fold(place) {
  if (!state.folded.delete(place)) state.folded.add(place);
  resize();
  changed();
}

/** @param {MouseEvent} event */
function hover(event) {
  const { moment, action } = under(event);
  setMoment(moment);
  tip.hidden = action < 0;
  gantt.style.cursor = action < 0 ? "" : "pointer";
  if (action < 0) return;
  const { id, start, end, rate } = data.actions[action];
  tip.textContent = `${id}\n${clock(start)} to ${clock(end)}, ${duration(end - start)}${rate ? `\n${amount("rate", rate)}` : ""}`;
  const box = /** @type {HTMLElement} */ (tip.parentElement).getBoundingClientRect();
  tip.style.left = `${Math.min(event.clientX - box.left + 14, box.width - tip.offsetWidth - 4)}px`;
  tip.style.top = `${event.clientY - box.top + 16}px`;
}

function beginGantt() {
  state.scale = fit();
  resize();
  gantt.addEventListener("scroll", () => {
    state.left = gantt.scrollLeft / state.scale;
    changed();
  });
  gantt.addEventListener("mousemove", hover);
  gantt.addEventListener("mouseleave", () => { tip.hidden = true; });
  gantt.addEventListener("click", (event) => {
    const { row, action } = under(event);
    if (action < 0 && row && row.server === NOWHERE && !row.bars.length) fold(row.place);
    else choose(action);
  });
  gantt.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(state.scale * Math.exp(-event.deltaY / 300), under(event).moment);
  }, { passive: false });
  gantt.addEventListener("keydown", key);
  drawers.push(drawGantt);
}
