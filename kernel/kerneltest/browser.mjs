// What drives a front-end in a headless Chromium: a page, and steps that print
// "ok STEP" or "FAIL STEP: why" and leave a screenshot in ARTEFACTS.
import { createRequire } from "node:module";
import path from "node:path";

const { chromium } = createRequire(path.join(process.env.GOMDCSAN_NODE_MODULES, "x.js"))("playwright-core");

export async function newPage({ patience, scale = 1 }) {
  const browser = await chromium.launch({ executablePath: process.env.GOMDCSAN_CHROMIUM, args: ["--no-sandbox", "--disable-background-networking"] });
  const page = await browser.newPage({ viewport: { width: 1200, height: 900 }, deviceScaleFactor: scale });
  page.setDefaultTimeout(patience);
  return page;
}

export function stepper(page, artefacts, prefix) {
  let failed = 0;
  const shot = (name) => page.screenshot({ path: path.join(artefacts, `${prefix}-${name.replaceAll(" ", "-")}.png`) });
  return {
    shot,
    async step(name, f) {
      const begun = Date.now();
      try {
        await f();
        console.log(`ok ${name} (${Date.now() - begun} ms)`);
      } catch (e) {
        failed++;
        console.log(`FAIL ${name}: ${String(e.message).split("\n").slice(0, 4).join(" | ")}`);
      }
      await shot(name);
    },
    async end() {
      await page.context().browser().close();
      process.exit(failed ? 1 : 0);
    },
  };
}

// until waits for what f returns to be true, and returns it.
export async function until(page, patience, what, f) {
  const end = Date.now() + patience;
  let last;
  while (Date.now() < end) {
    try { last = await f(); if (last) return last; } catch (e) { last = e.message; }
    await page.waitForTimeout(50);
  }
  throw new Error(`no ${what}; last ${last}`);
}

// Of JupyterLab's page: whether it has started, and whether the kernel of the
// notebook in front is idle.
export const started = () => !!window.jupyterapp;
export const isIdle = () => window.jupyterapp.shell.currentWidget?.sessionContext?.session?.kernel?.status === "idle";
