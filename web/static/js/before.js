// Runs before pydeck's bundle. One of its libraries tries WebAssembly while it loads, and does without where there is
// none; the policy of this page allows none, and every attempt would be reported as a violation. Nothing here needs it.
delete globalThis.WebAssembly;
