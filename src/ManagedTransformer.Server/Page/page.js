// The page: views, and what their forms do.
import { bar, legend, lines, short } from "./charts.js";
import { ask, metrics, ServerError, stream, useKey } from "./server.js";

const find = id => document.getElementById(id);
const make = (name, className, text) => {
  const node = document.createElement(name);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
};

let models = [];

function tell(id, message, isBad = false) {
  find(id).textContent = message;
  find(id).classList.toggle("bad", isBad);
}

// ---- views -------------------------------------------------------------------------------------------------------

const tabs = [...document.querySelectorAll("[role=tab]")];

function show(tab) {
  for (const other of tabs) {
    const isShown = other === tab;
    other.setAttribute("aria-selected", isShown);
    other.tabIndex = isShown ? 0 : -1;
    find(other.getAttribute("aria-controls")).hidden = !isShown;
  }
  if (tab.id === "tab-models") showModel();
}

for (const tab of tabs) {
  tab.addEventListener("click", () => show(tab));
  tab.addEventListener("keydown", event => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      const next = tabs[(tabs.indexOf(tab) + step + tabs.length) % tabs.length];
      show(next);
      next.focus();
    }
  });
}

// ---- models ------------------------------------------------------------------------------------------------------

function fill(select, some) {
  select.replaceChildren(...some.map(model => new Option(model.id, model.id)));
}

async function begin() {
  try {
    models = (await ask("/v1/models")).data;
  } catch (error) {
    find("key-form").hidden = error.status !== 401;
    tell("summary", error.status === 401 ? "This server asks for a key." : error.message, error.status !== 401);
    return;
  }
  find("key-form").hidden = true;
  const language = models.filter(model => model.kind === "language"), translation = models.filter(model => model.kind === "translation");
  tell("summary", models.map(model => `${model.id}: ${short(model.parameters)} parameters`).join(" · "));
  fill(find("write-form").model, language);
  fill(find("translate-form").model, translation);
  fill(find("report-model"), models);
  find("write-form").querySelector(".main").disabled = language.length === 0;
  find("translate-form").hidden = translation.length === 0;
  find("no-translation").hidden = translation.length > 0;
  chooseKind();
  if (language.length === 0 && translation.length > 0) show(find("tab-translate"));
  watch();
}

find("key-form").addEventListener("submit", event => {
  event.preventDefault();
  useKey(find("key").value);
  begin();
});

function chooseKind() {
  const form = find("write-form"), model = models.find(known => known.id === form.model.value);
  form.kind.options[1].disabled = !model?.has_chat_template;
  if (!model?.has_chat_template) form.kind.value = "text";
  find("system-label").hidden = form.kind.value !== "chat";
}

find("write-form").model.addEventListener("change", chooseKind);
find("write-form").kind.addEventListener("change", chooseKind);

// ---- writing -----------------------------------------------------------------------------------------------------

let writing = null;

function requestOf(form) {
  const body = { model: form.model.value, stream: true, stream_options: { include_usage: true } };
  const names = ["max_tokens", "temperature", "seed", "n", "top_k", "top_p", "min_p", "typical_p", "repetition_penalty",
    "presence_penalty", "frequency_penalty", "no_repeat_ngram_size"];
  for (const name of names) {
    if (form[name].value !== "") body[name] = Number(form[name].value);
  }
  const stops = form.stop.value.split("\n").filter(stop => stop);
  if (stops.length) body.stop = stops;
  if (form.ignore_eos.checked) body.ignore_eos = true;
  if (form.logit_bias.value) body.logit_bias = JSON.parse(form.logit_bias.value);
  const isChat = form.kind.value === "chat";
  if (form.probabilities.checked) Object.assign(body, isChat ? { logprobs: true, top_logprobs: 3 } : { logprobs: 3 });
  if (isChat) {
    body.messages = [...(form.system.value ? [{ role: "system", content: form.system.value }] : []), { role: "user", content: form.prompt.value }];
  } else {
    body.prompt = form.prompt.value;
  }
  return [isChat ? "/v1/chat/completions" : "/v1/completions", body];
}

