export { type DocumentRequest, documentText, operandOf, otherWord, otherWordHelp } from '@freezer/settings';
export { AGENT_TEXT } from './agent-text.ts';
