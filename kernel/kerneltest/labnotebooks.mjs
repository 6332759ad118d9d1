// Runs notebooks in JupyterLab as a user does:
//   node labnotebooks.mjs URL ARTEFACTS NAMES
//
// URL is that of one of them; NAMES are all, separated by commas. Each is opened
// and run by "Run All Cells"; then every code cell has run, none shows an error,
// and there is a figure.
import { isIdle, newPage, started, stepper, until } from "./browser.mjs";

const [url, artefacts, list] = process.argv.slice(2);
const patience = 180_000;
const page = await newPage({ patience });
const { step, end } = stepper(page, artefacts, "notebook");

const cells = () => window.jupyterapp.shell.currentWidget.content.model.sharedModel.cells.filter((c) => c.cell_type === "code")
  .map((c) => ({ source: c.source, count: c.execution_count, errors: c.outputs.filter((o) => o.output_type === "error").map((o) => `${o.ename}: ${o.evalue}`) }));
// showFigure scrolls to the first figure, which is no icon, and reports whether there is one.
const showFigure = () => {
  const all = document.querySelectorAll(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Cell-outputArea :is(svg, img)");
  const figure = [...all].find((e) => e.getBoundingClientRect().width > 100);
  figure?.scrollIntoView();
  return !!figure;
};

for (const name of list.split(",")) {
  await step(name.replace(".ipynb", ""), async () => {
    await page.goto(url.replace(/[^/]+\.ipynb/, name) + "&reset"); // closes the one before
    await until(page, patience, "the app", () => page.evaluate(started));
    await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor();
    await page.evaluate(() => window.jupyterapp.shell.collapseLeft());
    await until(page, patience, "idle", () => page.evaluate(isIdle));
    await page.evaluate(() => window.jupyterapp.commands.execute("notebook:run-all-cells"));
    for (const c of await page.evaluate(cells)) {
      if (c.errors.length > 0) throw new Error(`${c.errors[0]} in ${c.source}`);
      if (c.source.trim() !== "" && !c.count) throw new Error(`did not run: ${c.source}`);
    }
    await until(page, 30_000, "figure", () => page.evaluate(showFigure));
    await page.evaluate(() => window.jupyterapp.commands.execute("docmanager:save"));
    await page.evaluate(() => window.jupyterapp.commands.execute("notebook:shutdown-kernel"));
  });
}
await end();
