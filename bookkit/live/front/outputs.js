/* What a cell shows, in the page's form and in a notebook's. */

import { make } from "./make.js";

const block = (kind, text) =>
  make("div", { class: `output ${kind} notranslate` }, make("div", { class: "highlight" }, make("pre", {}, text)));

/* A line that is written over shows what was written last. */
const settled = (text) => text.replace(/^.*\r(?!\n)/gm, "");

const picture = (data, { alt = "", width, height } = {}) =>
  make("img", { src: `data:image/png;base64,${data}`, alt, ...(width && { width, height }) });

/* Append what a message says; showWidget(place, widget) does it for an explorer. */
export const show = (place, message, showWidget) => {
  if (message.kind === "stream") {
    const last = place.lastElementChild;
    if (last?.dataset.stream === message.name) {
      const pre = last.querySelector("pre");
      pre.textContent = settled(pre.textContent + message.text);
    } else {
      const shown = block(message.name === "stderr" ? "stderr" : "stream", settled(message.text));
      shown.dataset.stream = message.name;
      place.append(shown);
    }
  } else if (message.kind === "error") {
    place.append(block("traceback", message.text));
  } else {
    const { data, metadata } = message;
    if (data["application/x-explorer"]) showWidget(place, data["application/x-explorer"]);
    else if (data["image/png"]) place.append(make("div", { class: "output image_png" }, picture(data["image/png"], metadata["image/png"])));
    else if (data["text/html"]) {
      const shown = make("div", { class: "output text_html" });
      shown.innerHTML = data["text/html"];
      place.append(shown);
    } else place.append(block("text_plain", data["text/plain"] ?? ""));
  }
};

/* A notebook's form of what was shown. */
export const asOutput = (message) => {
  if (message.kind === "stream") return { output_type: "stream", name: message.name, text: message.text };
  if (message.kind === "error") {
    return { output_type: "error", ename: message.name, evalue: "", traceback: message.text.split("\n") };
  }
  return { output_type: "display_data", data: message.data, metadata: message.metadata };
};
