// Times as a person reads them.

const clock = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit', minute: '2-digit', second: '2-digit', fractionalSecondDigits: 3, hourCycle: 'h23',
});
const day = new Intl.DateTimeFormat(undefined, {dateStyle: 'full', timeStyle: 'long'});

export const clockTime = (date) => clock.format(date);

export const fullTime = (date) => day.format(date);

export const duration = (ms) => (ms < 999.5 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(2)} s`);
