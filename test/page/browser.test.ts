import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { onRequest } from "../../src/index.ts";
import { ROOT } from "../repo/tree.ts";
import { load, missing } from "../seeing/kit.ts";
import type { AxeResult, Browser, BrowserContext, BrowserPage, Playwright } from "../seeing/shape.ts";
import { startSeenService, type SeenService } from "./service.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser"].find((path) => existsSync(path));
const reason = missing ?? (CHROMIUM === undefined ? "chromium is not installed" : undefined);
if (reason !== undefined) console.log(`skipped in a browser: ${reason}`);

/** Where the pictures of the docs are written to, with SCREENSHOTS=1. */
const PICTURES = process.env["SCREENSHOTS"] === "1" ? join(ROOT, "docs/guide/images") : undefined;

describe.skipIf(reason !== undefined)("the status page, in Chromium", () => {
  let browser: Browser;
  let service: SeenService;
  const axe = reason === undefined ? createRequire(join(ROOT, "tools/seeing/package.json")).resolve("axe-core") : "";

  beforeAll(async () => {
    browser = await load<Playwright>("playwright-core").chromium.launch({
      executablePath: CHROMIUM,
      args: ["--no-sandbox", "--disable-dev-shm-usage"],
    });
  });
  afterAll(() => browser?.close());
  beforeEach(async () => {
    service = await startSeenService();
  });
  afterEach(() => service.stop());

  /** A page of a browser, and everything that it complained of. */
  async function open(
    options: object,
    url = service.url,
  ): Promise<{
    page: BrowserPage;
    context: BrowserContext;
    complaints: string[];
  }> {
    const context = await browser.newContext({ ...options, bypassCSP: false });
    const page = await context.newPage();
    const complaints: string[] = [];
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(service.url).origin && !request.url().startsWith("data:"))
        complaints.push(`asked ${request.url()}`);
    });
    await page.goto(url);
    return { page, context, complaints };
  }

  /** An hour with a failing source, so that there is something to see. */
  async function playHour(seen: SeenService = service): Promise<void> {
    await seen.clock.advance("40m");
    seen.answer("r-2");
    await seen.clock.advance("5m");
    seen.answer(undefined);
    await seen.clock.advance("100s");
  }

  const THEMES = ["light", "dark"] as const;
  const WIDTHS = [360, 1280] as const;
  test.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    "is accessible in %s at %i px, fits, and complains of nothing",
    async (theme, width) => {
      await playHour();
      const { page, context, complaints } = await open({ colorScheme: theme, viewport: { width, height: 800 } });
      const { violations } = await auditOf(page);
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  test.runIf(PICTURES !== undefined).each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    "has its picture taken in %s at %i px",
    async (theme, width) => {
      const seen = await startSeenService({ error: "connect ECONNREFUSED 10.0.0.7:5432" });
      await playHour(seen);
      const { page, context } = await open({ colorScheme: theme, viewport: { width, height: 1_000 } }, seen.url);
      mkdirSync(PICTURES ?? "", { recursive: true });
      await page.screenshot({ path: join(PICTURES ?? "", `status-page-${theme}-${width}.png`) });
      await context.close();
      await seen.stop();
    },
  );

  /** The page's policy lets no script in, so axe runs in a world of its own. */
  async function auditOf(page: BrowserPage): Promise<AxeResult> {
    const session = await page.context().newCDPSession(page);
    const { frameTree } = await session.send("Page.getFrameTree");
    const { executionContextId } = await session.send("Page.createIsolatedWorld", { frameId: frameTree.frame.id });
    await session.send("Runtime.evaluate", { expression: readFileSync(axe, "utf8"), contextId: executionContextId });
    const { result, exceptionDetails } = await session.send("Runtime.evaluate", {
      expression: "axe.run(document, { resultTypes: ['violations'] })",
      contextId: executionContextId,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(JSON.stringify(exceptionDetails));
    expect(result.value.passes.length).toBeGreaterThan(10);
    return result.value;
  }

  test("shows everything without a script, and a link to load it again", async () => {
    await playHour();
    const { page, context } = await open({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
    const text: string = await page.locator("main").innerText();
    const expected = ["Readiness answers 503 INDEX-NOT-LOADED.", "index", "STALE", "r-2", "Last error", "not required"];
    for (const part of [...expected, "no route to <img src=x onerror=", "consumer", "in time", "readiness", "Reload"])
      expect(text).toContain(part);
    expect(await page.locator("svg.bar").first().getAttribute("aria-label")).toMatch(
      / old; stale after 1 min 5 s, refused after /,
    );
    expect(await page.locator("svg.strip").count()).toBe(4);
    expect(await page.title()).toBe("Not ready: INDEX-NOT-LOADED");
    service.answer("r-3");
    await service.clock.advance("30s");
    await page.getByRole("link", { name: "Reload" }).click();
    await page.getByText("r-3").first().waitFor();
    await context.close();
  });

  test("keeps itself up to date by the stream, replaces only what changed, and says the verdict aloud", async () => {
    const { page, context, complaints } = await open({});
    await page.evaluate(
      "window.before = document.querySelector('#r-index h3'), window.said = document.getElementById('verdict')",
    );
    service.answer("r-77");
    await service.clock.advance("30s");
    await page.getByText("r-77").first().waitFor();
    // The verdict is the same element, so a screen reader hears its new text and nothing twice.
    expect(
      await page.evaluate("window.said === document.getElementById('verdict') && window.said.getAttribute('role')"),
    ).toBe("status");
    service.health.drain();
    await page.getByText("The process is shutting down.").waitFor();
    expect(await page.title()).not.toContain("broken");
    // The stream has ended, and the page asks again by itself.
    await page.waitForRequest((request) => request.url().includes("part=1"));
    expect(complaints.filter((text) => !/EventSource|ERR_|503/.test(text))).toEqual([]);
    await context.close();
  });

  test("asks again where it is told to poll", async () => {
    const polled = await startSeenService({ refresh: onRequest() });
    try {
      const { page, context } = await open({}, polled.url);
      await page.waitForRequest((request) => request.url().includes("part=1"));
      expect(await page.evaluate("document.documentElement.dataset.live")).toBe("poll");
      await context.close();
    } finally {
      await polled.stop();
    }
  });

  test("text of a source becomes no markup", async () => {
    service.answer(undefined);
    await service.clock.advance("40s");
    const { page, context, complaints } = await open({});
    expect(await page.locator("img").count()).toBe(0);
    expect(await page.locator("#r-index .error").innerText()).toContain("<img src=x onerror=");
    expect(complaints).toEqual([]);
    await context.close();
  });
});
