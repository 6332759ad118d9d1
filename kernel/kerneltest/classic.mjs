// Drives the classic Notebook (version 6) in a headless Chromium:
//   node classic.mjs URL ARTEFACTS
//
// The notebook at URL has the cells of classic_test.go.
import { newPage, stepper } from "./browser.mjs";

const [url, artefacts] = process.argv.slice(2);
const page = await newPage({ patience: 120_000 });
const { step, end } = stepper(page, artefacts, "classic");

const output = (i) => page.locator(".code_cell").nth(i).locator(".output");
const run = (i) => page.evaluate((i) => { Jupyter.notebook.select(i); Jupyter.notebook.execute_cell(); }, i);
const ended = (i) => page.waitForFunction((i) => /\[\d+\]/.test(document.querySelectorAll(".code_cell .input_prompt")[i].innerText), i);

await page.goto(url);
await step("open", async () => {
  await page.waitForFunction(() => window.Jupyter?.notebook?.kernel?.is_connected());
  const name = await page.evaluate(() => Jupyter.notebook.kernel.name);
  if (name !== "gomdcsan") throw new Error(`kernel ${name}`);
});
await step("result", async () => {
  await run(0);
  await output(0).getByText("42").waitFor();
});
await step("figure and table", async () => {
  await run(1);
  await output(1).locator("svg, img").first().waitFor();
  await output(1).locator("table").waitFor();
});
await step("input", async () => {
  await run(2);
  const box = page.locator(".code_cell").nth(2).locator("input.raw_input");
  await box.fill("Ada");
  await box.press("Enter");
  await output(2).getByText("hello Ada").waitFor();
});
await step("interrupt", async () => {
  await run(3);
  await page.waitForTimeout(1000);
  await page.evaluate(() => Jupyter.notebook.kernel.interrupt());
  await output(3).getByText("Interrupted").first().waitFor();
});
await step("slider or its figure", async () => {
  await run(4);
  await ended(4);
  await output(4).getByText("n is 3").waitFor();
});
await step("completion", async () => {
  await page.evaluate(() => { Jupyter.notebook.select(5); Jupyter.notebook.edit_mode(); });
  await page.keyboard.type("fmt.Sprin");
  await page.keyboard.press("Tab");
  await page.locator(".completions select option", { hasText: "Sprintf" }).first().waitFor({ state: "attached" });
  await page.keyboard.press("Escape");
});

await end();
