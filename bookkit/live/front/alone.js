/* JupyterLite takes each service worker that it finds for its own, and ends all of them when its version is a new one.
   The site's other pages have one too (isolate.js): in lite/, only that of lite/ is seen. */

(() => {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const here = new URL(".", document.currentScript.src).href;
  const controller = Object.getOwnPropertyDescriptor(ServiceWorkerContainer.prototype, "controller");
  Object.defineProperty(workers, "controller", {
    get: () => {
      const found = controller.get.call(workers);
      return found?.scriptURL.startsWith(here) ? found : null;
    },
  });
  const all = workers.getRegistrations.bind(workers);
  workers.getRegistrations = async () => (await all()).filter(({ scope }) => scope === here);
})();
