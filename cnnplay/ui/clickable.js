// Shows HTML and says what was clicked in it: the data-pick of the element, and where data-grid="HEIGHT,WIDTH" divides
// it into cells, the row and column of the cell. Keys of the keyboard can stand for picks.
export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .cp-clickable");
  if (!root) {
    root = document.createElement("div");
    root.className = "cp-clickable";
    parentElement.append(root);
  }
  if (root.shownHtml !== data.html) {
    const focused = root.contains(document.activeElement) ? document.activeElement : null;
    const at = focused && focused.dataset.pick;
    const follows = focused && focused.getAttribute("aria-current") === "true"; // the focus goes on with what is chosen
    const scrolled = [...root.querySelectorAll("[data-scroll]")].map((part) => [part.dataset.scroll, part.scrollLeft, part.scrollTop]);
    const open = new Set([...root.querySelectorAll("details[data-fold][open]")].map((part) => part.dataset.fold));
    root.innerHTML = root.shownHtml = data.html;
    for (const part of root.querySelectorAll("details[data-fold]")) part.open ||= open.has(part.dataset.fold);
    for (const [name, left, top] of scrolled) {
      const part = root.querySelector(`[data-scroll="${name}"]`);
      if (part) [part.scrollLeft, part.scrollTop] = [left, top];
    }
    for (const part of root.querySelectorAll("[data-pick]")) {
      if (!part.hasAttribute("tabindex")) part.tabIndex = 0;
      if (!part.getAttribute("role")) part.setAttribute("role", "button");
      if (follows ? part.getAttribute("aria-current") === "true" : at && part.dataset.pick === at) part.focus({ preventScroll: true });
    }
    const chosen = root.querySelector("[data-scroll] [aria-current='true']");
    if (chosen && (!scrolled.length || isOutOfView(chosen))) bringIntoView(chosen);
  }

  function spans(part) {
    const [inner, outer] = [part.getBoundingClientRect(), part.closest("[data-scroll]").getBoundingClientRect()];
    return [[inner.left, inner.right, outer.left, outer.right], [inner.top, inner.bottom, outer.top, outer.bottom]];
  }

  function isOutOfView(part) {
    return spans(part).some(([low, high, from, to]) => high - low < to - from && (low < from || high > to));
  }

  function bringIntoView(part) {
    const frame = part.closest("[data-scroll]");
    const [left, top] = spans(part).map(([low, high, from, to]) => (high - low < to - from ? (low + high - from - to) / 2 : 0));
    frame.scrollLeft += left;
    frame.scrollTop += top;
  }

  function cellOf(part, event) {
    const [rows, columns] = part.dataset.grid.split(",").map(Number);
    const box = part.getBoundingClientRect();
    const share = (value, size, n) => Math.min(n - 1, Math.max(0, Math.floor((value / size) * n)));
    return [share(event.clientY - box.top, box.height, rows), share(event.clientX - box.left, box.width, columns)];
  }

  function pick(part, event) {
    const cell = part.dataset.grid ? `:${cellOf(part, event).join(",")}` : "";
    setTriggerValue("picked", part.dataset.pick + cell);
  }

  root.onclick = (event) => {
    const part = event.target.closest("[data-pick]");
    if (part && root.contains(part)) pick(part, event);
  };

  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const part = document.activeElement;
    if ((event.key === "Enter" || event.key === " ") && part && root.contains(part) && part.dataset.pick) {
      event.preventDefault();
      const box = part.getBoundingClientRect();
      pick(part, { clientX: box.left + box.width / 2, clientY: box.top + box.height / 2 });
      return;
    }
    const typing = part && (part.isContentEditable || /^(INPUT|TEXTAREA|SELECT|CANVAS)$/.test(part.tagName));
    const moving = part && !root.contains(part) && part.closest("[role='slider'], [role='radiogroup'], [role='tablist'], [role='grid']");
    const wanted = (data.keys || {})[event.key];
    if (wanted === undefined || typing || moving) return;
    event.preventDefault();
    setTriggerValue("picked", wanted);
  };
  if (parentElement.cnnplayKeys) window.removeEventListener("keydown", parentElement.cnnplayKeys);
  parentElement.cnnplayKeys = onKey;
  window.addEventListener("keydown", onKey);
  return () => window.removeEventListener("keydown", onKey);
}
