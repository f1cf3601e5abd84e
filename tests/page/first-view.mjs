// How long a page takes to its first picture, in ms: node first-view.mjs CHROMIUM PAGE.html…

import path from "node:path";
import { pathToFileURL } from "node:url";
import { chromium } from "playwright-core";

const [executablePath, ...files] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
for (const file of files) {
  const times = [];
  for (let run = 0; run < 3; run++) {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(pathToFileURL(file).href);
    times.push(Math.round(await page.evaluate(() => new Promise((done) => {
      requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now())));
    }))));
    await page.close();
  }
  console.log(`${path.basename(file)}: ${times.join(", ")} ms`);
}
await browser.close();
