// The sliding window: a piece of the picture, the products at one place, and the piece of the map that they fill.
// All of it runs here; only where the walk rests is told, and that it left the piece.
const REST_MS = 600;
const SLOWEST_MS = 1400;
const MOST_TERMS = 9; // of a sum that is written out
const MOST_WORDED = 5; // columns of a kernel whose products show their factors, or of three kernels side by side:
const MOST_WORDED_OF_SEVERAL = 3;
const MOST_BETWEEN = 3; // columns of a kernel whose products fit between the two pieces
const FORMAT = new Intl.NumberFormat("en-US", { maximumFractionDigits: 4 });
const MINUS = "\u2212";

function make(tag, className, parent, text) {
  const part = document.createElement(tag);
  if (className) part.className = className;
  if (text !== undefined) part.textContent = text;
  if (parent) parent.append(part);
  return part;
}

function words(value) {
  if (value === 0) return "0"; // not -0
  return FORMAT.format(value).replace("-", MINUS);
}
const bracketed = (value) => (value < 0 ? `(${words(value)})` : words(value));

function button(parent, word, action, title) {
  const part = make("button", "", parent, word);
  part.type = "button";
  part.dataset.action = action;
  part.title = title;
  return part;
}

function build(root) {
  const parts = {};
  parts.bar = make("div", "cp-k-bar", root);
  const buttons = make("div", "cp-k-tabs", parts.bar);
  parts.back = button(buttons, "Back", "back", "Arrow left");
  parts.play = button(buttons, "Play", "play", "Space");
  parts.step = button(buttons, "Step", "step", "Arrow right");
  const speed = make("label", "cp-k-speed", parts.bar, "Speed");
  parts.speed = make("input", "", speed);
  Object.assign(parts.speed, { type: "range", min: 1, max: 10, value: 5 });
  parts.where = make("span", "cp-k-where", parts.bar);
  parts.tabs = make("div", "cp-k-tabs cp-k-channels", root);
  parts.boards = make("div", "cp-k-boards", root);
  for (const name of ["input", "products", "output"]) {
    const figure = make("figure", `cp-k-board cp-k-${name}`, parts.boards);
    parts[name] = make("div", "cp-k-cells", figure);
    parts[`${name}Note`] = make("figcaption", "", figure);
  }
  parts.sum = make("p", "cp-k-sum", root);
  return parts;
}

const inkOn = (grey) => (grey > 140 ? "#1c1b19" : "#f6f5f2");
function inkOnColour(hex) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  return inkOn(0.3 * r + 0.59 * g + 0.11 * b);
}

