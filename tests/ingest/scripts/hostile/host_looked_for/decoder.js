const names = ["require", "process", "std", "os", "fetch", "XMLHttpRequest", "WebSocket", "Worker", "Deno", "WebAssembly", "setTimeout", "module", "exports"];
function Decoder() { import("os"); import("std"); return { t: names.filter((name) => name in globalThis).length }; }
