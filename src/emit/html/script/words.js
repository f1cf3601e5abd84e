// Moments and amounts as people read them; in the words of the rest of the page.

/** @param {number} number */
const two = (number) => String(number).padStart(2, "0");

/** The time of day of a moment, or the time since the start. @param {number} moment */
function clock(moment) {
  const { midnight, offsets } = data.clock;
  const [hours, minutes, seconds] = [Math.floor(moment / 3600), Math.floor(moment / 60) % 60, moment % 60];
  if (midnight === undefined) {
    return data.end >= 3600 ? `+${hours}:${two(minutes)}:${two(seconds)}` : `+${two(Math.floor(moment / 60))}:${two(seconds)}`;
  }
  const now = offsets.filter(([at]) => at <= moment).pop();
  const shift = now ? now[1] - offsets[0][1] : 0;
  const total = midnight + moment + shift;
  const days = Math.floor(total / 86400), rest = total - days * 86400;
  const time = `${two(Math.floor(rest / 3600))}:${two(Math.floor(rest / 60) % 60)}:${two(rest % 60)}`;
  const offset = now && offsets.length > 1 ? ` ${now[2]}` : "";
  return time + offset + (days > 0 ? ` +${days}d` : "");
}

/** Seconds from the last multiple of a step on the clock to the start. @param {number} step */
const past = (step) => (data.clock.midnight ?? 0) % step;

/** A moment as a mark, without seconds where steps are whole minutes. @param {number} moment @param {number} step */
function mark(moment, step) {
  const text = clock(moment);
  return step % 60 === 0 && data.clock.midnight !== undefined ? text.replace(/^(\d\d:\d\d):\d\d/, "$1") : text;
}

/** @param {number} seconds */
function duration(seconds) {
  const parts = [[Math.floor(seconds / 3600), "h"], [Math.floor(seconds / 60) % 60, "min"], [seconds % 60, "s"]];
  return parts.filter(([value]) => value).map(([value, unit]) => `${value} ${unit}`).join(" ") || "0 s";
}

/** @param {number} value */
const digits = (value) => String(Number(value.toFixed(Math.abs(value) < 9.995 ? 2 : 1)));

/** @param {number} value @param {string[]} units @param {number} step */
function scaled(value, units, step) {
  let at = 0;
  while (Math.abs(value) >= step * 0.99995 && at + 1 < units.length) { value /= step; at++; }
  return `${digits(value)} ${units[at]}`;
}

/** A value of a level with its unit. @param {string} unit @param {number} value */
function amount(unit, value) {
  switch (unit) {
    case "power": return value < 1e7 ? `${digits(value / 1e3)} W` : scaled(value / 1e3, ["W", "kW", "MW", "GW"], 1e3);
    case "rate": return scaled(value, ["bit/s", "kbit/s", "Mbit/s", "Gbit/s", "Tbit/s"], 1e3);
    case "memory": return scaled(value, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"], 1024);
    default: return String(value);
  }
}

/** @param {number} number @param {string} one */
const count = (number, one) => `${number.toLocaleString("en")} ${one}${number === 1 ? "" : "s"}`;

/** What an action's kind is called. @type {Record<string, string>} */
const KINDS = {
  migrate: "migrate", post: "migrate by post-copy", cold: "migrate cold", boot: "boot", shutdown: "shut down", start: "start VM", stop: "stop VM",
  run: "run a command", pause: "pause",
};
