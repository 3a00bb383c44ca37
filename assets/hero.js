// The landing page's training run: a range input that walks through the frames of a sprite sheet.
(() => {
  const figure = document.querySelector(".hero-search");
  const picture = figure.querySelector(".hero-picture");
  const slider = figure.querySelector("input");
  const caption = figure.querySelector(".hero-caption");
  const captions = JSON.parse(figure.querySelector("script").textContent);
  const columns = Number(figure.dataset.columns);
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  let timer;

  const show = (frame) => {
    slider.value = frame;
    slider.setAttribute("aria-valuetext", captions[frame]);
    caption.textContent = captions[frame];
    picture.style.setProperty("--column", frame % columns);
    picture.style.setProperty("--row", Math.floor(frame / columns));
  };

  const stop = () => {
    clearInterval(timer);
    sight.disconnect();
  };

  const play = () => {
    stop();
    let frame = 0;
    show(frame);
    timer = setInterval(() => {
      show(++frame);
      if (frame >= captions.length - 1) stop();
    }, still ? 1200 : 150);
  };

  // Once by itself, when it comes into sight, unless somebody took the slider first.
  const sight = new IntersectionObserver(([entry]) => entry.isIntersecting && play(), { threshold: 0.6 });
  if (!still) sight.observe(picture);

  for (const touch of ["pointerdown", "focus", "input"]) slider.addEventListener(touch, stop);
  slider.addEventListener("input", () => show(slider.valueAsNumber));
  figure.querySelectorAll("[hidden]").forEach((element) => (element.hidden = false));
  figure.querySelector("button").addEventListener("click", play);
})();
