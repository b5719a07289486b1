// Charts as SVG, drawn from numbers; every chart says in words what it shows last.

const namespace = "http://www.w3.org/2000/svg";
const colors = ["var(--s0)", "var(--s1)", "var(--s2)", "var(--s3)"];
const dashes = ["", "6 3", "2 3", "8 3 2 3"];

function element(name, attributes, text) {
  const node = document.createElementNS(namespace, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

/** A share, 0 to 1, as a bar. */
export function bar(share) {
  const svg = element("svg", { viewBox: "0 0 100 10", role: "img", preserveAspectRatio: "none", "aria-label": `${Math.round(100 * share)} %` });
  svg.append(
    element("rect", { x: 0, y: 0, width: 100, height: 10, fill: "var(--line)" }),
    element("rect", { x: 0, y: 0, width: 100 * Math.min(1, Math.max(0, share)), height: 10, fill: "var(--s0)" }));
  return svg;
}

/** A rounded number for people. */
export function short(value) {
  if (!Number.isFinite(value)) return "–";
  const units = [[1e9, "G"], [1e6, "M"], [1e3, "k"]];
  const unit = units.find(([size]) => Math.abs(value) >= size);
  return unit ? `${+(value / unit[0]).toPrecision(3)} ${unit[1]}` : `${+value.toPrecision(3)}`;
}

/** Lines over time: series is [{ name, points: [[seconds, value], ...] }]. */
export function lines(title, unit, series) {
  const figure = document.createElement("figure");
  const caption = document.createElement("figcaption");
  caption.textContent = title;
  figure.append(caption);
  const width = 400, height = 180, left = 48, bottom = 22, top = 8;
  const points = series.flatMap(line => line.points);
  const last = points.length ? Math.max(...points.map(([x]) => x)) : 0;
  const first = Math.min(last - 60, ...points.map(([x]) => x));
  const most = Math.max(1, ...points.map(([, y]) => y)) * 1.05;
  const x = value => left + (width - left - 8) * (value - first) / (last - first);
  const y = value => height - bottom - (height - bottom - top) * value / most;
  const words = series.map(line => `${line.name}: ${short(line.points.at(-1)?.[1])} ${unit}`).join(", ");
  const svg = element("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": `${title}; now ${words}` });
  for (const share of [0, 0.5, 1]) {
    const value = share * most / 1.05;
    svg.append(
      element("line", { class: "grid", x1: left, x2: width - 8, y1: y(value), y2: y(value) }),
      element("text", { class: "axis", x: left - 6, y: y(value) + 4, "text-anchor": "end" }, short(value)));
  }
  svg.append(
    element("text", { class: "axis", x: left, y: height - 6 }, `${Math.round(first - last)} s`),
    element("text", { class: "axis", x: width - 8, y: height - 6, "text-anchor": "end" }, "now"));
  series.forEach((line, i) => {
    if (line.points.length) {
      svg.append(element("polyline", {
        class: "series", stroke: colors[i % 4], "stroke-dasharray": dashes[i % 4],
        points: line.points.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(" "),
      }));
    }
  });
  figure.append(svg, legend(series.map((line, i) => [line.name, colors[i % 4], `${short(line.points.at(-1)?.[1])} ${unit}`])));
  return figure;
}

/** Names beside their colours. */
export function legend(entries) {
  const list = document.createElement("div");
  list.className = "legend";
  for (const [name, color, value] of entries) {
    const entry = document.createElement("span"), mark = document.createElement("i");
    mark.style.background = color;
    entry.append(mark, value === undefined ? name : `${name}: ${value}`);
    list.append(entry);
  }
  return list;
}
