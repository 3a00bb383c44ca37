/* Python, in a worker that can be ended and made anew. hear(message) takes what it says. */
export const makePython = (hear) => {
  const interrupt = self.crossOriginIsolated ? new Uint8Array(new SharedArrayBuffer(1)) : null;
  let worker = null;
  return {
    start: () => {
      worker = new Worker(new URL("worker.js", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }) => hear(data);
      worker.onerror = (event) => hear({ kind: "broken", words: `Python can't run here: ${event.message ?? "no worker"}` });
      worker.postMessage({ kind: "start", interrupt });
    },
    end: () => {
      worker?.terminate();
      worker = null;
    },
    alive: () => worker !== null,
    send: (message) => worker.postMessage(message),
    gentle: interrupt !== null,
    interrupt: () => {
      interrupt[0] = 2; // SIGINT: Python takes it back to 0
    },
    forget: () => {
      if (interrupt) interrupt[0] = 0;
    },
  };
};

/* See that the page is isolated, so that a cell can be told to stop. Where that takes a service worker, the page loads
   again, and this never returns. Once a visit is enough to try. */
export const isolate = async (root, page, number) => {
  if (self.crossOriginIsolated || !navigator.serviceWorker || !self.isSecureContext) return;
  try {
    if (sessionStorage.getItem("book:isolated")) return;
    sessionStorage.setItem("book:isolated", "tried");
    await navigator.serviceWorker.register(new URL("isolate.js", root), { scope: root });
    await navigator.serviceWorker.ready;
    sessionStorage.setItem("book:begin", JSON.stringify([page, number]));
  } catch {
    return; // a browser that keeps nothing, or lets nothing work for it
  }
  location.reload();
  await new Promise(() => {});
};
