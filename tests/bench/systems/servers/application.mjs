// The application of the suite `access`: grants at /grant, and hands everything else over. Prints its port.
import http from 'node:http';

let users = 0;
const server = http.createServer((request, response) => {
  const subject = `subject=${++users}`;
  if (request.url === '/grant') return response.writeHead(204, {'X-Sse-Grant': `subscribe=news&subscribe=warm&${subject}`}).end();
  const topics = new URL(request.url, 'http://a').searchParams.get('topic');
  response.writeHead(200, {'X-Accel-Redirect': `/_events?topic=${topics}`, 'X-Sse-Grant': subject, 'Content-Length': 0}).end();
});
server.listen(0, '127.0.0.1', 4096, () => console.log(`port ${server.address().port}`));
