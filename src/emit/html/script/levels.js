// Levels below the chart, on the same axis: power, then what is busiest and fullest, or what the search names.

const levelsCanvas = element("levels", HTMLCanvasElement);
const PANEL = 58, PANEL_GAP = 12, FEW = 4;

/** How near a level comes to its limit. @param {Level} level */
const load = (level) => greatest(level.steps) / (limitOf(level) || Infinity);

/** @param {string} unit */
const ofUnit = (unit) => data.levels.filter((level) => level.unit === unit);

/** The mean share of its limit. @param {Level} level */
function mean(level) {
  let sum = 0;
  for (let i = 0; i < level.steps.length; i += 2) sum += level.steps[i + 1] * Math.max((level.steps[i + 2] ?? data.end) - level.steps[i], 0);
  return sum / (limitOf(level) || Infinity);
}

const busiest = ofUnit("rate").map((level) => ({ level, mean: mean(level) })).sort((a, b) => b.mean - a.mean).slice(0, FEW).map((pair) => pair.level);
const fullest = ofUnit("memory").map((level) => ({ level, load: load(level) })).sort((a, b) => b.load - a.load).slice(0, FEW).map((pair) => pair.level);

/** The levels to draw. */
function chosenLevels() {
  const power = ofUnit("power");
  if (!state.query) return [...power, ...busiest, ...fullest];
  const named = data.levels.filter((level) => level.unit !== "power" && level.name.toLowerCase().includes(state.query));
  return [...power, ...named.slice(0, 3 * FEW)];
}

/** @param {CanvasRenderingContext2D} pen @param {number[]} steps @param {(value: number) => number} y */
function trace(pen, steps, y) {
  pen.beginPath();
  for (let i = 0; i < steps.length; i += 2) {
    const from = x(Math.min(steps[i], data.end)), to = x(Math.min(steps[i + 2] ?? data.end, data.end));
    if (to < NAMES) continue;
    pen.lineTo(Math.max(from, NAMES), y(steps[i + 1]));
    pen.lineTo(Math.max(to, NAMES), y(steps[i + 1]));
  }
}

/** @param {CanvasRenderingContext2D} pen @param {Level} level @param {number} top @param {number} width */
function drawLevel(pen, level, top, width) {
  const bottom = top + PANEL, most = greatest(level.steps), limit = limitOf(level);
  // A limit far above all that happens would press it to the floor: it is said in words.
  const isNear = limit > 0 && limit <= 4 * most;
  const highest = (isNear ? Math.max(limit, most) : most || 1) * 1.12;
  const y = (/** @type {number} */ value) => bottom - (PANEL - 2) * Math.min(value / highest, 1);
  const ink = colour(level.unit === "power" ? "boot" : level.unit === "memory" ? "start" : "migrate");
  pen.save();
  pen.beginPath();
  pen.rect(NAMES, top, width - NAMES, PANEL + 1);
  pen.clip();
  trace(pen, level.steps, y);
  pen.strokeStyle = ink;
  pen.lineWidth = 1.5;
  pen.stroke();
  pen.lineTo(x(data.end), bottom);
  pen.lineTo(Math.max(x(0), NAMES), bottom);
  pen.globalAlpha = 0.2;
  pen.fillStyle = ink;
  pen.fill();
  pen.globalAlpha = 1;
  if (level.guests) {
    trace(pen, level.guests, y);
    pen.lineTo(x(data.end), bottom);
    pen.lineTo(Math.max(x(0), NAMES), bottom);
    pen.globalAlpha = 0.45;
    pen.fillStyle = colour("muted");
    pen.fill();
    pen.globalAlpha = 1;
  }
  if (isNear) {
    trace(pen, level.limit.map((value, i) => (i % 2 && value > UNLIMITED ? NaN : value)), y);
    pen.setLineDash([5, 3]);
    pen.strokeStyle = colour("limit");
    pen.lineWidth = 1.2;
    pen.stroke();
    pen.setLineDash([]);
  }
  pen.restore();
  line(pen, NAMES, bottom, width, bottom, colour("edge"));
  const name = level.name.replace("->", "→").replace(/^link /, "");
  write(pen, name, NAMES - 10, top + 10, colour("ink"), { align: "right", bold: true, size: 11, most: NAMES - 22 });
  let now = amount(level.unit, valueAt(level.steps, state.moment));
  if (level.guests) now += `, guests ${amount(level.unit, valueAt(level.guests, state.moment))}`;
  write(pen, now, NAMES - 10, top + 26, colour("ink"), { align: "right", size: 11, most: NAMES - 14 });
  const words = limit ? `peak ${amount(level.unit, most)} of ${amount(level.unit, limit)}` : `peak ${amount(level.unit, most)}`;
  write(pen, words, NAMES - 10, top + 41, colour("muted"), { align: "right", size: 10.5, most: NAMES - 14 });
}

function drawLevels() {
  const all = chosenLevels();
  const width = gantt.clientWidth, height = all.length * (PANEL + PANEL_GAP) + 4;
  const pen = blank(levelsCanvas, width, height);
  for (const { at } of marks(width - NAMES)) line(pen, x(at), 0, x(at), height, colour("grid"));
  all.forEach((level, at) => drawLevel(pen, level, at * (PANEL + PANEL_GAP), width));
  drawMoment(pen, 0, height);
}

function beginLevels() {
  levelsCanvas.addEventListener("mousemove", (event) => {
    setMoment(state.left + (event.clientX - levelsCanvas.getBoundingClientRect().left - NAMES) / state.scale);
  });
  drawers.push(drawLevels);
}
