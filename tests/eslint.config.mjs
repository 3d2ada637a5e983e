// The style of our JavaScript and what is looked for in it; `make lint` checks it, `make format` rewrites what is a matter of layout. As
// in the C++, there is no space inside braces. Where a line is broken is up to whoever writes it.
import js from '@eslint/js';
import stylistic from '@stylistic/eslint-plugin';
import globals from 'globals';

const {rules: style} = stylistic.configs.customize({
  indent: 2,
  quotes: 'single',
  semi: true,
  jsx: false,
  braceStyle: '1tbs',
  arrowParens: true,
  commaDangle: 'only-multiline',
});

export default [
  {ignores: ['**/node_modules/', '**/vendor/']},
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs'],
    languageOptions: {globals: {...globals.node, ...globals.browser}},
    plugins: {'@stylistic': stylistic},
    rules: {
      ...style,
      'no-unused-vars': ['error', {ignoreRestSiblings: true}],
      // It takes `this.#frame ||= …` for an unused one.
      'no-unused-private-class-members': 'off',
      '@stylistic/object-curly-spacing': ['error', 'never'],
      '@stylistic/max-statements-per-line': 'off',
      '@stylistic/multiline-ternary': 'off',
      '@stylistic/operator-linebreak': 'off',
      '@stylistic/quote-props': 'off',
      '@stylistic/quotes': ['error', 'single', {avoidEscape: true, allowTemplateLiterals: 'always'}],
    },
  },
];
