// What there is to know of the chosen action: why it starts then, what it waits for, what waits for it.

const details = element("details", HTMLElement);

/** @param {string} tag @param {string} [text] @param {string} [look] */
function make(tag, text = "", look = "") {
  const made = document.createElement(tag);
  made.textContent = text;
  if (look) made.className = look;
  return made;
}

/** A button that leads to an action. @param {number} index */
function link(index) {
  const button = make("button", data.actions[index].id, "link");
  button.addEventListener("click", () => choose(index));
  return button;
}

/** @param {number} at */
const reason = (at) => data.reasons[at];

/** Why an action starts when it does, as far as the plan says it. @param {Action} action @returns {(string|Node)[][]} */
function whyThen(action) {
  if (action.start === 0) return [["It begins with the plan."]];
  const holders = (action.waits ?? []).flatMap(([other, until, lag, why]) => {
    const { start, end } = data.actions[other];
    if (until === "started") return start + lag === action.start ? [[link(other), ` started ${duration(lag)} before: ${reason(why)}`]] : [];
    return end === action.start ? [[link(other), ` ends then: ${reason(why)}`]] : [];
  });
  if (action.opens === action.start) holders.push([`The clock: it may not start before ${clock(action.opens)}.`]);
  if (holders.length) return holders;
  return [["Nothing that it waits for ends then. A limit that changes with the clock holds it, or to begin earlier would not make the plan better."]];
}

/** @param {string} title @param {(string|Node)[][]} items */
function list(title, items) {
  const part = make("div");
  part.append(make("h4", title));
  const ul = make("ul");
  for (const item of items) {
    const li = make("li");
    li.append(...item);
    ul.append(li);
  }
  part.append(ul);
  return part;
}

const MOST = 12;

/** Items, the first of them only where there are many. @param {number[]} actions */
function links(actions) {
  /** @type {(string|Node)[][]} */
  const items = actions.slice(0, MOST).map((index) => [link(index), ` ${clock(data.actions[index].start)}`]);
  if (actions.length > MOST) items.push([`and ${actions.length - MOST} more`]);
  return items;
}

/** @param {Action} action @returns {[string, string][]} */
function figures(action) {
  const name = (/** @type {number|undefined} */ server) => (server === undefined ? "" : data.servers[server].name);
  /** @type {[string, string][]} */
  const all = [
    ["When", `${clock(action.start)} to ${clock(action.end)}`],
    ["Takes", duration(action.end - action.start) + (action.guessed ? " (a guess)" : "")],
    ["Where", action.to === undefined ? name(action.from) : `${name(action.from)} → ${name(action.to)}`],
    ["Chosen", action.places ? `among ${count(action.places, "server")}` : ""],
    ["How", action.kind === "post" ? "by post-copy: the VM is lost where its source or the network fails meanwhile" : action.kind === "cold" ? "cold: the VM stands still meanwhile" : ""],
    ["Rate", action.rate ? amount("rate", action.rate) : ""],
    ["Memory", action.bytes ? amount("memory", action.bytes) : ""],
    ["Says", action.text ?? ""],
    ["Late", action.policy === "wait" ? "never" : `after ${duration(action.late)}; at ${duration(action.limit)}: ${action.policy}`],
    ["Tried", action.retries ? `${action.retries} times more` : ""],
  ];
  return all.filter(([, value]) => value);
}

let told = -2;

function drawDetails() {
  if (told === state.chosen) return;
  told = state.chosen;
  const action = data.actions[state.chosen];
  if (!action) {
    details.replaceChildren(make("h3", "An action"), make("p", "Choose a bar of the chart or a row of the table: why it starts then and what it waits for is told here.", "note"));
    return;
  }
  const head = make("h3");
  head.append(make("span", "", `dot ${action.kind}`), action.id);
  const facts = make("dl", "", "facts small");
  for (const [name, value] of figures(action)) {
    const pair = make("div");
    pair.append(make("dt", name), make("dd", value));
    facts.append(pair);
  }
  details.replaceChildren(head, facts, list("Why it starts then", whyThen(action)));
  const waits = (action.waits ?? []).map(([other, , , why]) => /** @type {(string|Node)[]} */ ([link(other), ` ${reason(why)}`]));
  if (waits.length) details.append(list("Waits for", waits.length > MOST ? [...waits.slice(0, MOST), [`and ${waits.length - MOST} more`]] : waits));
  const after = waiting[state.chosen];
  if (after.length) details.append(list("Waited for by", links(after)));
  const foot = make("p", "", "note");
  if (action.implied) foot.append("Implied by the plan. ");
  if (action.line) {
    const [file, number] = action.line;
    const anchor = make("a", `Written in line ${number}`);
    anchor.setAttribute("href", `#f${file}-${number}`);
    foot.append(anchor, ". ");
  }
  const row = make("a", "In the table");
  row.setAttribute("href", `#a${state.chosen}`);
  foot.append(row);
  details.append(foot);
}