export default function ({ data, parentElement, setTriggerValue }) {
  let root = parentElement.querySelector(":scope > .cp-k-walk");
  if (!root) {
    root = make("div", "cp-k-walk", parentElement);
    root.tabIndex = 0;
    root.setAttribute("role", "group");
    root.setAttribute("aria-label", "The kernel slides. Arrow keys step, space plays.");
    root.parts = build(root);
    root.layer = data.layer;
  }
  const parts = root.parts;
  const { kernel, values, first, stride, dilation } = data;
  const [rows, columns] = [values.length, values[0].length];
  const { at: _, ...still } = data;
  const what = JSON.stringify(still);
  if (root.what !== what) {
    if (root.dataLayer !== data.layer || root.layer >= kernel.length) root.layer = data.layer;
    root.dataLayer = data.layer;
    root.what = what;
    draw();
  }
  if (!root.timer && !root.resting) root.place = [data.at[0] - first[0], data.at[1] - first[1]];
  root.place = [Math.min(rows - 1, Math.max(0, root.place[0])), Math.min(columns - 1, Math.max(0, root.place[1]))];
  mark();

  function grid(holder, nRows, nColumns) {
    holder.replaceChildren();
    holder.style.setProperty("--columns", nColumns);
    holder.style.setProperty("--rows", nRows);
    return Array.from({ length: nRows * nColumns }, () => make("span", "", holder));
  }

  function draw() {
    const pixels = data.pixels[root.layer];
    const [nRows, nColumns] = [pixels.length, pixels[0].length];
    root.inputCells = grid(parts.input, nRows, nColumns);
    let nPadding = 0;
    root.inputCells.forEach((cell, at) => {
      const [row, column] = [Math.floor(at / nColumns), at % nColumns];
      const value = pixels[row][column];
      const [y, x] = [row + data.firstPixel[0], column + data.firstPixel[1]];
      cell.textContent = words(value);
      cell.style.background = `rgb(${value},${value},${value})`;
      cell.style.color = inkOn(value);
      if (y < 0 || x < 0 || y >= data.size[0] || x >= data.size[1]) nPadding += cell.classList.add("cp-k-pad") || 1;
    });
    parts.input.classList.toggle("cp-k-dense", nColumns > 16);
    const of = kernel.length > 1 ? `${data.names[root.layer]}: ` : "";
    parts.inputNote.textContent = `${of}${nRows} x ${nColumns} pixels of the picture${nPadding ? ", dashed: padding" : ""}`;
    parts.tabs.replaceChildren();
    if (kernel.length > 1) {
      data.names.forEach((name, at) => {
        const tab = button(parts.tabs, name, `layer:${at}`, "");
        tab.className = at === root.layer ? "cp-k-on" : "";
      });
    }
    parts.products.replaceChildren();
    root.productCells = kernel.map((layer, channel) => {
      const block = make("div", "", parts.products);
      if (kernel.length > 1) make("small", "", block, data.names[channel]).dataset.sum = channel;
      return grid(make("div", "cp-k-cells", block), layer.length, layer[0].length);
    });
    const across = kernel[0][0].length;
    parts.products.classList.toggle("cp-k-plain", across > (kernel.length > 1 ? MOST_WORDED_OF_SEVERAL : MOST_WORDED));
    parts.boards.classList.toggle("cp-k-wide", kernel.length > 1 || across > MOST_BETWEEN);
    parts.productsNote.textContent = "Pixel x weight";
    root.outputCells = grid(parts.output, rows, columns);
    root.outputCells.forEach((cell, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      cell.dataset.place = `${row},${column}`;
      cell.textContent = shortWords(values[row][column]);
      cell.style.background = data.colours[row][column];
      cell.style.color = inkOnColour(data.colours[row][column]);
    });
    parts.outputNote.textContent = `${rows} x ${columns} numbers of the map`;
  }

  function shortWords(value) {
    return words(Number.isInteger(value) ? value : Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10);
  }

  function mark() {
    const [row, column] = root.place;
    const nColumns = data.pixels[0][0].length;
    for (const cell of root.inputCells) cell.classList.remove("cp-k-tap");
    const products = kernel.map((layer) => layer.map((weights) => weights.slice()));
    kernel.forEach((layer, channel) => {
      layer.forEach((weights, i) => {
        weights.forEach((weight, j) => {
          const [y, x] = [row * stride + i * dilation, column * stride + j * dilation];
          if (channel === root.layer) root.inputCells[y * nColumns + x].classList.add("cp-k-tap");
          products[channel][i][j] = data.pixels[channel][y][x] * weight;
          fill(root.productCells[channel][i * weights.length + j], data.pixels[channel][y][x], weight);
        });
      });
    });
    root.outputCells.forEach((cell, at) => {
      const done = at <= row * columns + column;
      cell.classList.toggle("cp-k-todo", Boolean(root.timer) && !done);
      cell.classList.toggle("cp-k-now", at === row * columns + column);
    });
    parts.where.textContent = `Row ${first[0] + row}, column ${first[1] + column} of the map`;
    parts.play.textContent = root.timer ? "Pause" : "Play";
    tellSum(products, values[row][column]);
    window.dispatchEvent(new CustomEvent("cnnplay-kernel-window", { detail: [first[0] + row, first[1] + column] }));
  }

  function fill(cell, pixel, weight) {
    const product = pixel * weight;
    const largest = Math.max(...kernel.flat(2).map(Math.abs), 1e-9) * 255;
    cell.replaceChildren();
    make("i", "", cell, `${words(pixel)}\u00d7${words(weight)}`);
    make("b", "", cell, words(product));
    cell.style.setProperty("--share", Math.min(1, Math.abs(product) / largest));
    cell.classList.toggle("cp-k-below", product < 0);
  }

  function tellSum(products, value) {
    const sums = products.map((layer) => layer.flat().reduce((a, b) => a + b, 0));
    for (const small of parts.products.querySelectorAll("small[data-sum]")) {
      small.textContent = `${data.names[small.dataset.sum]}: ${words(sums[small.dataset.sum])}`;
    }
    const terms = products.flat(2);
    const written = terms.length <= MOST_TERMS ? terms : sums.length > 1 ? sums : [];
    const total = sums.reduce((a, b) => a + b, 0);
    let text = written.length > 1 ? `${written.map((term, at) => (at ? bracketed(term) : words(term))).join(" + ")} = ` : "";
    text += written.length ? words(total) : `Sum of ${terms.length} products: ${words(total)}`;
    if (data.divisor !== 1) text += `, \u00f7 ${words(data.divisor)} = ${words(total / data.divisor)}`;
    if (data.bias) text += `, ${data.bias < 0 ? `${MINUS} ${words(-data.bias)}` : `+ ${words(data.bias)}`}`;
    parts.sum.replaceChildren(make("span", "", null, text), make("b", "", null, words(value)));
    if (data.isPicture && (value < 0 || value > 255)) make("small", "", parts.sum, `shown as ${value < 0 ? "black" : "white"}`);
  }

  function rest() {
    clearTimeout(root.resting);
    root.resting = setTimeout(() => {
      root.resting = undefined;
      tellPlace(first[0] + root.place[0], first[1] + root.place[1]);
    }, REST_MS);
  }
  const tellPlace = (row, column) => setTriggerValue("picked", `${row},${column}`);

  function go(down, right) {
    const [row, column] = [root.place[0] + down, root.place[1] + right];
    if (row >= 0 && row < rows && column >= 0 && column < columns) {
      root.place = [row, column];
      mark();
      rest();
      return;
    }
    const [y, x] = [first[0] + row, first[1] + column];
    if (y < 0 || x < 0 || y >= data.mapSize[0] || x >= data.mapSize[1]) return;
    clearTimeout(root.resting);
    root.resting = undefined;
    tellPlace(y, x); // the next piece
  }
  function along(by) {
    const next = root.place[0] * columns + root.place[1] + by;
    const n = rows * columns;
    const place = ((next % n) + n) % n;
    root.place = [Math.floor(place / columns), place % columns];
    mark();
    if (!root.timer) rest();
  }
  function stop() {
    clearTimeout(root.timer);
    root.timer = undefined;
  }
  function tick() {
    root.walk(1);
    root.timer = setTimeout(tick, SLOWEST_MS / Number(parts.speed.value) ** 1.4);
  }
  function toggle() {
    if (root.timer) {
      stop();
      mark();
      rest();
    } else {
      clearTimeout(root.resting);
      root.resting = undefined;
      root.timer = setTimeout(tick, 0);
      mark();
    }
  }
  root.walk = along; // a walk goes on with the newest numbers
  const act = (action) => {
    if (action === "play") return toggle();
    if (action.startsWith("layer:")) {
      root.layer = Number(action.slice("layer:".length));
      draw();
      setTriggerValue("picked", action);
      return mark();
    }
    stop();
    return along(action === "back" ? -1 : 1);
  };
  root.onclick = (event) => {
    const pressed = event.target.closest("button[data-action]");
    if (pressed) return act(pressed.dataset.action);
    const cell = event.target.closest("[data-place]");
    if (!cell) return;
    stop();
    root.place = cell.dataset.place.split(",").map(Number);
    mark();
    rest();
  };
  root.onkeydown = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT") return;
    const move = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!move && (event.key !== " " || event.target.tagName === "BUTTON")) return;
    event.preventDefault();
    if (!move) return toggle();
    stop();
    go(...move);
  };
  return () => {
    stop();
    clearTimeout(root.resting);
    root.resting = undefined;
  };
}
