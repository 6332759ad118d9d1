// Drives JupyterLab in a headless Chromium:  node lab.mjs URL ARTEFACTS NAMES
//
// A notebook is open at URL; lab_test.go writes it and gives the names of its
// cells, separated by commas.
import { isIdle, newPage, started, stepper, until as waitUntil } from "./browser.mjs";

const [url, artefacts, list] = process.argv.slice(2);
const names = list.split(",");
const patience = 240_000;

const page = await newPage({ patience, scale: 2 });
const { step, shot, end } = stepper(page, artefacts, "lab");
const until = (what, f) => waitUntil(page, patience, what, f);

const command = (id, args = {}) => page.evaluate(([id, args]) => { window.jupyterapp.commands.execute(id, args); }, [id, args]);
const cell = (name) => page.locator(".jp-Notebook .jp-CodeCell").nth(names.indexOf(name));
const output = (name) => cell(name).locator(".jp-Cell-outputArea");
const prompt = (name) => cell(name).locator(".jp-InputPrompt").first();

async function select(name) {
  await cell(name).locator(".cm-content").click();
  await page.keyboard.press("Escape");
}
async function run(name) {
  await select(name);
  await command("notebook:run-cell");
}
const shows = (name, text) => until(`${text} in cell ${name}`, async () => (await output(name).innerText()).includes(text));
const idle = () => until("idle", () => page.evaluate(isIdle));
const kernel = (f) => page.evaluate(`(${f})(window.jupyterapp.shell.currentWidget.sessionContext.session.kernel)`);
const errors = async (name) => {
  const n = await output(name).locator(".jp-RenderedText[data-mime-type='application/vnd.jupyter.error'], .jupyter-widgets-error-widget, .jupyter-widgets-error").count();
  if (n > 0) throw new Error(`${n} errors: ${(await output(name).innerText()).slice(0, 300)}`);
};

await page.goto(url);
await step("open", async () => {
  await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
  await until("the app", () => page.evaluate(started));
  await page.evaluate(() => window.jupyterapp.shell.collapseLeft());
  await idle();
  const name = await kernel("(k) => k.name");
  if (name !== "gomdcsan") throw new Error(`kernel ${name}`);
});

await step("run a cell", async () => {
  await run("sum");
  await shows("sum", "42");
});

await step("figure", async () => {
  await run("figure");
  await until("a figure", async () => await output("figure").locator("img, svg").count() > 0);
  await until("a figure with a size", async () => (await output("figure").locator("img, svg").first().boundingBox()).width > 100);
});

await step("values", async () => {
  await run("values");
  await shows("values", "an error as a value");
  await idle();
  if (await output("values").locator("table").count() < 2) throw new Error("no tables");
  await until("the formula", async () => await output("values").locator(".jp-RenderedLatex mjx-container, .jp-RenderedLatex .katex").count() > 0);
  // A PNG has twice the pixels that it takes on the page.
  const scale = await output("values").locator("img").first().evaluate((e) => e.naturalWidth / e.clientWidth);
  if (Math.abs(scale - 2) > 0.05) throw new Error(`a PNG of ${scale} pixels to each of the page's`);
  await errors("values");
});

await step("live output", async () => {
  await run("live");
  const last = async () => /step (\d+)/.exec(await output("live").innerText())?.[1];
  await until("a step on the way", async () => { const n = await last(); return n > 0 && n < 20; });
  await shows("live", "step 20");
  await idle();
  const steps = (await output("live").innerText()).match(/step/g).length;
  if (steps !== 1) throw new Error(`the display was not updated in place: ${steps} steps`);
});

await step("progress bars", async () => {
  await run("bars");
  await until("a bar within a bar", async () => await output("bars").locator("progress").count() === 2);
  await shot("progress-bars-nested");
  await until("the end", async () => (await output("bars").innerText()).includes("4/4"));
  await idle();
  if (await output("bars").locator("progress").count() !== 1) throw new Error("the inner bar has not gone");
});

