// The Rust library of Hugging Face and `mt bench tokenize` in turns, each on one thread:
//   npm install @anush008/tokenizers
//   node turns.mjs tokenizer.json text.txt [turns] [mt]
// Both encode the text in parts of at most 65,536 UTF-16 units and must find as many tokens. The library is called through Node, which
// adds a call and a result object per part.
import {spawnSync} from 'node:child_process';
import fs from 'node:fs';
import {Tokenizer} from '@anush008/tokenizers';

const [,, file, data, turns = '5', mt = 'mt'] = process.argv;
const text = fs.readFileSync(data, 'utf8').replaceAll('\r\n', '\n');
const parts = [];
for (let start = 0, length; start < text.length; start += length) {
  length = Math.min(65536, text.length - start);
  const last = text.charCodeAt(start + length - 1);
  length -= start + length < text.length && last >= 0xd800 && last < 0xdc00 ? 1 : 0;
  parts.push(text.slice(start, start + length));
}

const tokenizer = await Tokenizer.fromFile(file);
async function rust() {
  const start = performance.now();
  let tokens = 0;
  for (const part of parts) {
    tokens += (await tokenizer.encode(part, null, {addSpecialTokens: true})).getLength();
  }

  return {ms: performance.now() - start, tokens};
}

function ours() {
  const run = spawnSync(mt, ['bench', 'tokenize', '--tokenizer', file, '--data', data, '--rounds', '3', '--json'], {encoding: 'utf8'});
  if (run.status !== 0) {
    throw new Error(run.stderr || String(run.error));
  }

  return JSON.parse(run.stdout);
}

const median = values => values.sort((a, b) => a - b)[values.length >> 1];
await rust();
const times = {rust: [], ours: []};
for (let turn = 0; turn < Number(turns); turn++) {
  const theirs = await rust(), own = ours();
  if (theirs.tokens !== own.tokens) {
    throw new Error(`${theirs.tokens} tokens there, ${own.tokens} here`);
  }

  times.rust.push(theirs.ms);
  times.ours.push(own.ms);
}

const [a, b] = [median(times.rust), median(times.ours)], bytes = Buffer.byteLength(text);
console.log(`Rust ${(bytes / a / 1e3).toFixed(2)} MB/s, ours ${(bytes / b / 1e3).toFixed(2)} MB/s, ratio of times ${(b / a).toFixed(2)}`);
