// @ts-check
// Which rows there are, in which order, how high, and what is folded, pinned or hidden.

import { Emitter } from './dom.js'
import { Kind, NONE } from './types.js'

/** @typedef {'section'|'cpu'|'process'|'task'|'counter'|'pairs'} RowType */

/**
 * A line of the graph.
 * @typedef {{id: string, type: RowType, row: number, label: string, note: string, level: number,
 *   parent: string, members: number[], canFold: boolean, y: number, height: number,
 *   cpu?: import('./types.js').Cpu, task?: import('./types.js').Task}} Item
 */

/** @typedef {{syscalls: number, functions: number, pairs: number, irqs: number}} Lanes */

/** @typedef {{row: number, kind: 'counter'|'pairs', label: string, min: number, max: number,
 *   query: Record<string, string>}} ExtraRow */

export const LANE = 13
export const BAR = 18
const BASE = { section: 26, cpu: 42, process: 24, task: 28, counter: 44, pairs: 30 }
const FOLDED_PROCESS = 30
/** The kernel follows calls so deep (FTRACE_RETFUNC_DEPTH). */
const MOST_LANES = 50

export class Rows extends Emitter {
  /** @type {Item[]} Rows that scroll, with `y` from 0. */
  items = []
  /** @type {Item[]} Rows that stay on top. */
  pinnedItems = []
  height = 0
  pinnedHeight = 0
  /** @type {Map<number, Item>} by the server's number */
  byRow = new Map()
  /** @type {Map<string, Item>} every item, hidden ones too */
  byId = new Map()

  /** @type {Set<string>} */
  folded = new Set()
  /** @type {Set<string>} */
  hidden = new Set()
  /** @type {Set<string>} what a filter hides */
  filtered = new Set()
  /** @type {string[]} */
  pinned = []
  /** @type {Record<string, string[]>} an order of a parent's rows that a person made */
  order = {}
  /** @type {ExtraRow[]} */
  extra = []
  text = ''
  /** Whether it is known who ran; else bars say how many events there are. */
  isScheduled = true
  /** @type {Map<number, Lanes>} */
  lanes = new Map()
  /** @type {import('./types.js').Trace|null} */
  #trace = null
  /** @type {Map<string, Item[]>} */
  #children = new Map()
  #isFirst = true

  /** @param {import('./types.js').Trace} trace */
  setTrace(trace) {
    this.#trace = trace
    this.isScheduled = trace.tasks.some(task => task.running > 0)
    this.build()
  }

  get cpuRows() {
    return this.#trace?.cpus.map(cpu => cpu.row) ?? []
  }

  /** @param {number} row */
  task(row) {
    return this.byRow.get(row)?.task ?? null
  }

  /**
   * How a row is called in texts.
   * @param {number} row
   */
  name(row) {
    const item = this.byRow.get(row)
    if (!item) return row === NONE ? 'idle' : `row ${row}`
    return item.task ? `${item.task.comm}-${item.task.pid}` : item.label
  }

