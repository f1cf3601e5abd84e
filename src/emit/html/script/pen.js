// Canvases as sharp as the screen, in the colours of the style sheet.

/** @type {CSSStyleDeclaration} */
let style = getComputedStyle(document.documentElement);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  style = getComputedStyle(document.documentElement);
  changed();
});

/** A colour of the style sheet. @param {string} name */
const colour = (name) => style.getPropertyValue(`--${name}`).trim();

const FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif";

/** A canvas of that size, empty. @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function blank(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w;
    canvas.height = h;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.textBaseline = "middle";
  return pen;
}

/** @param {CanvasRenderingContext2D} pen @param {string} text @param {number} x @param {number} y @param {string} ink
 *  @param {{size?: number, bold?: boolean, align?: CanvasTextAlign, most?: number}} [how] */
function write(pen, text, x, y, ink, how = {}) {
  pen.font = `${how.bold ? "600 " : ""}${how.size ?? 11.5}px ${FONT}`;
  pen.fillStyle = ink;
  pen.textAlign = how.align ?? "left";
  let shown = text;
  if (how.most !== undefined) {
    while (shown.length > 2 && pen.measureText(shown).width > how.most) shown = `${shown.slice(0, -2)}…`;
  }
  pen.fillText(shown, x, y);
}

/** @param {CanvasRenderingContext2D} pen @param {number} x1 @param {number} y1 @param {number} x2 @param {number} y2 @param {string} ink */
function line(pen, x1, y1, x2, y2, ink) {
  pen.strokeStyle = ink;
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
  pen.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
  pen.stroke();
}

/** How people divide time. */
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800];

/** Marks of the axis that is in sight. @param {number} width @returns {{at: number, text: string}[]} */
function marks(width) {
  const step = STEPS.find((s) => s * state.scale >= 84) ?? 604800 * Math.ceil(84 / (604800 * state.scale));
  const first = Math.ceil((state.left + past(step)) / step) * step - past(step);
  const found = [];
  for (let at = Math.max(first, 0); at <= Math.min(state.left + width / state.scale, data.end); at += step) {
    found.push({ at, text: mark(at, step) });
  }
  return found;
}

/** Where names stand, to the left of the axis. */
const NAMES = window.innerWidth < 700 ? 104 : 172;

/** The place of a moment. @param {number} moment */
const x = (moment) => NAMES + (moment - state.left) * state.scale;
