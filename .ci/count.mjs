// Reads the test runner's report and ends with the one line that counts. Fails when a test failed, when none ran,
// and, under CI=true, when one was skipped for another reason than data that a clone does not have.
import { readFileSync } from "node:fs";

const [, , report, status] = process.argv;
let tests = [];
try {
  tests = JSON.parse(readFileSync(report, "utf8")).results.tests;
} catch (error) {
  console.error(`test: the runner left no report (${error.message})`);
}
const by = state => tests.filter(test => test.status === state);
const [passed, failed, skipped] = [by("passed"), by("failed"), by("skipped")];
const withoutData = skipped.filter(test => /^needs the labelled data/.test(test.message ?? ""));
for (const test of skipped) console.log(`skipped: ${test.name}: ${test.message ?? "no reason given"}`);
for (const test of failed) console.log(`failed: ${test.name}`);
if (withoutData.length > 0) console.log(`${withoutData.length} of the skipped read data that this clone does not have`);
const unwanted = process.env.CI === "true" && skipped.length > withoutData.length;
if (unwanted) console.error("test: under CI no test may be skipped for want of a program or a right");
const ended = Number(status) === 0 && passed.length > 0 && failed.length === 0 && !unwanted;
if (Number(status) !== 0 && failed.length === 0) console.error(`test: the runner ended with exit code ${status}`);
console.log(`${passed.length} passed, ${failed.length} failed, ${skipped.length} skipped`);
process.exitCode = ended ? 0 : 1;
