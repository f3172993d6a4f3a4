// What both mocks answer: one small chat completion, whole or in pieces.

export const holdPieces = 20;
export const holdMs = 500;

const json = (value) => JSON.stringify(value);
export const whole = json({
  id: 'chatcmpl-bench',
  object: 'chat.completion',
  created: 1727222400,
  model: 'mock-1',
  choices: [
    { index: 0, message: { role: 'assistant', content: 'pong, as small as answers get' }, finish_reason: 'stop' },
  ],
  usage: { prompt_tokens: 9, completion_tokens: 7, total_tokens: 16 },
  system_fingerprint: 'fp_bench',
});
const event = (delta, finish) => `data: ${json({
  id: 'chatcmpl-bench',
  object: 'chat.completion.chunk',
  created: 1727222400,
  model: 'mock-1',
  choices: [{ index: 0, delta, finish_reason: finish }],
})}\n\n`;
export const firstEvent = event({ role: 'assistant', content: '' }, null);
export const pieceEvent = event({ content: 'pong ' }, null);
export const lastEvents = [event({}, 'stop'), 'data: [DONE]\n\n'];
export const models = json({
  object: 'list',
  data: [{ id: 'mock-1', object: 'model' }, { id: 'mock-hold', object: 'model' }],
});
