// Picture, kernel and result in one row. The numbers of the kernel are told as they are written; a click in a picture
// chooses a number of the result, and the window that it is made from is outlined.
const WAIT_MS = 90; // after the last letter, so that "-12" is told once
const SMALLEST_MARK_PX = 9;

function make(tag, className, parent, text) {
  const part = document.createElement(tag);
  if (className) part.className = className;
  if (text !== undefined) part.textContent = text;
  if (parent) parent.append(part);
  return part;
}

function build(root) {
  const stage = make("div", "cp-k-stage", root);
  const parts = { stage };
  for (const side of ["picture", "result"]) {
    const figure = make("figure", `cp-k-figure cp-k-${side}`, stage);
    const frame = make("div", "cp-k-frame", figure);
    const image = make("img", "", frame);
    const mark = make("span", "cp-k-mark", frame);
    const missing = make("p", "cp-k-missing", frame);
    const caption = make("figcaption", "", figure);
    parts[side] = { figure, frame, image, mark, missing, caption };
  }
  const kernel = make("div", "cp-k-kernel");
  parts.picture.figure.after(make("span", "cp-k-sign", null, "\u2217"), kernel, make("span", "cp-k-sign", null, "="));
  parts.kernelTitle = make("b", "cp-k-title", kernel);
  parts.layers = make("div", "cp-k-tabs", kernel);
  parts.grid = make("div", "cp-k-grid", kernel);
  const under = make("div", "cp-k-under", kernel);
  make("span", "", under, "\u00f7");
  parts.divisor = field(under, "Divided by");
  make("span", "", under, "+");
  parts.bias = field(under, "Bias");
  parts.tools = make("div", "cp-k-tabs", kernel);
  for (const [name, word, help] of [
    ["turn", "Turn", "A quarter to the right"],
    ["negate", "Negate", "Change every sign"],
    ["mean", "Mean", "Divide by the sum of the numbers, so that brightness stays"],
  ]) {
    const button = make("button", "", parts.tools, word);
    button.type = "button";
    button.title = help;
    button.dataset.pick = `tool:${name}`;
  }
  parts.error = make("p", "cp-k-error", kernel);
  parts.error.setAttribute("role", "alert");
  parts.maps = make("div", "cp-k-thumbs", parts.result.figure);
  return parts;
}

function field(parent, label) {
  const input = make("input", "", parent);
  input.setAttribute("aria-label", label);
  input.title = label;
  input.autocomplete = "off";
  return input;
}

const valueOf = (text) => {
  const [top, bottom] = text.replace("\u2212", "-").replace(",", ".").split("/");
  const value = top.trim() === "" ? NaN : Number(top) / (bottom === undefined ? 1 : Number(bottom));
  return Number.isFinite(value) ? value : NaN;
};

