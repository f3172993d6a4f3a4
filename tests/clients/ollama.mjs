// The official Ollama client, as a job would use it.
import { Ollama } from 'ollama';
import {
  abortAfterThree, countingFetch, embedModel, gateUrl, model, prompt, run, token, weatherParameters,
} from './driver.mjs';

const client = new Ollama({ host: gateUrl, fetch: countingFetch, headers: { Authorization: `Bearer ${token}` } });
const say = (text, more) => ({ model, messages: [{ role: 'user', content: prompt(text) }], ...more });
const tools = [{ type: 'function', function: { name: 'weather', description: 'Weather', parameters: weatherParameters } }];

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
  models: async () => (await client.list()).models.map((one) => one.name),
  running: async () => (await client.ps()).models.map((one) => one.name),
  version: async () => (await client.version()).version,
  show: async () => {
    const shown = await client.show({ model });
    return { family: shown.details.family, capabilities: shown.capabilities };
  },
  chat: async () => {
    const answer = await client.chat(say('hello'));
    return { text: answer.message.content, done: answer.done, tokens: answer.eval_count };
  },
  'chat-stream': async () => collect(await client.chat(say('hello', { stream: true })), (line) => line.message.content),
  generate: async () => {
    const answer = await client.generate({ model, prompt: prompt('hello') });
    return { text: answer.response, done: answer.done, context: answer.context };
  },
  'generate-stream': async () => collect(
    await client.generate({ model, prompt: prompt('hello'), stream: true }), (line) => line.response,
  ),
  tools: async () => {
    const answer = await client.chat(say('weather?', { tools }));
    return answer.message.tool_calls.map((call) => call.function);
  },
  'tools-stream': async () => collect(
    await client.chat(say('weather?', { tools, stream: true })), (line) => line.message.content,
  ),
  embeddings: async () => (await client.embed({ model: embedModel, input: ['one', prompt('two')] })).embeddings,
  'embeddings-old': async () => (await client.embeddings({ model: embedModel, prompt: prompt('two') })).embedding,
  abort: async () => {
    const stream = await client.chat(say('[[endless delay-token=10]]', { stream: true }));
    return abortAfterThree(stream, () => stream.abort());
  },
  pull: async () => client.pull({ model }),
});
