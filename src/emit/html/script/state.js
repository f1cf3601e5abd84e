// What the reader has done to the page. Whoever draws is told of each change, once for each picture.

const state = {
  /** The moment that is shown. */
  moment: 0,
  /** The chosen action; -1: none. */
  chosen: -1,
  /** What is searched, in lower case. */
  query: "",
  /** Pixels for each second, and the second at the left edge. */
  scale: 0, left: 0,
  /** Places that are folded. @type {Set<number>} */
  folded: new Set(),
};

/** @type {(() => void)[]} */
const drawers = [];
let isDrawing = false;

/** Draws all anew, soon. */
function changed() {
  if (isDrawing) return;
  isDrawing = true;
  requestAnimationFrame(() => {
    isDrawing = false;
    for (const draw of drawers) draw();
  });
}

/** Actions that the search finds; null: there is no search. @type {Set<number>|null} */
let found = null;

/** @param {string} query */
function search(query) {
  state.query = query.trim().toLowerCase();
  if (!state.query) { found = null; return; }
  const words = state.query.split(/\s+/);
  const name = (/** @type {number|undefined} */ server) => (server === undefined ? "" : data.servers[server].name);
  found = new Set();
  data.actions.forEach((action, at) => {
    const text = `${action.id} ${KINDS[action.kind]} ${action.text ?? ""} ${name(action.from)} ${name(action.to)}`.toLowerCase();
    if (words.every((word) => text.includes(word))) found?.add(at);
  });
}

/** @param {number} moment */
function setMoment(moment) {
  const whole = Math.round(Math.min(Math.max(moment, 0), data.end));
  if (whole === state.moment) return;
  state.moment = whole;
  changed();
}
