import { chromium } from "playwright-core";
const [base, password, ...jobs] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
for (const job of jobs) {
  const [name, path, width, height, lang, theme] = job.split(",");
  const context = await browser.newContext({ viewport: { width: Number(width), height: Number(height) }, locale: lang === "en" ? "en-US" : "zh-CN", colorScheme: theme === "dark" ? "dark" : "light" });
  const page = await context.newPage();
  page.on("console", (message) => message.type() === "error" && console.log(name, message.text()));
  page.on("pageerror", (error) => console.log(name, "pageerror", error.message));
  await context.request.post(`${base}/api/session`, { data: { name: "demo", password }, headers: { origin: base! } });
  await page.goto(base + path!);
  await page.waitForTimeout(2500);
  await page.screenshot({ path: `/tmp/shots/${name}.png` });
  await context.close();
}
await browser.close();
