"""Output through a real Jupyter server with its default rate limits.

  python3 server_flood.py KERNEL CODE EXPECTED_BYTES

Starts a server, runs CODE over its websocket and checks that every byte
printed arrives and that the server never complains about rates.
"""
import asyncio, json, os, subprocess, sys, tempfile, time, urllib.request, uuid
from tornado.websocket import websocket_connect

kernel, code, expected = sys.argv[1], sys.argv[2], int(sys.argv[3])
root = tempfile.mkdtemp()
env = dict(os.environ, JUPYTER_RUNTIME_DIR=root)
server = subprocess.Popen([sys.executable, "-m", "jupyter_server", "--allow-root", "--ServerApp.port=0", "--no-browser",
                           "--IdentityProvider.token=t", f"--ServerApp.root_dir={root}"],
                          env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

def find():
    for _ in range(600):
        for name in os.listdir(root):
            if name.startswith("jpserver-") and name.endswith(".json"):
                try: return json.load(open(os.path.join(root, name)))["url"]
                except ValueError: pass
        time.sleep(0.1)
    raise SystemExit("the server did not start")

async def main():
    url = find()
    for attempt in range(100):
        try:
            request = urllib.request.Request(url + "api/kernels?token=t", json.dumps({"name": kernel}).encode(), method="POST")
            kid = json.load(urllib.request.urlopen(request))["id"]
            break
        except OSError:
            time.sleep(0.1)
    ws = await websocket_connect(url.replace("http", "ws") + f"api/kernels/{kid}/channels?token=t", max_message_size=1 << 28)
    mid = uuid.uuid4().hex
    await ws.write_message(json.dumps({"channel": "shell", "buffers": [], "metadata": {}, "parent_header": {},
        "header": {"msg_id": mid, "msg_type": "execute_request", "session": "s", "username": "u", "version": "5.3", "date": "2026-01-01T00:00:00Z"},
        "content": {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "allow_stdin": False, "stop_on_error": True}}))
    out = err = ""
    got = messages = 0
    begin = time.time()
    while True:
        text = await asyncio.wait_for(ws.read_message(), 300)
        m = json.loads(text)
        if m["parent_header"].get("msg_id") != mid: continue
        if m["msg_type"] == "stream":
            messages += 1
            if m["content"]["name"] == "stdout": got += len(m["content"]["text"].encode())
            else: err += m["content"]["text"]
        if m["msg_type"] == "error": err += str(m["content"])
        if m["msg_type"] == "status" and m["content"]["execution_state"] == "idle": break
    print(f"{got} bytes of {expected} in {messages} messages, {time.time()-begin:.1f} s; stderr {err!r}")
    return got == expected and not err

try:
    ok = asyncio.run(main())
finally:
    server.terminate(); server.wait()
sys.exit(0 if ok else 1)
