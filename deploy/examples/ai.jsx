// The page of ai.mjs: the hook as its package has it. Which chat it is is in the address, behind the #.
import {useChat} from '@ai-sdk/react';
import {DefaultChatTransport} from 'ai';
import {createRoot} from 'react-dom/client';

const transport = new DefaultChatTransport({api: '/ai/chat'});

function Chat({id, known}) {
  const {messages, sendMessage, status, error, resumeStream} = useChat({id, messages: known, resume: true, transport});
  return (
    <>
      {messages.map(({id: message, role, parts}) => (
        <p key={message} className={role} style={{whiteSpace: 'pre-wrap'}}>{parts.map(({text}) => text).join('')}</p>
      ))}
      <p role="status">{error ? error.message : status}</p>
      {error && <button onClick={() => resumeStream()}>Continue</button>}
      <form action={(form) => sendMessage({text: form.get('message')})}>
        <input name="message" aria-label="Message" /> <button disabled={status !== 'ready'}>Send</button>{' '}
        <button type="button" onClick={() => fetch(`/ai/chat/${id}/stop`, {method: 'POST'})}>Stop</button>
      </form>
    </>
  );
}

location.hash ||= crypto.randomUUID();
const id = location.hash.slice(1);
const known = await (await fetch(`/ai/chat/${id}`)).json();
createRoot(document.getElementById('chat')).render(<Chat id={id} known={known} />);
