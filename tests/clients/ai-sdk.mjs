// The AI SDK with its OpenAI provider, as a job would use it.
import {
  abortAfterThree, countingFetch, prompt, release, run, settings, weatherParameters,
} from './driver.mjs';

const { createOpenAI } = await release('@ai-sdk/openai', 'ai-sdk-openai-previous');
const { embedMany, generateText, jsonSchema, streamText, tool } = await release('ai', 'ai-previous');

// Warnings about unknown models go to the console, where the tests read results.
globalThis.AI_SDK_LOG_WARNINGS = false;

const open = () => createOpenAI({ baseURL: `${settings.gateUrl}/v1`, apiKey: settings.token, fetch: countingFetch });
const tools = { weather: tool({ description: 'Weather', inputSchema: jsonSchema(weatherParameters) }) };
const say = (kind, text, more) => ({
  model: open()[kind](settings.model), prompt: prompt(text), maxRetries: settings.retries, ...more,
});
const describeText = (answer) => ({ text: answer.text, finish: answer.finishReason, usage: answer.usage });

async function streamed(kind) {
  let failure = null;
  const stream = streamText(say(kind, 'hello', { onError: ({ error }) => { failure = error; } }));
  let text = '';
  for await (const piece of stream.textStream) text += piece;
  if (failure) throw failure;
  return { text, finish: await stream.finishReason, usage: await stream.usage };
}

async function called(kind) {
  const answer = await generateText(say(kind, 'weather?', { tools }));
  const calls = answer.toolCalls.map(({ toolName, input }) => ({ name: toolName, input }));
  return { finish: answer.finishReason, tools: calls };
}

async function calledInStream(kind) {
  const calls = [];
  for await (const part of streamText(say(kind, 'weather?', { tools })).fullStream) {
    if (part.type === 'error') throw part.error;
    if (part.type === 'tool-call') calls.push({ name: part.toolName, input: part.input });
  }
  return { tools: calls };
}

async function aborted(kind) {
  const gone = new AbortController();
  const stream = streamText(say(kind, '[[endless delay-token=10]]', { abortSignal: gone.signal, onError: () => {} }));
  return abortAfterThree(stream.textStream, () => gone.abort());
}

await run('ai-sdk', {
  chat: async () => describeText(await generateText(say('chat', 'hello'))),
  'chat-stream': () => streamed('chat'),
  responses: async () => describeText(await generateText(say('responses', 'hello'))),
  'responses-stream': () => streamed('responses'),
  tools: () => called('chat'),
  'tools-stream': () => calledInStream('chat'),
  'responses-tools': () => called('responses'),
  'responses-tools-stream': () => calledInStream('responses'),
  embeddings: async () => (await embedMany({
    model: open().embedding(settings.embedModel), values: ['one', prompt('two')], maxRetries: settings.retries,
  })).embeddings,
  abort: () => aborted('chat'),
});