function colour(inputs) {
  const values = inputs.map((input) => valueOf(input.value));
  const largest = Math.max(...values.filter((value) => !Number.isNaN(value)).map(Math.abs), 1e-9);
  inputs.forEach((input, at) => {
    input.classList.toggle("cp-k-bad", Number.isNaN(values[at]));
    input.style.setProperty("--share", Number.isNaN(values[at]) ? 0 : Math.abs(values[at]) / largest);
    input.classList.toggle("cp-k-below", values[at] < 0);
  });
}

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .cp-k-root");
  if (!root) {
    root = make("div", "cp-k-root", parentElement);
    root.parts = build(root);
  }
  const parts = root.parts;
  const tell = (what) => setTriggerValue("picked", what);
  root.data = data;

  const shape = `${data.rows},${data.columns}`;
  const fresh = root.shape !== shape;
  if (fresh) {
    root.shape = shape;
    parts.grid.replaceChildren();
    parts.grid.style.setProperty("--columns", data.columns);
    parts.grid.classList.toggle("cp-k-many", data.columns > 5);
    data.cells.forEach((_, at) => {
      field(parts.grid, `Row ${Math.floor(at / data.columns) + 1}, column ${(at % data.columns) + 1}`);
    });
  }
  const cells = [...parts.grid.children];
  const inputs = [...cells, parts.divisor, parts.bias];
  const texts = [...data.cells, data.divisor, data.bias];
  const told = JSON.stringify(texts) + data.layer + data.chosen;
  if (fresh || (root.pending === undefined && (!data.error || root.told !== told))) {
    inputs.forEach((input, at) => {
      const same = valueOf(input.value) === valueOf(texts[at]);
      if (!(document.activeElement === input && same)) input.value = texts[at];
    });
  }
  root.told = told;
  colour(cells);
  for (const input of [parts.divisor, parts.bias]) input.classList.toggle("cp-k-bad", Number.isNaN(valueOf(input.value)));
  parts.error.textContent = data.error;
  parts.kernelTitle.textContent = data.kernelTitle;

  function tabs(holder, words, chosen, kind) {
    holder.replaceChildren();
    words.forEach((word, at) => {
      const button = make("button", at === chosen ? "cp-k-on" : "", holder, word);
      button.type = "button";
      button.dataset.pick = `${kind}:${at}`;
      button.setAttribute("aria-pressed", at === chosen);
    });
  }
  tabs(parts.layers, data.layers, data.layer, "layer");

  function show(part, source, note, height, width, pixelated) {
    part.frame.style.aspectRatio = `${width} / ${height}`;
    part.frame.style.setProperty("--ratio", width / height);
    if (source) part.image.src = source;
    part.image.style.visibility = source ? "visible" : "hidden";
    part.image.className = pixelated ? "cp-pixels" : "";
    part.caption.textContent = note;
  }
  show(parts.picture, data.picture, data.pictureNote, data.height, data.width, data.pixelated);
  parts.picture.image.alt = data.pictureNote;
  const missing = data.missing;
  if (missing) show(parts.result, "", "", data.height, data.width, false);
  else show(parts.result, data.maps[data.chosen], data.resultNote, data.outRows, data.outColumns, data.outPixelated);
  parts.result.image.alt = missing ? "" : "What the kernel makes of the picture";
  parts.result.missing.textContent = missing;
  parts.maps.replaceChildren();
  if (data.maps.length > 1) {
    data.maps.forEach((source, at) => {
      const button = make("button", at === data.chosen ? "cp-k-on" : "", parts.maps);
      button.type = "button";
      button.dataset.pick = `map:${at}`;
      button.setAttribute("aria-label", `Map ${at + 1}`);
      button.setAttribute("aria-pressed", at === data.chosen);
      make("img", "cp-pixels", button).src = source;
    });
  }

  function place(part, top, left, height, width, ofHeight, ofWidth) {
    // In shares of the picture: to ask for its size in pixels would make the browser lay the page out at each step.
    const style = part.mark.style;
    style.height = `max(${SMALLEST_MARK_PX}px, ${(100 * height) / ofHeight}%)`;
    style.width = `max(${SMALLEST_MARK_PX}px, ${(100 * width) / ofWidth}%)`;
    style.top = `${(100 * (top + height / 2)) / ofHeight}%`;
    style.left = `${(100 * (left + width / 2)) / ofWidth}%`;
  }
  function outline([row, column]) {
    const d = root.data;
    place(parts.picture, row * d.stride - d.padding, column * d.stride - d.padding, d.span[0], d.span[1], d.height, d.width);
    place(parts.result, row, column, 1, 1, d.outRows, d.outColumns);
  }
  for (const part of [parts.picture, parts.result]) part.mark.style.display = missing ? "none" : "";
  if (!missing) outline(data.at);

  const shareOf = (event, frame) => {
    const box = frame.getBoundingClientRect();
    const within = (value, size) => Math.min(0.999999, Math.max(0, value / size));
    return [within(event.clientY - box.top, box.height), within(event.clientX - box.left, box.width)];
  };
  const choose = (row, column) => {
    const bound = (value, n) => Math.min(n - 1, Math.max(0, value));
    const at = [bound(row, data.outRows), bound(column, data.outColumns)];
    outline(at);
    tell(`at:${at.join(",")}`);
  };
  parts.result.frame.onclick = (event) => {
    if (missing) return;
    const [y, x] = shareOf(event, parts.result.frame);
    choose(Math.floor(y * data.outRows), Math.floor(x * data.outColumns));
  };
  parts.picture.frame.onclick = (event) => {
    if (missing) return;
    const [y, x] = shareOf(event, parts.picture.frame);
    const middle = (share, size, span) => Math.round((Math.floor(share * size) + data.padding - (span - 1) / 2) / data.stride);
    choose(middle(y, data.height, data.span[0]), middle(x, data.width, data.span[1]));
  };
  parts.stage.onclick = (event) => {
    const button = event.target.closest("button[data-pick]");
    if (button) tell(button.dataset.pick);
  };

  function edit() {
    colour(cells);
    clearTimeout(root.pending);
    root.pending = setTimeout(() => {
      root.pending = undefined;
      tell("cells:" + JSON.stringify({ cells: cells.map((each) => each.value), divisor: parts.divisor.value, bias: parts.bias.value }));
    }, WAIT_MS);
  }
  parts.stage.oninput = edit;
  parts.stage.onfocusin = (event) => event.target.select && event.target.select();
  parts.grid.onkeydown = (event) => {
    const at = cells.indexOf(event.target);
    const move = { ArrowUp: -data.columns, ArrowDown: data.columns, Enter: data.columns }[event.key];
    const atEnd = event.target.selectionStart === event.target.value.length;
    const whole = event.target.selectionEnd - event.target.selectionStart === event.target.value.length;
    const aside = event.key === "ArrowRight" && (atEnd || whole) ? 1 : event.key === "ArrowLeft" && (event.target.selectionStart === 0) ? -1 : 0;
    const next = cells[at + (move || aside)];
    if ((move || aside) && next) {
      event.preventDefault();
      next.focus();
    }
  };

  const onWindow = (event) => missing || outline(event.detail);
  if (root.onWindow) window.removeEventListener("cnnplay-kernel-window", root.onWindow);
  root.onWindow = onWindow;
  window.addEventListener("cnnplay-kernel-window", onWindow);
  return () => {
    window.removeEventListener("cnnplay-kernel-window", onWindow);
    clearTimeout(root.pending);
  };
}
