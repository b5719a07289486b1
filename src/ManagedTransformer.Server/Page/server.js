// Requests to the server: JSON, streams of events, and metrics.

let key = sessionStorage.getItem("key") ?? "";

/** Keeps a key until the window is closed. */
export function useKey(value) {
  key = value;
  sessionStorage.setItem("key", value);
}

export class ServerError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

async function send(path, body, signal) {
  const headers = key ? { Authorization: `Bearer ${key}` } : {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  const response = await fetch(path, {
    method: body === undefined ? "GET" : "POST", headers, signal, cache: "no-store",
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (!response.ok) {
    const failure = await response.json().catch(() => null);
    throw new ServerError(response.status, failure?.error?.message ?? `The server answers with status ${response.status}.`);
  }
  return response;
}

/** What the server answers as JSON. */
export async function ask(path, body, signal) {
  return (await send(path, body, signal)).json();
}

/** The objects of a stream of events, one after the other. */
export async function* stream(path, body, signal) {
  const reader = (await send(path, body, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = ""; ;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + value).split("\n\n");
    rest = events.pop();
    for (const event of events) {
      const data = event.replace(/^data: /, "");
      if (data === "[DONE]") return;
      const object = JSON.parse(data);
      if (object.error) throw new ServerError(500, object.error.message);
      yield object;
    }
  }
}

/** The samples of /metrics: [{ name, labels, value }]. */
export async function metrics() {
  const text = await (await send("/metrics")).text();
  return text.split("\n").filter(line => line && !line.startsWith("#")).map(line => {
    const [, name, labels, value] = /^([a-z_]+)(?:\{(.*)\})? (\S+)$/i.exec(line);
    const pairs = [...(labels ?? "").matchAll(/([a-z_]+)="((?:[^"\\]|\\.)*)"/gi)];
    return { name, labels: Object.fromEntries(pairs.map(pair => [pair[1], pair[2].replace(/\\(.)/g, "$1")])), value: Number(value) };
  });
}
