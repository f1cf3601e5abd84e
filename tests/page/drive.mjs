// Opens pages in Chromium and does with them what a reader does.
//
//   node drive.mjs CHROMIUM FOLDER PAGE.html…
//
// Says what is wrong, a line each, and ends with 1 where something is. FOLDER gets pictures of each page.

import { createRequire } from "node:module";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, folder, ...files] = process.argv.slice(2);
const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const wrong = [];

/** A page whose errors and requests are watched. */
async function open(browser, file, options = {}) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, ...options });
  const say = (what) => wrong.push(`${path.basename(file)}: ${what}`);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && say(`console: ${message.text()}`));
  page.on("pageerror", (error) => say(`error: ${error}`));
  page.on("request", (request) => request.url().startsWith("file:") || say(`asks for ${request.url()}`));
  await page.goto(pathToFileURL(file).href);
  if (options.javaScriptEnabled !== false) {
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  const name = path.join(folder, path.basename(file, ".html"));
  return { page, say, name };
}

/** How many colours a canvas has: one that nothing was drawn on has one. */
const colours = (page, canvas) => page.locator(canvas).evaluate((element) => {
  const { data } = element.getContext("2d").getImageData(0, 0, element.width, element.height);
  return new Set(new Uint32Array(data.buffer)).size;
});

/** Waits until what is drawn says so, or says that it does not. */
async function expect(say, what, holds) {
  for (let tries = 0; tries < 100; tries++) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  say(`not so: ${what}`);
}

async function read(browser, file) {
  const { page, say, name } = await open(browser, file);
  for (const canvas of ["#gantt canvas", "#levels", "#topology"]) {
    await expect(say, `${canvas} is drawn`, async () => (await colours(page, canvas)) > 3);
  }
  await page.screenshot({ path: `${name}.png` });

  // With the keyboard alone: the chart, the next actions, what is told of them.
  const data = JSON.parse(await page.locator("#data").textContent());
  for (const kind of new Set(data.actions.map((action) => action.kind))) {
    if (!(await page.locator(`#legend .dot.${kind}`).count())) say(`the legend does not have ${kind}`);
    const ink = await page.evaluate((name) => getComputedStyle(document.documentElement).getPropertyValue(name), `--on-${kind}`);
    if (!ink) say(`nothing can be written on ${kind}`);
  }
  await page.focus("#gantt");
  for (const index of [0, 1, 2]) {
    await page.keyboard.press("ArrowRight");
    const { id } = data.actions[index];
    await expect(say, `action ${index} is told`, async () => (await page.locator("#details h3").textContent()) === id);
    const row = await page.locator(`#a${index} td`).allTextContents();
    const when = await page.locator("#details dd").first().textContent();
    if (when !== `${row[0]} to ${row[1]}`) say(`${id} is told at ${when}, the table says ${row[0]} to ${row[1]}`);
    if (!(await page.locator("#details li").count())) say(`${id} has no reason`);
  }
  const last = data.actions.length - 1;
  await page.keyboard.press("End");
  await expect(say, "the last action is told", async () => (await page.locator("#details h3").textContent()) === data.actions[last].id);
  const wide = () => page.locator("#gantt").evaluate((element) => element.scrollWidth);
  const before = await wide();
  await page.keyboard.press("+");
  await expect(say, "plus zooms", async () => (await wide()) > before * 1.3);
  await page.keyboard.press("0");
  await expect(say, "zero shows all", async () => (await wide()) <= before);
  await page.screenshot({ path: `${name}-details.png` });

  // A moment, told in words.
  await page.focus("#moment");
  await page.keyboard.press("End");
  await expect(say, "nothing runs at the end", async () => (await page.locator("#now").textContent()).includes("nothing runs"));

  // A search.
  const vm = data.actions.find((action) => action.vm)?.vm;
  await page.fill("#search", vm);
  await expect(say, `${vm} is found`, async () => /^\d.* found$/.test(await page.locator("#found").textContent()));
  if (!(await page.locator("#actions tbody tr:visible").count())) say(`the table has no row of ${vm}`);
  await page.fill("#search", "nothing-is-called-like-this");
  await expect(say, "what is not there is not found", async () => (await page.locator("#found").textContent()) === "0 actions found");
  await page.fill("#search", "");

  // On paper: the picture, all parts open.
  await page.emulateMedia({ media: "print" });
  if (!(await page.locator("figure.picture").isVisible())) say("the picture is not printed");
  if (await page.locator(".live").isVisible()) say("controls are printed");
  if (data.actions.length < 1000) await page.pdf({ path: `${name}.pdf`, preferCSSPageSize: true });
  await page.close();
}

/** In the dark: a dark paper, and text that is told apart from it; the same in the light. */
async function look(browser, file, colorScheme) {
  const { page, say, name } = await open(browser, file, { colorScheme });
  const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const bright = Number(paper.match(/\d+/)[0]) > 127;
  if (bright !== (colorScheme === "light")) say(`${colorScheme}: the paper is ${paper}`);
  await page.evaluate(await (await import("node:fs/promises")).readFile(axe, "utf8"));
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, help, nodes } of violations) say(`${colorScheme}: ${id}: ${help}: ${nodes[0].html.slice(0, 200)}`);
  await page.screenshot({ path: `${name}-${colorScheme}.png` });
  await page.close();
}

/** On a telephone, nothing is wider than the screen; without a script, the picture and the table are there. */
async function elsewhere(browser, file) {
  const small = await open(browser, file, { viewport: { width: 390, height: 800 } });
  const width = await small.page.evaluate(() => document.documentElement.scrollWidth);
  if (width > 390) small.say(`${width} pixels wide on a small screen`);
  await small.page.screenshot({ path: `${small.name}-small.png` });
  await small.page.close();
  const plain = await open(browser, file, { javaScriptEnabled: false });
  if (!(await plain.page.locator("figure.picture svg").isVisible())) plain.say("no picture without a script");
  if (!(await plain.page.locator("#a0").isVisible())) plain.say("no table without a script");
  await plain.page.close();
}

const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const file of files) await read(browser, file);
for (const scheme of ["light", "dark"]) await look(browser, files[0], scheme);
await elsewhere(browser, files[0]);
await browser.close();
for (const what of wrong) console.log(what);
process.exit(wrong.length ? 1 : 0);
