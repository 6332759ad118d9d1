// Drives JupyterLab in a headless Chromium:  node lab.mjs URL ARTEFACTS
//
// A notebook is open at URL; lab_test.go writes it, with a cell for
// each step below. Each step prints "ok STEP" or "FAIL STEP: why".
import { createRequire } from "node:module";
import path from "node:path";

const modules = process.env.GOMDCSAN_NODE_MODULES;
const { chromium } = createRequire(path.join(modules, "x.js"))("playwright-core");
const [url, artefacts] = process.argv.slice(2);
const patience = 60_000;

const browser = await chromium.launch({ executablePath: process.env.GOMDCSAN_CHROMIUM, args: ["--no-sandbox"] });
const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
page.setDefaultTimeout(patience);
let failed = 0;

async function step(name, f) {
  const begun = Date.now();
  try {
    await f();
    console.log(`ok ${name} (${Date.now() - begun} ms)`);
  } catch (e) {
    failed++;
    console.log(`FAIL ${name}: ${String(e.message).split("\n").slice(0, 4).join(" | ")}`);
  }
  await page.screenshot({ path: path.join(artefacts, `lab-${name.replaceAll(" ", "-")}.png`) });
}

const command = (id, args = {}) => page.evaluate(([id, args]) => { window.jupyterapp.commands.execute(id, args); }, [id, args]);
const cell = (n) => page.locator(".jp-Notebook .jp-CodeCell").nth(n);
const output = (n) => cell(n).locator(".jp-OutputArea");
const prompt = (n) => cell(n).locator(".jp-InputPrompt").first();

async function until(what, f) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try { last = await f(); if (last) return last; } catch (e) { last = e.message; }
    await page.waitForTimeout(50);
  }
  throw new Error(`no ${what}; last ${last}`);
}

async function select(n) {
  await cell(n).locator(".cm-content").click();
  await page.keyboard.press("Escape");
}
async function run(n) {
  await select(n);
  await command("notebook:run-cell");
}
const shows = (n, text) => until(`${text} in cell ${n}`, async () => (await output(n).innerText()).includes(text));
const idle = () => until("idle", async () => await page.evaluate(() =>
  window.jupyterapp.shell.currentWidget.sessionContext?.session?.kernel?.status === "idle"));
const kernel = (f) => page.evaluate(`(${f})(window.jupyterapp.shell.currentWidget.sessionContext.session.kernel)`);

await page.goto(url);
await step("open", async () => {
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  await until("the app", () => page.evaluate(() => !!window.jupyterapp));
  await idle();
  const name = await kernel("(k) => k.name");
  if (name !== "gomdcsan") throw new Error(`kernel ${name}`);
});

await step("run a cell", async () => {
  await run(0);
  await shows(0, "42");
});

await step("figure", async () => {
  await run(1);
  await until("a figure", async () => await output(1).locator("img, svg").count() > 0);
  await until("a figure with a size", async () => (await output(1).locator("img, svg").first().boundingBox()).width > 100);
});

await step("live output", async () => {
  await run(2);
  const last = async () => /step (\d+)/.exec(await output(2).innerText())?.[1];
  await until("a step on the way", async () => { const n = await last(); return n > 0 && n < 20; });
  await shows(2, "step 20");
  await idle();
  const steps = (await output(2).innerText()).match(/step/g).length;
  if (steps !== 1) throw new Error(`the display was not updated in place: ${steps} steps`);
});

await step("input", async () => {
  await run(3);
  const box = cell(3).locator(".jp-Stdin-input");
  await box.waitFor();
  await box.fill("Ada");
  await box.press("Enter");
  await shows(3, "hello Ada");
});

await step("interrupt", async () => {
  await run(4);
  await until("busy", async () => (await prompt(4).innerText()).includes("*"));
  await page.waitForTimeout(500);
  await command("notebook:interrupt-kernel");
  await until("an error", async () => /interrupt/i.test(await output(4).innerText()));
  await idle();
});

await step("completion", async () => {
  await cell(5).locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("fmt.Sprin");
  await page.waitForTimeout(300);
  await page.keyboard.press("Tab");
  await page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item", { hasText: "Sprintln" }).first().waitFor();
  const kind = await page.locator(".jp-Completer-type").first().getAttribute("data-color-index");
  if (kind === null) throw new Error("no kinds in the popup");
  await page.screenshot({ path: path.join(artefacts, "lab-completion-popup.png") });
  await page.keyboard.press("Escape");
});

await step("tooltip", async () => {
  await cell(5).locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("tf");
  await page.keyboard.press("Shift+Tab");
  await page.locator(".jp-Tooltip", { hasText: "Sprintf formats" }).waitFor();
  await page.screenshot({ path: path.join(artefacts, "lab-tooltip-shown.png") });
  await page.keyboard.press("Escape");
});

await step("twenty plots", async () => {
  await run(6);
  await until("20 figures", async () => await output(6).locator("img, svg").count() >= 20);
  await idle();
});

await step("widget", async () => {
  await run(7);
  const handle = output(7).locator(".noUi-handle").first();
  await handle.waitFor();
  await shows(7, "n is 3");
  await handle.focus();
  await page.keyboard.press("ArrowRight");
  await shows(7, "n is 4");
});

await step("live training", async () => {
  await run(8);
  const drawn = async () => {
    const figures = output(8).locator("img, svg");
    return await figures.count() ? await figures.first().evaluate((e) => e.src ?? e.outerHTML) : "";
  };
  const first = await until("a curve", drawn);
  await until("a redrawn curve", async () => (await drawn()) !== first);
  await page.screenshot({ path: path.join(artefacts, "lab-training-live.png") });
  await command("notebook:interrupt-kernel");
  await idle();
  await until("the end of the cell", async () => /\[\d+\]/.test(await prompt(8).innerText()));
});

await step("restart", async () => {
  await kernel("(k) => { k.restart(); }");
  await page.waitForTimeout(300);
  await idle();
  await run(0);
  await until("count 1", async () => (await prompt(0).innerText()).includes("[1]"));
});

await step("run all", async () => {
  await page.evaluate(() => { // the cells that wait for a user are taken out
    const nb = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
    for (const i of [8, 7, 5, 4, 3]) nb.deleteCell(i);
  });
  await command("notebook:run-all-cells");
  await until("the last cell", async () => /\[\d+\]/.test(await prompt(3).innerText()));
  await shows(0, "42");
});

await browser.close();
process.exit(failed ? 1 : 0);
