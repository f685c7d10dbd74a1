import { readFileSync } from "node:fs";
import { createReader, sections, CODE, withoutCustomSections, HEADER_BYTES } from "./js-shim/sections.js";
import { readInstruction, numberOf } from "./js-shim/container/instructions.js";
import { compress } from "./js-shim/container/pack.js";
import { toStreams } from "./js-shim/container/streams.js";
import { encode } from "./js-shim/container/text.js";
const named = readFileSync("/tmp/w/named.wasm");
const all=[...sections(named)];
const imports = WebAssembly.Module.imports(new WebAssembly.Module(named)).filter(i=>i.kind==="function").length;
// names
const ns = all.find(s=>s.id===0 && createReader(s.payload).text()==="name").payload;
const names=new Map(); { const r=createReader(ns); r.text(); while(!r.isAtEnd()){ const [k]=r.bytes(1); const p=createReader(r.bytes(r.number())); if(k!==1) continue; const c=p.number(); for(let i=0;i<c;i++) names.set(p.number(), p.text().replace(/::h[0-9a-f]{16}$|\[[0-9a-f]{16}\]/g,"")); } }
const wasm = withoutCustomSections(named);
const secs=[...sections(wasm)];
const code=secs.find(s=>s.id===CODE);
const r=createReader(code.payload); const n=r.number(); const bodies=[]; for(let i=0;i<n;i++) bodies.push(r.bytes(r.number()));
function calls(body){ const rd=createReader(body); const c=rd.number(); for(let i=0;i<c;i++){ rd.number(); rd.bytes(1);} const out=[]; while(!rd.isAtEnd()){ const ins=readInstruction(rd); if(ins.shape==="function"||ins.literal[0]===0xd2) out.push(numberOf(ins.operands[0])); } return out; }
const graph=bodies.map(calls);
// roots: exports, elements
const roots=new Set();
{ const e=createReader(secs.find(s=>s.id===7).payload); const c=e.number(); for(let i=0;i<c;i++){ e.text(); const [k]=e.bytes(1); const ix=e.number(); if(k===0) roots.add(ix);} }
const elems=[];
{ const e=createReader(secs.find(s=>s.id===9).payload); const c=e.number(); for(let i=0;i<c;i++){ const flag=e.number(); if(flag!==0) throw new Error("flag "+flag); e.bytes(1); e.number(); e.bytes(1); const k=e.number(); for(let j=0;j<k;j++) elems.push(e.number()); } }
for (const f of elems) roots.add(f);
const isFn = (i)=>/^claimsmith_expression::functions::/.test(names.get(i)??"");
console.log("elements", elems.length, "functions", n, "jmespath in table", elems.filter(isFn).length);
const size=(set)=>[...set].reduce((s,i)=>s+(bodies[i-imports]?.length??0),0);
function shake(gate){ const dead=new Set(); const seen=new Set(); const stack=[...roots].filter(f=>!gate(f)); while(stack.length){ const f=stack.pop(); if(seen.has(f)) continue; seen.add(f); if(f<imports) continue; for(const c of graph[f-imports]) if(!gate(c)) stack.push(c);} 
 const out=bodies.map((b,i)=>seen.has(i+imports)?b:Buffer.from([0,0,0x0b])); return {out,seen}; }
function leb(v){const o=[];do{let b=v&127;v>>>=7;o.push(v?b|128:b);}while(v);return Buffer.from(o);}
function rebuild(out){ const body=Buffer.concat([leb(out.length),...out.flatMap(b=>[leb(b.length),b])]); return Buffer.concat([wasm.subarray(0,8),...secs.map(s=>s.id===CODE?Buffer.concat([Buffer.from([CODE]),leb(body.length),body]):s.whole)]); }
const keep = new Set((process.argv[2]??"").split(","));
const GATES = (process.argv[3]??"").split(",").filter(Boolean).map(x=>new RegExp(x));
for (const [label,gate] of [["whole",()=>false],["functions",(f)=>isFn(f)&&elems.includes(f)&&!keep.has(names.get(f).split("::").pop())],["functions and gates",(f)=>(isFn(f)&&elems.includes(f)&&!keep.has(names.get(f).split("::").pop()))||GATES.some(g=>g.test(names.get(f)??""))]]) {
  const {out,seen}=shake(gate); const w=rebuild(out); new WebAssembly.Module(w);
  const c=compress(toStreams(w)); console.log(label, "wasm", w.length, "br", c.length, "text", encode(c).length, "dead", n-[...seen].filter(f=>f>=imports).length);
}
if (process.argv[4]) for (const [i,name] of names) if (i>=imports && bodies[i-imports].length>250) console.log(bodies[i-imports].length, name);
