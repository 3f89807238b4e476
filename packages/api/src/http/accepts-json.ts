/** Whether an `Accept` header lets us answer with JSON. One that cannot be read does. */
export function acceptsJson(accept: string | undefined): boolean {
  if (accept === undefined || accept === '' || accept === '*/*' || accept === 'application/json') return true;
  let specificity = -1;
  let accepted = false;
  for (const range of accept.split(',')) {
    const [type = '', ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const found = ['*/*', 'application/*', 'application/json'].indexOf(type);
    if (found < specificity || found === -1) continue;
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    const isRefused = quality !== undefined && Number(quality.slice(2)) === 0;
    accepted = found > specificity ? !isRefused : accepted || !isRefused;
    specificity = found;
  }
  return accepted;
}