await step("input", async () => {
  await run("input");
  const box = cell("input").locator(".jp-Stdin-input");
  await box.waitFor();
  await shot("input-prompt");
  await box.fill("Ada");
  await box.press("Enter");
  await shows("input", "hello Ada");
});

await step("interrupt", async () => {
  await run("endless");
  await until("busy", async () => (await prompt("endless").innerText()).includes("*"));
  await page.waitForTimeout(500);
  await command("notebook:interrupt-kernel");
  await until("an error", async () => /interrupt/i.test(await output("endless").innerText()));
  await idle();
});

await step("completion", async () => {
  await cell("typed").locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type("fmt.Sprin");
  await page.waitForTimeout(300);
  await page.keyboard.press("Tab");
  await page.locator(".jp-Completer:not(.lm-mod-hidden) .jp-Completer-item", { hasText: "Sprintln" }).first().waitFor();
  const kind = await page.locator(".jp-Completer-type").first().getAttribute("data-color-index");
  if (kind === null) throw new Error("no kinds in the popup");
  await shot("completion-popup");
  await page.keyboard.press("Escape");
});

await step("tooltip", async () => {
  await cell("typed").locator(".cm-content").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type('tf("%d", ');
  await page.keyboard.press("Shift+Tab");
  await page.locator(".jp-Tooltip", { hasText: "Sprintf formats" }).waitFor();
  await shot("tooltip-shown");
  await page.keyboard.press("Escape");
});

await step("pager", async () => {
  await run("pager");
  await shows("pager", "Println formats using the default formats");
});

await step("mistake", async () => {
  await run("mistake");
  await until("the line", async () => /cell\[\d+\]:2/.test(await output("mistake").innerText()));
});

await step("twenty plots", async () => {
  await run("plots");
  await until("20 figures", async () => await output("plots").locator("img, svg").count() >= 20);
  await idle();
});

await step("widgets", async () => {
  await run("widgets");
  const handle = output("widgets").locator(".noUi-handle").first();
  await handle.waitFor();
  await handle.focus();
  await page.keyboard.press("ArrowRight");
  await until("4", async () => (await output("widgets").locator(".widget-readout").first().innerText()).includes("4"));
  for (const part of [".widget-checkbox", ".widget-dropdown", ".widget-text", ".progress-bar", ".jupyter-button"]) {
    if (await output("widgets").locator(part).count() < 1) throw new Error(`no ${part}`);
  }
  await errors("widgets");
  const button = output("widgets").locator("button.jupyter-button");
  await button.click();
  await shows("widgets", "pressed 1 times");
  await button.click();
  await shows("widgets", "pressed 2 times");
  if (await output("widgets").locator("strong", { hasText: "pressed" }).count() !== 1) throw new Error("Markdown was not rendered");
});

await step("vector field", async () => {
  await run("fig2");
  await run("field");
  const drawn = async () => await output("field").locator(".jp-RenderedSVG").last().innerHTML();
  const handle = output("field").locator(".noUi-handle").first();
  await handle.waitFor();
  await until("a field", async () => (await drawn()).length > 1000);
  await shot("vector-field-before");
  const height = async () => Math.round((await output("field").boundingBox()).height);
  const [first, tall] = [await drawn(), await height()];
  await handle.focus();
  const heights = new Set();
  for (let i = 0; i < 15; i++) {
    await page.keyboard.press("ArrowRight");
    heights.add(await height());
  }
  await until("another field", async () => (await drawn()) !== first);
  await until("the drive's new value", async () => (await output("field").locator(".widget-readout").innerText()).includes("0.30"));
  if (Math.min(...heights) < tall - 10) throw new Error(`the figure jumps: heights ${[...heights]} for ${tall}`);
  await idle();
});

