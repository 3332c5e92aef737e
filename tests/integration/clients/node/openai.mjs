// The npm package `openai`: an answer, a stream, a tool. Prints what it read as JSON.
import OpenAI from "openai";

const [baseURL] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey: "none", maxRetries: 0 });
const cold = { model: "any", temperature: 0, max_tokens: 60, messages: [{ role: "user", content: "What is 15 + 25?" }] };
const parameters = {
  type: "object",
  properties: { a: { type: "integer" }, b: { type: "integer" } },
  required: ["a", "b"],
};
const tools = [{ type: "function", function: { name: "calculate_sum", description: "Add two numbers", parameters } }];

const whole = await client.chat.completions.create(cold);
let streamed = "";
for await (const chunk of await client.chat.completions.create({ ...cold, stream: true })) {
  streamed += chunk.choices[0]?.delta?.content ?? "";
}
const runner = client.chat.completions.stream({ ...cold, tools, tool_choice: "required" });
const called = await runner.finalChatCompletion();
let refusal = null;
try {
  await client.chat.completions.create({ ...cold, functions: [{ name: "f" }] });
} catch (error) {
  refusal = { status: error.status, param: error.param };
}
console.log(
  JSON.stringify({
    content: whole.choices[0].message.content,
    streamed,
    call: called.choices[0].message.tool_calls[0].function,
    finish: called.choices[0].finish_reason,
    refusal,
  }),
);