  /** Makes all items anew. */
  build() {
    const trace = this.#trace
    if (!trace) return
    this.#children.clear()
    this.byRow.clear()
    this.byId.clear()
    if (this.extra.length) {
      this.#add('', this.#item('extra', 'section', 'Counters and pairs', `${this.extra.length}`))
      for (const extra of this.extra) {
        this.#add('extra', {
          ...this.#item(`${extra.kind}:${extra.row}`, extra.kind, extra.label, ''),
          row: extra.row, level: 1,
        })
      }
    }
    this.#add('', this.#item('cpus', 'section', 'CPUs', `${trace.cpus.length}`))
    for (const cpu of trace.cpus) {
      const label = trace.sources.length > 1
        ? `${trace.sources[cpu.source]} CPU ${cpu.cpu}` : `CPU ${cpu.cpu}`
      this.#add('cpus', {
        ...this.#item(`cpu:${cpu.row}`, 'cpu', label, cpu.lost ? `${cpu.lost} lost` : ''),
        row: cpu.row, level: 1, cpu,
      })
    }
    this.#addTasks(trace)
    if (this.#isFirst && trace.tasks.length) this.#foldMany(trace)
    this.layout()
  }

  /** @param {import('./types.js').Trace} trace */
  #addTasks(trace) {
    /** @type {Map<string, import('./types.js').Task[]>} */
    const groups = new Map()
    const kernel = []
    for (const task of trace.tasks) {
      if (task.pid === 0) continue
      if (task.parent === 2 || task.pid === 2) {
        kernel.push(task)
        continue
      }
      const key = task.tgid ? `proc:${task.source}:${task.tgid}` : `alone:${task.row}`
      const group = groups.get(key)
      if (group) group.push(task)
      else groups.set(key, [task])
    }
    /** @param {import('./types.js').Task[]} tasks */
    const sum = tasks => tasks.reduce((total, task) => total + task.running, 0)
    const sorted = [...groups].sort(([, a], [, b]) => sum(b) - sum(a))
    const count = trace.tasks.length - kernel.length
    if (count) this.#add('', this.#item('tasks', 'section', 'Tasks', `${count}`))
    for (const [key, tasks] of sorted) {
      tasks.sort((a, b) => Number(b.pid === b.tgid) - Number(a.pid === a.tgid)
        || b.running - a.running)
      if (tasks.length === 1) {
        this.#addTask('tasks', tasks[0], 1)
        continue
      }
      const lead = tasks.find(task => task.pid === task.tgid)
      // A number that was used again and again is no process of many threads.
      const isAgain = tasks.every(task => task.pid === task.tgid)
      this.#add('tasks', {
        ...this.#item(key, 'process', lead?.comm ?? tasks[0].comm,
          `${tasks[0].tgid} · ${tasks.length} ${isAgain ? 'times' : 'threads'}`),
        level: 1, members: tasks.map(task => task.row),
      })
      for (const task of tasks) this.#addTask(key, task, 2)
    }
    if (kernel.length) {
      this.#add('', this.#item('kernel', 'section', 'Kernel threads', `${kernel.length}`))
      kernel.sort((a, b) => b.running - a.running)
      for (const task of kernel) this.#addTask('kernel', task, 1)
    }
  }

  /**
   * What would fill more than some screens is folded at first.
   * @param {import('./types.js').Trace} trace
   */
  #foldMany(trace) {
    this.#isFirst = false
    if (trace.tasks.length <= 400) return
    for (const item of this.byId.values()) {
      if (item.type === 'process') this.folded.add(item.id)
    }
    if (trace.cpus.length > 128) this.folded.add('cpus')
  }

  /** @param {string} parent @param {import('./types.js').Task} task @param {number} level */
  #addTask(parent, task, level) {
    this.#add(parent, {
      ...this.#item(`task:${task.row}`, 'task', task.comm, `${task.pid}`),
      row: task.row, level, task,
    })
  }

  /**
   * @param {string} id @param {RowType} type @param {string} label @param {string} note
   * @returns {Item}
   */
  #item(id, type, label, note) {
    return {
      id, type, row: NONE, label, note, level: 0, parent: '', members: [],
      canFold: type === 'section' || type === 'process', y: 0,
      // Rows of a folded group have one too: their pictures are made, and drawn thin.
      height: BASE[type],
    }
  }

  /** @param {string} parent @param {Item} item */
  #add(parent, item) {
    item.parent = parent
    this.byId.set(item.id, item)
    if (item.row !== NONE) this.byRow.set(item.row, item)
    const siblings = this.#children.get(parent)
    if (siblings) siblings.push(item)
    else this.#children.set(parent, [item])
  }

  /** @param {string} parent */
  children(parent) {
    const children = this.#children.get(parent) ?? []
    const order = this.order[parent]
    if (!order) return children
    const rank = new Map(order.map((id, place) => [id, place]))
    return [...children].sort((a, b) => (rank.get(a.id) ?? 1e9) - (rank.get(b.id) ?? 1e9))
  }

  /** @param {Item} item */
  #matches(item) {
    const text = this.text.toLowerCase()
    return item.label.toLowerCase().includes(text) || item.note.startsWith(text)
  }

  /** Puts items one below another. */
  layout() {
    this.items = []
    this.pinnedItems = []
    const pinned = new Set(this.pinned)
    /** @param {string} parent @param {boolean} matched */
    const walk = (parent, matched) => {
      let any = false
      for (const item of this.children(parent)) {
        if (this.hidden.has(item.id) || this.filtered.has(item.id)) continue
        const fits = matched || !this.text || this.#matches(item)
        if (!item.canFold) {
          if (!fits) continue
          any = true
          if (!pinned.has(item.id)) this.items.push(item)
          continue
        }
        const place = this.items.length
        this.items.push(item)
        const isFolded = this.folded.has(item.id) && !this.text
        const some = isFolded ? true : walk(item.id, fits && item.type === 'process')
        if (some || (fits && !this.text)) any = true
        else this.items.splice(place)
      }
      return any
    }
    walk('', false)
    let y = 0
    for (const item of this.items) {
      item.y = y
      item.height = this.#heightOf(item)
      y += item.height
    }
    this.height = y
    y = 0
    for (const id of this.pinned) {
      const item = this.byId.get(id)
      if (!item || this.hidden.has(id)) continue
      item.y = y
      item.height = this.#heightOf(item)
      y += item.height
      this.pinnedItems.push(item)
    }
    this.pinnedHeight = y
    this.emit('change')
  }

  /** @param {Item} item */
  #heightOf(item) {
    if (item.type === 'process' && this.folded.has(item.id)) return FOLDED_PROCESS
    const lanes = this.lanes.get(item.row)
    const extra = lanes ? lanes.syscalls + lanes.functions + lanes.pairs : 0
    return BASE[item.type] + extra * LANE
  }

  /**
   * Nested bands need room; a row that has it keeps it.
   * @param {number} row @param {import('./types.js').Bands} data
   */
  noteBands(row, data) {
    const lanes = this.lanes.get(row) ?? { syscalls: 0, functions: 0, pairs: 0, irqs: 0 }
    const before = lanes.syscalls + lanes.functions + lanes.pairs
    for (let i = 0; i < data.count; i++) {
      const need = Math.min(MOST_LANES, data.depth[i] + 1)
      switch (data.bandKind[i]) {
        case Kind.syscall: lanes.syscalls = Math.max(lanes.syscalls, need); break
        case Kind.function: lanes.functions = Math.max(lanes.functions, need); break
        case Kind.pair: lanes.pairs = Math.max(lanes.pairs, need); break
        default: break
      }
    }
    if (lanes.syscalls + lanes.functions + lanes.pairs === before) return false
    this.lanes.set(row, lanes)
    return true
  }

  /**
   * Whether a row stays on top.
   * @param {Item} item
   */
  isPinned(item) {
    return this.pinned.includes(item.id)
  }

  /** @param {string} id */
  toggleFold(id) {
    if (!this.folded.delete(id)) this.folded.add(id)
    this.layout()
  }

  /** @param {string} id */
  togglePin(id) {
    const place = this.pinned.indexOf(id)
    if (place >= 0) this.pinned.splice(place, 1)
    else this.pinned.push(id)
    this.layout()
  }

  /** @param {string} id @param {boolean} [hide] */
  toggleHidden(id, hide = !this.hidden.has(id)) {
    if (hide) this.hidden.add(id)
    else this.hidden.delete(id)
    this.layout()
  }

  /** @param {string} text */
  setText(text) {
    this.text = text.trim()
    this.layout()
  }

  /**
   * Moves a row to the place of a sibling.
   * @param {string} id @param {string} target
   */
  moveTo(id, target) {
    const item = this.byId.get(id)
    const other = this.byId.get(target)
    if (!item || !other || id === target) return
    if (this.isPinned(item) && this.isPinned(other)) {
      move(this.pinned, id, target)
    } else {
      if (item.parent !== other.parent) return
      const ids = this.children(item.parent).map(child => child.id)
      move(ids, id, target)
      this.order[item.parent] = ids
    }
    this.layout()
  }

  /**
   * Among its siblings that are seen.
   * @param {string} id @param {number} by
   */
  moveBy(id, by) {
    const item = this.byId.get(id)
    if (!item) return
    const ids = this.isPinned(item) ? this.pinned
      : this.children(item.parent).filter(c => !this.hidden.has(c.id)).map(c => c.id)
    const target = ids[ids.indexOf(id) + by]
    if (target) this.moveTo(id, target)
  }

  /**
   * The item at a height of what scrolls.
   * @param {number} y
   */
  at(y) {
    let low = 0
    let high = this.items.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if (this.items[middle].y <= y) low = middle
      else high = middle - 1
    }
    return low
  }

  /**
   * All rows of the server that an item stands for.
   * @param {Item} item @returns {number[]}
   */
  rowsOf(item) {
    if (item.row !== NONE) return [item.row]
    return this.children(item.id).flatMap(child => this.rowsOf(child))
  }
}

/** @param {string[]} ids @param {string} id @param {string} target */
function move(ids, id, target) {
  const to = ids.indexOf(target)
  ids.splice(ids.indexOf(id), 1)
  ids.splice(to, 0, id)
}