await step("live training", async () => {
  await run("training");
  const drawn = async () => {
    const figures = output("training").locator("img, svg");
    return await figures.count() ? await figures.first().evaluate((e) => e.src ?? e.outerHTML) : "";
  };
  const first = await until("a curve", drawn);
  await until("a redrawn curve", async () => (await drawn()) !== first);
  await shot("training-live");
  await command("notebook:interrupt-kernel");
  await idle();
  await until("the end of the cell", async () => /\[\d+\]/.test(await prompt("training").innerText()));
});

await step("dark", async () => {
  await page.evaluate(() => window.jupyterapp.commands.execute("apputils:change-theme", { theme: "JupyterLab Dark" }));
  await until("the theme", async () => await page.evaluate(() => document.body.dataset.jpThemeLight === "false"));
  await output("figure").scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await shot("dark-figure");
  await output("training").scrollIntoViewIfNeeded();
  await page.waitForTimeout(500);
  await shot("dark-training");
  await page.evaluate(() => window.jupyterapp.commands.execute("apputils:change-theme", { theme: "JupyterLab Light" }));
});

await step("film", async () => {
  await run("film");
  const film = output("film").locator("img");
  await until("a film", async () => (await film.boundingBox()).width > 100);
  await film.scrollIntoViewIfNeeded();
  const first = await film.screenshot();
  await until("another picture", async () => !first.equals(await film.screenshot()));
  await errors("film");
});

await step("clear output", async () => {
  await run("cleared");
  await shows("cleared", "pass 4");
  await idle();
  const text = await output("cleared").innerText();
  if (text.trim().split(/\s*\n\s*/).join("; ") !== "pass 4; after it") throw new Error(text);
});

await step("saved live figure", async () => {
  await run("redrawn");
  const figures = output("redrawn").locator("img, svg");
  const drawn = () => figures.first().evaluate((e) => e.src ?? e.outerHTML);
  const first = await until("a figure", drawn);
  await until("a redrawn figure", async () => (await drawn()) !== first);
  await until("the end of the cell", async () => /\[\d+\]/.test(await prompt("redrawn").innerText()));
  await idle();
  const last = await drawn();
  await shot("live-figure-before-saving");
  await page.evaluate(() => window.jupyterapp.commands.execute("docmanager:save"));
  await page.reload();
  await until("the app", () => page.evaluate(started));
  await idle();
  await output("redrawn").scrollIntoViewIfNeeded();
  await until("the figure as it was", async () => (await drawn()) === last);
  if (await figures.count() !== 1) throw new Error(`${await figures.count()} figures`);
  await output("cleared").scrollIntoViewIfNeeded(); // what is not in view has no text
  await shows("cleared", "pass 4");
});

await step("the worker dies", async () => {
  await run("killed");
  await until("an explanation", async () => /killed|signal/i.test(await output("killed").innerText()));
  await idle();
  await run("sum"); // and the next cell runs
  await shows("sum", "42");
  await errors("sum");
  await output("killed").scrollIntoViewIfNeeded();
});

await step("restart", async () => {
  await kernel("(k) => { k.restart(); }");
  await page.waitForTimeout(300);
  await idle();
  await run("sum");
  await until("count 1", async () => (await prompt("sum").innerText()).includes("[1]"));
});

await step("run all", async () => {
  const waiting = ["input", "endless", "typed", "pager", "mistake", "training", "killed"]; // for a user, or to fail
  const at = waiting.map((n) => names.indexOf(n)).sort((a, b) => b - a);
  await page.evaluate((at) => {
    const nb = window.jupyterapp.shell.currentWidget.content.model.sharedModel;
    for (const i of at) nb.deleteCell(i);
  }, at);
  for (const i of at) names.splice(i, 1);
  await command("notebook:run-all-cells");
  const last = names.at(-1);
  await until("the last cell", async () => /\[\d+\]/.test(await prompt(last).innerText()));
  await shows("sum", "42");
  for (const name of names) await errors(name);
});

await end();
