// Begins: shows what needs a script, and ties the controls to the state.

const chart = element("chart", HTMLElement);

/** A row of the table is a way to its action. */
function beginTable() {
  const section = element("actions", HTMLElement);
  for (const name of section.querySelectorAll("table.actions th[scope=row]")) {
    const index = Number(name.parentElement?.id.slice(1));
    name.addEventListener("click", () => choose(index));
  }
}

/** The table shows what the search finds. */
function filterTable() {
  for (const part of document.querySelectorAll("#actions details.part")) {
    let any = false;
    for (const row of part.querySelectorAll("tbody tr")) {
      const hit = !found || found.has(Number(row.id.slice(1)));
      row.toggleAttribute("hidden", !hit);
      any ||= hit;
    }
    part.toggleAttribute("hidden", !any);
  }
  element("found", HTMLOutputElement).value = found ? `${count(found.size, "action")} found` : "";
}

/** What the colours mean. */
function legend() {
  const kinds = new Set(data.actions.map((action) => action.kind));
  const box = element("legend", HTMLDivElement);
  for (const kind of Object.keys(KINDS).filter((known) => kinds.has(known))) {
    const item = make("span", KINDS[kind]);
    item.prepend(make("span", "", `dot ${kind}`));
    box.append(item);
  }
  if (data.actions.some((action) => action.to !== undefined)) {
    const item = make("span", "arrives");
    item.prepend(make("span", "", "dot arrives"));
    box.append(item);
  }
}

function beginTools() {
  const field = element("search", HTMLInputElement);
  let wait = 0;
  field.addEventListener("input", () => {
    clearTimeout(wait);
    wait = window.setTimeout(() => {
      search(field.value);
      filterTable();
      resize();
      changed();
    }, 120);
  });
  element("zoom-in", HTMLButtonElement).addEventListener("click", () => zoom(state.scale * 1.6));
  element("zoom-out", HTMLButtonElement).addEventListener("click", () => zoom(state.scale / 1.6));
  element("zoom-fit", HTMLButtonElement).addEventListener("click", () => zoom(0));
  const moment = element("moment", HTMLInputElement), when = element("when", HTMLOutputElement);
  moment.addEventListener("input", () => setMoment(Number(moment.value)));
  drawers.push(() => {
    moment.value = String(state.moment);
    when.value = clock(state.moment);
    moment.setAttribute("aria-valuetext", clock(state.moment));
  });
}

/** A link to a line or a row opens the part that it is in. */
function openTarget() {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const part = target?.closest("details");
  if (target && part && !part.open) {
    part.open = true;
    target.scrollIntoView({ block: "center" });
  }
}

/** On paper all actions are open. */
function print() {
  /** @type {HTMLDetailsElement[]} */
  let opened = [];
  window.addEventListener("beforeprint", () => {
    const parts = /** @type {HTMLDetailsElement[]} */ ([...document.querySelectorAll("#actions details")]);
    opened = parts.filter((part) => !part.open);
    for (const part of opened) part.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const part of opened) part.open = false;
  });
}

/** @type {HTMLElement} */ (chart.querySelector(".live")).hidden = false;
chart.classList.add("drawn");
legend();
beginGantt();
beginLevels();
drawers.push(drawTopology, drawDetails);
beginTools();
beginTable();
print();
openTarget();
window.addEventListener("hashchange", openTarget);
window.addEventListener("resize", () => zoom(state.scale));
changed();