// The text of a piece, shaded by how unlikely its token was.
function piece(choice) {
  const text = choice.text ?? choice.delta?.content ?? "";
  const told = choice.logprobs;
  const probability = told?.content?.length ? told.content[0].logprob : told?.token_logprobs?.[0];
  const node = make("span", "token", text);
  if (probability !== undefined) {
    const likeliest = told.content
      ? told.content[0].top_logprobs.map(token => [token.token, token.logprob])
      : Object.entries(told.top_logprobs[0]);
    node.style.setProperty("--doubt", `${Math.round(70 * (1 - Math.exp(probability)))}%`);
    node.title = `${(100 * Math.exp(probability)).toFixed(1)} %; likeliest: `
      + likeliest.map(([token, value]) => `${JSON.stringify(token)} ${(100 * Math.exp(value)).toFixed(1)} %`).join(", ");
  }
  return node;
}

find("write-form").addEventListener("submit", async event => {
  event.preventDefault();
  const form = event.target;
  let request;
  try {
    request = requestOf(form);
  } catch (error) {
    tell("write-status", `The biases are no JSON: ${error.message}`, true);
    return;
  }
  const [path, body] = request, isChat = Boolean(body.messages);
  const texts = Array.from({ length: body.n ?? 1 }, () => make("div", "text"));
  texts.forEach(text => text.append(make("span", "prompt", isChat ? "" : body.prompt)));
  find("texts").replaceChildren(...texts);
  writing = new AbortController();
  form.querySelector(".main").disabled = true;
  find("stop").disabled = false;
  tell("write-status", "Writing …");
  const began = performance.now();
  let first = 0, usage = null;
  const finish = [];
  try {
    for await (const event of stream(path, body, writing.signal)) {
      usage = event.usage ?? usage;
      for (const choice of event.choices) {
        const node = piece(choice);
        if (node.textContent) {
          first ||= performance.now();
          texts[choice.index].append(node);
        }
        if (choice.finish_reason) finish[choice.index] = choice.finish_reason;
      }
    }
    const seconds = (performance.now() - began) / 1000;
    tell("write-status", `${usage.completion_tokens} tokens behind ${usage.prompt_tokens}, in ${seconds.toFixed(2)} s `
      + `(${short(usage.completion_tokens / seconds)} tokens/s), the first after ${((first || performance.now()) - began).toFixed(0)} ms; `
      + `ended by ${[...new Set(finish)].map(reason => reason === "length" ? "the length" : "the model or a stop text").join(" and ")}.`);
  } catch (error) {
    tell("write-status", error.name === "AbortError" ? "Stopped." : error.message, error.name !== "AbortError");
  } finally {
    form.querySelector(".main").disabled = false;
    find("stop").disabled = true;
  }
});

find("stop").addEventListener("click", () => writing?.abort());

// ---- translating -------------------------------------------------------------------------------------------------

// From blue, the first layer, to orange, the last one.
const exitColor = (exit, most) => `color-mix(in oklab, var(--s1) ${most > 1 ? Math.round(100 * (exit - 1) / (most - 1)) : 0}%, var(--s0))`;

function sentence(candidate, most) {
  const line = make("div", "text");
  if (!candidate.exits) {
    line.textContent = candidate.text;
  } else {
    candidate.tokens.forEach((token, i) => {
      const node = make("span", "exit", token || "⏎");
      node.style.setProperty("--exit", exitColor(candidate.exits[i], most));
      node.title = `layer ${candidate.exits[i]}`;
      line.append(node, " ");
    });
  }
  return line;
}

find("translate-form").addEventListener("submit", async event => {
  event.preventDefault();
  const form = event.target, body = { model: form.model.value, text: form.text.value.split("\n").filter(line => line.trim()) };
  for (const name of ["beam", "n_best", "length_penalty"]) {
    if (form[name].value !== "") body[name] = Number(form[name].value);
  }
  for (const name of ["prefix", "exits"]) {
    if (form[name].value) body[name] = form[name].value;
  }
  tell("translate-status", "Translating …");
  const began = performance.now();
  try {
    const { translations } = await ask("/translate", body);
    const exits = translations.flatMap(found => found.exits ?? []), most = Math.max(1, ...exits);
    const parts = translations.flatMap((found, i) =>
      [make("p", "source", body.text[i]), ...(found.n_best ?? [found]).map(candidate => sentence(candidate, most))]);
    if (exits.length) {
      const layers = Array.from({ length: most }, (_, i) => [`layer ${i + 1}`, exitColor(i + 1, most), exits.filter(exit => exit === i + 1).length]);
      parts.push(make("h2", "", "Tokens by the layer at which they left"), legend(layers));
    }
    find("translations").replaceChildren(...parts);
    const mean = exits.length ? `, on average after layer ${(exits.reduce((sum, exit) => sum + exit, 0) / exits.length).toFixed(2)}` : "";
    tell("translate-status", `${translations.length} sentences in ${((performance.now() - began) / 1000).toFixed(2)} s${mean}.`);
  } catch (error) {
    tell("translate-status", error.message, true);
  }
});

