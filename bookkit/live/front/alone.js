/* JupyterLite takes each service worker that it finds for its own, and ends all of them when its version is a new one.
   The site's other pages have one too (isolate.js): in lite/, only that of lite/ is found. */

(() => {
  const workers = navigator.serviceWorker;
  if (!workers) return;
  const here = new URL(".", document.currentScript.src).href;
  const own = (registration) => registration?.scope === here;
  const { controller } = Object.getOwnPropertyDescriptors(ServiceWorkerContainer.prototype);
  Object.defineProperty(workers, "controller", {
    get: () => {
      const found = controller.get.call(workers);
      return found?.scriptURL.startsWith(here) ? found : null;
    },
  });
  const one = workers.getRegistration.bind(workers);
  const all = workers.getRegistrations.bind(workers);
  workers.getRegistration = async (url) => {
    const found = await one(url);
    return own(found) ? found : undefined;
  };
  workers.getRegistrations = async () => (await all()).filter(own);
})();
