/* A service worker that keeps the site's pages apart from all others (cross-origin isolated), for servers that can't
   send the two headers themselves. Then Python shares a byte with the page, and a cell that runs can be told to stop.
   JupyterLite has a service worker of its own, and loses messages where pages are kept apart. */

const LITE = new URL("lite/", location).href;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  if (new URL(request.url).origin !== location.origin || request.url.startsWith(LITE)) return;
  if (request.cache === "only-if-cached" && request.mode !== "same-origin") return;
  const answer = async () => {
    const response = await fetch(request);
    if (!response.status) return response;
    const headers = new Headers(response.headers);
    headers.set("Cross-Origin-Opener-Policy", "same-origin");
    headers.set("Cross-Origin-Embedder-Policy", "require-corp");
    return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
  };
  event.respondWith(answer());
});