// ---- what models know of themselves ------------------------------------------------------------------------------

function tableOf(report) {
  const table = make("table"), head = make("tr"), body = make("tbody"), top = make("thead");
  for (const column of report.columns) {
    const cell = make("th", column.is_number ? "number" : "", column.name);
    cell.scope = "col";
    head.append(cell);
  }
  for (const row of report.rows) {
    const line = make("tr");
    row.forEach((cell, i) => {
      const node = make("td", cell.share === undefined ? (report.columns[i].is_number ? "number" : "") : "bar", cell.text);
      if (cell.share !== undefined) node.replaceChildren(bar(cell.share));
      line.append(node);
    });
    body.append(line);
  }
  top.append(head);
  table.append(top, body);
  return table;
}

async function showModel() {
  const model = models.find(known => known.id === find("report-model").value);
  if (!model) return;
  const facts = [["kind", model.kind], ["parameters", model.parameters.toLocaleString("en")], ["positions", model.max_model_len ?? "any number"],
    ["conversations", model.has_chat_template ? "yes" : "no chat template"]];
  find("facts").replaceChildren(...facts.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
  try {
    const { reports } = await ask(`/reports/${encodeURIComponent(model.id)}`);
    find("reports").replaceChildren(...reports.flatMap(report =>
      [...report.sentences.map(text => make("p", "", text)), ...(report.rows ? [tableOf(report)] : [])]));
  } catch (error) {
    find("reports").replaceChildren(make("p", "", error.message));
  }
}

find("report-model").addEventListener("change", showModel);

// ---- load --------------------------------------------------------------------------------------------------------

const history = [];
let isWatched = false;

async function look() {
  const samples = await metrics(), now = performance.now() / 1000;
  history.push([now, samples]);
  while (history.length > 120) history.shift();
  const names = models.filter(model => model.kind === "language").map(model => model.id);
  const value = (sample, name, model) => sample.find(one => one.name === name && (!model || one.labels.model === model))?.value ?? 0;
  const gauge = name => names.map(model => ({ name: model, points: history.map(([time, sample]) => [time, value(sample, name, model)]) }));
  const rate = name => names.map(model => ({
    name: model,
    points: history.slice(1).map(([time, sample], i) =>
      [time, (value(sample, name, model) - value(history[i][1], name, model)) / (time - history[i][0])]),
  }));
  find("charts").replaceChildren(
    lines("Texts that are written", "texts", gauge("mt_texts_running")),
    lines("Texts that wait", "texts", gauge("mt_texts_waiting")),
    lines("New tokens", "per second", rate("mt_generated_tokens_total")),
    lines("Prompt tokens", "per second", rate("mt_prompt_tokens_total")),
    lines("State of running texts", "bytes", gauge("mt_state_bytes")),
    lines("Memory of the process", "bytes", [{ name: "resident", points: history.map(([time, sample]) => [time, value(sample, "process_resident_memory_bytes")]) }]));
  const rows = samples.filter(one => one.name === "mt_sessions_per_gib").map(one => {
    const row = make("tr");
    row.append(make("td", "", one.labels.model), make("td", "number", Number(one.labels.tokens).toLocaleString("en")),
      make("td", "number", one.value.toLocaleString("en")));
    return row;
  });
  find("sessions").tBodies[0].replaceChildren(...rows);
}

async function watch() {
  if (isWatched) return;
  isWatched = true;
  for (; ;) {
    if (!document.hidden) await look().catch(error => { if (!(error instanceof ServerError || error instanceof TypeError)) throw error; });
    await new Promise(resolve => setTimeout(resolve, 2000));
  }
}

begin();
