// The official Ollama client, as a job would use it.
import { Ollama } from 'ollama';
import {
  abortAfterThree, countingFetch, prompt, run, settings, weatherParameters,
} from './driver.mjs';

const open = () => new Ollama({
  host: settings.gateUrl, fetch: countingFetch, headers: { Authorization: `Bearer ${settings.token}` },
});
const say = (text, more) => ({ model: settings.model, messages: [{ role: 'user', content: prompt(text) }], ...more });
const tools = [
  { type: 'function', function: { name: 'weather', description: 'Weather', parameters: weatherParameters } },
];
const embed = (input) => ({ model: settings.embedModel, ...input });

async function collect(stream, textOf) {
  const seen = { text: '', tools: [], done: false, reason: null, tokens: null, lines: 0 };
  for await (const line of stream) {
    seen.lines += 1;
    seen.text += textOf(line) ?? '';
    seen.tools.push(...(line.message?.tool_calls ?? []).map((call) => call.function));
    seen.done = line.done;
    seen.reason = line.done_reason ?? seen.reason;
    seen.tokens = line.eval_count ?? seen.tokens;
  }
  return seen;
}

await run('ollama', {
  models: async () => (await open().list()).models.map((one) => one.name),
  running: async () => (await open().ps()).models.map((one) => one.name),
  version: async () => (await open().version()).version,
  show: async () => {
    const shown = await open().show({ model: settings.model });
    return { family: shown.details.family, capabilities: shown.capabilities };
  },
  chat: async () => {
    const answer = await open().chat(say('hello'));
    return { text: answer.message.content, done: answer.done, tokens: answer.eval_count };
  },
  'chat-stream': async () => collect(await open().chat(say('hello', { stream: true })), (line) => line.message.content),
  generate: async () => {
    const answer = await open().generate({ model: settings.model, prompt: prompt('hello') });
    return { text: answer.response, done: answer.done, context: answer.context };
  },
  'generate-stream': async () => collect(
    await open().generate({ model: settings.model, prompt: prompt('hello'), stream: true }), (line) => line.response,
  ),
  tools: async () => {
    const answer = await open().chat(say('weather?', { tools }));
    return answer.message.tool_calls.map((call) => call.function);
  },
  'tools-stream': async () => collect(
    await open().chat(say('weather?', { tools, stream: true })), (line) => line.message.content,
  ),
  embeddings: async () => (await open().embed(embed({ input: ['one', prompt('two')] }))).embeddings,
  'embeddings-old': async () => (await open().embeddings(embed({ prompt: prompt('two') }))).embedding,
  abort: async () => {
    const stream = await open().chat(say('[[endless delay-token=10]]', { stream: true }));
    return abortAfterThree(stream, () => stream.abort());
  },
  pull: async () => open().pull({ model: settings.model }),
});
