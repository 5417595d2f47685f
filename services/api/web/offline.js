/**
 * Keeps the code of the page on this device, so that it opens without a network. What was looked at is kept by `seen.js`:
 * nothing that the API answers goes through here, and no stream.
 * Before this text the server writes VERSION and FILES, which are the addresses of that version of the page.
 */
const PREFIX = "heatstream-";
const CODE = PREFIX + VERSION;
const SHELL = "/";
const VIEW = /^\/(b\/[^/]+|result\/[^/.]+)?$/;
/** A pool's network often takes requests and answers none. */
const PATIENCE_MS = 3000;
const ANY = { ignoreVary: true };

addEventListener("install", (event) => event.waitUntil(fill().then(() => skipWaiting())));
addEventListener("activate", (event) => event.waitUntil(settle()));
addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && VIEW.test(pathname)) event.respondWith(shell(event));
  else if (pathname.startsWith("/web/")) event.respondWith(file(request));
});

/** All files of this version, or none. While gateways are upgraded another version may answer; that is tried again later. */
async function fill() {
  const cache = await caches.open(CODE);
  await Promise.all(FILES.map(async (path) => {
    const answer = await fetch(path);
    if (!answer.ok || !answer.headers.get("cache-control").includes("immutable")) throw new Error(`${path} is of another version`);
    await cache.put(path, answer);
  }));
  const answer = await fetch(SHELL, { headers: { Accept: "text/html" }, cache: "no-store" });
  if (!(await answer.clone().text()).includes(`/web/${VERSION}/`)) throw new Error("the page is of another version");
  await cache.put(SHELL, answer);
}

/** From now on pages are of this version; the files of the one before stay, for pages that are open still. */
async function settle() {
  await registration.navigationPreload?.enable();
  const kept = (await caches.keys()).filter((name) => name.startsWith(PREFIX));
  await Promise.all(kept.slice(0, -2).filter((name) => name !== CODE).map((name) => caches.delete(name)));
  await clients.claim();
}

/** The server says which version a page is of; the one that is here opens where no answer comes. */
async function shell(event) {
  const kept = await (await caches.open(CODE)).match(SHELL, ANY);
  const asked = Promise.resolve(event.preloadResponse).then((answer) => answer ?? fetch(event.request));
  if (!kept) return asked;
  const answered = asked.then((answer) => (answer.status < 500 ? answer : kept), () => kept);
  return Promise.race([answered, new Promise((resolve) => setTimeout(resolve, PATIENCE_MS, kept))]);
}

/** An address names a version, so what is kept under it is never an older file. */
async function file(request) {
  return (await caches.match(request, ANY)) ?? fetch(request);
}
