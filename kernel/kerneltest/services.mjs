// A second protocol client, @jupyterlab/services from Node, against a Jupyter
// server:  node services.mjs BASE_URL TOKEN
import { createRequire } from "node:module";
import path from "node:path";

const require = createRequire(path.join(process.env.GOMDCSAN_NODE_MODULES, "x.js"));
const WebSocket = require("ws");
const { KernelManager, ServerConnection } = require("@jupyterlab/services");
const [baseUrl, token] = process.argv.slice(2);

const serverSettings = ServerConnection.makeSettings({
  baseUrl, token, wsUrl: baseUrl.replace("http", "ws"), WebSocket, fetch, Request, Headers, appendToken: true,
});
const manager = new KernelManager({ serverSettings });
let failed = 0;
function check(name, ok, note = "") {
  if (!ok) failed++;
  console.log(`${ok ? "ok" : "FAIL"} ${name} ${note}`);
}

const kernel = await manager.startNew({ name: "gomdcsan" });
const info = await kernel.info;
check("kernel_info", info.implementation === "gomdcsan" && info.language_info.name === "go");

async function execute(code, options = {}) {
  const future = kernel.requestExecute({ code, ...options });
  const messages = [];
  future.onIOPub = (m) => messages.push(m);
  future.onStdin = (m) => { messages.push(m); future.sendInputReply({ status: "ok", value: "Ada" }, m.header); };
  const reply = await future.done;
  return { reply: reply.content, messages, of: (type) => messages.filter((m) => m.header.msg_type === type) };
}

let r = await execute("6 * 7");
check("execute", r.reply.status === "ok" && r.of("execute_result")[0].content.data["text/plain"] === "42");
r = await execute('fmt.Print("a"); fmt.Fprint(os.Stderr, "b")');
check("streams", r.of("stream").map((m) => m.content.name + m.content.text).sort().join() === "stderrb,stdouta");
r = await execute("x :=");
check("error", r.reply.status === "error" && r.of("error").length === 1);
r = await execute('name, err := display.Input("Who? "); display.Must(err); name', { allow_stdin: true });
check("input", r.reply.status === "ok" && JSON.stringify(r.messages).includes("Ada"));
const completion = await kernel.requestComplete({ code: "fmt.Sprin", cursor_pos: 9 });
check("complete", completion.content.matches.includes("Sprintf"));
const inspection = await kernel.requestInspect({ code: "fmt.Sprintf", cursor_pos: 11, detail_level: 0 });
check("inspect", inspection.content.found && "text/markdown" in inspection.content.data);
const history = await kernel.requestHistory({ hist_access_type: "tail", n: 3, output: false, raw: true });
check("history", history.content.history.length === 3);
const complete = await kernel.requestIsComplete({ code: "if x {" });
check("is_complete", complete.content.status === "incomplete");
const comms = await kernel.requestCommInfo({});
check("comm_info", comms.content.status === "ok");

const closed = new Promise((resolve) => {
  const comm = kernel.createComm("no.such.target");
  comm.onClose = () => resolve(true);
  comm.open({});
  setTimeout(() => resolve(false), 10000);
});
check("comm with an unknown target is closed", await closed);

const endless = execute("for {}");
await new Promise((resolve) => setTimeout(resolve, 500));
await kernel.interrupt();
check("interrupt", (await endless).reply.status === "error");
await kernel.restart();
r = await execute("1");
check("restart", r.reply.status === "ok" && r.reply.execution_count === 1);
await kernel.shutdown();
console.log(failed ? "failed" : "all ok");
process.exit(failed ? 1 : 0);
