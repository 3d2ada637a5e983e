"""What tokens.py writes: title and text."""

TEXTS = (
    ('Why a stream and not a question',
     'A page that wants to know whether something has happened can ask. It asks every second, and nearly always the '
     'answer is no. A thousand readers ask a thousand times a second, and the news still comes half a second late, '
     'because it happened just after the last question.\n\n'
     'A stream turns this around. The page asks once, and the server answers for as long as it has something to say. '
     'Between two events nothing is sent but now and then a heartbeat, so that everybody on the way knows that the line '
     'is still in use. When something happens it is on its way at once, and costs one small write for each reader.\n\n'
     'What is sent is text, a line at a time, over plain HTTP. Proxies know it, logins work, the tools of the browser '
     'show it, and curl reads it aloud. You are reading such a stream now. Reload the page in the middle of a word: it '
     'goes on where it was.'),
    ('The letter that is never finished',
     'Imagine a letter that is written while you read it. The pen is far away, but each word appears on your paper as it '
     'is put down. You fold the letter and go for a walk. When you open it again, it holds what was written while you '
     'were out, in the right order, and the next word follows the last.\n\n'
     'For this to work somebody must remember how far you have read. It could be the writer, but the writer has many '
     'readers. It is simpler when you keep a mark yourself: the number of the last word you saw. You come back, show the '
     'number, and get all that came after it. Nobody else has to know that you were away.\n\n'
     'That number is the id of an event. A browser keeps it without being told and shows it whenever it returns. If the '
     'words after your mark are no longer kept, an honest writer says so first. And when the letter is finished, it is '
     'signed, and you need not wait for another word.'),
    ('On being slow',
     'Not every reader is fast. One sits in a train, between two hills. Another has forty tabs open and a small machine. '
     'Their lines fill up, and what cannot be sent must wait somewhere.\n\n'
     'A server that lets it wait without a limit will fall over for the sake of a reader who may never return. A server '
     'that throws things away without a word lies to its readers. Between the two there is a better way: a reader who '
     'falls behind gets no queue of its own, but goes on from the common history as soon as there is room.\n\n'
     'And sometimes what waits has lost its worth. Who wants to know the price of a minute ago, when there is one of this '
     'second? There the old value may be skipped, if the newer one has the same name. The reader sees fewer numbers, but '
     'the right ones. It is no loss, it is tact.'),
)
