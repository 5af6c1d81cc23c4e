# SPDX-License-Identifier: MIT
# node.sh - a server and its client, a worker thread, a child, files, compression, timers
cat > job.js <<'J'
const http = require('http'), { Worker } = require('worker_threads'), cp = require('child_process');
const fs = require('fs'), zlib = require('zlib'), crypto = require('crypto');
const get = port => new Promise(done => http.get({ host: '127.0.0.1', port, path: '/x' }, r => {
    let text = ''; r.on('data', d => text += d); r.on('end', () => done(text)); }));
const work = code => new Promise(done => new Worker(code, { eval: true }).on('message', done));
(async () => {
    const server = http.createServer((q, r) => r.end('you asked for ' + q.url)).listen(0, '127.0.0.1');
    await new Promise(done => server.on('listening', done));
    console.log(await get(server.address().port)); server.close();
    console.log(await Promise.all([6, 7].map(n => work(`require('worker_threads').parentPort.postMessage(${n} * 7)`))));
    console.log(cp.execSync('echo child').toString().trim(), cp.spawnSync('sh', ['-c', 'exit 5']).status);
    fs.writeFileSync('file', 'x'.repeat(100000)); console.log(fs.statSync('file').size);
    const packed = zlib.gzipSync(fs.readFileSync('file')); console.log(packed.length < 1000, zlib.gunzipSync(packed).length);
    console.log(crypto.createHash('sha256').update('lorica').digest('hex'));
    await new Promise(done => setTimeout(done, 20)); console.log('timer');
    process.exitCode = 4;
})();
J
node job.js; echo "node: $?"
