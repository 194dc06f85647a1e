// @ts-check
// Light or dark: as the system has it, or as chosen.

import { Colours } from './colours.js'

/** @typedef {import('./app.js').App} App */

/** @param {App} app @param {import('./commands.js').Commands} commands */
export function startTheme(app, commands) {
  const dark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const { theme } = app.settings
    const isDark = theme === 'auto' ? dark.matches : theme === 'dark'
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
    if (app.colours.theme.isDark === isDark) return
    app.colours = new Colours(isDark)
    app.tiles.dropStrips()
    app.emit('settings')
  }
  dark.addEventListener('change', apply)
  commands.add('Page', [
    ['theme', 'Light, dark', ['Shift+T'], () => {
      app.set({ theme: app.colours.theme.isDark ? 'light' : 'dark' })
      apply()
    }],
    ['theme-auto', 'Light or dark as the system', [], () => {
      app.set({ theme: 'auto' })
      apply()
    }],
  ])
  apply()
}
