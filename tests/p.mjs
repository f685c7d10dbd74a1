import { readFileSync } from "node:fs";
import { sourceFaults } from "claimsmith-cli/tenant";
import { createAnswers } from "../cli/src/simulation/answers.js";
import { startSimulation } from "../cli/src/simulation/simulation.js";

const c = JSON.parse(readFileSync("examples/plan-and-roles/claimsmith.json"));
const s = await startSimulation({
  config: c,
  answers: createAnswers({
    profile: { subscription: { plan: "gold" }, roles: [{ name: "a", active: true }] },
  }),
});
console.dir(await s.login(), { depth: 5 });
const r = await s.login();
console.log(r.calls, r.durationMs);
s.standIns.setFault("source", "profile", sourceFaults["resets within the body"]());
s.restart();
const q = await s.login();
console.log(q.outcome, q.calls, q.logs);
await s.close();
